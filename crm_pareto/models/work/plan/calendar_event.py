from odoo import api, models

from ...common.tools.bounds import is_id

PLAN_LINE = "pareto_plan_line"  # in the context of a meeting that is opened from a line of the plan


class CalendarEvent(models.Model):
    _inherit = "calendar.event"

    @api.model_create_multi
    def create(self, vals_list):
        """Take a meeting that was made from the plan as the plan's line accepted."""
        events = super().create(vals_list)
        if PLAN_LINE in self.env.context:
            self._pareto_met(events[:1])
        return events

    @api.model
    def _pareto_met(self, event):
        # sudo(False): a person's own line, also where Odoo makes the meeting with sudo.
        lines = self.env["crm.pareto.plan.line"].sudo(False)
        id_ = self.env.context[PLAN_LINE]
        if is_id(id_) and lines.has_access("write"):
            lines.search([("id", "=", id_), ("create_uid", "=", self.env.uid)])._met(event)
