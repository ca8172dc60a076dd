"""The ledger that dev.demo.ledger writes by SQL is the one that Odoo's API posts, and Odoo goes on working with it."""

from collections import Counter
from datetime import date, timedelta
from unittest.mock import patch

import pytest
from odoo.fields import Command, Date, Datetime
from odoo.tools import SQL

from dev.demo import cdnow
from dev.demo.ledger import LedgerWriter, write_invoices
from dev.demo.ledger_tables import without_indexes

from .ledger_comparison import LedgerCase, RowReader
from .ledger_documents import DocumentsCase


@pytest.mark.dated
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

    def write(self, *prices, day=None, on_their_day=False, in_bulk=False, **columns):
        """Invoices of one disc each."""
        values = cdnow.shared_values(self.env)
        writer = LedgerWriter(self.env, self.company, self.journal, values, columns, on_their_day)
        writer.feed(
            [
                (key, self.partner.id, None, day or self.day, None, None, *columns.values())
                for key in range(len(prices))
            ],
            [(key, None, self.product.id, None, 1, price) for key, price in enumerate(prices)],
        )
        writer.write(in_bulk)
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

    def test_entered_now_or_on_their_day(self):
        self.assertEqual(self.write(10).write_date, self.env.cr.now())
        move = self.write(10, on_their_day=True)
        self.assertEqual(
            {*move.mapped("write_date"), *move.line_ids.mapped("write_date")}, {Datetime.to_datetime(self.day)}
        )

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
        self.assertEqual(before, found())
        self.assertEqual(10, self.write(10, in_bulk=True).amount_total)
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


class TestLedger(DocumentsCase):
    """Credit notes, many lines, odd prices, foreign currencies and all sorts of customers, against the API."""

    BATCH = 15  # documents per call of the API

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
