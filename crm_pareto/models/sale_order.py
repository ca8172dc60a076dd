from odoo import api, fields, models

from .crm_pareto_value_fields import USER


class SaleOrder(models.Model):
    _name = "sale.order"
    _inherit = ["sale.order", "crm.pareto.valued.mixin"]

    pareto_last_order_date = fields.Datetime(
        "Last Order",
        compute="_compute_pareto_last_order_date",
        groups=USER,
        help="The customer's last confirmed order but this one, of those you may see.",
    )

    @api.depends("partner_id")
    def _compute_pareto_last_order_date(self):
        orders = self._read_group(
            [
                ("partner_id.commercial_partner_id", "in", self.partner_id.commercial_partner_id.ids),
                ("state", "=", "sale"),
                ("id", "not in", self.ids),
            ],
            ["partner_id", "company_id"],
            ["date_order:max"],
        )
        last = {}
        for partner, company, date in orders:
            key = (partner.commercial_partner_id, company)
            last[key] = max(date, last.get(key, date))
        for order in self:
            order.pareto_last_order_date = last.get((order.partner_id.commercial_partner_id, order.company_id), False)
