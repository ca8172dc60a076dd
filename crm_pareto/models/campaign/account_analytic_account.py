from functools import partial

from odoo import api, fields, models
from odoo.exceptions import AccessError
from odoo.fields import Domain
from odoo.tools import ormcache

from ..common.tools.ours import is_ours
from ..common.tools.trust import without_what_is_not_theirs

ANALYTIC = "analytic.group_analytic_accounting"
SOLD = "sale.order.line"  # what is on an account without being a cost


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
        tracking=True,
        help="What is posted on this account is a cost of the campaign.",
        groups="base.group_user",
    )

    @api.model
    def default_get(self, fields):
        """Odoo creates accounts with sudo for a project, say, with the defaults of a client who may not."""
        may = partial(self.env.user.has_group, ANALYTIC)
        return without_what_is_not_theirs(super().default_get(fields), "pareto_campaign_id", may)

    def _check_may_link(self, vals_list):
        """Odoo lets salespeople change accounts: what is posted on them would be a campaign's cost, or none any more.

        :raises AccessError: for who does not see analytic accounting
        """
        says = any("pareto_campaign_id" in vals for vals in vals_list)
        # Not under sudo, with which Odoo makes what a mail is to make, as whoever it says it is from.
        may = is_ours(self.env) or (not self.env.su and self.env.user.has_group(ANALYTIC))
        if says and not may:
            raise AccessError(self.env._("Which account is a campaign's is for those who see analytic accounting."))

    @api.model_create_multi
    def create(self, vals_list):
        """
        :raises AccessError: where it is a campaign's, for who does not see analytic accounting
        """
        self._check_may_link(vals_list)
        accounts = super().create(vals_list)
        if any(accounts.sudo().mapped("pareto_campaign_id")):
            self.env.registry.clear_cache("stable")
        return accounts

    def write(self, vals):
        """As in `create`; and what is a campaign's stays so where others work."""
        self._check_may_link([vals])
        if vals.keys() & {"pareto_campaign_id", "company_id"}:
            (self if vals.get("pareto_campaign_id") else self._pareto_of_campaigns())._pareto_check_works_there()
        done = super().write(vals)
        if vals.get("pareto_campaign_id"):
            self.env.registry.clear_cache("stable")
        return done

    def unlink(self):
        """
        :raises AccessError: where a campaign's is used in a company in which the person does not work
        """
        self._pareto_of_campaigns()._pareto_check_works_there()
        return super().unlink()

    def _pareto_of_campaigns(self):
        """Those of campaigns, and some that were; of others the database is not asked."""
        return self.filtered(lambda account: account.id in self._pareto_ids())

    def _pareto_check_works_there(self):
        """
        :raises AccessError: where one is used in a company in which the person does not work
        """
        if self.env.su or not self._pareto_companies() - self.env.user.company_ids:
            return
        elsewhere = next(account for account in self if account._pareto_companies() - self.env.user.company_ids)
        raise AccessError(self.env._("“%s” is used in a company where you do not work.", elsewhere.name))

    @api.model
    @ormcache(cache="stable")
    def _pareto_ids(self):
        """The ids of all campaigns' accounts, kept in memory: whatever is posted on another asks the database nothing.

        Some may be a campaign's no longer, or gone; none is missing.
        """
        # sudo: only which they are.
        found = self.sudo().with_context(active_test=False)._search([("pareto_campaign_id", "!=", False)], order="id")
        return frozenset(found)

    @api.model
    def _pareto_plans(self):
        """The root plans whose accounts are campaigns'."""
        # sudo: only where to look; what was spent on an archived account was spent all the same.
        groups = (
            self.sudo()
            .with_context(active_test=False)
            ._read_group([("pareto_campaign_id", "!=", False)], ["root_plan_id"])
        )
        return self.env["account.analytic.plan"].browse([plan.id for (plan,) in groups])

    def _pareto_is_used(self):
        """Whether anything was spent on the accounts, or is on its way: ordered, drafted, a project's hours."""
        return bool(self) and any(
            model.search_count(domain, limit=1) for model, domain in self._pareto_uses() if model._name != SOLD
        )

    def _pareto_companies(self):
        """The companies in which anything is on the accounts: all, for what all share; of a company's own, that one."""
        # sudo: only in which companies.
        companies = found = self.env["res.company"].sudo()
        for own, accounts in self.sudo().grouped("company_id").items():
            for model, domain in accounts._pareto_uses():
                for (company,) in model._read_group(domain, ["company_id"]):
                    found |= own or company or companies.search([("active", "=", True)])
        return found

    def _pareto_uses(self):
        """Yield (model, domain) of all that puts something on the accounts."""
        on, parts = self._pareto_named_in("auto_account_id"), self._pareto_named_in("analytic_distribution")
        places = [("account.analytic.line", on), ("project.project", on)]
        lines = ("account.move.line", "purchase.order.line", "hr.expense", "account.analytic.distribution.model", SOLD)
        for name, domain in [*places, *((name, parts) for name in lines)]:
            if name in self.env:
                # sudo: whether there is something, and where, whoever may read it.
                yield self.env[name].sudo().with_context(active_test=False), domain

    def _pareto_named_in(self, field):
        """The domain of what names the accounts; of a company's own, there alone: Odoo lets others write any number."""
        found = Domain.FALSE
        for own, accounts in self.grouped("company_id").items():
            there = Domain("company_id", "child_of", own.id) | Domain("company_id", "=", False) if own else Domain.TRUE
            found |= Domain(field, "in", accounts.ids) & there
        return found
