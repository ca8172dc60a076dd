"""Audiences in a real browser."""

from odoo.fields import Command

from ..common import SALES_MANAGER, ParetoHttpCase, new_test_user
from ..common.test_home_screen import post_invoice


class TestAudienceScreen(ParetoHttpCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.user = new_test_user(cls.env, login="berta", groups=SALES_MANAGER)

    def test_from_a_bar_of_the_page_to_an_audience(self):
        partner = post_invoice(self.env, self.user)
        self.start_tour("/odoo", "crm_pareto_audience_from_bar", login="berta")
        audience = self.env["crm.pareto.audience"].search([("name", "=", "Best customers")])
        self.assertEqual((audience.user_id, audience.customer_count), (self.user, 1))
        self.assertEqual(self.env["res.partner"].search([("pareto_audience_ids", "in", audience.ids)]), partner)

    def test_an_empty_list_says_what_to_do(self):
        self.start_tour("/odoo", "crm_pareto_audience_empty", login="berta")

    def test_a_plan_for_an_audience(self):
        partner = post_invoice(self.env, self.user)
        call = {"activity_type_id": self.env.ref("mail.mail_activity_data_call").id, "summary": "Call"}
        values = {"name": "Visit", "res_model": "res.partner", "template_ids": [Command.create(call)]}
        self.env["mail.activity.plan"].create(values)
        self.env["crm.pareto.audience"].with_user(self.user).create({"name": "Best customers"})
        self.start_tour("/odoo", "crm_pareto_audience_plan", login="berta")
        self.env["crm.pareto.started.plan"].search([("partner_id", "=", partner.id)])._make_activities()
        self.assertEqual((partner.activity_ids.summary, partner.activity_ids.user_id), ("Call", self.user))
