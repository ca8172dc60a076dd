import ast
from contextlib import suppress

from odoo import api, models
from odoo.exceptions import ValidationError

from .mail_thread import fields_of_ours


class MailAlias(models.Model):
    _inherit = "mail.alias"

    @api.constrains("alias_defaults")
    def _check_pareto_defaults(self):
        """Tell whoever writes them: a mail that comes in leaves our fields out."""
        for alias in self:
            found = set()
            with suppress(SyntaxError, ValueError, TypeError, MemoryError, RecursionError):  # Odoo says that it is none
                found = set(fields_of_ours(ast.literal_eval(alias.alias_defaults or "{}")))
            if found:
                raise ValidationError(
                    self.env._("No mail sets these: leave them out of the defaults. %s", ", ".join(sorted(found)))
                )
