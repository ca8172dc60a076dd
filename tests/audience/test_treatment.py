"""Entering or leaving a tier starts what the tier asks for, once."""

from datetime import date
from unittest.mock import patch

from freezegun import freeze_time
from odoo.addons.base.models.ir_cron import IrCron
from odoo.addons.crm_pareto.models.audience import crm_pareto_treatment
from odoo.fields import Command
from odoo.tools import mute_logger

from ..common import SALESPERSON
from .test_started_plan import PlanCase

LOGGER = "odoo.addons.crm_pareto.models.audience.crm_pareto_treatment"
NIGHT = "crm_pareto_treatment_cron"


class TestTreatment(PlanCase):
    """Alder and Birch are in A, Cedar is in C; nobody moves unless a test says so."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.tiers = {
            name: cls.env["crm.pareto.tier"].create({"name": name, "bound": bound, "company_id": cls.company.id})
            for name, bound in (("A", 0.8), ("B", 0.95), ("C", 1))
        }
        cls.farewell = cls.new_plan("Farewell", "Ask why")
        cls.tiers["A"].write(
            {
                "treat_on_enter": True,
                "activity_plan_id": cls.new_plan("Welcome", "Visit").id,
                "treat_on_leave": True,
                "leave_plan_id": cls.farewell.id,
            }
        )
        (cls.alder | cls.birch | cls.cedar).user_id = cls.anna
        cls.recompute()

    def night(self):
        self.trigger(NIGHT)

    def grow(self, customer, amount=9000):
        """Let a customer buy so much that the others fall behind."""
        self.invoice(customer, (self.product, 1, amount))
        self.recompute()

    def told(self, customer):
        """(what was said, to whom) of the tier of the customer, oldest first."""
        messages = self.env["mail.message"].search(
            [("model", "=", "res.partner"), ("res_id", "=", customer.id), ("body", "like", "before:")], order="id"
        )
        self.assertFalse(messages.filtered(lambda message: message.message_type != "user_notification"))
        return [(message.preview, message.partner_ids.user_ids.login) for message in messages]

    def test_the_first_night_treats_nobody(self):
        self.night()
        self.assertEqual(self.activities(), [])
        self.assertEqual([self.told(customer) for customer in (self.alder, self.birch, self.cedar)], [[], [], []])

    def test_who_stays_is_left_in_peace(self):
        self.night()
        self.night()
        self.assertEqual(self.activities(), [])

    def test_who_enters_gets_the_plan_and_the_salesperson_is_told(self):
        self.night()
        self.grow(self.cedar)
        self.night()
        self.assertIn(("Cedar", "Visit", "anna"), self.activities())
        self.assertEqual(self.told(self.cedar), [("Tier A; before: C", "anna")])

    def test_nobody_else_reads_what_the_salesperson_is_told(self):
        """Neither in the chatter, which everybody reads who may see the customer, nor as a message."""
        self.night()
        self.grow(self.cedar)
        self.night()
        [message] = self.env["mail.message"].search([("res_id", "=", self.cedar.id), ("body", "like", "before:")])
        self.assertNotIn(message, self.cedar.message_ids)
        self.assertTrue(message.with_user(self.anna).has_access("read"))
        self.assertFalse(message.with_user(self.ben).has_access("read"))

    def test_a_salesperson_who_may_not_know_is_not_told(self):
        internal, abroad = self.new_member("ian", "base.group_user"), self.new_member("fay", SALESPERSON)
        company = self.env.ref("base.main_company")
        abroad.write({"company_ids": [Command.set(company.ids)], "company_id": company.id})
        gone = self.new_member("gone", SALESPERSON)
        gone.active = False
        self.night()
        for user in (internal, abroad, gone):
            self.cedar.user_id = user
            self.grow(self.cedar)
            self.night()
            self.assertEqual(self.told(self.cedar), [])
            self.assertNotIn(("Cedar", "Visit", "fay"), self.activities())
            self.invoice(self.cedar, (self.product, 1, 9000), move_type="out_refund")
            self.recompute()
            self.night()

    def test_who_is_not_to_be_profiled_is_not_treated(self):
        self.night()
        self.cedar.pareto_not_profiled = True
        self.grow(self.cedar)
        self.night()
        self.assertNotIn(("Cedar", "Visit", "anna"), self.activities())
        self.assertEqual(self.told(self.cedar), [])

    def test_who_leaves_gets_the_plan_for_who_leaves(self):
        self.night()
        self.grow(self.cedar)
        self.night()
        left = [(customer, "Ask why", "anna") for customer in ("Alder", "Birch")]
        self.assertEqual([found for found in self.activities() if found[1] == "Ask why"], left)
        self.assertEqual(self.told(self.alder), [("Tier B; before: A", "anna")])
        self.assertEqual(self.told(self.birch), [("Tier C; before: A", "anna")])

    def test_a_new_customer_enters(self):
        self.night()
        dune = self.new_customer("Dune", user_id=self.anna.id)
        self.grow(dune)
        self.night()
        self.assertIn(("Dune", "Visit", "anna"), self.activities())
        self.assertEqual(self.told(dune), [("Tier A; before: none", "anna")])

    def test_a_move_is_treated_once(self):
        self.night()
        self.grow(self.cedar)
        self.night()
        before = self.activities()
        self.night()
        self.assertEqual(self.activities(), before)
        self.assertEqual(len(self.told(self.cedar)), 1)

    def test_who_comes_back_is_treated_again(self):
        self.night()
        self.grow(self.cedar)
        self.night()
        self.invoice(self.cedar, (self.product, 1, 9000), move_type="out_refund")
        self.recompute()
        self.night()
        self.assertEqual([said for said, _who in self.told(self.alder)], ["Tier B; before: A", "Tier A; before: B"])

    def test_a_tier_that_does_not_ask_treats_nobody(self):
        self.tiers["A"].write({"treat_on_enter": False})
        self.night()
        self.grow(self.cedar)
        self.night()
        self.assertEqual(self.told(self.cedar), [])
        self.assertEqual({what for _customer, what, _who in self.activities()}, {"Ask why"})

    def test_without_any_that_asks_nothing_is_noted(self):
        self.night()
        rows = self.env["crm.pareto.treatment"].search([("company_id", "=", self.company.id)])
        self.assertEqual(len(rows), 3)
        self.tiers["A"].write({"treat_on_enter": False, "treat_on_leave": False})
        self.night()
        self.assertFalse(rows.exists())

    def test_who_was_archived_or_is_no_customer_is_not_treated(self):
        self.night()
        self.grow(self.cedar)
        self.cedar.active = False
        self.alder.pareto_not_customer = True
        self.night()
        self.assertEqual(self.told(self.cedar) + self.told(self.alder), [])
        self.assertEqual(self.activities(), [("Birch", "Ask why", "anna")])

    def test_a_tier_set_by_hand_is_entered_and_left(self):
        self.night()
        decision = {"partner_id": self.cedar.id, "company_id": self.company.id, "reason": "Reference"}
        values = {**decision, "tier_id": self.tiers["A"].id, "date_end": "2026-07-01"}
        self.env["crm.pareto.manual.tier"].create(values)
        self.night()
        self.assertEqual(self.activities(), [("Cedar", "Visit", "anna")])
        self.grow(self.cedar, 1)  # still C by turnover
        self.night()
        self.assertEqual(len(self.told(self.cedar)), 1)
        with freeze_time("2026-07-02"):
            self.night()
        self.assertEqual([said for said, _who in self.told(self.cedar)], ["Tier A; before: C", "Tier C; before: A"])

    def test_a_snapshot_moves_nobody(self):
        self.night()
        self.invoice(self.cedar, (self.product, 1, 9000), day=date(2024, 12, 1))
        self.env["crm.pareto.recompute"]._snapshot(self.company, "customer", "24", date(2026, 6, 30))
        self.night()
        self.assertEqual(self.activities(), [])

    def test_where_the_tiers_move_nobody_moved(self):
        self.night()
        self.tiers["A"].bound = 0.5
        self.recompute()
        self.night()
        self.assertEqual(self.activities(), [])

    def test_where_the_window_changes_nobody_moved(self):
        self.invoice(self.cedar, (self.product, 1, 9000), day=date(2024, 12, 1))
        self.recompute()
        self.night()
        self.company.pareto_window = "24"
        self.recompute()
        self.night()
        self.assertEqual(self.activities(), [])

    def test_where_a_calendar_year_begins_nobody_moved(self):
        """Everybody's turnover is nothing on its first day."""
        self.company.pareto_window = "year"
        self.recompute()
        self.night()
        for day, moved in ((date(2027, 1, 1), False), (date(2027, 1, 9), True)):
            self.recompute(day)
            with freeze_time(day):
                self.night()
            self.assertEqual(moved, bool(self.told(self.alder)), day)
            self.invoice(self.cedar, (self.product, 1, 50), day=date(2027, 1, 8))
            self.invoice(self.alder, (self.product, 1, 500), day=date(2027, 1, 8))

    def test_values_computed_anew_move_nobody(self):
        self.night()
        self.env.cr.execute("DELETE FROM crm_pareto_customer")
        self.env.invalidate_all()
        self.recompute()
        self.night()
        self.assertEqual(self.activities(), [])

    def test_other_companies_stay_where_they_are(self):
        other = self.new_company("Birch Labs", "USD")
        self.invoice(self.cedar, (self.product, 1, 9000), company=other)
        self.recompute(company=other)
        self.night()
        self.assertFalse(self.env["crm.pareto.treatment"].search([("company_id", "=", other.id)]))
        self.assertEqual(self.activities(), [])

    def test_without_a_salesperson_nobody_is_told(self):
        self.night()
        self.cedar.user_id = False
        self.grow(self.cedar)
        self.night()
        self.assertEqual(self.told(self.cedar), [])
        self.assertNotIn("Cedar", [customer for customer, _what, _who in self.activities()])

    def test_the_tier_s_own_person_does_the_plan(self):
        self.tiers["A"].write({"responsible": "user", "user_id": self.manager.id})
        self.night()
        self.grow(self.cedar)
        self.night()
        self.assertIn(("Cedar", "Visit", "berta"), self.activities())
        self.assertEqual(self.told(self.cedar), [("Tier A; before: C", "anna")])

    def test_many_are_treated_in_batches(self):
        self.night()
        self.grow(self.cedar)
        with patch.object(crm_pareto_treatment, "BATCH", 2):
            commits = self.trigger(NIGHT)
        self.assertEqual([count for count in commits if count > 1] + commits[-2:-1], [2, 1])
        self.assertEqual(len(self.activities()), 3)

    def test_one_that_cannot_be_treated_stops_no_other(self):
        self.night()
        self.grow(self.cedar)
        treatments = self.env.registry["crm.pareto.treatment"]
        tell = treatments._tell

        def fail(row):
            if row.partner_id == self.alder:
                row.env.cr.execute("SELECT 1 / 0")
            tell(row)

        with (
            patch.object(treatments, "_tell", fail),
            self.assertLogs(LOGGER, "ERROR") as log,
            mute_logger("odoo.sql_db"),
        ):
            self.night()
        self.assertIn(f"the customer {self.alder.id} cannot be treated", log.output[0])
        self.assertEqual({customer for customer, _what, _who in self.activities()}, {"Birch", "Cedar"})
        self.assertFalse(self.env["crm.pareto.treatment"].search([("waiting", "=", True)]))
        self.night()
        self.assertEqual(self.told(self.alder), [])

    def test_the_plan_of_another_company_is_not_started(self):
        """A tier that is shared may have the plan of one company."""
        plan = self.tiers["A"].activity_plan_id
        plan.company_id = self.env.ref("base.main_company")
        self.night()
        self.grow(self.cedar)
        self.night()
        self.assertNotIn(("Cedar", "Visit", "anna"), self.activities())
        self.assertEqual(self.told(self.cedar), [("Tier A; before: C", "anna")])

    def test_what_has_no_time_left_goes_on_the_next_time(self):
        self.night()
        self.grow(self.cedar)
        with (
            patch.object(crm_pareto_treatment, "BATCH", 2),
            patch.object(IrCron, "_commit_progress", lambda crons, *args, **kwargs: 0),
        ):
            self.env["crm.pareto.treatment"]._cron_treat()
            self.assertEqual(len(self.activities()), 2)
            self.env["crm.pareto.treatment"]._cron_treat()
        self.assertEqual(len(self.activities()), 3)

    def test_the_customer_keeps_pricelist_and_everything_else(self):
        pricelist = self.env["product.pricelist"].create({"name": "Special"})
        (self.alder | self.birch | self.cedar).property_product_pricelist = pricelist
        self.night()
        self.grow(self.cedar)
        with patch.object(type(self.cedar), "write", side_effect=AssertionError("a customer was written")):
            self.night()
        self.assertEqual(len(self.activities()), 3)
        self.assertEqual(self.cedar.property_product_pricelist, pricelist)
