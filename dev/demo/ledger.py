"""Writes posted customer invoices and credit notes straight into Odoo's tables: the ledger Odoo's API would make.

Posting through the API costs about 16 ms an invoice, this well under one. It is for demo data and benchmarks in a
database of one's own: it checks no access rights, and nobody else may post in that journal meanwhile.

How it stays right without knowing Odoo's schema. Invoices that share kind of customer, kind of document and currency
differ in few columns. So one *model invoice* of each such group is posted through the API inside a savepoint, its rows
are read, and the savepoint is rolled back: it never was (ledger_model). Every column of account_move and
account_move_line is copied from the model, those of other installed apps included, except the columns named in
ledger_tables: numbers, dates, customers, amounts. Numbers continue Odoo's own series. Amounts are rounded as Odoo
rounds, and what rounding leaves over is spread over the lines as Odoo spreads it (ledger_amounts). Where a model
invoice shows something these rules do not cover (a tax, a cost-of-goods line, an analytic line, several due dates, a
lock date) it raises ValueError.

It writes: account_move, account_move_line, and the customers' rank.
It leaves out: chatter, followers, attachments, mails; so does the API under the context key `tracking_disable`.
It does not do: taxes, discounts, receipts, references, analytic distribution, lines without product.
It does not see: fiscal positions by postal code, distribution models by customer, fiscal years starting mid-month.
"""

from contextlib import nullcontext

from odoo.tools import SQL, sql

from .ledger_amounts import spread_rounding, stage_line_amounts, stage_totals
from .ledger_model import name_products, post_models, profile_customers, profile_products
from .ledger_tables import MOVE, copy_rows, fetch, insert_invoices, new_table, run, without_indexes

INVOICE_COLUMNS = ("key", "partner_id", "move_type", "invoice_date", "currency_id", "rate")
LINE_COLUMNS = ("key", "sequence", "product_id", "name", "quantity", "price_unit")


def write_invoices(env, company, journal, invoices, lines, values=None, extra_columns=()):
    """Write posted invoices from two iterables; see LedgerWriter for what they hold.

    :return: number of invoices written
    """
    writer = LedgerWriter(env, company, journal, values, extra_columns)
    writer.feed(invoices, lines)
    return writer.write()


