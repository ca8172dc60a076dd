"""Values over another window, or as of a past day."""

from datetime import date, timedelta

from odoo.exceptions import UserError

from ..common import LedgerCase

A = "A"


class TestSnapshot(LedgerCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.early, cls.late = cls.new_partner("Early"), cls.new_partner("Late")
        cls.invoice(cls.early, (cls.product, 1, 100), day=date(2024, 12, 10))
        cls.invoice(cls.late, (cls.product, 1, 900), day=date(2026, 5, 10))
        cls.rows = cls.recompute()

    def snapshot(self, kind="customer", pareto_window="12", as_of=date(2025, 6, 30)):
        return self.env["crm.pareto.recompute"]._snapshot(self.company, kind, pareto_window, as_of)

    def test_it_holds_the_values_of_a_past_day(self):
        run = self.snapshot()
        row = self.env["crm.pareto.customer"].search([("snapshot_id", "=", run.id)])
        self.assertEqual(
            (row.partner_id, row.turnover, row.profit, row.tier_id.name, row.turnover_share, row.as_of),
            (self.early, 100, 60, A, 1, date(2025, 6, 30)),
        )
        opened = self.env["crm.pareto.revenue.report"].search(row.action_open_revenue()["domain"])
        self.assertEqual(sum(opened.mapped("revenue")), 100)

    def test_it_stays_out_of_every_search_that_does_not_name_it(self):
        before = self.env["crm.pareto.customer"].search([("company_id", "=", self.company.id)])
        self.snapshot()
        self.assertEqual(self.env["crm.pareto.customer"].search([("company_id", "=", self.company.id)]), before)
        self.assertEqual(self.late.pareto_turnover, 900)
        self.assertEqual(self.env["res.partner"].search([("pareto_turnover", ">", 0)]), self.late)
        [(count,)] = self.env["crm.pareto.customer"]._read_group(
            [("company_id", "=", self.company.id)], [], ["__count"]
        )
        self.assertEqual(count, len(before))

    def test_nor_does_it_come_with_archived_records(self):
        """Odoo's lists ask for archived contacts, and so do ours: the figures beside them are those of today."""
        contact = self.late.with_context(active_test=False)
        self.invoice(self.late, (self.product, 1, 50), day=date(2025, 1, 10))
        self.recompute()
        for day in (date(2025, 6, 30), date(2026, 5, 30)):
            self.snapshot(as_of=day)
        self.env.invalidate_all()
        self.assertEqual(900, contact.pareto_turnover)
        self.assertFalse(contact.env["crm.pareto.customer"].search([]).snapshot_id)
        of_a_tier = contact.env["crm.pareto.customer"].search([("tier_id", "!=", False)])
        self.assertFalse(of_a_tier.snapshot_id)

    def test_a_recompute_leaves_it_and_it_is_made_once(self):
        run = self.snapshot(pareto_window="all", as_of=date(2026, 6, 30))
        self.recompute()
        rows = self.env["crm.pareto.customer"].search([("snapshot_id", "=", run.id)])
        self.assertEqual(sorted(rows.mapped("turnover")), [100, 900])
        self.assertEqual(self.snapshot(pareto_window="all", as_of=date(2026, 6, 30)), run)

    def test_it_goes_after_a_day(self):
        run = self.snapshot("product")
        self.assertTrue(self.env["crm.pareto.product"].search([("snapshot_id", "=", run.id)]))
        run.full_at -= timedelta(days=2)
        self.env["crm.pareto.run"]._gc_snapshots()
        self.assertFalse(run.exists())
        self.assertFalse(self.env["crm.pareto.product"].search([("snapshot_id", "!=", False)]))

    def test_what_takes_long_is_not_asked_for_oftener_than_it_takes(self):
        self.snapshot().seconds = 3600
        with self.assertRaisesRegex(UserError, "computed a moment ago, in 3600 seconds"):
            self.snapshot(as_of=date(2025, 5, 31))
        self.snapshot()  # that one is there

    def test_another_one_of_the_company_being_made_is_said(self):
        with self.registry.cursor() as other:
            other.execute("SELECT pg_advisory_xact_lock(%s, %s)", (20260120, self.company.id))
            with self.assertRaisesRegex(UserError, "try again in a moment"):
                self.snapshot()
