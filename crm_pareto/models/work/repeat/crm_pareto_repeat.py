from functools import partial

from dateutil.relativedelta import relativedelta
from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools import SQL

from ...common.tools.bounds import EARLIEST, bounded, of_one
from ...common.tools.trust import as_scheduler, name_of
from ...value.prediction.crm_pareto_due_mixin import COLUMNS as DUE
from ...value.prediction.crm_pareto_due_mixin import LEAST_GAPS

COLUMNS = ("last_date", "purchases", "quantity", *DUE)
YEARS = 3  # of purchases that make a rhythm; what was bought before tells little of today
# A rhythm that nobody follows any more says nothing: the row goes so long after the purchase was due at the latest.
MISSED_GAPS = 2
LEAST_MISSED_DAYS = 30  # who buys each day and is away for two weeks has not left
CAN_BE_SOLD = (
    Domain("product_id.sale_ok", "=", True)
    & Domain("product_id.active", "=", True)
    & Domain("partner_id.active", "=", True)
)


class CrmParetoRepeat(models.Model):
    """What a customer buys again and again, how much of it, and when it is due.

    Grain: company, commercial partner, product, of those bought on three days or more.
    Sources: the lines of posted customer documents of the last YEARS years.
    A purchase is a day on which more of the product went out than came back; a credit note counts on the day of the
    invoice that it reverses, so one invoiced anew after a mistake was bought once.
    `quantity` is the median of the purchases' quantities, the lower of the two in the middle: one that was bought.
    Written each night for all, each hour for the customers whose documents changed; equal rows are not touched.

    Silent while an open quotation has the product or an order of it is under way: see `_under_way`.
    """

    _name = "crm.pareto.repeat"
    _inherit = ["crm.pareto.due.mixin"]
    _description = "Repeat Purchase"
    _rec_name = "product_id"
    _order = "due_to, id"
    _log_access = False

    company_id = fields.Many2one("res.company", required=True, ondelete="cascade", readonly=True)
    partner_id = fields.Many2one("res.partner", "Customer", required=True, ondelete="cascade", readonly=True)
    user_id = fields.Many2one(related="partner_id.user_id", string="Salesperson")
    product_id = fields.Many2one("product.product", required=True, ondelete="cascade", readonly=True)
    categ_id = fields.Many2one(related="product_id.categ_id", string="Product Category")
    uom_id = fields.Many2one(related="product_id.uom_id", string="Unit")
    last_date = fields.Date("Last Purchase", readonly=True)
    purchases = fields.Integer(
        readonly=True, aggregator=None, help="Days on which the product was bought, in the last three years."
    )
    quantity = fields.Float(
        "Usual Quantity",
        readonly=True,
        digits="Product Unit",
        aggregator=None,
        help="Median of the quantities of the purchases, in the product's unit.",
    )
    order_gap = fields.Float("Every (Days)", aggregator=None)
    order_state = fields.Selection(help="Silent while the product is on an open quotation or an order under way.")
    planned_date = fields.Date(
        "Planned For",
        compute="_compute_planned_date",
        help="The deadline of the open activity that was made for it. It closes itself when the order comes.",
    )

    _partner_product_company_unique = models.UniqueIndex("(partner_id, product_id, company_id)")

    # -- rows ------------------------------------------------------------------------

    @api.model
    def _recompute(self, company, as_of=None):
        """Make the company's rows equal to the ledger.

        A company that another transaction is computing is left to that one.

        :param as_of: last day of the purchases; today by default
        """
        if self.env["crm.pareto.recompute"]._begin(company):
            as_of = as_of or company._pareto_today()
            self._update(company, as_of)
            self._run(company)._note_all({"as_of": as_of})

    @api.model
    def _refresh(self, company, as_of=None):
        """The same for the customers whose documents changed since the last time; for all where there was none."""
        compute, as_of = self.env["crm.pareto.recompute"], as_of or company._pareto_today()
        if not compute._begin(company):
            return
        customers = compute._changed_customers(self._run(company), as_of)
        if customers is None:
            self._recompute(company, as_of)
        elif customers:
            self._update(company, as_of, customers)
        self._run(company).write({"as_of": as_of, "refreshed_at": self.env.cr.now()})

    @api.model
    def _run(self, company):
        return self.env["crm.pareto.run"]._standing(company, "repeat")

    @api.model
    def _update(self, company, as_of, customers=None):
        """Make the company's rows equal to the ledger, or those of the customers with these ids.

        Not INSERT … ON CONFLICT: that takes a number for each row that is there already, each night.
        """
        self.env.flush_all()
        ranking = self.env["crm.pareto.ranking"]
        ranking._make_table("crm_pareto_repeat_line", self._lines(company, as_of, customers))
        ranking._make_table("crm_pareto_repeats", self._repeats(as_of))
        names = {"company": company.id, **ranking._column_lists(COLUMNS)}
        self.env.cr.execute(
            SQL(
                """
                UPDATE crm_pareto_repeat old SET (%(columns)s) = ROW(%(new)s) FROM crm_pareto_repeats fresh
                 WHERE fresh.partner_id = old.partner_id AND fresh.product_id = old.product_id
                   AND old.company_id = %(company)s AND (%(old)s) IS DISTINCT FROM (%(new)s)
                """,
                **names,
            )
        )
        self.env.cr.execute(
            SQL(
                """
                DELETE FROM crm_pareto_repeat old
                 WHERE old.company_id = %(company)s AND %(among)s
                   AND NOT EXISTS (SELECT FROM crm_pareto_repeats fresh
                                    WHERE fresh.partner_id = old.partner_id AND fresh.product_id = old.product_id)
                """,
                among=SQL("TRUE") if customers is None else SQL("old.partner_id = ANY(%s)", customers),
                **names,
            )
        )
        self.env.cr.execute(
            SQL(
                """
                INSERT INTO crm_pareto_repeat (company_id, partner_id, product_id, %(columns)s)
                SELECT %(company)s, partner_id, product_id, %(columns)s FROM crm_pareto_repeats fresh
                 WHERE NOT EXISTS (SELECT FROM crm_pareto_repeat old
                                    WHERE old.partner_id = fresh.partner_id AND old.product_id = fresh.product_id
                                      AND old.company_id = %(company)s)
                """,
                **names,
            )
        )
        self.invalidate_model()

    @api.model
    def _repeats(self, as_of):
        """The rows to be, of crm_pareto_repeat_line: those of three purchases or more that are still alive; SQL."""
        return SQL(
            """
            SELECT * FROM (SELECT partner_id, product_id, last_date, purchases, quantity, %(dates)s FROM (
                SELECT partner_id, product_id, MAX(date) AS last_date, COUNT(*) AS purchases,
                       percentile_disc(0.5) WITHIN GROUP (ORDER BY quantity) AS quantity,
                       percentile_cont(ARRAY[0.25, 0.5, 0.75]::float8[]) WITHIN GROUP (ORDER BY gap) AS gaps
                  FROM (SELECT *, date - LAG(date) OVER (PARTITION BY partner_id, product_id ORDER BY date) AS gap
                          FROM (%(purchases)s) purchase) followed
                 GROUP BY partner_id, product_id HAVING COUNT(*) > %(least)s) known) due
             WHERE due_to + GREATEST(%(missed)s * order_gap, %(days)s)::integer >= %(as_of)s::date
            """,
            dates=self._due_dates(),
            purchases=self._purchases(),
            least=LEAST_GAPS,
            missed=MISSED_GAPS,
            days=LEAST_MISSED_DAYS,
            as_of=as_of,
        )

    @api.model
    def _purchases(self):
        """(partner_id, product_id, date, quantity) of the days on which more went out than came back; SQL.

        Most products were bought once or twice: only the lines of the others are sorted by day, and their quantities
        converted.
        """
        # Units convert with a remainder: what is below the precision of quantities did not come back.
        digits = self.env["decimal.precision"].precision_get("Product Unit")
        return SQL(
            """
            SELECT line.partner_id, line.product_id, line.date, ROUND(%(sum)s, %(digits)s) AS quantity
              FROM crm_pareto_repeat_line line
              CROSS JOIN LATERAL (SELECT line.move_type) move
              JOIN (SELECT partner_id, product_id FROM crm_pareto_repeat_line
                     GROUP BY partner_id, product_id HAVING COUNT(*) > %(least)s) often USING (partner_id, product_id)
              JOIN product_product product ON product.id = line.product_id
              JOIN product_template template ON template.id = product.product_tmpl_id
              JOIN uom_uom product_uom ON product_uom.id = template.uom_id
              LEFT JOIN uom_uom line_uom ON line_uom.id = line.product_uom_id
             GROUP BY line.partner_id, line.product_id, line.date HAVING ROUND(%(sum)s, %(digits)s) > 0
            """,
            sum=bounded(SQL("SUM(%s)", self.env["crm.pareto.revenue.report"]._billed_quantity())),
            digits=digits,
            least=LEAST_GAPS,
        )

    @api.model
    def _lines(self, company, as_of, customers):
        """The product lines: partner_id, product_id, date, move_type, quantity, product_uom_id; SQL.

        Neither the cost nor whatever else the revenue report joins is read, and of the documents what an index of
        theirs holds; the invoice that a credit note reverses is sought for credit notes alone.
        """
        report = self.env["crm.pareto.revenue.report"]
        only = self.env["res.partner"]._pareto_is_profiled(report._customer())
        if customers is not None:  # their documents, but not what of these is credited to others
            among = SQL("%s = ANY(%s)", report._customer(), customers)
            only = SQL("%s AND %s AND %s", only, among, report._is_of_customers(customers))
        select = partial(
            SQL,
            """
            SELECT %(customer)s AS partner_id, line.product_id,
                   GREATEST(LEAST(CASE WHEN move.move_type = 'out_refund' THEN (
                       SELECT invoice.invoice_date
                         FROM account_move credit JOIN account_move invoice ON invoice.id = credit.reversed_entry_id
                        WHERE credit.id = move.id) END, move.invoice_date), %(earliest)s) AS date,
                   move.move_type, line.quantity * %(moved)s AS quantity, line.product_uom_id
              %(source)s
             %(where)s AND line.company_id = %(company)s AND line.invoice_date BETWEEN %(since)s AND %(as_of)s
               AND line.product_id IS NOT NULL AND line.product_id <> ALL(%(incidental)s)
               AND %(customer)s IS NOT NULL AND %(only)s
            """,
            customer=report._customer(),
            moved=report._moved(),
            incidental=self.env["sale.order"].new({"company_id": company.id})._get_incidental_products().ids,
            earliest=EARLIEST,
            company=company.id,
            since=as_of - relativedelta(years=YEARS),
            as_of=as_of,
            only=only,
        )
        return report._union(lambda source, where: select(source=source, where=where))

    # -- state -----------------------------------------------------------------------

    @api.model
    def _is_silent(self, alias, query):
        """Silent is also what cannot be sold any more, and who is archived."""
        product = query.left_join(alias, "product_id", "product_product", "id", "product_id")
        template = query.left_join(product, "product_tmpl_id", "product_template", "id", "product_tmpl_id")
        partner = query.left_join(alias, "partner_id", "res_partner", "id", "partner_id")
        return SQL(
            "(%s AND %s AND %s) IS NOT TRUE OR EXISTS (%s)",
            self._column(product, "product.product", "active"),
            self._column(template, "product.template", "sale_ok"),
            self._column(partner, "res.partner", "active"),
            self._under_way(alias),
        )

    @api.model
    def _column(self, alias, model, name):
        return SQL.identifier(alias, name, to_flush=self.env[model]._fields[name])

    @api.model
    def _under_way(self, alias):
        """The orders that keep a row silent: (id, name) of sale.order; SQL.

        Open quotations with the product, those expired left out. Confirmed orders with it that came after the last
        purchase, or of which nothing was invoiced yet, but those older than a usual gap before the last purchase:
        such a line was forgotten.

        A colleague's order counts as well: only that there is one comes out, and its number, to ask about it.
        """
        reads = {
            "res.partner": ("commercial_partner_id",),
            "sale.order": ("partner_id", "company_id", "state", "validity_date", "date_order"),
            "sale.order.line": ("order_id", "product_id", "product_uom_qty", "qty_invoiced"),
        }
        return SQL(
            """
            SELECT sale.id, sale.name
              FROM res_partner contact
              JOIN sale_order sale ON sale.partner_id = contact.id
              JOIN sale_order_line line ON line.order_id = sale.id
             WHERE contact.commercial_partner_id = %(partner)s AND sale.company_id = %(company)s
               AND line.product_id = %(product)s AND line.product_uom_qty > 0
               AND (sale.state IN ('draft', 'sent') AND COALESCE(sale.validity_date >= %(today)s, TRUE)
                    OR sale.state = 'sale' AND (sale.date_order::date > %(last)s
                       OR line.qty_invoiced = 0 AND sale.date_order::date > %(last)s - CEIL(%(gap)s)::integer))
            """,
            partner=SQL.identifier(alias, "partner_id"),
            company=SQL.identifier(alias, "company_id"),
            product=SQL.identifier(alias, "product_id"),
            last=SQL.identifier(alias, "last_date"),
            gap=SQL.identifier(alias, "order_gap"),
            today=fields.Date.context_today(self),
            to_flush=[self.env[model]._fields[name] for model, names in reads.items() for name in names],
        )

    @api.depends("partner_id", "product_id", "company_id")
    def _compute_planned_date(self):
        # A colleague's activity is no less planned, and only its day comes out.
        activities = as_scheduler(self.env["mail.activity"]).search(
            [
                ("res_model", "=", "res.partner"),
                ("res_id", "in", self.partner_id.ids),
                ("pareto_product_ids", "in", self.product_id.ids),
            ],
            order="date_deadline desc",
        )
        planned = {
            (activity.pareto_company_id.id, activity.res_id, product): activity.date_deadline
            for activity in activities
            for product in activity.pareto_product_ids.ids
        }
        for row in self:
            row.planned_date = planned.get((row.company_id.id, row.partner_id.id, row.product_id.id))

    @api.readonly
    @of_one
    def action_open_purchases(self):
        """Open the invoice lines that the rhythm is made of, credit notes too."""
        action = self.env["ir.actions.act_window"]._for_xml_id("crm_pareto.crm_pareto_revenue_report_action")
        name = self.env._(
            "%(product)s for %(name)s", product=self.product_id.display_name, name=name_of(self.partner_id)
        )
        domain = [
            ("company_id", "=", self.company_id.id),
            ("customer_id", "=", self.partner_id.id),
            ("product_id", "=", self.product_id.id),
            ("date", ">=", fields.Date.context_today(self) - relativedelta(years=YEARS)),
        ]
        return {**action, "name": name, "display_name": name, "domain": domain, "context": {}}
