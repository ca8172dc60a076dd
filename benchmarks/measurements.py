"""What is measured, and the table of it."""

import contextlib
import datetime
import statistics
import time

from odoo.tools import SQL

from .generator import add_invoices

RUNS = 5
LONG, ENOUGH = 60, 180  # seconds: of a run that needs no warm-up, and of the runs together that need no more of them
NEW_INVOICES = 100
FIRST = "the first computation: costs frozen, 24 months of history"
ALL = "recompute, all rows written"
REFRESHED = f"{NEW_INVOICES} new invoices, everybody re-ranked"
TIMELINE = "timeline, the biggest customer's first page"
TOUCH_FIELDS = "date direction channel kind title user_id partner_id res_model res_id amount currency_id".split()
VALUES = ("crm_pareto_customer", "crm_pareto_product")
BARE = SQL(
    """
    SELECT move.commercial_partner_id, SUM(-line.balance)
      FROM account_move_line line JOIN account_move move ON move.id = line.move_id
     WHERE line.display_type = 'product' AND line.parent_state = 'posted'
       AND move.move_type IN ('out_invoice', 'out_refund', 'out_receipt')
     GROUP BY move.commercial_partner_id
    """
)


class Bench:
    """One database with its generated companies.

    :param env: Environment of the superuser
    """

    def __init__(self, env, companies):
        self.env = env(context={**env.context, "allowed_company_ids": companies.ids})
        self.companies = companies.with_env(self.env)
        self.times = {}
        self.queries = {}
        self.bounds = []

    def time(self, name, function, before=None, runs=RUNS, forget=None):
        """Time `function` after one run that is not counted; each run is rolled back.

        What takes minutes is timed fewer times than `runs`, the first time included.

        :param before: what to do untimed before each run
        :param forget: the same, for a function that writes all rows again: committed, as is the run, with the tables
            vacuumed in between as between two nights. Else each run would pass over the rows of those before.
        """
        for run in range(runs + 1):
            if forget:
                forget()
                self._vacuum()
            with self.env.cr.savepoint() as savepoint:
                if before:
                    before()
                self.env.flush_all()
                self.env.invalidate_all()
                queries, started = self.env.cr.sql_log_count, time.perf_counter()
                function()
                took = time.perf_counter() - started
                if run or took > LONG:
                    self.times.setdefault(name, []).append(took)
                    self.queries[name] = self.env.cr.sql_log_count - queries
                if not forget:
                    savepoint.rollback()
            if sum(self.times.get(name, ())) > ENOUGH:
                break
        if forget:
            self._vacuum()
        self.env.invalidate_all(flush=False)

    def _once(self, name, function):
        """Time what cannot be done twice, or takes too long for that.

        :param function: may say by how much its time is to be scaled
        """
        self.env.flush_all()
        self.env.invalidate_all()
        queries, started = self.env.cr.sql_log_count, time.perf_counter()
        factor = function() or 1
        self.env.flush_all()
        self.times[name] = [factor * (time.perf_counter() - started)]
        self.queries[name] = round(factor * (self.env.cr.sql_log_count - queries))

    def _vacuum(self):
        """Commit, and clear the tables of values of what is no longer seen."""
        self.env.cr.commit()
        with contextlib.closing(self.env.registry.cursor()) as cursor:
            cursor._cnx.autocommit = True
            for name in VALUES:
                cursor.execute(SQL("VACUUM ANALYZE %s", SQL.identifier(name)))
            cursor._cnx.autocommit = False

    def results(self):
        """{row: milliseconds, ratio to B, number of SQL statements}, and the sentences about bounds."""
        return {"rows": {name: self._row(name) for name in self.times}, "bounds": self.bounds}

    def _row(self, name):
        times, bare = self.times[name], self.times.get(self._bare_of(name))
        return {
            "median": 1000 * statistics.median(times),
            "least": 1000 * min(times),
            "most": 1000 * max(times),
            "ratio": statistics.median(times) / statistics.median(bare) if bare else None,
            "statements": self.queries[name],
            "runs": len(times),
        }

    def _bare_of(self, name):
        """The row that another is compared with."""
        return "B, the bare aggregation"

    def _bound(self, name, value, at_most=None, at_least=None):
        """Note whether a figure keeps its bound."""
        kept = value <= at_most if at_least is None else value >= at_least
        limit = f"at most {at_most:g}" if at_least is None else f"at least {at_least:g}"
        self.bounds.append(f"{'✓' if kept else '✗'} {name}: {value:.4g}, {limit}")

    def _ratio(self, name):
        return statistics.median(self.times[name]) / statistics.median(self.times["B, the bare aggregation"])

    def report(self):
        """The table: median, spread, ratio to B, number of SQL statements."""
        bare = statistics.median(self.times["B, the bare aggregation"])
        lines = [f"{'':52}{'median':>10}{'min':>9}{'max':>9}{'of B':>8}{'SQL':>6}"]
        for name, times in self.times.items():
            median = statistics.median(times)
            lines.append(
                f"{name:52}{median * 1000:>7.0f} ms{min(times) * 1000:>9.0f}{max(times) * 1000:>9.0f}"
                f"{median / bare:>8.2f}{self.queries[name]:>6}"
            )
        return "\n".join(lines + self.bounds)

    # -- what is measured ----------------------------------------------------------

    def run(self):
        """All rows of the table."""
        compute, today = self.env["crm.pareto.recompute"], datetime.date.today()
        if not self.env["crm.pareto.run"].search_count([("full_at", "!=", False)], limit=1):
            self._once(FIRST, lambda: compute._recompute(self.companies, today) and None)
        self._each("crm.pareto.repeat", today)
        self.env.cr.commit()
        self.time("B, the bare aggregation", self._bare)
        self.time(ALL, lambda: compute._recompute(self.companies, today), forget=self._forget)
        self.time("recompute, nothing changed", lambda: compute._recompute(self.companies, today))
        self._bound(f"{ALL}, of B", self._ratio(ALL), at_most=9)
        self.time(
            REFRESHED,
            lambda: compute._refresh(self.companies, today),
            self._add_invoices,
        )
        self._bound(f"{REFRESHED}, of B", self._ratio(REFRESHED), at_most=0.75)
        self.time(
            f"{NEW_INVOICES} new invoices, their customers only", lambda: self._sum_changed(today), self._add_invoices
        )
        self.time(
            f"{NEW_INVOICES} new invoices and a day on, customers only",
            lambda: self._sum_changed(today + datetime.timedelta(days=1)),
            self._add_invoices,
        )
        self.time(
            f"{NEW_INVOICES} new invoices and a day on, all re-ranked",
            lambda: compute._refresh(self.companies, today + datetime.timedelta(days=1)),
            self._add_invoices,
        )
        page = self.env["crm.pareto.page"].with_context(allowed_company_ids=self.companies[:1].ids)
        for kind, measure in (("customer", "turnover"), ("customer", "profit"), ("product", "turnover")):
            self.time(f"page, {kind}s by {measure}", lambda k=kind, m=measure: page.get_figures(k, m))
        self.time("page, who moved", page.get_movers)
        biggest = self.env["crm.pareto.customer"].search([("company_id", "=", self.companies[0].id)], limit=1)
        lines = self.env["crm.pareto.revenue.report"]
        self.time(
            "drill-down, the biggest customer's first 80 lines",
            lambda: lines.search_fetch(
                biggest._get_revenue_domain(), ["date", "move_id", "revenue", "margin"], limit=80
            ),
        )
        reader = self.env.ref("base.user_admin")  # record rules are of users, not of the superuser
        reader.company_ids += self.companies
        touches = self.env["crm.pareto.touchpoint"].with_user(reader)
        domain = [("customer_id", "=", biggest.partner_id.id)]
        self.time(TIMELINE, lambda: touches.search_fetch(domain, TOUCH_FIELDS, limit=40))
        self._bound(f"{TIMELINE}, ms", 1000 * statistics.median(self.times[TIMELINE]), at_most=60)
        self.time("what is bought again, all", lambda: self._each("crm.pareto.repeat", today))
        self.time(
            f"{NEW_INVOICES} new invoices, what is bought again",
            lambda: [self.env["crm.pareto.repeat"]._refresh(company, today) for company in self.companies],
            self._add_invoices,
        )
        self.time("what is bought together", lambda: self._each("crm.pareto.pairing", today))
        values = {"partner_id": biggest.partner_id.id, "company_id": biggest.company_id.id}
        quotation = self.env["sale.order"].new(values)
        self._each("crm.pareto.pairing", today)
        self.time("suggestions on the biggest customer's quotation", quotation._find_pairings)

    def _add_invoices(self):
        add_invoices(self.env, self.companies[0], NEW_INVOICES)

    def _each(self, model, as_of):
        for company in self.companies:
            self.env[model]._recompute(company, as_of)

    def _sum_changed(self, as_of):
        compute = self.env["crm.pareto.recompute"]
        for company in self.companies:
            compute._begin(company)
            run = compute._standing(company, "customer")
            compute._sum_changed(company, run, company._pareto_period(as_of))

    def _bare(self):
        self.env.cr.execute(SQL("SET LOCAL jit = off"))
        self.env.cr.execute(SQL("SET LOCAL work_mem = '64MB'"))
        self.env.cr.execute(BARE)
        self.env.cr.fetchall()

    def _forget(self):
        for name in VALUES:
            self.env.cr.execute(SQL("DELETE FROM %s", SQL.identifier(name)))


class IndexBench(Bench):
    """The rows that a covering index is for."""

    def run(self):
        compute, today = self.env["crm.pareto.recompute"], datetime.date.today()
        self.time("B, the bare aggregation", self._bare)
        self.time(ALL, lambda: compute._recompute(self.companies, today), forget=self._forget)
        self.time("recompute, nothing changed", lambda: compute._recompute(self.companies, today))
