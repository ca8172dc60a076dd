from odoo import api, fields, models

from .crm_pareto_value_mixin import PROFIT
from .crm_pareto_valued_mixin import USER


class ResPartner(models.Model):
    """The value of the partner's commercial entity in the reader's company."""

    _name = "res.partner"
    _inherit = ["res.partner", "crm.pareto.valued.mixin"]
    _pareto_partner_field = None

    pareto_turnover_share = fields.Float(
        related="pareto_value_id.turnover_share", related_sudo=False, string="Share of Turnover", aggregator=None, groups=USER
    )
    pareto_turnover_previous = fields.Monetary(
        related="pareto_value_id.turnover_previous", related_sudo=False,
        string="Turnover Before",
        currency_field="pareto_currency_id",
        groups=USER,
    )
    pareto_turnover_growth = fields.Float(
        related="pareto_value_id.turnover_growth", related_sudo=False, string="Growth", aggregator=None, groups=USER
    )
    pareto_profit_previous = fields.Monetary(
        related="pareto_value_id.profit_previous", related_sudo=False,
        string="Profit Before",
        currency_field="pareto_currency_id",
        groups=PROFIT,
    )
    pareto_computed_tier_id = fields.Many2one(
        related="pareto_value_id.turnover_tier_id", related_sudo=False, string="Computed Tier", groups=USER
    )
    pareto_manual_reason = fields.Char("Set by Hand", compute="_compute_pareto_manual", groups=USER)
    pareto_manual_user_id = fields.Many2one("res.users", "Set By", compute="_compute_pareto_manual", groups=USER)
    pareto_manual_until = fields.Date("Until", compute="_compute_pareto_manual", groups=USER)
    pareto_touch_days = fields.Integer(
        related="pareto_value_id.tier_id.touch_days", related_sudo=False, string="Be in Touch Every", aggregator=None, groups=USER
    )
    pareto_activity_plan_id = fields.Many2one(
        related="pareto_value_id.tier_id.activity_plan_id", related_sudo=False, string="Activity Plan", groups=USER
    )
    pareto_treatment = fields.Text(related="pareto_value_id.tier_id.note", related_sudo=False, string="Treatment", groups=USER)
    pareto_responsible_id = fields.Many2one(
        "res.users", "Responsible", compute="_compute_pareto_responsible_id", groups=USER
    )
    pareto_trend = fields.Json(
        "Trend",
        compute="_compute_pareto_trend",
        groups=USER,
        help="The turnover of the window at each month's end, oldest first: [[date, amount], …].",
    )

    @api.depends_context("company")
    def _compute_pareto_trend(self):
        history = self.env["crm.pareto.history"]._read_group(
            [("partner_id", "in", self.commercial_partner_id.ids), ("company_id", "=", self.env.company.id)],
            ["partner_id", "date:day"],
            ["turnover:sum"],
        )
        by_partner = {}
        for partner, day, turnover in history:
            by_partner.setdefault(partner.id, []).append([fields.Date.to_string(day), turnover])
        for partner in self:
            partner.pareto_trend = by_partner.get(partner.commercial_partner_id.id, False)

    @api.depends_context("company")
    def _compute_pareto_manual(self):
        decisions = self.env["crm.pareto.manual.tier"]._in_force(self.commercial_partner_id, self.env.company)
        for partner in self:
            decision = decisions.get(partner.commercial_partner_id)
            partner.pareto_manual_reason = decision and decision.reason
            partner.pareto_manual_user_id = decision and decision.user_id
            partner.pareto_manual_until = decision and decision.date_end

    @api.depends("pareto_value_id", "user_id")
    @api.depends_context("company")
    def _compute_pareto_responsible_id(self):
        for partner in self:
            customer = partner.commercial_partner_id
            partner.pareto_responsible_id = partner.pareto_value_id.tier_id._responsible_for(customer)

    def action_open_pareto_revenue(self):
        """Open the invoice lines behind the turnover of the customer."""
        self.ensure_one()
        if not self.pareto_value_id:
            action = self.env["ir.actions.act_window"]._for_xml_id("crm_pareto.crm_pareto_revenue_report_action")
            return {**action, "domain": [("customer_id", "=", self.commercial_partner_id.id)], "context": {}}
        return self.pareto_value_id.action_open_revenue()

    def action_open_pareto_previous_revenue(self):
        """Open the invoice lines behind the turnover of the window before."""
        self.ensure_one()
        return self.pareto_value_id.action_open_previous_revenue()
