"""Customer lifetime value against what was published on the CDNOW customers, and against integrals done by hand.

Published, all on the 1/10 sample over its first 39 weeks: Fader, Hardie, Lee 2005, Marketing Science 24 (BG/NBD): r
0.243, alpha 4.414, a 0.793, b 2.426, log-likelihood -9,582.4; the authors' spreadsheet for it (Fader, Hardie, Lee
2005, Implementing the BG/NBD Model in Microsoft Excel, brucehardie.com/notes/004): 1.226 purchases of a customer with
x = 2, t_x = 30.43, T = 38.86 in the next 39 weeks; Fader, Hardie 2013 (brucehardie.com/notes/025): p 6.25, q 3.74, v
15.44 from 946 customers. Figures with more digits were computed once with the Python package lifetimes 0.11.3.
"""

import csv
import importlib
import importlib.util
import sys
from collections import defaultdict
from datetime import date, timedelta
from pathlib import Path

import numpy
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from odoo.addons.crm_pareto.analytics import bg_nbd, gamma_gamma, holdout, lifetime, numeric
from scipy import integrate, special

from dev.demo import cdnow

CALIBRATION_END = date(1997, 9, 30)  # 39 weeks
START, WEEKS = date(1997, 1, 1), 78
PUBLISHED = bg_nbd.Orders(0.243, 4.414, 0.793, 2.426)
FITTED = bg_nbd.Orders(0.242593, 4.413532, 0.792886, 2.425752)  # lifetimes
SHAPES = st.floats(0.05, 20)
ORDERS = st.builds(bg_nbd.Orders, SHAPES, SHAPES, SHAPES, SHAPES)
AMOUNTS = st.builds(gamma_gamma.Amounts, SHAPES, st.floats(1.1, 20), SHAPES)


def history(repeats, age, share):
    return (repeats, share * age if repeats else 0.0, age)


HISTORIES = st.builds(history, st.integers(0, 40), st.floats(1, 200), st.floats(0.01, 1))


@pytest.fixture(scope="module")
def summary():
    """The published summary of the sample: x, t_x, T and the mean value of the repeats."""
    folder = Path(importlib.util.find_spec("lifetimes").submodule_search_locations[0], "datasets")
    with (folder / "cdnow_customers_summary_with_transactions.csv").open() as file:
        rows = list(csv.DictReader(file))
    return [numpy.array([float(row[name]) for row in rows]) for name in ("x", "t_x", "T", "zbar")]


@pytest.fixture(scope="module")
def histories():
    days = defaultdict(list)
    for purchase in cdnow.read_purchases():
        days[purchase.customer].append(purchase.day)
    return [(min(purchases), purchases) for purchases in days.values()]


def made_up(customers, seed=1, amounts=(2.0, 4.0, 300.0), orders=(0.5, 3.0, 0.6, 3.0)):
    """Customers who do what the models say: columns repeats, recency, age, means."""
    random = numpy.random.default_rng(seed)
    r, alpha, a, b = orders
    p, q, v = amounts
    rows = []
    for _customer in range(customers):
        age, rate, leaving = random.uniform(1, 150), random.gamma(r, 1 / alpha), random.beta(a, b)
        repeats, last = 0, 0.0
        while (at := last + random.exponential(1 / rate)) < age:
            repeats, last = repeats + 1, at
            if random.random() < leaving:
                break
        mean = random.gamma(p * repeats) / repeats / random.gamma(q, 1 / v) if repeats else None
        rows.append((repeats, last, age, mean))
    return [list(values) for values in zip(*rows, strict=True)]


# ---- BG/NBD


def test_orders_are_those_published(summary):
    found = bg_nbd.fit(*summary[:3])
    assert found.reason is None
    assert [round(value, 3) for value in found.parameters] == list(PUBLISHED)
    assert round(found.log_likelihood, 1) == -9582.4
    assert found.parameters == pytest.approx(FITTED, rel=1e-5)


def test_days_of_the_purchases_give_the_published_summary(summary, histories):
    rows = holdout.summaries(histories, CALIBRATION_END)
    assert len(rows) == 2357
    assert sum(not repeats for repeats, _recency, _age in rows) == 1411
    # The published one is rounded to hundredths of a week.
    for column, published in zip(zip(*rows, strict=True), summary, strict=False):
        assert sorted(column) == pytest.approx(sorted(published), abs=0.006)


