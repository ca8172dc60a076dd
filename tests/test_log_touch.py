"""Writing down what Odoo has no record of."""

from datetime import date, datetime, timedelta

import pytest
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import Form
from odoo.tools import mute_logger
from odoo.tools.misc import file_open

from .common import SALES_MANAGER, SALESPERSON, TouchCase

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
        (template,) = self.env["crm.pareto.touch"].get_import_templates()
        with file_open(template["template"].removeprefix("/"), "rb") as file:
            content = file.read()
        wizard = self.env["base_import.import"].create(
            {
                "res_model": "crm.pareto.touch",
                "file": content,
                "file_name": "logged_touches.xlsx",
                "file_type": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
            }
        )
        options = {"has_headers": True, "quoting": '"', "separator": ",", "date_format": "", "datetime_format": ""}
        preview = wizard.parse_preview(options)
        fields = [preview["matches"][column][0] for column in sorted(preview["matches"])]
        self.fair.name = "Autumn Fair"
        result = wizard.execute_import(fields, preview["headers"], preview["options"])
        self.assertFalse([message for message in result["messages"] if message["type"] == "error"], result)
        touch = self.env["crm.pareto.touch"].browse(result["ids"])
        self.assertEqual((touch.partner_id, touch.channel, touch.direction), (self.customer, "event", "in"))
        self.assertEqual((touch.campaign_id, touch.user_id), (self.fair, self.env.user))
