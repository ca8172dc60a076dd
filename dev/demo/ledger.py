"""Writes posted customer invoices and credit notes straight into Odoo's tables: the ledger Odoo's API would make.

Posting through the API costs about 16 ms an invoice, this well under one. It is for demo data and benchmarks in a
database of one's own: it checks no access rights, and nobody else may post in that journal meanwhile.

How it stays right without knowing Odoo's schema. Invoices that share kind of customer, kind of document and currency
differ in few columns. So one *model invoice* of each such group is posted through the API inside a savepoint, its rows
are read, and the savepoint is rolled back: it never was. Every column of account_move and account_move_line is copied
from the model, those of other installed apps included, except the columns named in MOVE, LINE and their kin below:
numbers, dates, customers, amounts. Numbers continue Odoo's own series. Amounts are rounded as Odoo rounds, and what
rounding leaves over is spread over the lines as Odoo spreads it. Where a model invoice shows something these rules do
not cover (a tax, a cost-of-goods line, an analytic line, several due dates, a lock date) it raises ValueError.

It writes: account_move, account_move_line, and the customers' rank.
It leaves out: chatter, followers, attachments, mails; so does the API under the context key `tracking_disable`.
It does not do: taxes, discounts, receipts, references, analytic distribution, lines without product.
It does not see: fiscal positions by postal code, distribution models by customer, fiscal years starting mid-month.
"""

import csv
import io
from contextlib import closing, contextmanager
from itertools import islice
from unittest.mock import patch

from odoo.fields import Command
from odoo.tools import SQL, sql

CHUNK = 100_000  # rows handed to one COPY
INVOICE_COLUMNS = ("key", "partner_id", "move_type", "invoice_date", "currency_id", "rate")
LINE_COLUMNS = ("key", "sequence", "product_id", "name", "quantity", "price_unit")

# Odoo fills in an invoice from these: customers, and products, alike in them get invoices and lines alike.
PARTNER_PROFILE = (
    "user_id lang country_id state_id property_account_receivable_id property_payment_term_id "
    "property_account_position_id property_inbound_payment_method_line_id property_outbound_payment_method_line_id"
).split()
PRODUCT_PROFILE = "categ_id uom_id type is_storable property_account_income_id".split()

# The columns that are not copied from the model invoice, and what they hold instead.
# s: the staged invoice; m: its model; x: the staged product line; l: a line's signed amounts; ml: the model line;
# a: the line's account; label: the product's name.
# s.direction is 1 for an invoice, -1 for a credit note; totals are in the invoice's and the company's currency.
STAMPS = {
    "create_uid": "s.uid",
    "write_uid": "s.uid",
    "create_date": "s.moment",
    "write_date": "s.moment",
}
MOVE = STAMPS | {
    "id": "s.id",
    "name": "s.name",
    "sequence_prefix": "s.head",
    "sequence_number": "s.number",
    "payment_reference": "CASE WHEN m.payment_reference = m.name THEN s.name END",
    "partner_id": "s.partner_id",
    "commercial_partner_id": "s.commercial_partner_id",
    "partner_shipping_id": "s.shipping_id",
    "invoice_partner_display_name": "s.partner_name",
    "date": "s.invoice_date",
    "invoice_date": "s.invoice_date",
    "invoice_date_due": "s.due",
    "invoice_currency_rate": "s.rate",
    "amount_untaxed": "s.total",
    "amount_total": "s.total",
    "amount_residual": "s.total",
    "amount_untaxed_in_currency_signed": "s.direction * s.total",
    "amount_total_in_currency_signed": "s.direction * s.total",
    "amount_untaxed_signed": "s.direction * s.company_total",
    "amount_total_signed": "s.direction * s.company_total",
    "amount_residual_signed": "s.direction * s.company_total",
    "payment_state": "CASE WHEN s.total = 0 THEN 'paid' ELSE m.payment_state END",
}
ANY_LINE = STAMPS | {
    "move_id": "s.id",
    "move_name": "s.name",
    "date": "s.invoice_date",
    "invoice_date": "s.invoice_date",
    "partner_id": "s.commercial_partner_id",
    "amount_currency": "l.amount",
    "balance": "l.balance",
    "debit": "CASE WHEN ml.is_storno THEN LEAST(l.balance, 0) ELSE GREATEST(l.balance, 0) END",
    "credit": "CASE WHEN ml.is_storno THEN -GREATEST(l.balance, 0) ELSE -LEAST(l.balance, 0) END",
    "amount_residual": "CASE WHEN a.reconcile THEN l.balance ELSE 0 END",
    "amount_residual_currency": "CASE WHEN a.reconcile THEN l.amount ELSE 0 END",
    "reconciled": "a.reconcile AND l.balance = 0 AND l.amount = 0",
}
PRODUCT_LINE = ANY_LINE | {
    "product_id": "x.product_id",
    "name": "COALESCE(x.name, label.name)",
    "sequence": "COALESCE(x.sequence, ml.sequence)",
    "quantity": "x.quantity",
    "price_unit": "x.price_unit",
    "price_subtotal": "x.subtotal",
    "price_total": "x.subtotal",
}
TERM_LINE = ANY_LINE | {
    "name": "CASE WHEN ml.name = m.name THEN s.name ELSE ml.name END",
    "date_maturity": "s.due",
}
# Figures that are the same on every invoice, whatever its amount.
CONSTANT_FIGURES = {"deductible_amount"}


