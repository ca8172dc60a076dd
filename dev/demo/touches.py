"""Mails in both directions, calls and meetings about leads, orders and invoices, and in between."""

import datetime

from markupsafe import Markup
from odoo.tools import formatLang

from . import texts
from .clock import at_office_hours

ANSWERED, CALLED, MET = 0.75, 0.4, 0.3  # shares of leads
CARE_RANKS = 24  # customers who are visited without an occasion
DAYS_BETWEEN_VISITS = (70, 170)


def _post(document, random, text, day, subject, sender=None, to=None, **values):
    """One mail in the document's history.

    :param sender: res.partner outside the house, for an incoming mail
    :param to: res.partner written to, for an outgoing one
    """
    body = Markup("<p>%s</p>") % Markup(text).format(**values)
    moment = at_office_hours(day, random)
    if sender:
        document.message_post(
            body=body,
            subject=subject,
            date=moment,
            message_type="email",
            subtype_xmlid="mail.mt_comment",
            author_id=sender.id,
            email_from=sender.email_formatted,
        )
    else:
        document.message_post(
            body=body,
            subject=subject,
            date=moment,
            message_type="comment",
            subtype_xmlid="mail.mt_comment",
            partner_ids=to.ids,
        )


def _first(partner):
    return (partner.name or "").split()[0]


def _money(env, amount, currency):
    return formatLang(env, amount, currency_obj=currency)


def _as_seller(scene, record, user):
    """The record, held by its salesperson, so that what is posted is theirs."""
    home = "us" if user.login in ("david", "grace") else "de"
    return record.with_env(scene.act(home, login=user.login))


def about_leads(scene, random, entries):
    """An inquiry, an answer, perhaps a call and a meeting."""
    for day, deal in entries:
        lead = _as_seller(scene, deal.lead, deal.lead.user_id)
        contact = lead.partner_id
        what = {"title": deal.title[0].lower() + deal.title[1:], "first": _first(contact)}
        _post(lead, random, random.choice(texts.INQUIRIES), day, deal.title, sender=contact, **what)
        if random.random() < ANSWERED:
            answer = day + datetime.timedelta(days=random.randint(0, 2))
            subject = f"Re: {deal.title}"
            _post(lead, random, random.choice(texts.FIRST_ANSWERS), answer, subject, to=contact, **what)
        if random.random() < CALLED:
            scene.timeline.at(day + datetime.timedelta(days=random.randint(2, 9)), "call", lead)
        if random.random() < MET:
            name = random.choice(texts.MEETINGS).format(title=deal.title)
            when = day + datetime.timedelta(days=random.randint(5, 20))
            scene.timeline.at(min(when, deal.decision_day), "meet", (lead, contact, name))


def about_strangers(scene, random, entries):
    """Strangers write from an address that is no contact yet."""
    for day, stranger in entries:
        lead = _as_seller(scene, stranger.lead, stranger.lead.user_id)
        lead.message_post(
            body=Markup("<p>%s</p>") % Markup(random.choice(texts.INQUIRIES)).format(title=stranger.title),
            subject=stranger.title,
            date=at_office_hours(day, random),
            message_type="email",
            subtype_xmlid="mail.mt_comment",
            author_id=False,
            email_from=f'"{lead.contact_name}" <{lead.email_from}>',
        )
        if stranger.fate != "raw" and random.random() < CALLED:
            scene.timeline.at(day + datetime.timedelta(days=random.randint(1, 6)), "call", lead)


def about_orders(scene, entries, incoming, outgoing, share):
    """Write about the orders of these deals: texts of one of the two directions, for a share of them."""
    random = scene.random(f"about orders {scene.clock.today} {bool(incoming)}{len(entries)}")
    for day, deal in entries:
        if random.random() >= share:
            continue
        order = _as_seller(scene, deal.order, deal.order.user_id)
        contact = deal.customer.contacts[0] if order.partner_id.is_company else order.partner_id
        what = {
            "first": _first(contact),
            "number": order.name,
            "amount": _money(order.env, order.amount_total, order.currency_id),
        }
        text = random.choice(incoming or outgoing)
        who = {"sender": contact} if incoming else {"to": contact}
        _post(order, random, text, day, f"{'Re: ' if incoming else ''}Quotation {order.name}", **who, **what)


def about_invoices(scene, entries, share):
    """Send a share of the invoices by mail, the others go by post."""
    random = scene.random(f"about invoices {scene.clock.today}")
    for day, deal in entries:
        if random.random() >= share:
            continue
        document = _as_seller(scene, deal.invoice, scene.people["accountant"])
        what = {
            "first": _first(deal.customer.contacts[0]),
            "number": document.name,
            "amount": _money(document.env, document.amount_total, document.currency_id),
            "due": f"{document.invoice_date_due:%-d %B %Y}",
        }
        subject = f"Invoice {document.name}"
        to = deal.customer.contacts[0]
        _post(document, random, random.choice(texts.INVOICES), day, subject, to=to, **what)
        document.is_move_sent = True


def enter_care(scene):
    """Visits, calls and mails to the largest customers without an occasion."""
    random = scene.random("care")
    for customer in scene.customers:
        if customer.rank >= CARE_RANKS or customer.story in ("prospect", "new"):
            continue
        day = customer.first_day + datetime.timedelta(days=random.randint(30, 120))
        while day < customer.last_day:
            scene.timeline.at(day, "care", customer)
            day += datetime.timedelta(days=random.randint(*DAYS_BETWEEN_VISITS))


def care(scene, entries):
    """One occasion: a mail and its answer, a visit or a call."""
    random = scene.random(f"care {scene.clock.today}")
    for day, customer in entries:
        partner = _as_seller(scene, customer.partner, scene.people[customer.seller])
        contact = random.choice(customer.contacts)
        kind = random.random()
        if kind < 0.5:
            text = random.choice(texts.CARE)
            _post(partner, random, text, day, "Your instruments", to=contact, first=_first(contact))
            answer = day + datetime.timedelta(days=random.randint(1, 3))
            text = random.choice(texts.CARE_ANSWERS)
            _post(partner, random, text, answer, "Re: Your instruments", sender=contact)
        elif kind < 0.8:
            name = f"{random.choice(texts.CARE_MEETINGS)}: {customer.partner.name}"
            scene.timeline.at(day, "meet", (partner, contact, name))
        else:
            scene.timeline.at(day, "call", partner)
