from functools import partial

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import SQL, formatLang

from ...common.tools.bounds import as_id, of_one
from ...common.tools.ours import as_ours

FEWEST = 3  # customers who bought both: what fewer of them bought would tell who they are
MOST_IN_BASKET = 50  # products of a customer; the pairs of one grow with their square
MOST_PER_PRODUCT = 20  # pairs kept of a product


class CrmParetoPairing(models.Model):
    """Two products that customers buy together: of those who bought `product_id`, many also bought `suggested_id`.

    Grain: company, product, suggested product. Written anew each night from the posted ledger. A basket is what one
    customer bought in the company's window, each product for more than was credited, and not what stands on one
    invoice: what is suggested is what others buy and this customer does not, whenever they order it. Of a customer's
    products the MOST_IN_BASKET it spends most on count, so that a reseller of everything does not make the work.

        support    = together / customers                                   Agrawal, Imieliński, Swami 1993
        confidence = together / buyers                                       the same
        lift       = confidence / (suggested_buyers / customers)         Brin, Motwani, Ullman, Tsur 1997

    Kept are pairs that at least FEWEST customers bought, with the support and confidence that the company's settings
    ask for and a lift above 1 (bought together more often than by chance): the MOST_PER_PRODUCT most confident ones of
    a product, ties by lift. Shares only: no customer can be read out of them.
    """

    _name = "crm.pareto.pairing"
    _description = "Products Bought Together"
    _rec_name = "suggested_id"
    _order = "confidence desc, lift desc, id"
    _log_access = False

    company_id = fields.Many2one("res.company", required=True, ondelete="cascade", readonly=True)
    product_id = fields.Many2one("product.product", "Who Buys", required=True, ondelete="cascade", readonly=True)
    suggested_id = fields.Many2one("product.product", "Also Buys", required=True, ondelete="cascade", readonly=True)
    customers = fields.Integer(readonly=True, aggregator=None, help="Customers who bought anything in the window.")
    buyers = fields.Integer(readonly=True, aggregator=None, help="Those of them who bought the first product.")
    suggested_buyers = fields.Integer(
        "Buyers of the Other", readonly=True, aggregator=None, help="Those of them who bought the other product."
    )
    together = fields.Integer("Both", readonly=True, aggregator=None, help="Those of them who bought both.")
    support = fields.Float(readonly=True, aggregator=None, help="The share of all customers who bought both.")
    confidence = fields.Float(
        readonly=True, aggregator=None, help="Of those who bought the first product, the share who bought the other."
    )
    lift = fields.Float(
        readonly=True,
        aggregator=None,
        digits=(16, 2),
        help="How many times as large that share is as the share of all customers who bought the other.",
    )
    reason = fields.Char("Why", compute="_compute_reason")

    _products_unique = models.UniqueIndex("(company_id, product_id, suggested_id)")

    @api.depends("confidence", "lift", "product_id", "suggested_id")
    @api.depends_context("lang")
    def _compute_reason(self):
        for row in self:
            row.reason = self.env._(
                "%(share)s %% of the customers who buy %(product)s also buy %(suggested)s: "
                "%(times)s times as many as of all.",
                share=formatLang(self.env, 100 * row.confidence, digits=0),
                product=row.product_id.with_context(display_default_code=False).display_name,
                suggested=row.suggested_id.with_context(display_default_code=False).display_name,
                times=formatLang(self.env, row.lift, digits=1),
            )

    # -- on a quotation ----------------------------------------------------------------

    @of_one
    def action_add(self):
        """Put the suggested product on the quotation that the context names (`pareto_order_id`), once.

        :raises UserError: where it is no quotation any more, or the product is not suggested for it, or no more
        """
        quotation = self._quotation()
        if self not in quotation.pareto_pairing_ids:
            raise UserError(self.env._("This is not suggested for this quotation any more: reload the page."))
        line = {"product_id": self.suggested_id.id, "product_uom_qty": 1, "pareto_suggested_id": self.suggested_id.id}
        as_ours(quotation).write({"order_line": [fields.Command.create(line)]})
        if "recompute_delivery_price" in quotation._fields:
            quotation.onchange_order_line()  # as Odoo's product catalog: delivery was priced without it

    @of_one
    def action_dismiss(self):
        """Suggest the product to the customer of that quotation no more."""
        self.env["crm.pareto.dismissal"]._dismiss(self._quotation(), self.suggested_id)

    def _quotation(self):
        id_ = as_id(self.env, self.env.context.get("pareto_order_id"), self.env._("The quotation"))
        order = self.env["sale.order"].browse(id_).exists()
        if not order._takes_suggestions():
            raise UserError(self.env._("Suggestions are for quotations only: this one was confirmed or cancelled."))
        order.check_access("write")
        return order

    # -- each night --------------------------------------------------------------------

    @api.model
    def _recompute(self, company, as_of=None):
        """Make the company's rows equal to the ledger; a pair that stays keeps its id, as it may be on a screen.

        A company that another transaction is computing is left to that one.

        :param as_of: last day of the window; today by default
        """
        if not self.env["crm.pareto.recompute"]._begin(company):
            return
        period = company._pareto_period(as_of)
        self.env["crm.pareto.ranking"]._make_table("crm_pareto_basket", self._baskets(company, period))
        self.env.cr.execute(
            SQL(
                """
                WITH fresh AS (%(pairs)s), gone AS (
                    DELETE FROM crm_pareto_pairing WHERE company_id = %(company)s
                       AND (product_id, suggested_id) NOT IN (SELECT product_id, suggested_id FROM fresh))
                INSERT INTO crm_pareto_pairing
                            (company_id, product_id, suggested_id, customers, buyers, suggested_buyers, together,
                             support, confidence, lift)
                SELECT %(company)s, product_id, suggested_id, customers, buyers, suggested_buyers, together,
                       together::float8 / customers, together::float8 / buyers,
                       together::float8 * customers / (buyers * suggested_buyers)
                  FROM fresh
                    ON CONFLICT (company_id, product_id, suggested_id) DO UPDATE
                   SET (customers, buyers, suggested_buyers, together, support, confidence, lift)
                       = ROW(EXCLUDED.customers, EXCLUDED.buyers, EXCLUDED.suggested_buyers, EXCLUDED.together,
                             EXCLUDED.support, EXCLUDED.confidence, EXCLUDED.lift)
                """,
                pairs=self._pairs(company),
                company=company.id,
            )
        )
        self.invalidate_model()
        run = self.env["crm.pareto.run"]._standing(company, "pairing")
        run._note_all({"date_from": period.date_from, "as_of": period.date_to})

    @api.model
    def _baskets(self, company, period):
        """The products that each customer bought: partner_id, product_id; SQL."""
        report = self.env["crm.pareto.revenue.report"]
        offered = self.env["sale.order"].new({"company_id": company.id})._get_suggestible_domain()
        # sudo: which products there are does not depend on who has this computed.
        products = self.env["product.product"].sudo()._search(offered)
        self.env.flush_all()
        select = partial(
            SQL,
            """
            SELECT %(customer)s AS partner_id, line.product_id, -line.balance AS amount
              %(source)s
             %(where)s AND line.company_id = %(company)s AND move.company_id = %(company)s
               AND line.invoice_date BETWEEN %(first)s AND %(last)s AND line.product_id IN %(products)s
               AND %(profiled)s
            """,
            customer=report._customer(),
            company=company.id,
            first=period.date_from,
            last=period.date_to,
            products=products.subselect(),
            profiled=self.env["res.partner"]._pareto_is_profiled(report._customer()),
        )
        return SQL(
            """
            SELECT partner_id, product_id
              FROM (SELECT partner_id, product_id,
                           ROW_NUMBER() OVER (PARTITION BY partner_id ORDER BY SUM(amount) DESC, product_id) AS place
                      FROM (%(lines)s) line
                     GROUP BY partner_id, product_id
                    HAVING SUM(amount) > 0) bought
             WHERE partner_id IS NOT NULL AND place <= %(most)s
            """,
            lines=report._union(lambda source, where: select(source=source, where=where)),
            most=MOST_IN_BASKET,
        )

    @api.model
    def _pairs(self, company):
        """The pairs to keep, out of crm_pareto_basket; SQL.

        No pair has more buyers than each of its products: those with too few are left out before the baskets are
        joined with themselves, and each pair is counted once for both directions.
        """
        return SQL(
            """
            WITH everybody AS (
                SELECT COUNT(DISTINCT partner_id) AS customers,
                       GREATEST(%(support)s * COUNT(DISTINCT partner_id), %(fewest)s) AS least
                  FROM crm_pareto_basket),
            item AS (
                SELECT product_id, COUNT(*) AS buyers FROM crm_pareto_basket
                 GROUP BY product_id HAVING COUNT(*) >= (SELECT least FROM everybody)),
            basket AS (SELECT partner_id, product_id FROM crm_pareto_basket JOIN item USING (product_id)),
            pair AS (
                SELECT one.product_id AS first_id, other.product_id AS second_id, COUNT(*) AS together
                  FROM basket one
                  JOIN basket other ON other.partner_id = one.partner_id AND other.product_id > one.product_id
                 GROUP BY one.product_id, other.product_id HAVING COUNT(*) >= (SELECT least FROM everybody)),
            directed AS (
                SELECT first_id AS product_id, second_id AS suggested_id, together FROM pair
                 UNION ALL SELECT second_id, first_id, together FROM pair),
            placed AS (
                SELECT directed.*, customers, item.buyers, suggested.buyers AS suggested_buyers,
                       ROW_NUMBER() OVER (PARTITION BY directed.product_id
                                          ORDER BY together DESC, suggested.buyers, suggested_id) AS place
                  FROM directed CROSS JOIN everybody
                  JOIN item ON item.product_id = directed.product_id
                  JOIN item suggested ON suggested.product_id = directed.suggested_id
                 WHERE together >= %(confidence)s * item.buyers
                   AND together * customers > item.buyers * suggested.buyers)
            SELECT * FROM placed WHERE place <= %(most)s
            """,
            support=company.pareto_pairing_support,
            confidence=company.pareto_pairing_confidence,
            fewest=FEWEST,
            most=MOST_PER_PRODUCT,
        )
