"""Each source of touches: what happens in Odoo's apps becomes one touch, as it was.

One customer (a company) with one person there, Nora; and Clara, who does all our work.
"""

from datetime import datetime, timedelta

from freezegun import freeze_time
from odoo import SUPERUSER_ID, Command, fields
from odoo.tools import mute_logger

from .affairs import HOUR, MAIL, MONDAY, Affairs
from .common import EVERY_APP, AppsCase

# Whose test is elsewhere: crm.pareto.touch has its own.
TESTED_ELSEWHERE = {"logged"}


def source(kind):
    """Say of which kind of touches a test is."""

    def mark(test):
        test.source = kind
        return test

    return mark


class TouchCase(AppsCase):
    """Tests on the touches of one customer, all done by Clara."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.clara = cls.new_member("clara", EVERY_APP)
        cls.env = cls.at(cls.clara)
        cls.corvex = Affairs(cls.env, cls.clara, cls.new_contact("Corvex"), cls.new_gauge())
        cls.customer, cls.contact = cls.corvex.customer, cls.corvex.contact
        cls.campaign = cls.corvex.campaign

    def touches(self, *kinds):
        """The customer's touches of these kinds."""
        self.env.flush_all()
        domain = [("customer_id", "=", self.customer.id), ("kind", "in", kinds)]
        return self.env["crm.pareto.touchpoint"].search(domain)

    def assertTouch(self, kind, record, **expected):
        """There is one touch of this kind: with Nora and Clara, about this record, and as expected."""
        self.env.flush_all()
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
        found = {name: document if name == "document" else touch[name] for name in expected}
        self.assertEqual(found, expected)

    def assertNoTouch(self, *kinds):
        self.env.flush_all()
        self.assertFalse(self.touches(*kinds))


class TestCorrespondence(TouchCase):
    """What was written, said and planned."""

    @source("mail")
    def test_a_mail_to_the_customer(self):
        lead = self.new_lead()
        lead.message_post(
            body="Our gauges",
            subject="Gauges",
            date=MONDAY,
            partner_ids=self.contact.ids,
            message_type="comment",
            subtype_xmlid="mail.mt_comment",
        )
        self.assertTouch(
            "mail",
            lead,
            direction="out",
            channel="email",
            date=MONDAY,
            conversation=True,
            internal=False,
            title="Gauges",
            lead_id=lead,
        )

    @source("mail")
    def test_a_mail_from_the_customer(self):
        lead = self.new_lead()
        self.receive(lead, self.contact.email_formatted)
        self.assertTouch(
            "mail",
            lead,
            direction="in",
            channel="email",
            date=MONDAY,
            conversation=True,
            internal=False,
            user_id=self.env["res.users"],
            lead_id=lead,
        )

    @source("mail")
    def test_a_mail_from_an_unknown_address_on_a_lead_is_the_customer_s(self):
        lead = self.new_lead()
        self.receive(lead, "Somebody <else@corvex.example>")
        self.assertTouch("mail", lead, direction="in", user_id=self.env["res.users"])

    @source("mail")
    def test_a_mail_that_a_colleague_sends_in_is_ours(self):
        lead = self.new_lead()
        self.receive(lead, self.clara.email_formatted)
        self.assertTouch("mail", lead, direction="out", channel="email")

    @source("mail")
    def test_a_note(self):
        self.customer.with_env(self.env).message_post(
            body="Pays late", date=MONDAY, message_type="comment", subtype_xmlid="mail.mt_note"
        )
        self.assertTouch(
            "mail",
            self.customer,
            direction="none",
            channel="email",
            date=MONDAY,
            conversation=False,
            internal=True,
            partner_id=self.customer,
        )

    @source("mail")
    def test_a_text_message(self):
        contact = self.contact.with_env(self.env)
        contact._message_sms("See you at ten", partner_ids=self.contact.ids, put_in_queue=True, date=MONDAY)
        self.assertTouch(
            "mail", contact, direction="out", channel="sms", date=MONDAY, conversation=True, internal=False
        )

    def test_of_the_changes_of_a_record_none_is_a_touch(self):
        lead = self.new_lead()
        self.env.cr.flush()  # what is tracked is written at the end of the transaction
        lead.expected_revenue = 5000
        lead.stage_id = self.env["crm.stage"].search([("id", "!=", lead.stage_id.id)], limit=1)
        self.env.cr.flush()
        self.assertIn("notification", lead.message_ids.mapped("message_type"))
        self.assertNoTouch("mail")

    def test_a_notice_to_one_of_us_is_no_touch(self):
        self.new_lead().message_notify(body="Look at this", partner_ids=self.clara.partner_id.ids)
        self.assertNoTouch("mail")

    def test_an_automatic_answer_is_no_touch(self):
        lead = self.new_lead()
        lead.message_post(body="We got your mail", message_type="auto_comment", subtype_xmlid="mail.mt_comment")
        lead.message_post(body="I am away", message_type="out_of_office", subtype_xmlid="mail.mt_comment")
        self.assertNoTouch("mail")

    def do_activity(self, activity_type):
        lead = self.new_lead()
        activity = lead.activity_schedule(activity_type, summary="Ask", user_id=self.clara.id)
        activity.action_feedback(feedback="They want ten")
        return lead, activity

    def assertActivity(self, activity_type, **expected):
        """A done activity is one touch, and what Odoo writes into the chatter about it is no second one."""
        lead, activity = self.do_activity(activity_type)
        self.assertTouch("activity", lead, title="Ask", date=activity.write_date, lead_id=lead, **expected)
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
        self.new_lead().activity_schedule("mail.mail_activity_data_call", user_id=self.clara.id)
        self.assertNoTouch("activity")

    def test_what_was_done_on_another_day_is_dated_that_day(self):
        _lead, activity = self.do_activity("mail.mail_activity_data_call")
        activity.sudo().date_done = MONDAY.date()
        self.env.flush_all()
        self.assertEqual(self.touches("activity").date, datetime(2026, 6, 8))


