from odoo import api, fields, models
from odoo.tools import SQL

from .bounds import MOST_AMOUNT

MANY = 10_000  # new rows after which PostgreSQL's statistics mislead


class CrmParetoLineCost(models.Model):
    """The product's cost at the time a posted invoice line was first seen.

    Only for lines that have no better evidence (posted cost of goods, an order
    line's cost). Without it, last year's profit would move with today's cost.
    """

    _name = "crm.pareto.line.cost"
    _inherit = "crm.pareto.guarded.mixin"
    _description = "Frozen Cost of an Invoice Line"
    _log_access = False
    _rec_name = "line_id"

    line_id = fields.Many2one("account.move.line", required=True, ondelete="cascade", readonly=True)
    company_id = fields.Many2one("res.company", required=True, ondelete="cascade", readonly=True)
    unit_cost = fields.Float(
        digits=0,
        readonly=True,
        groups="crm_pareto.group_profit",
        help="In the company's currency, for one of the product's own unit.",
    )

    _line_unique = models.UniqueIndex("(line_id)")

    @api.model
    def _freeze(self, company, documents):
        """Take down the cost of the company's posted lines not seen before.

        One beyond all bounds is a slip, and nobody could correct it here: it waits until the product's cost is right.

        :param documents: SQL, a condition on the documents to look at (`move`)
        :return: how many lines were new
        """
        report, ranking = self.env["crm.pareto.revenue.report"], self.env["crm.pareto.ranking"]
        self.env.flush_all()
        # Apart from the INSERT, which would grow the very table that is searched for each line.
        ranking._make_table(
            "crm_pareto_new_costs",
            SQL(
                """
                SELECT line.id AS line_id, line.company_id,
                       COALESCE((product.standard_price ->> line.company_id::text)::numeric, 0) AS unit_cost
                  %(source)s
                  %(where)s
                   AND line.company_id = %(company)s
                   AND %(documents)s
                   AND line.product_id IS NOT NULL
                   AND frozen.line_id IS NULL
                   AND ordered.unit_cost IS NULL
                   AND %(posted)s IS NULL
                   AND COALESCE((product.standard_price ->> line.company_id::text)::numeric, 0)
                       BETWEEN -%(most)s AND %(most)s
                """,
                source=report._from(),
                where=report._where(),
                company=company.id,
                documents=documents,
                posted=report._posted_cost(),
                most=MOST_AMOUNT,
            ),
        )
        # In the order of the lines: else each of millions goes to another page of the index.
        self.env.cr.execute(
            SQL(
                "INSERT INTO crm_pareto_line_cost (line_id, company_id, unit_cost)"
                " SELECT line_id, company_id, unit_cost FROM crm_pareto_new_costs ORDER BY line_id"
                " ON CONFLICT (line_id) DO NOTHING"
            )
        )
        frozen = self.env.cr.rowcount
        if frozen > MANY:
            self.env.cr.execute(SQL("ANALYZE crm_pareto_line_cost"))  # the sums join it, in this transaction
        self.invalidate_model()
        return frozen
