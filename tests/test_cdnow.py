"""The ledger that dev.demo.ledger writes by SQL is the one that Odoo's API posts: compared column by column."""

import os
import random
from collections import Counter, defaultdict
from datetime import date, timedelta
from decimal import Decimal
from operator import itemgetter
from unittest.mock import patch

from odoo.fields import Command, Date
from odoo.tools import SQL

from dev.demo import cdnow
from dev.demo.ledger import LedgerWriter, without_indexes, write_invoices

from .common import ParetoCase

# The whole sample takes Odoo's API two to three minutes; by default a part of it is compared.
WHOLE_SAMPLE = os.environ.get("CDNOW_TEST") == "whole"
ONE_IN = 20  # customers, besides those with a purchase of 0.00

# Left out of the comparison. The ids are given by PostgreSQL, and move_id follows: lines are compared beneath their
# invoice. The stamps are the moment of writing. Ids of records that each company has of its own are compared by
# what they are called (see RowReader).
NOT_COMPARED = {
    "account_move": {"id", "create_date", "write_date"},
    "account_move_line": {"id", "move_id", "create_date", "write_date"},
}


class RowReader:
    """Reads the invoices of one company, every stored column, so that two companies' rows can be compared."""

    def __init__(self, company):
        self.env = company.env(su=True, context={"allowed_company_ids": [company.id], "active_test": False})
        self.company = company
        self.names = {"company_id": {company.id: "the company"}}
        for field, model, label in (
            ("journal_id", "account.journal", "code"),
            ("account_id", "account.account", "code"),
            ("product_id", "product.product", "name"),
            ("partner_id", "res.partner", "display_name"),
            ("fiscal_position_id", "account.fiscal.position", "name"),
        ):
            self.names[field] = {record.id: record[label] for record in self.env[model].search([])}
        self.names["commercial_partner_id"] = self.names["partner_shipping_id"] = self.names["partner_id"]

    def invoices(self):
        """(invoice, its lines) as dictionaries, in the order of kind, date and number."""
        self.env.flush_all()
        moves = self._rows(
            "account_move",
            "SELECT id, TO_JSONB(t) FROM account_move t WHERE company_id = %s"
            " AND move_type IN ('out_invoice', 'out_refund')"
            " ORDER BY move_type, date, sequence_prefix, sequence_number",
        )
        lines = defaultdict(list)
        for move_id, row in self._rows(
            "account_move_line",
            "SELECT move_id, TO_JSONB(t) FROM account_move_line t WHERE company_id = %s ORDER BY display_type DESC, id",
        ):
            lines[move_id].append(row)
        return [(row, lines[move_id]) for move_id, row in moves]

    def _rows(self, table, query):
        return [
            (
                key,
                {
                    column: self.names.get(column, {}).get(value, value)
                    for column, value in row.items()
                    if column not in NOT_COMPARED[table]
                },
            )
            for key, row in self.env.execute_query(SQL(query, self.company.id))
        ]


class LedgerCase(ParetoCase):
    """Asserts on two companies' ledgers."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env = cls.env(context=dict(cls.env.context, tracking_disable=True))

    def assert_same_ledger(self, posted, written):
        """The two companies' invoices and lines are the same in every column that is compared."""
        posted, written = RowReader(posted).invoices(), RowReader(written).invoices()
        self.assertEqual(len(posted), len(written))
        for (move, lines), (other_move, other_lines) in zip(posted, written, strict=True):
            self.assertEqual(len(lines), len(other_lines), move["name"])
            for row, other in zip([move, *lines], [other_move, *other_lines], strict=True):
                differing = {column: (row[column], other[column]) for column in row if row[column] != other[column]}
                self.assertEqual({}, differing, f"{move['name']}: (posted, written)")

    def rank(self, partner):
        """The customer rank, with what Odoo will add to it after the commit."""
        waiting = self.env.cr.postcommit.data.get("account.res.partner.increase_rank.customer_rank", {})
        return partner.customer_rank + waiting.get(partner.id, 0)

    def new_invoice(self, company, partner, product, day=None, **values):
        """A posted invoice over 10.00, made by Odoo's API."""
        move = (
            self.env["account.move"]
            .with_company(company)
            .create(
                {
                    "move_type": "out_invoice",
                    "partner_id": partner.id,
                    "invoice_date": day or Date.today(),
                    "invoice_line_ids": [
                        Command.create({"product_id": product.id, "price_unit": 10, "tax_ids": [Command.clear()]})
                    ],
                    **values,
                }
            )
        )
        move.action_post()
        return move


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


