"""What the customer got and what went on afterwards: deliveries, tickets, tasks, hours, repairs, chats, calls."""

from odoo.fields import Domain
from odoo.tools import SQL

from .source import Source


def sources(env):
    for model, declare in (
        ("stock.picking", _deliveries),
        ("helpdesk.ticket", _tickets),
        ("project.task", _tasks),
        ("repair.order", _repairs),
        ("im_livechat.channel", _chats),
        ("crm.phonecall", _phone_calls),
    ):
        if model in env:
            yield from declare(env)
    if "task_id" in env["account.analytic.line"]._fields:
        yield _timesheets(env)


def _deliveries(env):
    transfer = {
        "model": "stock.picking",
        "date": "date_done",
        "date_promised": "date_deadline",
        "channel": "delivery",
        "partner": "partner_id",
        "user": "user_id",
    }
    done = Domain("state", "=", "done")
    yield Source(
        number=96,
        kind="delivery",
        label=env._("Delivery"),
        domain=done & Domain("picking_type_code", "=", "outgoing") & Domain("return_id", "=", False),
        direction="out",
        **transfer,
    )
    yield Source(
        number=97,
        kind="return",
        label=env._("Return"),
        domain=done & Domain("picking_type_code", "=", "incoming") & Domain("return_id", "!=", False),
        direction="in",
        **transfer,
    )
    if "sale_id" in env["stock.picking"]._fields:
        yield from _dropshipments(env, done)


def _dropshipments(env, done):
    """Sent by a supplier to the customer, and back: the transfer is the supplier's, the order the customer's.

    Told by the places, as Odoo does: what comes back may be a transfer of another kind.
    """
    transfer = {
        "model": "stock.picking",
        "date": "date_done",
        "date_promised": "date_deadline",
        "channel": "delivery",
        "partner": "sale_id.partner_id",
        "user": "user_id",
        "reach": _sold_to,
    }
    yield Source(
        number=105,
        kind="delivery",
        label=env._("Delivery"),
        domain=done & Domain("picking_type_code", "!=", "outgoing") & Domain("return_id", "=", False),
        where=lambda row: _between(row, "supplier", "customer"),
        direction="out",
        **transfer,
    )
    yield Source(
        number=106,
        kind="return",
        label=env._("Return"),
        domain=done & Domain("picking_type_code", "!=", "incoming") & Domain("return_id", "!=", False),
        where=lambda row: SQL("%s = 'customer'", row("location_id.usage")),
        direction="in",
        **transfer,
    )


def _between(row, origin, goal):
    """Whether a transfer goes from one kind of place to another."""
    return SQL("(%s = %s AND %s = %s)", row("location_id.usage"), origin, row("location_dest_id.usage"), goal)


def _sold_to(family):
    """Transfers for orders of some partners; only where to look: what is seen of them say the transfers' own rules."""
    return Domain("sale_id", "any!", [("partner_id", "in", family)])


def _tickets(env):
    ticket = env["helpdesk.ticket"]
    common = {
        "model": "helpdesk.ticket",
        "channel": "service",
        "partner": "partner_id",
        "user": "user_id",
        "index": "partner_id",
    }
    yield Source(number=98, kind="ticket", label=env._("Ticket"), date="create_date", direction="in", **common)
    # OCA's name of the field and Enterprise's.
    closed = next((name for name in ("closed_date", "close_date") if name in ticket._fields), None)
    if closed:
        domain = [(closed, "!=", False)]
        yield Source(
            number=99, kind="ticket_closed", label=env._("Ticket Closed"), date=closed, domain=domain, **common
        )


def _tasks(env):
    yield Source(
        number=100,
        kind="task",
        label=env._("Task"),
        model="project.task",
        date="create_date",
        channel="service",
        partner="partner_id",
        user=_first_assignee,
    )


def _first_assignee(row):
    return SQL(
        "(SELECT min(assigned.user_id) FROM project_task_user_rel assigned WHERE assigned.task_id = %s)",
        SQL.identifier(row.alias, "id"),
    )


def _timesheets(env):
    return Source(
        number=101,
        kind="timesheet",
        label=env._("Work Done"),
        model="account.analytic.line",
        domain=[("project_id", "!=", False)],
        date="date",
        channel="service",
        partner="partner_id",
        user="user_id",
        index="partner_id",
    )


def _repairs(env):
    yield Source(
        number=102,
        kind="repair",
        label=env._("Repair"),
        model="repair.order",
        domain=[("state", "!=", "cancel")],
        date="create_date",
        direction="in",
        channel="service",
        partner="partner_id",
        user="user_id",
    )


# -- chats and calls -----------------------------------------------------------------------


def _chats(env):
    yield Source(
        number=103,
        kind="chat",
        label=env._("Live Chat"),
        model="discuss.channel",
        domain=[("channel_type", "=", "livechat")],
        join=_join_visitor,
        date="create_date",
        direction="in",
        channel="chat",
        conversation=_both_wrote,
        partner=lambda row: SQL.identifier(row.query.make_alias(row.alias, "pareto_visitor"), "partner_id"),
        user=lambda row: row.user_of(row("livechat_operator_id")),
        reach=lambda family: _chats_of(env, family),
    )


def _chats_of(env, family):
    # sudo: only where to look; not everybody who may read a chat may read who was in it.
    members = env["im_livechat.channel.member.history"].sudo()._search([("partner_id", "in", family)])
    return Domain("id", "in", members.subselect("channel_id"))


def _join_visitor(row):
    """The visitor, where he or she is known; the touch stays the channel."""
    model = row.env["im_livechat.channel.member.history"]
    visitor = row.query.make_alias(row.alias, "pareto_visitor")
    condition = SQL(
        "%s = %s AND %s = 'visitor' AND %s IS NOT NULL",
        model._field_to_sql(visitor, "channel_id"),
        SQL.identifier(row.alias, "id"),
        model._field_to_sql(visitor, "livechat_member_type"),
        model._field_to_sql(visitor, "partner_id"),
    )
    row.query.add_join("JOIN", visitor, model._table, condition)


def _both_wrote(row):
    """Whether the visitor wrote, and one of us who is no robot."""
    history = row.env["im_livechat.channel.member.history"]
    wrote = [
        SQL(
            "EXISTS (SELECT FROM %s wrote WHERE wrote.channel_id = %s AND %s = %s AND %s > 0)",
            SQL.identifier(history._table),
            SQL.identifier(row.alias, "id"),
            history._field_to_sql("wrote", "livechat_member_type"),
            kind,
            history._field_to_sql("wrote", "message_count"),
        )
        for kind in ("visitor", "agent")
    ]
    return SQL("(%s AND %s)", *wrote)


def _phone_calls(env):
    yield Source(
        number=104,
        kind="call",
        label=env._("Call"),
        model="crm.phonecall",
        domain=[("state", "=", "done")],
        date="date",
        direction=lambda row: row("direction"),
        channel="phone",
        conversation=True,
        partner="partner_id",
        user="user_id",
        team="team_id",
        lead="opportunity_id",
        index="partner_id",
    )
