"""Goods leave the house, and some come back."""

import datetime

from . import service
from .clock import at_office_hours
from .deals import by_company, orders_of

PARTIAL_SHARE = 0.05  # of deliveries that go in two parts


def deliver(scene, entries):
    """Validate what is to be delivered for these deals, and enter their invoices."""
    random = scene.random(f"deliver {scene.clock.today}")
    if scene.has("stock.picking"):
        for key, some in by_company(entries):
            _validate(scene, random, orders_of(scene.act(key), some), some)
    service.work_off(scene, random, entries)
    for day, deal in entries:
        scene.timeline.at(_invoice_run(day + datetime.timedelta(days=random.randint(0, 2))), "invoice", deal)


def _invoice_run(day):
    """Invoices are written on Tuesdays and Fridays."""
    wait = (1 - day.weekday()) % 7 if day.weekday() < 2 or day.weekday() > 4 else 4 - day.weekday()
    return day + datetime.timedelta(days=wait)


def _validate(scene, random, orders, entries):
    open_states = ("confirmed", "assigned", "waiting")
    pickings = orders.picking_ids.filtered(
        lambda picking: picking.state in open_states and picking.picking_type_id.code == "outgoing"
    )
    if not pickings:
        return
    if waiting := pickings.filtered(lambda picking: picking.state != "assigned"):
        waiting.action_assign()
    for picking in pickings:
        move = max(picking.move_ids, key=lambda move: move.product_uom_qty)
        if move.product_uom_qty > 3 and random.random() < PARTIAL_SHARE:
            move.quantity = move.product_uom_qty // 2
    pickings.move_ids.picked = True
    pickings.with_context(skip_backorder=True).button_validate()
    for day, deal in entries:
        for picking in deal.order.picking_ids & pickings:
            picking.date_done = at_office_hours(day, random)
        if deal.order.picking_ids.filtered(lambda picking: picking.state in open_states):
            scene.timeline.at(day + datetime.timedelta(days=random.randint(10, 30)), "deliver", deal)


def enter_return(scene, random, day, deal):
    """Enter the return of a piece where one is to come back."""
    if deal.comes_back:
        scene.timeline.at(day + datetime.timedelta(days=random.randint(6, 20)), "take_back", deal)


def take_back(scene, entries):
    """Receive one piece of the first goods of the order, and have it credited."""
    random = scene.random(f"take back {scene.clock.today}")
    for day, deal in entries:
        products = deal.order.order_line.product_id
        product = (products.filtered(lambda product: product.type == "consu") or products)[:1]
        if scene.has("stock.return.picking") and product.type == "consu":
            _receive(scene, deal, product, at_office_hours(day, random))
        scene.timeline.at(day, "credit", (deal, product))


def _receive(scene, deal, product, moment):
    done = deal.order.picking_ids.filtered(
        lambda picking: picking.state == "done" and product in picking.move_ids.product_id
    )[:1]
    if not done:
        return
    env = scene.act(deal.customer.company)
    wizard = env["stock.return.picking"].with_context(active_id=done.id, active_model="stock.picking").create({})
    for line in wizard.product_return_moves:
        line.quantity = 1 if line.product_id == product else 0
    action = wizard.action_create_returns()
    returned = env["stock.picking"].browse(action["res_id"])
    returned.move_ids.quantity = 1
    returned.move_ids.picked = True
    returned.button_validate()
    returned.date_done = moment
    scene.made_on(returned, moment)
