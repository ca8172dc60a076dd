"""What is sold in shops without an invoice: orders of the Point of Sale, read as if they were customer documents.

Odoo books a session as one entry, without customers and perhaps without products. An order counts while its session's
entry is posted and no invoice was made of it: in the session such an order is not in the entry, afterwards Odoo takes
it back by an entry of its own. The app is optional: these tables are asked only where `is_installed`.

`orders` and `lines` are what the SQL of invoices is written on: `move` and `linked`, of lines also `line`, with the
columns that an invoice has. `move.id` is empty, whatever is asked of an invoice by its number holds of none. The
numbers of orders and lines begin where those of PostgreSQL's integers end: they meet no invoice's.
"""

from odoo.fields import Domain
from odoo.tools import SQL

from .ledger import INCOME

FIRST = 1 << 31  # added to the numbers of orders and their lines


def is_installed(env):
    return "pos.order" in env


def orders(env):
    """FROM of a row an order, as `move`; `pos_order` and its session's journal `entry` beside it; SQL.

    OFFSET 0: the sessions, few beside their orders, are put together first. With all these tables at once PostgreSQL
    thinks for a second about which to join first.
    """
    return SQL(
        """
        FROM pos_order
        JOIN (SELECT pos_session.id AS session_id, booked.id, booked.date, booked.state, booked.write_date,
                     booked.company_id, booked.journal_id, company.currency_id, company.income_account_id,
                     COALESCE(journal.currency_id, company.currency_id) AS written_currency_id,
                     journal.default_account_id, currency.decimal_places
                FROM pos_session
                JOIN account_move booked ON booked.id = pos_session.move_id
                JOIN res_company company ON company.id = booked.company_id
                JOIN res_currency currency ON currency.id = company.currency_id
                JOIN account_journal journal ON journal.id = booked.journal_id
              OFFSET 0) entry ON entry.session_id = pos_order.session_id AND entry.company_id = pos_order.company_id
        LEFT JOIN res_partner buyer ON buyer.id = pos_order.partner_id
        CROSS JOIN LATERAL (SELECT %(is_refund)s AS is_refund) kind
        CROSS JOIN LATERAL (
            SELECT NULL::integer AS id, entry.date AS invoice_date, pos_order.company_id, pos_order.partner_id,
                   CASE WHEN kind.is_refund THEN 'out_refund' ELSE 'out_receipt' END::varchar AS move_type,
                   buyer.commercial_partner_id, NULL::integer AS pareto_customer_id, NULL::integer AS reversed_entry_id,
                   NULL::integer AS debit_origin_id, pos_order.user_id AS invoice_user_id, %(team)s AS team_id,
                   NULL::integer AS campaign_id, NULL::integer AS source_id, NULL::integer AS medium_id,
                   GREATEST(pos_order.write_date, entry.write_date) AS write_date,
                   %(amount)s AS amount_untaxed_signed) move
        CROSS JOIN LATERAL (SELECT NULL::integer AS commercial_partner_id) linked
        %(flushing)s
        """,
        # One that gives something back and takes more home is a sale.
        is_refund=SQL("(pos_order.amount_total < 0 OR pos_order.is_refund AND pos_order.amount_total <= 0)"),
        team=SQL("pos_order.crm_team_id" if "crm_team_id" in env["pos.order"]._fields else "NULL::integer"),
        amount=_in_company_currency(SQL("(pos_order.amount_total - pos_order.amount_tax)")),
        flushing=_flushing(env),
    )


