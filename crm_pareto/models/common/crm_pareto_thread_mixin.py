from odoo import api, models
from odoo.exceptions import UserError


class CrmParetoThreadMixin(models.AbstractModel):
    """Has a chatter, and is made by hand: Odoo lets every employee bring a mail that makes a record, with sudo and with
    whatever values he or she says.
    """

    _name = "crm.pareto.thread.mixin"
    _inherit = "mail.thread"
    _description = "Has a Chatter, Made by Hand"

    @api.model
    def message_new(self, msg_dict, custom_values=None):
        """
        :raises UserError: always
        """
        raise UserError(self.env._("%s: no mail makes one. Open the form.", self._description))

    def message_update(self, msg_dict, update_vals=None):
        """
        :raises UserError: always: a mail says whom it is from, and nobody asks whether that is so
        """
        raise UserError(self.env._("%s: no mail is posted there. Open the form.", self._description))
