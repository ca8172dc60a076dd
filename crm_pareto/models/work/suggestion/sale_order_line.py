from odoo import api, fields, models

from ...common.tools.ours import check_ours
from ...common.tools.trust import trusted_defaults

SUGGESTED = ("pareto_suggested_id",)


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

    @api.model
    def default_get(self, fields):
        """A suggestion's button alone says what it brought in."""
        return trusted_defaults(super().default_get, self, fields, SUGGESTED)

    @api.model_create_multi
    def create(self, vals_list):
        """What suggestions brought in is counted: nobody but the suggestion's button says so."""
        check_ours(self, vals_list, SUGGESTED)
        return super().create(vals_list)

    def write(self, vals):
        """As in `create`."""
        check_ours(self, [vals], SUGGESTED)
        return super().write(vals)
