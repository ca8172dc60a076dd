"""Marketing: nine campaigns with where their leads come from, what they may cost, and their vendor bills."""

import dataclasses
import datetime

from odoo import Command

from .clock import at_office_hours


@dataclasses.dataclass(eq=False)
class Campaign:
    """One campaign; days count back from today, so -30 is in a month.

    :param pull: how many of the new leads of its time are its own, against the others'
    :param bills: (vendor, what for, amount in the company's currency, days ago)
    :param budget: in the company's currency
    :param shared: whether both companies take part in it
    """

    key: str
    name: str
    company: str
    source: str
    medium: str
    start: int
    end: int
    pull: float
    bills: list
    budget: float
    strangers: int = 5  # leads from companies that never bought
    shared: bool = False
    first_day: datetime.date = None
    last_day: datetime.date = None
    record: object = None
    source_record: object = None
    medium_record: object = None

    def runs_on(self, day):
        return self.first_day <= day <= self.last_day

    def utm(self):
        records = {"campaign_id": self.record, "source_id": self.source_record, "medium_id": self.medium_record}
        return {name: record.id for name, record in records.items()}


FAIR, STAND, ONLINE = "Messe Nordwest Veranstaltungs GmbH", "Standbau Reuter KG", "Klickhaus Online Marketing GmbH"
PRINT, PAPER, FILM = "Verlag Prüfen & Messen", "Druckerei Altona Nord", "Bildton Studio Hamburg"
HOTEL = "Larimer Event Rentals LLC"
STAGES = ("Running", "Finished")


def _campaigns(year_of):
    """:param year_of: function (days ago) → the year then"""
    return [
        Campaign(
            *("mailing1", f"Mailing: calibration check-up {year_of(640)}", "de", "Newsletter", "Email", 640, 585, 2),
            [(ONLINE, "Design and dispatch of a mailing", 1850, 630), (PAPER, "Postcards for key accounts", 940, 622)],
            budget=3000,
        ),
        Campaign(
            *("fair1", f"MessTech trade fair {year_of(430)}", "de", "Trade fair", "Event", 470, 370, 5),
            [(FAIR, "Stand space 48 m², hall 4", 21600, 455), (PAPER, "Catalogues and visitor bags", 3280, 440)],
            budget=50000,
            strangers=11,
        ),
        Campaign(
            *("google", "Google Ads: pressure and flow", "de", "Google", "Paid search", 420, 95, 3),
            [(ONLINE, "Clicks and management, one month", 1380 + 35 * month, 400 - 30 * month) for month in range(11)],
            budget=16000,
            strangers=9,
        ),
        Campaign(
            *("linkedin", "LinkedIn: wind and hydro operators", "de", "LinkedIn", "Paid social", 210, 15, 2),
            [(ONLINE, "Sponsored posts of the month", 2150, 190 - 30 * month) for month in range(6)],
            budget=20000,
            strangers=7,
        ),
        Campaign(
            *("print", "Journal advertisement: roughness and hardness", "de", "Prüfen & Messen", "Print", 560, 440, 1),
            [(PRINT, "Full page, two issues", 9800, 545), (FILM, "Product photographs", 2400, 552)],
            budget=12000,
            strangers=2,
        ),
        Campaign(
            *("referral", "Customers recommend us", "de", "Referral", "Word of mouth", 720, 0, 1.5),
            [(PAPER, "Vouchers and gift boxes for referrers", 620, 700 - 160 * part) for part in range(5)],
            budget=4000,
            strangers=4,
            shared=True,
        ),
        Campaign(
            *("webinar", "Webinar: measurement uncertainty made simple", "de", "Webinar", "Event", 170, 110, 2.5),
            [(ONLINE, "Invitation mailing", 780, 165)],
            budget=4500,
            strangers=6,
        ),
        Campaign(
            *("openhouse", f"Open house Denver {year_of(290)}", "us", "Trade fair", "Event", 320, 240, 3),
            [(HOTEL, "Hall, catering and signage", 7400, 285), (HOTEL, "Shuttle service", 1150, 284)],
            budget=9000,
            strangers=6,
        ),
        # Under preparation: the stand is ordered, nobody has come of it yet.
        Campaign(
            *("fair2", f"MessTech trade fair {year_of(-38)}", "de", "Trade fair", "Event", 25, -45, 0),
            [(FAIR, "Stand space 48 m², first half", 11400, 21)],
            budget=52000,
            strangers=0,
        ),
    ]


