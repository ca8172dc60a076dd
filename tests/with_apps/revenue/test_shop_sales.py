"""What shops sell without an invoice is revenue: of whom, of which day, at what cost, and that it ties to the books."""

from datetime import date, timedelta

from freezegun import freeze_time
from odoo.fields import Command

from .shop import TODAY, ShopCase


@freeze_time(TODAY)
class TestShopSales(ShopCase):
    def test_a_sale_is_revenue_of_its_customer(self):
        self.sell(self.ashby, (self.product, 3, 100))
        self.close()
        self.assertEqual(self.turnovers(), {self.ashby: 300})
        self.check_ties()

    def test_a_sale_to_a_person_is_revenue_of_the_firm(self):
        self.sell(self.new_partner("Ada", parent_id=self.ashby.id), (self.product, 3, 100))
        self.close()
        self.assertEqual(self.turnovers(), {self.ashby: 300})

    def test_a_sale_to_nobody_stands_without_a_customer(self):
        self.sell(None, (self.product, 3, 100))
        self.sell(self.new_partner("Walk-in", pareto_not_customer=True), (self.product, 1, 50))
        self.close()
        self.assertEqual(self.turnovers(), {})
        self.assertEqual(self.check_ties().no_customer, 350)

    def test_what_is_sold_is_no_revenue_before_the_session_is_closed(self):
        self.sell(self.ashby, (self.product, 3, 100))
        self.assertFalse(self.lines())
        self.assertEqual(self.turnovers(), {})
        self.check_ties()

    def test_a_sale_has_the_day_and_the_entry_of_its_session(self):
        self.sell(self.ashby, (self.product, 3, 100), date_order=TODAY - timedelta(days=3))
        entry = self.close()
        line = self.lines()
        self.assertEqual((line.date, line.move_id, line.move_type), (entry.date, entry, "out_receipt"))
        self.assertEqual((line.quantity, line.revenue, line.product_id), (3, 300, self.product))
        self.assertEqual(line.action_open_move()["res_id"], entry.id)

    def test_a_line_is_found_by_its_number(self):
        self.sell(self.ashby, (self.product, 3, 100))
        self.sell(self.bexley, (self.product, 1, 100))
        self.invoice(self.bexley, (self.product, 1, 70))
        self.close()
        for line in self.lines():
            self.assertEqual(self.lines(("id", "=", line.id)), line)
        self.assertEqual(len(self.lines(("id", "in", self.lines().ids))), 3)

    def test_what_is_invoiced_at_once_counts_as_the_invoice_alone(self):
        order = self.sell(self.ashby, (self.product, 3, 100), to_invoice=True)
        self.sell(self.bexley, (self.product, 1, 100))
        self.close()
        self.assertEqual(self.lines(("customer_id", "=", self.ashby.id)).move_id, order.account_move)
        self.assertEqual(self.turnovers(), {self.ashby: 300, self.bexley: 100})
        self.check_ties()

    def test_what_is_invoiced_after_the_session_counts_as_the_invoice_alone(self):
        order = self.sell(self.ashby, (self.product, 3, 100))
        self.sell(self.bexley, (self.product, 1, 100))
        self.close()
        order.action_pos_order_invoice()
        self.assertEqual(self.lines(("customer_id", "=", self.ashby.id)).move_id, order.account_move)
        rows = self.recompute(TODAY)
        self.assertEqual((rows[self.ashby].turnover, rows[self.ashby].invoice_count), (300, 1))
        found = self.check_ties()
        rows = self.env["crm.pareto.difference"].search(found.action_open_explained()["domain"])
        self.assertEqual(sorted(rows.filtered(lambda row: row.reason == "shop").mapped("difference")), [-300, 300])

    def test_what_is_invoiced_after_the_year_is_named_with_its_amount(self):
        with freeze_time(date(2025, 6, 20)):
            order = self.sell(self.ashby, (self.product, 3, 100))
            self.close()
        order.action_pos_order_invoice()
        self.turnovers()
        self.check_ties({"shop": -300})

    def test_several_orders_on_one_invoice_count_as_that_alone(self):
        orders = self.sell(self.ashby, (self.product, 3, 100)) + self.sell(self.ashby, (self.product, 1, 100))
        self.close()
        orders._generate_pos_order_invoice()
        self.assertEqual(self.lines().move_id, orders.account_move)
        self.assertEqual(self.turnovers(), {self.ashby: 400})
        self.check_ties()

    def test_an_entry_that_is_no_longer_posted_is_no_revenue(self):
        self.sell(self.ashby, (self.product, 3, 100))
        entry = self.close()
        self.assertEqual(self.turnovers(), {self.ashby: 300})
        entry.line_ids.remove_move_reconcile()
        entry.button_draft()
        self.assertEqual(self.turnovers(), {})
        self.check_ties()

    def test_two_companies_have_each_their_own(self):
        other = self.new_company("Birch Tools", "USD")
        till = self.new_till(other)
        self.sell(self.ashby, (self.product, 3, 100))
        self.sell(self.ashby, (self.product, 1, 70), till=till)
        self.close()
        self.close(till)
        self.assertEqual(self.turnovers(), {self.ashby: 300})
        self.assertEqual(self.recompute(TODAY, other)[self.ashby].turnover, 70)
        self.assertEqual(self.lines(company=other).currency_id.name, "USD")


