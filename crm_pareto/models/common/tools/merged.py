"""What hangs on a record by model and number, and that Odoo leaves behind where it merges records."""

from functools import partial

from odoo.tools import SQL

from .apart import apart

# Those that Odoo moves itself, or that are of no use on another record.
MOVED_BY_ODOO = ("ir.attachment", "mail.followers", "mail.message", "ir.model.data")


def move_history(merged, kept):
    """Move done activities, mailing traces, ratings and whatever else names the merged records to the one that stays.

    Odoo takes along open activities alone. What cannot be moved, as there is one already, goes with its record.

    :param merged: records that are about to be deleted
    :param kept: the record of the same model that stays
    """
    env = kept.env
    env.flush_all()
    for model in env.registry.values():
        if model._auto and not model._abstract and not model._transient and model._name not in MOVED_BY_ODOO:
            for field in model._fields.values():
                if field.type == "many2one_reference" and field.store and model._fields[field.model_field].store:
                    apart(env, partial(_move, env[model._name], field, merged, kept))


def _move(model, field, merged, kept):
    model.env.cr.execute(
        SQL(
            "UPDATE %s SET %s = %s WHERE %s = %s AND %s IN %s",
            SQL.identifier(model._table),
            SQL.identifier(field.name),
            kept.id,
            SQL.identifier(field.model_field),
            kept._name,
            SQL.identifier(field.name),
            tuple(merged.ids),
        )
    )
    model.invalidate_model([field.name])
