from odoo import api, fields, models

from ...common.crm_pareto_result_mixin import for_who_sees
from ...common.tools.bounds import of_one
from ...common.tools.groups import USER
from ...common.tools.trust import as_reader


class CrmParetoDismissedMixin(models.AbstractModel):
    """A partner to whose company some products are not suggested any more: the button that counts and opens them."""

    _name = "crm.pareto.dismissed.mixin"
    _description = "Shows Dismissed Suggestions"

    pareto_dismissal_count = fields.Integer(
        "Not Suggested", compute="_compute_pareto_dismissal_count", aggregator=None, groups=USER
    )

    @api.depends_context("uid", "allowed_company_ids")
    @for_who_sees
    def _compute_pareto_dismissal_count(self):
        dismissals = as_reader(self.env["crm.pareto.dismissal"])
        counts = dict(
            dismissals._read_group([("partner_id", "in", self.commercial_partner_id.ids)], ["partner_id"], ["__count"])
        )
        for partner in self:
            partner.pareto_dismissal_count = counts.get(partner.commercial_partner_id, 0)

    @api.readonly
    @of_one
    def action_open_pareto_dismissals(self):
        """Open what is not suggested to the partner's company, to suggest it again."""
        customer = self.commercial_partner_id
        action = self.env["ir.actions.act_window"]._for_xml_id("crm_pareto.crm_pareto_dismissal_action")
        name = self.env._("Not suggested to %(name)s", name=customer.display_name)
        return {
            **action,
            "name": name,
            "display_name": name,
            "domain": [("partner_id", "=", customer.id)],
            "context": {"pareto_one_customer": True},
        }
