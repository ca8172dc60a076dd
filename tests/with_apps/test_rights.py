"""What each of us sees of the touches: what Odoo shows him or her of the records they were read from.

The judge is plain Python on `search` of each model, as the reader; none of the report's SQL.
"""

from collections import Counter, defaultdict
from datetime import timedelta

from odoo import Command, fields
from odoo.addons.crm_pareto.models.common.tools.opening import read_form
from odoo.addons.crm_pareto.models.history.touchpoint.source import NUMBERS
from odoo.exceptions import AccessError
from odoo.fields import Domain
from odoo.tools import mute_logger

from .affairs import HOUR, MONDAY, Affairs
from .common import EVERY_APP, TESTED_ELSEWHERE, AppsCase

NOT_TOUCHES = ("notification", "user_notification", "out_of_office", "auto_comment")
# login: groups. Anna and Ben are in charge of documents of the first company, Dora of those of the second.
READERS = {
    "anna, own documents": "sales_team.group_sale_salesman,hr_timesheet.group_hr_timesheet_user",
    "ben, own documents": "sales_team.group_sale_salesman",
    "all documents": "sales_team.group_sale_salesman_all_leads",
    "sales manager": "sales_team.group_sale_manager",
    "invoicing": "account.group_account_invoice",
    "accountant": "account.group_account_user",
    "employee": "base.group_user",
    "mailings": "mass_mailing.group_mass_mailing_user",
    "own tickets": "helpdesk_mgmt.group_helpdesk_user_own",
    "tickets": "helpdesk_mgmt.group_helpdesk_user",
    "projects": "project.group_project_user",
    "projects, follower": "project.group_project_user",
    "project manager": "project.group_project_manager",
    "timesheets": "hr_timesheet.group_hr_timesheet_approver",
    "events": "event.group_event_user",
    "surveys": "survey.group_survey_user",
    "warehouse": "stock.group_stock_user",
    "shop": "point_of_sale.group_pos_user",
    "live chat": "im_livechat.im_livechat_group_user",
    "settings": "base.group_system",
    "everything": EVERY_APP,
}
READERS_ABROAD = {
    "dora, own documents": "sales_team.group_sale_salesman",
    "manager abroad": "sales_team.group_sale_manager,account.group_account_invoice",
}


