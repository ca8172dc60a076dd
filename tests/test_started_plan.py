"""An activity plan for the customers of an audience."""

from unittest.mock import patch

from odoo.addons.base.models.ir_cron import IrCron
from odoo.addons.crm_pareto.models import crm_pareto_started_plan
from odoo.exceptions import UserError
from odoo.fields import Command

from .test_audience import AudienceCase


class PlanCase(AudienceCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.plan = cls.new_plan("Visit", "Call", "Go there")

    @classmethod
    def new_plan(cls, name, *summaries):
        """A plan of calls that leaves open who makes them."""
        call = cls.env.ref("mail.mail_activity_data_call").id
        templates = [Command.create({"activity_type_id": call, "summary": summary}) for summary in summaries]
        return cls.env["mail.activity.plan"].create(
            {"name": name, "res_model": "res.partner", "company_id": cls.company.id, "template_ids": templates}
        )

    def trigger(self, cron):
        """Run a scheduled action.

        :return: how often it committed its progress
        """
        commits, commit = [], IrCron._commit_progress

        def note(crons, processed=0, **values):
            commits.append(processed)
            return commit(crons, processed, **values)

        with patch.object(IrCron, "_commit_progress", note), self.enter_registry_test_mode():
            self.env.ref(f"crm_pareto.{cron}").method_direct_trigger()
        self.env.invalidate_all()
        return commits

    def activities(self):
        """(customer, what, who) of the activities, in order."""
        found = self.env["mail.activity"].search([("res_model", "=", "res.partner")], order="res_id, id")
        return [(activity.res_name, activity.summary, activity.user_id.login) for activity in found]


class TestStartedPlan(PlanCase):
    def start(self, audience, user=None, plan=None):
        """As a person does; then the scheduled action."""
        user = user or self.manager
        wizard = self.env["crm.pareto.start.plan"].with_user(user)
        wizard = wizard.create({"audience_id": audience.id, "plan_id": (plan or self.plan).id})
        count = wizard.customer_count
        wizard.action_start()
        self.trigger("crm_pareto_started_plan_cron")
        return count

    def test_each_customer_gets_each_activity_from_its_salesperson(self):
        self.alder.user_id = self.anna
        self.assertEqual(self.start(self.audience([("turnover", ">", 200)])), 2)
        expected = [("Alder", "Call", "anna"), ("Alder", "Go there", "anna")]
        self.assertEqual(self.activities(), [*expected, ("Birch", "Call", "berta"), ("Birch", "Go there", "berta")])

    def test_a_salesperson_who_left_gets_nothing(self):
        self.alder.user_id = self.anna
        self.anna.active = False
        self.start(self.audience([("turnover", ">", 500)]))
        self.assertEqual({who for _customer, _what, who in self.activities()}, {"berta"})

    def test_nobody_gets_two_of_the_same(self):
        audience = self.audience([("turnover", ">", 200)])
        self.start(audience)
        before = self.activities()
        with self.assertRaisesRegex(UserError, "got this plan before"):
            self.start(audience)
        self.trigger("crm_pareto_started_plan_cron")
        self.assertEqual(self.activities(), before)

    def test_who_came_to_belong_gets_it_the_second_time(self):
        audience = self.audience([("turnover", ">", 200)])
        self.start(audience)
        self.invoice(self.cedar, (self.product, 1, 500))
        self.recompute()
        self.env.invalidate_all()
        self.assertEqual(self.start(audience), 1)
        self.assertEqual(len(self.activities()), 6)

    def test_another_plan_is_another_one(self):
        audience = self.audience([("turnover", ">", 500)])
        self.start(audience)
        self.start(audience, plan=self.new_plan("Again", "Call again"))
        self.assertEqual([what for _customer, what, _who in self.activities()], ["Call", "Go there", "Call again"])

    def test_many_are_made_in_batches(self):
        rows = self.env["crm.pareto.started.plan"]
        self.assertEqual(rows._start(self.audience(), self.plan, self.manager, "2026-06-30"), 3)
        with patch.object(crm_pareto_started_plan, "BATCH", 2):
            self.assertEqual(self.trigger("crm_pareto_started_plan_cron"), [2, 1])
        self.assertEqual(len(self.activities()), 6)

    def test_what_has_no_time_left_goes_on_later(self):
        rows = self.env["crm.pareto.started.plan"]
        rows._start(self.audience(), self.plan, self.manager, "2026-06-30")
        with (
            patch.object(crm_pareto_started_plan, "BATCH", 2),
            patch.object(IrCron, "_commit_progress", lambda crons, *args, **kwargs: 0),
        ):
            rows._cron_start()
            self.assertEqual(len(self.activities()), 4)
            rows._cron_start()
            rows._cron_start()
        self.assertEqual(len(self.activities()), 6)

    def test_who_was_archived_meanwhile_gets_none(self):
        rows = self.env["crm.pareto.started.plan"]
        rows._start(self.audience(), self.plan, self.manager, "2026-06-30")
        self.birch.active = False
        self.trigger("crm_pareto_started_plan_cron")
        self.assertEqual({customer for customer, _what, _who in self.activities()}, {"Alder", "Cedar"})
        self.assertFalse(rows.search_count([("done_at", "=", False)]))

    def test_a_salesperson_starts_it_for_whom_he_or_she_sees(self):
        audience = self.audience(user=self.ben, bought_product_ids=[Command.set(self.valve.ids)])
        self.start(audience, user=self.ben)
        self.assertEqual(self.activities(), [("Cedar", "Call", "ben"), ("Cedar", "Go there", "ben")])

    def test_a_plan_that_cannot_be_started_stops_no_other(self):
        audience, good = self.audience([("turnover", ">", 500)]), self.new_plan("Good", "Call")
        broken = self.new_plan("Broken", "Call")
        rows = self.env["crm.pareto.started.plan"]
        for plan in (broken, good):
            rows._start(audience, plan, self.manager, "2026-06-30")
        start = type(broken)._pareto_start

        def fail(plan, *args):
            if plan.name == "Broken":
                raise UserError("Nobody is responsible.")
            return start(plan, *args)

        with patch.object(type(broken), "_pareto_start", fail):
            self.trigger("crm_pareto_started_plan_cron")
        self.assertEqual(len(self.activities()), 1)
        self.assertIn("Nobody is responsible.", audience.message_ids[0].body)
        self.assertEqual(rows._start(audience, broken, self.manager, "2026-06-30"), 1)  # mended, it can be again

    def test_nobody_is_mailed_about_each(self):
        self.alder.user_id = self.anna
        before = self.env["mail.mail"].search_count([("id", "!=", False)])
        self.start(self.audience())
        self.assertEqual(self.env["mail.mail"].search_count([("id", "!=", False)]), before)

    def test_the_audience_and_the_customer_tell_of_it(self):
        audience = self.audience([("turnover", ">", 500)])
        self.start(audience)
        message = audience.message_ids[0]
        self.assertIn("Plan “Visit” started. Customers: 1", message.body)
        self.assertEqual(message.author_id, self.manager.partner_id)
        self.assertEqual(self.alder.message_ids[0].author_id, self.manager.partner_id)