def test_predictions_are_those_published(summary):
    parameters = bg_nbd.fit(*summary[:3]).parameters
    columns = [2, 0, 7], [30.43, 0, 29.43], [38.86] * 3
    assert bg_nbd.expected_next(parameters, *columns, 39) == pytest.approx([1.2259, 0.19478, 3.33724], abs=1e-5 * 5)
    assert bg_nbd.alive(parameters, *columns) == pytest.approx([0.72661, 1, 0.64180], abs=1e-5)
    assert bg_nbd.expected_next(parameters, *summary[:3], 39).sum() == pytest.approx(1653.42, abs=0.01)


@settings(max_examples=60, deadline=None)
@given(ORDERS, st.lists(HISTORIES, min_size=1, max_size=5))
def test_slope_of_the_orders_likelihood(parameters, rows):
    likelihood = bg_nbd.Likelihood(*zip(*rows, strict=True))
    assert_slope(likelihood, parameters)


def assert_slope(likelihood, parameters, step=1e-5):
    """The derivatives are the central differences, both by the logarithms of the parameters."""
    value, gradient = likelihood(numpy.array(parameters))
    for index, derivative in enumerate(gradient):
        up, down = (
            likelihood(numpy.array(parameters) * numpy.exp(numpy.eye(len(parameters))[index] * sign * step))[0]
            for sign in (1, -1)
        )
        error = 1e-5 * (1 + abs(value) + abs(derivative * parameters[index]))
        assert derivative * parameters[index] == pytest.approx((up - down) / 2 / step, abs=error)


@settings(max_examples=25, deadline=None)
@given(
    st.builds(bg_nbd.Orders, *[st.floats(0.3, 5)] * 4),
    st.builds(history, st.integers(0, 10), st.floats(1, 20), st.floats(0.01, 1)),
)
def test_orders_likelihood_is_an_integral(parameters, row):
    """Over the customer's own rate and chance of leaving: they stayed after x repeats, or left with the last one."""
    (r, alpha, a, b), (repeats, recency, age) = parameters, row

    def purchases(time):
        """E[rate^x exp(-rate time)], over the logarithm of the rate."""

        def density(log_rate):
            rate = numpy.exp(log_rate)
            return numpy.exp(
                (r + repeats) * log_rate - rate * (alpha + time) + r * numpy.log(alpha) - special.gammaln(r)
            )

        peak = numpy.log((r + repeats) / (alpha + time))
        return sum(
            integrate.quad(density, low, high, epsabs=0, epsrel=1e-9, limit=200)[0]
            for low, high in ((peak - 100, peak - 5), (peak - 5, peak), (peak, peak + 8))
        )

    stayed = beta_mean(lambda chance: (1 - chance) ** repeats, a, b)[0] * purchases(age)
    left = 0.0
    if repeats:
        left = beta_mean(lambda chance: chance * (1 - chance) ** (repeats - 1), a, b)[0] * purchases(recency)
    value, _gradient = bg_nbd.Likelihood([repeats], [recency], [age])(parameters)
    assert value == pytest.approx(numpy.log(stayed + left), abs=1e-6)
    assert bg_nbd.alive(parameters, [repeats], [recency], [age]) == pytest.approx(stayed / (stayed + left), rel=1e-6)


@settings(max_examples=40, deadline=None)
@given(ORDERS, HISTORIES, st.floats(1, 120))
def test_expected_orders_are_an_integral(parameters, row, time):
    """Of chance of being there x rate, over the rate's gamma and the chance's beta distribution (substituted so that
    the latter's ends are flat), which the model's formula does in closed form.
    """
    (r, alpha, a, b), (repeats, _recency, age) = parameters, row
    shape, scale, b = r + repeats, alpha + age, b + repeats

    def bought(chance):
        """E[(1 - exp(-rate p t)) / p] over the rates."""
        return -numpy.expm1(-shape * numpy.log1p(chance * time / scale)) / chance if chance else shape * time / scale

    expected, _error = beta_mean(bought, a, b)
    here = bg_nbd.alive(parameters, *([value] for value in row))[0]
    got = bg_nbd.expected_next(parameters, *([value] for value in row), time)[0]
    assert got == pytest.approx(expected * here, rel=2e-6, abs=1e-12)


