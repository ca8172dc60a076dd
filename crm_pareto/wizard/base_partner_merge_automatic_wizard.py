from odoo import api, models


class BasePartnerMergeAutomaticWizard(models.TransientModel):
    _inherit = "base.partner.merge.automatic.wizard"

    @api.model
    def _update_values(self, src_partners, dst_partner):
        """Contacts that referred each other are one now, which nobody referred.

        Their links point at it already; Odoo would copy one onto it, and a contact cannot be referred by itself.
        """
        merged = src_partners + dst_partner
        among = merged.filtered(lambda partner: partner.pareto_referred_by_id in merged)
        among.pareto_referred_by_id = False
        return super()._update_values(src_partners, dst_partner)
