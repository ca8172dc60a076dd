"""Which customer documents need a look, and why."""

from odoo.tools import SQL

from ...common.tools.zones import company_day
from . import campaigns

# In the order of their weight: a document stands in the list for the first that holds.
REASONS = ("no_partner", "not_customer", "order_differs", "no_campaign")


def listed(env, moves=None):
    """A row a document: move_id, reason, and what the evidence is drawn from.

    :param moves: ids of the documents to look at; None: all
    """
    conditions = _conditions(env, moves)
    branches = (_no_partner(), _not_customer(), _order_differs(), _no_campaign(env))
    found = SQL(" UNION ALL ").join(
        SQL("SELECT move.id AS move_id, %s AS rank %s AND %s", rank, branch, conditions[REASONS[rank] == "no_campaign"])
        for rank, branch in enumerate(branches)
    )
    return SQL(
        """
        WITH touched AS MATERIALIZED (%(touched)s), found AS MATERIALIZED (%(found)s)
        SELECT DISTINCT ON (found.move_id)
               found.move_id, (%(reasons)s)[found.rank + 1] AS reason, move.company_id,
               COALESCE(move.invoice_date, move.date) AS date, move.partner_id, move.commercial_partner_id,
               move.partner_shipping_id, COALESCE(linked.commercial_partner_id, move.commercial_partner_id)
                   AS credited_id
          FROM found
          JOIN account_move move ON move.id = found.move_id
          LEFT JOIN res_partner linked ON linked.id = move.pareto_customer_id
         ORDER BY found.move_id, found.rank
        """,
        reasons=list(REASONS),
        touched=campaigns.touched(env),
        found=found,
    )


def _conditions(env, moves):
    """What every listed document meets: (asked for its customer, asked for its campaign)."""
    # What becomes revenue is decided in one place.
    sale = env["crm.pareto.revenue.report"]._is_customer_document()
    only = SQL("move.id = ANY(%s)", list(moves)) if moves is not None else SQL("TRUE")

    def unanswered(field, subject):
        return SQL(
            """
            %s AND %s AND move.state IN ('draft', 'posted') AND %s IS NULL
            AND NOT EXISTS (SELECT FROM crm_pareto_link link
                             WHERE link.move_id = move.id AND link.subject = %s
                               AND link.decision = 'leave' AND NOT link.undone)
            """,
            only,
            sale,
            SQL.identifier("move", field),
            subject,
        )

    return unanswered("pareto_customer_id", "customer"), unanswered("campaign_id", "campaign")


def _no_partner():
    return SQL("FROM account_move move WHERE move.partner_id IS NULL")


def _not_customer():
    return SQL(
        """
        FROM res_partner contact
        JOIN res_partner commercial ON commercial.id = contact.commercial_partner_id
        JOIN account_move move ON move.partner_id = contact.id
        WHERE (contact.pareto_not_customer OR commercial.pareto_not_customer)
        """
    )


def _order_differs():
    """The order's customer is none of the invoice's: by the billed order lines, else by the order's number."""
    return SQL(
        """
        FROM (SELECT line.move_id, ordered_line.order_partner_id AS partner_id
                FROM sale_order_line_invoice_rel link
                JOIN sale_order_line ordered_line ON ordered_line.id = link.order_line_id
                JOIN account_move_line line ON line.id = link.invoice_line_id
               UNION ALL
              SELECT origin.id, sale_order.partner_id
                FROM account_move origin
                JOIN sale_order ON sale_order.name = origin.invoice_origin
                               AND sale_order.company_id = origin.company_id) ordered
        JOIN account_move move ON move.id = ordered.move_id
        JOIN res_partner contact ON contact.id = ordered.partner_id
        JOIN res_partner orderer ON orderer.id = contact.commercial_partner_id
        WHERE orderer.id <> move.commercial_partner_id AND orderer.pareto_not_customer IS NOT TRUE
        """
    )


def _no_campaign(env):
    """The order or a touch before it carries a campaign."""
    return SQL(
        """
        FROM (SELECT line.move_id
                FROM sale_order
                LEFT JOIN crm_lead lead ON lead.id = sale_order.opportunity_id
                JOIN sale_order_line ordered_line ON ordered_line.order_id = sale_order.id
                JOIN sale_order_line_invoice_rel link ON link.order_line_id = ordered_line.id
                JOIN account_move_line line ON line.id = link.invoice_line_id
               WHERE COALESCE(sale_order.campaign_id, lead.campaign_id) IS NOT NULL
               UNION ALL
              SELECT billed.id
                FROM account_move billed
                LEFT JOIN res_partner linked ON linked.id = billed.pareto_customer_id
                JOIN touched ON touched.customer_id
                                    = COALESCE(linked.commercial_partner_id, billed.commercial_partner_id)
                LEFT JOIN LATERAL (
                    SELECT %s AS date
                      FROM account_move_line line
                      JOIN sale_order_line_invoice_rel link ON link.invoice_line_id = line.id
                      JOIN sale_order_line ordered_line ON ordered_line.id = link.order_line_id
                      JOIN sale_order ON sale_order.id = ordered_line.order_id
                     WHERE line.move_id = billed.id
                ) ordered ON TRUE
               WHERE billed.campaign_id IS NULL AND %s) reached
        JOIN account_move move ON move.id = reached.move_id
        WHERE TRUE
        """,
        company_day(env, SQL("MIN(sale_order.date_order)"), SQL("billed.company_id")),
        campaigns.in_time(SQL("COALESCE(ordered.date, billed.invoice_date, billed.date)"), SQL("billed.company_id")),
    )