def beta_mean(function, a, b):
    return integrate.quad(lambda share: function(special.betaincinv(a, b, share)), 0, 1, epsabs=0, epsrel=1e-8)


def test_expected_orders_where_the_formula_is_zero_by_zero():
    for a, b in ((1.0, 2.0), (1.0 + 1e-9, 2.0), (0.4, 0.6), (0.4, 0.3)):
        near = [bg_nbd.expected(bg_nbd.Orders(0.5, 3, a + off, b), [10.0])[0] for off in (-1e-3, 0, 1e-3)]
        assert near[1] == pytest.approx((near[0] + near[2]) / 2, rel=1e-4)


def test_hundreds_of_repeats_do_not_overflow():
    got = bg_nbd.expected_next(PUBLISHED, [3000], [199.9], [200], 52)[0]
    assert 0 < got < 3000 * 52 / 200


@settings(max_examples=60, deadline=None)
@given(ORDERS, HISTORIES, st.floats(0, 100), st.floats(0, 100))
def test_more_time_brings_more_orders(parameters, row, one, other):
    columns = [[value] for value in row]
    sooner, later = (bg_nbd.expected_next(parameters, *columns, time)[0] for time in sorted([one, other]))
    assert 0 <= sooner <= later + 1e-9
    assert 0 <= bg_nbd.alive(parameters, *columns)[0] <= 1


def test_grouped_customers_give_the_same_likelihood(summary):
    rows = numpy.stack(summary[:3], axis=1)
    cells, counts = numpy.unique(rows, axis=0, return_counts=True)
    assert len(cells) < len(rows)
    one = bg_nbd.Likelihood(*rows.T)(PUBLISHED)
    other = bg_nbd.Likelihood(*cells.T, counts)(PUBLISHED)
    assert other[0] == pytest.approx(one[0], rel=1e-12)
    assert other[1] == pytest.approx(one[1], rel=1e-9, abs=1e-8)
    assert bg_nbd.fit(*cells.T, counts).parameters == pytest.approx(bg_nbd.fit(*rows.T).parameters, rel=1e-6)


def test_in_days_only_alpha_is_another(summary):
    weeks, days = (bg_nbd.fit(summary[0], summary[1] * unit, summary[2] * unit).parameters for unit in (1, 7))
    assert days == pytest.approx(weeks._replace(alpha=weeks.alpha * 7), rel=1e-6)


def test_fit_finds_what_made_the_customers():
    columns = made_up(4000, orders=(0.6, 4.0, 0.9, 3.0))
    found = lifetime.fit(*columns)[0]
    assert found.orders == pytest.approx((0.6, 4.0, 0.9, 3.0), rel=0.25)
    assert found.amounts.p == pytest.approx(2, rel=0.25)
    assert found.amounts.q == pytest.approx(4, rel=0.25)


# ---- Gamma-gamma


def test_amounts_are_those_published(summary):
    repeats, _recency, _age, means = summary
    assert (repeats > 0).sum() == 946
    found = gamma_gamma.fit(repeats, means)
    assert found.parameters == pytest.approx((6.25, 3.74, 15.44), abs=0.01)
    assert found.parameters == pytest.approx((6.2488, 3.7446, 15.4477), abs=1e-4)
    assert found.log_likelihood == pytest.approx(-4055.923, abs=1e-3)


@settings(max_examples=60, deadline=None)
@given(AMOUNTS, st.lists(st.tuples(st.integers(1, 40), st.floats(0.01, 100)), min_size=1, max_size=5))
def test_slope_of_the_amounts_likelihood(parameters, rows):
    assert_slope(gamma_gamma.Likelihood(*zip(*rows, strict=True)), parameters)


