from odoo import api, fields, models

from ...common.crm_pareto_result_mixin import for_who_sees
from ...common.tools.blank import BlankMonetary
from ...common.tools.bounds import of_one
from ...common.tools.groups import PROFIT, USER
from ...common.tools.trust import as_reader


class ProductTemplate(models.Model):
    """The value of the template's variants together, in the reader's company."""

    _inherit = "product.template"

    pareto_currency_id = fields.Many2one("res.currency", compute="_compute_pareto_turnover", groups=USER)
    pareto_value_count = fields.Integer("Valued Variants", compute="_compute_pareto_turnover", groups=USER)
    pareto_turnover = fields.Monetary(
        "Turnover", compute="_compute_pareto_turnover", currency_field="pareto_currency_id", groups=USER
    )
    pareto_tier_id = fields.Many2one(
        "crm.pareto.tier",
        "Tier",
        compute="_compute_pareto_turnover",
        groups=USER,
        help="The best tier of the variants: each has one of its own.",
    )
    pareto_profit = BlankMonetary(
        "Profit", compute="_compute_pareto_profit", currency_field="pareto_currency_id", groups=PROFIT
    )

    @api.depends_context("company", "uid")
    @for_who_sees
    def _compute_pareto_turnover(self):
        values = as_reader(self.env["crm.pareto.product"]).search_fetch(self._get_pareto_domain())
        by_template = values.grouped(lambda value: value.product_id.product_tmpl_id)
        for template in self:
            mine = by_template.get(template._origin, values.browse())
            template.pareto_currency_id = self.env.company.currency_id
            template.pareto_value_count = len(mine)
            template.pareto_turnover = sum(mine.mapped("turnover"))
            tiers = mine.tier_id.sudo()  # the tier that a value names goes with it
            template.pareto_tier_id = tiers.sorted(lambda tier: (tier.bound, tier.id))[:1].sudo(False)

    @api.depends_context("company", "uid")
    @for_who_sees
    def _compute_pareto_profit(self):
        values = as_reader(self.env["crm.pareto.product"])
        profits = values._read_group(self._get_pareto_domain(), ["product_id"], ["profit:sum"])
        for template in self:
            mine = [profit for product, profit in profits if product.product_tmpl_id == template._origin]
            known = [profit for profit in mine if profit is not False]
            template.pareto_profit = sum(known) if known or not mine else False

    def _get_pareto_domain(self):
        """The value rows behind the figures."""
        variants = self.with_context(active_test=False).product_variant_ids
        return [("product_id", "in", variants.ids), ("company_id", "=", self.env.company.id)]

    @api.readonly
    @of_one
    def action_open_pareto_values(self):
        """Open the invoice lines of the only variant with a value, else the list of the variants' values."""
        values = self.env["crm.pareto.product"].search(self._get_pareto_domain())
        if len(values) == 1:
            return values.action_open_revenue()
        action = self.env["ir.actions.act_window"]._for_xml_id("crm_pareto.crm_pareto_product_action")
        return {**action, "domain": self._get_pareto_domain(), "context": {}}