@freeze_time(TODAY)
class TestPurchases(ShopCase):
    def test_the_orders_of_a_day_are_one_purchase_each(self):
        """As invoices are, whose number a customer's row has."""
        self.sell(self.ashby, (self.product, 3, 100))
        self.sell(self.ashby, (self.product, 1, 100))
        self.close()
        row = self.recompute(TODAY)[self.ashby]
        self.assertEqual((row.invoice_count, row.first_date, row.last_date), (2, TODAY, TODAY))

    def test_what_is_given_back_takes_turnover_and_quantity_off(self):
        order = self.sell(self.ashby, (self.product, 3, 100))
        self.sell(self.ashby, (self.product, 1, 100))
        self.close()
        self.give_back(order)
        self.close()
        back = self.lines(("move_type", "=", "out_refund"))
        self.assertEqual((back.quantity, back.revenue), (-3, -300))
        row = self.recompute(TODAY)[self.ashby]
        self.assertEqual((row.turnover, row.invoice_count), (100, 1))
        self.check_ties()

    def test_a_part_that_is_given_back_leaves_the_purchase(self):
        order = self.sell(self.ashby, (self.product, 3, 100), (self.product, 1, 50))
        back = {"product_id": self.product, "qty": -1, "price_unit": 50, "refunded_orderline_id": order.lines[1].id}
        self.sell(self.ashby, back, is_refund=True)
        self.close()
        row = self.recompute(TODAY)[self.ashby]
        self.assertEqual((row.turnover, row.invoice_count), (300, 1))

    def test_an_exchange_for_something_dearer_is_a_purchase(self):
        self.sell(self.ashby, (self.product, -1, 50), (self.product, 1, 80))
        self.close()
        row = self.recompute(TODAY)[self.ashby]
        self.assertEqual((row.turnover, row.invoice_count, sum(self.lines().mapped("quantity"))), (30, 1, 0))

    def test_an_invoiced_sale_that_is_given_back_without_a_credit_note_is_no_purchase(self):
        order = self.sell(self.ashby, (self.product, 3, 100), to_invoice=True)
        self.sell(self.ashby, (self.product, 1, 100))
        self.close()
        self.give_back(order)
        self.close()
        row = self.recompute(TODAY)[self.ashby]
        self.assertEqual((row.turnover, row.invoice_count), (100, 1))

    def test_what_shops_took_back_is_service_as_a_credit_note_is(self):
        order = self.sell(self.ashby, (self.product, 3, 100))
        self.give_back(order)
        entry = self.close()
        self.env.flush_all()
        found = self.env["crm.pareto.service.report"].search([("company_id", "=", self.company.id)])
        self.assertEqual(
            found.mapped(lambda row: (row.kind, row.customer_id, row.quantity, row.res_id)),
            [("credit_note", self.ashby, 3, entry.id)],
        )


@freeze_time(TODAY)
class TestCost(ShopCase):
    def test_the_cost_is_what_it_was_when_it_was_sold(self):
        self.sell(self.ashby, (self.product, 3, 100))
        self.close()
        self.product.with_company(self.company).standard_price = 60
        self.assertEqual((self.lines().cost, self.lines().margin), (120, 180))

    def test_what_is_given_back_costs_what_it_did_when_it_was_sold(self):
        order = self.sell(self.ashby, (self.product, 3, 100))
        self.close()
        self.product.with_company(self.company).standard_price = 60
        self.give_back(order)
        self.close()
        self.assertEqual(sorted(self.lines().mapped("cost")), [-120, 120])

    def test_goods_whose_cost_was_not_known_have_that_of_today(self):
        goods = self.new_product("Mug")
        self.sell(self.ashby, (goods, 3, 100))
        self.close()
        goods.with_company(self.company).standard_price = 7
        self.assertEqual(self.lines().cost, 21)


