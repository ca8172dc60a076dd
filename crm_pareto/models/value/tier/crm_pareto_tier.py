from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError
from odoo.tools import SQL

from ...common.tools.apart import take_turns
from ...common.tools.bounds import MOST_DAYS, MOST_LETTERS
from ...common.tools.named import check_naming, with_defaults
from ...common.tools.trust import as_scheduler, check_shared, with_snapshots, works_in

MOST_TIERS = 10  # of a company, and of those that are shared
# What a tier is of once it is used: {model: fields that name it}.
USED_BY = {
    "crm.pareto.customer": ("turnover_tier_id", "profit_tier_id", "manual_tier_id"),
    "crm.pareto.product": ("turnover_tier_id", "profit_tier_id", "manual_tier_id"),
    "crm.pareto.history": ("tier_id",),
    "crm.pareto.manual.tier": ("tier_id",),
    "crm.pareto.handover.share": ("tier_ids",),
}


class CrmParetoTier(models.Model):
    """A class of customers (or products), and what it means to be in it.

    Ordered by value, descending, a customer belongs to the first tier whose bound
    the cumulative share of those BEFORE it does not reach: the one who crosses
    80 % is still in the first. Zero and negative values are in the last tier.
    """

    _name = "crm.pareto.tier"
    _description = "Value Tier"
    _order = "bound, id"
    _check_company_auto = True

    name = fields.Char(required=True, translate=True, size=MOST_LETTERS)
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
    user_id = fields.Many2one("res.users", "Responsible Person", check_company=True, domain="[('share', '=', False)]")
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
    _touch_days_range = models.Constraint(
        f"CHECK (touch_days >= 0 AND touch_days <= {MOST_DAYS})",
        "Days between touches go from 0, which is no rule, to 3650.",
    )

    @api.constrains("company_id")
    def _check_count(self):
        """With a hundred of them the tier would be the figure, also for who may not see it."""
        take_turns(self.browse())
        for company in {tier.company_id for tier in self}:
            # sudo: those that the writer does not see count.
            if self.sudo().search_count([("company_id", "=", company.id)]) > MOST_TIERS:
                raise ValidationError(self.env._("There are %(most)s tiers at most.", most=MOST_TIERS))

    @api.constrains("responsible", "user_id")
    def _check_user(self):
        for tier in self:
            if tier.responsible == "user" and not tier.user_id:
                raise ValidationError(
                    self.env._("Tier %(tier)s: choose the person who is responsible.", tier=tier.name)
                )

    @api.constrains("company_id", "activity_plan_id", "leave_plan_id")
    def _check_plans(self):
        """A tier that is shared may have a plan of one company, which then is for that one alone."""
        for tier in self.filtered("company_id"):
            # sudo: a plan that the writer does not see is refused.
            if (tier.activity_plan_id + tier.leave_plan_id).sudo().company_id - tier.company_id:
                raise ValidationError(
                    self.env._("Tier %(tier)s: choose a plan of the same company, or of none.", tier=tier.name)
                )

    def _check_access(self, operation):
        return check_shared(self, operation, super()._check_access(operation))

    @api.model_create_multi
    def create(self, vals_list):
        vals_list = with_defaults(self, vals_list)
        check_naming(self, vals_list, "company_id")
        tiers = super().create(vals_list)
        self.env["crm.pareto.treatment"]._forget(tiers._companies())
        return tiers

    def write(self, vals):
        check_naming(self, [vals], "company_id")
        moved = vals.keys() & {"bound", "company_id"}
        if "company_id" in vals:
            self.filtered(lambda tier: tier.company_id.id != (vals["company_id"] or False))._check_unused()
        companies = self._companies() if moved else self.env["res.company"]
        result = super().write(vals)
        if moved:
            self.check_access("write")  # what is shared from now on, too
            self.env["crm.pareto.treatment"]._forget(companies | self._companies())
        return result

    def unlink(self):
        """What people decided stays written down; those customers are in their computed tier then."""
        companies = self._companies()
        # sudo: the decisions of all companies.
        decisions = self.env["crm.pareto.manual.tier"].sudo().search([("tier_id", "in", self.ids)])
        result = super().unlink()
        decisions.invalidate_recordset(["tier_id"])
        decisions._apply()
        self.env["crm.pareto.treatment"]._forget(companies)
        return result

    @api.ondelete(at_uninstall=False)
    def _unlink_except_in_drafts(self):
        """A line of a hand-over that lost its tiers would take everybody.

        :raises UserError: naming one of the hand-overs
        """
        # sudo: the drafts of all companies, whoever asks; who deletes a shared tier works in all of them.
        shares = self.env["crm.pareto.handover.share"].sudo()
        drafts = shares.search([("tier_ids", "in", self.ids), ("handover_id.state", "=", "draft")], limit=1)
        if drafts:
            raise UserError(
                self.env._(
                    "The hand-over of %(name)s, a draft, names this tier: take it out there first.",
                    name=drafts.handover_id.name,
                )
            )

    def _check_unused(self):
        """Refuse another company for tiers that customers or products are in: they would be in another company's.

        :raises UserError: naming one of them
        """
        for model, names in USED_BY.items():
            # Of all companies, whoever asks, and snapshots too.
            rows = with_snapshots(as_scheduler(self.env[model]).with_context(active_test=False))
            for name in names:
                if self and rows.search([(name, "in", self.ids)], limit=1):
                    raise UserError(
                        self.env._(
                            "%(tiers)s is used already: its company stays. Make tiers of the other company instead.",
                            tiers=self[:1].name,
                        )
                    )

    def _companies(self):
        """The companies in which one of these tiers is in force."""
        # sudo: of all companies, whoever asks.
        tiers, companies = self.sudo(), self.env["res.company"].sudo().search([("active", "=", True)])
        own = tiers.company_id
        if all(tier.company_id for tier in tiers):
            return own
        return own | (companies - tiers.search([("company_id", "!=", False)]).company_id)

    def _days(self):
        """Days between touches, 0 for no rule; also of a number that was stored before there was a bound."""
        return min(max(self.touch_days, 0), MOST_DAYS)

    def _responsible_for(self, customer, company):
        """The user who looks after a customer of this tier in a company; empty where nobody there is named.

        :param customer: a commercial partner
        """
        tier = self.sudo()  # the tier that a value names goes with it
        if tier.responsible == "user":
            user = tier.user_id.sudo(False)
        elif tier.responsible == "team_leader":
            # sudo: whom the salesperson reports to is no secret, and teams are not readable by all who see a tier.
            user = customer.user_id.sudo().sale_team_id.user_id.sudo(False)
        else:
            return customer.user_id if self else self.env["res.users"]
        return user if works_in(user, company) else self.env["res.users"]  # one tier may be of many companies

    @api.model
    def _for_company(self, company):
        """The tiers in force in a company, first to last: its own, else the shared ones."""
        found = self.search_fetch([("company_id", "in", [company.id, False])], ["company_id"])
        return found.filtered("company_id") or found

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
