"""What is shown is what stands in the books, and what is not is listed by document."""

from datetime import date

from freezegun import freeze_time
from odoo.exceptions import AccessError
from odoo.fields import Command

from ..campaign.test_campaign_credit import AS_OF, CampaignCase
from ..common import PROFIT

DIFFERENCES = ("customer_difference", "attribution_difference", "cost_difference")


@freeze_time(AS_OF)
class TestReconciliation(CampaignCase):
    def reconciliation(self):
        self.env.flush_all()
        self.env.invalidate_all()
        return self.env["crm.pareto.reconciliation"].create({"company_id": self.company.id})

    def compute(self):
        self.recompute(AS_OF)
        self.attribute()
        return self.reconciliation()

    def bill(self, *campaigns, price=1000, move_type="in_invoice", distribution=None, **values):
        """A posted vendor bill on campaigns."""
        line = {"name": "Stand", "price_unit": price, "tax_ids": [Command.clear()]}
        if distribution is None:
            line["pareto_campaign_ids"] = [Command.set([campaign.id for campaign in campaigns])]
        else:
            line["analytic_distribution"] = distribution
        move = self.env["account.move"].create(
            {
                "move_type": move_type,
                "partner_id": self.new_partner("Messe").id,
                "invoice_date": date(2026, 6, 1),
                "invoice_line_ids": [Command.create(line)],
                **values,
            }
        )
        move.action_post()
        return move

    def test_after_a_computation_nothing_differs(self):
        self.touch(self.fair, date(2026, 6, 1))
        self.invoice(self.partner, (self.product, 3, 33.33))
        self.invoice(self.new_partner("Birch"), (self.product, 1, 20), move_type="out_refund")
        self.bill(self.fair, self.spring, price=100.01)
        found = self.compute()
        self.assertEqual((found.ledger, found.customers, found.no_customer), (79.99, 79.99, 0))
        self.assertEqual((found.attributed, found.unattributed), (99.99, -20))
        self.assertEqual((found.analytic, found.cost), (100.01, 100.01))
        self.assertEqual([found[name] for name in DIFFERENCES], [0, 0, 0])
        self.assertEqual(found.difference_count, 0)

    def test_an_invoice_posted_since_is_the_difference_and_is_listed(self):
        self.invoice(self.partner, (self.product, 1, 100))
        self.compute()
        self.env.cr.execute("UPDATE crm_pareto_run SET refreshed_at = now() - interval '1 day'")
        self.invoice(self.partner, (self.product, 1, 40))
        found = self.reconciliation()
        self.assertEqual(found.customer_difference, 40)
        row = self.env["crm.pareto.difference"].search(found.action_open_differences()["domain"])
        self.assertEqual((row.partner_id, row.reason, row.shown, row.books), (self.partner, "changed", 100, 140))
        action = row.action_open_document()
        self.assertEqual(sum(self.env[action["res_model"]].search(action["domain"]).mapped("revenue")), 140)

    def test_a_bill_posted_since_is_the_difference_of_the_cost_and_is_listed(self):
        self.bill(self.fair, price=100)
        self.compute()
        self.bill(self.fair, price=50)
        account = self.fair.pareto_account_ids
        column = account.plan_id._column_name()
        self.env["account.analytic.line"].create(
            {
                "name": "Stamps",
                column: account.id,
                "amount": -7,
                "date": date(2026, 6, 2),
                "company_id": self.company.id,
            }
        )
        found = self.reconciliation()
        self.assertEqual(found.cost_difference, 57)
        row = self.env["crm.pareto.difference"].search(found.action_open_differences()["domain"])
        self.assertEqual((row.campaign_id, row.reason, row.shown, row.books), (self.fair, "cost", 100, 157))
        action = row.action_open_document()
        self.assertEqual(sum(self.env[action["res_model"]].search(action["domain"]).mapped("cost")), 157)

    def test_which_bills_are_a_campaign_s_is_for_who_may_see_costs(self):
        self.bill(self.fair, price=100)
        self.compute()
        self.env.cr.execute("UPDATE crm_pareto_campaign SET computed_at = now() - interval '1 day'")
        self.bill(self.fair, price=50)
        domain = [("reason", "=", "cost"), ("company_id", "=", self.company.id)]
        invoicing = "account.group_account_invoice"
        for groups, listed in ((invoicing, False), (f"{invoicing},{PROFIT}", True)):
            user = self.new_member(f"user {listed}", groups)
            differences = self.env(user=user, context={"allowed_company_ids": self.company.ids})[
                "crm.pareto.difference"
            ]
            self.assertEqual(listed, bool(differences.search_count(domain)))

    def test_a_cost_dated_later_is_in_no_figure_yet(self):
        self.bill(self.fair, price=100)
        self.bill(self.fair, price=50, invoice_date=date(2026, 7, 15))
        found = self.compute()
        self.assertEqual((found.analytic, found.cost, found.cost_difference), (100, 100, 0))

    def test_what_was_spent_on_an_archived_account_stays_a_cost(self):
        self.bill(self.fair, price=100)
        self.fair.pareto_account_ids.active = False
        found = self.compute()
        self.assertEqual((found.cost, found.cost_difference), (100, 0))

    def test_an_attributed_invoice_that_is_no_longer_posted_is_listed(self):
        self.touch(self.fair, date(2026, 6, 1))
        invoice = self.invoice(self.partner, (self.product, 1, 100))
        self.compute()
        invoice.button_draft()
        found = self.reconciliation()
        self.assertEqual(found.attribution_difference, -100)
        row = self.env["crm.pareto.difference"].search([("reason", "=", "attribution")])
        self.assertEqual((row.move_id, row.difference), (invoice, -100))

    def test_no_employee_moves_an_account_of_the_books(self):
        """Campaigns are everybody's to write; the account follows its campaign."""
        account, abroad = self.fair._pareto_ensure_accounts(), self.new_company("Alder Inc", "USD")
        employee = self.new_member("emil", "base.group_user", self.company + abroad)
        fair = self.fair.with_user(employee).with_context(allowed_company_ids=employee.company_ids.ids)
        with self.assertRaisesRegex(AccessError, "has an account in the books"):
            fair.company_id = abroad
        fair.title = "Great Fair"
        self.assertEqual(("Great Fair", self.company), (account.name, account.company_id))

    def test_an_asset_is_a_cost_as_it_is_written_off(self):
        domain = [("company_ids", "=", self.company.id)]
        accounts = self.env["account.account"]
        fixed, expense = (
            accounts.search([*domain, ("account_type", "=", type_)], limit=1) for type_ in ("asset_fixed", "expense")
        )
        bill = self.bill(self.fair, price=1200)
        bill.button_draft()
        bill.invoice_line_ids.account_id = fixed
        bill.action_post()
        written_off = {"account_id": expense.id, "debit": 100}
        written_off["analytic_distribution"] = bill.invoice_line_ids.analytic_distribution
        self.env["account.move"].create(
            {
                "move_type": "entry",
                "date": date(2026, 6, 20),
                "line_ids": [Command.create(written_off), Command.create({"account_id": fixed.id, "credit": 100})],
            }
        ).action_post()
        found = self.compute()
        self.assertEqual((found.analytic, found.analytic_balance, found.cost), (1300, 1200, 100))
        self.assertEqual(found.cost_difference, 0)

    def test_a_customer_invoice_on_a_campaigns_account_is_no_cost(self):
        account = self.fair._pareto_ensure_accounts()
        invoice = self.invoice(self.partner, (self.product, 1, 100))
        invoice.invoice_line_ids.analytic_distribution = {str(account.id): 100}
        self.bill(self.fair, price=300)
        found = self.compute()
        self.assertEqual((found.analytic, found.analytic_revenue, found.cost), (200, -100, 300))
        self.assertEqual(found.cost_difference, 0)
        row = self.env["crm.pareto.difference"].search([("reason", "=", "revenue")])
        self.assertEqual(row.move_id, invoice)

    def test_a_bill_in_a_currency_without_a_rate_is_listed(self):
        currency = self.env["res.currency"].with_context(active_test=False).search([("name", "=", "KWD")])
        currency.active = True
        currency.rate_ids.unlink()
        bill = self.bill(self.fair, currency_id=currency.id)
        self.compute()
        row = self.env["crm.pareto.difference"].search([("reason", "=", "rate")])
        self.assertEqual(row.move_id, bill)

    def test_each_figure_opens_what_it_is_the_sum_of(self):
        self.touch(self.fair, date(2026, 6, 1))
        self.invoice(self.partner, (self.product, 3, 33.33))
        self.invoice(self.new_partner("Birch"), (self.product, 1, 20))
        self.bill(self.fair, price=100.01)
        found = self.compute()
        for name, figure, field, sign in (
            ("ledger", found.ledger, "balance", -1),
            ("customers", found.customers, "turnover", 1),
            ("no_customer", found.no_customer, "revenue", 1),
            ("attributed", found.attributed, "revenue", 1),
            ("unattributed", found.unattributed, "revenue", 1),
            ("costs", found.cost, "cost", 1),
            ("analytic", found.analytic, "amount", -1),
        ):
            action = getattr(found, f"action_open_{name}")()
            opened = self.env[action["res_model"]].search(action["domain"])
            self.assertAlmostEqual(sign * sum(opened.mapped(field)), figure, 2, name)

    def test_only_who_sees_all_invoices_may_open_it(self):
        seller = self.new_user("seller", "sales_team.group_sale_salesman")
        with self.assertRaises(AccessError):
            self.env["crm.pareto.reconciliation"].with_user(seller).action_open()
        clerk = self.new_user("clerk", "account.group_account_invoice,crm_pareto.group_user")
        clerk.write({"company_ids": [Command.set(self.company.ids)], "company_id": self.company.id})
        record = self.env["crm.pareto.reconciliation"].with_user(clerk).with_company(self.company)
        self.assertEqual(record.action_open()["res_model"], "crm.pareto.reconciliation")
