from odoo import api, models

from .tools.trust import may_see


class CrmParetoGuardedMixin(models.AbstractModel):
    """A model of ours with fields for some readers only, whose groups count under sudo too.

    Odoo follows paths that people name with sudo: whom a document's followers are, say. What we work out ourselves
    whoever asks is worked out as OdooBot, who may see everything: see `as_scheduler`.
    """

    _name = "crm.pareto.guarded.mixin"
    _description = "Guards Figures Also under Sudo"

    @api.model
    def _has_field_access(self, field, operation):
        return may_see(self.env, field) and super()._has_field_access(field, operation)
