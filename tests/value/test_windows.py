"""The periods that values are summed over."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from odoo.addons.crm_pareto.analytics.windows import KINDS, Window, month_ends, moved_days, window

DAYS = st.dates(date(2000, 1, 1), date(2100, 1, 1))


@pytest.mark.parametrize(
    ("kind", "as_of", "date_from", "previous_from"),
    [
        ("3", date(2024, 4, 30), date(2024, 2, 1), date(2023, 11, 1)),
        ("12", date(2025, 2, 28), date(2024, 3, 1), date(2023, 3, 1)),
        ("12", date(2026, 11, 22), date(2025, 11, 23), date(2024, 11, 23)),
        ("year", date(2026, 3, 15), date(2026, 1, 1), date(2025, 1, 1)),
    ],
)
def test_where_windows_begin(kind, as_of, date_from, previous_from):
    period = window(kind, as_of)
    assert (period.date_from, period.previous_from, period.date_to) == (date_from, previous_from, as_of)


def test_a_calendar_year_is_compared_up_to_the_same_day():
    assert window("year", date(2024, 2, 29)).previous_to == date(2023, 2, 28)
    assert window("year", date(2024, 2, 28)).previous_to == date(2023, 2, 28)
    assert window("year", date(2026, 5, 30)).previous_to == date(2025, 5, 30)


@given(st.integers(2001, 2100), st.integers(1, 12))
def test_at_a_months_end_a_calendar_year_is_compared_in_whole_months(year, month):
    end = (date(year, month, 28) + timedelta(days=4)).replace(day=1) - timedelta(days=1)
    period = window("year", end)
    assert (period.previous_to + timedelta(days=1)).day == 1 and period.previous_to.month == month
    assert period.previous_from == date(year - 1, 1, 1)


@pytest.mark.parametrize(
    ("year_end", "as_of", "date_from", "previous_from", "previous_to"),
    [
        ((3, 31), date(2026, 6, 30), date(2026, 4, 1), date(2025, 4, 1), date(2025, 6, 30)),
        ((3, 31), date(2026, 3, 31), date(2025, 4, 1), date(2024, 4, 1), date(2025, 3, 31)),
        ((4, 5), date(2026, 4, 6), date(2026, 4, 6), date(2025, 4, 6), date(2025, 4, 6)),
        ((2, 29), date(2026, 3, 1), date(2026, 3, 1), date(2025, 3, 1), date(2025, 3, 1)),
        ((12, 31), date(2026, 6, 30), date(2026, 1, 1), date(2025, 1, 1), date(2025, 6, 30)),
    ],
)
def test_the_fiscal_year_so_far_is_against_the_same_days_of_the_last(
    year_end, as_of, date_from, previous_from, previous_to
):
    assert window("fiscal", as_of, year_end) == Window(date_from, as_of, previous_from, previous_to)


def test_an_unknown_window_is_refused():
    with pytest.raises(ValueError, match="'13'"):
        window("13", date(2026, 1, 1))


@given(st.sampled_from(["3", "6", "12", "24"]), st.integers(2000, 2100), st.integers(1, 12))
def test_at_a_months_end_windows_are_whole_months(kind, year, month):
    end = (date(year, month, 28) + timedelta(days=4)).replace(day=1) - timedelta(days=1)
    period = window(kind, end)
    assert (period.date_from.day, period.previous_from.day) == (1, 1)


@given(st.sampled_from(["3", "6", "12", "24"]), DAYS)
def test_the_window_before_ends_where_the_window_begins(kind, as_of):
    period = window(kind, as_of)
    assert period.previous_to + timedelta(days=1) == period.date_from


@given(st.sampled_from(KINDS), DAYS, st.integers(0, 500), st.integers(0, 2000))
def test_a_day_that_changes_its_window_is_among_the_moved_days(kind, as_of, later, back):
    before, now = window(kind, as_of), window(kind, as_of + timedelta(days=later))
    day = now.date_to - timedelta(days=back)

    def place(period):
        if period.date_from <= day <= period.date_to:
            return "current"
        return "previous" if period.previous_from and period.previous_from <= day <= period.previous_to else None

    if place(before) != place(now):
        assert any(first <= day <= last for first, last in moved_days(before, now))


def test_the_month_ends_of_the_last_months():
    assert month_ends(date(2026, 3, 30), 3) == [date(2025, 12, 31), date(2026, 1, 31), date(2026, 2, 28)]
    assert month_ends(date(2028, 3, 1), 2) == [date(2028, 1, 31), date(2028, 2, 29)]


@given(DAYS)
def test_a_month_ends_when_its_last_day_is_over(as_of):
    ends = month_ends(as_of, 24)
    assert ends[-1] < as_of and ends[-1] + timedelta(days=1) == as_of.replace(day=1)
    assert len({(end.year, end.month) for end in ends}) == 24
    assert all((end + timedelta(days=1)).day == 1 for end in ends)
