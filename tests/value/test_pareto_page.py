"""The figures of the Pareto page, and the rows they open."""

from datetime import date

from freezegun import freeze_time
from odoo.exceptions import AccessError, UserError

from ..common import PROFIT, SALES_MANAGER, SALESPERSON, LedgerCase

BY_HAND = """
    WITH customer AS (
        SELECT m.commercial_partner_id AS id, SUM(-l.balance) AS value
          FROM account_move_line l JOIN account_move m ON m.id = l.move_id
         WHERE m.company_id = %s AND m.state = 'posted' AND l.display_type = 'product'
           AND m.move_type IN ('out_invoice', 'out_refund', 'out_receipt')
           AND m.invoice_date BETWEEN '2025-07-01' AND '2026-06-30'
         GROUP BY m.commercial_partner_id HAVING SUM(-l.balance) <> 0
    )
    SELECT COUNT(*), COUNT(*) FILTER (WHERE value > 0), SUM(value), SUM(value) FILTER (WHERE value > 0),
           COUNT(*) FILTER (WHERE value > 0 AND 0.8 * (SELECT SUM(value) FROM customer WHERE value > 0) > COALESCE((
               SELECT SUM(bigger.value) FROM customer bigger
                WHERE bigger.value > customer.value OR bigger.value = customer.value AND bigger.id < customer.id), 0))
      FROM customer
"""


class TestParetoPage(LedgerCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        for index, amount in enumerate((500, 300, 100, 60, 40)):
            cls.invoice(cls.new_partner(f"Customer {index}"), (cls.product, 1, amount))
        cls.recompute()

    def test_it_says_where_it_is_of_the_readers_own_customers(self):
        seller, manager = self.new_user("anna", SALESPERSON), self.new_user("berta", SALES_MANAGER)
        for user, shown, own in ((seller, True, True), (seller, False, False), (manager, True, False)):
            self.company.pareto_own_values = shown
            user.write({"company_ids": [(4, self.company.id)], "company_id": self.company.id})
            page = self.env["crm.pareto.page"].with_user(user).with_context(allowed_company_ids=self.company.ids)
            for kind, expected in (("customer", own), ("product", False)):
                with self.subTest(user=user.login, own_values=shown, kind=kind):
                    self.assertEqual(expected, page.get_figures(kind)["of_own_customers"])

    @freeze_time("2026-06-30")
    def test_who_moved_is_found_in_the_history_that_one_may_see(self):
        """An administrator's own rule on it holds here, too."""
        manager = self.new_member("berta", SALES_MANAGER)
        page = self.env["crm.pareto.page"].with_user(manager).with_context(allowed_company_ids=self.company.ids)
        end = date(2026, 5, 31)
        row = self.env["crm.pareto.customer"].search([("company_id", "=", self.company.id)], limit=1)
        history = self.env["crm.pareto.history"]
        history.search([("company_id", "=", self.company.id), ("date", "=", end)]).unlink()
        values = {"company_id": self.company.id, "partner_id": row.partner_id.id, "turnover": 1, "turnover_rank": 1}
        history.create({**values, "date": end, "tier_id": self.env.ref("crm_pareto.crm_pareto_tier_c").id})
        self.assertEqual([row.partner_id.id], [move["partner_id"] for move in page.get_movers()])
        rule = {"name": "None", "model_id": self.env["ir.model"]._get_id("crm.pareto.history")}
        self.env["ir.rule"].create({**rule, "domain_force": "[(0, '=', 1)]"})
        self.assertFalse(page.get_movers())

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

    def test_its_figures_are_those_of_a_query_written_by_hand(self):
        for index, amount in enumerate((3.33, 77.77, 1250, 0.01)):
            move_type = "out_refund" if amount == 77.77 else "out_invoice"
            self.invoice(self.new_partner(f"More {index}"), (None, 3, amount), move_type=move_type)
        self.recompute()
        self.env.cr.execute(BY_HAND, (self.company.id,))
        [(count, buyers, net, total, crossing)] = self.env.cr.fetchall()
        figures = self.figures()
        self.assertEqual(
            [figures[name] for name in ("count", "buyers", "net", "total", "crossing")],
            [count, buyers, float(net), float(total), crossing],
        )

    def test_the_first_sentence_opens_those_it_counts(self):
        figures = self.figures()
        opened = self.env[figures["res_model"]].search(
            figures["domain"] + [("turnover_rank", "<=", figures["crossing"])]
        )
        self.assertEqual(len(opened), figures["crossing"])
        self.assertGreaterEqual(sum(opened.mapped("turnover")), 0.8 * figures["total"])

    def test_another_window_and_day(self):
        page = self.env["crm.pareto.page"]
        self.invoice(self.new_partner("Early"), (self.product, 1, 4000), day=date(2024, 3, 1))
        snapshot = page.open_window("customer", "3", "2024-04-30")
        figures = page.get_figures("customer", "turnover", snapshot)
        self.assertEqual((figures["count"], figures["total"], figures["crossing"]), (1, 4000, 1))
        self.assertEqual((figures["window"], figures["date_from"], figures["as_of"]), ("3", "2024-02-01", "2024-04-30"))
        opened = self.env[figures["res_model"]].search(figures["domain"])
        self.assertEqual(opened.partner_id.name, "Early")
        [tier] = figures["tiers"]
        self.assertEqual(
            self.env[figures["res_model"]].search([*figures["domain"], (tier["field"], "=", tier["id"])]), opened
        )

    def test_the_companys_own_window_today_is_no_snapshot(self):
        self.assertIs(self.env["crm.pareto.page"].open_window("customer", self.company.pareto_window), False)

    def test_a_day_to_come_and_an_unknown_window_are_refused(self):
        for pareto_window, as_of in (("12", "2999-01-01"), ("13", False)):
            with self.assertRaises(UserError):
                self.env["crm.pareto.page"].open_window("customer", pareto_window, as_of)

    def test_who_moved_since_the_last_months_end(self):
        with freeze_time("2026-07-10"):
            rising = self.env["res.partner"].search([("name", "=", "Customer 4")])
            self.recompute(date(2026, 7, 1))
            self.invoice(rising, (None, 1, 5000), day=date(2026, 7, 5))
            self.recompute(date(2026, 7, 10))
            moves = self.env["crm.pareto.page"].get_movers()
        self.assertEqual(
            [(move["name"], move["before"], move["now"], move["up"]) for move in moves][0],
            ("Customer 4", "C", "A", True),
        )
        self.assertEqual({move["now"] for move in moves if not move["up"]}, {"B", "C"})

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
        self.assertEqual([bucket["count"] for bucket in buckets], [2] * 127 + [1])

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


class TestOddCompanies(LedgerCase):
    def test_with_refunds_only_nobody_makes_eighty_percent_and_the_sums_are_right(self):
        self.invoice(self.new_partner("Back"), (self.product, 1, 70), move_type="out_refund")
        self.recompute()
        figures = self.env["crm.pareto.page"].get_figures()
        self.assertEqual(
            [figures[name] for name in ("count", "buyers", "net", "total", "crossing", "gini")],
            [1, 0, -70, 0, 0, None],
        )
        [bar], [tier] = figures["buckets"], figures["tiers"]
        self.assertEqual((bar["amount"], bar["cumulative"], tier["name"], tier["share"]), (-70, 0, "C", 0))

    def test_with_zero_invoices_only_there_is_nothing_to_show(self):
        self.invoice(self.new_partner("Nil"), (self.product, 1, 0))
        self.recompute()
        self.assertEqual(self.env["crm.pareto.page"].get_figures()["count"], 0)
