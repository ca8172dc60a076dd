from odoo import Command, api, fields, models
from odoo.exceptions import UserError, ValidationError

from ..common.tools.bounds import of_one, opened_from

DEFAULT_CERTAINTY = 0.9


class CrmParetoLinkInvoices(models.TransientModel):
    """Accept the best suggestion of all listed invoices, or of those chosen, from a certainty on."""

    _name = "crm.pareto.link.invoices"
    _description = "Link Invoices"

    company_id = fields.Many2one("res.company", required=True, default=lambda self: self.env.company)
    currency_id = fields.Many2one(related="company_id.currency_id")
    move_ids = fields.Many2many("account.move", string="Chosen Invoices")
    # Not that there are some: those chosen may be gone by then, and all others are not meant.
    of_chosen = fields.Boolean()
    certainty = fields.Float("From a Certainty of", required=True, default=DEFAULT_CERTAINTY)
    document_count = fields.Integer("Invoices", compute="_compute_documents")
    amount = fields.Monetary("Untaxed Amount", compute="_compute_documents")

    @api.model
    def default_get(self, fields):
        """Take the invoices that were chosen in the work list."""
        values = super().default_get(fields)
        model, ids = opened_from(self.env)
        if model == "crm.pareto.invoice.link":
            values |= {"move_ids": [Command.set(ids)], "of_chosen": bool(ids)}
        return values

    @api.constrains("certainty")
    def _check_certainty(self):
        if any(not 0 < wizard.certainty <= 1 for wizard in self):
            raise ValidationError(self.env._("A certainty lies between 0 and 100 %."))

    @api.depends("certainty", "company_id", "move_ids")
    def _compute_documents(self):
        for wizard in self:
            rows = self.env["crm.pareto.invoice.link"]
            ((count, amount),) = rows._read_group(wizard._get_rows_domain(), [], ["__count", "amount:sum"])
            wizard.document_count, wizard.amount = count, amount

    def _get_rows_domain(self):
        """The listed documents that would be linked."""
        self.ensure_one()
        domain = [("company_id", "=", self.company_id.id), ("certainty", ">=", self.certainty)]
        chosen = self.move_ids or self.of_chosen
        return [*domain, ("move_id", "in", self.move_ids._origin.ids)] if chosen else domain

    @of_one
    def action_link(self):
        """Link them.

        :raises AccessError: for others than accountants
        :raises UserError: where none is certain enough
        """
        rows = self.env["crm.pareto.invoice.link"].search_fetch(self._get_rows_domain())
        if not rows:
            raise UserError(self.env._("No suggestion is that certain: choose a lower certainty."))
        return self.env["crm.pareto.link"]._link(rows._best())._notify(self.env._("Linked"))
