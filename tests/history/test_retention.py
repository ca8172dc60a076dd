"""How long logged touches are kept, by channel and company."""

from datetime import datetime, timedelta
from unittest.mock import patch

from dateutil.relativedelta import relativedelta
from freezegun import freeze_time
from odoo.addons.crm_pareto.models.history import crm_pareto_retention
from odoo.exceptions import AccessError
from odoo.tools import mute_logger
from psycopg2 import IntegrityError

from ..common import SALES_MANAGER, SALESPERSON, LedgerCase

NOW = datetime(2026, 6, 30, 12)


class TestRetention(LedgerCase):
    """Calls are kept for a year."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.startClassPatcher(freeze_time(NOW))
        cls.partner = cls.new_partner("Birch", is_company=True)
        cls.env["crm.pareto.retention"].search([("company_id", "=", cls.company.id)]).unlink()
        cls.kept = cls.env["crm.pareto.retention"].create(
            {"company_id": cls.company.id, "channel": "phone", "months": 12}
        )

    def log(self, date, **values):
        values = {"name": "Talk", "channel": "phone", "company_id": self.company.id, **values}
        return self.env["crm.pareto.touch"].create({"partner_id": self.partner.id, "date": date, **values})

    def clean(self):
        return self.env["crm.pareto.retention"]._gc_touches()

    def test_those_that_were_kept_for_long_enough_go(self):
        border = NOW - relativedelta(months=12)
        old, young = self.log(border - timedelta(seconds=1)), self.log(border)
        self.assertEqual(self.clean(), (1, False))
        self.assertEqual((old | young).exists(), young)

    def test_a_channel_without_months_is_kept_for_ever(self):
        meeting = self.log(datetime(2001, 1, 1), channel="meeting")
        self.clean()
        self.assertTrue(meeting.exists())

    def test_each_company_has_its_own(self):
        company = self.new_company("Alder Inc", "USD")
        other = self.log(datetime(2020, 1, 1), company_id=company.id)
        self.clean()
        self.assertTrue(other.exists())
        self.kept.copy({"company_id": company.id, "months": 60})
        self.clean()
        self.assertFalse(other.exists())

    def test_what_a_campaigns_credit_rests_on_stays(self):
        campaign = self.env["utm.campaign"].create({"title": "Fair"})
        touch = self.log(datetime(2024, 5, 20), campaign_id=campaign.id)
        idle = self.log(datetime(2023, 1, 1), campaign_id=campaign.id)
        self.invoice(self.partner, (self.product, 1, 100), day=datetime(2024, 6, 1).date())
        self.env["crm.pareto.attribution"]._recompute(self.company, NOW.date())
        credited = self.env["crm.pareto.attribution"].search([("company_id", "=", self.company.id)])
        self.assertEqual(credited.mapped("touch_record"), touch.ids)
        self.clean()
        self.assertEqual((touch | idle).exists(), touch)

    def test_in_batches_until_nothing_is_left(self):
        touches = self.log(datetime(2024, 1, 1)) | self.log(datetime(2024, 1, 2)) | self.log(datetime(2024, 1, 3))
        with patch.object(crm_pareto_retention, "BATCH", 2):
            self.assertEqual(self.clean(), (2, True))
            self.assertEqual(len(touches.exists()), 1)
            self.assertEqual(self.clean(), (1, False))

    def test_odoo_s_daily_clean_up_runs_it(self):
        self.assertTrue(self.env["crm.pareto.retention"]._gc_touches._autovacuum)

    def test_months_without_end_keep_that_channel_for_ever_and_no_other(self):
        old = self.log(datetime(2024, 1, 1))
        meeting = self.log(datetime(1971, 1, 1), channel="meeting")
        other = self.kept.copy({"channel": "meeting"})
        self.env.flush_all()
        self.cr.execute("ALTER TABLE crm_pareto_retention DROP CONSTRAINT crm_pareto_retention_months_bounds")
        for months in (2**31 - 1, -5):
            self.cr.execute("UPDATE crm_pareto_retention SET months = %s WHERE id = %s", [months, other.id])
            self.env.invalidate_all()
            self.clean()
        self.assertEqual((old | meeting).exists(), meeting)

    def test_what_cannot_be_deleted_in_one_company_stays_there_only(self):
        old = self.log(datetime(2024, 1, 1))
        meeting = self.log(datetime(2024, 1, 1), channel="meeting")
        self.kept.copy({"channel": "meeting"})
        unlink = type(old).unlink

        def fail(touches):
            if old in touches:
                raise KeyError("broken")
            return unlink(touches)

        with patch.object(type(old), "unlink", fail), self.assertLogs(crm_pareto_retention.__name__, "WARNING"):
            self.assertEqual(self.clean(), (1, False))
        self.assertEqual((old | meeting).exists(), old)

    def test_at_least_a_month_at_most_a_century_and_once_a_channel(self):
        for values in (
            {"channel": "meeting", "months": 0},
            {"channel": "meeting", "months": 1201},
            {"channel": "phone", "months": 3},
        ):
            with mute_logger("odoo.sql_db"), self.assertRaises(IntegrityError), self.cr.savepoint():
                self.env["crm.pareto.retention"].create({"company_id": self.company.id, **values})

    def test_a_manager_says_so_for_his_companies_and_a_salesperson_reads_it(self):
        berta, anna = self.new_user("berta", SALES_MANAGER), self.new_user("anna", SALESPERSON)
        self.kept.with_user(berta).months = 24
        self.assertEqual(self.kept.with_user(anna).months, 24)
        with self.assertRaises(AccessError):
            self.kept.with_user(anna).months = 1
        theirs = self.kept.copy({"company_id": self.new_company("Alder Inc", "USD").id})
        with self.assertRaises(AccessError):
            theirs.with_user(berta).months = 1
