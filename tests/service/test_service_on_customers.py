"""Service on customers where no app that records any is installed: blank, with the reason, and never zero."""

from datetime import date
from unittest.mock import patch

from odoo.addons.crm_pareto.models.service.crm_pareto_service_report import CrmParetoServiceReport
from odoo.exceptions import AccessError, UserError
from odoo.tools import SQL

from ..common import PROFIT, SALES_MANAGER, LedgerCase

COLUMNS = (
    "has_service",
    "service_cases",
    "has_service_hours",
    "service_hours",
    "has_service_cost",
    "service_cost",
    "service_rank",
    "service_tier_id",
    "served_profit",
    "served_profit_rank",
    "served_profit_tier_id",
)


class TestServiceOnCustomers(LedgerCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.alder, cls.birch = cls.new_partner("Alder"), cls.new_partner("Birch")
        cls.invoice(cls.alder, (cls.product, 5, 100))
        cls.invoice(cls.birch, (cls.product, 1, 100), move_type="out_refund")

    def stored(self):
        """{partner id: the figures as they stand in the database}"""
        self.env.flush_all()
        rows = self.env.execute_query(
            SQL(
                "SELECT partner_id, %s FROM crm_pareto_customer WHERE company_id = %s",
                SQL(", ").join(map(SQL.identifier, COLUMNS)),
                self.company.id,
            )
        )
        return {partner: dict(zip(COLUMNS, values, strict=True)) for partner, *values in rows}

    def with_app(self, *kinds):
        """As where apps that record these kinds are installed, and nothing is in them."""
        missing = self.env["crm.pareto.service.report"]._get_missing_kinds()
        missing = {kind: why for kind, why in missing.items() if kind not in kinds}
        return patch.object(CrmParetoServiceReport, "_get_missing_kinds", lambda report: missing)

    def test_nothing_is_known_and_it_says_why(self):
        rows = self.recompute()
        for customer in (self.alder, self.birch):  # also of the one with nothing but refunds
            self.assertEqual(set(self.stored()[customer.id].values()), {None})
            for text in ("Timesheets is not installed", "No helpdesk is installed", "Inventory is not installed"):
                self.assertIn(text, rows[customer].service_message)
        self.assertFalse(self.env["crm.pareto.run"]._standing(self.company, "customer").service_measure)
        self.assertFalse(self.env["crm.pareto.customer"].search([("big_but_loses", "=", True)]))

    def test_an_app_that_is_gone_leaves_blanks(self):
        with self.with_app("ticket", "timesheet"):
            self.recompute()
        self.assertEqual(self.stored()[self.birch.id]["service_cases"], 1)
        self.recompute()
        self.assertEqual(set(self.stored()[self.birch.id].values()), {None})

    def test_with_a_helpdesk_only_cases_are_known_and_no_hours_and_costs(self):
        with self.with_app("ticket"):
            row = self.recompute()[self.birch]
            self.assertIn("Timesheets is not installed", row.service_message)
            self.assertNotIn("No helpdesk is installed", row.service_message)
        figures = self.stored()[self.birch.id]
        self.assertEqual((figures["has_service"], figures["service_cases"], figures["service_rank"]), (True, 1, 1))
        self.assertEqual((figures["has_service_hours"], figures["has_service_cost"]), (False, False))
        unknown = ("service_hours", "service_cost", "served_profit", "served_profit_rank", "served_profit_tier_id")
        self.assertEqual({figures[name] for name in unknown}, {None})

    def test_with_repairs_only_costs_are_known_and_no_hours(self):
        with self.with_app("repair"):
            self.recompute()
        figures = self.stored()[self.alder.id]
        self.assertEqual((figures["has_service_cost"], figures["service_cost"], figures["served_profit"]), (1, 0, 300))
        self.assertEqual((figures["has_service_hours"], figures["service_hours"]), (False, None))

    def test_a_figure_that_is_not_known_is_not_below_zero_and_comes_last(self):
        with self.with_app("repair"):
            self.recompute()
        customers = self.env["crm.pareto.customer"]
        company = ("company_id", "=", self.company.id)
        cedar = self.new_partner("Cedar")
        self.invoice(cedar, (self.product, 1, 10))
        self.env["crm.pareto.recompute"]._refresh(self.company, date(2026, 6, 30))
        self.assertEqual(customers.search([company, ("served_profit", "<", 0)]).partner_id, self.birch)
        for direction in ("asc", "desc"):
            found = customers.search([company], order=f"served_profit {direction}")
            self.assertEqual(found[-1].partner_id, cedar)

    def test_the_page_says_why_it_is_empty(self):
        self.recompute()
        figures = self.env["crm.pareto.page"].get_figures("customer", "served_profit")
        self.assertFalse(figures["buckets"])
        self.assertIn("Timesheets is not installed", figures["reason"])
        self.assertFalse(self.env["crm.pareto.page"].get_figures("customer", "profit")["reason"])

    def test_of_products_there_is_no_such_page(self):
        with self.assertRaises(UserError):
            self.env["crm.pareto.page"].get_figures("product", "served_profit")

    def test_the_page_needs_the_right_to_see_profit(self):
        self.recompute()
        manager = self.new_user("berta", SALES_MANAGER)
        manager.write({"company_ids": [(4, self.company.id)], "company_id": self.company.id})
        page = self.env["crm.pareto.page"].with_user(manager)
        with self.assertRaises(AccessError):
            page.get_figures("customer", "served_profit")
        manager.group_ids += self.env.ref(PROFIT)
        self.assertEqual(page.get_figures("customer", "served_profit")["count"], 0)

    def test_a_product_that_came_back(self):
        self.env.flush_all()
        self.company.pareto_window = "all"
        row = self.env["crm.pareto.product.service.report"].search([("product_id", "=", self.product.id)])
        self.assertEqual((row.events, row.units, row.hours, row.has_ratio), (1, 4, 0, True))
        self.assertEqual(row.currency_id, self.company.currency_id)
        clerk = self.new_user("clerk", "sales_team.group_sale_salesman")
        with self.assertRaises(AccessError):
            row.with_user(clerk).search([])
        self.assertIn("Timesheets is not installed", row.get_empty_list_help(""))

    def test_views(self):
        customers = self.env["crm.pareto.customer"]
        views = customers.get_views([(False, "list"), (False, "search")])["views"]
        for name in ("service_tier_id", "served_profit"):
            self.assertIn(name, views["list"]["arch"])
        for name in ("big_but_loses", "group_service_tier"):
            self.assertIn(name, views["search"]["arch"])
        report = self.env["crm.pareto.product.service.report"]
        self.assertEqual(len(report.get_views([(False, "list"), (False, "search")])["views"]), 2)
