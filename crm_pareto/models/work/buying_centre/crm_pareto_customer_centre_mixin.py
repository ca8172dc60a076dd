from odoo import models
from odoo.fields import Domain

from ...common.tools.groups import USER
from ...common.tools.links import Lines
from .crm_pareto_centre_mixin import DECIDES


class CrmParetoCustomerCentreMixin(models.AbstractModel):
    """The buying centre at a company; there is a warning where it is a customer of the first tier."""

    _name = "crm.pareto.customer.centre.mixin"
    _inherit = "crm.pareto.centre.mixin"
    _description = "Buying Centre of a Customer"

    pareto_role_ids = Lines(
        "crm.pareto.role", "partner_id", "Roles at the Customer", search="_search_pareto_role_ids", groups=USER
    )

    def _get_no_decider_domain(self):
        return self._get_companies_domain() & ~Domain("pareto_role_ids", "any", DECIDES)

    def _get_one_contact_domain(self):
        several = self._several(self.env["crm.pareto.role"]._known(), "partner_id")
        return self._get_companies_domain() & ~Domain("id", "in", several)

    def _get_companies_domain(self):
        return Domain("is_company", "=", True) & Domain("parent_id", "=", False)

    def _minds_pareto_centre(self):
        tiers = self.env["crm.pareto.tier"]._for_company(self.env.company)
        return bool(self.pareto_tier_id) and self.pareto_tier_id == tiers[:1]
