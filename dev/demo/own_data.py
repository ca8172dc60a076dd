"""Somebody's own sales as a company of its own: posted invoices and credit notes, as of the days in the file.

Not taken from the file: taxes (prices are taken for net), payments, currencies other than the one that is said.
"""

import pickle
from datetime import timedelta
from decimal import Decimal
from itertools import islice

from odoo import Command
from odoo.tools import SQL

from .cdnow import make_company, sales_journal, shared_values
from .ledger import LedgerWriter
from .ledger_tables import new_table
from .own_columns import plain
from .own_countries import country_code
from .own_documents import make_documents
from .own_lines import amount
from .people import ensure_people

# PostgreSQL's, for this transaction: half a million rows are joined, and indexed again, in memory.
SETTINGS = {"work_mem": "128MB", "maintenance_work_mem": "512MB", "jit": "off"}
BATCH = 1000  # records per call of the API
MANY = 100_000  # lines, above which the ledger is written without indexes
RECENT = timedelta(days=31)  # where the last invoice is older, the last months show little or nothing
NOBODY = "No customer"


def load(env, lines, name, currency, progress=lambda done, text: None):
    """Load what own_read kept; returns what to tell, a line each.

    :param lines: path of the file of own_read
    :param name: of the company
    :param currency: of all prices and costs, in three letters
    :param progress: called with the share done (0 to 1) and what is being done
    :raises ValueError: where there is no such currency
    """
    with open(lines, "rb") as file:
        sales = pickle.load(file)
    for setting, value in SETTINGS.items():
        env.cr.execute(SQL("SELECT set_config(%s, %s, TRUE)", setting, value))
    company, told = enter(env, sales, name, currency, progress)
    progress(0.7, "values of customers and products")
    compute(env, company)
    progress(0.97, "people")
    ensure_people(env, company | (env["res.company"].search([]) - company))
    return told


def enter(env, sales, name, currency, progress=lambda done, text: None):
    """Make the company, its customers and products, and write its documents.

    :param sales: own_lines.Sales
    :return: (company, what to tell)
    :raises AssertionError: where the ledger is not the sum of the lines
    """
    progress(0.0, "the company")
    company = make_company(env, name, find_currency(env, currency))
    company.tax_calculation_rounding_method = "round_per_line"  # each line is what the file says
    last = max(line.day for line in sales.lines)
    company.pareto_window = window_for(company, last)
    keep_digits(env, sales.lines)
    customers, unknown = make_customers(env, company, sales.customers, progress)
    products = make_products(env, company, sales, progress)
    progress(0.3, "invoices and credit notes")
    step = Decimal(1).scaleb(-company.currency_id.decimal_places)
    documents = make_documents(sales.lines, step)
    write(env, company, customers, products, documents)
    total = check(env, company, sum(amount(line, step) for line in sales.lines))
    told = [
        f"{sum(not credit for _lines, credit in documents):,} invoices and "
        f"{sum(credit for _lines, credit in documents):,} credit notes of {name}, "
        f"{sum(map(bool, sales.customers)):,} customers, "
        f"{len(products):,} products; in the ledger {total:,} {currency}, as in the file",
    ]
    if unknown:
        told.append(f"No countries known as: {', '.join(sorted(unknown))}")
    return company, [*told, say_window(company, last)]


def compute(env, company):
    """What scheduled actions would do in the coming night, so that figures are there at once."""
    env["crm.pareto.recompute"]._recompute(company)
    env["crm.pareto.repeat"]._recompute(company)
    env["crm.pareto.pairing"]._recompute(company)


def window_for(company, last):
    """The window that shows something today: the last twelve months, or all time where the file ends long ago."""
    return "12" if company._pareto_today() - last <= RECENT else "all"


def say_window(company, last):
    """What the pages open with."""
    if company.pareto_window == "all":
        return f"The Pareto page opens over all time; for the last months of the file choose them as of {last} there."
    return "The Pareto page opens over the last 12 months, as of today; all time can be chosen there."


def find_currency(env, name):
    """:raises ValueError: where Odoo does not have it"""
    currency = env["res.currency"].with_context(active_test=False).search([("name", "=", name)])
    if not currency:
        raise ValueError(f"no currency {name}: CURRENCY=EUR, say")
    currency.active = True
    return currency


def keep_digits(env, lines):
    """Have quantities kept as in the file: Odoo rounds them to two decimals by itself."""
    wanted = max(-line.quantity.normalize().as_tuple().exponent for line in lines)
    precision = env.ref("uom.decimal_product_uom")
    if wanted > precision.digits:
        precision.digits = wanted


