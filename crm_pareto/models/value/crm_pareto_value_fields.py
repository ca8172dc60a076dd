from odoo import api, fields, models

from ..common.crm_pareto_result_mixin import by_value, copy_from_value
from ..common.tools.blank import BlankMonetary
from ..common.tools.groups import PROFIT, USER


class CrmParetoValueFields(models.AbstractModel):
    """The fields of a value row on the record that `pareto_value_id` leads from; nothing is stored there.

    Not Odoo's related fields: those search and sort with sudo, so that anybody could find out what only some may see,
    and they take a record without a value for one of zero.
    """

    _name = "crm.pareto.value.fields"
    _description = "Fields of a Value Row"
    # Field: the field of the value row. What is copied from it depends on the company as the row does: Odoo does not
    # take that over by itself, and would show the first company's figures in the next.
    _pareto_fields = {
        "pareto_currency_id": "currency_id",
        "pareto_tier_id": "tier_id",
        "pareto_tier_color": "tier_color",
        "pareto_turnover": "turnover",
        "pareto_turnover_rank": "turnover_rank",
        "pareto_last_date": "last_date",
    }
    _pareto_form_fields = {}
    _pareto_profit_fields = {"pareto_profit": "profit"}

    pareto_currency_id = fields.Many2one(
        "res.currency", "Value Currency", compute="_compute_pareto_fields", groups=USER
    )
    pareto_tier_id = fields.Many2one(
        "crm.pareto.tier", "Tier", compute="_compute_pareto_fields", search=by_value("tier_id"), groups=USER
    )
    pareto_tier_color = fields.Integer("Tier Color", compute="_compute_pareto_fields", aggregator=None, groups=USER)
    pareto_turnover = fields.Monetary(
        "Turnover",
        compute="_compute_pareto_fields",
        search=by_value("turnover"),
        currency_field="pareto_currency_id",
        groups=USER,
    )
    pareto_turnover_rank = fields.Integer(
        "Turnover Rank",
        compute="_compute_pareto_fields",
        search=by_value("turnover_rank"),
        aggregator=None,
        groups=USER,
    )
    pareto_last_date = fields.Date(
        "Last Invoiced", compute="_compute_pareto_fields", search=by_value("last_date"), groups=USER
    )
    pareto_profit = BlankMonetary(
        "Profit",
        compute="_compute_pareto_profit_fields",
        search=by_value("profit"),
        currency_field="pareto_currency_id",
        groups=PROFIT,
    )

    @api.depends("pareto_value_id")
    @api.depends_context("company", "uid")
    def _compute_pareto_fields(self):
        copy_from_value(self, self._pareto_fields)

    @api.depends("pareto_value_id")
    @api.depends_context("company", "uid")
    def _compute_pareto_profit_fields(self):
        copy_from_value(self, self._pareto_profit_fields)
