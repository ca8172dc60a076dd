"""Quotations and orders."""

import datetime

from odoo import Command

from . import fulfilment, leads
from .clock import at_office_hours, working_day

PO_SHARE = 0.6  # of customers who write their own order number on what they send


def enter(scene, deals):
    """Enter the quotations; what follows is entered by what it follows on."""
    for deal in deals:
        scene.timeline.at(deal.quote_day, "quote", deal)


def by_company(deals):
    """[(company key, deals)], since Odoo works in one company at a time."""
    keys = sorted({deal.customer.company for deal in deals})
    return [(key, [deal for deal in deals if deal.customer.company == key]) for key in keys]


def quote(scene, deals):
    """Make the quotations and send them."""
    random = scene.random(f"quote {scene.clock.today}")
    for key, some in by_company(deals):
        env = scene.act(key)
        orders = env["sale.order"].create([_order_values(scene, random, deal) for deal in some])
        orders.action_quotation_sent()
        for deal, order in zip(some, orders, strict=True):
            deal.order = order
    leads.propose(scene, [deal for deal in deals if deal.lead])
    for deal in deals:
        scene.timeline.at(deal.decision_day, confirm if deal.won else give_up, deal)


def _order_values(scene, random, deal):
    customer = deal.customer
    contact = customer.contacts[:1] if not customer.contacts else random.choice(customer.contacts)
    values = {
        "partner_id": contact.id if deal.by_contact and contact else customer.partner.id,
        "user_id": scene.people[customer.seller].id,
        "company_id": scene.companies[customer.company].id,
        "date_order": at_office_hours(deal.quote_day, random),
        "validity_date": deal.quote_day + datetime.timedelta(days=60),
        "order_line": [
            Command.create(
                {"product_id": scene.products[code].id, "product_uom_qty": quantity, "discount": discount}
            )
            for code, quantity, discount in deal.lines
        ],
    }
    if deal.lead:
        lead = deal.lead
        values["opportunity_id"] = lead.id
        values["campaign_id"] = lead.campaign_id.id
        values["source_id"] = lead.source_id.id
        values["medium_id"] = lead.medium_id.id
    return values


def confirm(scene, deals):
    """The customers order."""
    random = scene.random(f"confirm {scene.clock.today}")
    for key, some in by_company(deals):
        orders = scene.act(key)["sale.order"].union(*[deal.order for deal in some])
        orders.action_confirm()
        for deal in some:
            # The day of the order itself: the whole week is confirmed at once here.
            values = {"date_order": at_office_hours(deal.decision_day, random)}
            if random.random() < PO_SHARE:
                values["client_order_ref"] = f"PO-{random.randint(20000, 99999)}"
            deal.order.write(values)
    leads.win(scene, [deal for deal in deals if deal.lead])
    for deal in deals:
        wait = random.randint(2, 6) if random.random() < 0.7 else random.randint(7, 24)
        day = working_day(deal.decision_day + datetime.timedelta(days=wait))
        scene.timeline.at(max(day, deal.decision_day), "deliver", deal)


def give_up(scene, deals):
    """The customers decide for somebody else, or for nothing."""
    for key, some in by_company(deals):
        orders = scene.act(key)["sale.order"].union(*[deal.order for deal in some])
        orders.with_context(disable_cancel_warning=True)._action_cancel()
    leads.lose(scene, [deal for deal in deals if deal.lead])
