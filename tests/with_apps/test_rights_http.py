"""What people tried over HTTP with mailings, which the scheduler sends: what they may not see chooses nobody."""

import ast

from odoo.fields import Command

from tests.common import PROFIT, SALES_MANAGER
from tests.rights.test_rights_http import RightsHttpCase

MAILER = "mass_mailing.group_mass_mailing_user"


class TestMailings(RightsHttpCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        groups = {
            "mailer": f"{SALES_MANAGER},{MAILER}",
            "boss": f"{SALES_MANAGER},{PROFIT},{MAILER}",
            "outsider": MAILER,
        }
        every = cls.env["res.company"].search([])  # the scheduler asks figures of all
        companies = {"company_ids": [Command.set(every.ids)], "company_id": cls.company.id}
        for login, names in groups.items():
            cls.people[login] = cls.new_user(login, names)
            cls.people[login].write({**companies, "password": login * 2})
        cls.model = cls.env["ir.model"]._get_id("res.partner")
        boss = cls.env(user=cls.people["boss"], su=False, context={"allowed_company_ids": cls.company.ids})
        cls.audience = boss["crm.pareto.audience"].create({"name": "Rich", "domain": "[('profit', '>', 1)]"})
        by_audience = f"[('pareto_audience_ids', 'in', [{cls.audience.id}])]"
        cls.filters = [
            boss["mailing.filter"].create({"name": domain, "mailing_model_id": cls.model, "mailing_domain": domain})
            for domain in ("[('pareto_profit', '>', 1)]", by_audience)
        ]
        cls.domains = ["[('pareto_profit', '>', 1)]", "[('pareto_value_id.profit', '>', 1)]", by_audience]

    def create_mailing(self, login, **values):
        mailing = {"subject": "News", "mailing_model_id": self.model, **values}
        return self.call(login, "mailing.mailing", "create", mailing)

    def test_nobody_mails_by_a_figure_that_they_may_not_see(self):
        for login in ("mailer", "outsider"):
            for domain in self.domains:
                with self.subTest(login=login, domain=domain):
                    self.assert_refused(self.create_mailing(login, mailing_domain=domain))
                    mailing = self.create_mailing(login, mailing_domain="[]")[0]
                    answer = self.call(login, "mailing.mailing", "write", [mailing], {"mailing_domain": domain})
                    self.assert_refused(answer)

    def test_what_is_asked_for_whoever_registers_asks_for_no_figure(self):
        """A visitor who pays for a ticket may not see it, nor may who sits at the event's desk."""
        rule = {"name": "Rich", "event_registration_filter": "[('partner_id.pareto_turnover', '>', 100)]"}
        manager = self.people["boss"]
        manager.group_ids += self.env.ref("event.group_event_manager")
        self.assert_refused(self.call("boss", "event.lead.rule", "create", [rule]))
        rule["event_registration_filter"] = f"[('partner_id.pareto_audience_ids', 'in', [{self.audience.id}])]"
        self.assert_refused(self.call("boss", "event.lead.rule", "create", [rule]))
        rule["event_registration_filter"] = "[('partner_id.name', '!=', False)]"
        self.get("boss", "event.lead.rule", "create", [rule])

    def test_nobody_mails_to_records_of_ours(self):
        """Their fields are figures, whatever they are called: profit, cost."""
        for model in ("crm.pareto.customer", "crm.pareto.revenue.report", "crm.pareto.campaign"):
            for login in ("mailer", "outsider", "boss"):
                with self.subTest(model=model, login=login):
                    asked = {
                        "mailing_model_id": self.env["ir.model"]._get_id(model),
                        "mailing_domain": "[('id', '>', 0)]",
                    }
                    self.assert_refused(self.create_mailing(login, **asked))

    def test_nor_by_the_filter_of_one_who_may(self):
        for login in ("mailer", "outsider"):
            for chosen in self.filters:
                with self.subTest(login=login, chosen=chosen.name):
                    self.assert_refused(self.create_mailing(login, mailing_filter_id=chosen.id))

    def test_nor_with_a_text_that_names_it(self):
        for name in ("body_html", "body_arch", "subject", "preview"):
            with self.subTest(name=name):
                text = {name: '<p><t t-out="object.pareto_profit"/>{{ object.pareto_profit }}</p>'}
                self.assert_refused(self.create_mailing("mailer", mailing_domain="[]", **text))

    def test_who_may_see_it_does(self):
        for domain in self.domains:
            mailing, said = self.create_mailing("boss", mailing_domain=domain)
            self.assertFalse(said, said.get("message"))
            stored = self.env["mailing.mailing"].browse(mailing).mailing_domain
            self.assertEqual(ast.literal_eval(domain), ast.literal_eval(stored))


class TestPickedTemplates(RightsHttpCase):
    """A stored mail that names a figure: who picks it may see that, and nobody else is hindered by it."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        every = cls.env["res.company"].search([])
        editor = f"{SALES_MANAGER},{PROFIT},mail.group_mail_template_editor"
        groups = {
            "boss": f"{editor},event.group_event_manager,helpdesk_mgmt.group_helpdesk_manager",
            "organizer": "base.group_user,event.group_event_user",
            "agent": "base.group_user,helpdesk_mgmt.group_helpdesk_manager",
        }
        for login, names in groups.items():
            cls.people[login] = cls.new_user(login, names)
            companies = every if login == "boss" else cls.company
            cls.people[login].write({"company_ids": [Command.set(companies.ids)], "company_id": cls.company.id})
            cls.people[login].password = login * 2

    def new_template(self, model):
        body = "<p><t t-out='object.partner_id.pareto_profit'/> <t t-out='object.partner_id.pareto_last_out'/></p>"
        values = {"name": "Card", "model_id": self.env["ir.model"]._get_id(model), "subject": "Card", "body_html": body}
        return self.get("boss", "mail.template", "create", [{**values, "email_to": "x@test.example"}])[0]

    def test_an_event_writes_no_figure_to_whom_its_organizer_likes(self):
        mail = {"interval_type": "after_sub", "interval_unit": "now"}
        mail["template_ref"] = f"mail.template,{self.new_template('event.registration')}"
        event = {"name": "Fair", "date_begin": "2026-07-01 10:00:00", "date_end": "2026-07-02 10:00:00"}
        event |= {"company_id": self.company.id, "event_mail_ids": [[0, 0, mail]]}
        self.assert_refused(self.call("organizer", "event.event", "create", [event]))
        [made] = self.get("boss", "event.event", "create", [event])
        self.get("organizer", "event.event", "copy", [made])

    def test_a_ticket_is_moved_by_whoever_works_on_it(self):
        """Customers in the portal send and close them, too."""
        stages = self.env["helpdesk.ticket.stage"].search([], limit=2)
        template = self.new_template("helpdesk.ticket")
        self.assert_refused(
            self.call("agent", "helpdesk.ticket.stage", "write", stages.ids, {"mail_template_id": template})
        )
        self.get("boss", "helpdesk.ticket.stage", "write", stages.ids, {"mail_template_id": template})
        values = {"name": "Help", "description": "Help", "partner_id": self.partner.id, "company_id": self.company.id}
        for login in ("portal", "agent"):
            # Without what tests switch off: the tracking, by which Odoo writes.
            env = self.env(user=self.people[login], su=True, context={"allowed_company_ids": self.company.ids})
            tickets = env["helpdesk.ticket"]
            ticket = tickets.create({**values, "stage_id": stages[0].id})
            self.send()
            ticket.stage_id = stages[1]
            self.send()
            sent = self.env["mail.mail"].search([("model", "=", ticket._name), ("res_id", "=", ticket.id)])
            with self.subTest(login=login):
                self.assertTrue(sent)
                self.assertFalse([mail for mail in sent if "180" in mail.body_html])

    def send(self):
        """What Odoo writes at the end of a request."""
        self.env.flush_all()
        self.env.cr.precommit.run()
        self.env.flush_all()
