from odoo import api, fields, models
from odoo.tools import SQL

from ..common.tools.bounds import EARLIEST, MOST_ID


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
    _pareto_more_dates = ("documents",)

    partner_id = fields.Many2one("res.partner", "Customer", required=True, ondelete="cascade", readonly=True)
    not_profiled = fields.Boolean(
        related="partner_id.commercial_partner_id.pareto_not_profiled",
        help="The contact is marked so: no scores, predictions, segment or rhythm. Turnover and profit stay.",
    )
    documents = fields.Integer(
        "Documents Summed",
        readonly=True,
        aggregator=None,
        help="Of which documents, as a number that is another one where they are others.",
    )

    _partner_company_unique = models.UniqueIndex("(partner_id, company_id) WHERE snapshot_id IS NULL")
    _snapshot_partner_unique = models.UniqueIndex("(snapshot_id, partner_id) WHERE snapshot_id IS NOT NULL")

    @api.model
    def _dates(self):
        """First and last invoice of all time up to the window's end, the invoices in the window, and which documents
        those were; SQL.
        """
        return SQL(
            """
            SELECT partner_id, first_date, last_date, invoice_count, documents
              FROM crm_pareto_dates FULL JOIN crm_pareto_digests USING (partner_id)
            """
        )

    @api.model
    def _digests(self, company, as_of, customers=None):
        """(partner_id, documents): of which documents a customer's values are; SQL, from an index of ours alone.

        A document leaves a customer without a trace: it is deleted, its customer changed, merged or put below a firm.
        Who has credit notes alone has no number.

        :param customers: ids; only theirs
        """
        report = self.env["crm.pareto.revenue.report"]
        return SQL(
            """
            SELECT customer_id AS partner_id,
                   (SUM(hashint8extended(id, date - %(earliest)s)) %% %(most)s)::int AS documents
              FROM (%(documents)s) document
             WHERE customer_id IS NOT NULL AND date <= %(as_of)s
             GROUP BY customer_id HAVING bool_or(move_type <> 'out_refund')
            """,
            earliest=EARLIEST,
            most=MOST_ID,
            documents=report._customer_documents(company, self._of_customers(customers)),
            as_of=as_of,
        )

    @api.model
    def _of_customers(self, customers):
        """SQL, a condition on `move`: of some customers, or None where they are all."""
        return None if customers is None else self.env["crm.pareto.revenue.report"]._is_of_customers(customers)

    @api.model
    def _search_others(self, company, as_of):
        """The ids of the customers whose documents are others than those that were summed.

        :param as_of: the last day that counts
        """
        self.env.flush_all()
        rows = self.env.execute_query(
            SQL(
                """
                SELECT partner_id
                  FROM (%(digests)s) fresh
                  FULL JOIN (SELECT partner_id, documents FROM crm_pareto_customer
                              WHERE company_id = %(company)s AND snapshot_id IS NULL AND documents IS NOT NULL) summed
                      USING (partner_id)
                 WHERE fresh.documents IS DISTINCT FROM summed.documents
                """,
                digests=self._digests(company, as_of),
                company=company.id,
            )
        )
        return {partner for (partner,) in rows}

    @api.model
    def _make_dates(self, company, period, customers=None):
        """Make crm_pareto_dates of that, with the purchases of all time and the quartiles of the days between them,
        and crm_pareto_digests.

        A purchase is a day with an invoice or receipt: further ones on that day belong to it, a credit note is none,
        nor is what was credited in full.
        """
        report, ranking = self.env["crm.pareto.revenue.report"], self.env["crm.pareto.ranking"]
        ranking._make_table("crm_pareto_digests", self._digests(company, period.date_to, customers))
        dates = SQL(
            """
            SELECT customer_id AS partner_id, MIN(date) AS first_date, MAX(date) AS last_date,
                   COALESCE(SUM(invoices) FILTER (WHERE date >= %(date_from)s), 0) AS invoice_count,
                   COUNT(*) AS purchases,
                   percentile_cont(ARRAY[0.25, 0.5, 0.75]::float8[]) WITHIN GROUP (ORDER BY gap) AS gaps
              FROM (SELECT customer_id, date, COUNT(*) AS invoices,
                           date - LAG(date) OVER (PARTITION BY customer_id ORDER BY date) AS gap
                      FROM (%(documents)s) document
                     WHERE customer_id IS NOT NULL AND date <= %(date_to)s AND move_type <> 'out_refund'
                     GROUP BY customer_id, date) purchase
             GROUP BY customer_id
            """,
            documents=report._documents(company, period.date_to, self._of_customers(customers)),
            date_from=period.date_from,
            date_to=period.date_to,
        )
        return ranking._make_table("crm_pareto_dates", dates)
