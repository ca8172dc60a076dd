"""What a line cost where documents correct each other: prices, products, reversals, several orders, branches."""

from datetime import date

from odoo.fields import Command

from .test_revenue_report import RevenueCase


class CorrectedCase(RevenueCase):
    def reverse(self, move, price=None, anew=False, day=date(2026, 6, 20)):
        """Credit an invoice, in full or so much of the price of each piece; perhaps with a new invoice.

        :return: the posted credit note, or the new invoice
        """
        reversal = self.env["account.move.reversal"].with_context(active_model="account.move", active_ids=move.ids)
        wizard = reversal.create({"journal_id": move.journal_id.id, "date": day})
        if anew:
            wizard.modify_moves()
        else:
            wizard.refund_moves()
        made = wizard.new_move_ids
        if price is not None:
            made.invoice_line_ids.price_unit = price
        made.invoice_date = day
        made.action_post()
        return made

    def profit(self):
        return sum(self.report().mapped("margin"))

    def pieces(self):
        return sum(self.report().mapped("quantity"))


class TestPriceCorrections(CorrectedCase):
    def test_a_credit_note_over_a_part_of_the_price_takes_no_goods_back(self):
        move = self.invoice(self.new_partner("Birch"), (self.product, 10, 100))
        self.reverse(move, price=10)
        self.assertEqual((self.pieces(), self.profit()), (10, 500))

    def test_a_credit_note_at_the_price_of_the_invoice_takes_the_goods_back(self):
        move = self.invoice(self.new_partner("Birch"), (self.product, 10, 100))
        self.reverse(move)
        self.assertEqual((self.pieces(), self.profit()), (0, 0))

    def test_a_part_that_comes_back_at_the_price_after_the_discount_is_goods(self):
        move = self.invoice(self.new_partner("Birch"), (self.product, 10, 100))
        move.button_draft()
        move.invoice_line_ids.discount = 20
        move.action_post()
        reversal = self.reverse(move)
        reversal.button_draft()
        reversal.invoice_line_ids.write({"quantity": 3, "price_unit": 80, "discount": 0})
        reversal.action_post()
        self.assertEqual((self.pieces(), self.profit()), (7, 280))

    def test_a_product_that_was_not_on_the_invoice_comes_back(self):
        move = self.invoice(self.new_partner("Birch"), (self.product, 10, 100))
        other = self.new_product("Other", cost=7)
        credit = self.reverse(move, price=10)
        credit.button_draft()
        credit.invoice_line_ids = [Command.create({"product_id": other.id, "quantity": 1, "price_unit": 9})]
        credit.action_post()
        lines = self.report().filtered(lambda line: line.product_id == other)
        self.assertEqual((lines.quantity, lines.cost), (-1, -7))

    def test_a_credit_note_that_reverses_nothing_takes_the_goods_back(self):
        birch = self.new_partner("Birch")
        self.invoice(birch, (self.product, 10, 100))
        self.invoice(birch, (self.product, 1, 5), move_type="out_refund")
        self.assertEqual(self.pieces(), 9)

    def test_what_was_credited_in_its_price_counts_as_bought(self):
        birch, today = self.new_partner("Birch"), date(2026, 6, 30)
        self.reverse(self.invoice(birch, (self.product, 10, 100)), price=10)
        self.recompute(today)
        repeat = self.env["crm.pareto.repeat"]
        self.env.cr.execute(repeat._lines(self.company, today, None))
        self.assertEqual(sorted(row[4] for row in self.env.cr.fetchall()), [0, 10])


class TestReversals(CorrectedCase):
    def test_a_reversal_costs_what_the_invoice_cost_whatever_the_product_costs_by_now(self):
        move = self.invoice(self.new_partner("Birch"), (self.product, 10, 100))
        self.recompute()
        self.product.with_company(self.company).standard_price = 60
        self.reverse(move)
        self.recompute()
        self.assertEqual(self.profit(), 0)

    def test_also_where_both_are_seen_for_the_first_time(self):
        order = self.order(self.new_partner("Birch"), (self.product, 10, 100))
        order.order_line.purchase_price = 55
        move = order._create_invoices()
        move.invoice_date = date(2026, 6, 15)
        move.action_post()
        credit = self.reverse(move)
        credit.invoice_line_ids.sale_line_ids = False
        self.recompute()
        self.assertEqual(self.profit(), 0)

    def test_the_invoice_made_anew_costs_what_the_product_costs_by_then(self):
        move = self.invoice(self.new_partner("Birch"), (self.product, 10, 100))
        self.recompute()
        self.product.with_company(self.company).standard_price = 60
        self.reverse(move, anew=True)
        self.recompute()
        self.assertEqual((self.pieces(), self.profit()), (10, 400))


