"""What a domain asks for, along every path: also where Odoo would not look, as another part of it is false today."""

import re
from collections.abc import Collection

from odoo.exceptions import AccessError
from odoo.fields import Domain
from odoo.tools import SQL

from .bounds import is_id

AUDIENCES = "pareto_audience_ids"
NO_TEXT = re.compile("[\0\ud800-\udfff]")  # what PostgreSQL takes for no text
# Ends with a backslash that escapes nothing: PostgreSQL refuses it only when a text fits so far.
UNFINISHED = re.compile(r"(?<!\\)(\\\\)*\\\Z")


def conditions(domain):
    """Yield all conditions of a domain, those about linked records too."""
    for leaf in Domain(domain).iter_conditions():
        yield leaf
        if "any" in leaf.operator and isinstance(leaf.value, Domain | list | tuple):  # and no query, which code asks by
            yield from conditions(leaf.value)


def check_patterns(env, domain):
    """
    :raises ValueError: for a pattern that is none, or a text that PostgreSQL takes for none
    """
    for leaf in conditions(domain):
        value = leaf.value
        for text in [value] if isinstance(value, str) else value if isinstance(value, Collection) else ():
            is_pattern = leaf.operator.endswith(("=like", "=ilike"))
            if isinstance(text, str) and (NO_TEXT.search(text) or (is_pattern and UNFINISHED.search(text))):
                raise ValueError(env._("%s: nothing can be found by this text", repr(text)))


def check_asked(model, domain, may_name=None):
    """Refuse fields that the user of the environment may not see, and audiences that are not named one by one.

    :param may_name: called with the numbers of audiences; refuses those that the user may not name, none by default
    :raises AccessError: naming the field
    :raises ValueError: for a pattern that is none
    """
    check_patterns(model.env, domain)
    for at, leaf in parts(model, domain):
        for one, field in _fields_along(at, leaf):
            one._check_field_access(field, "read")
        if AUDIENCES in leaf.field_expr:
            numbers = named_audiences(model.env, leaf.field_expr, leaf.operator, leaf.value)
            if may_name:
                may_name(numbers)


def check_each(model, domain):
    """Have PostgreSQL read each condition by itself, and answer none: what is false today would keep others unread.

    :raises: whatever Odoo or PostgreSQL says of one that cannot be asked
    """
    for at, leaf in parts(model, domain):
        query = at._search(Domain(leaf), bypass_access=True)
        if not query.is_empty():
            model.env.execute_query(SQL("SELECT FROM (%s) asked LIMIT 0", query.select()))


def parts(model, domain):
    """Yield (model, condition) of all that a domain asks for, those about linked records with the model of these."""
    for leaf in Domain(domain).iter_conditions():
        yield model, leaf
        if "any" in leaf.operator:
            *_before, (at, field) = _fields_along(model, leaf)
            yield from parts(at.env[field.comodel_name], leaf.value)


def _fields_along(model, leaf):
    """Yield (model, field) along the path of a condition, as far as there are fields: the rest is part of a date, or a
    property.
    """
    for name in leaf.field_expr.split("."):
        if (field := model._fields.get(name)) is None:
            return
        yield model, field
        if not field.relational:
            return
        model = model.env[field.comodel_name]


def named_audiences(env, path, operator, value):
    """The numbers of the audiences that a leaf of a domain names.

    :raises AccessError: where it does not name them by number: all there are, say, or those of a name
    """
    numbers = [value] if operator in ("=", "!=") else []
    if operator in ("in", "not in") and isinstance(value, Collection) and not isinstance(value, str):
        numbers = list(value)
    if not path.endswith(AUDIENCES) or not numbers or not all(map(is_id, numbers)):
        raise AccessError(env._("Audiences are for users of Customer Value, and named by their number."))
    return numbers
