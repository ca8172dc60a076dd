from odoo import api, fields, models
from odoo.tools import SQL

OTHERS = 5  # peers that a customer must have: of fewer, half is chance


class CrmParetoPeerPurchase(models.Model):
    """What most customers of an industry and a tier buy: where one of them does not, there is white space.

    Peers have the same industry and the same computed tier by turnover, in one company; Odoo knows no other size of a
    customer. A product category is a row where at least half of a group's others bought it in the window, each for
    more than was credited. `median` is the median of what those who bought it paid: half of them paid less.

    Grain: company, industry, tier, product category. Written anew each night from the posted ledger.
    """

    _name = "crm.pareto.peer.purchase"
    _description = "What Peers Buy"
    _rec_name = "categ_id"
    _order = "median desc, id"
    _log_access = False

    company_id = fields.Many2one("res.company", required=True, ondelete="cascade", readonly=True, index=True)
    currency_id = fields.Many2one(related="company_id.currency_id")
    industry_id = fields.Many2one("res.partner.industry", required=True, ondelete="cascade", readonly=True)
    tier_id = fields.Many2one("crm.pareto.tier", required=True, ondelete="cascade", readonly=True)
    categ_id = fields.Many2one("product.category", "Product Category", required=True, ondelete="cascade", readonly=True)
    customers = fields.Integer(readonly=True, help="Customers of the industry and tier who bought anything.")
    buyers = fields.Integer(readonly=True, help="Those of them who bought this category.")
    median = fields.Monetary(
        "Usual Turnover", readonly=True, aggregator="sum", help="The median of the buyers' turnover in the window."
    )

    @api.model
    def _update(self, company, period):
        """Make the company's rows anew.

        Reads crm_pareto_draft, and leaves two temporary tables: crm_pareto_peer (partner_id, industry_id, tier_id,
        others) of the customers who have an industry, and crm_pareto_bought (partner_id, categ_id, amount) of what they
        bought.

        :param period: the Windows
        """
        make = self.env["crm.pareto.ranking"]._make_table
        make("crm_pareto_peer", self._peers())
        make("crm_pareto_bought", self._bought(company, period))
        self.env.cr.execute(SQL("DELETE FROM crm_pareto_peer_purchase WHERE company_id = %s", company.id))
        self.env.cr.execute(
            SQL(
                """
                INSERT INTO crm_pareto_peer_purchase
                            (company_id, industry_id, tier_id, categ_id, customers, buyers, median)
                SELECT %(company)s, industry_id, tier_id, categ_id, MAX(others) + 1, COUNT(*),
                       ROUND(PERCENTILE_CONT(0.5) WITHIN GROUP (ORDER BY amount)::numeric, %(cents)s)
                  FROM crm_pareto_peer JOIN crm_pareto_bought USING (partner_id)
                 WHERE others >= %(others)s
                 GROUP BY industry_id, tier_id, categ_id
                HAVING 2 * COUNT(*) >= MAX(others)
                """,
                company=company.id,
                cents=company.currency_id.decimal_places,
                others=OTHERS,
            )
        )
        self.invalidate_model()

    @api.model
    def _peers(self):
        return SQL(
            """
            SELECT partner_id, industry_id, turnover_tier_id AS tier_id,
                   COUNT(*) OVER (PARTITION BY industry_id, turnover_tier_id) - 1 AS others
              FROM crm_pareto_draft JOIN res_partner partner ON partner.id = partner_id
             WHERE turnover > 0 AND industry_id IS NOT NULL AND turnover_tier_id IS NOT NULL AND %s
            """,
            self.env["res.partner"]._pareto_is_profiled(SQL.identifier("partner_id")),
        )

    @api.model
    def _bought(self, company, period):
        self.env.flush_all()
        return SQL(
            """
            SELECT customer_id AS partner_id, product_categ_id AS categ_id, SUM(revenue) AS amount
              FROM (%(report)s) report
             WHERE company_id = %(company)s AND customer_id IN (SELECT partner_id FROM crm_pareto_peer)
               AND product_categ_id IS NOT NULL
             GROUP BY customer_id, product_categ_id
            HAVING SUM(revenue) > 0
            """,
            report=self.env["crm.pareto.revenue.report"]._rows(
                SQL("move.invoice_date BETWEEN %s AND %s", period.date_from, period.date_to)
            ),
            company=company.id,
        )
