"""What each document's touches are and what each model credits them with, worked out a second way: record by record,
with the functions of `analytics.attribution`."""

from collections import Counter
from datetime import datetime, timedelta
from fractions import Fraction

from odoo.addons.crm_pareto.analytics import attribution

SALE_TYPES = ("out_invoice", "out_refund", "out_receipt")
NUMBERS = 256
LOGGED, LEAD, ORDER, INVOICE, CREDIT_NOTE = 4, 65, 69, 71, 72


def credits(env, company, as_of):
    """{(document, the order that a part of it bills): its touches, as dictionaries of date, id, campaign and the six
    credits, in order of time}"""
    touches = _touches(env, company, as_of)
    journeys = {}
    for move in env["account.move"].search(
        [("company_id", "=", company.id), ("state", "=", "posted"), ("move_type", "in", SALE_TYPES)], order="id"
    ):
        for order in _orders(move) or [env["sale.order"]]:
            steps = _journey(move, order, touches, company.pareto_lookback_days)
            if move.invoice_date <= as_of and steps:
                journeys[move, order] = steps
    effects = attribution.removal_effects(_chain(journeys, touches))
    for steps in journeys.values():
        _share_out(steps, effects, company.pareto_half_life_days)
    return journeys


def _touches(env, company, as_of):
    """[(customer id or None, dictionary)] of the logged touches and leads that carry a campaign, the first of a day."""
    end = datetime.combine(as_of + timedelta(days=1), datetime.min.time())
    found = []
    for model, number, date in (("crm.pareto.touch", LOGGED, "date"), ("crm.lead", LEAD, "create_date")):
        records = env[model].with_context(active_test=False).search([("campaign_id", "!=", False)])
        for record in records:
            if record.company_id in (company, record.company_id.browse()) and record[date] < end:
                touch = {
                    "date": record[date].replace(microsecond=0),
                    "id": record.id * NUMBERS + number,
                    "campaign": record.campaign_id.id,
                }
                found.append((record.partner_id.commercial_partner_id.id or -record.id, touch))
    first = {}
    for who, touch in sorted(found, key=lambda one: (one[1]["date"], one[1]["id"])):
        first.setdefault((who, touch["campaign"], touch["date"].date()), (who, touch))
    return list(first.values())


def _origin(move):
    while move.reversed_entry_id:
        move = move.reversed_entry_id
    return move


def _orders(move):
    orders = move.line_ids.sale_line_ids.order_id or _origin(move).line_ids.sale_line_ids.order_id
    return orders.sorted(lambda order: (order.date_order, order.id))


def amount(move, order):
    """What a document bills of one of its orders, in company currency, where a line is of one order at most."""
    orders, lines = _orders(move), move.line_ids.filtered(lambda line: line.display_type == "product")
    if len(orders) < 2:
        return Fraction(str(-sum(lines.mapped("balance"))))
    if not lines.sale_line_ids and move != _origin(move):
        whole = sum(amount(_origin(move), each) for each in orders)
        return Fraction(str(-sum(lines.mapped("balance")))) * amount(_origin(move), order) / whole
    mine = lines.filtered(lambda line: (line.sale_line_ids.order_id or orders[0]) == order)
    return sum(Fraction(str(-line.balance)) for line in mine)


def _campaign(move, order):
    """The campaign that a document names for an order; one that several orders share out is theirs."""
    origin = _origin(move)
    campaigns = origin.line_ids.sale_line_ids.order_id.campaign_id
    several = len(origin.line_ids.sale_line_ids.order_id) > 1
    if order and several and origin.campaign_id in campaigns:
        return order.campaign_id
    return origin.campaign_id or order.campaign_id


def _journey(move, order, touches, look_back):
    origin = _origin(move)
    customer = (origin.pareto_customer_id or origin).commercial_partner_id
    if order:
        moment = order.date_order
    elif origin.move_type != "out_refund":
        moment = datetime.combine(origin.invoice_date + timedelta(days=1), datetime.min.time())
    else:
        moment = None
    steps = [
        {**touch, "age": (moment.date() - touch["date"].date()).days}
        for who, touch in touches
        if moment and who == customer.id and moment - timedelta(days=look_back) <= touch["date"] <= moment
    ]
    own = _campaign(move, order)
    if own and own.id not in [step["campaign"] for step in steps]:
        steps.append(_own_step(origin, order, own, moment, move))
    return sorted(steps, key=lambda step: (step["date"], step["id"]))


def _own_step(origin, order, campaign, moment, move):
    kind = CREDIT_NOTE if origin.move_type == "out_refund" else INVOICE
    id_ = order.id * NUMBERS + ORDER if order else origin.id * NUMBERS + kind
    date = moment or datetime.combine(move.invoice_date, datetime.min.time())
    return {"date": date, "id": id_, "campaign": campaign.id, "age": 0}


def _chain(journeys, touches):
    """The steps of the journeys that ended with a sale, each sale once, and of the touches that led to none."""
    steps, seen, sales = Counter(), set(), {}
    for (move, order), journey in journeys.items():
        seen.update(step["id"] for step in journey)
        origin, own = _origin(move), _campaign(move, order)
        customer = (origin.pareto_customer_id or origin).commercial_partner_id
        key = (order.id, None if order else origin.id, customer.id, own.id)
        sale = sales.setdefault(key, {"journey": journey, "sold": False})
        sale["sold"] |= move.move_type != "out_refund"
    for sale in sales.values():
        if sale["sold"]:
            _walk(steps, sale["journey"], attribution.SALE)
    lost = {}
    for who, touch in touches:
        if touch["id"] not in seen:
            lost.setdefault(who, []).append(touch)
    for journey in lost.values():
        _walk(steps, sorted(journey, key=lambda step: (step["date"], step["id"])), attribution.NO_SALE)
    return steps


def _walk(steps, journey, end):
    path = [attribution.START, *(step["campaign"] for step in journey), end]
    steps.update(zip(path, path[1:], strict=False))


def _share_out(steps, effects, half_life):
    count, campaigns = len(steps), [step["campaign"] for step in steps]
    by_model = {
        "first": attribution.first_touch(count),
        "last": attribution.last_touch(count),
        "linear": attribution.linear(count),
        "decay": attribution.time_decay([step["age"] for step in steps], half_life),
        "position": attribution.position_based(count),
        "data": attribution.data_driven(campaigns, effects),
    }
    for model, shares in by_model.items():
        for step, share in zip(steps, shares, strict=True):
            step[f"credit_{model}"] = share
