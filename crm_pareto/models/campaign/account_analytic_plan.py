from odoo import api, models

from ..common.tools.trust import without_client

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
            plan = without_client(self.sudo()).create({"name": self.env._("Campaigns")})
            parameters.set_param(PARAMETER, plan.id)
        return plan


def drop_unused_campaign_plan(env):
    """Forget the plan, and remove it and its accounts where nothing was spent on them. What was spent stays booked."""
    parameter = env["ir.config_parameter"].search([("key", "=", PARAMETER)])
    plan = env["account.analytic.plan"].browse(int(parameter.value or 0)).exists()
    accounts = plan.with_context(active_test=False).account_ids
    accounts.filtered(lambda account: account.pareto_campaign_id and not account._pareto_is_used()).unlink()
    if plan and not accounts.exists() and not plan.children_ids:
        plan.unlink()
    parameter.unlink()
