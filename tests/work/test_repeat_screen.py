"""Repeat orders in a real browser, as a salesperson."""

from datetime import timedelta

import pytest
from odoo.fields import Command, Date

from ..common import SALESPERSON, ParetoHttpCase, new_test_user

pytestmark = pytest.mark.dated


def sell_again_and_again(env, user):
    """A customer of the user's who bought gauges and clamps each week, and not in the last two."""
    partner = env["res.partner"].create({"name": "Alder Instruments", "is_company": True, "user_id": user.id})
    for name, quantity in (("Gauge", 12), ("Clamp", 5)):
        product = env["product.product"].create({"name": name, "taxes_id": [Command.clear()], "list_price": 100})
        line = {"product_id": product.id, "quantity": quantity, "tax_ids": [Command.clear()]}
        days = [Date.today() - timedelta(weeks=weeks) for weeks in (2, 3, 4)]
        values = {"move_type": "out_invoice", "partner_id": partner.id, "invoice_user_id": user.id}
        lines = {"invoice_line_ids": [Command.create(line)]}
        env["account.move"].create([{**values, "invoice_date": day, **lines} for day in days]).action_post()
    env["crm.pareto.recompute"]._recompute(env.company)
    env["crm.pareto.repeat"]._recompute(env.company)
    return partner


class TestRepeatScreen(ParetoHttpCase):
    def setUp(self):
        super().setUp()
        self.user = new_test_user(self.env, login="anna", groups=SALESPERSON)

    def test_one_click_makes_the_quotation_and_the_row_is_silent(self):
        partner = sell_again_and_again(self.env, self.user)
        self.start_tour("/odoo", "crm_pareto_repeat_quotation", login="anna")
        quotation = self.env["sale.order"].search([("partner_id", "=", partner.id)])
        self.assertEqual(("draft", self.user), (quotation.state, quotation.user_id))

    def test_one_activity_for_all_that_is_due(self):
        partner = sell_again_and_again(self.env, self.user)
        self.start_tour("/odoo", "crm_pareto_repeat_activity", login="anna")
        self.assertEqual(["Clamp", "Gauge"], sorted(partner.activity_ids.pareto_product_ids.mapped("name")))

    def test_from_the_customer_to_what_is_due(self):
        partner = sell_again_and_again(self.env, self.user)
        self.start_tour(f"/odoo/res.partner/{partner.id}", "crm_pareto_repeat_partner", login="anna")

    def test_an_empty_list_says_what_would_stand_there(self):
        self.start_tour("/odoo", "crm_pareto_repeat_empty", login="anna")