def lines(env):
    """FROM of a row an order line, as `line`, its `product`, and its order as `move`; SQL."""
    return SQL(
        """
        %(orders)s
        JOIN pos_order_line ON pos_order_line.order_id = pos_order.id
        JOIN product_product product ON product.id = pos_order_line.product_id
        JOIN product_template template ON template.id = product.product_tmpl_id
        CROSS JOIN LATERAL (
            SELECT pos_order_line.id + %(first)s AS id, entry.id AS move_id, entry.date AS invoice_date, entry.date,
                   pos_order.company_id, entry.currency_id AS company_currency_id,
                   entry.written_currency_id AS currency_id, entry.journal_id,
                   %(account)s AS account_id, pos_order_line.product_id, template.uom_id AS product_uom_id,
                   CASE WHEN kind.is_refund THEN -pos_order_line.qty ELSE pos_order_line.qty END AS quantity,
                   pos_order_line.price_unit, pos_order_line.discount, -%(amount)s AS balance) line
        """,
        orders=orders(env),
        first=FIRST,
        account=_account(env),
        amount=_in_company_currency(signed(SQL.identifier("pos_order_line"))),
    )


def are_sold(env):
    """Whether `orders` are sold and not invoiced; SQL."""
    return SQL(
        """
        (entry.state = 'posted' AND pos_order.state IN ('paid', 'done') AND pos_order.account_move IS NULL
         AND pos_order.id NOT IN (%s))
        """,
        _taken_back(env),
    )


def are_revenue(env):
    """Whether `lines` are sold, not invoiced, and on an income account; SQL."""
    income = SQL("line.account_id IN (SELECT id FROM account_account WHERE account_type IN %s)", INCOME)
    return SQL("(%s AND %s)", are_sold(env), income)


def signed(line):
    """What a line comes to without taxes, in the order's currency: the till writes it without a sign, or with; SQL."""
    return SQL("(SIGN(%(line)s.qty * %(line)s.price_unit) * ABS(%(line)s.price_subtotal))::numeric", line=line)


def written(id_):
    """The amount of a line in the order's currency, by its number here; SQL."""
    pos_line = SQL.identifier("pos_line")
    return SQL("(SELECT %s FROM pos_order_line pos_line WHERE pos_line.id = %s - %s)", signed(pos_line), id_, FIRST)


def among(numbers):
    """Whether `lines` are those of some numbers, found through an index; SQL.

    :param numbers: as they are here, those of invoice lines too; None: all
    """
    if numbers is None:
        return SQL("TRUE")
    return SQL("pos_order_line.id = ANY(%s)", [number - FIRST for number in numbers if number >= FIRST])


def join_evidence(env):
    """The joins that the SQL of an invoice line's quantity, cost and order is written on, of `lines`; SQL.

    What it cost is what Odoo noted when it was sold; what is given back cost what it did then. Odoo notes 0 where it
    does not know: goods that cost nothing have no cost.
    """
    has_order = "sale_order_origin_id" in env["pos.order.line"]._fields
    return SQL(
        """
        JOIN uom_uom product_uom ON product_uom.id = template.uom_id
        CROSS JOIN LATERAL (SELECT product_uom.factor) line_uom
        CROSS JOIN LATERAL (SELECT COALESCE(%(first)s, %(own)s) AS unit_cost) noted
        CROSS JOIN LATERAL (
            SELECT CASE WHEN template.type <> 'consu' OR noted.unit_cost <> 0 THEN noted.unit_cost END AS unit_cost
            ) frozen
        CROSS JOIN LATERAL (SELECT %(order)s AS order_id, NULL::integer AS product_id, NULL::integer AS suggested_id,
                                   NULL::numeric AS unit_cost) ordered
        CROSS JOIN LATERAL (SELECT NULL::numeric AS cost) posted
        """,
        first=SQL(
            """
            CASE WHEN pos_order_line.refunded_orderline_id IS NOT NULL THEN (
                SELECT NULLIF(%s, 0)
                  FROM pos_order_line returned JOIN pos_order returned_order ON returned_order.id = returned.order_id
                 WHERE returned.id = pos_order_line.refunded_orderline_id) END
            """,
            _noted_cost(SQL.identifier("returned"), SQL.identifier("returned_order")),
        ),
        own=_noted_cost(SQL.identifier("pos_order_line"), SQL.identifier("pos_order")),
        order=SQL("pos_order_line.sale_order_origin_id" if has_order else "NULL::integer"),
    )


