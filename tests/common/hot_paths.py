"""Counts the statements of Odoo's busiest moments in one database and prints them as JSON, for test_hot_paths.

python -m tests.common.hot_paths --database NAME -- <odoo options>
"""

from odoo.fields import Command

from ..script import main


def _counts(env):
    env["account.chart.template"].try_loading("generic_coa", env.company, install_demo=False)
    documents = _prepare(env)
    _count(env, *documents)
    return _count(env, *documents)  # the second time, caches are filled alike


def _prepare(env):
    partners = env["res.partner"].create([{"name": f"Customer {index}"} for index in range(40)])
    product = env["product.product"].create({"name": "Gauge", "taxes_id": [Command.clear()], "list_price": 100})
    lines = [Command.create({"product_id": product.id})]
    orders = env["sale.order"].create([{"partner_id": partners[0].id, "order_line": lines} for _twice in range(2)])
    invoices = env["account.move"].create(
        [
            {
                "move_type": "out_invoice",
                "partner_id": partners[1].id,
                "invoice_date": "2026-06-15",
                "invoice_line_ids": [Command.create({"product_id": product.id, "price_unit": 100})],
            }
            for _twice in range(2)
        ]
    )
    return partners, list(orders), list(invoices)


def _count(env, partners, orders, invoices):
    """{moment: number of statements}; uses up an order and an invoice."""
    moments = {
        "confirm an order": orders.pop().action_confirm,
        "post an invoice": invoices.pop().action_post,
        "read partners": lambda: partners.web_read({"name": {}, "email": {}, "category_id": {}}),
        "search partners": lambda: env["res.partner"].search([("name", "ilike", "Customer")]),
    }
    counts = {}
    for name, function in moments.items():
        env.flush_all()
        env.invalidate_all()
        before = env.cr.sql_log_count
        function()
        env.flush_all()
        counts[name] = env.cr.sql_log_count - before
    return counts


if __name__ == "__main__":
    main(__doc__, _counts)
