"""The CDNOW purchases are the same ledger loaded either way: posted by Odoo's API, or written by SQL."""

import os
from collections import Counter, defaultdict
from datetime import date, timedelta
from decimal import Decimal

from odoo.fields import Date
from odoo.tools import SQL

from dev.demo import cdnow

from ..common import ParetoCase
from .ledger_comparison import LedgerCase

# The whole sample takes Odoo's API two to three minutes; by default a part of it is compared.
WHOLE_SAMPLE = os.environ.get("CDNOW_TEST") == "whole"
ONE_IN = 20  # customers, besides those with a purchase of 0.00


class TestCdnow(LedgerCase):
    """A part of the sample, loaded both ways."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.sample = cdnow.shift_to(cdnow.read_purchases(), Date.today())
        numbers = sorted({purchase.customer for purchase in cls.sample})
        free = {purchase.customer for purchase in cls.sample if not purchase.value}
        chosen = set(numbers if WHOLE_SAMPLE else numbers[::ONE_IN]) | free
        cls.purchases = [purchase for purchase in cls.sample if purchase.customer in chosen]
        cls.posted, cls.posted_customers = cls.new_company("CDNOW posted")
        cls.written, cls.written_customers = cls.new_company("CDNOW written")
        for _done in cdnow.post(cls.env, *cls.posted, cls.posted_customers, cls.purchases):
            pass
        cls.count = cdnow.write(cls.env, *cls.written, cls.written_customers, cls.purchases)

    @classmethod
    def new_company(cls, name):
        company = cdnow.make_company(cls.env, name)
        customers = cdnow.make_customers(cls.env, company, cls.purchases)
        return (company, cdnow.make_product(cls.env, company)), customers

    def test_part_has_the_odd_cases(self):
        self.assertTrue(any(not purchase.value for purchase in self.purchases))
        days = Counter((purchase.customer, purchase.day) for purchase in self.purchases)
        self.assertGreater(max(days.values()), 1)

    def test_every_column_is_the_same(self):
        self.assertEqual(self.count, len(self.purchases))
        self.assert_same_ledger(self.posted[0], self.written[0])

    def test_each_invoice_is_its_purchase(self):
        for company in (self.posted[0], self.written[0]):
            moves = self.env["account.move"].search([("company_id", "=", company.id)], order="date, sequence_number")
            for move, purchase in zip(moves, self.purchases, strict=True):
                line = move.invoice_line_ids
                self.assertEqual(
                    (f"CDNOW customer {purchase.customer}", purchase.day, purchase.discs, float(purchase.value)),
                    (move.partner_id.name, move.invoice_date, line.quantity, move.amount_total),
                )

    def test_ranks_are_the_same(self):
        purchases = Counter(purchase.customer for purchase in self.purchases)
        for customers in (self.posted_customers, self.written_customers):
            partners = self.env["res.partner"].browse(customers.values())
            self.assertEqual(
                purchases, {number: self.rank(partner) for number, partner in zip(customers, partners, strict=True)}
            )
            self.assertEqual({0}, set(partners.mapped("supplier_rank")))

    def test_books_balance(self):
        for company in (self.posted[0], self.written[0]):
            self.assertEqual(
                [(0, 0)],
                self.env.execute_query(
                    SQL(
                        "SELECT SUM(balance), SUM(debit - credit) FROM account_move_line WHERE company_id = %s",
                        company.id,
                    )
                ),
            )
            self.assertEqual(
                [],
                self.env.execute_query(
                    SQL(
                        "SELECT move_id FROM account_move_line WHERE company_id = %s"
                        " GROUP BY move_id HAVING SUM(balance) <> 0",
                        company.id,
                    )
                ),
            )

    def test_turnover_is_that_of_the_file(self):
        total = format(sum(purchase.value for purchase in self.purchases).normalize(), "f")
        for company in (self.posted[0], self.written[0]):
            self.assertEqual(
                [(total,)],
                self.env.execute_query(
                    SQL(
                        "SELECT TRIM_SCALE(SUM(amount_total_signed))::text FROM account_move WHERE company_id = %s",
                        company.id,
                    )
                ),
            )

    def test_invoice_report_agrees_per_customer(self):
        spent = defaultdict(Decimal)
        for purchase in self.purchases:
            spent[f"CDNOW customer {purchase.customer}"] += purchase.value
        for company in (self.posted[0], self.written[0]):
            report = (
                self.env["account.invoice.report"]
                .with_context(allowed_company_ids=company.ids)
                ._read_group([("company_id", "=", company.id)], ["partner_id"], ["price_subtotal:sum"])
            )
            self.assertEqual(spent, {partner.name: round(Decimal(total), 2) for partner, total in report})


class TestCdnowData(ParetoCase):
    """The data files, as read."""

    def test_sample(self):
        purchases = cdnow.read_purchases()
        self.assertEqual((6919, 2357), (len(purchases), len({purchase.customer for purchase in purchases})))
        self.assertEqual(Decimal("244091.94"), sum(purchase.value for purchase in purchases))
        self.assertEqual((date(1997, 1, 1), date(1998, 6, 30)), (purchases[0].day, purchases[-1].day))

    def test_whole(self):
        purchases = cdnow.read_purchases(full=True)
        self.assertEqual((69659, 23570), (len(purchases), len({purchase.customer for purchase in purchases})))
        self.assertEqual(Decimal("2500315.63"), sum(purchase.value for purchase in purchases))
        self.assertEqual(80, sum(not purchase.value for purchase in purchases))
        sample = cdnow.read_purchases()
        self.assertFalse(Counter(sample) - Counter(purchases), "the sample is a part of the whole")

    def test_price_times_discs_is_the_value(self):
        for purchase in cdnow.read_purchases(full=True):
            self.assertEqual(purchase.value, round(purchase.discs * purchase.unit_price, 2))

    def test_days_move_by_whole_weeks_to_the_week_before_today(self):
        purchases = cdnow.read_purchases()
        for today in (date(2026, 2, 25) + timedelta(days=day) for day in range(8)):
            shifted = cdnow.shift_to(purchases, today)
            self.assertIn((today - shifted[-1].day).days, range(1, 8))
            shifts = {(new.day - old.day).days for old, new in zip(purchases, shifted, strict=True)}
            self.assertEqual([0], [days % 7 for days in shifts])
