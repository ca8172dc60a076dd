from functools import partial

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError
from odoo.fields import Domain

from ..common.crm_pareto_result_mixin import for_readers
from ..common.tools.bounds import of_some
from ..common.tools.groups import PROFIT
from ..common.tools.links import Lines
from ..common.tools.ours import as_ours
from ..common.tools.trust import without_client, without_what_is_not_theirs
from .account_analytic_account import ANALYTIC

USUAL = ("pareto_source_id", "pareto_medium_id")  # where the cost of all companies counts
KNOWN_BY = ("name", "active")  # visits are counted by the one, and what is archived is offered to nobody


class UtmCampaign(models.Model):
    """A campaign's analytic accounts, which its cost is posted on, and what came of it (see the mixin)."""

    _name = "utm.campaign"
    _inherit = ["utm.campaign", "crm.pareto.return.mixin"]

    pareto_account_ids = Lines(
        "account.analytic.account",
        "pareto_campaign_id",
        "Analytic Accounts",
        search="_search_pareto_account_ids",
        groups="analytic.group_analytic_accounting",
    )
    pareto_source_id = fields.Many2one(
        "utm.source",
        "Usual Source",
        ondelete="set null",
        help="Where its cost counts when campaigns are compared by source. Empty: the source of most of its touches.",
        groups="base.group_user",
    )
    pareto_medium_id = fields.Many2one(
        "utm.medium",
        "Usual Medium",
        ondelete="set null",
        help="Where its cost counts when campaigns are compared by medium. Empty: the medium of most of its touches.",
        groups="base.group_user",
    )
    pareto_budget = fields.Float(
        "Budget", company_dependent=True, groups=PROFIT, help="What may be spent, in the company's currency."
    )

    @api.model
    def default_get(self, fields):
        """Odoo asks for the groups of what is written, and not of what a client has as default."""
        may = partial(self.env.user.has_group, PROFIT)
        return without_what_is_not_theirs(super().default_get(fields), "pareto_budget", may)

    def _get_view(self, view_id=None, view_type="form", **options):
        """Let those open a campaign who have no rights on mailings.

        Mass Mailing puts a count of mailings on everybody's form that only its own users may compute.
        """
        arch, view = super()._get_view(view_id, view_type, **options)
        counts = ("ab_testing_mailings_count", "ab_testing_mailings_sms_count")
        nodes = [node for name in counts for node in arch.xpath(f"//field[@name='{name}'][not(ancestor::field)]")]
        for node in [*nodes, *arch.xpath("//group[@name='ab_test_group']")]:
            wrapper = node.makeelement("t", {"groups": "mass_mailing.group_mass_mailing_user"})
            node.addprevious(wrapper)
            wrapper.append(node)
        return arch, view

    def _pareto_known_accounts(self):
        """{campaign id: its analytic account}, of those that have one already; the first, where there are more."""
        # sudo: whoever spends on a campaign need not be allowed to see analytic accounting.
        accounts = self.env["account.analytic.account"].sudo()
        known = accounts.search([("pareto_campaign_id", "in", self.ids)], order="id desc")
        return {account.pareto_campaign_id.id: account for account in known}

    def _pareto_ensure_accounts(self):
        """The analytic accounts of the campaigns, one each; made where there is none, in nobody else's books."""
        found = self._pareto_known_accounts()
        # sudo: whoever spends on a campaign need not be allowed to set up analytic accounting.
        accounts = without_client(self.env["account.analytic.account"].sudo())
        missing = self.filtered(lambda campaign: campaign.id not in found)
        missing -= missing._pareto_elsewhere(self.env.user.company_ids)
        if missing:
            plan = self.env["account.analytic.plan"]._pareto_campaigns()
            made = as_ours(accounts).create(
                [
                    {
                        "name": campaign.title,
                        "plan_id": plan.id,
                        "company_id": campaign.company_id.id,
                        "pareto_campaign_id": campaign.id,
                    }
                    for campaign in missing
                ]
            )
            found.update({account.pareto_campaign_id.id: account for account in made})
        return accounts.union(*[found[campaign.id] for campaign in self if campaign.id in found])

    def _pareto_elsewhere(self, companies):
        """Those that are another company's: neither of these, nor of all, nor of one whose branches they are."""
        # sudo: only which company it is.
        return self.filtered(lambda campaign: campaign.sudo().company_id - companies.sudo().parent_ids)

    @of_some
    def action_make_pareto_account(self):
        """Have an analytic account now: to choose it on a project, say, whose hours then count as its cost.

        :raises AccessError: for who does not see analytic accounting, or does not work in the campaign's company
        """
        if not self.env.user.has_group(ANALYTIC):
            raise AccessError(self.env._("Analytic accounts are for those who see analytic accounting."))
        if other := self._pareto_elsewhere(self.env.user.company_ids):
            raise AccessError(self.env._("“%s” is of a company where you do not work.", other[0].title))
        self._pareto_check_works_there()
        self._pareto_ensure_accounts()
        return True

    @for_readers
    def _search_pareto_account_ids(self, operator, value):
        """As Odoo searches it: that the reader is asked, is all that is added."""
        return Domain("pareto_account_ids", operator, value)

    def write(self, vals):
        """Keep the accounts' name and company those of the campaign.

        :raises AccessError: where an account would move to another company, for who does not see analytic accounting
        """
        follows = {"title": "name", "company_id": "company_id"}
        if vals.keys() & {*follows, *USUAL, *KNOWN_BY}:
            self._pareto_check_works_there()
        if "company_id" in vals:
            self._pareto_check_company(vals["company_id"] or False)
        result = super().write(vals)
        if changed := follows.keys() & vals.keys():
            for account in self._pareto_all_accounts():
                account.write({follows[name]: account.pareto_campaign_id[name] for name in changed})
        return result

    def _pareto_check_company(self, company):
        moved = self.filtered(lambda campaign: campaign.company_id.id != company)
        if self.env.su or not moved:
            return
        accounts = moved._pareto_all_accounts()
        if accounts and not self.env.user.has_group(ANALYTIC):
            raise AccessError(
                self.env._("“%s” has an account in the books: who sees analytic accounting moves it.", moved[:1].title)
            )
        used = accounts._pareto_companies() | moved._pareto_shared()._pareto_companies()
        if company and any(company not in place.parent_ids.ids for place in used):
            raise UserError(
                self.env._("“%s” is used in another company, too: leave it to all companies.", moved[:1].title)
            )

    def _pareto_check_works_there(self):
        """Odoo lets everybody change campaigns, those of other companies too; what hangs on them there stays.

        :raises AccessError: where one has something in a company in which the person does not work
        """
        if self.env.su or not self._pareto_companies() - self.env.user.company_ids:
            return
        elsewhere = next(campaign for campaign in self if campaign._pareto_companies() - self.env.user.company_ids)
        raise AccessError(self.env._("“%s” is used in a company where you do not work.", elsewhere.title))

    def _pareto_companies(self):
        """The companies in which the campaigns are used; of a company's own, that one, whoever else names it."""
        found = self._pareto_shared()._pareto_all_accounts()._pareto_companies()
        for name, field in self._pareto_named_by():
            # sudo: only in which companies.
            rows = self.env[name].sudo().with_context(active_test=False)
            for campaign, company in rows._read_group([(field, "in", self.ids)], [field, "company_id"]):
                if campaign.id in self.ids:
                    found |= campaign.company_id or company
        return found

    def _pareto_shared(self):
        """Those of all companies."""
        # sudo: only which companies they are of.
        return self.filtered(lambda campaign: not campaign.sudo().company_id)

    def _pareto_named_by(self):
        """Yield (model, field) of all that names campaigns and is a company's: all sources of touches and results."""
        for name, model in self.env.registry.items():
            company = model._fields.get("company_id")
            if model._auto and not (model._abstract or model._transient) and company and company.store:
                for field in model._fields.values():
                    if field.store and field.type in ("many2one", "many2many") and field.comodel_name == self._name:
                        yield name, field.name

    def unlink(self):
        """Leave no sale half attributed: those that it earned credit for are shared out anew."""
        # sudo: results, whoever deletes the campaign.
        credited = self.env["crm.pareto.attribution"].sudo()
        moves = credited.search([("campaign_id", "in", self.ids)]).move_id
        self._pareto_check_works_there()
        result = super().unlink()
        if moves:
            credited.search([("move_id", "in", moves.ids)]).unlink()
            self.env["crm.pareto.attribution"]._trigger_recompute()
        return result

    def _pareto_all_accounts(self):
        """Archived ones, too."""
        # sudo: accounts follow their campaign, whoever renames or deletes it, and whatever costs he or she may see.
        accounts = self.env["account.analytic.account"].sudo().with_context(active_test=False)
        if not accounts._pareto_ids():
            return accounts  # where no campaign has one, the database is not asked
        return accounts.search([("pareto_campaign_id", "in", self.ids)])

    @api.ondelete(at_uninstall=False)
    def _unlink_except_with_cost(self):
        for campaign in self:
            accounts = campaign._pareto_all_accounts()
            if accounts._pareto_is_used():
                raise UserError(
                    self.env._(
                        "“%(campaign)s” has costs in the books, or in documents that are on their way there: archive it"
                        " instead, so that they stay explained.",
                        campaign=campaign.title,
                    )
                )
            accounts.unlink()
