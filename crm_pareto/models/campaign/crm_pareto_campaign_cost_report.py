from odoo import api, fields, models
from odoo.tools import SQL

from ..common.tools.bounds import bounded, of_one, within
from ..common.tools.opening import open_document
from ..common.tools.zones import company_day
from .analytic_mixin import account_id

BALANCE_SHEET = (  # types of accounts
    "asset_receivable",
    "asset_cash",
    "asset_current",
    "asset_non_current",
    "asset_prepayments",
    "asset_fixed",
    "liability_payable",
    "liability_credit_card",
    "liability_current",
    "liability_non_current",
    "equity",
)
# The number of a row is that of its record times this, plus one for each kind of record.
KINDS = 2
PROFIT = "crm_pareto.group_profit"


class CrmParetoCampaignCostReport(models.Model):
    """What campaigns cost, live from the books.

    Grain: one analytic line on a campaign's account; where purchases are installed also, as committed and not as
        cost, one line of a confirmed purchase order and campaign, as far as no bill is posted for it.
    Sources: account.analytic.line; purchase.order.line with its posted bills.
    Filters: `_is_cost`: not what customer invoices put on the account, which is revenue.
    Sign: cost positive, vendors' credit notes negative.
    Currency: the company's; of a purchase order at the order's own rate.
    Used by: the campaigns' figures, the Marketing Return page, the reconciliation, and the analysis under Reporting.
    """

    _name = "crm.pareto.campaign.cost.report"
    _inherit = "crm.pareto.dated.mixin"
    _description = "Campaign Costs"
    _auto = False
    _rec_name = "name"
    _order = "date desc, id desc"

    date = fields.Date(readonly=True)
    name = fields.Char("Description", readonly=True)
    campaign_id = fields.Many2one("utm.campaign", readonly=True)
    account_id = fields.Many2one("account.analytic.account", "Analytic Account", readonly=True)
    kind = fields.Selection(
        [
            ("bill", "Vendor Bill"),
            ("expense", "Expense"),
            ("timesheet", "Timesheet"),
            ("order", "Purchase Order"),
            ("other", "Other"),
        ],
        readonly=True,
    )
    partner_id = fields.Many2one("res.partner", "Vendor", readonly=True)
    user_id = fields.Many2one("res.users", "By", readonly=True)
    company_id = fields.Many2one("res.company", readonly=True)
    currency_id = fields.Many2one("res.currency", readonly=True)
    cost = fields.Monetary(readonly=True)
    committed = fields.Monetary(readonly=True, help="Ordered and not yet billed.")
    analytic_line_id = fields.Many2one("account.analytic.line", readonly=True)
    move_id = fields.Many2one("account.move", "Journal Entry", readonly=True)
    res_model = fields.Char("Document Model", readonly=True)
    res_id = fields.Many2oneReference("Document", model_field="res_model", readonly=True)

    _depends = {
        "account.analytic.account": ["pareto_campaign_id"],
        "account.analytic.line": ["amount", "company_id", "currency_id", "date", "move_line_id", "name", "partner_id"],
        "account.move": ["move_type", "state"],
        "account.move.line": ["analytic_distribution", "move_id", "quantity"],
    }

    @property
    def _table_query(self):
        plans = self.env["account.analytic.account"]._pareto_plans()
        branches = [self._select_lines(plan._column_name()) for plan in plans]
        if "purchase.order.line" in self.env:
            self.env["purchase.order.line"].flush_model()
            self.env["purchase.order"].flush_model()
            branches.append(self._select_orders())
        return SQL(" UNION ALL ").join(branches or [self._nothing()])

    def _nothing(self):
        """No rows, before the first campaign has an account."""
        return SQL(
            """SELECT NULL::bigint AS id, NULL::date AS date, NULL::varchar AS name, NULL::int AS campaign_id,
                      NULL::int AS account_id, NULL::varchar AS kind, NULL::int AS partner_id, NULL::int AS user_id,
                      NULL::int AS company_id, NULL::int AS currency_id, NULL::numeric AS cost,
                      NULL::numeric AS committed, NULL::int AS analytic_line_id, NULL::int AS move_id,
                      NULL::varchar AS res_model, NULL::int AS res_id WHERE FALSE"""
        )

    def _select_lines(self, column):
        """The analytic lines that one plan's column puts on a campaign's account."""
        return SQL(
            """
            SELECT line.id::bigint * %(kinds)s AS id, line.date, line.name::varchar,
                   account.pareto_campaign_id AS campaign_id, account.id AS account_id, %(kind)s::varchar AS kind,
                   COALESCE(line.partner_id, move.partner_id) AS partner_id, line.user_id, line.company_id,
                   line.currency_id, %(cost)s AS cost, 0::numeric AS committed,
                   line.id AS analytic_line_id, move.id AS move_id,
                   CASE WHEN move.id IS NULL THEN 'account.analytic.line' ELSE 'account.move' END AS res_model,
                   COALESCE(move.id, line.id) AS res_id
              FROM account_analytic_line line
              JOIN account_analytic_account account ON account.id = line.%(column)s
              LEFT JOIN LATERAL (%(entry)s) move ON TRUE
             WHERE account.pareto_campaign_id IS NOT NULL AND %(is_cost)s
            """,
            kinds=KINDS,
            kind=self._kind(),
            # Within bounds: a cost that sums up to no double would end the night of the whole company.
            cost=within(SQL("-line.amount")),
            column=SQL.identifier(column),
            entry=self._select_entry(),
            is_cost=self._is_cost(),
        )

    def _select_entry(self):
        """The journal entry of an analytic line.

        LIMIT: few lines are of campaigns, and many of none; PostgreSQL would rather read all journal items there are.
        """
        return SQL(
            """
            SELECT move.id, move.partner_id, move.state, move.move_type, %(expense)s AS is_expense
              FROM account_move_line move_line
              JOIN account_move move ON move.id = move_line.move_id
             WHERE move_line.id = line.move_line_id
             LIMIT 1
            """,
            expense=SQL(
                "move_line.expense_id IS NOT NULL" if "expense_id" in self.env["account.move.line"]._fields else "FALSE"
            ),
        )

    def _is_cost(self):
        """What a customer invoice or a shop puts on the account is revenue, and counted there; drafts are nothing yet.

        Nor is what stands on the balance sheet: a stand that is used for years is a cost as it is written off.
        """
        revenue = self.env["crm.pareto.revenue.report"]._books_sales()
        return SQL(
            """
            ((move.id IS NULL OR move.state = 'posted' AND NOT %s)
             AND NOT EXISTS (SELECT FROM account_account general
                              WHERE general.id = line.general_account_id AND general.account_type IN %s))
            """,
            revenue,
            BALANCE_SHEET,
        )

    def _kind(self):
        cases = []
        if "project_id" in self.env["account.analytic.line"]._fields:
            cases.append(SQL("WHEN line.project_id IS NOT NULL THEN 'timesheet'"))
        purchases = tuple(self.env["account.move"].get_purchase_types(include_receipts=True))
        cases += [SQL("WHEN move.is_expense THEN 'expense'"), SQL("WHEN move.move_type IN %s THEN 'bill'", purchases)]
        return SQL("(CASE %s ELSE 'other' END)", SQL(" ").join(cases))

    def _select_orders(self):
        """What is ordered for campaigns and not yet billed; a posted bill takes off what it bills, a draft nothing."""
        return SQL(
            """
            SELECT (line.id::bigint << 20 | account.id) * %(kinds)s + 1 AS id, %(day)s AS date,
                   line.name::varchar, account.pareto_campaign_id AS campaign_id, account.id AS account_id,
                   'order'::varchar AS kind, orders.partner_id, orders.user_id, orders.company_id, company.currency_id,
                   0::numeric AS cost,
                   %(committed)s AS committed,
                   NULL::int AS analytic_line_id, NULL::int AS move_id, 'purchase.order' AS res_model,
                   orders.id AS res_id
              FROM purchase_order_line line
              JOIN purchase_order orders ON orders.id = line.order_id AND orders.state = 'purchase'
              JOIN res_company company ON company.id = orders.company_id
              JOIN uom_uom ordered_uom ON ordered_uom.id = line.product_uom_id
             CROSS JOIN LATERAL (
                   SELECT account.id, account.pareto_campaign_id, SUM(part.value::numeric) AS percent
                     FROM jsonb_each_text(line.analytic_distribution) part
                    CROSS JOIN LATERAL unnest(string_to_array(part.key, ',')) member
                     JOIN account_analytic_account account ON account.id = %(account)s
                    WHERE account.pareto_campaign_id IS NOT NULL
                    GROUP BY account.id
             ) account
              LEFT JOIN LATERAL (
                   SELECT SUM(CASE bill.move_type WHEN 'in_refund' THEN -1 ELSE 1 END * billed.quantity
                              * COALESCE(billed_uom.factor, ordered_uom.factor)
                              / COALESCE(NULLIF(ordered_uom.factor, 0), 1)) AS quantity
                     FROM account_move_line billed
                     JOIN account_move bill ON bill.id = billed.move_id AND bill.state = 'posted'
                     LEFT JOIN uom_uom billed_uom ON billed_uom.id = billed.product_uom_id
                    WHERE billed.purchase_line_id = line.id
             ) billed ON TRUE
             WHERE line.product_qty > 0 AND COALESCE(billed.quantity, 0) < line.product_qty
            """,
            account=account_id(SQL("member")),
            kinds=KINDS,
            day=company_day(self.env, SQL("orders.date_order"), SQL("orders.company_id")),
            # Within bounds, as a cost.
            committed=bounded(
                SQL(
                    """line.price_subtotal / COALESCE(NULLIF(orders.currency_rate, 0), 1)::numeric
                       * account.percent / 100 * (1 - COALESCE(billed.quantity, 0) / line.product_qty)"""
                )
            ),
        )

    @api.readonly
    @of_one
    def action_open_document(self):
        """Open the bill, expense entry, purchase order or analytic line that a cost comes from."""
        return open_document(self.env[self.res_model].browse(self.res_id), self)
