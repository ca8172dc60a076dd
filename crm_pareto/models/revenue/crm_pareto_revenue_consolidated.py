from odoo import api, fields, models
from odoo.tools import SQL

from ..common import shop
from ..common.tools.blank import BlankMonetary


class CrmParetoRevenueReport(models.Model):
    """Revenue and margin of several companies in the currency of the one that the reader is in.

    A line of a company with another currency is converted at the rate of its invoice date, by the rates of the reader's
    company, as Odoo's `res.currency._convert` does; not at today's, so what is past does not move. A document that was
    written in the reader's currency counts with what it says; what it cost was in the company's. Each line is rounded,
    so that the lines behind a figure add up to it.

    Worked out only where it is asked for, and nothing is joined while all companies of the reader have one currency.
    """

    _inherit = "crm.pareto.revenue.report"

    consolidated_currency_id = fields.Many2one("res.currency", readonly=True)
    revenue_consolidated = fields.Monetary(
        "Revenue, Consolidated",
        currency_field="consolidated_currency_id",
        readonly=True,
        groups="base.group_multi_company",
        help="In the currency of the company you are in, at the rate of each invoice's date.",
    )
    margin_consolidated = BlankMonetary(
        "Margin, Consolidated",
        currency_field="consolidated_currency_id",
        readonly=True,
        groups="crm_pareto.group_profit",
        help="That revenue less the cost at the rate of the same date; blank without a cost.",
    )

    _depends = {
        "account.move.line": ["amount_currency"],
        "res.currency.rate": ["company_id", "currency_id", "name", "rate"],
    }

    def _field_to_sql(self, alias, field_expr, query=None):
        if field_expr not in ("consolidated_currency_id", "revenue_consolidated", "margin_consolidated"):
            return super()._field_to_sql(alias, field_expr, query)
        self._check_field_access(self._fields[field_expr], "read")
        currency = self.env.company.currency_id
        if field_expr == "consolidated_currency_id":
            return SQL("%s::integer", currency.id)  # a bare number would be a column's place in GROUP BY
        if not self.env.su and self.env.companies.currency_id == currency:
            return super()._field_to_sql(alias, field_expr.removesuffix("_consolidated"), query)
        rate = SQL.identifier(self._join_rate(alias, query, currency), "rate")
        revenue = SQL(
            """
            CASE WHEN %(document)s = %(currency)s AND %(own)s <> %(currency)s
                 THEN %(written)s
                 ELSE %(converted)s END
            """,
            own=SQL.identifier(alias, "currency_id"),
            document=SQL.identifier(alias, "document_currency_id"),
            currency=currency.id,
            written=self._written(SQL.identifier(alias, "id")),
            converted=self._converted(alias, super()._field_to_sql(alias, "revenue", query), rate, currency),
        )
        if field_expr == "revenue_consolidated":
            return revenue
        cost = super()._field_to_sql(alias, "cost", query)
        return SQL("%s - %s", revenue, self._converted(alias, cost, rate, currency))

    @api.model
    def _written(self, id_):
        """What the document of a line says, in its own currency; SQL."""
        invoiced = SQL("(SELECT -written.amount_currency FROM account_move_line written WHERE written.id = %s)", id_)
        return SQL("COALESCE(%s, %s)", invoiced, shop.written(id_)) if shop.is_installed(self.env) else invoiced

    @api.model
    def _converted(self, alias, amount, rate, currency):
        """An amount in the currency of the line's company, in another one; SQL."""
        return SQL(
            "CASE WHEN %(own)s = %(currency)s THEN %(amount)s ELSE ROUND(%(amount)s * %(rate)s, %(digits)s) END",
            own=SQL.identifier(alias, "currency_id"),
            currency=currency.id,
            amount=amount,
            rate=rate,
            digits=currency.decimal_places,
        )

    @api.model
    def _join_rate(self, alias, query, currency):
        """Join what one unit of the line's company currency was worth in another one on the invoice date.

        :return: the alias of a table with the column `rate`
        """
        own, date = SQL.identifier(alias, "currency_id"), SQL.identifier(alias, "date")
        rate = SQL(
            "(SELECT %(to)s / NULLIF(%(from)s, 0) AS rate WHERE %(own)s <> %(currency)s)",
            **{"to": self._rate_on(SQL("%s", currency.id), date), "from": self._rate_on(own, date)},
            own=own,
            currency=currency.id,
        )
        joined = query.make_alias(alias, "consolidated")
        query.add_join("LEFT JOIN", joined, SQL("LATERAL %s", rate), SQL("TRUE"))
        return joined

    @api.model
    def _rate_on(self, currency, date):
        """A currency's rate on a day in the reader's company: the last one up to it, else the first, else 1; SQL."""
        rates = SQL(
            "SELECT rate FROM res_currency_rate WHERE currency_id = %s AND COALESCE(company_id, %s) = %s",
            currency,
            self.env.company.root_id.id,
            self.env.company.root_id.id,
        )
        return SQL(
            "COALESCE((%(rates)s AND name <= %(date)s ORDER BY company_id, name DESC LIMIT 1),"
            " (%(rates)s ORDER BY company_id, name LIMIT 1), 1.0)",
            rates=rates,
            date=date,
        )
