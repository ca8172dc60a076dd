"""The demo company, small: every state in it is one that Odoo itself arrived at."""

from datetime import timedelta
from unittest.mock import patch

from dateutil.relativedelta import relativedelta
from odoo.addons.crm_pareto.models.work.suggestion import crm_pareto_pairing
from odoo.fields import Date
from odoo.tools import SQL

from dev.demo import company, spending, unlinked

from ..common import ParetoCase
from ..work import pairing_oracle


class TestDemoCompany(ParetoCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.before = {name: cls.env[name].search([]).ids for name in ("account.move", "sale.order", "res.company")}
        cls.env = cls.env(context={**cls.env.context, "tracking_disable": True})
        company.load(cls.env, scale=0.1)

    def made(self, model, *domain):
        """The records of a model that the demo company made, of all companies."""
        companies = self.env["res.company"].search([])
        records = self.env[model].with_context(allowed_company_ids=companies.ids)
        return records.search([("id", "not in", self.before.get(model, [])), *domain])

    def test_two_companies_sell_in_two_currencies(self):
        invoices = self.made("account.move", ("move_type", "=", "out_invoice"))
        self.assertEqual(len(invoices.company_id), 2)
        self.assertEqual(set(invoices.mapped("company_currency_id.name")), {"EUR", "USD"})

    def test_every_customer_document_is_posted_and_balances(self):
        documents = self.made("account.move", ("move_type", "in", ("out_invoice", "out_refund")))
        self.assertEqual(set(documents.mapped("state")), {"posted"})
        for document in documents:
            self.assertEqual(round(sum(document.line_ids.mapped("balance")), 2), 0)
        self.assertIn("out_refund", documents.mapped("move_type"))

    def test_business_spreads_over_two_years_and_none_of_it_is_in_the_future(self):
        days = self.made("account.move", ("move_type", "=", "out_invoice")).mapped("invoice_date")
        self.assertLessEqual(max(days), Date.today())
        self.assertLess(min(days), Date.today() - timedelta(days=500))

    def test_orders_are_in_all_states_people_meet(self):
        states = set(self.made("sale.order").mapped("state"))
        self.assertLessEqual({"sent", "sale", "cancel"}, states)

    def test_no_mail_waits_to_leave_the_machine(self):
        self.assertFalse(self.env["mail.mail"].search([("state", "=", "outgoing")]))

    def test_the_four_people_can_log_in(self):
        people = self.env["res.users"].search([("login", "in", ("sales", "manager", "accountant", "admin"))])
        self.assertEqual(len(people), 4)
        sales = people.filtered(lambda user: user.login == "sales")
        self.assertTrue(sales.has_group("sales_team.group_sale_salesman"))
        self.assertFalse(sales.has_group("sales_team.group_sale_salesman_all_leads"))

    def test_campaigns_cost_in_each_way_whose_app_is_there(self):
        apps = {"order": "purchase.order", "expense": "hr.expense", "timesheet": "project.project"}
        kinds = {"bill", *(kind for kind, model in apps.items() if model in self.env)}
        self.assertEqual(set(self.made("crm.pareto.campaign.cost.report").mapped("kind")), kinds)

    def test_campaign_costs_are_the_analytic_lines(self):
        plan = self.env["account.analytic.plan"]._pareto_campaigns()
        self.env.flush_all()
        booked = self.env.execute_query(
            SQL(
                "SELECT account.pareto_campaign_id, -SUM(line.amount) FROM account_analytic_line line"
                " JOIN account_analytic_account account ON account.id = line.%s GROUP BY 1"
                " HAVING SUM(line.amount) <> 0",
                SQL.identifier(plan._column_name()),
            )
        )
        costs = {}
        for row in self.made("crm.pareto.campaign.cost.report", ("cost", "!=", 0)):
            costs[row.campaign_id.id] = round(costs.get(row.campaign_id.id, 0) + row.cost, 2)
        self.assertEqual(costs, {campaign: float(cost) for campaign, cost in booked})

    def test_campaigns_have_figures_at_once(self):
        rows = self.made("crm.pareto.campaign", ("model", "=", "linear"))
        for name in ("cost", "revenue", "margin", "touched", "orders", "roi"):
            self.assertTrue(any(rows.mapped(name)), name)
        self.assertTrue(self.made("utm.campaign", ("company_id", "=", False), ("pareto_account_ids", "!=", False)))
        self.assertTrue(self.made("crm.pareto.touch", ("campaign_id", "!=", False), ("channel", "=", "event")))
        self.assertTrue(self.made("crm.pareto.customer", ("turnover", ">", 0)))

    def test_of_the_orders_for_campaigns_some_are_billed_some_in_part_and_some_not(self):
        if "purchase.order" not in self.env:
            return  # tests/with_apps runs this with purchases
        lines = self.made("purchase.order.line", ("pareto_campaign_ids", "!=", False))
        found = {(line.pareto_campaign_ids.title[:8], line.name, line.qty_invoiced) for line in lines}
        self.assertEqual(len(found), len(spending.PURCHASES))
        expected = {(row.what, sum(quantity for _ago, quantity in row.bills)) for row in spending.PURCHASES}
        self.assertEqual({row[1:] for row in found}, expected)

    def test_one_bill_is_shared_out_over_two_campaigns_not_in_equal_parts(self):
        line = self.made("account.move.line", ("name", "=", spending.SHARED_BILL[1]))
        self.assertEqual(len(line.pareto_campaign_ids), 2)
        self.assertEqual(sorted(-amount for amount in line.analytic_line_ids.mapped("amount")), [570, 1330])

    def test_some_invoices_do_not_say_whose_business_they_are(self):
        leased = self.made(
            "account.move", ("partner_id.name", "=", unlinked.LEASING), ("move_type", "=", "out_invoice")
        )
        ordered = leased.invoice_line_ids.sale_line_ids.order_id
        self.assertNotEqual(ordered.partner_id.commercial_partner_id, leased.commercial_partner_id)
        domain = [("partner_id.name", "=", unlinked.WALK_IN), ("move_type", "=", "out_invoice")]
        for invoice in self.made("account.move", *domain):
            mark = invoice.ref.removeprefix("Counter, ")
            customer = self.made("res.partner", "|", ("email", "=", mark), ("vat", "=", mark)).commercial_partner_id
            self.assertEqual(len(customer), 1)
            self.assertTrue(customer.sale_order_ids)

    def test_of_some_companies_it_is_known_who_decides(self):
        self.assertTrue(self.made("res.partner", ("pareto_role_ids.role", "=", "decides")))
        self.assertTrue(self.made("res.partner", ("pareto_no_decider", "=", True)))

    def test_what_is_bought_together_is_what_mlxtend_finds(self):
        count = 0
        for seller in self.made("account.move", ("move_type", "=", "out_invoice")).company_id:
            rows, wanted = self.pairings(seller)
            self.assertEqual(rows.keys(), wanted.keys())
            for pair, measures in wanted.items():
                self.assertEqual([round(value, 9) for value in rows[pair]], [round(value, 9) for value in measures])
            count += len(rows)
        self.assertGreater(count, 20)

    def pairings(self, seller):
        """What is found in two years of a company, {(product, suggested): measures}, and what mlxtend finds."""
        seller.pareto_window = "24"
        # Of so few customers two already are many, and no pair is left out.
        with patch.multiple(crm_pareto_pairing, FEWEST=2, MOST_PER_PRODUCT=1000):
            self.env["crm.pareto.pairing"]._recompute(seller)
        found = self.env["crm.pareto.pairing"].search([("company_id", "=", seller.id)])
        rows = {(row.product_id.id, row.suggested_id.id): (row.support, row.confidence, row.lift) for row in found}
        since = Date.today() + timedelta(days=1) - relativedelta(months=24)
        offered = self.env["sale.order"].new({"company_id": seller.id})._get_suggestible_domain()
        bought = self.env["crm.pareto.revenue.report"]._read_group(
            [
                ("company_id", "=", seller.id),
                ("customer_id", "!=", False),
                ("date", ">=", since),
                ("product_id", "any", offered),
            ],
            ["customer_id", "product_id"],
            having=[("revenue:sum", ">", 0)],
        )
        baskets = {}
        for customer, product in bought:
            baskets.setdefault(customer, set()).add(product.id)
        least = (seller.pareto_pairing_support, seller.pareto_pairing_confidence)
        return rows, pairing_oracle.pairs(list(baskets.values()), *least, fewest=2)
