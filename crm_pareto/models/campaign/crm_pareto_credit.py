from decimal import Decimal

from odoo import api, models
from odoo.tools import SQL

from ...analytics import attribution
from .crm_pareto_attribution import DIGITS, NUMBERS

START, SALE, NO_SALE, OTHERS = 0, -1, -2, -3  # beside the campaigns' ids
# Those with the most touches are told from each other in the chain; all others are one state of it. To solve it takes
# time with the cube of their number, two seconds for 300, and anybody may import thousands.
MOST_CAMPAIGNS = 300


class CrmParetoCredit(models.AbstractModel):
    """The SQL that shares out the credit for sales over the steps that crm.pareto.journey found. Temporary tables:

    1. crm_pareto_credits: a row a journey and touch with the credits of each model, which sum to 1.
    2. crm_pareto_fresh: a row a document, or part of one, and touch, with the amounts.
    """

    _name = "crm.pareto.credit"
    _inherit = "crm.pareto.journey"
    _description = "Credit for Sales"

    # -- 1. credits --------------------------------------------------------------------

    @api.model
    def _make_credits(self, company):
        """Shares of small whole tables of weights: by position, by age, by campaign.

        The rounded running sums are subtracted from each other, so that the credits sum to exactly 1.
        """
        self._make_positions()
        state = self._make_weights(company)
        running = SQL(", ").join(
            SQL(
                """ROUND((CASE WHEN position = count THEN 1 ELSE
                   SUM(%(weight)s) OVER journey / SUM(%(weight)s) OVER whole END)::numeric, %(digits)s) AS %(upto)s""",
                weight=SQL.identifier(weight),
                digits=DIGITS,
                upto=SQL.identifier(upto),
            )
            for weight, upto in (("decay", "upto_decay"), ("effect", "upto_data"))
        )
        self._make_table(
            "crm_pareto_credits",
            SQL(
                """
                SELECT journey_id, touch_id, date, campaign_id, source_id, medium_id,
                       credit_first, credit_last, credit_linear, credit_position, credit_decay, credit_data
                  FROM (SELECT step.*, upto_decay - COALESCE(LAG(upto_decay) OVER journey, 0) AS credit_decay,
                               upto_data - COALESCE(LAG(upto_data) OVER journey, 0) AS credit_data
                          FROM (SELECT weighted.*, %(running)s
                                  FROM (%(weighted)s) weighted
                                WINDOW whole AS (PARTITION BY journey_id ORDER BY position
                                                 ROWS BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING),
                                       journey AS (PARTITION BY journey_id ORDER BY position)) step
                        WINDOW journey AS (PARTITION BY journey_id ORDER BY position)) step
                  JOIN crm_pareto_positions share USING (place)
                """,
                running=running,
                weighted=self._weighted(state),
            ),
            analyze=["journey_id"],
        )

    @api.model
    def _weighted(self, state):
        """The steps with their weights by age and by campaign.

        A campaign's effect is shared over its touches in the journey, that of OTHERS over theirs; where none has any,
        all count alike.

        :param state: SQL, that of a step
        """
        return SQL(
            """
            SELECT journey_id, touch_id, date, campaign_id, source_id, medium_id, count, position, place,
                   decay.weight AS decay,
                   CASE WHEN SUM(effect.weight) OVER journey > 0
                        THEN effect.weight / CASE WHEN effect.state = %(others)s
                                                  THEN COUNT(*) FILTER (WHERE effect.state = %(others)s) OVER journey
                                                  ELSE alike END
                        ELSE 1 END AS effect
              FROM crm_pareto_steps step
              JOIN crm_pareto_decays decay USING (days)
              JOIN crm_pareto_effects effect ON effect.state = %(state)s
            -- In order, as the windows above, so that all need one sort and floats are added up in one order.
            WINDOW journey AS (PARTITION BY journey_id ORDER BY position
                               ROWS BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING)
            """,
            state=state,
            others=OTHERS,
        )

    @api.model
    def _make_positions(self):
        """crm_pareto_positions: the credits by place, which is the number of touches and the position among them.

        What the functions of analytics.attribution say, without sending a row for each place.
        """
        self._make_table(
            "crm_pareto_positions",
            SQL(
                """
                SELECT count << 32 | position AS place, (position = 1)::int AS credit_first,
                       (position = count)::int AS credit_last, %(linear)s AS credit_linear,
                       CASE WHEN count <= 2 THEN %(linear)s WHEN position IN (1, count) THEN %(ends)s
                            ELSE %(middle)s END AS credit_position
                  FROM (SELECT DISTINCT count FROM crm_pareto_steps WHERE position = 1) journey
                 CROSS JOIN LATERAL generate_series(1, count) position
                """,
                linear=self._evenly(1, SQL("count"), SQL("position")),
                ends=attribution.ENDS,
                middle=self._evenly(attribution.MIDDLE, SQL("GREATEST(count - 2, 1)"), SQL("(position - 1)")),
            ),
            analyze=["place"],
        )

    @api.model
    def _evenly(self, credit, count, place):
        """SQL: what one of so many gets of a credit; they sum to it exactly, as the first take what rounding left."""
        return SQL(
            "(%(units)s / %(count)s + (%(place)s <= %(units)s %% %(count)s)::int) * %(unit)s",
            units=SQL("%s::bigint", round(credit * 10**DIGITS)),
            count=count,
            place=place,
            unit=Decimal(1).scaleb(-DIGITS),
        )

    @api.model
    def _make_weights(self, company):
        """crm_pareto_decays: the weight of a touch by the days it is older than the journey's latest;
        crm_pareto_effects: that of each state of the chain, which are the campaigns and, where they are many, OTHERS.

        :return: SQL, the state of a step
        """
        half_life = company.pareto_half_life_days
        days = range(company.pareto_lookback_days + 2)  # an invoice's moment is the next day's beginning
        self._fill("crm_pareto_decays", ("days", "weight"), [(day, attribution.decay(day, half_life)) for day in days])
        campaigns, state = self._states()
        effects = attribution.removal_effects(self._count_steps(state))
        weights = [(campaign, max(effects.get(campaign, 0), 0)) for campaign in campaigns]
        self._fill("crm_pareto_effects", ("state", "weight"), weights)
        return state(SQL("campaign_id"))

    @api.model
    def _states(self):
        """The states of the chain, and what makes the SQL of a campaign that of its state."""
        rows = self.env.execute_query(
            SQL(
                """
                SELECT campaign_id
                  FROM (SELECT campaign_id FROM crm_pareto_touches
                         UNION ALL SELECT campaign_id FROM crm_pareto_steps) touch
                 GROUP BY campaign_id ORDER BY COUNT(*) DESC, campaign_id LIMIT %s
                """,
                MOST_CAMPAIGNS + 1,
            )
        )
        campaigns = [campaign for (campaign,) in rows]
        if len(campaigns) <= MOST_CAMPAIGNS:
            return campaigns, lambda campaign: campaign
        most = campaigns[:MOST_CAMPAIGNS]

        def state(campaign):
            return SQL(
                "CASE WHEN %(one)s = ANY(%(most)s) THEN %(one)s ELSE %(others)s END",
                one=campaign,
                most=most,
                others=OTHERS,
            )

        return [*most, OTHERS], state

    @api.model
    def _count_steps(self, state):
        """How often a journey went from one state to another, to a sale, or to none: {(from, to): times}.

        An order, and an invoice without one, is a sale. Touches that led to none of these are journeys that did not
        convert, one a customer, or a lead that has none.

        :param state: of the SQL of a campaign that of its state
        """
        rows = self.env.execute_query(
            SQL(
                """
                WITH step AS (
                    SELECT before, campaign_id, position = count AS ends, %(sale)s AS outcome
                      FROM crm_pareto_steps
                     WHERE journey_id IN (SELECT journey_id FROM crm_pareto_documents WHERE move_type <> 'out_refund')
                     UNION ALL
                    SELECT LAG(campaign_id) OVER path, campaign_id, LEAD(id) OVER path IS NULL, %(no_sale)s
                      FROM (SELECT touch.id, date, campaign_id,
                                   -COALESCE(customer_id::bigint, lead_id::bigint << 32) AS path
                              FROM crm_pareto_touches touch
                             WHERE NOT EXISTS (SELECT FROM crm_pareto_steps step WHERE step.touch_id = touch.id)
                               AND NOT EXISTS (SELECT FROM crm_pareto_passed passed WHERE passed.id = touch.id)) lost
                    WINDOW path AS (PARTITION BY path ORDER BY date, id)
                ), counted AS (
                    SELECT before, state, ends, outcome, COUNT(*) AS times
                      FROM (SELECT CASE WHEN before IS NULL THEN %(start)s ELSE %(before)s END AS before,
                                   %(state)s AS state, ends, outcome FROM step) step
                     GROUP BY before, state, ends, outcome
                )
                SELECT before, state, SUM(times)::int FROM counted GROUP BY before, state
                 UNION ALL
                SELECT state, outcome, SUM(times)::int FROM counted WHERE ends GROUP BY state, outcome
                """,
                start=START,
                before=state(SQL("before")),
                state=state(SQL("campaign_id")),
                sale=SALE,
                no_sale=NO_SALE,
            )
        )
        names = {START: attribution.START, SALE: attribution.SALE, NO_SALE: attribution.NO_SALE}
        return {(names.get(before, before), names.get(after, after)): count for before, after, count in rows}

    @api.model
    def _fill(self, name, columns, rows):
        """Make a temporary table of a few rows."""
        values = SQL(", ").join(SQL("(%s)", SQL(", ").join(SQL("%s", value) for value in row)) for row in rows)
        table = SQL("SELECT * FROM (VALUES %s) AS rows (%s)", values, SQL(", ").join(map(SQL.identifier, columns)))
        if not rows:
            table = SQL("SELECT %s WHERE FALSE", SQL(", ").join(SQL("0 AS %s", SQL.identifier(c)) for c in columns))
        self._make_table(name, table, analyze=columns[:1])

    # -- 2. documents and touches ----------------------------------------------------------

    @api.model
    def _make_amounts(self, company):
        """crm_pareto_fresh: the rows of crm.pareto.attribution as they have to be."""
        credited = SQL(
            "SELECT id, move_id, part FROM crm_pareto_documents"
            " WHERE journey_id IN (SELECT journey_id FROM crm_pareto_steps WHERE position = 1)"
        )
        self._make_table("crm_pareto_credited", credited, analyze=["id", "move_id"])
        self._make_sums(company)
        self._make_table("crm_pareto_firsts", self._first_documents(company), analyze=["move_id"])
        self._make_table("crm_pareto_repeats", self._later_documents(), analyze=["id"])
        self._make_table(
            "crm_pareto_fresh",
            SQL(
                """
                SELECT move_id, part, document.date, document.customer_id, document.order_id,
                       COALESCE(amount.revenue, 0) AS revenue,
                       CASE WHEN amount.move_id IS NULL THEN 0 ELSE amount.margin END AS margin,
                       COALESCE(amount.uncosted, 0) AS uncosted_revenue,
                       rest.revenue AS rest_revenue, rest.margin AS rest_margin,
                       rest.uncosted AS rest_uncosted,
                       document.move_type <> 'out_refund' AND later.id IS NULL AS is_order,
                       first.move_id IS NOT NULL AND document.place = 1 AS is_new_customer,
                       (credit.touch_id %% %(numbers)s)::int AS touch_source,
                       (credit.touch_id / %(numbers)s)::int AS touch_record,
                       date_trunc('second', credit.date) AS touch_date,
                       credit.campaign_id, credit.source_id, credit.medium_id,
                       credit_first::numeric, credit_last::numeric, credit_linear, credit_decay, credit_position,
                       credit_data
                  FROM crm_pareto_documents document
                  JOIN crm_pareto_credits credit USING (journey_id)
                  LEFT JOIN crm_pareto_amounts amount USING (move_id, part)
                  LEFT JOIN crm_pareto_rests rest USING (move_id)
                  LEFT JOIN crm_pareto_firsts first USING (move_id)
                  LEFT JOIN crm_pareto_repeats later USING (id)
                """,
                numbers=NUMBERS,
            ),
            analyze=["move_id"],
        )

    @api.model
    def _make_sums(self, company):
        """crm_pareto_amounts: what the lines of a part of a document sum to; crm_pareto_rests: those of a document
        that is credited in part, of its other parts.

        The lines come from PostgreSQL's workers one by one, therefore OFFSET: a numeric sum of two lines is dearer to
        pass on than both.
        """
        self._make_shares(company)
        self._make_table(
            "crm_pareto_amounts",
            SQL(
                """
                SELECT move_id, COALESCE(shared.part, 0) AS part,
                       SUM(CASE WHEN shared.part IS NULL THEN revenue ELSE revenue * share END) AS revenue,
                       SUM(CASE WHEN shared.part IS NULL THEN margin ELSE margin * share END) AS margin,
                       COALESCE(SUM(CASE WHEN shared.part IS NULL THEN revenue ELSE revenue * share END)
                                FILTER (WHERE margin IS NULL), 0) AS uncosted
                  FROM (SELECT id AS line_id, move_id, revenue, margin FROM (%s) report
                         WHERE company_id = %s OFFSET 0) line
                  LEFT JOIN crm_pareto_shares shared USING (line_id)
                 WHERE move_id IN (SELECT move_id FROM crm_pareto_credited) GROUP BY move_id, COALESCE(shared.part, 0)
                """,
                self.env["crm.pareto.revenue.report"]._table_query,
                company.id,
            ),
            analyze=["move_id"],
        )
        self._make_table(
            "crm_pareto_rests",
            SQL(
                """
                SELECT move_id, SUM(revenue) AS revenue, SUM(margin) AS margin, SUM(uncosted) AS uncosted
                  FROM crm_pareto_amounts
                 WHERE part <> 0 AND (move_id, part) NOT IN (SELECT move_id, part FROM crm_pareto_credited)
                 GROUP BY move_id
                """
            ),
            analyze=["move_id"],
        )

    @api.model
    def _later_documents(self):
        """The credited documents of an order, or of an invoice and what reverses it, but for the first of them."""
        return SQL(
            """
            SELECT id
              FROM (SELECT id, ROW_NUMBER() OVER (
                               PARTITION BY sale_id ORDER BY move_type = 'out_refund', date, move_id) AS place
                      FROM crm_pareto_documents
                     WHERE documents > 1 AND id IN (SELECT id FROM crm_pareto_credited)) credited
             WHERE place > 1
            """
        )

    @api.model
    def _first_documents(self, company):
        """The first document of each customer who is credited here; on one day, an invoice."""
        report = self.env["crm.pareto.revenue.report"]
        return SQL(
            """
            SELECT DISTINCT ON (customer_id) id AS move_id
              FROM (%s) document
             WHERE customer_id IN (SELECT customer_id FROM crm_pareto_documents) AND move_type <> 'out_refund'
             ORDER BY customer_id, date, id
            """,
            report._customer_documents(company),
        )
