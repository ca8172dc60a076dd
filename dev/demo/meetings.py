"""Calls and tasks done, meetings held, and what is still to do."""

import datetime

from . import texts
from .clock import at_office_hours, working_day

CALL_SHARE = 0.75  # of activities; the others are tasks


def call(scene, entries):
    """Plan an activity on each document and do it, with what came of it.

    :param entries: [(day, lead or partner held by its salesperson)]
    """
    random = scene.random(f"call {scene.clock.today}")
    for day, document in entries:
        calls = random.random() < CALL_SHARE
        summary, feedback = random.choice(texts.CALLS if calls else texts.TASKS)
        kind = "mail.mail_activity_data_call" if calls else "mail.mail_activity_data_todo"
        user = document.env.user
        activity = document.activity_schedule(kind, day, summary=summary, user_id=user.id)
        _do(scene, activity, at_office_hours(day, random), feedback)


def _do(scene, activity, moment, feedback):
    messages, _next = activity._action_done(feedback=feedback)
    messages.date = moment
    activity.date_done = moment.date()
    scene.made_on(activity, moment - datetime.timedelta(days=2))


def meet(scene, entries):
    """Hold the meetings.

    :param entries: [(day, (lead or partner held by its salesperson, res.partner met, title))]
    """
    random = scene.random(f"meet {scene.clock.today}")
    for day, (document, contact, name) in entries:
        event = _make_meeting(scene, random, day, document, contact, name)
        event.attendee_ids.state = "accepted"
        # Odoo plans an activity for each meeting about a document.
        for activity in event.activity_ids:
            _do(scene, activity, event.stop, random.choice(texts.MINUTES))
        scene.made_on(event, at_office_hours(working_day(day - datetime.timedelta(days=6)), random))


def _make_meeting(scene, random, day, document, contact, name):
    user = document.env.user
    start = at_office_hours(day, random).replace(minute=random.choice((0, 30)))
    values = {
        "name": name,
        "start": start,
        "stop": start + datetime.timedelta(minutes=random.choice((30, 60, 90))),
        "user_id": user.id,
        "partner_ids": [(6, 0, (user.partner_id | contact).ids)],
        "location": "Video call" if name.startswith("Video") else contact.commercial_partner_id.city,
        "res_model_id": scene.env["ir.model"]._get_id(document._name),
        "res_id": document.id,
    }
    if document._name == "crm.lead":
        values["opportunity_id"] = document.id
    return document.env["calendar.event"].with_context(no_mail_to_attendees=True).create(values)


def plan_next(scene):
    """What lies ahead today: meetings next week, and activities overdue, due today and to come."""
    random = scene.random("next")
    everything = scene.act()
    leads = everything["crm.lead"].search([("probability", "<", 100), ("type", "=", "opportunity")], order="id")
    orders = everything["sale.order"].search([("state", "=", "sent")], order="id")
    late = everything["account.move"].search(
        [("payment_state", "=", "not_paid"), ("move_type", "=", "out_invoice"), ("invoice_date_due", "<", scene.today)],
        order="id",
    )
    for document in [*leads, *orders, *late[-8:]]:
        _plan_activity(scene, random, document)
    for lead in leads.filtered("partner_id")[:12]:
        day = scene.today + datetime.timedelta(days=random.randint(1, 9))
        day += datetime.timedelta(days=max(0, 7 - day.weekday()) if day.weekday() > 4 else 0)
        name = random.choice(texts.MEETINGS).format(title=lead.name)
        held = lead.with_env(scene.act("us" if lead.user_id.login == "david" else "de", login=lead.user_id.login))
        _make_meeting(scene, random, day, held, lead.partner_id, name)


def _plan_activity(scene, random, document):
    user = document.user_id if "user_id" in document else document.invoice_user_id
    due = scene.today + datetime.timedelta(days=random.choice((-9, -4, -2, -1, 0, 0, 0, 1, 2, 4, 6, 11)))
    invoice = document._name == "account.move"
    summary = "Call about the open invoice" if invoice else random.choice(texts.COMING[:4])
    document.activity_schedule(
        random.choice(("mail.mail_activity_data_call", "mail.mail_activity_data_todo")),
        due,
        summary=summary,
        user_id=(scene.people["accountant"] if invoice else user).id,
    )
