from odoo import api, fields, models
from odoo.tools import SQL

from ...common.tools.blank import BlankInteger
from ...common.tools.groups import PROFIT

COLUMNS = ("recency_score", "frequency_score", "monetary_score", "rfm_segment_id")


class CrmParetoRfmMixin(models.AbstractModel):
    """Recency, frequency and monetary value of a customer as quintiles, and the segment that follows.

    Scores are 1 to 5, 5 the best fifth, among the company's customers who bought in the window: by the last invoice,
    the number of invoices, and the profit in the window. Who did not buy in it (before it only, or with nothing but
    refunds) has 1 in each, so that many sleepers do not make a single order look frequent. Who is in the list for a
    manual tier alone is no customer yet: no scores and no segment.

    Customers with equal values have equal scores: the fifth that the middle of them falls into. So it is not NTILE,
    which splits them by chance, nor CUME_DIST, which takes their upper end and makes one order a good score where most
    have one.

    The segment comes from recency and frequency alone: the monetary score tells of profit, and the segment is for all
    who see the customer.
    """

    _name = "crm.pareto.rfm.mixin"
    _inherit = "crm.pareto.worth.mixin"
    _description = "Recency, Frequency, Monetary Value"

    days_since_last_order = fields.Integer(
        compute="_compute_days_since_last_order",
        aggregator=None,
        help="From the last invoice to the last day of the window.",
    )
    recency_score = fields.Integer(
        "Recency",
        readonly=True,
        aggregator=None,
        help="1 to 5, by the last invoice; 5: the fifth of the customers who bought last.",
    )
    frequency_score = fields.Integer(
        "Frequency",
        readonly=True,
        aggregator=None,
        help="1 to 5, by the number of invoices in the window; 5: the fifth of the customers who bought most often.",
    )
    monetary_score = BlankInteger(
        "Monetary",
        readonly=True,
        aggregator=None,
        groups=PROFIT,
        help="1 to 5, by profit in the window; 5: the fifth of the customers who left most. Blank where the profit is "
        "unknown.",
    )
    rfm_segment_id = fields.Many2one(
        "crm.pareto.segment",
        "Segment",
        readonly=True,
        ondelete="set null",
        help="By recency and frequency. Empty where there is nothing but a manual tier.",
    )
    rfm_segment_color = fields.Integer(related="rfm_segment_id.color", string="Segment Color")

    @api.depends("last_date", "run_id")
    def _compute_days_since_last_order(self):
        for row in self:
            row.days_since_last_order = row.last_date and row.as_of and (row.as_of - row.last_date).days

    @api.model
    def _make_worth(self, company, period, parts):
        self._make_rfm(company, parts)
        return super()._make_worth(company, period, parts)

    @api.model
    def _refresh_worth(self, company, period, parts):
        self._make_rfm(company, parts)
        return super()._refresh_worth(company, period, parts)

    @api.model
    def _make_rfm(self, company, parts):
        segments = self.env["crm.pareto.segment"]._for_company(company)
        self.env["crm.pareto.ranking"]._make_table(
            "crm_pareto_rfm",
            SQL(
                "SELECT scored.*, %(segment)s AS rfm_segment_id FROM (%(scored)s) scored",
                segment=segments._rule(SQL.identifier("recency_score"), SQL.identifier("frequency_score")),
                scored=self._scored(),
            ),
        )
        parts["crm_pareto_rfm"] = COLUMNS

    @api.model
    def _scored(self):
        """The scores of all who are in the ledger and may be profiled; SQL."""
        return SQL(
            """
            SELECT partner_id, %(recency)s AS recency_score, %(frequency)s AS frequency_score,
                   %(monetary)s AS monetary_score
              FROM crm_pareto_draft
             WHERE %(customer)s AND %(profiled)s
            """,
            recency=self._quintile(SQL.identifier("last_date")),
            frequency=self._quintile(SQL.identifier("invoice_count")),
            monetary=self._quintile(SQL.identifier("profit")),
            customer=self._is_customer("crm_pareto_draft"),
            profiled=self._is_profiled(),
        )

    @api.model
    def _quintile(self, value):
        """The score of a value among those of the customers who bought in the window; SQL.

        ⌈5 (below + upto) / 2n⌉ in whole numbers: of n values `below` are less, and `upto` are less or equal. An unknown
        value has no score, and is none of the n.
        """
        return SQL(
            """
            CASE WHEN invoice_count = 0 THEN 1 WHEN %(value)s IS NULL THEN NULL ELSE
                 (5 * (RANK() OVER (PARTITION BY %(scored)s ORDER BY %(value)s) - 1
                       + COUNT(*) OVER (PARTITION BY %(scored)s ORDER BY %(value)s))
                  + 2 * COUNT(*) OVER (PARTITION BY %(scored)s) - 1)
                 / (2 * COUNT(*) OVER (PARTITION BY %(scored)s)) END
            """,
            value=value,
            scored=SQL("invoice_count > 0 AND %s IS NOT NULL", value),
        )
