"""What evidence may say of the documents that it comes from."""

from odoo.fields import Domain
from odoo.tools import SQL


def for_reader(env, model, alias):
    """The name of a document for who may read it, and nothing for others; SQL.

    That there is one speaks for a customer or campaign whoever asks; what somebody wrote on it is for its readers.

    :param alias: of the document's table in the query
    """
    name, records = SQL.identifier(alias, "name"), env[model]
    if env.su:
        return name
    if not records.has_access("read"):
        return SQL("NULL::varchar")
    readable = records.with_context(active_test=False)._search(Domain.TRUE)
    return SQL("CASE WHEN %s IN %s THEN %s END", SQL.identifier(alias, "id"), readable.subselect(), name)
