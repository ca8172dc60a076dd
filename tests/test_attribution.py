"""How credit is shared over touches, against independent oracles."""

from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st
from odoo.addons.crm_pareto.analytics import attribution

CAMPAIGNS = "ABCDE"
COUNTS = st.integers(1, 30)
SHARES = st.lists(st.floats(0.001, 1), min_size=1, max_size=30).map(lambda parts: [part / sum(parts) for part in parts])
PATHS = st.lists(st.sampled_from(CAMPAIGNS), min_size=1, max_size=6).map(tuple)
JOURNEYS = st.lists(st.tuples(PATHS, st.integers(0, 5), st.integers(0, 5)), min_size=1, max_size=12)


def close(one, other, precision=1e-9):
    return abs(one - other) <= precision


@given(COUNTS)
def test_every_rule_shares_out_exactly_one(count):
    ages = [float(index) for index in range(count)][::-1]
    for shares in (
        attribution.first_touch(count),
        attribution.last_touch(count),
        attribution.linear(count),
        attribution.position_based(count),
        attribution.time_decay(ages, 7),
        attribution.data_driven(["A"] * count, {"A": 0.3}),
    ):
        assert len(shares) == count
        assert close(sum(shares), 1)
        assert sum(attribution.exact(shares, 9)) == 1


def test_first_last_linear_and_position_of_four():
    assert attribution.first_touch(4) == [1, 0, 0, 0]
    assert attribution.last_touch(4) == [0, 0, 0, 1]
    assert attribution.linear(4) == [0.25] * 4
    assert attribution.position_based(4) == [0.4, 0.1, 0.1, 0.4]
    assert attribution.position_based(2) == [0.5, 0.5]
    assert attribution.position_based(1) == [1]


@given(st.lists(st.floats(0, 10_000), min_size=2, max_size=10), st.floats(0.5, 100))
def test_a_half_life_older_is_half_the_credit(ages, half_life):
    shares = attribution.time_decay([*ages, ages[0] + half_life], half_life)
    assert close(shares[-1] * 2, shares[0])


def test_a_half_life_of_zero_is_refused():
    try:
        attribution.time_decay([1, 2], 0)
    except ValueError as error:
        assert "above zero" in str(error)
    else:
        raise AssertionError("taken")


@given(SHARES, st.integers(2, 9))
def test_exact_decimals_are_as_near_as_they_can_be(shares, digits):
    rounded = attribution.exact(shares, digits)
    assert sum(rounded) == 1
    for share, decimal in zip(shares, rounded, strict=True):
        assert abs(decimal - Decimal(share)) < Decimal(10) ** -digits + Decimal("1e-12")


def chance_of_sale(journeys, removed=None):
    """P(sale) by walking the chain until next to nobody is on the way; a step into `removed` is a loss."""
    steps = {}
    for path, sales, losses in journeys:
        states = ["start", *path]
        for state, following in zip(states, states[1:], strict=False):
            steps.setdefault(state, []).append((following, sales + losses))
        steps.setdefault(states[-1], []).extend([(True, sales), (False, losses)])
    here, sold = {"start": 1.0}, 0.0
    for _step in range(20_000):
        following = {}
        for state, share in here.items():
            total = sum(count for _to, count in steps[state])
            for to, count in steps[state]:
                if not total or to is False or to == removed:
                    continue
                if to is True:
                    sold += share * count / total
                else:
                    following[to] = following.get(to, 0) + share * count / total
        here = following
        if sum(here.values()) < 1e-14:
            break
    return sold


@given(JOURNEYS)
def test_removal_effects_are_those_of_the_chain_without_the_campaign(journeys):
    effects = attribution.removal_effects(journeys)
    every = chance_of_sale(journeys)
    assert bool(effects) == bool(every)
    for campaign, effect in effects.items():
        assert close(effect, 1 - chance_of_sale(journeys, campaign) / every), campaign


def test_a_campaign_on_every_way_to_a_sale_has_the_whole_effect():
    effects = attribution.removal_effects([("AB", 1, 0), ("B", 1, 0), ("A", 0, 1)])
    assert close(effects["B"], 1)


def test_without_a_sale_there_is_no_effect():
    assert attribution.removal_effects([("AB", 0, 3)]) == {}