class TestGoingOn(LedgerCase):
    """Odoo goes on working with invoices that were written by SQL."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.company = cdnow.make_company(cls.env, "Written")
        cls.product = cdnow.make_product(cls.env, cls.company)
        cls.partner = cls.env["res.partner"].create({"name": "Buyer"})
        cls.journal = cdnow.sales_journal(cls.env, cls.company)
        cls.day = Date.today() - timedelta(days=1)
        cls.env = cls.env(context=dict(cls.env.context, allowed_company_ids=cls.company.ids))

    def write(self, *prices, day=None, **columns):
        """Invoices of one disc each."""
        writer = LedgerWriter(self.env, self.company, self.journal, cdnow.shared_values(self.env), columns)
        writer.feed(
            [
                (key, self.partner.id, None, day or self.day, None, None, *columns.values())
                for key in range(len(prices))
            ],
            [(key, None, self.product.id, None, 1, price) for key, price in enumerate(prices)],
        )
        writer.write()
        ids = self.env.execute_query(SQL("SELECT id FROM ledger_move ORDER BY key"))
        return self.env["account.move"].browse([move_id for (move_id,) in ids])

    def test_payment(self):
        move = self.write(29.33)
        wizard = self.env["account.payment.register"].with_context(active_model="account.move", active_ids=move.ids)
        wizard.create({})._create_payments()
        self.assertIn(move.payment_state, ("paid", "in_payment"))
        self.assertEqual(0, move.amount_residual)

    def test_credit_note(self):
        move = self.write(29.33)
        wizard = self.env["account.move.reversal"].with_context(active_model="account.move", active_ids=move.ids)
        reversal = wizard.create({"journal_id": self.journal.id, "date": self.day})
        refund = self.env["account.move"].browse(reversal.refund_moves()["res_id"])
        refund.action_post()
        self.assertEqual((29.33, "out_refund"), (refund.amount_total, refund.move_type))
        self.assertEqual(("reversed", 0), (move.payment_state, move.amount_residual))

    def test_reset_to_draft_and_post_again(self):
        move = self.write(29.33, 12, 0)[0]
        rows = []
        for action in (lambda: None, move.button_draft, move.action_post):
            action()
            rows.append(RowReader(self.company).invoices())
            for row, _lines in rows[-1]:
                # Odoo notes that a person was at it, also on the next invoice of the series.
                row.pop("is_manually_modified")
        self.assertEqual("draft", rows[1][0][0]["state"])
        self.assertEqual(rows[0], rows[2], "what Odoo computes anew is what was written")

    def test_numbers_go_on(self):
        self.assertEqual([1, 2], self.write(10, 20).mapped("sequence_number"))
        posted = self.new_invoice(self.company, self.partner, self.product, self.day)
        self.assertEqual((3, False), (posted.sequence_number, posted.made_sequence_gap))
        self.assertEqual([4, 5], self.write(10, 20).mapped("sequence_number"))
        other = self.new_invoice(self.company, self.partner, self.product, self.day)
        self.assertEqual(posted.name.replace("3", "6"), other.name)
        self.assertEqual([1], self.write(10, day=self.day - timedelta(days=800)).mapped("sequence_number"))

    def test_extra_columns(self):
        campaign = self.env["utm.campaign"].create({"name": "Spring"})
        self.assertEqual(campaign, self.write(10, campaign_id=campaign.id).campaign_id)

    def test_indexes_come_back(self):
        def found():
            # PostgreSQL writes the condition of an index differently each time it reads it: names and comments do.
            return [
                set(self.env.execute_query(query))
                for query in (
                    SQL(
                        "SELECT c.relname, OBJ_DESCRIPTION(c.oid, 'pg_class'),"
                        " SPLIT_PART(PG_GET_INDEXDEF(c.oid), 'WHERE', 1)"
                        " FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid"
                        " WHERE i.indrelid IN ('account_move'::regclass, 'account_move_line'::regclass)"
                    ),
                    SQL(
                        "SELECT conname, PG_GET_CONSTRAINTDEF(oid) FROM pg_constraint"
                        " WHERE conrelid IN ('account_move'::regclass, 'account_move_line'::regclass)"
                    ),
                )
            ]

        before = found()
        with without_indexes(self.env):
            self.assertNotEqual(before[0], found()[0])
            self.assertNotEqual(before[1], found()[1])
            self.write(10)
        self.assertEqual(before, found())

    def test_draft_work_of_the_caller_is_kept(self):
        # The model invoices are rolled back: what waited in Odoo's cache must not go with them.
        self.partner.comment = "waits"
        self.write(10)
        self.assertIn("waits", self.partner.comment)

    def test_refuses_what_it_does_not_do(self):
        self.company.fiscalyear_lock_date = self.day
        with self.assertRaisesRegex(ValueError, "lock date"):
            self.write(10)
        self.company.fiscalyear_lock_date = False
        with self.assertRaisesRegex(ValueError, "below zero"):
            self.write(-10)
        with self.assertRaisesRegex(ValueError, "campaign"), patch("dev.demo.ledger.MOVE", {"campaign_id": ""}):
            self.write(10, campaign_id=1)
        term = self.env["account.payment.term"].create(
            {
                "name": "Halves",
                "line_ids": [
                    Command.create({"value": "percent", "value_amount": 50, "nb_days": days}) for days in (0, 30)
                ],
            }
        )
        with self.assertRaisesRegex(ValueError, "several due dates"):
            write_invoices(
                self.env,
                self.company,
                self.journal,
                [(1, self.partner.id, None, self.day, None, None)],
                [(1, None, self.product.id, None, 1, 10)],
                {"invoice_payment_term_id": term.id},
            )
        purchases = self.env["account.journal"].search(
            [("type", "=", "purchase"), ("company_id", "=", self.company.id)], limit=1
        )
        with self.assertRaisesRegex(ValueError, "no sales journal"):
            LedgerWriter(self.env, self.company, purchases)
        for invoices, lines, problem in (
            ([(1, "in_invoice")], [(1, self.product.id)], "neither invoice nor credit note"),
            ([(1, None), (2, None)], [(1, self.product.id)], "without a line"),
            ([(1, None)], [(1, self.product.id), (2, self.product.id)], "without an invoice"),
            ([(1, None)], [(1, None)], "without a product"),
        ):
            with self.assertRaisesRegex(ValueError, problem):
                write_invoices(
                    self.env,
                    self.company,
                    self.journal,
                    [(key, self.partner.id, kind, self.day, None, None) for key, kind in invoices],
                    [(key, None, product_id, None, 1, 10) for key, product_id in lines],
                )
        self.assertFalse(self.env["account.move"].search([("company_id", "=", self.company.id)]))


class TestLedger(LedgerCase):
    """Credit notes, many lines, odd prices, foreign currencies and all sorts of customers, against the API."""

    ROUNDS = 60  # documents per company
    BATCH = 15  # documents per call of the API

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.random = random.Random(1997)
        cls.companies = [cdnow.make_company(cls.env, name) for name in ("Posted", "Written")]
        cls.currencies = cls.new_currencies()
        cls.products = cls.new_products()
        cls.partners = cls.new_partners()
        cls.documents = sorted((cls.new_document() for _round in range(cls.ROUNDS)), key=itemgetter(2))

    @classmethod
    def new_currencies(cls):
        """The dollar, and three others of different steps whose rates change."""
        currencies = [cls.env.ref("base.USD"), *map(cls.foreign, ("EUR", "JPY", "KWD"), (0.9137, 151.3, 0.307))]
        cls.env.flush_all()
        return currencies

    @classmethod
    def foreign(cls, code, rate):
        currency = cls.env["res.currency"].with_context(active_test=False).search([("name", "=", code)])
        currency.active = True
        currency.rate_ids.unlink()
        currency.rate_ids = [
            Command.create({"name": f"2024-{month:02}-01", "rate": rate * (1 + month / 37), "company_id": False})
            for month in range(1, 13)
        ]
        return currency

    @classmethod
    def new_products(cls):
        """Three products: plain, described in words, and with an income account of its own."""
        products = cls.env["product.product"].create(
            [
                {"name": "Plain", "taxes_id": [Command.clear()]},
                {"name": "Described", "default_code": "D1", "description_sale": "Two\nlines", "type": "service"},
                {"name": "Other account", "taxes_id": [Command.clear()]},
            ]
        )
        for company in cls.companies:
            accounts = (
                cls.env["account.account"]
                .with_company(company)
                .search([("account_type", "=", "income_other"), ("company_ids", "=", company.id)], limit=1)
            )
            products[2].with_company(company).property_account_income_id = accounts
        return products

    @classmethod
    def new_partners(cls):
        """A person, a firm with payment terms and a salesperson, its contact, and firms with addresses of their own."""
        seller = cls.new_user("ledger-seller", "sales_team.group_sale_salesman")
        cls.env["res.lang"]._activate_lang("fr_FR")
        people = cls.env["res.partner"]
        person, firm, shop, banked = people.create(
            [
                {"name": "Person"},
                {"name": "Firm", "is_company": True, "user_id": seller.id, "country_id": cls.env.ref("base.de").id},
                {"name": "Shop", "is_company": True, "lang": "fr_FR", "vat": "/"},
                {"name": "Banked", "is_company": True, "bank_ids": [Command.create({"acc_number": "LEDGER-1"})]},
            ]
        )
        for company in cls.companies:
            firm.with_company(company).property_payment_term_id = cls.env.ref("account.account_payment_term_30days")
        contact, store = people.create(
            [
                {"name": "Contact", "parent_id": firm.id},
                {"name": "Store", "parent_id": shop.id, "type": "delivery"},
            ]
        )
        return person | firm | shop | banked | contact | store

    @classmethod
    def new_document(cls):
        """(partner, kind, day, currency, lines), lines as (product, name, quantity, price)."""
        pick = cls.random
        lines = [
            (
                pick.choice(cls.products),
                pick.choice([None, None, "As ordered"]),
                round(pick.uniform(0.01, 30), pick.choice([0, 1, 2])) or 1,
                round(pick.uniform(0, 99), pick.choice([0, 2, 3, 6])),
            )
            for _line in range(pick.choice([1, 1, 2, 3, 7, 20]))
        ]
        if pick.random() < 0.2:  # a discount, and the same line again
            lines += [(cls.products[0], "Rebate", 1, -0.005), lines[0]]
        if pick.random() < 0.1:
            lines = [(cls.products[1], None, 1, 0)]
        day = date(2024, 1, 1) + timedelta(days=pick.randrange(500))
        kind = pick.choice(["out_invoice", "out_invoice", "out_refund"])
        return pick.choice(cls.partners), kind, day, pick.choice(cls.currencies), lines

    def post(self, company):
        """All documents through the API, a few at a time."""
        for start in range(0, self.ROUNDS, self.BATCH):
            self.post_some(company, self.documents[start : start + self.BATCH])
            self.env.flush_all()
            # Odoo's queries are slow while PostgreSQL takes the table for empty.
            self.env.cr.execute("ANALYZE account_move, account_move_line")

    def post_some(self, company, documents):
        moves = (
            self.env["account.move"]
            .with_company(company)
            .create(
                [
                    {
                        "partner_id": partner.id,
                        "move_type": kind,
                        "invoice_date": day,
                        "currency_id": currency.id,
                        "invoice_line_ids": [
                            Command.create(
                                {
                                    "product_id": product.id,
                                    "quantity": quantity,
                                    "price_unit": price,
                                    "tax_ids": [Command.clear()],
                                    **({"name": name} if name else {}),
                                }
                            )
                            for product, name, quantity, price in lines
                        ],
                    }
                    for partner, kind, day, currency, lines in documents
                ]
            )
        )
        moves.action_post()

    def write(self, company):
        """All documents by SQL."""
        return write_invoices(
            self.env,
            company,
            cdnow.sales_journal(self.env, company),
            [
                (key, partner.id, kind, day, currency.id, None)
                for key, (partner, kind, day, currency, _lines) in enumerate(self.documents)
            ][::-1],
            [
                (key, None, product.id, name, quantity, price)
                for key, (*_document, lines) in enumerate(self.documents)
                for product, name, quantity, price in lines
            ],
        )

    def ranks(self):
        """Customer rank by customer."""
        self.env.invalidate_all()
        return {partner.name: self.rank(partner) for partner in self.partners}

    def touched(self):
        """Rows inserted, updated or deleted so far in this transaction, by table."""
        return Counter(
            dict(
                self.env.execute_query(
                    SQL(
                        "SELECT relname, n_tup_ins + n_tup_upd + n_tup_del FROM pg_stat_xact_user_tables"
                        " WHERE schemaname = 'public'"
                    )
                )
            )
        )

    def check(self, rounding):
        """Post and write all documents, after one of the API's, under one rounding method."""
        posted, written = self.companies
        for company in self.companies:
            company.tax_calculation_rounding_method = rounding
            self.new_invoice(company, self.partners[0], self.products[0], date(2024, 3, 1))
        ranks = [Counter(self.ranks())]
        touched = self.touched()
        self.post(posted)
        touched = self.touched() - touched
        ranks.append(Counter(self.ranks()))
        self.assertEqual(self.ROUNDS, self.write(written))
        ranks.append(Counter(self.ranks()))
        self.assert_same_ledger(posted, written)
        self.assertEqual(ranks[1] - ranks[0], ranks[2] - ranks[1])
        self.assertIn("account_move_line", touched)
        # What the API writes elsewhere, the SQL would have to write too.
        self.assertEqual(set(), set(touched) - {"account_move", "account_move_line", "res_partner"})

    def test_rounded_globally(self):
        self.check("round_globally")

    def test_rounded_per_line(self):
        self.check("round_per_line")

    def test_given_rate(self):
        """A rate of the caller's own is the one a person types into the invoice."""
        for company in self.companies:
            self.assertEqual("USD", company.currency_id.name)
        posted, written = self.companies
        day, euro = date(2024, 5, 5), self.currencies[1]
        rate = {"currency_id": euro.id, "invoice_currency_rate": 0.5}
        self.new_invoice(posted, self.partners[0], self.products[0], day, **rate)
        write_invoices(
            self.env,
            written,
            cdnow.sales_journal(self.env, written),
            [(1, self.partners[0].id, None, day, euro.id, 0.5)],
            [(1, None, self.products[0].id, None, 1, 10)],
        )
        self.assert_same_ledger(posted, written)
        self.assertEqual(20, self.env["account.move"].search([("company_id", "=", written.id)]).amount_total_signed)
