"""Nothing of ours runs where Odoo is busy, and a page that shows our columns costs one query."""

import json
import re
from contextlib import contextmanager
from datetime import date
from unittest.mock import patch

from odoo.fields import Command
from odoo.sql_db import Cursor

from ..common import SALESPERSON, LedgerCase, throwaway_database

OURS = re.compile(r"crm_pareto_\w+")


class StatementsCase(LedgerCase):
    """Forty contacts, half of them customers, and what is asked of the database."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.partners = cls.env["res.partner"].create([{"name": f"P{index}"} for index in range(40)])
        for partner in cls.partners[:20]:
            cls.invoice(partner, (cls.product, 1, 100))
        cls.recompute()

    @contextmanager
    def statements(self):
        """Yield the list of the SQL statements that run inside."""
        self.env.flush_all()
        self.env.invalidate_all()
        seen, execute = [], Cursor.execute

        def watch(cursor, query, *args, **kwargs):
            seen.append(getattr(query, "code", query))
            return execute(cursor, query, *args, **kwargs)

        with patch.object(Cursor, "execute", watch):
            yield seen
            self.env.flush_all()


class TestStatements(StatementsCase):
    def assert_none_of_ours(self, seen):
        self.assertGreater(len(seen), 0)
        self.assertEqual([query for query in seen if OURS.search(query)], [])

    def test_confirming_an_order_runs_none_of_ours(self):
        line = {"product_id": self.product.id, "product_uom_qty": 1}
        order = self.env["sale.order"].create({"partner_id": self.partners[0].id, "order_line": [Command.create(line)]})
        with self.statements() as seen:
            order.action_confirm()
        self.assert_none_of_ours(seen)

    def test_posting_an_invoice_runs_none_of_ours(self):
        with self.statements() as seen:
            self.invoice(self.partners[1], (self.product, 1, 100))
        self.assert_none_of_ours(seen)

    def test_moving_a_lead_or_contact_to_another_company_runs_none_of_ours(self):
        lead = self.env["crm.lead"].create({"name": "Line 3", "type": "opportunity", "company_id": False})
        with self.statements() as seen:
            lead.company_id = self.company
            self.partners[30].company_id = self.company
        self.assert_none_of_ours(seen)

    def _statements_of_a_distributed_bill(self, account):
        line = {"name": "line", "price_unit": 1, "analytic_distribution": {str(account.id): 100}}
        values = {"move_type": "in_invoice", "partner_id": self.partners[0].id, "invoice_date": date(2026, 6, 15)}
        lines = [Command.create(dict(line)) for _line in range(20)]
        with self.statements() as seen:
            self.env["account.move"].create({**values, "invoice_line_ids": lines}).action_post()
        return seen

    def test_a_bill_on_whatever_account_runs_none_of_ours(self):
        plan = self.env["account.analytic.plan"].create({"name": "Departments"})
        other = self.env["account.analytic.account"].create({"name": "Sales", "plan_id": plan.id})
        for account in (other, self.env["utm.campaign"].create({"title": "Fair"})._pareto_ensure_accounts()):
            seen = self._statements_of_a_distributed_bill(account)
            self.assert_none_of_ours(seen)
            self.assertEqual([query for query in seen if '"pareto_campaign_id" IS NOT NULL' in query], [])

    def test_reading_partners_without_our_columns_runs_none_of_ours(self):
        with self.statements() as seen:
            self.env["res.partner"].web_search_read([("id", "in", self.partners.ids)], {"name": {}, "email": {}})
        self.assert_none_of_ours(seen)

    def test_a_list_of_partners_with_our_columns_costs_one_query(self):
        shown = {"pareto_tier_id": {}, "pareto_tier_color": {}, "pareto_turnover": {}, "pareto_last_date": {}}
        for records in (self.partners, self.partners[:2]):
            with self.statements() as seen:
                records.web_read({"name": {}, **shown})
            self.assertEqual(len([query for query in seen if 'FROM "crm_pareto_customer"' in query]), 1)

    def test_fields_that_the_reader_may_not_see_are_described_without_a_query(self):
        """Odoo describes a lead's fields with sudo for each mail that comes in; a refusal need not name the groups."""
        leads = self.env["crm.lead"].with_user(self.new_user("seller", SALESPERSON)).sudo()
        leads.fields_get()  # which record rules hold, is kept
        with self.statements() as seen:
            leads.fields_get()
        self.assertEqual([], [query for query in seen if "groups" in query or OURS.search(query)])

    def test_the_recompute_never_writes_a_partner(self):
        self.invoice(self.partners[2], (self.product, 1, 5000))
        with self.statements() as seen:
            self.env["crm.pareto.recompute"]._recompute(self.company, date(2026, 6, 30))
            self.env["crm.pareto.recompute"]._refresh(self.company, date(2026, 7, 1))
        self.assertEqual([query for query in seen if 'UPDATE "res_partner"' in query], [])

    def test_the_number_of_statements_does_not_grow_with_the_customers(self):
        counts = []
        for partners in (self.partners[:1], self.partners[:1], self.partners[20:]):  # the first fills Odoo's caches
            for partner in partners:
                self.invoice(partner, (self.product, 1, 70))
            with self.statements() as seen:
                self.env["crm.pareto.recompute"]._recompute(self.company, date(2026, 6, 30))
                self.env["crm.pareto.repeat"]._recompute(self.company, date(2026, 6, 30))
            counts.append(len(seen))
        self.assertEqual(counts[1], counts[2])


def test_odoo_runs_as_many_statements_with_the_addon_as_without():
    with throwaway_database("crm_pareto_hot_paths") as (odoo, database):
        without = json.loads(odoo.run_script(database, "tests.common.hot_paths", [], "Counting", None))
        odoo.run_server(database, ["-i", "crm_pareto"], "Installing", None, strict=True)
        with_addon = json.loads(odoo.run_script(database, "tests.common.hot_paths", [], "Counting", None))
    assert without == with_addon
    assert all(count > 0 for count in without.values()), without