class TestMeetings(TouchCase):
    """Each meeting that took place, with each person who is not of us."""

    @source("meeting")
    def test_a_meeting(self):
        lead = self.new_lead()
        meeting = self.new_meeting(opportunity_id=lead.id)
        self.assertTouch(
            "meeting",
            meeting,
            direction="out",
            channel="meeting",
            date=MONDAY,
            conversation=True,
            lead_id=lead,
            title="Demonstration",
        )

    def test_a_meeting_planned_as_an_activity_is_one_touch(self):
        lead = self.new_lead()
        self.new_meeting(res_model_id=self.env["ir.model"]._get_id("crm.lead"), res_id=lead.id)
        self.assertTrue(lead.activity_ids)
        lead.activity_ids.action_feedback(feedback="They want ten")
        self.env.flush_all()
        self.assertEqual(self.touches("meeting", "activity").mapped("kind"), ["meeting"])

    def test_a_meeting_with_two_people_is_a_touch_with_each(self):
        other = self.contact.with_env(self.env).copy({"name": "Ole"})
        self.new_meeting(partner_ids=[Command.set((self.contact | other | self.clara.partner_id).ids)])
        self.env.flush_all()
        self.assertEqual(self.touches("meeting").partner_id, self.contact | other)

    def test_an_archived_meeting_is_no_touch(self):
        self.new_meeting().action_archive()
        self.assertNoTouch("meeting")

    def test_a_deleted_meeting_is_no_touch(self):
        self.new_meeting().unlink()
        self.assertNoTouch("meeting")

    def test_who_declined_did_not_meet_us(self):
        meeting = self.new_meeting()
        meeting.attendee_ids.filtered(lambda attendee: attendee.partner_id == self.contact).do_decline()
        self.assertNoTouch("meeting")

    def test_a_meeting_to_come_is_no_touch(self):
        start = fields.Datetime.now() + timedelta(hours=1)
        self.new_meeting(start=start, stop=start + timedelta(hours=1))
        self.assertNoTouch("meeting")


