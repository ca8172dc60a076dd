"""Goods leave the house, and some come back."""

import datetime

from . import billing
from .clock import at_office_hours, working_day

PARTIAL_SHARE = 0.05  # of deliveries that go in two parts
RETURN_SHARE = 0.035  # of deals of which something comes back
LOSING_RETURN_SHARE = 0.25


def deliver(scene, deals):
    """Validate what is to be delivered for these deals, and enter their invoices."""
    random = scene.random(f"deliver {scene.clock.today}")
    for key, some in by_company(deals):
        if scene.has("stock.picking"):
            _validate(scene, random, scene.act(key), some)
    for deal in deals:
        wait = random.randint(0, 4)
        day = working_day(max(scene.clock.today, deal.decision_day) + datetime.timedelta(days=wait))
        scene.timeline.at(max(day, scene.clock.today), "invoice", deal)


def _validate(scene, random, env, deals):
    orders = env["sale.order"].union(*[deal.order for deal in deals])
    pickings = orders.picking_ids.filtered(lambda picking: picking.state in ("confirmed", "assigned", "waiting"))
    pickings = pickings.filtered(lambda picking: picking.picking_type_id.code == "outgoing")
    if not pickings:
        return
    pickings.filtered(lambda picking: picking.state != "assigned").action_assign()
    for picking in pickings:
        move = max(picking.move_ids, key=lambda move: move.product_uom_qty)
        if move.product_uom_qty > 3 and random.random() < PARTIAL_SHARE:
            move.quantity = move.product_uom_qty // 2
    pickings.move_ids.picked = True
    pickings.with_context(skip_backorder=True).button_validate()
    for picking in pickings:
        picking.date_done = at_office_hours(scene.clock.today, random)
    for deal in deals:
        rest = deal.order.picking_ids.filtered(lambda picking: picking.state in ("confirmed", "assigned"))
        if rest:
            day = scene.clock.today + datetime.timedelta(days=random.randint(10, 30))
            scene.timeline.at(working_day(day), "deliver", deal)


def enter_return(scene, random, deal):
    """Decide whether something of a deal comes back, and enter it; returns whether."""
    share = LOSING_RETURN_SHARE if deal.customer.story == "losing" else RETURN_SHARE
    if random.random() >= share:
        return False
    day = working_day(scene.clock.today + datetime.timedelta(days=random.randint(6, 20)))
    scene.timeline.at(day, "take_back", deal)
    return True


def take_back(scene, deals):
    """Receive one piece of the largest line, and credit it."""
    for deal in deals:
        env = scene.act(deal.customer.company)
        product = _returned_product(deal)
        if scene.has("stock.return.picking") and product and product.type == "consu":
            _receive(env, deal, product)
        scene.timeline.at(scene.clock.today, "credit", (deal, product))


def _returned_product(deal):
    goods = deal.order.order_line.product_id.filtered(lambda product: product.type == "consu")
    return (goods or deal.order.order_line.product_id)[:1]


def _receive(env, deal, product):
    done = deal.order.picking_ids.filtered(
        lambda picking: picking.state == "done" and product in picking.move_ids.product_id
    )[:1]
    if not done:
        return
    wizard = env["stock.return.picking"].with_context(active_id=done.id, active_model="stock.picking").create({})
    for line in wizard.product_return_moves:
        line.quantity = 1 if line.product_id == product else 0
    action = wizard.action_create_returns()
    returned = env["stock.picking"].browse(action["res_id"])
    returned.action_assign()
    returned.move_ids.picked = True
    returned.button_validate()
