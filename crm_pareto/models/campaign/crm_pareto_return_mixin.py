from odoo import SUPERUSER_ID, api, fields, models
from odoo.tools import SQL

from ..common.crm_pareto_result_mixin import by_value, copy_from_value, for_who_sees, readable_rows
from ..common.tools.blank import BlankFloat, BlankMonetary
from ..common.tools.bounds import of_one
from ..common.tools.groups import PROFIT, USER
from ..common.tools.trust import may_see
from .crm_pareto_campaign_analysis import MODEL_KEY


class CrmParetoReturnMixin(models.AbstractModel):
    """What a campaign cost and brought in: of its company, else of the reader's; under the company's model."""

    _name = "crm.pareto.return.mixin"
    _inherit = "crm.pareto.result.mixin"
    _description = "Shows What Came of a Campaign"

    # {field: field of crm.pareto.campaign}; of the second, only some may see.
    _pareto_result = {
        "pareto_leads": "leads",
        "pareto_opportunities": "opportunities",
        "pareto_won": "won",
        "pareto_touched": "touched",
        "pareto_converted": "converted",
        "pareto_conversion": "conversion",
        "pareto_orders": "orders",
        "pareto_new_customers": "new_customers",
        "pareto_revenue": "revenue",
    }
    _pareto_costs = {
        "pareto_cost": "cost",
        "pareto_committed": "committed",
        "pareto_margin": "margin",
        "pareto_uncosted_revenue": "uncosted_revenue",
        "pareto_roi": "roi",
        "pareto_roi_low": "roi_low",
        "pareto_roi_high": "roi_high",
        "pareto_roas": "roas",
        "pareto_cost_per_lead": "cost_per_lead",
        "pareto_cost_per_customer": "cost_per_customer",
        "pareto_has_cost": "has_cost",
        "pareto_payback_days": "payback_days",
        "pareto_advice": "advice",
        "pareto_reason": "advice_reason",
    }

    pareto_value_id = fields.Many2one(
        "crm.pareto.campaign",
        "Campaign Return",
        compute="_compute_pareto_value_id",
        search="_search_pareto_value_id",
        groups=USER,
    )
    pareto_currency_id = fields.Many2one(
        "res.currency", "Company Currency", compute="_compute_pareto_currency_id", groups=USER
    )
    pareto_leads = fields.Integer("Leads", compute="_compute_pareto_result", search=by_value("leads"), groups=USER)
    pareto_opportunities = fields.Integer(
        "Opportunities",
        compute="_compute_pareto_result",
        search=by_value("opportunities"),
        groups=USER,
    )
    pareto_won = fields.Integer("Won", compute="_compute_pareto_result", search=by_value("won"), groups=USER)
    pareto_touched = fields.Integer(
        "Reached",
        compute="_compute_pareto_result",
        search=by_value("touched"),
        help="Customers and leads whom it reached.",
        groups=USER,
    )
    pareto_converted = fields.Integer(
        "Bought",
        compute="_compute_pareto_result",
        search=by_value("converted"),
        help="Those of them who bought within the look-back.",
        groups=USER,
    )
    pareto_conversion = fields.Float(
        "Conversion",
        compute="_compute_pareto_result",
        search=by_value("conversion"),
        aggregator=None,
        groups=USER,
    )
    pareto_orders = fields.Float(
        "Orders",
        compute="_compute_pareto_result",
        search=by_value("orders"),
        digits=(16, 1),
        help="Its share of the orders, under the company's model of attribution.",
        groups=USER,
    )
    pareto_new_customers = fields.Float(
        "New Customers",
        compute="_compute_pareto_result",
        search=by_value("new_customers"),
        digits=(16, 1),
        help="Its share of the customers won.",
        groups=USER,
    )
    pareto_revenue = fields.Monetary(
        "Attributed Revenue",
        compute="_compute_pareto_result",
        search=by_value("revenue"),
        currency_field="pareto_currency_id",
        groups=USER,
    )
    pareto_cost = fields.Monetary(
        "Cost",
        compute="_compute_pareto_costs",
        search=by_value("cost"),
        currency_field="pareto_currency_id",
        help="Posted on its analytic accounts until today.",
        groups=PROFIT,
    )
    pareto_cost_as_of = fields.Date("Cost as of", compute="_compute_pareto_costs", groups=PROFIT)
    pareto_committed = fields.Monetary(
        "Committed",
        compute="_compute_pareto_costs",
        search=by_value("committed"),
        currency_field="pareto_currency_id",
        help="Ordered and not yet billed.",
        groups=PROFIT,
    )
    pareto_margin = BlankMonetary(
        "Attributed Margin",
        compute="_compute_pareto_costs",
        search=by_value("margin"),
        currency_field="pareto_currency_id",
        groups=PROFIT,
    )
    pareto_uncosted_revenue = fields.Monetary(
        "Revenue without Cost",
        compute="_compute_pareto_costs",
        search=by_value("uncosted_revenue"),
        currency_field="pareto_currency_id",
        help="Attributed revenue whose cost nobody knows: the margin does not count it.",
        groups=PROFIT,
    )
    pareto_roi = BlankFloat(
        "ROI",
        compute="_compute_pareto_costs",
        search=by_value("roi"),
        aggregator=None,
        help="(Attributed margin - cost) / cost.",
        groups=PROFIT,
    )
    pareto_roi_low = BlankFloat(
        "ROI at Least",
        compute="_compute_pareto_costs",
        search=by_value("roi_low"),
        aggregator=None,
        help="With 90 % certainty, ROI lies between this and the other bound.",
        groups=PROFIT,
    )
    pareto_roi_high = BlankFloat(
        "ROI at Most",
        compute="_compute_pareto_costs",
        search=by_value("roi_high"),
        aggregator=None,
        groups=PROFIT,
    )
    pareto_roas = fields.Float(
        "ROAS",
        compute="_compute_pareto_costs",
        search=by_value("roas"),
        aggregator=None,
        help="Return on ad spend: attributed revenue / cost.",
        groups=PROFIT,
    )
    pareto_cost_per_lead = fields.Monetary(
        "Cost per Lead",
        compute="_compute_pareto_costs",
        search=by_value("cost_per_lead"),
        currency_field="pareto_currency_id",
        aggregator=None,
        groups=PROFIT,
    )
    pareto_cost_per_customer = fields.Monetary(
        "Cost per New Customer",
        compute="_compute_pareto_costs",
        search=by_value("cost_per_customer"),
        currency_field="pareto_currency_id",
        aggregator=None,
        groups=PROFIT,
    )
    pareto_has_cost = fields.Boolean(
        "Has a Cost",
        compute="_compute_pareto_costs",
        search=by_value("has_cost"),
        groups=PROFIT,
    )
    pareto_payback_days = fields.Integer(
        "Days to Pay Back",
        compute="_compute_pareto_costs",
        search=by_value("payback_days"),
        aggregator=None,
        help="From the first cost until the attributed margin reached all of it; empty where it has not.",
        groups=PROFIT,
    )
    pareto_advice = fields.Selection(
        "_selection_pareto_advice",
        "Advice",
        compute="_compute_pareto_costs",
        search=by_value("advice"),
        groups=PROFIT,
    )
    pareto_reason = fields.Char("Reason", compute="_compute_pareto_costs", groups=PROFIT)

    @api.depends_context("company", "uid")
    @for_who_sees
    def _compute_pareto_currency_id(self):
        for campaign in self:
            campaign.pareto_currency_id = campaign._pareto_company().currency_id

    def _pareto_company(self):
        """The company whose figures are shown."""
        # sudo: Odoo shows the campaigns of all companies; of another one no figures are found, only its currency.
        return (self.company_id or self.env.company).sudo()

    @api.depends_context("company", "uid")
    @api.depends("company_id", "company_id.pareto_attribution_model")
    @for_who_sees
    def _compute_pareto_value_id(self):
        found = {}
        # sudo: only which model a company shows; the rows are found by the reader's own rules.
        for company in (self.company_id | self.env.company).sudo():
            rows = self._readable_values().search_fetch(
                [
                    ("campaign_id", "in", self.ids),
                    ("company_id", "=", company.id),
                    ("model", "=", company.pareto_attribution_model),
                ]
            )
            found.update({(row.campaign_id.id, company.id): row for row in rows})
        for campaign in self:
            campaign.pareto_value_id = found.get((campaign._origin.id, campaign._pareto_company().id))

    @api.depends("pareto_value_id")
    @api.depends_context("company", "uid")
    def _compute_pareto_result(self):
        copy_from_value(self, self._pareto_result)

    @api.depends("pareto_value_id")
    @api.depends_context("company", "uid")
    def _compute_pareto_costs(self):
        copy_from_value(self, self._pareto_costs)
        self.pareto_cost_as_of = False
        if not may_see(self.env, self._fields["pareto_cost"]):  # under sudo
            return
        for company, campaigns in self.grouped(lambda campaign: campaign._pareto_company()).items():
            if campaigns._sees_pareto_costs(company):
                campaigns._take_pareto_costs(company)

    def _sees_pareto_costs(self, company):
        """Whether whoever reads may see what campaigns cost in a company: as with what came of them, by rule."""
        if self.env.uid == SUPERUSER_ID:
            return True
        allowed = company in self.env.companies and not company._pareto_shows_own_only()
        return allowed and self._readable_values().has_access("read")

    def _take_pareto_costs(self, company):
        """Cost, and what is divided by it, as the books say today: what opens is its sum.

        What came of the campaigns, and the advice, is of the last computation.
        """
        today = company._pareto_today()
        costs = self.env["crm.pareto.campaign.sums"]._costs(company, today, campaigns=self._origin.ids)
        rows = readable_rows(self)
        for campaign in self:
            spent = costs.get(campaign._origin.id, {})
            row = rows[campaign].sudo()  # sudo: the reader may read the row, and has the groups that its costs ask for
            campaign.update(row._figures_at(spent.get("cost") or 0))
            campaign.pareto_committed = spent.get("committed") or 0
            campaign.pareto_cost_as_of = today

    @api.model
    def _selection_pareto_advice(self):
        return self.env["crm.pareto.campaign"]._fields["advice"]._description_selection(self.env)

    def _pareto_paths(self):
        return self._pareto_result | self._pareto_costs

    def _join_value(self, alias, query):
        """Not that of another company's campaign, which Odoo shows as well: a rule says so."""
        row = query.make_alias(alias, "pareto_value")
        condition = SQL(
            "%(row)s.campaign_id = %(campaign)s AND %(row)s.company_id = COALESCE(%(own)s, %(company)s)"
            " AND %(readable)s"
            " AND %(row)s.model = (SELECT pareto_attribution_model FROM res_company WHERE id = %(row)s.company_id)",
            row=SQL.identifier(row),
            campaign=SQL.identifier(alias, "id"),
            own=SQL.identifier(alias, "company_id"),
            company=self.env.company.id,
            readable=self._is_readable_value(row, query),
        )
        query.add_join("LEFT JOIN", row, "crm_pareto_campaign", condition)
        return row

    # -- what is behind a figure -----------------------------------------------------------

    def _get_pareto_domain(self, figure):
        """The rows of crm.pareto.campaign.analysis that a figure is the sum of.

        :param figure: a field of that model, or "converted"
        """
        self.ensure_one()
        domain = [("campaign_id", "=", self.id), ("company_id", "=", self._pareto_company().id)]
        if figure == "converted":
            return [*domain, ("kind", "=", "sale"), ("own", "=", False)]
        if figure == "revenue":  # and the margin: goods given away have one too
            return [*domain, ("kind", "=", "sale")]
        return [*domain, (figure, "!=", 0)]

    def _open_pareto(self, figure, name, group_by=None):
        action = self.env["ir.actions.act_window"]._for_xml_id("crm_pareto.crm_pareto_campaign_analysis_action")
        domain = self._get_pareto_domain(figure)
        # A lead of no company counts in the one whose figures these are.
        context = {"allowed_company_ids": self._pareto_company().ids, **({"group_by": group_by} if group_by else {})}
        if figure == "converted":
            context[MODEL_KEY] = "linear"  # under which each touch has some credit: whoever bought is there
        name = f"{name}: {self.title}"
        views = [(False, "list"), (False, "pivot"), (False, "graph")]
        return {**action, "name": name, "display_name": name, "domain": domain, "context": context, "views": views}

    @api.readonly
    @of_one
    def action_open_pareto_sales(self):
        """Open the sales that the attributed revenue and margin are of."""
        return self._open_pareto("revenue", self.env._("Attributed Sales"))

    @api.readonly
    @of_one
    def action_open_pareto_orders(self):
        """Open the invoices that count as its orders, with its share of each."""
        return self._open_pareto("orders", self.env._("Orders"))

    @api.readonly
    @of_one
    def action_open_pareto_new_customers(self):
        """Open the first invoices of the customers won."""
        return self._open_pareto("new_customers", self.env._("New Customers"))

    @api.readonly
    @of_one
    def action_open_pareto_customers(self):
        """Open the sales to those whom it reached before, customer by customer."""
        return self._open_pareto("converted", self.env._("Bought"), "customer_id")

    @api.readonly
    @of_one
    def action_open_pareto_leads(self):
        """Open its leads."""
        return self._open_pareto("leads", self.env._("Leads"))

    @api.readonly
    @of_one
    def action_open_pareto_opportunities(self):
        """Open its opportunities."""
        return self._open_pareto("opportunities", self.env._("Opportunities"))

    @api.readonly
    @of_one
    def action_open_pareto_won(self):
        """Open its opportunities that were won."""
        return self._open_pareto("won", self.env._("Won"))

    @api.readonly
    @of_one
    def action_open_pareto_costs(self):
        """Open what was posted on its analytic accounts."""
        return self._open_pareto_costs([("kind", "!=", "order")], self.env._("Costs"))

    @api.readonly
    @of_one
    def action_open_pareto_committed(self):
        """Open what is ordered for it and not yet billed."""
        return self._open_pareto_costs([("kind", "=", "order")], self.env._("Committed"))

    def _open_pareto_costs(self, domain, name):
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id("crm_pareto.crm_pareto_campaign_cost_report_action")
        company = self._pareto_company()
        # What is dated later is in no figure yet.
        mine = [
            ("campaign_id", "=", self.id),
            ("company_id", "=", company.id),
            ("date", "<=", company._pareto_today()),
        ]
        name = f"{name}: {self.title}"
        return {**action, "name": name, "display_name": name, "domain": mine + domain, "context": {}}

    @api.readonly
    @of_one
    def action_open_pareto_touches(self):
        """Open the touches that it brought about."""
        touchpoints = self.env["crm.pareto.touchpoint"]
        action = self.env["ir.actions.act_window"]._for_xml_id("crm_pareto.crm_pareto_touchpoint_action")
        domain = [
            ("campaign_id", "=", self.id),
            ("kind", "in", touchpoints._kinds_by_campaign()),
            ("company_id", "in", [self._pareto_company().id, False]),
        ]
        name = self.env._("Reached by %(campaign)s", campaign=self.title)
        return {**action, "name": name, "display_name": name, "domain": domain, "context": {"group_by": "customer_id"}}
