"""The hourly action finds whose shop sales changed, whatever happens in shops."""

from datetime import date, timedelta
from random import Random

from freezegun import freeze_time
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from tests.value.value_rows import hourly_figures

from .shop import TODAY, ShopCase

EVENTS = ("sale", "sale", "refund", "invoiced", "card", "paid with card", "close", "owner", "invoice", "posted again")


@freeze_time(TODAY)
class TestChangedShopSales(ShopCase):
    def hourly(self):
        """{customer: turnover} after the hourly action."""
        self.refresh(TODAY)
        self.env.invalidate_all()
        rows = self.env["crm.pareto.customer"].search([("company_id", "=", self.company.id)])
        return {row.partner_id: row.turnover for row in rows}

    def sold(self):
        order = self.sell(self.ashby, (self.product, 5, 100))
        self.sell(self.bexley, (self.product, 1, 100))
        self.close()
        self.settled()
        return order

    def test_where_nothing_changed_nobody_is_summed_again(self):
        self.sold()
        self.assertFalse(self.env["crm.pareto.customer"]._search_others(self.company, TODAY))

    def test_what_was_sold_since_is_counted(self):
        self.sold()
        self.sell(self.bexley, (self.product, 2, 100))
        self.assertEqual(self.hourly(), {self.ashby: 500, self.bexley: 100})
        self.close()
        self.assertEqual(self.hourly(), {self.ashby: 500, self.bexley: 300})

    def test_an_order_whose_customer_is_changed_leaves_the_former_one(self):
        order = self.sold()
        order.partner_id = self.bexley
        self.env.flush_all()
        self.env.cr.execute("UPDATE pos_order SET write_date = '2020-01-01'")
        self.assertEqual(self.hourly(), {self.bexley: 600})

    def test_an_order_that_is_given_a_customer_counts_for_that_one(self):
        order = self.sell(None, (self.product, 5, 100))
        self.close()
        self.settled()
        order.partner_id = self.ashby
        self.assertEqual(self.hourly(), {self.ashby: 500})

    def test_a_person_who_gets_a_company_is_no_customer_any_more(self):
        person = self.new_partner("Petra Person")
        self.sell(person, (self.product, 5, 100))
        self.close()
        self.settled()
        person.parent_id = self.ashby
        self.assertEqual(self.hourly(), {self.ashby: 500})

    def test_merged_customers_are_one(self):
        self.sold()
        self.env["base.partner.merge.automatic.wizard"]._merge((self.ashby + self.bexley).ids, self.bexley)
        self.assertEqual(self.hourly(), {self.bexley: 600})

    def test_who_is_marked_as_no_customer_leaves(self):
        self.sold()
        self.ashby.pareto_not_customer = True
        self.assertEqual(self.hourly(), {self.bexley: 100})

    def test_an_order_that_is_invoiced_since_is_counted_as_the_invoice(self):
        order = self.sold()
        order.action_pos_order_invoice()
        self.assertEqual(self.hourly(), {self.ashby: 500, self.bexley: 100})
        self.assertEqual(self.lines(("customer_id", "=", self.ashby.id)).move_id, order.account_move)

    def test_months_follow_too(self):
        with freeze_time(date(2026, 4, 10)):
            order = self.sell(self.ashby, (self.product, 5, 100))
            self.close()
        self.settled()
        order.partner_id = self.bexley
        self.recompute(TODAY)
        self.env.invalidate_all()
        rows = self.env["crm.pareto.history"].search([("company_id", "=", self.company.id)])
        april = rows.filtered(lambda row: row.date == date(2026, 4, 30))
        self.assertEqual({row.partner_id: row.turnover for row in april}, {self.bexley: 500})

    def test_what_is_bought_in_shops_again_and_again_is_a_repeat_order(self):
        for days in (120, 90, 60, 30, 0):
            with freeze_time(TODAY - timedelta(days=days)):
                self.sell(self.ashby, (self.product, 5, 100))
                self.close()
        self.recompute(TODAY)
        self.env.invalidate_all()
        repeat = self.env["crm.pareto.repeat"].search([("company_id", "=", self.company.id)])
        self.assertEqual((repeat.partner_id, repeat.product_id, repeat.last_date), (self.ashby, self.product, TODAY))


@freeze_time(TODAY)
class TestRandomShops(ShopCase):
    @settings(max_examples=2, deadline=None, phases=[Phase.generate])  # a smaller seed is no simpler
    @given(st.integers(0, 10_000))
    def test_the_hourly_refresh_gives_what_a_full_computation_does_and_all_ties_to_the_books(self, seed):
        with self.env.cr.savepoint(flush=True) as savepoint:
            self.random, self.orders = Random(seed), []
            self.people = [self.new_partner(f"P{number}", is_company=number % 2 == 0) for number in range(4)]
            self.card = self.new_product("Gift card")
            self.card.property_account_income_id = self.account("liability_current")
            for _number in range(3):
                self.happen("sale")
            self.close()
            self.settled()
            for event in self.random.choices(EVENTS, k=5):
                self.happen(event)
                self.refresh(TODAY)
                refreshed = self.figures()
                self.check_books(event)
                self.recompute(TODAY)
                self.assertEqual(refreshed, self.figures(), event)
                self.age()
            self.close()
            self.recompute(TODAY)
            self.check_books("close")
            savepoint.rollback()
        self.env.invalidate_all()

    def figures(self):
        self.env.invalidate_all()
        return hourly_figures(self.env, self.company)

    def check_books(self, event):
        found = self.reconcile()
        self.assertEqual(found.ledger, self.income(), event)
        self.assertEqual((found.unexplained, found.attribution_difference), (0, 0), event)
        self.assertLessEqual(set(self.reasons(found)), {"shop"}, event)
        rows = self.env["crm.pareto.difference"].search([("company_id", "=", self.company.id)])
        self.assertFalse(rows.filtered(lambda row: row.reason in ("session", "changed")), event)

    def happen(self, event):
        """Something happens in the shop, or with what was sold there."""
        somebody, price = self.random.choice([*self.people, None]), self.random.randint(1, 900) / 4
        if event == "sale":
            self.orders.append(self.sell(somebody, (self.product, self.random.randint(1, 9), price)))
        elif event == "card":
            self.sell(somebody, (self.card, 1, price))
        elif event == "paid with card":
            self.sell(somebody, (self.product, 1, price + 50), (self.card, 1, -price))
        elif event == "invoice":
            self.invoice(somebody or self.ashby, (self.product, 1, price), day=TODAY)
        elif event == "close":
            self.close()
        else:
            self.happen_to(event, self.random.choice(self.orders))

    def happen_to(self, event, order):
        if event == "owner" and not order.account_move:
            order.partner_id = self.random.choice(self.people)
        elif event == "refund" and order.has_refundable_lines:
            self.give_back(order)
        elif event == "invoiced" and order.partner_id and not order.account_move:
            order.action_pos_order_invoice()
        elif event == "posted again" and order.session_id.move_id:
            entry = order.session_id.move_id
            entry.line_ids.remove_move_reconcile()
            entry.button_draft()
            entry.action_post()
