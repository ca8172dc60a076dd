"""The app in a real browser."""

from odoo.fields import Command

from ..common import SALES_MANAGER, SALESPERSON, ParetoHttpCase, new_test_user


def post_invoice(env, user):
    """A customer with one posted invoice of a user, and its value."""
    partner = env["res.partner"].create({"name": "Alder Instruments", "customer_rank": 1})
    line = {"name": "Gauge", "quantity": 1, "price_unit": 1000, "tax_ids": [Command.clear()]}
    values = {"move_type": "out_invoice", "partner_id": partner.id, "invoice_user_id": user.id}
    move = env["account.move"].create({**values, "invoice_line_ids": [Command.create(line)]})
    move.action_post()
    env["crm.pareto.recompute"]._recompute(env.company)
    return partner


class TestHomeScreen(ParetoHttpCase):
    def test_from_the_app_to_the_invoices_behind_a_figure(self):
        user = new_test_user(self.env, login="anna", groups=SALESPERSON)
        post_invoice(self.env, user)
        self.start_tour("/odoo", "crm_pareto_home", login="anna")

    def test_a_manager_sets_a_tier_from_the_list(self):
        user = new_test_user(self.env, login="berta", groups=SALES_MANAGER)
        partner = post_invoice(self.env, user)
        self.start_tour("/odoo/customer-value", "crm_pareto_set_tier", login="berta")
        self.assertEqual((partner.pareto_tier_id.name, partner.pareto_manual_reason), ("C", "pays late"))

    def test_an_empty_page_says_what_to_do(self):
        new_test_user(self.env, login="berta", groups=SALES_MANAGER)
        self.start_tour("/odoo/pareto", "crm_pareto_empty", login="berta")
