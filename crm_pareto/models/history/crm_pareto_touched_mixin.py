from odoo import api, fields, models

from ..common.crm_pareto_result_mixin import for_who_sees
from ..common.tools.bounds import COUNT_LIMIT, of_one
from ..common.tools.groups import USER
from ..common.tools.trust import as_reader


class CrmParetoTouchedMixin(models.AbstractModel):
    """A record whose customer has a history: the button that counts the touches and opens them."""

    _name = "crm.pareto.touched.mixin"
    _description = "Shows a Customer's History"

    pareto_touch_count = fields.Integer("Touches", compute="_compute_pareto_touch_count", aggregator=None, groups=USER)

    @api.depends_context("uid", "allowed_company_ids")
    @for_who_sees
    def _compute_pareto_touch_count(self):
        timeline, touchpoints = as_reader(self.env["crm.pareto.timeline"]), as_reader(self.env["crm.pareto.touchpoint"])
        for record in self:
            domain = record._origin and timeline._domain(self._name, record._origin.id)
            record.pareto_touch_count = domain and touchpoints.search_count(domain, limit=COUNT_LIMIT)

    @api.readonly
    @of_one
    def action_open_pareto_touches(self):
        """Open the touches of the record's customer: a company's with those of its contacts."""
        action = self.env["ir.actions.act_window"]._for_xml_id("crm_pareto.crm_pareto_touchpoint_action")
        return {**action, "domain": list(self.env["crm.pareto.timeline"]._domain(self._name, self.id)), "context": {}}
