from odoo import fields, models


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

    def _prepare_customer_values(self, partner_name, is_company=False, parent_id=False):
        values = super()._prepare_customer_values(partner_name, is_company=is_company, parent_id=parent_id)
        return {**values, "pareto_referred_by_id": self.pareto_referred_by_id.id}

    def _merge_get_fields(self):
        return [*super()._merge_get_fields(), "pareto_referred_by_id"]

    def _merge_dependences(self, opportunities):
        """The lead that is left has the roles of all that were merged into it."""
        result = super()._merge_dependences(opportunities)
        # sudo: as Odoo moves what else belongs to them, whatever the user may see of it. All are read at once.
        (opportunities | self).sudo().pareto_role_ids._move_to(self.sudo())
        return result

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
        if referrer and customer not in (self.env["res.partner"], referrer.commercial_partner_id):
            if not (contact | customer).pareto_referred_by_id:
                customer.pareto_referred_by_id = referrer
