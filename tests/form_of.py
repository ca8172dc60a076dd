"""A record opened as a client opens it: the form that its action names, and all that is read for it."""

from lxml import etree


def open_form(record):
    """Read what the web client reads for a record's form; raises what it would be shown.

    :param record: in the environment of the reader
    :return: the values
    """
    action = record.get_formview_action()
    view_id = next(view for view, kind in action["views"] if kind == "form")
    records = record.env[action["res_model"]].browse(action["res_id"]).with_context(action.get("context") or {})
    views = records.get_views([(view_id, "form")])["views"]
    return records.web_read(_fields(records, etree.fromstring(views["form"]["arch"])))


def _fields(records, arch):
    """{name: what is read of it} of the fields of a form or list; of links the names, of lists their columns."""
    read = {}
    for node in arch.xpath(".//field[not(ancestor::field)]"):
        name = node.get("name")
        field = records._fields[name]
        if field.type in ("many2one", "many2one_reference", "reference"):
            read[name] = {"fields": {"display_name": {}}} if field.type == "many2one" else {}
        elif field.relational:
            lists = node.xpath("./list | ./kanban")
            comodel = records.env[field.comodel_name]
            read[name] = {"fields": _fields(comodel, lists[0]) if lists else {"display_name": {}}}
        else:
            read[name] = {}
    return read
