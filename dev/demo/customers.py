"""Who buys: about a hundred companies with their people, and how much and how long each buys."""

import dataclasses
import datetime

from odoo import Command

from .clock import at_office_hours
from .names import JOBS, slug
from .scene import rows

# What the first and the hundredth customer bring in two years, in the seller's
# currency, lies on a curve with a heavy tail: a fifth of them brings four fifths.
TURNOVER = 6_200_000
TAIL, FLATTENING = 1.97, 4.5
# Places in the ranking of customers with a story.
PROSPECTS_FROM = 86  # the last ones only ever got a quotation
QUIET = (6, 13, 19, 27, 34, 41, 50, 58, 66, 73)  # no order for nine months and more
NEW = (11, 24, 38, 47, 62, 70)  # first order this quarter
LOSING = (4, 16, 22, 33, 52)  # large discounts and much support: they cost more than they bring
ROLES = {  # in the buying centre, by job
    "Technical director": ("decides", "pays"),
    "Purchasing manager": ("pays", "gatekeeper"),
    "Head of quality": ("influences", "champion"),
    "Plant engineer": ("influences",),
    "Laboratory manager": ("uses",),
    "Test engineer": ("uses",),
}
REFERRED = 4  # one in so many came because an earlier customer spoke of us
SELLER_OF = {"de": ("sales", "elena", "sales", "manager", "sales", "elena"), "us": ("david", "david", "manager")}
DOLLAR_COUNTRIES = {"US", "GB", "AE", "JP", "ZA", "TR"}
SOUTH = {"IT", "ES", "FR", "CH"}


@dataclasses.dataclass(eq=False)
class Customer:
    """One customer: its line of data/customers.csv, its plan, and once it appears its records."""

    row: dict
    rank: int
    turnover: float
    story: str
    seller: str
    first_day: datetime.date
    last_day: datetime.date
    partner: object = None
    contacts: object = None

    @property
    def company(self):
        return self.row["seller"]

    @property
    def pays_in_dollars(self):
        """Customers of the German company who are invoiced in dollars."""
        return self.company == "de" and self.row["country"] in DOLLAR_COUNTRIES


