"""What a kit costs that has no cost of its own: the sum of its parts."""

from datetime import date

from odoo.fields import Command

from ..common import AppsCase


class TestKitCost(AppsCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.birch = cls.new_partner("Birch", is_company=True)
        cls.screw, cls.board = cls.new_goods("Screw", 2), cls.new_goods("Board", 30)

    @classmethod
    def new_goods(cls, name, cost=0, **values):
        goods = cls.env["product.product"].create({"name": name, "type": "consu", "taxes_id": False, **values})
        goods.with_company(cls.company).standard_price = cost
        return goods

    @classmethod
    def new_kit(cls, name, *parts, **values):
        """Goods with a phantom bill of materials.

        :param parts: (product, quantity) or (product, quantity, unit of measure)
        """
        kit = cls.new_goods(name)
        cls.new_bom(kit, *parts, **values)
        return kit

    @classmethod
    def new_bom(cls, kit, *parts, **values):
        lines = [
            {"product_id": part.id, "product_qty": quantity, "product_uom_id": (unit or [part.uom_id])[0].id}
            for part, quantity, *unit in parts
        ]
        return cls.env["mrp.bom"].create(
            {
                "product_tmpl_id": kit.product_tmpl_id.id,
                "type": "phantom",
                "bom_line_ids": [Command.create(line) for line in lines],
                **values,
            }
        )

    def cost_of(self, product, quantity=1, **values):
        """What the report says a sale of it cost, and what it says when that was taken down."""
        move = self.invoice(self.birch, (product, quantity, 500), **values)
        live = self.line(move).cost
        self.env["crm.pareto.recompute"]._recompute(self.company, date(2026, 6, 30))
        self.assertEqual(self.line(move).cost, live)
        return live

    def line(self, move):
        self.env.flush_all()
        self.env.invalidate_all()
        return self.env["crm.pareto.revenue.report"].search([("move_id", "=", move.id)])

    def test_a_kit_costs_what_its_parts_cost(self):
        self.assertEqual(self.cost_of(self.new_kit("Shelf", (self.screw, 8), (self.board, 2)), 3), 3 * 76)

    def test_what_comes_back_costs_that_too(self):
        shelf = self.new_kit("Shelf", (self.screw, 8), (self.board, 2))
        self.assertEqual(self.cost_of(shelf, 3, move_type="out_refund"), -3 * 76)

    def test_a_kit_with_a_cost_of_its_own_costs_that(self):
        shelf = self.new_kit("Shelf", (self.screw, 8), (self.board, 2))
        shelf.with_company(self.company).standard_price = 70
        self.assertEqual(self.cost_of(shelf), 70)

    def test_units_of_measure_count(self):
        dozen = self.env.ref("uom.product_uom_dozen")
        shelf = self.new_kit("Shelf", (self.screw, 1, dozen), product_qty=2, product_uom_id=dozen.id)
        self.assertEqual(self.cost_of(shelf), 1)

    def test_a_kit_in_a_kit_costs_what_its_parts_cost(self):
        shelf = self.new_kit("Shelf", (self.screw, 8), (self.board, 2))
        wall = self.new_kit("Wall", (shelf, 3), (self.screw, 1))
        house = self.new_kit("House", (wall, 2))
        self.assertEqual((self.cost_of(wall), self.cost_of(house)), (230, 460))

    def test_a_kit_in_a_kit_with_a_cost_of_its_own_costs_that(self):
        shelf = self.new_kit("Shelf", (self.screw, 8), (self.board, 2))
        shelf.with_company(self.company).standard_price = 70
        self.assertEqual(self.cost_of(self.new_kit("Wall", (shelf, 3))), 210)

    def test_a_part_whose_cost_is_unknown_makes_the_kit_s_unknown(self):
        bare = self.new_goods("Bare")
        shelf = self.new_kit("Shelf", (self.screw, 8), (bare, 2))
        self.assertIs(self.cost_of(shelf), False)
        bare.with_company(self.company).standard_price = 1
        self.assertEqual(self.cost_of(shelf), 18)

    def test_a_service_in_a_kit_may_cost_nothing(self):
        advice = self.env["product.product"].create({"name": "Advice", "type": "service"})
        self.assertEqual(self.cost_of(self.new_kit("Shelf", (self.screw, 8), (advice, 1))), 16)

    def test_a_kit_without_parts_is_of_unknown_cost(self):
        self.assertIs(self.cost_of(self.new_kit("Shelf")), False)

    def test_goods_that_are_made_are_no_kit(self):
        shelf = self.new_goods("Shelf")
        self.new_bom(shelf, (self.screw, 8), type="normal")
        self.assertIs(self.cost_of(shelf), False)

    def test_an_archived_bill_of_materials_does_not_count(self):
        shelf = self.new_goods("Shelf")
        self.new_bom(shelf, (self.screw, 8)).active = False
        self.assertIs(self.cost_of(shelf), False)

    def test_the_bill_of_materials_is_of_the_company_or_of_none(self):
        other = self.env["res.company"].create({"name": "Other"})
        shelf = self.new_goods("Shelf")
        self.new_bom(shelf, (self.board, 2), company_id=other.id, sequence=1)
        self.new_bom(shelf, (self.screw, 8), sequence=2)
        self.assertEqual(self.cost_of(shelf), 16)

    def test_the_first_bill_of_materials_counts_and_that_of_the_variant_before_the_template_s(self):
        shelf = self.new_goods("Shelf")
        self.new_bom(shelf, (self.board, 2), sequence=1)
        self.new_bom(shelf, (self.screw, 8), sequence=1, product_id=shelf.id)
        self.new_bom(shelf, (self.screw, 99), sequence=2)
        bom = self.env["mrp.bom"]._bom_find(shelf, company_id=self.company.id, bom_type="phantom")[shelf]
        self.assertEqual(bom.product_id, shelf)
        self.assertEqual(self.cost_of(shelf), 16)

    def test_parts_of_another_variant_do_not_count(self):
        attribute = self.env["product.attribute"].create({"name": "Size"})
        sizes = self.env["product.attribute.value"].create(
            [{"name": name, "attribute_id": attribute.id} for name in ("S", "L")]
        )
        line = {"attribute_id": attribute.id, "value_ids": [Command.set(sizes.ids)]}
        template = self.env["product.template"].create(
            {"name": "Shelf", "type": "consu", "taxes_id": False, "attribute_line_ids": [Command.create(line)]}
        )
        small, large = template.product_variant_ids
        bom = self.new_bom(small, (self.screw, 8), (self.board, 2))
        bom.bom_line_ids[1].bom_product_template_attribute_value_ids = large.product_template_attribute_value_ids
        self.assertEqual((self.cost_of(small), self.cost_of(large)), (16, 76))

    def test_what_the_parts_cost_later_does_not_move_it(self):
        shelf = self.new_kit("Shelf", (self.screw, 8), (self.board, 2))
        move = self.invoice(self.birch, (shelf, 1, 500))
        self.env["crm.pareto.recompute"]._recompute(self.company, date(2026, 6, 30))
        self.screw.with_company(self.company).standard_price = 5
        self.assertEqual(self.line(move).cost, 76)

    def test_an_order_that_took_the_kit_for_nothing_costs_its_parts(self):
        shelf = self.new_kit("Shelf", (self.screw, 8), (self.board, 2))
        shelf.invoice_policy = "order"
        line = {"product_id": shelf.id, "product_uom_qty": 2, "price_unit": 500}
        order = self.env["sale.order"].create(
            {"partner_id": self.birch.id, "company_id": self.company.id, "order_line": [Command.create(line)]}
        )
        order.action_confirm()
        move = order._create_invoices()
        move.invoice_date = date(2026, 6, 15)
        move.action_post()
        self.assertEqual(self.line(move).cost, 152)

    def test_all_that_is_as_odoo_explodes_it(self):
        shelf = self.new_kit("Shelf", (self.screw, 8), (self.board, 2), product_qty=2)
        wall = self.new_kit("Wall", (shelf, 3), (self.screw, 1))
        bom = self.env["mrp.bom"]._bom_find(wall, company_id=self.company.id, bom_type="phantom")[wall]
        _boms, lines = bom.explode(wall, 10)
        parts = sum(values["qty"] * item.product_id.with_company(self.company).standard_price for item, values in lines)
        self.assertEqual(self.cost_of(wall, 10), parts)
