"""How sure a sum over customers is, against a bootstrap that is really drawn."""

from math import sqrt
from statistics import NormalDist

import numpy
import pytest
from hypothesis import given
from hypothesis import strategies as st
from odoo.addons.crm_pareto.analytics.uncertainty import bootstrap_interval, customers_to_decide

DRAWS = 20_000
EXPANSION_OFF = 0.03  # standard deviations that the ends may be off at a level of 0.9, from 30 customers on
STANDARD_ERRORS = 4  # of the simulation, whose quantiles are themselves drawn

POPULATIONS = {
    "heavy tail": lambda random, count: 20 * (1 + random.pareto(2, count)),
    "normal": lambda random, count: random.normal(100, 30, count),
    "gains and losses": lambda random, count: random.normal(10, 60, count),
    "heavy losses": lambda random, count: 30 - 10 * random.pareto(2, count),
}
AMOUNTS = st.floats(0.01, 1e6) | st.floats(-1e6, -0.01)
CUSTOMERS = st.lists(AMOUNTS, min_size=1, max_size=50)
LEVELS = st.floats(0.5, 0.99)


def interval(values, level=0.9):
    return bootstrap_interval(*(sum(value**power for value in values) for power in (1, 2, 3)), level)


@pytest.mark.parametrize("count", [30, 100, 300])
@pytest.mark.parametrize("population", POPULATIONS)
def test_ends_are_those_of_a_simulated_bootstrap(population, count):
    random = numpy.random.default_rng(count)
    values = POPULATIONS[population](random, count)
    deviation = sqrt((values**2).sum())
    drawn = numpy.quantile(random.poisson(1, (DRAWS, count)) @ values, [0.05, 0.95])
    normal = NormalDist()
    standard_error = sqrt(0.05 * 0.95 / DRAWS) / normal.pdf(normal.inv_cdf(0.95))  # in standard deviations
    tolerance = (EXPANSION_OFF + STANDARD_ERRORS * standard_error) * deviation
    assert interval(values) == pytest.approx(drawn, rel=0, abs=tolerance)


def test_heavy_losses_reach_further_down_than_up():
    low, high = interval([-100] + [10] * 20)
    assert 100 - low > high - 100


def test_equal_small_amounts_are_nearly_normal():
    low, high = interval([1.0] * 10_000)
    z = NormalDist().inv_cdf(0.95)
    assert (low, high) == pytest.approx((10_000 - 100 * z, 10_000 + 100 * z), abs=1)


def test_without_customers_there_is_no_doubt():
    assert bootstrap_interval(0, 0, 0) == (0, 0)


@given(CUSTOMERS, LEVELS)
def test_the_sum_lies_between_the_ends(values, level):
    low, high = interval(values, level)
    assert low < sum(values) < high


@given(CUSTOMERS, LEVELS, LEVELS)
def test_a_higher_level_is_never_narrower(values, one, other):
    narrow, wide = (interval(values, level) for level in sorted([one, other]))
    assert narrow[1] - narrow[0] <= (wide[1] - wide[0]) * (1 + 1e-9)


@given(CUSTOMERS, st.floats(0.01, 100), LEVELS)
def test_in_another_currency_the_interval_is_the_same(values, rate, level):
    ends = interval([value * rate for value in values], level)
    precision = 1e-9 * sum(map(abs, values)) * rate
    assert ends == pytest.approx([end * rate for end in interval(values, level)], abs=precision)


@given(CUSTOMERS, LEVELS)
def test_losses_mirror_gains(values, level):
    low, high = interval(values, level)
    assert interval([-value for value in values], level) == pytest.approx((-high, -low))


@given(CUSTOMERS, st.floats(0, 1e6), LEVELS)
def test_a_cost_moves_the_interval_as_it_is(values, cost, level):
    total, squares, cubes = (sum(value**power for value in values) for power in (1, 2, 3))
    low, high = bootstrap_interval(total, squares, cubes, level)
    moved = bootstrap_interval(total - cost, squares, cubes, level)
    assert moved == pytest.approx((low - cost, high - cost), abs=1e-9 * (cost + sum(map(abs, values))))


def test_four_times_the_customers_halve_the_doubt():
    # 100 customers, net 100, standard deviation 100: decided where z * 100 * sqrt(n / 100) = n / 100 * 100.
    assert customers_to_decide(100, 100, 10_000) == 271  # 100 * 1.645²
    assert customers_to_decide(100, -50, 10_000) == 4 * 270 + 3  # 100 * (2 * 1.645)² = 1082.2


@given(st.integers(1, 1000), AMOUNTS, st.floats(1, 1e10), LEVELS)
def test_at_that_number_and_not_before_zero_is_excluded(count, net, squares, level):
    z = NormalDist().inv_cdf((1 + level) / 2)

    def excluded(customers):
        return abs(net) * customers / count >= z * sqrt(squares * customers / count) * (1 - 1e-9)

    needed = customers_to_decide(count, net, squares, level)
    assert excluded(needed)
    assert needed == 1 or not excluded((needed - 1) * (1 - 1e-6))


def test_where_nothing_is_left_no_number_decides():
    assert customers_to_decide(100, 0, 10_000) is None
