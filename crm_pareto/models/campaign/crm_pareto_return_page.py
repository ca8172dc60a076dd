from math import fsum

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError
from odoo.tools import SQL, format_date

from ...analytics.uncertainty import bootstrap_interval
from ..common.tools.attribution_models import MODELS
from ..common.tools.bounds import as_choice, as_day, as_id
from ..common.tools.trust import as_scheduler
from .crm_pareto_campaign import LEVEL, known_margin
from .crm_pareto_campaign_analysis import MODEL_KEY

COLUMNS = {"campaign": "campaign_id", "source": "source_id", "medium": "medium_id"}
SUMMED = ("revenue", "leads", "orders", "new_customers")
SUMMED_COSTS = ("cost", "committed", "margin")  # of those who may see costs
# The kinds of rows of crm.pareto.campaign.analysis that a figure is the sum of.
KINDS = {
    "revenue": ("sale",),
    "margin": ("sale",),
    "orders": ("sale",),
    "new_customers": ("sale",),
    "leads": ("lead",),
    "cost": ("cost",),
    "committed": ("cost",),
    "roi": ("sale", "cost"),
    "roas": ("sale", "cost"),
    "all": ("sale", "cost", "lead"),
    "unattributed": ("unattributed",),
    "ledger": ("sale", "unattributed"),
}
SECRET = {"cost", "committed", "margin", "roi", "roas"}


