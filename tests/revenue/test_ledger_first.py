"""The reconciliation starts from the general ledger, and explains each cent between that and the customers' revenue."""

from datetime import date

from freezegun import freeze_time
from odoo.fields import Command

from ..common import LedgerCase

TODAY = date(2026, 6, 30)


@freeze_time(TODAY)
class TestLedgerFirst(LedgerCase):
    def reconcile(self):
        self.env.flush_all()
        self.env.invalidate_all()
        return self.env["crm.pareto.reconciliation"].create({"company_id": self.company.id})

    def reasons(self, found):
        """{reason: difference} of what is opened as the explanation."""
        action = found.action_open_explained()
        rows = self.env[action["res_model"]].search(action["domain"])
        return {reason: sum(some.mapped("difference")) for reason, some in rows.grouped("reason").items()}

    def income(self):
        """What the profit and loss of the window says, summed in plain Python."""
        items = self.env["account.move.line"].search(
            [("company_id", "=", self.company.id), ("parent_state", "=", "posted"), ("date", "<=", TODAY)]
        )
        items = items.filtered(lambda item: item.account_id.account_type in ("income", "income_other"))
        return round(-sum(item.balance for item in items if item.date > date(2025, 6, 30)), 2)

    def account(self, account_type):
        domain = [("account_type", "=", account_type), ("company_ids", "=", self.company.id)]
        return self.env["account.account"].search(domain, limit=1)

    def entry(self, amount, account, day=date(2026, 6, 10), **values):
        """A posted journal entry of an amount on an account."""
        other = self.account("asset_current")
        lines = [
            {"account_id": account.id, "balance": -amount, **values},
            {"account_id": other.id, "balance": amount},
        ]
        move = self.env["account.move"].create(
            {"move_type": "entry", "date": day, "line_ids": [Command.create(line) for line in lines]}
        )
        move.action_post()
        return move

    def check_explained(self, found, reasons):
        self.assertEqual(found.ledger, self.income())
        self.assertEqual(self.reasons(found), reasons)
        self.assertEqual(found.explained, round(sum(reasons.values()), 2))
        self.assertEqual(found.unexplained, 0)

    def test_what_is_booked_on_another_day_than_invoiced_is_named(self):
        birch = self.new_partner("Birch")
        self.invoice(birch, (self.product, 1, 1000), day=date(2026, 6, 20))
        self.company.fiscalyear_lock_date = date(2025, 6, 30)
        late = self.invoice(birch, (self.product, 1, 700), day=date(2025, 6, 25))
        self.assertGreater(late.date, date(2025, 6, 30))
        self.recompute(TODAY)
        found = self.reconcile()
        self.assertEqual((found.ledger, found.customers, found.customer_difference), (1700, 1000, 700))
        self.check_explained(found, {"period": 700})

    def test_cash_rounding_on_an_income_account_is_named(self):
        rounding = self.env["account.cash.rounding"].create(
            {
                "name": "Five cents",
                "rounding": 0.05,
                "strategy": "add_invoice_line",
                "profit_account_id": self.account("income_other").id or self.account("income").id,
                "loss_account_id": self.account("expense").id,
                "rounding_method": "UP",
            }
        )
        self.invoice(self.new_partner("Birch"), (self.product, 1, 99.97), invoice_cash_rounding_id=rounding.id)
        self.recompute(TODAY)
        self.check_explained(self.reconcile(), {"rounding": 0.03})

    def test_a_manual_entry_on_income_is_named(self):
        birch = self.new_partner("Birch")
        self.invoice(birch, (self.product, 1, 100))
        self.entry(12.34, self.account("income"), partner_id=birch.id)
        self.entry(5, self.account("income"), day=date(2024, 6, 10))
        self.recompute(TODAY)
        self.check_explained(self.reconcile(), {"manual": 12.34})

    def test_a_vendor_bill_on_income_is_named(self):
        line = {"name": "Refund of a fee", "price_unit": 30, "account_id": self.account("income").id}
        self.env["account.move"].create(
            {
                "move_type": "in_refund",
                "partner_id": self.new_partner("Vendor").id,
                "invoice_date": date(2026, 6, 10),
                "invoice_line_ids": [Command.create({**line, "tax_ids": [Command.clear()]})],
            }
        ).action_post()
        self.recompute(TODAY)
        self.check_explained(self.reconcile(), {"vendor": 30})

    def test_a_discount_that_is_posted_apart_is_named(self):
        self.company.account_discount_expense_allocation_id = self.account("expense")
        move = self.invoice(self.new_partner("Birch"), (self.product, 1, 100))
        move.button_draft()
        move.invoice_line_ids.discount = 10
        move.action_post()
        self.recompute(TODAY)
        self.assertEqual(self.income(), 100)
        self.check_explained(self.reconcile(), {"discount": 10})

    def test_a_customers_changed_turnover_is_named_with_its_amount(self):
        birch, oak = self.new_partner("Birch"), self.new_partner("Oak")
        move = self.invoice(birch, (self.product, 1, 100))
        self.recompute(TODAY)
        self.invoice(oak, (self.product, 1, 40))
        move.button_draft()
        found = self.reconcile()
        self.check_explained(found, {"changed": -60})
        rows = self.env["crm.pareto.difference"].search(found.action_open_explained()["domain"])
        self.assertEqual({row.partner_id: (row.shown, row.books) for row in rows}, {birch: (100, 0), oak: (0, 40)})

    def test_what_is_invoiced_and_no_income_stands_beside(self):
        advances = self.env["account.account"].create(
            {
                "name": "Advances",
                "code": "419100",
                "account_type": "liability_current",
                "company_ids": [Command.set(self.company.ids)],
            }
        )
        move = self.invoice(self.new_partner("Birch"), (None, 1, 300))
        move.button_draft()
        move.invoice_line_ids.account_id = advances
        move.action_post()
        self.recompute(TODAY)
        found = self.reconcile()
        self.assertEqual((found.ledger, found.customers, found.not_income), (0, 0, 300))
        self.check_explained(found, {})
        action = found.action_open_not_income()
        self.assertEqual(self.env[action["res_model"]].search(action["domain"]).move_id, move)

    def test_all_of_it_together(self):
        birch = self.new_partner("Birch")
        self.invoice(birch, (self.product, 3, 33.33), (None, 1, 0.01))
        self.invoice(birch, (self.product, 1, 10), move_type="out_refund", day=date(2025, 7, 1))
        self.invoice(birch, (self.product, 1, 1), day=date(2025, 6, 30))
        self.entry(7.77, self.account("income"))
        self.recompute(TODAY)
        self.invoice(self.new_partner("Oak"), (self.product, 1, 40.4))
        found = self.reconcile()
        self.check_explained(found, {"manual": 7.77, "changed": 40.4})
