from re import fullmatch

from odoo import api, models
from odoo.exceptions import ValidationError
from odoo.fields import Command, Domain
from odoo.tools import SQL, float_round

from ..common.crm_pareto_result_mixin import for_readers
from ..common.tools.bounds import is_id
from ..common.tools.links import Links

ACCOUNT = "[0-9]{1,18}"  # a part of a key that names an account: any number of it fits a bigint


class AnalyticMixin(models.AbstractModel):
    """Lines that can be spent on campaigns: of vendor bills, purchase orders, expenses.

    The analytic distribution is the truth: what is posted is posted by it. The campaigns are read from it and, where
    they are picked, written to it.
    """

    _inherit = "analytic.mixin"

    pareto_campaign_ids = Links(
        "utm.campaign",
        string="Campaigns",
        compute="_compute_pareto_campaign_ids",
        inverse="_inverse_pareto_campaign_ids",
        search="_search_pareto_campaign_ids",
        domain="[('company_id', 'in', (False, company_id))]",
        help="What this is spent on. The analytic distribution follows: in equal parts, which can be changed there.",
        groups="base.group_user",
    )

    @api.depends("analytic_distribution")
    def _compute_pareto_campaign_ids(self):
        accounts = self._pareto_accounts()
        for line in self:
            line.pareto_campaign_ids = [Command.set(line._pareto_among(accounts).pareto_campaign_id.ids)]

    def _inverse_pareto_campaign_ids(self):
        for line in self:
            line._check_pareto_picked()
            line._pareto_spend_on(line.pareto_campaign_ids._pareto_ensure_accounts())

    def _check_pareto_picked(self):
        """Refuse campaigns of another company, of who picks them.

        Of nobody else: what Odoo proposes, copies or makes of an order is stored whatever it says. Or what somebody
        changed on a campaign, an account or a distribution model would keep customers from buying, and us from billing.
        """
        if self.env.su:
            return
        picked = self.pareto_campaign_ids - self._pareto_accounts().pareto_campaign_id
        if other := picked._pareto_elsewhere(self.company_id or self.env.user.company_ids):
            raise ValidationError(
                self.env._(
                    "The campaign “%(campaign)s” is another company's: choose one of %(company)s, or of all companies.",
                    campaign=other[0].title,
                    company=(self.company_id or self.env.company).name,
                )
            )

    @api.onchange("pareto_campaign_ids")
    def _onchange_pareto_campaign_ids(self):
        """Show the distribution at once; that of a campaign without an account comes with saving, which makes it."""
        campaigns = self.pareto_campaign_ids._origin
        known = campaigns._pareto_known_accounts()
        if len(known) == len(campaigns):
            # sudo: only of which campaign an account is.
            self._pareto_spend_on(self.env["account.analytic.account"].sudo().union(*known.values()))

    @for_readers
    def _search_pareto_campaign_ids(self, operator, value):
        if operator in ("any", "any!"):
            campaigns = self.env["utm.campaign"].sudo(operator == "any!" or self.env.su)
            # Also for those that are archived something was spent.
            operator, value = "in", campaigns.with_context(active_test=False).search(value).ids
        if operator != "in":
            return NotImplemented
        # sudo: only which accounts; the lines are found by the reader's own rules.
        accounts = self.env["account.analytic.account"].sudo().with_context(active_test=False)
        spent = accounts.search([("pareto_campaign_id", "in", [id_ for id_ in value if is_id(id_)])])
        found = Domain("analytic_distribution", "in", spent.ids)
        if not all(value):
            every = accounts.search([("pareto_campaign_id", "!=", False)])
            found |= Domain("analytic_distribution", "not in", every.ids)
        return found

    def _pareto_accounts(self):
        """The campaigns' accounts in the lines' distributions, in one query where there are any."""
        ids = {id_ for line in self for key in line.analytic_distribution or {} for id_ in _account_ids(key)}
        if ids:
            ids &= self.env["account.analytic.account"]._pareto_ids()
        # sudo: only of which campaign an account is.
        accounts = self.env["account.analytic.account"].sudo().with_context(active_test=False)
        return accounts.search([("id", "in", list(ids)), ("pareto_campaign_id", "!=", False)]) if ids else accounts

    def _pareto_among(self, accounts):
        """Those of some accounts that are in the line's distribution."""
        ids = {id_ for key in self.analytic_distribution or {} for id_ in _account_ids(key)}
        return accounts.filtered(lambda account: account.id in ids)

    def _pareto_spend_on(self, accounts):
        """Put the line on campaigns' accounts in equal parts; where they are its already, their parts stay."""
        self.ensure_one()
        distribution = dict(self.analytic_distribution or {})
        before = self._pareto_accounts()
        if before.pareto_campaign_id == accounts.pareto_campaign_id:
            return
        columns = {account.root_plan_id._column_name() for account in before | accounts}
        fresh = {str(id_): share for id_, share in zip(accounts.ids, self._pareto_parts(len(accounts)), strict=True)}
        merged = self._merge_distribution(distribution, {**fresh, "__update__": list(columns)})
        self.analytic_distribution = self._pareto_rounded(merged)

    @api.model
    def _pareto_rounded(self, distribution):
        """The percentages as precise as they are kept, their sum unchanged: the largest takes what rounding left."""
        digits = self.env["decimal.precision"].precision_get("Percentage Analytic")
        rounded = {key: float_round(share, precision_digits=digits) for key, share in distribution.items()}
        if rounded:
            largest = max(rounded, key=rounded.get)
            left = sum(distribution.values()) - sum(rounded.values())
            rounded[largest] = float_round(rounded[largest] + left, precision_digits=digits)
        return rounded

    @api.model
    def _pareto_parts(self, count):
        """100 % in `count` parts, as precise as percentages are kept; the last takes what rounding left."""
        digits = self.env["decimal.precision"].precision_get("Percentage Analytic")
        part = float_round(100 / count, precision_digits=digits) if count else 0
        return [part] * (count - 1) + [float_round(100 - part * (count - 1), precision_digits=digits)] if count else []


def _account_ids(key):
    """The accounts that a key of a distribution names: ids with commas between."""
    return [int(id_) for id_ in key.split(",") if fullmatch(ACCOUNT, id_)]


def account_id(member):
    """SQL: the account that a part of a key names, NULL where it names none: Odoo stores whatever key it is given.

    CASE: PostgreSQL may check the conditions of a WHERE in any order, and one cast would end the whole report.
    """
    return SQL("CASE WHEN %(member)s ~ %(account)s THEN %(member)s::bigint END", member=member, account=f"^{ACCOUNT}$")
