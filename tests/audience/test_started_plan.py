"""An activity plan for the customers of an audience."""

from unittest.mock import patch

from odoo.addons.base.models.ir_cron import IrCron
from odoo.addons.crm_pareto.models.audience import crm_pareto_started_plan
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.fields import Command
from odoo.tools import mute_logger
from psycopg2 import IntegrityError

from ..common import PROFIT, SALES_MANAGER
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

    def test_who_started_it_or_has_it_to_do_is_archived_not_deleted(self):
        """The customer would get it a second time."""
        self.alder.user_id = self.anna
        self.start(self.audience([("turnover", ">", 200)]))
        for user in (self.anna, self.manager):
            with self.assertRaises(IntegrityError), mute_logger("odoo.sql_db"), self.env.cr.savepoint():
                user.unlink()

    def test_who_came_to_belong_gets_it_the_second_time(self):
        audience = self.audience([("turnover", ">", 200)])
        self.start(audience)
        self.invoice(self.cedar, (self.product, 1, 500))
        self.recompute()
        self.env.invalidate_all()
        self.assertEqual(self.start(audience), 1)
        self.assertEqual(len(self.activities()), 6)

    def test_what_one_started_counts_as_had_already(self):
        audience = self.audience([("turnover", ">", 200)])
        self.start(audience)
        for user, counts in ((self.manager, (2, 0)), (self.anna, (0, 2))):
            wizard = self.env["crm.pareto.start.plan"].with_user(user)
            wizard = wizard.create({"audience_id": audience.id, "plan_id": self.plan.id})
            with self.subTest(user=user.login):
                self.assertEqual((wizard.known_count, wizard.customer_count), counts)

    def test_for_whom_others_started_it_is_found_by_no_count_and_by_no_other_rule(self):
        """Started for everybody, the plan would be for all but those who belonged before."""
        controller = self.new_member("connie", f"{SALES_MANAGER},{PROFIT}")
        audience = self.audience([("profit", ">", 200)], user=controller)
        self.start(audience, user=controller)
        audience.with_user(self.manager).domain = "[]"
        wizard = self.env["crm.pareto.start.plan"].with_user(self.manager)
        wizard = wizard.create({"audience_id": audience.id, "plan_id": self.plan.id})
        self.assertFalse(wizard.known_count)
        with self.assertRaisesRegex(UserError, "Somebody else started this plan"):
            wizard.action_start()
        self.assertTrue(self.start(audience, user=controller))

    def test_for_whom_a_plan_was_started_is_for_whoever_started_it(self):
        self.alder.user_id = self.anna
        audience = self.audience([("turnover", ">", 200)])
        self.start(audience)
        self.assertEqual(self.seen_by(self.manager), self.alder + self.birch)
        self.assertFalse(self.seen_by(self.anna))

    def test_who_belongs_by_profit_is_told_no_manager_who_may_not_see_it(self):
        controller = self.new_member("connie", f"{SALES_MANAGER},{PROFIT}")
        other = self.new_member("carla", f"{SALES_MANAGER},{PROFIT}")
        self.start(self.audience([("profit", ">", 200)], user=controller), user=controller)
        self.assertTrue(self.seen_by(controller))
        self.assertEqual(self.seen_by(other), self.seen_by(controller))
        self.assertFalse(self.seen_by(self.manager))

    def seen_by(self, user):
        """The customers of the plans started that a user finds."""
        return (
            self.env["crm.pareto.started.plan"].with_user(user).search([]).partner_id.sudo().with_env(self.env).sorted()
        )

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

    def test_nobody_uses_up_a_plan_for_the_customers_of_somebody_else_s_audience(self):
        audience = self.audience([("turnover", ">", 200)], user=self.manager)
        wizard = self.env["crm.pareto.start.plan"].with_user(self.ben)
        with self.assertRaisesRegex(AccessError, "duplicate it"):
            wizard.create({"audience_id": audience.id, "plan_id": self.plan.id}).action_start()
        self.start(audience, user=self.manager)

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

        with patch.object(type(broken), "_pareto_start", fail), mute_logger(crm_pareto_started_plan.__name__):
            self.trigger("crm_pareto_started_plan_cron")
        self.assertEqual(len(self.activities()), 1)
        [told] = self.env["mail.message"].search(
            [("body", "like", "Nobody is responsible."), ("res_id", "=", audience.id)]
        )
        self.assertEqual(("user_notification", self.env.user.partner_id), (told.message_type, told.partner_ids))
        self.assertEqual(rows._start(audience, broken, self.manager, "2026-06-30"), 1)  # mended, it can be again

    def wait(self, audience, plan=None, day="2026-06-30"):
        """The rows of customers who wait for a plan, whatever was checked when it was started."""
        rows = self.env["crm.pareto.started.plan"]
        rows._start(audience, plan or self.plan, self.manager, day)
        return rows.search([("audience_id", "=", audience.id), ("done_at", "=", False)])

    def move_abroad(self, partner):
        """To a company that nobody here works in, and past what would refuse it."""
        abroad = self.new_company("Abroad", "USD")
        self.env.flush_all()
        self.env.cr.execute("UPDATE res_partner SET company_id = %s WHERE id = %s", (abroad.id, partner.id))
        self.env.invalidate_all()

    def test_who_may_not_see_a_customer_any_more_has_nothing_planned_there(self):
        audience = self.audience(user=self.anna)
        wizard = self.env["crm.pareto.start.plan"].with_user(self.anna)
        wizard.create({"audience_id": audience.id, "plan_id": self.plan.id}).action_start()
        self.move_abroad(self.birch)
        with mute_logger(crm_pareto_started_plan.__name__, "odoo.addons.base.models.ir_rule"):
            self.trigger("crm_pareto_started_plan_cron")
        self.assertEqual({name for name, _what, _who in self.activities()}, {"Alder", "Cedar"})

    def test_who_left_has_nothing_planned(self):
        audience = self.audience(user=self.anna)
        wizard = self.env["crm.pareto.start.plan"].with_user(self.anna)
        wizard.create({"audience_id": audience.id, "plan_id": self.plan.id}).action_start()
        self.anna.active = False
        with mute_logger(crm_pareto_started_plan.__name__):
            self.trigger("crm_pareto_started_plan_cron")
        self.assertFalse(self.activities())

    def test_a_language_that_is_none_stops_nobody(self):
        """Everybody sets his or her own, to anything; and one that was used may be switched off."""
        for user, name in ((self.anna, "Birch"), (self.manager, "Cedar")):
            audience = self.audience([("partner_id.name", "=", name)], user=user)
            wizard = self.env["crm.pareto.start.plan"].with_user(user)
            wizard.create({"audience_id": audience.id, "plan_id": self.plan.id}).action_start()
        self.env.cr.execute("UPDATE res_partner SET lang = 'xx_XX' WHERE id = %s", [self.anna.partner_id.id])
        self.move_abroad(self.birch)
        with mute_logger(crm_pareto_started_plan.__name__, "odoo.addons.base.models.ir_rule"):
            self.trigger("crm_pareto_started_plan_cron")
        self.assertEqual({name for name, _what, _who in self.activities()}, {"Cedar"})
        self.assertFalse(self.env["crm.pareto.started.plan"].search([("done_at", "=", False)]))

    def told_starter(self):
        """What was said last, to nobody but whoever started a plan."""
        told = self.env["mail.message"].search([("message_type", "=", "user_notification")], order="id desc", limit=1)
        self.assertEqual(self.env.user.partner_id, told.partner_ids)
        return told.body

    def test_a_day_that_no_calendar_has_stops_nobody_else(self):
        broken, good = (self.audience(name=name) for name in ("Broken", "Good"))
        self.plan.template_ids.write({"delay_count": 14, "delay_unit": "days", "delay_from": "after_plan_date"})
        self.wait(broken, day="9999-12-31")
        self.wait(good)
        with self.assertLogs(crm_pareto_started_plan.__name__, "WARNING"):
            self.trigger("crm_pareto_started_plan_cron")
        self.assertEqual({name for name, _what, _who in self.activities()}, {"Alder", "Birch", "Cedar"})
        self.assertEqual(len(self.activities()), 6)
        self.assertIn("for some customers.", broken.message_ids[0].body)
        self.assertIn("3 customers: the activities cannot be made", self.told_starter())
        self.assertFalse(self.env["crm.pareto.started.plan"].search([("audience_id", "=", broken.id)]))

    def test_one_customer_that_cannot_get_it_costs_the_others_nothing(self):
        audience, start = self.audience(), type(self.plan)._pareto_start
        for error, words in (
            (KeyError("salesperson of company B"), "The administrator finds the cause in the log"),
            (AccessError("Secret of company B"), "whoever started it may not"),
            (UserError("Nobody is responsible."), "1 customers: Nobody is responsible."),
        ):
            rows = self.wait(audience)

            def fail(plan, partners, *args, error=error):
                if self.birch in partners:
                    raise error
                return start(plan, partners, *args)

            with (
                self.subTest(error=error),
                patch.object(type(self.plan), "_pareto_start", fail),
                mute_logger(crm_pareto_started_plan.__name__),
            ):
                self.trigger("crm_pareto_started_plan_cron")
                self.assertEqual({name for name, _what, _who in self.activities()}, {"Alder", "Cedar"})
                self.assertIn("for some customers.", audience.message_ids[0].body)
                self.assertIn(words, self.told_starter())
                self.assertNotIn("company B", self.told_starter())
                self.assertNotIn(self.birch, rows.exists().partner_id)

    def test_a_plan_counts_from_a_day_near_today(self):
        start = self.env["crm.pareto.start.plan"].with_user(self.ben)
        values = {"audience_id": self.audience().id, "plan_id": self.plan.id}
        for day in ("9999-12-31", "2031-07-01", "2025-06-29", "0001-01-01"):
            with self.subTest(day=day), self.assertRaisesRegex(ValidationError, "from 06/30/2025 to 06/30/2031"):
                start.create({**values, "date": day})
        for day in ("2025-06-30", "2031-06-30"):
            self.assertTrue(start.create({**values, "date": day}))

    def test_only_a_plan_for_contacts_of_the_audiences_company_is_started(self):
        start = self.env["crm.pareto.start.plan"].with_user(self.ben)
        values = {"audience_id": self.audience().id}
        leads = self.plan.copy({"res_model": "crm.lead"})
        gone = self.plan.copy({"active": False})
        for plan, words in (
            (leads, "for contacts"),
            (gone, "for contacts"),
            (self.new_plan("Empty"), "has activities"),
            (self.plan.copy({"company_id": self.new_company("Second", "USD").id}), "another company"),
        ):
            with self.subTest(plan=plan.name), self.assertRaisesRegex(ValidationError, words):
                start.create({**values, "plan_id": plan.id})
        self.assertTrue(start.create({**values, "plan_id": self.plan.copy({"company_id": False}).id}))

    def new_colleague_elsewhere(self):
        company = self.new_company("Second", "USD")
        user = self.new_user("elsewhere", "base.group_user")
        user.write({"company_ids": [Command.set(company.ids)], "company_id": company.id})
        return user

    def test_a_company_sent_along_switches_no_check_off(self):
        """The wizard's is that of its audience; what a client writes there beside stays in memory for a while."""
        elsewhere, audience = self.new_colleague_elsewhere(), self.audience()
        start = self.env["crm.pareto.start.plan"].with_user(self.manager)
        wizard = start.create({"audience_id": audience.id, "plan_id": self.plan.id})
        plan = self.plan.copy({"company_id": elsewhere.company_id.id})
        for name, record in (("user_id", elsewhere), ("plan_id", plan)):
            with self.subTest(name=name), self.assertRaises(ValidationError):
                wizard.write({"company_id": elsewhere.company_id.id, name: record.id})

    def test_who_does_it_works_in_the_company(self):
        start = self.env["crm.pareto.start.plan"].with_user(self.manager)
        values = {"audience_id": self.audience().id, "plan_id": self.plan.id}
        elsewhere = self.new_colleague_elsewhere()
        with mute_logger("odoo.addons.auth_signup.models.res_users"):
            portal = self.new_user("portal", "base.group_portal")
        self.anna.active = False
        for user in (elsewhere, portal, self.anna):
            with self.subTest(user=user.login), self.assertRaisesRegex(ValidationError, "works in the company"):
                start.create({**values, "user_id": user.id})

    def test_a_salesperson_of_another_company_only_gets_nothing(self):
        self.alder.user_id = self.new_colleague_elsewhere()
        self.start(self.audience([("turnover", ">", 500)]))
        self.assertEqual({who for _customer, _what, who in self.activities()}, {"berta"})

    def test_nobody_is_mailed_about_each(self):
        self.alder.user_id = self.anna
        before = self.env["mail.mail"].search_count([("id", "!=", False)])
        self.start(self.audience())
        self.assertEqual(self.env["mail.mail"].search_count([("id", "!=", False)]), before)

    def test_the_audience_and_the_customer_tell_of_it(self):
        audience = self.audience([("turnover", ">", 500)])
        self.start(audience)
        message = audience.message_ids[0]
        self.assertEqual("Plan “Visit” started.", message.preview)
        self.assertEqual(message.author_id, self.manager.partner_id)
        self.assertEqual(self.alder.message_ids[0].author_id, self.manager.partner_id)
