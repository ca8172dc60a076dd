"""What counts as revenue, and what it cost."""

from datetime import date

from odoo.addons.crm_pareto.models.common.tools.bounds import MOST_AMOUNT
from odoo.fields import Command
from odoo.tools import SQL

from ..common import LedgerCase


class RevenueCase(LedgerCase):
    def report(self, *domain):
        return self.env["crm.pareto.revenue.report"].search([("company_id", "=", self.company.id), *domain])

    def order(self, partner, *lines, **values):
        """A confirmed order, invoiced on ordered quantities."""
        self.product.invoice_policy = "order"
        order = self.env["sale.order"].create(
            {
                "partner_id": partner.id,
                "company_id": self.company.id,
                "order_line": [
                    Command.create({"product_id": product.id, "product_uom_qty": quantity, "price_unit": price})
                    for product, quantity, price in lines
                ],
                **values,
            }
        )
        order.order_line.tax_ids = False
        order.action_confirm()
        return order


class TestRevenue(RevenueCase):
    def test_posted_invoices_count_and_drafts_do_not(self):
        partner = self.new_partner("Birch")
        self.invoice(partner, (self.product, 2, 100))
        self.invoice(partner, (self.product, 1, 100)).button_draft()
        self.assertEqual(self.report().mapped("revenue"), [200])

    def test_without_shops_nothing_of_shops_is_asked(self):
        report, today = self.env["crm.pareto.revenue.report"], date(2026, 6, 30)
        self.assertNotIn("pos.order", self.env)
        statements = (
            report._table_query,
            report._documents(self.company, today),
            report._union(lambda source, where: SQL("SELECT %s %s", source, where)),
            self.env["crm.pareto.difference"]._table_query,
        )
        for statement in statements:
            self.assertNotIn("pos_", statement.code)

    def test_a_credit_note_takes_revenue_and_cost_back(self):
        partner = self.new_partner("Birch")
        self.invoice(partner, (self.product, 3, 100))
        self.invoice(partner, (self.product, 1, 100), move_type="out_refund")
        lines = self.report()
        self.assertEqual(sum(lines.mapped("revenue")), 200)
        self.assertEqual(sum(lines.mapped("cost")), 80)
        self.assertEqual(sum(lines.mapped("margin")), 120)
        self.assertEqual(sum(lines.mapped("quantity")), 2)

    def test_a_receipt_counts_and_a_vendor_bill_does_not(self):
        partner = self.new_partner("Birch")
        self.invoice(partner, (self.product, 1, 70), move_type="out_receipt")
        self.invoice(partner, (self.product, 1, 500), move_type="in_invoice")
        self.assertEqual(self.report().mapped("revenue"), [70])

    def test_a_receipt_of_nobody_is_in_the_bucket_without_customer(self):
        self.invoice(self.env["res.partner"], (None, 1, 30), move_type="out_receipt")
        self.assertEqual(self.report(("customer_id", "=", False)).mapped("revenue"), [30])

    def test_a_line_without_product_is_kept_and_costs_nothing_known(self):
        self.invoice(self.new_partner("Birch"), (None, 1, 55))
        self.assertEqual(self.report().mapped(lambda line: (line.revenue, line.cost)), [(55, 0)])

    def test_revenue_goes_to_the_commercial_entity(self):
        parent = self.new_partner("Birch", is_company=True)
        child = self.new_partner("Cleo", parent_id=parent.id)
        self.invoice(child, (self.product, 1, 100))
        line = self.report()
        self.assertEqual((line.customer_id, line.partner_id), (parent, child))

    def test_revenue_goes_to_the_customer_the_invoice_is_linked_to(self):
        agency, client = self.new_partner("Agency"), self.new_partner("Client", is_company=True)
        contact = self.new_partner("Contact", parent_id=client.id)
        self.invoice(agency, (self.product, 1, 100)).pareto_customer_id = contact
        self.assertEqual(self.report().customer_id, client)

    def test_foreign_currency_counts_at_the_rate_of_the_document(self):
        dollar = self.env.ref("base.USD")
        dollar.active = True
        self.env["res.currency.rate"].create(
            {"currency_id": dollar.id, "name": "2026-01-01", "rate": 1.25, "company_id": self.company.id}
        )
        self.env["res.currency.rate"].create(
            {"currency_id": dollar.id, "name": "2026-06-20", "rate": 2, "company_id": self.company.id}
        )
        self.invoice(self.new_partner("Birch"), (self.product, 1, 100), currency_id=dollar.id)
        line = self.report()
        self.assertEqual((line.revenue, line.currency_id.name, line.document_currency_id.name), (80, "EUR", "USD"))

    def test_it_equals_odoos_own_invoice_analysis(self):
        for amount in (10.01, 20.02, 0, 33.33):
            self.invoice(self.new_partner("Birch"), (self.product, 3, amount), (None, 1, amount))
        self.invoice(self.new_partner("Oak"), (self.product, 1, 17.17), move_type="out_refund")
        domain = [
            ("company_id", "=", self.company.id),
            ("state", "=", "posted"),
            ("move_type", "in", ("out_invoice", "out_refund", "out_receipt")),
        ]
        ((theirs,),) = self.env["account.invoice.report"]._read_group(domain, aggregates=["price_subtotal:sum"])
        self.assertEqual(round(sum(self.report().mapped("revenue")), 2), round(theirs, 2))

    def test_a_down_payment_and_its_deduction_net_to_zero(self):
        partner = self.new_partner("Birch")
        order = self.order(partner, (self.product, 1, 1000))
        for method, amount in (("percentage", 30), ("delivered", 0)):
            wizard = (
                self.env["sale.advance.payment.inv"]
                .with_context(active_model="sale.order", active_ids=order.ids)
                .create({"advance_payment_method": method, "amount": amount})
            )
            invoice = wizard._create_invoices(order)
            invoice.invoice_date = date(2026, 6, 15)
            invoice.action_post()
        lines = self.report()
        self.assertEqual(sum(lines.mapped("revenue")), 1000)
        self.assertEqual(sum(lines.mapped("cost")), 40)
        self.assertEqual(lines.order_id, order)


