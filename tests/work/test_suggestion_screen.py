"""Suggestions on a quotation in a real browser."""

from odoo.fields import Command

from ..common import SALESPERSON, ParetoHttpCase, new_test_user


def sell_together(env):
    """Five customers who bought pump, seal kit and hose, and five who did not; returns {name: product}."""
    products = env["product.product"].create(
        [{"name": name, "taxes_id": [Command.clear()]} for name in ("Pump", "Seal Kit", "Hose", "Oil")]
    )
    pump, seal, hose, oil = products
    partners = env["res.partner"].create([{"name": f"Customer {index}"} for index in range(10)])
    for index, partner in enumerate(partners):
        bought = [pump, seal, hose] if index < 3 else [pump, seal] if index < 5 else [oil]
        lines = [Command.create({"product_id": product.id, "quantity": 1, "price_unit": 9}) for product in bought]
        values = {"move_type": "out_invoice", "partner_id": partner.id, "invoice_line_ids": lines}
        env["account.move"].create(values).action_post()
    env["crm.pareto.pairing"]._recompute(env.company)
    return {product.name: product for product in products}


class TestSuggestionScreen(ParetoHttpCase):
    def setUp(self):
        super().setUp()
        self.user = new_test_user(self.env, login="sam", groups=SALESPERSON)
        self.products = sell_together(self.env)
        self.customer = self.env["res.partner"].create({"name": "Alder Works", "is_company": True})

    def quotations(self):
        return self.env["sale.order"].search([("partner_id", "=", self.customer.id)])

    def test_a_salesperson_adds_one_suggestion_and_dismisses_another(self):
        lines = [Command.create({"product_id": self.products["Pump"].id})]
        order = self.env["sale.order"].create(
            {"partner_id": self.customer.id, "user_id": self.user.id, "order_line": lines}
        )
        self.start_tour(f"/odoo/sale.order/{order.id}", "crm_pareto_suggestion", login="sam")
        self.assertEqual(order.order_line.mapped("product_id.name"), ["Pump", "Seal Kit"])
        self.assertFalse(self.env["crm.pareto.dismissal"].search([("partner_id", "=", self.customer.id)]))

    def test_a_salesperson_adds_one_to_a_quotation_that_is_not_saved_yet(self):
        self.start_tour("/odoo/sale.order/new", "crm_pareto_suggestion_new", login="sam")
        self.assertEqual(self.quotations().order_line.mapped("product_id.name"), ["Pump", "Seal Kit"])
