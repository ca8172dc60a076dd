from odoo import fields, models


class ResConfigSettings(models.TransientModel):
    _inherit = "res.config.settings"

    pareto_window = fields.Selection(related="company_id.pareto_window", readonly=False, required=True)
