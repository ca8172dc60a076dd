"""What nobody wrote is no conversation; and when a message was written, and by whom."""

from datetime import timedelta

import pytest
from odoo import fields
from odoo.exceptions import AccessError

from ..common import SALESPERSON, TouchCase

pytestmark = pytest.mark.dated

MAIL = """From: Ada Alder <ada@alder.example>
To: sales@our.example
Subject: Re: Offer
Message-ID: <{number}@alder.example>
In-Reply-To: {parent}
{headers}Content-Type: text/plain

{text}
"""


class AnsweredCase(TouchCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.lead = cls.env["crm.lead"].create(
            {"name": "Gauges", "type": "opportunity", "partner_id": cls.person.id, "user_id": cls.env.user.id}
        )

    def answer(self, *headers, text="Yes."):
        """A mail from the customer comes in, in answer to one of ours.

        :return: its touch
        """
        offer = self.lead.message_post(body="Offer", message_type="comment", subtype_xmlid="mail.mt_comment")
        lines = "".join(f"{header}\n" for header in headers)
        mail = MAIL.format(number=offer.id, parent=offer.message_id, headers=lines, text=text)
        self.env["mail.thread"].message_process(None, mail)
        self.env.invalidate_all()
        return self.touches([("kind", "=", "mail"), ("direction", "=", "in")])[:1]


class TestAutomaticAnswers(AnsweredCase):
    def test_what_a_person_answers_is_a_conversation(self):
        touch = self.answer()
        self.assertEqual((touch.direction, touch.conversation, touch.automatic), ("in", True, False))
        self.assertTrue(self.customer.pareto_last_in)

    def test_an_automatic_answer_is_in_the_history_and_ends_no_silence(self):
        for header in ("Auto-Submitted: auto-replied", "X-Autoreply: yes", "Precedence: auto_reply"):
            with self.subTest(header=header):
                touch = self.answer(header)
                self.assertEqual((touch.direction, touch.conversation, touch.automatic), ("in", False, True))
                self.assertFalse(self.customer.pareto_last_in)
                self.assertNotIn("Email", self.customer.pareto_channels)

    def test_a_header_that_says_that_a_person_wrote_is_believed(self):
        self.assertFalse(self.answer("Auto-Submitted: no").automatic)

    def test_an_automatic_answer_is_no_answer_of_the_customers_that_waits_for_ours(self):
        self.answer("Auto-Submitted: auto-replied")
        self.lead.message_post(body="Thanks", message_type="comment", subtype_xmlid="mail.mt_comment")
        self.env.invalidate_all()
        self.assertFalse(self.customer.pareto_answer_hours)

    def test_a_mail_from_the_future_came_when_it_came(self):
        touch = self.answer("Date: Thu, 01 Mar 2035 08:00:00 +0000")
        self.assertLessEqual(touch.date, fields.Datetime.now())
        self.assertEqual(self.customer.pareto_silent_days, 0)

    def test_a_mail_keeps_the_time_at_which_it_was_written(self):
        touch = self.answer("Date: Thu, 01 Mar 2018 08:00:00 +0000")
        self.assertEqual(str(touch.date), "2018-03-01 08:00:00")


class TestAutomaticNotices(TouchCase):
    def notice(self, record, layout):
        """A mail from a template, as Odoo sends documents."""
        return self.mail(record, fields.Datetime.now() - timedelta(hours=1), email_layout_xmlid=layout)

    def test_the_mail_that_brings_a_document_is_no_conversation(self):
        for layout in ("with_responsible_signature", "light"):
            with self.subTest(layout=layout):
                self.notice(self.customer, f"mail.mail_notification_layout_{layout}".replace("layout_light", "light"))
                [touch] = self.touches([("automatic", "=", True)])[:1]
                self.assertEqual((touch.direction, touch.conversation), ("out", False))
                self.assertFalse(self.customer.pareto_last_out)
                self.assertFalse(self.customer.pareto_known_by_count)

    def test_what_somebody_writes_on_it_is_one(self):
        colleague = self.new_user("otto", "base.group_user").partner_id
        self.mail(self.customer, fields.Datetime.now() - timedelta(hours=1), author_id=colleague.id)
        self.assertTrue(self.touches([("conversation", "=", True), ("automatic", "=", False)]))

    def test_a_chat_of_the_phone_is_one_in_either_direction(self):
        colleague = self.new_user("otto", "base.group_user").partner_id
        for author, direction in ((self.person, "in"), (colleague, "out")):
            message = self.mail(self.customer, fields.Datetime.now() - timedelta(hours=1), author_id=author.id)
            self.env.flush_all()
            for type_ in ("whatsapp", "whatsapp_message"):
                with self.subTest(author=author.name, type=type_):
                    self.env.cr.execute("UPDATE mail_message SET message_type = %s WHERE id = %s", [type_, message.id])
                    self.env.invalidate_all()
                    touch = self.touches([("id", "=", message.id * 256 + 1)])
                    self.assertEqual((touch.channel, touch.direction, touch.conversation), ("chat", direction, True))


class TestOneOfUs(TouchCase):
    def test_who_buys_from_the_own_company_is_a_customer_there(self):
        user = self.new_user("otto", "base.group_user")
        user.partner_id.email = "otto@our.example"
        message = self.mail(user.partner_id, fields.Datetime.now(), author=user.partner_id)
        self.env.flush_all()
        touch = self.env["crm.pareto.touchpoint"].search([("id", "=", message.id * 256 + 1)])
        self.assertEqual((touch.direction, touch.user_id.id), ("in", False))


class TestHistoryStays(TouchCase):
    def test_a_done_call_goes_to_the_contact_that_is_left(self):
        gone = self.env["res.partner"].create({"name": "Ada Alder"})
        gone.activity_schedule("mail.mail_activity_data_call", summary="Price list").action_feedback()
        self.env["base.partner.merge.automatic.wizard"]._merge((gone + self.person).ids, self.person)
        self.env.invalidate_all()
        self.assertEqual(self.touches([("kind", "=", "activity")]).mapped("title"), ["Price list"])

    def test_a_merged_leads_call_and_campaign_stay(self):
        campaign, other = self.env["utm.campaign"].create([{"title": "Ads"}, {"title": "Fair"}])
        values = {"type": "opportunity", "partner_id": self.customer.id}
        leads = self.env["crm.lead"].create(
            [
                {**values, "name": "Web form", "campaign_id": campaign.id, "probability": 10},
                {**values, "name": "Fair card", "campaign_id": other.id, "probability": 60},
            ]
        )
        leads[0].activity_schedule("mail.mail_activity_data_call", summary="Price list").action_feedback()
        leads.merge_opportunity()
        self.env.invalidate_all()
        self.assertEqual(self.touches([("kind", "=", "activity")]).mapped("title"), ["Price list"])
        [enquiry] = self.touches([("campaign_id", "=", campaign.id)])
        self.assertEqual((enquiry.title, enquiry.direction, enquiry.lead_id), ("Web form", "in", leads[1]))

    def test_the_campaign_that_the_lead_takes_over_is_there_once(self):
        campaign = self.env["utm.campaign"].create({"title": "Ads"})
        values = {"type": "opportunity", "partner_id": self.customer.id}
        leads = self.env["crm.lead"].create(
            [
                {**values, "name": "Web form", "campaign_id": campaign.id, "probability": 10},
                {**values, "name": "Fair card", "probability": 60},
            ]
        )
        leads.merge_opportunity()
        self.env.invalidate_all()
        self.assertEqual(self.touches([("campaign_id", "=", campaign.id)]).mapped("kind"), ["lead_created"])

    def test_a_lead_that_came_back_was_lost_nevertheless(self):
        lead = self.env["crm.lead"].create({"name": "Gauges", "type": "opportunity", "partner_id": self.customer.id})
        lead.action_set_lost()
        lost_on = lead.date_closed
        lead.action_unarchive()
        self.env.invalidate_all()
        [touch] = self.touches([("kind", "=", "lead_lost")])
        self.assertEqual(touch.date, lost_on.replace(microsecond=0))
        lead.action_set_won()
        self.env.invalidate_all()
        self.assertEqual(len(self.touches([("kind", "in", ["lead_lost", "lead_won"])])), 2)

    def test_nobody_says_by_hand_when_a_lead_was_lost(self):
        anna, moment = self.new_user("anna", SALESPERSON), "2001-01-01 00:00:00"
        leads = self.env["crm.lead"].with_user(anna)
        lead = leads.create({"name": "Gauges", "user_id": anna.id})
        with self.assertRaisesRegex(AccessError, "set by the button"):
            lead.pareto_lost_on = moment
        with self.assertRaisesRegex(AccessError, "set by the button"):
            leads.create({"name": "Pumps", "pareto_lost_on": moment})
