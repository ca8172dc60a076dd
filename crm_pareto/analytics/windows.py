"""The periods that values are summed over."""

from calendar import monthrange
from dataclasses import dataclass
from datetime import date, timedelta

from dateutil.relativedelta import relativedelta

KINDS = ("3", "6", "12", "24", "year", "fiscal", "all")  # months, or as named
YEAR_END = (12, 31)
BEGINNING = date(1900, 1, 1)


@dataclass(frozen=True)
class Window:
    """A period and the one of equal length before it; both ends are included.

    `previous_from` and `previous_to` are None where there is nothing before.
    """

    date_from: date
    date_to: date
    previous_from: date | None
    previous_to: date | None


def window(kind, as_of, year_end=YEAR_END):
    """The window of a kind that ends on a day.

    :param kind: one of KINDS: trailing months, the calendar or fiscal year so far, or all time
    :param as_of: the last day
    :param year_end: (month, day) of the last day of the fiscal year; of a month that is shorter, its last
    :raises ValueError: for an unknown kind
    """
    if kind == "all":
        return Window(BEGINNING, as_of, None, None)
    following = as_of + timedelta(days=1)  # from the day after, so that months stay whole
    if kind in ("year", "fiscal"):
        # The same day; but the last of February is compared up to the last of February.
        a_year_ago = max(as_of - relativedelta(years=1), following - relativedelta(years=1) - timedelta(days=1))
        first, first_before = (
            _year_start(day, YEAR_END if kind == "year" else year_end) for day in (as_of, a_year_ago)
        )
        return Window(first, as_of, first_before, a_year_ago)
    if kind not in KINDS:
        raise ValueError(f"unknown window {kind!r}")
    months = int(kind)
    date_from = following - relativedelta(months=months)
    previous_from = following - relativedelta(months=2 * months)
    return Window(date_from, as_of, previous_from, date_from - timedelta(days=1))


def _year_start(day, year_end):
    """The first day of the year that a day lies in, of years that end on a day of a month."""
    month, last = year_end
    ends = (date(year, month, min(last, monthrange(year, month)[1])) for year in (day.year, day.year - 1))
    return next(end for end in ends if end < day) + timedelta(days=1)


def month_ends(as_of, count):
    """The last days of the latest `count` months that are over, the last day too, on the day `as_of`; oldest first."""
    first_of_month = as_of.replace(day=1)
    return [first_of_month - relativedelta(months=back) - timedelta(days=1) for back in range(count - 1, -1, -1)]


def moved_days(before, now):
    """The days that are in a window of `now` and were in another one, or none, before; or the other way round.

    :return: (first day, last day) pairs, both included; they may overlap
    """
    days = []
    for first, last in ((before.date_from, now.date_from), (before.previous_from, now.previous_from)):
        if first and last and first != last:
            days.append((min(first, last), max(first, last) - timedelta(days=1)))
    for first, last in ((before.date_to, now.date_to), (before.previous_to, now.previous_to)):
        if first and last and first != last:
            days.append((min(first, last) + timedelta(days=1), max(first, last)))
    return sorted(set(days))
