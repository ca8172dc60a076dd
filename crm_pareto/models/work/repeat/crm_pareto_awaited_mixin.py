from odoo import api, fields, models

from ...common.crm_pareto_result_mixin import by_value, copy_from_value
from ...common.tools.bounds import of_one
from ...common.tools.groups import USER


class CrmParetoAwaitedMixin(models.AbstractModel):
    """When the customer's next order is expected, and whether it is due: see crm.pareto.rhythm.mixin."""

    _name = "crm.pareto.awaited.mixin"
    _inherit = "crm.pareto.valued.mixin"
    _description = "Shows a Customer's Rhythm"

    _pareto_rhythm_fields = {
        "pareto_order_gap": "order_gap",
        "pareto_next_order_date": "next_order_date",
        "pareto_due_from": "due_from",
        "pareto_due_to": "due_to",
        "pareto_order_state": "order_state",
    }

    pareto_order_gap = fields.Float(
        "Days Between Orders",
        compute="_compute_pareto_rhythm",
        digits=(16, 1),
        aggregator=None,
        groups=USER,
        help="Median of the days between the customer's purchases; blank with fewer than three.",
    )
    pareto_next_order_date = fields.Date(
        "Next Order Expected", compute="_compute_pareto_rhythm", search=by_value("next_order_date"), groups=USER
    )
    pareto_due_from = fields.Date(
        "Order Due From", compute="_compute_pareto_rhythm", search=by_value("due_from"), groups=USER
    )
    pareto_due_to = fields.Date(
        "Order Due Until", compute="_compute_pareto_rhythm", search=by_value("due_to"), groups=USER
    )
    pareto_order_state = fields.Selection(
        [("due", "Due"), ("overdue", "Overdue")],
        "Next Order",
        compute="_compute_pareto_rhythm",
        search=by_value("order_state"),
        groups=USER,
        help="By the customer's own rhythm; silent while a quotation is open.",
    )

    @api.depends("pareto_value_id")
    @api.depends_context("company", "uid")
    def _compute_pareto_rhythm(self):
        copy_from_value(self, self._pareto_rhythm_fields)

    def _pareto_paths(self):
        return super()._pareto_paths() | self._pareto_rhythm_fields

    @api.readonly
    @of_one
    def action_open_pareto_purchases(self):
        """Open the invoice lines of the purchases behind the rhythm."""
        return self.pareto_value_id.action_open_purchases()
