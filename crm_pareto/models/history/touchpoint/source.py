"""What a source of touches is: a declaration, and how it becomes a branch of the timeline's SQL."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from odoo.fields import Domain
from odoo.tools import SQL

from ...common.tools.bounds import MOST_LETTERS, within_time
from ...common.tools.zones import among_moments

# A touch's id is the number of its record times this, plus the number of its source.
NUMBERS = 256

TIMESTAMP, VARCHAR, BOOLEAN = SQL("timestamp"), SQL("varchar"), SQL("boolean")
INTEGER, NUMERIC = SQL("integer"), SQL("numeric")
# Each column of a touch and what stands there where a source has none.
COLUMNS = {
    "date": TIMESTAMP,
    "all_day": BOOLEAN,
    "date_promised": TIMESTAMP,
    "direction": VARCHAR,
    "channel": VARCHAR,
    "kind": VARCHAR,
    "conversation": BOOLEAN,
    "internal": BOOLEAN,
    "automatic": BOOLEAN,
    "title": VARCHAR,
    "res_model": VARCHAR,
    "res_id": INTEGER,
    "user_id": INTEGER,
    "partner_id": INTEGER,
    "customer_id": INTEGER,
    "lead_id": INTEGER,
    "company_id": INTEGER,
    "team_id": INTEGER,
    "campaign_id": INTEGER,
    "source_id": INTEGER,
    "medium_id": INTEGER,
    "amount": NUMERIC,
    "currency_id": INTEGER,
}
# Made once: a report has some 700 columns.
NAMES = {name: SQL.identifier(name) for name in ("id", *COLUMNS)}
NULLS = {name: SQL("NULL::%s", type_) for name, type_ in COLUMNS.items()}


@dataclass(frozen=True, kw_only=True)
class Source:
    """Where one kind of touch is read from: one touch a record of `model`, or a row joined to it.

    A column is a field's name, a path of them over many2one fields ("event_id.name"), or a function that takes a
    `Row` and returns SQL. `direction` and `channel` are values, or functions. What is not given is empty.
    """

    number: int  # of its own, below 256, and for ever: ids are made of it. Other addons: 128 and above
    kind: str
    label: str  # what people call the kind
    model: str  # the source exists where this model does
    domain: tuple | list = ()  # of the records that are touches
    date: str | Callable  # the moment; a field with days tells that there are no moments
    day: str | Callable = ""  # of the records that have a day only, and no moment
    partner: str | Callable  # the customer's contact
    customer: str | None = None  # the partner whose commercial entity is the customer; by default `partner`
    direction: str | Callable = "none"  # "in", "out" or "none"
    channel: str | Callable = "other"
    conversation: bool | Callable = False  # whether two people had to do with each other
    internal: bool | Callable = False  # whether it is for our own eyes only
    automatic: bool | Callable = False  # whether nobody's words: a notice that Odoo sent, an automatic answer
    title: str | Callable = "name"
    user: str | Callable = ""  # our person
    team: str = ""
    lead: str = ""
    utm: tuple | Callable = ("campaign_id", "source_id", "medium_id")  # those that the model has
    by_campaign: bool = False  # whether a campaign brings it about: one that carries a campaign earns credit for sales
    amount: str | Callable = ""
    currency: str | Callable = "currency_id"
    date_promised: str = ""
    document: tuple = ()  # the fields of the model and id to open; by default the record itself
    where: Callable | None = None  # takes a `Row` and gives SQL that holds of touches, besides `domain`
    join: Callable | None = None  # takes a `Row` and joins what is needed; `row.touch` is what gives the id
    reach: Callable | None = None  # the domain of records of some partners, where `customer` is no field
    index: str = ""  # the column by which to find a partner's records, where Odoo has no index on it
    preview: tuple = ()  # the model and field that says what it was about

    def is_readable(self, env):
        """Whether the app is installed and the reader may read the model at all."""
        return self.model in env and env[self.model].has_access("read")

    def select(self, env, reach):
        """The touches that the reader may see, as one SELECT.

        :param reach: a `Reach`
        :return: SQL, or None where the source cannot hold what is sought
        """
        row = self._row(env, reach)
        if row is None:
            return None
        row.query.add_where(self._has_customer(row))
        row.query.add_where(self._has_date(row))
        if reach.since:
            row.query.add_where(SQL("%s >= %s", self._date(row, "date"), reach.since))
        if reach.by_campaign:
            row.query.add_where(SQL("%s IS NOT NULL", self._utm(row, "campaign_id")))
        if reach.ids is not None:
            row.query.add_where(SQL("%s IN %s", SQL.identifier(row.touch, "id"), tuple(reach.ids[self.number])))
        return row.query.select(*(SQL("%s AS %s", sql, NAMES[name]) for name, sql in self._values(row).items()))

    def _values(self, row):
        return {"id": self._id(row), **{name: self._column(row, name) for name in COLUMNS}}

    @property
    def records(self):
        """Sources in which this is the same become one SELECT; None: a SELECT of its own."""
        return None if self.join else (self.model, self.partner, self.customer, self.lead, self.document)

    def _row(self, env, reach):
        """The records that are touches, in the model's own search: the reader's record rules are in the query."""
        domain = reach.domain(self)
        if domain is None:
            return None
        model = env[self.model].with_context(active_test=False)
        query = model._search(Domain(list(self.domain)) & domain)
        if query.is_empty():
            return None
        row = Row(model, query, None if self.reach else reach.customer)
        if self.join:
            self.join(row)
        if self.where:
            row.query.add_where(self.where(row))
        return row

    def _has_customer(self, row):
        """Whether it is a touch with a customer; a lead may have none yet."""
        return SQL("TRUE") if self.lead == "id" else SQL("%s IS NOT NULL", self._customer_id(row, "customer_id"))

    def _is_touch(self, row):
        conditions = [self._has_date(row)]
        conditions += [Domain(list(self.domain)).optimize_full(row.model)._to_sql(row.model, row.alias, row.query)]
        if self.where:
            conditions.append(self.where(row))
        return SQL("(%s)", SQL(" AND ").join(conditions))

    def _id(self, row):
        id_ = SQL.identifier(row.touch, "id")
        return SQL("%s::bigint * %s + %s", id_, NUMBERS, self.number)

    def _column(self, row, name):
        value = getattr(self, f"_{name}", self._declared)(row, name)
        if value is None:
            return NULLS[name]
        if COLUMNS[name] == TIMESTAMP:  # Odoo knows whole seconds: what it compares must not have more
            value = SQL("date_trunc('second', (%s)::timestamp)", value)
        if name == "date":  # never empty; in a time zone Python would not know what is before the year 1
            value = within_time(value)
        return SQL("(%s)::%s", value, COLUMNS[name])

    def _declared(self, row, name):
        """A column as declared, by its name or that without `_id`."""
        value = getattr(self, name.removesuffix("_id"))
        return self._value(row, value)

    def _when(self, row):
        """(the moment, the day of what has none), as far as the source has them; SQL."""
        if isinstance(self.date, str) and row.type_of(self.date) == "date":
            return None, row(self.date)
        return SQL("(%s)::timestamp", self._value(row, self.date)), self._value(row, self.day)

    def _has_date(self, row):
        # The day first: a moment may be dear to find.
        parts = [SQL("%s IS NOT NULL", part) for part in reversed(self._when(row)) if part is not None]
        return SQL("(%s)", SQL(" OR ").join(parts))

    def _date(self, row, name):
        """By which touches are ordered: the moment; of what has only a day, one that is of it anywhere."""
        moment, day = self._when(row)
        if day is None:
            return moment
        return among_moments(day) if moment is None else SQL("COALESCE(%s, %s)", moment, among_moments(day))

    def _all_day(self, row, name):
        moment, day = self._when(row)
        if moment is None or day is None:
            return SQL("%s", moment is None)
        return SQL("%s IS NULL", moment)

    @staticmethod
    def _value(row, value):
        if callable(value):
            return value(row)
        return row(value) if value else None

    def _title(self, row, name):
        """As declared, of a length that a list can show."""
        value = self._declared(row, name)
        return None if value is None else SQL("LEFT(%s, %s)", value, MOST_LETTERS)

    def _kind(self, row, name):
        return SQL("%s", self.kind)

    def _constant(self, row, name):
        value = getattr(self, name)
        return value(row) if callable(value) else SQL("%s", value)

    _direction = _channel = _conversation = _internal = _automatic = _constant

    def _customer_id(self, row, name):
        if row.customer:
            return SQL("%s", row.customer)
        partner = self._value(row, self.customer or self.partner)
        return row.joined("res.partner", partner, "pareto_customer", "commercial_partner_id")

    def _lead_id(self, row, name):
        """As declared; of a column of the records, who may see it is asked of the report's column."""
        if not isinstance(self.lead, str) or "." in self.lead or not self.lead:
            return self._declared(row, name)
        return SQL.identifier(row.alias, self.lead, to_flush=row.model._fields[self.lead])

    def _res_model(self, row, name):
        return row(self.document[0]) if self.document else SQL("%s", self.model)

    def _res_id(self, row, name):
        return row(self.document[1] if self.document else "id")

    def _company_id(self, row, name):
        return row("company_id") if row.has("company_id") else None

    def _utm(self, row, name):
        if callable(self.utm):
            return self.utm(row, name)
        path = self.utm[("campaign_id", "source_id", "medium_id").index(name)] if self.utm else ""
        return row(path) if path and row.has(path.split(".", maxsplit=1)[0]) else None

    _campaign_id = _source_id = _medium_id = _utm

    def _currency_id(self, row, name):
        return self._value(row, self.currency) if self.amount else None


