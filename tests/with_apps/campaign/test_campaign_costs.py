"""What campaigns cost: bills, expenses, hours and purchase orders, through the accounts of one analytic plan."""

from collections import defaultdict
from datetime import date, datetime, timedelta
from decimal import Decimal

from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import etree
from odoo import Command
from odoo.addons.crm_pareto.models.common.tools.bounds import MOST_AMOUNT
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import Form
from odoo.tools import SQL

from tests.common import PROFIT, SALESPERSON

from ..common import AppsCase
from .spending import JUNE, Spending

CENTS = st.integers(1, 5_000_000)
# A document: whether it is a credit note, whether in dollars, and its lines: an amount and the campaigns' parts of it.
PARTS = st.lists(st.integers(1, 2_500), min_size=1, max_size=4) | st.sampled_from([(7_000, 3_000), (2_500,) * 4])
LINES = st.lists(st.tuples(CENTS, PARTS | st.integers(1, 4)), min_size=1, max_size=4)
DOCUMENTS = st.lists(st.tuples(st.booleans(), st.booleans(), LINES), min_size=1, max_size=4)
BUYER = (
    "base.group_user,base.group_partner_manager,account.group_account_user,analytic.group_analytic_accounting,"
    "purchase.group_purchase_user,hr_expense.group_hr_expense_user,uom.group_uom"
)
# Keys of a distribution that Odoo stores as well, and that name no account.
NO_ACCOUNTS = ("abc", "99999999999", "9" * 30, "1;2", "", "²", "-1")


