from odoo import api, fields, models
from odoo.fields import Domain

from ...common.crm_pareto_result_mixin import for_readers, for_who_sees
from ...common.tools.bounds import of_one
from ...common.tools.groups import USER
from ...common.tools.trust import as_reader


class ProductProduct(models.Model):
    """The value of the product in the reader's company."""

    _name = "product.product"
    _inherit = ["product.product", "crm.pareto.value.fields"]

    pareto_value_id = fields.Many2one(
        "crm.pareto.product",
        "Product Value",
        compute="_compute_pareto_value_id",
        search="_search_pareto_value_id",
        groups=USER,
    )

    @api.depends_context("company", "uid")
    @for_who_sees
    def _compute_pareto_value_id(self):
        values = as_reader(self.env["crm.pareto.product"]).search_fetch(
            [("product_id", "in", self.ids), ("company_id", "=", self.env.company.id)]
        )
        by_product = {value.product_id: value for value in values}
        for product in self:
            product.pareto_value_id = by_product.get(product._origin)

    @for_readers
    def _search_pareto_value_id(self, operator, value):
        if operator not in ("in", "any"):
            return NotImplemented
        values, mine = as_reader(self.env["crm.pareto.product"]), Domain("company_id", "=", self.env.company.id)
        wanted = Domain(value) if operator == "any" else Domain("id", "in", [id_ for id_ in value if id_])
        found = Domain("id", "in", values._search(mine & wanted).subselect("product_id"))
        if operator == "in" and not all(value):
            found |= Domain("id", "not in", values._search(mine).subselect("product_id"))
        return found

    @api.readonly
    @of_one
    def action_open_pareto_revenue(self):
        """Open the invoice lines behind the turnover of the product."""
        return self.pareto_value_id.action_open_revenue()
