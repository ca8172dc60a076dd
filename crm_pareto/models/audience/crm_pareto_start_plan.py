from dateutil.relativedelta import relativedelta
from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tools import format_date

from ..common.tools.bounds import of_one
from ..common.tools.trust import works_in

EARLIEST, LATEST = relativedelta(years=-1), relativedelta(years=5)  # from today: what a plan can count from


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
        domain="[('share', '=', False), ('company_ids', 'in', company_id)]",
        help="Does what the plan leaves open, for customers who have no salesperson.",
    )
    customer_count = fields.Integer("Customers Who Get It", compute="_compute_counts")
    known_count = fields.Integer("Have It Already", compute="_compute_counts")

    @api.constrains("date")
    def _check_date(self):
        """An activity's day far away is an error for all who have activities made, not only for who chose it."""
        today = fields.Date.context_today(self)
        first, last = today + EARLIEST, today + LATEST
        if any(not first <= wizard.date <= last for wizard in self):
            raise ValidationError(
                self.env._(
                    "A plan counts from a day from %(first)s to %(last)s: choose one.",
                    first=format_date(self.env, first),
                    last=format_date(self.env, last),
                )
            )

    @api.constrains("plan_id", "audience_id")
    def _check_plan_id(self):
        for wizard in self.sudo():  # sudo: of whichever company the plan is
            plan = wizard.plan_id
            if plan.res_model != "res.partner" or not plan.template_ids or not plan.active:
                raise ValidationError(self.env._("Choose a plan for contacts that has activities."))
            if plan.company_id not in (self.env["res.company"], wizard.audience_id.company_id):
                raise ValidationError(self.env._("The plan is of another company than the audience: choose one of it."))

    @api.constrains("user_id", "audience_id")
    def _check_user_id(self):
        for wizard in self.sudo():  # sudo: in which companies somebody works
            user = wizard.user_id
            # Not `company_id`, which a client may write beside it.
            if not user.active or not works_in(user, wizard.audience_id.company_id):
                raise ValidationError(
                    self.env._("Without a Salesperson: choose somebody who works in the company of the audience.")
                )

    @api.depends("audience_id", "plan_id")
    def _compute_counts(self):
        for wizard in self:
            audience, plan = wizard.audience_id, wizard.plan_id
            members = self.env["res.partner"].with_context(active_test=False)
            # As the reader may see them: for whom others started it, says who belongs to an audience.
            known = self.env["crm.pareto.started.plan"].search_count(
                [
                    ("audience_id", "=", audience.id),
                    ("plan_id", "=", plan.id),
                    ("partner_id", "in", members._search([("pareto_audience_ids", "in", audience.ids)])),
                ]
            )
            wizard.known_count = known
            wizard.customer_count = audience.customer_count - known

    @of_one
    def action_start(self):
        """Start the plan; a scheduled action makes the activities.

        :raises AccessError: for an audience of somebody else, whose customers get each plan once
        :raises UserError: where nobody is left to get it, or somebody else started it whose customers one may not see
        """
        if not self.audience_id.has_access("write"):
            raise AccessError(
                self.env._(
                    "The audience is somebody else's, and each of its customers gets a plan once: duplicate it, so that"
                    " you are the owner."
                )
            )
        rows, of_both = self.env["crm.pareto.started.plan"], [("audience_id", "=", self.audience_id.id)]
        of_both.append(("plan_id", "=", self.plan_id.id))
        # sudo: only whether there are others. Started for the rest, it would tell for whom they are.
        if rows.sudo().search_count(of_both) > rows.search_count(of_both):
            raise UserError(
                self.env._(
                    "Somebody else started this plan for the audience: duplicate the audience, or have them do it."
                )
            )
        count = rows._start(self.audience_id, self.plan_id, self.user_id, self.date)
        if not count:
            raise UserError(self.env._("All customers of the audience got this plan before: choose another one."))
        # How many customers got it is what the starter sees of them.
        body = self.env._("Plan “%(plan)s” started.", plan=self.plan_id.name)
        self.audience_id.message_post(body=body)
        told = self.env._("Plan “%(plan)s” started. Customers: %(count)s", plan=self.plan_id.name, count=count)
        return {
            "type": "ir.actions.client",
            "tag": "display_notification",
            "params": {
                "type": "success",
                "message": self.env._("%s. Their activities are made within minutes.", told),
                "next": {"type": "ir.actions.act_window_close"},
            },
        }
