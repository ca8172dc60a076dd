"""The milestones of selling: leads, quotations, orders, invoices and payments."""

from odoo import SUPERUSER_ID
from odoo.fields import Domain
from odoo.tools import SQL

from .source import Source, arrived


def sources(env):
    yield from _leads(env)
    yield from _orders(env)
    yield from _accounting(env)
    if "pos.order" in env:
        yield _pos_orders(env)


def _leads(env):
    lead = {
        "model": "crm.lead",
        "partner": "partner_id",
        "channel": "sale",
        "user": "user_id",
        "team": "team_id",
        "lead": "id",
        "amount": "expected_revenue",
        "currency": _lead_currency,
    }
    yield Source(
        number=65,
        kind="lead_created",
        label=env._("Lead Created"),
        date="create_date",
        by_campaign=True,
        **{**lead, "direction": _came_in, "channel": _lead_channel},
    )
    for number, kind, label in ((66, "won", env._("Won")), (67, "lost", env._("Lost"))):
        domain = [("won_status", "=", kind), ("date_closed", "!=", False)]
        yield Source(number=number, kind=f"lead_{kind}", label=label, date="date_closed", domain=domain, **lead)
    # One that came back was lost nevertheless.
    back = [("pareto_lost_on", "!=", False)]
    yield Source(number=75, kind="lead_lost", label=env._("Lost"), date="pareto_lost_on", domain=back, **lead)


def _lead_currency(row):
    """A lead without a company counts in the reader's."""
    return SQL("COALESCE(%s, %s)", row("company_id.currency_id"), row.env.company.currency_id.id)


def _came_in(row):
    """A lead that nobody of us typed in came from outside: through a web form, say, or the mail gateway."""
    return SQL("CASE WHEN %s THEN 'none' ELSE 'in' END", _typed_in(row))


def _lead_channel(row):
    return SQL("CASE WHEN %s THEN 'sale' ELSE 'web' END", _typed_in(row))


def _typed_in(row):
    author = row.joined("res.users", row("create_uid"), "pareto_author", "share")
    return SQL("(%s IS NOT TRUE AND %s <> %s)", author, row("create_uid"), SUPERUSER_ID)


def _orders(env):
    order = {
        "model": "sale.order",
        "partner": "partner_id",
        "user": "user_id",
        "team": "team_id",
        "lead": "opportunity_id",
        "amount": "amount_total",
    }
    yield Source(
        number=68,
        kind="quotation_sent",
        label=env._("Quotation Sent"),
        join=_join_sent,
        date=arrived,
        direction="out",
        channel=_sent_channel,
        conversation=lambda row: SQL("%s = 'comment'", row.of("mail.message", "message_type")),
        preview=("mail.message", "preview"),
        **order,
    )
    yield Source(
        number=69,
        kind="order_confirmed",
        label=env._("Order Confirmed"),
        domain=[("state", "=", "sale")],
        date="date_order",
        direction="in",
        channel=_order_channel,
        **order,
    )
    yield Source(
        number=70,
        kind="order_cancelled",
        label=env._("Order Cancelled"),
        domain=[("state", "=", "cancel")],
        date=_cancelled_at,
        direction="none",
        channel="sale",
        **order,
    )


# How Odoo mails a quotation, and later the confirmed order.
LAYOUT = "mail.mail_notification_layout_with_responsible_signature"


def _join_sent(row):
    """Odoo leaves the mail in the chatter, or where somebody marks it as sent, a line with a subtype of its own."""
    row.touch = row.query.make_alias(row.alias, "pareto_sent")
    condition = SQL(
        "%s = 'sale.order' AND %s = %s AND (%s = %s OR %s)",
        row.of("mail.message", "model"),
        row.of("mail.message", "res_id"),
        SQL.identifier(row.alias, "id"),
        row.of("mail.message", "subtype_id"),
        row.id_of("sale.mt_order_sent"),
        is_quotation_mail(row.env, row.touch, row.alias),
    )
    row.query.add_join("JOIN", row.touch, "mail_message", condition)


def is_quotation_mail(env, message, order):
    """Whether a message is the mail that brought the quotation: one that came after the confirmation is the order's.

    :param message: the alias of mail.message
    :param order: that of its sale.order
    """
    field, of_order = env["mail.message"]._field_to_sql, env["sale.order"]._field_to_sql
    return SQL(
        """(%s = 'comment' AND %s = %s AND (%s <> 'sale' OR %s < %s))""",
        field(message, "message_type"),
        field(message, "email_layout_xmlid"),
        LAYOUT,
        of_order(order, "state"),
        field(message, "date"),
        of_order(order, "date_order"),
    )


def _sent_channel(row):
    return SQL("CASE %s WHEN 'comment' THEN 'email' ELSE 'sale' END", row.of("mail.message", "message_type"))


def _order_channel(row):
    """The customer's own doing in the web shop, where there is one."""
    if not row.has("website_id"):
        return SQL("'sale'")
    return SQL("CASE WHEN %s IS NULL THEN 'sale' ELSE 'shop' END", row("website_id"))


def _cancelled_at(row):
    """The last change of its state; of an order that nobody tracked, its last change at all."""
    state = row.env["ir.model.fields"]._get("sale.order", "state").id
    return SQL(
        """COALESCE((SELECT max(changed.date)
                       FROM mail_message changed
                       JOIN mail_tracking_value value ON value.mail_message_id = changed.id
                      WHERE changed.model = 'sale.order' AND changed.res_id = %s AND value.field_id = %s), %s)""",
        SQL.identifier(row.alias, "id"),
        state,
        row("write_date"),
    )


def _accounting(env):
    sale_types = env["account.move"].get_sale_types(include_receipts=True)
    for number, kind, label, types in (
        (71, "invoice", env._("Invoice"), [type_ for type_ in sale_types if type_ != "out_refund"]),
        (72, "credit_note", env._("Credit Note"), ["out_refund"]),
    ):
        yield Source(
            number=number,
            kind=kind,
            label=label,
            model="account.move",
            domain=[("state", "=", "posted"), ("move_type", "in", types)],
            date="invoice_date",
            direction="out",
            channel="invoice",
            partner="partner_id",
            customer="commercial_partner_id",  # whose it was then: the contact may work elsewhere by now
            user="invoice_user_id",
            team="team_id",
            amount="amount_total_in_currency_signed",
        )
    yield Source(
        number=73,
        kind="payment",
        label=env._("Payment"),
        model="account.payment",
        domain=[("partner_type", "=", "customer"), ("state", "in", ["in_process", "paid"])],
        date="date",
        direction=lambda row: SQL("CASE %s WHEN 'inbound' THEN 'in' ELSE 'out' END", row("payment_type")),
        channel="payment",
        partner="partner_id",
        amount="amount",
        index="partner_id",
    )


def _pos_orders(env):
    return Source(
        number=74,
        kind="pos_order",
        label=env._("Shop Purchase"),
        model="pos.order",
        domain=Domain("state", "in", ["paid", "done", "invoiced"]),
        date="date_order",
        direction="in",
        channel="shop",
        conversation=True,
        partner="partner_id",
        user="user_id",
        amount="amount_total",
        currency=lambda row: SQL("COALESCE(%s, %s)", row("sale_journal.currency_id"), row("company_id.currency_id")),
    )
