"""Campaigns, whom they reached and what they cost, written into the companies that `generator` made.

Ten touches a customer, spread over three years. Most reach prospects who never buy; the others are heavy-tailed over
the customers, though less than the invoices: who is invoiced every hour is not written to every hour. The journeys to
all sales have some ten touches a customer as well: one touch leads to several sales, or to none. Fixed seed.
"""

import datetime
import random

from odoo.fields import Command
from odoo.tools import SQL

from .generator import SEED, SPLIT, YEARS, make_partners

CAMPAIGNS = 200
SOURCES = MEDIUMS = 12
TOUCHES_PER_CUSTOMER = 10
LOGGED = 0.75  # share of the touches; the others are leads
NOBODY = 0.2  # share of the leads without a customer
NAMED = 0.1  # share of the invoices that carry a campaign themselves
COSTS = 5000  # analytic lines
PROSPECTS = 0.6  # share of the touches with those who never buy: as many of them as there are customers
TAIL = 1.5  # half of the touches are with 35 % of the customers
MANAGER = "bench_marketing"  # login of a sales manager who may see profit


def generate(env):
    """Write the rows.

    :return: {what: number of rows written}
    """
    writer = CampaignRows(env)
    return writer.write()


class CampaignRows:
    """Writes the rows of all bench companies."""

    def __init__(self, env):
        self.env = env
        self.companies = env["res.company"].search([("name", "=like", "Bench %")], order="id")
        self.values = {}

    def write(self):
        self._execute("SELECT setseed(%(seed)s)", seed=SEED)
        self._prepare()
        self.env.flush_all()
        counts = {"campaigns": CAMPAIGNS, "logged touches": 0, "leads": 0, "invoices that carry a campaign": 0}
        for company, (first, last) in zip(self.companies, SPLIT, strict=True):
            self.values.update(company=company.id, first=first, last=last)
            counts["logged touches"] += self._write_touches()
            counts["leads"] += self._write_leads()
            counts["invoices that carry a campaign"] += self._name_on_invoices()
        counts["costs"] = self._write_costs()
        self.env.invalidate_all()
        return counts

    def _execute(self, statement, **values):
        self.env.cr.execute(SQL(statement, **{**self.values, **values}))
        return self.env.cr.rowcount

    def _prepare(self):
        """What all rows refer to, through the API."""
        env = self.env
        env["res.users"].create(
            {
                "name": "Marketing",
                "login": MANAGER,
                "company_id": self.companies[0].id,
                "company_ids": [Command.set(self.companies.ids)],
                "group_ids": [
                    Command.link(env.ref("sales_team.group_sale_manager").id),
                    Command.link(env.ref("crm_pareto.group_profit").id),
                ],
            }
        )
        names = [{"name": f"Bench {number}"} for number in range(SOURCES)]
        self.campaigns = env["utm.campaign"].create(
            [
                {"title": f"Bench Campaign {number}", "user_id": env.uid, "company_id": False}
                for number in range(CAMPAIGNS)
            ]
        )
        customers = env["res.partner"].search([("name", "=like", "Customer %"), ("is_company", "=", True)], order="id")
        self.values = {
            "campaigns": self.campaigns.ids,
            "sources": env["utm.source"].create(names).ids,
            "mediums": env["utm.medium"].create(names[:MEDIUMS]).ids,
            "team": env["crm.team"].search([], limit=1).id,
            "stage": env["crm.stage"].search([], limit=1).id,
            "user": env.uid,
            "last_day": datetime.date.today(),
            "days": 365 * YEARS,
            "partners": customers.ids,
            "prospects": make_partners(env, len(customers), "Prospect"),
        }

    def _drawn(self, share):
        """SQL: as many rows as this share of the company's touches: campaign, source, medium, moment, partner, chance.

        Some campaigns are much larger than others.
        """
        count = int(TOUCHES_PER_CUSTOMER * share * len(self.values["partners"]) / sum(b - a for a, b in SPLIT))
        return f"""
            SELECT n, (%(campaigns)s::int[])[1 + floor({CAMPAIGNS} * power(random(), 2))::int] AS campaign,
                   (%(sources)s::int[])[1 + floor({SOURCES} * random())::int] AS source,
                   (%(mediums)s::int[])[1 + floor({MEDIUMS} * random())::int] AS medium,
                   %(last_day)s::timestamp - %(days)s * random() * interval '1 day' AS moment,
                   floor({len(self.values["partners"])} * (%(first)s + (%(last)s - %(first)s)
                         * power(random(), {TAIL})))::int AS place,
                   random() AS chance, random() < {PROSPECTS} AS is_prospect
              FROM generate_series(1, round({count} * (%(last)s - %(first)s))::int) n"""

    def _write_touches(self):
        return self._execute(
            f"""INSERT INTO crm_pareto_touch (name, date, partner_id, channel, direction, user_id, campaign_id,
                                              source_id, medium_id, company_id, create_date, write_date)
                SELECT 'Visit ' || n, date_trunc('second', moment), partner.id,
                       CASE WHEN chance < 0.5 THEN 'phone' ELSE 'event' END,
                       CASE WHEN chance < 0.7 THEN 'out' ELSE 'in' END, %(user)s, campaign, source, medium,
                       %(company)s, moment, moment
                  FROM ({self._drawn(LOGGED)}) touch JOIN {PARTNER}"""
        )

    def _write_leads(self):
        """Every second is an opportunity, every fourth won; every tenth belongs to no company."""
        return self._execute(
            f"""INSERT INTO crm_lead (name, type, active, stage_id, won_status, date_closed, expected_revenue,
                                      partner_id, campaign_id, source_id, medium_id, user_id, team_id, company_id,
                                      create_date, write_date)
                SELECT 'Lead ' || n, CASE WHEN chance < 0.5 THEN 'opportunity' ELSE 'lead' END,
                       NOT chance BETWEEN 0.25 AND 0.4, %(stage)s,
                       CASE WHEN chance < 0.25 THEN 'won' WHEN chance < 0.4 THEN 'lost' ELSE 'pending' END,
                       CASE WHEN chance < 0.4 THEN moment + interval '20 days' END, 1000 * chance,
                       CASE WHEN chance < 1 - {NOBODY} THEN partner.id END, campaign, source, medium, %(user)s,
                       %(team)s, CASE WHEN n %% 10 > 0 THEN %(company)s END, moment, moment
                  FROM ({self._drawn(1 - LOGGED)}) touch JOIN {PARTNER}"""
        )

    def _name_on_invoices(self):
        """The documents stay as new as they were."""
        return self._execute(
            f"""UPDATE account_move
                   SET campaign_id = (%(campaigns)s::int[])[1 + id %% {CAMPAIGNS}],
                       source_id = (%(sources)s::int[])[1 + id %% {SOURCES}],
                       medium_id = (%(mediums)s::int[])[1 + id %% {MEDIUMS}]
                 WHERE company_id = %(company)s AND move_type IN ('out_invoice', 'out_refund')
                   AND random() < {NAMED}"""
        )

    def _write_costs(self):
        """Through the API; three in four campaigns cost something."""
        draw = random.Random(SEED)
        accounts = self.campaigns._pareto_ensure_accounts()
        column = accounts.root_plan_id._column_name()
        last = self.values["last_day"]
        self.env["account.analytic.line"].create(
            [
                {
                    "name": f"Spent {number}",
                    column: accounts[draw.randrange(CAMPAIGNS * 3 // 4)].id,
                    "amount": -round(100 * draw.paretovariate(1.5), 2),
                    "date": last - datetime.timedelta(days=draw.randrange(self.values["days"])),
                    "company_id": draw.choices(self.companies, [b - a for a, b in SPLIT])[0].id,
                }
                for number in range(COSTS)
            ]
        )
        return COSTS


PARTNER = """(SELECT id, number, FALSE AS is_prospect
                FROM unnest(%(partners)s::int[]) WITH ORDINALITY customer (id, number)
               UNION ALL
              SELECT id, number, TRUE FROM unnest(%(prospects)s::int[]) WITH ORDINALITY prospect (id, number)) partner
          ON partner.number = touch.place + 1 AND partner.is_prospect = touch.is_prospect"""
