from collections import defaultdict

from odoo import api, fields, models

from ...common.crm_pareto_result_mixin import for_who_sees
from ...common.tools.groups import USER
from ...common.tools.trust import as_reader


class SaleOrder(models.Model):
    _name = "sale.order"
    _inherit = ["sale.order", "crm.pareto.valued.mixin", "crm.pareto.touched.mixin", "crm.pareto.suggesting.mixin"]

    pareto_last_order_date = fields.Datetime(
        "Last Order",
        compute="_compute_pareto_last_order_date",
        groups=USER,
        help="The customer's last confirmed order but this one, of those you may see.",
    )

    @api.depends("partner_id")
    @api.depends_context("uid", "allowed_company_ids")
    @for_who_sees
    def _compute_pareto_last_order_date(self):
        # sudo: whose orders they are; which ones, say the reader's rules.
        customers = self.sudo().partner_id.commercial_partner_id
        orders = as_reader(self.browse())
        groups = orders.has_access("read") and orders._read_group(
            [
                ("partner_id.commercial_partner_id", "in", customers.ids),
                ("state", "=", "sale"),
            ],
            ["partner_id", "company_id"],
            ["date_order:array_agg", "id:array_agg"],
        )
        found = defaultdict(list)
        for partner, company, dates, ids in groups or ():
            found[partner.sudo().commercial_partner_id, company] += zip(dates, ids, strict=True)
        for order in self:
            others = found[order.sudo().partner_id.commercial_partner_id, order.company_id]
            order.pareto_last_order_date = max((date for date, id_ in others if id_ != order._origin.id), default=False)
