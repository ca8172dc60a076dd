from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import SQL

from ..common.tools.bounds import of_one, of_some
from ..common.tools.trust import Only
from .linking import with_suggestions
from .linking.customers import seek_names
from .linking.few import required_ids
from .linking.wording import explain


class CrmParetoInvoiceLink(models.Model):
    """The accountants' work list: whose value and which campaign these invoices belong to.

    Grain: one customer document, posted or draft, that names no customer, or one who is none, or another than its
        order does; or that has no campaign although one reached the customer in time. For the first of these reasons.
    Sources: as crm.pareto.link.suggestion, whose best row a document is shown here.
    Filters: neither what is credited already nor what was left as it is (crm.pareto.link).
    Sign and currency: the untaxed amount in the company's currency, credit notes negative.
    Used by: the list Invoices to Link, the wizard that accepts many.
    """

    _name = "crm.pareto.invoice.link"
    _description = "Invoice to Link"
    _auto = False
    _order = "date desc, id desc"
    _rec_name = "move_id"

    move_id = fields.Many2one("account.move", "Invoice", readonly=True)
    company_id = fields.Many2one("res.company", readonly=True)
    currency_id = fields.Many2one("res.currency", readonly=True)
    date = fields.Date("Invoice Date", readonly=True)
    state = fields.Selection([("draft", "Draft"), ("posted", "Posted")], "Status", readonly=True)
    reason = fields.Selection(
        [
            ("no_partner", "No Customer"),
            ("not_customer", "Not a Customer"),
            ("order_differs", "Ordered by Another"),
            ("no_campaign", "No Campaign"),
        ],
        readonly=True,
        help="No Customer: the document names nobody.\n"
        "Not a Customer: it names a partner that is marked so, such as a walk-in or a marketplace.\n"
        "Ordered by Another: the order's customer is not the one invoiced.\n"
        "No Campaign: a campaign reached the customer shortly before, and the document carries none.",
    )
    partner_id = fields.Many2one("res.partner", "Invoiced To", readonly=True)
    ref = fields.Char("Reference", readonly=True)
    order_id = fields.Many2one("sale.order", readonly=True)
    order_customer_id = fields.Many2one("res.partner", "Ordered By", readonly=True)
    amount = fields.Monetary("Untaxed Amount", readonly=True)
    suggested_customer_id = fields.Many2one("res.partner", readonly=True)
    suggested_campaign_id = fields.Many2one("utm.campaign", readonly=True)
    suggestion = fields.Char(compute="_compute_suggestion")
    certainty = fields.Float(readonly=True, aggregator="avg", digits=(5, 4))
    kind = fields.Selection(
        lambda self: self.env["crm.pareto.link.suggestion"]._selection_kind(), "Strongest Evidence", readonly=True
    )
    evidence = fields.Json(readonly=True, depends_context=("uid",))
    explanation = fields.Char("Why", compute="_compute_explanation")
    suggestion_ids = fields.One2many("crm.pareto.link.suggestion", "link_id", "Suggestions", readonly=True)

    _depends = {
        "account.move": ["amount_untaxed_signed"],
        "crm.pareto.link.suggestion": ["certainty"],
        "res.company": ["currency_id"],
    }

    @api.depends("evidence")
    @api.depends_context("uid")
    def _compute_explanation(self):
        for row in self:
            row.explanation = explain(self.env, row.evidence)

    @api.depends("suggested_customer_id", "suggested_campaign_id")
    def _compute_suggestion(self):
        for row in self:
            row.suggestion = (row.suggested_customer_id or row.suggested_campaign_id).display_name

    @property
    def _table_query(self):
        return SQL(
            """
            %(with)s
            SELECT document.move_id AS id, document.move_id, document.company_id, company.currency_id,
                   document.date, move.state, document.reason, document.partner_id, move.ref,
                   first_order.order_id, first_order.customer_id AS order_customer_id,
                   move.amount_untaxed_signed AS amount,
                   best.customer_id AS suggested_customer_id, best.campaign_id AS suggested_campaign_id,
                   best.certainty, best.kind, best.evidence
              FROM document
              JOIN account_move move ON move.id = document.move_id
              JOIN res_company company ON company.id = document.company_id
              LEFT JOIN (SELECT DISTINCT ON (move_id) move_id, order_id, customer_id
                           FROM ordered ORDER BY move_id, order_id) first_order
                     ON first_order.move_id = document.move_id
              LEFT JOIN (SELECT DISTINCT ON (move_id) *
                           FROM suggestion
                          ORDER BY move_id, certainty DESC, customer_id, campaign_id) best
                     ON best.move_id = document.move_id
            """,
            **{"with": with_suggestions(self.env, Only.of(self.env, "pareto_moves"))},
        )

    @api.model
    def _search(self, domain, *args, **kwargs):
        seek_names(self.env)
        few = required_ids(domain, ("id", "move_id"))
        if few is None:
            return super()._search(domain, *args, **kwargs)
        narrow = super(CrmParetoInvoiceLink, self.with_context(pareto_moves=Only(few[1])))
        return narrow._search(domain, *args, **kwargs)

    # -- what a person does ------------------------------------------------------------

    @api.readonly
    @of_one
    def action_open(self):
        """Show all suggestions for the document."""
        return {
            "type": "ir.actions.act_window",
            "name": self._still_listed().move_id.display_name,
            "res_model": self._name,
            "res_id": self.id,
            "views": [(False, "form")],
            "target": "new",
        }

    @api.readonly
    @of_one
    def action_open_move(self):
        """Open the invoice itself, where any customer and campaign can be chosen."""
        self.check_access("read")
        return self.env["account.move"].browse(self.id).get_formview_action()

    @of_some
    def action_accept(self):
        """Link each document to its best suggestion.

        :raises AccessError: for others than accountants
        :raises UserError: where a document has none, or left the list meanwhile
        """
        links = self.env["crm.pareto.link"]._link(self._still_listed()._best())
        return links._notify(self.env._("Linked"))

    @of_some
    def action_leave(self):
        """Leave the documents as they are: they do not come back unless that is undone.

        :raises AccessError: for others than accountants
        :raises UserError: where a document left the list meanwhile
        """
        links = self.env["crm.pareto.link"]._leave(self._still_listed())
        return links._notify(self.env._("Left as it is"))

    @of_some
    def action_undo_last(self):
        """Undo what the reader decided last, be it one document or many.

        :raises UserError: where there is nothing to undo
        """
        return self.env["crm.pareto.link"]._last_of_user().action_undo()

    def _still_listed(self):
        """Self, read anew.

        :raises UserError: where a document is not listed any more
        """
        self.invalidate_recordset()
        listed = self.search_fetch([("id", "in", self.ids)])
        if len(listed) < len(self):
            raise UserError(self.env._("Somebody linked this document meanwhile: reload the list."))
        return listed

    def _best(self):
        """The best suggestion of each document.

        :raises UserError: where a document has none
        """
        best = self.env["crm.pareto.link.suggestion"]
        by_row = self.env["crm.pareto.link.suggestion"].search([("link_id", "in", self.ids)]).grouped("link_id")
        for row in self:
            if row not in by_row:
                raise UserError(
                    self.env._(
                        "There is no suggestion for %s: open the invoice and choose the customer there.",
                        row.move_id.display_name,
                    )
                )
            best += by_row[row][0]
        return best
