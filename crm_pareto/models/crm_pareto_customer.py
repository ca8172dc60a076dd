from odoo import api, fields, models
from odoo.tools import SQL


class CrmParetoCustomer(models.Model):
    """One row a company and commercial partner."""

    _name = "crm.pareto.customer"
    _inherit = [
        "crm.pareto.value.mixin",
        "crm.pareto.prediction.mixin",
        "crm.pareto.service.mixin",
        "crm.pareto.rfm.mixin",
        "crm.pareto.potential.mixin",
        "crm.pareto.insight.mixin",
        "crm.pareto.influence.mixin",
        "crm.pareto.rhythm.mixin",
        "crm.pareto.scorecard.mixin",
    ]
    _description = "Customer Value"
    _rec_name = "partner_id"
    _order = "turnover_rank, id"
    _log_access = False
    _pareto_kind = "customer"
    _pareto_key = "partner_id"
    _pareto_source = "customer_id"

    partner_id = fields.Many2one("res.partner", "Customer", required=True, ondelete="cascade", readonly=True)
    not_profiled = fields.Boolean(
        related="partner_id.commercial_partner_id.pareto_not_profiled",
        help="The contact is marked so: no scores, predictions, segment or rhythm. Turnover and profit stay.",
    )

    _partner_company_unique = models.UniqueIndex("(partner_id, company_id) WHERE snapshot_id IS NULL")
    _snapshot_partner_unique = models.UniqueIndex("(snapshot_id, partner_id) WHERE snapshot_id IS NOT NULL")

    @api.model
    def _dates(self):
        """First and last invoice of all time up to the window's end, and the invoices in the window; SQL."""
        return SQL("SELECT * FROM crm_pareto_dates")

    @api.model
    def _make_dates(self, company, period, customers=None):
        """Make crm_pareto_dates of that, with the purchases of all time and the quartiles of the days between them.

        A purchase is a day with an invoice or receipt: further ones on that day belong to it, a credit note is none.
        """
        report = self.env["crm.pareto.revenue.report"]
        dates = SQL(
            """
            SELECT customer_id AS partner_id, MIN(date) AS first_date, MAX(date) AS last_date,
                   COALESCE(SUM(invoices) FILTER (WHERE date >= %(date_from)s), 0) AS invoice_count,
                   COUNT(*) AS purchases,
                   percentile_cont(ARRAY[0.25, 0.5, 0.75]::float8[]) WITHIN GROUP (ORDER BY gap) AS gaps
              FROM (SELECT customer_id, date, COUNT(*) AS invoices,
                           date - LAG(date) OVER (PARTITION BY customer_id ORDER BY date) AS gap
                      FROM (%(documents)s AND %(only)s) document
                     WHERE customer_id IS NOT NULL AND date <= %(date_to)s AND move_type <> 'out_refund'
                     GROUP BY customer_id, date) purchase
             GROUP BY customer_id
            """,
            only=SQL("TRUE") if customers is None else report._is_of_customers(customers),
            documents=report._documents(company),
            date_from=period.date_from,
            date_to=period.date_to,
        )
        return self.env["crm.pareto.ranking"]._make_table("crm_pareto_dates", dates)
