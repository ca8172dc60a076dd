"""The CDNOW purchase histories: what real customers of a real shop bought, as posted customer invoices.

CDNOW sold compact discs over the internet. The public data set holds every purchase, from January 1997 to June 1998,
of the 23,570 customers who first bought in the first quarter of 1997: 69,659 purchases. Most studies of customer
value are checked against it, or against its 1/10 sample (2,357 customers, 6,919 purchases). It is read from the data
files of the Python package `lifetimes`; nothing of that package is imported.

What is kept: customers, the gaps between purchases, days of the week, numbers of discs, and dollars to the cent.
Every purchase is an invoice of its own, also a second one on the same day, and one of 0.00 (80 of them; 8 in the
sample). What is changed: the dates, all moved by one whole number of weeks, so that the last purchase falls in the week
before today and a page about the last twelve months has something to show.
"""

import importlib.util
from collections import namedtuple
from datetime import datetime, timedelta
from decimal import Decimal
from itertools import islice
from pathlib import Path

from odoo.fields import Command, Date

from .ledger import write_invoices

# The unit price keeps six decimals: at up to 99 discs that is below half a cent, so number x price, rounded, is the
# dollar value exactly (parse_purchases sees to it). Odoo 19 stores unit prices unrounded.
PRICE_STEP = Decimal("0.000001")
CENT = Decimal("0.01")
INVOICE_BATCH = 100  # invoices per call of the API; from 50 to 500 the time per invoice is the same
CUSTOMER_BATCH = 1000

Purchase = namedtuple("Purchase", "customer day discs value unit_price")


def load(env, full=False, progress=lambda done, text: None):
    """Make the company CDNOW with its customers and their purchases, and let the four people of the demo in.

    :param full: the whole data set, written by dev.demo.ledger; otherwise the sample, through Odoo's API
    :param progress: called with the share done (0 to 1) and what is being done
    """
    progress(0.0, "company CDNOW")
    purchases = shift_to(read_purchases(full), Date.context_today(env.user))
    company = make_company(env)
    progress(0.02, "customers")
    customers = make_customers(env, company, purchases)
    product = make_product(env, company)
    if full:
        progress(0.5, "invoices")
        write(env, company, product, customers, purchases)
    else:
        for done in post(env, company, product, customers, purchases):
            progress(0.1 + 0.85 * done / len(purchases), f"{done} of {len(purchases)} invoices")
    progress(0.97, "people")
    from .people import ensure_people

    others = env["res.company"].search([("id", "!=", company.id)])
    ensure_people(env, company | others)
    progress(1.0, "done")


# ---- The data file


def read_purchases(full=False):
    """All purchases of the data set, or of its sample, by day.

    :raises FileNotFoundError: where the package `lifetimes` is not installed
    """
    package = importlib.util.find_spec("lifetimes")
    if package is None:
        raise FileNotFoundError("The CDNOW data comes with a Python package: pip install --no-deps lifetimes")
    name = "CDNOW_master.txt" if full else "CDNOW_sample.txt"
    return parse_purchases(Path(package.submodule_search_locations[0], "datasets", name).read_text().splitlines())


def parse_purchases(lines):
    """Purchases from the lines of a data file, by day, then customer, then place in the file.

    A line ends in the day, the number of discs and the dollar value, and starts with the customer's number in the
    whole data set; the sample has its own number between them, and the whole data set a line of headings.
    """
    purchases = []
    for words in map(str.split, lines):
        if not words or not words[0].isdigit():
            continue
        *_, day, discs, value = words
        price = (Decimal(value) / int(discs)).quantize(PRICE_STEP)
        if (price * int(discs)).quantize(CENT) != Decimal(value):
            raise ValueError(f"{discs} discs at {price} are not {value}")
        purchases.append(Purchase(words[0], datetime.strptime(day, "%Y%m%d").date(), int(discs), Decimal(value), price))
    return sorted(purchases, key=lambda purchase: (purchase.day, purchase.customer))


