"""Bounds of what people and clients enter: beyond them lie errors that break what everybody uses, not only their own.

PostgreSQL and Python count days differently far from today, and an interval of a million days is an overflow.
"""

from datetime import date, datetime
from functools import wraps

from odoo import fields
from odoo.exceptions import UserError, ValidationError
from odoo.orm.identifiers import NewId
from odoo.tools import SQL
from odoo.tools.misc import format_date

EARLIEST, LATEST = date(1900, 1, 1), date(2100, 12, 31)
MOST_DAYS = 3650  # of any rule that counts in days
MOST_AMOUNT = 10**15  # of hours, pieces or money: the cubes of it, summed up, are still a double
MOST_ID = 2**31 - 1  # of a stored record
MOST_REPORT_ID = 2**53 - 1  # of a row of a report: what a browser can count to
MOST_LETTERS = 500  # a page of the history has forty of them
COUNT_LIMIT = 1000  # what a button shows needs not be counted further


def within(value, least=-MOST_AMOUNT, most=MOST_AMOUNT):
    """SQL: a value that people entered, or the bound that it is beyond; NULL stays NULL, which LEAST would not leave.

    NaN is above any number for PostgreSQL, and becomes the upper bound.
    """
    return SQL(
        "CASE WHEN %(value)s > %(most)s THEN %(most)s WHEN %(value)s < %(least)s THEN %(least)s ELSE %(value)s END",
        value=value,
        least=least,
        most=most,
    )


def bounded(value):
    """SQL: an amount, or the bound that it is beyond; NULL becomes 0.

    For what is dear to work out, of many rows: `within` says the value three times.
    """
    return SQL("LEAST(GREATEST(COALESCE(%s, 0), %s), %s)", value, -MOST_AMOUNT, MOST_AMOUNT)


def within_days(day):
    """SQL: a day, or the first or last one that any business has."""
    return within(day, SQL("%s::date", EARLIEST), SQL("%s::date", LATEST))


def within_time(moment):
    """SQL: a day or moment that is never empty, or the first or last day that any business has."""
    return SQL("LEAST(GREATEST(%s, %s), %s)", moment, EARLIEST, LATEST)


def check_days(records, *names):
    """Refuse dates that no business has.

    :param names: Date or Datetime fields
    :raises ValidationError: naming field and bounds
    """
    for name in names:
        for record in records:
            day = fields.Date.to_date(record[name])
            if day and not EARLIEST <= day <= LATEST:
                env, label = records.env, records._fields[name]._description_string(records.env)
                raise ValidationError(
                    env._(
                        "%(field)s: choose a day from %(first)s to %(last)s.",
                        field=label,
                        first=format_date(env, EARLIEST),
                        last=format_date(env, LATEST),
                    )
                )


def as_day(env, value, what, default=None):
    """A day that a client sent, as text; the default where it sent none.

    :raises UserError: naming what it is the day of
    """
    if value in (None, False, ""):
        return default
    try:
        if not isinstance(value, str | date):
            raise ValueError
        day = value if isinstance(value, date) and not isinstance(value, datetime) else fields.Date.to_date(value)
        if not EARLIEST <= day <= LATEST:
            raise ValueError
    except (ValueError, OverflowError):
        raise UserError(env._("%(what)s is no day as 2026-12-31: %(value)s", what=what, value=shown(value))) from None
    return day


def as_choice(env, value, choices, what):
    """A value that a client chose of several.

    :raises UserError: naming the choices
    """
    if not isinstance(value, str) or value not in choices:
        raise UserError(
            env._(
                "%(what)s cannot be %(value)s: it is one of %(choices)s.",
                what=what,
                value=shown(value),
                choices=", ".join(choices),
            )
        )
    return value


def as_id(env, value, what, most=MOST_ID):
    """The number of a record that a client sent.

    :raises UserError: where it is none
    """
    if not is_id(value, most):
        raise UserError(env._("%(what)s is no number of a record: %(value)s", what=what, value=shown(value)))
    return value


def is_id(value, most=MOST_ID):
    """Whether a value can be the number of a record; True, a text and what no column holds are none."""
    return type(value) is int and 0 < value <= most


def opened_from(env):
    """What a form was opened from, as a client says in its context.

    :return: (name of a model, its ids); ("", []) where it says nothing that can be
    """
    model, ids = env.context.get("active_model"), env.context.get("active_ids") or []
    known = isinstance(model, str) and model in env and isinstance(ids, list | tuple) and all(map(is_id, ids))
    return (model, list(ids)) if known else ("", [])


def shown(value):
    """What a client sent, short enough for a message."""
    text = repr(value) if isinstance(value, str | int | float | bool | None) else type(value).__name__
    return text if len(text) <= 60 else f"{text[:57]}…"


def of_some(method):
    """A public method of records: their numbers are numbers.

    :raises UserError: where one is none
    """

    @wraps(method)
    def checked(self, *args, **kwargs):
        most = MOST_ID if self._auto else MOST_REPORT_ID
        for id_ in self._ids:
            if not isinstance(id_, NewId):  # of a form that is not saved
                as_id(self.env, id_, self.env._("What this is asked of"), most)
        return method(self, *args, **kwargs)

    return checked


def of_one(method):
    """A public method of one record.

    :raises UserError: where it is called of none, or of several
    """

    @wraps(method)
    def checked(self, *args, **kwargs):
        if len(self) != 1:
            raise UserError(self.env._("This is for one record at a time: %(count)s were chosen.", count=len(self)))
        return method(self, *args, **kwargs)

    return of_some(checked)
