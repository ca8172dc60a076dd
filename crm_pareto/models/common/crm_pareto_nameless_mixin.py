from odoo import api, models
from odoo.exceptions import UserError


class CrmParetoNamelessMixin(models.AbstractModel):
    """Records that are called by what they are about: none comes of a name alone."""

    _name = "crm.pareto.nameless.mixin"
    _description = "Has No Name of Its Own"

    @api.model
    def name_create(self, name):
        """
        :raises UserError: always
        """
        raise UserError(self.env._("%s: a name alone makes none. Open the form.", self._description))
