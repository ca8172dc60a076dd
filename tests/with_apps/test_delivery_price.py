"""What is offered anew is delivered at a price of its own."""

from tests.work.test_suggestion import SuggestionCase


class TestDeliveryPrice(SuggestionCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        product = cls.new_product("Courier")
        product.type = "service"
        cls.carrier = cls.env["delivery.carrier"].create(
            {"name": "Courier", "product_id": product.id, "fixed_price": 9}
        )

    def test_a_suggestion_that_is_added_has_the_delivery_priced_anew(self):
        order = self.quote(self.pump)
        order.sudo().set_delivery_line(self.carrier, 9)
        order.recompute_delivery_price = False
        self.press("action_add", order)
        self.assertTrue(order.recompute_delivery_price)

    def test_without_delivery_on_the_quotation_nothing_is_to_be_priced(self):
        order = self.quote(self.pump)
        self.press("action_add", order)
        self.assertFalse(order.recompute_delivery_price)

    def test_a_quotation_of_what_is_due_has_no_delivery_of_former_orders(self):
        partner = self.new_partner("Cedar", is_company=True)
        for day in ("2026-06-01", "2026-06-08", "2026-06-15"):
            order = self.quote(self.pump, partner=partner).sudo()
            order.set_delivery_line(self.carrier, 9)
            order.action_confirm()
            order.date_order = day
            order.order_line.qty_delivered = 1
            invoice = order._create_invoices()
            invoice.invoice_date = day
            invoice.action_post()
        self.env["crm.pareto.repeat"]._recompute(self.company)
        rows = self.env["crm.pareto.repeat"].search([("partner_id", "=", partner.id)])
        rows.action_new_quotation()
        quotation = self.env["sale.order"].search([("partner_id", "=", partner.id), ("state", "=", "draft")])
        self.assertEqual(quotation.order_line.product_id, self.pump)
        self.assertFalse(quotation.delivery_set)
