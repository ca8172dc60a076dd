from odoo import fields, models


class AccountMove(models.Model):
    _name = "account.move"
    _inherit = ["account.move", "crm.pareto.valued.mixin"]

    pareto_customer_id = fields.Many2one(
        "res.partner",
        string="Credited Customer",
        copy=False,
        index="btree_not_null",
        ondelete="set null",
        check_company=True,
        help="The customer whose value this invoice adds to, where that is not the customer invoiced: an agency that "
        "pays for its client, say. Empty: the customer invoiced.",
    )
