"""What customers cost after the sale: technicians' work sold and unsold, tickets and repairs."""

import datetime

from markupsafe import Markup

from . import texts
from .catalog import WORKED_OFF
from .clock import at_office_hours

TECHNICIAN = {"de": "nils", "us": "grace"}
TICKETS = {"losing": (6, 10), "prospect": (0, 0), "new": (0, 1)}
TICKETS_OF_LARGE, TICKETS_OF_SMALL, LARGE = (1, 4), (0, 2), 25  # rank up to which a customer is large
OPEN_SHARE, RECENT = 0.6, 60  # of the tickets of the last days are still being worked on
REPAIR_SHARE = 0.12  # of tickets end on the work bench
STAGES = ("Planned", "In progress", "Done")
RATINGS = ((5, "Quick and friendly."), (5, "Problem solved on the first call."), (3, "In the end it worked."), (1, ""))


def prepare(scene):
    """The projects in which technicians work, made before anything is sold."""
    scene.projects = {}
    if not scene.has("project.project"):
        return
    stages = scene.act()["project.task.type"].create(
        [{"name": name, "sequence": place, "fold": name == "Done"} for place, name in enumerate(STAGES)]
    )
    env = scene.act()
    # Of no company: both companies' technicians work in the same two projects.
    values = {"company_id": False, "type_ids": [(6, 0, stages.ids)], "user_id": scene.people["nils"].id}
    if "allow_timesheets" in env["project.project"]:
        values["allow_timesheets"] = True
    billable = {"allow_billable": True} if "allow_billable" in env["project.project"] else {}
    sold = env["project.project"].create({**values, **billable, "name": "Calibration and training"})
    support = env["project.project"].create({**values, "name": "Customer support"})
    scene.projects = {"sold": sold, "support": support, "stages": stages}
    if "project_id" not in env["product.template"]:
        return
    for key in scene.companies:
        for code in WORKED_OFF:
            product = scene.products[code].with_env(scene.act(key))
            product.write({"service_tracking": "task_global_project", "project_id": sold.id})


def work_off(scene, random, entries):
    """The days that were sold are worked: hours on the tasks that the orders made."""
    if not scene.projects or "sale_order_id" not in scene.env["project.task"]:
        return
    orders = [deal.order.id for _day, deal in entries]
    tasks = scene.act()["project.task"].search([("sale_order_id", "in", orders), ("state", "!=", "1_done")], order="id")
    for day, deal in entries:
        key = deal.customer.company
        for task in tasks.filtered(lambda task, deal=deal: task.sale_order_id == deal.order):
            days = min(int(task.sale_line_id.product_uom_qty), 3)
            for place in range(days):
                what = task.sale_line_id.product_id.name.split(",")[0]
                when = day + datetime.timedelta(days=place)
                _log_hours(scene, key, task, when, 7 + random.choice((0, 0.5, 1)), what)
            user = scene.people[TECHNICIAN[key]]
            task.write({"user_ids": [(6, 0, user.ids)], "stage_id": scene.projects["stages"][2].id, "state": "1_done"})
            scene.made_on(task, at_office_hours(deal.decision_day, random))


def _log_hours(scene, key, task, day, hours, text):
    if "timesheet_ids" not in task:
        return
    user = scene.people[TECHNICIAN[key]]
    employee = scene.employees[TECHNICIAN[key]]
    scene.act(key, login=user.login)["account.analytic.line"].create(
        {
            "project_id": task.project_id.id,
            "task_id": task.id,
            "employee_id": employee.id,
            "date": min(day, scene.clock.today),
            "unit_amount": hours,
            "name": text,
        }
    )


def enter(scene):
    """Enter the customers' troubles."""
    random = scene.random("tickets")
    for customer in scene.customers:
        usual = TICKETS_OF_LARGE if customer.rank < LARGE else TICKETS_OF_SMALL
        for _ticket in range(random.randint(*TICKETS.get(customer.story, usual))):
            start = customer.first_day + datetime.timedelta(days=40)
            span = max(0, (customer.last_day - start).days)
            scene.timeline.at(start + datetime.timedelta(days=random.randint(0, span)), "trouble", customer)


def trouble(scene, entries):
    """Something does not work: a ticket, hours nobody pays, perhaps a repair."""
    random = scene.random(f"trouble {scene.clock.today}")
    for day, customer in entries:
        name, solution = random.choice(texts.TICKETS)
        recent = (scene.today - day).days < RECENT
        solved = not recent or random.random() > OPEN_SHARE
        contact = random.choice(customer.contacts)
        if scene.has("helpdesk.ticket"):
            _open_ticket(scene, random, day, customer, contact, name, solution, solved)
        if scene.projects:
            _support(scene, random, day, customer, contact, name, solved)
        if scene.has("repair.order") and (random.random() < REPAIR_SHARE):
            _repair(scene, random, day, customer, name)


