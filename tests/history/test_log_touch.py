"""Writing down what Odoo has no record of."""

from datetime import date, datetime, timedelta

import pytest
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.fields import Command
from odoo.tests import Form
from odoo.tools import mute_logger
from odoo.tools.misc import file_open

from ..common import SALES_MANAGER, SALESPERSON, TouchCase

MOMENT = datetime(2026, 6, 15, 10, 0)


class TestLogTouch(TouchCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.anna = cls.new_user("anna", SALESPERSON)
        cls.fair = cls.env["utm.campaign"].create({"name": "Autumn Fair"})

    def form(self, record, **context):
        """The form as it opens on records."""
        ids = {"active_model": record._name, "active_id": record[:1].id, "active_ids": record.ids}
        return Form(self.env["crm.pareto.log.touch"].with_user(self.anna).with_context(**ids, **context))

    def test_from_a_contact(self):
        with self.form(self.person) as form:
            form.channel, form.direction, form.name = "phone", "in", "Asked for a price"
            form.date, form.campaign_id = MOMENT, self.fair
        form.save().action_log()
        (touch,) = self.touches()
        self.assertEqual((touch.channel, touch.direction, touch.date), ("phone", "in", MOMENT))
        self.assertEqual((touch.partner_id, touch.user_id, touch.campaign_id), (self.person, self.anna, self.fair))
        self.assertTrue(touch.conversation)

    def test_from_a_lead_it_belongs_to_the_lead_too(self):
        lead = self.env["crm.lead"].create({"name": "Gauges", "partner_id": self.person.id, "user_id": self.anna.id})
        form = self.form(lead)
        form.name = "Call"
        form.save().action_log()
        touch = self.touches([("kind", "=", "logged")])
        self.assertEqual((touch.partner_id, touch.lead_id), (self.person, lead))

    def test_from_orders_for_each_contact_once(self):
        orders = self.env["sale.order"].create([{"partner_id": self.person.id, "user_id": self.anna.id}] * 2)
        form = self.form(orders)
        form.name = "Call"
        form.save().action_log()
        self.assertEqual(len(self.touches([("kind", "=", "logged")])), 1)

    def test_the_next_step_becomes_an_activity(self):
        form = self.form(self.person)
        form.name, form.activity_type_id = "Call", self.env.ref("mail.mail_activity_data_call")
        form.activity_summary, form.activity_date = "Send prices", date(2026, 7, 1)
        form.save().action_log()
        activity = self.person.activity_ids
        self.assertEqual((activity.summary, activity.date_deadline), ("Send prices", date(2026, 7, 1)))
        self.assertEqual(activity.user_id, self.anna)

    def test_many_at_once_from_a_pasted_list(self):
        people = self.env["res.partner"].create([{"name": f"Guest {n}", "email": f"g{n}@x.example"} for n in range(3)])
        form = self.form(self.env["res.partner"])
        form.name, form.channel, form.campaign_id = "Met at the fair", "event", self.fair
        form.pasted = "g0@x.example\nGuest 1\n\nGuest 2 <g2@x.example>\nG0@x.example"
        self.assertFalse(form.pasted)
        form.save().action_log()
        touches = self.env["crm.pareto.touchpoint"].search([("campaign_id", "=", self.fair.id)])
        self.assertEqual(touches.partner_id, people)
        self.assertEqual(len(touches), 3)

    def test_what_is_not_found_stays_to_be_corrected(self):
        twins = self.env["res.partner"].create([{"name": "Twin"}] * 2)
        wizard = self.env["crm.pareto.log.touch"]
        found, missing = wizard._find_contacts(["Ada Alder", "Twin", "nobody@x.example"])
        self.assertEqual((found, missing), (self.person, ["Twin", "nobody@x.example"]))
        self.assertEqual(len(twins), 2)

    def test_nothing_is_logged_while_a_pasted_line_stands_for_nobody(self):
        form = self.form(self.env["res.partner"])
        form.name = "Call"
        with mute_logger("odoo.tests.form.onchange"):  # it notes what the onchange tells the user
            form.pasted = "Ada Alder\nnobody@x.example"
        wizard = form.save()
        self.assertEqual((wizard.partner_ids, wizard.pasted), (self.person, "nobody@x.example"))
        with self.assertRaisesRegex(UserError, "pasted lines"):
            wizard.action_log()

    @pytest.mark.dated
    def test_a_touch_has_happened_already(self):
        with self.assertRaisesRegex(ValidationError, "cannot lie ahead"):
            self.log(self.person, datetime.now() + timedelta(days=1))

    def test_a_day_that_no_business_has_is_refused(self):
        for moment in (datetime(1, 1, 1), datetime(1899, 12, 31)):
            with self.subTest(moment=moment), self.assertRaisesRegex(ValidationError, "When: choose a day from"):
                self.log(self.person, moment)
            with self.subTest(moment=moment), self.assertRaisesRegex(ValidationError, "choose a day from"):
                self.env["crm.pareto.log.touch"].create({"name": "Call", "date": moment})

    def logged(self, user, **values):
        """A touch that a user logs over Odoo's API."""
        values = {"name": "Talk", "partner_id": self.person.id, "date": MOMENT, **values}
        return self.env["crm.pareto.touch"].with_user(user).create(values)

    def test_only_a_manager_logs_in_the_name_of_somebody_else(self):
        berta, carl = self.new_user("berta", SALES_MANAGER), self.new_user("carl", SALESPERSON)
        with self.assertRaisesRegex(AccessError, "Only managers"):
            self.logged(self.anna, user_id=carl.id)
        with self.assertRaisesRegex(AccessError, "Only managers"):
            self.logged(self.anna).user_id = carl
        touches = self.env["crm.pareto.touch"].with_user(self.anna).with_context(default_user_id=carl.id)
        with self.assertRaisesRegex(AccessError, "Only managers"):
            touches.create({"name": "Talk", "partner_id": self.person.id})
        self.assertEqual(
            (self.logged(self.anna).user_id, self.logged(self.anna, user_id=False).user_id.id), (self.anna, False)
        )
        touch = self.logged(berta, user_id=carl.id)
        self.assertEqual((touch.user_id, touch.create_uid), (carl, berta))
        touch.with_user(carl).name = "Mine"

    def test_who_logged_it_for_somebody_else_is_said_on_the_history(self):
        berta = self.new_user("berta", SALES_MANAGER)
        self.logged(berta, user_id=self.anna.id, name="For Anna")
        self.logged(self.anna, name="Own")
        said = {touch.title: touch.preview for touch in self.touches([("kind", "=", "logged")], self.anna)}
        self.assertEqual(said, {"For Anna": "Logged by berta", "Own": False})

    def test_who_changed_it_is_said_too(self):
        berta = self.new_user("berta", SALES_MANAGER)
        touch = self.logged(self.anna, name="Own")
        touch.with_user(berta).name = "Better"
        self.assertEqual("Changed by berta", touch.logged_by)
        touch.with_user(self.anna).name = "Mine"
        touch.with_user(self.new_user("cleo", SALES_MANAGER)).direction = "in"
        self.assertEqual("Changed by berta and cleo", touch.logged_by)

    def test_our_person_is_named_who_changed_what_somebody_else_logged(self):
        berta = self.new_user("berta", SALES_MANAGER)
        touch = self.logged(berta, user_id=self.anna.id)
        touch.with_user(self.anna).name = "Berta promised half the price"
        self.assertEqual("Logged by berta and Changed by anna", touch.logged_by)
        own = self.logged(self.anna)
        own.with_user(berta).user_id = berta
        self.assertEqual("Logged by anna and Changed by berta", own.logged_by)

    def test_without_a_person_whoever_logged_it_is_named(self):
        self.assertEqual("Logged by anna", self.logged(self.anna, user_id=False).logged_by)

    def test_nobody_takes_a_name_off(self):
        touch = self.logged(self.anna, name="Own")
        touch.with_user(self.new_user("berta", SALES_MANAGER)).name = "Better"
        with self.assertRaises(AccessError):
            touch.with_user(self.anna).changed_by_ids = False

    def test_no_default_that_a_client_sends_names_who_changed_it(self):
        berta = self.new_user("berta", SALES_MANAGER)
        touches = self.env["crm.pareto.touch"].with_context(default_changed_by_ids=[Command.set(berta.ids)])
        values = {"name": "Talk", "partner_id": self.person.id}
        for su in (False, True):
            self.assertFalse(touches.with_user(self.anna).sudo(su).create(values).logged_by)

    def test_nobody_says_for_whom_the_contact_worked(self):
        """It would stand in the history of whomever one likes, out of sight too."""
        touch, other = self.logged(self.anna), self.env["res.partner"].create({"name": "Birch"})
        for customer in (other.id, False):
            with self.subTest(customer=customer), self.assertRaisesRegex(AccessError, "set by the button"):
                touch.with_user(self.anna).customer_id = customer
            with self.subTest(customer=customer), self.assertRaisesRegex(AccessError, "set by the button"):
                self.logged(self.anna, customer_id=customer)
        self.assertEqual(self.customer, touch.customer_id)

    def test_leads_that_are_merged_keep_what_was_logged_on_them(self):
        leads = self.env["crm.lead"].create(
            [{"name": f"Lead {n}", "type": "opportunity", "user_id": self.anna.id} for n in range(2)]
        )
        touches = self.logged(self.anna, lead_id=leads[0].id) + self.logged(self.anna, lead_id=leads[1].id)
        merged = leads.merge_opportunity()
        self.assertEqual(merged, touches.lead_id)
        self.assertEqual([False, False], touches.mapped("logged_by"))

    def test_who_sees_no_lead_is_not_told_what_it_is_called(self):
        lead = self.env["crm.lead"].create({"name": "Secret project", "partner_id": self.customer.id})
        touch = self.logged(self.env.user, lead_id=lead.id)
        employee = self.new_user("emil", "base.group_user")
        self.assertEqual("Talk", touch.with_user(employee).name)
        for record in (touch, self.touches([("kind", "=", "logged")])):
            with self.assertRaises(AccessError):
                record.with_user(employee).read(["lead_id"])

    def test_our_person_works_here(self):
        with mute_logger("odoo.addons.auth_signup.models.res_users"):
            portal = self.new_user("portal", "base.group_portal")
        berta, elsewhere = (self.new_user(login, SALES_MANAGER) for login in ("berta", "elsewhere"))
        other = self.env["res.company"].create({"name": "Other"})
        elsewhere.write({"company_ids": [Command.set(other.ids)], "company_id": other.id})
        for person in portal + elsewhere:
            with self.assertRaisesRegex(ValidationError, "works here"):
                self.logged(berta, user_id=person.id)

    def test_what_it_was_about_is_a_line(self):
        """The page of a history shows forty of them."""
        self.assertEqual(500, len(self.logged(self.anna, name="x" * 5000).name))
        lead = self.env["crm.lead"].create({"name": "y" * 5000, "partner_id": self.customer.id})
        [title] = {
            len(touch.title) for touch in self.touches([("res_model", "=", "crm.lead"), ("res_id", "=", lead.id)])
        }
        self.assertEqual(500, title)

    def test_what_it_is_about_is_of_its_company_and_ones_own_to_see(self):
        other = self.env["res.company"].create({"name": "Other"})
        berta = self.new_user("berta", SALES_MANAGER)
        berta.company_ids += other
        theirs = self.env["res.partner"].create({"name": "Theirs", "company_id": other.id})
        campaign = self.env["utm.campaign"].create({"title": "Their Fair", "company_id": other.id})
        for values in ({"partner_id": theirs.id}, {"campaign_id": campaign.id}):
            with self.subTest(values=values), self.assertRaisesRegex(UserError, "company inconsistencies"):
                self.logged(berta, **values)
        lead = self.env["crm.lead"].create({"name": "Secret", "user_id": berta.id})
        with self.assertRaises(AccessError):
            self.logged(self.anna, lead_id=lead.id)
        with self.assertRaises(AccessError):
            self.logged(self.anna).lead_id = lead

    def test_from_a_contact_of_one_company_it_is_logged_there(self):
        other = self.env["res.company"].create({"name": "Other"})
        self.anna.company_ids += other
        theirs = self.env["res.partner"].create({"name": "Theirs", "company_id": other.id})
        companies = (self.anna.company_id + other).ids
        form = self.form(theirs, allowed_company_ids=companies)
        form.name = "Call"
        form.save().action_log()
        self.assertEqual(self.env["crm.pareto.touch"].search([("partner_id", "=", theirs.id)]).company_id, other)

    def test_what_a_client_sends_along_goes_into_no_touch(self):
        carl = self.new_user("carl", SALESPERSON)
        form = self.form(self.person, default_user_id=carl.id)
        form.name = "Call"
        form.save().action_log()
        self.assertEqual(self.touches().user_id, self.anna)

    def test_from_ones_order_of_a_colleagues_lead_it_is_logged_without_the_lead(self):
        lead = self.env["crm.lead"].create({"name": "Secret", "user_id": self.env.ref("base.user_admin").id})
        order = {"partner_id": self.person.id, "user_id": self.anna.id, "opportunity_id": lead.id}
        form = self.form(self.env["sale.order"].create(order))
        form.name = "Call"
        form.save().action_log()
        self.assertFalse(self.touches([("kind", "=", "logged")]).lead_id)

    def test_many_are_logged_with_as_many_questions_as_few(self):
        people = self.env["res.partner"].create([{"name": f"Guest {n}"} for n in range(20)])
        counts = []
        for some in (people[:1], people[:2], people[2:]):
            self.env.invalidate_all()
            before = self.cr.sql_log_count
            self.env["crm.pareto.touch"].with_user(self.anna).create(
                [{"name": "Talk", "partner_id": one.id, "date": MOMENT} for one in some]
            )
            self.env.flush_all()
            counts.append(self.cr.sql_log_count - before)
        self.assertEqual(counts[1], counts[2])

    def test_without_a_contact_it_says_what_to_do(self):
        form = self.form(self.env["res.partner"])
        form.name = "Call"
        with self.assertRaisesRegex(UserError, "at least one contact"):
            form.save().action_log()

    def test_it_stays_when_the_one_who_logged_it_leaves(self):
        self.log(self.person, MOMENT, user_id=self.anna.id)
        self.anna.active = False
        self.assertEqual(self.touches().user_id, self.anna)

    def test_one_changes_ones_own_a_manager_all(self):
        berta = self.new_user("berta", SALES_MANAGER)
        carl = self.new_user("carl", SALESPERSON)
        touch = self.log(self.person, MOMENT, user_id=self.anna.id)
        touch.with_user(self.anna).name = "Mine"
        with self.assertRaises(AccessError):
            touch.with_user(carl).name = "Not mine"
        touch.with_user(berta).name = "Hers"
        self.assertEqual(touch.name, "Hers")

    def test_a_touch_of_another_company_is_not_seen(self):
        other = self.env["res.company"].create({"name": "Other"})
        self.log(self.person, MOMENT, company_id=other.id)
        self.assertFalse(self.touches([("kind", "=", "logged")], self.anna))

    def test_the_template_of_the_import_screen_imports(self):
        self.fair.name = "Autumn Fair"
        for user in (self.env.user, self.anna):
            with self.subTest(user=user.login):
                touch = self.imported(user)
                self.assertEqual((touch.partner_id, touch.channel, touch.direction), (self.customer, "event", "in"))
                self.assertEqual((touch.campaign_id, touch.user_id), (self.fair, user))

    def imported(self, user):
        """The touch of the template, imported by a user."""
        (template,) = self.env["crm.pareto.touch"].get_import_templates()
        with file_open(template["template"].removeprefix("/"), "rb") as file:
            content = file.read()
        wizard = (
            self.env["base_import.import"]
            .with_user(user)
            .create(
                {
                    "res_model": "crm.pareto.touch",
                    "file": content,
                    "file_name": "logged_touches.xlsx",
                    "file_type": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
                }
            )
        )
        options = {"has_headers": True, "quoting": '"', "separator": ",", "date_format": "", "datetime_format": ""}
        preview = wizard.parse_preview(options)
        fields = [preview["matches"][column][0] for column in sorted(preview["matches"])]
        result = wizard.execute_import(fields, preview["headers"], preview["options"])
        self.assertFalse([message for message in result["messages"] if message["type"] == "error"], result)
        return self.env["crm.pareto.touch"].browse(result["ids"])