def are_no_sessions(move=None):
    """Whether a journal entry, `move` or whose number is given, is not that of a session; SQL."""
    sessions = SQL("SELECT move_id FROM pos_session WHERE move_id IS NOT NULL")
    return SQL("(%s NOT IN (%s))", move or SQL("move.id"), sessions)


def are_entries():
    """Whether a journal entry, `move`, is that of a session, or takes something out of one; SQL."""
    return SQL(
        """
        (NOT %s OR move.id IN (SELECT id FROM account_move WHERE reversed_pos_order_id IS NOT NULL))
        """,
        are_no_sessions(),
    )


def entries_domain(path):
    """As `are_entries`, of what leads to a journal entry by a path of fields."""
    return Domain(f"{path}.pos_session_ids", "!=", False) | Domain(f"{path}.reversed_pos_order_id", "!=", False)


def invoiced_later(env):
    """(move_id, company_id, balance): the income that entries took out of the sessions' entries again; SQL."""
    return SQL(
        """
        SELECT pos_session.move_id, line.company_id, line.balance
          FROM account_move reversal
          JOIN account_move_line line ON line.move_id = reversal.id
          JOIN pos_order ON pos_order.id = reversal.reversed_pos_order_id
          JOIN pos_session ON pos_session.id = pos_order.session_id
         WHERE reversal.state = 'posted'
           AND line.account_id IN (SELECT id FROM account_account WHERE account_type IN %s)
        """,
        INCOME,
    )


def given_back(env, company, as_of=None):
    """The ids of the orders of which everything was given back; SQL.

    :param as_of: the last day that what was given back counts of; None: all
    """
    return SQL(
        """
        SELECT back.order_id
          FROM (SELECT origin.order_id, SUM(-%(returned)s) AS amount
                  FROM pos_order
                  JOIN pos_order_line returned ON returned.order_id = pos_order.id
                  JOIN pos_order_line origin ON origin.id = returned.refunded_orderline_id
                  LEFT JOIN pos_session ON pos_session.id = pos_order.session_id
                  JOIN account_move booked ON booked.id = COALESCE(pos_order.account_move, pos_session.move_id)
                 WHERE pos_order.company_id = %(company)s AND pos_order.state IN ('paid', 'done')
                   AND booked.state = 'posted' AND %(until)s
                 GROUP BY origin.order_id) back
         WHERE back.amount >= (SELECT SUM(%(sold)s) FROM pos_order_line WHERE order_id = back.order_id)
        """,
        returned=signed(SQL.identifier("returned")),
        sold=signed(SQL.identifier("pos_order_line")),
        company=company.id,
        until=SQL("COALESCE(booked.invoice_date, booked.date) <= %s", as_of) if as_of else SQL("TRUE"),
    )


def invoices_given_back(env, company, as_of=None):
    """The ids of the invoices of such orders, and of no other order; SQL."""
    return SQL(
        """
        SELECT account_move FROM pos_order
         WHERE account_move IS NOT NULL AND company_id = %s
         GROUP BY account_move HAVING bool_and(id IN (%s))
        """,
        company.id,
        given_back(env, company, as_of),
    )


def changed(env, company, since, before, as_of):
    """A row an order that is another one since a run, or whose entry is dated in the days since, as
    `crm.pareto.recompute` has them of invoices: its number, its customer, whose it gives back, NULL, NULL; SQL.

    :param since: SQL, a condition on `move`
    :param before, as_of: the last day of that run, and of this
    """
    return SQL(
        """
        SELECT pos_order.id + %(first)s, buyer.commercial_partner_id,
               (SELECT MAX(owner.commercial_partner_id)
                  FROM pos_order_line returned
                  JOIN pos_order_line origin ON origin.id = returned.refunded_orderline_id
                  JOIN pos_order sold ON sold.id = origin.order_id
                  JOIN res_partner owner ON owner.id = sold.partner_id
                 WHERE returned.order_id = pos_order.id), NULL::integer, NULL::integer
          %(orders)s
         WHERE pos_order.company_id = %(company)s AND (%(since)s OR entry.date > %(before)s AND entry.date <= %(as_of)s)
        """,
        first=FIRST,
        orders=orders(env),
        company=company.id,
        since=since,
        before=before,
        as_of=as_of,
    )


