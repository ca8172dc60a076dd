"""The document behind a row of ours: opened for whoever may open it, to others the row itself is shown."""

from lxml import etree
from odoo.exceptions import AccessError


def open_document(document, row):
    """The action that opens the form of a document, or what the row says of it in a window.

    Odoo lets people read documents whose forms show more than they may read, and then answers with an error: a
    salesperson's confirmed order where projects are installed, say.

    :param document: a record, in the environment of the reader
    :param row: the record of ours that stands for it in a list or figure
    """
    action = document.get_formview_action()
    if _is_shown(document.env[action["res_model"]].browse(action["res_id"]), action):
        return action
    return {
        "type": "ir.actions.act_window",
        "name": document.env._("What You May See of It"),
        "res_model": row._name,
        "res_id": row.id,
        "views": [(False, "form")],
        "target": "new",
        "context": {"pareto_preview": True, "dialog_size": "medium"},
    }


def _is_shown(document, action):
    try:
        read_form(document, action)
    except AccessError:
        return False
    return True


def read_form(record, action):
    """Read what the web client reads for a record's form.

    :param action: that opens it
    :return: the values
    :raises AccessError: what the person would be shown instead
    """
    view_id = next(id_ for id_, kind in action["views"] if kind == "form")
    record = record.with_context(**(action.get("context") or {}))
    [view] = record.get_views([(view_id, "form")])["views"].values()
    return record.web_read(_fields(record, etree.fromstring(view["arch"])))


def _fields(records, arch):
    """{name: what is read of it} of the fields of a form or list; of links the names, of lists their columns."""
    read = {}
    for node in arch.xpath(".//field[not(ancestor::field)]"):
        field = records._fields[node.get("name")]
        comodel = records.env[field.comodel_name] if field.relational else None
        lines = next(iter(node.xpath("./list | ./kanban")), None)
        if comodel is None:
            read[field.name] = {}
        else:
            read[field.name] = {"fields": {"display_name": {}} if lines is None else _fields(comodel, lines)}
    return read
