from odoo import api, fields, models
from odoo.fields import Domain

from ...common.crm_pareto_result_mixin import for_who_sees
from ...common.tools.bounds import of_one
from ...common.tools.groups import USER
from ...common.tools.trust import as_reader
from .crm_pareto_repeat import CAN_BE_SOLD


class CrmParetoReorderMixin(models.AbstractModel):
    """How many products the customer buys again and again, and how many of them are due: read, not stored."""

    _name = "crm.pareto.reorder.mixin"
    _description = "Shows Repeat Purchases"

    pareto_repeat_count = fields.Integer("Repeat Purchases", compute="_compute_pareto_repeats", groups=USER)
    pareto_due_count = fields.Integer("Due to Reorder", compute="_compute_pareto_repeats", groups=USER)

    @api.depends("commercial_partner_id")
    @api.depends_context("company", "uid")
    @for_who_sees
    def _compute_pareto_repeats(self):
        groups = as_reader(self.env["crm.pareto.repeat"])._read_group(
            self.commercial_partner_id._pareto_repeats_domain(), ["partner_id", "order_state"], ["__count"]
        )
        for partner in self:
            its = [(state, count) for customer, state, count in groups if customer == partner.commercial_partner_id]
            partner.pareto_repeat_count = sum(count for _state, count in its)
            partner.pareto_due_count = sum(count for state, count in its if state)

    def _pareto_repeats_domain(self):
        return CAN_BE_SOLD & Domain("partner_id", "in", self.ids) & Domain("company_id", "=", self.env.company.id)

    @api.readonly
    @of_one
    def action_open_pareto_repeats(self):
        """Open what the customer buys again and again, the due first."""
        action = self.env["ir.actions.act_window"]._for_xml_id("crm_pareto.crm_pareto_repeat_action")
        customer = self.commercial_partner_id
        name = self.env._("Repeat orders of %(name)s", name=customer.display_name)
        domain = list(customer._pareto_repeats_domain())
        return {**action, "name": name, "display_name": name, "domain": domain, "context": {}}
