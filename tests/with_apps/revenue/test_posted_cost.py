"""The cost of goods that Odoo's stock valuation posts, and where it says nothing of its own."""

from datetime import date

from odoo.fields import Command

from ..common import AppsCase


class TestPostedCost(AppsCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        category = cls.env["product.category"].create({"name": "Perpetual"})
        valued = {"property_valuation": "real_time", "property_cost_method": "average"}
        category.with_company(cls.company).write(valued)
        cls.gauge = cls.new_gauge()
        cls.gauge.categ_id = category
        cls.gauge.with_company(cls.company).standard_price = 40
        warehouse = cls.env["stock.warehouse"].search([("company_id", "=", cls.company.id)], limit=1) or cls.env[
            "stock.warehouse"
        ].create({"name": "Here", "code": "HERE", "company_id": cls.company.id})
        stock = {"product_id": cls.gauge.id, "location_id": warehouse.lot_stock_id.id, "inventory_quantity": 100}
        cls.env["stock.quant"].with_context(inventory_mode=True).create(stock).action_apply_inventory()
        cls.birch = cls.new_partner("Birch", is_company=True)

    def report(self, *domain):
        self.env.flush_all()
        self.env.invalidate_all()
        return self.env["crm.pareto.revenue.report"].search([("company_id", "=", self.company.id), *domain])

    def booked(self):
        """The expenses of the ledger."""
        items = self.env["account.move.line"].search(
            [("company_id", "=", self.company.id), ("parent_state", "=", "posted")]
        )
        return sum(item.balance for item in items if item.account_id.account_type.startswith("expense"))

    def reverse(self, move, anew=False):
        reversal = self.env["account.move.reversal"].with_context(active_model="account.move", active_ids=move.ids)
        wizard = reversal.create({"journal_id": move.journal_id.id, "date": date(2026, 6, 20)})
        if anew:
            wizard.modify_moves()
        else:
            wizard.refund_moves()
        made = wizard.new_move_ids
        made.invoice_date = date(2026, 6, 20)
        made.action_post()
        return made

    def test_the_posted_cost_counts_before_any_other(self):
        self.invoice(self.birch, (self.gauge, 10, 100))
        self.gauge.with_company(self.company).standard_price = 60
        self.assertEqual((self.report().cost, self.booked()), (400, 400))

    def test_cost_lines_that_are_copied_without_whose_they_are_count(self):
        move = self.invoice(self.birch, (self.gauge, 10, 100))
        self.gauge.with_company(self.company).standard_price = 60
        self.reverse(move, anew=True)
        for lines in (self.report(), self.report(("customer_id", "=", self.birch.id))):
            self.assertEqual((sum(lines.mapped("cost")), self.booked()), (600, 600))
            self.assertEqual(sum(lines.mapped("quantity")), 10)

    def test_what_was_delivered_and_did_not_come_back_stays_sold(self):
        """Without cost of goods: goods in a category that is valued by hand."""
        plain = self.new_gauge()
        plain.with_company(self.company).standard_price = 40
        plain.invoice_policy = "delivery"
        order = self.env["sale.order"].create(
            {
                "partner_id": self.birch.id,
                "company_id": self.company.id,
                "order_line": [Command.create({"product_id": plain.id, "product_uom_qty": 10, "price_unit": 100})],
            }
        )
        order.order_line.tax_ids = False
        order.action_confirm()
        for move in order.picking_ids.move_ids:
            move.quantity = 10
        order.picking_ids.button_validate()
        invoice = order._create_invoices()
        invoice.invoice_date = date(2026, 6, 15)
        invoice.action_post()
        self.reverse(invoice)
        lines = self.report(("product_id", "=", plain.id))
        self.assertEqual((sum(lines.mapped("quantity")), sum(lines.mapped("cost"))), (10, 400))
