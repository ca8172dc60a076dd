from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError
from odoo.tools import format_list

from ...common.tools.ours import as_ours, check_ours
from ...common.tools.trust import trusted_defaults, works_in

BY_BUTTON = ("customer_count", "confirmed_on", "tiers_then")


class CrmParetoHandoverShare(models.Model):
    """Who takes over which customers of a hand-over: those of some tiers or regions, or all that are left.

    The first line that fits a customer wins. What has no customer goes to the last line.
    """

    _name = "crm.pareto.handover.share"
    _inherit = "crm.pareto.nameless.mixin"
    _description = "Share of a Hand-over"
    _order = "sequence, id"
    _rec_name = "user_id"

    handover_id = fields.Many2one("crm.pareto.handover", required=True, ondelete="cascade", index=True)
    company_id = fields.Many2one(related="handover_id.company_id")
    sequence = fields.Integer(default=10)
    user_id = fields.Many2one(
        "res.users",
        "Takes Over",
        required=True,
        ondelete="restrict",
        domain="[('share', '=', False), ('company_ids', 'in', company_id)]",
    )
    tier_ids = fields.Many2many("crm.pareto.tier", string="Tiers", domain="[('company_id', 'in', (False, company_id))]")
    # As on contacts, which restrict it too: a line that lost its regions would take everybody.
    country_ids = fields.Many2many("res.country", string="Countries", ondelete="restrict")
    state_ids = fields.Many2many("res.country.state", string="Regions", ondelete="restrict")
    tiers_then = fields.Char(
        readonly=True, copy=False, help="By which tiers it was handed over, whatever became of them."
    )
    customer_count = fields.Integer("Customers", readonly=True, copy=False)
    confirmed_on = fields.Datetime("Receipt Confirmed", readonly=True, copy=False)

    @api.constrains("handover_id", "user_id", "tier_ids")
    def _check_who_and_what(self):
        """Nobody and nothing is named: what is of another company is out of sight."""
        for share in self:
            company = share.handover_id.company_id
            if not share.user_id.sudo().active or not works_in(share.user_id, company):
                raise ValidationError(
                    self.env._(
                        "Who takes over has to be somebody who works in %(company)s now: choose another person.",
                        company=company.name,
                    )
                )
            # sudo: tiers that the reader does not see are refused.
            if share.tier_ids.sudo().company_id - company:
                raise ValidationError(
                    self.env._("A tier is of another company than %(company)s: take it out.", company=company.name)
                )

    @api.model
    def default_get(self, fields):
        """What only the buttons set is as they leave it."""
        return trusted_defaults(super().default_get, self, fields, BY_BUTTON)

    @api.model_create_multi
    def create(self, vals_list):
        """Of a draft."""
        check_ours(self, vals_list, BY_BUTTON)
        shares = super().create(vals_list)
        shares.handover_id._check_draft()
        return shares

    def write(self, vals):
        """Who took over what stays as it was.

        :raises UserError: where it is of no draft any more
        """
        check_ours(self, [vals], BY_BUTTON)
        if vals.keys() - set(BY_BUTTON):
            self.handover_id._check_draft()
        result = super().write(vals)
        if "handover_id" in vals:
            self.handover_id._check_draft()
        return result

    def copy_data(self, default=None):
        """Of a line that lost its tiers no draft is made: it would take everybody.

        :raises UserError: naming the tiers
        """
        for share in self:
            if share.tiers_then and not share.tier_ids:
                raise UserError(
                    self.env._(
                        "There is no tier like %(tiers)s any more: make a new hand-over.", tiers=share.tiers_then
                    )
                )
        return super().copy_data(default)

    @api.ondelete(at_uninstall=False)
    def _unlink_of_draft_only(self):
        self.handover_id._check_draft()

    def _note_what_it_took(self):
        """Write down how many customers it took over, and by which tiers: those may be deleted later."""
        for share in self:
            tiers = format_list(self.env, share.tier_ids.mapped("name")) if share.tier_ids else False
            as_ours(share).write({"customer_count": len(share._customers()), "tiers_then": tiers})

    def _is_partial(self):
        return bool(self.tier_ids or self.country_ids or self.state_ids)

    def _fits(self, customer, tier):
        """Whether a customer belongs to this share.

        :param customer: a commercial partner
        :param tier: its tier, or none
        """
        return (
            (not self.tier_ids or tier in self.tier_ids)
            and (not self.country_ids or customer.country_id in self.country_ids)
            and (not self.state_ids or customer.state_id in self.state_ids)
        )

    def _receivers(self, customers):
        """{customer: the user who takes it over}.

        :param customers: commercial partners; the empty one is nobody's and goes to the last line
        """
        shares = self.sorted()
        customers = customers.sudo()  # sudo: where those are who moved to another company, of whom leads are left here
        # sudo: who takes over is decided by the tier, whether the manager sees the row or not.
        rows = (
            self.env["crm.pareto.customer"]
            .sudo()
            .search([("partner_id", "in", customers.ids), ("company_id", "=", self.company_id.id)])
        )
        tiers = {row.partner_id.id: row.tier_id for row in rows}
        none = self.env["crm.pareto.tier"]
        receivers = {
            customer: next(share.user_id for share in shares if share._fits(customer, tiers.get(customer.id, none)))
            for customer in customers
        }
        return {**receivers, customers.browse(): shares[-1].user_id}

    def _customers(self):
        """The customers that were moved to the lines' users, contacts of theirs left out."""
        changes = self.handover_id.change_ids.filtered(
            lambda change: change.res_model == "res.partner" and change.user_id in self.user_id
        )
        partners = self.env["res.partner"].browse(changes.mapped("res_id")).exists()
        return partners.filtered(lambda partner: partner == partner.commercial_partner_id)
