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
