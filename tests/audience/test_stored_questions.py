"""What people store for the scheduler to ask as superuser: nobody finds out with it what he or she may not see."""

from unittest.mock import patch

from markupsafe import Markup
from odoo import SUPERUSER_ID
from odoo.exceptions import AccessError, ValidationError
from odoo.fields import Command

from ..common import PROFIT, SALES_MANAGER, SALESPERSON, LedgerCase


class TestStoredQuestions(LedgerCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.team = cls.env["crm.team"].create({"name": "North", "company_id": cls.company.id})
        cls.manager = cls.new_user("manager", SALES_MANAGER)
        cls.controller = cls.new_user("controller", f"{SALES_MANAGER},{PROFIT}")
        cls.companies = cls.env["res.company"].search([])
        for user in cls.manager + cls.controller:
            user.write({"company_ids": [Command.set(cls.companies.ids)], "company_id": cls.company.id})

    def of(self, user, record):
        return record.with_user(user).with_context(allowed_company_ids=self.company.ids)

    def store(self, user, domain):
        self.of(user, self.team).assignment_domain = domain

    def test_a_team_s_leads_are_not_chosen_by_profit_for_who_may_not_see_it(self):
        for domain in (
            "[('partner_id.pareto_profit', '>', 1000)]",
            "[('pareto_profit', '>', 1000)]",
            "[('pareto_value_id.profit', '>', 1000)]",
            "[('partner_id', 'any', [('pareto_value_id', 'any', [('profit', '>', 1000)])])]",
            "[('partner_id.message_partner_ids.pareto_lifetime_value', '>', 1000)]",
            r"[('partner_id.\x70areto_pro\146it', '>', 1000)]",
            "[('partner_id.pare' 'to_profit', '>', 1000)]",
            " [('partner_id.par\\\neto_profit', '>', 1000)]",
        ):
            with self.subTest(domain=domain), self.assertRaises(AccessError):
                self.store(self.manager, domain)

    def test_they_are_by_what_one_may_see_and_by_profit_for_who_may_see_that(self):
        self.store(self.manager, "[('partner_id.pareto_turnover', '>', 1000)]")
        self.store(self.controller, "[('partner_id.pareto_profit', '>', 1000)]")
        self.assertEqual("[('partner_id.pareto_profit', '>', 1000)]", self.team.assignment_domain)

    def new_template(self, user, company, text="<p><t t-out='object.pareto_turnover'/></p>", model="res.partner"):
        values = {"name": "Big", "model_id": self.env["ir.model"]._get_id(model), "body_html": text}
        context = {"allowed_company_ids": company.ids}
        return self.env["mail.template"].with_user(user).with_context(**context).create(values)

    def test_who_sees_own_customers_only_chooses_nothing_by_a_figure_of_all(self):
        editor = f"{SALESPERSON},mail.group_mail_template_editor"
        seller = self.new_member("anna", editor, self.company + self.companies)
        with self.assertRaisesRegex(AccessError, "audience of your own"):
            self.new_template(seller, self.company)
        (self.company + self.companies).pareto_own_values = False
        self.new_template(seller, self.company)

    def test_nor_in_a_company_that_is_not_ticked(self):
        """The scheduler finds the customers of all."""
        self.company.pareto_own_values = False
        seller = self.new_member(
            "anna", f"{SALESPERSON},mail.group_mail_template_editor", self.company + self.companies
        )
        with self.assertRaisesRegex(AccessError, "audience of your own"):
            self.new_template(seller, self.company)

    def test_nobody_asks_who_does_not_work_in_every_company(self):
        """Figures are of a company: the scheduler finds a contact's in its own, and a document's in that of each."""
        manager = self.new_member("abroad", f"{SALES_MANAGER},{PROFIT}")
        for domain in ("[('partner_id.pareto_turnover', '>', 1000)]", "[('partner_id.pareto_profit', '>', 1000)]"):
            with self.assertRaisesRegex(AccessError, "do not work in each"):
                self.store(manager, domain)
        audience = self.env["crm.pareto.audience"].create({"name": "Mine", "user_id": manager.id})
        self.store(manager, f"[('partner_id.pareto_audience_ids', 'in', [{audience.id}])]")

    def test_when_we_were_in_touch_is_asked_by_who_sees_all_documents(self):
        """It follows the documents, and the scheduler sees all of them."""
        self.companies.pareto_own_values = False
        groups = {"anna": SALESPERSON, "mona": "crm_pareto.group_user"}
        for login, names in groups.items():
            user = self.new_member(login, f"{names},mail.group_mail_template_editor", self.company + self.companies)
            for name in ("pareto_last_in", "pareto_silent_days", "pareto_is_overdue", "pareto_role_ids"):
                text = f"<p><t t-out='object.{name}'/></p>"
                with self.subTest(user=login, name=name), self.assertRaises(AccessError):
                    self.new_template(user, self.company, text)
        text = "<p><t t-out='object.pareto_last_in'/></p>"
        self.manager.group_ids += self.env.ref("mail.group_mail_template_editor")
        self.assertTrue(self.new_template(self.manager, self.company, text))

    def test_nor_is_one_given_to_somebody_who_sees_more(self):
        own = self.new_member("otto", f"{SALESPERSON},crm_pareto.group_manager", self.companies)
        audience = self.env["crm.pareto.audience"].create(
            {"name": "Own", "company_id": self.company.id, "user_id": own.id}
        )
        team = self.env["crm.team"].sudo().create({"name": "South", "company_id": self.company.id})
        domain = f"[('partner_id.pareto_audience_ids', 'in', [{audience.id}])]"
        team.with_user(own).sudo().assignment_domain = domain
        with self.assertRaisesRegex(ValidationError, r"A record of otto \(Sales Team\) asks for this audience"):
            self.of(self.controller, audience).user_id = self.controller

    def test_a_list_of_one_s_own_and_who_is_gone_keep_nobody_from_a_rule(self):
        audience = self.env["crm.pareto.audience"].create(
            {"name": "Mine", "company_id": self.company.id, "user_id": self.manager.id}
        )
        named = f"[('partner_id.pareto_audience_ids', 'in', [{audience.id}])]"
        filters = self.of(self.manager, self.env["ir.filters"])
        filters.create({"name": "Secret", "model_id": "crm.lead", "domain": named, "user_ids": self.manager.ids})
        self.of(self.controller, audience).domain = "[('profit', '>', 1000)]"
        audience.domain = "[]"
        self.store(self.manager, named)
        self.manager.active = False
        self.of(self.controller, audience).domain = "[('profit', '>', 1000)]"

    def test_one_s_own_list_is_saved_by_whatever_one_sees(self):
        seller = self.new_member("anna", SALESPERSON)
        filters = self.of(seller, self.env["ir.filters"])
        for model, domain in (
            ("res.partner", "[('pareto_turnover', '>', 9)]"),
            ("crm.pareto.customer", "[('turnover', '>', 9)]"),
        ):
            filters.create({"name": "Big", "model_id": model, "domain": domain})
        with self.assertRaises(AccessError):
            filters.create({"name": "Rich", "model_id": "crm.pareto.customer", "domain": "[('profit', '>', 9)]"})

    def test_our_own_records_are_nobody_s_to_ask_or_tell(self):
        """They have figures whose names say nothing of us."""
        with self.assertRaises(AccessError):
            self.new_template(self.controller, self.company, "<p><t t-out='object.profit'/></p>", "crm.pareto.customer")

    def test_words_of_a_mail_are_no_figures(self):
        text = "<p style='margin: 0'>Our margin and profit: <t t-out='object.pareto_turnover'/></p>"
        model = self.env["ir.model"]._get_id("res.partner")
        self.manager.group_ids += self.env.ref("mail.group_mail_template_editor")
        template = self.env["mail.template"].with_user(self.manager)
        template.create({"name": "Words", "model_id": model, "body_html": text})
        for read in ("object.pareto_profit", "object.pareto_value_id['profit']", "object.pareto_value_id.profit"):
            with self.subTest(read=read), self.assertRaises(AccessError):
                text = f'<p>pareto_turnover <t t-out="{read}"/></p>'
                template.create({"name": "Rich", "model_id": model, "body_html": text})

    def test_a_customer_who_is_called_as_a_figure_is_written_to(self):
        anna = self.new_member("anna", SALESPERSON)
        name = "Nora pareto_profit & Sons t-out='object.pareto_profit'"
        customer = self.new_partner(name)
        context = {"default_model": "res.partner", "default_res_ids": customer.ids}
        mails = self.of(anna, self.env["mail.compose.message"]).with_context(**context)
        values = {"subject": f"For {name}", "body": Markup("<p>Hello %s</p>") % name}
        self.assertEqual(values["subject"], mails.create(values).subject)
        move = self.invoice(customer, (self.env["product.product"], 1, 5))
        sender = self.of(self.new_member("ines", "account.group_account_invoice"), self.env["account.move.send.wizard"])
        self.assertTrue(sender.create({"move_id": move.id}))
        editor = self.of(self.new_member("ed", f"{SALESPERSON},mail.group_mail_template_editor"), mails)
        for figure in (
            {"subject": "{{ object.pareto_profit }}", "body": "<p>Hello</p>"},
            {"subject": "Hello", "body": "<p><t t-out='object.pareto_profit'/></p>"},
            {"subject": "Hello", "body": "<p t-if='object.pareto_profit'>Rich</p>"},
        ):
            with self.subTest(figure=figure), self.assertRaises(AccessError):
                editor.create(figure)

    def test_sudo_does_not_help(self):
        with self.assertRaises(AccessError):
            self.of(self.manager, self.team).sudo().assignment_domain = "[('pareto_profit', '>', 0)]"

    def test_nor_is_a_list_of_customers_saved_by_a_figure_that_one_may_not_see(self):
        values = {"name": "Rich", "model_id": "res.partner", "domain": "[('pareto_profit', '>', 1000)]"}
        with self.assertRaises(AccessError):
            self.env["ir.filters"].with_user(self.manager).create(values)
        self.env["ir.filters"].with_user(self.controller).create(values)

    def test_a_mail_template_tells_no_figure_that_its_writer_may_not_see(self):
        values = {
            "name": "Rich",
            "model_id": self.env["ir.model"]._get_id("res.partner"),
            "body_html": "<p><t t-out='object.pareto_profit'/></p>",
        }
        with self.assertRaises(AccessError):
            self.env["mail.template"].with_user(self.manager).create(values)

    def test_nor_in_another_language(self):
        """A mail is in the language of who gets it."""
        self.env["res.lang"]._activate_lang("de_DE")
        template = self.new_template(self.manager, self.company, "<p>Hello</p>")
        template.subject = "Hello"
        for name, text in (
            ("subject", "{{ object.pareto_profit }}"),
            ("body_html", "<p><t t-out='object.pareto_profit'/></p>"),
        ):
            german = {"de_DE": text}
            with self.subTest(field=name), self.assertRaisesRegex(AccessError, "pareto_profit"):
                template.update_field_translations(name, german)
            template.with_user(SUPERUSER_ID).update_field_translations(name, german)
            with self.subTest(field=name), self.assertRaisesRegex(AccessError, "pareto_profit"):
                template.name = "Bigger"
            template.with_user(SUPERUSER_ID).update_field_translations(name, {"de_DE": "Hallo"})
            template.name = "Bigger"

    def test_no_mail_takes_a_customer_s_brief_along(self):
        """It would be printed by the scheduler, of whatever contact has the number of the mail's record."""
        brief = self.env.ref("crm_pareto.crm_pareto_handover_brief_action")
        employee = self.new_member("emil", "base.group_user")
        values = {
            "name": "Thanks",
            "model_id": self.env["ir.model"]._get_id("res.partner"),
            "body_html": "<p>Thanks</p>",
        }
        templates = self.of(employee, self.env["mail.template"])
        with self.assertRaisesRegex(AccessError, "printed by a person"):
            templates.create({**values, "report_template_ids": [Command.set(brief.ids)]})
        partner = self.new_partner("Birch")
        with self.assertRaisesRegex(AccessError, "printed by a person"):
            self.env["report.crm_pareto.handover_brief"].with_user(SUPERUSER_ID)._get_report_values(partner.ids)

    def new_alarm(self, user, template, su=False):
        """A reminder by mail, which the scheduler writes to whoever the meeting is with."""
        values = {"name": "Soon", "alarm_type": "email", "duration": 1, "interval": "hours"}
        alarms = self.of(user, self.env["calendar.alarm"]).sudo(su)
        return alarms.create({**values, "mail_template_id": template.id})

    def test_a_template_is_picked_for_the_scheduler_by_who_may_see_what_it_says(self):
        """Whoever it is written to reads it, and that is the choice of who picks it."""
        harmless, telling = (
            self.new_template(self.editor(), self.company, text, "calendar.attendee")
            for text in ("<p>Soon</p>", "<p><t t-out='object.partner_id.pareto_profit'/></p>")
        )
        for user in (self.new_member("emil", "base.group_user"), self.new_member("anna", SALESPERSON), self.manager):
            with self.subTest(user=user.login), self.assertRaises(AccessError):
                self.new_alarm(user, telling)
            alarm = self.new_alarm(user, harmless)
            with self.subTest(user=user.login), self.assertRaises(AccessError):
                alarm.mail_template_id = telling
        self.assertTrue(self.new_alarm(self.controller, telling))

    def test_what_others_picked_and_what_odoo_picks_by_itself_hinders_nobody(self):
        """An event is of a kind, and takes the mails of that kind: it is all one work."""
        telling, other = (
            self.new_template(
                self.editor(), self.company, "<p><t t-out='object.partner_id.pareto_profit'/></p>", "calendar.attendee"
            )
            for _number in range(2)
        )
        emil = self.new_member("emil", "base.group_user")
        self.new_alarm(self.controller, telling)
        self.assertTrue(self.new_alarm(emil, telling))
        self.assertTrue(self.new_alarm(emil, other, su=True))

    def editor(self):
        """Who may see profit, and write templates."""
        self.controller.group_ids += self.env.ref("mail.group_mail_template_editor")
        return self.controller

    def test_whoever_is_at_work_writes_by_a_template_and_reads_what_is_for_him_or_her(self):
        """A customer in the portal, too: who stored the template was asked for what it names."""
        template = self.new_template(self.editor(), self.company, "<p><t t-out='object.pareto_profit'/></p>")
        partner, emil = self.new_partner("Birch"), self.new_member("emil", "base.group_user")
        values = {"model": "res.partner", "res_ids": repr(partner.ids), "composition_mode": "mass_mail"}
        for user in self.new_user("paul", "base.group_portal") + self.env.ref("base.public_user") + emil + self.manager:
            mails = self.of(user, self.env["mail.compose.message"]).sudo()
            mail = mails.create({**values, "template_id": template.id})
            with self.subTest(user=user.login):
                self.assertEqual(template.body_html, mail.body)
        with self.assertRaises(AccessError):
            mail.body = "<p>Rich: <t t-out='object.pareto_profit'/></p>"

    def test_an_audience_is_named_by_who_may_ask_for_it(self):
        audience = self.env["crm.pareto.audience"].create(
            {"name": "Losers", "domain": "[('profit', '<', 0)]", "user_id": self.controller.id}
        )
        domain = f"[('partner_id.pareto_audience_ids', 'in', [{audience.id}])]"
        with self.assertRaises(AccessError):
            self.store(self.manager, domain)
        self.store(self.controller, domain)

    def test_nor_is_one_changed_afterwards_to_what_its_namer_may_not_see(self):
        harmless, outer = self.env["crm.pareto.audience"].create(
            [{"name": name, "company_id": self.company.id, "user_id": self.controller.id} for name in ("In", "Out")]
        )
        outer.domain = f"[('partner_id.pareto_audience_ids', 'in', [{harmless.id}])]"
        self.store(self.manager, f"[('partner_id.pareto_audience_ids', 'in', [{outer.id}])]")
        with self.assertRaisesRegex(ValidationError, r"A record of manager \(Sales Team\) asks for this audience"):
            self.of(self.controller, harmless).domain = "[('profit', '>', 1000)]"
        self.of(self.controller, harmless).domain = "[('turnover', '>', 1000)]"
        self.team.assignment_domain = "[]"
        self.of(self.controller, harmless).domain = "[('profit', '>', 1000)]"

    def test_nor_are_all_audiences_there_are(self):
        mine = self.env["crm.pareto.audience"].create({"name": "Mine", "user_id": self.manager.id})
        for domain in (
            f"[('partner_id.pareto_audience_ids', '!=', False), ('id', '!=', {mine.id})]",
            f"[('partner_id.pareto_audience_ids', 'not in', [False, {mine.id}])]",
            f"[('partner_id', 'any', [('pareto_audience_ids', 'any', [('id', '!=', {mine.id})])])]",
            f"[('partner_id.pareto_audience_ids', 'in', [True]), ('id', '!=', {mine.id})]",
            f"[('partner_id.pareto_audience_ids', 'in', [{mine.id}, {mine.id + 1}])]",
            f"[('partner_id.pareto_audience_ids', 'in', {mine.id})]",
            "[('partner_id.pareto_audience_ids', 'in', None)]",
        ):
            with self.subTest(domain=domain), self.assertRaises(AccessError):
                self.store(self.manager, domain)
        self.store(self.manager, f"[('partner_id.pareto_audience_ids', 'in', [{mine.id:#x}])]")

    def test_by_its_name_nobody_finds_an_audience(self):
        with self.assertRaises(AccessError):
            self.store(self.controller, "[('partner_id.pareto_audience_ids.name', '=', 'Losers')]")

    def test_what_has_nothing_of_ours_is_stored_as_ever(self):
        self.store(self.manager, "[('expected_revenue', '>', 1000)]")

    def test_a_mail_from_a_domain_that_is_called_so_makes_a_lead_like_any_other(self):
        lead = self.env["crm.lead"].create({"name": "Joe", "email_from": "joe@pareto_profit.example.com"})
        self.assertIn("pareto_profit", lead.email_domain_criterion)
        self.of(self.manager, lead).priority = "1"

    def test_words_that_are_looked_for_are_no_figures(self):
        domain = "[('pareto_turnover', '>', 5), ('name', 'ilike', 'profit')]"
        self.assertTrue(
            self.of(self.manager, self.env["ir.filters"]).create(
                {"name": "Words", "model_id": "res.partner", "domain": domain, "user_ids": [self.manager.id]}
            )
        )

    def test_an_audience_is_named_letter_by_letter(self):
        audience = self.of(self.manager, self.env["crm.pareto.audience"]).create({"name": "All", "domain": "[]"})
        with self.assertRaises(AccessError):
            self.store(self.manager, rf"[('partner_id.\x70areto_audience_ids', 'in', [{audience.id}])]")

    def test_who_names_one_keeps_nobody_of_another_company_from_changing_theirs(self):
        audience = self.of(self.manager, self.env["crm.pareto.audience"]).create({"name": "All", "domain": "[]"})
        self.manager.company_ids = self.company
        self.env["crm.team"].search([]).assignment_domain = False
        self.env.flush_all()
        self.env.cr.execute(
            "UPDATE crm_team SET assignment_domain = %s, write_uid = %s WHERE id = %s",
            (f"[('partner_id.pareto_audience_ids', 'in', [{audience.id}])]", self.manager.id, self.team.id),
        )
        self.env.invalidate_all()
        abroad = self.new_company("Abroad", "USD")
        elsewhere = self.new_member("elsewhere", SALES_MANAGER, abroad)
        theirs = self.env(user=elsewhere, su=False, context={"allowed_company_ids": abroad.ids})["crm.pareto.audience"]
        made = theirs.create({"name": "Theirs", "domain": "[]", "company_id": abroad.id})
        made.domain = "[('turnover', '>', 1)]"
        self.assertEqual("[('turnover', '>', 1)]", made.domain)

    def test_what_is_too_deep_to_be_looked_through_is_refused(self):
        deep = "{1: " * 190 + "1" + "}" * 190
        with self.assertRaises(AccessError):
            self.store(self.manager, rf"[('partner_id.p\x61reto_profit', '>', 5), ('name', 'not ilike', {deep})]")

    def test_a_word_that_is_called_so_keeps_nobody_from_changing_and_deleting_audiences(self):
        audiences = self.of(self.manager, self.env["crm.pareto.audience"])
        odd = audiences.create({"name": "Odd", "domain": "[('partner_id.name', '!=', 'pareto_audience_ids')]"})
        self.store(self.manager, f"[('partner_id.pareto_audience_ids', 'in', [{odd.id}])]")
        audience = audiences.create({"name": "Good", "domain": "[('turnover', '>', 1)]"})
        audience.domain = "[]"
        audience.unlink()

    def test_no_list_opens_by_itself_for_others_by_what_some_may_not_see(self):
        """They could not open contacts any more."""
        filters, values = self.of(self.controller, self.env["ir.filters"]), {"model_id": "res.partner"}
        asked = {"domain": "[('pareto_turnover', '>', 1)]", "context": "{'group_by': ['pareto_tier_id']}"}
        for name, how in asked.items():
            for spelt in (how, how.replace("pareto_t", r"pareto_\x74")):
                with self.subTest(spelt=spelt), self.assertRaises(AccessError):
                    filters.create({**values, "name": name, "is_default": True, "user_ids": [], name: spelt})
            mine = {"is_default": True, "user_ids": [Command.link(self.controller.id)]}
            self.assertTrue(filters.create({**values, **mine, "name": f"My {name}", name: how}))
            self.assertTrue(filters.create({**values, "name": f"Ours, {name}", "user_ids": [], name: how}))

    def test_nor_is_what_visitors_see_made_of_such_a_list(self):
        """A page of a website names a list; here a contact does, by its color."""
        filters, questions = self.of(self.controller, self.env["ir.filters"]), self.env["crm.pareto.stored.question"]
        shown, other = filters.create(
            [{"name": name, "model_id": "res.partner", "user_ids": []} for name in ("Shown", "Other")]
        )
        self.new_partner("Page", color=shown.id)
        asked = {"sort": '["pareto_turnover desc"]', "domain": "[('pareto_turnover', '>', 1)]"}
        with patch.object(type(questions), "_made_of_lists", return_value=[("res.partner", "color")]):
            for name, how in asked.items():
                with self.subTest(name=name), self.assertRaises(AccessError):
                    shown.write({name: how})
                other.write({name: how})

    def test_nor_is_a_name_put_together_there(self):
        """A browser puts together what Python refuses to."""
        filters = self.of(self.controller, self.env["ir.filters"])
        values = {"name": "List", "model_id": "res.partner", "is_default": True, "user_ids": []}
        for name, how in (
            ("domain", "[('par' + 'eto_turnover', '>=', 0)]"),
            ("domain", "[('p' + 'a' + 'reto_turnover', '>=', 0)]"),
            ("context", "{'group_by': ['par' + 'eto_tier_id']}"),
        ):
            with self.subTest(how=how), self.assertRaises(AccessError):
                filters.create({**values, name: how})
        day = "(context_today() - relativedelta(days=30)).strftime('%Y-%m-%d') + ' 00:00:00'"
        self.assertTrue(filters.create({**values, "domain": f"[('create_date', '>=', {day})]"}))

    def test_a_long_filter_is_looked_through_as_it_is_written(self):
        """To parse it would take five hundred bytes of memory a byte."""
        filters, values = self.of(self.manager, self.env["ir.filters"]), {"name": "Long", "model_id": "res.partner"}
        some = ", ".join(map(str, range(30_000)))
        self.assertTrue(filters.create({**values, "domain": f"[('id', 'in', [{some}])]"}))
        for asked in ("('pareto_profit', '>', 5)", r"('par\x65to_profit', '>', 5)", "('pareto' '_profit', '>', 5)"):
            with self.subTest(asked=asked), self.assertRaises(AccessError):
                filters.create({**values, "domain": f"[{asked}, ('id', 'in', [{some}])]"})

    def test_whatever_can_hold_a_question_is_watched(self):
        watched = self.env["crm.pareto.stored.question"]._asking_fields()
        self.assertIn("assignment_domain", watched["crm.team"])
        self.assertIn("assignment_domain", watched["crm.team.member"])
        self.assertIn("domain", watched["ir.filters"])
        self.assertIn("body_html", watched["mail.template"])
        picked = self.env["crm.pareto.stored.question"]._picking_fields()
        self.assertIn("mail_template_id", picked["calendar.alarm"])
        hot = {"res.partner", "sale.order", "sale.order.line", "account.move", "account.move.line", "mail.message"}
        self.assertFalse(hot & {*watched, *picked})
