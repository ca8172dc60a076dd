"""What all parts of the demo company share: its places, people, dates and dice."""

import csv
import datetime
import pathlib
import random

from odoo import fields
from odoo.tools import SQL

from .clock import Clock, working_day
from .names import People

DATA = pathlib.Path(__file__).parent / "data"
SEED = 1896  # the year Pareto published his curve
MONTHS = 24
# Nobody is mailed and nothing is logged that only documents the making of the data.
QUIET = {
    "tracking_disable": True,
    "mail_create_nosubscribe": True,
    "mail_auto_subscribe_no_notify": True,
    "mail_activity_quick_update": True,
    "mail_notify_force_send": False,
    "skip_sms": True,
    "no_reset_password": True,
    "dont_notify": True,
}


class Scene:
    """One demo company being made.

    :param scale: share of the customers to make, 0 to 1
    """

    def __init__(self, env, scale=1.0):
        self.env = env(context={**env.context, **QUIET})
        self.scale = scale
        self.clock = Clock(env)
        self.today = fields.Date.today()
        self.first_day = working_day(self.today - datetime.timedelta(days=MONTHS * 365 // 12))
        self.companies = {}  # "de" and "us": res.company
        self.people = {}  # login: res.users
        self.employees = {}  # login: hr.employee
        self.products = {}  # code: product.product
        self.customers = []  # customers.Customer
        self.campaigns = {}  # key: campaigns.Campaign
        self.vendors = {}  # name: res.partner
        self.names = People(self.random("names"))
        self.timeline = None
        self._made_on = {}  # model name: {record id: datetime}

    def random(self, purpose):
        """Dice of its own for each part: a change in one leaves the others' data as they were."""
        return random.Random(f"{SEED} {purpose}")

    def has(self, *models):
        """Whether the optional apps these models come from are installed."""
        return all(model in self.env for model in models)

    def act(self, company=None, login="admin"):
        """An environment in which `login` works in `company` ("de" or "us"), with all rights.

        The rights are not what is made here, and checking them takes a third of the time.
        """
        user = self.people[login]
        company = self.companies[company or "de"]
        others = [other.id for other in self.companies.values() if other != company]
        context = {**self.env.context, "allowed_company_ids": [company.id, *others]}
        return self.env(user=user.id, su=True, context=context)

    def made_on(self, record, moment):
        """Remember when a record is to have been created; `write_creation_dates` writes it."""
        self._made_on.setdefault(record._name, {})[record.id] = moment

    def write_creation_dates(self):
        """Give the records made in batches, and Odoo's own notes about them, the moment of their own.

        In SQL, because the ORM keeps `create_date` to itself.
        """
        self.env.flush_all()
        for model, moments in self._made_on.items():
            given = SQL("unnest(%s, %s::timestamp[]) AS given (id, moment)", list(moments), list(moments.values()))
            table = SQL.identifier(self.env[model]._table)
            self.env.cr.execute(
                SQL("UPDATE %s AS made SET create_date = moment FROM %s WHERE made.id = given.id", table, given)
            )
            self.env.cr.execute(
                SQL(
                    "UPDATE mail_message AS note SET date = moment, create_date = moment FROM %s"
                    " WHERE note.res_id = given.id AND note.model = %s AND note.message_type = 'notification'"
                    " AND note.mail_activity_type_id IS NULL",
                    given,
                    model,
                )
            )
        self.env.invalidate_all()

    def days_ago(self, days):
        return working_day(self.today - datetime.timedelta(days=days))

    def feature(self, *groups):
        """Switch options on for every employee, as the settings page does."""
        for name in groups:
            group = self.env.ref(name, raise_if_not_found=False)
            if group:
                self.env.ref("base.group_user").sudo().write({"implied_ids": [(4, group.id)]})


def rows(name):
    """The rows of data/<name>.csv as dictionaries."""
    with open(DATA / f"{name}.csv", encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))
