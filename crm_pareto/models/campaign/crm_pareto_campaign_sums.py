from odoo import api, models
from odoo.tools import SQL

from ...analytics.windows import BEGINNING
from ..common.tools.attribution_models import MODELS
from ..common.tools.bounds import within
from .crm_pareto_attribution import OWN_SOURCES

# What is summed of each model's credits: the name of the sum, and of what. Half of the first and last touch are zero.
# The margin is that of sales whose cost is known, NULL where there are none; the rest of their revenue is uncosted.
SUMS = {
    "revenue": "COALESCE(SUM(revenue * %(credit)s) FILTER (WHERE %(credit)s <> 0), 0)",
    "margin": "SUM(margin * %(credit)s) FILTER (WHERE %(credit)s <> 0)",
    "uncosted": "COALESCE(SUM(uncosted_revenue * %(credit)s) FILTER (WHERE %(credit)s <> 0), 0)",
    "orders": "COALESCE(SUM(%(credit)s) FILTER (WHERE is_order AND %(credit)s <> 0), 0)",
    "new_customers": "COALESCE(SUM(%(credit)s) FILTER (WHERE is_new_customer AND %(credit)s <> 0), 0)",
}
# The same under models that give all to one touch: a credit is 0 or 1, and nothing need be multiplied.
WHOLE_SUMS = {
    "revenue": "COALESCE(SUM(revenue) FILTER (WHERE %(credit)s <> 0), 0)",
    "margin": "SUM(margin) FILTER (WHERE %(credit)s <> 0)",
    "uncosted": "COALESCE(SUM(uncosted_revenue) FILTER (WHERE %(credit)s <> 0), 0)",
    "orders": "COUNT(*) FILTER (WHERE is_order AND %(credit)s <> 0)",
    "new_customers": "COUNT(*) FILTER (WHERE is_new_customer AND %(credit)s <> 0)",
}
WHOLE = ("first", "last")
# What is summed of the customers' margins; for an interval of those rounded, in numeric: floats would add up to
# something else each time that PostgreSQL reads the rows in another order. And within bounds: the cube of a cost that
# somebody mistyped is no double.
SPREAD = {
    "margin": "SUM(%(margin)s)",
    "customers": "COUNT(*) FILTER (WHERE %(margin)s <> 0)",
    "squares": "SUM(%(rounded)s * %(rounded)s)::float8",
    "cubes": "SUM(%(rounded)s * %(rounded)s * %(rounded)s)::float8",
}


