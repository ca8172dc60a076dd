from odoo import api, fields, models

from ...common.tools.bounds import of_some
from ...common.tools.named import check_naming
from ...common.tools.trust import trusted_defaults


class CrmParetoDismissal(models.Model):
    """A product that is not suggested to a customer any more: somebody who knows the customer said so on a quotation.

    Grain: company, customer (a commercial partner), product. Deleting it undoes it. A decision of a person, not a
    result: the recompute leaves it alone.
    """

    _name = "crm.pareto.dismissal"
    _inherit = "crm.pareto.nameless.mixin"
    _description = "Dismissed Suggestion"
    _rec_name = "product_id"
    _order = "id desc"
    _check_company_auto = True

    company_id = fields.Many2one("res.company", required=True, ondelete="cascade", readonly=True)
    partner_id = fields.Many2one(
        "res.partner", "Customer", required=True, ondelete="cascade", readonly=True, check_company=True
    )
    product_id = fields.Many2one(
        "product.product", required=True, ondelete="cascade", readonly=True, index=True, check_company=True
    )
    user_id = fields.Many2one(
        "res.users", "Dismissed By", ondelete="set null", readonly=True, default=lambda self: self.env.user
    )
    create_date = fields.Datetime("Dismissed On", readonly=True)

    _product_unique = models.UniqueIndex(
        "(partner_id, company_id, product_id)", "This product is not suggested to this customer already."
    )

    @api.model
    def default_get(self, fields):
        """Nobody's but the fields' own: the button says what is dismissed."""
        return trusted_defaults(super().default_get, self, fields, self._fields)

    @api.model_create_multi
    def create(self, vals_list):
        """In the name of whoever dismisses, of what he or she may see.

        :raises AccessError: of others
        """
        if not self.env.su:
            vals_list = [{**vals, "user_id": self.env.uid} for vals in vals_list]
        check_naming(self, vals_list, "company_id", "partner_id", "product_id")
        return super().create(vals_list)

    def write(self, vals):
        """As in `create`."""
        check_naming(self, [vals], "company_id", "partner_id", "product_id")
        return super().write(vals)

    @api.model
    def _dismiss(self, order, product):
        """Leave a product out of the suggestions to the order's customer, once."""
        vals = {
            "company_id": order.company_id.id,
            "partner_id": order.partner_id.commercial_partner_id.id,
            "product_id": product.id,
        }
        return self.search([(name, "=", value) for name, value in vals.items()]) or self.create(vals)

    @of_some
    def action_undo(self):
        """Suggest the products again where they fit."""
        self.unlink()
