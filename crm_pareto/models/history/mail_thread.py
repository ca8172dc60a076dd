import logging

from odoo import api, models

from ..common.tools.ours import by_mail

_logger = logging.getLogger(__name__)
# What programs say that answer by themselves, beside the standard's header.
ANSWERED = ("X-Autoreply", "X-Autorespond", "X-Auto-Reply", "X-Autoresponder")


class MailThread(models.AbstractModel):
    """Odoo makes with sudo what a mail that comes in is to make: what a mail alias says, or whoever brings the mail; as
    OdooBot, or as whoever the mail says it is from.
    """

    _inherit = "mail.thread"

    @api.model
    def message_new(self, msg_dict, custom_values=None):
        """Nothing of ours, and nothing that only some may store.

        Left out and not refused: whoever writes to an alias is no party to what somebody set as its defaults.
        """
        if names := sorted(set(fields_of_ours(custom_values))):
            _logger.warning("A mail that makes a record of %s: left out %s", self._name, ", ".join(names))
            custom_values = _without_ours(custom_values)
        return super(MailThread, by_mail(self)).message_new(msg_dict, custom_values)

    @api.model
    def message_parse(self, message, save_original=False):
        """Note of a mail that comes in whether a machine wrote it, by its headers (RFC 3834 and what came before)."""
        parsed = super().message_parse(message, save_original)
        return {**parsed, "pareto_automatic": True} if _is_automatic(message) else parsed

    def _get_message_create_valid_field_names(self):
        return super()._get_message_create_valid_field_names() | {"pareto_automatic"}

    def _mail_track(self, tracked_fields, initial_values):
        """Whom a field of ours named is called so in the chatter, also where that one is out of sight by now."""
        # sudo: the name only, of who was named by who could see it.
        ours = {
            name: value.sudo()
            for name, value in initial_values.items()
            if name.startswith("pareto_") and isinstance(value, models.BaseModel)
        }
        return super()._mail_track(tracked_fields, {**initial_values, **ours} if ours else initial_values)


def _is_automatic(mail):
    """Whether the headers of a mail say that nobody wrote it."""
    said = {name: str(mail.get(name) or "").strip().lower() for name in ("Auto-Submitted", "Precedence", *ANSWERED)}
    return (
        said["Auto-Submitted"] not in ("", "no")
        or said["Precedence"] in ("auto_reply", "bulk", "junk", "list")
        or any(said[name] not in ("", "no") for name in ANSWERED)
    )


def fields_of_ours(values):
    """Yield our fields that are named in values, at any depth of the lines in them."""
    if isinstance(values, dict):
        yield from (name for name in values if str(name).startswith("pareto_"))
        values = values.values()
    elif not isinstance(values, list | tuple):
        return
    for value in values:
        yield from fields_of_ours(value)


def _without_ours(values):
    """The values without our fields, at any depth of the lines in them."""
    if isinstance(values, dict):
        return {name: _without_ours(value) for name, value in values.items() if not str(name).startswith("pareto_")}
    return [*map(_without_ours, values)] if isinstance(values, list | tuple) else values
