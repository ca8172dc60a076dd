"""What customers buy again and again, how much of it, and when it is due: the figures."""

from collections import defaultdict
from datetime import date, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from odoo.fields import Command

from ..common import LedgerCase
from ..value.prediction.test_rhythm import rhythm

AS_OF = date(2026, 6, 30)
COLUMNS = ("last_date", "purchases", "quantity", "order_gap", "next_order_date", "due_from", "due_to")
KINDS = ("out_invoice", "out_invoice", "out_invoice", "out_receipt", "out_refund")


def day(text):
    return date.fromisoformat(f"2026-{text}")


class RepeatCase(LedgerCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.dozen = cls.env.ref("uom.product_uom_dozen")
        cls.birch = cls.new_partner("Birch", is_company=True)
        cls.clamp = cls.new_product("Clamp")

    @classmethod
    def buy(cls, partner, *days, product=None, quantity=1, uom=None, **values):
        """Posted documents, one a day.

        :return: the last of them
        """
        line = {"product_id": (product or cls.product).id, "quantity": quantity, "price_unit": 5}
        line |= {"name": "line", "tax_ids": [Command.clear()]} | ({"product_uom_id": uom.id} if uom else {})
        for when in days:
            move = cls.invoice(partner, day=when, invoice_line_ids=[Command.create(dict(line))], **values)
        return move

    def rows(self, as_of=AS_OF, company=None):
        """The rows of a company, all computed anew."""
        self.recompute(as_of, company)
        return self.env["crm.pareto.repeat"].search([("company_id", "=", (company or self.company).id)])

    def figures(self, *args):
        """{(customer, product): its figures}"""
        return {(row.partner_id, row.product_id): tuple(row[name] for name in COLUMNS) for row in self.rows(*args)}


class TestRepeat(RepeatCase):
    def test_gaps_quantity_and_window_of_one_product(self):
        for when, quantity in (("03-01", 5), ("03-11", 7), ("03-31", 6), ("04-30", 9), ("06-09", 8)):
            self.buy(self.birch, day(when), quantity=quantity)  # gaps of 10, 20, 30, 40 days
        self.buy(self.birch, day("05-01"), day("06-01"), product=self.clamp)  # twice is no rhythm
        self.assertEqual(
            {(self.birch, self.product): (day("06-09"), 5, 7, 25, day("07-04"), day("06-27"), day("07-12"))},
            self.figures(),
        )

    def test_the_usual_quantity_is_one_that_was_bought(self):
        for when, quantity in (("06-01", 1), ("06-08", 4), ("06-15", 2), ("06-22", 8)):
            self.buy(self.birch, day(when), quantity=quantity)
        self.assertEqual(2, self.rows().quantity)

    def test_quantities_are_in_the_product_s_unit_and_of_the_whole_day(self):
        self.buy(self.birch, day("06-01"), quantity=2, uom=self.dozen)
        self.buy(self.birch, day("06-01"), quantity=3)
        self.buy(self.birch, day("06-08"), day("06-15"), quantity=30)
        row = self.rows()
        self.assertEqual((30, 3), (row.quantity, row.purchases))
        self.assertEqual(self.product.uom_id, row.uom_id)

    def test_a_day_on_which_as_much_came_back_is_no_purchase(self):
        self.buy(self.birch, day("06-01"), day("06-08"), day("06-15"), quantity=12)
        self.buy(self.birch, day("06-22"), quantity=12)
        self.buy(self.birch, day("06-22"), quantity=1, uom=self.dozen, move_type="out_refund")
        self.buy(self.birch, day("06-24"), quantity=5, move_type="out_refund")  # of goods of an earlier day
        row = self.rows()
        self.assertEqual((3, day("06-15")), (row.purchases, row.last_date))

    def test_an_invoice_made_anew_after_a_mistake_was_bought_once(self):
        self.buy(self.birch, day("06-01"), day("06-08"), quantity=3)
        wrong = self.buy(self.birch, day("06-15"), quantity=30)
        wrong._reverse_moves([{"invoice_date": day("06-17"), "date": day("06-17")}]).action_post()
        self.buy(self.birch, day("06-17"), quantity=3)
        row = self.rows()
        self.assertEqual((3, day("06-17"), 3), (row.purchases, row.last_date, row.quantity))

    def test_purchases_are_the_credited_customer_s(self):
        contact = self.new_partner("Berta", parent_id=self.birch.id)
        agency = self.new_partner("Agency")
        self.buy(self.birch, day("06-01"))
        self.buy(contact, day("06-08"))
        self.buy(agency, day("06-15"), pareto_customer_id=contact.id)
        row = self.rows()
        self.assertEqual((self.birch, 3), (row.partner_id, row.purchases))

    def test_purchases_older_than_three_years_are_forgotten(self):
        self.buy(self.birch, date(2023, 6, 29), date(2023, 6, 30), date(2025, 6, 1))
        self.assertFalse(self.rows())
        self.buy(self.birch, date(2026, 6, 1))
        self.assertEqual(3, self.rows().purchases)

    def test_a_rhythm_nobody_follows_any_more_goes(self):
        self.buy(self.birch, day("03-01"), day("03-21"), day("04-10"))  # due until 04-30; two gaps are 40 days
        self.assertTrue(self.rows(day("06-09")))
        self.assertFalse(self.rows(day("06-10")))

    def test_who_buys_each_day_may_be_away_for_a_month(self):
        self.buy(self.birch, day("05-29"), day("05-30"), day("05-31"))
        self.assertTrue(self.rows(day("07-01")))
        self.assertFalse(self.rows(day("07-02")))

    def test_two_customers_that_are_merged_have_one_row(self):
        other = self.new_partner("Other", is_company=True)
        self.buy(self.birch, day("06-01"), day("06-08"), day("06-15"))
        self.buy(other, day("06-02"), day("06-10"), day("06-18"))
        self.assertEqual(2, len(self.rows()))
        wizard = self.env["base.partner.merge.automatic.wizard"].create({})
        wizard._merge([other.id, self.birch.id], self.birch, extra_checks=False)
        self.refresh(AS_OF)
        row = self.env["crm.pareto.repeat"].search([("company_id", "=", self.company.id)])
        self.assertEqual((self.birch, 6, day("06-18")), (row.partner_id, row.purchases, row.last_date))


class TestWriting(RepeatCase):
    """Which rows are written, and when."""

    def versions(self):
        self.env.cr.execute("SELECT id, ctid::text, xmin::text FROM crm_pareto_repeat ORDER BY id")
        return self.env.cr.fetchall()

    def test_equal_rows_are_not_touched(self):
        self.buy(self.birch, day("06-01"), day("06-08"), day("06-15"))
        self.rows()
        before = self.versions()
        self.rows()
        self.assertTrue(before)
        self.assertEqual(before, self.versions())

    def test_the_hour_brings_the_rows_of_whom_something_changed_up_to_date(self):
        other = self.new_partner("Other")
        for partner in (self.birch, other):
            self.buy(partner, day("06-01"), day("06-08"), day("06-15"))
        self.rows(day("06-20"))
        self.buy(self.birch, day("06-22"))
        self.refresh(day("06-22"))
        rows = self.env["crm.pareto.repeat"].search([("company_id", "=", self.company.id)])
        self.assertEqual(
            {self.birch: day("06-22"), other: day("06-15")}, {row.partner_id: row.last_date for row in rows}
        )
        hourly = {row: tuple(row[name] for name in COLUMNS) for row in rows}
        self.assertEqual(hourly, {row: tuple(row[name] for name in COLUMNS) for row in self.rows(day("06-22"))})

    def test_the_hour_knows_what_changed_before_a_manager_recomputed_the_values(self):
        self.buy(self.birch, day("06-01"), day("06-08"), day("06-15"))
        self.rows(day("06-20"))
        self.buy(self.birch, day("06-20"))
        self.env.flush_all()
        self.env.cr.execute("UPDATE crm_pareto_run SET refreshed_at = refreshed_at - INTERVAL '4 hours'")
        self.env.cr.execute("UPDATE account_move SET write_date = write_date - INTERVAL '2 hours'")
        self.env.invalidate_all()
        self.env["crm.pareto.recompute"]._recompute(self.company, day("06-20"))
        self.refresh(day("06-20"))
        row = self.env["crm.pareto.repeat"].search([("company_id", "=", self.company.id)])
        self.assertEqual((4, day("06-20")), (row.purchases, row.last_date))

    def test_the_hour_leaves_alone_whom_something_of_theirs_is_credited_to(self):
        agency = self.new_partner("Agency")
        self.buy(self.birch, day("06-01"), day("06-08"), day("06-15"))
        self.buy(agency, day("06-11"), day("06-12"), day("06-13"), pareto_customer_id=self.birch.id)
        before = self.figures(day("06-20"))
        self.env.flush_all()
        self.env.cr.execute("UPDATE account_move SET write_date = write_date - INTERVAL '2 hours'")
        self.buy(agency, day("06-20"), product=self.clamp)
        self.refresh(day("06-20"))
        row = self.env["crm.pareto.repeat"].search([("company_id", "=", self.company.id)])
        self.assertEqual(before, {(row.partner_id, row.product_id): tuple(row[name] for name in COLUMNS)})
        self.assertEqual(6, row.purchases)

    @pytest.mark.dated
    def test_both_scheduled_actions_write_them(self):
        today = date.today()
        for name, product in (("recompute", self.product), ("refresh", self.clamp)):
            self.buy(self.birch, *(today - timedelta(days=days) for days in (15, 8, 1)), product=product)
            with self.enter_registry_test_mode():
                self.env.ref(f"crm_pareto.crm_pareto_{name}_cron").method_direct_trigger()
            self.assertIn(product, self.env["crm.pareto.repeat"].search([]).product_id, name)

    def test_a_row_goes_with_its_documents(self):
        self.buy(self.birch, day("06-01"), day("06-08"), day("06-15")).button_draft()
        self.assertFalse(self.rows())


class TestRandomLedgers(RepeatCase):
    """Against plain Python."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.abroad = cls.new_company("Alder Inc", "USD")
        cls.products = (cls.product, cls.clamp)
        cls.customers = (cls.birch, cls.new_partner("Cedar"))
        cls.contact = cls.new_partner("Berta", parent_id=cls.birch.id)

    documents = st.lists(
        st.tuples(
            st.sampled_from(KINDS),
            st.integers(-3, 60),  # days before AS_OF
            st.integers(0, 2),  # customer, or the contact of the first
            st.one_of(st.none(), st.none(), st.integers(0, 1)),  # credited customer
            st.integers(0, 1),  # product
            st.integers(1, 24),  # quantity
            st.booleans(),  # in dozens
            st.sampled_from((False, False, True)),  # abroad
        ),
        min_size=30,
        max_size=50,
    )

    def test_rows_are_those_of_the_oracle(self):
        rows = 0

        @settings(max_examples=6, deadline=None, suppress_health_check=list(HealthCheck))
        @given(self.documents)
        def compare(documents):
            nonlocal rows
            with self.env.cr.savepoint() as savepoint:
                quantities = self.post(documents)
                for company in (self.company, self.abroad):
                    expected = {key[1:]: oracle(days) for key, days in quantities.items() if key[0] == company}
                    expected = {key: figures for key, figures in expected.items() if figures}
                    self.assertEqual(expected, self.figures(AS_OF, company))
                    rows += len(expected)
                savepoint.rollback()
                self.env.invalidate_all(flush=False)

        compare()
        self.assertGreater(rows, 6)

    def post(self, documents):
        """{(company, customer, product): {day: net quantity}} of the documents, once posted."""
        quantities = defaultdict(lambda: defaultdict(int))
        for kind, age, buyer, credited, product, quantity, dozens, abroad in documents:
            company = self.abroad if abroad else self.company
            who, when = (*self.customers, self.contact)[buyer], AS_OF - timedelta(days=age)
            owner = who.commercial_partner_id if credited is None else self.customers[credited]
            self.buy(
                who,
                when,
                product=self.products[product],
                quantity=quantity,
                uom=self.dozen if dozens else None,
                move_type=kind,
                company=company,
                pareto_customer_id=credited is not None and owner.id,
            )
            if when <= AS_OF:
                sign = -1 if kind == "out_refund" else 1
                quantities[company, owner, self.products[product]][when] += sign * quantity * (12 if dozens else 1)
        return quantities


def oracle(days):
    """The figures of a customer and product from {day: net quantity}; None where there is no row."""
    bought = {when: quantity for when, quantity in days.items() if quantity > 0}
    found = rhythm(bought)
    if not found:
        return None
    gap, expected, due_from, due_to = found
    if AS_OF > due_to + timedelta(days=max(2 * gap, 30)):
        return None
    middle = sorted(bought.values())[(len(bought) - 1) // 2]
    return (max(bought), len(bought), middle, gap, expected, due_from, due_to)
