from odoo import fields, models


class ResCompany(models.Model):
    _inherit = "res.company"

    pareto_window = fields.Selection(
        [
            ("3", "Last 3 months"),
            ("6", "Last 6 months"),
            ("12", "Last 12 months"),
            ("24", "Last 24 months"),
            ("year", "This calendar year"),
            ("all", "All time"),
        ],
        "Value Window",
        default="12",
        required=True,
        help="The period over which the value of customers and products is summed.",
    )
