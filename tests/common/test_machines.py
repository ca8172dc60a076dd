"""A database whose scheduled actions run on several workers."""

from datetime import date, datetime, timedelta
from unittest.mock import patch

from freezegun import freeze_time
from odoo.addons.base.models.ir_cron import IrCron

from ..common import LedgerCase

NIGHT = datetime(2026, 11, 22, 2)


class TestSeveralWorkers(LedgerCase):
    """Copies of the nightly action share the companies."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.other = cls.new_company("Alder Inc", "USD")
        cls.partner = cls.new_partner("Birch")
        for company in (cls.company, cls.other):
            cls.invoice(cls.partner, (None, 1, 100), day=date(2026, 10, 5), company=company)
        cls.action = cls.env.ref("crm_pareto.crm_pareto_recompute_cron")

    def run_action(self, action, due):
        """Run the scheduled action as a worker does that finds it due; (companies computed, progress told)."""
        action.nextcall = due
        computed, told = [], []
        recompute = type(self.env["crm.pareto.recompute"])
        compute_all = recompute._compute_all

        def note(self, company, *args, **kwargs):
            computed.append(company)
            return compute_all(self, company, *args, **kwargs)

        with (
            patch.object(recompute, "_compute_all", note),
            patch.object(IrCron, "_commit_progress", lambda cron, done=0, remaining=0: told.append(remaining)),
        ):
            self.env["crm.pareto.recompute"].with_context(cron_id=action.id)._cron_recompute()
        self.env.invalidate_all()
        return computed, told

    def test_what_one_worker_computed_is_left_by_the_other(self):
        with freeze_time(NIGHT):
            computed, _told = self.run_action(self.action, NIGHT)
            self.assertLessEqual({self.company, self.other}, set(computed))
            again, told = self.run_action(self.action.copy(), NIGHT)
        self.assertFalse(again)
        self.assertEqual(told[-1], 0, "the copy has ended too")

    def test_a_company_that_was_left_over_is_computed(self):
        with freeze_time(NIGHT):
            self.run_action(self.action, NIGHT)
            self.run_of(self.other).full_at = NIGHT - timedelta(days=1)
            computed, _told = self.run_action(self.action, NIGHT)
        self.assertEqual(computed, [self.other])

    def test_the_next_night_and_a_start_by_hand_compute_everything(self):
        with freeze_time(NIGHT):
            first, _told = self.run_action(self.action, NIGHT)
        for moment, due in ((NIGHT + timedelta(days=1), NIGHT + timedelta(days=1)), (NIGHT, NIGHT + timedelta(days=1))):
            self.env["crm.pareto.run"].search([]).full_at = NIGHT - timedelta(hours=1)
            with self.subTest(now=moment, due=due), freeze_time(moment):
                computed, _told = self.run_action(self.action, due)
                self.assertEqual(computed, first)

    def run_of(self, company):
        return self.env["crm.pareto.run"]._standing(company, "customer")
