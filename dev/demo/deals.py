"""What is offered to whom and when, decided before anything is written to Odoo."""

import collections
import dataclasses
import datetime

from .clock import working_day
from .scene import rows

ORDERS_OF_THE_LARGEST = 11
LOST_SHARE = 0.16  # quotations that come to nothing, for one that is ordered
FROM_LEAD_SHARE = 0.34  # of repeat orders; nearly every first one comes from a lead
RETURN_SHARE = 0.03  # of invoiced deals of which a piece comes back
LOSING_RETURN_SHARE = 0.25  # the same with customers who lose us money
EVERY_NTH_ASKED = 6  # customer in the ranking has an open quotation today
CONTACT_ORDERS_SHARE = 0.55  # placed by a person, not by the company's general account
SERVICE_CODES = ("CAL-SITE", "CAL-LAB", "TRAIN", "SC-B", "SC-P")
TITLES = {
    "CM-500": ("Measuring machine for goods-in inspection", "Second measuring machine", "New metrology room"),
    "CM-300": ("Measuring arm for large castings", "Mobile measuring in assembly", "Arm for jig inspection"),
    "SR-20": ("Roughness testing on the shop floor", "Replacement of roughness testers"),
    "HT-10": ("Hardness testing after heat treatment", "Hardness tester for the laboratory"),
    "TI-640": ("Thermal imaging for switchgear", "Heat loss survey of the boilers", "Thermal imager for maintenance"),
    "PC-25": ("Pressure calibration in house", "Calibrators for the instrument shop"),
    "FM-80": ("Flow measurement on cooling water", "Leak search in the district network"),
    "DL-16": ("Temperature mapping of the warehouse", "Data logging for validation"),
    "CAL-SITE": ("Yearly calibration on site", "Calibration before the audit"),
    "CAL-LAB": ("Laboratory calibration of hand tools", "Certificates for the audit"),
    "TRAIN": ("Operator training", "Training for the night shift"),
    "SC-B": ("Service contract", "Renewal of the service contract"),
    "SC-P": ("Premium service contract", "Upgrade to Premium service"),
}
OTHER_TITLES = (
    "Sensors for the new line",
    "Retrofit of the test bench",
    "Spare parts stock",
    "Consumables for the year",
    "Monitoring of the compressor station",
    "Instrumentation of the pilot plant",
    "Condition monitoring, first stage",
    "Sensor replacement during shutdown",
)


@dataclasses.dataclass(eq=False)
class Deal:
    """One quotation and what becomes of it; days are dates, `lines` are (product code, quantity, discount in %)."""

    customer: object
    quote_day: datetime.date
    decision_day: datetime.date
    won: bool
    lines: list
    from_lead: bool
    by_contact: bool
    comes_back: bool = False
    title: str = ""
    campaign: object = None
    lead: object = None
    order: object = None
    invoice: object = None


def plan_deals(scene):
    """Every deal of every customer, in order of the customers."""
    random = scene.random("deals")
    products = [row for row in rows("products")]
    largest = max(customer.turnover for customer in scene.customers)
    deals = []
    for customer in scene.customers:
        deals += _plan_customer(scene, random, products, customer, largest)
    return deals


def _plan_customer(scene, random, products, customer, largest):
    count = max(2, round(ORDERS_OF_THE_LARGEST * (customer.turnover / largest) ** 0.52))
    if customer.story in ("new", "prospect"):
        count = random.randint(1, 2)
    # The largest customer has met everything, so even the smallest demo company shows every state.
    largest_of_all = customer.rank == 0
    deals = []
    for place, day in enumerate(_days(random, customer, count)):
        value = customer.turnover / count * random.lognormvariate(-0.08, 0.4)
        won = customer.story != "prospect"
        deals.append(_plan_deal(scene, random, products, customer, day, value, won, first=place == 0))
        share = LOSING_RETURN_SHARE if customer.story == "losing" else RETURN_SHARE
        deals[-1].comes_back = random.random() < share or (largest_of_all and place == 0)
        if won and (random.random() < LOST_SHARE or (largest_of_all and place == 1)):
            other = working_day(day - datetime.timedelta(days=random.randint(0, 60)))
            lost = max(other, customer.first_day)
            deals.append(_plan_deal(scene, random, products, customer, lost, value * 1.3, False, first=False))
    if customer.rank % EVERY_NTH_ASKED == 0 and customer.story != "quiet":
        deals.append(_plan_open_deal(scene, random, products, customer, customer.turnover / count))
    return deals