class CrmParetoCampaignSums(models.AbstractModel):
    """The SQL of the campaigns' figures: what is summed of costs, leads, touches and credits.

    Sums of one table without a temporary one, and without a common table that two parts read: those PostgreSQL reads
    with all its workers. A sum of numerics takes 300 bytes, so that few are kept for each customer.

    Where `by` is a parameter it is what the sums are grouped by: "campaign_id", "source_id" or "medium_id"; `among` are
    (model, label) pairs: all models of attribution, or some.
    """

    _name = "crm.pareto.campaign.sums"
    _description = "Sums of Campaigns"

    @api.model
    def _each_model(self, sums, among=MODELS):
        """SQL: the sums of each model's credits, as `revenue_first` and so on."""
        return SQL(", ").join(
            SQL("%s AS %s", _sum_of(name, model), _named(name, model)) for model, _label in among for name in sums
        )

    @api.model
    def _as_rows(self, sums, among):
        """SQL: of one row with a column a sum and model, a row a model."""
        rows = [SQL("(%s, %s)", model, SQL(", ").join(_named(name, model) for name in sums)) for model, _label in among]
        names = SQL(", ").join(map(SQL.identifier, ("model", *sums)))
        return SQL("LATERAL (VALUES %s) AS by_model (%s)", SQL(", ").join(rows), names)

    @api.model
    def _credited(self, company, as_of, by="campaign_id", date_from=BEGINNING, among=MODELS, only=None):
        """What each model credits to each campaign, with the spread over the customers that an interval needs.

        :param as_of: the last invoice date that counts, as `date_from` is the first
        :param only: SQL of which rows count besides
        :return: dicts of `by`, model, the SUMS, customers, squares, cubes
        """
        shared = [name for name in SUMS if name != "margin"]
        which = SQL("company_id = %s AND date BETWEEN %s AND %s", company.id, date_from, as_of)
        which = SQL("%s AND %s", which, only) if only else which
        rows, group = {}, SQL.identifier(by)
        # Two statements: in one, PostgreSQL might sum up the customers again for each campaign.
        for names, sums in (
            (shared, self._shared(group, which, self._each_model(shared, among))),
            ([*SPREAD], self._spread(group, which, among)),
        ):
            found = self.env.execute_query_dict(
                SQL("SELECT %s, by_model.* FROM (%s) sums CROSS JOIN %s", group, sums, self._as_rows(names, among))
            )
            for row in found:
                rows.setdefault((row[by], row["model"]), {}).update(row)
        return list(rows.values())

    @api.model
    def _matured(self, company, as_of, costs):
        """{campaign: {model: what it credits, as `_credited`}} of touches that are older than the look-back, of the
        campaigns whose cost is so in part.

        :param costs: as `_costs`
        """
        partly = [campaign for campaign, row in costs.items() if 0 < (row["mature_cost"] or 0) < (row["cost"] or 0)]
        if not partly:
            return {}
        end = company._pareto_midnight(SQL("%s::date - %s + 1", as_of, company.pareto_lookback_days))
        only = SQL("campaign_id = ANY(%s) AND touch_date < %s", partly, end)
        found = {}
        for row in self._credited(company, as_of, only=only):
            found.setdefault(row["campaign_id"], {})[row["model"]] = row
        return found

    @api.model
    def _shared(self, by, which, sums):
        """SQL: what is credited to each group under each model, as `revenue_first` …"""
        return SQL("SELECT %s, %s FROM crm_pareto_attribution WHERE %s GROUP BY %s", by, sums, which, by)

    @api.model
    def _spread(self, by, which, among):
        """SQL: each group's margin under each model and how it is spread over the customers, as `margin_first` …"""
        margins = [_named("margin", model) for model, _label in among]
        rounded = [_named("rounded", model) for model, _label in among]
        columns = [
            SQL("%s AS %s", SQL(SPREAD[name], margin=margin, rounded=round_), _named(name, model))
            for (model, _label), margin, round_ in zip(among, margins, rounded, strict=True)
            for name in SPREAD
        ]
        return SQL(
            """
            SELECT %(by)s, %(columns)s
              FROM (SELECT %(by)s, %(margins)s, %(rounded)s
                      FROM (SELECT %(by)s, customer_id, %(sums)s FROM crm_pareto_attribution
                             WHERE %(which)s GROUP BY %(by)s, customer_id) customer
                    OFFSET 0) customer
             GROUP BY %(by)s
            """,
            by=by,
            columns=SQL(", ").join(columns),
            margins=SQL(", ").join(margins),
            rounded=SQL(", ").join(
                SQL("ROUND(%s, 8) AS %s", within(margin), round_)
                for margin, round_ in zip(margins, rounded, strict=True)
            ),
            sums=self._each_model(["margin"], among),
            which=which,
        )

    @api.model
    def _costs(self, company, as_of, by="campaign_id", date_from=BEGINNING, campaigns=None):
        """{id of `by`: dict of cost, committed, first day of a cost, cost that is older than the look-back}

        By source or medium, a cost counts at its campaign's usual one, as in crm.pareto.campaign.analysis.

        :param campaigns: ids of those that are asked for; all by default
        """
        self.env.flush_all()
        rows = self.env.execute_query_dict(
            SQL(
                """
                SELECT %(by)s, SUM(cost) AS cost, SUM(committed) AS committed,
                       MIN(date) FILTER (WHERE cost > 0) AS first_cost,
                       SUM(cost) FILTER (WHERE date <= %(as_of)s::date - %(look_back)s) AS mature_cost
                  FROM (%(lines)s) line %(usual)s
                 WHERE company_id = %(company)s AND date BETWEEN %(date_from)s AND %(as_of)s AND %(among)s
                 GROUP BY %(by)s
                """,
                by=SQL.identifier(by),
                among=SQL("TRUE") if campaigns is None else SQL("campaign_id = ANY(%s)", list(campaigns)),
                # sudo: a result of the company, whoever asks for it.
                lines=self.env["crm.pareto.campaign.cost.report"].sudo()._table_query,
                usual=SQL() if by == "campaign_id" else self._join_usual(company),
                company=company.id,
                date_from=date_from,
                as_of=as_of,
                look_back=company.pareto_lookback_days,
            )
        )
        return {row.pop(by): row for row in rows}

    @api.model
    def _join_usual(self, company):
        """SQL: to each campaign its usual source and medium, which are the same under each model."""
        return SQL(
            """
            LEFT JOIN (SELECT DISTINCT ON (campaign_id) campaign_id, source_id, medium_id
                         FROM crm_pareto_campaign WHERE company_id = %s ORDER BY campaign_id, id) usual
                USING (campaign_id)
            """,
            company.id,
        )

    @api.model
    def _leads(self, company, as_of, by="campaign_id", date_from=BEGINNING):
        """{id of `by`: dict of leads, opportunities, won} of campaigns; a lead of no company counts in each."""
        rows = self.env.execute_query_dict(
            SQL(
                """
                SELECT %(by)s, COUNT(*) AS leads, COUNT(*) FILTER (WHERE type = 'opportunity') AS opportunities,
                       COUNT(*) FILTER (WHERE won_status = 'won') AS won
                  FROM crm_lead
                 WHERE campaign_id IS NOT NULL AND (company_id = %(company)s OR company_id IS NULL)
                   AND create_date >= %(since)s AND create_date < %(until)s
                 GROUP BY %(by)s
                """,
                by=SQL.identifier(by),
                company=company.id,
                since=company._pareto_midnight(SQL("%s::date", date_from)),
                until=company._pareto_midnight(SQL("%s::date + 1", as_of)),
            )
        )
        return {row.pop(by): row for row in rows}

    @api.model
    def _touched(self, company):
        """{campaign id: dict of touched, converted, and its usual source and medium}

        Touched are customers, and leads that are nobody's yet; converted are those who bought within the look-back.
        """
        rows = self.env.execute_query_dict(
            SQL(
                """
                SELECT campaign_id, touched, converted, source_id, medium_id
                  FROM (SELECT campaign_id, COUNT(who) AS touched, COUNT(who) FILTER (WHERE bought) AS converted
                          FROM (SELECT campaign_id, who, bool_or(bought) AS bought FROM (%(reached)s) reached
                                 GROUP BY campaign_id, who) reached
                         GROUP BY campaign_id) reached
                  LEFT JOIN (%(sources)s) source USING (campaign_id)
                  LEFT JOIN (%(mediums)s) medium USING (campaign_id)
                """,
                reached=self._reached(company),
                sources=self._usual(SQL.identifier("source_id")),
                mediums=self._usual(SQL.identifier("medium_id")),
            )
        )
        return {row.pop("campaign_id"): row for row in rows}

    @api.model
    def _reached(self, company):
        return SQL(
            """
            SELECT campaign_id, COALESCE(customer_id::bigint, -lead_id::bigint) AS who, FALSE AS bought
              FROM crm_pareto_touches
             UNION ALL
            SELECT DISTINCT campaign_id, customer_id, TRUE FROM crm_pareto_attribution
             WHERE company_id = %s AND customer_id IS NOT NULL AND touch_source NOT IN %s
            """,
            company.id,
            OWN_SOURCES,
        )

    @api.model
    def _usual(self, way):
        """SQL: the source or medium of most of a campaign's touches, the first of them where several are."""
        return SQL(
            """
            SELECT DISTINCT ON (campaign_id) campaign_id, %(way)s
              FROM (SELECT campaign_id, %(way)s, COUNT(*) AS times FROM crm_pareto_touches
                     WHERE %(way)s IS NOT NULL GROUP BY campaign_id, %(way)s) used
             ORDER BY campaign_id, times DESC, %(way)s
            """,
            way=way,
        )

    @api.model
    def _paid_back(self, company, costs):
        """{(campaign id, model): the day on which its margin first reached its cost}; not those that have not.

        :param costs: {campaign id: dict with cost}
        """
        spent = [(campaign, row["cost"]) for campaign, row in costs.items() if row["cost"] > 0]
        if not spent:
            return {}
        names = [_named("margin", model) for model, _label in MODELS]
        rows = self.env.execute_query(
            SQL(
                """
                SELECT campaign_id, %(days)s
                  FROM (SELECT campaign_id, date, cost, %(running)s
                          FROM (SELECT campaign_id, date, %(sums)s FROM crm_pareto_attribution
                                 WHERE company_id = %(company)s AND campaign_id IN %(campaigns)s
                                 GROUP BY campaign_id, date) day
                          JOIN (VALUES %(spent)s) spent (campaign_id, cost) USING (campaign_id)
                        WINDOW past AS (PARTITION BY campaign_id ORDER BY date)) running
                 GROUP BY campaign_id
                """,
                days=SQL(", ").join(SQL("MIN(date) FILTER (WHERE %s >= cost)", name) for name in names),
                running=SQL(", ").join(SQL("SUM(%s) OVER past AS %s", name, name) for name in names),
                sums=self._each_model(["margin"]),
                spent=SQL(", ").join(SQL("(%s, %s::numeric)", *row) for row in spent),
                campaigns=tuple(campaign for campaign, _cost in spent),
                company=company.id,
            )
        )
        models_ = [model for model, _label in MODELS]
        return {
            (campaign, model): day for campaign, *days in rows for model, day in zip(models_, days, strict=True) if day
        }


def _named(name, model):
    return SQL.identifier(f"{name}_{model}")


def _sum_of(name, model):
    sums = WHOLE_SUMS if model in WHOLE else SUMS
    return SQL(sums[name], credit=SQL.identifier(f"credit_{model}"))
