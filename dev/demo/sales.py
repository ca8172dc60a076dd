"""Quotations and orders."""

import datetime

from odoo import Command

from . import leads, texts, touches
from .clock import at_office_hours
from .deals import by_company, orders_of

PO_SHARE = 0.6  # of orders that carry the customer's own order number
LONG_DELIVERY_SHARE = 0.3
MAILED_SHARE, ORDERED_BY_MAIL_SHARE, DECLINED_SHARE = 0.8, 0.5, 0.6  # of quotations


def enter(scene, deals):
    """Enter the quotations; what follows is entered by what it follows on."""
    for deal in deals:
        scene.timeline.at(deal.quote_day, "quote", deal)


def quote(scene, entries):
    """Make the quotations and send them."""
    random = scene.random(f"quote {scene.clock.today}")
    for key, some in by_company(entries):
        env = scene.act(key)
        orders = env["sale.order"].create([_order_values(scene, random, day, deal) for day, deal in some])
        orders.action_quotation_sent()
        for (_day, deal), order in zip(some, orders, strict=True):
            deal.order = order
            scene.made_on(order, order.date_order)
    leads.propose(scene, entries)
    touches.about_orders(scene, entries, None, texts.QUOTATIONS, MAILED_SHARE)
    for _day, deal in entries:
        scene.timeline.at(deal.decision_day, "confirm" if deal.won else "give_up", deal)


def _order_values(scene, random, day, deal):
    customer = deal.customer
    contact = random.choice(customer.contacts)
    values = {
        "partner_id": contact.id if deal.by_contact else customer.partner.id,
        "user_id": scene.people[customer.seller].id,
        "company_id": scene.companies[customer.company].id,
        "date_order": at_office_hours(day, random),
        "validity_date": day + datetime.timedelta(days=60),
        "order_line": [
            Command.create({"product_id": scene.products[code].id, "product_uom_qty": quantity, "discount": discount})
            for code, quantity, discount in deal.lines
        ],
    }
    if deal.lead:
        values["opportunity_id"] = deal.lead.id
        values |= {name: deal.lead[name].id for name in ("campaign_id", "source_id", "medium_id")}
    return values


def confirm(scene, entries):
    """The customers order."""
    random = scene.random(f"confirm {scene.clock.today}")
    for key, some in by_company(entries):
        orders_of(scene.act(key), some).action_confirm()
        for day, deal in some:
            # Odoo dates all orders of a batch with the moment of the batch.
            values = {"date_order": at_office_hours(day, random)}
            if random.random() < PO_SHARE:
                values["client_order_ref"] = f"PO-{random.randint(20000, 99999)}"
            deal.order.write(values)
            if "picking_ids" in deal.order:
                for picking in deal.order.picking_ids:
                    scene.made_on(picking, deal.order.date_order)
    leads.win(scene, entries)
    touches.about_orders(scene, entries, texts.ORDERED, None, ORDERED_BY_MAIL_SHARE)
    for day, deal in entries:
        wait = random.randint(7, 24) if random.random() < LONG_DELIVERY_SHARE else random.randint(2, 6)
        scene.timeline.at(day + datetime.timedelta(days=wait), "deliver", deal)


def give_up(scene, entries):
    """The customers decide for somebody else, or for nothing."""
    for key, some in by_company(entries):
        orders_of(scene.act(key), some)._action_cancel()
    leads.lose(scene, entries)
    touches.about_orders(scene, entries, texts.DECLINED, None, DECLINED_SHARE)