def shift_to(purchases, today):
    """The same purchases, moved by whole weeks so that the last one falls on one of the seven days before today."""
    last = max(purchase.day for purchase in purchases)
    shift = timedelta(weeks=(today - timedelta(days=1) - last).days // 7)
    return [purchase._replace(day=purchase.day + shift) for purchase in purchases]


# ---- The company


def make_company(env, name="CDNOW", currency=None):
    """A company with the generic chart of accounts; no app is installed for it.

    :param currency: res.currency; without it, the company is in the United States
    """
    # Under this key Odoo loads no national accounting app for the company's country.
    quiet = env(context=dict(env.context, chart_template_load=True))
    country = env["res.country"] if currency else env.ref("base.us")
    currency = currency or env.ref("base.USD")
    company = quiet["res.company"].create({"name": name, "currency_id": currency.id, "country_id": country.id})
    if not company.chart_template:
        quiet["account.chart.template"].try_loading("generic_coa", company, install_demo=False)
    # The chart brings the currency of its country.
    company.currency_id = currency
    env.user.company_ids |= company
    return company.with_env(env)


def make_product(env, company):
    """The one product, neither taxed nor kept in stock, and without a cost, of which the data say nothing.

    Goods without a cost have no known margin: it is a service. So margins are turnover, and the prediction model finds
    what was published of these data.
    """
    return (
        env["product.product"]
        .with_company(company)
        .create(
            {
                "name": "Compact disc",
                "type": "service",
                "company_id": company.id,
                "list_price": 14.99,
                "taxes_id": [Command.clear()],
                "supplier_taxes_id": [Command.clear()],
            }
        )
    )


def make_customers(env, company, purchases):
    """A contact for each customer of the purchases.

    :return: dictionary number in the data set → id
    """
    numbers = sorted({purchase.customer for purchase in purchases})
    partners = env["res.partner"].with_company(company)
    ids = []
    for batch in _batches(numbers, CUSTOMER_BATCH):
        ids += partners.create([{"name": f"CDNOW customer {number}", "company_id": company.id} for number in batch]).ids
    return dict(zip(numbers, ids, strict=True))


# ---- The invoices, two ways


def post(env, company, product, customers, purchases):
    """Post the purchases through Odoo's API.

    :return: iterates over the number of invoices posted so far
    """
    moves = env["account.move"].with_company(company).with_context(tracking_disable=True)
    shared = {"move_type": "out_invoice", "journal_id": sales_journal(env, company).id, **shared_values(env)}
    done, next_count = 0, INVOICE_BATCH
    for batch in _batches(purchases, INVOICE_BATCH):
        posted = moves.create(
            [
                shared
                | {
                    "partner_id": customers[purchase.customer],
                    "invoice_date": purchase.day,
                    "invoice_line_ids": [
                        Command.create(
                            {
                                "product_id": product.id,
                                "quantity": purchase.discs,
                                "price_unit": float(purchase.unit_price),
                                "tax_ids": [Command.clear()],
                            }
                        )
                    ],
                }
                for purchase in batch
            ]
        )
        posted.action_post()
        env.flush_all()
        env.invalidate_all()
        done += len(batch)
        if done >= next_count:
            # PostgreSQL counts rows after a commit only: without this it goes on planning for an empty table.
            env.cr.execute("ANALYZE account_move, account_move_line, res_partner")
            next_count = 2 * done
        yield done


def write(env, company, product, customers, purchases):
    """Write the same ledger by SQL.

    :return: number of invoices
    """
    return write_invoices(
        env,
        company,
        sales_journal(env, company),
        ((key, customers[purchase.customer], None, purchase.day, None, None) for key, purchase in enumerate(purchases)),
        ((key, None, product.id, None, purchase.discs, purchase.unit_price) for key, purchase in enumerate(purchases)),
        values=shared_values(env),
    )


def shared_values(env):
    """What all of the invoices have in common: discs were paid for when they were ordered."""
    return {"invoice_payment_term_id": env.ref("account.account_payment_term_immediate").id}


def sales_journal(env, company):
    """The journal that customer invoices of the company go to."""
    return env["account.journal"].search([("company_id", "=", company.id), ("type", "=", "sale")], limit=1)


def _batches(rows, size):
    rows = iter(rows)
    while batch := list(islice(rows, size)):
        yield batch