def make_campaigns(scene):
    """Campaigns with their sources, mediums and budgets, and the bills entered in the diary."""
    env = scene.act("de")
    running, finished = (_named(env["utm.stage"], name, sequence=20 + place) for place, name in enumerate(STAGES))
    for campaign in _campaigns(lambda days: scene.days_ago(days).year):
        campaign.first_day, campaign.last_day = scene.days_ago(campaign.start), scene.days_ago(campaign.end)
        campaign.source_record = _named(env["utm.source"], campaign.source)
        campaign.medium_record = _named(env["utm.medium"], campaign.medium)
        home = scene.companies[campaign.company]
        campaign.record = env["utm.campaign"].create(
            {
                "title": campaign.name,
                "user_id": scene.people["manager"].id,
                "company_id": False if campaign.shared else home.id,
                "stage_id": (finished if campaign.last_day < scene.days_ago(20) else running).id,
            }
        )
        campaign.record.with_company(home).pareto_budget = campaign.budget
        scene.campaigns[campaign.key] = campaign
        scene.made_on(campaign.record, datetime.datetime.combine(campaign.first_day, datetime.time(8, 30)))
        for bill in campaign.bills[: max(1, round(len(campaign.bills) * scene.scale))]:
            scene.timeline.at(scene.days_ago(bill[3]), "bill", (campaign, bill))


def _named(model, name, **values):
    return model.search([("name", "=", name)], limit=1) or model.create({"name": name, **values})


def choose(scene, random, company, day):
    """The campaign that a lead of that day comes from, or nothing: half come of their own accord."""
    running = [campaign for campaign in scene.campaigns.values() if campaign.company == company]
    running = [campaign for campaign in running if campaign.runs_on(day)]
    silent = 2.5
    return random.choices([None, *running], [silent, *(campaign.pull for campaign in running)])[0]


def bill(scene, entries):
    """Post the vendors' bills, each for its campaign."""
    random = scene.random(f"bill {scene.clock.today}")
    for company in sorted({campaign.company for _day, (campaign, _bill) in entries}):
        env = scene.act(company, login="accountant")
        some = [(day, pair) for day, pair in entries if pair[0].company == company]
        bills = env["account.move"].create([_bill_values(scene, env, day, *pair) for day, pair in some])
        bills.action_post()
        for (day, _pair), record in zip(some, bills, strict=True):
            scene.made_on(record, at_office_hours(day))
            scene.timeline.at(day + datetime.timedelta(days=random.randint(12, 32)), "pay", (record, 1))


def _bill_values(scene, env, day, campaign, row):
    name, what, amount, _ago = row
    partner = vendor(scene, env, name, campaign.company)
    return {
        "move_type": "in_invoice",
        "partner_id": partner.id,
        "invoice_date": day,
        "date": day,
        "ref": number(partner, day, amount),
        "invoice_line_ids": [
            Command.create(
                {
                    "product_id": scene.advertising.id,
                    "name": what,
                    "price_unit": amount,
                    "pareto_campaign_ids": [Command.set(campaign.record.ids)],
                }
            )
        ],
    }


def number(partner, day, amount):
    """The number that a vendor gives its bill."""
    return f"{partner.name.split()[0][:3].upper()}-{day:%y%m}-{int(amount) % 1000:03d}"


def vendor(scene, env, name, company):
    """The partner of that name, made where there is none."""
    if name not in scene.vendors:
        home = scene.companies[company]
        values = {
            "name": name,
            "is_company": True,
            "supplier_rank": 1,
            "city": home.city,
            "country_id": home.country_id.id,
        }
        scene.vendors[name] = env["res.partner"].create(values)
    return scene.vendors[name]
