"""How sure a sum over customers is, from three sums that a database can make in one pass."""

from math import ceil, sqrt
from statistics import NormalDist


def bootstrap_interval(total, squares, cubes, level=0.9):
    """The interval that a sum over customers has under the Poisson bootstrap, without drawing a sample.

    Each customer counts Poisson(1) times, independently (Hanley, MacGibbon 2006, Creating non-parametric bootstrap
    samples using Poisson frequencies; Chamandy, Muralidharan, Najmi, Naidu 2012, Estimating Uncertainty for Massive
    Data Streams). The k-th cumulant of that sum is exactly the sum of the customers' k-th powers, and its quantiles
    follow by the Cornish-Fisher expansion to the second order in skewness (Hall 1992, The Bootstrap and Edgeworth
    Expansion, 2.5). The expansion's term in kurtosis is left out: that of this sum is at most 1, which moves an end by
    no more than 0.021 standard deviations at a level of 0.9 (0.07 at 0.95, 0.4 at 0.99).

    The skewness of this sum is between -1 and 1, whatever the customers, so the ends are in order: at the levels
    given, the total lies between them.

    :param total: sum of the customers' values, in any unit
    :param squares: sum of their squares
    :param cubes: sum of their cubes
    :param level: how often the interval covers the sum, from 0.5 to 0.99; what is left is half below, half above
    :return: (low, high) in the unit of `total`
    """
    if not squares:
        return total, total
    z, deviation = NormalDist().inv_cdf((1 + level) / 2), sqrt(squares)
    skewness = cubes / squares / deviation
    lean = (z * z - 1) * skewness / 6  # the same way at both ends
    spread = z - (2 * z**3 - 5 * z) * skewness**2 / 36
    return total + deviation * (lean - spread), total + deviation * (lean + spread)


def customers_to_decide(count, net, squares, level=0.9):
    """How many customers in all it takes until the interval of what is left after cost excludes zero.

    Supposes that further customers bring the same on average, differ as much, and cost as much to win: then what is
    left grows with their number and its standard deviation with the root of it. At so many customers skewness no
    longer matters; the normal quantile is used.

    :param count: customers so far
    :param net: what they brought less what they cost
    :param squares: sum of the squares of what each brought
    :param level: of the interval, as in `bootstrap_interval`
    :return: whole customers, at most `count` where it excludes zero already; None where nothing is left or lost
    """
    if not net:
        return None
    return ceil(count * (NormalDist().inv_cdf((1 + level) / 2) / net) ** 2 * squares)
