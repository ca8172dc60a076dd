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

# cost, models, customers, average margin, maturing; the average margin of 10 makes 100 sales of a cost of 1,000
TABLE = [
    # Nothing is known of the cost.
    (None, EARNING, 50, 10, False, "hold", "no_cost"),
    (0, LOSING, 50, 10, False, "hold", "no_cost"),
    (-5, LOSING, 50, 10, False, "hold", "no_cost"),
    # All models agree, surely.
    (1000, EARNING, 50, 10, False, "more", "earns"),
    (1000, EARNING, 50, 10, True, "more", "earns"),
    (1000, EARNING, 10, 10, False, "more", "earns"),
    (1000, LOSING, 50, 10, False, "less", "loses"),
    (1000, LOSING, 50, None, False, "less", "loses"),
    # Its sales may still come.
    (1000, LOSING, 50, 10, True, "hold", "maturing"),
    (1000, LOSING, 5, 10, True, "hold", "maturing"),
    (1000, NOTHING, 0, 10, True, "hold", "maturing"),
    # They do not agree, or not surely.
    (1000, OPEN, 50, 10, False, "test", "uncertain"),
    (1000, OPEN, 50, 10, True, "test", "uncertain"),
    (1000, OPPOSED, 50, 10, False, "test", "models_disagree"),
    (1000, [(0.0, -0.1, 0.1), (0.2, 0.1, 0.3)], 50, 10, False, "test", "uncertain"),
    # Few customers: their spread is no proof of a gain, their number can be one of a loss.
    (1000, EARNING, 9, 10, False, "test", "few"),
    (1000, OPPOSED, 9, 10, False, "test", "few"),
    (1000, LOSING, 9, 10, False, "less", "loses"),
    (1000, LOSING, 9, 70, False, "test", "few"),  # 14.3 sales would have paid it: 9 or fewer come in 9 % of cases
    (1000, LOSING, 9, 60, False, "less", "loses"),  # 16.7 would have: 3 %
    (1000, LOSING, 9, None, False, "test", "few"),
    # None at all: the rule of three.
    (30, NOTHING, 0, 10, False, "less", "no_sales"),
    (29, NOTHING, 0, 10, False, "test", "few"),
    (1000, NOTHING, 0, None, False, "test", "few"),
    (1000, NOTHING, 0, -10, False, "test", "few"),
    (1e9, NOTHING, 0, 0.01, False, "less", "no_sales"),
]


@pytest.mark.parametrize(("cost", "models", "customers", "margin", "maturing", "advice", "reason"), TABLE)
def test_advice(cost, models, customers, margin, maturing, advice, reason):
    assert advise(cost, models, customers, margin, maturing) == (advice, reason)


ENDS = st.lists(st.floats(-1, 5), min_size=3, max_size=3).map(sorted)
MODELS = st.lists(ENDS.map(lambda ends: (ends[1], ends[0], ends[2])), min_size=1, max_size=6)


@given(st.floats(1, 1e6), MODELS, st.integers(0, 100), st.floats(1, 1e4), st.booleans())
def test_more_and_less_are_never_said_against_a_model(cost, models, customers, margin, maturing):
    advice, _reason = advise(cost, models, customers, margin, maturing)
    if advice == "more":
        assert customers >= 10
        assert min(low for _roi, low, _high in models) > 0
    if advice == "less":
        assert not maturing
        assert max(high for _roi, _low, high in models) < 0


@given(MODELS, st.integers(1, 9), st.floats(1, 1e4))
def test_with_few_customers_a_higher_cost_is_never_better_news(models, customers, margin):
    order = ("test", "less")
    found = [advise(cost, models, customers, margin, False)[0] for cost in (1.0, 100.0, 10_000.0, 1e9)]
    assert found == sorted(found, key=order.index)


def test_every_reason_is_in_the_table():
    reasons = {reason for *_case, reason in TABLE}
    assert reasons == {"earns", "no_cost", "maturing", "loses", "no_sales", "few", "models_disagree", "uncertain"}
