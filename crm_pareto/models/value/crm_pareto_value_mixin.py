from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools import SQL

from ..common.tools.blank import BlankFloat, BlankInteger, BlankMonetary
from ..common.tools.bounds import of_one
from ..common.tools.groups import PROFIT
from ..common.tools.trust import EVERY_ROW, with_snapshots


class CrmParetoValueMixin(models.AbstractModel):
    """What one customer, or one product, was worth to one company in a window.

    The rows are written by crm.pareto.ranking alone and can be dropped and computed again. Those of a snapshot stay
    out of every search that does not name `snapshot_id`. Shares are of the sum of the positive values, 0 to 1; they
    are derived when read, because each new invoice changes them all.
    """

    _name = "crm.pareto.value.mixin"
    _inherit = ["crm.pareto.guarded.mixin", "crm.pareto.named.mixin", "crm.pareto.worth.mixin"]
    _description = "Value over a Window"
    _log_access = False
    # The kind of crm.pareto.run, the column that names what is valued, and what the revenue report calls that.
    _pareto_kind = None
    _pareto_key = None
    _pareto_source = None
    _pareto_more_dates = ()  # columns that `_dates` of the model has beside those of all

    company_id = fields.Many2one("res.company", required=True, ondelete="cascade", readonly=True)
    currency_id = fields.Many2one(related="company_id.currency_id")
    snapshot_id = fields.Many2one(
        "crm.pareto.run", ondelete="cascade", readonly=True, help="Empty: the company's own values, kept up to date."
    )
    run_id = fields.Many2one("crm.pareto.run", "Computation", compute="_compute_run_id")
    as_of = fields.Date(compute="_compute_run_id", help="The last day of the window.")
    date_from = fields.Date(compute="_compute_run_id", help="The first day of the window.")
    first_date = fields.Date("First Invoice", readonly=True)
    last_date = fields.Date("Last Invoice", readonly=True)
    invoice_count = fields.Integer("Invoices", readonly=True, help="Posted invoices and receipts in the window.")

    turnover = fields.Monetary(readonly=True)
    turnover_previous = fields.Monetary(
        "Turnover Before", readonly=True, help="In the window of equal length before this one."
    )
    turnover_growth = fields.Float(
        compute="_compute_turnover_growth", aggregator=None, help="Against the window before; empty without one."
    )
    turnover_rank = fields.Integer("Rank", readonly=True, aggregator=None)
    turnover_share = fields.Float("Share", compute="_compute_shares", aggregator="sum")
    turnover_cumulative_share = fields.Float("Cumulative Share", compute="_compute_cumulative_shares", aggregator=None)
    turnover_tier_id = fields.Many2one("crm.pareto.tier", "Computed Tier", readonly=True, ondelete="set null")

    profit = BlankMonetary(
        readonly=True,
        groups=PROFIT,
        help="The margin of all lines whose cost is known; blank where that of none is. What the others brought in is "
        "turnover without cost.",
    )
    profit_previous = BlankMonetary("Profit Before", readonly=True, groups=PROFIT)
    profit_rank = BlankInteger(readonly=True, aggregator=None, groups=PROFIT)
    profit_share = BlankFloat(compute="_compute_profit_share", aggregator="sum", groups=PROFIT)
    profit_ratio = BlankFloat(
        "Margin",
        compute="_compute_profit_ratio",
        aggregator=None,
        groups=PROFIT,
        help="Profit, of the turnover whose cost is known; 0 to 1.",
    )
    uncosted_turnover = fields.Monetary(
        "Turnover without Cost",
        readonly=True,
        groups=PROFIT,
        help="Of goods and lines whose cost nobody knows: no profit counts it.",
    )
    costed_count = fields.Integer("Lines with a Known Cost", readonly=True, groups=PROFIT)
    costed_count_previous = fields.Integer("Lines with a Known Cost, Before", readonly=True, groups=PROFIT)
    uncosted_count = fields.Integer("Lines without a Cost", readonly=True, groups=PROFIT)
    uncosted_count_previous = fields.Integer("Lines without a Cost, Before", readonly=True, groups=PROFIT)
    profit_tier_id = fields.Many2one("crm.pareto.tier", readonly=True, ondelete="set null", groups=PROFIT)

    # Copied from crm.pareto.manual.tier, so that a page of partners needs no second query.
    manual_tier_id = fields.Many2one("crm.pareto.tier", readonly=True, ondelete="set null")
    manual_until = fields.Date("Manual Tier Until", readonly=True)
    tier_id = fields.Many2one(
        "crm.pareto.tier",
        compute="_compute_tier_id",
        search="_search_tier_id",
        help="The manual tier while it holds, else the computed one.",
    )
    tier_color = fields.Integer(related="tier_id.color", string="Tier Color")

    @api.model
    def _make_dates(self, company, period, customers=None):
        """Prepare what `_dates` reads, from the documents; nothing where the sums know it.

        :param customers: ids; only theirs
        :return: how many rows were prepared
        """
        return 0

    def init(self):
        """Leave room on each page: ranks change often, and a new version on the same page touches no index."""
        if self._auto and not self._abstract:
            self.env.cr.execute(SQL("ALTER TABLE %s SET (fillfactor = 60)", SQL.identifier(self._table)))

    @api.depends("company_id", "snapshot_id")
    def _compute_run_id(self):
        standing = self.env["crm.pareto.run"].search(
            [
                ("company_id", "in", self.company_id.ids),
                ("kind", "=", self._pareto_kind),
                ("snapshot", "!=", True),
            ]
        )
        by_company = {run.company_id: run for run in standing}
        for row in self:
            row.run_id = row.snapshot_id or by_company.get(row.company_id)
            row.as_of, row.date_from = row.run_id.as_of, row.run_id.date_from

    @api.depends("turnover", "run_id")
    def _compute_shares(self):
        for row in self:
            total = row.run_id.turnover_total
            row.turnover_share = row.turnover / total if total else 0

    @api.depends("profit", "run_id")
    def _compute_profit_share(self):
        for row in self:
            total = row.run_id.profit_total
            known = row.profit is not False
            row.profit_share = known and (row.profit / total if total else 0.0)

    @api.depends("profit", "turnover", "uncosted_turnover")
    def _compute_profit_ratio(self):
        for row in self:
            costed = row.currency_id.round(row.turnover - row.uncosted_turnover)
            row.profit_ratio = row.profit / costed if row.profit is not False and costed > 0 else False

    @api.depends("turnover", "turnover_rank", "run_id")
    def _compute_cumulative_shares(self):
        """The share of all up to and including the row, in one query over the ranks down to the last of them."""
        self.flush_model()
        upto = {}
        for (company, snapshot), rows in self.grouped(lambda row: (row.company_id.id, row.snapshot_id)).items():
            ranks = sorted(rows.mapped("turnover_rank"))
            upto.update(self.env.execute_query(self._upto_sql(company, snapshot, ranks)))
        for row in self:
            total = row.run_id.turnover_total
            row.turnover_cumulative_share = float(upto.get(row.id, 0)) / total if total else 0

    def _upto_sql(self, company, snapshot, ranks):
        """(id, sum of the positive turnovers up to it) of the rows with these ranks; all rows of a company count."""
        return SQL(
            """
            SELECT id, upto
              FROM (SELECT id, turnover_rank AS rank,
                           SUM(GREATEST(turnover, 0)) OVER (ORDER BY turnover_rank ROWS UNBOUNDED PRECEDING) AS upto
                      FROM %(table)s
                     WHERE company_id = %(company)s AND %(of_snapshot)s
                       AND turnover_rank <= %(last)s) ranked
             WHERE rank = ANY(%(ranks)s)
            """,
            table=SQL.identifier(self._table),
            company=company,
            of_snapshot=self.env["crm.pareto.ranking"]._of_snapshot(snapshot),
            ranks=ranks,
            last=ranks[-1],
        )

    @api.depends("turnover", "turnover_previous")
    def _compute_turnover_growth(self):
        for row in self:
            before = row.turnover_previous
            row.turnover_growth = (row.turnover - before) / before if before > 0 else False

    @api.depends("turnover_tier_id", "manual_tier_id", "manual_until")
    def _compute_tier_id(self):
        today = fields.Date.context_today(self)
        for row in self:
            holds = not row.manual_until or row.manual_until >= today
            row.tier_id = row.manual_tier_id if row.manual_tier_id and holds else row.turnover_tier_id

    def _search_tier_id(self, operator, value):
        if operator not in ("in", "any"):
            return NotImplemented
        if isinstance(value, Domain):
            value = self.env["crm.pareto.tier"].search(value).ids
        query = with_snapshots(self)._search(Domain.TRUE)  # whether they count says the domain
        tier = self._field_to_sql(self._table, "tier_id", query)
        ids = tuple(id_ for id_ in value if id_)
        conditions = [SQL("%s IN %s", tier, ids)] if ids else []
        if len(ids) < len(list(value)):
            conditions.append(SQL("%s IS NULL", tier))
        query.add_where(SQL("(%s)", SQL(" OR ").join(conditions or [SQL("FALSE")])))
        return [("id", "in", query)]

    def _search(self, domain, *args, active_test=True, **kwargs):
        """Leave out the rows of snapshots, unless the domain names them or our own code asks for them: whatever the
        client says of archived records, whose lists show the same figures.
        """
        domain = Domain(domain)
        asked_for = any(leaf.field_expr.startswith("snapshot_id") for leaf in domain.iter_conditions())
        if active_test and self.env.context.get("pareto_every_row") is not EVERY_ROW and not asked_for:
            domain &= Domain("snapshot_id", "=", False)
        return super()._search(domain, *args, active_test=active_test, **kwargs)

    def _order_field_to_sql(self, alias, field_name, direction, nulls, query):
        """An unknown profit comes last either way: PostgreSQL takes NULL for more than any number."""
        if field_name in ("profit", "profit_previous", "profit_rank") and not nulls.code:
            nulls = SQL("NULLS LAST")
        return super()._order_field_to_sql(alias, field_name, direction, nulls, query)

    def _field_to_sql(self, alias, field_expr, query=None):
        """Let shares and the tier in force be searched, sorted and grouped by in SQL."""
        if field_expr in ("turnover_share", "profit_share"):
            return self._share_to_sql(alias, self._fields[field_expr])
        if field_expr != "tier_id":
            return super()._field_to_sql(alias, field_expr, query)
        return SQL(
            "CASE WHEN %(manual)s IS NOT NULL AND COALESCE(%(until)s >= %(today)s, TRUE) THEN %(manual)s"
            " ELSE %(computed)s END",
            manual=SQL.identifier(alias, "manual_tier_id"),
            until=SQL.identifier(alias, "manual_until"),
            today=fields.Date.context_today(self),
            computed=SQL.identifier(alias, "turnover_tier_id"),
        )

    def _share_to_sql(self, alias, field):
        self._check_field_access(field, "read")
        measure = field.name.removesuffix("_share")
        # No join: a row has one run, and runs are few.
        return SQL(
            """(%(value)s / NULLIF((SELECT %(total)s FROM crm_pareto_run run
                                     WHERE run.id = %(snapshot)s OR (%(snapshot)s IS NULL AND run.snapshot IS NOT TRUE
                                       AND run.company_id = %(company)s AND run.kind = %(kind)s)), 0))::float8""",
            value=SQL.identifier(alias, measure),
            total=SQL.identifier("run", f"{measure}_total"),
            snapshot=SQL.identifier(alias, "snapshot_id"),
            company=SQL.identifier(alias, "company_id"),
            kind=self._pareto_kind,
        )

    def _get_revenue_domain(self, previous=False):
        """The revenue lines behind this row's figures: what every drill-down opens.

        :param previous: those of the window before
        """
        self.ensure_one()
        period = self.run_id._period()
        first, last = (period.previous_from, period.previous_to) if previous else (period.date_from, period.date_to)
        return [
            ("company_id", "=", self.company_id.id),
            (self._pareto_source, "=", self[self._pareto_key].id),
            ("date", ">=", first),
            ("date", "<=", last),
        ]

    @api.readonly
    @of_one
    def action_open_revenue(self):
        """Open the invoice lines behind the turnover and the profit."""
        return self._open_revenue(self.env._("Invoices of %(name)s", name=self.display_name))

    @api.readonly
    @of_one
    def action_open_previous_revenue(self):
        """Open the invoice lines behind the turnover and the profit of the window before."""
        name = self.env._("Earlier invoices of %(name)s", name=self.display_name)
        return self._open_revenue(name, previous=True)

    def _open_revenue(self, name, previous=False):
        action = self.env["ir.actions.act_window"]._for_xml_id("crm_pareto.crm_pareto_revenue_report_action")
        domain = self._get_revenue_domain(previous)
        return {**action, "name": name, "display_name": name, "domain": domain, "context": {}}
