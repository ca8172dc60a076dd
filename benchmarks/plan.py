"""How fast the plans of fifty salespeople are made, as a ratio to the bare aggregation."""

import datetime

from odoo.fields import Command
from odoo.tools import SQL

from .measurements import Bench

SALESPEOPLE = 50
LEADS = 20_000
QUOTATIONS = 5_000


class PlanBench(Bench):
    """Of the customers that Bench has computed; what the plan reads beside them is made first and rolled back."""

    def run(self):
        """All rows of the table."""
        company = self.companies[0]
        self.env = self.env(context={**self.env.context, "allowed_company_ids": company.ids})
        self.today = datetime.date.today()
        with self.env.cr.savepoint() as savepoint:
            self._prepare(company)
            plan = self.env["crm.pareto.plan"]
            self.time("B, the bare aggregation", self._bare)
            self.time("the candidates of 50 salespeople", lambda: plan._candidates(self.users, self.today))
            self.time("the plans of 50 salespeople", lambda: plan._plan(self.users, self.today))
            self.time("the plan of one of them", lambda: plan._plan(self.users[:1], self.today))
            self.lines = len(plan._plan(self.users, self.today))
            savepoint.rollback()

    def report(self):
        """The table, and how many lines there were."""
        return f"{super().report()}\n{self.lines:,} lines on the plans of {SALESPEOPLE} salespeople"

    def _prepare(self, company):
        """Salespeople with the customers shared out among them, leads and quotations."""
        self.users = self.env["res.users"].create(
            [
                {
                    "name": f"Salesperson {number}",
                    "login": f"bench_sales_{number}",
                    "company_id": company.id,
                    "company_ids": [Command.set(company.ids)],
                    "group_ids": [Command.link(self.env.ref("sales_team.group_sale_salesman").id)],
                }
                for number in range(SALESPEOPLE)
            ]
        )
        self.env.flush_all()
        self.env.cr.execute(
            SQL(
                "UPDATE res_partner SET user_id = (%s::int[])[1 + id %% %s] WHERE customer_rank > 0",
                self.users.ids,
                SALESPEOPLE,
            )
        )
        customers = (
            self.env["crm.pareto.customer"].search([("company_id", "=", company.id)], limit=QUOTATIONS).partner_id
        )
        lead = self.env["crm.lead"].create({"name": "Lead", "type": "opportunity", "company_id": company.id})
        order = self.env["sale.order"].create({"partner_id": customers[0].id, "company_id": company.id})
        self._copy(
            lead,
            LEADS,
            SQL(
                "'partner_id', (%s::int[])[1 + n %% %s], 'user_id', (%s::int[])[1 + n %% %s], 'won_status', 'pending',"
                " 'probability', n %% 100, 'expected_revenue', n %% 1000",
                customers.ids,
                len(customers),
                self.users.ids,
                SALESPEOPLE,
            ),
        )
        self._copy(
            order,
            QUOTATIONS,
            SQL(
                "'partner_id', (%s::int[])[1 + n %% %s], 'user_id', (%s::int[])[1 + n %% %s], 'margin', n %% 500,"
                " 'validity_date', %s::date + n %% 30",
                customers.ids,
                len(customers),
                self.users.ids,
                SALESPEOPLE,
                self.today,
            ),
        )
        self.env.invalidate_all()
        for table in ("res_partner", "crm_lead", "sale_order"):
            self.env.cr.execute(SQL("ANALYZE %s", SQL.identifier(table)))

    def _copy(self, record, count, values):
        """Copies of a record that differ in some values."""
        self.env.flush_all()
        table = record._table
        self.env.cr.execute(
            SQL(
                """
                INSERT INTO %(table)s
                SELECT (jsonb_populate_record(model, jsonb_build_object('id', nextval(%(ids)s), %(values)s))).*
                  FROM %(table)s model, generate_series(1, %(count)s) n
                 WHERE model.id = %(id)s
                """,
                table=SQL.identifier(table),
                ids=f"{table}_id_seq",
                values=values,
                count=count,
                id=record.id,
            )
        )
