"""What to do with a campaign: the decision table."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from odoo.addons.crm_pareto.analytics.advice import advise

EARNING = [(0.8, 0.2, 1.5), (0.6, 0.1, 1.2)]
LOSING = [(-0.5, -0.7, -0.1), (-0.6, -0.8, -0.2)]
OPEN = [(0.8, 0.2, 1.5), (0.3, -0.1, 0.8)]
OPPOSED = [(0.2, 0.1, 0.5), (-0.2, -0.4, -0.1)]
NOTHING = [(-1.0, -1.0, -1.0)] * 2

YOUNG = (0, NOTHING, 0)  # all of it was spent lately

# cost, models, customers, average margin, what has matured; the average margin of 10 makes 100 sales of a cost of 1,000
TABLE = [
    # Nothing is known of the cost.
    (None, EARNING, 50, 10, None, "hold", "no_cost"),
    (0, LOSING, 50, 10, None, "hold", "no_cost"),
    (-5, LOSING, 50, 10, None, "hold", "no_cost"),
    # All models agree, surely.
    (1000, EARNING, 50, 10, None, "more", "earns"),
    (1000, EARNING, 50, 10, YOUNG, "more", "earns"),
    (1000, EARNING, 10, 10, None, "more", "earns"),
    (1000, LOSING, 50, 10, None, "less", "loses"),
    (1000, LOSING, 50, None, None, "less", "loses"),
    # Its sales may still come.
    (1000, LOSING, 50, 10, YOUNG, "hold", "maturing"),
    (1000, LOSING, 5, 10, YOUNG, "hold", "maturing"),
    (1000, NOTHING, 0, 10, YOUNG, "hold", "maturing"),
    # They do not agree, or not surely.
    (1000, OPEN, 50, 10, None, "test", "uncertain"),
    (1000, OPEN, 50, 10, YOUNG, "test", "uncertain"),
    (1000, OPPOSED, 50, 10, None, "test", "models_disagree"),
    (1000, [(0.0, -0.1, 0.1), (0.2, 0.1, 0.3)], 50, 10, None, "test", "uncertain"),
    # Few customers: their spread is no proof of a gain, their number can be one of a loss.
    (1000, EARNING, 9, 10, None, "test", "few"),
    (1000, OPPOSED, 9, 10, None, "test", "few"),
    (1000, LOSING, 9, 10, None, "less", "loses"),
    (1000, LOSING, 9, 70, None, "test", "few"),  # 14.3 sales would have paid it: 9 or fewer come in 9 % of cases
    (1000, LOSING, 9, 60, None, "less", "loses"),  # 16.7 would have: 3 %
    (1000, LOSING, 9, None, None, "test", "few"),
    # None at all: the rule of three.
    (30, NOTHING, 0, 10, None, "less", "no_sales"),
    (29, NOTHING, 0, 10, None, "test", "few"),
    (1000, NOTHING, 0, None, None, "test", "few"),
    (1000, NOTHING, 0, -10, None, "test", "few"),
    (1e9, NOTHING, 0, 0.01, None, "less", "no_sales"),
    # Some of it was spent longer ago than sales take: that part is judged.
    (1000, LOSING, 50, 10, (800, LOSING, 40), "less", "loses"),
    (1000, LOSING, 50, 10, (800, OPEN, 40), "hold", "maturing"),
    (1000, LOSING, 50, 10, (800, EARNING, 40), "hold", "maturing"),
    (1000, NOTHING, 0, 10, (900, NOTHING, 0), "less", "no_sales"),
    (1000, NOTHING, 0, 10, (20, NOTHING, 0), "hold", "maturing"),
    (1000, NOTHING, 0, None, (900, NOTHING, 0), "test", "few"),  # as had it been spent at once
    (1000, EARNING, 50, 10, (500, LOSING, 20), "more", "earns"),
]


@pytest.mark.parametrize(("cost", "models", "customers", "margin", "mature", "advice", "reason"), TABLE)
def test_advice(cost, models, customers, margin, mature, advice, reason):
    assert advise(cost, models, customers, margin, mature) == (advice, reason)


ENDS = st.lists(st.floats(-1, 5), min_size=3, max_size=3).map(sorted)
MODELS = st.lists(ENDS.map(lambda ends: (ends[1], ends[0], ends[2])), min_size=1, max_size=6)


@given(
    st.floats(1, 1e6),
    MODELS,
    st.integers(0, 100),
    st.floats(1, 1e4),
    st.none() | st.tuples(st.floats(0, 1e6), MODELS, st.integers(0, 100)),
)
def test_more_and_less_are_never_said_against_a_model(cost, models, customers, margin, mature):
    advice, _reason = advise(cost, models, customers, margin, mature)
    if advice == "more":
        assert customers >= 10
        assert min(low for _roi, low, _high in models) > 0
    if advice == "less":
        assert max(high for _roi, _low, high in (models if mature is None else mature[1])) < 0


@given(MODELS, st.integers(1, 9), st.floats(1, 1e4))
def test_with_few_customers_a_higher_cost_is_never_better_news(models, customers, margin):
    order = ("test", "less")
    found = [advise(cost, models, customers, margin)[0] for cost in (1.0, 100.0, 10_000.0, 1e9)]
    assert found == sorted(found, key=order.index)


def test_every_reason_is_in_the_table():
    reasons = {reason for *_case, reason in TABLE}
    assert reasons == {"earns", "no_cost", "maturing", "loses", "no_sales", "few", "models_disagree", "uncertain"}
