"""What the evidence on listed documents is drawn from: their orders, and who paid them."""

from odoo.tools import SQL

from ...common.tools.zones import company_day
from . import names

MOST_LETTERS = 2000  # of the orders that an invoice names


def ordered(env):
    """A row a document and order: by the billed order lines, else by the order numbers in its origin."""
    return SQL(
        """
        WITH billed AS (
            SELECT DISTINCT document.move_id, ordered_line.order_id
              FROM document
              JOIN account_move_line line ON line.move_id = document.move_id
              JOIN sale_order_line_invoice_rel link ON link.invoice_line_id = line.id
              JOIN sale_order_line ordered_line ON ordered_line.id = link.order_line_id
        ), named AS (
            SELECT DISTINCT document.move_id, sale_order.id AS order_id
              FROM document
              JOIN account_move move ON move.id = document.move_id
             CROSS JOIN LATERAL
                   REGEXP_SPLIT_TO_TABLE(LEFT(move.invoice_origin, %(letters)s), '[,;\\s]+') AS origin(name)
              JOIN sale_order ON sale_order.name = origin.name AND sale_order.company_id = document.company_id
             WHERE NOT EXISTS (SELECT FROM billed WHERE billed.move_id = document.move_id)
        )
        SELECT found.move_id, found.order_id, %(name)s AS name, %(day)s AS date,
               sale_order.partner_id, contact.commercial_partner_id AS customer_id, sale_order.partner_shipping_id,
               COALESCE(sale_order.campaign_id, lead.campaign_id) AS campaign_id
          FROM (TABLE billed UNION ALL TABLE named) found
          JOIN sale_order ON sale_order.id = found.order_id
          JOIN res_partner contact ON contact.id = sale_order.partner_id
          LEFT JOIN crm_lead lead ON lead.id = sale_order.opportunity_id
        """,
        letters=MOST_LETTERS,
        day=company_day(env, SQL("sale_order.date_order"), SQL("sale_order.company_id")),
        name=names.for_reader(env, "sale.order", "sale_order"),
    )


def payers():
    """A row a document and payment or bank statement line that settles it: account number, the name it says, memo.

    A statement line settles a document itself, or a payment that does.
    """
    return SQL(
        """
        WITH settled AS (%(of_documents)s), statement AS (
            SELECT document_id, move_id FROM settled
             UNION
            SELECT settled.document_id, other.move_id
              FROM settled
              JOIN account_payment payment ON payment.move_id = settled.move_id
              JOIN account_move_line line ON line.move_id = settled.move_id
              JOIN LATERAL (%(other_side)s) other ON TRUE
        )
        SELECT statement.document_id AS move_id,
               UPPER(REGEXP_REPLACE(line.account_number, '\\W', '', 'g')) AS account_number,
               line.partner_name, line.payment_ref AS memo
          FROM statement
          JOIN account_bank_statement_line line ON line.move_id = statement.move_id
         UNION
        SELECT paid.document_id, bank.sanitized_acc_number, NULL, payment.memo
          FROM (SELECT settled.document_id, payment.id
                  FROM settled JOIN account_payment payment ON payment.move_id = settled.move_id
                 UNION
                SELECT link.invoice_id, link.payment_id
                  FROM document JOIN account_move__account_payment link ON link.invoice_id = document.move_id) paid
          JOIN account_payment payment ON payment.id = paid.id AND payment.state <> 'canceled'
          LEFT JOIN res_partner_bank bank ON bank.id = payment.partner_bank_id
        """,
        of_documents=SQL(
            """
            SELECT DISTINCT document.move_id AS document_id, other.move_id
              FROM document
              JOIN account_move_line line ON line.move_id = document.move_id
              JOIN LATERAL (%s) other ON TRUE
            """,
            _other_side(),
        ),
        other_side=_other_side(),
    )


def _other_side():
    """The entries that `line` is reconciled with."""
    return SQL(
        """
        SELECT counterpart.move_id
          FROM account_partial_reconcile partial
          JOIN account_move_line counterpart ON counterpart.id = partial.credit_move_id
         WHERE partial.debit_move_id = line.id
         UNION ALL
        SELECT counterpart.move_id
          FROM account_partial_reconcile partial
          JOIN account_move_line counterpart ON counterpart.id = partial.debit_move_id
         WHERE partial.credit_move_id = line.id
        """
    )
