from odoo import api, fields, models
from odoo.fields import Domain
from odoo.orm.domains import DomainAnd, DomainCondition
from odoo.tools import SQL, OrderedSet

from ..common import shop
from ..common.ledger import INCOME
from ..common.tools.blank import BlankMonetary
from ..common.tools.bounds import bounded, of_one, within
from ..common.tools.opening import open_document
from ..common.tools.trust import Only
from . import kits

# The fields whose values are few lines, and what the context calls them.
FEW = {"customer_id": "pareto_customers", "id": "pareto_lines"}


class CrmParetoRevenueReport(models.Model):
    """What customers brought in, live from the ledger.

    Grain: one product line, on an income account, of a posted customer invoice, credit note or receipt, or of a shop's
        order that nobody invoiced, in a posted session.
    Sources: account.move.line with its account.move; for the cost also the posted
        cost-of-goods lines, the order lines and crm.pareto.line.cost; for what goods moved the
        invoice that a document reverses or adds to, and what was delivered. Where there are shops: shop.py.
    Filters: `_where`, and nowhere else: what counts as revenue is decided here; of shops in shop.py.
    Sign: revenue positive, credit notes negative; cost positive where goods went out. An unknown cost is NULL, and so
        is its margin: sums are of what is known, `uncosted_revenue` is beside them.
    Currency: the company's, at the document's own rate (the line's balance).
    Dates: that of the invoice; of a shop's sale, that of its session's journal entry, which is what a line opens.
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
        help="A shop's sale without an invoice is a receipt, what it gives back a credit note.",
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
    quantity = fields.Float(
        readonly=True,
        help="In the product's own unit. A credit note over the price alone takes no goods back: it has none.",
    )
    revenue = fields.Monetary(readonly=True)
    cost = BlankMonetary(
        readonly=True, groups="crm_pareto.group_profit", help="Blank where nothing says what the line cost."
    )
    margin = BlankMonetary(
        readonly=True, groups="crm_pareto.group_profit", help="Revenue less cost; blank where that is."
    )
    uncosted_revenue = fields.Monetary(
        "Revenue without Cost",
        readonly=True,
        groups="crm_pareto.group_profit",
        help="The revenue of lines whose cost nobody knows: no margin counts it.",
    )

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
            "reversed_entry_id",
            "source_id",
            "state",
            "team_id",
        ],
        "account.move.line": [
            "account_id",
            "balance",
            "company_id",
            "discount",
            "display_type",
            "journal_id",
            "move_id",
            "parent_state",
            "price_unit",
            "product_id",
            "product_uom_id",
            "quantity",
            "sale_line_ids",
        ],
        "account.account": ["account_type"],
        "crm.pareto.line.cost": ["product_id", "unit_cost"],
        "product.product": ["product_tmpl_id", "standard_price"],
        "product.template": ["categ_id", "uom_id"],
        "res.partner": ["commercial_partner_id", "country_id", "industry_id", "pareto_not_customer"],
        "sale.order": ["currency_rate"],
        "sale.order.line": [
            "order_id",
            "pareto_suggested_id",
            "product_id",
            "product_uom_id",
            "product_uom_qty",
            "purchase_price",
        ],
        "uom.uom": ["factor"],
    }

    @api.readonly
    @of_one
    def action_open_move(self):
        """Open the line's invoice, or its shop session's journal entry."""
        return open_document(self.move_id, self)

    @api.model
    def _get_uncosted_domain(self, company, domain):
        """The lines of a company, within a domain, whose cost nobody knows."""
        return [("company_id", "=", company.id), *domain, ("cost", "=", False)]

    @api.model
    def _open_uncosted(self, company, domain):
        """The action that opens those lines by product, those with the most revenue first."""
        action = self.env["ir.actions.act_window"]._for_xml_id("crm_pareto.crm_pareto_revenue_report_action")
        name = self.env._("Revenue without Cost")
        return {
            **action,
            "name": name,
            "display_name": name,
            "domain": self._get_uncosted_domain(company, domain),
            "context": {"group_by": ["product_id"]},
            # sudo: which view a list has is no secret.
            "views": [
                (self.env.ref("crm_pareto.crm_pareto_revenue_report_view_list_uncosted").sudo().id, "list"),
                (False, "pivot"),
                (False, "graph"),
            ],
        }

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
        return self._rows()

    @api.model
    def _rows(self, only=None):
        """The lines; SQL.

        :param only: SQL, a condition on `line` and its document, `move`
        """
        only = only or SQL("TRUE")
        if customers := Only.of(self.env, "pareto_customers"):
            only = SQL("%s AND %s", only, self._is_of_customers(list(customers)))
        branches = [SQL("%s %s %s AND %s", self._select(), self._from(), self._where(), only)]
        if shop.is_installed(self.env):
            among = shop.among(Only.of(self.env, "pareto_lines"))
            branches.append(SQL("%s %s %s AND %s AND %s", self._select(), *self._shop_source(), among, only))
        return SQL(" UNION ALL ").join(branches)

    @api.model
    def _sources(self):
        """[(FROM of the revenue lines and their documents, WHERE that are such)]: of invoices and, where there are
        shops, of their orders. For what needs no more of them than `line`, `move` and whom a move is credited to.
        """
        invoices = SQL(
            """
            FROM account_move_line line
            JOIN account_move move ON move.id = line.move_id AND move.company_id = line.company_id
            LEFT JOIN res_partner linked ON linked.id = move.pareto_customer_id
            """
        )
        shops = [(shop.lines(self.env), self._shop_source()[1])] if shop.is_installed(self.env) else []
        return [(invoices, self._where()), *shops]

    @api.model
    def _union(self, select):
        """What is selected of each of the sources of lines; SQL.

        :param select: takes FROM and WHERE of a source, gives a SELECT
        """
        return SQL(" UNION ALL ").join(select(source, where) for source, where in self._sources())

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
                   -line.balance - %(cost)s AS margin,
                   CASE WHEN %(known)s IS NULL THEN -line.balance ELSE 0 END AS uncosted_revenue
            """,
            customer=self._customer(),
            quantity=bounded(self._quantity()),
            cost=self._cost(),
            known=self._known_cost(),
        )

    @api.model
    def _customer(self):
        """The credited customer: the linked one's commercial entity, else the invoice's; NULL where that is marked as
        no customer, as a shop's walk-in is. The few marked ones are looked up once a statement.
        """
        return SQL(
            "(CASE WHEN %(who)s IN (SELECT id FROM res_partner WHERE pareto_not_customer) THEN NULL ELSE %(who)s END)",
            who=SQL("COALESCE(linked.commercial_partner_id, move.commercial_partner_id)"),
        )

    @api.model
    def _quantity(self):
        """What went out, in the product's unit, whatever was entered; negative on credit notes.

        None where goods did not move: the document is about a price.
        """
        return SQL("(%s * %s)", self._billed_quantity(), self._moved())

    @api.model
    def _billed_quantity(self):
        """What the document says, whether goods moved with it or not; negative on credit notes; SQL."""
        return SQL(
            """(CASE WHEN move.move_type = 'out_refund' THEN -line.quantity ELSE line.quantity END
                * COALESCE(line_uom.factor, 1) / COALESCE(NULLIF(product_uom.factor, 0), 1))"""
        )

    @api.model
    def _moved(self):
        """Whether goods moved with the line, 1 or 0; SQL.

        Asked only of what corrects an invoice, a few lines among all: it moved goods where cost of goods was posted for
        it; else as the transfers of its order say; else where its price is that of the line it corrects. A document
        that corrects none, or a product that was not on that, moved them.
        """
        posted = SQL("WHEN EXISTS (%s) THEN 1", self._posted_lines()) if self._posts_cost() else SQL()
        delivered = SQL("WHEN move.move_type = 'out_refund' AND %s THEN 0", self._kept()) if self._delivers() else SQL()
        return SQL(
            """
            CASE WHEN %(corrected)s IS NULL OR line.product_id IS NULL THEN 1 %(posted)s %(delivered)s
                 ELSE (SELECT COALESCE(MAX((ABS(%(price)s - %(net)s) <= %(price)s * 0.000001)::int), 1)
                         FROM account_move_line item
                        WHERE item.move_id = %(corrected)s AND item.product_id = line.product_id
                          AND item.display_type = 'product') END
            """,
            corrected=self._corrected(),
            posted=posted,
            delivered=delivered,
            price=self._net_price(SQL("item")),
            net=self._net_price(SQL("line")),
        )

    @api.model
    def _posted_lines(self):
        """The cost-of-goods lines of a line, or of its product where nothing says whose they are; SQL."""
        return SQL(
            """
            SELECT FROM account_move_line cogs
             WHERE cogs.display_type = 'cogs'
               AND (cogs.cogs_origin_id = line.id OR cogs.cogs_origin_id IS NULL AND cogs.move_id = line.move_id
                                                     AND cogs.product_id = line.product_id)
            """
        )

    @api.model
    def _corrected(self):
        """The invoice that a document reverses or, as a debit note, adds to; SQL."""
        debited = "debit_origin_id" in self.env["account.move"]._fields
        return SQL("COALESCE(move.reversed_entry_id, move.debit_origin_id)" if debited else "move.reversed_entry_id")

    @api.model
    def _net_price(self, line):
        """The price of one unit after the discount, never negative; SQL."""
        return SQL("ABS(COALESCE(%(line)s.price_unit * (1 - COALESCE(%(line)s.discount, 0) / 100), 0))", line=line)

    @api.model
    def _delivers(self):
        """Whether sale_stock (or what replaces it) is installed and links transfers to the order's lines."""
        return "stock.move" in self.env and "sale_line_id" in self.env["stock.move"]._fields

    @api.model
    def _kept(self):
        """Whether what was credited stayed with the customer: delivered, and nothing of it came back; SQL."""
        return SQL(
            """
            EXISTS (SELECT FROM sale_order_line_invoice_rel link
                      JOIN sale_order_line sold ON sold.id = link.order_line_id
                     WHERE link.invoice_line_id = line.id AND sold.qty_delivered_method = 'stock_move'
                       AND sold.qty_delivered > 0 AND sold.qty_delivered >= sold.qty_invoiced + ABS(line.quantity)
                       AND NOT EXISTS (
                           SELECT FROM stock_move back JOIN stock_location place ON place.id = back.location_id
                            WHERE back.sale_line_id = sold.id AND back.state = 'done' AND place.usage = 'customer'))
            """
        )

    @api.model
    def _cost(self):
        """Cost of the line, in company currency: posted, else agreed on the order, else frozen, else today's; SQL.

        NULL where it is unknown.

        A credit note takes its goods back at their cost. What counts is for the line's own product: another one may
        stand on it now than on the order, or than when its cost was frozen. Numeric, not float: a sum must not depend
        on its order. Within bounds, once for all that it is made of, which people enter: one cost that sums up to no
        double would end everybody's figures. Numeric is wide enough for the product of such figures.
        """
        # OFFSET 0: it is worked out once, and not for each time that it is named.
        return SQL(
            "(SELECT %s FROM (SELECT %s AS amount OFFSET 0) cost)", within(SQL("cost.amount")), self._known_cost()
        )

    @api.model
    def _known_cost(self):
        """The cost of the line, or NULL where nothing says what it costs; SQL.

        A line without a product says nothing of it. But a deduction that somebody typed, or a remark without a price,
        is no delivery: it costs nothing.
        """
        per_unit = SQL("COALESCE(%s, frozen.unit_cost, %s)", self._ordered_cost(), self._standard_cost())
        return SQL(
            "COALESCE(%s, %s * %s, CASE WHEN line.product_id IS NULL AND COALESCE(line.price_unit, 0) <= 0 THEN 0 END)",
            self._posted_cost(),
            per_unit,
            self._quantity(),
        )

    @api.model
    def _ordered_cost(self):
        """What one of the product's own unit costs by the order, NULL where it does not say; SQL.

        Goods for nothing are goods whose cost nobody had entered.
        """
        return SQL(
            """
            (CASE WHEN ordered.product_id = line.product_id AND (template.type <> 'consu' OR ordered.unit_cost <> 0)
                  THEN ordered.unit_cost * product_uom.factor END)
            """
        )

    @api.model
    def _standard_cost(self):
        """What one of the product's own unit costs today; NULL for goods of which nothing says it; SQL."""
        own = self._entered_cost("product", "template")
        if not kits.is_installed(self.env):
            return own
        for model in ("mrp.bom", "mrp.bom.line"):
            self.env[model].flush_model()
        return SQL("COALESCE(%s, %s)", own, kits.kit_cost(self, "product", "template"))

    @api.model
    def _entered_cost(self, product, template):
        """The cost on a product, in the company of the line or, where a branch has none, above it; SQL.

        NULL for goods without one. A service may cost nothing: what is done for it is cost to serve.

        :param product, template: the aliases of the tables
        """
        return SQL(
            """
            COALESCE(
                NULLIF((%(price)s ->> line.company_id::text)::numeric, 0),
                NULLIF((SELECT (%(price)s ->> above.id)::numeric
                          FROM res_company company,
                               string_to_table(company.parent_path, '/') WITH ORDINALITY above (id, depth)
                         WHERE company.id = line.company_id AND company.parent_id IS NOT NULL AND %(price)s ? above.id
                         ORDER BY above.depth DESC LIMIT 1), 0),
                CASE WHEN %(template)s.type <> 'consu' THEN 0 END)
            """,
            price=SQL.identifier(product, "standard_price"),
            template=SQL.identifier(template),
        )

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
            LEFT JOIN crm_pareto_line_cost frozen ON frozen.line_id = line.id AND frozen.product_id = line.product_id
            LEFT JOIN %(ordered)s ordered ON ordered.line_id = line.id
            %(posted)s
            """,
            customer=self._customer(),
            ordered=self._ordered(),
            posted=self._posted() if self._posts_cost() else SQL(),
        )

    @api.model
    def _shop_source(self):
        """(FROM, WHERE) of what shops sold: what `_select` reads, as `_from` and `_where` have it of invoices; SQL."""
        joins = SQL(
            """
            %(lines)s
            LEFT JOIN res_partner customer ON customer.id = %(customer)s
            %(evidence)s
            """,
            lines=shop.lines(self.env),
            customer=self._customer(),
            evidence=shop.join_evidence(self.env),
        )
        return joins, SQL("WHERE %s", shop.are_revenue(self.env))

    @api.model
    def _ordered(self):
        """The order of an invoice line and the unit cost agreed there, in company currency per reference unit.

        Where a line bills several order lines, the first of them, and what the pieces of its product cost on average:
        one row an invoice line.
        """
        one = SQL("WHERE NOT EXISTS (%s)", self._other_link(SQL("<>")))
        return SQL(
            """
            (SELECT link.invoice_line_id AS line_id, ordered_line.order_id, ordered_line.product_id,
                    ordered_line.pareto_suggested_id AS suggested_id, %(cost)s AS unit_cost
               %(source)s %(one)s
              UNION ALL
             SELECT link.invoice_line_id, ordered_line.order_id, ordered_line.product_id,
                    ordered_line.pareto_suggested_id, (
                        SELECT COALESCE(SUM(%(cost)s * %(pieces)s) / NULLIF(SUM(%(pieces)s), 0), AVG(%(cost)s))
                          FROM (SELECT each.* FROM sale_order_line_invoice_rel each
                                 WHERE each.invoice_line_id = first.line_id) link
                          %(joined)s
                         WHERE ordered_line.product_id = first.product_id)
               %(source)s
              CROSS JOIN LATERAL (SELECT link.invoice_line_id AS line_id, ordered_line.product_id) first
              WHERE EXISTS (%(later)s) AND NOT EXISTS (%(earlier)s))
            """,
            cost=SQL(
                """(CASE WHEN ordered_line.product_id IS NOT NULL
                         THEN ordered_line.purchase_price / NULLIF(sale_order.currency_rate, 0)
                              / COALESCE(NULLIF(ordered_uom.factor, 0), 1) END)"""
            ),
            pieces=SQL("(ABS(ordered_line.product_uom_qty) * COALESCE(NULLIF(ordered_uom.factor, 0), 1))"),
            source=SQL("FROM sale_order_line_invoice_rel link %s", self._ordered_lines()),
            joined=self._ordered_lines(),
            one=one,
            later=self._other_link(SQL(">")),
            earlier=self._other_link(SQL("<")),
        )

    @api.model
    def _ordered_lines(self):
        return SQL(
            """
            JOIN sale_order_line ordered_line ON ordered_line.id = link.order_line_id
            JOIN sale_order ON sale_order.id = ordered_line.order_id
            LEFT JOIN uom_uom ordered_uom ON ordered_uom.id = ordered_line.product_uom_id
            """
        )

    @api.model
    def _other_link(self, compared):
        """Another order line that the same invoice line bills; SQL."""
        return SQL(
            """
            SELECT FROM sale_order_line_invoice_rel other
             WHERE other.invoice_line_id = link.invoice_line_id AND other.order_line_id %s link.order_line_id
            """,
            compared,
        )

    @api.model
    def _posted(self):
        """Odoo posts two cost lines for each invoice line, which cancel out: the expense is the cost.

        Where it copies a document with them, as a reversal does, it leaves out whose they are: then they are those of
        the document's first line of their product. Summed once for all lines, or for a few lines for each of them.
        """
        few = self._seeks_few()
        first = SQL(
            """
            (SELECT MIN(item.id) FROM account_move_line item
              WHERE item.move_id = cogs.move_id AND item.product_id = cogs.product_id AND item.display_type = 'product')
            """
        )
        only = SQL(
            """
            (cogs.cogs_origin_id = line.id OR cogs.cogs_origin_id IS NULL AND cogs.move_id = line.move_id
                                               AND line.id = %s)
            """,
            first,
        )
        return SQL(
            """
            LEFT JOIN %(each)s (
                SELECT %(whose)s AS line_id, SUM(cogs.balance) AS cost
                  FROM account_move_line cogs
                  JOIN account_account account ON account.id = cogs.account_id
                 WHERE cogs.display_type = 'cogs' AND cogs.parent_state = 'posted'
                   AND account.account_type LIKE %(expense)s AND %(only)s
                 GROUP BY 1
            ) posted ON posted.line_id = line.id
            """,
            each=SQL("LATERAL") if few else SQL(),
            whose=SQL("line.id") if few else SQL("COALESCE(cogs.cogs_origin_id, %s)", first),
            expense="expense%",
            only=only if few else SQL("TRUE"),
        )

    @api.model
    def _where(self):
        """What counts as revenue: what the profit and loss shows as income.

        A down payment, gift card or voucher on a balance-sheet account is none when it is paid: the sale that it pays
        for is, in full.
        """
        return SQL("WHERE %s", self._is_revenue())

    @api.model
    def _is_revenue(self):
        """Whether a line counts as revenue; SQL."""
        return SQL(
            """
            (line.display_type = 'product' AND line.parent_state = 'posted' AND %s
             AND line.account_id IN (SELECT id FROM account_account WHERE account_type IN %s))
            """,
            self._is_sale(),
            INCOME,
        )

    @api.model
    def _is_sale(self):
        """What the document of a revenue line is."""
        return SQL("move.state = 'posted' AND %s", self._is_customer_document())

    @api.model
    def _is_customer_document(self):
        """What becomes a revenue document once it is posted."""
        return SQL("move.move_type IN %s", tuple(self.env["account.move"].get_sale_types(include_receipts=True)))

    @api.model
    def _books_sales(self):
        """Whether a journal entry, `move`, is of sales, whatever else it books: of a customer, or a shop's; SQL."""
        if not shop.is_installed(self.env):
            return self._is_customer_document()
        return SQL("(%s OR %s)", self._is_customer_document(), shop.are_entries())

    @api.model
    def _books_sales_domain(self, path):
        """As `_books_sales`, of what leads to a journal entry by a path of fields."""
        types = self.env["account.move"].get_sale_types(include_receipts=True)
        documents = Domain(f"{path}.move_type", "in", types)
        return documents | shop.entries_domain(path) if shop.is_installed(self.env) else documents

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
    def _documents(self, company, as_of=None, only=None):
        """The purchases of a company's customers, and their credit notes, as `_customer_documents` has them; SQL.

        :param as_of: the last day that credit notes count of; None: all
        :param only: SQL, a condition on `move`
        """
        return self._document_rows(
            company,
            only,
            invoices=SQL("move.id NOT IN (%s)", self._no_purchases(company, as_of)),
            orders=lambda: SQL("pos_order.id NOT IN (%s)", shop.given_back(self.env, company, as_of)),
        )

    @api.model
    def _customer_documents(self, company, only=None):
        """The documents behind the revenue lines of a company: customer_id, date, move_type, id, amount; SQL.

        :param only: SQL, a condition on `move`
        """
        return self._document_rows(company, only, invoices=SQL("TRUE"), orders=lambda: SQL("TRUE"))

    @api.model
    def _document_rows(self, company, only, invoices, orders):
        """As `_customer_documents`, of those invoices and shop orders.

        :param invoices: SQL, a condition on `move`
        :param orders: gives SQL, a condition on `pos_order`; asked for only where there are shops
        """
        source = SQL("FROM account_move move LEFT JOIN res_partner linked ON linked.id = move.pareto_customer_id")
        branches = [(SQL("move.id"), source, self._is_sale(), invoices)]
        if shop.is_installed(self.env):
            number = SQL("pos_order.id + %s", shop.FIRST)
            branches.append((number, shop.orders(self.env), shop.are_sold(self.env), orders()))
        return SQL(" UNION ALL ").join(
            SQL(
                """
                SELECT %(customer)s AS customer_id, move.invoice_date AS date, move.move_type, %(number)s AS id,
                       move.amount_untaxed_signed AS amount
                  %(source)s
                 WHERE %(sale)s AND move.company_id = %(company)s AND %(those)s AND %(only)s
                """,
                customer=self._customer(),
                number=number,
                source=source,
                sale=sale,
                company=company.id,
                those=those,
                only=only or SQL("TRUE"),
            )
            for number, source, sale, those in branches
        )

    @api.model
    def _no_purchases(self, company, as_of=None):
        """The ids of invoices that are no purchase: credited in full, perhaps to be made anew, and debit notes; SQL.

        :param as_of: the last day that credit notes count of; None: all
        """
        credited = SQL(
            """
            SELECT invoice.id
              FROM (SELECT reversed_entry_id, currency_id, SUM(amount_untaxed) AS amount
                      FROM account_move
                     WHERE state = 'posted' AND move_type = 'out_refund' AND company_id = %s
                       AND reversed_entry_id IS NOT NULL AND %s
                     GROUP BY reversed_entry_id, currency_id) credit
              JOIN account_move invoice ON invoice.id = credit.reversed_entry_id
                                       AND invoice.currency_id = credit.currency_id
                                       AND invoice.amount_untaxed <= credit.amount
            """,
            company.id,
            SQL("invoice_date <= %s", as_of) if as_of else SQL("TRUE"),
        )
        branches = [credited]
        if shop.is_installed(self.env):
            branches.append(shop.invoices_given_back(self.env, company, as_of))
        if "debit_origin_id" in self.env["account.move"]._fields:
            branches.append(
                SQL(
                    "SELECT id FROM account_move WHERE debit_origin_id IS NOT NULL AND state = 'posted'"
                    " AND move_type = 'out_invoice' AND company_id = %s",
                    company.id,
                )
            )
        return SQL(" UNION ALL ").join(branches)
