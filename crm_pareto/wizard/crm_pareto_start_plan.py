from odoo import api, fields, models
from odoo.exceptions import UserError


class CrmParetoStartPlan(models.TransientModel):
    """Start an activity plan for the customers of an audience, after saying for how many."""

    _name = "crm.pareto.start.plan"
    _description = "Plan Activities"

    audience_id = fields.Many2one("crm.pareto.audience", required=True, readonly=True, ondelete="cascade")
    company_id = fields.Many2one(related="audience_id.company_id")
    plan_id = fields.Many2one(
        "mail.activity.plan",
        required=True,
        domain="[('res_model', '=', 'res.partner'), ('template_ids', '!=', False),"
        " ('company_id', 'in', [company_id, False])]",
        help="Plans for contacts are made in the settings, under Activity Plans.",
    )
    date = fields.Date("From", required=True, default=fields.Date.context_today)
    user_id = fields.Many2one(
        "res.users",
        "Without a Salesperson",
        required=True,
        default=lambda self: self.env.user,
        domain="[('share', '=', False)]",
        help="Does what the plan leaves open, for customers who have no salesperson.",
    )
    customer_count = fields.Integer("Customers Who Get It", compute="_compute_counts")
    known_count = fields.Integer("Have It Already", compute="_compute_counts")

    @api.depends("audience_id", "plan_id")
    def _compute_counts(self):
        for wizard in self:
            audience, plan = wizard.audience_id, wizard.plan_id
            known = self.env["crm.pareto.started.plan"].search(
                [
                    ("audience_id", "=", audience.id),
                    ("plan_id", "=", plan.id),
                    ("partner_id.pareto_audience_ids", "in", audience.ids),
                ]
            )
            wizard.known_count = len(known)
            wizard.customer_count = audience.customer_count - len(known)

    def action_start(self):
        """Start the plan; a scheduled action makes the activities.

        :raises UserError: where nobody is left to get it
        """
        self.ensure_one()
        count = self.env["crm.pareto.started.plan"]._start(self.audience_id, self.plan_id, self.user_id, self.date)
        if not count:
            raise UserError(self.env._("All customers of the audience got this plan before: choose another one."))
        body = self.env._("Plan “%(plan)s” started. Customers: %(count)s", plan=self.plan_id.name, count=count)
        # sudo: who may start a plan need not be the owner; it stands there for all who use the audience.
        self.audience_id.sudo().message_post(body=body)
        return {
            "type": "ir.actions.client",
            "tag": "display_notification",
            "params": {
                "type": "success",
                "message": self.env._("%s. Their activities are made within minutes.", body),
                "next": {"type": "ir.actions.act_window_close"},
            },
        }
