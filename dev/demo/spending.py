"""What campaigns cost besides plain bills: purchase orders, travel expenses, own hours, and a bill for two at once."""

import collections
import datetime

from odoo import Command

from . import events
from .campaigns import FILM, ONLINE, PAPER, STAND, number, vendor
from .clock import at_office_hours

# `bills`: (days ago, quantity billed); what they do not bill is still to come.
Purchase = collections.namedtuple("Purchase", "campaign vendor what quantity price ago bills")
PURCHASES = (
    Purchase("fair1", STAND, "Stand construction and furniture", 1, 17350, 462, [(428, 1)]),
    Purchase("webinar", FILM, "Recording and live moderation", 1, 2950, 158, [(140, 1)]),
    Purchase("linkedin", ONLINE, "Sponsored posts, a month each", 3, 2150, 52, [(20, 1)]),
    Purchase("fair2", STAND, "Stand construction and furniture", 1, 18200, 12, []),
)
# Campaign, whose, what, amount in the company's currency, days after the event began.
EXPENSES = (
    ("fair1", "sales", "Train to Hannover and back", 148.60, 3),
    ("fair1", "sales", "Hotel, three nights at the fair", 612, 3),
    ("fair1", "elena", "Flight and hotel, two nights at the fair", 734.50, 4),
    ("openhouse", "david", "Van to bring the machines to the hall", 284, 2),
)
# Whose, what, hours a day, on these days after the fair began.
HOURS = (
    ("nils", "Set up the stand and the machines", 8, (-1,)),
    ("sales", "Stand duty", 8.5, (0, 1, 2)),
    ("elena", "Stand duty", 8.5, (1, 2)),
    ("nils", "Demonstrations at the stand", 8, (0, 1, 2)),
    ("nils", "Take down the stand", 5, (3,)),
)
# One bill for two campaigns: what it shares out, in percent.
SHARED_BILL = (PAPER, "Bags and vouchers: for the stand, and for customers who recommend us", 1900, 426)
SHARES = {"fair1": 70, "referral": 30}
TRAVEL = "hr_expense.expense_product_travel_accommodation"


def enter(scene):
    """Enter what is bought, spent and worked for campaigns."""
    scene.timeline.at(scene.days_ago(SHARED_BILL[3]), "bill_two", SHARED_BILL)
    if scene.has("purchase.order"):
        for purchase in PURCHASES:
            scene.timeline.at(scene.days_ago(purchase.ago), "buy", purchase)
    if scene.has("hr.expense"):
        for key, login, *what in EXPENSES:
            day = events.first_day(scene, key) + datetime.timedelta(days=what[-1])
            scene.timeline.at(day, "spend", (key, login, *what))
    if scene.projects and "allow_timesheets" in scene.env["project.project"]:
        scene.timeline.at(events.first_day(scene, "fair1") + datetime.timedelta(days=4), "work_at_fair", HOURS)


def bill_two(scene, entries):
    """Post a bill whose distribution shares it out over two campaigns, not in equal parts."""
    env = scene.act("de", login="accountant")
    for day, (name, what, amount, _ago) in entries:
        partner = vendor(scene, env, name, "de")
        accounts = {key: scene.campaigns[key].record.with_env(env)._pareto_ensure_accounts() for key in SHARES}
        line = {
            "product_id": scene.advertising.id,
            "name": what,
            "price_unit": amount,
            "analytic_distribution": {str(accounts[key].id): share for key, share in SHARES.items()},
        }
        values = {"move_type": "in_invoice", "partner_id": partner.id, "ref": number(partner, day, amount)}
        bill = env["account.move"].create(
            {**values, "invoice_date": day, "date": day, "invoice_line_ids": [Command.create(line)]}
        )
        _post(scene, bill, day)


def _post(scene, document, day):
    """Post a vendor's document and enter its payment."""
    document.action_post()
    scene.made_on(document, at_office_hours(day))
    scene.timeline.at(day + datetime.timedelta(days=21), "pay", (document, 1))


