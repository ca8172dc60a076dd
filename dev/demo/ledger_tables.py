"""The tables of the ledger: what each column of Odoo's two holds, and how rows get into them and into temporary ones.

A row of account_move or account_move_line is a copy of a model invoice's row (see ledger_model), but for the columns
named in MOVE, PRODUCT_LINE and TERM_LINE.
"""

import csv
import io
from contextlib import contextmanager
from itertools import islice

from odoo.tools import SQL, sql

CHUNK = 100_000  # rows handed to one COPY

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


# ---- Odoo's two tables


def insert_invoices(env, extra_columns):
    """Write the invoices of ledger_move, their product lines and their receivable lines.

    :param extra_columns: columns of account_move that are taken from ledger_invoice
    """
    own = {column: SQL("i.%s", SQL.identifier(column)) for column in extra_columns}
    models = "ledger_move s JOIN ledger_model m ON m.id = s.model_id"
    _copy_model(
        env,
        "account_move",
        "m",
        _expressions(MOVE) | own,
        SQL("%s JOIN ledger_invoice i USING (key) ORDER BY s.id", SQL(models)),
    )
    _copy_model(
        env,
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
    _copy_model(
        env,
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


def _copy_model(env, table, model, expressions, source):
    """INSERT into the table, each column from its expression or, without one, from the model row."""
    columns = [name for name in sql.table_columns(env.cr, table) if name != "id" or "id" in expressions]
    run(
        env,
        "INSERT INTO %s (%s) SELECT %s FROM %s",
        SQL.identifier(table),
        SQL(", ").join(map(SQL.identifier, columns)),
        SQL(", ").join(expressions.get(name) or SQL.identifier(model, name) for name in columns),
        source,
    )


def _expressions(columns):
    """The SQL of a table of columns above."""
    return {name: SQL(text) for name, text in columns.items()}


@contextmanager
def without_indexes(env):
    """Inside, Odoo's two tables have neither secondary indexes nor foreign keys; afterwards they are built anew.

    Worth it above some hundred thousand lines, when nobody else is in the database. Inside, only insert: whoever looks
    for an invoice reads them all. After an exception the transaction must be rolled back, which brings them back.
    """
    tables = SQL("('account_move'::regclass, 'account_move_line'::regclass)")
    keys = fetch(
        env,
        "SELECT conrelid::regclass::text, conname, PG_GET_CONSTRAINTDEF(oid) FROM pg_constraint"
        " WHERE contype = 'f' AND conrelid IN %s",
        tables,
    )
    indexes = fetch(
        env,
        "SELECT c.relname, PG_GET_INDEXDEF(c.oid), OBJ_DESCRIPTION(c.oid, 'pg_class')"
        " FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid"
        " WHERE i.indrelid IN %s AND NOT i.indisprimary",
        tables,
    )
    for table, name, _definition in keys:
        run(env, "ALTER TABLE %s DROP CONSTRAINT %s", SQL.identifier(table), SQL.identifier(name))
    for name, _definition, _comment in indexes:
        run(env, "DROP INDEX %s", SQL.identifier(name))
    yield
    # PostgreSQL's own words for them; a per cent sign in them is not ours to fill in.
    for name, definition, comment in indexes:
        run(env, definition.replace("%", "%%"))
        # Odoo tells by the comment whether an index is up to date.
        run(env, "COMMENT ON INDEX %s IS %s", SQL.identifier(name), comment)
    for table, name, definition in keys:
        names = SQL.identifier(table), SQL.identifier(name)
        run(env, "ALTER TABLE %s ADD CONSTRAINT %s %s", *names, SQL(definition.replace("%", "%%")))


# ---- Temporary tables, and any query


def new_table(env, name, columns, rows):
    """Make a temporary table and fill it.

    :param columns: PostgreSQL's type of each column
    """
    run(env, "DROP TABLE IF EXISTS %s", SQL.identifier(name))
    definition = SQL(", ").join(SQL("%s %s", SQL.identifier(key), SQL(kind)) for key, kind in columns.items())
    run(env, "CREATE TEMP TABLE %s (%s) ON COMMIT DROP", SQL.identifier(name), definition)
    copy_rows(env, name, tuple(columns), rows)
    run(env, "ANALYZE %s", SQL.identifier(name))


def copy_rows(env, table, columns, rows):
    """Append rows, tuples in the order of the columns, to a table."""
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
        env.cr.copy_expert(statement.code, buffer)


def run(env, query, *args, **kwargs):
    """Execute a query; what follows it is for its placeholders, as for odoo.tools.SQL."""
    env.cr.execute(SQL(query, *args, **kwargs))


def fetch(env, query, *args, **kwargs):
    """The rows of a query, as tuples; what follows it is for its placeholders, as for odoo.tools.SQL."""
    return env.execute_query(SQL(query, *args, **kwargs))
