from functools import reduce, wraps

from odoo import models
from odoo.fields import Domain
from odoo.tools import SQL

from .tools.trust import as_reader, check_reader, may_see


def for_readers(search):
    """A field's search method, `_search_` and its name, for those who may read the field.

    Odoo asks for a field's groups before it searches a column, and not before it calls a method; never under sudo.
    """
    name = search.__name__.removeprefix("_search_")

    @wraps(search)
    def checked(records, operator, value):
        check_reader(records, records._fields[name])
        return search(records, operator, value)

    return checked


def for_who_sees(compute):
    """A compute method of fields that all have the same groups, run for who may see them: for others they are empty.

    Under sudo Odoo reads fields for whoever is at work, a customer in the portal say, to whom a stored mail is written.
    """

    @wraps(compute)
    def computed(records):
        computes = [field for field in records._fields.values() if field.compute == compute.__name__]
        if all(may_see(records.env, field) for field in computes):
            return compute(records)
        for field in computes:
            records[field.name] = False

    return computed


def by_value(path):
    """A field's search method: what is asked of the field is asked of the value row.

    :param path: the field of the value row
    """

    def search(records, operator, value):
        if operator in Domain.NEGATIVE_OPERATORS:
            return NotImplemented  # Odoo then takes all but those that the positive operator finds
        domain = Domain("pareto_value_id", "any", Domain(path, operator, value))
        if operator == "in" and any(member is False for member in value):
            domain |= Domain("pareto_value_id", "=", False)
        return domain

    return search


def by_known_value(path, known):
    """As `by_value`, of a figure that may be blank: a blank one is neither zero nor below anything.

    :param path: the field of the value row
    :param known: the Boolean beside it that says whether it is not blank
    """

    def search(records, operator, value):
        if operator in Domain.NEGATIVE_OPERATORS:
            return NotImplemented
        members = list(value) if operator == "in" else []
        blank = any(member is False for member in members)
        asked = [member for member in members if member is not False] if operator == "in" else value
        domain = Domain("pareto_value_id", "any", Domain(known, "=", True) & Domain(path, operator, asked))
        if blank:
            some = Domain("pareto_value_id", "any", Domain(known, "=", True))
            domain |= ~some
        return domain

    return search


def readable_rows(records):
    """{record: its row of results, where the reader may read that}.

    On a form, or by writing it, a client says which row is the record's. Of the new rows that a form makes of them Odoo
    reads the columns before it asks who may.
    """
    readable = as_reader(records.pareto_value_id._origin)._filtered_access("read")
    return {record: record.pareto_value_id._origin & readable for record in records}


def copy_from_value(records, names):
    """Set fields from the records' rows of results.

    :param names: {field: path of fields from the row}
    """
    paths = {name: path.split(".") for name, path in names.items()}
    # Under sudo Odoo evaluates filters for whoever registers for an event, say: who may not see a figure has none.
    hidden = [name for name in names if not may_see(records.env, records._fields[name])]
    for name in hidden:
        records[name] = False
        del paths[name]
    if not paths:
        return
    rows = readable_rows(records)
    for record in records:
        # sudo: the reader may read the row, and the record's field asks for the groups that the row's does; asked again
        # for each value, that takes longer than all else of a page.
        value = rows[record].sudo()
        for name, path in paths.items():
            record[name] = reduce(lambda row, part: row[part], path, value)


class CrmParetoResultMixin(models.AbstractModel):
    """Fields that come from a row of results, searched, sorted and grouped by through one join.

    The record has a field `pareto_value_id`, not stored, that finds the row.
    """

    _name = "crm.pareto.result.mixin"
    _description = "Shows Results"

    def _pareto_paths(self):
        """{field of the record: field of the row}"""
        return {}

    def _join_value(self, alias, query):
        """Join the row of results to the record.

        :return: the alias of its table
        """
        raise NotImplementedError

    def _readable_values(self):
        """The rows of results, as the reader may read them."""
        return as_reader(self.env[self._fields["pareto_value_id"].comodel_name])

    def _is_readable_value(self, row, query):
        """Whether the reader's record rules let a joined row of results be read; SQL.

        Odoo applies them to what it searches, not to what is joined: sums, sorts and group-bys would go past them.

        :param row: the alias of the row's table
        """
        rows = self._readable_values().with_context(active_test=False)
        rules = rows.env["ir.rule"]._compute_domain(rows._name, "read")
        if rows.env.su or rules.is_true():
            return SQL("TRUE")
        columns = {name for name, field in rows._fields.items() if field.store and field.column_type}
        own = rules.optimize_full(rows.sudo())  # the rules themselves are nobody's question
        # A path to other records would be joined before the row is.
        if all(leaf.field_expr in columns and "any" not in leaf.operator for leaf in own.iter_conditions()):
            return own._to_sql(rows.sudo(), row, query)
        return SQL("%s IN %s", SQL.identifier(row, "id"), rows._search(Domain.TRUE).subselect())

    @for_readers
    def _search_pareto_value_id(self, operator, value):
        """Searching by results only comes from the fields: a domain on the row, or its absence."""
        if operator not in ("in", "any", "any!"):
            return NotImplemented
        values = self._readable_values()
        if operator == "in":
            wanted = values._search([("id", "in", [id_ for id_ in value if id_])])
        else:
            wanted = value if not isinstance(value, Domain | list) else values._search(Domain(value))
        query = self._search(Domain.TRUE)
        row = self._field_to_sql(self._table, "pareto_value_id", query)
        condition = SQL("%s IN %s", row, wanted.subselect())
        if operator == "in" and not all(value):
            condition = SQL("(%s OR %s IS NULL)", condition, row)
        query.add_where(condition)
        return [("id", "in", query)]

    def _field_to_sql(self, alias, field_expr, query=None):
        """One join with the rows, for every search, sort and group-by.

        The reader's groups are asked for under sudo too: Odoo follows with it the paths that people name. Not for what
        every employee sees, which is no figure: Odoo reads that, too, when a customer in the portal opens an invoice.
        """
        if not field_expr.startswith("pareto_"):  # all fields of Odoo pass here
            return super()._field_to_sql(alias, field_expr, query)
        path, field = None, self._fields.get(field_expr)
        if field and field.groups != "base.group_user":
            check_reader(self, field)
        if query is not None and field and not field.store:
            path = "id" if field_expr == "pareto_value_id" else self._pareto_paths().get(field_expr)
        if path is None or "." in path:
            return super()._field_to_sql(alias, field_expr, query)
        rows = self.env[self._fields["pareto_value_id"].comodel_name]
        return rows._field_to_sql(self._join_value(alias, query), path, query)
