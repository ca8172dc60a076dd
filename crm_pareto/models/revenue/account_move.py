from functools import partial

from odoo import api, fields, models
from odoo.exceptions import AccessError

from ..common.tools.ours import as_ours, check_ours, is_ours
from ..common.tools.trust import trusted_defaults, without_what_is_not_theirs
from .crm_pareto_link import ACCOUNTANT, WRITTEN

CREDITED = "pareto_customer_id"
BY_REVERSAL = ("pareto_replaced_id",)


class AccountMove(models.Model):
    _name = "account.move"
    _inherit = ["account.move", "crm.pareto.valued.mixin"]

    pareto_customer_id = fields.Many2one(
        "res.partner",
        string="Credited Customer",
        copy=False,
        index="btree_not_null",
        ondelete="restrict",  # as the customer invoiced: no figure changes by deleting a contact
        check_company=True,
        tracking=True,
        help="The customer whose value this invoice adds to, where that is not the customer invoiced: an agency that "
        "pays for its client, say. Empty: the customer invoiced.",
        groups="base.group_user",
    )
    campaign_id = fields.Many2one(tracking=True)
    pareto_replaced_id = fields.Many2one(
        "account.move",
        "Made Anew For",
        readonly=True,
        copy=False,
        index="btree_not_null",
        ondelete="set null",
        help="The invoice that was reversed to make this one: it is the same sale.",
        groups="base.group_user",
    )
    # Odoo lets salespeople read invoices and not payments, and then fails to open the form: it is only how many.
    payment_count = fields.Integer(compute_sudo=True)

    # Odoo has none on the customer's commercial entity; without it, each figure opens by reading all invoices. It
    # holds all that the values take from an invoice, so that they need not read the invoices themselves.
    _pareto_commercial_index = models.Index(
        "(company_id, commercial_partner_id, invoice_date)"
        " INCLUDE (id, move_type, pareto_customer_id, amount_untaxed_signed)"
        " WHERE state = 'posted' AND move_type IN ('out_invoice', 'out_refund', 'out_receipt')"
    )
    # The history's, of all companies and states.
    _pareto_customer_index = models.Index("(commercial_partner_id) WHERE commercial_partner_id IS NOT NULL")
    # What was written lately is found without reading all invoices each hour.
    _pareto_written_index = models.Index("(write_date) WHERE move_type IN ('out_invoice', 'out_refund', 'out_receipt')")

    @api.model
    def default_get(self, fields):
        """Odoo creates invoices with sudo for whoever may not: whom it is credited to says an accountant."""
        may = partial(self.env.user.has_group, ACCOUNTANT)
        found = trusted_defaults(super().default_get, self, fields, BY_REVERSAL)
        return without_what_is_not_theirs(found, CREDITED, may)

    @api.model_create_multi
    def create(self, vals_list):
        """Whom it is credited to says an accountant; what it was made anew for, Odoo's reversal."""
        check_ours(self, vals_list, BY_REVERSAL)
        if any(vals.get("pareto_customer_id") for vals in vals_list):
            self._pareto_check_credit()
        return super().create(vals_list)

    def write(self, vals):
        """Have the values computed anew where an invoice is credited to another customer than before.

        Linking alone changes nothing else: Odoo neither brings the journal items in line with the document anew, nor
        notes that the document was changed by hand.
        """
        check_ours(self, [vals], BY_REVERSAL)
        if vals and vals.keys() <= set(WRITTEN.values()):
            self = self.with_context(skip_invoice_sync=True, skip_is_manually_modified=True)
        if "pareto_customer_id" in vals:
            self._pareto_check_credit()
        if "pareto_customer_id" in vals and (credited := self.filtered("pareto_customer_id")):
            self.env["crm.pareto.run"]._forget(credited.company_id)
        return super().write(vals)

    @api.model
    def fields_get(self, allfields=None, attributes=None):
        """Accountants say whom an invoice is credited to; others see it."""
        found = super().fields_get(allfields, attributes)
        if "readonly" in found.get("pareto_customer_id", ()) and not self._pareto_may_credit():
            found["pareto_customer_id"]["readonly"] = True
        return found

    @api.model
    def _pareto_may_credit(self):
        # Not under sudo, with which Odoo writes what others send.
        return is_ours(self.env) or (not self.env.su and self.env.user.has_group(ACCOUNTANT))

    def _pareto_check_credit(self):
        """Refuse who is no accountant.

        Not in _has_field_access, where it would be asked with every field of every invoice that is read.

        :raises AccessError: naming the field
        """
        if not self._pareto_may_credit():
            raise AccessError(
                self.env._(
                    "Only accountants say whom an invoice is credited to (%s). Ask one of them.",
                    self._fields["pareto_customer_id"].string,
                )
            )

    def _reverse_moves(self, default_values_list=None, cancel=False):
        """A credit note is credited to the customer that its invoice was, unless that is another company's by now."""
        default_values_list = default_values_list or [{} for _move in self]
        for move, values in zip(self, default_values_list, strict=True):
            # sudo: it may be out of sight.
            credited = move.sudo().pareto_customer_id
            if credited and credited.company_id <= move.company_id.sudo().parent_ids:
                values.setdefault("pareto_customer_id", credited.id)
        # It is we who say so, whoever reverses the invoice, and under sudo.
        moves = as_ours(self) if any(self.sudo().mapped("pareto_customer_id")) else self
        reverse = super(AccountMove, moves)._reverse_moves
        return reverse(default_values_list=default_values_list, cancel=cancel).with_env(self.env)