def buy(scene, entries):
    """Order from vendors for a campaign, and enter the bills to come."""
    for day, purchase in entries:
        campaign = scene.campaigns[purchase.campaign]
        env = scene.act(campaign.company, login="accountant")
        line = {
            "product_id": scene.advertising.id,
            "name": purchase.what,
            "product_qty": purchase.quantity,
            "price_unit": purchase.price,
            "pareto_campaign_ids": [Command.set(campaign.record.ids)],
        }
        order = env["purchase.order"].create(
            {
                "partner_id": vendor(scene, env, purchase.vendor, campaign.company).id,
                "user_id": env.uid,
                "date_order": at_office_hours(day),
                "order_line": [Command.create(line)],
            }
        )
        order.button_confirm()
        order.date_approve = at_office_hours(day)
        scene.made_on(order, at_office_hours(day))
        for ago, quantity in purchase.bills:
            scene.timeline.at(scene.days_ago(ago), "bill_order", (order, quantity))


def bill_order(scene, entries):
    """Bill purchase orders, some of them in part.

    :param entries: [(day, (purchase.order, quantity billed))]
    """
    for day, (order, quantity) in entries:
        order.action_create_invoice()
        bill = order.invoice_ids.filtered(lambda bill: bill.state == "draft")
        bill.invoice_line_ids.quantity = quantity
        bill.write({"invoice_date": day, "date": day, "ref": number(bill.partner_id, day, bill.amount_untaxed)})
        _post(scene, bill, day)


def spend(scene, entries):
    """Employees hand in what they spent; the head of sales approves it and accounting posts it."""
    manager = scene.people["manager"]
    for key, login in dict.fromkeys((key, login) for _day, (key, login, *_what) in entries):
        mine = [(day, what) for day, (campaign, who, *what) in entries if (campaign, who) == (key, login)]
        campaign, employee = scene.campaigns[key], scene.employees[login]
        employee.expense_manager_id = manager
        env = scene.act(campaign.company, login=login)
        expenses = env["hr.expense"].create(
            [
                {
                    "name": name,
                    "employee_id": employee.id,
                    "product_id": env.ref(TRAVEL).id,
                    "date": day,
                    "total_amount_currency": amount,
                    "pareto_campaign_ids": [Command.set(campaign.record.ids)],
                }
                for day, (name, amount, _after) in mine
            ]
        )
        expenses.action_submit()
        expenses.with_env(scene.act(campaign.company, login="manager")).action_approve()
        env = scene.act(campaign.company, login="accountant")
        action = expenses.with_env(env).action_post()
        wizard = env[action["res_model"]].with_context(action["context"]).browse(action["res_id"])
        wizard.accounting_date = mine[-1][0]
        wizard.action_post_entry()
        for (day, _what), expense in zip(mine, expenses, strict=True):
            scene.made_on(expense, at_office_hours(day))
        receipt = expenses.account_move_id
        scene.made_on(receipt, at_office_hours(mine[-1][0]))
        scene.timeline.at(mine[-1][0] + datetime.timedelta(days=10), "pay", (receipt, 1))


def work_at_fair(scene, entries):
    """Our own people at the stand: hours on a project whose campaign is the fair's. Nobody pays them."""
    campaign, begins = scene.campaigns["fair1"], events.first_day(scene, "fair1")
    account = campaign.record._pareto_ensure_accounts()
    env = scene.act("de", login="manager")
    project = env["project.project"].create(
        {
            "name": f"MessTech stand {begins.year}",
            "company_id": scene.companies["de"].id,
            "user_id": env.uid,
            "type_ids": [Command.set(scene.projects["stages"].ids)],
            "allow_timesheets": True,
            account.root_plan_id._column_name(): account.id,
        }
    )
    task = env["project.task"].create(
        {
            "name": "Stand, hall 4",
            "project_id": project.id,
            "user_ids": [Command.set([scene.people[login].id for login in ("nils", "sales")])],
            "stage_id": scene.projects["stages"][2].id,
            "state": "1_done",
        }
    )
    for record in (project, task):
        scene.made_on(record, at_office_hours(begins - datetime.timedelta(days=20)))
    for _day, rows in entries:
        for login, what, hours, days in rows:
            for after in days:
                _log_hours(scene, task, login, what, hours, begins + datetime.timedelta(days=after))


def _log_hours(scene, task, login, what, hours, day):
    scene.act("de", login=login)["account.analytic.line"].create(
        {
            "project_id": task.project_id.id,
            "task_id": task.id,
            "employee_id": scene.employees[login].id,
            "date": day,
            "unit_amount": hours,
            "name": what,
        }
    )
