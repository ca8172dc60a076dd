from odoo import api, fields, models
from odoo.exceptions import ValidationError
from odoo.tools import SQL


class CrmParetoTier(models.Model):
    """A class of customers (or products), and what it means to be in it.

    Ordered by value, descending, a customer belongs to the first tier whose bound
    the cumulative share of those BEFORE it does not reach: the one who crosses
    80 % is still in the first. Zero and negative values are in the last tier.
    """

    _name = "crm.pareto.tier"
    _description = "Value Tier"
    _order = "bound, id"

    name = fields.Char(required=True, translate=True)
    bound = fields.Float(
        "Up to",
        required=True,
        default=1.0,
        digits=(16, 4),
        help="The cumulative share of the total where this tier ends: 80 % for those who make the first 80 %.",
    )
    color = fields.Integer(default=0)
    company_id = fields.Many2one(
        "res.company",
        ondelete="cascade",
        help="Tiers of one company replace the shared ones there. Empty: shared by all companies without their own.",
    )
    touch_days = fields.Integer(
        "Be in Touch Every",
        help="Days after which a customer of this tier should have heard from us. 0: no rule.",
    )
    responsible = fields.Selection(
        [
            ("salesperson", "The customer's salesperson"),
            ("team_leader", "The sales team's leader"),
            ("user", "One person"),
        ],
        default="salesperson",
        required=True,
    )
    user_id = fields.Many2one("res.users", "Responsible Person")
    activity_plan_id = fields.Many2one(
        "mail.activity.plan",
        domain="[('res_model', '=', 'res.partner')]",
        help="What to plan for a customer of this tier.",
    )
    treat_on_enter = fields.Boolean(
        "Treat Who Enters",
        help="The night after a customer came into this tier, the activity plan is started and the salesperson told.",
    )
    treat_on_leave = fields.Boolean(
        "Treat Who Leaves", help="The night after a customer left this tier, the salesperson is told."
    )
    leave_plan_id = fields.Many2one(
        "mail.activity.plan",
        "Plan for Who Leaves",
        domain="[('res_model', '=', 'res.partner')]",
        help="What to plan for a customer who left this tier.",
    )
    note = fields.Text("Treatment", translate=True, help="What a customer of this tier can expect from us.")

    _bound_range = models.Constraint(
        "CHECK (bound > 0 AND bound <= 1)",
        "A tier ends above 0 % and at 100 % at most.",
    )
    _bound_unique = models.UniqueIndex(
        "(bound, COALESCE(company_id, 0))",
        "Two tiers cannot end at the same bound: change one of them.",
    )
    _touch_days_positive = models.Constraint(
        "CHECK (touch_days >= 0)",
        "Days between touches cannot be negative: 0 is no rule.",
    )

    @api.constrains("responsible", "user_id")
    def _check_user(self):
        for tier in self:
            if tier.responsible == "user" and not tier.user_id:
                raise ValidationError(
                    self.env._("Tier %(tier)s: choose the person who is responsible.", tier=tier.name)
                )

    @api.model_create_multi
    def create(self, vals_list):
        self.env["crm.pareto.treatment"]._forget()
        return super().create(vals_list)

    def write(self, vals):
        if vals.keys() & {"bound", "company_id"}:
            self.env["crm.pareto.treatment"]._forget()
        return super().write(vals)

    def unlink(self):
        self.env["crm.pareto.treatment"]._forget()
        return super().unlink()

    def _responsible_for(self, customer):
        """The user who looks after a customer of this tier; empty where nobody is named.

        :param customer: a commercial partner
        """
        if self.responsible == "user":
            return self.user_id
        if self.responsible == "team_leader":
            # sudo: whom the salesperson reports to is no secret, and teams are not readable by all who see a tier.
            return customer.user_id.sudo().sale_team_id.user_id.sudo(False)
        return customer.user_id if self else self.env["res.users"]

    @api.model
    def _for_company(self, company):
        """The tiers in force in a company, first to last: its own, else the shared ones."""
        own = self.search([("company_id", "=", company.id)])
        return own or self.search([("company_id", "=", False)])

    def _rule(self, value, before, total):
        """The tier rule as SQL: the id of the tier of one row.

        :param value: SQL, the row's value
        :param before: SQL, the sum of the positive values that rank before it
        :param total: SQL, the sum of all positive values
        """
        if not self:
            return SQL("NULL::integer")
        *upper, last = self
        cases = SQL(" ").join(SQL("WHEN %s < %s * %s THEN %s", before, tier._bound(), total, tier.id) for tier in upper)
        return SQL("CASE WHEN %s <= 0 THEN %s %s ELSE %s END", value, last.id, cases, last.id)

    def _bound(self):
        """The bound as an exact SQL number, so that a tier does not hang on a float's last digit."""
        return SQL("%s::numeric", f"{self.bound:.4f}")
