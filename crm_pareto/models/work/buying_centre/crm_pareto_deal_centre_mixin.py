from odoo import api, fields, models
from odoo.fields import Domain

from ...common.crm_pareto_result_mixin import for_who_sees
from ...common.tools.groups import USER
from ...common.tools.links import Lines
from .crm_pareto_centre_mixin import DECIDES


class CrmParetoDealCentreMixin(models.AbstractModel):
    """The buying centre of a deal: its own roles and, beside them, those at its customer, which count as known too.

    There is a warning on open opportunities; none on those of a private person, who decides alone.
    """

    _name = "crm.pareto.deal.centre.mixin"
    _inherit = "crm.pareto.centre.mixin"
    _description = "Buying Centre of a Deal"

    pareto_role_ids = Lines(
        "crm.pareto.role", "lead_id", "Roles on the Deal", search="_search_pareto_role_ids", groups=USER
    )
    pareto_customer_roles = fields.Char("At the Customer", compute="_compute_pareto_customer_roles", groups=USER)

    @api.depends("partner_id")
    @api.depends_context("uid", "allowed_company_ids", "lang")
    @for_who_sees
    def _compute_pareto_customer_roles(self):
        for lead in self:
            # sudo: which customer it is; what is told of it is what the reader may see.
            customer = lead.sudo().partner_id.commercial_partner_id.sudo(False)
            rows = customer._filtered_access("read").pareto_role_ids._shown()
            parts = []
            for role, label in self.env["crm.pareto.role"]._fields["role"]._description_selection(self.env):
                contacts = rows.filtered(lambda row, role=role: row.role == role).contact_id
                # An address without a name is called by its company.
                names = ", ".join(contact.name or contact.display_name for contact in contacts)
                if names:
                    parts.append(f"{label}: {names}")
            lead.pareto_customer_roles = "; ".join(parts)

    def _get_no_decider_domain(self):
        at_customer = Domain("partner_id.commercial_partner_id.pareto_role_ids", "any", DECIDES)
        return self._get_opportunities_domain() & ~Domain("pareto_role_ids", "any", DECIDES) & ~at_customer

    def _get_one_contact_domain(self):
        several = self._several(self.env["crm.pareto.role"]._known_on_deals(), "lead_id")
        return self._get_opportunities_domain() & ~Domain("id", "in", several)

    def _get_opportunities_domain(self):
        private = Domain("partner_id", "!=", False) & Domain("partner_id.commercial_partner_id.is_company", "=", False)
        return Domain("type", "=", "opportunity") & ~private

    def _minds_pareto_centre(self):
        return self.type == "opportunity" and self.won_status == "pending"