class TestEvidence(CorrectedCase):
    def test_a_frozen_cost_counts_only_for_its_product(self):
        cheap = self.new_product("Cheap", cost=10)
        move = self.invoice(self.new_partner("Birch"), (self.product, 1, 500))
        self.recompute()
        move.button_draft()
        move.invoice_line_ids.write({"product_id": cheap.id, "price_unit": 20, "tax_ids": [Command.clear()]})
        move.action_post()
        self.assertEqual(self.profit(), 10)
        self.recompute()
        cheap.with_company(self.company).standard_price = 15
        self.assertEqual(self.profit(), 10)

    def test_the_cost_on_an_order_counts_only_for_its_product(self):
        cheap = self.new_product("Cheap", cost=10)
        order = self.order(self.new_partner("Birch"), (self.product, 2, 100))
        move = order._create_invoices()
        move.invoice_line_ids.write({"product_id": cheap.id, "price_unit": 100, "tax_ids": [Command.clear()]})
        move.action_post()
        self.assertEqual(self.report().cost, 20)

    def test_a_line_that_bills_several_order_lines_costs_what_their_pieces_cost_together(self):
        birch = self.new_partner("Birch")
        orders = self.order(birch, (self.product, 2, 100)) + self.order(birch, (self.product, 4, 100))
        orders[0].order_line.purchase_price, orders[1].order_line.purchase_price = 40, 70
        move = orders[0]._create_invoices()
        move.invoice_line_ids.write({"quantity": 6, "sale_line_ids": [Command.set(orders.order_line.ids)]})
        move.invoice_date = date(2026, 6, 15)
        move.action_post()
        for lines in (self.report(), self.report(("customer_id", "=", birch.id))):
            self.assertEqual([(line.cost, line.order_id) for line in lines], [(360, orders[0])])

    def test_costs_from_before_it_was_noted_whose_they_are_stay(self):
        bare = self.new_product("Bare")
        self.invoice(self.new_partner("Birch"), (self.product, 2, 100), (bare, 1, 10))
        self.recompute()
        self.env.cr.execute("UPDATE crm_pareto_line_cost SET product_id = NULL, unit_cost = COALESCE(unit_cost, 0)")
        self.env["crm.pareto.line.cost"].init()
        for product in self.product + bare:
            product.with_company(self.company).standard_price = 70
        self.env.flush_all()
        self.env.invalidate_all()
        self.assertEqual(sorted(self.report().mapped("cost")), [70, 80])

    def test_a_cost_entered_later_counts_from_then_on(self):
        bare = self.new_product("Bare")
        self.invoice(self.new_partner("Birch"), (bare, 2, 100))
        self.recompute()
        bare.with_company(self.company).standard_price = 30
        self.assertEqual(self.report().cost, 60)
        self.recompute()
        bare.with_company(self.company).standard_price = 45
        self.env.flush_all()
        self.env.invalidate_all()
        self.assertEqual(self.report().cost, 60)

    def test_an_order_whose_cost_nobody_had_entered_costs_what_the_product_costs(self):
        bare = self.new_product("Bare")
        order = self.order(self.new_partner("Birch"), (bare, 2, 100))
        bare.invoice_policy = "order"
        order._create_invoices().action_post()
        bare.with_company(self.company).standard_price = 30
        self.assertEqual(self.report().cost, 60)

    def test_a_service_may_cost_nothing(self):
        service = self.new_product("Advice")
        service.type = "service"
        self.invoice(self.new_partner("Birch"), (service, 2, 100))
        self.recompute()
        service.with_company(self.company).standard_price = 30
        self.assertEqual(self.report().cost, 0)

    def test_a_branch_without_a_cost_has_that_of_the_company_above(self):
        branch = self.env["res.company"].create({"name": "Branch", "parent_id": self.company.id})
        self.env.user.company_ids += branch
        env = self.env(context={**self.env.context, "allowed_company_ids": (branch + self.company).ids})
        birch = self.new_partner("Birch").with_env(env)
        birch.with_company(branch).property_account_receivable_id = self.account("asset_receivable")
        self.product.with_company(branch).property_account_income_id = self.account("income")
        move = self.invoice(birch, (self.product, 2, 100), company=branch)
        line = env["crm.pareto.revenue.report"].search([("move_id", "=", move.id)])
        self.assertEqual(line.cost, 80)
        self.product.with_company(branch).standard_price = 50
        self.env.flush_all()
        self.env.invalidate_all()
        self.assertEqual(line.cost, 100)

    def account(self, account_type):
        domain = [("account_type", "=", account_type), ("company_ids", "=", self.company.id)]
        return self.env["account.account"].search(domain, limit=1)


