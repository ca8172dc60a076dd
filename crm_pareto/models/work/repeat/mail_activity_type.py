from odoo import api, models


class MailActivityType(models.Model):
    """Repeat orders have a type of activities: without it nobody could schedule one any more."""

    _inherit = "mail.activity.type"

    @api.model
    def _get_model_info_by_xmlid(self):
        """Which types stay what they are, as those that Odoo's own apps need."""
        ours = {"crm_pareto.mail_activity_type_repeat": {"res_model": "res.partner", "unlink": False}}
        return {**super()._get_model_info_by_xmlid(), **ours}
