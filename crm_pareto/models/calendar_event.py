from odoo import api, models


class CalendarEvent(models.Model):
    _inherit = "calendar.event"

    @api.model_create_multi
    def create(self, vals_list):
        """Take a meeting that was made from the plan as the plan's line accepted."""
        events = super().create(vals_list)
        if line_id := self.env.context.get("pareto_plan_line"):
            line = self.env["crm.pareto.plan.line"].search([("id", "=", line_id)])  # one's own, by its rule
            line._decide("accepted", event_id=events[:1].id)
            line.unlink()
        return events