class CrmParetoReturnPage(models.AbstractModel):
    """The figures of the Marketing Return page: what campaigns cost and brought in, of one company and period, under
    one model of attribution; by campaign, source or medium.

    Sales count by invoice date, costs by their date, leads by the day they were created. Attributed and unattributed
    revenue sum to that of crm.pareto.revenue.report. The same `_get_domain` tells which rows of
    crm.pareto.campaign.analysis a figure is the sum of, and opens them.
    """

    _name = "crm.pareto.return.page"
    _description = "Marketing Return Page"

    @api.model
    @api.readonly
    def get_figures(self, by="campaign", model=None, date_from=None, date_to=None):
        """All that the page shows.

        Sums of the whole company, also for a reader who may open some of its documents only; nothing for who sees the
        figures of own customers only (`of_own_customers`): a campaign of one's own would tell those of a colleague's.

        :param by: "campaign", "source" or "medium"
        :param model: a model of attribution; the company's by default
        :param date_from: first day, as text; by default that of the company's window
        :param date_to: last day, as text; today by default
        :raises AccessError: for who may not see campaigns' results
        :return: the company, the choices, `rows`, `unattributed`, `totals`, and `coverage`: the shares of revenue and
            margin that are attributed, None where there is nothing to share. Shares are of 1, amounts in the company's
            currency. Without the right to see costs, there is no cost, margin or what follows from them.
        """
        campaigns = self.env["crm.pareto.campaign"]
        campaigns.check_access("read")
        column, model, period = self._choose(by, model, date_from, date_to)
        self.env.flush_all()
        company, sees = self.env.company, self._sees_margin()
        own_only = company._pareto_shows_own_only()
        rows = [] if own_only else self._rows(column, model, period)
        unattributed, ledger = self._nothing() if own_only else self._ledger(period)
        totals = self._totals(rows, ledger)
        [(as_of,)] = campaigns._read_group([("company_id", "=", company.id)], [], ["as_of:max"])
        return {
            "company_id": company.id,
            "company_name": company.name,
            "currency_id": company.currency_id.id,
            "by": by,
            "models": campaigns._fields["model"]._description_selection(self.env),
            "model": model,
            **self._describe_period(period),
            "lookback_days": company.pareto_lookback_days,
            "level": LEVEL,
            "as_of": fields.Date.to_string(as_of),
            "of_own_customers": own_only,
            "sees_margin": sees,
            "may_recompute": self.env.user.has_group("crm_pareto.group_manager"),
            "rows": rows,
            "unattributed": unattributed,
            "totals": totals,
            "coverage": {
                name: (totals[f"attributed_{name}"] or 0) / totals[name] if (totals[name] or 0) > 0 else None
                for name in ("revenue", *(["margin"] if sees else []))
            },
            # A document that was changed since is credited with its old amount until the next computation.
            "stale": abs(totals["attributed_revenue"] + unattributed["revenue"] - totals["revenue"]) >= 0.005,
        }

    @api.model
    def recompute(self):
        """Share out the credit for the sales of the reader's company anew, now.

        :raises UserError: where that was done a moment ago
        :return: False where another recompute of the company is running
        """
        if not self.env.user.has_group("crm_pareto.group_manager"):
            raise AccessError(self.env._("Only a manager of Customer Value can recompute."))
        # Writes rows nobody may write, from invoices the manager may not all see: a sum of the company.
        credits = as_scheduler(self.env["crm.pareto.attribution"])
        company = self.env.company.with_env(credits.env)
        credits.env["crm.pareto.run"]._standing(company, "attribution")._check_rested()
        return credits._recompute(company)

    # -- what is chosen ----------------------------------------------------------------

    @api.model
    def _choose(self, by, model, date_from, date_to):
        """:return: (column of `by`, model, (first day, last day))"""
        company, today = self.env.company, self.env.company._pareto_today()
        model = model or company.pareto_attribution_model
        as_choice(self.env, by, COLUMNS, self.env._("What campaigns are grouped by"))
        as_choice(self.env, model, dict(MODELS), self.env._("The model of attribution"))
        last = as_day(self.env, date_to, self.env._("The last day"), today)
        first = as_day(self.env, date_from, self.env._("The first day"), company._pareto_period(last).date_from)
        if first > last:
            day = format_date(self.env, last)
            raise UserError(self.env._("The period ends on %(last)s, before it begins: choose another day.", last=day))
        return COLUMNS[by], model, (first, last)

    @api.model
    def _describe_period(self, period):
        """The period, and the windows that end today, with their first and last day."""
        company, today = self.env.company, self.env.company._pareto_today()
        windows = []
        for kind, name in company._fields["pareto_window"]._description_selection(self.env):
            days = company._pareto_period(today, kind)
            windows.append([kind, name, fields.Date.to_string(days.date_from), fields.Date.to_string(days.date_to)])
        return {
            "date_from": fields.Date.to_string(period[0]),
            "date_to": fields.Date.to_string(period[1]),
            "windows": windows,
            "own_window": company.pareto_window,
        }

    @api.model
    def _sees_margin(self):
        return self.env.user.has_group("crm_pareto.group_profit")

    # -- sums --------------------------------------------------------------------------

    @api.model
    def _rows(self, column, model, period):
        """A dict a campaign, source or medium that has a sale, cost or lead in the period; id False: those without."""
        sums, company, (first, last) = self.env["crm.pareto.campaign.sums"], self.env.company, period
        among = [choice for choice in MODELS if choice[0] == model]
        credited = {row[column]: row for row in sums._credited(company, last, column, first, among)}
        leads = sums._leads(company, last, column, first)
        costs = sums._costs(company, last, column, first) if self._sees_margin() else {}
        ids = credited.keys() | leads.keys() | costs.keys()
        names, advice = self._names(column, ids), self._advice(column, ids, model)
        rows = [
            {
                "id": id_ or False,
                "name": names.get(id_, ""),
                **self._row(credited.get(id_, {}), leads.get(id_, {}), costs.get(id_, {})),
                **advice.get(id_, {}),
            }
            for id_ in ids
        ]
        return sorted(rows, key=_place)

    @api.model
    def _row(self, credited, leads, costs):
        row = {name: credited.get(name) or 0 for name in ("revenue", "orders", "new_customers", "customers")}
        row["leads"] = leads.get("leads") or 0
        if not self._sees_margin():
            return row
        margin = known_margin(credited)
        cost = costs.get("cost") or 0
        squares, cubes = credited.get("squares") or 0, credited.get("cubes") or 0
        row |= {"cost": cost, "committed": costs.get("committed") or 0, "margin": margin}
        row |= {"uncosted": credited.get("uncosted") or 0, **_ratios(row)}
        low, high = (None, None) if margin is None else bootstrap_interval(margin, squares, cubes, LEVEL)
        row |= {"margin_low": low, "margin_high": high, "roi_low": None, "roi_high": None}
        if row["roi"] is not None:
            row |= {"roi_low": (low - cost) / cost, "roi_high": (high - cost) / cost}
        return row

    @api.model
    def _names(self, column, ids):
        # sudo: what the company's figures are called, also where the reader may not open it.
        comodel = self.env[self.env["crm.pareto.campaign"]._fields[column].comodel_name].sudo()
        return {record.id: record.display_name or "" for record in comodel.browse(filter(None, ids))}

    @api.model
    def _advice(self, column, ids, model):
        """{campaign id: dict of advice and reason}, of all time; nothing by source or medium."""
        if column != "campaign_id" or not self._sees_margin():
            return {}
        results = self.env["crm.pareto.campaign"].search(
            [("company_id", "=", self.env.company.id), ("model", "=", model), ("campaign_id", "in", list(ids))]
        )
        labels = dict(results._fields["advice"]._description_selection(self.env))
        return {
            result.campaign_id.id: {
                "advice": result.advice,
                "advice_label": labels.get(result.advice, ""),
                "reason": result.advice_reason or "",
            }
            for result in results
        }

    @api.model
    def _nothing(self):
        """As `_ledger`, of no documents."""
        none = dict.fromkeys(("revenue", *(["margin"] if self._sees_margin() else [])), 0)
        return {**none, "documents": 0}, none

    @api.model
    def _ledger(self, period):
        """What is unattributed, and all there is: two dicts of revenue and margin, the first with its documents."""
        report = self.env["crm.pareto.revenue.report"].sudo()  # sudo: a sum of the company
        names = ("revenue", *(["margin"] if self._sees_margin() else []))
        [(documents, *amounts)] = self.env.execute_query(
            SQL(
                """
                SELECT COUNT(DISTINCT move_id) FILTER (WHERE unattributed), %(sums)s
                  FROM (SELECT move_id, company_id, date, revenue, margin, TRUE AS in_ledger,
                               is_credited IS NULL AS unattributed
                          FROM (%(lines)s) line
                          LEFT JOIN (SELECT DISTINCT move_id, TRUE AS is_credited FROM crm_pareto_attribution
                                      WHERE company_id = %(company)s) credited USING (move_id)
                         UNION ALL
                        SELECT move_id, company_id, date, revenue, margin, FALSE, TRUE FROM (%(rests)s) rest) amount
                 WHERE company_id = %(company)s AND date BETWEEN %(first)s AND %(last)s
                """,
                sums=SQL(", ").join(
                    SQL("SUM(%(of)s) FILTER (WHERE unattributed), SUM(%(of)s) FILTER (WHERE in_ledger)", of=of)
                    for of in map(SQL.identifier, names)
                ),
                lines=report._table_query,
                rests=self.env["crm.pareto.attribution"]._rests(),
                company=self.env.company.id,
                first=period[0],
                last=period[1],
            )
        )
        unattributed, ledger = (dict(zip(names, sums, strict=True)) for sums in (amounts[::2], amounts[1::2]))
        for sums in (unattributed, ledger):
            # A margin is unknown where there is revenue, and none of it has a known cost.
            sums.update(
                {name: amount or 0 for name, amount in sums.items() if name == "revenue" or not sums["revenue"]}
            )
        return unattributed | {"documents": documents}, ledger

    @api.model
    def _totals(self, rows, ledger):
        """The ledger's amounts, those that are attributed, and the sums of the rows' other figures."""
        sees = self._sees_margin()
        names = (*SUMMED, *((*SUMMED_COSTS, "uncosted") if sees else ()))
        totals = {name: fsum(row[name] or 0 for row in rows) for name in names}
        if sees:
            if rows and all(row["margin"] is None for row in rows if row["revenue"]) and totals["uncosted"]:
                totals["margin"] = None
            totals |= _ratios(totals)
        totals |= {f"attributed_{name}": totals[name] for name in ledger}
        return totals | ledger

    # -- what is behind a figure -----------------------------------------------------------

    @api.model
    @api.readonly
    def open_figure(self, figure, by="campaign", group=None, model=None, date_from=None, date_to=None):
        """The action that opens the rows a figure of `get_figures` is the sum of.

        :param figure: one of KINDS
        :param group: the id of a row, which is False for those without a campaign, source or medium; None for all rows
        :raises AccessError: for who may not see campaigns' results; for costs and margins without the group that may
        """
        self.env["crm.pareto.campaign"].check_access("read")
        as_choice(self.env, figure, KINDS, self.env._("The figure"))
        group = as_id(self.env, group, self.env._("The row")) if group else group
        if figure in SECRET and not self._sees_margin():
            raise AccessError(self.env._("You may not see costs and margins."))
        column, model, period = self._choose(by, model, date_from, date_to)
        action = self.env["ir.actions.act_window"]._for_xml_id("crm_pareto.crm_pareto_campaign_analysis_action")
        name = self._title(figure)
        if group is not None:
            of = self._names(column, [group]).get(group, group) if group else self.env._("(none)")
            name = self.env._("%(figure)s: %(of)s", figure=name, of=of)
        if "sale" in KINDS[figure]:
            labels = dict(self.env["crm.pareto.campaign"]._fields["model"]._description_selection(self.env))
            name = self.env._("%(figure)s, %(model)s", figure=name, model=labels[model])
        # A lead of no company counts in the reader's: that of the page.
        context = {MODEL_KEY: model, "allowed_company_ids": self.env.company.ids}
        if len(KINDS[figure]) > 1:
            context["group_by"] = ["kind"]
        return {
            **action,
            "name": name,
            "display_name": name,
            "domain": self._get_domain(figure, column, group, period),
            "context": context,
            "views": [(False, "list"), (False, "pivot"), (False, "graph")],
        }

    @api.model
    def _get_domain(self, figure, column, group, period):
        """The rows of crm.pareto.campaign.analysis that a figure is the sum of, under the model in the context."""
        kinds = [kind for kind in KINDS[figure] if kind != "cost" or self._sees_margin()]
        domain = [
            ("company_id", "=", self.env.company.id),
            ("date", ">=", fields.Date.to_string(period[0])),
            ("date", "<=", fields.Date.to_string(period[1])),
            ("kind", "in", kinds),
        ]
        if group is not None:
            domain.append((column, "=", group))
        if figure in (*SUMMED, *SUMMED_COSTS):
            domain += ["|", (figure, ">", 0), (figure, "<", 0)]  # not an unknown one
        return domain

    @api.model
    def _title(self, figure):
        return {
            "revenue": self.env._("Attributed Sales"),
            "margin": self.env._("Attributed Margin"),
            "orders": self.env._("Orders"),
            "new_customers": self.env._("New Customers"),
            "leads": self.env._("Leads"),
            "cost": self.env._("Costs"),
            "committed": self.env._("Committed"),
            "unattributed": self.env._("Unattributed Sales"),
            "ledger": self.env._("All Sales"),
        }.get(figure, self.env._("Cost and Return"))


def _ratios(sums):
    """Return on investment and on ad spend; None where nothing was spent, or no margin is known."""
    cost = sums["cost"]
    if cost <= 0:
        return {"roi": None, "roas": None}
    margin = sums["margin"]
    return {"roi": None if margin is None else (margin - cost) / cost, "roas": sums["revenue"] / cost}


def _place(row):
    """By margin, or revenue where that is not for the reader; those without a known margin last."""
    value = row.get("margin", row["revenue"])
    return value is None, -(value or 0), row["name"], row["id"]
