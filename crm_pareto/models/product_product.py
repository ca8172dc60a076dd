from odoo import api, fields, models
from odoo.fields import Domain

from .crm_pareto_value_mixin import PROFIT
from .crm_pareto_valued_mixin import USER


class ProductProduct(models.Model):
    """The value of the product in the reader's company."""

    _inherit = "product.product"

    pareto_value_id = fields.Many2one(
        "crm.pareto.product",
        "Product Value",
        compute="_compute_pareto_value_id",
        search="_search_pareto_value_id",
        groups=USER,
    )
    pareto_currency_id = fields.Many2one(related="pareto_value_id.currency_id", related_sudo=False, string="Value Currency", groups=USER)
    pareto_tier_id = fields.Many2one(related="pareto_value_id.tier_id", related_sudo=False, string="Tier", groups=USER)
    pareto_tier_color = fields.Integer(related="pareto_value_id.tier_color", related_sudo=False, string="Tier Color", groups=USER)
    pareto_turnover = fields.Monetary(
        related="pareto_value_id.turnover", related_sudo=False, string="Turnover", currency_field="pareto_currency_id", groups=USER
    )
    pareto_turnover_rank = fields.Integer(related="pareto_value_id.turnover_rank", related_sudo=False, string="Turnover Rank", groups=USER)
    pareto_profit = fields.Monetary(
        related="pareto_value_id.profit", related_sudo=False, string="Profit", currency_field="pareto_currency_id", groups=PROFIT
    )

    @api.depends_context("company")
    def _compute_pareto_value_id(self):
        values = self.env["crm.pareto.product"].search_fetch(
            [("product_id", "in", self.ids), ("company_id", "=", self.env.company.id)]
        )
        by_product = {value.product_id: value for value in values}
        for product in self:
            product.pareto_value_id = by_product.get(product._origin)

    def _search_pareto_value_id(self, operator, value):
        if operator not in ("in", "any"):
            return NotImplemented
        values, mine = self.env["crm.pareto.product"], Domain("company_id", "=", self.env.company.id)
        wanted = Domain(value) if operator == "any" else Domain("id", "in", [id_ for id_ in value if id_])
        found = Domain("id", "in", values._search(mine & wanted).subselect("product_id"))
        if operator == "in" and not all(value):
            found |= Domain("id", "not in", values._search(mine).subselect("product_id"))
        return found

    def action_open_pareto_revenue(self):
        """Open the invoice lines behind the turnover of the product."""
        self.ensure_one()
        return self.pareto_value_id.action_open_revenue()