def select_together(env, sources, reach):
    """The touches of sources with the same `records`, as one SELECT: PostgreSQL plans, and reads, the records once."""
    first = sources[0]
    if len(sources) == 1:
        return first.select(env, reach)
    domain = reach.domain(first)
    if domain is None:
        return None
    model = env[first.model].with_context(active_test=False)
    row = Row(model, model._search(domain), None if first.reach else reach.customer)
    row.query.add_where(first._has_customer(row))
    touches = [{"is_touch": source._is_touch(row), **source._values(row)} for source in sources]
    differing = [name for name in touches[0] if any(touch[name] != touches[0][name] for touch in touches)]
    rows = SQL(", ").join(SQL("(%s)", SQL(", ").join(touch[name] for name in differing)) for touch in touches)
    names = SQL(", ").join(map(SQL.identifier, differing))
    values = SQL("LATERAL (SELECT * FROM (VALUES %s) touch(%s))", rows, names)
    row.query.add_join("JOIN", "touch", values, SQL("is_touch"))
    columns = {**touches[0], **{name: SQL.identifier("touch", name) for name in differing}}
    del columns["is_touch"]
    return row.query.select(*(SQL("%s AS %s", sql, NAMES[name]) for name, sql in columns.items()))


class Row:
    """One record of a source inside its query; called with a path of fields it gives their SQL."""

    def __init__(self, model, query, customer=None):
        self.customer = customer  # whose all rows are, where that is known already
        self.env, self.model, self.query = model.env, model, query
        self.alias = self.touch = query.table

    def __call__(self, path):
        model, alias = self.model, self.alias
        *links, name = path.split(".")
        for link in links:
            comodel = self.env[model._fields[link].comodel_name]
            alias = self._join(comodel, alias, link, model._field_to_sql(alias, link, self.query))
            model = comodel
        return model._field_to_sql(alias, name, self.query)

    def type_of(self, path):
        """The type of the field at the end of a path."""
        *links, name = path.split(".")
        model = self.model
        for link in links:
            model = self.env[model._fields[link].comodel_name]
        return model._fields[name].type

    def has(self, name):
        """Whether the model has this field: some come with other apps."""
        return name in self.model._fields

    def of(self, model, name):
        """A column of the joined touch, flushed before it is read."""
        return self.env[model]._field_to_sql(self.touch, name, self.query)

    def id_of(self, xml_id):
        """The id of a record of Odoo's data, 0 where somebody deleted it."""
        return self.env["ir.model.data"]._xmlid_to_res_id(xml_id) or 0

    def joined(self, model, id_, link, name):
        """A column of the record with this id."""
        model = self.env[model]
        return model._field_to_sql(self._join(model, self.alias, link, id_), name, self.query)

    def _join(self, model, alias, link, id_):
        joined = self.query.make_alias(alias, link)
        self.query.add_join("LEFT JOIN", joined, model._table, SQL("%s = %s", id_, SQL.identifier(joined, "id")))
        return joined

    def user_of(self, partner, link="pareto_user"):
        """The internal user whom a partner is, the first where there are several; NULL for others.

        :param partner: SQL of a partner's id
        """
        user, model = self.query.make_alias(self.alias, link), self.env["res.users"]
        condition = SQL(
            """%(of)s = %(partner)s AND %(share)s IS NOT TRUE
               AND NOT EXISTS (SELECT FROM res_users earlier
                                WHERE earlier.partner_id = %(of)s AND earlier.share IS NOT TRUE
                                  AND earlier.id < %(user)s.id)""",
            user=SQL.identifier(user),
            of=model._field_to_sql(user, "partner_id"),
            share=model._field_to_sql(user, "share"),
            partner=partner,
        )
        self.query.add_join("LEFT JOIN", user, "res_users", condition)
        return SQL.identifier(user, "id")


