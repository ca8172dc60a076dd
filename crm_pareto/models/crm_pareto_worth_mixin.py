from odoo import api, models
from odoo.tools import SQL


class CrmParetoWorthMixin(models.AbstractModel):
    """What a customer is worth beside turnover and profit: each part is a mixin of crm.pareto.customer of its own.

    A part declares its fields and extends `_update_worth`, which runs each night once the customers are ranked. Its
    columns are those of the company's own rows; a snapshot's stay empty.
    """

    _name = "crm.pareto.worth.mixin"
    _description = "Worth of a Customer"

    @api.model
    def _update_worth(self, company, as_of):
        """Work out the company's customers anew.

        :param as_of: the last day that counts
        """

    @api.model
    def _refresh_worth(self, company, as_of):
        """Each hour, what takes no more than the rows: so that those of new customers are complete.

        :param as_of: the last day that counts
        """

    @api.model
    def _write_worth(self, company, source, columns):
        """Write the columns of the company's own rows where they differ; empty for customers that are not in `source`.

        :param source: name of a temporary table with partner_id, one row each, and the columns
        """
        self.env.cr.execute(
            SQL(
                """
                UPDATE %(table)s old SET (%(columns)s) = ROW(%(new)s)
                  FROM %(table)s row LEFT JOIN %(source)s fresh USING (partner_id)
                 WHERE old.id = row.id AND row.company_id = %(company)s AND row.snapshot_id IS NULL
                   AND (%(old)s) IS DISTINCT FROM (%(new)s)
                """,
                table=SQL.identifier(self._table),
                source=SQL.identifier(source),
                company=company.id,
                **self.env["crm.pareto.ranking"]._column_lists(columns),
            )
        )
        self.invalidate_model(columns)

    @api.model
    def _is_customer(self, alias):
        """Whether a row is of somebody in the ledger: not of whom there is nothing but a manual tier; SQL."""
        columns = ("last_date", "turnover", "turnover_previous")
        names = dict(zip(columns, (SQL.identifier(alias, column) for column in columns), strict=True))
        return SQL("(%(last_date)s IS NOT NULL OR %(turnover)s <> 0 OR %(turnover_previous)s <> 0)", **names)

    @api.model
    def _make_purchases(self, company, as_of):
        """Make crm_pareto_purchases, the `_purchase_days` that the parts read: the ledger is read once for all.

        :param as_of: the last day that counts
        """
        self.env.flush_all()
        self.env["crm.pareto.ranking"]._make_table("crm_pareto_purchases", self._purchase_days(company, as_of))

    @api.model
    def _purchase_days(self, company, as_of):
        """What counts as a purchase: a day with an invoice or receipt. Further ones on that day belong to it, a credit
        note is none.

        :return: SQL, a row a customer and day: customer_id, date, margin, and first, the customer's first day
        """
        return SQL(
            """
            SELECT customer_id, date, SUM(margin) AS margin, MIN(date) OVER (PARTITION BY customer_id) AS first
              FROM (%(report)s AND line.invoice_date <= %(as_of)s) report
             WHERE company_id = %(company)s AND date <= %(as_of)s
               AND customer_id IS NOT NULL AND move_type <> 'out_refund'
             GROUP BY customer_id, date
            """,
            report=self.env["crm.pareto.revenue.report"]._table_query,
            company=company.id,
            as_of=as_of,
        )
