from odoo import Command, api, fields, models
from odoo.exceptions import UserError

from ...common.tools.bounds import MOST_LETTERS, check_days, of_one, opened_from


class CrmParetoSetTier(models.TransientModel):
    """Set the tier of customers or products by hand, or go back to the computed one, which is a decision too."""

    _name = "crm.pareto.set.tier"
    _description = "Set Tier"
    _check_company_auto = True

    company_id = fields.Many2one("res.company", required=True, default=lambda self: self.env.company)
    partner_ids = fields.Many2many("res.partner", string="Customers", check_company=True)
    product_ids = fields.Many2many("product.product", string="Products", check_company=True)
    tier_id = fields.Many2one(
        "crm.pareto.tier",
        check_company=True,
        domain="[('company_id', 'in', (False, company_id))]",
        help="Empty: the computed tier holds again.",
    )
    reason = fields.Char(required=True, size=MOST_LETTERS)
    date_end = fields.Date("Until", help="The last day it holds. Empty: until somebody changes it.")

    @api.constrains("date_end")
    def _check_date_end(self):
        check_days(self, "date_end")

    @api.model
    def default_get(self, fields):
        """Take the customers or products from where the wizard was opened."""
        values = super().default_get(fields)
        model, ids = opened_from(self.env)
        records = self.env[model].browse(ids) if model else None
        if model == "crm.pareto.customer":
            values["partner_ids"] = [Command.set(records.partner_id.ids)]
        elif model == "crm.pareto.product":
            values["product_ids"] = [Command.set(records.product_id.ids)]
        elif model == "res.partner":
            values["partner_ids"] = [Command.set(records.commercial_partner_id.ids)]
        elif model == "product.product":
            values["product_ids"] = [Command.set(ids)]
        return values

    @of_one
    def action_apply(self):
        """Write the decision down for each customer and product.

        :raises UserError: where nothing was chosen
        """
        subjects = [("partner_id", partner.id) for partner in self.partner_ids.commercial_partner_id]
        subjects += [("product_id", product.id) for product in self.product_ids]
        if not subjects:
            raise UserError(self.env._("Choose at least one customer or product."))
        decision = {
            "company_id": self.company_id.id,
            "tier_id": self.tier_id.id,
            "reason": self.reason,
            "date_end": self.date_end,
        }
        self.env["crm.pareto.manual.tier"].create([{**decision, key: id_} for key, id_ in subjects])
        return {"type": "ir.actions.client", "tag": "soft_reload"}
