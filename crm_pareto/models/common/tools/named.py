"""Records that people name on ours."""

from odoo import models
from odoo.exceptions import AccessError

from .bounds import is_id


def check_named(records, *names):
    """Refuse who names a record that he or she may not read: ours would tell its name, and what becomes of it.

    :param records: just written
    :param names: many2one fields; one question each, however many records
    :raises AccessError: naming what may not be read
    """
    if records.env.su:
        return  # our own code, or Odoo's
    for name in names:
        # sudo: of a field that some do not see, too.
        if named := records.sudo()[name].sudo(
            False
        ):  # of none, Odoo asks for the model: who sees no lead may name none
            named.check_access("read")


def check_naming(model, vals_list, *names):
    """Refuse who names a record that he or she may not read, before anything else is said of the values: a unique index
    would tell that there is such a row.

    :param vals_list: to be written; created with the defaults, which a client sends too
    :param names: many2one fields; of companies, one of those that are ticked
    :raises AccessError: naming what may not be read
    """
    if model.env.su:
        return  # our own code, or Odoo's
    for name in names:
        values = [value for vals in vals_list if (value := vals.get(name))]
        ids = [value.id if isinstance(value, models.BaseModel) else value for value in values]
        if not all(map(is_id, ids)):  # PostgreSQL may take a text for one
            raise AccessError(model.env._("A record is named by its number."))
        records = model.env[model._fields[name].comodel_name].browse(ids)
        if records._name == "res.company" and records - model.env.companies:
            raise AccessError(model.env._("You do not work there at the moment: choose one of your companies."))
        if records:  # of none, Odoo asks for the model: who sees no lead may name none
            records.check_access("read")


def with_defaults(model, vals_list):
    """The values as they are created, with the defaults that a client sends or saved."""
    return [model._add_missing_default_values(vals) for vals in vals_list]


def is_in_sight(contact, company):
    """Whether all who see a record of a company, or of none, may see a contact named on it: as Odoo's rule has it.

    :param contact: with sudo, as whoever asks need not see it
    """
    of = contact.company_id
    return not of or not contact.partner_share or of in company.parent_ids
