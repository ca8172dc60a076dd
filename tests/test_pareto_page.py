"""The figures of the Pareto page, and the rows they open."""

from odoo.exceptions import AccessError

from .common import PROFIT, SALES_MANAGER, SALESPERSON, LedgerCase


class TestParetoPage(LedgerCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        for index, amount in enumerate((500, 300, 100, 60, 40)):
            cls.invoice(cls.new_partner(f"Customer {index}"), (cls.product, 1, amount))
        cls.recompute()

    def figures(self, kind="customer", measure="turnover"):
        return self.env["crm.pareto.page"].get_figures(kind, measure)

    def test_it_says_how_many_make_eighty_percent(self):
        figures = self.figures()
        self.assertEqual((figures["crossing"], figures["count"], figures["total"]), (2, 5, 1000))

    def test_the_gini_coefficient_is_that_of_the_definition(self):
        values = [500, 300, 100, 60, 40]
        differences = sum(abs(one - other) for one in values for other in values)
        self.assertAlmostEqual(self.figures()["gini"], differences / (2 * len(values) * sum(values)), 12)

    def test_the_whale_curve_rises_above_the_whole_where_customers_lose_money(self):
        curve = [round(bucket["cumulative"], 4) for bucket in self.figures(measure="profit")["buckets"]]
        # 460 + 260 + 60 + 20 + 0 of 800: the last one breaks even and is left out.
        self.assertEqual(curve, [0.575, 0.9, 0.975, 1])
        loser = self.new_partner("Loser")
        self.invoice(loser, (self.product, 10, 20))
        self.recompute()
        curve = [round(bucket["cumulative"], 4) for bucket in self.figures(measure="profit")["buckets"]]
        self.assertEqual(curve, [0.7667, 1.2, 1.3, 1.3333, 1])

    def test_every_bar_and_tier_opens_rows_that_sum_to_it(self):
        for kind, measure in (("customer", "turnover"), ("customer", "profit"), ("product", "turnover")):
            figures = self.figures(kind, measure)
            rows = self.env[figures["res_model"]]
            for bucket in figures["buckets"]:
                rank = f"{measure}_rank"
                opened = rows.search(figures["domain"] + [(rank, ">=", bucket["first"]), (rank, "<=", bucket["last"])])
                self.assertEqual((len(opened), sum(opened.mapped(measure))), (bucket["count"], bucket["amount"]))
            for tier in figures["tiers"]:
                opened = rows.search(figures["domain"] + [(tier["field"], "=", tier["id"])])
                self.assertEqual((len(opened), sum(opened.mapped(measure))), (tier["count"], tier["amount"]))
            self.assertEqual(sum(tier["count"] for tier in figures["tiers"]), figures["count"])

    def test_two_hundred_bars_at_most(self):
        partners = self.env["res.partner"].create([{"name": f"Small {index}"} for index in range(250)])
        self.env["crm.pareto.customer"].create(
            [
                {"company_id": self.company.id, "partner_id": partner.id, "turnover": 1, "turnover_rank": 6 + place}
                for place, partner in enumerate(partners)
            ]
        )
        buckets = self.figures()["buckets"]
        self.assertEqual((len(buckets), sum(bucket["count"] for bucket in buckets)), (200, 255))

    def test_a_company_without_invoices_has_an_empty_page(self):
        self.env["crm.pareto.customer"].search([]).unlink()
        figures = self.figures()
        self.assertEqual((figures["count"], figures["gini"], figures["buckets"], figures["tiers"]), (0, None, [], []))

    def test_profit_needs_its_group_and_recompute_a_manager(self):
        users = {
            login: self.new_user(login, groups)
            for login, groups in (("anna", SALESPERSON), ("berta", SALES_MANAGER), ("carl", PROFIT))
        }
        for user in users.values():
            user.write({"company_ids": [(4, self.company.id)], "company_id": self.company.id})
        page = self.env["crm.pareto.page"]
        self.assertEqual(page.with_user(users["anna"]).get_figures()["total"], 1000)
        self.assertEqual(page.with_user(users["carl"]).get_figures(measure="profit")["net"], 800)
        with self.assertRaises(AccessError):
            page.with_user(users["berta"]).get_figures(measure="profit")
        with self.assertRaises(AccessError):
            page.with_user(users["anna"]).recompute()
        self.assertTrue(page.with_user(users["berta"]).recompute())
