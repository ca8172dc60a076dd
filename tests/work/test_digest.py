"""Thin threads, and what the digest tells of customers."""

from datetime import date, datetime, timedelta

import pytest
from freezegun import freeze_time
from odoo.exceptions import AccessError
from odoo.fields import Command, Date

from ..common import SALES_MANAGER, LedgerCase, ParetoHttpCase, new_test_user
from ..common.test_home_screen import post_invoice

pytestmark = pytest.mark.dated


class ThinCase(LedgerCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.boss = cls.new_user("berta", SALES_MANAGER)
        cls.boss.write({"company_ids": [Command.link(cls.company.id)], "company_id": cls.company.id})
        cls.big = cls.new_partner("Corvex", is_company=True)
        cls.small = cls.new_partner("Dapper", is_company=True)
        for name in ("Cora", "Carl"):
            cls.new_partner(name, parent_id=cls.big.id)
        for partner, price in ((cls.big, 900), (cls.small, 10)):
            cls.invoice(partner, (cls.product, 1, price), day=Date.today())
        cls.recompute(Date.today())

    @classmethod
    def talk(cls, *users):
        for user in users:
            values = {"name": "Talk", "user_id": user.id, "date": datetime(2026, 5, 1, 9)}
            cls.env["crm.pareto.touch"].create({**values, "partner_id": cls.big.id, "company_id": cls.company.id})

    def thin(self):
        partners = self.env["res.partner"].with_user(self.boss).with_company(self.company)
        return partners.search([("pareto_is_thin", "=", True), ("id", "in", (self.big + self.small).ids)])


class TestThinThreads(ThinCase):
    def test_known_by_one_of_us_only(self):
        self.talk(self.boss)
        self.assertEqual(self.thin(), self.big)
        self.assertTrue(self.big.with_user(self.boss).with_company(self.company).pareto_is_thin)
        self.talk(self.new_user("carl", SALES_MANAGER))
        self.assertFalse(self.thin())
        self.env.invalidate_all()
        self.assertFalse(self.big.with_user(self.boss).with_company(self.company).pareto_is_thin)

    def test_through_one_contact_only(self):
        self.talk(self.boss, self.new_user("carl", SALES_MANAGER))
        self.big.child_ids[0].active = False
        self.assertEqual(self.thin(), self.big)

    def test_only_of_the_first_tier(self):
        self.assertNotIn(self.small, self.thin())


class TestDigest(ThinCase):
    def digest(self, user=None):
        digest = self.env["digest.digest"].create({"name": "Week", "company_id": self.company.id})
        bounds = {"start_datetime": datetime(2026, 5, 1), "end_datetime": datetime(2026, 6, 1)}
        return digest.with_user(user or self.boss).with_company(self.company).with_context(**bounds)

    def test_thin_threads_and_repeat_orders_of_the_company(self):
        self.talk(self.boss)
        self.assertEqual(self.digest().kpi_pareto_thin_value, 1)
        self.env["crm.pareto.repeat"].create(
            {
                "company_id": self.company.id,
                "partner_id": self.big.id,
                "product_id": self.product.id,
                "last_date": date(2026, 1, 1),
                "order_gap": 30,
                "due_from": date(2026, 1, 25),
                "due_to": date(2026, 2, 5),
            }
        )
        self.assertEqual(self.digest().kpi_pareto_reorders_value, 1)

    def test_lines_of_the_plan_done_in_the_period(self):
        for day, done in ((date(2026, 5, 31), True), (date(2026, 5, 3), False), (date(2026, 6, 1), True)):
            activity = self.big.activity_schedule("mail.mail_activity_data_call", day, user_id=self.boss.id)
            self.env["crm.pareto.plan.decision"].create(
                {
                    "company_id": self.company.id,
                    "user_id": self.boss.id,
                    "partner_id": self.big.id,
                    "date": day,
                    "why": "Order due",
                    "minutes": 15,
                    "state": "accepted",
                    "activity_id": activity.id,
                }
            )
            if done:
                activity.action_feedback()
        self.env.flush_all()
        self.assertEqual(self.digest().kpi_pareto_followed_value, 1)

    def test_movers_since_the_last_months_end(self):
        self.assertEqual(self.digest().kpi_pareto_movers_value, 0)
        last = self.env["crm.pareto.tier"]._for_company(self.company)[-1]
        for today, end in (
            (Date.today(), Date.today().replace(day=1) - timedelta(days=1)),
            (date(2026, 11, 30), date(2026, 10, 31)),
            (date(2028, 2, 29), date(2028, 1, 31)),
            (date(2028, 3, 1), date(2028, 2, 29)),
            (date(2027, 1, 1), date(2026, 12, 31)),
        ):
            with self.subTest(today=today), freeze_time(f"{today} 12:00:00"):
                self.env["crm.pareto.history"]._forget(self.company)
                for partner in (self.big, self.small):
                    values = {"company_id": self.company.id, "partner_id": partner.id, "date": end, "tier_id": last.id}
                    self.env["crm.pareto.history"].create(values)
                self.assertEqual(self.digest().kpi_pareto_movers_value, 1)

    def test_until_the_last_months_end_is_written_that_before_counts(self):
        last = self.env["crm.pareto.tier"]._for_company(self.company)[-1]
        ours = {"company_id": self.company.id, "partner_id": self.big.id, "tier_id": last.id}
        for end, count in ((date(2026, 9, 30), 0), (date(2026, 10, 31), 1), (date(2026, 11, 30), 1)):
            self.env["crm.pareto.history"].create({**ours, "date": end})
            with freeze_time("2026-12-01 00:01:00"):
                self.assertEqual(self.digest().kpi_pareto_movers_value, count, end)

    def test_it_is_in_the_mail_with_its_links(self):
        self.talk(self.boss)
        digest = self.env["digest.digest"].create(
            {"name": "Week", "company_id": self.company.id, "kpi_pareto_thin": True, "user_ids": self.boss.ids}
        )
        kpis = digest.with_user(self.boss).sudo()._compute_kpis(self.company, self.boss)
        [thin] = [kpi for kpi in kpis if kpi["kpi_name"] == "kpi_pareto_thin"]
        self.assertIn("crm_pareto.crm_pareto_thin_action", thin["kpi_action"])
        self.assertEqual({thin[f"kpi_col{column}"]["value"] for column in (1, 2, 3)}, {1})

    def test_left_out_for_who_has_not_the_app(self):
        with self.assertRaises(AccessError):
            self.digest(self.new_user("dora", "base.group_user")).kpi_pareto_thin_value  # noqa: B018


class TestThinScreen(ParetoHttpCase):
    def test_a_manager_finds_who_hangs_by_a_thread(self):
        user = new_test_user(self.env, login="berta", name="Berta", groups=SALES_MANAGER)
        post_invoice(self.env, user).name = "Corvex"
        self.env["crm.pareto.recompute"]._recompute(self.env.company)
        self.start_tour("/odoo", "crm_pareto_thin", login="berta")