class TestPeriods(RevenueCase):
    def test_a_document_of_no_day_that_there_is_ends_no_grouping(self):
        """Odoo works out the end of each period: Python has no year 10000."""
        reports = ("revenue.report", "campaign.analysis", "attribution", "difference")
        campaign = self.env["utm.campaign"].create({"title": "Fair", "company_id": False})
        moves = [
            self.invoice(self.new_partner(f"Birch {day}"), (self.product, 1, 100), campaign_id=campaign.id)
            for day in ("9999-12-31", "0001-01-01")
        ]
        self.env["crm.pareto.attribution"]._recompute(self.company)
        for move, day in zip(moves, ("9999-12-31", "0001-01-01"), strict=True):
            self.env.flush_all()
            for table, name in (("account_move", "id"), ("account_move_line", "move_id")):
                self.env.cr.execute(f"UPDATE {table} SET invoice_date = %s WHERE {name} = %s", [day, move.id])  # noqa: S608
            self.env.cr.execute("UPDATE crm_pareto_attribution SET date = %s WHERE move_id = %s", [day, move.id])
        self.env.invalidate_all()
        for report in reports:
            for period in ("week", "month", "quarter", "year"):
                with self.subTest(report=report, period=period):
                    rows = self.env[f"crm.pareto.{report}"].formatted_read_group([], [f"date:{period}"], ["__count"])
                    self.assertEqual(report != "difference", bool(rows))


class TestCost(RevenueCase):
    def test_the_cost_of_the_order_line_counts_before_the_products(self):
        order = self.order(self.new_partner("Birch"), (self.product, 2, 100))
        order.order_line.purchase_price = 55
        order._create_invoices().action_post()
        self.assertEqual(self.report().cost, 110)

    def test_the_cost_of_an_order_in_dozens_is_that_of_its_units(self):
        dozen = self.env.ref("uom.product_uom_dozen")
        order = self.order(self.new_partner("Birch"), (self.product, 2, 1000))
        order.order_line.product_uom_id = dozen
        self.assertEqual(order.order_line.purchase_price, 480)
        order._create_invoices().action_post()
        line = self.report()
        self.assertEqual((line.quantity, line.cost), (24, 960))

    def test_editing_a_cost_never_changes_a_past_profit(self):
        self.invoice(self.new_partner("Birch"), (self.product, 2, 100))
        self.recompute()
        self.product.with_company(self.company).standard_price = 90
        self.env.flush_all()
        self.env.invalidate_all()
        self.assertEqual(self.report().cost, 80)

    def test_a_line_not_yet_frozen_costs_what_the_product_costs_today(self):
        self.invoice(self.new_partner("Birch"), (self.product, 2, 100))
        self.assertEqual(self.report().cost, 80)

    def test_a_cost_that_nothing_has_is_not_frozen(self):
        self.product.with_company(self.company).standard_price = 1e308
        partner = self.new_partner("Birch")
        self.invoice(partner, (self.product, 2, 100))
        self.recompute()
        self.product.with_company(self.company).standard_price = 4
        self.assertEqual(self.recompute()[partner].profit, 192)

    def test_a_cost_that_nothing_has_leaves_a_number(self):
        self.product.with_company(self.company).standard_price = 1e308
        partner = self.new_partner("Birch")
        self.invoice(partner, (self.product, 2, 100))
        self.assertEqual(self.recompute()[partner].profit, 200 - MOST_AMOUNT)

    def test_a_cost_that_was_frozen_before_there_were_bounds_leaves_a_number(self):
        partner = self.new_partner("Birch")
        self.invoice(partner, (self.product, 2, 100))
        self.recompute()
        self.env.cr.execute("UPDATE crm_pareto_line_cost SET unit_cost = 1.7e308")
        self.assertEqual(sum(self.report().mapped("margin")), 200 - MOST_AMOUNT)

    def test_a_quantity_that_nobody_has_leaves_numbers(self):
        for _line in range(2):
            self.invoice(self.new_partner("Birch"), (self.product, 1e300, 0))
        self.env.flush_all()
        self.env.cr.execute("UPDATE account_move_line SET quantity = 1.7e308 WHERE quantity > 1e299")
        self.env.invalidate_all()
        report = self.env["crm.pareto.revenue.report"]
        [(quantity, cost)] = report._read_group(
            [("company_id", "=", self.company.id)], aggregates=["quantity:sum", "cost:sum"]
        )
        self.assertEqual((quantity, cost), (2 * MOST_AMOUNT, 2 * MOST_AMOUNT))

    def test_freezing_again_takes_only_new_lines(self):
        freeze = self.env["crm.pareto.line.cost"]._freeze
        self.invoice(self.new_partner("Birch"), (self.product, 2, 100), (None, 1, 5))
        self.assertEqual(freeze(self.company, SQL("TRUE")), 1)
        self.assertEqual(freeze(self.company, SQL("TRUE")), 0)
