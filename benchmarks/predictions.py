"""The prediction of all customers in stages; and the search for its parameters beside that of the package lifetimes."""

import datetime
import statistics
import time
import warnings

from odoo.addons.crm_pareto.analytics import bg_nbd, lifetime, numeric
from odoo.addons.crm_pareto.models.value.prediction.crm_pareto_prediction_mixin import COLUMNS
from odoo.tools import SQL

from .measurements import RUNS, Bench

DIGITS = 3  # figures of a parameter in which both agree
LEDGER = "the ledger read, as for all other figures"
ALL = "read, fitted, predicted, all rows written"
BOUND = 4  # of B, for all of it
FASTER = 3  # times as fast as lifetimes, at least


class PredictionBench(Bench):
    """Of the customers that Bench has computed."""

    def run(self):
        """All rows of the table."""
        self.customers, self.today = self.env["crm.pareto.customer"], datetime.date.today()
        self.env["crm.pareto.recompute"]._recompute(self.companies, self.today)
        self.env.cr.commit()
        self.summaries = [self._read(company) for company in self.companies]
        self.time("B, the bare aggregation", self._bare)
        self.time(LEDGER, lambda: list(map(self._read_ledger, self.companies)))
        self.time("the same, and the summary of it", lambda: list(map(self._read, self.companies)))
        self.time("fit and prediction alone", self._learn)
        self.time(ALL, self._predict, forget=self._forget)
        self.time("read, fitted, predicted, nothing changed", self._predict)

    def report(self):
        """The table, and below it the two searches side by side; whether the bounds are kept."""
        added = self._ratio(ALL) - self._ratio(LEDGER)
        self._bound("summary read, fitted, predicted, written, of B", added, at_most=BOUND)
        self._bound("with the ledger read for predictions alone, of B", self._ratio(ALL), at_most=BOUND)
        fits = self._beside_lifetimes()
        return f"{super().report()}\n\n{fits}"

    def _read(self, company):
        self._read_ledger(company)
        return self.customers._read_purchases(self.today)

    def _read_ledger(self, company):
        self.env["crm.pareto.recompute"]._begin(company)
        period = company._pareto_period(self.today)
        self.env["crm.pareto.ranking"]._sum(company, period, [self.customers], lifetime=True)

    def _learn(self):
        for company, summary in zip(self.companies, self.summaries, strict=True):
            predictions = self.env["crm.pareto.prediction"]._of(company)
            model = predictions._learn(summary, self.today)
            if not model:
                raise AssertionError(f"{company.name}: {predictions.message}")
            for piece in numeric.pieces(len(summary[0])):
                lifetime.predict(model, *(column[piece] for column in summary[1:]))

    def _predict(self):
        for company in self.companies:
            summary = self._read(company)
            model = self.env["crm.pareto.prediction"]._of(company)._learn(summary, self.today)
            self.customers._make_predictions(company, summary, model)
            written = SQL("SELECT * FROM crm_pareto_predicted")
            self.env["crm.pareto.ranking"]._update(self.customers, company, written, COLUMNS)

    def _forget(self):
        names = SQL(", ").join(SQL("%s = NULL", SQL.identifier(name)) for name in COLUMNS)
        self.env.cr.execute(SQL("UPDATE crm_pareto_customer SET %s", names))

    def _beside_lifetimes(self):
        """The purchase rates of the biggest company's customers, fitted in turn by both."""
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of an old package under a new pandas
            from lifetimes import BetaGeoFitter

            _ids, *columns, _means = max(self.summaries, key=lambda summary: len(summary[0]))
            columns = list(map(bg_nbd.column, columns))
            times = {"crm_pareto": [], "lifetimes": []}
            for _run in range(RUNS + 1):
                started = time.perf_counter()
                ours = bg_nbd.fit(*columns).parameters
                between = time.perf_counter()
                theirs = tuple(BetaGeoFitter().fit(*columns).params_)
                times["crm_pareto"].append(between - started)
                times["lifetimes"].append(time.perf_counter() - between)
        lines = [f"{f'fit of {len(columns[0]):,} customers':52}{'median':>10}{'':4}r, alpha, a, b"]
        for name, parameters in (("crm_pareto", ours), ("lifetimes", theirs)):
            figures = "  ".join(f"{value:.6g}" for value in parameters)
            lines.append(f"{name:52}{statistics.median(times[name][1:]) * 1000:>7.0f} ms{'':4}{figures}")
        ratio = statistics.median(times["lifetimes"][1:]) / statistics.median(times["crm_pareto"][1:])
        same = all(f"{one:.{DIGITS}g}" == f"{other:.{DIGITS}g}" for one, other in zip(ours, theirs, strict=True))
        self._bound("fit: times as fast as lifetimes", ratio, at_least=FASTER)
        self.bounds.append(f"{'✓' if same else '✗'} the same parameters as lifetimes to {DIGITS} figures")
        return "\n".join(lines)
