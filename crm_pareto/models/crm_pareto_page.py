from odoo import api, fields, models
from odoo.exceptions import AccessError
from odoo.tools import SQL

from ..analytics.concentration import cumulative, gini
from ..analytics.windows import month_ends

BUCKETS = 200  # bars at most: a million customers draw as fast as a hundred
MOVERS = 8  # names in each direction
CROSSING = 0.8  # the share that "20 % of customers" are said to make
NOTHING = SQL()
KINDS = {"customer": "crm.pareto.customer", "product": "crm.pareto.product"}


class CrmParetoPage(models.AbstractModel):
    """The figures of the Pareto page: of one company, measure and kind, from the value rows.

    They are of the rows that have a value in the window: who bought nothing is no part of the
    distribution. The same `_get_domain` gives the figures and opens the rows behind them.
    """

    _name = "crm.pareto.page"
    _description = "Pareto Page"

    @api.model
    @api.readonly
    def get_figures(self, kind="customer", measure="turnover"):
        """All that the page shows.

        :param kind: "customer" or "product"
        :param measure: "turnover" or "profit"
        :raises AccessError: for profit without the group that may see it
        :return: the company and its window, the `_summary`, `_buckets`, `_tiers` and `_movers`, and the domain of all
        """
        model = self.env[KINDS[kind]]
        model.check_access("read")
        model.flush_model()
        if measure not in ("turnover", "profit"):
            raise ValueError(f"no measure {measure!r}")
        summary = self._summary(model, measure)
        return {
            "company_id": self.env.company.id,
            "currency_id": self.env.company.currency_id.id,
            "res_model": model._name,
            "domain": self._get_domain(measure),
            "window": dict(self.env.company._fields["pareto_window"]._description_selection(self.env))[
                self.env.company.pareto_window
            ],
            "sees_profit": self.env.user.has_group("crm_pareto.group_profit"),
            "may_recompute": self.env.user.has_group("crm_pareto.group_manager"),
            **summary,
            "buckets": self._buckets(model, measure, summary),
            "tiers": self._tiers(model, measure, summary),
            "movers": self._movers() if kind == "customer" and measure == "turnover" else [],
        }

    @api.model
    def recompute(self):
        """Bring the values of the reader's company up to date now.

        :return: False where another recompute of the company is running
        """
        if not self.env.user.has_group("crm_pareto.group_manager"):
            raise AccessError(self.env._("Only a manager of Customer Value can recompute."))
        # Writes rows nobody may write, from invoices the manager may not all see: a sum of the company.
        return bool(self.env["crm.pareto.recompute"].sudo()._recompute(self.env.company))

    @api.model
    def _get_domain(self, measure):
        """The rows that the page is about."""
        return [("company_id", "=", self.env.company.id), (measure, "!=", 0)]

    @api.model
    def _rows(self, model, measure):
        """(FROM … WHERE … of the company's rows the reader may see, {name: SQL column})"""
        query = model._search(self._get_domain(measure))
        names = {"value": measure, "rank": f"{measure}_rank", "share": f"{measure}_share"}
        names["cumulative"] = f"{measure}_cumulative_share"
        columns = {name: model._field_to_sql(model._table, field, query) for name, field in names.items()}
        return query, columns

    @api.model
    def _fetch(self, query, select, tail=NOTHING):
        return self.env.execute_query(
            SQL("SELECT %s FROM %s WHERE %s %s", select, query.from_clause, query.where_clause, tail)
        )

    @api.model
    def _summary(self, model, measure):
        query, column = self._rows(model, measure)
        [(count, buyers, net, total, weighted, crossing, as_of, date_from)] = self._fetch(
            query,
            SQL(
                """
                COUNT(*), COUNT(*) FILTER (WHERE %(value)s > 0), COALESCE(SUM(%(value)s), 0),
                COALESCE(SUM(%(value)s) FILTER (WHERE %(value)s > 0), 0),
                COALESCE(SUM(%(rank)s * %(value)s) FILTER (WHERE %(value)s > 0), 0),
                COUNT(*) FILTER (WHERE %(value)s > 0 AND %(cumulative)s - %(share)s < %(crossing)s),
                MAX(as_of), MAX(date_from)
                """,
                crossing=CROSSING,
                **column,
            ),
        )
        return {
            "count": count,
            "buyers": buyers,
            "net": float(net),
            "total": float(total),
            "gini": gini(buyers, float(total), float(weighted)),
            "crossing": crossing,
            "as_of": fields.Date.to_string(as_of) if as_of else False,
            "date_from": fields.Date.to_string(date_from) if date_from else False,
        }

    @api.model
    def _buckets(self, model, measure, summary):
        """The bars: as many as there are rows, BUCKETS at most, in the order of the ranking."""
        if not summary["count"]:
            return []
        query, column = self._rows(model, measure)
        places = SQL(
            "SELECT %(rank)s AS rank, %(value)s AS amount, ROW_NUMBER() OVER (ORDER BY %(rank)s) - 1 AS place"
            " FROM %(table)s WHERE %(where)s",
            table=query.from_clause,
            where=query.where_clause,
            **column,
        )
        rows = self.env.execute_query(
            SQL(
                "SELECT MIN(rank), MAX(rank), COUNT(*), SUM(amount) FROM (%s) ranked"
                " GROUP BY place * %s / %s ORDER BY 1",
                places,
                min(BUCKETS, summary["count"]),
                summary["count"],
            )
        )
        # The whale curve of profit is of the net total: it rises above it and falls back.
        base = summary["net"] if measure == "profit" else summary["total"]
        shares = cumulative([float(row[3]) for row in rows], base)
        return [
            {"first": first, "last": last, "count": count, "amount": float(amount), "cumulative": share}
            for (first, last, count, amount), share in zip(rows, shares, strict=True)
        ]

    @api.model
    def _tiers(self, model, measure, summary):
        tier_field = "tier_id" if measure == "turnover" else "profit_tier_id"
        groups = model._read_group(
            self._get_domain(measure), [tier_field], ["__count", f"{measure}:sum"], order=tier_field
        )
        return [
            {
                "id": tier.id,
                "name": tier.name or "",
                "field": tier_field,
                "count": count,
                "count_share": count / summary["count"],
                "amount": amount,
                "share": amount / summary["total"] if summary["total"] else 0,
                "average": amount / count,
            }
            for tier, count, amount in groups
        ]

    @api.model
    def _movers(self):
        """The biggest customers whose tier now is another than at the last month's end."""
        end = month_ends(fields.Date.context_today(self), 1)[0]
        model = self.env["crm.pareto.customer"]
        query = model._search([("company_id", "=", self.env.company.id)])
        history = query.make_alias(model._table, "history")
        query.add_join(
            "JOIN",
            history,
            "crm_pareto_history",
            SQL(
                "%(history)s.partner_id = %(row)s.partner_id AND %(history)s.company_id = %(row)s.company_id"
                " AND %(history)s.date = %(end)s",
                history=SQL.identifier(history),
                row=SQL.identifier(model._table),
                end=end,
            ),
        )
        tiers = {tier.id: (place, tier.name) for place, tier in enumerate(self.env["crm.pareto.tier"].search([]))}
        rows = self._fetch(
            query,
            SQL(
                "%(row)s.partner_id, %(history)s.tier_id, %(row)s.turnover_tier_id",
                row=SQL.identifier(model._table),
                history=SQL.identifier(history),
            ),
            SQL(
                "AND %(history)s.tier_id <> %(row)s.turnover_tier_id ORDER BY GREATEST(%(history)s.turnover,"
                " %(row)s.turnover) DESC, %(row)s.partner_id LIMIT %(limit)s",
                row=SQL.identifier(model._table),
                history=SQL.identifier(history),
                limit=4 * MOVERS,
            ),
        )
        partners = self.env["res.partner"].browse([row[0] for row in rows])._filtered_access("read")
        names = {partner.id: partner.display_name for partner in partners}
        moves = [
            {
                "partner_id": partner,
                "name": names[partner],
                "before": tiers[before][1],
                "now": tiers[now][1],
                "up": tiers[now][0] < tiers[before][0],
            }
            for partner, before, now in rows
            if partner in names and before in tiers and now in tiers
        ]
        return [move for up in (True, False) for move in [m for m in moves if m["up"] is up][:MOVERS]]
