"""Touches that somebody wrote down: talks at the stand of the fair, and calls after an advertisement."""

import datetime

from . import events
from .clock import at_office_hours

TALKS, CALLS = 16, 7
FAIR_TALKS = (
    "Met at our stand: wants the measuring arm shown in house",
    "Met at our stand: asks for a quotation on hardness testers",
    "Met at our stand: content, brought a colleague from maintenance",
    "Met at our stand: compares three suppliers of pressure calibrators",
    "Met at our stand: wants to be called about training",
)
PRINT_CALLS = (
    "Saw our advertisement, asks for the data sheet of the roughness tester",
    "Saw our advertisement, asks for the price of a hardness tester",
    "Saw our advertisement, wants a demonstration",
)


def enter(scene):
    fair = events.first_day(scene, "fair1")
    for place in range(_count(scene, TALKS)):
        scene.timeline.at(fair + datetime.timedelta(days=place % 3), "log", ("fair1", "event", FAIR_TALKS))
    first = scene.campaigns["print"].first_day
    for place in range(_count(scene, CALLS)):
        scene.timeline.at(first + datetime.timedelta(days=18 + 13 * place), "log", ("print", "phone", PRINT_CALLS))


def _count(scene, many):
    return max(2, round(many * scene.scale))


def log(scene, entries):
    """A salesperson logs who came to the stand or called, with the campaign."""
    random = scene.random(f"logged {scene.clock.today}")
    for day, (key, channel, texts) in entries:
        campaign = scene.campaigns[key]
        customer = random.choice(_known(scene, campaign.company, day))
        contact = random.choice(customer.contacts)
        moment = at_office_hours(day, random)
        touch = scene.act(campaign.company, login=customer.seller)["crm.pareto.touch"].create(
            {
                "name": random.choice(texts),
                "date": moment,
                "partner_id": contact.id,
                "channel": channel,
                "direction": "in",
                "company_id": scene.companies[campaign.company].id,
                **campaign.utm(),
            }
        )
        scene.made_on(touch, moment)


def _known(scene, company, day):
    """The customers who had appeared by that day: that is at least eight days before their first business."""
    latest = day + datetime.timedelta(days=8)
    return [
        customer
        for customer in scene.customers
        if customer.partner and customer.company == company and customer.first_day <= latest
    ]
