from odoo import api, fields, models
from odoo.fields import Domain

from ..audience.crm_pareto_not_profiled_mixin import PROFILED
from ..common.crm_pareto_result_mixin import for_readers, for_who_sees
from ..common.tools.groups import USER


class CrmParetoThinMixin(models.AbstractModel):
    """Customers of the first tier who hang by one thread: one of us knows them at most, or we know one contact.

    As far as the reader may see what was said to them; it needs the reach and the buying centre of the partner.
    """

    _name = "crm.pareto.thin.mixin"
    _description = "Thin Thread"

    pareto_is_thin = fields.Boolean(
        "Thin Thread",
        compute="_compute_pareto_is_thin",
        search="_search_pareto_is_thin",
        groups=USER,
        help="In the first tier, and known by no more than one of us, or through no more than one contact.",
    )

    @api.depends_context("uid", "allowed_company_ids")
    @for_who_sees
    def _compute_pareto_is_thin(self):
        thin = self.search([("id", "in", self.ids), ("pareto_is_thin", "=", True)])
        for partner in self:
            partner.pareto_is_thin = partner in thin

    @for_readers
    def _search_pareto_is_thin(self, operator, value):
        if operator != "in":
            return NotImplemented
        first = self.env["crm.pareto.tier"]._for_company(self.env.company)[:1]
        alone = Domain("pareto_known_by_count", "<", 2) | Domain("pareto_one_contact", "=", True)
        thin = Domain("pareto_tier_id", "in", first.ids) & Domain("parent_id", "=", False) & alone
        thin &= PROFILED
        return thin if True in value else ~thin
