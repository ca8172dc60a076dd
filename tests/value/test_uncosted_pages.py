"""How much revenue has no known cost: said where profit is shown, and one click from the lines."""

from datetime import date

from freezegun import freeze_time
from odoo.exceptions import AccessError

from ..campaign.test_return_page import ReturnCase
from ..common import PROFIT, SALES_MANAGER
from ..revenue.test_unknown_cost import UnknownCostCase

DAY = "2026-06-30"


@freeze_time(DAY)
class TestParetoPage(UnknownCostCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.birch, cls.oak = cls.new_partner("Birch"), cls.new_partner("Oak")
        cls.bolt = cls.new_product("Bolt")
        cls.invoice(cls.birch, (cls.bare, 2, 100), (cls.bolt, 1, 500), (cls.product, 3, 100))
        cls.invoice(cls.oak, (cls.bare, 1, 100), (None, 1, 50))
        cls.recompute(date(2026, 6, 30))

    def opened(self, action):
        self.env.flush_all()
        self.env.invalidate_all()
        return self.env["crm.pareto.revenue.report"].search(action["domain"])

    def test_it_says_how_much_of_the_turnover_has_no_cost_and_opens_it(self):
        page = self.env["crm.pareto.page"]
        for kind, expected in (("customer", 850), ("product", 800)):
            figures = page.get_figures(kind, "profit")
            self.assertEqual(figures["uncosted"], expected)
            self.assertEqual(figures["net"], 180)
            self.assertAlmostEqual(figures["uncosted_share"], expected / (expected + 300), 12)
            self.assertEqual(sum(self.opened(page.open_uncosted(kind)).mapped("uncosted_revenue")), expected)

    def test_what_opens_is_by_product_with_the_most_first(self):
        action = self.env["crm.pareto.page"].open_uncosted()
        self.assertEqual(action["context"], {"group_by": ["product_id"]})
        view = self.env["ir.ui.view"].browse(action["views"][0][0])
        self.assertIn('default_order="uncosted_revenue desc"', view.get_combined_arch())
        groups = self.env["crm.pareto.revenue.report"].web_read_group(
            action["domain"], ["product_id"], ["uncosted_revenue:sum"], order="uncosted_revenue desc"
        )["groups"]
        self.assertEqual([group["uncosted_revenue:sum"] for group in groups], [500, 300, 50])

    def test_whose_profit_is_unknown_is_no_part_of_the_distribution(self):
        figures = self.env["crm.pareto.page"].get_figures("customer", "profit")
        self.assertEqual((figures["count"], figures["buyers"]), (1, 1))
        rows = self.env["crm.pareto.customer"].search(figures["domain"])
        self.assertEqual(rows.partner_id, self.birch)

    def test_of_a_snapshot_it_says_that_of_its_window(self):
        self.invoice(self.oak, (self.bare, 1, 7), day=date(2026, 1, 5))
        page = self.env["crm.pareto.page"]
        snapshot = page.open_window("customer", "12", "2026-01-31")
        self.assertEqual(page.get_figures("customer", "profit", snapshot)["uncosted"], 7)
        self.assertEqual(self.opened(page.open_uncosted("customer", snapshot)).mapped("revenue"), [7])

    def test_where_no_cost_is_known_at_all_it_says_so(self):
        self.product.with_company(self.company).standard_price = 0
        self.env.cr.execute("UPDATE crm_pareto_line_cost SET unit_cost = NULL")
        self.recompute(date(2026, 6, 30))
        figures = self.env["crm.pareto.page"].get_figures("customer", "profit")
        self.assertEqual((figures["count"], figures["uncosted"]), (0, 1150))
        self.assertIn("Nobody has entered what it cost", figures["reason"])

    def test_turnover_says_nothing_of_it(self):
        self.assertEqual(self.env["crm.pareto.page"].get_figures()["uncosted"], 0)

    def test_it_is_for_those_who_see_cost_and_profit(self):
        manager, controller = (
            self.new_member("berta", SALES_MANAGER),
            self.new_member("carl", f"{SALES_MANAGER},{PROFIT}"),
        )
        page = self.env["crm.pareto.page"].with_context(allowed_company_ids=self.company.ids)
        with self.assertRaises(AccessError):
            page.with_user(manager).open_uncosted()
        self.assertTrue(page.with_user(controller).open_uncosted())
        lines = self.env["crm.pareto.revenue.report"].with_user(manager)
        with self.assertRaises(AccessError):
            lines.search([("cost", "=", False)])
        self.assertNotIn("uncosted_revenue", lines.fields_get())

    def test_the_reconciliation_says_it_and_opens_it(self):
        self.invoice(self.env["res.partner"], (self.bare, 1, 30), move_type="out_receipt")
        record = self.env["crm.pareto.reconciliation"].create({"company_id": self.company.id})
        self.assertEqual((record.uncosted, record.ledger), (880, 1180))
        self.assertEqual(sum(self.opened(record.action_open_uncosted()).mapped("revenue")), 880)
        accountant = self.new_member("dora", "account.group_account_manager")
        self.assertNotIn("uncosted", self.env["crm.pareto.reconciliation"].with_user(accountant).fields_get())


@freeze_time(DAY)
class TestCampaigns(ReturnCase):
    def sell(self, partner, *lines):
        self.touch(partner, date(2026, 6, 1), self.campaigns[0])
        self.invoice(partner, *lines)

    def attributed(self):
        self.spend(200, self.campaigns[0])
        self.attribute()
        figures = self.figures()
        return self.campaigns[0], figures["rows"][0], figures

    def test_a_campaign_of_which_no_cost_is_known_has_neither_margin_nor_return(self):
        bare = self.new_product("Bare")
        self.sell(self.new_partner("Birch"), (bare, 1, 1000))
        campaign, row, figures = self.attributed()
        self.assertIs(campaign.pareto_margin, False)
        self.assertIs(campaign.pareto_roi, False)
        self.assertEqual((campaign.pareto_uncosted_revenue, campaign.pareto_roas), (1000, 5))
        self.assertEqual((campaign.pareto_advice, campaign.pareto_payback_days), ("hold", 0))
        self.assertIn("Nobody knows the cost", campaign.pareto_reason)
        self.assertEqual((row["margin"], row["roi"], row["roi_low"], row["uncosted"]), (None, None, None, 1000))
        self.assertEqual((figures["totals"]["roi"], figures["coverage"]["margin"]), (None, None))

    def test_a_campaign_of_which_a_part_is_known_has_the_return_of_that(self):
        bare = self.new_product("Bare")
        self.sell(self.new_partner("Birch"), (bare, 1, 1000), (self.product, 10, 100))
        campaign, row, _figures = self.attributed()
        self.assertEqual((row["margin"], row["uncosted"], row["roi"]), (600, 1000, 2))
        self.assertEqual((campaign.pareto_margin, campaign.pareto_roi), (600, 2))
        [group] = self.env["crm.pareto.campaign.analysis"]._read_group(
            [("campaign_id", "=", campaign.id)], [], ["margin:sum", "uncosted_revenue:sum", "roi:avg"]
        )
        self.assertEqual(group, (600, 1000, 2))

    def test_while_a_part_is_unknown_no_loss_is_told(self):
        bare = self.new_product("Bare")
        for number in range(12):
            self.sell(self.new_partner(f"Customer {number}"), (bare, 1, 1000), (self.product, 1, 41))
        campaign, _row, _figures = self.attributed()
        self.assertLess(campaign.pareto_roi, 0)
        self.assertEqual(campaign.pareto_advice, "hold")

    def test_in_the_analysis_a_return_without_a_known_margin_is_blank(self):
        bare = self.new_product("Bare")
        self.sell(self.new_partner("Birch"), (bare, 1, 1000))
        campaign, _row, _figures = self.attributed()
        [group] = self.env["crm.pareto.campaign.analysis"]._read_group(
            [("campaign_id", "=", campaign.id)], [], ["margin:sum", "roi:avg", "roas:avg"]
        )
        self.assertEqual(group, (False, False, 5))
        self.assertIs(group[0], False)

    def test_what_is_unattributed_and_unknown_has_no_margin(self):
        self.invoice(self.new_partner("Oak"), (self.new_product("Bare"), 1, 1000))
        self.attribute()
        self.assertEqual(self.figures()["unattributed"], {"revenue": 1000, "margin": None, "documents": 1})
