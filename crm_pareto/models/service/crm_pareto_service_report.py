from markupsafe import Markup
from odoo import api, fields, models
from odoo.tools import SQL

from ..common import shop
from ..common.tools.bounds import of_one, within
from ..common.tools.opening import open_document
from ..common.tools.zones import company_day

# The number of a row or event is that of its record times this, plus the number of its kind.
NUMBERS = 16
# For ever: ids are made of them. Other addons: 8 and above.
TIMESHEET, TICKET, REPAIR, RETURN, CREDIT_NOTE, COMPLAINT = range(6)
MEASURES = ("hours", "quantity", "cost")
PROFIT = "crm_pareto.group_profit"


class CrmParetoServiceReport(models.Model):
    """What customers and products cost us after the sale, live from Odoo's documents.

    Grain: one service event and product. Only returns and credit notes have several products; `event` numbers the
        events, so that counting it distinctly counts a return of two products once.
    Sources, each where its app is installed (`_get_missing_kinds` says which are not):
        timesheet: a line of hours for a customer (the task's or project's) that no order line sells. Cost: the amount
            on the line, which Odoo took from the employee's hourly cost on that day. Work on a task that was sold
            counts for the product sold there.
        ticket: a helpdesk ticket that is no duplicate of another, open or closed. No cost of its own: hours spent on
            it are timesheets.
        repair: a finished repair. Cost: the parts added that the customer does not pay, at the value with which they
            left the stock, else (without inventory valuation) at today's product cost. A part that an order sells, or
            that stands on a posted invoice, is in the revenue report with its cost.
        return: what came back from a customer of a delivery. No cost: the goods are there again, and the credit note
            takes their cost back.
        credit note: as in the revenue report, which has its amount and cost: none here.
        complaint: a rating that Odoo calls unhappy (from 1 to below 3 of 5). No cost.
    Filters: in each source's method, and nowhere else. Nothing without a customer.
    Sign: hours, cost and quantity positive; corrections of hours negative.
    Currency: the company's.
    Dates: those of the documents; of moments, the day in UTC.
    Rights: facts by customer, whoever may read the documents: of these a row shows the title or number and who did
        the work, not what was written. What it cost needs the right to see profit. Opening one needs the right to
        read it.
    Used by: the ranking by service load, and the analysis under Reporting.
    """

    _name = "crm.pareto.service.report"
    _inherit = ["crm.pareto.dated.mixin", "crm.pareto.guarded.mixin"]
    _description = "Service Load"
    _auto = False
    _rec_name = "name"
    _order = "date desc, id desc"

    date = fields.Date(readonly=True)
    name = fields.Char("Document", readonly=True)
    kind = fields.Selection(
        [
            ("timesheet", "Unsold Hours"),
            ("ticket", "Ticket"),
            ("repair", "Repair"),
            ("return", "Return"),
            ("credit_note", "Credit Note"),
            ("complaint", "Complaint"),
        ],
        readonly=True,
    )
    event = fields.Integer("Events", aggregator="count_distinct", readonly=True)
    customer_id = fields.Many2one("res.partner", readonly=True)
    product_id = fields.Many2one("product.product", readonly=True)
    user_id = fields.Many2one("res.users", "By", readonly=True)
    company_id = fields.Many2one("res.company", readonly=True)
    currency_id = fields.Many2one("res.currency", readonly=True)
    hours = fields.Float(readonly=True)
    quantity = fields.Float(readonly=True, help="Returned, credited or repaired, in the product's own unit.")
    cost = fields.Monetary(readonly=True, groups=PROFIT)
    under_warranty = fields.Boolean(readonly=True)
    res_model = fields.Char("Document Model", readonly=True)
    res_id = fields.Many2oneReference("Document Number", model_field="res_model", readonly=True)

    _depends = {
        "account.move": [
            "commercial_partner_id",
            "invoice_date",
            "invoice_user_id",
            "move_type",
            "name",
            "pareto_customer_id",
            "state",
        ],
        "account.move.line": [
            "company_id",
            "display_type",
            "move_id",
            "parent_state",
            "product_id",
            "product_uom_id",
            "quantity",
        ],
        "product.product": ["product_tmpl_id", "standard_price"],
        "product.template": ["uom_id"],
        "res.company": ["currency_id"],
        "res.partner": ["commercial_partner_id"],
        "res.users": ["company_id", "partner_id"],
        "sale.order.line": ["product_id"],
        "uom.uom": ["factor"],
    }

    # -- which kinds there are -------------------------------------------------------------

    @api.model
    def _sources(self):
        """{kind: the method that gives its SELECT, or None; the reason in that case}."""
        apps = {
            "timesheet": (
                "task_id" in self.env["account.analytic.line"]._fields,
                self._select_timesheets,
                self.env._("Timesheets is not installed: hours spent on customers are not known."),
            ),
            "ticket": (
                "helpdesk.ticket" in self.env,
                self._select_tickets,
                self.env._("No helpdesk is installed: tickets are not known."),
            ),
            "repair": (
                "repair.order" in self.env,
                self._select_repairs,
                self.env._("Repairs is not installed: repairs are not known."),
            ),
            "return": (
                "stock.picking" in self.env,
                self._select_returns,
                self.env._("Inventory is not installed: returns are not known."),
            ),
            "credit_note": (True, self._select_credit_notes, ""),
            "complaint": (
                "rating.rating" in self.env,
                self._select_complaints,
                self.env._("No app in which customers rate is installed: complaints are not known."),
            ),
        }
        return {kind: (select if there else None, reason) for kind, (there, select, reason) in apps.items()}

    @api.model
    def _get_missing_kinds(self):
        """The kinds of which nothing can be known here: {kind: why}. Their figures are blank, not zero."""
        return {kind: reason for kind, (select, reason) in self._sources().items() if not select}

    @api.model
    def get_empty_list_help(self, help_message):
        """Say also what is not looked at."""
        notes = Markup("").join(Markup("<p>%s</p>") % reason for reason in self._get_missing_kinds().values())
        return super().get_empty_list_help(Markup(help_message or "") + notes)

    # -- the query -------------------------------------------------------------------------

    @property
    def _table_query(self):
        return SQL(
            """
            SELECT event.id, event.date, event.name, event.kind, event.event,
                   partner.commercial_partner_id AS customer_id, event.product_id, event.user_id, event.company_id,
                   company.currency_id, event.hours, event.quantity, event.cost, event.under_warranty,
                   event.res_model, event.res_id
              FROM (%s) event
              JOIN res_partner partner ON partner.id = event.partner_id
              JOIN res_company company ON company.id = event.company_id
            """,
            SQL(" UNION ALL ").join(select() for select, _reason in self._sources().values() if select),
        )

    @api.model
    def _select(self, kind, number, **columns):
        """The SELECT of a source: 0 or nothing where it has no column.

        :param columns: SQL; `row` is the number of the record that the row is made of, `res_id` that of the event
        """
        row, document = columns.pop("row"), columns["res_id"]
        columns |= {
            "id": SQL("%s::bigint * %s + %s", row, NUMBERS, number),
            "event": SQL("%s::bigint * %s + %s", columns.pop("event", document), NUMBERS, number),
            "kind": SQL("%s::varchar", kind),
            "name": SQL("(%s)::varchar", columns["name"]),
            # Within bounds, row by row: one that nobody worked, summed up, would end the night of the whole company.
            **{name: SQL("(%s)::numeric", within(columns.get(name, SQL("0")))) for name in MEASURES},
            "product_id": columns.get("product_id", SQL("NULL::int")),
            "under_warranty": columns.get("under_warranty", SQL("FALSE")),
            "res_model": SQL("(%s)::varchar", columns["res_model"]),
        }
        # UNION ALL goes by place.
        return SQL(
            "SELECT %s",
            SQL(", ").join(SQL("%s AS %s", columns[name], SQL.identifier(name)) for name in sorted(columns)),
        )

    def _flushing(self, model, *names):
        """What is empty SQL and has the fields written first, of a model that `_depends` cannot name."""
        return SQL().join(SQL(to_flush=self.env[model]._fields[name]) for name in names)

    @api.model
    def _per_unit(self, line_uom, product_uom):
        """What a quantity is multiplied by to be in the product's own unit."""
        return SQL("COALESCE(%s, 1) / COALESCE(NULLIF(%s, 0), 1)", line_uom, product_uom)

    # -- one source a method ---------------------------------------------------------------

    @api.model
    def _select_timesheets(self):
        line = self.env["account.analytic.line"]
        sold_tasks = "sale_line_id" in self.env["project.task"]._fields
        select = self._select(
            "timesheet",
            TIMESHEET,
            row=SQL("line.id"),
            date=SQL("line.date"),
            name=SQL("COALESCE(task.name, %s)", self.env["project.project"]._field_to_sql("project", "name")),
            partner_id=SQL("line.partner_id"),
            product_id=SQL("COALESCE(line.product_id, sold.product_id)") if sold_tasks else SQL("line.product_id"),
            user_id=SQL("line.user_id"),
            company_id=SQL("line.company_id"),
            hours=SQL("line.unit_amount"),
            cost=SQL("-line.amount"),
            res_model=SQL("'account.analytic.line'"),
            res_id=SQL("line.id"),
        )
        names = ("amount", "company_id", "date", "partner_id", "product_id", "project_id", "task_id", "unit_amount")
        billing = [name for name in ("so_line", "timesheet_invoice_type") if name in line._fields]
        return SQL(
            """
            %(select)s
              FROM account_analytic_line line
              JOIN project_project project ON project.id = line.project_id
              LEFT JOIN project_task task ON task.id = line.task_id
              %(sold)s
             WHERE %(unsold)s %(flushing)s
            """,
            select=select,
            sold=SQL("LEFT JOIN sale_order_line sold ON sold.id = task.sale_line_id") if sold_tasks else SQL(),
            unsold=self._is_unsold(),
            flushing=SQL().join(
                [
                    self._flushing("account.analytic.line", *names, "user_id", *billing),
                    self._flushing("project.task", "name", *(["sale_line_id"] if sold_tasks else [])),
                    self._flushing("project.project", "name"),
                ]
            ),
        )

    @api.model
    def _is_unsold(self):
        """Whether no order sells the hours and nobody bills them by hand; without sale_timesheet nothing does."""
        conditions = [SQL("TRUE")]
        if "so_line" in self.env["account.analytic.line"]._fields:
            conditions.append(SQL("line.so_line IS NULL"))
        if "timesheet_invoice_type" in self.env["account.analytic.line"]._fields:
            conditions.append(SQL("line.timesheet_invoice_type IS DISTINCT FROM 'billable_manual'"))
        return SQL(" AND ").join(conditions)

    @api.model
    def _select_tickets(self):
        """Of the OCA's helpdesk and of Enterprise's, which have the model's name and some of its fields in common."""
        stored = [name for name, field in self.env["helpdesk.ticket"]._fields.items() if field.store]
        number = next((name for name in ("number", "ticket_ref") if name in stored), None)
        title = [SQL("NULLIF(ticket.%s, '/')", SQL.identifier(number))] if number else []
        names = [name for name in (number, "product_id", "duplicate_id") if name in stored]
        select = self._select(
            "ticket",
            TICKET,
            row=SQL("ticket.id"),
            date=company_day(self.env, SQL("ticket.create_date"), SQL("ticket.company_id")),
            name=SQL("concat_ws(' ', %s)", SQL(", ").join([*title, SQL("ticket.name")])),
            partner_id=SQL("ticket.partner_id"),
            **({"product_id": SQL("ticket.product_id")} if "product_id" in stored else {}),
            user_id=SQL("ticket.user_id"),
            company_id=SQL("ticket.company_id"),
            res_model=SQL("'helpdesk.ticket'"),
            res_id=SQL("ticket.id"),
        )
        return SQL(
            "%(select)s FROM helpdesk_ticket ticket WHERE %(counts)s %(flushing)s",
            select=select,
            counts=SQL("ticket.duplicate_id IS NULL") if "duplicate_id" in stored else SQL("TRUE"),
            flushing=self._flushing("helpdesk.ticket", *names, "name", "partner_id", "user_id", "company_id"),
        )

    @api.model
    def _select_repairs(self):
        select = self._select(
            "repair",
            REPAIR,
            row=SQL("repair.id"),
            # A repair does not keep when it was finished; its stock moves do.
            date=company_day(
                self.env,
                SQL("COALESCE(finished.date, parts.date, repair.schedule_date)"),
                SQL("repair.company_id"),
            ),
            name=SQL("repair.name"),
            partner_id=SQL("repair.partner_id"),
            product_id=SQL("repair.product_id"),
            user_id=SQL("repair.user_id"),
            company_id=SQL("repair.company_id"),
            quantity=SQL(
                "CASE WHEN repair.product_id IS NULL THEN 0 ELSE repair.product_qty * %s END",
                self._per_unit(SQL("repair_uom.factor"), SQL("product_uom.factor")),
            ),
            cost=SQL("COALESCE(parts.cost, 0)"),
            under_warranty=SQL("COALESCE(repair.under_warranty, FALSE)"),
            res_model=SQL("'repair.order'"),
            res_id=SQL("repair.id"),
        )
        names = ("company_id", "move_id", "name", "partner_id", "product_id", "product_qty", "product_uom")
        valued = [name for name in ("is_out", "value") if name in self.env["stock.move"]._fields]
        move_names = ("date", "product_id", "product_uom", "quantity", "repair_id", "repair_line_type", "sale_line_id")
        return SQL(
            """
            %(select)s
              FROM repair_order repair
              LEFT JOIN stock_move finished ON finished.id = repair.move_id
              LEFT JOIN uom_uom repair_uom ON repair_uom.id = repair.product_uom
              LEFT JOIN product_product repaired ON repaired.id = repair.product_id
              LEFT JOIN product_template repaired_template ON repaired_template.id = repaired.product_tmpl_id
              LEFT JOIN uom_uom product_uom ON product_uom.id = repaired_template.uom_id
              LEFT JOIN LATERAL (
                   SELECT MAX(part.date) AS date, SUM(%(value)s) FILTER (WHERE %(unpaid)s) AS cost
                     FROM stock_move part
                     JOIN product_product product ON product.id = part.product_id
                     JOIN product_template template ON template.id = product.product_tmpl_id
                     JOIN uom_uom product_uom ON product_uom.id = template.uom_id
                     JOIN uom_uom part_uom ON part_uom.id = part.product_uom
                    WHERE part.repair_id = repair.id AND part.state = 'done' AND part.repair_line_type = 'add'
              ) parts ON TRUE
             WHERE repair.state = 'done' %(flushing)s
            """,
            select=select,
            value=self._part_value(),
            unpaid=self._is_unpaid_part(),
            flushing=SQL().join(
                [
                    self._flushing("repair.order", *names, "schedule_date", "state", "under_warranty", "user_id"),
                    self._flushing("stock.move", *move_names, "state", *valued),
                    self._flushing("account.move.line", "sale_line_ids"),
                ]
            ),
        )

    @api.model
    def _part_value(self):
        """What a part was worth as it left the stock, else today's cost."""
        today = SQL(
            "COALESCE((product.standard_price ->> part.company_id::text)::numeric, 0) * part.quantity::numeric * %s",
            self._per_unit(SQL("part_uom.factor"), SQL("product_uom.factor")),
        )
        if "is_out" not in self.env["stock.move"]._fields:
            return today
        return SQL("CASE WHEN part.is_out THEN part.value ELSE %s END", today)

    @api.model
    def _is_unpaid_part(self):
        """Whether no order sells the part, or one does for nothing and it is on no posted invoice."""
        return SQL(
            """(part.sale_line_id IS NULL OR repair.under_warranty AND NOT EXISTS (
                SELECT FROM sale_order_line_invoice_rel link
                  JOIN account_move_line line ON line.id = link.invoice_line_id
                  JOIN account_move move ON move.id = line.move_id
                 WHERE link.order_line_id = part.sale_line_id AND %s))""",
            self.env["crm.pareto.revenue.report"]._is_sale(),
        )

    @api.model
    def _select_returns(self):
        """By where the goods came from: the transfer's type is that of deliveries where no type of returns is set."""
        select = self._select(
            "return",
            RETURN,
            row=SQL("MIN(goods.id)"),
            date=company_day(self.env, SQL("transfer.date_done"), SQL("transfer.company_id")),
            name=SQL("transfer.name"),
            partner_id=SQL("COALESCE(transfer.partner_id, delivery.partner_id)"),
            product_id=SQL("goods.product_id"),
            user_id=SQL("transfer.user_id"),
            company_id=SQL("transfer.company_id"),
            quantity=SQL(
                "SUM(goods.quantity::numeric * %s)", self._per_unit(SQL("goods_uom.factor"), SQL("product_uom.factor"))
            ),
            res_model=SQL("'stock.picking'"),
            res_id=SQL("transfer.id"),
        )
        names = ("company_id", "date_done", "name", "partner_id", "return_id", "state", "user_id")
        return SQL(
            """
            %(select)s
              FROM stock_picking transfer
              JOIN stock_picking delivery ON delivery.id = transfer.return_id
              JOIN stock_move goods ON goods.picking_id = transfer.id AND goods.state = 'done'
              JOIN stock_location origin ON origin.id = goods.location_id AND origin.usage = 'customer'
              JOIN uom_uom goods_uom ON goods_uom.id = goods.product_uom
              JOIN product_product product ON product.id = goods.product_id
              JOIN product_template template ON template.id = product.product_tmpl_id
              JOIN uom_uom product_uom ON product_uom.id = template.uom_id
             WHERE transfer.state = 'done' %(flushing)s
             GROUP BY transfer.id, delivery.id, goods.product_id
            """,
            select=select,
            flushing=SQL().join(
                [
                    self._flushing("stock.picking", *names),
                    self._flushing(
                        "stock.move", "location_id", "picking_id", "product_id", "product_uom", "quantity", "state"
                    ),
                    self._flushing("stock.location", "usage"),
                ]
            ),
        )

    @api.model
    def _select_credit_notes(self):
        """Those of invoices, and what shops took back."""
        revenue = self.env["crm.pareto.revenue.report"]
        invoiced = SQL(
            """
            %(select)s
              FROM account_move_line line
              JOIN account_move move ON move.id = line.move_id AND move.company_id = line.company_id
              LEFT JOIN res_partner linked ON linked.id = move.pareto_customer_id
              LEFT JOIN (product_product product
                         JOIN product_template template ON template.id = product.product_tmpl_id
                         JOIN uom_uom product_uom ON product_uom.id = template.uom_id) ON product.id = line.product_id
              LEFT JOIN uom_uom line_uom ON line_uom.id = line.product_uom_id
              %(where)s AND move.move_type = 'out_refund'
             GROUP BY move.id, linked.id, line.company_id, line.product_id
            """,
            select=self._select_credited(name=SQL("move.name"), res_id=SQL("move.id")),
            where=revenue._where(),
        )
        if not shop.is_installed(self.env):
            return invoiced
        numbers = {"event": SQL("pos_order.id + %s", shop.FIRST), "res_id": SQL("entry.id")}
        given_back = SQL(
            """
            %(select)s
              %(source)s %(where)s AND move.move_type = 'out_refund' %(flushing)s
             GROUP BY pos_order.id, entry.id, move.invoice_date, move.invoice_user_id, move.commercial_partner_id,
                      linked.commercial_partner_id, line.company_id, line.product_id
            """,
            select=self._select_credited(name=SQL("pos_order.name"), **numbers),
            **dict(zip(("source", "where"), revenue._shop_source(), strict=True)),
            flushing=self._flushing("pos.order", "name"),
        )
        return SQL("%s UNION ALL %s", invoiced, given_back)

    @api.model
    def _select_credited(self, **columns):
        revenue = self.env["crm.pareto.revenue.report"]
        return self._select(
            "credit_note",
            CREDIT_NOTE,
            row=SQL("MIN(line.id)"),
            date=SQL("move.invoice_date"),
            partner_id=revenue._customer(),
            product_id=SQL("line.product_id"),
            user_id=SQL("move.invoice_user_id"),
            company_id=SQL("line.company_id"),
            quantity=SQL("-SUM(%s)", revenue._quantity()),
            res_model=SQL("'account.move'"),
            **columns,
        )

    @api.model
    def _select_complaints(self):
        """Of what was rated by itself."""
        company = SQL("COALESCE(about.company_id, operator.company_id, asked.company_id)")
        select = self._select(
            "complaint",
            COMPLAINT,
            row=SQL("rating.id"),
            event=SQL("rating.id"),
            date=company_day(self.env, SQL("COALESCE(rating.rated_on, rating.write_date)"), company),
            name=SQL("rating.res_name"),
            partner_id=SQL("rating.partner_id"),
            product_id=SQL("about.product_id"),
            user_id=SQL("operator.id"),
            company_id=company,
            res_model=SQL("rating.res_model"),
            res_id=SQL("rating.res_id"),
        )
        names = ("consumed", "partner_id", "rated_on", "rated_partner_id", "rating_text", "res_id", "res_model")
        return SQL(
            """
            %(select)s
              FROM rating_rating rating
              %(companies)s
             WHERE rating.consumed AND rating.rating_text = 'ko' %(flushing)s
            """,
            select=select,
            companies=self._companies_of_ratings(),
            flushing=self._flushing("rating.rating", *names, "res_name"),
        )

    @api.model
    def _companies_of_ratings(self):
        """A `rating` has no company: that of what it is about, else where who was rated works, else who asked; SQL."""
        return SQL(
            """
            LEFT JOIN LATERAL (%s) about ON TRUE
            LEFT JOIN LATERAL (SELECT id, company_id FROM res_users
                                WHERE partner_id = rating.rated_partner_id ORDER BY id LIMIT 1) operator ON TRUE
            LEFT JOIN res_users asked ON asked.id = rating.create_uid
            """,
            self._rated(),
        )

    @api.model
    def _rated(self):
        """The company and product of what a rating is about, as far as it has one."""
        selects = [SQL("SELECT NULL::int AS company_id, NULL::int AS product_id WHERE FALSE")]
        for name, model in sorted(self.env.registry.items()):
            if model._abstract or not model._auto or not issubclass(model, self.env.registry["rating.mixin"]):
                continue
            company, product = self._stored(name, "company_id", "res.company"), self._product_of(name)
            if company or product:
                selects.append(
                    SQL(
                        "SELECT %s, %s FROM %s document WHERE rating.res_model = %s AND document.id = rating.res_id %s",
                        SQL("document.company_id") if company else SQL("NULL::int"),
                        product or SQL("NULL::int"),
                        SQL.identifier(model._table),
                        name,
                        self._flushing(name, *(["company_id"] if company else [])),
                    )
                )
        return SQL(" UNION ALL ").join(selects)

    def _stored(self, model, name, comodel):
        """Whether a model has a column of this name that refers to another model."""
        field = self.env[model]._fields.get(name)
        return bool(field and field.store and field.type == "many2one" and field.comodel_name == comodel)

    @api.model
    def _product_of(self, model):
        """The product that a `document` of a model is about or was sold with; None where none can be told."""
        if model == "product.product":
            return SQL("document.id")
        if model == "product.template":  # of a product with variants nobody knows which
            return SQL(
                """(SELECT MIN(id) FROM product_product
                     WHERE product_tmpl_id = document.id AND active HAVING COUNT(*) = 1)"""
            )
        if self._stored(model, "product_id", "product.product"):
            return SQL("document.product_id")
        if self._stored(model, "sale_line_id", "sale.order.line"):
            return SQL("(SELECT product_id FROM sale_order_line WHERE id = document.sale_line_id)")
        return None

    @api.readonly
    @of_one
    def action_open_document(self):
        """Open what the event is: hours, ticket, repair, transfer, credit note, or what was rated."""
        return open_document(self.env[self.res_model].browse(self.res_id), self)
