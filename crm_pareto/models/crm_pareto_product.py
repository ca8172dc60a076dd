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
    _pareto_key = "product_id"
    _pareto_source = "product_id"

    invoice_count = fields.Integer("Invoice Lines", help="Posted lines with revenue in the window.")
    product_id = fields.Many2one("product.product", required=True, ondelete="cascade", readonly=True)

    _product_company_unique = models.UniqueIndex("(product_id, company_id)")

    @api.model
    def _dates_sql(self, company, period, customers=None):
        """First and last sale in the window and the one before, and the lines sold in the window."""
        return SQL(
            """
            SELECT product_id, MIN(date) AS first_date, MAX(date) AS last_date,
                   COUNT(*) FILTER (WHERE current) AS invoice_count
              FROM crm_pareto_staging
             WHERE product_id IS NOT NULL AND revenue > 0
             GROUP BY product_id
            """
        )
