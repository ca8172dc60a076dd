from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools import SQL

from ..common.tools.blank import BlankInteger, BlankMonetary
from ..common.tools.bounds import of_one
from ..common.tools.groups import PROFIT

MANAGER = "crm_pareto.group_manager"
COLUMNS = (
    "has_service",
    "service_cases",
    "has_service_hours",
    "service_hours",
    "has_service_cost",
    "service_cost",
    "service_rank",
    "service_tier_id",
)
SERVED = ("served_profit", "served_profit_rank", "served_profit_tier_id")


class CrmParetoServiceMixin(models.AbstractModel):
    """What a customer needed of us without paying for it, and what is left of the profit after that.

    From crm.pareto.service.report, over the window of turnover and profit up to the last night. What the apps installed
    cannot know is NULL in the database and hidden on the screen where its `has_...` is not set: cases need an app that
    records some (credit notes alone are the ledger, no service), hours need timesheets, costs timesheets or repairs.
    `service_message` says what is missing. A customer of whom nothing is recorded there has 0.

    Rank and tier are by cost; where nothing in the company had a cost, by hours; where there were no hours either, by
    cases: one measure for all its customers, `service_measure` of the run. By the rule of crm.pareto.tier, so that the
    first tier makes 80 % of the service work. Whoever was served counts, also without an invoice ever, and so without a
    row here: ranks may have gaps.

    Rights: hours are for managers, as the rows they are summed from: where one person serves a customer, they are that
    person's. Costs need the right to see them, and so does the rank, which puts customers in order of cost. How many
    cases there were and the tier tell neither: they are for all who see the customer.
    """

    _name = "crm.pareto.service.mixin"
    _inherit = "crm.pareto.worth.mixin"
    _description = "Service Load of a Customer"

    company_id = fields.Many2one("res.company", required=True, ondelete="cascade", readonly=True)
    currency_id = fields.Many2one(related="company_id.currency_id")
    has_service = fields.Boolean(readonly=True, help="Whether an app that records service is installed.")
    service_cases = fields.Integer(
        readonly=True, help="Tickets, repairs, returns, credit notes and complaints in the window."
    )
    has_service_hours = fields.Boolean(readonly=True, help="Whether hours are known: Timesheets is installed.")
    service_hours = fields.Float(readonly=True, groups=MANAGER, help="Hours in the window that nobody pays for.")
    has_service_cost = fields.Boolean(
        readonly=True, help="Whether costs are known: Timesheets or Repairs is installed."
    )
    service_cost = fields.Monetary(
        readonly=True, groups=PROFIT, help="What those hours, and the parts of repairs that nobody pays for, cost us."
    )
    service_rank = fields.Integer(readonly=True, aggregator=None, groups=PROFIT)
    service_tier_id = fields.Many2one(
        "crm.pareto.tier",
        readonly=True,
        ondelete="set null",
        help="The first tier makes 80 % of the service work, by cost; where none is known, by hours, else by cases.",
    )
    service_tier_color = fields.Integer(related="service_tier_id.color")
    service_message = fields.Char(
        compute="_compute_service_message", help="Why service figures are blank, or what they leave out."
    )
    served_profit = BlankMonetary(
        "Profit after Service",
        readonly=True,
        groups=PROFIT,
        help="Profit less the cost of service up to the last night; blank where either is unknown.",
    )
    served_profit_rank = BlankInteger(readonly=True, aggregator=None, groups=PROFIT)
    served_profit_tier_id = fields.Many2one("crm.pareto.tier", readonly=True, ondelete="set null", groups=PROFIT)
    big_but_loses = fields.Boolean(
        "Big but Loses Money",
        compute="_compute_big_but_loses",
        search="_search_big_but_loses",
        groups=PROFIT,
        help="In the first tier by turnover, and less than nothing is left after the cost of service.",
    )

    @api.depends("has_service", "company_id")
    def _compute_service_message(self):
        # sudo: which apps there are and what tiers go by is no secret.
        runs = (
            self.env["crm.pareto.run"]
            .sudo()
            .search([("company_id", "in", self.company_id.ids), ("kind", "=", "customer"), ("snapshot", "!=", True)])
        )
        measures = {run.company_id.id: run.service_measure for run in runs}
        missing = self.env["crm.pareto.service.report"]._get_missing_kinds()
        not_yet = [self.env._("Service is summed each night.")] if self._service_known(missing)[0] else []
        by = {
            "hours": self.env._("Service tiers go by hours: nothing had a cost."),
            "cases": self.env._("Service tiers go by cases: there were neither hours nor costs."),
        }
        for row in self:
            measure = by.get(measures.get(row.company_id.id))
            first = ([measure] if measure else []) if row.has_service else not_yet
            row.service_message = " ".join([*first, *missing.values()])

    @api.depends("turnover_tier_id", "served_profit", "has_service_cost")
    def _compute_big_but_loses(self):
        losing = self.filtered_domain(self._big_but_loses_domain())
        for row in self:
            row.big_but_loses = row in losing

    def _search_big_but_loses(self, operator, value):
        if operator != "in":
            return NotImplemented
        return self._big_but_loses_domain() if True in value else ~self._big_but_loses_domain()

    @api.model
    def _big_but_loses_domain(self):
        firsts = Domain.OR(
            Domain("company_id", "=", company.id)
            & Domain("turnover_tier_id", "in", self.env["crm.pareto.tier"]._for_company(company)[:1].ids)
            for company in self.env.companies
        )
        return firsts & Domain("has_service_cost", "=", True) & Domain("served_profit", "<", 0)

    def _order_field_to_sql(self, alias, field_name, direction, nulls, query):
        """Blank figures come last either way, as those of predictions do."""
        if field_name in (*COLUMNS, *SERVED) and not nulls.code:
            nulls = SQL("NULLS LAST")
        return super()._order_field_to_sql(alias, field_name, direction, nulls, query)

    # -- each night ------------------------------------------------------------------------

    @api.model
    def _make_worth(self, company, period, parts):
        known = self._service_known(self.env["crm.pareto.service.report"]._get_missing_kinds())
        self._sum_service(company, period, known[0])
        measure = self._service_measure()
        # For what opens: the windows of turnover and profit move on each hour, this one stays until the next night.
        self.env["crm.pareto.run"]._standing(company, "customer").write(
            {"service_as_of": period.date_to, "service_measure": known[0] and measure}
        )
        self.env["crm.pareto.ranking"]._make_table("crm_pareto_service", self._served(company, measure, *known))
        parts["crm_pareto_service"] = COLUMNS
        self._make_served_profit(company, SQL("SELECT partner_id, service_cost FROM crm_pareto_service"), parts)
        return super()._make_worth(company, period, parts)

    @api.model
    def _refresh_worth(self, company, period, parts):
        """The cost of service as of the night, off the profit of the hour."""
        if self.env["crm.pareto.run"]._standing(company, "customer").service_measure:
            stored = SQL(
                "SELECT partner_id, service_cost FROM %s WHERE company_id = %s AND snapshot_id IS NULL",
                SQL.identifier(self._table),
                company.id,
            )
            self._make_served_profit(company, stored, parts)
        return super()._refresh_worth(company, period, parts)

    @api.model
    def _service_known(self, missing):
        """Whether cases, hours and costs can be known.

        :param missing: the kinds of service that cannot
        """
        kinds = {kind for kind, _label in self.env["crm.pareto.service.report"]._fields["kind"].selection}
        there = kinds - {"credit_note", *missing}
        return bool(there), "timesheet" in there, not there.isdisjoint({"timesheet", "repair"})

    @api.model
    def _sum_service(self, company, period, known):
        """Make crm_pareto_served: a row a customer who was served, whether there is a value of it or not."""
        self.env.flush_all()
        self.env["crm.pareto.ranking"]._make_table(
            "crm_pareto_served",
            SQL(
                """
                SELECT customer_id AS partner_id, COUNT(DISTINCT event) FILTER (WHERE kind <> 'timesheet') AS cases,
                       SUM(hours) AS hours, ROUND(SUM(cost), %(cents)s) AS cost
                  FROM (%(report)s) service
                 WHERE company_id = %(company)s AND date BETWEEN %(date_from)s AND %(date_to)s
                   AND customer_id IS NOT NULL AND %(known)s
                 GROUP BY customer_id
                """,
                report=self.env["crm.pareto.service.report"]._table_query,
                cents=company.currency_id.decimal_places,
                company=company.id,
                date_from=period.date_from,
                date_to=period.date_to,
                known=known,
            ),
        )

    @api.model
    def _service_measure(self):
        """What the company's customers are ranked by: "cost", "hours" or "cases"."""
        [(costs, hours)] = self.env.execute_query(
            SQL("SELECT bool_or(cost > 0), bool_or(hours > 0) FROM crm_pareto_served")
        )
        return "cost" if costs else "hours" if hours else "cases"

    @api.model
    def _served(self, company, measure, cases, hours, cost):
        """The columns of all customers with a value or service; SQL.

        :param cases, hours, cost: whether they are known
        """
        source = SQL(
            """
            SELECT partner_id, TRUE AS has_service, COALESCE(cases, 0) AS service_cases,
                   %(has_hours)s AS has_service_hours,
                   CASE WHEN %(has_hours)s THEN COALESCE(hours, 0)::float8 END AS service_hours,
                   %(has_cost)s AS has_service_cost,
                   CASE WHEN %(has_cost)s THEN COALESCE(cost, 0) END AS service_cost,
                   COALESCE(%(measure)s, 0) AS service
              FROM (SELECT partner_id FROM crm_pareto_draft) valued
              FULL JOIN crm_pareto_served USING (partner_id)
             WHERE %(known)s
            """,
            known=cases,
            has_hours=hours,
            has_cost=cost,
            measure=SQL.identifier(measure),
        )
        return self.env["crm.pareto.ranking"]._ranked(self, company, source, ("service",))

    @api.model
    def _make_served_profit(self, company, costs, parts):
        """Take the cost of service off the profit, which moves on each hour, and rank by what is left.

        :param costs: SQL of partner_id and service_cost
        """
        source = SQL(
            """
            SELECT partner_id, profit - service_cost AS served_profit
              FROM crm_pareto_draft JOIN (%s) cost USING (partner_id)
             WHERE service_cost IS NOT NULL AND profit IS NOT NULL
            """,
            costs,
        )
        ranking = self.env["crm.pareto.ranking"]
        ranking._make_table("crm_pareto_served_profit", ranking._ranked(self, company, source, ("served_profit",)))
        parts["crm_pareto_served_profit"] = SERVED

    # -- what is behind --------------------------------------------------------------------

    def _get_service_domain(self):
        """The service that this row's figures are summed from: what a click opens."""
        self.ensure_one()
        period = self.company_id._pareto_period(self.run_id.service_as_of, self.run_id.pareto_window)
        return [
            ("company_id", "=", self.company_id.id),
            ("customer_id", "=", self.partner_id.id),
            ("date", ">=", period.date_from),
            ("date", "<=", period.date_to),
        ]

    @api.readonly
    @of_one
    def action_open_service(self):
        """Open the service behind the figures."""
        action = self.env["ir.actions.act_window"]._for_xml_id("crm_pareto.crm_pareto_service_report_action")
        name = self.env._("Service for %(name)s", name=self.display_name)
        return {**action, "name": name, "display_name": name, "domain": self._get_service_domain(), "context": {}}
