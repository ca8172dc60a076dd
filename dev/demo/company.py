"""The demo company: two years of Alder & Voss Instruments and its American sister, up to today.

Everything is done by Odoo's own methods in the order of time, so every state,
number and date is one that Odoo itself arrived at. Same day, same data.
"""

import gc

from . import (
    billing,
    campaigns,
    catalog,
    companies,
    customers,
    deals,
    events,
    fulfilment,
    leads,
    logged,
    mail,
    mailings,
    meetings,
    people,
    sales,
    service,
    spending,
    touches,
    unlinked,
)
from .scene import Scene
from .timeline import Timeline

# What can happen, in the order in which it follows each other on one day.
ACTIONS = {
    "appear": customers.appear,
    "bill": campaigns.bill,
    "bill_two": spending.bill_two,
    "buy": spending.buy,
    "bill_order": spending.bill_order,
    "spend": spending.spend,
    "work_at_fair": spending.work_at_fair,
    "open_lead": leads.open_lead,
    "open_strange_lead": leads.open_strange_lead,
    "qualify": leads.qualify,
    "care": touches.care,
    "mail_out": mailings.mail_out,
    "invite": events.invite,
    "hold": events.hold,
    "log": logged.log,
    "trouble": service.trouble,
    "call": meetings.call,
    "meet": meetings.meet,
    "quote": sales.quote,
    "confirm": sales.confirm,
    "give_up": sales.give_up,
    "lose_strange_lead": leads.lose_strange_lead,
    "deliver": fulfilment.deliver,
    "invoice": billing.invoice,
    "take_back": fulfilment.take_back,
    "credit": billing.credit,
    "lease": unlinked.lease,
    "walk_in": unlinked.walk_in,
    "pay": billing.pay,
}


def load(env, full=False, progress=lambda done, text: None, scale=1.0):
    """Fill an empty database with the demo company. Never commits.

    :param full: without meaning here, the other data sets have a larger version
    :param scale: share of the customers to make, up to 1
    """
    scene = Scene(env, scale=min(1.0, scale))
    # Odoo's environments die only in a garbage collection, and each new one is compared with all of them.
    # Without the registry's millions of objects a collection is quick, so Python does it in time.
    gc.freeze()
    try:
        with mail.kept_inside(scene), scene.clock.travelling(scene.first_day):
            progress(0.01, "companies and people")
            _set_the_stage(scene)
            scene.timeline = Timeline(scene, ACTIONS)
            _enter_plans(scene)
            scene.timeline.play(lambda done: progress(0.15 + 0.8 * done, f"business of {scene.clock.today:%B %Y}"))
            progress(0.96, "open activities")
            meetings.plan_next(scene)
            scene.write_creation_dates()
        # The time is now again: what is computed is computed now.
        progress(0.98, "what it says about customers and campaigns")
        _compute(scene)
    finally:
        gc.unfreeze()
    progress(1, "done")


def _set_the_stage(scene):
    companies.make_companies(scene)
    both = scene.env["res.company"].union(*scene.companies.values())
    scene.people = {**people.ensure_people(scene.env, both), **people.ensure_colleagues(scene.env, both)}
    people.ensure_employees(scene)
    catalog.make_catalog(scene)
    leads.prepare(scene)
    service.prepare(scene)
    service.prepare_helpdesk(scene)


def _enter_plans(scene):
    customers.plan_customers(scene)
    planned = deals.plan_deals(scene)
    needed = deals.needed_stock(planned)
    needed["de"][unlinked.LEASED] += 1
    catalog.stock_up(scene, needed)
    campaigns.make_campaigns(scene)
    customers.enter(scene)
    leads.enter(scene, planned)
    sales.enter(scene, planned)
    touches.enter_care(scene)
    mailings.enter(scene)
    events.enter(scene)
    service.enter(scene)
    spending.enter(scene)
    logged.enter(scene)
    unlinked.enter(scene)


def _compute(scene):
    """What scheduled actions would do in the coming night, so that a visitor sees figures at once."""
    companies = scene.env["res.company"].union(*scene.companies.values())
    scene.env["crm.pareto.recompute"]._recompute(companies)
    for company in companies:
        scene.env["crm.pareto.attribution"]._recompute(company)
        scene.env["crm.pareto.repeat"]._recompute(company)
        scene.env["crm.pareto.pairing"]._recompute(company)
