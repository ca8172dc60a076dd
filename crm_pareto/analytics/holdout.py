"""Whether customers did what the model expected: week by week, also after the days that it was fitted on."""

from collections import Counter
from typing import NamedTuple

from . import bg_nbd
from .numeric import dot, require

WEEK = 7  # days


class Week(NamedTuple):
    """What all customers together had bought again by the end of a week, summed up from the beginning."""

    number: int  # 1 for the first
    expected: float
    actual: int


def by_day(histories):
    """What `track` takes, from each customer's purchases.

    :param histories: (first day, purchase days) of each customer; days as numbers or dates, the first one among the
        purchase days or not, a day named twice counts once
    :return: ({day: customers who first bought then}, {day: customers who bought again then})
    """
    first_days, repeat_days = Counter(), Counter()
    for first_day, days in histories:
        first_days[first_day] += 1
        repeat_days.update(day for day in set(days) if day > first_day)
    return first_days, repeat_days


def summaries(histories, last_day):
    """What `bg_nbd` is fitted on, as known at the end of a day, in weeks; customers who came later are left out.

    :param histories: as for `by_day`
    :param last_day: the last one of the calibration
    :return: [(repeats, recency, age)]
    """
    rows = []
    for first_day, days in histories:
        if first_day <= last_day:
            repeats = {day for day in days if first_day < day <= last_day}
            recency = _days(max(repeats) - first_day) if repeats else 0
            rows.append((len(repeats), recency / WEEK, _days(last_day - first_day) / WEEK))
    return rows


def track(parameters, first_days, repeat_days, start, weeks):
    """Repeat purchases as expected and as they were, of customers who first bought from `start` on.

    Expected is the sum over the customers of E[X(t)], bg_nbd.expected, t weeks after each one's first day, as
    in the figure of cumulative repeat transactions of Fader, Hardie, Lee 2005 (Marketing Science 24). Each customer
    comes in on the day they first bought, by no forecast.

    :param parameters: bg_nbd.Orders, `alpha` in weeks
    :param first_days: {day: customers who first bought then}
    :param repeat_days: {day: customers who bought again then}
    :param start: the first day of the first week
    :param weeks: how many, calibration and hold-out together
    :return: [Week]
    :raises ValueError: where a customer first bought before `start`
    :raises Missing: without numpy and scipy
    """
    np, _special, _optimize = require()
    births = sorted((_days(day - start), count) for day, count in first_days.items())
    if births and births[0][0] < 0:
        raise ValueError("A customer first bought before the start.")
    born, customers = np.array(births, dtype=int).reshape(-1, 2).T
    horizon = WEEK * weeks
    # E[X(t)] depends on whole days since the first purchase alone: one curve for all.
    curve = bg_nbd.expected(parameters, np.arange(horizon) / WEEK)
    bought = [0] * weeks
    for day, count in repeat_days.items():
        if 0 <= (since := _days(day - start)) < horizon:
            bought[since // WEEK] += count
    lines, actual = [], 0
    for number in range(1, weeks + 1):
        # As of the last day of the week; who first bought on that day has had no time yet.
        last = WEEK * number - 1
        here = born <= last
        expected = dot(curve[last - born[here]], customers[here])
        actual += bought[number - 1]
        lines.append(Week(number, expected, actual))
    return lines


def _days(span):
    """Of a number of days or a timedelta."""
    return getattr(span, "days", span)
