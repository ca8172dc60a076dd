"""What speaks for which customer."""

from odoo.tools import SQL

from . import certainty
from .free_mail import FREE_MAIL

# A country, perhaps a letter, seven digits or more however they are spaced, perhaps a suffix: BE 0477.472.701.
VAT_IN_TEXT = r"\m[A-Z]{2}[ .-]?[A-Z]?(?:[0-9][ .-]?){7,12}[A-Z0-9]{0,3}\M"
# Between the parts of a text that can each be a name.
# Of one text: each piece is sought among all names, and whoever reads the list waits for those of all documents.
MOST_LETTERS, MOST_PIECES = 2000, 30
MOST_MARKUP = 10 * MOST_LETTERS  # letters of a text with its markup
SEPARATORS = r"[,;:/|()\n]+| - "
NAME_LENGTH = (4, 80)  # characters; what is shorter resembles anything


def evidence(env):
    """A row a document, customer and piece of evidence: move_id, customer_id, campaign_id, kind, detail, certainty.

    A customer is a commercial entity that may be credited: an active customer of the document's company, neither the
    one invoiced nor the company itself.
    """
    kinds = [_vat(), _email(), _bank(), _delivery(), _order()]
    if env.registry.has_trigram:
        kinds.append(_name())
    return SQL(
        """
        SELECT move_id, customer_id, NULL::integer AS campaign_id, kind, detail,
               certainty / CASE WHEN kind = 'name' THEN 1
                                ELSE COUNT(*) OVER (PARTITION BY move_id, kind) END AS certainty
          FROM (SELECT found.*, ROW_NUMBER() OVER (PARTITION BY found.move_id, found.kind, found.customer_id
                                                   ORDER BY found.certainty DESC, found.detail) = 1 AS is_first
                  FROM (%s) found
                  JOIN document ON document.move_id = found.move_id AND document.reason <> 'no_campaign'
                  JOIN res_partner customer ON customer.id = found.customer_id
                 WHERE customer.active AND customer.pareto_not_customer IS NOT TRUE
                   AND customer.id IS DISTINCT FROM document.commercial_partner_id
                   AND (customer.company_id IS NULL OR customer.company_id = document.company_id)
                   AND NOT EXISTS (SELECT FROM res_company company WHERE company.partner_id = customer.id)) counted
         WHERE is_first
        """,
        SQL(" UNION ALL ").join(kinds),
    )


def seek_names(env):
    """Have PostgreSQL's % operator find, for the rest of the transaction, only names that are similar enough for us.

    Its own threshold of 0.3 lets most names of the index through, to be compared one by one.
    """
    if env.registry.has_trigram:
        env.cr.execute(SQL("SET LOCAL pg_trgm.similarity_threshold = %s", certainty.SIMILAR))


def _order():
    return SQL(
        "SELECT move_id, customer_id, 'order' AS kind, name AS detail, %s::float AS certainty FROM ordered",
        certainty.ORDER,
    )


def _delivery():
    """Where the goods went, by the invoice and by the order; Odoo proposes the order's customer, which says nothing."""
    return SQL(
        """
        SELECT address.move_id, place.commercial_partner_id AS customer_id, 'delivery' AS kind,
               place.complete_name AS detail, %s::float AS certainty
          FROM (SELECT move_id, partner_shipping_id FROM document
                 UNION SELECT move_id, partner_shipping_id FROM ordered) address
          JOIN res_partner place ON place.id = address.partner_shipping_id
         WHERE NOT EXISTS (SELECT FROM ordered WHERE ordered.move_id = address.move_id
                                                 AND ordered.customer_id = place.commercial_partner_id)
        """,
        certainty.DELIVERY,
    )


def _vat():
    """The tax ID of the invoice's contact, and tax IDs written in its reference or terms."""
    return SQL(
        """
        SELECT said.move_id, owner.commercial_partner_id AS customer_id, 'vat' AS kind, said.vat AS detail,
               said.certainty
          FROM (SELECT document.move_id, %(contact_vat)s AS vat, %(own)s::float AS certainty
                  FROM document
                  JOIN res_partner contact ON contact.id IN (document.partner_id, document.commercial_partner_id)
                 UNION
                SELECT document.move_id, %(written_vat)s, %(written)s
                  FROM document
                  JOIN account_move move ON move.id = document.move_id
                 CROSS JOIN LATERAL REGEXP_MATCHES(
                     UPPER(CONCAT_WS(' | ', LEFT(move.ref, %(letters)s), %(terms)s)),
                     %(pattern)s, 'g') AS match(found)) said
          JOIN res_partner owner ON %(owner_vat)s = said.vat
         WHERE owner.vat IS NOT NULL AND LENGTH(said.vat) >= 6
        """,
        contact_vat=_compact(SQL("contact.vat")),
        owner_vat=_compact(SQL("owner.vat")),
        written_vat=_compact(SQL("match.found[1]")),
        own=certainty.VAT,
        written=certainty.VAT_IN_TEXT,
        pattern=VAT_IN_TEXT,
        letters=MOST_LETTERS,
        terms=_terms(" "),
    )