class TestSelling(TouchCase):
    """The milestones of selling."""

    @source("lead_created")
    def test_a_lead_that_we_entered(self):
        lead = self.new_lead(campaign_id=self.campaign.id, expected_revenue=5000)
        self.assertTouch(
            "lead_created",
            lead,
            direction="none",
            channel="sale",
            date=lead.create_date,
            lead_id=lead,
            campaign_id=self.campaign,
            amount=5000,
            title="Gauges",
        )

    @source("lead_created")
    def test_a_lead_that_came_by_mail(self):
        mail = MAIL.format(author=self.contact.email_formatted, reference="<unknown@corvex.example>")
        lead_id = self.env(user=SUPERUSER_ID)["mail.thread"].message_process("crm.lead", mail)
        lead = self.env["crm.lead"].browse(lead_id)
        lead.sudo().user_id = self.clara
        self.assertTouch("lead_created", lead, direction="in", channel="web", date=lead.create_date, lead_id=lead)

    @source("lead_won")
    def test_a_lead_won(self):
        lead = self.new_lead()
        lead.action_set_won()
        self.assertTouch("lead_won", lead, direction="none", channel="sale", date=lead.date_closed, lead_id=lead)

    @source("lead_lost")
    def test_a_lead_lost(self):
        lead = self.new_lead()
        lead.action_set_lost()
        self.assertTouch("lead_lost", lead, direction="none", channel="sale", date=lead.date_closed, lead_id=lead)

    @source("quotation_sent")
    def test_a_quotation_marked_as_sent(self):
        order = self.new_order(campaign_id=self.campaign.id)
        self.env.cr.flush()
        order.action_quotation_sent()
        self.env.cr.flush()
        self.assertTouch(
            "quotation_sent",
            order,
            direction="out",
            channel="sale",
            campaign_id=self.campaign,
            date=order.message_ids[0].date,
            amount=100,
            title=order.name,
        )

    @source("quotation_sent")
    def test_a_quotation_sent_by_mail(self):
        """With the button "Send", which opens the composer."""
        order = self.new_order()
        self.env.cr.flush()
        action = order.action_quotation_send()
        composer = self.env["mail.compose.message"].with_context(action["context"]).create({})
        with mute_logger("odoo.addons.base.models.ir_actions_report"):
            composer._action_send_mail()
        self.env.cr.flush()
        self.assertEqual(order.state, "sent")
        self.assertTouch("quotation_sent", order, direction="out", channel="sale", date=order.message_ids[0].date)

    @source("order_confirmed")
    def test_an_order(self):
        order = self.new_order(campaign_id=self.campaign.id)
        order.action_confirm()
        self.assertTouch(
            "order_confirmed",
            order,
            direction="in",
            channel="sale",
            date=order.date_order,
            amount=100,
            campaign_id=self.campaign,
            title=order.name,
        )

    @source("order_cancelled")
    def test_a_cancelled_order(self):
        order = self.new_order()
        self.env.cr.flush()
        order._action_cancel()
        self.env.cr.flush()
        self.assertTouch("order_cancelled", order, direction="none", channel="sale", date=order.message_ids[0].date)

    @source("invoice")
    def test_an_invoice(self):
        invoice = self.posted(campaign_id=self.campaign.id)
        self.assertTouch(
            "invoice",
            invoice,
            direction="out",
            channel="invoice",
            date=datetime(2026, 6, 15),
            amount=100,
            campaign_id=self.campaign,
            title=invoice.name,
        )

    @source("credit_note")
    def test_a_credit_note(self):
        refund = self.posted(move_type="out_refund")
        self.assertTouch(
            "credit_note", refund, direction="out", channel="invoice", date=datetime(2026, 6, 15), amount=-100
        )

    @source("payment")
    def test_a_payment(self):
        invoice = self.posted()
        action = (
            self.env["account.payment.register"]
            .with_context(active_model="account.move", active_ids=invoice.ids)
            .create({"payment_date": date(2026, 6, 20)})
            .action_create_payments()
        )
        payment = self.env["account.payment"].browse(action["res_id"])
        self.assertTouch(
            "payment",
            payment,
            partner_id=self.customer,  # Odoo books payments on the company
            direction="in",
            channel="payment",
            date=datetime(2026, 6, 20),
            amount=100,
            user_id=self.env["res.users"],
        )

    def test_a_draft_is_no_touch(self):
        invoice = self.posted()
        invoice.button_draft()
        self.assertNoTouch("invoice")

    @source("pos_order")
    def test_a_purchase_in_the_shop(self):
        order = self.bought_in_shop()
        self.assertEqual(order.state, "paid")
        self.assertTouch(
            "pos_order", order, direction="in", channel="shop", date=order.date_order, amount=100, conversation=True
        )

    def bought_in_shop(self):
        config = self.env["pos.config"].create({"name": "Counter"})
        config.open_ui()
        session = config.current_session_id
        session.set_opening_control(0, "")
        order = self.env["pos.order"].create(
            {
                "session_id": session.id,
                "partner_id": self.contact.id,
                "lines": [
                    Command.create(
                        {
                            "product_id": self.product.id,
                            "qty": 1,
                            "price_unit": 100,
                            "price_subtotal": 100,
                            "price_subtotal_incl": 100,
                        }
                    )
                ],
                "amount_tax": 0,
                "amount_total": 100,
                "amount_paid": 0,
                "amount_return": 0,
            }
        )
        self.env["pos.make.payment"].with_context(active_id=order.id).create({}).check()
        return order


