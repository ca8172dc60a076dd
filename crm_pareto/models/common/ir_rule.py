from odoo import models


class IrRule(models.Model):
    _inherit = "ir.rule"

    def _make_access_error(self, operation, records):
        """Name none of our records: what they are called is whose figures they are, or why somebody is called.

        In debug mode, which everybody may turn on, Odoo names those that it refuses.
        """
        ours = records._name.startswith("crm.pareto.")
        error = super()._make_access_error(operation, records.browse() if ours else records)
        records.invalidate_recordset()  # as Odoo does with those that it names
        return error