@settings(max_examples=25, deadline=None)
@given(AMOUNTS, st.integers(1, 20), st.floats(0.1, 50))
def test_expected_amount_is_an_integral(parameters, repeats, mean):
    """Of the mean p / rate over the rate's distribution after so many repeats: gamma, p x + q and v + x m."""
    p, q, v = parameters
    shape, total = p * repeats + q, v + repeats * mean
    expected, _error = integrate.quad(
        lambda share: p * total / special.gammaincinv(shape, share), 0, 1, epsabs=0, epsrel=1e-8, limit=200
    )
    got = gamma_gamma.expected_amount(parameters, [repeats], [mean])[0]
    assert got == pytest.approx(expected, rel=1e-4)


@pytest.mark.parametrize("rate", [0.01, 1.0, 1e6])
def test_in_another_currency_only_v_is_another(summary, rate):
    one = gamma_gamma.fit(summary[0], summary[3])
    other = gamma_gamma.fit(summary[0], summary[3] * rate)
    assert other.parameters == pytest.approx(one.parameters._replace(v=one.parameters.v * rate), rel=1e-6)
    assert other.log_likelihood == pytest.approx(one.log_likelihood - 946 * numpy.log(rate), rel=1e-9)
    assert gamma_gamma.expected_amount(other.parameters, [0, 3], [0, 40 * rate]) == pytest.approx(
        rate * gamma_gamma.expected_amount(one.parameters, [0, 3], [0, 40]), rel=1e-6
    )


def test_counts_stand_for_equal_customers(summary):
    repeats, means = summary[0], summary[3]
    twice = gamma_gamma.fit(numpy.tile(repeats, 2), numpy.tile(means, 2))
    assert gamma_gamma.fit(repeats, means, 2 * numpy.ones(len(repeats))).parameters == pytest.approx(
        twice.parameters, rel=1e-6
    )


def test_the_more_repeats_the_nearer_to_ones_own_mean():
    parameters = gamma_gamma.Amounts(6.25, 3.74, 15.44)
    everyone = gamma_gamma.mean_amount(parameters)
    amounts = gamma_gamma.expected_amount(parameters, [0, 1, 5, 1000], [None, 80, 80, 80])
    assert list(amounts) == sorted(amounts)
    assert amounts[[0, 3]] == pytest.approx([everyone, 80], rel=1e-2)


def test_a_customer_at_a_loss_has_no_number():
    amounts = gamma_gamma.expected_amount(gamma_gamma.Amounts(6.25, 3.74, 15.44), [2, 2, 0], [-5, 0, -5])
    assert list(numpy.isnan(amounts)) == [True, True, False]


def test_a_customer_of_unknown_amounts_has_no_number_and_teaches_nothing(summary):
    amounts = gamma_gamma.expected_amount(gamma_gamma.Amounts(6.25, 3.74, 15.44), [2, 0], [float("nan")] * 2)
    assert list(numpy.isnan(amounts)) == [True, False]
    repeats, means = (numpy.asarray(column, dtype=float) for column in (summary[0], summary[3]))
    more = [*repeats, 3, 7], [*means, float("nan"), float("nan")]
    assert gamma_gamma.fit(*more).parameters == gamma_gamma.fit(repeats, means).parameters


def test_correlation(summary):
    repeats, means = summary[0], summary[3]
    back = repeats > 0
    expected = numpy.corrcoef(repeats[back], means[back])[0, 1]
    assert gamma_gamma.correlation(repeats, means) == pytest.approx(expected, rel=1e-9)
    assert gamma_gamma.correlation([1, 1], [2, 3]) is None
    assert gamma_gamma.correlation([0], [None]) is None


# ---- Worth


def test_value_is_that_of_many_short_periods(summary):
    repeats, recency, age, _means = summary
    periods, edges = [], numpy.linspace(0, lifetime.WEEKS_PER_YEAR, 400)
    bought = [bg_nbd.expected_next(FITTED, repeats, recency, age, edge) for edge in edges]
    for start, end, before, after in zip(edges, edges[1:], bought, bought[1:], strict=False):
        periods.append((after - before) * 1.1 ** (-(start + end) / 2 / lifetime.WEEKS_PER_YEAR))
    orders, discounted = lifetime.discounted_orders(FITTED, repeats, recency, age)
    assert orders == pytest.approx(bought[-1])
    assert discounted == pytest.approx(sum(periods), rel=2e-6)


