"""What to do with a campaign, from what it cost and how surely it came back."""

from math import exp

MORE, HOLD, LESS, TEST = "more", "hold", "less", "test"

# Why: one of these comes with each advice.
EARNS = "earns"  # more
NO_COST, MATURING, UNKNOWN = "no_cost", "maturing", "unknown"  # hold
LOSES, NO_SALES = "loses", "no_sales"  # less
FEW, MODELS_DISAGREE, UNCERTAIN = "few", "models_disagree", "uncertain"  # test

MINIMUM = 10  # customers: with fewer, the spread among them says little of those who may come
CHANCE = 0.05  # at which so few customers are no accident; as at either end of an interval of 90 %


def advise(cost, models, customers, average_margin, mature=None, uncosted=False):
    """Whether to spend more on a campaign, hold, spend less, or find out by a test.

    No model of attribution is the true one, so more and less are said only where all of them say it. Less is said of
    what was spent longer ago than sales take: of the rest, some may still come.

    :param cost: spent on the campaign; None or 0 where nothing is known
    :param models: (ROI, low, high) by each model of attribution: return on investment (margin / cost - 1) and the
        ends of its interval; None where no margin is known
    :param customers: how many were credited to the campaign, by whichever model
    :param average_margin: of a sale of the company, in the currency of `cost`; None where there is none
    :param mature: the same of what was spent longer ago than sales take: (cost, models, customers); None where that is
        all of it
    :param uncosted: whether there are sales whose cost nobody knows: the margin is more than what is known of it, so
        that a loss cannot be told
    :return: (advice, reason), of the constants above
    """
    if not cost or cost < 0:
        return HOLD, NO_COST
    if any(roi is None for roi, _low, _high in models):
        return HOLD, UNKNOWN
    if uncosted and not all(low > 0 for _roi, low, _high in models):
        return HOLD, UNKNOWN
    if all(high < 0 for _roi, _low, high in models):
        if mature:
            return _advise_maturing(cost, *mature, average_margin)
        if customers >= MINIMUM or _chance(customers, cost, average_margin) <= CHANCE:
            return LESS, LOSES if customers else NO_SALES
    if customers < MINIMUM:
        return TEST, FEW
    if all(low > 0 for _roi, low, _high in models):
        return MORE, EARNS
    if any(roi > 0 for roi, _low, _high in models) and any(roi < 0 for roi, _low, _high in models):
        return TEST, MODELS_DISAGREE
    return TEST, UNCERTAIN


def _advise_maturing(cost, mature_cost, models, customers, average_margin):
    """As `advise`, of a campaign that loses so far; too few to tell only where most of the cost has had its time."""
    if mature_cost > 0:
        counsel = advise(mature_cost, models, customers, average_margin)
        if counsel[0] == LESS or counsel == (TEST, FEW) and mature_cost >= cost / 2:
            return counsel
    return HOLD, MATURING


def _chance(customers, cost, average_margin):
    """The chance of so few customers or fewer, had the campaign brought in its cost by average sales.

    Poisson; for none at all the rule of three: below 5 % from three expected sales on (Hanley, Lippman-Hand 1983, If
    nothing goes wrong, is everything all right?, JAMA 249).
    """
    if not average_margin or average_margin < 0:
        return 1.0
    expected = cost / average_margin
    term = chance = exp(-expected)
    for number in range(1, customers + 1):
        term *= expected / number
        chance += term
    return chance
