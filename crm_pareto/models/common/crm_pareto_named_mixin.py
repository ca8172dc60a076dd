from odoo import models

from .tools.trust import name_of


class CrmParetoNamedMixin(models.AbstractModel):
    """What is called as the record is that it is about, also where the reader may not open that one any more."""

    _name = "crm.pareto.named.mixin"
    _description = "Called as What It Is About"

    def _compute_display_name(self):
        for record in self:
            record.display_name = name_of(record[self._rec_name])