def test_without_discount_all_orders_count(summary):
    orders, discounted = lifetime.discounted_orders(FITTED, *summary[:3], discount=0)
    assert discounted == pytest.approx(orders, rel=1e-12)


def test_worth_is_discounted_orders_times_amount(summary):
    model, why = lifetime.fit(*summary)
    assert why is None
    worth = lifetime.predict(model, *summary)
    assert worth.value == pytest.approx(
        worth.amount * lifetime.discounted_orders(model.orders, *summary[:3])[1], rel=1e-12
    )
    assert (worth.value < worth.amount * worth.orders).all()
    assert (worth.value > worth.amount * worth.orders / 1.1).all()


# ---- Nothing to learn from


def test_few_buyers_came_back():
    columns = made_up(1000)
    back = [index for index, repeats in enumerate(columns[0]) if repeats]
    once = [index for index, repeats in enumerate(columns[0]) if not repeats]
    for count, reason in ((99, numeric.FEW), (0, numeric.FEW)):
        part = [[column[index] for index in back[:count] + once] for column in columns]
        assert lifetime.fit(*part) == (None, reason)
    assert lifetime.fit([], [], [], []) == (None, numeric.FEW)


def test_only_refunds():
    repeats, recency, age, means = made_up(1000)
    losses = [None if mean is None else -mean for mean in means]
    assert lifetime.fit(repeats, recency, age, losses) == (None, numeric.FEW)
    assert gamma_gamma.correlation(repeats, losses) is None


@pytest.mark.parametrize("amount", [0.01, 19.99, 1e6])
def test_equal_amounts(amount):
    repeats, recency, age, means = made_up(1000)
    equal = [None if mean is None else amount for mean in means]
    assert lifetime.fit(repeats, recency, age, equal) == (None, numeric.SAME_AMOUNTS)


@pytest.mark.parametrize("piece", [1, 7, 999, 1000])
def test_likelihoods_in_pieces_are_the_same(monkeypatch, piece):
    repeats, recency, age, means = made_up(1000)
    counts = [1 + index % 3 for index in range(1000)]

    def likelihoods():
        of_orders = bg_nbd.Likelihood(repeats, recency, age, counts)((0.6, 4.0, 0.7, 2.5))
        of_amounts = gamma_gamma.Likelihood(repeats, means, counts)((2.5, 3.5, 250.0))
        return [number for value, slopes in (of_orders, of_amounts) for number in (value, *slopes)]

    whole = likelihoods()
    monkeypatch.setattr(numeric, "PIECE", piece)
    numpy.testing.assert_allclose(likelihoods(), whole, rtol=1e-10)


def test_hardly_different_amounts():
    repeats, recency, age, means = made_up(1000)
    near = [None if mean is None else 20 + index % 3 / 1000 for index, mean in enumerate(means)]
    assert lifetime.fit(repeats, recency, age, near) == (None, numeric.UNDETERMINED)


def test_nobody_leaves():
    """With every last purchase just now, nothing says how chances of leaving are spread."""
    repeats, recency, age, _means = made_up(1000)
    recency = [time if times else 0 for times, time in zip(repeats, age, strict=True)]
    assert bg_nbd.fit(repeats, recency, age).reason == numeric.UNDETERMINED


def test_amounts_without_a_mean():
    repeats, recency, age, means = made_up(2000, amounts=(3.0, 0.6, 10.0))
    assert lifetime.fit(repeats, recency, age, means) == (None, numeric.NO_MEAN)


def test_search_that_finds_no_end(monkeypatch, summary):
    monkeypatch.setattr(numeric, "ITERATIONS", 2)
    assert lifetime.fit(*summary) == (None, numeric.NO_CONVERGENCE)


@pytest.mark.parametrize(
    "row", [(-1, 0, 5), (2, 6, 5), (0, 1, 5), (2, 0, 5), (1, -1, 5), (float("nan"), 0, 5), (1, 2, float("inf"))]
)
def test_history_that_cannot_be(row):
    with pytest.raises(ValueError):
        bg_nbd.fit(*([value] for value in row))


def test_columns_of_different_lengths():
    with pytest.raises(ValueError):
        bg_nbd.fit([1, 2], [1.0, 2.0, 3.0], [5.0, 6.0])


