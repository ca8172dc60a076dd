"""The pipeline: leads and opportunities, those that become orders and those that come to nothing."""

import dataclasses
import datetime

from . import campaigns, touches
from .clock import at_office_hours
from .names import JOBS, slug
from .scene import rows
from .texts import QUESTIONS, TOPICS

LOST_REASONS = ("Competitor was cheaper", "Budget postponed", "No answer any more", "Requirement outside our range")


@dataclasses.dataclass(eq=False)
class Stranger:
    """A lead from a company that has not bought: `fate` is lost, open or raw (nobody has looked at it yet)."""

    row: dict
    company: str
    seller: str
    campaign: object
    value: float
    title: str
    fate: str
    lead: object = None


def enter(scene, deals):
    """Enter the leads of the deals that had one, and the strangers'."""
    random = scene.random("leads")
    for deal in deals:
        if deal.from_lead:
            # What is long since decided had a lead before it; the newest customers' lead is their first contact.
            day = max(deal.quote_day - datetime.timedelta(days=random.randint(3, 25)), scene.first_day)
            deal.campaign = campaigns.choose(scene, random, deal.customer.company, day)
            scene.timeline.at(day, "open_lead", deal)
    for stranger, day in _plan_strangers(scene, random):
        scene.timeline.at(day, "open_strange_lead", stranger)


def _plan_strangers(scene, random):
    companies = rows("prospects")
    random.shuffle(companies)
    wanted = [campaign for campaign in scene.campaigns.values() for _lead in range(campaign.strangers)]
    random.shuffle(wanted)
    count = max(6, round(len(companies) * scene.scale))
    for place, (row, campaign) in enumerate(zip(companies[:count], wanted, strict=False)):
        american = row["country"] == "US"
        if american != (campaign.company == "us"):
            campaign = None
        span = (campaign.last_day - campaign.first_day).days if campaign else 700
        start = campaign.first_day if campaign else scene.first_day
        day = start + datetime.timedelta(days=random.randint(2, max(3, span)))
        if place % 5 < 2:
            day = scene.days_ago(random.randint(0, 55))
            campaign = campaign if campaign and campaign.runs_on(day) else None
        recent = (scene.today - day).days < 75
        fate = random.choice(("open", "open", "raw")) if recent else "lost"
        seller = "david" if american else random.choice(("sales", "elena", "manager"))
        value = round(random.lognormvariate(8.8, 0.9), -2)
        yield (
            Stranger(row, "us" if american else "de", seller, campaign, value, random.choice(TOPICS), fate),
            min(day, scene.today),
        )


def open_lead(scene, entries):
    """The customers ask; a salesperson takes it on."""
    random = scene.random(f"lead {scene.clock.today}")
    values = {}
    for day, deal in entries:
        customer = deal.customer
        contact = random.choice(customer.contacts)
        value = sum(scene.products[code].list_price * quantity for code, quantity, _discount in deal.lines)
        values[deal] = {
            "name": deal.title,
            "partner_id": contact.id,
            "type": "opportunity",
            "expected_revenue": round(value * random.uniform(0.8, 1.2), -2),
            "date_deadline": max(deal.decision_day, day),
            "priority": str(min(3, int(value > 2500) + int(value > 12000) + int(value > 50000))),
            **_common_values(scene, customer.company, customer.seller, deal.campaign),
        }
    _create(scene, random, entries, values)
    touches.about_leads(scene, random, entries)