def _terms(instead):
    """The beginning of the terms of a document, and something instead of its markup."""
    return SQL(
        "LEFT(REGEXP_REPLACE(LEFT(move.narration, %s), '<[^>]*>', %s, 'g'), %s)", MOST_MARKUP, instead, MOST_LETTERS
    )


def _compact(text):
    """Letters and digits only, in capitals."""
    return SQL("UPPER(REGEXP_REPLACE(%s, '[^A-Za-z0-9]', '', 'g'))", text)


def _email():
    """A company's own e-mail domain, on the contact of the invoice or order.

    That the contact of an order writes from the domain of the order's customer says nothing new.
    """
    return SQL(
        """
        SELECT DISTINCT said.move_id, owner.commercial_partner_id AS customer_id, 'email' AS kind,
               said.domain AS detail, %(certainty)s::float AS certainty
          FROM (SELECT document.move_id, SPLIT_PART(contact.email_normalized, '@', 2) AS domain
                  FROM document JOIN res_partner contact ON contact.id = document.partner_id
                 UNION
                SELECT ordered.move_id, SPLIT_PART(contact.email_normalized, '@', 2)
                  FROM ordered JOIN res_partner contact ON contact.id = ordered.partner_id
                 UNION
                SELECT document.move_id,
                       LOWER(SUBSTRING(LEFT(move.invoice_source_email, %(letters)s) FROM '@([A-Za-z0-9.-]+)'))
                  FROM document JOIN account_move move ON move.id = document.move_id) said
          JOIN res_partner owner ON SPLIT_PART(owner.email_normalized, '@', 2) = said.domain
         WHERE owner.email_normalized IS NOT NULL AND said.domain <> '' AND said.domain <> ALL(%(free)s)
           AND NOT EXISTS (SELECT FROM ordered WHERE ordered.move_id = said.move_id
                                                 AND ordered.customer_id = owner.commercial_partner_id)
        """,
        certainty=certainty.EMAIL,
        letters=MOST_LETTERS,
        free=list(FREE_MAIL),
    )


def _bank():
    return SQL(
        """
        SELECT payer.move_id, owner.commercial_partner_id AS customer_id, 'bank' AS kind,
               payer.account_number AS detail, %s::float AS certainty
          FROM payer
          JOIN res_partner_bank bank ON bank.sanitized_acc_number = payer.account_number AND bank.active
          JOIN res_partner owner ON owner.id = bank.partner_id
        """,
        certainty.BANK,
    )


def _name():
    """A customer's name, or nearly, in the texts of the document and its payments; needs pg_trgm.

    Only where the document itself names no customer, since each text is compared with all names: through an index.
    """
    shortest, longest = NAME_LENGTH
    return SQL(
        """(
        WITH part AS MATERIALIZED (
            SELECT DISTINCT text.move_id, TRIM(piece.name) AS name
              FROM (%(texts)s) text
             CROSS JOIN LATERAL (SELECT * FROM REGEXP_SPLIT_TO_TABLE(LEFT(text.content, %(letters)s), %(separators)s)
                                  LIMIT %(pieces)s) AS piece(name)
              JOIN document ON document.move_id = text.move_id
             WHERE document.reason IN ('no_partner', 'not_customer')
               AND LENGTH(TRIM(piece.name)) BETWEEN %(shortest)s AND %(longest)s AND piece.name ~ '[[:alpha:]]{3}'
        ), resembling AS MATERIALIZED (
            SELECT said.name, customer.id AS customer_id, SIMILARITY(customer.name, said.name) AS similarity
              FROM (SELECT DISTINCT name FROM part) said
              JOIN res_partner customer ON customer.name %% said.name AND customer.commercial_partner_id = customer.id
        )
        SELECT part.move_id, resembling.customer_id, 'name' AS kind, part.name AS detail,
               %(certainty)s * resembling.similarity AS certainty
          FROM part JOIN resembling ON resembling.name = part.name
         WHERE resembling.similarity >= %(similar)s)
        """,
        certainty=certainty.NAME,
        similar=certainty.SIMILAR,
        texts=_texts(),
        separators=SEPARATORS,
        letters=MOST_LETTERS,
        pieces=MOST_PIECES,
        shortest=shortest,
        longest=longest,
    )


def _texts():
    return SQL(
        """
        SELECT document.move_id, said.content
          FROM document
          JOIN account_move move ON move.id = document.move_id
         CROSS JOIN LATERAL (VALUES (move.ref), (%s),
                                    (move.payment_reference), (move.invoice_partner_display_name)) AS said(content)
         UNION
        SELECT payer.move_id, said.content
          FROM payer CROSS JOIN LATERAL (VALUES (payer.partner_name), (payer.memo)) AS said(content)
        """,
        _terms("|"),
    )
