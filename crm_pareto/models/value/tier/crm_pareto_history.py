from datetime import timedelta

from odoo import api, fields, models
from odoo.tools import SQL

from ....analytics.windows import month_ends
from ...common.tools.bounds import EARLIEST

MONTHS = 24  # how far back the history goes
# Where the scheduler's day begins, up to a day of the company's is still to come, or it is a day further already.
DAYS_DIFFER = timedelta(days=1)


class CrmParetoHistory(models.Model):
    """The computed tier of a customer at a month's end, over the window that ended then."""

    _name = "crm.pareto.history"
    _inherit = "crm.pareto.named.mixin"
    _description = "Tier History"
    _order = "date desc, turnover_rank"
    _rec_name = "partner_id"
    _log_access = False

    company_id = fields.Many2one("res.company", required=True, ondelete="cascade", readonly=True)
    currency_id = fields.Many2one(related="company_id.currency_id")
    partner_id = fields.Many2one("res.partner", "Customer", required=True, ondelete="cascade", readonly=True)
    date = fields.Date("Month End", required=True, readonly=True)
    turnover = fields.Monetary(readonly=True)
    turnover_rank = fields.Integer("Rank", readonly=True, aggregator=None)
    # One that is deleted leaves the month without a tier, and the month's other customers where they were.
    tier_id = fields.Many2one("crm.pareto.tier", readonly=True, ondelete="set null")

    _partner_company_date_unique = models.UniqueIndex("(partner_id, company_id, date)")
    _company_date_index = models.Index("(company_id, date)")

    @api.model
    def _complete(self, company, as_of, again=True):
        """Write the month ends of the last MONTHS that have no rows, or rows from before the month was over everywhere,
        or whose windows have other documents now: an invoice was dated back, deleted, merged into another customer.

        From the ledger, in one statement.

        :param as_of: the day before which months have ended
        :param again: whether to look for months that were written of other documents
        """
        self.env.flush_all()
        run = self.env["crm.pareto.run"]._standing(company, "customer")
        ends = month_ends(as_of, MONTHS)
        due = self._due(company, ends, as_of, run.history_as_of)
        if again:
            months = self._documents_of_months(company, ends)
            due |= self._changed(company, ends, run.history_months, months)
            if months != run.history_months:
                run.history_months = months
        if due:
            due = sorted(due)
            self.env.cr.execute(
                SQL("DELETE FROM crm_pareto_history WHERE company_id = %s AND date = ANY(%s)", company.id, due)
            )
            self.env.cr.execute(self._insert_sql(company, due))
            self.invalidate_model()
            run.history_as_of = as_of

    @api.model
    def _due(self, company, ends, as_of, written):
        """The month ends to write.

        :param written: the day as of which months were last written; none: nobody knows how early that was
        """
        query = SQL(
            """
            SELECT date FROM (VALUES %s) month (date)
             WHERE NOT EXISTS (SELECT FROM crm_pareto_history known
                                WHERE known.company_id = %s AND known.date = month.date)
            """,
            SQL(", ").join(SQL("(%s::date)", end) for end in ends),
            company.id,
        )
        due = {row[0] for row in self.env.execute_query(query)}
        if written != as_of:
            due |= {end for end in ends if not written or end >= written - DAYS_DIFFER}
        return due

    @api.model
    def _documents_of_months(self, company, ends):
        """{month, as text: of which documents of which customers it is, as a number}, from an index of ours alone.

        :param ends: the month ends whose windows are looked at
        """
        report = self.env["crm.pareto.revenue.report"]
        query = SQL(
            """
            SELECT TO_CHAR(date, 'YYYY-MM') AS month,
                   SUM(hashint8extended(id, date - %(earliest)s)::numeric
                       + hash_numeric_extended(amount, customer_id))::text
              FROM (%(documents)s) document
             WHERE customer_id IS NOT NULL AND date BETWEEN %(first)s AND %(last)s
             GROUP BY 1
            """,
            earliest=EARLIEST,
            documents=report._customer_documents(company),
            first=min(self._period(company, end).date_from for end in ends),
            last=max(ends),
        )
        return dict(self.env.execute_query(query))

    @api.model
    def _changed(self, company, ends, before, now):
        """The month ends in whose windows is a month of other documents than when it was written.

        :param before, now: as `_documents_of_months`; None: nobody knows
        """
        months = before and {month for month in before.keys() | now.keys() if before.get(month) != now.get(month)}
        return {
            end
            for end in ends
            if any(f"{self._period(company, end).date_from:%Y-%m}" <= month <= f"{end:%Y-%m}" for month in months or ())
        }

    @api.model
    def _period(self, company, end):
        return company._pareto_period(end)

    @api.model
    def _forget(self, company):
        """Delete the company's history; `_complete` takes it from the ledger again."""
        self.env.cr.execute(SQL("DELETE FROM crm_pareto_history WHERE company_id = %s", company.id))
        self.invalidate_model()

    @api.model
    def _insert_sql(self, company, ends):
        """Months are summed once; the windows that end with a month are whole months, but where a fiscal year begins
        within one: then days are.
        """
        periods = [self._period(company, end) for end in ends]
        unit = "month" if all(period.date_from.day == 1 for period in periods) else "day"
        return SQL(
            """
            WITH months AS MATERIALIZED (
                SELECT customer_id AS partner_id, DATE_TRUNC(%(unit)s, date)::date AS month, SUM(revenue) AS turnover
                  FROM (%(report)s) report
                 WHERE company_id = %(company)s AND customer_id IS NOT NULL
                   AND date BETWEEN %(first)s AND %(last)s
                 GROUP BY 1, 2
            ), sums AS (
                SELECT period.date_to AS date, partner_id, SUM(turnover) AS turnover
                  FROM (VALUES %(periods)s) period (date_from, date_to)
                  JOIN months ON months.month BETWEEN DATE_TRUNC(%(unit)s, period.date_from) AND period.date_to
                 GROUP BY 1, 2
            ), ranked AS (
                SELECT sums.*,
                       ROW_NUMBER() OVER by_value AS turnover_rank,
                       SUM(GREATEST(turnover, 0)) OVER (by_value ROWS UNBOUNDED PRECEDING) AS upto,
                       SUM(GREATEST(turnover, 0)) OVER (PARTITION BY date) AS total
                  FROM sums
                WINDOW by_value AS (PARTITION BY date ORDER BY turnover DESC, partner_id)
            )
            INSERT INTO crm_pareto_history (company_id, partner_id, date, turnover, turnover_rank, tier_id)
            SELECT %(company)s, partner_id, date, turnover, turnover_rank, %(rule)s FROM ranked
             ORDER BY date, partner_id  -- the number of a row tells no rank
            """,
            report=self.env["crm.pareto.revenue.report"]._table_query,
            unit=unit,
            company=company.id,
            first=min(period.date_from for period in periods),
            last=max(ends),
            periods=SQL(", ").join(SQL("(%s::date, %s::date)", p.date_from, p.date_to) for p in periods),
            rule=self.env["crm.pareto.tier"]
            ._for_company(company)
            ._rule(SQL("turnover"), SQL("upto - GREATEST(turnover, 0)"), SQL("total")),
        )
