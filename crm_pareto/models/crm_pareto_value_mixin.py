from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools import SQL

PROFIT = "crm_pareto.group_profit"


class CrmParetoValueMixin(models.AbstractModel):
    """What one customer, or one product, was worth to one company in a window.

    The rows are written by crm.pareto.ranking alone and can be dropped and computed
    again. Shares are of the sum of the positive values, 0 to 1.
    """

    _name = "crm.pareto.value.mixin"
    _description = "Value over a Window"
    _log_access = False
    # The column that names what is valued, and the revenue report's column with the same meaning.
    _pareto_key = None
    _pareto_source = None

    company_id = fields.Many2one("res.company", required=True, ondelete="cascade", readonly=True)
    currency_id = fields.Many2one(related="company_id.currency_id")
    as_of = fields.Date(readonly=True, help="The last day of the window.")
    date_from = fields.Date(readonly=True, help="The first day of the window.")
    first_date = fields.Date("First Invoice", readonly=True)
    last_date = fields.Date("Last Invoice", readonly=True)
    invoice_count = fields.Integer("Invoices", readonly=True, help="Posted invoices and receipts in the window.")

    turnover = fields.Monetary(readonly=True)
    turnover_previous = fields.Monetary(
        "Turnover Before", readonly=True, help="In the window of equal length before this one."
    )
    turnover_growth = fields.Float(
        compute="_compute_turnover_growth", aggregator=None, help="Against the window before; empty without one."
    )
    turnover_rank = fields.Integer("Rank", readonly=True, aggregator=None)
    turnover_share = fields.Float("Share", readonly=True, aggregator="sum")
    turnover_cumulative_share = fields.Float("Cumulative Share", readonly=True, aggregator=None)
    turnover_tier_id = fields.Many2one("crm.pareto.tier", "Computed Tier", readonly=True, ondelete="set null")

    profit = fields.Monetary(readonly=True, groups=PROFIT)
    profit_previous = fields.Monetary("Profit Before", readonly=True, groups=PROFIT)
    profit_rank = fields.Integer(readonly=True, aggregator=None, groups=PROFIT)
    profit_share = fields.Float(readonly=True, aggregator="sum", groups=PROFIT)
    profit_cumulative_share = fields.Float(readonly=True, aggregator=None, groups=PROFIT)
    profit_tier_id = fields.Many2one("crm.pareto.tier", readonly=True, ondelete="set null", groups=PROFIT)

    # Copied from crm.pareto.manual.tier, so that a page of partners needs no second query.
    manual_tier_id = fields.Many2one("crm.pareto.tier", readonly=True, ondelete="set null")
    manual_until = fields.Date("Manual Tier Until", readonly=True)
    tier_id = fields.Many2one(
        "crm.pareto.tier",
        compute="_compute_tier_id",
        search="_search_tier_id",
        help="The manual tier while it holds, else the computed one.",
    )

    @api.depends("turnover", "turnover_previous")
    def _compute_turnover_growth(self):
        for row in self:
            before = row.turnover_previous
            row.turnover_growth = (row.turnover - before) / before if before > 0 else False

    @api.depends("turnover_tier_id", "manual_tier_id", "manual_until")
    def _compute_tier_id(self):
        today = fields.Date.context_today(self)
        for row in self:
            holds = not row.manual_until or row.manual_until >= today
            row.tier_id = row.manual_tier_id if row.manual_tier_id and holds else row.turnover_tier_id

    def _search_tier_id(self, operator, value):
        if operator not in ("in", "any"):
            return NotImplemented
        if isinstance(value, Domain):
            value = self.env["crm.pareto.tier"].search(value).ids
        query = self._search(Domain.TRUE)
        tier = self._field_to_sql(self._table, "tier_id", query)
        ids = tuple(id_ for id_ in value if id_)
        conditions = [SQL("%s IN %s", tier, ids)] if ids else []
        if len(ids) < len(list(value)):
            conditions.append(SQL("%s IS NULL", tier))
        query.add_where(SQL("(%s)", SQL(" OR ").join(conditions or [SQL("FALSE")])))
        return [("id", "in", query)]

    def _field_to_sql(self, alias, field_expr, query=None):
        """Let the tier in force be searched, sorted and grouped by in SQL."""
        if field_expr != "tier_id":
            return super()._field_to_sql(alias, field_expr, query)
        return SQL(
            "CASE WHEN %(manual)s IS NOT NULL AND COALESCE(%(until)s >= %(today)s, TRUE) THEN %(manual)s"
            " ELSE %(computed)s END",
            manual=SQL.identifier(alias, "manual_tier_id"),
            until=SQL.identifier(alias, "manual_until"),
            today=fields.Date.context_today(self),
            computed=SQL.identifier(alias, "turnover_tier_id"),
        )

    def _get_revenue_domain(self):
        """The revenue lines behind this row's figures: what every drill-down opens."""
        self.ensure_one()
        return [
            ("company_id", "=", self.company_id.id),
            (self._pareto_source, "=", self[self._pareto_key].id),
            ("date", ">=", self.date_from),
            ("date", "<=", self.as_of),
        ]

    def action_open_revenue(self):
        """Open the invoice lines behind the turnover."""
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id("crm_pareto.crm_pareto_revenue_report_action")
        name = self.env._("Invoices of %(name)s", name=self[self._pareto_key].display_name)
        return {**action, "name": name, "display_name": name, "domain": self._get_revenue_domain(), "context": {}}
