from odoo import api, fields, models

from ...common.crm_pareto_result_mixin import by_value, copy_from_value, for_who_sees, readable_rows
from ...common.tools.blank import BlankInteger, BlankMonetary
from ...common.tools.bounds import of_one
from ...common.tools.groups import PROFIT, USER


class CrmParetoScoredMixin(models.AbstractModel):
    """Shows a customer's scorecard: see crm.pareto.scorecard.mixin, and the parts it is made of."""

    _name = "crm.pareto.scored.mixin"
    _inherit = "crm.pareto.valued.mixin"
    _description = "Shows a Customer's Scorecard"

    _pareto_score_fields = {
        "pareto_has_scores": "has_scores",
        "pareto_total_score": "total_score",
        "pareto_potential_score": "potential_score",
        "pareto_insight_score": "insight_score",
        "pareto_influence_score": "influence_score",
        "pareto_pipeline": "pipeline",
        "pareto_has_white_space": "has_white_space",
        "pareto_white_space": "white_space",
        "pareto_insight": "insight",
        "pareto_has_rating": "has_rating",
        "pareto_rating": "rating",
        "pareto_service_cases": "service_cases",
        "pareto_has_service_cost": "has_service_cost",
    }
    _pareto_profitability_fields = {
        "pareto_profitability_score": "profitability_score",
        "pareto_service_cost": "service_cost",
        "pareto_served_profit": "served_profit",
    }

    pareto_has_scores = fields.Boolean(compute="_compute_pareto_scores", groups=USER)
    pareto_total_score = fields.Integer(
        "Total",
        compute="_compute_pareto_scores",
        search=by_value("total_score"),
        aggregator=None,
        groups=USER,
        help="Percent of the other customers with less turnover.",
    )
    pareto_potential_score = fields.Integer(
        "Potential",
        compute="_compute_pareto_scores",
        search=by_value("potential_score"),
        aggregator=None,
        groups=USER,
        help="Percent of the other customers with less weighted pipeline and white space.",
    )
    pareto_profitability_score = BlankInteger(
        "Profitability",
        compute="_compute_pareto_profitability",
        search=by_value("profitability_score"),
        aggregator=None,
        groups=PROFIT,
        help="Percent of the other customers with less profit, after service where its cost is known.",
    )
    pareto_insight_score = fields.Integer(
        "Insight",
        compute="_compute_pareto_scores",
        search=by_value("insight_score"),
        aggregator=None,
        groups=USER,
        help="Percent of the other customers who told us less: survey answers, ratings, logged feedback.",
    )
    pareto_influence_score = fields.Integer(
        "Influence",
        compute="_compute_pareto_scores",
        search=by_value("influence_score"),
        aggregator=None,
        groups=USER,
        help="Percent of the other customers who brought less turnover by referring others.",
    )
    pareto_pipeline = fields.Monetary(
        "Weighted Pipeline",
        compute="_compute_pareto_scores",
        search=by_value("pipeline"),
        currency_field="pareto_currency_id",
        groups=USER,
        help="Expected revenue of the open opportunities, each times its probability.",
    )
    pareto_has_white_space = fields.Boolean(compute="_compute_pareto_scores", groups=USER)
    pareto_white_space = fields.Monetary(
        "White Space",
        compute="_compute_pareto_scores",
        search=by_value("white_space"),
        currency_field="pareto_currency_id",
        groups=USER,
        help="What customers of the same industry and tier usually spend on what this one does not buy.",
    )
    pareto_insight = fields.Integer(
        "Feedback", compute="_compute_pareto_scores", search=by_value("insight"), aggregator=None, groups=USER
    )
    pareto_has_rating = fields.Boolean(compute="_compute_pareto_scores", groups=USER)
    pareto_rating = fields.Float(
        "Rating",
        compute="_compute_pareto_scores",
        search=by_value("rating"),
        digits=(3, 2),
        aggregator=None,
        groups=USER,
        help="Mean of the ratings, 1 to 5.",
    )
    pareto_service_cases = fields.Integer(
        "Service Cases",
        compute="_compute_pareto_scores",
        search=by_value("service_cases"),
        aggregator=None,
        groups=USER,
        help="Tickets, repairs, returns, credit notes and complaints in the window.",
    )
    pareto_has_service_cost = fields.Boolean(compute="_compute_pareto_scores", groups=USER)
    pareto_service_cost = fields.Monetary(
        "Service Cost",
        compute="_compute_pareto_profitability",
        search=by_value("service_cost"),
        currency_field="pareto_currency_id",
        groups=PROFIT,
    )
    pareto_served_profit = BlankMonetary(
        "Profit after Service",
        compute="_compute_pareto_profitability",
        search=by_value("served_profit"),
        currency_field="pareto_currency_id",
        groups=PROFIT,
    )
    pareto_why = fields.Char("Why", compute="_compute_pareto_why", groups=USER)

    @api.depends("pareto_value_id")
    @api.depends_context("company", "uid")
    def _compute_pareto_scores(self):
        copy_from_value(self, self._pareto_score_fields)

    @api.depends("pareto_value_id")
    @api.depends_context("company", "uid")
    def _compute_pareto_profitability(self):
        copy_from_value(self, self._pareto_profitability_fields)

    @api.depends("pareto_value_id")
    @api.depends_context("company", "uid", "lang")
    @for_who_sees
    def _compute_pareto_why(self):
        for record, row in readable_rows(self).items():
            record.pareto_why = row.why

    def _pareto_paths(self):
        return super()._pareto_paths() | self._pareto_score_fields | self._pareto_profitability_fields

    @api.readonly
    @of_one
    def action_open_pareto_pipeline(self):
        """Open the opportunities behind the weighted pipeline."""
        return self.pareto_value_id.action_open_pipeline()

    @api.readonly
    @of_one
    def action_open_pareto_white_space(self):
        """Open what the peers buy and this customer does not."""
        return self.pareto_value_id.action_open_white_space()

    @api.readonly
    @of_one
    def action_open_pareto_service(self):
        """Open the service behind the cost and the cases."""
        return self.pareto_value_id.action_open_service()

    @api.readonly
    @of_one
    def action_open_pareto_feedback(self):
        """Open the answers, ratings and logged feedback."""
        return self.pareto_value_id.action_open_feedback()
