from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError
from odoo.tools import groupby

from ..common.tools.bounds import of_one, of_some
from ..common.tools.trust import trusted_defaults, without_client

ACCOUNTANT = "account.group_account_invoice"
# What is decided on, and the field of the invoice it is written to.
WRITTEN = {"customer": "pareto_customer_id", "campaign": "campaign_id"}


class CrmParetoLink(models.Model):
    """An accountant's decision on the credited customer or the campaign of an invoice, or to leave it as it is.

    What was before is kept, so that it can be undone, and the certainty and reason of the suggestion that was
    followed. Decided together: one batch. Nobody writes these rows but the methods here.
    """

    _name = "crm.pareto.link"
    _description = "Linked Invoice"
    _order = "id desc"
    _rec_name = "move_id"

    move_id = fields.Many2one("account.move", "Invoice", required=True, ondelete="cascade", index=True, readonly=True)
    company_id = fields.Many2one("res.company", required=True, ondelete="cascade", index=True, readonly=True)
    currency_id = fields.Many2one(related="company_id.currency_id")
    amount = fields.Monetary("Untaxed Amount", compute="_compute_amount", compute_sudo=True)
    subject = fields.Selection(
        [("customer", "Credited Customer"), ("campaign", "Campaign")], "What", required=True, readonly=True
    )
    decision = fields.Selection(
        [("link", "Linked"), ("leave", "Left As It Is")], required=True, readonly=True, default="link"
    )
    customer_before_id = fields.Many2one("res.partner", ondelete="set null", readonly=True)
    # Goes with the customer: the reasons name its bank account, mails and the like.
    customer_id = fields.Many2one("res.partner", ondelete="cascade", index="btree_not_null", readonly=True)
    campaign_before_id = fields.Many2one("utm.campaign", ondelete="set null", readonly=True)
    campaign_id = fields.Many2one("utm.campaign", ondelete="set null", index="btree_not_null", readonly=True)
    certainty = fields.Float(aggregator="avg", digits=(5, 4), readonly=True)
    explanation = fields.Char("Why", readonly=True)
    batch = fields.Integer(aggregator=None, index=True, readonly=True, help="Decisions taken together share it.")
    user_id = fields.Many2one("res.users", "Decided By", required=True, ondelete="restrict", readonly=True)
    undone = fields.Boolean(readonly=True, required=True, default=False)
    undone_by_id = fields.Many2one("res.users", ondelete="restrict", readonly=True)
    undone_date = fields.Datetime("Undone On", readonly=True)

    _certainty_is_a_share = models.Constraint("CHECK (certainty BETWEEN 0 AND 1)", "A certainty lies between 0 and 1.")

    # -- decide ------------------------------------------------------------------------

    @api.model
    def _link(self, suggestions):
        """Credit each document to the customer, or give it the campaign, that a suggestion names.

        :param suggestions: crm.pareto.link.suggestion, at most one a document
        :return: the decisions, one batch
        :raises AccessError: for others than accountants
        """
        self._check_accountant()
        values = [self._prepare_link_vals(suggestion) for suggestion in suggestions]
        self._write_moves([(vals["move_id"], *self._target(vals)) for vals in values])
        return self._record(values)

    @api.model
    def _leave(self, rows):
        """Take documents off the list without changing them.

        :param rows: crm.pareto.invoice.link
        """
        self._check_accountant()
        values = []
        for row in rows:
            subject = "campaign" if row.reason == "no_campaign" else "customer"
            values.append({**self._prepare_vals(row.move_id, subject), "decision": "leave"})
        return self._record(values)

    @api.model
    def _prepare_link_vals(self, suggestion):
        subject = "customer" if suggestion.customer_id else "campaign"
        return {
            **self._prepare_vals(suggestion.move_id, subject),
            "customer_id": suggestion.customer_id.id,
            "campaign_id": suggestion.campaign_id.id,
            "certainty": suggestion.certainty,
            "explanation": suggestion._explain_to_all(),
        }

    @api.depends("move_id")
    def _compute_amount(self):
        """Not a related field: what is posted or reconciled would be followed to here, along seventeen paths."""
        for link in self:
            link.amount = link.move_id.amount_untaxed_signed

    @api.model
    def default_get(self, fields):
        """Nobody's but the fields' own: rows are made by us alone."""
        return trusted_defaults(super().default_get, self, fields, self._fields)

    @api.model
    def _prepare_vals(self, move, subject):
        return {
            "move_id": move.id,
            "company_id": move.company_id.id,
            "subject": subject,
            f"{subject}_before_id": move[WRITTEN[subject]].id,
            "user_id": self.env.uid,
        }

    @api.model
    def _target(self, vals):
        """(field of the invoice, the id to write there)"""
        subject = vals["subject"]
        return WRITTEN[subject], vals[f"{subject}_id"]

    @api.model
    def _record(self, values):
        # sudo: accountants decide, but nobody may write down a decision that was not taken here.
        links = without_client(self).sudo().create(values)
        links.batch = links[:1].id
        return links.with_env(self.env)

    @api.model
    def _write_moves(self, targets):
        """One write() for all invoices that get the same: it logs in the chatter, and values are computed anew.

        :param targets: [(id of the invoice, field, id of the customer or campaign, or False)]
        """
        for (field, value), group in groupby(targets, key=lambda target: target[1:]):
            self.env["account.move"].browse([move for move, _field, _value in group]).write({field: value or False})

    # -- undo --------------------------------------------------------------------------

    @of_some
    def action_undo(self):
        """Put back what was before, on all that nobody has changed since.

        :raises AccessError: for others than accountants
        :raises UserError: where there is nothing to undo
        """
        self._check_accountant()
        undoable = self.filtered(lambda link: not link.undone and link._stands())
        if not undoable:
            raise UserError(self.env._("There is nothing to undo: it was undone, or changed on the invoice since."))
        linked = undoable.filtered(lambda link: link.decision == "link")
        self._write_moves(
            [(link.move_id.id, WRITTEN[link.subject], link[f"{link.subject}_before_id"].id) for link in linked]
        )
        # sudo: as in _record.
        undoable.sudo().write({"undone": True, "undone_by_id": self.env.uid, "undone_date": fields.Datetime.now()})
        return undoable._notify(self.env._("Undone"), also_changed=len(self) - len(undoable))

    @of_some
    def action_undo_batch(self):
        """Undo all that was decided together with these."""
        return self.search([("batch", "in", self.mapped("batch"))]).action_undo()

    @api.readonly
    @of_one
    def action_open_move(self):
        """Open the invoice."""
        return self.move_id.get_formview_action()

    def _stands(self):
        """Whether the invoice still is as decided."""
        self.ensure_one()
        return self.decision == "leave" or self.move_id[WRITTEN[self.subject]] == self[f"{self.subject}_id"]

    @api.model
    def _last_of_user(self):
        """What the user decided last and has not undone: a batch, or nothing."""
        standing = [("user_id", "=", self.env.uid), ("undone", "=", False)]
        last = self.search(standing, limit=1)
        return self.search([("batch", "=", last.batch), *standing]) if last else last

    # -- say ---------------------------------------------------------------------------

    @api.model
    def _check_accountant(self):
        if not self.env.su and not self.env.user.has_group(ACCOUNTANT):
            raise AccessError(self.env._("Only accountants (group Invoicing) may link invoices."))

    def _notify(self, what, also_changed=0):
        """A client action that says what happened to these, and reloads the list."""
        if len(self) == 1:
            target = self.customer_id or self.campaign_id
            named = f"{self.move_id.display_name} → {target.display_name}" if target else self.move_id.display_name
            message = f"{what}: {named}"
        else:
            message = self.env._("%(what)s: %(count)s documents", what=what, count=len(self))
        if also_changed:
            message += self.env._(". %s were undone before or changed on the invoice since.", also_changed)
        return {
            "type": "ir.actions.client",
            "tag": "display_notification",
            "params": {"type": "success", "message": message, "next": {"type": "ir.actions.act_window_close"}},
        }
