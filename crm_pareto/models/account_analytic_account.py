from odoo import api, fields, models


class AccountAnalyticAccount(models.Model):
    _inherit = "account.analytic.account"

    # Not unique: of two campaigns that are merged, both accounts stay, and with them all that was spent.
    pareto_campaign_id = fields.Many2one(
        "utm.campaign",
        "Marketing Campaign",
        index="btree_not_null",
        ondelete="set null",
        check_company=True,
        copy=False,
        help="What is posted on this account is a cost of the campaign.",
    )

    @api.model
    def _pareto_plans(self):
        """The root plans whose accounts are campaigns'."""
        # sudo: only where to look.
        groups = self.sudo()._read_group([("pareto_campaign_id", "!=", False)], ["root_plan_id"])
        return self.env["account.analytic.plan"].browse([plan.id for (plan,) in groups])
