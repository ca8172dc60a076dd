from odoo import api, models
from odoo.exceptions import AccessError

from .ours import by_mail


class MailThread(models.AbstractModel):
    """Odoo makes with sudo what a mail that comes in is to make: what a mail alias says, or whoever brings the mail; as
    OdooBot, or as whoever the mail says it is from.
    """

    _inherit = "mail.thread"

    @api.model
    def message_new(self, msg_dict, custom_values=None):
        """Nothing of ours, and nothing that only some may store.

        :raises AccessError: naming the fields of ours
        """
        if names := sorted(set(_fields_of_ours(custom_values))):
            raise AccessError(self.env._("No mail sets these fields: %s", ", ".join(names)))
        return super(MailThread, by_mail(self)).message_new(msg_dict, custom_values)

    def _mail_track(self, tracked_fields, initial_values):
        """Whom a field of ours named is called so in the chatter, also where that one is out of sight by now."""
        # sudo: the name only, of who was named by who could see it.
        ours = {
            name: value.sudo()
            for name, value in initial_values.items()
            if name.startswith("pareto_") and isinstance(value, models.BaseModel)
        }
        return super()._mail_track(tracked_fields, {**initial_values, **ours} if ours else initial_values)


def _fields_of_ours(values):
    """Yield our fields that are named in values, at any depth of the lines in them."""
    if isinstance(values, dict):
        yield from (name for name in values if str(name).startswith("pareto_"))
        values = values.values()
    elif not isinstance(values, list | tuple):
        return
    for value in values:
        yield from _fields_of_ours(value)