def make_customers(env, company, customers, progress):
    """({key: id}, [countries that are not known])

    Sales without a customer are those of one contact that is no customer: in the sums, without rank.
    """
    countries = find_countries(env, {country for _code, _name, country in customers.values()})
    ids, unknown = {}, [text for text, country in countries.items() if text and not country]
    for batch in _batches(customers.items(), BATCH):
        rows = []
        for key, (code, name, country) in batch:
            rows.append(
                {
                    "name": (name or f"Customer {code}") if key else NOBODY,
                    "ref": code,
                    "is_company": bool(key),
                    "country_id": countries[country] if key else None,
                    "company_id": company.id,
                    "pareto_not_customer": not key,
                }
            )
        records = env["res.partner"].with_company(company).create(rows)
        ids |= zip([key for key, _row in batch], records.ids, strict=True)
        progress(0.02 + 0.13 * len(ids) / len(customers), f"{len(ids)} of {len(customers)} customers")
    return ids, unknown


def find_countries(env, texts):
    """{what is written for a country: its id, or None}"""
    countries = env["res.country"].search([])
    by_code = {country.code: country.id for country in countries}
    by_name = {plain(country.name): country.id for country in countries}
    return {text: by_name.get(plain(text)) or by_code.get(country_code(text)) for text in texts}


def make_products(env, company, sales, progress):
    """{key: id}; a product costs what the last line with a cost says."""
    costs = {line.product: line.cost for line in sorted(sales.lines, key=_by_day) if line.cost is not None}
    ids = {}
    for batch in _batches(sales.products.items(), BATCH):
        rows = [
            {
                "name": name or code,
                "default_code": code,
                "type": "consu",
                "company_id": company.id,
                "taxes_id": [Command.clear()],
                "supplier_taxes_id": [Command.clear()],
                "standard_price": float(costs.get(key, 0)),
            }
            for key, (code, name) in batch
        ]
        records = env["product.product"].with_company(company).create(rows)
        ids |= zip([key for key, _row in batch], records.ids, strict=True)
        progress(0.15 + 0.15 * len(ids) / len(sales.products), f"{len(ids)} of {len(sales.products)} products")
    return ids


def _by_day(line):
    return line.day, line.number


def write(env, company, customers, products, documents):
    """Write the documents, with the invoice number of the file as their origin, and the costs of their lines."""
    # Invoice numbers of a file may come twice: Odoo numbers its own.
    writer = LedgerWriter(env, company, sales_journal(env, company), shared_values(env), ("invoice_origin",))
    writer.feed(
        (
            (
                key,
                customers[lines[0].customer],
                "out_refund" if credit else "out_invoice",
                lines[0].day,
                None,
                None,
                lines[0].invoice,
            )
            for key, (lines, credit) in enumerate(documents)
        ),
        (
            (key, None, products[line.product], None, line.quantity, line.price)
            for key, (lines, _credit) in enumerate(documents)
            for line in lines
        ),
    )
    all_lines = [line for lines, _credit in documents for line in lines]
    writer.write(in_bulk=len(all_lines) > MANY)
    # PostgreSQL has no statistics of rows of this transaction, and would join them one by one.
    env.cr.execute(SQL("ANALYZE account_move, account_move_line, res_partner, product_product, product_template"))
    freeze_costs(env, company, [line.cost for line in all_lines])


def freeze_costs(env, company, costs):
    """Take down what each line cost by the file: later costs of a product do not change a past profit.

    :param costs: of the lines in the order in which they were written; None where the file does not say
    """
    if not any(cost is not None for cost in costs):
        return
    new_table(env, "own_cost", {"place": "bigint", "cost": "numeric"}, enumerate(costs, 1))
    env["crm.pareto.line.cost"]._insert(
        SQL(
            """
            SELECT line.line_id, line.company_id, line.product_id, own_cost.cost AS unit_cost
              FROM (SELECT l.id AS line_id, l.company_id, l.product_id, ROW_NUMBER() OVER (ORDER BY l.id) AS place
                      FROM account_move_line l JOIN ledger_move m ON m.id = l.move_id
                     WHERE l.display_type = 'product') line
              JOIN own_cost USING (place)
             WHERE own_cost.cost IS NOT NULL AND line.company_id = %s
            """,
            company.id,
        )
    )


def check(env, company, expected):
    """The turnover in the ledger.

    :raises AssertionError: where that is not what is expected, to the cent
    """
    [(written,)] = env.execute_query(
        SQL(
            "SELECT COALESCE(-SUM(balance), 0)::text FROM account_move_line"
            " WHERE company_id = %s AND display_type = 'product'",
            company.id,
        )
    )
    if Decimal(written) != expected:
        raise AssertionError(f"{written} are in the ledger, {expected} in the file")
    return expected


def _batches(rows, size):
    rows = iter(rows)
    while batch := list(islice(rows, size)):
        yield batch
