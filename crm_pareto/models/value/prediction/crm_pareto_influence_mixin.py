from odoo import api, fields, models
from odoo.tools import SQL

from ...common.tools.blank import BlankMonetary
from ...common.tools.bounds import of_one
from ...common.tools.groups import PROFIT

COLUMNS = ("referred_count", "referred_turnover", "referred_profit")


class CrmParetoInfluenceMixin(models.AbstractModel):
    """What a customer brought by referring others: see crm.pareto.referral for who counts, and how much.

    Worked out from the value rows, so each hour, with them: the list behind a figure adds up to it.

    Empty in the database, and hidden on the screen, for who brought nobody. Whoever refers and never buys has no value
    row, so no figure: the contact's own form counts those.
    """

    _name = "crm.pareto.influence.mixin"
    _inherit = "crm.pareto.worth.mixin"
    _description = "Influence of a Customer"

    company_id = fields.Many2one("res.company", required=True, ondelete="cascade", readonly=True)
    currency_id = fields.Many2one(related="company_id.currency_id")
    referred_count = fields.Integer(
        "Referred Customers", readonly=True, help="Customers who were referred by this one directly, and bought."
    )
    referred_turnover = fields.Monetary(
        readonly=True,
        help="Turnover in the window of the customers who came by way of this one: half of it where this one referred "
        "them, a quarter where one of those did, and so on; each customer once, by the shortest way.",
    )
    referred_profit = BlankMonetary(
        readonly=True,
        groups=PROFIT,
        help="Profit in the window of the customers who came by way of this one: half of it where this one referred "
        "them, a quarter where one of those did, and so on; each customer once, by the shortest way.",
    )

    @api.model
    def _make_worth(self, company, period, parts):
        self._make_influence(company, parts)
        return super()._make_worth(company, period, parts)

    @api.model
    def _refresh_worth(self, company, period, parts):
        self._make_influence(company, parts)
        return super()._refresh_worth(company, period, parts)

    @api.model
    def _make_influence(self, company, parts):
        self.env.flush_all()
        customers = SQL("SELECT partner_id FROM crm_pareto_draft value WHERE %s", self._is_customer("value"))
        self.env["crm.pareto.ranking"]._make_table(
            "crm_pareto_influence",
            SQL(
                """
                SELECT referrer_id AS partner_id, COUNT(*) FILTER (WHERE steps = 1) AS referred_count,
                       ROUND(SUM(turnover / (1::bigint << steps)), %(cents)s) AS referred_turnover,
                       ROUND(SUM(profit / (1::bigint << steps)), %(cents)s) AS referred_profit
                  FROM (%(ways)s) way JOIN crm_pareto_draft value ON value.partner_id = way.referred_id
                 WHERE %(profiled)s
                 GROUP BY referrer_id
                """,
                cents=company.currency_id.decimal_places,
                ways=self.env["crm.pareto.referral"]._ways(customers),
                profiled=self._is_profiled("referrer_id"),
            ),
        )
        parts["crm_pareto_influence"] = COLUMNS

    def _order_field_to_sql(self, alias, field_name, direction, nulls, query):
        """Who brought nobody comes last either way: PostgreSQL takes NULL for more than any number."""
        if field_name in COLUMNS and not nulls.code:
            nulls = SQL("NULLS LAST")
        return super()._order_field_to_sql(alias, field_name, direction, nulls, query)

    @api.readonly
    @of_one
    def action_open_referrals(self):
        """Open the customers who came by way of this one, with what of each counts."""
        action = self.env["ir.actions.act_window"]._for_xml_id("crm_pareto.crm_pareto_referral_action")
        name = self.env._("Referred by %(name)s", name=self.display_name)
        domain = [("company_id", "=", self.company_id.id), ("referrer_id", "=", self.partner_id.id)]
        return {
            **action,
            "name": name,
            "display_name": name,
            "domain": domain,
            "context": {"pareto_one_referrer": True},
        }