def _open_ticket(scene, random, day, customer, contact, name, solution, solved):
    env = scene.act(customer.company, login=TECHNICIAN[customer.company])
    moment = at_office_hours(day, random)
    ticket = env["helpdesk.ticket"].create(
        {
            "name": name,
            "description": Markup("<p>%s</p>") % f"{name}. Please help us, production is waiting.",
            "partner_id": contact.id,
            "partner_name": contact.name,
            "partner_email": contact.email,
            "company_id": scene.companies[customer.company].id,
            "team_id": scene.helpdesk_team.id,
            "user_id": env.uid,
            "priority": random.choice("0112"),
            "channel_id": random.choice(scene.helpdesk_channels).id,
            "assigned_date": moment,
        }
    )
    scene.made_on(ticket, moment)
    stage = "done" if solved else random.choice(("in_progress", "awaiting"))
    ticket.stage_id = env.ref(f"helpdesk_mgmt.helpdesk_ticket_stage_{stage}")
    if solved:
        closed = min(moment + datetime.timedelta(days=random.randint(0, 6), hours=1), scene.clock.now)
        ticket.write({"closed_date": closed, "last_stage_update": closed})
        ticket.message_post(
            body=solution, date=closed, message_type="comment", subtype_xmlid="mail.mt_comment", partner_ids=contact.ids
        )


def prepare_helpdesk(scene):
    """One team for both companies."""
    if not scene.has("helpdesk.ticket"):
        return
    env = scene.act()
    technicians = [scene.people[login].id for login in TECHNICIAN.values()]
    scene.helpdesk_team = env["helpdesk.ticket.team"].create(
        {"name": "Customer service", "company_id": False, "user_ids": [(6, 0, technicians)]}
    )
    scene.helpdesk_channels = env["helpdesk.ticket.channel"].search([], order="id")


def _support(scene, random, day, customer, contact, name, solved):
    project = scene.projects
    env = scene.act(customer.company, login=TECHNICIAN[customer.company])
    task = env["project.task"].create(
        {
            "name": f"{name} ({customer.partner.name})",
            "project_id": project["support"].id,
            "partner_id": contact.id,
            "user_ids": [(6, 0, [env.uid])],
            "stage_id": project["stages"][2 if solved else 1].id,
        }
    )
    scene.made_on(task, at_office_hours(day, random))
    heavy = customer.story == "losing"
    for place in range(random.randint(2, 4) if heavy else random.randint(1, 2)):
        hours = random.choice((3, 4, 5.5, 8)) if heavy else random.choice((0.5, 1, 1.5, 2.5))
        when = day + datetime.timedelta(days=place)
        _log_hours(scene, customer.company, task, when, hours, random.choice(texts.SUPPORT_WORK))
    if solved:
        task.state = "1_done"
        if random.random() < 0.3 and hasattr(task, "rating_apply"):
            _rate(scene, random, day, task, contact)


def _rate(scene, random, day, task, contact):
    grade, feedback = random.choice(RATINGS)
    token = task._rating_get_access_token(contact)
    task.rating_apply(grade, token=token, feedback=feedback)
    for rating in task.rating_ids:
        scene.made_on(rating, at_office_hours(day + datetime.timedelta(days=2), random))


def _repair(scene, random, day, customer, name):
    env = scene.act(customer.company, login="admin")
    device, part = random.choice((("CM-300", "BP-7"), ("DL-16", "PS-24"), ("FM-80", "BP-7"), ("SR-20", "PB-5")))
    moment = at_office_hours(day, random)
    repair = env["repair.order"].create(
        {
            "product_id": scene.products[device].id,
            "product_qty": 1,
            "partner_id": customer.partner.id,
            "company_id": scene.companies[customer.company].id,
            "user_id": scene.people[TECHNICIAN[customer.company]].id,
            "schedule_date": moment,
            "under_warranty": random.random() < 0.7,
            "internal_notes": name,
            "move_ids": [
                (0, 0, {"repair_line_type": "add", "product_id": scene.products[part].id, "product_uom_qty": 1})
            ],
        }
    )
    scene.made_on(repair, moment)
    repair.action_validate()
    repair.action_repair_start()
    repair.move_ids.quantity = 1
    repair.move_ids.picked = True
    repair.action_repair_end()
