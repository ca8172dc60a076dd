"""The report of touches: what holds for all sources (each source on its own: with_apps/test_sources.py)."""

from datetime import datetime

from odoo.addons.crm_pareto.models.history.touchpoint.source import Source
from odoo.exceptions import AccessError
from odoo.tools import SQL

from ..common import SALES_MANAGER, SALESPERSON, TouchCase

MOMENT = datetime(2026, 6, 15, 10, 0)


class TestTouchpoint(TouchCase):
    def test_an_id_stays_and_opens_the_row(self):
        self.log(self.person, MOMENT)
        (found,) = self.touches()
        self.env.invalidate_all()
        again = self.env["crm.pareto.touchpoint"].browse(found.id)
        self.assertEqual((again.title, again.date, again.partner_id), ("Talk", MOMENT, self.person))

    def test_a_list_of_ids_in_a_domain_finds_those(self):
        for hour in (9, 10, 11):
            self.log(self.person, MOMENT.replace(hour=hour))
        wanted = self.touches()[:2]
        self.assertEqual(self.env["crm.pareto.touchpoint"].search([("id", "in", wanted.ids)]), wanted)

    def test_newest_first(self):
        for hour in (10, 12, 11):
            self.log(self.person, MOMENT.replace(hour=hour))
        self.assertEqual([touch.date.hour for touch in self.touches()], [12, 11, 10])

    def test_what_is_narrowed_equals_what_is_filtered_out_of_everything(self):
        """To look only at the customer's documents finds what a look at all documents finds."""
        other = self.env["res.partner"].create({"name": "Birch"})
        lead = self.env["crm.lead"].create({"name": "Gauges", "partner_id": self.person.id})
        for record in (self.customer, self.person, other, lead):
            self.mail(record, MOMENT, author=self.person)
        touchpoints = self.env["crm.pareto.touchpoint"]
        everything = touchpoints.search([])
        for field, record in (("customer_id", self.customer), ("partner_id", self.person), ("lead_id", lead)):
            with self.subTest(field):
                narrowed = touchpoints.search([(field, "=", record.id)])
                self.assertTrue(narrowed)
                self.assertEqual(narrowed, everything.grouped(field)[record])

    def test_a_contact_s_mail_on_a_lead_without_customer_is_the_contact_s(self):
        lead = self.env["crm.lead"].create({"name": "Gauges", "email_from": "ada@alder.example"})
        self.mail(lead, MOMENT, author=self.person)
        found = self.env["crm.pareto.touchpoint"].search([("partner_id", "=", self.person.id), ("kind", "=", "mail")])
        self.assertEqual(found.lead_id, lead)

    def test_a_mail_that_a_template_sent_is_no_note(self):
        self.customer.message_post(body="Offer", message_type="email_outgoing", subtype_id=False)
        touch = self.touches()
        self.assertEqual((touch.direction, touch.internal, touch.conversation), ("out", False, False))

    def test_since_a_moment_equals_what_is_filtered_out_of_everything(self):
        lead = self.env["crm.lead"].create({"name": "Gauges", "partner_id": self.person.id})
        for record in (self.customer, lead):
            for hour in (9, 10, 11):
                self.mail(record, MOMENT.replace(hour=hour), author=self.person)
        lead.activity_schedule("mail.mail_activity_data_call").action_feedback(feedback="Reached")
        touchpoints = self.env["crm.pareto.touchpoint"]
        everything = touchpoints.search([])
        done = everything.filtered(lambda touch: touch.kind == "activity").date
        for operator, moment in ((">=", MOMENT), (">", MOMENT), (">=", done), (">", done)):
            late = everything.filtered_domain([("date", operator, moment)])
            self.assertEqual(touchpoints.search([("date", operator, moment)]), late)
            of_lead = touchpoints.search([("date", operator, moment), ("lead_id", "=", lead.id)])
            self.assertEqual(of_lead, late.filtered(lambda touch: touch.lead_id == lead))

    def test_a_note_is_marked_and_goes_nowhere(self):
        self.customer.message_post(body="Bad payer", message_type="comment", subtype_xmlid="mail.mt_note")
        (note,) = self.touches()
        self.assertEqual((note.internal, note.direction, note.conversation), (True, "none", False))

    def test_the_preview_is_read_as_the_reader(self):
        self.mail(self.customer, MOMENT, author=self.person)
        (touch,) = self.touches()
        self.assertEqual(touch.preview, "Text")

    def test_own_documents_only_for_whom_may_see_no_others(self):
        anna, berta = self.new_user("anna", SALESPERSON), self.new_user("berta", SALES_MANAGER)
        for user in (anna, berta):
            lead = self.env["crm.lead"].create({"name": user.login, "partner_id": self.person.id, "user_id": user.id})
            self.mail(lead, MOMENT, author=self.person)
        mails = [("kind", "=", "mail")]
        self.assertEqual(self.touches(mails, anna).lead_id.user_id, anna)
        self.assertEqual(self.touches(mails, berta).lead_id.user_id, anna + berta)

    def test_nothing_here_for_a_portal_user(self):
        portal = self.new_user("petra", "base.group_portal")
        with self.assertRaises(AccessError):
            self.touches(user=portal)
        with self.assertRaises(AccessError):
            self.env["crm.pareto.timeline"].with_user(portal).page("res.partner", portal.partner_id.id)

    def test_another_addon_adds_a_source_in_a_few_lines(self):
        bank = Source(
            number=200,
            kind="bank",
            label="Bank Account",
            model="res.partner.bank",
            date="create_date",
            partner="partner_id",
            title="acc_number",
        )
        model = self.registry["crm.pareto.touchpoint"]
        sources = model._sources
        self.patch(model, "_sources", lambda records: [*sources(records), bank])
        self.env["res.partner.bank"].create({"partner_id": self.customer.id, "acc_number": "DE02"})
        self.assertEqual(self.touches([("kind", "=", "bank")]).title, "DE02")

    def test_every_number_is_of_one_source(self):
        numbers = [source.number for source in self.env["crm.pareto.touchpoint"]._sources()]
        self.assertEqual(len(numbers), len(set(numbers)))
        self.assertLess(max(numbers), 128, "128 and above are other addons'")

    def test_each_source_finds_a_customers_records_through_an_index(self):
        """No source reads all of its table for one customer: where Odoo has no index, ours is there."""
        self.env.cr.execute(SQL("SET LOCAL enable_seqscan = off"))
        touchpoints = self.env["crm.pareto.touchpoint"]
        query = touchpoints._search([("customer_id", "=", self.customer.id)])
        self.env.cr.execute(SQL("EXPLAIN %s", query.select()))
        plan = "\n".join(line for (line,) in self.env.cr.fetchall())
        for table in ("mail_message", "account_payment", "calendar_attendee", "sale_order", "account_move", "crm_lead"):
            self.assertNotIn(f"Seq Scan on {table} ", plan)
