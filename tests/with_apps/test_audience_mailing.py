"""A mailing to an audience: whom it reaches when it is sent."""

from freezegun import freeze_time
from odoo.addons.mail.tests.common import MockEmail
from odoo.exceptions import UserError
from odoo.tools import mute_logger

from tests.common import SALES_MANAGER, ParetoHttpCase, new_test_user
from tests.common.test_home_screen import post_invoice

from .common import AppsCase

MANAGER = f"{SALES_MANAGER},mass_mailing.group_mass_mailing_user"


class TestMailing(AppsCase, MockEmail):
    """Alder, Birch and Cedar bought for more than 100; each has an office and a person, Birch one for invoices too."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.startClassPatcher(freeze_time("2026-06-30"))
        cls.env["ir.mail_server"].search([("active", "=", True)]).active = False
        cls.manager = cls.new_member("berta", MANAGER)
        cls.alder, cls.birch, cls.cedar, small = (
            cls.new_contact(name).parent_id for name in ("Alder", "Birch", "Cedar", "Small")
        )
        cls.new_partner("Bills", parent_id=cls.birch.id, type="invoice", email="bills@birch.example")
        for customer, amount in ((cls.alder, 1000), (cls.birch, 300), (cls.cedar, 200), (small, 50)):
            cls.invoice(customer, (cls.product, 1, amount))
        cls.recompute()
        cls.campaign = cls.env["utm.campaign"].create({"name": "Summer"})
        cls.audience = cls.at(cls.manager)["crm.pareto.audience"].create(
            {"name": "Big", "domain": "[('turnover', '>', 100)]", "campaign_id": cls.campaign.id}
        )

    def draft(self):
        """The mailing that the audience's button opens, written and saved."""
        context = self.audience.action_new_mailing()["context"]
        values = {"subject": "News", "body_html": "<p>News</p>", "email_from": "berta@example.com"}
        return self.at(self.manager)["mailing.mailing"].with_context(**context).create(values)

    def send(self, mailing):
        """As a person does: put in the queue, which the scheduled action sends.

        :return: the addresses that were written to, in order
        """
        mailing.action_launch()
        cron = self.env.ref("mass_mailing.ir_cron_mass_mailing_queue")
        with self.mock_mail_gateway(), self.enter_registry_test_mode():
            cron.method_direct_trigger()
        self.env.invalidate_all()
        self.assertEqual(mailing.state, "done")
        return sorted(mailing.mailing_trace_ids.filtered(lambda trace: trace.trace_status == "sent").mapped("email"))

    def addresses(self, *names):
        return sorted(f"{person}@{name}.example" for name in names for person in ("nora", "office"))

    def test_the_draft_is_to_the_audience_and_of_its_campaign(self):
        mailing = self.draft()
        self.assertEqual((mailing.state, mailing.campaign_id, mailing.total), ("draft", self.campaign, 6))
        self.assertEqual(mailing.total, self.audience.contact_count)

    def test_it_reaches_companies_and_people_and_no_invoice_addresses(self):
        self.assertEqual(self.send(self.draft()), self.addresses("alder", "birch", "cedar"))

    def test_who_opted_out_gets_nothing(self):
        mailing = self.draft()
        self.env["mail.blacklist"]._add("nora@alder.example")
        self.audience.invalidate_recordset()
        self.assertEqual(self.audience.contact_count, 5)
        expected = set(self.addresses("alder", "birch", "cedar")) - {"nora@alder.example"}
        self.assertEqual(self.send(mailing), sorted(expected))

    def test_who_left_the_audience_before_it_was_sent_gets_nothing(self):
        mailing = self.draft()
        self.invoice(self.birch, (self.product, 1, 300), move_type="out_refund")
        self.recompute()
        self.assertEqual(self.send(mailing), self.addresses("alder", "cedar"))

    def test_who_came_to_belong_before_it_was_sent_gets_it(self):
        mailing = self.draft()
        self.invoice(self.new_contact("Dune").parent_id, (self.product, 1, 500))
        self.recompute()
        self.assertEqual(self.send(mailing), self.addresses("alder", "birch", "cedar", "dune"))

    def test_one_address_gets_it_once(self):
        self.new_partner("Nora again", parent_id=self.birch.id, email="Nora@Birch.example")
        self.assertEqual(self.send(self.draft()), self.addresses("alder", "birch", "cedar"))

    def test_it_reaches_whom_the_owner_may_see(self):
        """The scheduled action may see everybody."""
        domain = repr([("commercial_partner_id", "!=", self.cedar.id)])
        model = self.env["ir.model"]._get_id("res.partner")
        self.env["ir.rule"].create({"name": "Not Cedar", "model_id": model, "domain_force": domain})
        self.assertEqual(self.send(self.draft()), self.addresses("alder", "birch"))

    def test_who_sees_others_than_the_owner_has_to_own_it(self):
        """Else the mailing would reach others than it says."""
        carl = self.new_member("carl", MANAGER)
        seen = self.at(carl, self.audience)
        seen.action_new_mailing()  # they see the same
        not_cedar = [("commercial_partner_id", "!=", self.cedar.id)]
        domain = f"[(1, '=', 1)] if user.id == {carl.id} else {not_cedar}"
        model = self.env["ir.model"]._get_id("res.partner")
        self.env["ir.rule"].create({"name": "Cedar is Carl's", "model_id": model, "domain_force": domain})
        self.env.invalidate_all()
        with self.assertRaisesRegex(UserError, "duplicate the audience"):
            seen.action_new_mailing()
        self.assertEqual(seen.copy().user_id, carl)

    def test_of_another_company_nobody(self):
        other = self.new_company("Other", "USD")
        self.invoice(self.new_contact("Dune").parent_id, (self.product, 1, 500), company=other)
        self.recompute(company=other)
        self.assertEqual(self.send(self.draft()), self.addresses("alder", "birch", "cedar"))

    def test_one_whose_filter_breaks_keeps_no_other_mailing_from_being_sent(self):
        broken = self.draft()
        filter_ = "[('partner_id.company_id', '>', True)]"
        self.audience = self.audience.copy()
        self.env.flush_all()
        self.env.cr.execute("UPDATE crm_pareto_audience SET domain = %s WHERE id <> %s", (filter_, self.audience.id))
        self.env.invalidate_all()
        with mute_logger("odoo.sql_db"):
            broken.action_launch()
            self.assertEqual(self.send(self.draft()), self.addresses("alder", "birch", "cedar"))
        self.assertFalse(broken.mailing_trace_ids)

    def test_without_the_right_to_send_there_is_no_button(self):
        self.assertTrue(self.audience.can_mail)
        anna = self.new_member("anna", "sales_team.group_sale_salesman")
        self.assertFalse(self.at(anna, self.audience).can_mail)


class TestMailingScreen(ParetoHttpCase):
    def test_four_clicks_from_the_home_screen_to_the_draft(self):
        user = new_test_user(self.env, login="berta", groups=MANAGER)
        partner = post_invoice(self.env, user)
        partner.email = "office@alder.example"
        self.env["res.partner"].create({"name": "Ada", "parent_id": partner.id, "email": "ada@alder.example"})
        audience = self.env["crm.pareto.audience"].with_user(user).create({"name": "Best customers"})
        self.start_tour("/odoo", "crm_pareto_audience_mailing", login="berta")
        mailing = self.env["mailing.mailing"].search([("subject", "=", "News for you")])
        self.assertEqual((mailing.state, mailing.mailing_model_real, mailing.total), ("draft", "res.partner", 2))
        self.assertIn(f"('pareto_audience_ids', 'in', [{audience.id}])", mailing.mailing_domain)
