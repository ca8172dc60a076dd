from odoo import api, fields, models
from odoo.tools import SQL

from .analytic_mixin import account_id
from .bounds import of_one, within
from .crm_pareto_value_mixin import PROFIT
from .opening import open_document

KINDS = 8  # a row's id is the number of its record times this, plus the place of its kind


class CrmParetoDifference(models.Model):
    """The documents that explain why what is shown is not what stands in the books.

    Grain: one document and reason.
    Sources: crm.pareto.attribution and crm.pareto.run against account.move; journal items on campaigns' accounts.
    Sign: what the books have more than what is shown.
    Currency: the company's.
    Used by: the reconciliation. It compares results with facts and is therefore no report of facts.
    """

    _name = "crm.pareto.difference"
    _inherit = "crm.pareto.dated.mixin"
    _description = "Difference to the Books"
    _auto = False
    _rec_name = "move_id"
    _order = "date desc, id desc"

    move_id = fields.Many2one("account.move", "Document", readonly=True)
    date = fields.Date(readonly=True)
    company_id = fields.Many2one("res.company", readonly=True)
    currency_id = fields.Many2one("res.currency", readonly=True)
    partner_id = fields.Many2one("res.partner", readonly=True)
    reason = fields.Selection(
        [
            ("changed", "Changed since the values were computed: comes with the next run"),
            ("attribution", "Attributed with another amount: comes with the next run"),
            ("cost", "A campaign's cost, changed since the figures were computed: comes with the next run"),
            ("revenue", "A customer invoice on a campaign's account: counted as revenue, not as cost"),
            ("rate", "In a foreign currency without a rate: posted as if 1 to 1"),
        ],
        readonly=True,
    )
    shown = fields.Monetary(readonly=True)
    books = fields.Monetary("In the Books", readonly=True)
    difference = fields.Monetary(readonly=True)

    @property
    def _table_query(self):
        branches = [
            self._select_changed(),
            self._select_attribution(),
            self._select_revenue(),
            self._select_rate(),
        ]
        if self.env.user.has_group(PROFIT):  # what a bill is for tells what is spent
            branches.append(self._select_costs())
        return SQL(
            """
            SELECT found.id::bigint, found.move_id, COALESCE(move.invoice_date, move.date) AS date, move.company_id,
                   company.currency_id, move.partner_id, found.reason::varchar, found.shown, found.books,
                   found.books - found.shown AS difference
              FROM (%s) found
              JOIN account_move move ON move.id = found.move_id
              JOIN res_company company ON company.id = move.company_id
            """,
            SQL(" UNION ALL ").join(branches),
        )

    def _select_costs(self):
        """Vendors' documents on campaigns' accounts that were written after the campaigns' figures were computed.

        What such a document was worth before nobody knows: only what it is now.
        """
        return SQL(
            """
            SELECT move.id::bigint * %(kinds)s + 4, move.id, 'cost', NULL::numeric, NULL::numeric
              FROM account_move move
              JOIN (SELECT company_id, MAX(computed_at) AS computed_at FROM crm_pareto_campaign GROUP BY company_id)
                       computed ON computed.company_id = move.company_id AND move.write_date > computed.computed_at
             WHERE NOT %(sale)s
               AND EXISTS (SELECT FROM account_move_line line
                             CROSS JOIN LATERAL jsonb_object_keys(line.analytic_distribution) key
                             CROSS JOIN LATERAL unnest(string_to_array(key, ',')) member
                             JOIN account_analytic_account account ON account.id = %(account)s
                            WHERE line.move_id = move.id AND account.pareto_campaign_id IS NOT NULL)
            """,
            account=account_id(SQL("member")),
            kinds=KINDS,
            sale=self.env["crm.pareto.revenue.report"]._is_customer_document(),
        )

    def _select_changed(self):
        """Revenue documents written after the last computation of the values; what they were worth nobody knows."""
        report = self.env["crm.pareto.revenue.report"]
        return SQL(
            """
            SELECT move.id::bigint * %(kinds)s AS id, move.id AS move_id, 'changed' AS reason, NULL::numeric AS shown,
                   CASE move.state WHEN 'posted' THEN move.amount_untaxed_signed ELSE 0 END AS books
              FROM account_move move
              JOIN crm_pareto_run run ON run.company_id = move.company_id AND run.kind = 'customer'
               AND run.snapshot IS NOT TRUE
             WHERE %(sale)s AND move.write_date > run.refreshed_at
               AND move.invoice_date BETWEEN run.date_from AND run.as_of
            """,
            kinds=KINDS,
            sale=report._is_customer_document(),
        )

    def _select_attribution(self):
        """Documents whose amount in the ledger is another than what was attributed."""
        report = self.env["crm.pareto.revenue.report"]
        return SQL(
            """
            SELECT credited.move_id::bigint * %(kinds)s + 1, credited.move_id, 'attribution', credited.revenue,
                   COALESCE(ledger.revenue, 0)
              FROM (SELECT DISTINCT move_id, revenue FROM crm_pareto_attribution) credited
              LEFT JOIN (SELECT move_id, SUM(revenue) AS revenue
                           FROM (%(report)s AND move.id IN (SELECT move_id FROM crm_pareto_attribution)) line
                          GROUP BY move_id) ledger ON ledger.move_id = credited.move_id
             WHERE credited.revenue <> COALESCE(ledger.revenue, 0)
            """,
            kinds=KINDS,
            report=report._table_query,
        )

    def _select_revenue(self):
        """Customer invoices whose lines are distributed to a campaign's account."""
        revenue = self.env["crm.pareto.revenue.report"]._is_customer_document()
        branches = [
            SQL(
                """
                SELECT move.id, SUM(%s) AS amount
                  FROM account_analytic_line line
                  JOIN account_analytic_account account ON account.id = line.%s
                  JOIN account_move_line item ON item.id = line.move_line_id
                  JOIN account_move move ON move.id = item.move_id
                 WHERE account.pareto_campaign_id IS NOT NULL AND %s
                 GROUP BY move.id
                """,
                within(SQL("-line.amount")),
                SQL.identifier(plan._column_name()),
                revenue,
            )
            for plan in self.env["account.analytic.account"]._pareto_plans()
        ]
        nothing = SQL("SELECT NULL::int AS id, 0::numeric AS amount WHERE FALSE")
        return SQL(
            "SELECT id::bigint * %s + 2, id, 'revenue', 0::numeric, SUM(amount) FROM (%s) line GROUP BY id",
            KINDS,
            SQL(" UNION ALL ").join([*branches, nothing]),
        )

    def _select_rate(self):
        """Posted documents on campaigns' accounts in a currency that has no rate on their day, nor before."""
        branches = [
            SQL(
                """
                SELECT DISTINCT move.id
                  FROM account_analytic_line line
                  JOIN account_analytic_account account ON account.id = line.%s
                  JOIN account_move_line item ON item.id = line.move_line_id
                  JOIN account_move move ON move.id = item.move_id
                  JOIN res_company company ON company.id = move.company_id
                 WHERE account.pareto_campaign_id IS NOT NULL AND move.currency_id <> company.currency_id
                   AND NOT EXISTS (SELECT FROM res_currency_rate rate
                                    WHERE rate.currency_id IN (move.currency_id, company.currency_id)
                                      AND (rate.company_id IS NULL OR rate.company_id = company.id)
                                      AND rate.name <= COALESCE(move.invoice_date, move.date))
                """,
                SQL.identifier(plan._column_name()),
            )
            for plan in self.env["account.analytic.account"]._pareto_plans()
        ]
        return SQL(
            """
            SELECT move.id::bigint * %s + 3, move.id, 'rate', move.amount_untaxed_signed, move.amount_untaxed_signed
              FROM account_move move WHERE move.id IN (%s)
            """,
            KINDS,
            SQL(" UNION ").join([*branches, SQL("SELECT NULL::int WHERE FALSE")]),
        )

    @api.readonly
    @of_one
    def action_open_document(self):
        """Open the document."""
        return open_document(self.move_id, self)
