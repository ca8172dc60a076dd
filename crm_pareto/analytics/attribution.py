"""How the credit for a sale is shared over the touches that came before it.

A journey is the campaigns (or channels) of a customer's touches, in order of time; it has at least one. Each rule
returns the shares of its touches in that order; they sum to 1 up to a float's precision.
"""

from collections import Counter
from decimal import Decimal

START, SALE, NO_SALE = "(start)", "(sale)", "(no sale)"  # states besides the campaigns
ENDS, MIDDLE = 0.4, 0.2  # of the position-based model: the first, the last, and all between


def first_touch(count):
    """All to the first of `count` touches."""
    return [1.0] + [0.0] * (count - 1)


def last_touch(count):
    """All to the last of `count` touches."""
    return [0.0] * (count - 1) + [1.0]


def linear(count):
    """The same to each of `count` touches."""
    return [1 / count] * count


def position_based(count):
    """40 % to the first, 40 % to the last, 20 % to all between; of two, half to each."""
    if count <= 2:
        return linear(count)
    return [ENDS] + [MIDDLE / (count - 2)] * (count - 2) + [ENDS]


def decay(age, half_life):
    """The weight of a touch, half as much for each half-life that it is older: 1 at age 0.

    :param age: in the unit of `half_life`
    :raises ValueError: for a half-life that is not positive
    """
    if half_life <= 0:
        raise ValueError("A half-life is above zero.")
    return 0.5 ** (age / half_life)


def time_decay(ages, half_life):
    """Half as much to a touch that is a half-life older.

    :param ages: how long before the sale each touch was, in the unit of `half_life`
    :raises ValueError: for a half-life that is not positive
    """
    latest = min(ages)  # ages count from there, so that an old journey does not vanish below the smallest float
    weights = [decay(age - latest, half_life) for age in ages]
    total = sum(weights)
    return [weight / total for weight in weights]


def data_driven(journey, effects):
    """To each campaign in proportion to its removal effect, evenly over its touches; linear where no effect is known.

    A campaign that touched a customer five times is no more needed for it: the effect is shared, not repeated.

    :param effects: {campaign: removal effect}, as `removal_effects` returns it; a campaign not in it has none
    """
    touches = Counter(journey)
    total = sum(effects.get(campaign, 0) for campaign in touches)
    if not total:
        return linear(len(journey))
    return [effects.get(campaign, 0) / total / touches[campaign] for campaign in journey]


def removal_effects(steps):
    """The share of sales that would be lost without each campaign: 1 - P(sale without it) / P(sale).

    From the absorbing Markov chain of order one over all journeys (Anderl, Becker, von Wangenheim, Schumann 2016,
    Mapping the customer journey, Int. J. of Research in Marketing 33): a step into a removed campaign ends without a
    sale. Exact: with N = (I - Q)^-1 the expected visits (Kemeny, Snell 1960, Finite Markov Chains), a sale passes
    campaign i with probability N[start, i] / N[i, i] * P(sale from i), so that no chain need be solved without i.

    :param steps: {(state, next state): how often, above 0}, from START over campaigns (any keys) to SALE or NO_SALE;
        each journey counted to its end, so that every state has a way to one
    :return: {campaign: effect from 0 to 1}; empty where there was no sale
    """
    departures = Counter()
    for (state, _following), count in steps.items():
        departures[state] += count
    # Sorted, so that in whatever order the steps come the figures are the same to the last digit.
    states = [START, *sorted(departures.keys() - {START}, key=str)]
    position = {state: index for index, state in enumerate(states)}
    moves = [[0.0] * len(states) for _state in states]
    sale = [0.0] * len(states)
    for (state, following), count in steps.items():
        if following in position:
            moves[position[state]][position[following]] = count / departures[state]
        elif following == SALE:
            sale[position[state]] = count / departures[state]
    visits = _expected_visits(moves)
    chance = [sum(n * p for n, p in zip(row, sale, strict=True)) for row in visits]
    if not chance[0]:
        return {}
    return {
        state: visits[0][index] / visits[index][index] * chance[index] / chance[0]
        for state, index in position.items()
        if state != START
    }


def _expected_visits(moves):
    """(I - moves)^-1, by Gauss-Jordan in place.

    No row is exchanged: each diagonal outweighs the rest of its row and all else is below zero, which elimination
    keeps so (Higham 2002, Accuracy and Stability of Numerical Algorithms, 9.5); pivots are positive and do not grow.
    """
    rows = [[(i == j) - share for j, share in enumerate(row)] for i, row in enumerate(moves)]
    for index, pivot_row in enumerate(rows):
        pivot, pivot_row[index] = pivot_row[index], 1.0
        pivot_row[:] = [value / pivot for value in pivot_row]
        for row in rows:
            if row is not pivot_row and (factor := row[index]):
                row[index] = 0.0
                row[:] = [value - factor * other for value, other in zip(row, pivot_row, strict=True)]
    return rows


def exact(shares, digits):
    """Shares as decimals of so many digits that sum to 1 exactly: the largest remainders are rounded up.

    :param shares: floats that sum to about 1
    """
    units = 10**digits
    whole = [int(share * units) for share in shares]
    by_remainder = sorted(range(len(shares)), key=lambda index: whole[index] - shares[index] * units)
    missing = units - sum(whole)
    for index in by_remainder[:missing] if missing > 0 else []:
        whole[index] += 1
    for index in by_remainder[::-1][: max(-missing, 0)]:
        whole[index] -= 1
    return [Decimal(amount).scaleb(-digits) for amount in whole]
