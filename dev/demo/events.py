"""Fairs, the webinar and the open house, with who came."""

import datetime

from .clock import at_office_hours

# campaign, days ago it begins (negative: still to come), days it lasts, name, city, visitors
EVENTS = (
    ("fair1", 430, 3, "MessTech {year}", "Hannover", 34),
    ("openhouse", 285, 1, "Open house Denver {year}", "Denver", 14),
    ("webinar", 142, 1, "Webinar: measurement uncertainty made simple", "Online", 26),
    ("fair2", -38, 3, "MessTech {year}", "Hannover", 9),
)
CAME, CANCELLED = 0.74, 0.08  # shares of those who registered


def first_day(scene, key):
    """The Tuesday on which a campaign's event begins."""
    (ago,) = (row[1] for row in EVENTS if row[0] == key)
    day = scene.today - datetime.timedelta(days=ago)
    return day - datetime.timedelta(days=day.weekday() - 1)


def enter(scene):
    """Enter invitations five weeks before each event and its days themselves."""
    if not scene.has("event.event"):
        return
    for row in EVENTS:
        scene.timeline.at(min(scene.days_ago(row[1] + 35), scene.today), "invite", row)


def invite(scene, entries):
    """Make the event; its visitors register."""
    random = scene.random(f"event {scene.clock.today}")
    announced = scene.env.ref("event.event_stage_announced")
    for day, row in entries:
        key, _ago, length, name, city, visitors = row
        begins = first_day(scene, key)
        campaign = scene.campaigns[key]
        env = scene.act(campaign.company, login="manager")
        event = env["event.event"].create(
            {
                "name": name.format(year=begins.year),
                "date_begin": at_office_hours(begins),
                "date_end": at_office_hours(begins + datetime.timedelta(days=length - 1)).replace(hour=18),
                "date_tz": "America/Denver" if campaign.company == "us" else "Europe/Berlin",
                "user_id": scene.people["manager"].id,
                "company_id": scene.companies[campaign.company].id,
                "address_id": _place(scene, env, campaign, city).id,
                "stage_id": announced.id,
                "event_mail_ids": [(5,)],
            }
        )
        scene.made_on(event, at_office_hours(day))
        _register(scene, random, env, event, campaign, day, visitors)
        scene.timeline.at(begins + datetime.timedelta(days=length), "hold", event)


def _place(scene, env, campaign, city):
    """Where it takes place; nowhere for what is online."""
    Partner = env["res.partner"]
    if city == "Online":
        return Partner
    if campaign.company == "us":
        return scene.companies["us"].partner_id
    values = {"name": "Messehallen Nordwest", "is_company": True, "city": city, "country_id": env.ref("base.de").id}
    return Partner.search([("name", "=", values["name"])], limit=1) or Partner.create(values)


def _register(scene, random, env, event, campaign, day, visitors):
    known = [customer for customer in scene.customers if customer.partner and customer.company == campaign.company]
    contacts = [contact for customer in known for contact in customer.contacts]
    guests = random.sample(contacts, min(len(contacts), round(visitors * max(scene.scale, 0.3))))
    values = [
        {
            "event_id": event.id,
            "partner_id": guest.id,
            "name": guest.name,
            "email": guest.email,
            "phone": guest.phone,
            "company_name": guest.parent_id.name,
            "utm_campaign_id": campaign.record.id,
            "utm_source_id": campaign.source_record.id,
            "utm_medium_id": campaign.medium_record.id,
            "state": "open",
        }
        for guest in guests
    ]
    for registration in env["event.registration"].create(values):
        scene.made_on(registration, at_office_hours(day + datetime.timedelta(days=random.randint(0, 20)), random))


def hold(scene, entries):
    """The event takes place: some come, some stay away, some have cancelled."""
    random = scene.random(f"hold {scene.clock.today}")
    for day, event in entries:
        came = cancelled = event.registration_ids.browse()
        for registration in event.registration_ids:
            dice = random.random()
            if dice < CAME:
                came |= registration
            elif dice < CAME + CANCELLED:
                cancelled |= registration
        came.action_set_done()
        came.date_closed = at_office_hours(day - datetime.timedelta(days=1))
        cancelled.action_cancel()
        event.stage_id = event.env["event.stage"].search([("pipe_end", "=", True)], limit=1)
