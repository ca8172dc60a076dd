from odoo import api, models
from odoo.tools import SQL

from ..common.tools.bounds import within_time
from ..common.tools.zones import day_of
from .crm_pareto_attribution import CREDIT_NOTE_SOURCE, INVOICE_SOURCE, NUMBERS, ORDER_SOURCE

LOCK_SPACE = 20260121  # any number that no other advisory lock here has
# Of a journey, the last that earn credit: without an end, an import of touches on one customer with many documents
# would make as many steps as touches times documents, and no company's credit would be computed that night.
MOST_TOUCHES = 200


class CrmParetoJourney(models.AbstractModel):
    """The SQL that finds what campaigns did before each sale, in temporary tables; crm.pareto.credit goes on from them.

    1. crm_pareto_touches: what campaigns brought about, of all customers and leads.
    2. crm_pareto_documents: the revenue documents that may owe something to a campaign, each with its journey: that
       of its order, else of itself; a credit note has its invoice's. One that bills several orders is in as many parts.
    3. crm_pareto_crowds: the customers who may have more touches than one journey counts; crm_pareto_crowded: their
       touches; crm_pareto_passed: those of them that were followed by a document within the look-back, which led to
       one even where they are not among the last that count.
    4. crm_pareto_steps: a row a journey and touch, in order of time; of each journey the last MOST_TOUCHES, and the
       document's own campaign.
    """

    _name = "crm.pareto.journey"
    _description = "Journeys to a Sale"

    @api.model
    def _begin(self, company):
        return self.env["crm.pareto.recompute"]._begin(company, LOCK_SPACE)

    @api.model
    def _make_table(self, name, query, analyze=()):
        """Make a temporary table.

        :param analyze: the columns by which it is joined: statistics of the others cost time and are not asked for
        """
        self.env["crm.pareto.ranking"]._make_table(name, query)
        if analyze:
            columns = SQL(", ").join(map(SQL.identifier, analyze))
            self.env.cr.execute(SQL("ANALYZE %s (%s)", SQL.identifier(name), columns))

    # -- 1. touches --------------------------------------------------------------------

    @api.model
    def _make_touches(self, company, as_of):
        """A touch of no company counts in each of them. What a campaign does to a customer on one day is one touch:
        five seats of a booking, a mail that is opened and a link in it.

        A period is as long as the look-back: what is within it lies in a document's own period or in the one before.
        """
        self.env.flush_all()
        # sudo: a result of the company, whoever asks for it; who sees it is decided where it is shown.
        touches = self.env["crm.pareto.touchpoint"].sudo().with_context(allowed_company_ids=company.ids)
        self._make_table(
            "crm_pareto_touches",
            SQL(
                """
                SELECT DISTINCT ON (COALESCE(customer_id, -lead_id), campaign_id, %(day)s)
                       id, customer_id, lead_id, date, campaign_id, source_id, medium_id, %(period)s AS period
                  FROM (%(touches)s) touch
                 WHERE (company_id = %(company)s OR company_id IS NULL) AND date < %(end)s
                 ORDER BY COALESCE(customer_id, -lead_id), campaign_id, %(day)s, date, id
                """,
                day=day_of(SQL("date"), company._pareto_zone()),
                period=self._period(SQL("date"), company.pareto_lookback_days),
                touches=touches._by_campaign(),
                company=company.id,
                end=company._pareto_midnight(SQL("%s::date + 1", as_of)),
            ),
            analyze=["customer_id", "period"],
        )

    @api.model
    def _period(self, moment, days):
        """SQL: the number of the period of so many days in which a moment lies."""
        return SQL("(%s::date - '1900-01-01'::date) / %s", moment, days)

    # -- 2. documents ------------------------------------------------------------------

    @api.model
    def _make_documents(self, company, as_of):
        """Those of customers whom a campaign touched, and those that carry a campaign themselves."""
        report = self.env["crm.pareto.revenue.report"]
        self._make_origins(company)
        self._make_ordered(company)
        self._make_table(
            "crm_pareto_documents",
            SQL(
                """
                SELECT MIN(id) OVER (PARTITION BY sale_id, journey_customer_id, campaign_id, source_id, medium_id)
                           AS journey_id,
                       COUNT(*) OVER (PARTITION BY sale_id) AS documents, %(period)s AS period, document.*
                  FROM (SELECT move.id::bigint << 32 | COALESCE(orders.id, 0) AS id,
                               move.id AS move_id, move.invoice_date AS date, move.move_type,
                               CASE WHEN COALESCE(own.parts, before.parts) > 1 THEN orders.id ELSE 0 END AS part,
                               COALESCE(own.place, before.place, 1) AS place,
                               %(customer)s AS customer_id, COALESCE(origin.id, move.id) AS origin_id,
                               COALESCE(-orders.id, origin.id, move.id) AS sale_id,
                               CASE WHEN origin.id IS NULL THEN %(customer)s
                                    ELSE COALESCE(origin_linked.commercial_partner_id, origin.commercial_partner_id)
                                END AS journey_customer_id,
                               orders.id AS order_id,
                               -- A credit note's campaign is its invoice's, also where that was linked later.
                               CASE WHEN %(unnamed)s THEN orders.campaign_id ELSE billed.campaign_id END AS campaign_id,
                               CASE WHEN %(unnamed)s THEN orders.source_id ELSE billed.source_id END AS source_id,
                               CASE WHEN %(unnamed)s THEN orders.medium_id ELSE billed.medium_id END AS medium_id,
                               COALESCE(origin.move_type, move.move_type) AS origin_type,
                               -- A credit note that no invoice and no order explains has no journey.
                               CASE WHEN orders.id IS NOT NULL THEN %(ordered)s
                                    WHEN COALESCE(origin.move_type, move.move_type) <> 'out_refund'
                                    THEN %(invoiced)s
                                END AS moment
                          FROM account_move move
                          LEFT JOIN res_partner linked ON linked.id = move.pareto_customer_id
                          LEFT JOIN crm_pareto_origins reversed ON reversed.move_id = move.id
                          LEFT JOIN account_move origin ON origin.id = reversed.origin_id
                         CROSS JOIN LATERAL (
                               SELECT CASE WHEN origin.id IS NULL THEN move.campaign_id ELSE origin.campaign_id
                                       END AS campaign_id,
                                      CASE WHEN origin.id IS NULL THEN move.source_id ELSE origin.source_id
                                       END AS source_id,
                                      CASE WHEN origin.id IS NULL THEN move.medium_id ELSE origin.medium_id
                                       END AS medium_id) billed
                          LEFT JOIN res_partner origin_linked ON origin_linked.id = origin.pareto_customer_id
                          LEFT JOIN crm_pareto_ordered own ON own.move_id = move.id
                          LEFT JOIN crm_pareto_ordered before ON before.move_id = reversed.origin_id
                                                             AND own.move_id IS NULL
                          LEFT JOIN sale_order orders ON orders.id = COALESCE(own.order_id, before.order_id)
                         WHERE %(sale)s AND move.company_id = %(company)s AND move.invoice_date <= %(as_of)s) document
                 WHERE campaign_id IS NOT NULL
                    OR journey_customer_id IN (SELECT customer_id FROM crm_pareto_touches)
                """,
                customer=report._customer(),
                unnamed=self._unnamed(),
                period=self._period(SQL("moment"), company.pareto_lookback_days),
                ordered=within_time(SQL("orders.date_order")),
                invoiced=company._pareto_midnight(
                    SQL("%s::date + 1", within_time(SQL("COALESCE(origin.invoice_date, move.invoice_date)")))
                ),
                sale=report._is_sale(),
                company=company.id,
                as_of=as_of,
            ),
            analyze=["id", "journey_id", "journey_customer_id", "move_id"],
        )

    @api.model
    def _make_origins(self, company):
        """crm_pareto_origins: what a document reverses or was made anew for, and that again, to the first."""
        self._make_table(
            "crm_pareto_origins",
            SQL(
                """
                WITH RECURSIVE chain (move_id, origin_id, depth) AS (
                    SELECT id, COALESCE(reversed_entry_id, pareto_replaced_id), 1 FROM account_move
                     WHERE COALESCE(reversed_entry_id, pareto_replaced_id) IS NOT NULL AND company_id = %s
                     UNION ALL
                    SELECT chain.move_id, COALESCE(move.reversed_entry_id, move.pareto_replaced_id), depth + 1
                      FROM chain JOIN account_move move ON move.id = chain.origin_id
                     WHERE COALESCE(move.reversed_entry_id, move.pareto_replaced_id) IS NOT NULL
                       AND depth < 100  -- should two reverse each other
                )
                SELECT DISTINCT ON (move_id) move_id, origin_id FROM chain
                  JOIN account_move origin ON origin.id = origin_id AND origin.company_id = %s
                 ORDER BY move_id, depth DESC
                """,
                company.id,
                company.id,
            ),
            analyze=["move_id"],
        )

    # -- 3. crowds ---------------------------------------------------------------------

    @api.model
    def _make_crowds(self, company):
        """A journey lies in two periods: with half of MOST_TOUCHES in each at most, there is nothing to leave out."""
        self._make_table(
            "crm_pareto_crowds",
            SQL(
                """
                SELECT DISTINCT customer_id
                  FROM (SELECT customer_id FROM crm_pareto_touches WHERE customer_id IS NOT NULL
                         GROUP BY customer_id, period HAVING COUNT(*) > %s) crowd
                """,
                MOST_TOUCHES // 2,
            ),
            analyze=["customer_id"],
        )
        self._make_table(
            "crm_pareto_crowded",
            SQL("SELECT touch.* FROM crm_pareto_touches touch JOIN crm_pareto_crowds USING (customer_id)"),
            analyze=["customer_id", "date"],
        )
        self.env.cr.execute(SQL("CREATE INDEX ON crm_pareto_crowded (customer_id, date, id)"))
        self._make_table("crm_pareto_passed", self._passed(company.pareto_lookback_days), analyze=["id"])

    @api.model
    def _passed(self, days):
        """Each touch with the moment of the customer's next document, backwards through time; SQL."""
        return SQL(
            """
            SELECT id
              FROM (SELECT id, date, MIN(moment) OVER (PARTITION BY customer_id ORDER BY date DESC, id NULLS FIRST
                                                       ROWS UNBOUNDED PRECEDING) AS next
                      FROM (SELECT customer_id, id, date, NULL::timestamp AS moment FROM crm_pareto_crowded
                             UNION ALL
                            SELECT journey_customer_id, NULL, moment, moment FROM crm_pareto_documents
                             WHERE journey_customer_id IN (SELECT customer_id FROM crm_pareto_crowds)
                               AND moment IS NOT NULL) event) touch
             WHERE id IS NOT NULL AND next - %s * interval '1 day' <= date
            """,
            days,
        )

    # -- 4. steps ----------------------------------------------------------------------

    @api.model
    def _make_steps(self, company):
        """The touches of each journey: within the look-back, and the document's own campaign.

        A lead's campaign is copied to its order and invoice: their own is no further touch where it is known already.
        """
        self._make_crowds(company)
        self._make_table(
            "crm_pareto_steps",
            SQL(
                """
                SELECT journey_id, touch_id, date, campaign_id, source_id, medium_id,
                       days - MIN(days) OVER whole AS days, GREATEST(reached, 1) AS alike,
                       ROW_NUMBER() OVER journey AS position, COUNT(*) OVER whole AS count,
                       COUNT(*) OVER whole << 32 | ROW_NUMBER() OVER journey AS place,
                       LAG(campaign_id) OVER journey AS before
                  FROM (SELECT *, COUNT(*) FILTER (WHERE NOT own) OVER (PARTITION BY journey_id, campaign_id) AS reached
                          FROM (%(reached)s UNION ALL %(own)s) step) step
                 WHERE NOT (own AND reached > 0)
                WINDOW journey AS (PARTITION BY journey_id ORDER BY date, touch_id), whole AS (PARTITION BY journey_id)
                """,
                reached=self._reached(company.pareto_lookback_days, company._pareto_zone()),
                own=self._own_steps(),
            ),
            analyze=["campaign_id", "journey_id", "place"],
        )

    @api.model
    def _reached(self, days, zone):
        """Of the document's period, and of the one before: two hash joins, of which neither looks at all touches.

        Where touches crowd, the last ones of each document, through an index.
        """
        within = SQL("touch.date <= document.moment AND touch.date >= document.moment - %s * interval '1 day'", days)
        usual = [
            SQL(
                """
                JOIN crm_pareto_touches touch ON touch.customer_id = document.journey_customer_id
                 AND touch.period = document.period - %s AND %s
                WHERE NOT EXISTS (SELECT FROM crm_pareto_crowds crowd
                                   WHERE crowd.customer_id = document.journey_customer_id)
                """,
                earlier,
                within,
            )
            for earlier in (0, 1)
        ]
        crowded = SQL(
            """
            JOIN crm_pareto_crowds crowd ON crowd.customer_id = document.journey_customer_id
            CROSS JOIN LATERAL (SELECT * FROM crm_pareto_crowded touch
                                 WHERE touch.customer_id = document.journey_customer_id AND %s
                                 ORDER BY touch.date DESC, touch.id DESC LIMIT %s) touch
            WHERE TRUE
            """,
            within,
            MOST_TOUCHES,
        )
        return SQL(" UNION ALL ").join(
            SQL(
                """
                SELECT document.journey_id, touch.id AS touch_id, touch.date, touch.campaign_id, touch.source_id,
                       touch.medium_id, %s - %s AS days, FALSE AS own
                  FROM crm_pareto_documents document %s
                   AND document.id = document.journey_id
                """,
                day_of(SQL("document.moment"), zone),
                day_of(SQL("touch.date"), zone),
                touches,
            )
            for touches in (*usual, crowded)
        )

    @api.model
    def _own_steps(self):
        return SQL(
            """
            SELECT journey_id,
                   CASE WHEN order_id IS NOT NULL THEN order_id::bigint * %(numbers)s + %(order)s
                        ELSE origin_id::bigint * %(numbers)s
                             + CASE origin_type WHEN 'out_refund' THEN %(credit_note)s ELSE %(invoice)s END END,
                   COALESCE(moment, date), campaign_id, source_id, medium_id, 0, TRUE
              FROM crm_pareto_documents
             WHERE id = journey_id AND campaign_id IS NOT NULL
            """,
            numbers=NUMBERS,
            order=ORDER_SOURCE,
            invoice=INVOICE_SOURCE,
            credit_note=CREDIT_NOTE_SOURCE,
        )
