"""How fast credit is shared over campaigns and their figures are computed, as ratios to bare passes over the rows."""

import datetime
import resource
import statistics
import time

from odoo import fields
from odoo.addons.crm_pareto.models.campaign.crm_pareto_attribution import CREDITS
from odoo.addons.crm_pareto.models.campaign.crm_pareto_campaign_sums import SUMS
from odoo.tools import SQL

from .campaign_rows import MANAGER
from .measurements import Bench

RUNS = 2  # of what takes long
PASS = "bare pass over the same touches"
ALL = "attribution, all rows written"
WITHOUT, WITH = "campaign figures, without margin", "campaign figures, margin from invoice lines"
BOUNDS = {WITHOUT: 0.5, WITH: 2.5}  # of B
LIST_MS = 100
# The touches within the look-back before each customer document, counted: no order of time, no credits, no rows.
BARE_PASS = SQL(
    """
    SELECT COUNT(*)
      FROM (SELECT partner.commercial_partner_id AS customer_id, touch.date, touch.company_id
              FROM crm_pareto_touch touch JOIN res_partner partner ON partner.id = touch.partner_id
             WHERE touch.campaign_id IS NOT NULL
             UNION ALL
            SELECT partner.commercial_partner_id, lead.create_date, lead.company_id
              FROM crm_lead lead JOIN res_partner partner ON partner.id = lead.partner_id
             WHERE lead.campaign_id IS NOT NULL) touch
      JOIN account_move move ON move.commercial_partner_id = touch.customer_id
       AND (touch.company_id = move.company_id OR touch.company_id IS NULL)
       AND touch.date BETWEEN move.invoice_date - interval '89 days' AND move.invoice_date + interval '1 day'
     WHERE move.state = 'posted' AND move.move_type IN ('out_invoice', 'out_refund', 'out_receipt')
    """
)
# The columns of our list of campaigns that are shown, or can be.
COLUMNS = (
    "pareto_currency_id pareto_has_cost title pareto_committed pareto_cost pareto_touched pareto_leads"
    " pareto_opportunities pareto_won pareto_orders pareto_new_customers pareto_conversion pareto_revenue pareto_margin"
    " pareto_roi pareto_roas pareto_cost_per_lead pareto_cost_per_customer pareto_payback_days pareto_advice"
    " pareto_reason"
).split()