def open_strange_lead(scene, entries):
    """Somebody new asks, as a raw lead or straight as an opportunity."""
    random = scene.random(f"stranger {scene.clock.today}")
    values = {}
    countries = {country.code: country.id for country in scene.env["res.country"].search([])}
    for _day, stranger in entries:
        row = stranger.row
        name = scene.names.name(row["country"])
        values[stranger] = {
            "name": stranger.title,
            "type": "lead" if stranger.fate == "raw" else "opportunity",
            "partner_name": row["name"],
            "contact_name": name,
            "function": random.choice(JOBS),
            "email_from": f"{slug(name).replace('-', '.')}@{'-'.join(slug(row['name']).split('-')[:2])}.example",
            "phone": scene.names.phone(row["country"]),
            "city": row["city"],
            "country_id": countries[row["country"]],
            "expected_revenue": stranger.value,
            "priority": random.choice("0112"),
            "description": random.choice(QUESTIONS),
            **_common_values(scene, stranger.company, stranger.seller, stranger.campaign),
        }
    _create(scene, random, entries, values)
    touches.about_strangers(scene, random, entries)
    for day, stranger in entries:
        if stranger.fate != "raw":
            scene.timeline.at(day + datetime.timedelta(days=random.randint(4, 12)), "qualify", stranger)
        if stranger.fate == "lost":
            scene.timeline.at(day + datetime.timedelta(days=random.randint(20, 70)), "lose_strange_lead", stranger)


def _common_values(scene, company, seller, campaign):
    values = {
        "user_id": scene.people[seller].id,
        "company_id": scene.companies[company].id,
        "team_id": scene.team.id,
    }
    if "iap_enrich_done" in scene.env["crm.lead"]:
        # No web service is asked about the addresses.
        values["iap_enrich_done"] = True
    return values | (campaign.utm() if campaign else {})


def _create(scene, random, entries, values):
    """One batch for each salesperson, who is then the one who made them."""
    days = {item: day for day, item in entries}
    sellers = {item: scene.env["res.users"].browse(row["user_id"]).login for item, row in values.items()}
    for seller in sorted(set(sellers.values())):
        mine = [item for item in values if sellers[item] == seller]
        env = scene.act("us" if seller == "david" else "de", login=seller)
        leads = env["crm.lead"].create([values[item] for item in mine])
        for item, lead in zip(mine, leads, strict=True):
            item.lead = lead
            # In the morning, so that it comes before what follows on the same day.
            scene.made_on(lead, at_office_hours(days[item], random).replace(hour=8))


def qualify(scene, entries):
    """Worth an effort."""
    _to_stage(scene, [stranger.lead for _day, stranger in entries], scene.stages[1])


def propose(scene, entries):
    """A quotation is out."""
    _to_stage(scene, [deal.lead for _day, deal in entries if deal.lead], scene.stages[2])


def _to_stage(scene, leads, stage):
    scene.act()["crm.lead"].union(*leads).write({"stage_id": stage.id})


def win(scene, entries):
    """The order is in."""
    won = [(day, deal) for day, deal in entries if deal.lead]
    scene.act()["crm.lead"].union(*[deal.lead for _day, deal in won]).action_set_won()
    for day, deal in won:
        deal.lead.date_closed = datetime.datetime.combine(day, datetime.time(15))
        deal.lead.expected_revenue = deal.order.amount_untaxed


def lose(scene, entries):
    """It came to nothing."""
    _lose(scene, [(day, deal.lead) for day, deal in entries if deal.lead])


def lose_strange_lead(scene, entries):
    _lose(scene, [(day, stranger.lead) for day, stranger in entries])


def _lose(scene, leads):
    random = scene.random(f"lose {scene.clock.today}")
    for day, lead in leads:
        lead.action_set_lost(lost_reason_id=random.choice(scene.lost_reasons).id)
        lead.date_closed = datetime.datetime.combine(day, datetime.time(15))


def prepare(scene):
    """The stages, the team and the reasons for losing that the leads use."""
    env = scene.act()
    scene.stages = env["crm.stage"].search([], order="sequence")
    scene.team = env.ref("sales_team.team_sales_department")
    Reason = env["crm.lost.reason"]
    scene.lost_reasons = [
        Reason.search([("name", "=", name)], limit=1) or Reason.create({"name": name}) for name in LOST_REASONS
    ]
