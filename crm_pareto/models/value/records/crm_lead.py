from functools import partial

from odoo import api, fields, models

from ...common.tools.apart import apart
from ...common.tools.merged import move_history
from ...common.tools.named import check_named, is_in_sight
from ...common.tools.ours import as_ours, check_ours
from ...common.tools.trust import trusted_defaults
from ..prediction.crm_pareto_referred_mixin import check_referrer

BY_US = ("pareto_lost_on",)


class CrmLead(models.Model):
    """Beside the customer's value and history: who referred the lead, which the customer takes over.

    A customer made from the lead has its referrer from the beginning; one that was there before takes the lead's when
    it is won, unless it has one.
    """

    _name = "crm.lead"
    _inherit = ["crm.lead", "crm.pareto.valued.mixin", "crm.pareto.touched.mixin", "crm.pareto.deal.centre.mixin"]

    pareto_referred_by_id = fields.Many2one(
        "res.partner",
        "Referring Contact",
        index="btree_not_null",
        tracking=True,
        help="Who brought this lead to us. Its customer takes this over: when made from the lead, or when it is won.",
        groups="base.group_user",
    )

    pareto_lost_on = fields.Datetime(
        "Lost Before",
        readonly=True,
        copy=False,
        groups="base.group_user",
        help="When it was lost, before it came back.",
    )

    @api.constrains("pareto_referred_by_id")
    def _check_pareto_referred_by_id(self):
        check_referrer(self)

    @api.model
    def default_get(self, fields):
        """When a lead was lost, no client says; with sudo, what a client has as default is nobody's."""
        ours = (*BY_US, "pareto_referred_by_id") if self.env.su else BY_US
        return trusted_defaults(super().default_get, self, fields, ours)

    @api.model_create_multi
    def create(self, vals_list):
        """A contact that one may see referred it."""
        check_ours(self, vals_list, BY_US)
        leads = super().create(vals_list)
        check_named(leads, "pareto_referred_by_id")
        return leads

    def write(self, vals):
        """As in `create`. That a lead was lost stays in the history when it comes back: Odoo forgets the day."""
        check_ours(self, [vals], BY_US)
        ends = vals.keys() & {"active", "probability", "stage_id"}
        lost = [(lead, lead.date_closed) for lead in self if lead.won_status == "lost"] if ends else []
        result = super().write(vals)
        for lead, moment in lost:
            if moment and lead.won_status != "lost":
                as_ours(lead).pareto_lost_on = moment
        if "pareto_referred_by_id" in vals:
            check_named(self, "pareto_referred_by_id")
        return result

    def copy_data(self, default=None):
        """Without who referred it, where that one is out of sight by now."""
        copies, name = super().copy_data(default), "pareto_referred_by_id"
        for lead, values in zip(self, copies, strict=True):
            if values.get(name) and name not in (default or {}):
                values[name] = lead._pareto_referrer(lead.company_id.sudo()).id
        return copies

    def _pareto_referrer(self, company):
        """Who referred one of the leads, to be named on a record of a company; nobody who is out of sight there."""
        for referrer in self.pareto_referred_by_id._filtered_access("read"):
            if is_in_sight(referrer.sudo(), company):  # sudo: of which company it is
                return referrer
        return self.env["res.partner"]

    def _prepare_customer_values(self, partner_name, is_company=False, parent_id=False):
        values = super()._prepare_customer_values(partner_name, is_company=is_company, parent_id=parent_id)
        company = self.env["res.company"].browse(values.get("company_id") or [])
        return {**values, "pareto_referred_by_id": self._pareto_referrer(company.sudo()).id}

    def _merge_get_fields_specific(self):
        def first(_name, leads):
            return leads._pareto_referrer(leads.filtered("company_id")[:1].company_id.sudo()).id

        return {**super()._merge_get_fields_specific(), "pareto_referred_by_id": first}

    def _merge_dependences(self, opportunities):
        """The lead that is left has the roles of all that were merged, what was decided, and what was logged."""
        result = super()._merge_dependences(opportunities)
        # sudo: of colleagues, too; what was skipped stays skipped.
        decisions = self.env["crm.pareto.plan.decision"].sudo().search([("lead_id", "in", opportunities.ids)])
        decisions.lead_id = self
        # sudo: whoever logged them.
        logged = [("lead_id", "in", opportunities.ids)]
        if self.company_id:  # of a lead of none, each company has its own touches
            logged.append(("company_id", "=", self.company_id.id))
        touches = self.env["crm.pareto.touch"].sudo().search(logged)
        as_ours(touches).lead_id = self
        move_history(opportunities, self)
        taken_over = (self + opportunities).filtered("campaign_id")[:1].campaign_id
        for lead in opportunities.filtered(lambda lead: lead.campaign_id and lead.campaign_id != taken_over):
            # What cannot be logged hinders no merging.
            apart(self.env, partial(lead._log_pareto_enquiry, self))
        # sudo: as Odoo moves what else belongs to them, whatever the user may see of it. All are read at once.
        (opportunities | self).sudo().pareto_role_ids._move_to(self.sudo())
        return result

    def _log_pareto_enquiry(self, kept):
        """Log that a campaign brought the lead about, on the one that it is merged into."""
        contact = self.partner_id or kept.partner_id
        if not contact:
            return
        company = self.company_id or self.campaign_id.company_id or self.env.company
        # sudo: merged leads go, whoever may log touches.
        as_ours(self.env["crm.pareto.touch"].sudo()).create(
            {
                "name": self.name,
                "partner_id": contact.id,
                "lead_id": kept.id,
                "date": min(self.create_date, fields.Datetime.now()),
                "direction": "in",
                "channel": "web",
                "user_id": False,
                "company_id": company.id,
                **{name: self[name].id for name in ("campaign_id", "source_id", "medium_id")},
            }
        )

    def _handle_won_lost(self, old_status_by_lead, new_status_by_lead):
        result = super()._handle_won_lost(old_status_by_lead, new_status_by_lead)
        for lead in self:
            was_won, is_won = (
                statuses.get(lead.id, {}).get("is_won") for statuses in (old_status_by_lead, new_status_by_lead)
            )
            if is_won and not was_won:
                lead._carry_pareto_referrer()
        return result

    def _carry_pareto_referrer(self):
        """Say of the customer who referred it, where that is not known yet."""
        # sudo: what stands on the lead holds of its customer, whether or not who wins it may change contacts.
        contact, referrer = self.partner_id.sudo(), self.pareto_referred_by_id.sudo()
        customer = contact.commercial_partner_id
        others = customer not in (self.env["res.partner"], referrer.commercial_partner_id)
        if referrer and others and is_in_sight(referrer, customer.company_id):
            if not (contact | customer).pareto_referred_by_id:
                customer.pareto_referred_by_id = referrer
