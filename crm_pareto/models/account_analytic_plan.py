from odoo import api, models

PARAMETER = "crm_pareto.campaign_plan"


class AccountAnalyticPlan(models.Model):
    _inherit = "account.analytic.plan"

    @api.model
    def _pareto_campaigns(self):
        """The plan that the campaigns' accounts belong to; made when first needed."""
        # sudo: whoever spends on a campaign need not be allowed to set up analytic accounting.
        parameters = self.env["ir.config_parameter"].sudo()
        plan = self.sudo().browse(int(parameters.get_param(PARAMETER, 0))).exists()
        if not plan:
            plan = self.sudo().create({"name": self.env._("Campaigns")})
            parameters.set_param(PARAMETER, plan.id)
        return plan
