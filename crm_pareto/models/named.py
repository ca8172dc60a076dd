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
        records[name].check_access("read")
