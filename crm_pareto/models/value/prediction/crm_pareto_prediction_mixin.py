from array import array

from odoo import api, fields, models
from odoo.tools import SQL

from ....analytics import lifetime, numeric
from ...common.tools.bounds import within
from ...common.tools.groups import PROFIT

COLUMNS = ("has_prediction", "alive", "expected_orders", "has_value", "expected_margin", "lifetime_value")
DIGITS = 6  # of chances and orders: below lies what the order of floating point sums decides


class CrmParetoPredictionMixin(models.AbstractModel):
    """What a customer may do in the next twelve months, by the company's crm.pareto.prediction.

    A Float knows no blank: where `has_prediction` (of margins: `has_value`) is not set, the figures are NULL in the
    database and hidden on the screen, and `prediction_message` says why.
    """

    _name = "crm.pareto.prediction.mixin"
    _inherit = "crm.pareto.worth.mixin"
    _description = "Predictions of a Customer"

    company_id = fields.Many2one("res.company", required=True, ondelete="cascade", readonly=True)
    currency_id = fields.Many2one(related="company_id.currency_id")
    has_prediction = fields.Boolean(
        readonly=True, help="Without a purchase, or without a model, nothing is known: see why."
    )
    alive = fields.Float(
        "Chance of Being Active",
        readonly=True,
        aggregator="avg",
        help="That the customer has not left for good, 0 to 1, judged by how often and how lately they bought.",
    )
    expected_orders = fields.Float(
        readonly=True, aggregator="sum", help="Days with a purchase expected in the next 12 months."
    )
    has_value = fields.Boolean(
        readonly=True,
        groups=PROFIT,
        help="Not for customers whose later purchases left no margin on average, or an unknown one.",
    )
    expected_margin = fields.Monetary(
        readonly=True, groups=PROFIT, help="Margin expected in the next 12 months, not discounted."
    )
    lifetime_value = fields.Monetary(
        readonly=True,
        groups=PROFIT,
        help="Margin expected in the next 12 months, worth today: discounted by 10 % a year.",
    )
    prediction_message = fields.Char(compute="_compute_prediction_message", help="Why the predictions are blank.")

    @api.depends("has_prediction", "company_id")
    def _compute_prediction_message(self):
        # sudo: why there is no figure is no secret, and the message names no parameter.
        models_of = self.env["crm.pareto.prediction"].sudo().search([("company_id", "in", self.company_id.ids)])
        messages = {model.company_id.id: model.message for model in models_of}
        not_yet = self.env._("Predictions are computed each night.")
        unknown = self.env._("No purchase was known when the predictions were last computed.")
        for row in self:
            if row.not_profiled:
                row.prediction_message = self.env._("Not profiled: the contact is marked so.")
                continue
            message = messages.get(row.company_id.id, not_yet)
            row.prediction_message = message or (not row.has_prediction and unknown)

    def _order_field_to_sql(self, alias, field_name, direction, nulls, query):
        """Blank figures come last either way: PostgreSQL takes NULL for more than any number."""
        if field_name in COLUMNS and not nulls.code:
            nulls = SQL("NULLS LAST")
        return super()._order_field_to_sql(alias, field_name, direction, nulls, query)

    @api.model
    def _make_worth(self, company, period, parts):
        summary = self._read_purchases(period.date_to)
        model = self.env["crm.pareto.prediction"]._of(company)._learn(summary, period.date_to)
        self._make_predictions(company, summary, model)
        parts["crm_pareto_predicted"] = COLUMNS
        return super()._make_worth(company, period, parts)

    @api.model
    def _read_purchases(self, as_of):
        """What the models need to know of each customer with a purchase, from what the ranking left; not of whom is not
        to be profiled.

        :param as_of: the last day that counts
        :return: columns, by customer: ids, and repeats, recency, age, means as analytics/lifetime has them; arrays
        """
        columns = [array(kind) for kind in "idddd"]
        # In pieces: the rows of a million customers at once are half a gigabyte of Python's objects.
        fetch = SQL("FETCH %s FROM crm_pareto_purchases", numeric.PIECE)
        declare = SQL("DECLARE crm_pareto_purchases NO SCROLL CURSOR FOR %s", self._purchases(as_of))
        query = SQL("%s; %s", declare, fetch)
        while query:
            rows = self.env.execute_query(query)
            for number, column in enumerate(columns):
                column.extend(row[number] for row in rows)
            query = fetch if len(rows) == numeric.PIECE else None
        self.env.cr.execute(SQL("CLOSE crm_pareto_purchases"))
        return columns

    @api.model
    def _purchases(self, as_of):
        """A row a customer, as _read_purchases returns columns; SQL."""
        return SQL(
            """
            SELECT partner_id, purchases - 1, (dates.last_date - dates.first_date) / 7.0::float8,
                   (%(as_of)s::date - dates.first_date) / 7.0::float8,
                   COALESCE(%(margin)s / NULLIF(purchases - 1, 0), 'NaN')::float8
              FROM crm_pareto_dates dates
              LEFT JOIN (SELECT * FROM crm_pareto_sums WHERE kind = %(kind)s) sums USING (partner_id)
             WHERE %(profiled)s
             ORDER BY partner_id
            """,
            as_of=as_of,
            margin=within(SQL("CASE WHEN sums.kind IS NULL THEN 0 ELSE later_margin END")),
            kind=self._pareto_kind,
            profiled=self._is_profiled(),
        )

    @api.model
    def _make_predictions(self, company, summary, model):
        """Make crm_pareto_predicted: a row a customer; none without a model.

        :param summary: columns of the customers, as _read_purchases returns them
        :param model: lifetime.Model, or None
        """
        pieces = (
            self._predict([column[piece] for column in summary], model)
            for piece in numeric.pieces(len(summary[0]) if model else 0)
        )
        first = self._predicted(company, next(pieces, [[]] * 5))
        self.env["crm.pareto.ranking"]._make_table("crm_pareto_predicted", first)
        for columns in pieces:
            self.env.cr.execute(SQL("INSERT INTO crm_pareto_predicted %s", self._predicted(company, columns)))

    @api.model
    def _predict(self, summary, model):
        """The columns of some customers that `_predicted` takes."""
        customers, *history = summary
        worth = lifetime.predict(model, *history)
        figures = (worth.alive, worth.orders, worth.amount * worth.orders, worth.value)
        return [customers, *(figure.tolist() for figure in figures)]

    @api.model
    def _predicted(self, company, columns):
        """The rows of some customers; SQL.

        :param columns: ids, chances, orders, margins, lifetime values
        """
        # As one literal each: PostgreSQL takes an ARRAY[…] apart into an expression for every number.
        literals = [f"{{{','.join(map(repr, column))}}}" for column in columns]
        return SQL(
            """
            SELECT partner_id, TRUE AS has_prediction,
                   ROUND(alive::numeric, %(digits)s)::float8 AS alive,
                   ROUND(orders::numeric, %(digits)s)::float8 AS expected_orders,
                   margin <> 'NaN' AS has_value,
                   ROUND(NULLIF(margin, 'NaN')::numeric, %(cents)s) AS expected_margin,
                   ROUND(NULLIF(value, 'NaN')::numeric, %(cents)s) AS lifetime_value
              FROM unnest(%(customers)s::integer[], %(alive)s::float8[], %(orders)s::float8[],
                          %(margin)s::float8[], %(value)s::float8[])
                   AS predicted (partner_id, alive, orders, margin, value)
            """,
            digits=DIGITS,
            cents=company.currency_id.decimal_places,
            **dict(zip(("customers", "alive", "orders", "margin", "value"), literals, strict=True)),
        )