class LedgerWriter:
    """Writes one batch of invoices of one company and sales journal.

    Feed it rows, or INSERT into its two temporary tables, then call write() once:

    * ledger_invoice, a row an invoice: `key` (bigint, the caller's own; the invoices of a day are numbered in its
      order), `partner_id`, `move_type` (out_invoice or out_refund; null: out_invoice), `invoice_date`,
      `currency_id` (null: the company's), `rate` (units of that currency for one of the company's; null: Odoo's of the
      invoice date), and the extra columns.
    * ledger_line, a row an invoice line: `key`, `sequence` (null: Odoo's, 100), `product_id`, `name` (null: what Odoo
      prints for the product), `quantity`, `price_unit` (in the invoice's currency, with any number of decimals).

    After write(), the temporary table ledger_move tells which invoice (`id`) each `key` became. All of these tables
    end with the transaction, or with the next writer.

    :param values: values of account.move that all invoices share, such as the payment term. Mind that without a
        payment term Odoo's API makes an invoice due today, even one of years ago; so does this.
    :param extra_columns: further columns of account_move that each invoice brings itself, such as campaign_id
    :param on_their_day: whether each is written as if it had been entered on its invoice date, not now
    :raises ValueError: where the journal or an extra column does not fit
    """

    def __init__(self, env, company, journal, values=None, extra_columns=(), on_their_day=False):
        self.env = env(context=dict(env.context, allowed_company_ids=[company.id]))
        self.company = company.with_env(self.env)
        self.journal = journal.with_env(self.env)
        self.values = values or {}
        self.extra_columns = tuple(extra_columns)
        self.on_their_day = on_their_day
        if self.journal.type != "sale" or self.journal.company_id != self.company:
            raise ValueError(f"{journal.display_name} is no sales journal of {company.display_name}")
        if taken := {*MOVE, "ref", "journal_id", "company_id"}.intersection(extra_columns):
            raise ValueError(f"Not for the caller to say: {', '.join(sorted(taken))}")
        self._create_inputs()

    def _create_inputs(self):
        types = sql.table_columns(self.env.cr, "account_move")
        run(self.env, "DROP TABLE IF EXISTS ledger_invoice, ledger_line")
        run(
            self.env,
            "CREATE TEMP TABLE ledger_invoice (key bigint PRIMARY KEY, partner_id integer NOT NULL, move_type varchar,"
            " invoice_date date NOT NULL, currency_id integer, rate numeric %s) ON COMMIT DROP",
            SQL().join(
                SQL(", %s %s", SQL.identifier(column), SQL.identifier(types[column]["udt_name"]))
                for column in self.extra_columns
            ),
        )
        run(
            self.env,
            "CREATE TEMP TABLE ledger_line (position bigint GENERATED ALWAYS AS IDENTITY, key bigint NOT NULL,"
            " sequence integer, product_id integer, name varchar, quantity numeric NOT NULL,"
            " price_unit numeric NOT NULL) ON COMMIT DROP",
        )

    def feed(self, invoices, lines):
        """Append rows.

        :param invoices: tuples in the order of INVOICE_COLUMNS, then of the extra columns
        :param lines: tuples in the order of LINE_COLUMNS
        """
        copy_rows(self.env, "ledger_invoice", INVOICE_COLUMNS + self.extra_columns, invoices)
        copy_rows(self.env, "ledger_line", LINE_COLUMNS, lines)

    def write(self, in_bulk=False):
        """Write what the temporary tables hold.

        :param in_bulk: whether to insert `without_indexes`
        :return: number of invoices written
        :raises ValueError: where Odoo's API would do something that this does not; then nothing was written
        """
        self.env.flush_all()
        self._complete_invoices()
        self._refuse_misfits()
        profile_customers(self.env)
        profile_products(self.env)
        post_models(self.env, self.journal, self.values)
        name_products(self.env)
        stage_line_amounts(self.env, self.company)
        stage_totals(self.env, self.company)
        spread_rounding(self.env, self.company)
        self._number()
        self._stage_moves()
        with without_indexes(self.env) if in_bulk else nullcontext():
            insert_invoices(self.env, self.extra_columns)
        self._raise_rank()
        self.env.invalidate_all()
        # Odoo remembers the last number it gave until the next flush.
        self.env["account.move"]._get_sequence_cache().clear()
        return fetch(self.env, "SELECT COUNT(*) FROM ledger_move")[0][0]

    def _complete_invoices(self):
        """Fill in what the caller left to us: kind of document, currency and rate."""
        run(
            self.env,
            "UPDATE ledger_invoice SET currency_id = COALESCE(currency_id, %(own)s),"
            " move_type = COALESCE(move_type, 'out_invoice'),"
            " rate = CASE WHEN COALESCE(currency_id, %(own)s) = %(own)s THEN 1.0 ELSE rate END"
            " WHERE rate IS NULL OR move_type IS NULL OR currency_id IS NULL",
            own=self.company.currency_id.id,
        )
        run(self.env, "ANALYZE ledger_invoice")
        run(self.env, "ANALYZE ledger_line")
        currencies = self.env["res.currency"]
        missing = fetch(self.env, "SELECT DISTINCT currency_id, invoice_date FROM ledger_invoice WHERE rate IS NULL")
        rates = [
            (
                currency_id,
                day,
                currencies._get_conversion_rate(
                    self.company.currency_id, currencies.browse(currency_id), self.company, day
                ),
            )
            for currency_id, day in missing
        ]
        new_table(self.env, "ledger_rate", {"currency_id": "integer", "day": "date", "rate": "numeric"}, rates)
        run(
            self.env,
            "UPDATE ledger_invoice i SET rate = r.rate FROM ledger_rate r"
            " WHERE i.rate IS NULL AND i.currency_id = r.currency_id AND i.invoice_date = r.day",
        )

    def _refuse_misfits(self):
        """See that the rows are invoices with their lines.

        :raises ValueError: with the number of rows that are not
        """
        for problem, query in (
            (
                "documents that are neither invoice nor credit note",
                "SELECT COUNT(*) FROM ledger_invoice WHERE move_type NOT IN ('out_invoice', 'out_refund')",
            ),
            (
                "invoices without a line",
                "SELECT COUNT(*) FROM ledger_invoice i"
                " WHERE NOT EXISTS (SELECT FROM ledger_line l WHERE l.key = i.key)",
            ),
            (
                "lines without an invoice",
                "SELECT COUNT(*) FROM ledger_line l"
                " WHERE NOT EXISTS (SELECT FROM ledger_invoice i WHERE i.key = l.key)",
            ),
            ("lines without a product", "SELECT COUNT(*) FROM ledger_line WHERE product_id IS NULL"),
        ):
            if count := fetch(self.env, query)[0][0]:
                raise ValueError(f"{count} {problem}")

    def _number(self):
        """Make ledger_series: for each month and kind of document, the form of its numbers and the last one given."""
        months = fetch(
            self.env,
            "SELECT move_type, DATE_TRUNC('month', invoice_date)::date, MIN(invoice_date)"
            " FROM ledger_invoice GROUP BY 1, 2",
        )
        series = []
        for move_type, month, day in months:
            draft = self.env["account.move"].new(
                {"move_type": move_type, "journal_id": self.journal.id, "company_id": self.company.id, "date": day}
            )
            form, parts = draft._get_next_sequence_format()
            last = parts.pop("seq")
            head, tail = form.replace("{seq:0{seq_length}d}", "\n").format(**parts).split("\n")
            series.append((move_type, month, head, tail, parts["seq_length"], last))
        new_table(
            self.env,
            "ledger_series",
            {
                "move_type": "varchar",
                "month": "date",
                "head": "varchar",
                "tail": "varchar",
                "digits": "integer",
                "last": "integer",
            },
            series,
        )

    def _stage_moves(self):
        """Make ledger_move: a row an invoice, with what MOVE and the line columns take from it."""
        run(self.env, "DROP TABLE IF EXISTS ledger_move")
        run(
            self.env,
            "CREATE TEMP TABLE ledger_move ON COMMIT DROP AS"
            " SELECT NEXTVAL('account_move_id_seq')::integer AS id, %(uid)s AS uid, %(moment)s AS moment, named.*,"
            "   CONCAT(head, LPAD(number::text, GREATEST(digits, LENGTH(number::text)), '0'), tail) AS name"
            " FROM (SELECT i.key, m.id AS model_id, p.*, i.invoice_date, i.rate, t.total, t.company_total,"
            "     CASE WHEN m.invoice_payment_term_id IS NULL THEN m.invoice_date_due"
            "       ELSE i.invoice_date + (m.invoice_date_due - m.invoice_date) END AS due,"
            "     CASE i.move_type WHEN 'out_refund' THEN -1 ELSE 1 END AS direction,"
            "     s.head, COALESCE(s.tail, '') AS tail, s.digits, (s.last + ROW_NUMBER() OVER ("
            "       PARTITION BY s.head, s.tail ORDER BY i.invoice_date, i.key))::integer AS number"
            "   FROM ledger_invoice i JOIN ledger_partner p USING (partner_id) JOIN ledger_total t USING (key)"
            "   JOIN ledger_series s ON s.move_type = i.move_type"
            "     AND s.month = DATE_TRUNC('month', i.invoice_date)::date"
            "   JOIN ledger_model m ON m.move_type = i.move_type AND m.currency_id = i.currency_id"
            "     AND m.partner_profile = p.profile"
            "   ORDER BY i.key) named",
            uid=self.env.uid,
            moment=SQL("named.invoice_date::timestamp") if self.on_their_day else self.env.cr.now(),
        )
        run(self.env, "ALTER TABLE ledger_move ADD PRIMARY KEY (key)")
        run(self.env, "ANALYZE ledger_move")

    def _raise_rank(self):
        """Count the documents on each customer and its commercial entity, as posting does."""
        run(
            self.env,
            "UPDATE res_partner p SET customer_rank = COALESCE(customer_rank, 0) + counted.documents,"
            "   write_uid = %s, write_date = %s"
            " FROM (SELECT partner_id, COUNT(*) AS documents FROM ("
            "   SELECT partner_id FROM ledger_move UNION ALL"
            "   SELECT commercial_partner_id FROM ledger_move WHERE commercial_partner_id <> partner_id) ranked"
            "   GROUP BY partner_id) counted WHERE counted.partner_id = p.id",
            self.env.uid,
            self.env.cr.now(),
        )
