from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools import SQL

from ...common.tools.bounds import of_one, of_some
from ...common.tools.trust import with_snapshots
from ...common.tools.zones import day_of

COLUMNS = ("insight", "has_rating", "rating", "last_complaint")


class CrmParetoInsightMixin(models.AbstractModel):
    """What a customer tells us: answers to surveys, ratings, and feedback that somebody logged.

    As of the last night, over the window. `rating` is NULL in the database and hidden on the screen where
    `has_rating` is not set. Surveys and ratings know no company and count in each.
    """

    _name = "crm.pareto.insight.mixin"
    _inherit = "crm.pareto.worth.mixin"
    _description = "Insight from a Customer"

    insight = fields.Integer(
        "Feedback",
        readonly=True,
        help="Survey answers, ratings, and logged touches of the channel “Survey or Feedback” that came in, in the "
        "window.",
    )
    has_rating = fields.Boolean(readonly=True)
    rating = fields.Float(readonly=True, aggregator="avg", digits=(3, 2), help="Mean of the ratings, 1 to 5.")
    last_complaint = fields.Date(readonly=True, help="Last rating that Odoo calls unhappy, in the window.")
    has_open_ticket = fields.Boolean(
        compute="_compute_has_open_ticket",
        search="_search_has_open_ticket",
        help="Whether a helpdesk ticket of the customer is open now; no where no helpdesk is installed.",
    )

    @api.depends("partner_id")
    def _compute_has_open_ticket(self):
        waiting = self.search([("id", "in", self.ids), ("has_open_ticket", "=", True)])
        for row in self:
            row.has_open_ticket = row in waiting

    def _search_has_open_ticket(self, operator, value):
        if operator != "in":
            return NotImplemented
        if "helpdesk.ticket" not in self.env:
            return Domain.FALSE if True in value else Domain.TRUE
        query = with_snapshots(self)._search(Domain.TRUE)  # whether they count says the domain
        partner, company = (self._field_to_sql(query.table, name, query) for name in ("partner_id", "company_id"))
        query.add_where(
            SQL(
                "%(which)s EXISTS (SELECT FROM %(tickets)s AS ticket(partner_id, company_id)"
                " WHERE ticket.partner_id = %(partner)s AND COALESCE(ticket.company_id, %(company)s) = %(company)s)",
                which=SQL() if True in value else SQL("NOT"),
                tickets=self._of_open_tickets(),
                partner=partner,
                company=company,
            )
        )
        return Domain("id", "in", query)

    @api.model
    def _of_open_tickets(self):
        """(commercial partner, company) of the open tickets; those of none concern all companies; SQL."""
        # sudo: a colleague's ticket is no less open, and only that there is one comes out.
        tickets = self.env["helpdesk.ticket"].sudo()
        closed = "closed" if "closed" in tickets.stage_id._fields else "fold"  # the OCA's helpdesk, Enterprise's
        query = tickets._search([("partner_id", "!=", False), (f"stage_id.{closed}", "=", False)])
        partner = query.left_join(query.table, "partner_id", "res_partner", "id", "partner_id")
        commercial = tickets.env["res.partner"]._field_to_sql(partner, "commercial_partner_id", query)
        return query.subselect(commercial, tickets._field_to_sql(query.table, "company_id", query))

    def _order_field_to_sql(self, alias, field_name, direction, nulls, query):
        """Blank figures come last either way, as those of predictions do."""
        if field_name in ("rating", "last_complaint") and not nulls.code:
            nulls = SQL("NULLS LAST")
        return super()._order_field_to_sql(alias, field_name, direction, nulls, query)

    def _make_worth(self, company, period, parts):
        self.env.flush_all()
        self.env["crm.pareto.ranking"]._make_table("crm_pareto_insight", self._insight(company, period))
        parts["crm_pareto_insight"] = COLUMNS
        return super()._make_worth(company, period, parts)

    def _insight(self, company, period):
        """The columns of every customer who may be profiled; SQL."""
        since, until = company._pareto_moments(period.date_from, period.date_to)
        return SQL(
            """
            SELECT partner_id, COALESCE(told.count, 0) AS insight, rated.rating IS NOT NULL AS has_rating,
                   ROUND(rated.rating::numeric, 2)::float8 AS rating, rated.last_complaint
              FROM crm_pareto_draft
              LEFT JOIN (SELECT customer_id AS partner_id, COUNT(*) FROM (%(feedback)s) touch
                          WHERE channel = 'survey' AND direction = 'in' AND date < %(until)s
                            AND COALESCE(company_id, %(company)s) = %(company)s
                          GROUP BY customer_id) told USING (partner_id)
              LEFT JOIN (%(rated)s) rated USING (partner_id)
             WHERE %(profiled)s
            """,
            # sudo: as all figures of a customer, of everything; what it opens is for the reader's own eyes.
            feedback=self.env["crm.pareto.touchpoint"].sudo()._feedback(since),
            rated=self._rated(company, since, until),
            company=company.id,
            until=until,
            profiled=self._is_profiled(),
        )

    def _rated(self, company, since, until):
        """Of each commercial partner what it rated in the company, or in none; SQL."""
        if "rating.rating" not in self.env:
            return SQL("SELECT NULL::integer AS partner_id, NULL::float8 AS rating, NULL::date AS last_complaint")
        return SQL(
            """
            SELECT partner.commercial_partner_id AS partner_id, AVG(rated.rating) AS rating,
                   MAX(%(day)s) FILTER (WHERE rated.rating_text = 'ko') AS last_complaint
              FROM (SELECT rating.*, COALESCE(rated_on, rating.write_date) AS moment
                      FROM rating_rating rating
                      %(companies)s
                     WHERE consumed AND rating > 0
                       AND COALESCE(about.company_id, operator.company_id, asked.company_id, %(company)s) = %(company)s
                   ) rated
              JOIN res_partner partner ON partner.id = rated.partner_id
             WHERE rated.moment >= %(since)s AND rated.moment < %(until)s
             GROUP BY partner.commercial_partner_id
            """,
            companies=self.env["crm.pareto.service.report"]._companies_of_ratings(),
            company=company.id,
            day=day_of(SQL("rated.moment"), company._pareto_zone()),
            since=since,
            until=until,
        )

    @api.readonly
    @of_one
    def action_open_feedback(self):
        """Open the answers, ratings and logged feedback."""
        action = self.env["ir.actions.act_window"]._for_xml_id("crm_pareto.crm_pareto_touchpoint_action")
        name = self.env._("Feedback from %(name)s", name=self.display_name)
        return {**action, "name": name, "display_name": name, "domain": list(self._feedback_domain()), "context": {}}

    def _feedback_domain(self):
        since, until = self.company_id._pareto_moments(self.date_from, self.as_of)
        return (
            Domain("customer_id", "=", self.partner_id.id)
            & Domain("channel", "=", "survey")
            & Domain("direction", "=", "in")
            & Domain("date", ">=", fields.Datetime.to_string(since))
            & Domain("date", "<", fields.Datetime.to_string(until))
            & Domain("company_id", "in", [self.company_id.id, False])
        )

    @of_some
    def action_asked(self):
        """Note that the customers were asked today to be a reference: they leave the list of advocates for 90 days."""
        self.partner_id.pareto_asked_on = fields.Date.context_today(self)
