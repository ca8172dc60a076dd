from odoo import fields, models


class CrmParetoHandoverShare(models.Model):
    """Who takes over which customers of a hand-over: those of some tiers or regions, or all that are left.

    The first line that fits a customer wins. What has no customer goes to the last line.
    """

    _name = "crm.pareto.handover.share"
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
        ondelete="cascade",
        domain="[('share', '=', False), ('company_ids', 'in', company_id)]",
    )
    tier_ids = fields.Many2many("crm.pareto.tier", string="Tiers", domain="[('company_id', 'in', (False, company_id))]")
    country_ids = fields.Many2many("res.country", string="Countries")
    state_ids = fields.Many2many("res.country.state", string="Regions")
    customer_count = fields.Integer("Customers", readonly=True, copy=False)
    confirmed_on = fields.Datetime("Receipt Confirmed", readonly=True, copy=False)

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
