"""How credit is shared over touches, against independent oracles."""

from collections import Counter
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from odoo.addons.crm_pareto.analytics import attribution
from odoo.addons.crm_pareto.analytics.attribution import NO_SALE, SALE, START

CAMPAIGNS = "ABCDE"
SHARES = st.lists(st.floats(0.001, 1), min_size=1, max_size=30).map(lambda parts: [part / sum(parts) for part in parts])
COUNTS = st.integers(1, 30)
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
    with pytest.raises(ValueError, match="above zero"):
        attribution.time_decay([1, 2], 0)


def test_a_campaigns_effect_is_shared_over_its_touches():
    assert attribution.data_driven("ABAC", {"A": 0.6, "B": 0.2, "C": 0.2}) == pytest.approx([0.3, 0.2, 0.3, 0.2])


@given(PATHS, st.dictionaries(st.sampled_from(CAMPAIGNS), st.floats(0.01, 1), min_size=1))
def test_a_campaigns_credit_is_in_proportion_to_its_effect_however_often_it_touched(journey, effects):
    credit = Counter()
    for campaign, share in zip(journey, attribution.data_driven(journey, effects), strict=True):
        credit[campaign] += share
    known = {campaign: effects[campaign] for campaign in set(journey) & set(effects)}
    for campaign in known:
        assert close(credit[campaign], known[campaign] / sum(known.values()))
    assert not known or close(sum(credit[campaign] for campaign in known), 1)


def test_without_a_known_effect_credit_is_linear():
    assert attribution.data_driven("ABA", {"A": 0.0, "C": 0.5}) == attribution.linear(3)


def counted(journeys):
    """The steps of journeys.

    :param journeys: (campaigns in order, how many ended with a sale, how many without)
    """
    steps = Counter()
    for path, sales, losses in journeys:
        for step in zip([START, *path], path, strict=False):
            steps[step] += sales + losses
        steps[path[-1], SALE] += sales
        steps[path[-1], NO_SALE] += losses
    return +steps  # without those that nobody went


def chance_of_sale(steps, removed=None):
    """P(sale) by walking the chain until next to nobody is on the way; a step into `removed` is a loss."""
    departures = Counter()
    for (state, _following), count in steps.items():
        departures[state] += count
    here, sold = {START: 1.0}, 0.0
    while sum(here.values()) > 1e-14:
        there = Counter()
        for (state, following), count in steps.items():
            if following not in (removed, NO_SALE) and here.get(state):
                there[following] += here[state] * count / departures[state]
        sold += there.pop(SALE, 0)
        here = there
    return sold


@given(JOURNEYS)
def test_removal_effects_are_those_of_the_chain_without_the_campaign(journeys):
    steps = counted(journeys)
    effects = attribution.removal_effects(steps)
    every = chance_of_sale(steps)
    assert effects.keys() == ({campaign for campaign, _following in steps} - {START} if every else set())
    for campaign, effect in effects.items():
        assert close(effect, 1 - chance_of_sale(steps, campaign) / every), campaign


@given(JOURNEYS, st.randoms())
def test_in_whatever_order_steps_come_the_figures_are_the_same(journeys, random):
    steps = list(counted(journeys).items())
    effects = attribution.removal_effects(dict(steps))
    random.shuffle(steps)
    assert attribution.removal_effects(dict(steps)) == effects


def test_a_campaign_on_every_way_to_a_sale_has_the_whole_effect():
    effects = attribution.removal_effects(counted([("AB", 1, 0), ("B", 1, 0), ("A", 0, 1)]))
    assert close(effects["B"], 1)


def test_campaigns_may_be_numbers():
    effects = attribution.removal_effects({(START, 7): 1, (START, 8): 1, (7, SALE): 1, (8, SALE): 1})
    assert effects == {7: 0.5, 8: 0.5}


def test_without_a_sale_there_is_no_effect():
    assert attribution.removal_effects(counted([("AB", 0, 3)])) == {}


@given(SHARES, st.integers(2, 12))
def test_exact_decimals_sum_to_one_and_are_as_near_as_they_can_be(shares, digits):
    rounded = attribution.exact(shares, digits)
    assert sum(rounded) == 1
    for share, decimal in zip(shares, rounded, strict=True):
        assert abs(decimal - Decimal(share)) < Decimal(10) ** -digits + Decimal("1e-12")
