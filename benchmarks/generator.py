"""Synthetic companies written straight into Odoo's tables: heavy-tailed customers, two companies, two currencies.

The invoices are those Odoo's API would have posted (dev/demo/ledger.py); customers are copies of one made through
the API. Fixed seed: the same size gives the same sums.
"""

import datetime

from odoo.tools import SQL

from dev.demo.ledger import LedgerWriter

SEED = 0.19
PRODUCTS = 200
LINES_PER_INVOICE = 2
INVOICES_PER_CUSTOMER = 10
YEARS = 3
TAIL = 1.16  # Pareto's exponent at which 20 % of the customers make 80 %
SPLIT = ((0.0, 0.8), (0.75, 1.0))  # each company's part of the customers; a few buy from both
CREDIT_NOTES = 0.04  # share of the documents
STAY = 0.5  # share of the customers who are still there; the others left some time after they came
FOREIGN = 0.1  # share of the documents in the other currency


def generate(env, customers):
    """Fill an empty database with `customers` customers and 20 lines each, and check the sums with Odoo's own report.

    :raises AssertionError: where account.invoice.report does not find what was written
    """
    env.cr.execute(SQL("SELECT setseed(%s)", SEED))
    companies = [_make_company(env, "Bench Europe", "EUR"), _make_company(env, "Bench America", "USD")]
    products = _make_products(env, companies)
    partners = make_partners(env, customers)
    env.cr.execute(SQL("SET LOCAL maintenance_work_mem = '1GB'"))
    # The small company first: the indexes are built over all rows after each.
    for company, (first, last) in reversed(list(zip(companies, SPLIT, strict=True))):
        mine = partners[int(first * customers) : int(last * customers)]
        _make_invoices(env, company, products, mine, len(mine) * INVOICES_PER_CUSTOMER)
        # PostgreSQL has no statistics of rows of this transaction, and would join them one by one.
        env.cr.execute(SQL("ANALYZE account_move, account_move_line"))
        _check(env, company)
    return companies


def _check(env, company):
    """What account.invoice.report adds up is what was written, to the cent."""
    domain = [
        ("company_id", "=", company.id),
        ("state", "=", "posted"),
        ("move_type", "in", ("out_invoice", "out_refund")),
    ]
    in_company = env["account.invoice.report"].with_context(allowed_company_ids=company.ids)
    [(reported,)] = in_company._read_group(domain, [], ["price_subtotal:sum"])
    [(written,)] = env.execute_query(
        SQL(
            "SELECT SUM(-balance) FROM account_move_line WHERE company_id = %s AND display_type = 'product'", company.id
        )
    )
    if round(reported - float(written), 2):
        raise AssertionError(f"{company.name}: {written} written, account.invoice.report finds {reported}")


def _make_company(env, name, currency):
    currency = env["res.currency"].with_context(active_test=False).search([("name", "=", currency)])
    currency.active = True
    company = env["res.company"].create({"name": name, "currency_id": currency.id})
    env["account.chart.template"].try_loading("generic_coa", company, install_demo=False)
    company.currency_id = currency
    env.user.company_ids += company
    return company


def _make_products(env, companies):
    products = env["product.product"].create(
        [{"name": f"Product {number}", "type": "consu", "taxes_id": False} for number in range(PRODUCTS)]
    )
    for company in companies:
        for number, product in enumerate(products):
            product.with_company(company).standard_price = 5 + number % 40
    return products


def make_partners(env, count, name="Customer"):
    """The ids of `count` copies of one company made through the API."""
    model = env["res.partner"].create({"name": name, "is_company": True, "customer_rank": int(name == "Customer")})
    env.flush_all()
    rows = env.execute_query(
        SQL(
            """
            INSERT INTO res_partner
            SELECT copy.*
              FROM res_partner model,
                   (SELECT nextval('res_partner_id_seq')::int AS id FROM generate_series(1, %s)) n,
                   jsonb_populate_record(model, jsonb_build_object(
                'id', n.id, 'commercial_partner_id', n.id, 'name', model.name || ' ' || n.id,
                'complete_name', model.name || ' ' || n.id,
                'commercial_company_name', model.name || ' ' || n.id)) copy
             WHERE model.id = %s
         RETURNING id
            """,
            count,
            model.id,
        )
    )
    env.invalidate_all()
    return sorted(row[0] for row in rows)


def _make_invoices(env, company, products, partners, count):
    journal = env["account.journal"].search([("company_id", "=", company.id), ("type", "=", "sale")], limit=1)
    other = env["res.currency"].search([("name", "in", ("EUR", "USD")), ("id", "!=", company.currency_id.id)])
    last = datetime.date.today() - datetime.timedelta(days=1)
    # What is new since the last run is found by when it was written.
    payment = {"invoice_payment_term_id": _at_once(env).id}
    writer = LedgerWriter(env, company, journal, payment, on_their_day=True)
    env.cr.execute(
        SQL(
            """
            WITH customer AS MATERIALIZED (
                SELECT position, partner_id, born,
                       CASE WHEN random() < %(stay)s THEN 1 ELSE born + random() * (1 - born) END AS gone
                  FROM (SELECT position, partner_id, random() AS born
                          FROM unnest(%(partners)s::int[]) WITH ORDINALITY AS c (partner_id, position)) c
            )
            INSERT INTO ledger_invoice (key, partner_id, move_type, invoice_date, currency_id, rate)
            SELECT n, partner_id, CASE WHEN random() < %(credit)s THEN 'out_refund' ELSE 'out_invoice' END,
                   %(last)s::date - floor((1 - born - random() * (gone - born)) * 365 * %(years)s)::int,
                   CASE WHEN random() < %(foreign)s THEN %(other)s ELSE %(own)s END, NULL
              FROM (SELECT n, 1 + floor(%(customers)s * power(random(), 3))::int AS position
                      FROM generate_series(1, %(count)s) n) invoice
              JOIN customer USING (position)
            """,
            partners=partners,
            customers=len(partners),
            credit=CREDIT_NOTES,
            last=last,
            years=YEARS,
            stay=STAY,
            foreign=FOREIGN,
            other=other.id,
            own=company.currency_id.id,
            count=count,
        )
    )
    env.cr.execute(
        SQL(
            """
            INSERT INTO ledger_line (key, sequence, product_id, quantity, price_unit)
            SELECT key, position * 10, (%(products)s::int[])[1 + floor(%(number)s * power(random(), 2))::int],
                   1 + floor(random() * 4), round((10 / power(1 - random(), 1 / %(tail)s))::numeric, 2)
              FROM ledger_invoice, generate_series(1, %(lines)s) position
            """,
            products=products.ids,
            number=len(products),
            tail=TAIL,
            lines=LINES_PER_INVOICE,
        )
    )
    writer.write(in_bulk=True)


def _at_once(env):
    return env.ref("account.account_payment_term_immediate")


def add_invoices(env, company, count):
    """Post `count` more invoices of the biggest customers, as of today.

    :return: their customers' ids
    """
    journal = env["account.journal"].search([("company_id", "=", company.id), ("type", "=", "sale")], limit=1)
    customers = env["crm.pareto.customer"].search([("company_id", "=", company.id)], limit=count).partner_id
    product = env["product.product"].search([("name", "=", "Product 7")], limit=1)
    writer = LedgerWriter(env, company, journal, {"invoice_payment_term_id": _at_once(env).id})
    today = datetime.date.today()
    writer.feed(
        [(number, partner.id, "out_invoice", today, None, None) for number, partner in enumerate(customers)],
        [(number, None, product.id, None, 2, 150) for number, _partner in enumerate(customers)],
    )
    writer.write()
    return customers.ids
