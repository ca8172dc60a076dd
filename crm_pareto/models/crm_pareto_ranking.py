from odoo import api, models
from odoo.tools import SQL

# What a ranking writes beside company, window and key; the ranks of both measures have the same names.
DATES = ("first_date", "last_date", "invoice_count")
MANUAL = ("manual_tier_id", "manual_until")
MEASURES = ("turnover", "profit")
SUMS = tuple(f"{measure}{suffix}" for measure in MEASURES for suffix in ("", "_previous"))
RANKS = tuple(f"{measure}_{rank}" for measure in MEASURES for rank in ("rank", "share", "cumulative_share", "tier_id"))


class CrmParetoRanking(models.AbstractModel):
    """The SQL of the value rows: read the ledger once, sum, rank, write what differs.

    1. `_stage`: the revenue report's lines of the window and the one before, into a temporary table. A plain
       CREATE TABLE AS, because PostgreSQL only reads in parallel for that, not for an INSERT.
    2. `_sums`: one row a customer or product from the staging table; `_ranked` adds rank, shares and tier.
    3. `_write`: insert, update where different.

    Sums are numeric, so that they do not depend on the order rows are read in, and equal values are ranked by
    id: two runs on one ledger give the same rows. crm.pareto.recompute says when what is run.
    """

    _name = "crm.pareto.ranking"
    _description = "Value Ranking"

    @api.model
    def _stage(self, company, period, customers=None):
        """Fill the staging table with the company's revenue lines of the window and the one before.

        :param customers: ids; only theirs
        """
        report = self.env["crm.pareto.revenue.report"]
        self.env.flush_all()
        self.env.cr.execute(SQL("DROP TABLE IF EXISTS crm_pareto_staging"))
        self.env.cr.execute(
            SQL(
                """
                CREATE TEMPORARY TABLE crm_pareto_staging ON COMMIT DROP AS
                SELECT customer_id AS partner_id, product_id, date, revenue, margin,
                       date >= %(date_from)s AS current
                  FROM (%(report)s %(only)s) report
                 WHERE company_id = %(company)s AND date BETWEEN %(first)s AND %(date_to)s
                """,
                report=report._table_query,
                only=SQL("AND %s", report._is_of_customers(customers)) if customers is not None else SQL(),
                company=company.id,
                first=period.previous_from or period.date_from,
                date_from=period.date_from,
                date_to=period.date_to,
            )
        )

    @api.model
    def _sums(self, model, company, period, customers=None):
        """One row a customer or product with what is summed; SQL."""
        key = SQL.identifier(model._pareto_key)
        return SQL(
            """
            SELECT %(key)s, first_date, last_date, COALESCE(invoice_count, 0) AS invoice_count,
                   COALESCE(turnover, 0) AS turnover, COALESCE(turnover_previous, 0) AS turnover_previous,
                   COALESCE(profit, 0) AS profit, COALESCE(profit_previous, 0) AS profit_previous,
                   manual_tier_id, manual_until
              FROM (SELECT %(key)s,
                           SUM(revenue) FILTER (WHERE current) AS turnover,
                           SUM(revenue) FILTER (WHERE NOT current) AS turnover_previous,
                           SUM(margin) FILTER (WHERE current) AS profit,
                           SUM(margin) FILTER (WHERE NOT current) AS profit_previous
                      FROM crm_pareto_staging
                     WHERE %(key)s IS NOT NULL
                     GROUP BY %(key)s) sums
              FULL JOIN (%(dates)s) dates USING (%(key)s)
              FULL JOIN %(manual)s decided USING (%(key)s)
            """,
            key=key,
            dates=model._dates_sql(company, period, customers),
            manual=self.env["crm.pareto.manual.tier"]._in_force_sql(key, company),
        )

    @api.model
    def _ranked(self, model, company, source):
        """The source's rows with rank, shares and tier of each measure; SQL.

        :param source: SQL of rows with the key, turnover and profit
        """
        key = SQL.identifier(model._pareto_key)
        tiers = self.env["crm.pareto.tier"]._for_company(company)
        return SQL(
            "SELECT ranked.*, %(columns)s FROM (SELECT source.*, %(windows)s FROM (%(source)s) source) ranked",
            columns=SQL(", ").join(self._measure_columns(measure, tiers) for measure in MEASURES),
            windows=SQL(", ").join(self._measure_windows(measure, key) for measure in MEASURES),
            source=source,
        )

    @api.model
    def _measure_windows(self, measure, key):
        """Rank by value, ties by id; the positive values up to each row, and all of them."""
        return SQL(
            """
            ROW_NUMBER() OVER (ORDER BY %(value)s DESC, %(key)s) AS %(rank)s,
            SUM(GREATEST(%(value)s, 0)) OVER (ORDER BY %(value)s DESC, %(key)s ROWS UNBOUNDED PRECEDING) AS %(upto)s,
            SUM(GREATEST(%(value)s, 0)) OVER () AS %(total)s
            """,
            value=SQL.identifier(measure),
            key=key,
            rank=SQL.identifier(f"{measure}_rank"),
            upto=SQL.identifier(f"{measure}_upto"),
            total=SQL.identifier(f"{measure}_total"),
        )

    @api.model
    def _measure_columns(self, measure, tiers):
        value = SQL.identifier(measure)
        upto = SQL.identifier(f"{measure}_upto")
        total = SQL.identifier(f"{measure}_total")
        return SQL(
            """
            COALESCE(%(value)s / NULLIF(%(total)s, 0), 0)::float8 AS %(share)s,
            COALESCE(%(upto)s / NULLIF(%(total)s, 0), 0)::float8 AS %(cumulative)s,
            %(rule)s AS %(tier)s
            """,
            value=value,
            total=total,
            share=SQL.identifier(f"{measure}_share"),
            upto=upto,
            cumulative=SQL.identifier(f"{measure}_cumulative_share"),
            rule=tiers._rule(value, SQL("%s - GREATEST(%s, 0)", upto, value), total),
            tier=SQL.identifier(f"{measure}_tier_id"),
        )

    @api.model
    def _write_all(self, model, company, period):
        """Make the model's rows of the company equal to the ledger; equal rows are not touched."""
        self._make_values(self._ranked(model, company, self._sums(model, company, period)))
        self._delete_missing(model, company)
        self._upsert(model, company, period, DATES + SUMS + RANKS + MANUAL)

    @api.model
    def _write_some(self, model, company, period, customers):
        """Sum the customers anew; `_rank_stored` then makes the same rows as `_write_all`, from less reading."""
        self._make_values(
            SQL(
                "SELECT * FROM (%s) sums WHERE partner_id = ANY(%s)",
                self._sums(model, company, period, customers),
                customers,
            )
        )
        self._delete_missing(model, company, customers)
        self._upsert(model, company, period, DATES + SUMS + MANUAL)

    @api.model
    def _make_values(self, query):
        self.env.cr.execute(SQL("DROP TABLE IF EXISTS crm_pareto_values"))
        self.env.cr.execute(SQL("CREATE TEMPORARY TABLE crm_pareto_values ON COMMIT DROP AS %s", query))

    @api.model
    def _delete_missing(self, model, company, among=None):
        """Delete the company's rows that are not among the new values.

        :param among: ids of the keys that were looked at; None: all
        """
        self.env.cr.execute(
            SQL(
                """
                DELETE FROM %(table)s gone
                 WHERE company_id = %(company)s AND %(among)s
                   AND NOT EXISTS (SELECT FROM crm_pareto_values WHERE %(key)s = gone.%(key)s)
                """,
                table=SQL.identifier(model._table),
                company=company.id,
                key=SQL.identifier(model._pareto_key),
                among=SQL("TRUE") if among is None else SQL("%s = ANY(%s)", SQL.identifier(model._pareto_key), among),
            )
        )
        model.invalidate_model()

    @api.model
    def _upsert(self, model, company, period, columns):
        self.env.cr.execute(
            SQL(
                """
                INSERT INTO %(table)s AS old (company_id, date_from, as_of, %(key)s, %(columns)s)
                SELECT %(company)s, %(date_from)s, %(as_of)s, %(key)s, %(columns)s FROM crm_pareto_values
                ON CONFLICT (%(key)s, company_id) DO UPDATE
                   SET (date_from, as_of, %(columns)s) = (EXCLUDED.date_from, EXCLUDED.as_of, %(new)s)
                 WHERE (old.date_from, old.as_of, %(old)s)
                       IS DISTINCT FROM (EXCLUDED.date_from, EXCLUDED.as_of, %(new)s)
                """,
                table=SQL.identifier(model._table),
                key=SQL.identifier(model._pareto_key),
                company=company.id,
                date_from=period.date_from,
                as_of=period.date_to,
                **self._column_lists(columns, "excluded"),
            )
        )
        model.invalidate_model()

    @api.model
    def _rank_stored(self, model, company):
        """Rank the company's rows by the sums they hold; rows whose rank stays are not touched."""
        source = SQL(
            "SELECT id, %s, turnover, profit FROM %s WHERE company_id = %s",
            SQL.identifier(model._pareto_key),
            SQL.identifier(model._table),
            company.id,
        )
        self.env.cr.execute(
            SQL(
                """
                UPDATE %(table)s old SET (%(columns)s) = (%(new)s)
                  FROM (%(ranked)s) ranking
                 WHERE old.id = ranking.id AND (%(old)s) IS DISTINCT FROM (%(new)s)
                """,
                table=SQL.identifier(model._table),
                ranked=self._ranked(model, company, source),
                **self._column_lists(RANKS, "ranking"),
            )
        )
        model.invalidate_model()

    @api.model
    def _column_lists(self, columns, new):
        """The columns as lists: bare, of the row as it was (`old`), and of the new one."""
        return {
            "columns": SQL(", ").join(map(SQL.identifier, columns)),
            "old": SQL(", ").join(SQL.identifier("old", column) for column in columns),
            "new": SQL(", ").join(SQL.identifier(new, column) for column in columns),
        }
