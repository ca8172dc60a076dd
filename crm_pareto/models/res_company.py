from odoo import api, fields, models
from odoo.exceptions import ValidationError

from .crm_pareto_attribution import MODELS


class ResCompany(models.Model):
    _inherit = "res.company"

    pareto_window = fields.Selection(
        [
            ("3", "Last 3 months"),
            ("6", "Last 6 months"),
            ("12", "Last 12 months"),
            ("24", "Last 24 months"),
            ("year", "This calendar year"),
            ("all", "All time"),
        ],
        "Value Window",
        default="12",
        required=True,
        help="The period over which the value of customers and products is summed.",
    )
    pareto_attribution_model = fields.Selection(
        MODELS,
        "Attribution Model",
        default="linear",
        required=True,
        help="How the credit for a sale is shared over the touches of campaigns before it. All of them are computed; "
        "this is the one that is shown.",
    )
    pareto_lookback_days = fields.Integer(
        "Look-Back",
        default=90,
        required=True,
        help="Days before an order in which a campaign's touch earns credit for it.",
    )
    pareto_half_life_days = fields.Integer(
        "Half-Life",
        default=30,
        required=True,
        help="Time decay: a touch so many days older earns half as much.",
    )

    @api.constrains("pareto_lookback_days", "pareto_half_life_days")
    def _check_pareto_days(self):
        for company in self:
            if company.pareto_lookback_days < 1:
                raise ValidationError(self.env._("The look-back is 1 day or more."))
            if company.pareto_half_life_days < 1:
                raise ValidationError(self.env._("The half-life is 1 day or more."))

    def write(self, vals):
        """Have the attribution computed anew where what it depends on is another now."""
        result = super().write(vals)
        if {"pareto_lookback_days", "pareto_half_life_days"} & vals.keys():
            # sudo: whoever may change the settings need not be allowed to see scheduled actions.
            self.env.ref("crm_pareto.crm_pareto_attribution_cron").sudo()._trigger()
        return result
