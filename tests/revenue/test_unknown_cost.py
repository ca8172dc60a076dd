"""An unknown cost is blank, and its margin with it: never 0, in no sum, rank, score or export."""

from datetime import date

from odoo.fields import Command

from .test_line_cost import CorrectedCase


class UnknownCostCase(CorrectedCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.bare = cls.new_product("Bare")
        cls.advice = cls.new_product("Advice")
        cls.advice.type = "service"

    def figures(self, row):
        return row.profit, row.uncosted_turnover, row.profit_ratio


class TestLines(UnknownCostCase):
    def figures_of(self, *line, **values):
        self.invoice(self.new_partner("Birch"), line, **values)
        lines = self.report()
        return [(line.cost, line.margin, line.uncosted_revenue) for line in lines]

    def assert_blank(self, found, uncosted):
        [(cost, margin, revenue)] = found
        self.assertIs(cost, False)
        self.assertIs(margin, False)
        self.assertEqual(revenue, uncosted)

    def test_goods_without_a_cost_have_neither_cost_nor_margin(self):
        self.assert_blank(self.figures_of(self.bare, 2, 100), 200)

    def test_what_comes_back_of_them_has_none_either(self):
        self.assert_blank(self.figures_of(self.bare, 2, 100, move_type="out_refund"), -200)

    def test_a_correction_of_their_price_has_none_either(self):
        move = self.invoice(self.new_partner("Birch"), (self.bare, 10, 100))
        self.reverse(move, price=10)
        self.assertEqual([line.cost for line in self.report() if line.cost is not False], [])
        self.assertEqual(sum(self.report().mapped("uncosted_revenue")), 900)

    def test_a_line_without_a_product_says_nothing_of_its_cost(self):
        self.assert_blank(self.figures_of(None, 1, 55), 55)

    def test_a_deduction_and_a_remark_without_a_product_cost_nothing(self):
        self.invoice(self.new_partner("Birch"), (self.product, 1, 100), (None, 1, -10), (None, 1, 0))
        self.assertEqual(sorted(self.report().mapped("margin")), [-10, 0, 60])
        self.assertEqual(sum(self.report().mapped("uncosted_revenue")), 0)

    def test_a_service_without_a_cost_costs_nothing(self):
        self.assertEqual(self.figures_of(self.advice, 1, 100), [(0, 100, 0)])

    def test_a_combo_costs_nothing_itself_as_its_parts_are_lines_of_their_own(self):
        parts = [Command.create({"product_id": self.product.id}), Command.create({"product_id": self.bare.id})]
        choice = self.env["product.combo"].create({"name": "Choice", "combo_item_ids": parts})
        values = {"name": "Menu", "type": "combo", "combo_ids": [Command.link(choice.id)], "taxes_id": False}
        menu = self.env["product.product"].create(values)
        self.invoice(self.new_partner("Birch"), (menu, 1, 0), (self.product, 1, 100))
        self.assertEqual(sorted(self.report().mapped("cost")), [0, 40])

    def test_a_negative_quantity_takes_the_known_cost_back_and_leaves_the_unknown_one_blank(self):
        self.invoice(self.new_partner("Birch"), (self.product, 3, 100), (self.product, -1, 100), (self.bare, -1, 100))
        lines = self.report(("cost", "!=", False))
        self.assertEqual((sum(lines.mapped("cost")), sum(lines.mapped("margin"))), (80, 120))
        self.assertEqual(sum(self.report().mapped("uncosted_revenue")), -100)

    def test_a_branch_without_a_cost_here_and_above_has_none(self):
        branch = self.env["res.company"].create({"name": "Branch", "parent_id": self.company.id})
        self.env.user.company_ids += branch
        env = self.env(context={**self.env.context, "allowed_company_ids": (branch + self.company).ids})
        birch = self.new_partner("Birch").with_env(env)
        receivable, income = (
            self.env["account.account"].search(
                [("account_type", "=", kind), ("company_ids", "=", self.company.id)], limit=1
            )
            for kind in ("asset_receivable", "income")
        )
        birch.with_company(branch).property_account_receivable_id = receivable
        self.bare.with_company(branch).property_account_income_id = income
        move = self.invoice(birch, (self.bare, 2, 100), company=branch)
        line = env["crm.pareto.revenue.report"].search([("move_id", "=", move.id)])
        self.assertIs(line.margin, False)
        self.assertEqual(line.uncosted_revenue, 200)

    def test_goods_with_a_cost_in_another_company_only_have_none_here(self):
        other = self.new_company("Other", "EUR")
        self.bare.with_company(other).standard_price = 30
        self.assert_blank(self.figures_of(self.bare, 2, 100), 200)

    def test_in_a_foreign_currency_the_revenue_without_cost_is_the_company_s(self):
        dollar = self.env.ref("base.USD")
        dollar.active = True
        rate = {"currency_id": dollar.id, "name": "2026-01-01", "rate": 1.25, "company_id": self.company.id}
        self.env["res.currency.rate"].create(rate)
        self.assert_blank(self.figures_of(self.bare, 1, 100, currency_id=dollar.id), 80)

    def test_they_are_found_by_their_cost_being_blank(self):
        self.invoice(self.new_partner("Birch"), (self.bare, 2, 100), (self.product, 1, 100), (self.advice, 1, 10))
        self.assertEqual(self.report(("cost", "=", False)).product_id, self.bare)
        self.assertEqual(self.report(("cost", "!=", False)).product_id, self.product + self.advice)
        self.assertEqual(self.report(("margin", "<", 20)).product_id, self.advice)

    def test_a_group_of_unknown_margins_has_none(self):
        self.invoice(self.new_partner("Birch"), (self.bare, 2, 100), (self.product, 1, 100))
        self.env.flush_all()
        domain = [("company_id", "=", self.company.id)]
        aggregates = ["margin:sum", "uncosted_revenue:sum"]
        groups = self.env["crm.pareto.revenue.report"]._read_group(domain, ["product_id"], aggregates)
        self.assertEqual({product: sums for product, *sums in groups}[self.product], [60, 0])
        self.assertIs({product: sums for product, *sums in groups}[self.bare][0], False)

    def test_an_export_leaves_them_blank(self):
        self.invoice(self.new_partner("Birch"), (self.bare, 2, 100))
        self.assertEqual(self.report().export_data(["revenue", "cost", "margin"])["datas"], [[200, "", ""]])

    def test_a_browser_reads_them_as_blank(self):
        self.invoice(self.new_partner("Birch"), (self.bare, 2, 100))
        [read] = self.report().web_read({"cost": {}, "margin": {}})
        self.assertIs(read["cost"], False)
        self.assertIs(read["margin"], False)


class TestCustomers(UnknownCostCase):
    def test_a_customer_of_whom_no_cost_is_known_has_no_profit(self):
        birch = self.new_partner("Birch")
        self.invoice(birch, (self.bare, 2, 100))
        row = self.recompute()[birch]
        for figure in (row.profit, row.profit_ratio, row.profit_share, row.profit_rank, row.monetary_score):
            self.assertIs(figure, False)
        self.assertEqual((row.uncosted_turnover, row.turnover), (200, 200))
        self.assertFalse(row.profit_tier_id)
        self.assertIs(birch.pareto_profit, False)
        self.assertEqual(row.export_data(["profit", "profit_rank"])["datas"], [["", ""]])

    def test_a_customer_of_whom_a_part_is_known_has_the_margin_of_that(self):
        birch = self.new_partner("Birch")
        self.invoice(birch, (self.bare, 2, 100), (self.product, 1, 100))
        self.assertEqual(self.figures(self.recompute()[birch]), (60, 200, 0.6))

    def test_who_bought_nothing_in_the_window_has_a_profit_of_nil(self):
        birch = self.new_partner("Birch")
        self.invoice(birch, (self.bare, 2, 100), day=date(2025, 1, 15))
        row = self.recompute()[birch]
        self.assertIsNot(row.profit, False)
        self.assertEqual((row.profit, row.uncosted_turnover), (0, 0))
        self.assertIs(row.profit_previous, False)

    def test_unknown_profits_rank_behind_losses_without_a_rank(self):
        oak, birch, ash = (self.new_partner(name) for name in ("Oak", "Birch", "Ash"))
        self.invoice(oak, (self.bare, 2, 10000))
        self.invoice(birch, (self.product, 1, 10))
        self.invoice(ash, (self.product, 1, 100))
        rows = self.recompute()
        self.assertEqual([rows[partner].profit_rank for partner in (ash, birch, oak)], [1, 2, False])
        self.assertEqual((rows[ash].profit_share, rows[ash].monetary_score), (1, 4))
        everybody = self.env["crm.pareto.customer"].search([("company_id", "=", self.company.id)], order="profit desc")
        self.assertEqual(everybody.partner_id, ash + birch + oak)
        everybody = self.env["crm.pareto.customer"].search([("company_id", "=", self.company.id)], order="profit")
        self.assertEqual(everybody.partner_id, birch + ash + oak)

    def test_a_score_of_profitability_is_among_those_whose_profit_is_known(self):
        oak, birch, ash = (self.new_partner(name) for name in ("Oak", "Birch", "Ash"))
        self.invoice(oak, (self.bare, 2, 10000))
        self.invoice(birch, (self.product, 1, 50))
        self.invoice(ash, (self.product, 1, 100))
        rows = self.recompute()
        scores = [rows[partner].profitability_score for partner in (ash, birch, oak)]
        self.assertEqual(scores, [100, 0, False])
        self.assertNotIn("margin", rows[oak].why)
        self.assertIn("60\N{NO-BREAK SPACE}% margin", rows[ash].why)

    def test_a_search_for_losses_does_not_find_the_unknown(self):
        birch = self.new_partner("Birch")
        self.invoice(birch, (self.bare, 2, 100))
        self.recompute()
        values = self.env["crm.pareto.customer"]
        for operator, value in (("<", 1), (">", -1), ("=", 0), ("<=", 0), (">=", 0)):
            self.assertFalse(values.search([("company_id", "=", self.company.id), ("profit", operator, value)]))
            self.assertFalse(birch.filtered_domain([("pareto_profit", operator, value)]) if operator != "=" else False)
        self.assertTrue(values.search([("company_id", "=", self.company.id), ("profit", "=", False)]))

    def test_a_cost_that_is_entered_later_makes_it_known(self):
        birch = self.new_partner("Birch")
        self.invoice(birch, (self.bare, 2, 100))
        self.recompute()
        self.bare.with_company(self.company).standard_price = 30
        self.assertEqual(self.figures(self.recompute()[birch]), (140, 0, 0.7))

    def test_the_hour_says_what_the_night_says_where_lines_leave_the_window(self):
        oak, birch, ash = (self.new_partner(name) for name in ("Oak", "Birch", "Ash"))
        for partner, first, second in ((oak, self.bare, self.product), (birch, self.product, self.bare)):
            self.invoice(partner, (first, 2, 100), day=date(2025, 7, 1))
            self.invoice(partner, (second, 2, 100), day=date(2026, 1, 1))
        self.invoice(ash, (self.bare, 2, 100), day=date(2025, 7, 1))
        self.recompute(date(2026, 6, 30))
        self.env.cr.execute("UPDATE account_move SET write_date = '2020-01-01'")
        self.env["crm.pareto.stale"].search([]).unlink()
        self.refresh(date(2026, 7, 10))
        self.env.invalidate_all()
        names = ["profit", "profit_previous", "profit_rank", "uncosted_turnover", "uncosted_count", "costed_count"]
        values = self.env["crm.pareto.customer"].search([("company_id", "=", self.company.id)])
        hour = {row.partner_id: row.read(names)[0] for row in values}
        night = {partner: row.read(names)[0] for partner, row in self.recompute(date(2026, 7, 10)).items()}
        self.assertEqual(hour, night)
        self.assertIs(hour[birch]["profit"], False)
        self.assertEqual((hour[oak]["profit"], hour[oak]["uncosted_turnover"], hour[ash]["profit"]), (120, 0, 0))

    def test_values_of_a_release_that_did_not_count_them_are_computed_anew(self):
        birch = self.new_partner("Birch")
        self.invoice(birch, (self.bare, 2, 100))
        self.recompute()
        self.env.cr.execute(
            "UPDATE crm_pareto_customer SET profit = 200, uncosted_turnover = NULL, uncosted_count = NULL"
        )
        self.env.cr.execute("UPDATE crm_pareto_run SET uncosted_total = NULL")
        self.env.invalidate_all()
        self.refresh(date(2026, 6, 30))
        self.env.invalidate_all()
        self.assertIs(birch.pareto_profit, False)


class TestProducts(UnknownCostCase):
    def test_a_product_without_a_cost_has_no_profit(self):
        self.invoice(self.new_partner("Birch"), (self.bare, 2, 100), (self.product, 1, 100))
        self.recompute()
        values = self.env["crm.pareto.product"].search([("company_id", "=", self.company.id)])
        rows = {row.product_id: row for row in values}
        self.assertEqual(self.figures(rows[self.product]), (60, 0, 0.6))
        self.assertEqual(self.figures(rows[self.bare]), (False, 200, False))
        self.assertIs(self.bare.product_tmpl_id.pareto_profit, False)
        self.assertIs(self.bare.pareto_profit, False)

    def test_a_template_has_the_profit_of_its_known_variants(self):
        attribute = self.env["product.attribute"].create({"name": "Size"})
        sizes = self.env["product.attribute.value"].create(
            [{"name": name, "attribute_id": attribute.id} for name in ("S", "L")]
        )
        line = {"attribute_id": attribute.id, "value_ids": [Command.set(sizes.ids)]}
        template = self.env["product.template"].create(
            {"name": "Coat", "taxes_id": [Command.clear()], "attribute_line_ids": [Command.create(line)]}
        )
        small, large = template.product_variant_ids
        small.with_company(self.company).standard_price = 40
        self.invoice(self.new_partner("Birch"), (small, 1, 100), (large, 1, 100))
        self.recompute()
        self.assertEqual(template.pareto_profit, 60)