def plan_customers(scene):
    """Decide on everybody's rank and story; their records come with their first contact."""
    random = scene.random("customers")
    everybody = rows("customers")
    count = max(8, min(len(everybody), round(len(everybody) * scene.scale)))
    # A smaller company is every so-manieth customer of the large one, so every story stays in it.
    places = [place * len(everybody) // count for place in range(count)]
    chosen = [everybody[place] for place in places]
    random.shuffle(chosen)
    weights = [(rank + 1 + FLATTENING) ** -TAIL for rank in places]
    for row, rank, weight in zip(chosen, places, weights, strict=True):
        turnover = TURNOVER * count / len(everybody) * weight / sum(weights)
        scene.customers.append(_plan_customer(scene, random, row, rank, turnover))


def _plan_customer(scene, random, row, rank, turnover):
    story = "prospect" if rank >= PROSPECTS_FROM else "regular"
    for name, ranks in (("quiet", QUIET), ("new", NEW), ("losing", LOSING)):
        story = name if rank in ranks else story
    days = (scene.today - scene.first_day).days
    first = scene.first_day + datetime.timedelta(random.randint(0, days // 3 if rank > 20 else days // 12))
    last = scene.today
    if story == "quiet":
        first, last = scene.first_day, scene.days_ago(random.randint(285, 470))
    elif story == "new":
        first = scene.days_ago(random.randint(25, 80))
    elif story == "prospect":
        first = scene.days_ago(random.randint(20, 300))
    sellers = SELLER_OF[row["seller"]]
    seller = "elena" if row["country"] in SOUTH else sellers[rank % len(sellers)]
    return Customer(row, rank, turnover, story, seller, first, last)


def enter(scene):
    """Enter every customer's first appearance, some days before the first business."""
    random = scene.random("appearances")
    for customer in scene.customers:
        day = customer.first_day - datetime.timedelta(days=random.randint(8, 40))
        scene.timeline.at(max(day, scene.first_day), "appear", customer)


def appear(scene, entries):
    """Create the companies and their people."""
    customers = [customer for _day, customer in entries]
    env = scene.act("de")
    shared = _Shared(scene)
    partners = env["res.partner"].create([_company_values(scene, shared, customer) for customer in customers])
    people = []
    for customer, partner in zip(customers, partners, strict=True):
        customer.partner = partner
        people.append(_people_values(shared, customer, partner))
    contacts = env["res.partner"].create([values for several in people for values in several])
    for day, customer in entries:
        mine = contacts.filtered(lambda contact, parent=customer.partner: contact.parent_id == parent)
        customer.contacts = mine.filtered(lambda contact: contact.type == "contact")
        _give_roles(customer)
        for partner in customer.partner | mine:
            scene.made_on(partner, at_office_hours(day, shared.random))
        if customer.pays_in_dollars:
            customer.partner.with_company(
                scene.companies["de"]
            ).specific_property_product_pricelist = scene.dollar_prices


def _give_roles(customer):
    """Say who decides, pays and uses; at every third company nobody asked yet."""
    if customer.rank % 3:
        customer.contacts.env["crm.pareto.role"].create(
            [
                {"partner_id": customer.partner.id, "contact_id": contact.id, "role": role}
                for contact in customer.contacts
                for role in ROLES.get(contact.function, ())
            ]
        )


class _Shared:
    """Records that many customers refer to, looked up once."""

    def __init__(self, scene):
        env = scene.act("de")
        self.people = scene.names
        self.random = self.people.random
        self.countries = {country.code: country for country in env["res.country"].search([])}
        self.states = {(state.country_id.code, state.code): state for state in env["res.country.state"].search([])}
        self.industries = {industry.name: industry for industry in env["res.partner.industry"].search([])}
        self.tags = {tag.name: tag for tag in env["res.partner.category"].search([])}
        missing = sorted({row["tag"] for row in rows("customers")} - set(self.tags))
        created = env["res.partner.category"].create(
            [{"name": name, "color": place % 11 + 1} for place, name in enumerate(missing)]
        )
        self.tags.update({tag.name: tag for tag in created})
        self.terms = [
            term
            for name in ("account_payment_term_15days", "account_payment_term_30days", "account_payment_term_45days")
            if (term := env.ref(f"account.{name}", raise_if_not_found=False))
        ]


def _domain(customer):
    return f"{'-'.join(slug(customer.row['name']).split('-')[:2])}.example"


def _company_values(scene, shared, customer):
    row, domain = customer.row, _domain(customer)
    values = {
        "name": row["name"],
        "is_company": True,
        "street": row["street"],
        "zip": row["zip"],
        "city": row["city"],
        "country_id": shared.countries[row["country"]].id,
        "industry_id": shared.industries[row["industry"]].id if row["industry"] in shared.industries else False,
        "category_id": [Command.link(shared.tags[row["tag"]].id)],
        "user_id": scene.people[customer.seller].id,
        "email": f"{'info' if row['country'] in ('DE', 'AT', 'CH', 'IT') else 'office'}@{domain}",
        "phone": shared.people.phone(row["country"]),
        "website": f"https://www.{domain}",
        "lang": {"DE": "de_DE", "AT": "de_DE", "FR": "fr_FR"}.get(row["country"], "en_US"),
    }
    earlier = [other.partner for other in scene.customers if other.partner]
    if earlier and customer.rank % REFERRED == 1:
        values["pareto_referred_by_id"] = earlier[customer.rank * 7 % len(earlier)].id
    values["pareto_may_be_named"] = customer.rank % 3 == 0
    if row["state"]:
        values["state_id"] = shared.states[row["country"], row["state"]].id
    if shared.terms:
        values["property_payment_term_id"] = shared.random.choice(shared.terms).id
    return values


def _people_values(shared, customer, partner):
    row, random = customer.row, shared.random
    jobs = random.sample(JOBS, 3 if customer.rank < 15 else random.randint(1, 2))
    people = []
    for job in jobs:
        name = shared.people.name(row["country"])
        people.append(
            {
                "parent_id": partner.id,
                "type": "contact",
                "name": name,
                "function": job,
                "email": f"{slug(name).replace('-', '.')}@{_domain(customer)}",
                "phone": shared.people.phone(row["country"]),
                "lang": partner.lang,
            }
        )
    if customer.rank < 40 and customer.rank % 3 == 0:
        people.append(_address(partner, customer, "invoice", "Accounts payable"))
    if customer.rank < 40 and customer.rank % 4 == 0:
        people.append(_address(partner, customer, "delivery", "Goods receiving, gate 2"))
    return people


def _address(partner, customer, kind, name):
    return {
        "parent_id": partner.id,
        "type": kind,
        "name": name,
        "email": f"{'invoices' if kind == 'invoice' else 'goods-in'}@{_domain(customer)}",
        "street": partner.street,
        "street2": "Finance department" if kind == "invoice" else "Warehouse",
        "zip": partner.zip,
        "city": partner.city,
        "state_id": partner.state_id.id,
        "country_id": partner.country_id.id,
        "lang": partner.lang,
    }