@freeze_time(TODAY)
class TestTiesToTheBooks(ShopCase):
    def tax(self, **values):
        domain = [("company_id", "=", self.company.id), ("type_tax_use", "=", "sale")]
        tax = self.env["account.tax"].search(domain, limit=1)
        return tax.copy({"name": "19 %", "amount": 19, "amount_type": "percent", **values})

    def taxed(self, tax, quantity, price, **values):
        return {
            "product_id": self.product,
            "qty": quantity,
            "price_unit": price,
            "tax_ids": [Command.set(tax.ids)],
            **values,
        }

    def test_taxes_in_prices_are_no_turnover(self):
        tax = self.tax(price_include_override="tax_included")
        self.sell(self.ashby, self.taxed(tax, 1, 119))
        self.close()
        self.assertEqual(self.turnovers(), {self.ashby: 100})
        self.check_ties()

    def test_discounts_and_tips_count(self):
        self.sell(self.ashby, {"product_id": self.product, "qty": 3, "price_unit": 100, "discount": 10})
        tip = self.env["product.product"].create({"name": "Tip", "type": "service", "taxes_id": [Command.clear()]})
        self.sell(self.bexley, (self.product, 1, 100), (self.new_product("Discount"), 1, -15), (tip, 1, 5))
        self.close()
        self.assertEqual(self.turnovers(), {self.ashby: 270, self.bexley: 90})
        self.check_ties()

    def test_cents_that_the_session_rounds_otherwise_are_named(self):
        tax = self.tax(price_include_override="tax_included")
        for price in (0.99, 1.01, 2.49, 3.33, 0.05, 7.77):
            self.sell(self.ashby, self.taxed(tax, 3, price), self.taxed(tax, 1, price, discount=7))
        self.sell(None, self.taxed(tax, 7, 0.29))
        self.close()
        self.turnovers()
        found = self.reconcile()
        self.assertEqual((found.ledger, found.unexplained), (self.income(), 0))
        self.assertLess(abs(self.reasons(found).get("session", 0)), 0.1)

    def test_an_amount_that_the_entry_has_and_no_order_is_named(self):
        self.sell(self.ashby, (self.product, 1, 100))
        entry = self.close()
        self.turnovers()
        self.env.flush_all()
        item = entry.line_ids.filtered(lambda line: line.account_id.account_type == "income")
        self.env.cr.execute("UPDATE account_move_line SET balance = balance - 0.02 WHERE id = %s", [item.id])
        self.env.invalidate_all()
        self.check_ties({"session": 0.02})

    def test_the_accounts_of_categories_products_and_fiscal_positions_decide(self):
        advance = self.account("liability_current")
        self.product.categ_id = self.env["product.category"].create({"name": "Advances"})
        self.product.categ_id.with_company(self.company).property_account_income_categ_id = advance
        sold = self.new_product("Service")
        sold.property_account_income_id = self.account("income_other")
        sold.categ_id = self.product.categ_id
        position = self.env["account.fiscal.position"].create({"name": "Abroad", "company_id": self.company.id})
        income = self.account("income")
        position.account_ids = [Command.create({"account_src_id": advance.id, "account_dest_id": income.id})]
        self.sell(self.ashby, (self.product, 1, 100), (sold, 1, 30))
        self.sell(self.bexley, (self.product, 1, 7), fiscal_position_id=position.id)
        self.close()
        self.assertEqual(self.turnovers(), {self.ashby: 30, self.bexley: 7})
        self.check_ties()

    def test_a_gift_card_is_turnover_when_it_is_used(self):
        card = self.new_product("Gift card")
        card.property_account_income_id = self.account("liability_current")
        self.sell(self.ashby, (card, 1, 50))
        self.close()
        self.assertEqual(self.turnovers().get(self.ashby, 0), 0)
        self.sell(self.bexley, (self.product, 1, 80), (card, 1, -50))
        self.close()
        self.assertEqual(self.turnovers().get(self.bexley), 80)
        self.check_ties()

    def test_a_till_in_another_currency_counts_in_the_companys(self):
        dollar = self.env.ref("base.USD")
        dollar.active = True
        rates = {"currency_id": dollar.id, "company_id": self.company.id, "name": "2026-01-01", "rate": 1.25}
        self.env["res.currency.rate"].create(rates)
        sales, bank = (
            self.env["account.journal"].create(
                {"name": f"{kind} in dollars", "type": kind, "code": f"D{kind[:3]}", "currency_id": dollar.id}
            )
            for kind in ("sale", "bank")
        )
        prices = self.env["product.pricelist"].create(
            {"name": "Dollars", "currency_id": dollar.id, "company_id": self.company.id}
        )
        journals = {"journal_id": sales.id, "invoice_journal_id": sales.id}
        pricelists = {"pricelist_id": prices.id, "available_pricelist_ids": [Command.set(prices.ids)]}
        till = self.new_till(self.company, bank, **journals, **pricelists)
        self.sell(self.ashby, (self.product, 3, 33.33), till=till)
        self.close(till)
        self.assertEqual(self.turnovers(), {self.ashby: 79.99})
        self.assertEqual(self.lines().cost, 120)
        self.check_ties()
        abroad = self.new_company("Birch Tools", "USD")
        both = self.lines().with_context(allowed_company_ids=[abroad.id, self.company.id])
        self.assertEqual((both.consolidated_currency_id, both.revenue_consolidated), (dollar, 99.99))

    def test_what_a_shop_books_on_a_campaigns_account_is_revenue_and_no_cost(self):
        campaign = self.env["utm.campaign"].create({"name": "Spring", "company_id": self.company.id})
        account = campaign._pareto_ensure_accounts()
        order = self.sell(self.ashby, (self.product, 3, 100))
        entry = self.close()
        items = entry.line_ids.filtered(lambda item: item.account_id.account_type == "income")
        items.analytic_distribution = {str(account.id): 100}
        self.assertFalse(self.env["crm.pareto.campaign.cost.report"].search([("campaign_id", "=", campaign.id)]))
        self.assertEqual(order.state, "done")
        found = self.reconcile()
        self.assertEqual((found.analytic, found.analytic_revenue, found.analytic_balance), (-300, -300, 0))
