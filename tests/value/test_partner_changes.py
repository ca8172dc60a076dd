"""Customers that are archived, move to another company, or become a contact of one: sums that still make the ledger."""

from datetime import date
from decimal import Decimal

from odoo.fields import Command

from ..common import PROFIT, SALES_MANAGER, LedgerCase
from . import oracle

AS_OF = date(2026, 6, 30)
WINDOW = date(2025, 7, 1), AS_OF


class TestPartnerChanges(LedgerCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.alder, cls.birch = (cls.new_partner(name, is_company=True) for name in ("Alder", "Birch"))
        cls.bea = cls.new_partner("Bea", parent_id=cls.birch.id)
        cls.shop = cls.new_partner("Shop")
        cls.invoice(cls.alder, (cls.product, 1, 300))
        cls.invoice(cls.bea, (cls.product, 1, 100))
        cls.invoice(cls.shop, (cls.product, 1, 50))
        cls.invoice(cls.shop, (cls.product, 1, 20), pareto_customer_id=cls.bea.id)
        cls.recompute(AS_OF)
        # As if the invoices were of long ago: only what changes from now on is read by a refresh.
        cls.env.cr.execute("UPDATE account_move SET write_date = write_date - interval '3 days'")
        cls.env.invalidate_all()

    def check(self, expected):
        """After the next refresh, and the computation of everything, the customers' turnovers make the ledger."""
        ledger = {key: value for key, value in oracle.turnovers(self.env, self.company, *WINDOW).items() if value}
        self.assertEqual(ledger, {partner.id: Decimal(turnover) for partner, turnover in expected.items()})
        for compute in (self.refresh, self.recompute):
            compute(AS_OF)
            rows = self.env["crm.pareto.customer"].search([("company_id", "=", self.company.id)])
            self.assertEqual({row.partner_id: row.turnover for row in rows if row.turnover}, expected)
            self.assertEqual(rows.sorted("turnover_rank").mapped("turnover"), sorted(expected.values(), reverse=True))

    def of_who_moved(self, model):
        """A manager's rows about Alder, who moved to another company since."""
        self.env.flush_all()
        rows = self.env[model].with_user(self.new_user("berta", f"{SALES_MANAGER},{PROFIT}"))
        rows.env.user.sudo().write({"company_ids": [Command.set(self.company.ids)], "company_id": self.company.id})
        self.alder.write({"company_id": self.new_company("Elsewhere", "USD").id, "street": "Main Street 1"})
        self.env.invalidate_all()
        rows = rows.with_context(allowed_company_ids=self.company.ids)
        field = next(name for name in ("partner_id", "customer_id") if name in rows._fields)
        found = rows.search([(field, "=", self.alder.id)], limit=1)
        self.assertFalse(found[field]._filtered_access("read"))
        return found.ensure_one()

    def test_figures_are_called_as_a_customer_who_moved_to_another_company(self):
        row = self.of_who_moved("crm.pareto.customer")
        self.assertEqual(row.display_name, "Alder")
        self.assertEqual(row.action_open_revenue()["name"], "Invoices of Alder")
        self.assertEqual(row.white_space_message, "Set the customer's industry to compare it with its peers.")

    def test_of_who_moved_to_another_company_figures_tell_the_name_only(self):
        row = self.of_who_moved("crm.pareto.customer")
        self.assertEqual(row.with_context(show_address=True).display_name, "Alder")

    def test_the_history_is_called_as_a_customer_who_moved_to_another_company(self):
        self.env["crm.pareto.history"]._complete(self.company, date(2026, 7, 15))
        self.assertEqual(self.of_who_moved("crm.pareto.history").display_name, "Alder")

    def test_a_referral_is_called_as_a_customer_who_moved_to_another_company(self):
        self.alder.pareto_referred_by_id = self.birch
        self.assertEqual(self.of_who_moved("crm.pareto.referral").display_name, "Alder")

    def test_archived(self):
        (self.alder + self.shop).active = False
        self.check({self.alder: 300, self.birch: 120, self.shop: 50})

    def test_contact_moves_to_another_company(self):
        """What was invoiced stays where it was posted; what was only credited goes along, as the report says."""
        self.bea.parent_id = self.alder
        self.check({self.alder: 320, self.birch: 100, self.shop: 50})

    def test_company_becomes_a_contact_of_another(self):
        self.birch.parent_id = self.alder
        self.birch.is_company = False
        self.check({self.alder: 320, self.birch: 100, self.shop: 50})

    def test_contact_becomes_a_customer_of_its_own(self):
        self.bea.parent_id = False
        self.check({self.alder: 300, self.birch: 100, self.bea: 20, self.shop: 50})
