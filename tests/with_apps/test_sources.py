"""Each source of touches: what happens in Odoo's apps becomes one touch, as it was.

One customer (a company) with one person there, Nora; and Clara, who does all our work.
"""

from datetime import date, timedelta

import pytest
from freezegun import freeze_time
from odoo import SUPERUSER_ID, Command, fields
from odoo.tools import mute_logger

from .affairs import HOUR, MAIL, MONDAY, PAGE, Affairs
from .common import EVERY_APP, TESTED_ELSEWHERE, AppsCase


def source(kind):
    """Say of which kind of touches a test is."""

    def mark(test):
        test.source = kind
        return test

    return mark


def day_only(*parts):
    """What is told of a touch of which Odoo knows the day only."""
    return {"day": date(*parts), "moment": False, "all_day": True}


class TouchCase(AppsCase):
    """Tests on the touches of one customer, all done by Clara."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.clara = cls.new_member("clara", EVERY_APP)
        cls.corvex = Affairs(cls.at(cls.clara), cls.clara, cls.new_contact("Corvex"), cls.new_gauge())
        cls.env = cls.corvex.env
        cls.customer, cls.contact = cls.corvex.customer, cls.corvex.contact
        cls.campaign = cls.corvex.campaign

    def touches(self, *kinds):
        """The customer's touches of these kinds."""
        self.env.flush_all()
        domain = [("customer_id", "=", self.customer.id), ("kind", "in", kinds)]
        return self.env["crm.pareto.touchpoint"].search(domain)

    def assertTouch(self, kind, record, **expected):
        """There is one touch of this kind: with Nora and Clara, about this record, to the second, and as expected."""
        touch = self.touches(kind)
        self.assertEqual(len(touch), 1, f"touches of kind {kind}")
        about = {
            "partner_id": self.contact,
            "customer_id": self.customer,
            "user_id": self.clara,
            "document": (record._name, record.id),
            "campaign_id": self.env["utm.campaign"],
        }
        document = (touch.res_model, touch.res_id)
        expected = about | expected
        if "date" in expected:
            expected["date"] = expected["date"].replace(microsecond=0)
        found = {name: document if name == "document" else touch[name] for name in expected}
        self.assertEqual(found, expected)

    def assertNoTouch(self, *kinds):
        self.assertFalse(self.touches(*kinds))