def _taken_back(env):
    """The ids of the orders that an entry took out of their session's entry, to be invoiced; SQL."""
    return SQL(
        "SELECT reversed_pos_order_id FROM account_move WHERE reversed_pos_order_id IS NOT NULL AND state = 'posted'"
    )


def _in_company_currency(amount):
    """An amount of the order's currency, rounded, as Odoo books it: an order's rate is of its own day; SQL."""
    return SQL("ROUND((%s / COALESCE(NULLIF(pos_order.currency_rate, 0), 1))::numeric, entry.decimal_places)", amount)


def _noted_cost(line, order):
    """What one piece of a line cost, in company currency, by what Odoo noted; NULL where it has not yet; SQL."""
    return SQL(
        """
        (CASE WHEN %(line)s.is_total_cost_computed
              THEN %(line)s.total_cost::numeric / NULLIF(%(line)s.qty, 0)::numeric
                   / COALESCE(NULLIF(%(order)s.currency_rate, 0), 1)::numeric END)
        """,
        line=line,
        order=order,
    )


def _account(env):
    """The account on which Odoo books a line: of the product, its category, the company or the shop; SQL."""
    account = SQL(
        "COALESCE(%s, %s, entry.income_account_id, entry.default_account_id)",
        _own_account(env, "product.template", "property_account_income_id", SQL.identifier("template")),
        SQL(
            "(SELECT %s FROM product_category categ WHERE categ.id = template.categ_id)",
            _own_account(env, "product.category", "property_account_income_categ_id", SQL.identifier("categ")),
        ),
    )
    return SQL(
        """
        COALESCE((SELECT mapped.account_dest_id FROM account_fiscal_position_account mapped
                   WHERE mapped.position_id = pos_order.fiscal_position_id AND mapped.account_src_id = %(account)s
                   LIMIT 1), %(account)s)
        """,
        account=account,
    )


def _own_account(env, model, name, alias):
    """The account that a record has in the order's company, else the one that is everybody's by default; SQL."""
    return SQL(
        """
        COALESCE((%(alias)s.%(name)s ->> pos_order.company_id::text)::integer,
                 (SELECT NULLIF(usual.json_value, 'false')::integer FROM ir_default usual
                   WHERE usual.field_id = %(field)s AND usual.user_id IS NULL AND usual.condition IS NULL
                     AND COALESCE(usual.company_id, pos_order.company_id) = pos_order.company_id
                   ORDER BY usual.company_id LIMIT 1))
        """,
        alias=alias,
        name=SQL.identifier(name),
        field=env["ir.model.fields"]._get(model, name).id,
    )


def _flushing(env):
    """What is empty SQL and has the fields written first: `_depends` can name no model that need not be there."""
    fields = {
        "account.move": ("company_id", "date", "journal_id", "reversed_pos_order_id", "state"),
        "pos.order": (
            *("account_move", "amount_tax", "amount_total", "company_id", "currency_rate", "fiscal_position_id"),
            *("is_refund", "partner_id", "session_id", "state", "user_id"),
        ),
        "pos.order.line": (
            *("discount", "is_total_cost_computed", "order_id", "price_subtotal", "price_unit", "product_id", "qty"),
            *("refunded_orderline_id", "total_cost"),
        ),
        "pos.session": ("move_id",),
        "product.category": ("property_account_income_categ_id",),
        "product.template": ("categ_id", "property_account_income_id", "type"),
        "res.company": ("currency_id", "income_account_id"),
    }
    return SQL().join(SQL(to_flush=env[model]._fields[name]) for model, names in fields.items() for name in names)