def _plan_open_deal(scene, random, products, customer, value):
    """A quotation that the customer is still thinking about today."""
    deal = _plan_deal(scene, random, products, customer, scene.today, value, True, first=False)
    deal.quote_day = max(scene.days_ago(random.randint(2, 20)), customer.first_day)
    deal.decision_day = scene.today + datetime.timedelta(days=random.randint(4, 25))
    deal.from_lead = True
    return deal


def _days(random, customer, count):
    """`count` working days between the customer's first and last, fairly even, as machines wear evenly."""
    span = max(1, (customer.last_day - customer.first_day).days - 20)
    days = []
    for place in range(count):
        share = (place + random.uniform(0.05, 0.95)) / count
        days.append(working_day(customer.first_day + datetime.timedelta(days=20 + round(span * share))))
    return days


def _plan_deal(scene, random, products, customer, day, value, won, first):
    lines = _choose_lines(random, products, customer, value)
    weeks = 1 if value < 3000 else 2 if value < 30000 else 5
    lead_time = random.randint(2, 6) + weeks * random.randint(1, 6)
    quote = max(working_day(day - datetime.timedelta(days=lead_time)), customer.first_day)
    titles = TITLES.get(lines[0][0], OTHER_TITLES)
    return Deal(
        customer=customer,
        quote_day=quote,
        decision_day=max(day, quote),
        won=won,
        lines=lines,
        from_lead=random.random() < (0.92 if first else FROM_LEAD_SHARE),
        by_contact=random.random() < CONTACT_ORDERS_SHARE,
        title=random.choice(titles),
    )


def _choose_lines(random, products, customer, value):
    """Products that together cost about `value` before any discount.

    :return: the line worth most first
    """
    discount = 0
    if customer.story == "losing":
        discount = random.choice((54, 58, 62))
    elif random.random() < 0.25:
        discount = random.choice((3, 5, 8, 10, 12))
    count = 1 if value < 400 else random.randint(2, 4) if value < 20000 else random.randint(3, 6)
    shares = sorted((random.uniform(0.3, 1) ** 2 for _ in range(count)), reverse=True)
    quantities = collections.OrderedDict()
    for share in shares:
        aim = value * share / sum(shares) / (1 - discount / 100)
        fitting = [row for row in products if aim / 70 < float(row["price"]) <= aim * 1.3]
        row = random.choice(fitting or products[-10:-9] or products)
        quantity = max(1, round(aim / float(row["price"])))
        if row["code"] in SERVICE_CODES:
            quantity = min(quantity, 12)
        quantities[row["code"]] = quantities.get(row["code"], 0) + quantity
    return [(code, quantity, discount) for code, quantity in quantities.items()]


def needed_stock(deals):
    """What the won deals will take: {company key: {product code: quantity}}."""
    needed = collections.defaultdict(collections.Counter)
    for deal in deals:
        for code, quantity, _discount in deal.lines:
            needed[deal.customer.company][code] += quantity
    return needed


def by_company(entries):
    """[(company key, entries of that company)], since Odoo works in one company at a time.

    :param entries: [(day, deal)]
    """
    companies = sorted({deal.customer.company for _day, deal in entries})
    return [(key, [entry for entry in entries if entry[1].customer.company == key]) for key in companies]


def orders_of(env, entries):
    return env["sale.order"].union(*[deal.order for _day, deal in entries])
