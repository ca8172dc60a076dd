"""The SQL behind the work list of invoices to link: which documents, and what speaks for which customer or campaign.

Functions that put SQL together and read nothing themselves. `query` of this package joins the parts:

* document (documents.py): a row a listed document;
* ordered, payer (facts.py): the orders of the listed documents, and who paid them;
* evidence (customers.py, campaigns.py): a row a document, candidate and piece of evidence;
* suggestion: a row a document and candidate, with the certainty of all its evidence together.
"""

from odoo.tools import SQL

from . import campaigns, customers, documents, facts


def with_suggestions(env, moves=None):
    """The WITH clause that defines document, ordered and suggestion.

    Materialized: PostgreSQL cannot guess how few rows each has, and would run them anew for every row of the list.

    :param moves: ids of the documents to look at; None: all
    """
    return SQL(
        """
        WITH document AS MATERIALIZED (%(documents)s),
             ordered AS MATERIALIZED (%(ordered)s),
             payer AS MATERIALIZED (%(payers)s),
             evidence AS MATERIALIZED (%(customers)s UNION ALL %(campaigns)s),
             suggestion AS MATERIALIZED (%(suggestions)s)
        """,
        documents=documents.listed(env, moves),
        ordered=facts.ordered(env),
        payers=facts.payers(),
        customers=customers.evidence(env),
        campaigns=campaigns.evidence(env),
        suggestions=combined(),
    )


def combined():
    """One row a document and candidate. Pieces of evidence err independently: 1 - the product of their doubts.

    Of one kind only the best counts: a domain on two contacts of one customer says no more than on one.
    """
    return SQL(
        """
        SELECT move_id, customer_id, campaign_id,
               ROUND((1 - EXP(SUM(LN(1 - certainty))))::numeric, 4) AS certainty,
               (ARRAY_AGG(kind ORDER BY certainty DESC, kind))[1] AS kind,
               JSONB_AGG(JSONB_BUILD_ARRAY(kind, detail) ORDER BY certainty DESC, kind) AS evidence
          FROM (SELECT DISTINCT ON (move_id, customer_id, campaign_id, kind) *
                  FROM evidence
                 ORDER BY move_id, customer_id, campaign_id, kind, certainty DESC, detail) best_of_kind
         GROUP BY move_id, customer_id, campaign_id
        """
    )
