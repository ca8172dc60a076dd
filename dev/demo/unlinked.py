"""Invoices that do not say whose business they are: billed to a leasing company, or to a walk-in customer."""

import datetime

from odoo import Command

from .clock import at_office_hours

LEASING = "Nordwest Leasing GmbH"
WALK_IN = "Walk-in customer"
# That no company has: German numbers of this range are not given out.
VAT = "DE999999999"
LEASED, CALIBRATED = "CM-300", "CAL-LAB"


def enter(scene):
    """Enter a leased machine and two calibrations at the counter, of three customers."""
    known = [customer for customer in scene.customers if customer.company == "de" and customer.story == "regular"]
    known = sorted((each for each in known if each.first_day < scene.days_ago(120)), key=lambda each: each.rank)
    for place, (ago, action) in enumerate(((74, "lease"), (47, "walk_in"), (26, "walk_in"))):
        scene.timeline.at(scene.days_ago(ago), action, (known[(place + 1) % len(known)], place))


def lease(scene, entries):
    """The customer orders a machine; the leasing company is billed for it."""
    for day, (customer, _place) in entries:
        env, moment = scene.act("de", login=customer.seller), at_office_hours(day)
        order = env["sale.order"].create(
            {
                "partner_id": customer.partner.id,
                "partner_invoice_id": _partner(scene, env, LEASING, is_company=True).id,
                "user_id": env.uid,
                "client_order_ref": "Leasing contract 41-2209",
                "date_order": moment,
                "order_line": [Command.create({"product_id": scene.products[LEASED].id, "product_uom_qty": 1})],
            }
        )
        order.action_confirm()
        order.date_order = moment
        if "picking_ids" in order:
            order.picking_ids.move_ids.picked = True
            order.picking_ids.with_context(skip_backorder=True).button_validate()
            for picking in order.picking_ids:
                picking.date_done = moment
                scene.made_on(picking, moment)
        scene.made_on(order, moment)
        invoice = order.with_env(scene.act("de", login="accountant"))._create_invoices()
        _post(scene, invoice, day, after=28)


def walk_in(scene, entries):
    """A calibration at the counter: only the reference says for whom, by the address or the VAT number."""
    for day, (customer, place) in entries:
        env = scene.act("de", login="accountant")
        mark = customer.contacts[0].email
        if place % 2 == 0:
            customer.partner.vat = mark = VAT
        marked = {"pareto_not_customer": True} if "pareto_not_customer" in env["res.partner"]._fields else {}
        line = {"product_id": scene.products[CALIBRATED].id, "quantity": place}
        invoice = env["account.move"].create(
            {
                "move_type": "out_invoice",
                "partner_id": _partner(scene, env, WALK_IN, **marked).id,
                "ref": f"Counter, {mark}",
                "invoice_line_ids": [Command.create(line)],
            }
        )
        _post(scene, invoice, day, after=0)


def _post(scene, invoice, day, after):
    invoice.invoice_date = day
    invoice.action_post()
    scene.made_on(invoice, at_office_hours(day))
    scene.timeline.at(day + datetime.timedelta(days=after), "pay", (invoice, 1))


def _partner(scene, env, name, **values):
    germany = env.ref("base.de")
    partners = env["res.partner"]
    values = {"name": name, "city": "Hamburg", "country_id": germany.id, **values}
    return partners.search([("name", "=", name)], limit=1) or partners.create(values)
