from odoo import api, fields, models
from odoo.tools import SQL, float_repr

from ...common.tools.blank import BlankInteger
from ...common.tools.groups import PROFIT
from ...common.tools.trust import as_scheduler

# What each score is by, of the columns of a customer's row.
FIGURES = {
    "total_score": SQL("turnover"),
    "potential_score": SQL("COALESCE(pipeline, 0) + COALESCE(white_space, 0)"),
    "profitability_score": SQL("COALESCE(served_profit, profit)"),
    "insight_score": SQL("COALESCE(insight, 0)"),
    "influence_score": SQL("COALESCE(referred_turnover, 0)"),
}
DAYS_A_MONTH = 365.2425 / 12
SCORE = "Percent of the company's other customers that have less: 0 for the least, 100 for the most."


class CrmParetoScorecardMixin(models.AbstractModel):
    """Five worths of a customer side by side, each by its place among the company's customers.

    A score is the percentage of the other customers with a lower figure (PostgreSQL's percent_rank), so equal figures
    have equal scores and who brings nothing has 0. As of the last night; NULL in the database before the first one,
    where `has_scores` is not set. Computed after all other parts: it stands last among them.
    """

    _name = "crm.pareto.scorecard.mixin"
    _inherit = "crm.pareto.worth.mixin"
    _description = "Scorecard of a Customer"

    has_scores = fields.Boolean(readonly=True)
    total_score = fields.Integer("Total", readonly=True, aggregator="avg", help=f"By turnover. {SCORE}")
    potential_score = fields.Integer(
        "Potential", readonly=True, aggregator="avg", help=f"By weighted pipeline and white space. {SCORE}"
    )
    profitability_score = BlankInteger(
        "Profitability",
        readonly=True,
        aggregator="avg",
        groups=PROFIT,
        help=f"By profit, after service where its cost is known. {SCORE} Blank where the profit is unknown.",
    )
    insight_score = fields.Integer("Insight", readonly=True, aggregator="avg", help=f"By feedback. {SCORE}")
    influence_score = fields.Integer(
        "Influence", readonly=True, aggregator="avg", help=f"By the turnover of referred customers. {SCORE}"
    )
    why = fields.Char(
        compute="_compute_why", compute_sudo=False, help="The figures behind the customer's place, in words."
    )

    @api.model
    def _make_worth(self, company, period, parts):
        ranking = self.env["crm.pareto.ranking"]
        ranking._make_table(
            "crm_pareto_scores",
            SQL(
                "SELECT partner_id, TRUE AS has_scores, %s FROM (%s) figures WHERE %s",
                SQL(", ").join(
                    SQL("%s AS %s", self._score(figure), SQL.identifier(score)) for score, figure in FIGURES.items()
                ),
                ranking._joined(parts),
                self._is_profiled(),
            ),
        )
        parts["crm_pareto_scores"] = ("has_scores", *FIGURES)
        return super()._make_worth(company, period, parts)

    @api.model
    def _score(self, figure):
        """The place of a figure among those that are known; SQL."""
        return SQL(
            """
            CASE WHEN %(figure)s IS NOT NULL THEN
                 ROUND(100 * PERCENT_RANK() OVER (PARTITION BY %(figure)s IS NULL ORDER BY %(figure)s))::integer END
            """,
            figure=figure,
        )

    @api.depends("turnover_rank", "company_id", "turnover", "profit")
    @api.depends_context("uid", "lang")
    def _compute_why(self):
        # How many there are is said of all of them, also to who sees some: the rank is among all.
        groups = as_scheduler(self.env["crm.pareto.customer"])._read_group(
            [("company_id", "in", self.company_id.ids)], ["company_id"], ["__count"]
        )
        counts = {company.id: count for company, count in groups}
        for row in self:
            row.why = "; ".join(row._reasons(counts.get(row.company_id.id, 0)))

    def _reasons(self, customers):
        """The sentence's parts; those on profit for who may see it.

        :param customers: how many the company has
        """
        yield self.env._("No. %(rank)s of %(count)s by turnover", rank=self.turnover_rank, count=customers)
        if self.env.user.has_group(PROFIT) and self.profit_ratio is not False:
            yield self.env._("%(margin)s margin", margin=self._percent(self.profit_ratio))
        yield from self._service_reasons()
        if self.has_prediction:
            yield self.env._("%(alive)s still active", alive=self._percent(self.alive))
        if self.referred_count == 1:
            yield self.env._("referred 1 customer")
        elif self.referred_count:
            yield self.env._("referred %(count)s customers", count=self.referred_count)
        if self.has_rating:
            yield self.env._("rated %(rating)s of 5", rating=float_repr(self.rating, 1))

    def _service_reasons(self):
        """The cases, by the month where there is at least one a month, and what service cost in the window."""
        days = (self.as_of - self.date_from).days + 1 if self.as_of and self.date_from else 0
        monthly = self.service_cases * DAYS_A_MONTH / days if days > DAYS_A_MONTH else 0
        if monthly >= 1:
            yield self.env._("%(count)s service cases a month", count=float_repr(monthly, 1).removesuffix(".0"))
        elif self.service_cases == 1:
            yield self.env._("1 service case")
        elif self.service_cases:
            yield self.env._("%(count)s service cases", count=self.service_cases)
        if self.env.user.has_group(PROFIT) and self.service_cost:
            yield self.env._("service cost %(cost)s", cost=self.currency_id.format(self.service_cost))

    @staticmethod
    def _percent(share):
        return f"{100 * share:.0f}\N{NO-BREAK SPACE}%"
