from odoo import api, models
from odoo.tools import SQL

from ..analytics.windows import BEGINNING
from .crm_pareto_attribution import MODELS, OWN_SOURCES

# What is summed of each model's credits: the name of the sum, and of what.
SUMS = {
    "revenue": "SUM(revenue * %(credit)s)",
    "margin": "SUM(margin * %(credit)s)",
    "orders": "SUM(%(credit)s) FILTER (WHERE is_order)",
    "new_customers": "SUM(%(credit)s) FILTER (WHERE is_new_customer)",
}


class CrmParetoCampaignSums(models.AbstractModel):
    """The SQL of the campaigns' figures: what is summed of costs, leads, touches and credits.

    Where `by` is a parameter it is what the sums are grouped by: "campaign_id", "source_id" or "medium_id".
    """

    _name = "crm.pareto.campaign.sums"
    _description = "Sums of Campaigns"

    @api.model
    def _each_model(self, sums, among=MODELS):
        """SQL: the sums of each model's credits, as `revenue_first` and so on.

        :param among: (model, label) pairs: all, or some
        """
        columns = []
        for model, _label in among:
            credit = SQL.identifier(f"credit_{model}")
            for name in sums:
                columns.append(SQL("%s AS %s", SQL(SUMS[name], credit=credit), SQL.identifier(f"{name}_{model}")))
        return SQL(", ").join(columns)

    @api.model
    def _as_rows(self, sums, among=MODELS):
        """SQL: of one row with a column a sum and model, a row a model."""
        rows = [
            SQL("(%s, %s)", model, SQL(", ").join(SQL.identifier(f"{name}_{model}") for name in sums))
            for model, _label in among
        ]
        names = SQL(", ").join(map(SQL.identifier, ("model", *sums)))
        return SQL("LATERAL (VALUES %s) AS by_model (%s)", SQL(", ").join(rows), names)

    @api.model
    def _credited(self, company, as_of, by="campaign_id", date_from=BEGINNING, among=MODELS):
        """What each model credits to each campaign, with the spread over the customers that an interval needs.

        :param as_of: the last invoice date that counts, as `date_from` is the first
        :param among: (model, label) pairs: all, or some
        :return: dicts of `by`, model, the SUMS, customers, squares, cubes
        """
        return self.env.execute_query_dict(
            SQL(
                """
                WITH customer AS (
                    SELECT %(by)s, customer_id, %(sums)s
                      FROM crm_pareto_attribution
                     WHERE company_id = %(company)s AND date BETWEEN %(date_from)s AND %(as_of)s
                     GROUP BY %(by)s, customer_id
                )
                SELECT %(by)s, by_model.model, SUM(revenue) AS revenue, SUM(margin) AS margin,
                       COALESCE(SUM(orders), 0) AS orders, COALESCE(SUM(new_customers), 0) AS new_customers,
                       COUNT(*) FILTER (WHERE margin <> 0) AS customers,
                       SUM(margin::float8 ^ 2) AS squares, SUM(margin::float8 ^ 3) AS cubes
                  FROM customer CROSS JOIN %(rows)s
                 GROUP BY %(by)s, by_model.model
                """,
                by=SQL.identifier(by),
                sums=self._each_model(SUMS, among),
                rows=self._as_rows(SUMS, among),
                company=company.id,
                date_from=date_from,
                as_of=as_of,
            )
        )

    @api.model
    def _costs(self, company, as_of, by="campaign_id", date_from=BEGINNING):
        """{id of `by`: dict of cost, committed, first and last day of a cost}

        By source or medium, a cost counts at its campaign's usual one, as in crm.pareto.campaign.analysis.
        """
        self.env.flush_all()
        rows = self.env.execute_query_dict(
            SQL(
                """
                SELECT %(by)s, SUM(cost) AS cost, SUM(committed) AS committed,
                       MIN(date) FILTER (WHERE cost > 0) AS first_cost, MAX(date) FILTER (WHERE cost > 0) AS last_cost
                  FROM (%(lines)s) line %(usual)s
                 WHERE company_id = %(company)s AND date BETWEEN %(date_from)s AND %(as_of)s
                 GROUP BY %(by)s
                """,
                by=SQL.identifier(by),
                # sudo: a result of the company, whoever asks for it.
                lines=self.env["crm.pareto.campaign.cost.report"].sudo()._table_query,
                usual=SQL() if by == "campaign_id" else self._join_usual(company),
                company=company.id,
                date_from=date_from,
                as_of=as_of,
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
                   AND create_date >= %(date_from)s AND create_date < %(as_of)s::date + 1
                 GROUP BY %(by)s
                """,
                by=SQL.identifier(by),
                company=company.id,
                date_from=date_from,
                as_of=as_of,
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
                SELECT campaign_id, COUNT(DISTINCT who) AS touched,
                       COUNT(DISTINCT who) FILTER (WHERE bought) AS converted,
                       mode() WITHIN GROUP (ORDER BY source_id) AS source_id,
                       mode() WITHIN GROUP (ORDER BY medium_id) AS medium_id
                  FROM (SELECT campaign_id, COALESCE(customer_id::bigint, -lead_id::bigint) AS who, source_id,
                               medium_id, FALSE AS bought
                          FROM crm_pareto_touches
                         UNION ALL
                        SELECT DISTINCT campaign_id, customer_id, NULL::int, NULL::int, TRUE
                          FROM crm_pareto_attribution
                         WHERE company_id = %s AND customer_id IS NOT NULL AND touch_source NOT IN %s) touch
                 GROUP BY campaign_id
                """,
                company.id,
                OWN_SOURCES,
            )
        )
        return {row.pop("campaign_id"): row for row in rows}

    @api.model
    def _paid_back(self, company, costs):
        """{(campaign id, model): the day on which its margin first reached its cost}; not those that have not.

        :param costs: {campaign id: dict with cost}
        """
        spent = [(campaign, row["cost"]) for campaign, row in costs.items() if row["cost"] > 0]
        if not spent:
            return {}
        rows = self.env.execute_query(
            SQL(
                """
                WITH day AS (
                    SELECT campaign_id, date, %(sums)s FROM crm_pareto_attribution
                     WHERE company_id = %(company)s GROUP BY campaign_id, date
                )
                SELECT campaign_id, model, MIN(date)
                  FROM (SELECT campaign_id, date, by_model.model, spent.cost,
                               SUM(margin) OVER (PARTITION BY campaign_id, by_model.model ORDER BY date) AS margin
                          FROM day JOIN (VALUES %(spent)s) spent (campaign_id, cost) USING (campaign_id)
                         CROSS JOIN %(rows)s) running
                 WHERE margin >= cost
                 GROUP BY campaign_id, model
                """,
                sums=self._each_model(["margin"]),
                rows=self._as_rows(["margin"]),
                spent=SQL(", ").join(SQL("(%s, %s::numeric)", *row) for row in spent),
                company=company.id,
            )
        )
        return {(campaign, model): day for campaign, model, day in rows}
