from datetime import timedelta

from odoo import api, fields, models
from odoo.tools import SQL

from ....analytics import bg_nbd, gamma_gamma, holdout, numeric
from ....analytics.holdout import WEEK
from ...common.tools.bounds import EARLIEST, as_day, of_one, within
from ...common.tools.groups import PROFIT

LONGEST = 52  # weeks of the hold-out by itself: as far as predictions look ahead


class CrmParetoHoldoutMixin(models.AbstractModel):
    """Whether customers did what the model expected: learnt from the first part of the history, compared with the rest.

    Computed when the page is opened. By itself the first half of the whole weeks is learnt from, and where that leaves
    more than a year, all but the last year.
    """

    _name = "crm.pareto.holdout.mixin"
    _description = "Fit of the Prediction Model"

    company_id = fields.Many2one("res.company", required=True, ondelete="cascade", readonly=True)
    as_of = fields.Date("Predicted As Of", readonly=True)

    @api.readonly
    @of_one
    def get_holdout(self, learnt_until=None, until=None):
        """The model of the first part of the history, and the repeat orders after it.

        :param learnt_until: the last day learnt from; None: as the class says
        :param until: the last day compared with, at most the day of the last predictions; None: that day
        :raises UserError: for what is no day
        :return: dictionary for the holdout widget: first, learnt_until and until, days; customers and repeat_buyers of
            the days learnt from; message, why there is nothing more; else parameters {name: value}, weeks
            [(number, expected, actual)] as holdout.track has them, border (in weeks), and known {weeks, expected,
            actual}, the repeat orders after the border of who had bought before it. Margins are for PROFIT.
        """
        self.check_access("read")
        until = as_day(self.env, until, self.env._("The last day"))
        learnt_until = as_day(self.env, learnt_until, self.env._("The last day learnt from"))
        last = min(filter(None, (until, self.as_of or fields.Date.context_today(self))))
        customers = self._read_histories(last)
        histories = [(days[0], days) for days, _margins in customers]
        first = min((days[0] for days, _margins in customers), default=last)
        weeks = ((last - first).days + 1) // WEEK
        border = learnt_until or _day(first, max(weeks // 2, weeks - LONGEST))
        border = max(first, min(border, _day(first, weeks - 1)))
        summary = holdout.summaries(histories, border)
        found = {
            "first": first,
            "learnt_until": border,
            "until": last,
            "customers": len(summary),
            "repeat_buyers": sum(repeats > 0 for repeats, _recency, _age in summary),
        }
        fitted = bg_nbd.fit(*_columns(summary)) if numeric.available() else numeric.Fit(reason=numeric.MISSING)
        if fitted.reason:
            return {**found, "message": self._in_words(fitted.reason, found["repeat_buyers"])}
        end = _day(first, weeks)
        ahead = (end - border).days / WEEK
        return {
            **found,
            "until": end,
            "message": False,
            "parameters": {
                **fitted.parameters._asdict(),
                "log_likelihood": fitted.log_likelihood,
                **self._amounts(customers, summary, border),
            },
            "border": ((border - first).days + 1) / WEEK,
            "weeks": holdout.track(fitted.parameters, *holdout.by_day(histories), first, weeks),
            "known": {
                "weeks": ahead,
                "expected": float(bg_nbd.expected_next(fitted.parameters, *_columns(summary), ahead).sum()),
                "actual": sum(border < day <= end for start, days in histories if start <= border for day in days),
            },
        }

    def _read_histories(self, last):
        """([days, ascending], [margins, those of the days]) of each customer with a purchase, in one statement.

        A margin is NaN where the cost of something sold that day is unknown.

        Not of whom is not to be profiled, nor what is dated before any business: it would be the first of all weeks.
        """
        # sudo: what the whole company sold, as the nightly predictions know it; sums leave this page, no document.
        report = self.env["crm.pareto.revenue.report"].sudo()
        self.env.flush_all()
        return self.env.execute_query(
            SQL(
                """
                SELECT ARRAY_AGG(date ORDER BY date),
                       ARRAY_AGG(CASE WHEN unknown THEN 'NaN' ELSE (%(margin)s)::float8 END ORDER BY date)
                  FROM (SELECT DISTINCT customer_id, date FROM (%(documents)s) document
                         WHERE customer_id IS NOT NULL AND date BETWEEN %(first)s AND %(last)s
                           AND move_type <> 'out_refund'
                           AND %(profiled)s) purchase
                 LEFT JOIN (SELECT customer_id, date, SUM(margin) AS margin,
                                   bool_or(margin IS NULL AND revenue <> 0) AS unknown
                              FROM (%(report)s) report
                              WHERE company_id = %(company)s AND date <= %(last)s AND move_type <> 'out_refund'
                              GROUP BY customer_id, date) sold USING (customer_id, date)
                 GROUP BY customer_id ORDER BY customer_id
                """,
                documents=report._documents(self.company_id, last),
                report=report._rows(SQL("line.invoice_date <= %s", last)),
                margin=within(SQL("COALESCE(margin, 0)")),
                company=self.company_id.id,
                first=EARLIEST,
                last=last,
                profiled=self.env["res.partner"]._pareto_is_profiled(SQL.identifier("customer_id")),
            )
        )

    @api.model
    def _amounts(self, customers, summary, border):
        """{name: parameter} of the margins; nothing for who may not see profit, or where nothing can be learnt."""
        if not self.env.user.has_group(PROFIT):
            return {}
        means = []
        for days, margins in customers:
            if days[0] <= border:
                later = [margin for day, margin in zip(days, margins, strict=True) if days[0] < day <= border]
                means.append(sum(later) / len(later) if later else None)
        fitted = gamma_gamma.fit([repeats for repeats, _recency, _age in summary], means)
        return fitted.parameters._asdict() if fitted.parameters else {}


def _day(first, weeks):
    """The last day of so many weeks."""
    return first + timedelta(days=WEEK * weeks - 1)


def _columns(rows):
    return [list(column) for column in zip(*rows, strict=True)] or [[], [], []]
