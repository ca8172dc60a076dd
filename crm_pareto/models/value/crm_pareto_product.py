from odoo import api, fields, models
from odoo.tools import SQL


class CrmParetoProduct(models.Model):
    """One row a company and product."""

    _name = "crm.pareto.product"
    _inherit = "crm.pareto.value.mixin"
    _description = "Product Value"
    _rec_name = "product_id"
    _order = "turnover_rank, id"
    _log_access = False
    _pareto_kind = "product"
    _pareto_key = "product_id"
    _pareto_source = "product_id"

    invoice_count = fields.Integer("Invoice Lines", help="Posted lines with revenue in the window.")
    product_id = fields.Many2one("product.product", required=True, ondelete="cascade", readonly=True)

    _product_company_unique = models.UniqueIndex("(product_id, company_id) WHERE snapshot_id IS NULL")
    _snapshot_product_unique = models.UniqueIndex("(snapshot_id, product_id) WHERE snapshot_id IS NOT NULL")

    @api.model
    def _dates(self):
        """First and last sale in the window and the one before, and the lines sold in the window."""
        return SQL(
            "SELECT product_id, first_date, last_date, line_count AS invoice_count FROM crm_pareto_sums"
            " WHERE kind = %s AND product_id IS NOT NULL AND within",
            self._pareto_kind,
        )
