"""What people wrote down themselves."""

from .source import Source


def sources(env):
    yield Source(
        number=4,
        kind="logged",
        label=env._("Logged"),
        model="crm.pareto.touch",
        date="date",
        direction=lambda row: row("direction"),
        channel=lambda row: row("channel"),
        conversation=True,
        by_campaign=True,
        partner="partner_id",
        customer="customer_id",
        user="user_id",
        lead="lead_id",
        preview=("crm.pareto.touch", "logged_by"),
    )