class TestMarketing(TouchCase):
    """What marketing sent, and what came of it."""

    @source("mailing_sent")
    def test_a_mailing(self):
        trace = self.sent_trace()
        self.assertEqual(trace.trace_status, "sent")
        self.assertTouch(
            "mailing_sent",
            self.contact,
            direction="out",
            channel="email",
            date=MONDAY,
            campaign_id=self.campaign,
            source_id=trace.mass_mailing_id.source_id,
            medium_id=trace.mass_mailing_id.medium_id,
            title="Is your calibration valid?",
        )

    def test_a_mailing_is_no_second_touch_as_a_mail(self):
        self.sent_trace()
        self.assertIn("email_outgoing", self.contact.message_ids.mapped("message_type"))
        self.assertNoTouch("mail")

    @source("mailing_opened")
    def test_a_mailing_that_was_opened(self):
        trace = self.sent_trace()
        with freeze_time(MONDAY + timedelta(hours=1)):
            trace.set_opened()
        self.assertTouch(
            "mailing_opened",
            self.contact,
            direction="in",
            channel="email",
            date=MONDAY + timedelta(hours=1),
            campaign_id=self.campaign,
        )

    def test_a_machine_s_opening_is_no_touch(self):
        trace = self.sent_trace()
        with freeze_time(MONDAY + timedelta(seconds=1)):
            trace.set_opened()
        self.assertTrue(trace.open_datetime)
        self.assertNoTouch("mailing_opened")

    @source("mailing_replied")
    def test_an_answer_to_a_mailing(self):
        trace = self.sent_trace()
        with freeze_time(MONDAY + timedelta(hours=2)):
            trace.set_replied()
        self.assertTouch(
            "mailing_replied",
            self.contact,
            direction="in",
            channel="email",
            date=MONDAY + timedelta(hours=2),
            conversation=True,
            campaign_id=self.campaign,
        )

    @source("mailing_bounced")
    def test_a_mailing_that_came_back(self):
        trace = self.sent_trace()
        trace.set_bounced()
        self.assertTouch(
            "mailing_bounced",
            self.contact,
            direction="none",
            channel="email",
            date=trace.write_date,
            campaign_id=self.campaign,
        )
        self.assertNoTouch("mailing_sent", "mailing_opened", "mailing_replied")

    @source("click")
    def test_a_click(self):
        click = self.click(self.sent_trace(), MONDAY + timedelta(hours=1))
        self.assertTouch(
            "click",
            self.contact,
            direction="in",
            channel="email",
            date=MONDAY + timedelta(hours=1),
            user_id=self.env["res.users"],
            campaign_id=self.campaign,
            title=click.link_id.title,
        )

    def test_a_machine_s_click_is_no_touch(self):
        self.click(self.sent_trace(), MONDAY + timedelta(seconds=1))
        self.assertNoTouch("click")

    def test_a_test_of_a_mailing_is_no_touch(self):
        trace = self.sent_trace()
        trace.sudo().write({"is_test_trace": True, "open_datetime": MONDAY + timedelta(hours=1)})
        self.click(trace, MONDAY + timedelta(hours=1))
        self.assertNoTouch("mailing_sent", "mailing_opened", "click")

    def test_a_mailing_to_the_newsletter_s_contacts_reaches_who_has_the_address(self):
        news = self.env["mailing.list"].create({"name": "News"})
        subscriber = self.env["mailing.contact"].create(
            {"name": "Nora", "email": self.contact.email, "list_ids": [Command.link(news.id)]}
        )
        mailing = self.new_mailing()
        mailing.write(
            {
                "mailing_model_id": self.env["ir.model"]._get_id("mailing.list"),
                "contact_list_ids": [Command.set(news.ids)],
                "body_html": "<p>News</p>",
            }
        )
        self.send(mailing)
        self.assertTouch("mailing_sent", subscriber, date=MONDAY, campaign_id=self.campaign)

    @source("event_registration")
    def test_a_registration(self):
        registration = self.new_registration()
        registration.action_confirm()
        self.assertTouch(
            "event_registration",
            registration,
            direction="in",
            channel="event",
            date=registration.create_date,
            campaign_id=self.campaign,
            title="Fair",
        )
        self.assertNoTouch("event_attendance")

    @source("event_attendance")
    def test_an_attendance(self):
        registration = self.new_registration()
        registration.action_set_done()
        registration.date_closed = MONDAY
        self.assertTouch(
            "event_attendance",
            registration,
            direction="in",
            channel="event",
            date=MONDAY,
            conversation=True,
            campaign_id=self.campaign,
            title="Fair",
        )

    def test_a_cancelled_registration_is_no_touch(self):
        self.new_registration().action_cancel()
        self.assertNoTouch("event_registration", "event_attendance")

    @source("survey")
    def test_a_survey(self):
        survey = self.env["survey.survey"].create({"title": "Are you content?", "access_mode": "public"})
        answer = survey._create_answer(partner=self.contact)
        self.assertNoTouch("survey")
        with freeze_time(MONDAY):
            answer._mark_done()
        self.assertTouch(
            "survey",
            answer,
            direction="in",
            channel="survey",
            date=MONDAY,
            title="Are you content?",
            user_id=self.env["res.users"],
        )

    def test_a_test_of_a_survey_is_no_touch(self):
        survey = self.env["survey.survey"].create({"title": "Are you content?", "access_mode": "public"})
        survey._create_answer(partner=self.contact, test_entry=True)._mark_done()
        self.assertNoTouch("survey")

    @source("rating")
    def test_a_rating(self):
        task = self.new_task()
        rating = task.rating_apply(4, token=task._rating_get_access_token(self.contact), feedback="Quick")
        self.assertTouch("rating", task, direction="in", channel="survey", date=rating.write_date)
        self.assertNoTouch("mail")

    def test_a_rating_not_given_is_no_touch(self):
        self.new_task()._rating_get_access_token(self.contact)
        self.assertNoTouch("rating")

    @source("sign_up")
    def test_access_to_the_portal(self):
        user = self.grant_portal()
        self.assertTouch(
            "sign_up", user, direction="in", channel="portal", date=user.create_date, user_id=self.env["res.users"]
        )


