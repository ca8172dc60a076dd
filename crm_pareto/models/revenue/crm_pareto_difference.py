from odoo import api, fields, models
from odoo.tools import SQL

from ..common import shop
from ..common.ledger import INCOME
from ..common.tools.attribution_models import MODELS
from ..common.tools.bounds import of_one, within
from ..common.tools.groups import PROFIT
from ..common.tools.opening import open_document

KINDS = 32  # a row's id is the number of its record times this, plus the place of its kind
# Why the income of the general ledger is not the customers' revenue: {reason: (place of its kind, its words)}.
LEDGER = {
    "period": (8, "Of another day in the books than on the invoice, as where a lock date moved it"),
    "rounding": (9, "Cash rounding"),
    "discount": (10, "Discounts and early payments, posted apart"),
    "shop": (11, "Sold in a shop and invoiced after the session: counted as the invoice"),
    "deferral": (12, "Income of an invoice moved to other months"),
    "manual": (13, "A journal entry on an income account"),
    "vendor": (14, "A vendor's document on an income account"),
    "other": (15, "Another line of a customer's document on an income account"),
    "session": (16, "A shop's session: rounded as a whole, or booked on other accounts than its products have now"),
}


class CrmParetoDifference(models.Model):
    """What explains why what is shown is not what stands in the books.

    Grain: one document, customer or campaign, and reason.
    Sources: crm.pareto.attribution and crm.pareto.run against account.move; the journal items on income accounts;
        crm.pareto.customer against the revenue and crm.pareto.campaign against the costs; journal items on
        campaigns' accounts.
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
    campaign_id = fields.Many2one("utm.campaign", readonly=True)
    reason = fields.Selection(
        [
            ("changed", "A customer's turnover, changed since the values were computed: comes with the next run"),
            ("attribution", "Attributed with another amount: comes with the next run"),
            ("cost", "A campaign's cost, changed since the figures were computed: comes with the next run"),
            ("revenue", "A customer invoice on a campaign's account: counted as revenue, not as cost"),
            ("rate", "In a foreign currency without a rate: posted as if 1 to 1"),
            *((reason, words) for reason, (_place, words) in LEDGER.items()),
        ],
        readonly=True,
    )
    shown = fields.Monetary(readonly=True)
    books = fields.Monetary("In the Books", readonly=True)
    difference = fields.Monetary(readonly=True)

    @property
    def _table_query(self):
        branches = [
            self._select_ledger(),
            *([self._select_sessions()] if shop.is_installed(self.env) else []),
            self._select_changed(),
            *map(self._of_documents, (self._select_attribution(), self._select_revenue(), self._select_rate())),
        ]
        if self.env.user.has_group(PROFIT):  # what a campaign cost tells what is spent
            branches.append(self._select_costs())
        return SQL(
            """
            SELECT found.id::bigint, found.move_id::integer, COALESCE(move.invoice_date, move.date) AS date,
                   found.company_id::integer, company.currency_id,
                   COALESCE(found.partner_id, move.partner_id)::integer AS partner_id, found.campaign_id::integer,
                   found.reason::varchar, found.shown, found.books, found.books - found.shown AS difference
              FROM (%s) AS found (id, move_id, company_id, partner_id, campaign_id, reason, shown, books)
              LEFT JOIN account_move move ON move.id = found.move_id
              JOIN res_company company ON company.id = found.company_id
            """,
            SQL(" UNION ALL ").join(branches),
        )

    @api.model
    def _of_documents(self, branch):
        """The rows (id, move_id, reason, shown, books) of a branch, as all rows are; SQL."""
        return SQL(
            """
            SELECT row.id, row.move_id, of.company_id, NULL::int AS partner_id, NULL::int AS campaign_id, row.reason,
                   row.shown, row.books
              FROM (%s) AS row (id, move_id, reason, shown, books) JOIN account_move of ON of.id = row.move_id
            """,
            branch,
        )

    def _select_ledger(self):
        """Journal items on income accounts that are in the period of the values by the books and not by us, or the
        other way round: by document and reason.
        """
        report = self.env["crm.pareto.revenue.report"]
        return SQL(
            """
            SELECT item.move_id::bigint * %(kinds)s + place, item.move_id, item.company_id, NULL::int, NULL::int,
                   reason, SUM(CASE WHEN ours THEN -balance ELSE 0 END), SUM(CASE WHEN booked THEN -balance ELSE 0 END)
              FROM (SELECT line.move_id, line.company_id, line.balance, %(reason)s AS reason,
                           COALESCE(%(ours)s AND move.invoice_date BETWEEN run.date_from AND run.as_of, FALSE) AS ours,
                           line.date BETWEEN run.date_from AND run.as_of AS booked
                      FROM account_move_line line
                      JOIN account_move move ON move.id = line.move_id
                      JOIN crm_pareto_run run ON run.company_id = line.company_id AND run.kind = 'customer'
                       AND run.snapshot IS NOT TRUE
                     WHERE line.parent_state = 'posted'
                       AND line.account_id IN (SELECT id FROM account_account WHERE account_type IN %(income)s)
                       AND (line.date BETWEEN run.date_from AND run.as_of
                            OR line.invoice_date BETWEEN run.date_from AND run.as_of) AND %(apart)s) item
              JOIN (VALUES %(places)s) known (name, place) ON known.name = reason
             WHERE ours <> booked
             GROUP BY item.move_id, item.company_id, reason, place
            HAVING SUM(balance) <> 0
            """,
            kinds=KINDS,
            reason=self._ledger_reason(),
            ours=report._is_revenue(),
            income=INCOME,
            apart=shop.are_no_sessions() if shop.is_installed(self.env) else SQL("TRUE"),
            places=SQL(", ").join(SQL("(%s, %s)", reason, place) for reason, (place, _words) in LEDGER.items()),
        )

    def _select_sessions(self):
        """Sessions of shops whose entry is not what is read of their orders: what was invoiced later, and the rest."""
        lines = self.env["crm.pareto.revenue.report"]._rows(SQL("move.id IS NULL"))
        return SQL(
            """
            SELECT sums.move_id::bigint * %(kinds)s + why.place, sums.move_id, sums.company_id, NULL::int, NULL::int,
                   why.reason, why.shown, why.books
              FROM (SELECT part.move_id, part.company_id, SUM(booked) AS booked, SUM(shown) AS shown,
                           SUM(later) AS later
                      FROM (SELECT line.move_id, line.company_id, -line.balance AS booked, 0 AS shown, 0 AS later
                              FROM account_move_line line
                             WHERE line.parent_state = 'posted' AND NOT %(apart)s
                               AND line.account_id IN (SELECT id FROM account_account WHERE account_type IN %(income)s)
                             UNION ALL
                            SELECT move_id, company_id, 0, revenue, 0 FROM (%(lines)s) sold
                             UNION ALL
                            SELECT move_id, company_id, 0, 0, balance FROM (%(later)s) invoiced) part
                      JOIN account_move entry ON entry.id = part.move_id
                      JOIN crm_pareto_run run ON run.company_id = part.company_id AND run.kind = 'customer'
                       AND run.snapshot IS NOT TRUE AND entry.date BETWEEN run.date_from AND run.as_of
                     GROUP BY part.move_id, part.company_id) sums
             CROSS JOIN LATERAL (VALUES ('shop', %(shop)s, 0, later), ('session', %(session)s, shown, booked - later)
                                ) why (reason, place, shown, books)
             WHERE why.books <> why.shown
            """,
            kinds=KINDS,
            apart=shop.are_no_sessions(SQL("line.move_id")),
            income=INCOME,
            lines=lines,
            later=shop.invoiced_later(self.env),
            shop=LEDGER["shop"][0],
            session=LEDGER["session"][0],
        )

    def _ledger_reason(self):
        """Why a journal item on an income account is not among the customers' revenue; SQL."""
        lines, sale = self.env["account.move.line"], self.env["crm.pareto.revenue.report"]._is_customer_document()
        cases = [
            SQL("WHEN %s AND line.display_type = 'product' THEN 'period'", sale),
            SQL("WHEN line.display_type = 'rounding' THEN 'rounding'"),
            SQL("WHEN line.display_type IN ('discount', 'epd') THEN 'discount'"),
            SQL("WHEN %s THEN 'other'", sale),
            SQL("WHEN move.move_type <> 'entry' THEN 'vendor'"),
        ]
        if shop.is_installed(self.env):
            cases.append(SQL("WHEN move.reversed_pos_order_id IS NOT NULL THEN 'shop'"))
        if "deferred_original_move_ids" in self.env["account.move"]._fields:
            relation = self.env["account.move"]._fields["deferred_original_move_ids"]
            cases.append(
                SQL(
                    "WHEN EXISTS (SELECT FROM %s moved WHERE moved.%s = move.id) THEN 'deferral'",
                    SQL.identifier(relation.relation),
                    SQL.identifier(relation.column1),
                )
            )
        lines.flush_model(["account_id", "balance", "date", "display_type", "invoice_date", "parent_state"])
        return SQL("(CASE %s ELSE 'manual' END)", SQL(" ").join(cases))

    def _select_costs(self):
        """Campaigns whose cost is another one than was computed, by what their analytic lines are now."""
        return SQL(
            """
            SELECT computed.id::bigint * %(kinds)s + 4, NULL::int, computed.company_id, NULL::int, computed.campaign_id,
                   'cost', computed.cost, COALESCE(SUM(line.cost), 0)
              FROM crm_pareto_campaign computed
              LEFT JOIN (%(lines)s) line ON line.campaign_id = computed.campaign_id
               AND line.company_id = computed.company_id AND line.kind <> 'order' AND line.date <= computed.as_of
             WHERE computed.model = %(model)s
             GROUP BY computed.id, computed.company_id, computed.campaign_id, computed.cost
            HAVING COALESCE(computed.cost, 0) <> COALESCE(SUM(line.cost), 0)
            """,
            kinds=KINDS,
            # sudo: sums of the company, for who may see them.
            lines=self.env["crm.pareto.campaign.cost.report"].sudo()._table_query,
            model=MODELS[0][0],
        )

    def _select_changed(self):
        """Customers whose turnover is another one than was computed, by what their documents are now."""
        report = self.env["crm.pareto.revenue.report"]
        return SQL(
            """
            SELECT customer_id::bigint * %(kinds)s, NULL::int, company_id, customer_id, NULL::int, 'changed',
                   COALESCE(computed.turnover, 0), COALESCE(live.revenue, 0)
              FROM (SELECT line.company_id, line.customer_id, SUM(line.revenue) AS revenue
                      FROM (%(lines)s) line
                      JOIN crm_pareto_run run ON run.company_id = line.company_id AND run.kind = 'customer'
                       AND run.snapshot IS NOT TRUE AND line.date BETWEEN run.date_from AND run.as_of
                     GROUP BY 1, 2) live
              FULL JOIN (SELECT company_id, partner_id AS customer_id, turnover FROM crm_pareto_customer
                          WHERE snapshot_id IS NULL) computed USING (company_id, customer_id)
             WHERE customer_id IS NOT NULL AND COALESCE(computed.turnover, 0) <> COALESCE(live.revenue, 0)
            """,
            kinds=KINDS,
            lines=report._union(
                lambda source, where: SQL(
                    "SELECT line.company_id, %s AS customer_id, move.invoice_date AS date, -line.balance AS revenue"
                    " %s %s",
                    report._customer(),
                    source,
                    where,
                )
            ),
        )

    def _select_attribution(self):
        """Documents whose amount in the ledger is another than what was attributed."""
        report = self.env["crm.pareto.revenue.report"]
        return SQL(
            """
            SELECT credited.move_id::bigint * %(kinds)s + 1, credited.move_id, 'attribution', credited.revenue,
                   COALESCE(ledger.revenue, 0)
              FROM (SELECT move_id, SUM(revenue) + COALESCE(MAX(rest_revenue), 0) AS revenue
                      FROM (SELECT DISTINCT move_id, part, revenue, rest_revenue FROM crm_pareto_attribution) part
                     GROUP BY move_id) credited
              LEFT JOIN (SELECT move_id, SUM(revenue) AS revenue
                           FROM (%(report)s) line
                          GROUP BY move_id) ledger ON ledger.move_id = credited.move_id
             WHERE credited.revenue <> COALESCE(ledger.revenue, 0)
            """,
            kinds=KINDS,
            report=report._rows(SQL("move.id IN (SELECT move_id FROM crm_pareto_attribution)")),
        )

    def _select_revenue(self):
        """Customer invoices and entries of shops whose lines are distributed to a campaign's account."""
        revenue = self.env["crm.pareto.revenue.report"]._books_sales()
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
        """Open the document, or the invoice lines of the customer, or the costs of the campaign."""
        if self.move_id:
            return open_document(self.move_id, self)
        if self.campaign_id:
            domain, xml_id = [("campaign_id", "=", self.campaign_id.id)], "crm_pareto_campaign_cost_report_action"
        else:
            domain, xml_id = [("customer_id", "=", self.partner_id.id)], "crm_pareto_revenue_report_action"
        action = self.env["ir.actions.act_window"]._for_xml_id(f"crm_pareto.{xml_id}")
        name = (self.campaign_id or self.partner_id).display_name
        domain += [("company_id", "=", self.company_id.id)]
        return {**action, "name": name, "display_name": name, "domain": domain, "context": {}}
