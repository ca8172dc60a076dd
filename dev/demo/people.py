"""Who works there: the four log-ins a visitor tries, the other salespeople, and the service technicians."""

from odoo import Command

BASE = ["base.group_user", "base.group_partner_manager"]
SALESPERSON = ["sales_team.group_sale_salesman"]
SERVICE = ["project.group_project_user", "hr_timesheet.group_hr_timesheet_user", "helpdesk_mgmt.group_helpdesk_user"]
MARKETING = ["mass_mailing.group_mass_mailing_user", "event.group_event_manager", "survey.group_survey_manager"]
BOOKS = [
    "account.group_account_manager",
    "account.group_account_user",
    "account.group_account_invoice",
    "analytic.group_analytic_accounting",
    "purchase.group_purchase_user",
    "hr_expense.group_hr_expense_user",
    "crm_pareto.group_user",
    "crm_pareto.group_profit",
]
BOSS = [
    "sales_team.group_sale_manager",
    "crm_pareto.group_manager",
    "crm_pareto.group_profit",
    "project.group_project_manager",
    "helpdesk_mgmt.group_helpdesk_manager",
    "hr_timesheet.group_hr_timesheet_approver",
    "hr_expense.group_hr_expense_team_approver",
    *MARKETING,
]
EVERYTHING = [
    "base.group_system",
    "base.group_erp_manager",
    "sales_team.group_sale_manager",
    "stock.group_stock_manager",
    "purchase.group_purchase_manager",
    "hr.group_hr_manager",
    *BOSS,
    *BOOKS,
]

# login: name, mailbox, telephone, what the job is called, groups, time zone
LOGINS = {
    "admin": ("Ruth Steiner", "ruth.steiner", "+49 40 66969 101", "Managing director", EVERYTHING),
    "sales": ("Jonas Brandt", "jonas.brandt", "+49 40 66969 114", "Key account manager", [*SALESPERSON]),
    "manager": ("Clara Lindqvist", "clara.lindqvist", "+49 40 66969 110", "Head of sales and marketing", BOSS),
    "accountant": ("Tomasz Zielinski", "tomasz.zielinski", "+49 40 66969 120", "Head of accounting", BOOKS),
}
COLLEAGUES = {
    "elena": ("Elena Rossi", "elena.rossi", "+49 40 66969 115", "Account manager Southern Europe", SALESPERSON),
    "david": ("David Okafor", "david.okafor", "+1 303 555 0112", "Account executive", SALESPERSON),
    "nils": ("Nils Petersen", "nils.petersen", "+49 40 66969 130", "Service technician", SERVICE),
    "grace": ("Grace Holloway", "grace.holloway", "+1 303 555 0130", "Service technician", SERVICE),
}
DOMAINS = {"david": "ridgeline-metrology.example", "grace": "ridgeline-metrology.example"}
SELLERS = ["sales", "manager", "elena", "david"]
HOURLY_COST = {"nils": 46.0, "grace": 52.0, "manager": 64.0}  # company currency per hour
DEFAULT_HOURLY_COST = 55.0


def ensure_people(env, companies):
    """The four log-ins (password = login) in all `companies`, made or brought up to date.

    :return: dictionary login → res.users
    """
    users = {login: _ensure_user(env, companies, login, row) for login, row in LOGINS.items()}
    team = env.ref("sales_team.team_sales_department", raise_if_not_found=False)
    if team:
        _join(team, [users[login] for login in ("admin", "sales", "manager")])
        team.user_id = users["manager"]
    return users


def ensure_colleagues(env, companies):
    """The people a visitor meets in the documents without logging in as them; same return."""
    users = {login: _ensure_user(env, companies, login, row) for login, row in COLLEAGUES.items()}
    team = env.ref("sales_team.team_sales_department", raise_if_not_found=False)
    if team:
        _join(team, [users[login] for login in SELLERS if login in users])
    return users


def ensure_employees(scene):
    """An employee for each person, with what an hour of theirs costs: timesheets need it."""
    if not scene.has("hr.employee"):
        return
    Employee = scene.env["hr.employee"]
    for login, user in scene.people.items():
        company = scene.companies["us" if login in DOMAINS else "de"]
        employee = Employee.search([("user_id", "=", user.id), ("company_id", "=", company.id)], limit=1)
        values = {"user_id": user.id, "name": user.name, "work_email": user.email, "company_id": company.id}
        values["job_title"] = {**LOGINS, **COLLEAGUES}[login][3]
        if "hourly_cost" in Employee._fields:
            values["hourly_cost"] = HOURLY_COST.get(login, DEFAULT_HOURLY_COST)
        if employee:
            employee.write(values)
        scene.employees[login] = employee or Employee.create(values)


def _ensure_user(env, companies, login, row):
    name, mailbox, phone, function, groups = row
    user = env["res.users"].with_context(active_test=False).search([("login", "=", login)], limit=1)
    found = [env.ref(group, raise_if_not_found=False) for group in [*BASE, *groups]]
    home = companies[-1] if login in DOMAINS else companies[0]
    values = {
        "name": name,
        "email": f"{mailbox}@{DOMAINS.get(login, 'alder-voss.example')}",
        "phone": phone,
        "tz": "America/Denver" if login in DOMAINS else "Europe/Berlin",
        "company_ids": [Command.set(companies.ids)],
        "company_id": home.id,
        "group_ids": [Command.link(group.id) for group in found if group],
        # Read inside Odoo: nothing has to be mailed to them.
        "notification_type": "inbox",
    }
    if login in LOGINS:
        values["password"] = login
    if user:
        user.write(values)
    else:
        user = env["res.users"].with_context(no_reset_password=True).create({**values, "login": login})
    user.partner_id.write({"function": function, "company_id": False, "country_id": home.country_id.id})
    return user


def _join(team, users):
    members = team.with_context(active_test=False).crm_team_member_ids.user_id
    team.write({"crm_team_member_ids": [Command.create({"user_id": user.id}) for user in users if user not in members]})
