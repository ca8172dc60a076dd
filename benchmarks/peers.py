"""The same figures worked out in other ways, on the same rows in the same run.

- Per customer, as most public addons do: search the invoices, add up, write the customer. Timed on a few customers
  drawn by lot and scaled to all.
- The best that the ORM alone does: one `_read_group`, ranks in Python, one write a customer.
- pandas and lifetimes: the lines are pulled by COPY; nothing is written back.
- Odoo's own invoice analysis, grouped by customer, beside the data calls of the Pareto page.
"""

import datetime
import io
import random
import statistics
import warnings

from odoo.addons.crm_pareto.models.value.crm_pareto_ranking import DATES, MANUAL, RANKS, SUMS
from odoo.addons.crm_pareto.models.value.prediction.crm_pareto_prediction_mixin import COLUMNS as PREDICTIONS
from odoo.tools import SQL

from .measurements import Bench

BARE = "B, the bare aggregation"
OURS = "turnover, profit, RFM, all rows written"
WITH_CLV = "the same with predictions and lifetime value"
PANDAS = "pandas and lifetimes, the same with CLV, nothing written"
ORM = "one _read_group, ranks in Python, one write a customer"
LOOPS = "a search and a write for each customer (scaled)"
ANALYSIS = "Odoo's invoice analysis by customer, first 80"
PAGE = "the Pareto page's data calls"
SAMPLE, SEED = 50, 19
FASTER_THAN_ORM, FASTER_THAN_LOOPS = 15, 200
SHARE_OF_ANALYSIS = 0.05
TYPES = ("out_invoice", "out_refund", "out_receipt")
WEEKS = 52
LINES = """
    COPY (SELECT move.commercial_partner_id AS customer, line.move_id AS document, line.invoice_date AS date,
                 move.move_type AS type, -line.balance AS revenue,
                 -line.balance - CASE move.move_type WHEN 'out_refund' THEN -line.quantity ELSE line.quantity END
                 * COALESCE((product.standard_price->>%(company)s)::numeric, 0) AS margin
            FROM account_move_line line JOIN account_move move ON move.id = line.move_id
            JOIN product_product product ON product.id = line.product_id
           WHERE line.display_type = 'product' AND line.parent_state = 'posted' AND line.company_id = %(id)s
             AND move.move_type IN ('out_invoice', 'out_refund', 'out_receipt')) TO STDOUT WITH CSV HEADER
"""


