from datetime import timedelta

from odoo import api, fields, models
from odoo.tools import SQL

from ..analytics.windows import window

VALUE_MODELS = ("crm.pareto.customer", "crm.pareto.product")
OVERLAP = timedelta(hours=1)  # a transaction that began before the last run may have committed after it
LOCK_SPACE = 20260119  # any number that no other advisory lock here has


class CrmParetoRecompute(models.AbstractModel):
    """When the values are computed, and from what.

    The scheduled action runs hourly. The first run of a day sums everything from the ledger; the others sum the
    customers whose documents changed since, and rank everybody again. Product values are those of the first run.
    """

    _name = "crm.pareto.recompute"
    _description = "Value Computation"

    @api.model
    def _cron_recompute(self):
        """Bring every company up to date, one transaction each."""
        # sudo: scheduled for all companies of the database, whoever started it.
        companies = self.env["res.company"].sudo().search([("active", "=", True)])
        remaining = len(companies)
        for company in companies:
            self._refresh(company)
            remaining -= 1
            self.env["ir.cron"]._commit_progress(1, remaining=remaining)

    @api.model
    def _recompute(self, companies, as_of=None):
        """Sum everything of the companies from the ledger.

        A company that another transaction is computing is left to that one.

        :param as_of: last day of the window; today by default
        :return: the companies that were computed
        """
        as_of = as_of or fields.Date.context_today(self)
        done = self.env["res.company"]
        for company in companies:
            if self._begin(company):
                self._compute_all(company, as_of, self._last_run(company))
                done += company
        return done

    @api.model
    def _refresh(self, companies, as_of=None):
        """Sum the customers whose documents changed since the last run, and rank everybody again.

        Where there was no full run today, or the window is another one now, everything is summed.

        :return: the companies that were computed
        """
        as_of = as_of or fields.Date.context_today(self)
        done = self.env["res.company"]
        for company in companies:
            if not self._begin(company):
                continue
            last = self._last_run(company)
            if last.as_of == as_of and last.pareto_window == company.pareto_window:
                self._compute_changed(company, as_of, last)
            else:
                self._compute_all(company, as_of, last)
            done += company
        return done

    @api.model
    def _begin(self, company):
        """Whether this transaction may compute the company; no waiting."""
        self.env.cr.execute(SQL("SELECT pg_try_advisory_xact_lock(%s, %s)", LOCK_SPACE, company.id))
        if not self.env.cr.fetchone()[0]:
            return False
        # Compiling these statements costs more than it saves, and the groups are underestimated.
        self.env.cr.execute(SQL("SET LOCAL jit = off"))
        self.env.cr.execute(SQL("SET LOCAL work_mem = '64MB'"))
        return True

    @api.model
    def _last_run(self, company):
        return self.env["crm.pareto.run"].search([("company_id", "=", company.id)])

    @api.model
    def _compute_all(self, company, as_of, last):
        ranking, period = self.env["crm.pareto.ranking"], window(company.pareto_window, as_of)
        self.env["crm.pareto.line.cost"]._freeze(company, last.refreshed_at and last.refreshed_at - OVERLAP)
        ranking._stage(company, period)
        for name in VALUE_MODELS:
            ranking._write_all(self.env[name], company, period)
        history = self.env["crm.pareto.history"]
        if last.pareto_window == company.pareto_window:
            history._complete(company, as_of)
        else:
            history._rebuild(company, as_of)
        self._note(company, last, as_of=as_of, pareto_window=company.pareto_window, full_at=self.env.cr.now())

    @api.model
    def _compute_changed(self, company, as_of, last):
        since, period = last.refreshed_at - OVERLAP, window(company.pareto_window, as_of)
        self._sum_changed(company, since, period)
        for name in VALUE_MODELS:  # also where no document changed: the tiers' bounds may have
            self.env["crm.pareto.ranking"]._rank_stored(self.env[name], company)
        self._note(company, last)

    @api.model
    def _sum_changed(self, company, since, period):
        """Sum the customers with documents written since."""
        self.env["crm.pareto.line.cost"]._freeze(company, since)
        customers = self._changed_customers(company, since)
        if customers:
            ranking = self.env["crm.pareto.ranking"]
            ranking._stage(company, period, customers)
            ranking._write_some(self.env["crm.pareto.customer"], company, period, customers)

    @api.model
    def _changed_customers(self, company, since):
        """The ids of the customers with a document written since; also of documents no longer posted."""
        self.env.flush_all()
        rows = self.env.execute_query(
            SQL(
                """
                SELECT DISTINCT UNNEST(ARRAY[linked.commercial_partner_id, move.commercial_partner_id]) AS id
                  FROM account_move move
                  LEFT JOIN res_partner linked ON linked.id = move.pareto_customer_id
                 WHERE move.company_id = %s AND move.write_date >= %s
                   AND move.move_type IN ('out_invoice', 'out_refund', 'out_receipt')
                """,
                company.id,
                since,
            )
        )
        return [row[0] for row in rows if row[0]]

    @api.model
    def _note(self, company, last, **values):
        values["refreshed_at"] = self.env.cr.now()
        if last:
            last.write(values)
        else:
            last.create({"company_id": company.id, **values})
