from odoo import api, fields, models
from odoo.fields import Domain
from odoo.orm.domains import DomainAnd, DomainCondition
from odoo.tools import SQL, OrderedSet

from ..models.bounds import bounded, of_one
from ..models.opening import open_document
from ..models.trust import Only

# The fields whose values are few lines, and what the context calls them.
FEW = {"customer_id": "pareto_customers", "id": "pareto_lines"}


class CrmParetoRevenueReport(models.Model):
    """What customers brought in, live from the ledger.

    Grain: one product line of a posted customer invoice, credit note or receipt.
    Sources: account.move.line with its account.move; for the cost also the posted
        cost-of-goods lines, the order lines and crm.pareto.line.cost.
    Filters: `_where`, and nowhere else: what counts as revenue is decided here.
    Sign: revenue positive, credit notes negative; cost positive where goods went out.
    Currency: the company's, at the document's own rate (the line's balance).
    Used by: the ranking, the Pareto page, and the analysis under Reporting.
    """

    _name = "crm.pareto.revenue.report"
    _inherit = ["crm.pareto.dated.mixin", "crm.pareto.guarded.mixin"]
    _description = "Revenue Analysis"
    _auto = False
    _rec_name = "date"
    _order = "date desc, id desc"

    date = fields.Date("Invoice Date", readonly=True)
    move_id = fields.Many2one("account.move", "Invoice", readonly=True)
    move_type = fields.Selection(
        [
            ("out_invoice", "Customer Invoice"),
            ("out_refund", "Customer Credit Note"),
            ("out_receipt", "Sales Receipt"),
        ],
        "Type",
        readonly=True,
    )
    company_id = fields.Many2one("res.company", readonly=True)
    currency_id = fields.Many2one("res.currency", "Company Currency", readonly=True)
    document_currency_id = fields.Many2one("res.currency", readonly=True)
    journal_id = fields.Many2one("account.journal", readonly=True)
    account_id = fields.Many2one("account.account", readonly=True)
    customer_id = fields.Many2one(
        "res.partner",
        readonly=True,
        help="The company (or person without one) the revenue is credited to: the commercial entity of the invoice, "
        "or the customer an accountant linked the invoice to.",
    )
    partner_id = fields.Many2one("res.partner", "Invoice Contact", readonly=True)
    country_id = fields.Many2one("res.country", readonly=True)
    industry_id = fields.Many2one("res.partner.industry", readonly=True)
    product_id = fields.Many2one("product.product", readonly=True)
    product_tmpl_id = fields.Many2one("product.template", "Product Template", readonly=True)
    product_categ_id = fields.Many2one("product.category", "Product Category", readonly=True)
    order_id = fields.Many2one("sale.order", readonly=True)
    suggested = fields.Boolean(
        "Brought In by a Suggestion",
        readonly=True,
        help="The order line was added from a suggestion of this product on the quotation.",
    )
    user_id = fields.Many2one("res.users", "Salesperson", readonly=True)
    team_id = fields.Many2one("crm.team", "Sales Team", readonly=True)
    campaign_id = fields.Many2one("utm.campaign", readonly=True)
    source_id = fields.Many2one("utm.source", readonly=True)
    medium_id = fields.Many2one("utm.medium", readonly=True)
    quantity = fields.Float(readonly=True, help="In the product's own unit.")
    revenue = fields.Monetary(readonly=True)
    cost = fields.Monetary(readonly=True, groups="crm_pareto.group_profit")
    margin = fields.Monetary(readonly=True, groups="crm_pareto.group_profit")

    _depends = {
        "account.move": [
            "campaign_id",
            "commercial_partner_id",
            "currency_id",
            "invoice_date",
            "invoice_user_id",
            "medium_id",
            "move_type",
            "pareto_customer_id",
            "partner_id",
            "source_id",
            "state",
            "team_id",
        ],
        "account.move.line": [
            "account_id",
            "balance",
            "company_id",
            "display_type",
            "journal_id",
            "move_id",
            "parent_state",
            "product_id",
            "product_uom_id",
            "quantity",
            "sale_line_ids",
        ],
        "crm.pareto.line.cost": ["unit_cost"],
        "product.product": ["product_tmpl_id", "standard_price"],
        "product.template": ["categ_id", "uom_id"],
        "res.partner": ["commercial_partner_id", "country_id", "industry_id"],
        "sale.order": ["currency_rate"],
        "sale.order.line": ["order_id", "pareto_suggested_id", "product_id", "product_uom_id", "purchase_price"],
        "uom.uom": ["factor"],
    }

    @api.readonly
    @of_one
    def action_open_move(self):
        """Open the line's invoice."""
        return open_document(self.move_id, self)

    def _search(self, domain, *args, **kwargs):
        """Reach the lines of a few customers, or a few lines, through indexes: without a word, all would be read."""
        few = {}
        for leaf in self._required(Domain(domain)):
            if leaf.operator in ("=", "in") and leaf.field_expr in FEW:
                ids = leaf.value if isinstance(leaf.value, list | tuple | set | OrderedSet) else [leaf.value]
                if all(type(id_) is int for id_ in ids):  # not False, which is the lines without a customer
                    few[FEW[leaf.field_expr]] = Only(ids)
        return super(CrmParetoRevenueReport, self.with_context(**few))._search(domain, *args, **kwargs)

    @api.model
    def _seeks_few(self):
        """Whether the lines sought are few and found through an index: those of some customers or ids."""
        return any(Only.of(self.env, name) is not None for name in FEW.values())

    @api.model
    def _required(self, domain):
        """The conditions of a domain that every line must meet."""
        domains = [domain]
        while domains:
            domain = domains.pop()
            if isinstance(domain, DomainAnd):
                domains += domain.children
            elif isinstance(domain, DomainCondition):
                yield domain

    @property
    def _table_query(self):
        customers = Only.of(self.env, "pareto_customers")
        only = SQL("AND %s", self._is_of_customers(list(customers))) if customers else SQL()
        return SQL("%s %s %s %s", self._select(), self._from(), self._where(), only)

    @api.model
    def _select(self):
        return SQL(
            """
            SELECT line.id,
                   move.invoice_date AS date,
                   line.move_id,
                   move.move_type,
                   line.company_id,
                   line.company_currency_id AS currency_id,
                   line.currency_id AS document_currency_id,
                   line.journal_id,
                   line.account_id,
                   %(customer)s AS customer_id,
                   move.partner_id,
                   customer.country_id,
                   customer.industry_id,
                   line.product_id,
                   product.product_tmpl_id,
                   template.categ_id AS product_categ_id,
                   ordered.order_id,
                   COALESCE(ordered.suggested_id = line.product_id, FALSE) AS suggested,
                   move.invoice_user_id AS user_id,
                   move.team_id,
                   move.campaign_id,
                   move.source_id,
                   move.medium_id,
                   %(quantity)s AS quantity,
                   -line.balance AS revenue,
                   %(cost)s AS cost,
                   -line.balance - %(cost)s AS margin
            """,
            customer=self._customer(),
            quantity=bounded(self._quantity()),
            cost=self._cost(),
        )

    @api.model
    def _customer(self):
        """The credited customer: the linked one's commercial entity, else the invoice's."""
        return SQL("COALESCE(linked.commercial_partner_id, move.commercial_partner_id)")

    @api.model
    def _quantity(self):
        """What went out, in the product's unit, whatever was entered; negative on credit notes."""
        return SQL(
            """(CASE WHEN move.move_type = 'out_refund' THEN -line.quantity ELSE line.quantity END
                * COALESCE(line_uom.factor, 1) / COALESCE(NULLIF(product_uom.factor, 0), 1))"""
        )

    @api.model
    def _cost(self):
        """Cost of the line, in company currency: posted, else agreed on the order, else frozen, else today's.

        A credit note takes its goods back at their cost. Numeric, not float: a sum must not depend on its order.
        Within bounds, once for all that it is made of, which people enter: one cost that sums up to no double would
        end everybody's figures. Numeric is wide enough for the product of such figures.
        """
        per_unit = SQL(
            """COALESCE(ordered.unit_cost * product_uom.factor, frozen.unit_cost,
                        (product.standard_price ->> line.company_id::text)::numeric, 0)"""
        )
        return bounded(SQL("COALESCE(%s, %s * %s)", self._posted_cost(), per_unit, self._quantity()))

    @api.model
    def _posted_cost(self):
        """The sum of the line's cost-of-goods entries on expense accounts, where an app posts such entries."""
        return SQL("posted.cost") if self._posts_cost() else SQL("NULL::numeric")

    @api.model
    def _posts_cost(self):
        """Whether stock_account (or what replaces it) is installed and links cost lines to their invoice line."""
        return "cogs_origin_id" in self.env["account.move.line"]._fields

    @api.model
    def _from(self):
        return SQL(
            """
            FROM account_move_line line
            JOIN account_move move ON move.id = line.move_id AND move.company_id = line.company_id
            LEFT JOIN res_partner linked ON linked.id = move.pareto_customer_id
            LEFT JOIN res_partner customer ON customer.id = %(customer)s
            LEFT JOIN (product_product product
                       JOIN product_template template ON template.id = product.product_tmpl_id
                       JOIN uom_uom product_uom ON product_uom.id = template.uom_id) ON product.id = line.product_id
            LEFT JOIN uom_uom line_uom ON line_uom.id = line.product_uom_id
            LEFT JOIN crm_pareto_line_cost frozen ON frozen.line_id = line.id
            LEFT JOIN (%(ordered)s) ordered ON ordered.line_id = line.id
            %(posted)s
            """,
            customer=self._customer(),
            ordered=self._ordered(),
            posted=self._posted() if self._posts_cost() else SQL(),
        )

    @api.model
    def _ordered(self):
        """The order of an invoice line and the unit cost agreed there, in company currency per reference unit.

        Where a line bills several order lines, that of the first of them: one row an invoice line.
        """
        return SQL(
            """
            SELECT link.invoice_line_id AS line_id, ordered_line.order_id,
                   ordered_line.pareto_suggested_id AS suggested_id,
                   CASE WHEN ordered_line.product_id IS NOT NULL
                        THEN ordered_line.purchase_price / NULLIF(sale_order.currency_rate, 0)
                             / COALESCE(NULLIF(ordered_uom.factor, 0), 1) END AS unit_cost
              FROM sale_order_line_invoice_rel link
              JOIN sale_order_line ordered_line ON ordered_line.id = link.order_line_id
              JOIN sale_order ON sale_order.id = ordered_line.order_id
              LEFT JOIN uom_uom ordered_uom ON ordered_uom.id = ordered_line.product_uom_id
             WHERE NOT EXISTS (SELECT FROM sale_order_line_invoice_rel earlier
                                WHERE earlier.invoice_line_id = link.invoice_line_id
                                  AND earlier.order_line_id < link.order_line_id)
            """
        )

    @api.model
    def _posted(self):
        """Odoo posts two cost lines for each invoice line, which cancel out: the expense is the cost.

        Summed once for all lines, or for a few lines for each of them.
        """
        few = self._seeks_few()
        return SQL(
            """
            LEFT JOIN %(each)s (
                SELECT cogs.cogs_origin_id AS line_id, SUM(cogs.balance) AS cost
                  FROM account_move_line cogs
                  JOIN account_account account ON account.id = cogs.account_id
                 WHERE cogs.display_type = 'cogs' AND cogs.parent_state = 'posted'
                   AND account.account_type LIKE %(expense)s AND %(only)s
                 GROUP BY cogs.cogs_origin_id
            ) posted ON posted.line_id = line.id
            """,
            each=SQL("LATERAL") if few else SQL(),
            expense="expense%",
            only=SQL("cogs.cogs_origin_id = line.id") if few else SQL("TRUE"),
        )

    @api.model
    def _where(self):
        return SQL("WHERE line.display_type = 'product' AND line.parent_state = 'posted' AND %s", self._is_sale())

    @api.model
    def _is_sale(self):
        """What the document of a revenue line is."""
        return SQL("move.state = 'posted' AND %s", self._is_customer_document())

    @api.model
    def _is_customer_document(self):
        """What becomes a revenue document once it is posted."""
        return SQL("move.move_type IN %s", tuple(self.env["account.move"].get_sale_types(include_receipts=True)))

    @api.model
    def _is_of_customers(self, customers):
        """Whether a document may be credited to one of the customers; found through indexes.

        :param customers: ids of commercial partners
        """
        # sudo: only where to look; which lines the reader sees is decided by the report's own rules.
        linked = self.env["account.move"].sudo().search([("pareto_customer_id.commercial_partner_id", "in", customers)])
        own = SQL("move.commercial_partner_id = ANY(%s)", customers)
        return SQL("(%s OR move.id = ANY(%s))", own, linked.ids) if linked else own

    @api.model
    def _documents(self, company):
        """The documents behind the revenue lines of a company: customer_id, date, move_type."""
        return SQL(
            """
            SELECT %(customer)s AS customer_id, move.invoice_date AS date, move.move_type
              FROM account_move move
              LEFT JOIN res_partner linked ON linked.id = move.pareto_customer_id
             WHERE %(sale)s AND move.company_id = %(company)s
            """,
            customer=self._customer(),
            sale=self._is_sale(),
            company=company.id,
        )