class PeerBench(Bench):
    """Of the customers that Bench has computed."""

    def run(self):
        """All rows of the table."""
        self.customers, self.today = self.env["crm.pareto.customer"], datetime.date.today()
        self.time(BARE, self._bare)
        self.time(OURS, lambda: self._ours(with_clv=False), forget=self._forget)
        self.time(WITH_CLV, lambda: self._ours(with_clv=True), forget=self._forget)
        self._restore()
        self.time(PANDAS, self._pandas, runs=3)
        self.time(ANALYSIS, self._analysis, runs=3)
        self.time(PAGE, self._page)
        for name, function in ((ORM, self._read_group), (LOOPS, self._loops)):
            with self.env.cr.savepoint() as savepoint:
                self._once(name, function)
                savepoint.rollback()
            self.env.invalidate_all(flush=False)

    def report(self):
        """The table, and which bounds are kept."""
        medians = {name: statistics.median(times) for name, times in self.times.items()}
        self._bound(f"{OURS}: times as fast as {ORM}", medians[ORM] / medians[OURS], at_least=FASTER_THAN_ORM)
        self._bound(f"{OURS}: times as fast as {LOOPS}", medians[LOOPS] / medians[OURS], at_least=FASTER_THAN_LOOPS)
        self._bound(f"{WITH_CLV}: times of {PANDAS}", medians[WITH_CLV] / medians[PANDAS], at_most=1)
        self._bound(f"{PAGE}: share of {ANALYSIS}", medians[PAGE] / medians[ANALYSIS], at_most=SHARE_OF_ANALYSIS)
        return super().report()

    # -- ours ------------------------------------------------------------------------

    def _ours(self, with_clv):
        """The parts of the nightly computation that the peers have, without those that they lack."""
        compute, ranking = self.env["crm.pareto.recompute"], self.env["crm.pareto.ranking"]
        for company in self.companies:
            compute._begin(company)
            period, parts = company._pareto_period(self.today), {}
            ranking._sum(company, period, [self.customers], lifetime=with_clv)
            ranking._make_values(self.customers, company, period)
            ranking._make_draft(self.customers, company, SQL("SELECT * FROM crm_pareto_values"))
            self.customers._make_rfm(company, parts)
            if with_clv:
                summary = self.customers._read_purchases(self.today)
                model = self.env["crm.pareto.prediction"]._of(company)._learn(summary, self.today)
                self.customers._make_predictions(company, summary, model)
                parts["crm_pareto_predicted"] = PREDICTIONS
            columns = DATES + SUMS + RANKS + MANUAL + sum(parts.values(), ())
            ranking._replace(self.customers, company, ranking._joined(parts), columns)

    def _restore(self):
        self.env["crm.pareto.recompute"]._recompute(self.companies, self.today)
        self._vacuum()

    # -- the ORM -----------------------------------------------------------------------

    def _posted(self, company):
        return [("company_id", "=", company.id), ("state", "=", "posted"), ("move_type", "in", TYPES)]

    def _read_group(self):
        report = self.env["account.invoice.report"]
        for company in self.companies:
            period = company._pareto_period(self.today)
            groups = report._read_group(
                [*self._posted(company), ("invoice_date", ">=", period.date_from)],
                ["commercial_partner_id"],
                ["price_subtotal:sum", "price_margin:sum", "invoice_date:max", "move_id:count_distinct"],
            )
            tiers = self._tiers({row[0]: row[1] for row in groups})
            scores = [self._quintiles({row[0]: row[place] for row in groups}) for place in (3, 4, 1)]
            for partner, tier in tiers.items():
                scored = "".join(str(score[partner]) for score in scores)
                partner.with_context(tracking_disable=False).write({"color": tier, "function": scored})
        return 1

    @staticmethod
    def _tiers(values):
        """{partner: 0 for those who make 80 %, 1 up to 95 %, 2}"""
        total, before, tiers = sum(value for value in values.values() if value > 0), 0, {}
        for partner, value in sorted(values.items(), key=lambda item: (-item[1], item[0].id)):
            tiers[partner] = 2 if value <= 0 or before >= 0.95 * total else int(before >= 0.8 * total)
            before += max(value, 0)
        return tiers

    @staticmethod
    def _quintiles(values):
        ordered = sorted(values, key=lambda partner: (values[partner], partner.id))
        return {partner: 1 + 5 * place // len(ordered) for place, partner in enumerate(ordered)}

    def _loops(self):
        """Each customer by itself; the ranks, which need all, are left out."""
        partners = self.customers.search([]).partner_id.ids
        sample = self.env["res.partner"].browse(random.Random(SEED).sample(partners, min(SAMPLE, len(partners))))
        for partner in sample:
            for company in self.companies:
                domain = [*self._posted(company), ("commercial_partner_id", "=", partner.id)]
                moves = self.env["account.move"].with_company(company).search(domain)
                lines = moves.invoice_line_ids
                cost = sum(line.quantity * line.product_id.standard_price for line in lines)
                turnover, last = (
                    sum(moves.mapped("amount_untaxed_signed")),
                    max(moves.mapped("invoice_date"), default=""),
                )
                figures = {"color": int(turnover > cost), "function": f"{last} {len(moves)} {turnover} {cost}"}
                partner.with_context(tracking_disable=False).write(figures)
        return len(partners) / len(sample)

    # -- pandas ------------------------------------------------------------------------

    def _pandas(self):
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of an old package under a new pandas
            for company in self.companies:
                lines = self._pull(company)
                period = company._pareto_period(self.today)
                recent = lines[lines.date >= str(period.date_from)].groupby("customer")
                figures = recent.agg(
                    turnover=("revenue", "sum"),
                    profit=("margin", "sum"),
                    last=("date", "max"),
                    documents=("document", "nunique"),
                )
                for measure in ("turnover", "profit"):
                    self._rank_frame(figures, measure)
                for column in ("last", "documents", "turnover"):
                    figures[f"{column}_score"] = 1 + (5 * (figures[column].rank(method="first") - 1)) // len(figures)
                self._lifetime_frame(lines)

    def _pull(self, company):
        import pandas

        text = io.StringIO()
        statement = self.env.cr.mogrify(SQL(LINES, company=str(company.id), id=company.id)).decode()
        self.env.cr._obj.copy_expert(statement, text)
        text.seek(0)
        return pandas.read_csv(text, parse_dates=["date"])

    @staticmethod
    def _rank_frame(figures, measure):
        ordered = figures[measure].sort_values(ascending=False)
        positive = ordered.clip(lower=0)
        before = (positive.cumsum() - positive) / positive.sum()
        figures[f"{measure}_tier"] = (before >= 0.8).astype(int) + (before >= 0.95).astype(int)

    def _lifetime_frame(self, lines):
        """Summary, both fits, and the margin expected in a year of each customer."""
        from lifetimes import BetaGeoFitter, GammaGammaFitter
        from lifetimes.utils import summary_data_from_transaction_data

        summary = summary_data_from_transaction_data(
            lines[lines.type != "out_refund"],
            "customer",
            "date",
            monetary_value_col="margin",
            observation_period_end=str(self.today),
        )
        age, recency = summary["T"] / 7, summary["recency"] / 7
        buying = BetaGeoFitter().fit(summary["frequency"], recency, age)
        repeated = summary[(summary["frequency"] > 0) & (summary["monetary_value"] > 0)]
        scale = repeated["monetary_value"].mean()  # without it the search does not converge
        spending = GammaGammaFitter().fit(repeated["frequency"], repeated["monetary_value"] / scale)
        orders = buying.conditional_expected_number_of_purchases_up_to_time(WEEKS, summary["frequency"], recency, age)
        alive = buying.conditional_probability_alive(summary["frequency"], recency, age)
        mean = spending.conditional_expected_average_profit(summary["frequency"], summary["monetary_value"] / scale)
        return orders, alive, orders * mean * scale

    # -- pages -------------------------------------------------------------------------

    def _analysis(self):
        company = self.companies[0]
        report = self.env["account.invoice.report"].with_context(allowed_company_ids=company.ids)
        report.web_read_group(
            self._posted(company), ["commercial_partner_id"], ["price_subtotal:sum", "price_margin:sum"], limit=80
        )

    def _page(self):
        page = self.env["crm.pareto.page"].with_context(allowed_company_ids=self.companies[:1].ids)
        page.get_figures("customer", "turnover")
        page.get_movers()