class TestCorrespondence(TouchCase):
    """What was written, said and planned."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.lead = cls.corvex.lead()

    def assertMail(self, **expected):
        """There is one touch of a mail about the lead, as expected."""
        self.assertTouch("mail", self.lead, date=MONDAY, lead_id=self.lead, **expected)

    @source("mail")
    def test_a_mail_to_the_customer(self):
        self.corvex.write(self.lead, subject="Gauges", partner_ids=self.contact.ids)
        self.assertMail(direction="out", channel="email", conversation=True, internal=False, title="Gauges")

    @source("mail")
    def test_a_mail_from_the_customer(self):
        self.corvex.receive(self.lead, self.contact.email_formatted)
        nobody = self.env["res.users"]
        self.assertMail(direction="in", channel="email", conversation=True, internal=False, user_id=nobody)

    @source("mail")
    def test_a_mail_from_an_unknown_address_about_a_lead_is_the_customer_s(self):
        self.corvex.receive(self.lead, "Somebody <somebody@elsewhere.example>")
        self.assertMail(direction="in", channel="email", user_id=self.env["res.users"])

    @source("mail")
    def test_a_mail_that_a_colleague_sends_in_is_ours(self):
        self.corvex.receive(self.lead, self.clara.email_formatted)
        self.assertMail(direction="out", channel="email")

    @source("mail")
    def test_a_message_in_the_portal_is_the_customer_s(self):
        self.corvex.portal_user()
        self.corvex.write(self.lead, author_id=self.contact.id)
        self.assertMail(direction="in", channel="email", conversation=True, user_id=self.env["res.users"])

    @source("mail")
    def test_a_note(self):
        self.corvex.write(self.lead, subtype="mail.mt_note")
        self.assertMail(direction="none", channel="email", conversation=False, internal=True)

    @source("mail")
    def test_a_text_message(self):
        self.lead._message_sms("See you at ten", partner_ids=self.contact.ids, put_in_queue=True, date=MONDAY)
        self.assertMail(direction="out", channel="sms", conversation=True, internal=False)

    def test_of_the_changes_of_a_record_none_is_a_touch(self):
        self.env.cr.flush()  # what is tracked is written at the end of the transaction
        self.lead.stage_id = self.env["crm.stage"].search([("id", "!=", self.lead.stage_id.id)], limit=1)
        self.env.cr.flush()
        self.assertTrue(self.lead.message_ids.sudo().tracking_value_ids)
        self.assertNoTouch("mail")

    def test_a_notice_to_one_of_us_is_no_touch(self):
        self.lead.message_notify(body="Look at this", partner_ids=self.clara.partner_id.ids)
        self.assertNoTouch("mail")

    def test_an_automatic_answer_is_no_conversation(self):
        for message_type in ("auto_comment", "out_of_office"):
            self.lead.message_post(body="We are away", message_type=message_type, subtype_xmlid="mail.mt_comment")
        touches = self.touches("mail")
        self.assertEqual(touches.mapped(lambda touch: (touch.automatic, touch.conversation)), [(True, False)] * 2)

    def assertActivity(self, activity_type, **expected):
        """A done activity is one touch, and what Odoo writes into the chatter about it is no second one."""
        activity = self.corvex.activity(self.lead, activity_type)
        note = self.lead.message_ids.filtered("mail_activity_type_id")
        self.assertLess(abs(note.date - activity.write_date), HOUR)
        done = {"title": "Ask", "date": note.date, "lead_id": self.lead}
        self.assertTouch("activity", self.lead, **done, **expected)
        self.assertNoTouch("mail")

    @source("activity")
    def test_a_call(self):
        self.assertActivity("mail.mail_activity_data_call", direction="out", channel="phone", conversation=True)

    @source("activity")
    def test_a_meeting_without_a_calendar(self):
        self.assertActivity("mail.mail_activity_data_meeting", direction="out", channel="meeting", conversation=True)

    @source("activity")
    def test_an_email_to_do(self):
        self.assertActivity("mail.mail_activity_data_email", direction="out", channel="email", conversation=True)

    @source("activity")
    def test_any_other_to_do(self):
        self.assertActivity("mail.mail_activity_data_todo", direction="none", channel="other", conversation=False)

    def test_what_is_still_to_do_is_no_touch(self):
        self.lead.activity_schedule("mail.mail_activity_data_call", user_id=self.clara.id)
        self.assertNoTouch("activity")

    def test_what_was_done_on_another_day_is_dated_that_day(self):
        self.corvex.activity(self.lead).sudo().date_done = MONDAY.date()
        touch = self.touches("activity")
        self.assertEqual({name: touch[name] for name in day_only(2026, 6, 8)}, day_only(2026, 6, 8))


@pytest.mark.dated
class TestMeetings(TouchCase):
    """Each meeting that took place, with each person who is not of us."""

    @source("meeting")
    def test_a_meeting(self):
        lead = self.corvex.lead()
        meeting = self.corvex.meeting(opportunity_id=lead.id)
        expected = {"direction": "out", "channel": "meeting", "conversation": True, "title": "Demonstration"}
        self.assertTouch("meeting", meeting, date=MONDAY, lead_id=lead, **expected)

    def test_a_meeting_planned_as_an_activity_is_one_touch(self):
        lead = self.corvex.lead()
        self.corvex.meeting(res_model_id=self.env["ir.model"]._get_id("crm.lead"), res_id=lead.id)
        self.assertTrue(lead.activity_ids)
        lead.activity_ids.action_feedback(feedback="They want ten")
        self.assertEqual(self.touches("meeting", "activity").mapped("kind"), ["meeting"])

    def test_a_meeting_with_two_people_is_a_touch_with_each(self):
        people = self.contact | self.contact.copy({"name": "Ole"})
        self.corvex.meeting(partner_ids=[Command.set((people | self.clara.partner_id).ids)])
        self.assertEqual(self.touches("meeting").partner_id, people)

    def test_a_meeting_all_day_long_has_no_time(self):
        meeting = self.corvex.meeting(allday=True, start_date="2026-06-08", stop_date="2026-06-09")
        self.assertTouch("meeting", meeting, **day_only(2026, 6, 8))

    def test_an_archived_meeting_is_no_touch(self):
        self.corvex.meeting().action_archive()
        self.assertNoTouch("meeting")

    def test_a_cancelled_meeting_is_no_touch(self):
        """Odoo deletes it."""
        self.corvex.meeting().unlink()
        self.assertNoTouch("meeting")

    def test_who_declined_did_not_meet_us(self):
        attendees = self.corvex.meeting().attendee_ids
        attendees.filtered(lambda attendee: attendee.partner_id == self.contact).do_decline()
        self.assertNoTouch("meeting")

    def test_a_meeting_to_come_is_no_touch(self):
        start = fields.Datetime.now() + HOUR
        self.corvex.meeting(start=start, stop=start + HOUR)
        self.assertNoTouch("meeting")


class TestSelling(TouchCase):
    """The milestones of selling."""

    @source("lead_created")
    def test_a_lead_that_we_entered(self):
        lead = self.corvex.lead(campaign_id=self.campaign.id, expected_revenue=5000)
        expected = {"direction": "none", "channel": "sale", "campaign_id": self.campaign, "amount": 5000}
        self.assertTouch("lead_created", lead, date=lead.create_date, lead_id=lead, title="Gauges", **expected)

    @source("lead_created")
    def test_a_lead_that_came_by_mail(self):
        mail = MAIL.format(author=self.contact.email_formatted, reference="<unknown@corvex.example>")
        lead_id = self.env(user=SUPERUSER_ID)["mail.thread"].message_process("crm.lead", mail)
        lead = self.env["crm.lead"].browse(lead_id)
        lead.sudo().user_id = self.clara
        self.assertTouch("lead_created", lead, direction="in", channel="web", date=lead.create_date, lead_id=lead)

    @source("lead_won")
    def test_a_lead_won(self):
        lead = self.corvex.lead()
        lead.action_set_won()
        self.assertTouch("lead_won", lead, direction="none", channel="sale", date=lead.date_closed, lead_id=lead)

    @source("lead_lost")
    def test_a_lead_lost(self):
        lead = self.corvex.lead()
        lead.action_set_lost()
        self.assertTouch("lead_lost", lead, direction="none", channel="sale", date=lead.date_closed, lead_id=lead)

    @source("quotation_sent")
    def test_a_quotation_marked_as_sent(self):
        order = self.corvex.order(campaign_id=self.campaign.id)
        self.env.cr.flush()
        order.action_quotation_sent()
        self.env.cr.flush()
        expected = {"direction": "out", "channel": "sale", "campaign_id": self.campaign, "amount": 100}
        self.assertTouch("quotation_sent", order, date=order.message_ids[0].date, title=order.name, **expected)

    @source("quotation_sent")
    def test_a_quotation_sent_by_mail(self):
        """With the button "Send", which opens the composer."""
        order = self.corvex.order()
        self.env.cr.flush()
        composer = self.env["mail.compose.message"].with_context(order.action_quotation_send()["context"])
        with mute_logger("odoo.addons.base.models.ir_actions_report"):
            composer.create({})._action_send_mail()
        self.env.cr.flush()
        self.assertEqual(order.state, "sent")
        expected = {"direction": "out", "channel": "email", "conversation": True}
        self.assertTouch("quotation_sent", order, date=order.message_ids[0].date, **expected)
        self.assertFalse(self.touches("mail"), "it is one touch, not two")

    @source("order_confirmed")
    def test_an_order(self):
        order = self.corvex.order(campaign_id=self.campaign.id)
        order.action_confirm()
        expected = {"direction": "in", "channel": "sale", "campaign_id": self.campaign, "amount": 100}
        self.assertTouch("order_confirmed", order, date=order.date_order, title=order.name, **expected)

    @source("order_cancelled")
    def test_a_cancelled_order(self):
        order = self.corvex.order()
        self.env.cr.flush()
        order._action_cancel()
        self.env.cr.flush()
        self.assertTouch("order_cancelled", order, direction="none", channel="sale", date=order.message_ids[0].date)

    @source("invoice")
    def test_an_invoice(self):
        invoice = self.corvex.invoice(campaign_id=self.campaign.id)
        expected = {"direction": "out", "channel": "invoice", "campaign_id": self.campaign, "amount": 100}
        self.assertTouch("invoice", invoice, **day_only(2026, 6, 15), title=invoice.name, **expected)

    def test_a_draft_is_no_touch(self):
        self.corvex.invoice().button_draft()
        self.assertNoTouch("invoice")

    @source("credit_note")
    def test_a_credit_note(self):
        refund = self.corvex.invoice(move_type="out_refund")
        expected = {"direction": "out", "channel": "invoice", "amount": -100}
        self.assertTouch("credit_note", refund, **day_only(2026, 6, 15), **expected)

    @source("payment")
    def test_a_payment(self):
        """Odoo books it on the company."""
        payment = self.corvex.payment(self.corvex.invoice())
        expected = {"partner_id": self.customer, "user_id": self.env["res.users"]}
        expected |= {"direction": "in", "channel": "payment", "amount": 100}
        self.assertTouch("payment", payment, **day_only(2026, 6, 20), **expected)

    @source("pos_order")
    def test_a_purchase_in_the_shop(self):
        order = self.corvex.shop_order()
        self.assertEqual(order.state, "paid")
        expected = {"direction": "in", "channel": "shop", "amount": 100, "conversation": True}
        self.assertTouch("pos_order", order, date=order.date_order, **expected)


class TestMailings(TouchCase):
    """What marketing sent, and what came of it."""

    def assertStep(self, kind, **expected):
        """There is one touch of a step of the mailing to Nora, as expected."""
        self.assertTouch(kind, self.contact, campaign_id=self.campaign, **expected)

    @source("mailing_sent")
    def test_a_mailing(self):
        mailing = self.corvex.trace().mass_mailing_id
        utm = {"source_id": mailing.source_id, "medium_id": mailing.medium_id}
        self.assertStep("mailing_sent", direction="out", channel="email", date=MONDAY, title=mailing.subject, **utm)

    def test_a_mailing_is_no_second_touch_as_a_mail(self):
        self.corvex.trace()
        self.assertIn("email_outgoing", self.contact.message_ids.mapped("message_type"))
        self.assertNoTouch("mail")

    @source("mailing_opened")
    def test_a_mailing_that_was_opened(self):
        trace = self.corvex.trace()
        with freeze_time(MONDAY + HOUR):
            trace.set_opened()
        self.assertStep("mailing_opened", direction="in", channel="email", date=MONDAY + HOUR)

    def test_a_machine_s_opening_is_no_touch(self):
        trace = self.corvex.trace()
        with freeze_time(MONDAY + timedelta(seconds=1)):
            trace.set_opened()
        self.assertTrue(trace.open_datetime)
        self.assertNoTouch("mailing_opened")

    @source("mailing_replied")
    def test_an_answer_to_a_mailing(self):
        trace = self.corvex.trace()
        with freeze_time(MONDAY + HOUR):
            trace.set_replied()
        self.assertStep("mailing_replied", direction="in", channel="email", date=MONDAY + HOUR, conversation=True)

    @source("mailing_bounced")
    def test_a_mailing_that_came_back(self):
        trace = self.corvex.trace()
        trace.set_bounced()
        self.assertStep("mailing_bounced", direction="none", channel="email", date=trace.write_date)
        self.assertNoTouch("mailing_sent")

    @source("click")
    def test_a_click(self):
        self.corvex.click(self.corvex.trace(), MONDAY + HOUR)
        nobody = self.env["res.users"]
        self.assertStep("click", direction="in", channel="email", date=MONDAY + HOUR, title=PAGE, user_id=nobody)

    def test_a_machine_s_click_is_no_touch(self):
        self.corvex.click(self.corvex.trace(), MONDAY + timedelta(seconds=1))
        self.assertNoTouch("click")

    def test_a_test_of_a_mailing_is_no_touch(self):
        trace = self.corvex.trace()
        self.corvex.click(trace, MONDAY + HOUR)
        trace.sudo().is_test_trace = True
        self.assertNoTouch("mailing_sent", "mailing_opened", "click")

    @source("mailing_sent")
    def test_a_newsletter_reaches_who_has_the_address(self):
        news = self.env["mailing.list"].create({"name": "News"})
        reader = {"name": "Nora", "email": self.contact.email, "list_ids": [Command.link(news.id)]}
        reader = self.env["mailing.contact"].create(reader)
        values = {"mailing_model_id": self.env["ir.model"]._get_id("mailing.list"), "mailing_domain": []}
        self.corvex.send(self.corvex.mailing(contact_list_ids=[Command.set(news.ids)], **values))
        self.assertTouch("mailing_sent", reader, date=MONDAY, campaign_id=self.campaign)


class TestEventsAndOpinions(TouchCase):
    """Events, surveys, ratings, and the portal."""

    @source("event_registration")
    def test_a_registration(self):
        registration = self.corvex.registration()
        registration.action_confirm()
        expected = {"direction": "in", "channel": "event", "campaign_id": self.campaign, "title": "Fair"}
        self.assertTouch("event_registration", registration, date=registration.create_date, **expected)
        self.assertNoTouch("event_attendance")

    @source("event_attendance")
    def test_an_attendance(self):
        registration = self.corvex.registration()
        registration.action_set_done()
        expected = {"direction": "in", "channel": "event", "campaign_id": self.campaign, "title": "Fair"}
        began = registration.event_id.date_begin  # whenever somebody says so
        self.assertTouch("event_attendance", registration, date=began, conversation=True, **expected)

    def test_a_guest_is_known_by_the_address(self):
        registration = self.corvex.registration()
        registration.write({"partner_id": False, "email": self.contact.email, "name": "Nora"})
        registration.action_set_done()
        self.assertTouch("event_attendance", registration, conversation=True, campaign_id=self.campaign)
        self.assertTrue(self.touches("event_registration"))

    def test_who_books_for_somebody_else_did_not_attend(self):
        guest = self.new_partner("Ida Falk", email="ida@falk.example")
        registration = self.corvex.registration()
        registration.write({"email": guest.email, "name": guest.name})
        registration.action_set_done()
        self.assertTrue(self.touches("event_registration"))
        self.assertNoTouch("event_attendance")
        self.env.flush_all()
        theirs = self.env["crm.pareto.touchpoint"].search([("customer_id", "=", guest.id)])
        self.assertEqual(theirs.mapped("kind"), ["event_attendance"])

    def test_a_cancelled_registration_is_no_touch(self):
        self.corvex.registration().action_cancel()
        self.assertNoTouch("event_registration", "event_attendance")

    @source("survey")
    def test_a_survey(self):
        answer = self.corvex.survey_answer()
        with freeze_time(MONDAY):
            answer._mark_done()
        expected = {"direction": "in", "channel": "survey", "title": "Are you content?"}
        self.assertTouch("survey", answer, date=MONDAY, user_id=self.env["res.users"], **expected)

    def test_a_survey_not_finished_is_no_touch(self):
        self.corvex.survey_answer()
        self.assertNoTouch("survey")

    def test_a_test_of_a_survey_is_no_touch(self):
        self.corvex.survey_answer(test_entry=True)._mark_done()
        self.assertNoTouch("survey")

    @source("rating")
    def test_a_rating(self):
        task = self.corvex.task()
        rating = self.corvex.rating(task)
        task.name = "Another name"  # which the rating takes over
        self.assertTouch("rating", task, direction="in", channel="survey", date=rating.rated_on)
        self.assertNoTouch("mail")

    def test_a_rating_not_given_is_no_touch(self):
        self.corvex.task()._rating_get_access_token(self.contact)
        self.assertNoTouch("rating")

    @source("sign_up")
    def test_access_to_the_portal(self):
        user = self.corvex.portal_user()
        expected = {"direction": "in", "channel": "portal", "user_id": self.env["res.users"]}
        self.assertTouch("sign_up", user, date=user.create_date, **expected)


class TestService(TouchCase):
    """What the customer got, and what went on afterwards."""

    @source("delivery")
    def test_a_delivery(self):
        delivery = self.corvex.delivery()
        expected = {"direction": "out", "channel": "delivery", "date_promised": delivery.date_deadline}
        self.assertTouch("delivery", delivery, date=delivery.date_done, title=delivery.name, **expected)
        self.assertNoTouch("return")

    @source("return")
    def test_a_return(self):
        returned = self.corvex.take_back(self.corvex.delivery())
        self.assertEqual(returned.state, "done")
        self.assertTouch("return", returned, direction="in", channel="delivery", date=returned.date_done)
        self.assertEqual(len(self.touches("delivery")), 1)

    def test_what_a_supplier_sent_to_the_customer_is_a_delivery_of_the_customer_of_the_order(self):
        delivery = self.corvex.dropshipment()
        self.assertTouch("delivery", delivery, direction="out", channel="delivery", date=delivery.date_done)
        supplier = self.env["crm.pareto.touchpoint"].search([("customer_id", "=", delivery.partner_id.id)])
        self.assertFalse(supplier.filtered(lambda touch: touch.kind == "delivery"))

    def test_what_comes_back_of_it_is_a_return(self):
        returned = self.corvex.take_back(self.corvex.dropshipment())
        self.assertTouch("return", returned, direction="in", channel="delivery", date=returned.date_done)
        self.assertEqual(len(self.touches("delivery")), 1)

    @source("ticket")
    def test_a_ticket(self):
        ticket = self.corvex.ticket()
        self.assertTouch("ticket", ticket, direction="in", channel="service", date=ticket.create_date)
        self.assertNoTouch("ticket_closed")

    @source("ticket_closed")
    def test_a_ticket_closed(self):
        ticket = self.corvex.ticket()
        ticket.stage_id = self.env.ref("helpdesk_mgmt.helpdesk_ticket_stage_done")
        self.assertTouch("ticket_closed", ticket, direction="none", channel="service", date=ticket.closed_date)

    @source("task")
    def test_a_task(self):
        task = self.corvex.task()
        self.assertTouch("task", task, direction="none", channel="service", date=task.create_date)

    @source("timesheet")
    def test_hours(self):
        line = self.corvex.hours(self.corvex.task())
        expected = {"direction": "none", "channel": "service", "title": "Calibration"}
        self.assertTouch("timesheet", line, **day_only(2026, 6, 8), **expected)

    @source("repair")
    def test_a_repair(self):
        repair = self.corvex.repair()
        self.assertTouch("repair", repair, direction="in", channel="service", date=repair.create_date)

    def test_a_cancelled_repair_is_no_touch(self):
        self.corvex.repair().action_repair_cancel()
        self.assertNoTouch("repair")

    @source("chat")
    def test_a_chat(self):
        chat = self.corvex.chat(self.corvex.portal_user())
        self.assertTouch("chat", chat, direction="in", channel="chat", date=chat.create_date, conversation=False)
        who = self.env["im_livechat.channel.member.history"].sudo().search([("channel_id", "=", chat.id)])
        who.filtered(lambda member: member.livechat_member_type == "visitor").message_count = 2
        self.env.invalidate_all()
        self.assertTouch("chat", chat, conversation=False)  # nobody answered
        who.filtered(lambda member: member.livechat_member_type == "agent").message_count = 1
        self.env.invalidate_all()
        self.assertTouch("chat", chat, conversation=True)

    def test_a_chat_with_a_stranger_is_no_touch(self):
        self.corvex.chat(self.env.ref("base.public_user"))
        self.assertFalse(self.env["crm.pareto.touchpoint"].search([("kind", "=", "chat")]))

    @source("call")
    def test_a_call(self):
        lead = self.corvex.lead()
        call = self.corvex.call(opportunity_id=lead.id, campaign_id=self.campaign.id)
        self.assertNoTouch("call")
        call.state = "done"
        expected = {"direction": "in", "channel": "phone", "campaign_id": self.campaign, "conversation": True}
        self.assertTouch("call", call, date=MONDAY, lead_id=lead, title="They ask for a price", **expected)


class TestEverySource(TouchCase):
    """No source without a test."""

    def test_each_kind_of_touch_has_a_test(self):
        tests = [test for case in TouchCase.__subclasses__() for test in vars(case).values()]
        tested = {test.source for test in tests if callable(test) and hasattr(test, "source")}
        kinds = {kind for kind, _label in self.env["crm.pareto.touchpoint"]._selection_kind()}
        self.assertEqual(tested, kinds - TESTED_ELSEWHERE)
