from odoo import api, fields, models
from odoo.fields import Domain

from ...common.crm_pareto_result_mixin import for_who_sees
from ...common.tools.groups import USER

MOST_SUGGESTIONS = 5

# {model: its fields that name products which nobody buys for their own sake}, where its app is installed.
INCIDENTAL = {
    "delivery.carrier": {"product_id"},
    "loyalty.reward": {"discount_line_product_id"},
    "pos.config": {"down_payment_product_id", "tip_product_id"},
}


class CrmParetoSuggestingMixin(models.AbstractModel):
    """A quotation that suggests products: others buy them with what stands on it, or with what its customer buys.

    Found when the form of a quotation is read, and nowhere else: nothing is stored, and a confirmed order has none.
    """

    _name = "crm.pareto.suggesting.mixin"
    _description = "Suggests Products on a Quotation"

    pareto_pairing_ids = fields.Many2many(
        "crm.pareto.pairing", string="Suggestions", compute="_compute_pareto_pairing_ids", groups=USER
    )

    @api.depends("company_id", "order_line.product_id", "partner_id", "state")
    @api.depends_context("uid", "allowed_company_ids")
    @for_who_sees
    def _compute_pareto_pairing_ids(self):
        for order in self:
            # sudo: as the field says itself; the customer may be of another company by now.
            suggests = order._takes_suggestions() and not order.sudo().partner_id.pareto_customer_not_profiled
            order.pareto_pairing_ids = suggests and order._find_pairings()

    def _takes_suggestions(self):
        return bool(self.partner_id) and self.state in ("draft", "sent")

    def _find_pairings(self):
        """The best pairing of each product worth suggesting, the most confident first."""
        offered = self.order_line.product_id
        known = offered | self._get_bought_products()
        # sudo: what the customer has from a colleague is not suggested as new. No more comes out of it.
        has = offered | self.sudo()._get_bought_products()
        pairings = self.env["crm.pareto.pairing"].search_fetch(
            Domain("company_id", "=", self.company_id.id)
            & Domain("product_id", "in", known.ids)
            & Domain("suggested_id", "not in", (has | self._get_dismissed_products()).ids)
            & Domain("suggested_id", "any", self._get_suggestible_domain()),
            ["suggested_id"],
        )
        best = {}
        for pairing in pairings:
            best.setdefault(pairing.suggested_id, pairing)
        return pairings.browse().concat(*list(best.values())[:MOST_SUGGESTIONS])

    def _get_suggestible_domain(self):
        """What Odoo's product catalog offers, but what nobody buys for its own sake."""
        return self._get_product_catalog_domain() & Domain("id", "not in", self._get_incidental_products().ids)

    def _get_incidental_products(self):
        """What nobody buys for its own sake: delivery, discounts, tips, down payments, gift cards."""
        # sudo: to leave products out, no more is read than which they are.
        products = self.company_id.sudo().sale_discount_product_id
        for model, names in INCIDENTAL.items():
            if model in self.env:
                records = self.env[model].sudo().with_context(active_test=False)
                for name in names & records._fields.keys():
                    products |= records.search([(name, "!=", False)])[name]
        if "loyalty.program" in self.env:
            cards = self.env["loyalty.program"].sudo().with_context(active_test=False)
            products |= cards.search([("program_type", "in", ("gift_card", "ewallet"))]).trigger_product_ids
        return products

    def _get_bought_products(self):
        """What the customer bought in the window, or ordered since its beginning, as far as the user may see it."""
        customer = self.sudo().partner_id.commercial_partner_id  # sudo: which one it is
        since = self.company_id._pareto_period().date_from
        invoiced = self.env["crm.pareto.revenue.report"]._read_group(
            [("customer_id", "=", customer.id), ("company_id", "=", self.company_id.id), ("date", ">=", since)],
            ["product_id"],
            having=[("revenue:sum", ">", 0)],
        )
        ordered = self.env["sale.order.line"]._read_group(
            [
                ("order_partner_id.commercial_partner_id", "=", customer.id),
                ("company_id", "=", self.company_id.id),
                ("state", "=", "sale"),
                ("order_id.date_order", ">=", since),
            ],
            ["product_id"],
        )
        return self.env["product.product"].union(*[product.sudo(False) for [product] in invoiced + ordered])

    def _get_dismissed_products(self):
        dismissals = self.env["crm.pareto.dismissal"].search(
            [
                ("partner_id", "=", self.sudo().partner_id.commercial_partner_id.id),  # sudo: as above
                ("company_id", "=", self.company_id.id),
            ]
        )
        return dismissals.product_id
