from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools import SQL

from ...common.tools.trust import with_snapshots

LEAST_GAPS = 2  # between three purchases: one gap alone tells of no rhythm
COLUMNS = ("order_gap", "next_order_date", "due_from", "due_to")


class CrmParetoDueMixin(models.AbstractModel):
    """When the next purchase is due, from the gaps between those so far.

    It is expected their median after the last purchase, and is due from their lower quartile to their upper one: half
    of the gaps so far ended in that time. Quartiles are interpolated (PostgreSQL's percentile_cont; type 7 of Hyndman
    and Fan 1996); dates are rounded to whole days, half a day up. Blank with fewer than LEAST_GAPS gaps.

    Whether it is due or overdue is derived when read, because each day changes it. The model has `last_date`, the last
    purchase, and says in `_is_silent` when nobody is to be reminded.
    """

    _name = "crm.pareto.due.mixin"
    _description = "When the Next Purchase Is Due"

    order_gap = fields.Float(
        "Days Between Orders",
        readonly=True,
        digits=(16, 1),
        aggregator="avg",
        help="Median of the days between the customer's purchases; blank with fewer than three.",
    )
    next_order_date = fields.Date(
        "Next Order Expected", readonly=True, help="The last purchase, and the median of the days between them."
    )
    due_from = fields.Date("Order Due From", readonly=True, help="By then, a quarter of the gaps so far had ended.")
    due_to = fields.Date("Order Due Until", readonly=True, help="By then, three quarters of the gaps so far had ended.")
    order_state = fields.Selection(
        [("due", "Due"), ("overdue", "Overdue")],
        "Next Order",
        compute="_compute_order_state",
        search="_search_order_state",
        help="Silent while a quotation is open.",
    )

    @api.depends("due_from", "due_to", "last_date")
    def _compute_order_state(self):
        self.flush_model()
        query = self.with_context(active_test=False)._as_query(ordered=False)
        state = self._field_to_sql(query.table, "order_state", query)
        states = dict(self.env.execute_query(query.select(SQL.identifier(query.table, "id"), state)))
        for row in self:
            row.order_state = states.get(row._origin.id)

    def _search_order_state(self, operator, value):
        if operator != "in":
            return NotImplemented
        query = with_snapshots(self)._search(Domain.TRUE)  # whether they count says the domain
        state = self._field_to_sql(self._table, "order_state", query)
        query.add_where(SQL("COALESCE(%s, '') = ANY(%s)", state, [str(name or "") for name in value]))
        return [("id", "in", query)]

    def _field_to_sql(self, alias, field_expr, query=None):
        """Let the state be searched, sorted and grouped by in SQL."""
        if field_expr != "order_state":
            return super()._field_to_sql(alias, field_expr, query)
        return SQL(
            """
            CASE WHEN %(due_from)s IS NULL OR %(due_from)s > %(today)s OR %(last)s >= %(due_from)s THEN NULL
                 WHEN %(silent)s THEN NULL
                 WHEN %(due_to)s >= %(today)s THEN 'due' ELSE 'overdue' END
            """,
            due_from=SQL.identifier(alias, "due_from"),
            due_to=SQL.identifier(alias, "due_to"),
            last=SQL.identifier(alias, "last_date"),
            today=fields.Date.context_today(self),
            silent=self._is_silent(alias, query),
        )

    @api.model
    def _is_silent(self, alias, query):
        """Whether nobody is to be reminded of a row that is due by its dates; SQL."""
        raise NotImplementedError

    @api.model
    def _due_dates(self):
        """The columns of a rhythm from `last_date` and `gaps`, the quartiles of the gaps; SQL."""
        return SQL(
            """
            gaps[2] AS order_gap,
            last_date + FLOOR(gaps[1] + 0.5)::integer AS due_from,
            last_date + FLOOR(gaps[2] + 0.5)::integer AS next_order_date,
            last_date + FLOOR(gaps[3] + 0.5)::integer AS due_to
            """
        )

    def _order_field_to_sql(self, alias, field_name, direction, nulls, query):
        """Who has no rhythm comes last either way: PostgreSQL takes NULL for more than any value."""
        if field_name in (*COLUMNS, "order_state") and not nulls.code:
            nulls = SQL("NULLS LAST")
        return super()._order_field_to_sql(alias, field_name, direction, nulls, query)
