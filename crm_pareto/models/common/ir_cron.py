from odoo import models

from .tools.trust import SCHEDULED, SCHEDULED_KEY


class IrCron(models.Model):
    _inherit = "ir.cron"

    def _callback(self, cron_name, server_action_id):
        """Tell what is run that the scheduler runs it: see `scheduled`."""
        told = self.with_context(**{SCHEDULED_KEY: SCHEDULED})
        return super(IrCron, told)._callback(cron_name, server_action_id)
