from odoo import fields, models


class SaleOrderLine(models.Model):
    _inherit = "sale.order.line"

    # The product and not a mark: a line that is changed to another product was not brought in by the suggestion.
    pareto_suggested_id = fields.Many2one(
        "product.product",
        "Suggested Product",
        prefetch=False,  # not read along with whatever else is read of a record
        readonly=True,
        copy=False,
        index="btree_not_null",
        ondelete="set null",
        help="The line was added from a suggestion of this product.",
        groups="base.group_user",
    )
