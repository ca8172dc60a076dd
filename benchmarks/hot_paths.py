"""Odoo's busiest moments, round by round, timed in one database: python -m benchmarks.hot_paths --database NAME.

Each line read from standard input asks for a round; its answer is a line of JSON, {moment: least seconds}. Two such
processes, one on a database without the addon, are asked in turn (dev/bench.py), so that what else the machine does
meets both alike. Nothing is kept.
"""

import argparse
import json
import sys
import time

import odoo.api
import odoo.modules.registry
from odoo.fields import Command
from odoo.tools import config

PARTNERS = 80  # a page of a list
TRIES = 5  # of each moment in a round: the quickest one was disturbed least


def main():
    """Answer each line with a round."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--database", required=True)
    parser.add_argument("odoo_options", nargs="*")
    chosen = parser.parse_args()
    config.parse_config([*chosen.odoo_options, "--log-level=error"], setup_logging=True)
    with odoo.modules.registry.Registry(chosen.database).cursor() as cursor:
        env = odoo.api.Environment(cursor, odoo.api.SUPERUSER_ID, {})
        env["account.chart.template"].try_loading("generic_coa", env.company, install_demo=False)
        partners = env["res.partner"].create(
            [{"name": f"Customer {index}", "email": f"customer{index}@example.com"} for index in range(PARTNERS)]
        )
        product = env["product.product"].create({"name": "Gauge", "taxes_id": [Command.clear()], "list_price": 100})
        for _request in sys.stdin:
            tries = [_round(env, partners, product) for _try in range(TRIES)]
            print(json.dumps({name: min(times[name] for times in tries) for name in tries[0]}), flush=True)
        cursor.rollback()


def _round(env, partners, product):
    lines = [Command.create({"product_id": product.id, "product_uom_qty": 1}) for _line in range(5)]
    order = env["sale.order"].create({"partner_id": partners[0].id, "order_line": lines})
    bought = [Command.create({"product_id": product.id, "price_unit": 100}) for _line in range(5)]
    invoice = env["account.move"].create(
        {"move_type": "out_invoice", "partner_id": partners[1].id, "invoice_line_ids": bought}
    )
    moments = {
        "confirm an order": order.action_confirm,
        "post an invoice": invoice.action_post,
        "send a mail": lambda: _send(env, partners[2]),
        "the list of partners": lambda: env["res.partner"].web_search_read(
            [("name", "like", "Customer")],
            {"name": {}, "email": {}, "user_id": {"fields": {"display_name": {}}}},
            limit=80,
        ),
    }
    return {name: _time(env, function) for name, function in moments.items()}


def _send(env, partner):
    """A mail on its way to the mail server, which this machine has none of."""
    subtype = "mail.mt_comment"
    partner.with_context(mail_notify_force_send=False).message_post(
        body="Hello", message_type="comment", subtype_xmlid=subtype, partner_ids=partner.ids
    )


def _time(env, function):
    env.flush_all()
    env.invalidate_all()
    started = time.perf_counter()
    function()
    env.flush_all()
    return time.perf_counter() - started


if __name__ == "__main__":
    main()
