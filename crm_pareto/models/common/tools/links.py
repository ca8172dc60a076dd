"""Fields that only link. What a client says of the records behind is done with the client's own rights, or not at all.

Under sudo Odoo writes on them whatever stands in the commands of a record that links to them.
"""

from odoo import SUPERUSER_ID, fields
from odoo.fields import Command

from .ours import is_ours


def as_who_asks(model):
    """The model with the rights of whoever sent the request, where neither our own code nor OdooBot writes.

    Odoo takes a mail that somebody brings for one of whom it says it is from.
    """
    if not model.env.su or is_ours(model.env):
        return model
    origin = model.env.transaction.default_env.uid
    return model.sudo(False) if origin == SUPERUSER_ID else model.sudo(False).with_user(origin)


class Links(fields.Many2many):
    """Many2many whose records are only linked: what else a client says of them is left out."""

    def convert_to_cache(self, value, record, validate=True):
        return super().convert_to_cache(_links(value), record, validate)

    def write_batch(self, records_commands_list, create=False):
        return super().write_batch([(records, _links(value)) for records, value in records_commands_list], create)

    def _check_sudo_commands(self, comodel):
        return as_who_asks(comodel)


class Lines(fields.One2many):
    """One2many whose records are changed by who may."""

    def _check_sudo_commands(self, comodel):
        return as_who_asks(comodel)


def _links(value):
    """Commands of which none writes on a linked record, nor makes or deletes one."""
    if not isinstance(value, list | tuple):
        return value
    kept = {Command.UPDATE: Command.link, Command.DELETE: Command.unlink}
    return [
        kept[command[0]](command[1]) if isinstance(command, list | tuple) and command[0] in kept else command
        for command in value
        if not (isinstance(command, list | tuple) and command[0] == Command.CREATE)
    ]