def arrived(row):
    """When a message was written; by a clock that was far ahead, when it came."""
    written, came = (row.of("mail.message", name) for name in ("date", "create_date"))
    return SQL("CASE WHEN %s > %s + interval '1 hour' THEN %s ELSE %s END", written, came, came, written)


@dataclass(frozen=True)
class Reach:
    """What the timeline is asked for, as far as it tells where to look: all of it where nothing is given."""

    family: tuple | None = None  # the partners of the commercial entities sought
    customer: int | None = None  # the one to whom all of the family belong
    leads: tuple | None = None
    since: datetime | None = None  # nothing before it is sought
    by_campaign: bool = False  # only what a campaign brought about is sought
    ids: dict | None = None  # {source number: record numbers}
    documents: dict | None = None  # {model: ids} of the documents on which those are

    @property
    def is_narrow(self):
        """Whether it is about some customers or leads."""
        return self.ids is None and not self.by_campaign and (self.family is not None or self.leads is not None)

    @property
    def is_recent(self):
        """Whether it is about everybody's touches since some moment."""
        return bool(self.since) and self.ids is None and not self.is_narrow

    def domain(self, source):
        """The records of a source to look at; None where it has none of them."""
        if self.ids is not None and source.number not in self.ids:
            return None
        if self.by_campaign and not source.by_campaign:
            return None
        domain = Domain.TRUE
        if self.family is not None:
            reach = source.reach or (lambda family: Domain(source.customer or source.partner, "in", family))
            domain &= reach(self.family)
        if self.leads is not None:
            if not source.lead:
                return None
            domain &= Domain(source.lead, "in", self.leads)
        return domain