class SpendingCase(AppsCase):
    """Tests in a company that spends on a fair and a webinar."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.spending = Spending(cls.env)
        cls.fair, cls.webinar = map(cls.spending.campaign, ("Fair", "Webinar"))
        cls.vendor = cls.spending.vendor

    def rows(self, campaign=None):
        """The rows of the report of a campaign, by default the fair."""
        self.env.flush_all()
        self.env.invalidate_all()
        domain = [("campaign_id", "=", (campaign or self.fair).id)]
        return self.env["crm.pareto.campaign.cost.report"].search(domain, order="id")

    def cost(self, campaign=None):
        return round(sum(self.rows(campaign).mapped("cost")), 2)

    def committed(self, campaign=None):
        return round(sum(self.rows(campaign).mapped("committed")), 2)

    def booked(self):
        """{campaign: what the plan's column of the analytic lines says that it cost}, as plain SQL sees it."""
        self.env.flush_all()
        plan = self.env["account.analytic.plan"]._pareto_campaigns()
        rows = self.env.execute_query(
            SQL(
                "SELECT account.pareto_campaign_id, -SUM(line.amount) FROM account_analytic_line line"
                " JOIN account_analytic_account account ON account.id = line.%s GROUP BY 1",
                SQL.identifier(plan._column_name()),
            )
        )
        return {self.env["utm.campaign"].browse(campaign): round(cost, 2) for campaign, cost in rows}


class TestKinds(SpendingCase):
    """Each way of spending is a cost of its campaign."""

    def assertCost(self, kind, cost, partner, document, day=JUNE):
        """The fair has one row: of this kind, posted, with what it leads to."""
        row = self.rows()
        found = (row.kind, row.cost, row.committed, row.partner_id, row.campaign_id, row.company_id, row.date)
        self.assertEqual(found, (kind, cost, 0, partner, self.fair, self.company, day))
        self.assertEqual((row.res_model, row.res_id), (document._name, document.id))

    def test_a_bill(self):
        bill = self.spending.bill(self.spending.line(100, self.fair))
        self.assertCost("bill", 100, self.vendor, bill)

    def test_an_expense(self):
        clara = self.spending.employee()
        expense = self.spending.expense(clara, 80, self.fair)
        self.assertEqual(expense.state, "posted")
        # Of a month that is over, Odoo books what an employee spent on its last day.
        self.assertCost("expense", 80, clara.work_contact_id, expense.account_move_id, day=date(2026, 6, 30))

    def test_hours_through_the_project(self):
        hours = self.spending.hours(self.spending.project(self.fair), self.spending.employee(hourly_cost=25), 4)
        self.assertCost("timesheet", 100, self.env["res.partner"], hours)

    def test_hours_that_nobody_works_end_no_computation(self):
        project, employee = self.spending.project(self.fair), self.spending.employee(hourly_cost=1)
        for _time in range(2):
            self.spending.hours(project, employee, 1e306)  # Odoo itself rounds no more
        self.spending.bill(self.spending.line(100, self.webinar))
        self.env["crm.pareto.attribution"]._recompute(self.company)
        found = self.env["crm.pareto.campaign"].search(
            [("campaign_id", "=", self.webinar.id), ("model", "=", "linear")]
        )
        self.assertEqual(found.cost, 100)

    def test_a_purchase_order_is_committed(self):
        order = self.spending.order(self.fair, 3, 100)
        row = self.rows()
        found = (row.kind, row.cost, row.committed, row.partner_id, row.company_id, row.date)
        self.assertEqual(found, ("order", 0, 300, self.vendor, self.company, JUNE))
        self.assertEqual(row.action_open_document()["res_id"], order.id)

    def test_drafts_are_nothing_yet(self):
        self.spending.bill(self.spending.line(100, self.fair), post=False)
        self.spending.expense(self.spending.employee(), 80, self.fair, post=False)
        self.assertFalse(self.rows())

    def test_a_bill_taken_back_to_draft_is_no_cost(self):
        bill = self.spending.bill(self.spending.line(100, self.fair))
        bill.button_draft()
        self.assertFalse(self.rows())

    def test_a_credit_note_takes_off(self):
        bill = self.spending.bill(self.spending.line(100, self.fair))
        refund = bill._reverse_moves([{"invoice_date": JUNE, "date": JUNE}])
        refund.invoice_line_ids.price_unit = 40
        refund.action_post()
        self.assertEqual(refund.invoice_line_ids.pareto_campaign_ids, self.fair)
        self.assertEqual((self.rows().mapped("kind"), self.cost()), (["bill", "bill"], 60))

    def test_a_customer_s_invoice_is_no_cost(self):
        line = self.spending.line(100, self.fair)
        self.spending.bill(line, move_type="out_invoice")
        self.assertFalse(self.rows())


class TestCommitted(SpendingCase):
    """What is ordered and not yet billed."""

    def test_a_posted_bill_takes_off_what_it_bills_and_a_draft_nothing(self):
        order = self.spending.order(self.fair, 4, 100)
        bill = self.spending.bill_order(order, 1, post=False)
        self.assertEqual((self.committed(), self.cost()), (400, 0))
        bill.action_post()
        self.assertEqual((self.committed(), self.cost()), (300, 100))
        self.spending.bill_order(order, 3)
        self.assertEqual((self.committed(), self.cost()), (0, 400))

    def test_a_credit_note_of_the_bill_is_to_be_billed_again(self):
        order = self.spending.order(self.fair, 4, 100)
        bill = self.spending.bill_order(order, 4)
        refund = bill._reverse_moves([{"invoice_date": JUNE, "date": JUNE}])
        refund.invoice_line_ids.quantity = 1
        refund.action_post()
        self.assertEqual((self.committed(), self.cost()), (100, 300))

    def test_a_bill_in_another_unit_of_measure(self):
        units, dozens = self.env.ref("uom.product_uom_unit"), self.env.ref("uom.product_uom_dozen")
        order = self.spending.order(self.fair, 2, 120, product_uom_id=dozens.id)
        self.assertEqual(self.committed(), 240)
        self.spending.bill_order(order, 6, product_uom_id=units.id, price_unit=10)
        self.assertEqual((self.committed(), self.cost()), (180, 60))

    def test_a_unit_that_became_nothing_ends_no_list(self):
        dozens = self.env.ref("uom.product_uom_dozen")
        order = self.spending.order(self.fair, 2, 120, product_uom_id=dozens.id)
        self.spending.bill_order(order, 1, product_uom_id=dozens.id, price_unit=120)
        self.env.flush_all()
        self.env.cr.execute("UPDATE uom_uom SET factor = 0 WHERE id = %s", [dozens.id])
        self.env.invalidate_all()
        self.assertTrue(self.cost())
        self.committed()

    def test_a_foreign_currency_at_the_order_s_rate(self):
        dollar = self.env.ref("base.USD")
        dollar.active = True
        rates = self.env["res.currency.rate"]
        for day, rate in ((date(2026, 1, 1), 1.25), (date(2026, 7, 1), 1.6)):
            rates.create({"name": day, "currency_id": dollar.id, "rate": rate, "company_id": self.company.id})
        order = self.spending.order(self.fair, 2, 100, currency_id=dollar.id)
        self.assertEqual(self.committed(), 160)
        self.spending.bill_order(order, 1, day=date(2026, 7, 3))
        self.assertEqual((self.committed(), self.cost()), (80, 62.5))

    def test_what_nobody_can_order_leaves_a_number(self):
        for _order in range(2):
            self.spending.order(self.fair, 1, 100)
        self.env.flush_all()
        self.env.cr.execute("UPDATE purchase_order_line SET price_subtotal = 1.7e308 WHERE price_subtotal = 100")
        self.env.invalidate_all()
        self.assertEqual(self.committed(), 2 * MOST_AMOUNT)

    def test_a_cancelled_order_is_not_committed(self):
        order = self.spending.order(self.fair)
        order.button_cancel()
        self.assertFalse(self.rows())

    def test_an_order_for_two_campaigns(self):
        order = self.spending.order(self.fair | self.webinar, 2, 100)
        self.spending.bill_order(order, 1)
        for campaign in self.fair | self.webinar:
            self.assertEqual((self.committed(campaign), self.cost(campaign)), (50, 50))

    def test_a_key_that_names_no_account_leaves_the_rest_as_it_is(self):
        self.spending.order(self.fair, 1, 100)
        other = self.spending.order(self.webinar, 1, 100)
        account = self.fair._pareto_ensure_accounts().id
        keys = (*NO_ACCOUNTS, f"{account},x")
        other.order_line.write({"analytic_distribution": dict.fromkeys(keys, 10)})
        self.assertEqual((self.committed(), self.committed(self.webinar)), (110, 0))


class TestDistribution(SpendingCase):
    """One line for several campaigns."""

    def test_a_key_that_names_no_account_ends_no_list_of_differences(self):
        for campaign in self.fair | self.webinar:
            self.spending.bill(self.spending.line(100, campaign))
        self.env["crm.pareto.attribution"]._recompute(self.company)
        bill = self.spending.bill(self.spending.line(100, self.fair), post=False)
        bill.invoice_line_ids.analytic_distribution = dict.fromkeys(NO_ACCOUNTS, 10)
        self.env.flush_all()
        self.env["crm.pareto.campaign"].search([]).computed_at = "2026-06-01 00:00:00"
        self.env.flush_all()
        self.assertNotIn(bill, self.env["crm.pareto.difference"].search([("reason", "=", "cost")]).move_id)

    def test_seventy_to_thirty(self):
        bill = self.spending.bill(self.spending.split(99.99, {self.fair: 70, self.webinar: 30}))
        self.assertEqual(bill.invoice_line_ids.pareto_campaign_ids, self.fair | self.webinar)
        self.assertEqual((self.cost(self.fair), self.cost(self.webinar)), (69.99, 30))

    def test_three_in_equal_parts_are_the_whole_to_the_cent(self):
        three = self.fair | self.webinar | self.spending.campaign("Print")
        bill = self.spending.bill(self.spending.line(100.01, *three))
        self.assertEqual(sum(bill.invoice_line_ids.analytic_distribution.values()), 100)
        self.assertEqual(sorted(map(self.cost, three)), [33.33, 33.34, 33.34])

    def test_picking_the_same_campaigns_again_keeps_their_parts(self):
        bill = self.spending.bill(self.spending.split(100, {self.fair: 70, self.webinar: 30}), post=False)
        bill.invoice_line_ids.pareto_campaign_ids = self.webinar | self.fair
        bill.action_post()
        self.assertEqual((self.cost(self.fair), self.cost(self.webinar)), (70, 30))

    def test_campaigns_beside_departments(self):
        plan = self.env["account.analytic.plan"].create({"name": "Departments"})
        accounts = self.env["account.analytic.account"]
        sales, service = accounts.create([{"name": name, "plan_id": plan.id} for name in ("Sales", "Service")])
        values = self.spending.line(1000)
        values["analytic_distribution"] = {str(sales.id): 60, str(service.id): 40}
        del values["pareto_campaign_ids"]
        bill = self.spending.bill(values, post=False)
        line = bill.invoice_line_ids
        line.pareto_campaign_ids = self.fair | self.webinar
        self.assertEqual(line.pareto_campaign_ids, self.fair | self.webinar)
        bill.action_post()
        self.assertEqual((self.cost(self.fair), self.cost(self.webinar)), (500, 500))
        by_department = defaultdict(float)
        for entry in line.analytic_line_ids:
            by_department[entry[plan._column_name()]] -= entry.amount
        self.assertEqual(dict(by_department), {sales: 600, service: 400})
        bill.button_draft()
        line.pareto_campaign_ids = False
        self.assertEqual(line.analytic_distribution, {str(sales.id): 60, str(service.id): 40})

    def test_many_departments_and_campaigns_are_not_refused_for_what_rounding_adds(self):
        plan = self.env["account.analytic.plan"].create({"name": "Departments"})
        accounts = self.env["account.analytic.account"]
        departments = accounts.create([{"name": str(index), "plan_id": plan.id} for index in range(7)])
        shares = {str(account.id): 14.29 if place else 14.26 for place, account in enumerate(departments)}
        many = self.env["utm.campaign"].union(*(self.spending.campaign(f"Campaign {index}") for index in range(6)))
        values = self.spending.line(1000) | {"analytic_distribution": shares}
        del values["pareto_campaign_ids"]
        bill = self.spending.bill(values, post=False)
        bill.invoice_line_ids.pareto_campaign_ids = many
        bill.action_post()
        self.assertEqual(round(sum(map(self.cost, many)), 2), 1000)

    def test_a_vendor_s_bills_are_prefilled(self):
        models = self.env["account.analytic.distribution.model"]
        values = {"partner_id": self.vendor.id, "company_id": self.company.id}
        models.create({**values, "pareto_campaign_ids": [Command.set(self.fair.ids)]})
        values = self.spending.line(100)
        del values["pareto_campaign_ids"]
        bill = self.spending.bill(values)
        self.assertEqual((bill.invoice_line_ids.pareto_campaign_ids, self.cost()), (self.fair, 100))
        order = self.spending.order(self.fair)
        self.assertEqual(order.order_line.analytic_distribution, bill.invoice_line_ids.analytic_distribution)

    def test_lines_are_found_by_their_campaign(self):
        lines = self.env["account.move.line"]
        mine = self.spending.bill(self.spending.line(100, self.fair, self.webinar)).invoice_line_ids
        other = self.spending.bill(self.spending.line(100)).invoice_line_ids
        both = [("id", "in", (mine | other).ids)]
        self.assertEqual(lines.search([*both, ("pareto_campaign_ids", "in", self.fair.ids)]), mine)
        self.assertEqual(lines.search([*both, ("pareto_campaign_ids", "=", False)]), other)
        self.assertEqual(lines.search([*both, ("pareto_campaign_ids", "not in", self.fair.ids)]), other)
        self.assertEqual(lines.search([*both, ("pareto_campaign_ids.title", "=", "Webinar")]), mine)
        self.assertEqual(lines.search([*both, ("pareto_campaign_ids", "ilike", "webi")]), mine)
        self.assertEqual(lines.search([*both, ("pareto_campaign_ids", "not ilike", "webi")]), other)


class TestPeople(SpendingCase):
    """An accountant picks campaigns on forms; nobody needs rights to set up analytic accounting."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.berta = cls.new_member("berta", BUYER)
        cls.clara = cls.new_member("clara", "base.group_user")

    def test_the_distribution_shows_while_the_bill_is_entered(self):
        self.fair._pareto_ensure_accounts()
        moves = self.at(self.berta)["account.move"].with_context(default_move_type="in_invoice")
        form = Form(moves)
        form.partner_id, form.invoice_date = self.vendor, JUNE
        with form.invoice_line_ids.new() as line:
            line.name, line.price_unit = "Stand", 100
            line.pareto_campaign_ids.add(self.fair)
            self.assertEqual(line.analytic_distribution, self.spending.shares({self.fair: 100}))
            line.pareto_campaign_ids.add(self.webinar)  # which has no account yet
        bill = form.save()
        self.assertEqual(bill.invoice_line_ids.analytic_distribution, self.halves())
        bill.action_post()
        self.assertEqual(self.cost(self.webinar), bill.invoice_line_ids.balance / 2)

    def halves(self):
        return self.spending.shares({self.fair: 50, self.webinar: 50})

    def test_an_order(self):
        form = Form(self.at(self.berta)["purchase.order"])
        form.partner_id = self.vendor
        with form.order_line.new() as line:
            line.product_id = self.spending.product
            line.product_qty, line.price_unit = 1, 100
            line.pareto_campaign_ids.add(self.fair)
            line.pareto_campaign_ids.add(self.webinar)
        order = form.save()
        order.button_confirm()
        self.assertEqual((self.committed(self.fair), self.committed(self.webinar)), (50, 50))

    def test_an_employee_without_any_right_in_accounting_enters_an_expense(self):
        employee = self.spending.employee()
        employee.user_id = self.clara
        expenses = self.at(self.clara)["hr.expense"]
        values = {"name": "Train", "product_id": self.spending.product.id, "total_amount_currency": 50}
        both = self.fair | self.webinar
        expense = expenses.create({**values, "pareto_campaign_ids": [Command.set(both.ids)]})
        self.assertEqual(expense.sudo().analytic_distribution, self.halves())
        self.env.flush_all()
        self.env.invalidate_all()
        self.assertEqual(expense.pareto_campaign_ids, both)

    def test_a_campaign_opens_for_whoever_has_no_right_on_mailings(self):
        for groups in ("account.group_account_user", "sales_team.group_sale_salesman"):
            reader = self.new_member(f"reader {groups}", f"{groups},mass_mailing.group_mass_mailing_campaign")
            self.assertEqual(Form(self.at(reader, self.fair)).title, "Fair")

    def test_campaigns_of_a_company_that_the_reader_does_not_work_in_are_listed_without_figures(self):
        other = self.new_company("Ridgeline", "USD")
        abroad = self.spending.campaign("Open House", other)
        self.env["crm.pareto.attribution"]._recompute(other)
        reader = self.new_member("reader", f"{BUYER},{PROFIT}")
        campaigns = self.at(reader, self.fair | abroad)
        view = self.env.ref("crm_pareto.utm_campaign_view_list")
        arch = etree.fromstring(campaigns.get_view(view.id, "list")["arch"])
        names = arch.xpath("//field/@name")
        self.assertIn("pareto_cost", names)
        self.env.invalidate_all()
        rows = campaigns.web_read({name: {} for name in names})
        self.assertEqual([row["title"] for row in rows], ["Fair", "Open House"])
        self.assertEqual(Form(campaigns[1]).title, "Open House")

    def test_forms_show_the_campaigns(self):
        for model in ("purchase.order", "hr.expense", "account.move"):
            for view_type in ("form",) if model != "hr.expense" else ("form", "list"):
                shown = self.at(self.berta)[model].get_view(view_type=view_type)["arch"]
                self.assertIn('name="pareto_campaign_ids"', shown, (model, view_type))
                self.assertIn("many2many_tags", shown)
        salesperson = self.new_member("sally", "sales_team.group_sale_salesman")
        shown = self.at(salesperson)["hr.expense"].get_view(view_type="form")["arch"]
        self.assertIn('name="pareto_campaign_ids"', shown)
        self.assertNotIn('name="analytic_distribution"', shown)


class TestBadInput(SpendingCase):
    def test_more_than_the_whole_costs_what_odoo_books(self):
        self.spending.bill(self.spending.split(100, {self.fair: 80, self.webinar: 40}))
        self.assertEqual((80, 40), (self.cost(self.fair), self.cost(self.webinar)))
        self.assertEqual({self.fair: 80, self.webinar: 40}, {key: float(cost) for key, cost in self.booked().items()})

    def test_nobody_picks_a_campaign_of_another_company(self):
        campaign = self.spending.campaign("Open House", self.new_company("Ridgeline", "USD"))
        berta = self.at(self.new_member("berta", BUYER))
        values = {"partner_id": self.vendor.id, "order_line": [Command.create({"product_id": self.product.id})]}
        sale = self.at(self.new_member("sally", SALESPERSON))["sale.order"].create(values)
        bought = (self.spending.bill(self.spending.line(100), post=False), self.spending.order(self.fair))
        for record in (*(record.with_env(berta) for record in bought), sale):
            line = record["invoice_line_ids" if record._name == "account.move" else "order_line"]
            with self.assertRaisesRegex(ValidationError, "“Open House” is another company's: choose one of Alder"):
                line.pareto_campaign_ids = campaign
        models = berta["account.analytic.distribution.model"]
        with self.assertRaisesRegex(ValidationError, "“Open House” is another company's"):
            models.create({"pareto_campaign_ids": [Command.set(campaign.ids)], "company_id": False})
        self.assertFalse(campaign.pareto_account_ids)

    def test_nobody_makes_an_account_in_another_company_s_books(self):
        campaign = self.spending.campaign("Open House", self.new_company("Ridgeline", "USD"))
        berta = self.at(self.new_member("berta", BUYER), campaign)
        with self.assertRaisesRegex(AccessError, "“Open House” is of a company where you do not work"):
            berta.action_make_pareto_account()
        self.assertFalse(campaign.pareto_account_ids)

    def test_a_campaign_with_cost_is_not_deleted(self):
        self.spending.bill(self.spending.line(100, self.fair))
        with self.assertRaisesRegex(UserError, "“Fair” has costs in the books, or .*: archive it instead"):
            self.fair.unlink()

    def test_a_campaign_with_something_ordered_or_drafted_is_not_deleted(self):
        spendings = (
            lambda campaign: self.spending.order(campaign),
            lambda campaign: self.spending.bill(self.spending.line(100, campaign), post=False),
            lambda campaign: self.spending.expense(self.spending.employee(), 80, campaign, post=False),
            lambda campaign: self.spending.project(campaign),
        )
        for spend in spendings:
            campaign = self.spending.campaign("Print")
            spend(campaign)
            with self.assertRaisesRegex(UserError, "“Print”"):
                campaign.unlink()

    def test_a_campaign_without_cost_takes_its_account_along(self):
        account = self.fair._pareto_ensure_accounts()
        self.fair.unlink()
        self.assertFalse(account.exists())


class TestOthersBusiness(SpendingCase):
    """Whoever sells, buys and pays is kept from nothing by what somebody did to campaigns, accounts and models."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.abroad = cls.new_company("Alder Inc", "USD")
        cls.sally = cls.new_member("sally", SALESPERSON)

    def sold(self, user):
        """An order of a customer, invoiced: each as Odoo lets the user, or under sudo as the web shop does."""
        orders = self.at(user)["sale.order"]
        line = Command.create({"product_id": self.product.id, "product_uom_qty": 1, "price_unit": 100})
        order = orders.create({"partner_id": self.vendor.id, "order_line": [line]})
        order.action_confirm()
        order.copy()
        order.order_line.qty_delivered = 1
        invoice = order.sudo()._create_invoices()
        invoice.action_post()
        return invoice

    def test_distribution_models_that_together_give_campaigns_more_than_all(self):
        plan = self.env["account.analytic.plan"].create({"name": "Marketing"})
        values = {"name": "Webinar", "plan_id": plan.id, "company_id": False, "pareto_campaign_id": self.webinar.id}
        for account in self.fair._pareto_ensure_accounts() + self.env["account.analytic.account"].create(values):
            self.env["account.analytic.distribution.model"].create(
                {"analytic_distribution": {str(account.id): 100}, "company_id": False}
            )
        line = self.sold(self.sally).invoice_line_ids
        self.assertEqual((200, self.fair | self.webinar), (self.shares(line), line.pareto_campaign_ids))
        bill = self.spending.bill({"product_id": self.product.id, "price_unit": 100})
        bill._reverse_moves([{"invoice_date": JUNE, "date": JUNE}]).action_post()
        self.assertEqual(200, self.shares(bill.invoice_line_ids))

    def shares(self, line):
        return sum(line.analytic_distribution.values())

    def test_an_account_that_becomes_a_campaign_s_after_it_was_used(self):
        plan = self.env["account.analytic.plan"].create({"name": "Regions"})
        north = self.env["account.analytic.account"].create({"name": "North", "plan_id": plan.id})
        bill = self.spending.bill(
            self.spending.line(100, self.fair) | {"analytic_distribution": {str(north.id): 100}}, post=False
        )
        north.pareto_campaign_id = self.webinar
        bill.invoice_line_ids.analytic_distribution = self.spending.shares({self.fair: 100}) | {str(north.id): 100}
        bill.action_post()
        self.assertEqual((100, 100), (self.cost(self.fair), self.cost(self.webinar)))

    def test_a_campaign_that_is_another_company_s_by_now(self):
        account = self.fair._pareto_ensure_accounts()
        shares = {str(account.id): 100}
        self.env["account.analytic.distribution.model"].create({"analytic_distribution": shares, "company_id": False})
        self.fair.sudo().company_id = self.abroad
        self.assertEqual(self.abroad, account.company_id)
        self.assertEqual(shares, self.sold(self.sally).invoice_line_ids.analytic_distribution)

    def test_one_s_own_default_that_names_a_campaign_of_another_company(self):
        theirs = self.spending.campaign("Open House", self.abroad)
        for model in ("sale.order.line", "account.move.line"):
            self.at(self.sally)["ir.default"].set(model, "pareto_campaign_ids", theirs.ids, user_id=True)
        line = {"product_id": self.product.id}
        values = {"partner_id": self.vendor.id, "order_line": [Command.create(line)]}
        order = self.at(self.sally)["sale.order"].sudo().create(values)
        order.action_confirm()
        self.assertEqual(("sale", False), (order.state, bool(theirs.pareto_account_ids)))


class TestWhereOthersWork(SpendingCase):
    """What a campaign has in a company is changed by who works there: Odoo lets everybody change any campaign."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.abroad = cls.new_company("Alder Inc", "USD")
        groups = "account.group_account_user,analytic.group_analytic_accounting,mass_mailing.group_mass_mailing_user"
        cls.books = cls.new_member("books", groups, cls.abroad)
        cls.everywhere = cls.new_member("everywhere", groups, cls.company + cls.abroad)

    def by(self, user, records):
        return records.with_user(user).with_context(allowed_company_ids=user.company_id.ids)

    def changes(self, user, campaign):
        """What the user may do to a campaign, each as a function."""
        theirs, source = self.by(user, campaign), self.env["utm.source"].create({"name": "Elsewhere"})
        return {
            "renamed": lambda: theirs.write({"title": "Renamed"}),
            "moved": lambda: theirs.write({"company_id": self.abroad.id}),
            "another source": lambda: theirs.write({"pareto_source_id": source.id}),
            "translated": lambda: theirs.update_field_translations("title", {"en_US": "Renamed"}),
            "its visits counted elsewhere": lambda: theirs.write({"name": f"{campaign.title} elsewhere"}),
            "archived": lambda: theirs.write({"active": False}),
            "deleted": theirs.unlink,
        }

    def assert_stays(self, campaign):
        for change, harm in self.changes(self.books, campaign).items():
            with self.subTest(change=change), self.assertRaisesRegex(AccessError, "in a company where you do not work"):
                harm()
        self.env.flush_all()

    def spent(self, campaign, kind):
        """Put something on a campaign in our company."""
        if kind == "sold":
            line = {"product_id": self.product.id, "analytic_distribution": self.spending.shares({campaign: 100})}
            self.env["sale.order"].create({"partner_id": self.vendor.id, "order_line": [Command.create(line)]})
        elif kind == "proposed":
            models = self.env["account.analytic.distribution.model"]
            models.create({"analytic_distribution": self.spending.shares({campaign: 100}), "company_id": False})
        elif kind == "ordered":
            self.spending.order(campaign)
        elif kind == "touched":
            touch = {"name": "Met", "partner_id": self.vendor.id, "campaign_id": campaign.id, "date": JUNE}
            self.env["crm.pareto.touch"].create({**touch, "company_id": self.company.id})
        else:
            self.spending.bill(self.spending.line(100, campaign), post=kind == "billed")

    def test_a_campaign_of_all_companies_that_is_used_in_one(self):
        for kind in ("billed", "drafted", "ordered", "sold", "proposed", "touched"):
            with self.subTest(kind=kind):
                campaign = self.spending.campaign("Print")
                self.spent(campaign, kind)
                self.env.flush_all()
                self.assert_stays(campaign)

    def named(self, campaign, kind):
        """Have something in our company name a campaign."""
        customer, named = {"partner_id": self.vendor.id}, {"company_id": self.company.id, "campaign_id": campaign.id}
        if kind == "lead":
            self.env["crm.lead"].create({"name": "Gauges", **customer, **named})
        elif kind == "order":
            self.env["sale.order"].create({**customer, **named})
        elif kind == "invoice":
            self.env["account.move"].create({"move_type": "out_invoice", **customer, **named})
        elif kind == "audience":
            audience = {"name": "Visitors", "company_id": self.company.id}
            self.env["crm.pareto.audience"].create({**audience, "touched_campaign_ids": [Command.set(campaign.ids)]})
        else:
            days = {"date_begin": datetime(2026, 6, 15, 9), "date_end": datetime(2026, 6, 15, 17)}
            event = self.env["event.event"].create({"name": "Open Day", "company_id": self.company.id, **days})
            registration = {"event_id": event.id, "name": "Ada", "utm_campaign_id": campaign.id}
            self.env["event.registration"].create(registration)

    def test_a_campaign_of_all_companies_that_something_names_in_one(self):
        for kind in ("lead", "order", "invoice", "audience", "registration"):
            with self.subTest(kind=kind):
                campaign = self.spending.campaign("Print")
                self.named(campaign, kind)
                self.env.flush_all()
                self.assert_stays(campaign)

    def test_one_that_has_results(self):
        self.spent(self.fair, "touched")
        self.env["crm.pareto.attribution"]._recompute(self.company, JUNE + timedelta(days=9))
        self.assertTrue(self.env["crm.pareto.campaign"].search([("campaign_id", "=", self.fair.id)]))
        self.env["crm.pareto.touch"].search([("campaign_id", "=", self.fair.id)]).campaign_id = False
        self.env.flush_all()
        self.assert_stays(self.fair)

    def test_one_that_something_names_in_several_companies_is_moved_to_none(self):
        self.named(self.fair, "lead")
        self.env.flush_all()
        with self.assertRaisesRegex(UserError, "“Fair” is used in another company, too: leave it to all"):
            self.by(self.everywhere, self.fair).company_id = self.abroad
        self.by(self.everywhere, self.fair).company_id = self.company

    def test_one_that_sales_are_credited_to(self):
        self.spent(self.fair, "touched")
        self.invoice(self.vendor, (self.product, 1, 1000), day=JUNE + timedelta(days=5))
        self.env["crm.pareto.attribution"]._recompute(self.company, JUNE + timedelta(days=9))
        self.env["crm.pareto.touch"].search([("campaign_id", "=", self.fair.id)]).campaign_id = False
        self.env.flush_all()
        self.assertFalse(self.fair.pareto_account_ids)
        self.assert_stays(self.fair)

    def test_one_of_another_company(self):
        campaign = self.spending.campaign("Print", self.company)
        account = campaign._pareto_ensure_accounts()
        self.assert_stays(campaign)
        theirs = self.by(self.books, campaign)
        for harm in (lambda: theirs.write({"company_id": False}), theirs.action_make_pareto_account):
            with self.assertRaises(AccessError):
                harm()
        self.assertEqual(("Print", self.company), (account.name, account.company_id))

    def test_its_account_stays_its_own(self):
        self.spent(self.fair, "drafted")
        self.env.flush_all()
        account = self.fair.pareto_account_ids
        theirs = self.by(self.books, account)
        for harm in (
            lambda: theirs.write({"pareto_campaign_id": False}),
            lambda: theirs.write({"pareto_campaign_id": self.webinar.id}),
            lambda: theirs.write({"company_id": self.abroad.id}),
            theirs.unlink,
        ):
            with self.assertRaisesRegex(AccessError, "“Fair” is used in a company where you do not work"):
                harm()
        self.assertEqual(self.fair, account.pareto_campaign_id)

    def test_nobody_makes_what_others_spent_the_cost_of_a_campaign(self):
        plan = self.env["account.analytic.plan"].create({"name": "Regions"})
        north = self.env["account.analytic.account"].create({"name": "North", "plan_id": plan.id, "company_id": False})
        self.spending.bill(self.spending.line(100) | {"analytic_distribution": {str(north.id): 100}})
        self.env.flush_all()
        with self.assertRaisesRegex(AccessError, "“North” is used in a company where you do not work"):
            self.by(self.books, north).pareto_campaign_id = self.fair

    def test_what_is_used_in_several_companies_is_moved_to_none(self):
        self.spent(self.fair, "drafted")
        self.env.flush_all()
        with self.assertRaisesRegex(UserError, "“Fair” is used in another company, too: leave it to all"):
            self.by(self.everywhere, self.fair).company_id = self.abroad
        self.by(self.everywhere, self.fair).write({"title": "Trade Fair", "company_id": self.company.id})
        self.assertEqual("Trade Fair", self.fair.pareto_account_ids.name)

    def test_what_is_odoo_s_alone_is_as_odoo_has_it(self):
        for company in (self.env["res.company"], self.company):
            for change in self.changes(self.books, self.fair):
                with self.subTest(company=company.name, change=change):
                    campaign = self.spending.campaign(f"{change} in {company.name}", company or None)
                    self.changes(self.books, campaign)[change]()

    def test_what_is_a_company_s_own_is_its_business_whatever_others_write(self):
        """Odoo lets whoever sells or buys write the number of any account into a distribution."""
        for change in self.changes(self.books, self.fair):
            with self.subTest(change=change):
                theirs = self.spending.campaign(f"Open House, {change}", self.abroad)
                theirs._pareto_ensure_accounts()
                self.named(theirs, "lead")
                for kind in ("sold", "drafted"):
                    self.spent(theirs, kind)
                self.env.flush_all()
                self.changes(self.books, theirs)[change]()


class TestMergedCampaigns(SpendingCase):
    """Odoo merges no campaigns; a script that does so repoints what refers to them."""

    def merge(self, source, target):
        """What base's merge of partners does."""
        self.env.flush_all()
        rows = self.env.execute_query(
            SQL(
                "SELECT child.relname, attribute.attname FROM pg_constraint key"
                " JOIN pg_class child ON child.oid = key.conrelid"
                " JOIN pg_attribute attribute ON attribute.attrelid = child.oid AND attribute.attnum = key.conkey[1]"
                " WHERE key.contype = 'f' AND key.confrelid = 'utm_campaign'::regclass"
            )
        )
        for table, column in rows:
            names = {"table": SQL.identifier(table), "column": SQL.identifier(column)}
            ids = {"target": target.id, "source": source.id}
            self.env.cr.execute(
                SQL("UPDATE %(table)s SET %(column)s = %(target)s WHERE %(column)s = %(source)s", **names, **ids)
            )
        self.env.invalidate_all()
        source.unlink()

    def test_nothing_that_was_spent_is_lost(self):
        self.spending.bill(self.spending.line(100, self.fair))
        old = self.spending.bill(self.spending.line(30, self.webinar))
        order = self.spending.order(self.webinar, 2, 50)
        self.merge(self.webinar, self.fair)
        self.assertEqual((self.cost(), self.committed()), (130, 100))
        self.assertEqual(len(self.fair.pareto_account_ids), 2)
        self.assertEqual(old.invoice_line_ids.pareto_campaign_ids, self.fair)
        self.spending.bill_order(order, 1)
        self.spending.bill(self.spending.line(7, self.fair))
        self.assertEqual((self.cost(), self.committed()), (187, 50))
        self.assertEqual(self.booked()[self.fair], 187)


class TestOneCost(SpendingCase):
    """A campaign's form and list, what opens from them, and Marketing Return say the same cost, of today."""

    def assertOneCost(self, cost, reader):
        """The fair cost so much everywhere, as the reader sees it."""
        self.env.flush_all()
        self.env.invalidate_all()
        fair = self.at(reader, self.fair)
        today = self.company._pareto_today()
        self.assertEqual((fair.pareto_cost, fair.pareto_cost_as_of), (cost, today))
        action = fair.action_open_pareto_costs()
        rows = self.env[action["res_model"]].search(action["domain"])
        self.assertEqual(round(sum(rows.mapped("cost")), 2), cost)
        page = self.at(reader)["crm.pareto.return.page"].get_figures(date_from="2020-01-01")
        self.assertEqual([row["cost"] for row in page["rows"] if row["id"] == self.fair.id], [cost])

    def test_a_bill_posted_since_the_last_computation_counts_everywhere(self):
        reader = self.new_member("reader", f"{BUYER},{PROFIT}")
        self.spending.bill(self.spending.line(100, self.fair))
        self.assertOneCost(100, reader)
        self.env["crm.pareto.attribution"]._recompute(self.company, JUNE)
        self.spending.bill(self.spending.line(60, self.fair), self.spending.line(7, self.webinar))
        self.assertOneCost(160, reader)
        self.assertEqual((self.fair.pareto_has_cost, self.fair.pareto_roi), (True, -1))

    def test_one_dated_after_today_does_not_count_yet(self):
        reader = self.new_member("reader", f"{BUYER},{PROFIT}")
        day = self.company._pareto_today() + timedelta(days=1)
        self.spending.bill(self.spending.line(60, self.fair), self.spending.line(7, self.webinar))
        self.spending.bill(self.spending.line(100, self.fair), invoice_date=day, date=day)
        self.assertOneCost(60, reader)

    def test_a_salesperson_who_sees_own_customers_sees_no_cost(self):
        seller = self.new_member("seller", f"{SALESPERSON},{PROFIT}")
        self.company.pareto_own_values = True
        self.spending.bill(self.spending.line(100, self.fair))
        fair = self.at(seller, self.fair)
        self.assertEqual((fair.pareto_cost, fair.pareto_cost_as_of), (0, False))


class TestReconciles(SpendingCase):
    """The report against plain SQL over the analytic lines, on random documents."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.campaigns = [cls.fair, cls.webinar, *map(cls.spending.campaign, ("Print", "Mailing"))]
        cls.dollar = cls.env.ref("base.USD")
        cls.dollar.active = True
        values = {"name": JUNE - timedelta(days=9), "currency_id": cls.dollar.id, "rate": 1.0937}
        cls.env["res.currency.rate"].create({**values, "company_id": cls.company.id})

    def line(self, cents, parts):
        """:param parts: the campaigns' shares in hundredths of a percent, or how many share it equally"""
        if isinstance(parts, int):
            return self.spending.line(cents / 100, *self.campaigns[:parts])
        shares = [part / 100 for part in parts]
        return self.spending.split(cents / 100, dict(zip(self.campaigns, shares, strict=False)))

    @settings(max_examples=12, deadline=None)
    @given(DOCUMENTS)
    def test_costs_are_the_analytic_lines(self, documents):
        before = self.booked()
        posted = self.env["account.move"]
        for refund, foreign, lines in documents:
            currency = self.dollar if foreign else self.company.currency_id
            values = {"move_type": "in_refund" if refund else "in_invoice", "currency_id": currency.id}
            posted |= self.spending.bill(*(self.line(*line) for line in lines), **values)
        booked = self.booked()
        for campaign in self.campaigns:
            self.assertEqual(Decimal(str(self.cost(campaign))), Decimal(str(booked.get(campaign, 0))), campaign.title)
        whole = [line for line in posted.invoice_line_ids if sum(line.analytic_distribution.values()) == 100]
        # Odoo books no part below half a cent.
        for line in (line for line in whole if abs(line.balance) >= 0.1):
            self.assertEqual(round(-sum(line.analytic_line_ids.mapped("amount")), 2), round(line.balance, 2))
        added = round(sum(booked.values()) - sum(before.values()), 2)
        entries = round(-sum(posted.invoice_line_ids.analytic_line_ids.mapped("amount")), 2)
        self.assertEqual(float(added), entries)
