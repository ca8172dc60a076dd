from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools import SQL

from ...analytics.in_touch import NO_ROUTES
from ..common.tools.bounds import of_one
from .crm_pareto_touch import CHANNELS

NUMBERS = 32  # channels there may be: a row's id is made of the customer and the channel


class CrmParetoChannelReport(models.Model):
    """By which channels customers reach us, and how much turnover came through each: one customer and channel a row.

    Of the company's window, up to today. A customer's turnover is shared over the channels that he or she reached us
    by, in proportion to the touches; what has no such touch stands under no channel. So the rows sum to the turnover.
    """

    _name = "crm.pareto.channel.report"
    _description = "Channels"
    _auto = False
    _rec_name = "channel"
    _order = "turnover desc, id"

    channel = fields.Selection(CHANNELS, readonly=True)
    customer_id = fields.Many2one("res.partner", readonly=True)
    touches = fields.Integer(readonly=True)
    turnover = fields.Monetary(readonly=True)
    currency_id = fields.Many2one("res.currency", readonly=True)

    @property
    def _table_query(self):
        return SQL(
            """
            WITH reached AS MATERIALIZED (%(reached)s), earned AS MATERIALIZED (%(earned)s)
            SELECT reached.customer_id * %(numbers)s + array_position(%(channels)s, reached.channel) AS id,
                   reached.channel, reached.customer_id, reached.touches, %(currency)s AS currency_id,
                   COALESCE(earned.turnover, 0) * reached.touches
                       / SUM(reached.touches) OVER (PARTITION BY reached.customer_id) AS turnover
              FROM reached LEFT JOIN earned ON earned.customer_id = reached.customer_id
             UNION ALL
            SELECT COALESCE(earned.customer_id, 0) * %(numbers)s + %(numbers)s - 1, NULL, earned.customer_id, 0,
                   %(currency)s, earned.turnover
              FROM earned
             WHERE NOT EXISTS (SELECT FROM reached WHERE reached.customer_id = earned.customer_id)
            """,
            reached=self._reached(),
            earned=self._earned(),
            channels=[name for name, _label in CHANNELS],
            numbers=NUMBERS,
            currency=self.env.company.currency_id.id,
        )

    @api.model
    def _reached(self):
        """How often each customer reached us by each channel, as far as the reader may see the documents."""
        touchpoints = self.env["crm.pareto.touchpoint"]
        query = touchpoints._search(self._touch_domain(self._period()))
        customer, channel = (touchpoints._field_to_sql(query.table, name, query) for name in ("customer_id", "channel"))
        query.groupby = SQL("%s, %s", customer, channel)
        return query.select(
            SQL("%s AS customer_id", customer), SQL("%s AS channel", channel), SQL("COUNT(*) AS touches")
        )

    @api.model
    def _earned(self):
        """The turnover of each customer, of the invoices that the reader may see."""
        revenue = self.env["crm.pareto.revenue.report"]
        query = revenue._search(self._revenue_domain(self._period()))
        query.groupby = customer = revenue._field_to_sql(query.table, "customer_id", query)
        amount = revenue._field_to_sql(query.table, "revenue", query)
        return query.select(SQL("%s AS customer_id", customer), SQL("SUM(%s) AS turnover", amount))

    @api.model
    def _touch_domain(self, period):
        since, until = self.env.company._pareto_moments(period.date_from, period.date_to)
        return Domain(
            [
                ("direction", "=", "in"),
                ("channel", "not in", NO_ROUTES),
                ("customer_id", "!=", False),
                ("company_id", "in", [self.env.company.id, False]),
                ("date", ">=", since),
                ("date", "<", until),
            ]
        )

    @api.model
    def _revenue_domain(self, period):
        return Domain(
            [
                ("company_id", "=", self.env.company.id),
                ("date", ">=", period.date_from),
                ("date", "<=", period.date_to),
            ]
        )

    @api.model
    def _period(self):
        return self.env.company._pareto_period()

    @api.readonly
    @of_one
    def action_open_facts(self):
        """Open the touches behind a row; of a row without a channel, the invoice lines."""
        period, customer = self._period(), Domain("customer_id", "=", self.customer_id.id)
        if not self.channel:
            name, domain = "crm_pareto_revenue_report_action", self._revenue_domain(period)
        else:
            domain = self._touch_domain(period) & Domain("channel", "=", self.channel)
            name = "crm_pareto_touchpoint_action"
        action = self.env["ir.actions.act_window"]._for_xml_id(f"crm_pareto.{name}")
        return {**action, "domain": list(domain & customer), "context": {}}