def write_invoices(env, company, journal, invoices, lines, values=None, extra_columns=()):
    """Write posted invoices from two iterables; see LedgerWriter for what they hold.

    :return: number of invoices written
    """
    writer = LedgerWriter(env, company, journal, values, extra_columns)
    writer.feed(invoices, lines)
    return writer.write()


@contextmanager
def without_indexes(env):
    """Inside, the two tables have neither secondary indexes nor foreign keys; afterwards they are built anew.

    Worth it above some hundred thousand lines, when nobody else is in the database. Inside, only write: the API
    would be slow. After an exception the transaction must be rolled back, which brings them back.
    """
    tables = SQL("('account_move'::regclass, 'account_move_line'::regclass)")
    keys = env.execute_query(
        SQL(
            "SELECT conrelid::regclass::text, conname, PG_GET_CONSTRAINTDEF(oid) FROM pg_constraint"
            " WHERE contype = 'f' AND conrelid IN %s",
            tables,
        )
    )
    indexes = env.execute_query(
        SQL(
            "SELECT c.relname, PG_GET_INDEXDEF(c.oid), OBJ_DESCRIPTION(c.oid, 'pg_class')"
            " FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid"
            " WHERE i.indrelid IN %s AND NOT i.indisprimary",
            tables,
        )
    )
    for table, name, _definition in keys:
        env.cr.execute(SQL("ALTER TABLE %s DROP CONSTRAINT %s", SQL.identifier(table), SQL.identifier(name)))
    for name, _definition, _comment in indexes:
        env.cr.execute(SQL("DROP INDEX %s", SQL.identifier(name)))
    yield
    # PostgreSQL's own words for them; a per cent sign in them is not ours to fill in.
    for name, definition, comment in indexes:
        env.cr.execute(SQL(definition.replace("%", "%%")))
        # Odoo tells by the comment whether an index is up to date.
        env.cr.execute(SQL("COMMENT ON INDEX %s IS %s", SQL.identifier(name), comment))
    for table, name, definition in keys:
        names = SQL.identifier(table), SQL.identifier(name)
        env.cr.execute(SQL("ALTER TABLE %s ADD CONSTRAINT %s %s", *names, SQL(definition.replace("%", "%%"))))


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
    :raises ValueError: where the journal or an extra column does not fit
    """

    def __init__(self, env, company, journal, values=None, extra_columns=()):
        self.env = env(context=dict(env.context, allowed_company_ids=[company.id]))
        self.company = company.with_env(self.env)
        self.journal = journal.with_env(self.env)
        self.values = values or {}
        self.extra_columns = tuple(extra_columns)
        if self.journal.type != "sale" or self.journal.company_id != self.company:
            raise ValueError(f"{journal.display_name} is no sales journal of {company.display_name}")
        if taken := {*MOVE, "ref", "journal_id", "company_id"}.intersection(extra_columns):
            raise ValueError(f"Not for the caller to say: {', '.join(sorted(taken))}")
        self._create_inputs()

    def _create_inputs(self):
        types = sql.table_columns(self.env.cr, "account_move")
        self._run("DROP TABLE IF EXISTS ledger_invoice, ledger_line")
        self._run(
            "CREATE TEMP TABLE ledger_invoice (key bigint PRIMARY KEY, partner_id integer NOT NULL, move_type varchar,"
            " invoice_date date NOT NULL, currency_id integer, rate numeric %s) ON COMMIT DROP",
            SQL().join(
                SQL(", %s %s", SQL.identifier(column), SQL.identifier(types[column]["udt_name"]))
                for column in self.extra_columns
            ),
        )
        self._run(
            "CREATE TEMP TABLE ledger_line (position bigint GENERATED ALWAYS AS IDENTITY, key bigint NOT NULL,"
            " sequence integer, product_id integer, name varchar, quantity numeric NOT NULL,"
            " price_unit numeric NOT NULL) ON COMMIT DROP"
        )

    def feed(self, invoices, lines):
        """Append rows.

        :param invoices: tuples in the order of INVOICE_COLUMNS, then of the extra columns
        :param lines: tuples in the order of LINE_COLUMNS
        """
        self._copy("ledger_invoice", INVOICE_COLUMNS + self.extra_columns, invoices)
        self._copy("ledger_line", LINE_COLUMNS, lines)

    def write(self):
        """Write what the temporary tables hold.

        :return: number of invoices written
        :raises ValueError: where Odoo's API would do something that this does not; then nothing was written
        """
        self.env.flush_all()
        self._complete_invoices()
        self._profile_customers()
        self._profile_products()
        self._learn()
        self._name_lines()
        self._stage_amounts()
        self._spread_rounding()
        self._number()
        self._stage_moves()
        self._insert()
        self._raise_rank()
        self.env.invalidate_all()
        # Odoo remembers the last number it gave until the next flush.
        self.env["account.move"]._get_sequence_cache().clear()
        return self._rows("SELECT COUNT(*) FROM ledger_move")[0][0]

    def _complete_invoices(self):
        """Fill in what the caller left to us, and refuse what cannot be an invoice."""
        self._run(
            "UPDATE ledger_invoice SET currency_id = COALESCE(currency_id, %(own)s),"
            " move_type = COALESCE(move_type, 'out_invoice'),"
            " rate = CASE WHEN COALESCE(currency_id, %(own)s) = %(own)s THEN 1.0 ELSE rate END"
            " WHERE rate IS NULL OR move_type IS NULL OR currency_id IS NULL",
            own=self.company.currency_id.id,
        )
        self._run("ANALYZE ledger_invoice")
        self._run("ANALYZE ledger_line")
        currencies = self.env["res.currency"]
        missing = self._rows("SELECT DISTINCT currency_id, invoice_date FROM ledger_invoice WHERE rate IS NULL")
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
        self._table("ledger_rate", {"currency_id": "integer", "day": "date", "rate": "numeric"}, rates)
        self._run(
            "UPDATE ledger_invoice i SET rate = r.rate FROM ledger_rate r"
            " WHERE i.rate IS NULL AND i.currency_id = r.currency_id AND i.invoice_date = r.day"
        )
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
            if count := self._rows(query)[0][0]:
                raise ValueError(f"{count} {problem}")

    # ---- What the API makes of each group

    def _profile_customers(self):
        """Make ledger_partner: each customer's own columns, and the number of the profile it shares with others."""
        self._run("DROP TABLE IF EXISTS ledger_partner")
        # A plain contact in a family without delivery addresses is delivered to itself.
        self._run(
            "CREATE TEMP TABLE ledger_partner ON COMMIT DROP AS"
            " SELECT p.id AS partner_id, p.commercial_partner_id, p.complete_name AS partner_name,"
            "   COALESCE(c.lang, '-') AS lang, 0::bigint AS profile,"
            "   CASE WHEN p.type = 'contact' AND p.commercial_partner_id NOT IN ("
            "     SELECT commercial_partner_id FROM res_partner WHERE type = 'delivery' AND active"
            "       AND commercial_partner_id IS NOT NULL) THEN p.id END AS shipping_id"
            " FROM res_partner p JOIN res_partner c ON c.id = p.commercial_partner_id"
            " WHERE p.id IN (SELECT partner_id FROM ledger_invoice)"
        )
        partners = self.env["res.partner"]
        shipping = [
            (partner_id, partners.browse(partner_id).address_get(["delivery"])["delivery"])
            for (partner_id,) in self._rows("SELECT partner_id FROM ledger_partner WHERE shipping_id IS NULL")
        ]
        self._table("ledger_shipping", {"partner_id": "integer", "shipping_id": "integer"}, shipping)
        self._run(
            "UPDATE ledger_partner p SET shipping_id = s.shipping_id FROM ledger_shipping s"
            " WHERE s.partner_id = p.partner_id"
        )
        self._run(
            "UPDATE ledger_partner l SET profile = ranked.profile FROM (SELECT l.partner_id, DENSE_RANK() OVER ("
            # Other delivery addresses and bank accounts of a customer's own end up on its invoices.
            "   ORDER BY jsonb_build_array(%s, %s, LEFT(p.vat, 2), NULLIF(l.shipping_id, p.id),"
            "     (SELECT MIN(b.partner_id) FROM res_partner_bank b WHERE b.partner_id = c.id))) AS profile"
            "   FROM ledger_partner l JOIN res_partner p ON p.id = l.partner_id"
            "   JOIN res_partner c ON c.id = p.commercial_partner_id) ranked WHERE ranked.partner_id = l.partner_id",
            self._fields("res.partner", "p", PARTNER_PROFILE),
            self._fields("res.partner", "c", PARTNER_PROFILE),
        )
        self._run("ANALYZE ledger_partner")

    def _profile_products(self):
        """Make ledger_product: the profile each product shares with others."""
        self._run("DROP TABLE IF EXISTS ledger_product")
        self._run(
            "CREATE TEMP TABLE ledger_product ON COMMIT DROP AS"
            " SELECT p.id AS product_id, DENSE_RANK() OVER (ORDER BY jsonb_build_array(%s)) AS profile"
            " FROM product_product p JOIN product_template t ON t.id = p.product_tmpl_id"
            " WHERE p.id IN (SELECT product_id FROM ledger_line)",
            self._fields("product.template", "t", PRODUCT_PROFILE),
        )
        self._run("ANALYZE ledger_product")

    def _fields(self, model, alias, names):
        """Those of the named fields that exist here, as seen from the company."""
        model = self.env[model]
        return SQL(", ").join(model._field_to_sql(alias, name) for name in names if name in model._fields)

    def _learn(self):
        """Post a model invoice for each group, keep its rows in ledger_model and ledger_model_line, and undo it."""
        products = self._rows("SELECT MIN(product_id) FROM ledger_product GROUP BY profile")
        lines = [
            Command.create({"product_id": product_id, "quantity": 1, "price_unit": 1, "tax_ids": [Command.set([])]})
            for (product_id,) in products
        ]
        # The earliest invoice of a group is the one that a lock date would move.
        groups = self._rows(
            "SELECT i.move_type, i.currency_id, MIN(i.partner_id), MIN(i.invoice_date)"
            " FROM ledger_invoice i JOIN ledger_partner p ON p.partner_id = i.partner_id"
            " GROUP BY i.move_type, i.currency_id, p.profile"
        )
        shared = {**self.values, "journal_id": self.journal.id, "invoice_line_ids": lines}
        keys = ("move_type", "currency_id", "partner_id", "invoice_date")
        # Odoo adds to the rank after the commit, which would count also what was rolled back.
        rank = patch.object(self.env.registry["res.partner"], "_increase_rank", lambda *args: None)
        with closing(self.env.cr.savepoint()), rank:
            documents = [shared | dict(zip(keys, group, strict=True)) for group in groups]
            models = self.env["account.move"].create(documents)
            models.action_post()
            self.env.flush_all()
            for model in models:
                _check_model(model, len(lines))
            [[moves, move_lines]] = self._rows(
                "SELECT (SELECT jsonb_agg(m) FROM account_move m WHERE m.id = ANY(%(ids)s))::text,"
                " (SELECT jsonb_agg(l) FROM account_move_line l WHERE l.move_id = ANY(%(ids)s))::text",
                ids=models.ids,
            )
        self._run("DROP TABLE IF EXISTS ledger_model, ledger_model_line")
        self._run(
            "CREATE TEMP TABLE ledger_model ON COMMIT DROP AS SELECT m.*, p.profile AS partner_profile"
            " FROM jsonb_populate_recordset(NULL::account_move, %s) m JOIN ledger_partner p USING (partner_id)",
            moves,
        )
        self._run(
            "CREATE TEMP TABLE ledger_model_line ON COMMIT DROP AS SELECT l.*, p.profile AS product_profile"
            " FROM jsonb_populate_recordset(NULL::account_move_line, %s) l"
            " LEFT JOIN ledger_product p USING (product_id)",
            move_lines,
        )

    def _name_lines(self):
        """Make ledger_label: what Odoo prints for a product in a customer's language."""
        unnamed = self._rows(
            "SELECT DISTINCT l.product_id, p.lang FROM ledger_line l JOIN ledger_invoice i USING (key)"
            " JOIN ledger_partner p USING (partner_id) WHERE l.name IS NULL"
        )
        labels = []
        for product_id, lang in unnamed:
            product = (
                self.env["product.product"].with_context(lang=self.env.lang if lang == "-" else lang).browse(product_id)
            )
            label = "\n".join(filter(None, (product.display_name, product.description_sale)))
            labels.append((product_id, lang, label))
        self._table("ledger_label", {"product_id": "integer", "lang": "varchar", "name": "varchar"}, labels)

    # ---- Amounts

    def _stage_amounts(self):
        """Make ledger_amount (a row a line) and ledger_total (a row an invoice), each line rounded on its own.

        `raw` and `company_raw` are what the rounded amounts come from: Odoo computes in double precision, so do these.
        """
        own = SQL("%s", 1 / self.company.currency_id.rounding)
        steps = SQL("(1 / c.rounding)")
        digits = self.env["decimal.precision"].precision_get("Product Unit")
        raw = SQL("ROUND(l.quantity, %s)::float8 * l.price_unit::float8", digits)
        company_raw = SQL("line.raw / i.rate::float8")
        if self.company.tax_calculation_rounding_method == "round_per_line":
            company_raw = SQL("%s::float8", _rounded(company_raw, own))
            raw = SQL("%s::float8", _rounded(raw, steps))
        self._run("DROP TABLE IF EXISTS ledger_amount, ledger_total")
        self._run(
            "CREATE TEMP TABLE ledger_amount ON COMMIT DROP AS"
            " SELECT line.*, %(subtotal)s AS subtotal, %(subtotal)s AS amount, %(balance)s AS balance,"
            "   %(company_raw)s AS company_raw, %(steps)s AS steps"
            " FROM (SELECT l.*, %(raw)s AS raw FROM ledger_line l JOIN ledger_invoice i USING (key)"
            "   JOIN res_currency c ON c.id = i.currency_id) line"
            " JOIN ledger_invoice i USING (key) JOIN res_currency c ON c.id = i.currency_id",
            raw=raw,
            company_raw=company_raw,
            steps=steps,
            subtotal=_rounded(SQL("line.raw"), steps),
            balance=_rounded(company_raw, own),
        )
        self._run(
            "CREATE TEMP TABLE ledger_total ON COMMIT DROP AS SELECT t.*,"
            "   (t.total - t.amounts) * t.steps AS gap, (t.company_total - t.balances) * %(own)s AS company_gap"
            " FROM (SELECT key, MIN(steps) AS steps, SUM(amount) AS amounts, SUM(balance) AS balances,"
            "   CASE WHEN SUM(raw) = 0 THEN SUM(amount) ELSE %(total)s END AS total,"
            "   CASE WHEN SUM(company_raw) = 0 THEN SUM(balance) ELSE %(company_total)s END AS company_total"
            "   FROM ledger_amount GROUP BY key) t",
            own=own,
            total=_rounded(SQL("SUM(raw)"), SQL("MIN(steps)")),
            company_total=_rounded(SQL("SUM(company_raw)"), own),
        )
        self._run("ANALYZE ledger_total")
        if count := self._rows("SELECT COUNT(*) FROM ledger_total WHERE total < 0")[0][0]:
            raise ValueError(f"{count} documents with a total below zero: they are of the other kind")

    def _spread_rounding(self):
        """Give lines the cents by which an invoice's rounded total differs from the sum of its rounded lines.

        As in Odoo's account.tax._distribute_delta_amount_smoothly: by weight, the biggest line first, until the cents
        are used up; what rounding the weights leaves over goes to the biggest lines, a cent each.
        """
        for column, raw, gap, steps in (
            ("amount", "raw", "gap", SQL("t.steps")),
            ("balance", "company_raw", "company_gap", SQL("%s", 1 / self.company.currency_id.rounding)),
        ):
            self._run(
                "UPDATE ledger_amount l SET %(column)s = TRIM_SCALE(l.%(column)s + shared.cents / shared.steps) FROM ("
                " SELECT position, steps, SIGN(gap) * (LEAST(ABS(gap), upto) - LEAST(ABS(gap), upto - own)"
                "   + CASE WHEN place <= ABS(gap) - LEAST(ABS(gap), shared_out) THEN 1 ELSE 0 END) AS cents"
                " FROM (SELECT *, SUM(own) OVER (PARTITION BY key ORDER BY place) AS upto,"
                "     SUM(own) OVER (PARTITION BY key) AS shared_out"
                "   FROM (SELECT l.key, l.position, ROUND(t.%(gap)s) AS gap, %(steps)s AS steps,"
                "       ROUND(ABS(l.%(raw)s) / SUM(ABS(l.%(raw)s)) OVER (PARTITION BY l.key)"
                "         * ABS(t.%(gap)s)::float8)::numeric AS own,"
                "       ROW_NUMBER() OVER (PARTITION BY l.key ORDER BY ABS(l.%(raw)s) DESC, l.position) AS place"
                "     FROM ledger_amount l JOIN ledger_total t USING (key)"
                "     WHERE t.%(gap)s <> 0"
                "   ) weighted) spread) shared"
                " WHERE shared.position = l.position AND shared.cents <> 0",
                column=SQL.identifier(column),
                raw=SQL.identifier(raw),
                gap=SQL.identifier(gap),
                steps=steps,
            )

    # ---- Numbers and rows

    def _number(self):
        """Make ledger_series: for each month and kind of document, the form of its numbers and the last one given."""
        months = self._rows(
            "SELECT move_type, DATE_TRUNC('month', invoice_date)::date, MIN(invoice_date)"
            " FROM ledger_invoice GROUP BY 1, 2"
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
        self._table(
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
        self._run("DROP TABLE IF EXISTS ledger_move")
        self._run(
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
            moment=self.env.cr.now(),
        )
        self._run("ALTER TABLE ledger_move ADD PRIMARY KEY (key)")
        self._run("ANALYZE ledger_move")

    def _insert(self):
        """Write the invoices, their product lines and their receivable lines."""
        own = {column: SQL("i.%s", SQL.identifier(column)) for column in self.extra_columns}
        models = "ledger_move s JOIN ledger_model m ON m.id = s.model_id"
        self._copy_model(
            "account_move",
            "m",
            _expressions(MOVE) | own,
            SQL(
                "%s JOIN ledger_invoice i USING (key) ORDER BY s.id",
                SQL(models),
            ),
        )
        self._copy_model(
            "account_move_line",
            "ml",
            _expressions(PRODUCT_LINE),
            SQL(
                "%s JOIN ledger_amount x USING (key)"
                " JOIN ledger_product p ON p.product_id = x.product_id"
                " JOIN ledger_model_line ml ON ml.move_id = s.model_id AND ml.product_profile = p.profile"
                " JOIN account_account a ON a.id = ml.account_id"
                " LEFT JOIN ledger_label label ON label.product_id = x.product_id AND label.lang = s.lang"
                " CROSS JOIN LATERAL (SELECT -s.direction * x.amount AS amount, -s.direction * x.balance AS balance) l"
                " ORDER BY x.position",
                SQL(models),
            ),
        )
        self._copy_model(
            "account_move_line",
            "ml",
            _expressions(TERM_LINE),
            SQL(
                "%s JOIN ledger_model_line ml ON ml.move_id = s.model_id AND ml.display_type = 'payment_term'"
                " JOIN account_account a ON a.id = ml.account_id"
                " CROSS JOIN LATERAL"
                " (SELECT s.direction * s.total AS amount, s.direction * s.company_total AS balance) l"
                " ORDER BY s.id",
                SQL(models),
            ),
        )

    def _copy_model(self, table, model, expressions, source):
        """INSERT into the table, each column from its expression or, without one, from the model row."""
        columns = [name for name in sql.table_columns(self.env.cr, table) if name != "id" or "id" in expressions]
        self._run(
            "INSERT INTO %s (%s) SELECT %s FROM %s",
            SQL.identifier(table),
            SQL(", ").join(map(SQL.identifier, columns)),
            SQL(", ").join(expressions.get(name) or SQL.identifier(model, name) for name in columns),
            source,
        )

    def _raise_rank(self):
        """Count the documents on each customer and its commercial entity, as posting does."""
        self._run(
            "UPDATE res_partner p SET customer_rank = COALESCE(customer_rank, 0) + counted.documents,"
            "   write_uid = %s, write_date = %s"
            " FROM (SELECT partner_id, COUNT(*) AS documents FROM ("
            "   SELECT partner_id FROM ledger_move UNION ALL"
            "   SELECT commercial_partner_id FROM ledger_move WHERE commercial_partner_id <> partner_id) ranked"
            "   GROUP BY partner_id) counted WHERE counted.partner_id = p.id",
            self.env.uid,
            self.env.cr.now(),
        )

    # ---- Small SQL helpers

    def _run(self, query, *args, **kwargs):
        self.env.cr.execute(SQL(query, *args, **kwargs))

    def _rows(self, query, *args, **kwargs):
        return self.env.execute_query(SQL(query, *args, **kwargs))

    def _table(self, name, columns, rows):
        """Make a temporary table and fill it.

        :param columns: PostgreSQL's type of each column
        """
        self._run("DROP TABLE IF EXISTS %s", SQL.identifier(name))
        definition = SQL(", ").join(SQL("%s %s", SQL.identifier(key), SQL(kind)) for key, kind in columns.items())
        self._run("CREATE TEMP TABLE %s (%s) ON COMMIT DROP", SQL.identifier(name), definition)
        self._copy(name, tuple(columns), rows)
        self._run("ANALYZE %s", SQL.identifier(name))

    def _copy(self, table, columns, rows):
        statement = SQL(
            "COPY %s (%s) FROM STDIN WITH (FORMAT csv)",
            SQL.identifier(table),
            SQL(", ").join(map(SQL.identifier, columns)),
        )
        rows = iter(rows)
        while chunk := list(islice(rows, CHUNK)):
            buffer = io.StringIO()
            csv.writer(buffer).writerows(chunk)
            buffer.seek(0)
            self.env.cr.copy_expert(statement.code, buffer)


def _expressions(columns):
    """The SQL of a table of columns above."""
    return {name: SQL(text) for name, text in columns.items()}


def _rounded(value, steps):
    """SQL that rounds a double to a numeric as Odoo's float_round does: half away from zero, ties seen 4 ulp early.

    :param steps: SQL of the number of smallest units in one, 100 for cents
    """
    return SQL(
        "TRIM_SCALE(ROUND(%(value)s * (%(steps)s)::float8 * (1 + POWER(2::float8, -50)))::numeric / %(steps)s)",
        value=value,
        steps=steps,
    )


def _check_model(move, line_count):
    """Refuse a model invoice whose like the columns above would not reproduce.

    :param line_count: how many product lines it was made with
    :raises ValueError: with what is odd about it
    """
    kinds = sorted(move.line_ids.mapped("display_type"))
    if move.state != "posted" or move.date != move.invoice_date:
        raise ValueError(f"Odoo does not post a document of {move.invoice_date} on that date: is there a lock date?")
    if kinds != ["payment_term"] + ["product"] * line_count:
        raise ValueError(f"Odoo adds lines of its own, or several due dates: {', '.join(kinds)}")
    if move.invoice_payment_term_id.line_ids.filtered(lambda line: line.delay_type != "days_after"):
        raise ValueError(f"{move.invoice_payment_term_id.display_name} is not a fixed number of days")
    for record, known in [(move, MOVE), *((line, PRODUCT_LINE | TERM_LINE) for line in move.line_ids)]:
        for name, field in record._fields.items():
            if field.store and name not in known and name not in CONSTANT_FIGURES and _varies(record, field, move.name):
                raise ValueError(f"Not known how {record._name}.{name} comes about: {record[name]!r}")


def _varies(record, field, number):
    """Whether a stored value looks as if it belonged to this one invoice only."""
    value = record[field.name]
    if field.type == "many2many" or field.name == "analytic_distribution":
        return bool(value)
    if field.type in ("date", "datetime", "monetary", "float"):
        return bool(value)
    return field.type in ("char", "text") and value == number