class CampaignBench(Bench):
    """One database with its generated campaigns."""

    def __init__(self, env, companies):
        super().__init__(env, companies)
        self.today = datetime.date.today()
        self.attribution = self.env["crm.pareto.attribution"]
        self.manager = self.env["res.users"].search([("login", "=", MANAGER)])

    def run(self):
        """All rows of the table."""
        self._recompute()
        self.env.cr.commit()
        for table in ("crm_pareto_attribution", "crm_pareto_campaign"):
            self.env.cr.execute(SQL("ANALYZE %s", SQL.identifier(table)))
        self.time("B, the bare aggregation", self._bare)
        self.time(PASS, self._bare_pass)
        self._time_figures()
        self._time_screens()
        # What writes comes last: rows that are rolled back stay in the table, and whatever reads it passes over them.
        self.time("attribution, nothing changed", self._recompute, runs=RUNS)
        self._time_recompute()
        self.time("attribution, one more touch: all of data driven", self._recompute, before=self._add_touch, runs=1)

    def report(self):
        """The table; which bounds are kept; how much there was to do."""
        for name, bound in BOUNDS.items():
            self._bound(f"{name}, of B", self._ratio(name), at_most=bound)
        for name in self.times:
            if name.startswith("list"):
                self._bound(f"{name}, ms", 1000 * self._median(name), at_most=LIST_MS)
        lines = [super().report(), f"{ALL}: {self._median(ALL) / self._median(PASS):.2f} times the {PASS}"]
        lines += [f"{what}: {count:,}" for what, count in self._counts().items()]
        lines.append(f"Python's memory at most: {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024:.0f} MB")
        return "\n".join(lines)

    def _median(self, name):
        return statistics.median(self.times[name])

    def _counts(self):
        counted = "SELECT COUNT(*), COUNT(DISTINCT move_id), COUNT(DISTINCT (touch_source, touch_record)) FROM %s"
        [(rows, documents, touches)] = self.env.execute_query(SQL(counted, SQL.identifier("crm_pareto_attribution")))
        return {"rows of credit": rows, "credited documents": documents, "credited touches": touches}

    def _begin(self):
        self.env["crm.pareto.journey"]._begin(self.companies[0])

    def _bare_pass(self):
        self._begin()
        self.env.execute_query(BARE_PASS)

    # -- the recompute ---------------------------------------------------------------

    def _recompute(self):
        for company in self.companies:
            self.attribution._recompute(company, self.today)

    def _forget(self):
        for name in ("crm_pareto_attribution", "crm_pareto_campaign"):
            self.env.cr.execute(SQL("DELETE FROM %s", SQL.identifier(name)))

    def _add_touch(self):
        campaign = self.env["utm.campaign"].search([("title", "=", "Bench Campaign 7")])
        partner = self.env["crm.pareto.touch"].search([], limit=1).partner_id
        values = {"name": "One more", "partner_id": partner.id, "campaign_id": campaign.id}
        self.env["crm.pareto.touch"].create([{**values, "company_id": company.id} for company in self.companies])

    def _time_recompute(self):
        """The whole and its steps, each summed over the companies; it ran before, so that no run is left out."""
        for _run in range(RUNS):
            with self.env.cr.savepoint() as savepoint:
                self._forget()
                took = {}
                for company in self.companies:
                    self._time_steps(company, took)
                took = {ALL: tuple(map(sum, zip(*took.values(), strict=True))), **took}
                for name, (seconds, queries) in took.items():
                    name = name if name == ALL else f"    {name}"
                    self.times.setdefault(name, []).append(seconds)
                    self.queries[name] = queries
                savepoint.rollback()
        self.env.invalidate_all(flush=False)

    def _time_steps(self, company, took):
        journeys = self.env["crm.pareto.credit"].with_company(company)
        journeys._begin(company)
        steps = {
            "touches": lambda: journeys._make_touches(company, self.today),
            "documents": lambda: journeys._make_documents(company, self.today),
            "steps": lambda: journeys._make_steps(company),
            "credits": lambda: journeys._make_credits(company),
            "amounts": lambda: journeys._make_amounts(company),
            "rows replaced": lambda: self.attribution._replace(company),
            "campaigns' figures": lambda: self.env["crm.pareto.campaign"]._recompute(company, self.today),
        }
        for name, step in steps.items():
            queries, started = self.env.cr.sql_log_count, time.perf_counter()
            step()
            seconds, count = took.get(name, (0, 0))
            took[name] = (
                seconds + time.perf_counter() - started,
                count + self.env.cr.sql_log_count - queries,
            )

    # -- figures, where the credits are known ------------------------------------------

    def _time_figures(self):
        self.time(WITHOUT, self._figures, before=self._begin)
        self.time("    the same, revenue read from the headers again", self._figures_of_headers, before=self._begin)
        self.time(WITH, self._figures_of_lines, before=self._begin)
        self.time("    with intervals and paybacks, of stored amounts", self._figures_as_stored, before=self._begin)
        self.time("Odoo's own revenue of the campaigns", self._odoo_revenue)

    def _figures(self):
        """Revenue, orders, new customers under all models as the addon sums them; costs and leads."""
        sums = self.env["crm.pareto.campaign.sums"]
        group, shared = SQL.identifier("campaign_id"), [name for name in SUMS if name != "margin"]
        for company in self.companies:
            which = SQL("company_id = %s AND date <= %s", company.id, self.today)
            self.env.execute_query(sums._shared(group, which, sums._each_model(shared)))
        self._costs_and_leads()

    def _costs_and_leads(self):
        sums = self.env["crm.pareto.campaign.sums"]
        for company in self.companies:
            sums._costs(company, self.today)
            sums._leads(company, self.today)

    def _figures_of_headers(self):
        """Revenue of each document from its header, shared by the known credits under all models; costs and leads."""
        sale = self.env["crm.pareto.revenue.report"]._is_sale()
        amounts = SQL("SELECT id AS move_id, amount_untaxed_signed AS revenue FROM account_move move WHERE %s", sale)
        self._figures_of(amounts, ["revenue"])

    def _figures_of_lines(self):
        """The same with revenue and margin of each document summed from its lines."""
        amounts = SQL(
            "SELECT move_id, SUM(revenue) AS revenue, SUM(margin) AS margin FROM (SELECT move_id, revenue, margin"
            " FROM (%s AND move.id IN (SELECT move_id FROM crm_pareto_attribution)) report OFFSET 0) line"
            " GROUP BY move_id",
            self.env["crm.pareto.revenue.report"]._table_query,
        )
        self._figures_of(amounts, ["revenue", "margin"])

    def _figures_of(self, amounts, measures):
        """Of all companies in one pass, as B is."""
        self.env.execute_query(
            SQL(
                "SELECT company_id, campaign_id, %s FROM (SELECT company_id, campaign_id, %s, amount.*"
                " FROM crm_pareto_attribution JOIN (%s) amount USING (move_id)) credited"
                " GROUP BY company_id, campaign_id",
                self.env["crm.pareto.campaign.sums"]._each_model(measures),
                SQL(", ").join(map(SQL.identifier, CREDITS)),
                amounts,
            )
        )
        self._costs_and_leads()

    def _figures_as_stored(self):
        """What the addon itself sums of the rows that it keeps; without the touches, which are a temporary table."""
        sums = self.env["crm.pareto.campaign.sums"]
        for company in self.companies:
            sums._credited(company, self.today)
            sums._paid_back(company, sums._costs(company, self.today))
            sums._leads(company, self.today)

    # -- what people open ----------------------------------------------------------------

    def _odoo_revenue(self):
        campaigns = self.env["utm.campaign"].search([("title", "=like", "Bench Campaign %")])
        campaigns.mapped("invoiced_amount")

    def _time_screens(self):
        env = self.env(user=self.manager.id, context={"allowed_company_ids": self.companies[:1].ids, "tz": "UTC"})
        campaigns, analysis = env["utm.campaign"], env["crm.pareto.campaign.analysis"]
        specification = {name: {} for name in COLUMNS}
        for order in ("pareto_revenue", "pareto_roi"):
            self.time(
                f"list of campaigns by {order.removeprefix('pareto_')}",
                lambda o=order: campaigns.web_search_read([], specification, limit=80, order=f"{o} desc, id"),
            )
        year = [("date", ">=", fields.Date.subtract(self.today, years=1))]
        sums = ["revenue:sum", "margin:sum", "cost:sum", "roi:avg", "leads:sum", "__count"]
        self.time(
            "analysis: a year by campaign",
            lambda: analysis.formatted_read_group(year, ["campaign_id"], sums),
            runs=RUNS,
        )
        campaign = campaigns.search([("title", "=", "Bench Campaign 7")])
        sales = [("campaign_id", "=", campaign.id), ("kind", "=", "sale")]
        columns = ["date", "name", "customer_id", "revenue", "margin", "credit"]
        self.time(
            "analysis: a campaign's sales, first 80", lambda: analysis.search_fetch(sales, columns, limit=80), runs=RUNS
        )
        self.time("analysis: their number", lambda: analysis.search_count(sales), runs=RUNS)
        domain = campaign._get_pareto_domain("revenue")
        self.time(
            "analysis: what its revenue opens, first 80",
            lambda: analysis.search_fetch(domain, columns, limit=80),
            runs=RUNS,
        )
