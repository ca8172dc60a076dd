"""Records that people name on ours."""


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


def is_in_sight(contact, company):
    """Whether all who see a record of a company, or of none, may see a contact named on it: as Odoo's rule has it.

    :param contact: with sudo, as whoever asks need not see it
    """
    of = contact.company_id
    return not of or not contact.partner_share or of in company.parent_ids
