from datetime import timedelta
from decimal import Decimal
from math import ceil
from operator import itemgetter

from odoo import SUPERUSER_ID, api, fields, models
from odoo.exceptions import AccessError, UserError
from odoo.tools import SQL, groupby

from ...analytics.concentration import cumulative, gini
from ...analytics.windows import month_ends
from ..common.tools.bounds import as_choice, as_day, as_id
from ..common.tools.trust import as_scheduler
from .crm_pareto_ranking import MEASURES
from .crm_pareto_recompute import VALUE_MODELS

BUCKETS = 200  # bars at most: a million customers draw as fast as a hundred
MOST_COUNTED = 10_000  # documents: "10,000 and more"
MOVERS = 8  # names in each direction
CROSSING = Decimal("0.8")  # the share that "20 % of customers" are said to make
NOTHING = SQL()


class CrmParetoPage(models.AbstractModel):
    """The figures of the Pareto page: of one company, measure and kind, from the value rows.

    They are of the rows that have a value in the window: who bought nothing is no part of the
    distribution. The same `_get_domain` gives the figures and opens the rows behind them.
    """

    _name = "crm.pareto.page"
    _description = "Pareto Page"

    @api.model
    def open_window(self, kind, pareto_window, as_of=False):
        """Have the values over a window, as of a day, of the reader's company.

        :param kind: "customer" or "product"
        :param pareto_window: one of the windows of the settings
        :param as_of: the last day, as text; today by default
        :raises UserError: for a day to come, for what there is not, or where the company is being computed
        :return: the id of a snapshot, or False where these are the company's own values
        """
        self._check_kind(kind)
        as_choice(self.env, pareto_window, self._windows(), self.env._("The window"))
        # Writes rows nobody may write, and reads every invoice: a sum of the company.
        compute = as_scheduler(self.env["crm.pareto.recompute"])
        company = self.env.company.with_env(compute.env)
        today = company._pareto_today()
        as_of = as_day(self.env, as_of, self.env._("The last day of the window"), today)
        if as_of > today + timedelta(days=1):
            raise UserError(self.env._("Choose today or a day before: the ledger of %s is not written yet.", as_of))
        as_of = min(as_of, today)  # where the reader is, the next day may have begun
        if pareto_window == company.pareto_window and as_of == today:
            return False
        return compute._snapshot(company, kind, pareto_window, as_of, self.env.user).id

    @api.model
    def _check_kind(self, kind):
        """The model of the values of a kind.

        :raises UserError: where there is no such kind
        :raises AccessError: for who may not read them
        """
        model = self.env[VALUE_MODELS[as_choice(self.env, kind, VALUE_MODELS, self.env._("The kind of values"))]]
        model.check_access("read")
        return model

    @api.model
    @api.readonly
    def get_figures(self, kind="customer", measure="turnover", snapshot_id=False):
        """All that the page shows but for the movers.

        :param kind: "customer" or "product"
        :param measure: "turnover" or "profit"; of customers also "served_profit", what service leaves of it
        :param snapshot_id: what `open_window` returned
        :raises UserError: for what there is not
        :raises AccessError: for profit without the group that may see it
        :return: the company and its window, the `_summary`, what is `_uncosted`, the buckets, the tiers, and the domain
            of all
        """
        model = self._check_kind(kind)
        model.flush_model()
        measures = (*MEASURES, "served_profit") if kind == "customer" else MEASURES
        as_choice(self.env, measure, measures, self.env._("The measure"))
        run, company = self._get_run(kind, snapshot_id), self.env.company
        domain = self._get_domain(measure, snapshot_id)
        groups = self._groups(model, measure, snapshot_id)
        summary = self._summary(model, measure, domain, groups)
        uncosted = self._uncosted(model, measure, snapshot_id)
        return {
            "company_id": company.id,
            "company_name": company.name,
            "currency_id": company.currency_id.id,
            "res_model": model._name,
            "view_id": self._view(kind, measure),
            "domain": domain,
            "windows": list(self._windows().items()),
            "own_window": company.pareto_window,
            "window": run.pareto_window or company.pareto_window,
            "date_from": fields.Date.to_string(run.date_from),
            "as_of": fields.Date.to_string(run.as_of),
            "of_own_customers": kind == "customer" and company._pareto_shows_own_only(),
            "sees_profit": self.env.user.has_group("crm_pareto.group_profit"),
            "may_recompute": self.env.user.has_group("crm_pareto.group_manager"),
            "reason": self._reason(model, measure, snapshot_id, uncosted) if not summary["count"] else "",
            **uncosted,
            "most_counted": MOST_COUNTED,
            "posted": 0 if summary["count"] or snapshot_id else self._count_posted(company),
            **summary,
            "buckets": self._buckets(measure, groups, summary),
            "tiers": self._tiers(measure, groups, summary),
        }

    @api.model
    def _get_run(self, kind, snapshot_id):
        """The computation that the page is of: the snapshot, else the company's own.

        :raises UserError: where the snapshot is no number
        """
        if snapshot_id:
            return self.env["crm.pareto.run"].search(
                [("id", "=", as_id(self.env, snapshot_id, self.env._("The snapshot")))]
            )
        standing = [("company_id", "=", self.env.company.id), ("kind", "=", kind), ("snapshot", "!=", True)]
        return self.env["crm.pareto.run"].search(standing)

    @api.model
    def recompute(self):
        """Bring the values of the reader's company up to date now; tells the reader how far it is on the bus.

        :raises UserError: where that was done a moment ago
        :return: False where another recompute of the company is running
        """
        if not self.env.user.has_group("crm_pareto.group_manager"):
            raise AccessError(self.env._("Only a manager of Customer Value can recompute."))
        # Writes rows nobody may write, from invoices the manager may not all see: a sum of the company.
        compute = as_scheduler(self.env["crm.pareto.recompute"])
        company = self.env.company.with_env(compute.env)
        compute._standing(company, "customer")._check_rested()
        compute.env["crm.pareto.run"].search([("company_id", "=", company.id), ("snapshot", "=", True)]).unlink()
        # The first time, the history takes longer than a browser waits: the scheduled action adds it.
        compute.env.ref("crm_pareto.crm_pareto_refresh_cron")._trigger()
        return bool(compute._recompute(company, on_step=self._tell, history=False))

    @api.model
    def _tell(self, share):
        """Send the reader's browser how far the recompute is."""
        reader = self.env.user.partner_id
        # In a transaction of its own: this one ends when everything is done. Whose it is says the channel.
        with self.env.registry.cursor() as cursor:
            self.env(cr=cursor, user=SUPERUSER_ID)["bus.bus"]._sendone(reader, "crm_pareto.progress", {"share": share})

    @api.model
    def _windows(self):
        """{kind of window: its name}"""
        return dict(self.env.company._fields["pareto_window"]._description_selection(self.env))

    @api.model
    def _get_domain(self, measure, snapshot_id=False):
        """The rows that the page is about: not those whose value is zero, or unknown."""
        return ["|", (measure, ">", 0), (measure, "<", 0), *self._get_rows_domain(snapshot_id)]

    @api.model
    def _get_rows_domain(self, snapshot_id=False):
        """All rows that are computed with those."""
        return [("company_id", "=", self.env.company.id), ("snapshot_id", "=", snapshot_id)]

    @api.model
    def _view(self, kind, measure):
        """The list that a click opens: in the order of the measure."""
        suffix = f"_{measure}" if measure != "turnover" else ""
        # sudo: which view a list has is no secret.
        return self.env.ref(f"crm_pareto.crm_pareto_{kind}_view_list{suffix}").sudo().id

    @api.model
    def _reason(self, model, measure, snapshot_id, uncosted):
        """Why the page is empty where that is not for want of invoices."""
        row = model.search(self._get_rows_domain(snapshot_id), limit=1) if measure == "served_profit" else model
        if row.snapshot_id:
            return self.env._("Service is known over the company's own window only, up to the last night.")
        if uncosted["uncosted"] and (not row or row.has_service_cost):
            return self.env._("Nobody has entered what it cost that was sold: the profit of it is unknown.")
        return row.service_message or "" if row else ""

    @api.model
    def _uncosted(self, model, measure, snapshot_id):
        """How much of the rows' turnover no profit counts, as nobody knows what it cost.

        :return: dict of that amount (`uncosted`) and its share of all turnover, 0 where there is no turnover
        """
        if measure == "turnover":
            return {"uncosted": 0, "uncosted_share": 0}
        query = model._search(self._get_rows_domain(snapshot_id))
        columns = [model._field_to_sql(model._table, name, query) for name in ("uncosted_turnover", "turnover")]
        sums = SQL("COALESCE(SUM(%s), 0)::text, COALESCE(SUM(%s), 0)::text", *columns)
        [(uncosted, turnover)] = self._fetch(query, sums)
        uncosted, turnover = float(uncosted), float(turnover)
        return {"uncosted": uncosted, "uncosted_share": uncosted / turnover if turnover > 0 else 0}

    @api.model
    @api.readonly
    def open_uncosted(self, kind="customer", snapshot_id=False):
        """The action that opens the revenue lines whose cost nobody knows, by product, those with the most first.

        :param kind: "customer" or "product"
        :param snapshot_id: what `open_window` returned
        :raises UserError: for what there is not
        :raises AccessError: for who may not see cost and profit
        """
        self._check_kind(kind)
        if not self.env.user.has_group("crm_pareto.group_profit"):
            raise AccessError(self.env._("You may not see cost and profit."))
        run = self._get_run(kind, snapshot_id)
        source = self.env[VALUE_MODELS[kind]]._pareto_source
        period = [("date", ">=", run.date_from), ("date", "<=", run.as_of)] if run.as_of else []
        return self.env["crm.pareto.revenue.report"]._open_uncosted(self.env.company, [*period, (source, "!=", False)])

    @api.model
    def _count_posted(self, company):
        """How many documents there are whose values are to be computed; where there are very many, MOST_COUNTED."""
        report = self.env["crm.pareto.revenue.report"].sudo()  # sudo: how many there are in the company
        documents = SQL(
            "SELECT 1 FROM account_move move WHERE %s AND move.state = 'posted' AND move.company_id = %s LIMIT %s",
            report._is_customer_document(),
            company.id,
            MOST_COUNTED,
        )
        [(count,)] = self.env.execute_query(SQL("SELECT COUNT(*) FROM (%s) document", documents))
        return count

    @api.model
    def _tier_field(self, measure):
        return "tier_id" if measure == "turnover" else "profit_tier_id"

    @api.model
    def _groups(self, model, measure, snapshot_id):
        """The rows counted and summed by bar and tier, in two passes over the company's rows.

        A row's bar follows from its rank, since ranks have no gaps but for the rows without a value, which rank
        between the positive and the negative ones.

        :return: dicts, in the order of the ranking
        """
        query = model._search(self._get_rows_domain(snapshot_id))
        column = {"value": measure, "rank": f"{measure}_rank", "tier": self._tier_field(measure)}
        column = {name: model._field_to_sql(model._table, field, query) for name, field in column.items()}
        counted = SQL("COUNT(*) FILTER (WHERE %(value)s = 0), COUNT(*) FILTER (WHERE %(value)s <> 0)", **column)
        [(zeros, count)] = self._fetch(query, counted)
        names = ("bar", "tier_id", "first", "last", "count", "amount", "buyers", "positive", "weighted")
        rows = self._fetch(
            query,
            SQL(
                """
                (%(rank)s - 1 - CASE WHEN %(value)s < 0 THEN %(zeros)s ELSE 0 END) / %(width)s,
                %(tier)s, MIN(%(rank)s), MAX(%(rank)s), COUNT(*), SUM(%(value)s)::text,
                COUNT(*) FILTER (WHERE %(value)s > 0),
                COALESCE(SUM(%(value)s) FILTER (WHERE %(value)s > 0), 0)::text,
                COALESCE(SUM(%(rank)s * %(value)s) FILTER (WHERE %(value)s > 0), 0)::text
                """,
                zeros=zeros,
                width=ceil(count / BUCKETS) or 1,  # all bars alike but the last, so that they can be compared
                **column,
            ),
            SQL("AND %s <> 0 GROUP BY 1, 2 ORDER BY 1, 3", column["value"]),
        )
        # As text, because Odoo's cursor makes floats of numbers.
        return [dict(zip(names, [Decimal(c) if isinstance(c, str) else c for c in row], strict=True)) for row in rows]

    @api.model
    def _fetch(self, query, select, tail=NOTHING):
        return self.env.execute_query(
            SQL("SELECT %s FROM %s WHERE %s %s", select, query.from_clause, query.where_clause, tail)
        )

    @api.model
    def _summary(self, model, measure, domain, groups):
        buyers = sum(group["buyers"] for group in groups)
        total = sum(group["positive"] for group in groups)
        return {
            "count": sum(group["count"] for group in groups),
            "buyers": buyers,
            "net": float(sum(group["amount"] for group in groups)),
            "total": float(total),
            "gini": gini(buyers, float(total), float(sum(group["weighted"] for group in groups))),
            "crossing": self._crossing(model, measure, domain, groups, total),
        }

    @api.model
    def _crossing(self, model, measure, domain, groups, total):
        """How many of the first rows make 80 %: those before whom less than that was reached. Exact, as the tiers."""
        if total <= 0:
            return 0
        before, passed, wanted = 0, 0, CROSSING * total
        for _bar, members in groupby(groups, itemgetter("bar")):
            positive = sum(group["positive"] for group in members)
            if before + positive >= wanted:
                break
            before += positive
            passed += sum(group["buyers"] for group in members)
        rank = f"{measure}_rank"
        first, last = min(group["first"] for group in members), max(group["last"] for group in members)
        query = model._search([*domain, (measure, ">", 0), (rank, ">=", first), (rank, "<=", last)])
        running = SQL(
            "SUM(%(value)s) OVER (ORDER BY %(rank)s ROWS UNBOUNDED PRECEDING) - %(value)s AS before",
            value=model._field_to_sql(model._table, measure, query),
            rank=SQL.identifier(rank),
        )
        needed = SQL("%s::numeric", str(wanted - before))
        [(within,)] = self.env.execute_query(
            SQL("SELECT COUNT(*) FROM (%s) ranked WHERE before < %s", query.select(running), needed)
        )
        return passed + within

    @api.model
    def _buckets(self, measure, groups, summary):
        """The bars: as many as there are rows, BUCKETS at most, in the order of the ranking."""
        bars = {}
        for group in groups:
            bar = bars.setdefault(group["bar"], {"first": group["first"], "last": 0, "count": 0, "amount": 0})
            bar["last"] = max(bar["last"], group["last"])
            bar["count"] += group["count"]
            bar["amount"] += group["amount"]
        # The whale curve of profit is of the net total: it rises above it and falls back.
        base = summary["net"] if measure != "turnover" else summary["total"]
        shares = cumulative([float(bar["amount"]) for bar in bars.values()], base)
        return [
            {**bar, "amount": float(bar["amount"]), "cumulative": share}
            for bar, share in zip(bars.values(), shares, strict=True)
        ]

    @api.model
    def _tiers(self, measure, groups, summary):
        by_tier = {}
        for group in groups:
            by_tier.setdefault(group["tier_id"], []).append(group)
        # sudo: the tier that a value names goes with it, whoever else's it is by now.
        known = self.env["crm.pareto.tier"].sudo().browse(filter(None, by_tier)).exists()
        tiers = known.sorted(lambda tier: (tier.bound, tier.id))
        rows = []
        for tier in [*tiers, *([self.env["crm.pareto.tier"]] if None in by_tier else [])]:
            count = sum(group["count"] for group in by_tier[tier.id or None])
            amount = float(sum(group["amount"] for group in by_tier[tier.id or None]))
            rows.append(
                {
                    "id": tier.id,
                    "name": tier.name or "",
                    "color": tier.color,
                    "field": self._tier_field(measure),
                    "count": count,
                    "count_share": count / summary["count"],
                    "amount": amount,
                    "share": amount / summary["total"] if summary["total"] else 0,
                    "average": amount / count,
                }
            )
        return rows

    @api.model
    @api.readonly
    def get_movers(self):
        """The biggest customers whose computed tier now is another than at the last month's end.

        :return: dicts of a partner, its name and the names of both tiers; those who moved up first
        """
        query, columns = self._movers()
        rows = self._fetch(
            query,
            SQL("%(now)s.partner_id, %(before)s.tier_id, %(now)s.turnover_tier_id", **columns),
            SQL(
                "ORDER BY GREATEST(%(before)s.turnover, %(now)s.turnover) DESC, %(now)s.partner_id LIMIT %(limit)s",
                limit=4 * MOVERS,
                **columns,
            ),
        )
        return self._describe_moves(rows)

    @api.model
    def _count_movers(self):
        """How many customers moved so."""
        query, _columns = self._movers()
        [(count,)] = self._fetch(query, SQL("COUNT(*)"), SQL())
        return count

    @api.model
    def _movers(self):
        """(the query of the customers whose computed tier is another than then, the names of its columns)."""
        model, history = self.env["crm.pareto.customer"], self.env["crm.pareto.history"]
        model.check_access("read")
        history.check_access("read")
        model.flush_model()
        history.flush_model()
        query = model._search([("company_id", "=", self.env.company.id)])
        before = query.make_alias(model._table, "history")
        ends = month_ends(self.env.company._pareto_today(), 2)
        # What rules let the reader see of it: they do not hold in a join.
        seen = history._search([("company_id", "=", self.env.company.id), ("date", "in", ends)])
        columns = {
            "now": SQL.identifier(model._table),
            "before": SQL.identifier(before),
            # Of the last two: the scheduler, whose day may begin later than the reader's, has yet to write the last.
            "end": SQL(
                "(SELECT MAX(date) FROM crm_pareto_history WHERE company_id = %s AND date = ANY(%s))",
                self.env.company.id,
                ends,
            ),
        }
        query.add_join(
            "JOIN",
            before,
            history._table,
            SQL(
                "%(before)s.partner_id = %(now)s.partner_id AND %(before)s.company_id = %(now)s.company_id"
                " AND %(before)s.date = %(end)s AND %(before)s.tier_id <> %(now)s.turnover_tier_id"
                " AND %(before)s.id IN %(seen)s",
                seen=seen.subselect(),
                **columns,
            ),
        )
        return query, columns

    @api.model
    def _describe_moves(self, rows):
        """:param rows: (partner id, id of the tier before, id of the tier now)"""
        # sudo: the tier that a value names goes with it, whoever else's it is by now.
        tiers = self.env["crm.pareto.tier"].sudo().browse({id_ for row in rows for id_ in row[1:]} - {None}).exists()
        places = {tier.id: (tier.bound, tier.name) for tier in tiers}
        partners = self.env["res.partner"].browse([row[0] for row in rows])._filtered_access("read")
        names = {partner.id: partner.display_name for partner in partners}
        moves = [
            {
                "partner_id": partner,
                "name": names[partner],
                "before": places[before][1],
                "now": places[now][1],
                "up": places[now][0] < places[before][0],
            }
            for partner, before, now in rows
            if partner in names and before in places and now in places
        ]
        return [move for up in (True, False) for move in [m for m in moves if m["up"] is up][:MOVERS]]