class TestRights(AppsCase):
    """Everything happens thrice: with Anna and with Ben in the first company, and with Dora in the second."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.abroad = cls.new_company("Ridgeline", "USD")
        both = cls.company | cls.abroad
        cls.readers = {}
        for company, readers in ((cls.company, READERS), (cls.abroad, READERS_ABROAD)):
            for login, groups in readers.items():
                cls.readers[login] = cls.new_member(login, f"base.group_user,{groups}", company)
        cls.readers["both companies"] = cls.new_member("both companies", EVERY_APP, both)
        cls.writer = cls.new_member("writer", EVERY_APP, both)
        gauge = cls.new_gauge()
        cls.affairs = [
            cls._affairs(company, cls.readers[f"{name}, own documents"], f"Customer of {name}", gauge)
            for name, company in (("anna", cls.company), ("ben", cls.company), ("dora", cls.abroad))
        ]
        for affairs in cls.affairs:
            cls._everything(affairs)
        cls._by_themselves(cls.affairs[0])
        cls.env.flush_all()
        cls.env.invalidate_all()

    @classmethod
    def _affairs(cls, company, user, name, gauge):
        contact = cls.new_contact(name.replace(" ", ""), company if company == cls.abroad else None)
        env = cls.env(user=cls.writer, su=False, context={"allowed_company_ids": company.ids})
        return Affairs(env, user, contact, gauge)

    @classmethod
    def _everything(cls, affairs):
        cls._correspond(affairs)
        cls._sell(affairs)
        cls._advertise(affairs)
        cls._serve(affairs)

    @classmethod
    def _correspond(cls, affairs):
        lead = affairs.lead()
        for document in (affairs.customer, lead, affairs.lead(user_id=False), affairs.order(), affairs.invoice()):
            affairs.write(document)
            affairs.write(document, subtype="mail.mt_note")
            affairs.activity(document)
        affairs.receive(lead, affairs.contact.email_formatted)
        affairs.write(affairs.lead(partner_id=False))
        affairs.meeting()
        affairs.meeting(privacy="confidential", opportunity_id=lead.id)
        affairs.meeting(privacy="private")
        affairs.meeting(privacy="private", partner_ids=[Command.set(affairs.contact.ids)])
        start = fields.Datetime.now() + HOUR
        affairs.meeting(start=start, stop=start + HOUR)

    @classmethod
    def _sell(cls, affairs):
        affairs.lead().action_set_won()
        affairs.lead().action_set_lost()
        sent, cancelled = affairs.order(), affairs.order()
        cls.env.cr.flush()
        sent.action_quotation_sent()
        cls.env.cr.flush()
        cancelled._action_cancel()
        affairs.invoice(move_type="out_refund")
        affairs.invoice(invoice_user_id=False)
        affairs.payment(affairs.invoice())
        affairs.shop_order()

    @classmethod
    def _advertise(cls, affairs):
        opened, answered, bounced = affairs.trace(), affairs.trace(), affairs.trace()
        affairs.click(opened, MONDAY + HOUR)
        opened.open_datetime = MONDAY + HOUR
        answered.write({"trace_status": "reply", "reply_datetime": MONDAY + HOUR})
        bounced.set_bounced()
        affairs.registration().action_confirm()
        registration = affairs.registration()
        registration.action_set_done()
        affairs.write(registration)
        affairs.survey_answer()._mark_done()

    @classmethod
    def _serve(cls, affairs):
        transfer = affairs.delivery()
        affairs.take_back(transfer)
        affairs.write(transfer)
        for privacy in ("portal", "followers"):
            task = affairs.task(privacy)
            affairs.hours(task)
            affairs.write(task)
            affairs.activity(task)
            affairs.rating(task)
        task.project_id.message_subscribe(cls.readers["projects, follower"].partner_id.ids)
        for user in (affairs.user, affairs.env["res.users"], cls.readers["own tickets"]):
            affairs.write(affairs.ticket(user_id=user.id))
        affairs.ticket().stage_id = affairs.env.ref("helpdesk_mgmt.helpdesk_ticket_stage_done")
        affairs.write(affairs.repair())
        affairs.chat(affairs.portal_user())
        call = affairs.call()
        call.state = "done"
        affairs.write(call)

    @classmethod
    def _by_themselves(cls, affairs):
        """What is of the employee, on documents that are out of his or her sight."""
        employee = cls.readers["employee"]
        lead = affairs.lead()
        activity = lead.activity_schedule("mail.mail_activity_data_call", user_id=employee.id)
        cls.at(employee, activity).action_feedback(feedback="They want ten")
        affairs.write(lead, author_id=employee.partner_id.id)
        affairs.activity(affairs.task("followers"))

    # -- the judge -----------------------------------------------------------------------------

    def visible(self, user):
        """What a user is to see: {kind: how often each record's number}."""
        env = self.at(user)
        found = defaultdict(Counter)
        for source in env["crm.pareto.touchpoint"]._sources():
            if env[source.model].has_access("read"):
                judge = getattr(self, f"_judge_{source.kind}", self._judge)
                found[source.kind].update(judge(env, source))
        return found

    def search(self, env, model, domain):
        return env[model].with_context(active_test=False).search(Domain(list(domain)))

    def _judge(self, env, source):
        """Records of the source that have a customer; a lead need not have one."""
        records = self.search(env, source.model, source.domain).sudo()
        partner = source.customer or source.partner
        return [record.id for record in records if source.lead == "id" or record.mapped(partner)]

    def _judge_event_registration(self, env, source):
        """Here each guest booked for himself or herself."""
        return self.search(env, source.model, source.domain).sudo().filtered("partner_id").ids

    _judge_event_attendance = _judge_event_registration

    def _documents(self, env):
        """The documents that somebody sees and that are of a customer, and leads: [records of a model]."""
        for document in env["crm.pareto.touchpoint"]._documents():
            if document.model in env and env[document.model].has_access("read"):
                documents = self.search(env, document.model, document.domain)
                path = "id" if document.model == "crm.lead" else document.partner
                yield documents.filtered(lambda record, path=path: record.sudo().mapped(path))

    def _judge_mail(self, env, source):
        for documents in self._documents(env):
            domain = [("model", "=", documents._name), ("res_id", "in", documents.ids)]
            messages = self.search(env, "mail.message", [*domain, ("message_type", "not in", NOT_TOUCHES)])
            traced = env["mailing.trace"].sudo().search([]).mapped("message_id")
            yield from [message.id for message in messages if message.message_id not in traced]

    def _judge_activity(self, env, source):
        done = [("active", "=", False), ("date_done", "!=", False), ("calendar_event_id", "=", False)]
        for documents in self._documents(env):
            domain = [("res_model", "=", documents._name), ("res_id", "in", documents.ids)]
            yield from self.search(env, "mail.activity", done + domain).ids

    def _judge_meeting(self, env, source):
        """Odoo keeps from others what a private meeting is about; so is whom it was with."""
        env.invalidate_all()
        for event in env["calendar.event"].search([("start", "<=", env.cr.now())]):
            for attendee in event.sudo().attendee_ids:
                ours = attendee.partner_id.user_ids.filtered(lambda user: not user.share)
                if event.name != "Busy" and attendee.state != "declined" and not ours:
                    yield attendee.id

    def _judge_quotation_sent(self, env, source):
        orders = self.search(env, "sale.order", [])
        sent = [("model", "=", "sale.order"), ("res_id", "in", orders.ids)]
        return self.search(env, "mail.message", [*sent, ("subtype_id", "=", env.ref("sale.mt_order_sent").id)]).ids

    def _judge_trace(self, env, source):
        traces = self.search(env, source.model, source.domain).sudo()
        return [trace.id for trace in traces if trace.model == "res.partner"]

    _judge_mailing_sent = _judge_mailing_replied = _judge_mailing_bounced = _judge_trace

    def _judge_mailing_opened(self, env, source):
        traces = env[source.model].sudo().browse(self._judge_trace(env, source))
        return traces.filtered(lambda trace: trace.open_datetime > trace.sent_datetime + timedelta(seconds=1)).ids

    def _judge_click(self, env, source):
        if not env["mailing.trace"].has_access("read"):
            return []
        return self.search(env, "link.tracker.click", [("mailing_trace_id", "!=", False)]).ids

    def _judge_chat(self, env, source):
        chats = self.search(env, "discuss.channel", [("channel_type", "=", "livechat")]).sudo()
        visitors = "livechat_channel_member_history_ids"
        return [chat.id for chat in chats if "visitor" in chat[visitors].mapped("livechat_member_type")]

    # -- what is seen --------------------------------------------------------------------------

    def touches(self, user, domain=()):
        self.env.invalidate_all()
        return self.at(user)["crm.pareto.touchpoint"].search(list(domain))

    def seen(self, user):
        """What a user sees: {kind: how often each record's number}."""
        found = defaultdict(Counter)
        for touch in self.touches(user):
            found[touch.kind][touch.id // NUMBERS] += 1
        return found

    def test_each_reader_sees_the_touches_whose_records_he_or_she_sees(self):
        for login, user in self.readers.items():
            with self.subTest(reader=login):
                seen, visible = self.seen(user), self.visible(user)
                leaked = {kind: seen[kind] - visible[kind] for kind in seen if seen[kind] - visible[kind]}
                lost = {kind: visible[kind] - seen[kind] for kind in visible if visible[kind] - seen[kind]}
                self.assertEqual((leaked, lost), ({}, {}))

    def test_a_customer_s_touches_are_those_of_all_that_are_the_customer_s(self):
        customers = [affairs.customer.id for affairs in self.affairs]
        for login, user in self.readers.items():
            with self.subTest(reader=login):
                every = self.touches(user).filtered(lambda touch: touch.customer_id.id in customers)
                self.assertEqual(self.touches(user, [("customer_id", "in", customers)]), every)

    def test_what_is_out_of_sight_is_not_found_by_its_id_either(self):
        ids = {touch_id for user in self.readers.values() for touch_id in self.touches(user).ids}
        for login, user in self.readers.items():
            with self.subTest(reader=login):
                self.assertEqual(self.touches(user, [("id", "in", list(ids))]), self.touches(user))

    def test_each_reader_opens_what_a_touch_was_read_from(self):
        """One of each kind and model: its form or, where Odoo's shows more than one may read, the touch's own."""
        previews = set()
        for login, reader in self.readers.items():
            self.env.invalidate_all()  # what another reader may read
            touches = self.env["crm.pareto.touchpoint"].with_user(reader)
            touches = touches.with_context(allowed_company_ids=reader.company_ids.ids).search([])
            for touch in {(touch.kind, touch.res_model): touch for touch in touches}.values():
                with self.subTest(login=login, kind=touch.kind), mute_logger("odoo.addons.base.models.ir_rule"):
                    action = touch.action_open_document()
                    shown = touch.env[action["res_model"]].browse(action["res_id"])
                    self.assertTrue(read_form(shown, action))
                    previews |= {touch.res_model} if shown == touch else set()
        # What else is shown so is Odoo's fault: a task's roles, a transfer's repairs, an order's projects and the lines
        # of a sale in a shop are not for all who may read it.
        self.assertFalse({"account.move", "calendar.event", "crm.lead", "crm.pareto.touch"} & previews)

    def test_each_reader_can_read_all_there_is_of_what_he_or_she_sees(self):
        for login, user in self.readers.items():
            with self.subTest(reader=login):
                touches = self.touches(user)
                self.assertEqual([row["id"] for row in touches.read()], touches.ids)

    def test_what_there_is_to_see(self):
        """All kinds happened, and no more are everybody's than Odoo shows to every employee."""
        kinds = {kind for kind, _label in self.env["crm.pareto.touchpoint"]._selection_kind()}
        seen = {login: self.seen(user) for login, user in self.readers.items()}
        every = seen["both companies"]
        self.assertEqual(set(every), kinds - TESTED_ELSEWHERE)
        everybody_s = {kind for kind in every if all(found.get(kind) == every[kind] for found in seen.values())}
        self.assertEqual(everybody_s, {"call", "rating"})

    def test_a_salesperson_s_own_documents(self):
        anna, ben = self.affairs[:2]
        leads = self.touches(anna.user, [("kind", "=", "lead_created")]).lead_id
        self.assertIn(anna.user, leads.user_id)
        self.assertNotIn(ben.user, leads.sudo().user_id)

    def test_a_private_meeting_is_seen_by_who_is_in_it(self):
        anna = self.affairs[0]
        private = self.env["calendar.event"].search([("privacy", "=", "private"), ("user_id", "=", anna.user.id)])
        domain = [("kind", "=", "meeting"), ("res_id", "in", private.ids)]
        for login, number in (("anna, own documents", 2), ("ben, own documents", 0), ("settings", 0)):
            with self.subTest(reader=login):
                self.assertEqual(len(self.touches(self.readers[login], domain)), number)

    def test_the_portal_has_no_access(self):
        visitor = self.affairs[0].contact.user_ids
        touches = self.env(user=visitor, su=False)["crm.pareto.touchpoint"]
        with self.assertRaises(AccessError), mute_logger("odoo.models"):
            touches.search([])
        touch = self.env["crm.pareto.touchpoint"].search([("partner_id", "=", visitor.partner_id.id)], limit=1)
        with self.assertRaises(AccessError), mute_logger("odoo.models"):
            touch.with_env(touches.env).read(["title"])
