from odoo import api, fields, models
from odoo.tools import SQL

from ..common.tools.bounds import MOST_AMOUNT

MANY = 10_000  # new rows after which PostgreSQL's statistics mislead


class CrmParetoLineCost(models.Model):
    """The product's cost at the time a posted invoice line was first seen; empty where the product had none yet.

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
    product_id = fields.Many2one(
        "product.product",
        ondelete="cascade",
        readonly=True,
        help="Whose cost it is: another product may stand on the line later.",
    )
    unit_cost = fields.Float(
        digits=0,
        readonly=True,
        groups="crm_pareto.group_profit",
        help="In the company's currency, for one of the product's own unit.",
    )

    _line_unique = models.UniqueIndex("(line_id)")
    _unknown_index = models.Index("(company_id) WHERE unit_cost IS NULL")

    def init(self):
        """Say whose the costs are that were taken down before that was noted; goods that cost nothing had no cost."""
        self.env.cr.execute(
            SQL(
                """
                UPDATE crm_pareto_line_cost cost
                   SET product_id = line.product_id,
                       unit_cost = CASE WHEN template.type = 'consu' THEN NULLIF(cost.unit_cost, 0)
                                        ELSE cost.unit_cost END
                  FROM account_move_line line
                  JOIN product_product product ON product.id = line.product_id
                  JOIN product_template template ON template.id = product.product_tmpl_id
                 WHERE line.id = cost.line_id AND cost.product_id IS NULL
                """
            )
        )

    @api.model
    def _freeze(self, company, documents):
        """Take down the cost of the company's posted lines not seen before, or seen with another product.

        What a document reverses comes back at the cost that it went out with. A cost beyond all bounds is a slip, and
        nobody could correct it here: it counts as none until the product's cost is right.

        :param documents: SQL, a condition on the documents to look at (`move`)
        :return: how many lines were new
        """
        self.env.flush_all()
        # Apart from the INSERT, which would grow the very table that is searched for each line.
        self.env["crm.pareto.ranking"]._make_table("crm_pareto_new_lines", self._new_lines(company, documents))
        frozen = self._insert(SQL("SELECT *, today AS unit_cost FROM crm_pareto_new_lines WHERE reversed_id IS NULL"))
        frozen += self._insert(self._reversals())
        if frozen > MANY:
            self.env.cr.execute(SQL("ANALYZE crm_pareto_line_cost"))  # the sums join it, in this transaction
        self.invalidate_model()
        return frozen

    @api.model
    def _new_lines(self, company, documents):
        """The lines to take down, with what their products cost today; SQL."""
        report = self.env["crm.pareto.revenue.report"]
        return SQL(
            """
            SELECT line.id AS line_id, line.company_id, line.product_id, move.reversed_entry_id AS reversed_id,
                   CASE WHEN %(today)s BETWEEN -%(most)s AND %(most)s THEN %(today)s END AS today
              %(source)s
              %(where)s
               AND line.company_id = %(company)s
               AND %(documents)s
               AND line.product_id IS NOT NULL
               AND frozen.line_id IS NULL
               AND %(ordered)s IS NULL
               AND %(posted)s IS NULL
            """,
            today=report._standard_cost(),
            source=report._from(),
            where=report._where(),
            company=company.id,
            documents=documents,
            ordered=report._ordered_cost(),
            posted=report._posted_cost(),
            most=MOST_AMOUNT,
        )

    @api.model
    def _reversals(self):
        """Those of the new lines that take back what was invoiced, with what that cost; SQL."""
        report = self.env["crm.pareto.revenue.report"]
        return SQL(
            """
            SELECT line.*, COALESCE(origin.unit_cost, line.today) AS unit_cost
              FROM crm_pareto_new_lines line
              LEFT JOIN (SELECT line.move_id, line.product_id, SUM(%(cost)s) / NULLIF(SUM(%(quantity)s), 0) AS unit_cost
                           %(source)s %(where)s AND move.id IN (SELECT reversed_id FROM crm_pareto_new_lines)
                          GROUP BY line.move_id, line.product_id) origin
                ON origin.move_id = line.reversed_id AND origin.product_id = line.product_id
             WHERE line.reversed_id IS NOT NULL
            """,
            cost=report._known_cost(),
            quantity=report._quantity(),
            source=report._from(),
            where=report._where(),
        )

    @api.model
    def _insert(self, source):
        """Write rows down in the order of the lines: else each of millions goes to another page of the index.

        :param source: SQL of line_id, company_id, product_id, unit_cost
        :return: how many there were
        """
        columns = SQL("line_id, company_id, product_id, unit_cost")
        self.env.cr.execute(
            SQL(
                """
                INSERT INTO crm_pareto_line_cost (%(columns)s) SELECT %(columns)s FROM (%(source)s) new ORDER BY line_id
                    ON CONFLICT (line_id)
                    DO UPDATE SET (product_id, unit_cost) = (EXCLUDED.product_id, EXCLUDED.unit_cost)
                """,
                columns=columns,
                source=source,
            )
        )
        return self.env.cr.rowcount

    @api.model
    def _freeze_known(self, company):
        """Take down the cost of lines whose products had none when they were seen, and have one now."""
        report = self.env["crm.pareto.revenue.report"]
        self.env.flush_all()
        self.env.cr.execute(
            SQL(
                """
                UPDATE crm_pareto_line_cost line SET unit_cost = %(today)s
                  FROM product_product product JOIN product_template template ON template.id = product.product_tmpl_id
                 WHERE product.id = line.product_id AND line.company_id = %(company)s AND line.unit_cost IS NULL
                   AND %(today)s BETWEEN -%(most)s AND %(most)s
                """,
                today=report._standard_cost(),
                company=company.id,
                most=MOST_AMOUNT,
            )
        )
        self.invalidate_model()
