"""What happens between us and a customer, each thing through the API of its app."""

from datetime import date, datetime, timedelta

from freezegun import freeze_time
from odoo import Command

MONDAY = datetime(2026, 6, 8, 9, 30)
HOUR = timedelta(hours=1)
PAGE = "https://alder.example/calibration"
MAIL = """\
From: {author}
To: catchall@alder.example
Subject: Re: Our gauges
Message-ID: <answer@corvex.example>
In-Reply-To: {reference}
References: {reference}
Date: Mon, 08 Jun 2026 09:30:00 +0000
Content-Type: text/plain

Thank you, we take them.
"""


class Affairs:
    """The affairs with one contact of a customer, which one of us is in charge of.

    :param env: of whoever enters them, in the company that they are of
    :param user: our person in charge
    """

    def __init__(self, env, user, contact, product):
        self.env, self.user, self.contact, self.product = env, user, contact.with_env(env), product.with_env(env)
        self.customer = self.contact.commercial_partner_id
        self.campaign = env["utm.campaign"].create({"name": "Spring", "user_id": user.id})
        # sudo: whoever enters affairs need not be allowed to make products. A service without a cost costs nothing.
        self.advice = env["product.product"].sudo().create({"name": "Advice", "type": "service"}).with_env(env)
        if not user.with_env(env).sudo().employee_id:
            env["hr.employee"].sudo().create({"name": user.name, "user_id": user.id, "company_id": env.company.id})

    def make(self, model, **values):
        return self.env[model].create(values)

    # -- correspondence --------------------------------------------------------------------

    def write(self, document, subtype="mail.mt_comment", **values):
        """A message, by default one that whoever follows the document gets too."""
        return document.message_post(
            body="Our gauges", date=MONDAY, message_type="comment", subtype_xmlid=subtype, **values
        )

    def receive(self, document, author):
        """A mail in answer to one that was sent about a document, as the mail server hands it over.

        The first mail is then deleted.
        """
        sent = self.write(document)
        self.env["mail.thread"].sudo().message_process(None, MAIL.format(author=author, reference=sent.message_id))
        sent.sudo().unlink()

    def activity(self, document, activity_type="mail.mail_activity_data_call"):
        """A done activity."""
        activity = document.activity_schedule(activity_type, summary="Ask", user_id=self.user.id)
        activity.action_feedback(feedback="They want ten")
        return activity

    def meeting(self, **values):
        attendees = self.contact | self.user.partner_id
        values = {"start": MONDAY, "stop": MONDAY + HOUR, "user_id": self.user.id, **values}
        values = {"name": "Demonstration", "partner_ids": [Command.set(attendees.ids)], **values}
        events = self.env["calendar.event"].with_user(self.user).with_context(no_mail_to_attendees=True)
        return events.create(values).with_env(self.env)

    # -- selling -------------------------------------------------------------------------------

    def lead(self, **values):
        values = {"name": "Gauges", "type": "opportunity", "partner_id": self.contact.id, **values}
        return self.make("crm.lead", **{"user_id": self.user.id, **values})

    def order(self, **values):
        line = Command.create({"product_id": self.product.id, "product_uom_qty": 1})
        values = {"user_id": self.user.id, "order_line": [line], **values}
        return self.make("sale.order", partner_id=self.contact.id, **values)

    def delivery(self):
        """A delivered order's transfer."""
        order = self.order()
        order.action_confirm()
        return self._transfer(order.picking_ids)

    def dropshipment(self):
        """What a supplier sent to the customer for an order: the transfer is the supplier's."""
        order = self.order()
        order.action_confirm()
        order.picking_ids.action_cancel()
        places = {
            "location_id": self.env.ref("stock.stock_location_suppliers").id,
            "location_dest_id": self.env.ref("stock.stock_location_customers").id,
        }
        kind = {"name": "Dropship", "code": "internal", "sequence_code": "DS"}
        kind |= {"default_location_src_id": places["location_id"]}
        kind |= {"default_location_dest_id": places["location_dest_id"]}
        kind = self.make("stock.picking.type", **kind)
        goods = {"product_id": self.product.id, "product_uom_qty": 1, "sale_line_id": order.order_line.id, **places}
        supplier = self.env["res.partner"].create({"name": "Supplier"})
        values = {"picking_type_id": kind.id, "partner_id": supplier.id, "move_ids": [Command.create(goods)], **places}
        transfer = self.make("stock.picking", **values)
        transfer.action_confirm()
        return self._transfer(transfer)

    def take_back(self, delivery):
        """The transfer of what is returned of a delivery."""
        wizard = self.env["stock.return.picking"].with_context(active_id=delivery.id, active_model="stock.picking")
        wizard = wizard.create({})
        wizard.product_return_moves.quantity = 1
        return self._transfer(self.env["stock.picking"].browse(wizard.action_create_returns()["res_id"]))

    def _transfer(self, picking):
        picking.move_ids.quantity = 1
        picking.user_id = self.user
        picking.button_validate()
        return picking

    def invoice(self, **values):
        """A posted invoice of 15 June over 100, or another document."""
        line = {"product_id": self.advice.id, "name": "Gauge", "price_unit": 100, "tax_ids": [Command.clear()]}
        line = Command.create(line)
        values = {"move_type": "out_invoice", "invoice_line_ids": [line], **values}
        values |= {"partner_id": self.contact.id, "invoice_user_id": self.user.id, "invoice_date": date(2026, 6, 15)}
        invoice = self.make("account.move", **values)
        invoice.action_post()
        return invoice

    def payment(self, invoice):
        """What pays an invoice, on 20 June."""
        wizard = self.env["account.payment.register"]
        wizard = wizard.with_context(active_model="account.move", active_ids=invoice.ids)
        action = wizard.create({"payment_date": date(2026, 6, 20)}).action_create_payments()
        return self.env["account.payment"].browse(action["res_id"])

    def shop_order(self):
        """A purchase in the shop, paid for."""
        company = ("company_id", "=", self.env.company.id)
        counter = self.env["pos.config"].search([company], limit=1) or self.make("pos.config", name="Counter")
        counter.open_ui()
        counter.current_session_id.set_opening_control(0, "")
        line = {"product_id": self.product.id, "qty": 1, "price_unit": 100}
        line |= {"price_subtotal": 100, "price_subtotal_incl": 100}
        amounts = {"amount_tax": 0, "amount_total": 100, "amount_paid": 0, "amount_return": 0}
        order = self.make(
            "pos.order",
            session_id=counter.current_session_id.id,
            partner_id=self.contact.id,
            user_id=self.user.id,
            lines=[Command.create(line)],
            **amounts,
        )
        self.env["pos.make.payment"].with_context(active_id=order.id).create({}).check()
        return order

    # -- marketing -----------------------------------------------------------------------------

    def mailing(self, **values):
        values = {
            "name": "Spring mailing",
            "subject": "Is your calibration valid?",
            "body_html": f'<p>See <a href="{PAGE}">more</a></p>',
            "mailing_model_id": self.env["ir.model"]._get_id("res.partner"),
            "mailing_domain": [("id", "=", self.contact.id)],
            "campaign_id": self.campaign.id,
            "user_id": self.user.id,
            "keep_archives": True,
            **values,
        }
        return self.make("mailing.mailing", **values)

    def send(self, mailing):
        """Send a mailing on that Monday, and do what Odoo does after a successful sending: in tests it sends nothing.

        :return: what it left of its recipients
        """
        with freeze_time(MONDAY):
            mailing.action_send_mail()
            mails = mailing.mailing_trace_ids.sudo().mail_mail_id
            mails.state = "sent"
            mails._postprocess_sent_message(success_pids=[], success_emails=[])
        return mailing.mailing_trace_ids

    def trace(self):
        """What a mailing left of the contact."""
        return self.send(self.mailing())

    def click(self, trace, moment):
        link = self.env["link.tracker"].search([("mass_mailing_id", "=", trace.mass_mailing_id.id)])
        clicks = self.env["link.tracker.click"].sudo()
        values = {"mailing_trace_id": trace.id, "ip": "203.0.113.7", "country_code": "DE"}
        click = clicks.add_click(link.code, **values)
        # Odoo takes the start of the transaction.
        click.flush_recordset()
        self.env.cr.execute("UPDATE link_tracker_click SET create_date = %s WHERE id = %s", [moment, click.id])
        click.invalidate_recordset()
        return click

    def registration(self):
        event = self.make(
            "event.event",
            name="Fair",
            date_begin=MONDAY,
            date_end=MONDAY + HOUR,
            user_id=self.user.id,
            event_mail_ids=[Command.clear()],
            company_id=self.env.company.id,
        )
        values = {"partner_id": self.contact.id, "utm_campaign_id": self.campaign.id}
        return self.make("event.registration", event_id=event.id, **values)

    def survey_answer(self, **values):
        survey = self.make("survey.survey", title="Are you content?", access_mode="public")
        return survey._create_answer(partner=self.contact, **values)

    def rating(self, task):
        return task.rating_apply(4, token=task._rating_get_access_token(self.contact), feedback="Quick")

    def portal_user(self):
        """The user that the contact gets by being given access to the portal."""
        wizard = self.env["portal.wizard"].sudo().create({"partner_ids": [Command.set(self.contact.ids)]})
        wizard.user_ids.action_grant_access()
        return self.contact.user_ids

    # -- service -------------------------------------------------------------------------------

    def ticket(self, **values):
        values = {"user_id": self.user.id, **values}
        return self.make("helpdesk.ticket", name="No display", description="Dark", partner_id=self.contact.id, **values)

    def task(self, privacy="portal"):
        company = self.env.company.id
        project = {"name": "Service", "allow_billable": True, "privacy_visibility": privacy, "company_id": company}
        project = self.make("project.project", **project)
        values = {"partner_id": self.contact.id, "user_ids": [Command.set(self.user.ids)]}
        return self.make("project.task", name="Calibrate", project_id=project.id, **values)

    def hours(self, task):
        values = {"task_id": task.id, "project_id": task.project_id.id, "unit_amount": 2, "user_id": self.user.id}
        return self.make("account.analytic.line", name="Calibration", date=MONDAY.date(), **values)

    def repair(self):
        values = {"partner_id": self.contact.id, "user_id": self.user.id}
        return self.make("repair.order", product_id=self.product.id, **values)

    def chat(self, visitor):
        """What the button on the web page does, with our person as the one who answers."""
        livechat = self.make("im_livechat.channel", name="Web", user_ids=[Command.set(self.user.ids)])
        guest = self.env["mail.guest"].sudo().create({"name": "Guest"})
        livechat = livechat.with_user(visitor).sudo().with_context(guest=guest)
        operator = {"agent": self.user, "operator_partner": self.user.partner_id, "operator_model": "res.users"}
        values = livechat._get_livechat_discuss_channel_vals(**operator)
        return livechat.env["discuss.channel"].create(values).with_env(self.env)

    def call(self, **values):
        values = {"name": "They ask for a price", "direction": "in", "user_id": self.user.id, **values}
        return self.make("crm.phonecall", partner_id=self.contact.id, date=MONDAY, **values)
