from odoo import api, models
from odoo.tools import SQL

from ...analytics.windows import moved_days
from ..common.tools.trust import Only

# What a ranking writes beside company and key; the ranks of both measures have the same names.
DATES = ("first_date", "last_date", "invoice_count")
MANUAL = ("manual_tier_id", "manual_until")
MEASURES = ("turnover", "profit")
# Lines whose cost is known, and others, and what those others are of the turnover.
COSTED = ("costed_count", "costed_count_previous", "uncosted_count", "uncosted_count_previous", "uncosted_turnover")
SUMS = (*(f"{measure}{suffix}" for measure in MEASURES for suffix in ("", "_previous")), *COSTED)
RANKS = tuple(f"{measure}_{rank}" for measure in MEASURES for rank in ("rank", "tier_id"))
HASHED = 90_000  # customers whose sums, 1.4 kB each, fit into what PostgreSQL hashes in: twice the work_mem


class CrmParetoRanking(models.AbstractModel):
    """The SQL of the value rows: read the ledger once, sum, rank, write what differs.

    1. `_sum`: one pass over the revenue report sums customers and products into a temporary table. A plain CREATE
       TABLE AS, because PostgreSQL only reads in parallel for that, not for an INSERT.
    2. `_make_values`: a row a customer or product, with its dates; `_make_draft` adds rank and tier.
    3. What else is worked out of the draft, by the model (crm.pareto.worth.mixin): a temporary table a part.
    4. All of it at once: update where different, insert, delete. Each version of a row costs more than its figures.

    Sums are numeric, so that they do not depend on the order rows are read in, and equal values are ranked by
    id: two runs on one ledger give the same rows. crm.pareto.recompute says when what is run.

    Profit is the margin of the lines whose cost is known; NULL where there are lines, and none of them has a known
    cost. Who has no profit has no rank and tier by it.
    """

    _name = "crm.pareto.ranking"
    _description = "Value Ranking"

    # -- 1. sums -------------------------------------------------------------------

    @api.model
    def _sum(self, company, period, value_models, customers=None, lifetime=False):
        """Make crm_pareto_sums: the company's customers and products with what is summed over the windows.

        Beside the sums each row has one of the models' keys and `kind`, the model's, which tells which. Before it, the
        models make what they know of dates.

        :param value_models: the models whose rows are wanted
        :param customers: ids; only their documents are read
        :param lifetime: whether to read the documents of all time, for `later_margin` of customers: what their
            purchases after the first day left, NULL where the cost of something in them is unknown; `within` says who
            has lines in the windows
        """
        report = self.env["crm.pareto.revenue.report"]
        if customers is not None:
            report = report.with_context(pareto_customers=Only(customers))
        self.env.flush_all()
        known = sum(model._make_dates(company, period, customers) for model in value_models)
        many = lifetime and known > HASHED
        sources = [SQL.identifier(model._pareto_source) for model in value_models]
        first = period.previous_from or period.date_from
        since = "-infinity" if lifetime else first
        # PostgreSQL expects 200 customers, as of any expression, and would sort all lines, in one process, for the join
        # with their first days, instead of hashing. Not for the statements that follow: those go another, slower way.
        # The sums of many customers it would hash on disk: their lines are sorted, by the workers.
        if not many:
            self.env.cr.execute(SQL("SET LOCAL enable_mergejoin = off"))
        # OFFSET 0: margins are worked out by the workers, before the rows are passed on and sorted, not after.
        self._make_table(
            "crm_pareto_sums",
            SQL(
                """
                SELECT %(keys)s, %(kind)s AS kind,
                       COALESCE(SUM(revenue) FILTER (WHERE date >= %(date_from)s), 0) AS turnover,
                       COALESCE(SUM(revenue) FILTER (WHERE %(previous)s), 0) AS turnover_previous,
                       SUM(margin) FILTER (WHERE date >= %(date_from)s) AS profit,
                       SUM(margin) FILTER (WHERE %(previous)s) AS profit_previous,
                       COUNT(margin) FILTER (WHERE date >= %(date_from)s) AS costed_count,
                       COUNT(margin) FILTER (WHERE %(previous)s) AS costed_count_previous,
                       COUNT(*) FILTER (WHERE margin IS NULL AND date >= %(date_from)s) AS uncosted_count,
                       COUNT(*) FILTER (WHERE margin IS NULL AND %(previous)s) AS uncosted_count_previous,
                       COALESCE(SUM(revenue) FILTER (WHERE margin IS NULL AND date >= %(date_from)s), 0)
                           AS uncosted_turnover,
                       MIN(date) FILTER (WHERE revenue > 0 AND date >= %(first)s) AS first_date,
                       MAX(date) FILTER (WHERE revenue > 0 AND date >= %(first)s) AS last_date,
                       COUNT(*) FILTER (WHERE revenue > 0 AND date >= %(date_from)s) AS line_count,
                       bool_or(date >= %(first)s) AS within, %(later)s AS later_margin
                  FROM (SELECT %(read)s, date, revenue, margin, move_type <> 'out_refund' AS sold
                          FROM (%(report)s) report
                         WHERE company_id = %(company)s AND date BETWEEN %(since)s AND %(date_to)s
                        %(order)s OFFSET 0) line
                  %(bought)s
                 GROUP BY GROUPING SETS (%(sets)s)
                """,
                keys=SQL(", ").join(
                    SQL("%s AS %s", source, SQL.identifier(model._pareto_key))
                    for source, model in zip(sources, value_models, strict=True)
                ),
                kind=SQL(
                    "CASE %s END",
                    SQL(" ").join(
                        SQL("WHEN GROUPING(%s) = 0 THEN %s", source, model._pareto_kind)
                        for source, model in zip(sources, value_models, strict=True)
                    ),
                ),
                sets=SQL(", ").join(SQL("(%s)", source) for source in sources),
                read=SQL(", ").join(sources),
                report=report._rows(SQL("line.invoice_date BETWEEN %s AND %s", since, period.date_to)),
                company=company.id,
                first=first,
                since=since,
                date_from=period.date_from,
                date_to=period.date_to,
                previous=SQL("date BETWEEN %s::date AND %s::date", period.previous_from, period.previous_to),
                later=SQL(
                    """
                    CASE WHEN COUNT(*) FILTER (WHERE margin IS NULL AND revenue <> 0
                                                 AND sold AND date > bought.first_date) = 0
                         THEN COALESCE(SUM(margin) FILTER (WHERE sold AND date > bought.first_date), 0) END
                    """
                    if lifetime
                    else "NULL::numeric"
                ),
                order=SQL("ORDER BY customer_id" if many else ""),
                bought=SQL("LEFT JOIN crm_pareto_dates bought ON bought.partner_id = customer_id" if lifetime else ""),
            ),
        )
        self.env.cr.execute(SQL("SET LOCAL enable_mergejoin TO DEFAULT"))

    # -- 2. values -----------------------------------------------------------------

    @api.model
    def _make_values(self, model, company, period, customers=None):
        """Make crm_pareto_values: a row a customer or product, not ranked yet."""
        key = SQL.identifier(model._pareto_key)
        self._make_table(
            "crm_pareto_values",
            SQL(
                """
                SELECT %(key)s, dates.first_date, dates.last_date,
                       COALESCE(dates.invoice_count, 0) AS invoice_count,
                       COALESCE(turnover, 0) AS turnover, COALESCE(turnover_previous, 0) AS turnover_previous,
                       %(profit)s AS profit, %(profit_previous)s AS profit_previous,
                       %(costed)s,
                       manual_tier_id, manual_until %(more)s
                  FROM (SELECT * FROM crm_pareto_sums WHERE kind = %(kind)s AND %(key)s IS NOT NULL AND within) sums
                  FULL JOIN (%(dates)s) dates USING (%(key)s)
                  FULL JOIN %(manual)s decided USING (%(key)s)
                 WHERE %(only)s
                """,
                key=key,
                more=SQL("").join(SQL(", dates.%s", SQL.identifier(name)) for name in model._pareto_more_dates),
                profit=_known_sum(SQL("profit"), SQL("costed_count"), SQL("uncosted_count")),
                profit_previous=_known_sum(
                    SQL("profit_previous"), SQL("costed_count_previous"), SQL("uncosted_count_previous")
                ),
                costed=SQL(", ").join(SQL("COALESCE(%(name)s, 0) AS %(name)s", name=SQL.identifier(c)) for c in COSTED),
                kind=model._pareto_kind,
                dates=model._dates(),
                manual=self.env["crm.pareto.manual.tier"]._in_force_sql(key, company),
                only=SQL("TRUE") if customers is None else SQL("%s = ANY(%s)", key, customers),
            ),
        )

    @api.model
    def _make_draft(self, model, company, source):
        """Make crm_pareto_draft: the source's rows with rank and tier of turnover and profit.

        :param source: SQL of rows with the key and the measures
        """
        self._make_table("crm_pareto_draft", self._ranked(model, company, source))

    @api.model
    def _ranked(self, model, company, source, measures=MEASURES):
        """The source's rows with rank and tier of each measure; SQL.

        :param source: SQL of rows with the key and the measures
        """
        key = SQL.identifier(model._pareto_key)
        tiers = self.env["crm.pareto.tier"]._for_company(company)
        return SQL(
            "SELECT ranked.*, %(columns)s FROM (SELECT source.*, %(windows)s FROM (%(source)s) source) ranked",
            columns=SQL(", ").join(self._measure_tier(measure, tiers) for measure in measures),
            windows=SQL(", ").join(self._measure_windows(measure, key) for measure in measures),
            source=source,
        )

    @api.model
    def _measure_windows(self, measure, key):
        """Rank by value, ties by id, the unknown ones last and without a rank; the positive values up to each row, and
        all of them.
        """
        return SQL(
            """
            CASE WHEN %(value)s IS NOT NULL
                 THEN ROW_NUMBER() OVER (ORDER BY %(value)s DESC NULLS LAST, %(key)s) END AS %(rank)s,
            SUM(GREATEST(%(value)s, 0)) OVER (ORDER BY %(value)s DESC NULLS LAST, %(key)s ROWS UNBOUNDED PRECEDING)
                AS %(upto)s,
            SUM(GREATEST(%(value)s, 0)) OVER () AS %(total)s
            """,
            value=SQL.identifier(measure),
            key=key,
            rank=SQL.identifier(f"{measure}_rank"),
            upto=SQL.identifier(f"{measure}_upto"),
            total=SQL.identifier(f"{measure}_total"),
        )

    @api.model
    def _measure_tier(self, measure, tiers):
        value = SQL.identifier(measure)
        before = SQL("%s - GREATEST(%s, 0)", SQL.identifier(f"{measure}_upto"), value)
        rule = tiers._rule(value, before, SQL.identifier(f"{measure}_total"))
        tier = SQL.identifier(f"{measure}_tier_id")
        return SQL("CASE WHEN %s IS NOT NULL THEN %s END AS %s", value, rule, tier)

    # -- 3. rows -------------------------------------------------------------------

    @api.model
    def _write_all(self, model, company, period):
        """Make the model's rows of the company equal to the ledger; equal rows are not touched."""
        self._make_values(model, company, period)
        self._make_draft(model, company, SQL("SELECT * FROM crm_pareto_values"))
        parts = {}
        model._make_worth(company, period, parts)
        columns = DATES + model._pareto_more_dates + SUMS + RANKS + MANUAL + sum(parts.values(), ())
        self._replace(model, company, self._joined(parts), columns)

    @api.model
    def _joined(self, parts):
        """The rows of crm_pareto_draft with the columns of the parts, empty where a part has no row; SQL.

        :param parts: {temporary table with partner_id, one row each: its columns}
        """
        return SQL(
            "SELECT %s FROM crm_pareto_draft draft %s",
            SQL(", ").join(
                [SQL("draft.*")] + [SQL.identifier(part, name) for part, names in parts.items() for name in names]
            ),
            SQL(" ").join(SQL("LEFT JOIN %s USING (partner_id)", SQL.identifier(part)) for part in parts),
        )

    @api.model
    def _write_some(self, model, company, period, customers):
        """Sum the customers anew; `_rank_stored` then makes the same rows as `_write_all`, from less reading."""
        self._make_values(model, company, period, customers)
        columns = DATES + model._pareto_more_dates + SUMS + MANUAL
        self._replace(model, company, SQL("SELECT * FROM crm_pareto_values"), columns, customers)

    @api.model
    def _shift(self, model, company, before, now, but):
        """Move the windows of the customers whose documents did not change: add and take off what lies at their ends.

        :param before, now: the Windows that the sums are of, and shall be of; nothing is dated between their last days
        :param but: ids of the customers that are summed anew
        """
        report = self.env["crm.pareto.revenue.report"]
        moved = (SQL("move.invoice_date BETWEEN %s AND %s", *day) for day in moved_days(before, now))
        days = SQL("(%s)", SQL(" OR ").join(moved))
        self.env.flush_all()
        self._make_table(
            "crm_pareto_shift",
            SQL(
                """
                SELECT customer_id AS partner_id,
                       COALESCE(SUM(revenue * entered), 0) AS turnover,
                       COALESCE(SUM(revenue * entered_previous), 0) AS turnover_previous,
                       COALESCE(SUM(margin * entered), 0) AS profit,
                       COALESCE(SUM(margin * entered_previous), 0) AS profit_previous,
                       %(costed)s,
                       COALESCE(SUM(revenue * entered) FILTER (WHERE margin IS NULL), 0) AS uncosted_turnover,
                       COALESCE(SUM(entered) FILTER (WHERE is_purchase), 0) AS invoice_count
                  FROM (SELECT *, %(entered)s AS entered, %(entered_previous)s AS entered_previous
                          FROM (SELECT customer_id, date, revenue, margin, FALSE AS is_purchase
                                  FROM (%(report)s) report WHERE company_id = %(company)s
                                 UNION ALL
                                SELECT customer_id, date, 0, NULL, TRUE
                                  FROM (%(documents)s) document WHERE move_type <> 'out_refund') fact
                         WHERE customer_id IS NOT NULL AND customer_id <> ALL(%(but)s)) moved
                 GROUP BY customer_id
                """,
                costed=self._costed(),
                entered=self._entered((before.date_from, before.date_to), (now.date_from, now.date_to)),
                entered_previous=self._entered(
                    (before.previous_from, before.previous_to), (now.previous_from, now.previous_to)
                ),
                report=report._rows(days),
                documents=report._documents(company, now.date_to, days),
                company=company.id,
                but=but,
            ),
        )
        self.env.cr.execute(
            SQL(
                "UPDATE %s old SET %s FROM crm_pareto_shift shift"
                " WHERE old.partner_id = shift.partner_id AND old.company_id = %s AND old.snapshot_id IS NULL",
                SQL.identifier(model._table),
                SQL(", ").join(
                    SQL("%s = %s", SQL.identifier(column), self._shifted(column)) for column in (*SUMS, "invoice_count")
                ),
                company.id,
            )
        )
        model.invalidate_model()

    @api.model
    def _costed(self):
        """The counts of COSTED that the moved lines add and take off; SQL."""
        return SQL(", ").join(
            SQL(
                "COALESCE(SUM(%s) FILTER (WHERE %s), 0) AS %s",
                SQL.identifier(f"entered{suffix}"),
                which,
                SQL.identifier(f"{count}{suffix}"),
            )
            for count, which in (
                ("costed_count", SQL("margin IS NOT NULL")),
                ("uncosted_count", SQL("margin IS NULL AND NOT is_purchase")),
            )
            for suffix in ("", "_previous")
        )

    @api.model
    def _shifted(self, column):
        """A column of a row (`old`) after the shift; SQL."""

        def moved(name):
            return SQL("COALESCE(old.%(name)s, 0) + shift.%(name)s", name=SQL.identifier(name))

        if column not in ("profit", "profit_previous"):
            return moved(column)
        suffix = column.removeprefix("profit")
        return _known_sum(moved(column), moved(f"costed_count{suffix}"), moved(f"uncosted_count{suffix}"))

    @api.model
    def _entered(self, before, now):
        """SQL: 1 for a line dated in the period now and not before, -1 for the reverse, else 0."""
        inside = [SQL("(date BETWEEN %s::date AND %s::date)::int", *period) for period in (now, before)]
        return SQL("(COALESCE(%s, 0) - COALESCE(%s, 0))", *inside)

    @api.model
    def _write_snapshot(self, model, run, period):
        """Fill the snapshot with rows, and note its totals. Manual tiers are of today: a snapshot has none."""
        self._make_values(model, run.company_id, period)
        self._make_draft(model, run.company_id, SQL("SELECT * FROM crm_pareto_values"))
        self._insert(model, run.company_id, self._joined({}), DATES + SUMS + RANKS, snapshot=run)
        run.turnover_total, run.profit_total, run.uncosted_total = self._totals(model, run.company_id, run)

    @api.model
    def _replace(self, model, company, source, columns, among=None):
        """Make the company's own rows those of the source: update where different, insert, delete.

        :param source: SQL of rows with the key and the columns
        :param among: ids of the keys that the source is about; None: all
        """
        names = {
            "table": SQL.identifier(model._table),
            "source": source,
            "key": SQL.identifier(model._pareto_key),
            "company": company.id,
        }
        self._update(model, company, source, columns)
        among_sql = SQL("TRUE") if among is None else SQL("%s = ANY(%s)", names["key"], among)
        self.env.cr.execute(
            SQL(
                """
                DELETE FROM %(table)s gone
                 WHERE company_id = %(company)s AND snapshot_id IS NULL AND %(among)s
                   AND NOT EXISTS (SELECT FROM (%(source)s) fresh WHERE fresh.%(key)s = gone.%(key)s)
                """,
                **names,
                among=among_sql,
            )
        )
        self._insert(model, company, source, columns)

    @api.model
    def _update(self, model, company, source, columns):
        """Write the columns of the company's own rows where the source, SQL, has others."""
        self.env.cr.execute(
            SQL(
                """
                UPDATE %(table)s old SET (%(columns)s) = ROW(%(new)s) FROM (%(source)s) fresh
                 WHERE old.%(key)s = fresh.%(key)s AND old.company_id = %(company)s AND old.snapshot_id IS NULL
                   AND (%(old)s) IS DISTINCT FROM (%(new)s)
                """,
                table=SQL.identifier(model._table),
                source=source,
                key=SQL.identifier(model._pareto_key),
                company=company.id,
                **self._column_lists(columns),
            )
        )

    @api.model
    def _insert(self, model, company, source, columns, snapshot=None):
        """Add the rows of the source, SQL, that the company does not have yet, or all of them to a snapshot."""
        self.env.cr.execute(
            SQL(
                """
                INSERT INTO %(table)s (company_id, snapshot_id, %(key)s, %(columns)s)
                SELECT %(company)s, %(snapshot)s, %(key)s, %(columns)s FROM (%(source)s) fresh
                 WHERE NOT EXISTS (SELECT FROM %(table)s known WHERE known.%(key)s = fresh.%(key)s
                                      AND known.company_id = %(company)s AND %(of_snapshot)s)
                 ORDER BY fresh.%(key)s  -- the number of a row tells no rank
                """,
                table=SQL.identifier(model._table),
                source=source,
                key=SQL.identifier(model._pareto_key),
                columns=SQL(", ").join(map(SQL.identifier, columns)),
                company=company.id,
                snapshot=SQL("%s::integer", snapshot.id if snapshot else None),
                of_snapshot=self._of_snapshot(snapshot),
            )
        )
        model.invalidate_model()

    @api.model
    def _rank_stored(self, model, company, period):
        """Rank the company's own rows by the sums they hold, and what follows from those; equal rows are not touched.

        :param period: the Windows of the sums
        """
        self._make_draft(
            model,
            company,
            SQL(
                "SELECT %s, %s FROM %s WHERE company_id = %s AND snapshot_id IS NULL",
                SQL.identifier(model._pareto_key),
                SQL(", ").join(map(SQL.identifier, DATES + SUMS)),
                SQL.identifier(model._table),
                company.id,
            ),
        )
        parts = {}
        model._refresh_worth(company, period, parts)
        self._update(model, company, self._joined(parts), RANKS + sum(parts.values(), ()))
        model.invalidate_model()

    @api.model
    def _totals(self, model, company, snapshot=None):
        """The sums of the positive turnovers, of the positive profits and of the turnover without a cost, of the
        company's own rows or a snapshot's.
        """
        [totals] = self.env.execute_query(
            SQL(
                "SELECT COALESCE(SUM(GREATEST(turnover, 0)), 0), COALESCE(SUM(GREATEST(profit, 0)), 0),"
                " COALESCE(SUM(uncosted_turnover), 0) FROM %s"
                " WHERE company_id = %s AND %s",
                SQL.identifier(model._table),
                company.id,
                self._of_snapshot(snapshot),
            )
        )
        return totals

    @api.model
    def _of_snapshot(self, snapshot):
        """SQL: the rows of a snapshot, or the company's own. Not IS NOT DISTINCT FROM, which cannot be hashed."""
        return SQL("snapshot_id = %s", snapshot.id) if snapshot else SQL("snapshot_id IS NULL")

    @api.model
    def _make_table(self, name, query):
        """Make a temporary table of the query's rows.

        :return: how many there are
        """
        table = SQL.identifier(name)
        self.env.cr.execute(SQL("DROP TABLE IF EXISTS %s", table))
        self.env.cr.execute(SQL("CREATE TEMPORARY TABLE %s ON COMMIT DROP AS %s", table, query))
        return self.env.cr.rowcount

    @api.model
    def _column_lists(self, columns):
        """The columns as lists: bare, of the row as it was (`old`), and of the new one."""
        return {
            "columns": SQL(", ").join(map(SQL.identifier, columns)),
            "old": SQL(", ").join(SQL.identifier("old", column) for column in columns),
            "new": SQL(", ").join(SQL.identifier("fresh", column) for column in columns),
        }


def _known_sum(amount, costed, uncosted):
    """SQL: a sum of margins; NULL where there are lines, and none of them has a known cost.

    :param costed, uncosted: how many lines have one, and how many have none; NULL or 0 without any
    """
    return SQL(
        "CASE WHEN COALESCE(%s, 0) > 0 OR COALESCE(%s, 0) = 0 THEN COALESCE(%s, 0) END", costed, uncosted, amount
    )
