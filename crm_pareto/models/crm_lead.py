from odoo import models


class CrmLead(models.Model):
    _name = "crm.lead"
    _inherit = ["crm.lead", "crm.pareto.valued.mixin", "crm.pareto.touched.mixin"]
