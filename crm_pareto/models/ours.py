"""Fields of ours on Odoo's records that our own code writes alone, whatever a client sends."""

from .trust import refuse_values

KEY = "pareto_ours"
OURS = object()  # in the context of what our own code writes in a person's name; no client can send it


def as_ours(records):
    """The records to be written by our own code, with the rights of whoever is at the screen."""
    return records.with_context(**{KEY: OURS})


def check_ours(model, vals_list, names):
    """Refuse whoever but our own code writes the fields: their `readonly` is the screen's only.

    :raises AccessError: naming one
    """
    if model.env.context.get(KEY) is not OURS:
        for vals in vals_list:
            refuse_values(model, vals, names)