class TestService(TouchCase):
    """What the customer got, and what went on afterwards."""

    @source("delivery")
    def test_a_delivery(self):
        delivery = self.delivered_order().picking_ids
        self.assertTouch(
            "delivery",
            delivery,
            direction="out",
            channel="delivery",
            date=delivery.date_done,
            date_promised=delivery.date_deadline,
            title=delivery.name,
        )
        self.assertNoTouch("return")

    @source("return")
    def test_a_return(self):
        delivery = self.delivered_order().picking_ids
        wizard = (
            self.env["stock.return.picking"]
            .with_context(active_id=delivery.id, active_model="stock.picking")
            .create({})
        )
        wizard.product_return_moves.quantity = 1
        returned = self.env["stock.picking"].browse(wizard.action_create_returns()["res_id"])
        returned.move_ids.quantity = 1
        returned.user_id = self.clara
        returned.button_validate()
        self.assertEqual(returned.state, "done")
        self.assertTouch("return", returned, direction="in", channel="delivery", date=returned.date_done)
        self.assertEqual(len(self.touches("delivery")), 1)

    @source("ticket")
    def test_a_ticket(self):
        ticket = self.new_ticket()
        self.assertTouch("ticket", ticket, direction="in", channel="service", date=ticket.create_date)
        self.assertNoTouch("ticket_closed")

    @source("ticket_closed")
    def test_a_ticket_closed(self):
        ticket = self.new_ticket()
        ticket.stage_id = self.env.ref("helpdesk_mgmt.helpdesk_ticket_stage_done")
        self.assertTouch("ticket_closed", ticket, direction="none", channel="service", date=ticket.closed_date)

    @source("task")
    def test_a_task(self):
        task = self.new_task()
        self.assertTouch("task", task, direction="none", channel="service", date=task.create_date)

    @source("timesheet")
    def test_hours(self):
        task = self.new_task()
        line = self.env["account.analytic.line"].create(
            {
                "task_id": task.id,
                "project_id": task.project_id.id,
                "date": MONDAY.date(),
                "unit_amount": 2,
                "name": "Calibration",
            }
        )
        self.assertTouch(
            "timesheet", line, direction="none", channel="service", date=datetime(2026, 6, 8), title="Calibration"
        )

    @source("repair")
    def test_a_repair(self):
        repair = self.env["repair.order"].create(
            {"product_id": self.product.id, "partner_id": self.contact.id, "user_id": self.clara.id}
        )
        self.assertTouch("repair", repair, direction="in", channel="service", date=repair.create_date)

    def test_a_cancelled_repair_is_no_touch(self):
        repair = self.env["repair.order"].create({"product_id": self.product.id, "partner_id": self.contact.id})
        repair.action_repair_cancel()
        self.assertNoTouch("repair")

    @source("chat")
    def test_a_chat(self):
        chat = self.chat_of(self.grant_portal())
        self.assertTouch("chat", chat, direction="in", channel="chat", date=chat.create_date, conversation=True)

    def test_a_chat_with_a_stranger_is_no_touch(self):
        self.chat_of(self.env.ref("base.public_user"))
        self.env.flush_all()
        self.assertFalse(self.env["crm.pareto.touchpoint"].search([("kind", "=", "chat")]))

    def chat_of(self, visitor):
        """What the button on the web page does, with Clara as the one who answers."""
        livechat = self.env["im_livechat.channel"].create({"name": "Web", "user_ids": [Command.set(self.clara.ids)]})
        guest = self.env["mail.guest"].sudo().create({"name": "Guest"})
        livechat = livechat.sudo().with_user(visitor).sudo().with_context(guest=guest)
        values = livechat._get_livechat_discuss_channel_vals(
            agent=self.clara, operator_partner=self.clara.partner_id, operator_model="res.users"
        )
        channel = livechat.env["discuss.channel"].create(values)
        return channel.with_env(self.env)

    @source("call")
    def test_a_call(self):
        lead = self.new_lead()
        call = self.env["crm.phonecall"].create(
            {
                "name": "They ask for a price",
                "partner_id": self.contact.id,
                "direction": "in",
                "date": MONDAY,
                "opportunity_id": lead.id,
                "campaign_id": self.campaign.id,
            }
        )
        self.assertNoTouch("call")
        call.state = "done"
        self.assertTouch(
            "call",
            call,
            direction="in",
            channel="phone",
            date=MONDAY,
            conversation=True,
            lead_id=lead,
            campaign_id=self.campaign,
            title="They ask for a price",
        )


class TestEverySource(TouchCase):
    """No source without a test."""

    def test_each_kind_of_touch_has_a_test(self):
        tests = [test for case in TouchCase.__subclasses__() for test in vars(case).values()]
        tested = {test.source for test in tests if hasattr(test, "source")}
        kinds = {kind for kind, _label in self.env["crm.pareto.touchpoint"]._selection_kind()}
        self.assertEqual(tested, kinds - TESTED_ELSEWHERE)
