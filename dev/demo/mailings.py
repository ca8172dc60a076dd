"""Mailings: to whom they went, who opened, clicked, answered, and the newsletter list."""

import datetime

from .clock import at_office_hours
from .names import slug
from .scene import rows

# Shares of the recipients; the rest received it and did nothing.
BOUNCED, REPLIED, CLICKED, OPENED = 0.03, 0.04, 0.11, 0.34
PAGE = "https://www.alder-voss.example"
# campaign, days ago, subject, page, to the newsletter list
MAILINGS = (
    ("mailing1", 622, "Is your calibration still valid?", "/calibration", False),
    ("fair1", 448, "Meet us at MessTech, hall 4", "/fair", False),
    ("webinar", 160, "Free webinar: measurement uncertainty", "/webinar", True),
    ("webinar", 136, "The recording of our webinar", "/webinar/recording", False),
)
BODY = (
    '<div class="o_layout"><h2>{subject}</h2><p>Good morning,</p><p>{text}</p>'
    '<p><a href="{page}">Read more</a></p><p>Clara Lindqvist, Alder &amp; Voss Instruments</p></div>'
)
TEXT = "we have put together what other plants have learnt, in five minutes of reading. We look forward to your reply."


def enter(scene):
    if not scene.has("mailing.mailing"):
        return
    for mailing in MAILINGS:
        scene.timeline.at(scene.days_ago(mailing[1]), "mail_out", mailing)


def mail_out(scene, entries):
    """Send mailings to all contacts known on that day, or to the newsletter list."""
    random = scene.random(f"mailing {scene.clock.today}")
    env = scene.act(login="manager")
    for day, (key, _ago, subject, page, to_list) in entries:
        model = "mailing.list" if to_list else "res.partner"
        recipients = _newsletter(scene, env) if to_list else _contacts(scene, day)
        campaign = scene.campaigns[key]
        moment = at_office_hours(day, random)
        values = {
            "name": subject,
            "subject": subject,
            "body_arch": BODY.format(subject=subject, text=TEXT, page=PAGE + page),
            "body_html": BODY.format(subject=subject, text=TEXT, page=PAGE + page),
            "mailing_model_id": env["ir.model"]._get_id(model),
            "campaign_id": campaign.record.id,
            "medium_id": env.ref("utm.utm_medium_email").id,
            "user_id": env.uid,
            "keep_archives": True,
            "contact_list_ids": [(6, 0, recipients.list_ids.ids)] if to_list else False,
        }
        mailing = env["mailing.mailing"].create(values)
        _trace(scene, random, mailing, recipients, moment, PAGE + page)
        mailing.write({"state": "done", "sent_date": moment, "kpi_mail_required": False})
        scene.made_on(mailing, moment - datetime.timedelta(days=3))


def _contacts(scene, day):
    known = [customer for customer in scene.customers if customer.partner and customer.company == "de"]
    known = [customer for customer in known if customer.first_day <= day]
    return scene.act()["res.partner"].union(*[customer.contacts for customer in known])


def _newsletter(scene, env):
    """People who put themselves on the list: strangers, and customers under their own address."""
    newsletter = env["mailing.list"].create({"name": "Newsletter Alder & Voss", "is_public": True})
    values = []
    for row in rows("prospects")[:30]:
        name = scene.names.name(row["country"])
        address = f"{slug(name).replace('-', '.')}@{'-'.join(slug(row['name']).split('-')[:2])}.example"
        values.append({"name": name, "company_name": row["name"], "email": address})
    for contact in _contacts(scene, scene.clock.today)[:40:2]:
        values.append({"name": contact.name, "company_name": contact.parent_id.name, "email": contact.email})
    return env["mailing.contact"].create([{**row, "list_ids": [(4, newsletter.id)]} for row in values])


def _trace(scene, random, mailing, recipients, moment, page):
    """One trace for each recipient, in the state that the real sending and reading would leave it in."""
    env = mailing.env
    values, clicked = [], []
    for recipient in recipients:
        dice = random.random()
        read = moment + datetime.timedelta(minutes=random.randint(4, 4000))
        trace = {
            "mass_mailing_id": mailing.id,
            "model": recipient._name,
            "res_id": recipient.id,
            "email": recipient.email_normalized,
            "sent_datetime": moment,
            "trace_status": "sent",
        }
        if dice < BOUNCED:
            trace |= {"trace_status": "bounce", "failure_type": "mail_bounce"}
        elif dice < BOUNCED + REPLIED:
            answered = read + datetime.timedelta(minutes=30)
            trace |= {"trace_status": "reply", "open_datetime": read, "reply_datetime": answered}
        elif dice < BOUNCED + REPLIED + CLICKED:
            trace |= {"trace_status": "open", "open_datetime": read, "links_click_datetime": read}
        elif dice < BOUNCED + REPLIED + CLICKED + OPENED:
            trace |= {"trace_status": "open", "open_datetime": read}
        clicked.append("links_click_datetime" in trace)
        values.append(trace)
    traces = env["mailing.trace"].create(values)
    link = env["link.tracker"].create(
        {
            "url": page,
            # Without a title Odoo fetches the page to find one.
            "title": mailing.subject,
            "mass_mailing_id": mailing.id,
            "campaign_id": mailing.campaign_id.id,
            "medium_id": mailing.medium_id.id,
            "source_id": mailing.source_id.id,
        }
    )
    clicks = [trace for trace, did in zip(traces, clicked, strict=True) if did]
    env["link.tracker.click"].create(
        [
            {
                "link_id": link.id,
                "mailing_trace_id": trace.id,
                "mass_mailing_id": mailing.id,
                "campaign_id": mailing.campaign_id.id,
                "ip": f"203.0.113.{place % 250 + 1}",  # a range kept free for documentation
            }
            for place, trace in enumerate(clicks)
        ]
    )
    for trace in traces:
        scene.made_on(trace, trace.sent_datetime)
