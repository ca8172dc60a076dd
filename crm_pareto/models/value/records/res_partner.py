from contextlib import suppress
from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import AccessError, ValidationError

from ...common.crm_pareto_result_mixin import by_known_value, by_value, copy_from_value, for_who_sees, readable_rows
from ...common.res_company import TOGETHER
from ...common.tools.blank import BlankMonetary
from ...common.tools.bounds import check_days, of_one
from ...common.tools.groups import PROFIT, USER
from ...common.tools.trust import as_reader
from ..crm_pareto_value_fields import CrmParetoValueFields


class ResPartner(models.Model):
    """The value of the partner's commercial entity in the reader's company."""

    _name = "res.partner"
    _inherit = [
        "res.partner",
        "crm.pareto.referred.mixin",
        "crm.pareto.awaited.mixin",
        "crm.pareto.reorder.mixin",
        "crm.pareto.scored.mixin",
        "crm.pareto.valued.mixin",
        "crm.pareto.reach.mixin",
        "crm.pareto.targeted.mixin",
        "crm.pareto.dismissed.mixin",
        "crm.pareto.customer.centre.mixin",
        "crm.pareto.thin.mixin",
        "crm.pareto.not.profiled.mixin",
    ]
    _pareto_partner_field = None

    _pareto_fields = {**CrmParetoValueFields._pareto_fields, "pareto_segment_id": "rfm_segment_id"}
    # Apart from those of a list: they take further queries.
    _pareto_form_fields = {
        "pareto_turnover_share": "turnover_share",
        "pareto_turnover_previous": "turnover_previous",
        "pareto_turnover_growth": "turnover_growth",
        "pareto_computed_tier_id": "turnover_tier_id",
        "pareto_touch_days": "tier_id.touch_days",
        "pareto_activity_plan_id": "tier_id.activity_plan_id",
        "pareto_treatment": "tier_id.note",
        "pareto_has_prediction": "has_prediction",
        "pareto_alive": "alive",
        "pareto_expected_orders": "expected_orders",
        "pareto_prediction_message": "prediction_message",
    }
    _pareto_profit_fields = {
        **CrmParetoValueFields._pareto_profit_fields,
        "pareto_profit_previous": "profit_previous",
        "pareto_uncosted_turnover": "uncosted_turnover",
    }
    # Apart from those of a list: they are the form's.
    _pareto_worth_fields = {
        "pareto_has_lifetime_value": "has_value",
        "pareto_expected_margin": "expected_margin",
        "pareto_lifetime_value": "lifetime_value",
    }

    pareto_segment_id = fields.Many2one(
        "crm.pareto.segment",
        "Segment",
        compute="_compute_pareto_fields",
        search=by_value("rfm_segment_id"),
        groups=USER,
        help="By how lately and how often the customer bought.",
    )
    pareto_turnover_share = fields.Float(
        "Share of Turnover",
        compute="_compute_pareto_form_fields",
        search=by_value("turnover_share"),
        aggregator=None,
        groups=USER,
    )
    pareto_turnover_previous = fields.Monetary(
        "Turnover Before",
        compute="_compute_pareto_form_fields",
        search=by_value("turnover_previous"),
        currency_field="pareto_currency_id",
        groups=USER,
    )
    pareto_turnover_growth = fields.Float("Growth", compute="_compute_pareto_form_fields", aggregator=None, groups=USER)
    pareto_uncosted_turnover = fields.Monetary(
        "Turnover without Cost",
        compute="_compute_pareto_profit_fields",
        search=by_value("uncosted_turnover"),
        currency_field="pareto_currency_id",
        groups=PROFIT,
        help="What nobody knows the cost of: the profit does not count it.",
    )
    pareto_profit_previous = BlankMonetary(
        "Profit Before",
        compute="_compute_pareto_profit_fields",
        search=by_value("profit_previous"),
        currency_field="pareto_currency_id",
        groups=PROFIT,
    )
    pareto_has_prediction = fields.Boolean(
        compute="_compute_pareto_form_fields", search=by_value("has_prediction"), groups=USER
    )
    pareto_alive = fields.Float(
        "Chance of Being Active",
        compute="_compute_pareto_form_fields",
        search=by_known_value("alive", "has_prediction"),
        aggregator=None,
        groups=USER,
        help="That the customer has not left for good, judged by how often and how lately they bought.",
    )
    pareto_expected_orders = fields.Float(
        "Expected Orders",
        compute="_compute_pareto_form_fields",
        search=by_known_value("expected_orders", "has_prediction"),
        aggregator=None,
        groups=USER,
        help="Days with a purchase expected in the next 12 months.",
    )
    pareto_prediction_message = fields.Char("Predictions", compute="_compute_pareto_form_fields", groups=USER)
    pareto_has_lifetime_value = fields.Boolean(
        compute="_compute_pareto_worth_fields", search=by_value("has_value"), groups=PROFIT
    )
    pareto_expected_margin = fields.Monetary(
        "Expected Margin",
        compute="_compute_pareto_worth_fields",
        search=by_known_value("expected_margin", "has_value"),
        currency_field="pareto_currency_id",
        groups=PROFIT,
        help="Margin expected in the next 12 months, not discounted.",
    )
    pareto_lifetime_value = fields.Monetary(
        "Lifetime Value",
        compute="_compute_pareto_worth_fields",
        search=by_known_value("lifetime_value", "has_value"),
        currency_field="pareto_currency_id",
        groups=PROFIT,
        help="Margin expected in the next 12 months, worth today: discounted by 10 % a year.",
    )
    pareto_computed_tier_id = fields.Many2one(
        "crm.pareto.tier",
        "Computed Tier",
        compute="_compute_pareto_form_fields",
        search=by_value("turnover_tier_id"),
        groups=USER,
    )
    pareto_touch_days = fields.Integer(
        "Be in Touch Every", compute="_compute_pareto_form_fields", aggregator=None, groups=USER
    )
    pareto_activity_plan_id = fields.Many2one(
        "mail.activity.plan", "Activity Plan", compute="_compute_pareto_form_fields", groups=USER
    )
    pareto_treatment = fields.Text("Treatment", compute="_compute_pareto_form_fields", groups=USER)
    pareto_manual_reason = fields.Char("Set by Hand", compute="_compute_pareto_manual", groups=USER)
    pareto_manual_user_id = fields.Many2one("res.users", "Set By", compute="_compute_pareto_manual", groups=USER)
    pareto_manual_until = fields.Date("Until", compute="_compute_pareto_manual", groups=USER)
    pareto_responsible_id = fields.Many2one(
        "res.users", "Responsible", compute="_compute_pareto_responsible_id", groups=USER
    )
    pareto_trend = fields.Json(
        "Trend",
        compute="_compute_pareto_trend",
        groups=USER,
        help="The turnover of the window at each month's end, oldest first: [[date, amount], …].",
    )

    pareto_not_customer = fields.Boolean(
        "Not a Customer",
        tracking=True,
        prefetch=TOGETHER,
        help="Walk-in, marketplace, collective account: its invoices are for somebody else. They stand under Invoices "
        "to Link; until they are linked, their turnover is in the sums as that of no customer, without rank or tier.",
        groups="base.group_user",
    )

    pareto_may_be_named = fields.Boolean(
        "May Be Named",
        tracking=True,
        copy=False,
        prefetch=TOGETHER,
        help="The customer agreed to be named as a reference.",
        groups="base.group_user",
    )
    pareto_asked_on = fields.Date(
        "Asked for a Reference",
        tracking=True,
        copy=False,
        prefetch=TOGETHER,
        help="Whoever was asked is left in peace for 90 days.",
        groups="base.group_user",
    )

    _pareto_not_customer_index = models.Index("(id) WHERE pareto_not_customer")
    # Finds the customers named in an invoice's texts; without pg_trgm nobody looks for them.
    _pareto_name_index = models.Index(
        lambda registry: (
            "USING gin (name gin_trgm_ops) WHERE commercial_partner_id = id" if registry.has_trigram else ""
        )
    )

    @api.constrains("pareto_asked_on")
    def _check_pareto_asked_on(self):
        """A day far ahead would keep a customer off the list of advocates for good."""
        check_days(self, "pareto_asked_on")
        latest = fields.Date.today() + timedelta(days=1)  # it is tomorrow already further east
        if any(partner.pareto_asked_on and partner.pareto_asked_on > latest for partner in self):
            raise ValidationError(self.env._("Asked for a Reference: the day is the one on which it was done."))

    def write(self, vals):
        """Have the values computed anew where invoices are credited to a contact that changes its company."""
        if vals.keys() & {"parent_id", "is_company"}:
            # sudo: whoever moves a contact need not see what is credited to it.
            credited = self.env["account.move"].sudo().search([("pareto_customer_id", "child_of", self.ids)])
            self.env["crm.pareto.run"]._forget(credited.company_id)
        ours = [name for name in vals if name.startswith("pareto_")]
        if ours and not self.env.context.get("tracking_disable") and not self.env.context.get("mail_notrack"):
            self._track_prepare(ours)
        return super().write(vals)

    def copy_data(self, default=None):
        """Read our columns in one statement with Odoo's, for all contacts that Odoo would read at once."""
        apart = self._fields["pareto_not_profiled"]
        names = [
            name
            for name, field in self._fields.items()
            if field.prefetch in (True, apart.prefetch) and self._has_field_access(field, "read")
        ]
        with suppress(AccessError):  # one of the others may not be read: Odoo copes with that by itself
            apart._to_prefetch(next(iter(self), self)).fetch(names)
        return super().copy_data(default)

    def _track_prepare(self, fields_iter):
        """Odoo reads all that is tracked before each writing; ours only before one that changes it: see `write`."""
        if fields_iter is self._fields:
            fields_iter = [name for name in self._track_get_fields() if self._fields[name].prefetch != TOGETHER]
        return super()._track_prepare(fields_iter)

    @api.depends("pareto_value_id")
    @api.depends_context("company", "uid")
    def _compute_pareto_form_fields(self):
        copy_from_value(self, self._pareto_form_fields)

    @api.depends("pareto_value_id")
    @api.depends_context("company", "uid")
    def _compute_pareto_worth_fields(self):
        copy_from_value(self, self._pareto_worth_fields)

    def _pareto_paths(self):
        return super()._pareto_paths() | self._pareto_worth_fields

    @api.depends_context("company", "uid")
    @for_who_sees
    def _compute_pareto_trend(self):
        history = as_reader(self.env["crm.pareto.history"])._read_group(
            [("partner_id", "in", self.commercial_partner_id.ids), ("company_id", "=", self.env.company.id)],
            ["partner_id", "date:day"],
            ["turnover:sum"],
        )
        by_partner = {}
        for partner, day, turnover in history:
            by_partner.setdefault(partner.id, []).append([fields.Date.to_string(day), turnover])
        for partner in self:
            partner.pareto_trend = by_partner.get(partner.commercial_partner_id.id, False)

    @api.depends_context("company", "uid")
    @for_who_sees
    def _compute_pareto_manual(self):
        decisions = as_reader(self.env["crm.pareto.manual.tier"])._in_force(
            self.commercial_partner_id, self.env.company
        )
        for partner in self:
            decision = decisions.get(partner.commercial_partner_id)
            partner.pareto_manual_reason = decision and decision.reason
            partner.pareto_manual_user_id = decision and decision.user_id
            partner.pareto_manual_until = decision and decision.date_end

    @api.depends("pareto_value_id", "user_id")
    @api.depends_context("company", "uid")
    @for_who_sees
    def _compute_pareto_responsible_id(self):
        for partner, row in readable_rows(self).items():
            customer = partner.commercial_partner_id
            partner.pareto_responsible_id = row.tier_id._responsible_for(customer, self.env.company)

    @api.readonly
    @of_one
    def action_open_pareto_revenue(self):
        """Open the invoice lines behind the turnover of the customer."""
        if not self.pareto_value_id:
            action = self.env["ir.actions.act_window"]._for_xml_id("crm_pareto.crm_pareto_revenue_report_action")
            return {**action, "domain": [("customer_id", "=", self.commercial_partner_id.id)], "context": {}}
        return self.pareto_value_id.action_open_revenue()

    @api.readonly
    @of_one
    def action_open_pareto_previous_revenue(self):
        """Open the invoice lines behind the turnover of the window before."""
        return self.pareto_value_id.action_open_previous_revenue()
