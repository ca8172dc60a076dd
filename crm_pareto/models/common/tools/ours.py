"""What our own code writes alone, whatever a client sends: what a button says, and what became of it."""

from odoo import SUPERUSER_ID
from odoo.exceptions import AccessError
from odoo.tools import format_list
from odoo.tools.misc import clean_context

KEY = "pareto_ours"
BY_MAIL = object()
OURS = object()  # in the context of what our own code writes in a person's name; no client can send it


def as_ours(records):
    """The records to be written by our own code, with the rights of whoever is at the screen, or with its sudo.

    Without defaults in the context: what a client has there would be set by us, in all that is made within.
    """
    return records.with_env(records.env(context={**clean_context(records.env.context), KEY: OURS}))


def by_mail(model):
    """The model, to write what a mail that comes in is to make: whoever that is done as has not said it."""
    return model.with_context(pareto_by_mail=BY_MAIL)


def is_by_mail(env):
    """Whether what is written is what a mail is to make."""
    return env.context.get("pareto_by_mail") is BY_MAIL


def is_ours(env):
    """Whether it is our own code that writes, or OdooBot.

    sudo alone does not tell: Odoo writes with it what people send, as what a mail that comes in is to make.
    """
    return env.context.get(KEY) is OURS or (env.uid == SUPERUSER_ID and not is_by_mail(env))


def check_ours(model, vals_list, names):
    """Refuse whoever but our own code writes the fields: their `readonly` is the screen's only.

    :raises AccessError: naming those that were sent
    """
    sent = [name for name in names if any(name in vals for vals in vals_list)]
    if sent and not is_ours(model.env):
        labels = (model._fields[name]._description_string(model.env) for name in sent)
        raise AccessError(
            model.env._("%(fields)s: this is set by the button for it alone.", fields=format_list(model.env, [*labels]))
        )
