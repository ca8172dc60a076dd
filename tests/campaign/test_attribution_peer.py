"""Attribution on the example data of the package channelattribution, against that package."""

import logging
from collections import Counter
from importlib import resources
from math import sqrt

import pytest
from odoo.addons.crm_pareto.analytics import attribution

from .test_attribution import counted

# Where it builds its cache of fonts for more than five seconds, it warns, and a warning fails the run.
logging.getLogger("matplotlib").setLevel(logging.ERROR)
peer = pytest.importorskip("ChannelAttribution", reason="no C++ compiler to build channelattribution with")
pandas = pytest.importorskip("pandas")

RULES = {
    "first_touch": attribution.first_touch,
    "last_touch": attribution.last_touch,
    "linear_touch": attribution.linear,
}
SIMULATED, FOLDS = 4_000_000, 10  # journeys in all; the peer answers with the result of one fold
CONVERGENCE = 0.01  # of all sales: the sum over channels of what any fold's credit is off the folds' median
STANDARD_ERRORS = 5


@pytest.fixture(scope="module")
def data():
    return pandas.read_csv(resources.files("cypack") / "data/Data.csv", sep=";")


@pytest.fixture(scope="module")
def journeys(data):
    """(channels in order, sales, their turnover, journeys without a sale)"""
    rows = data.itertuples(index=False)
    return [([name.strip() for name in path.split(">")], *numbers) for path, *numbers in rows]


def credited(journeys, rule, weight):
    """{channel: credit} by a rule of ours, each journey counting `weight` (its place in the tuple) times."""
    credit = Counter()
    for journey in journeys:
        for channel, share in zip(journey[0], rule(len(journey[0])), strict=True):
            credit[channel] += share * journey[weight]
    return credit


@pytest.mark.parametrize("rule", RULES)
@pytest.mark.parametrize(("of", "weight"), [("conversions", 1), ("value", 2)])
def test_credit_of_a_rule_agrees_per_channel(data, journeys, rule, of, weight):
    assert len(journeys) == 10_000
    table = peer.heuristic_models(data, "path", "total_conversions", "total_conversion_value", flg_pro=False)
    theirs = dict(zip(table["channel_name"], table[f"{rule}_{of}"], strict=True))
    assert credited(journeys, RULES[rule], weight) == pytest.approx(theirs, rel=0, abs=1e-6)


def test_markov_credit_agrees_as_far_as_the_peers_simulation_has_converged(data, journeys):
    steps = counted([(path, sales, losses) for path, sales, _turnover, losses in journeys])
    effects = attribution.removal_effects(steps)
    sales = sum(journey[1] for journey in journeys)
    credit = {channel: sales * effect / sum(effects.values()) for channel, effect in effects.items()}
    options = {"nsim_start": SIMULATED, "nfold": FOLDS, "conv_par": CONVERGENCE, "seed": 1}
    options |= {"max_step": 10**6}  # as good as none: the exact chain walks on until the journey ends
    table = peer.markov_model(
        data, "path", "total_conversions", var_null="total_null", **options, verbose=False, flg_pro=False
    )
    theirs = dict(zip(table["channel_name"], table["total_conversions"], strict=True))
    assert theirs.keys() == credit.keys()
    off = {channel: abs(theirs[channel] - credit[channel]) for channel in credit}
    assert sum(off.values()) / sales <= CONVERGENCE
    sale_share = sales / sum(sold + lost for _path, sold, _turnover, lost in journeys)
    for channel, effect in effects.items():
        passing = SIMULATED / FOLDS * sale_share * effect  # simulated sales that passed the channel, on average
        assert off[channel] / credit[channel] <= STANDARD_ERRORS / sqrt(passing), channel
