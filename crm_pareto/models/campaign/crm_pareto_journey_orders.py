from odoo import api, models
from odoo.tools import SQL

SHARE_DIGITS = 12


class CrmParetoJourneyOrders(models.AbstractModel):
    """Which orders a document bills, and what of it is whose.

    A collective invoice is in as many parts as it has orders, each with the journey and the campaign of its order.

    1. crm_pareto_ordered: a row a document and order, with the number of the document's orders and the order's place
       among them; crm_pareto_collective: the campaigns of the orders of documents that have several.
    2. crm_pareto_shares: of the lines of such documents, the share of each part; those of a line sum to exactly 1.
    """

    _inherit = "crm.pareto.journey"

    @api.model
    def _make_ordered(self, company):
        self._make_table(
            "crm_pareto_ordered",
            SQL(
                """
                SELECT move_id, order_id, campaign_id, COUNT(*) OVER (PARTITION BY move_id)::int AS parts,
                       ROW_NUMBER() OVER (PARTITION BY move_id ORDER BY date_order, order_id)::int AS place
                  FROM (SELECT DISTINCT line.move_id, orders.id AS order_id, orders.date_order, orders.campaign_id
                          FROM sale_order_line_invoice_rel link
                          JOIN account_move_line line ON line.id = link.invoice_line_id
                          JOIN sale_order_line ordered ON ordered.id = link.order_line_id
                          JOIN sale_order orders ON orders.id = ordered.order_id
                         WHERE line.company_id = %s) billed
                """,
                company.id,
            ),
            analyze=["move_id"],
        )
        self._make_table(
            "crm_pareto_collective",
            SQL("SELECT move_id, campaign_id FROM crm_pareto_ordered WHERE parts > 1 AND campaign_id IS NOT NULL"),
            analyze=["move_id"],
        )

    @api.model
    def _unnamed(self):
        """SQL: whether the document names no campaign for this order.

        Odoo copies that of the first order to a collective invoice: only one that none of the orders has was chosen.
        """
        return SQL(
            """
            (billed.campaign_id IS NULL
             OR orders.id IS NOT NULL AND billed.campaign_id IS DISTINCT FROM orders.campaign_id
                AND (COALESCE(origin.id, move.id), billed.campaign_id) IN (SELECT * FROM crm_pareto_collective))
            """
        )

    @api.model
    def _make_shares(self, company):
        """A line is its order's; of several, by what it bills of each; of none, the first's. Where a credit note says
        nothing of orders, each bears what it had of the invoice.
        """
        self._make_table("crm_pareto_shares", self._shares(self._lines_of_orders(company)), analyze=["line_id"])
        shares = self._shares(self._lines_of_invoices(company))
        self.env.cr.execute(SQL("INSERT INTO crm_pareto_shares %s", shares))
        self.env.cr.execute(SQL("ANALYZE crm_pareto_shares (line_id)"))

    @api.model
    def _shares(self, weighted):
        """SQL: line_id, part, share of rows of line_id, part, place, weight; what rounding left is the first's."""
        return SQL(
            """
            SELECT line_id, part,
                   CASE WHEN place = MIN(place) OVER line
                        THEN 1 - SUM(share) OVER line + share ELSE share END AS share
              FROM (SELECT line_id, part, place,
                           ROUND(CASE WHEN SUM(weight) OVER line > 0 THEN weight / SUM(weight) OVER line
                                      ELSE 1.0 / COUNT(*) OVER line END, %s) AS share
                      FROM (%s) weighted
                    WINDOW line AS (PARTITION BY line_id)) shared
            WINDOW line AS (PARTITION BY line_id)
            """,
            SHARE_DIGITS,
            weighted,
        )

    @api.model
    def _lines_of_orders(self, company):
        """SQL: line_id, part, place and weight of the lines of documents that bill several orders."""
        return SQL(
            """
            SELECT line.id AS line_id, part.order_id AS part, part.place, COALESCE(billed.weight, 1) AS weight
              FROM crm_pareto_ordered part
              JOIN account_move_line line ON line.move_id = part.move_id AND line.display_type = 'product'
              LEFT JOIN (SELECT link.invoice_line_id AS line_id, ordered.order_id,
                                SUM(ABS(ordered.price_subtotal)) AS weight
                           FROM sale_order_line_invoice_rel link
                           JOIN sale_order_line ordered ON ordered.id = link.order_line_id
                          GROUP BY link.invoice_line_id, ordered.order_id) billed
                     ON billed.line_id = line.id AND billed.order_id = part.order_id
             WHERE part.parts > 1 AND line.company_id = %s
               AND (billed.order_id IS NOT NULL
                    OR part.place = 1 AND NOT EXISTS (SELECT FROM sale_order_line_invoice_rel link
                                                       WHERE link.invoice_line_id = line.id))
            """,
            company.id,
        )

    @api.model
    def _lines_of_invoices(self, company):
        """SQL: the same of credit notes without orders, of invoices that bill several; crm_pareto_shares has theirs."""
        return SQL(
            """
            SELECT line.id AS line_id, part.order_id AS part, part.place, COALESCE(billed.weight, 0) AS weight
              FROM crm_pareto_origins reversed
              JOIN crm_pareto_ordered part ON part.move_id = reversed.origin_id AND part.parts > 1
              JOIN account_move_line line ON line.move_id = reversed.move_id AND line.display_type = 'product'
              LEFT JOIN (SELECT line.move_id, shared.part, SUM(ABS(line.balance) * shared.share) AS weight
                           FROM crm_pareto_shares shared JOIN account_move_line line ON line.id = shared.line_id
                          GROUP BY line.move_id, shared.part) billed
                     ON billed.move_id = part.move_id AND billed.part = part.order_id
             WHERE line.company_id = %s
               AND NOT EXISTS (SELECT FROM crm_pareto_ordered own WHERE own.move_id = reversed.move_id)
            """,
            company.id,
        )
