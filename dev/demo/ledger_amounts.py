"""The amounts of the ledger's lines and invoices, rounded as Odoo rounds them, without taxes.

Each amount comes twice: in the invoice's currency (subtotal, amount, total) and in the company's (balance,
company_total).
"""

from odoo.tools import SQL

from .ledger_tables import fetch, run


def stage_line_amounts(env, company):
    """Make ledger_amount: a row a line, each rounded on its own.

    `raw` and `company_raw` are what the rounded amounts come from: Odoo computes in double precision, so do these.
    """
    own = SQL("%s", 1 / company.currency_id.rounding)
    steps = SQL("(1 / c.rounding)")
    digits = env["decimal.precision"].precision_get("Product Unit")
    raw = SQL("ROUND(l.quantity, %s)::float8 * l.price_unit::float8", digits)
    company_raw = SQL("line.raw / i.rate::float8")
    if company.tax_calculation_rounding_method == "round_per_line":
        company_raw = SQL("%s::float8", _rounded(company_raw, own))
        raw = SQL("%s::float8", _rounded(raw, steps))
    run(env, "DROP TABLE IF EXISTS ledger_amount")
    run(
        env,
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


def stage_totals(env, company):
    """Make ledger_total: a row an invoice, and by how many cents its totals differ from the sums of its lines.

    :raises ValueError: where a total is below zero
    """
    own = SQL("%s", 1 / company.currency_id.rounding)
    run(env, "DROP TABLE IF EXISTS ledger_total")
    run(
        env,
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
    run(env, "ANALYZE ledger_total")
    if count := fetch(env, "SELECT COUNT(*) FROM ledger_total WHERE total < 0")[0][0]:
        raise ValueError(f"{count} documents with a total below zero: they are of the other kind")


def spread_rounding(env, company):
    """Give lines the cents by which an invoice's rounded total differs from the sum of its rounded lines.

    As in Odoo's account.tax._distribute_delta_amount_smoothly: by weight, the biggest line first, until the cents
    are used up; what rounding the weights leaves over goes to the biggest lines, a cent each.
    """
    for column, raw, gap, steps in (
        ("amount", "raw", "gap", SQL("t.steps")),
        ("balance", "company_raw", "company_gap", SQL("%s", 1 / company.currency_id.rounding)),
    ):
        run(
            env,
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


def _rounded(value, steps):
    """SQL that rounds a double to a numeric as Odoo's float_round does: half away from zero, ties seen 4 ulp early.

    :param steps: SQL of the number of smallest units in one, 100 for cents
    """
    return SQL(
        "TRIM_SCALE(ROUND(%(value)s * (%(steps)s)::float8 * (1 + POWER(2::float8, -50)))::numeric / %(steps)s)",
        value=value,
        steps=steps,
    )