@pytest.mark.parametrize("means", [3, 5, 6])
def test_prediction_of_columns_of_different_lengths(monkeypatch, means):
    monkeypatch.setattr(numeric, "PIECE", 2)
    model = lifetime.Model(bg_nbd.Orders(1, 20, 0.5, 3), gamma_gamma.Amounts(4, 3, 200))
    with pytest.raises(ValueError):
        lifetime.predict(model, [1] * 4, [2.0] * 4, [5.0] * 4, [80.0] * means)


# ---- Hold-out


def test_cdnow_is_tracked(histories):
    """The cumulative repeat purchases over 78 weeks, of which the model saw 39.

    The paper plots both (its figure of cumulative repeat transactions) and prints no weekly errors: the bounds are
    what its published parameters give here. What was bought by weeks 20 to 25 is printed in the walkthrough of the R
    package BTYD (cran.r-project.org/package=BTYD, cum.tracking[, 20:25]).
    """
    weeks = holdout.track(PUBLISHED, *holdout.by_day(histories), START, WEEKS)
    assert [week.number for week in weeks] == list(range(1, WEEKS + 1))
    assert [week.actual for week in weeks[19:25]] == [1359, 1414, 1484, 1517, 1573, 1672]
    errors = {week.number: week.expected / week.actual - 1 for week in weeks[1:]}  # in week 1 nobody came back
    # While customers are still coming in, until week 13, and shortly after the model lags behind.
    assert all(-0.23 < errors[week] < -0.04 for week in range(2, 20))
    assert all(abs(errors[week]) < 0.025 for week in range(22, 62))
    assert all(-0.045 < errors[week] < -0.03 for week in range(62, 79))
    assert errors[78] == pytest.approx(-0.04, abs=0.002)


def test_expected_is_the_sum_over_customers(histories):
    weeks = holdout.track(PUBLISHED, *holdout.by_day(histories), START, 20)
    for week in (weeks[0], weeks[9], weeks[19]):
        last = START + timedelta(days=7 * week.number - 1)
        ages = [(last - first).days / 7 for first, _days in histories if first <= last]
        assert week.expected == pytest.approx(bg_nbd.expected(PUBLISHED, ages).sum())
        repeats = sum(rows[0] for rows in holdout.summaries(histories, last))
        assert week.actual == repeats


def test_days_as_numbers():
    histories = [(0, [0, 3, 3, 10]), (8, [8])]
    first_days, repeat_days = holdout.by_day(histories)
    assert (first_days, repeat_days) == ({0: 1, 8: 1}, {3: 1, 10: 1})
    assert [week.actual for week in holdout.track(PUBLISHED, first_days, repeat_days, 0, 3)] == [1, 2, 2]
    assert holdout.summaries(histories, 7) == [(1, 3 / 7, 1.0)]
    with pytest.raises(ValueError):
        holdout.track(PUBLISHED, first_days, repeat_days, 1, 3)


def test_without_customers_nothing_is_expected():
    assert holdout.track(PUBLISHED, {}, {}, 0, 2) == [(1, 0, 0), (2, 0, 0)]


# ---- Without numpy or scipy


@pytest.mark.parametrize("absent", [["numpy"], ["scipy"], ["numpy", "scipy"]])
def test_missing_packages_are_named(monkeypatch, absent):
    for name in absent:
        monkeypatch.setitem(sys.modules, name, None)
    for module in (numeric, bg_nbd, gamma_gamma, holdout, lifetime):
        fresh = importlib.util.module_from_spec(module.__spec__)
        module.__spec__.loader.exec_module(fresh)  # beside the one in use, which stays as it is
    assert not numeric.available()
    assert numeric.missing() == absent
    for call in (
        lambda: lifetime.fit([1], [2], [3], [4]),
        lambda: gamma_gamma.fit([1], [2]),
        lambda: bg_nbd.expected(PUBLISHED, [1]),
        lambda: holdout.track(PUBLISHED, {}, {}, 0, 1),
    ):
        with pytest.raises(numeric.Missing, match=", ".join(absent)) as raised:
            call()
        assert raised.value.packages == tuple(absent)


def test_all_is_installed_here():
    assert numeric.available()
    assert numeric.missing() == []
