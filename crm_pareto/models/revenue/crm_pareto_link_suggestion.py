from odoo import api, fields, models
from odoo.tools import SQL

from ..common.tools.bounds import of_some
from ..common.tools.trust import Only
from .linking import with_suggestions
from .linking.customers import seek_names
from .linking.few import required_ids
from .linking.wording import explain, kinds

# An id is made of the document, the kind of candidate and the candidate: (document * 2 + kind) * CANDIDATES + candidate
CANDIDATES = 1 << 24  # partners or campaigns there may be; browsers then count to 268 million documents


class CrmParetoLinkSuggestion(models.Model):
    """Which customer an invoice may have been for, or which campaign it came from, and what speaks for it.

    Grain: one listed document (see crm.pareto.invoice.link) and candidate.
    Sources: the invoice, its orders, payments and bank statement lines; partners, leads and logged touches.
    Certainty: 0 to 1, of all the evidence together (see linking/certainty.py).
    Used by: the work list, the wizard that accepts many.
    """

    _name = "crm.pareto.link.suggestion"
    _description = "Suggested Link"
    _auto = False
    _order = "move_id, certainty desc, id"
    _rec_name = "explanation"
    _rec_names_search = ["move_id"]

    link_id = fields.Many2one("crm.pareto.invoice.link", "Listed Document", readonly=True)
    move_id = fields.Many2one("account.move", "Invoice", readonly=True)
    company_id = fields.Many2one("res.company", readonly=True)
    customer_id = fields.Many2one("res.partner", readonly=True)
    campaign_id = fields.Many2one("utm.campaign", readonly=True)
    certainty = fields.Float(readonly=True, aggregator="avg", digits=(5, 4))
    kind = fields.Selection("_selection_kind", "Strongest Evidence", readonly=True)
    evidence = fields.Json(readonly=True, depends_context=("uid",))
    explanation = fields.Char("Why", compute="_compute_explanation")

    _depends = {
        "account.move": [
            "campaign_id",
            "commercial_partner_id",
            "date",
            "invoice_date",
            "invoice_origin",
            "invoice_partner_display_name",
            "invoice_source_email",
            "matched_payment_ids",
            "move_type",
            "narration",
            "pareto_customer_id",
            "partner_id",
            "partner_shipping_id",
            "payment_reference",
            "ref",
            "state",
        ],
        "account.move.line": ["move_id", "sale_line_ids"],
        "account.partial.reconcile": ["credit_move_id", "debit_move_id"],
        "account.payment": ["memo", "move_id", "partner_bank_id", "state"],
        "account.bank.statement.line": ["account_number", "move_id", "partner_name", "payment_ref"],
        "crm.lead": ["campaign_id", "company_id", "name", "partner_id"],
        "crm.pareto.link": ["decision", "move_id", "subject", "undone"],
        "crm.pareto.touch": ["campaign_id", "company_id", "date", "name", "partner_id"],
        "res.company": ["partner_id"],
        "res.partner": [
            "active",
            "commercial_partner_id",
            "company_id",
            "complete_name",
            "email_normalized",
            "name",
            "pareto_not_customer",
            "vat",
        ],
        "res.partner.bank": ["active", "partner_id", "sanitized_acc_number"],
        "sale.order": ["campaign_id", "date_order", "name", "opportunity_id", "partner_id", "partner_shipping_id"],
        "sale.order.line": ["order_id", "order_partner_id"],
    }

    @api.model
    def _selection_kind(self):
        return kinds(self.env)

    @api.depends("evidence")
    @api.depends_context("uid")
    def _compute_explanation(self):
        for suggestion in self:
            suggestion.explanation = explain(self.env, suggestion.evidence)

    def _explain_to_all(self):
        """The reasons without what the lead is called, to be kept: every accountant reads them, and not every lead."""
        return explain(self.env, [[kind, "" if kind == "lead" else detail] for kind, detail in self.evidence or ()])

    @property
    def _table_query(self):
        return SQL(
            """
            %(with)s
            SELECT (document.move_id::bigint * 2 + (suggestion.customer_id IS NULL)::integer) * %(candidates)s
                       + COALESCE(suggestion.customer_id, suggestion.campaign_id) AS id,
                   document.move_id AS link_id, document.move_id, document.company_id,
                   suggestion.customer_id, suggestion.campaign_id,
                   suggestion.certainty, suggestion.kind, suggestion.evidence
              FROM suggestion JOIN document ON document.move_id = suggestion.move_id
            """,
            **{"with": with_suggestions(self.env, Only.of(self.env, "pareto_moves"))},
            candidates=CANDIDATES,
        )

    @api.model
    def _search(self, domain, *args, **kwargs):
        seek_names(self.env)
        few = required_ids(domain, ("id", "link_id", "move_id"))
        if few is None:
            return super()._search(domain, *args, **kwargs)
        name, ids = few
        moves = Only({id_ // CANDIDATES // 2 if name == "id" else id_ for id_ in ids})
        narrow = super(CrmParetoLinkSuggestion, self.with_context(pareto_moves=moves))
        return narrow._search(domain, *args, **kwargs)

    @of_some
    def action_accept(self):
        """Link each document to the customer or campaign suggested here.

        :raises AccessError: for others than accountants
        """
        links = self.env["crm.pareto.link"]._link(self)
        return links._notify(self.env._("Linked"))