class TestIncome(CorrectedCase):
    def liability(self, code):
        values = {"name": f"Advances {code}", "code": code, "account_type": "liability_current"}
        return self.env["account.account"].create({**values, "company_ids": [Command.set(self.company.ids)]})

    def test_a_down_payment_on_the_balance_sheet_is_turnover_when_the_sale_is(self):
        self.company.downpayment_account_id = self.liability("419100")
        birch = self.new_partner("Birch")
        order = self.order(birch, (self.product, 1, 1000))
        revenue = []
        for method, amount in (("percentage", 30), ("delivered", 0)):
            wizard = self.env["sale.advance.payment.inv"].with_context(active_model="sale.order", active_ids=order.ids)
            invoice = wizard.create({"advance_payment_method": method, "amount": amount})._create_invoices(order)
            invoice.invoice_date = date(2026, 6, 15)
            invoice.action_post()
            revenue.append(sum(self.report().mapped("revenue")))
        self.assertEqual(revenue, [0, 1000])

    def test_a_gift_card_is_turnover_of_whoever_uses_it(self):
        card, used = self.new_product("Card"), self.new_product("Card used")
        for product in card + used:
            product.type = "service"
            product.with_company(self.company).property_account_income_id = self.liability(f"4192{product.id}")
        ada, ned = self.new_partner("Aunt Ada"), self.new_partner("Nephew Ned")
        self.invoice(ada, (card, 1, 50))
        self.invoice(ned, (self.product, 1, 100), (used, 1, -50))
        rows = self.recompute()
        self.assertEqual((rows[ned].turnover, rows[ned].profit, rows[ada].turnover), (100, 60, 0))


class TestPurchases(CorrectedCase):
    def test_a_sale_invoiced_anew_is_one_purchase(self):
        birch, oak = self.new_partner("Birch"), self.new_partner("Oak")
        move = self.invoice(birch, (self.product, 10, 100), day=date(2026, 6, 10))
        self.invoice(oak, (self.product, 10, 100), day=date(2026, 6, 12))
        self.reverse(move, anew=True, day=date(2026, 6, 12))
        rows = self.recompute()
        facts = ("invoice_count", "first_date", "last_date", "recency_score", "frequency_score")
        self.assertEqual([rows[birch][name] for name in facts[:3]], [1, date(2026, 6, 12), date(2026, 6, 12)])
        self.assertEqual(rows[birch].invoice_count, rows[oak].invoice_count)

    def test_a_sale_credited_in_full_is_none(self):
        birch = self.new_partner("Birch")
        move = self.invoice(birch, (self.product, 10, 100))
        self.assertEqual(self.recompute()[birch].invoice_count, 1)
        self.reverse(move)
        row = self.recompute()[birch]
        self.assertEqual((row.invoice_count, row.first_date, row.turnover), (0, False, 0))

    def test_before_it_was_credited_it_was_a_purchase(self):
        birch = self.new_partner("Birch")
        self.reverse(self.invoice(birch, (self.product, 10, 100)), day=date(2026, 6, 25))
        self.assertEqual(self.recompute(date(2026, 6, 20))[birch].invoice_count, 1)

    def test_a_sale_credited_in_part_is_a_purchase(self):
        birch = self.new_partner("Birch")
        self.reverse(self.invoice(birch, (self.product, 10, 100)), price=99)
        self.assertEqual(self.recompute()[birch].invoice_count, 1)

    def test_the_hourly_refresh_knows_it_of_the_customer_whose_sale_is_credited_to_somebody_else(self):
        birch, oak = self.new_partner("Birch"), self.new_partner("Oak")
        move = self.invoice(birch, (self.product, 10, 100))
        self.recompute()
        self.env.cr.execute("UPDATE account_move SET write_date = '2020-01-01'")
        self.env.invalidate_all()
        credit = self.reverse(move)
        credit.pareto_customer_id = oak
        self.env["crm.pareto.stale"].search([]).unlink()
        self.refresh(date(2026, 6, 30))
        self.env.invalidate_all()
        rows = self.env["crm.pareto.customer"].search([("company_id", "=", self.company.id)])
        self.assertEqual({row.partner_id: row.invoice_count for row in rows}[birch], 0)
