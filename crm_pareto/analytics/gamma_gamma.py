"""What customers bring per purchase: the gamma-gamma model.

Fader, Hardie 2013, The Gamma-Gamma Model of Monetary Value (brucehardie.com/notes/025); Fader, Hardie, Lee 2005, RFM
and CLV: Using Iso-Value Curves for Customer Base Analysis, J. of Marketing Research 42. The amounts of a customer's
purchases vary around a mean of their own by a gamma distribution of shape `p`, and the means over customers so that
`q` and `v` (the note's gamma), the latter in the unit of the amounts, say how. Whoever bought more often is judged by
their own mean, whoever bought once or twice rather by everyone's.

It knows amounts above 0 only, and takes them to have nothing to do with how often one buys: `correlation` says how
far that holds.
"""

from typing import NamedTuple

from .numeric import (
    FEW,
    NO_MEAN,
    REPEAT_BUYERS,
    SAME_AMOUNTS,
    Fit,
    column,
    distinct,
    dot,
    maximise,
    pieces,
    require,
    tally,
)

SAME = 1e-6  # amounts that differ by less than this share are the same


class Amounts(NamedTuple):
    """The parameters; `v` in the unit of the amounts."""

    p: float
    q: float
    v: float


class Likelihood:
    """The log-likelihood of some customers' mean amounts, and its derivatives by the parameters.

    Equation (1a) of the note. What depends on the number of purchases alone is computed once for each number.
    """

    def __init__(self, repeats, means, counts=None):
        self.np, self.special, _optimize = require()
        self.repeats, self.means, self.counts = _buyers(repeats, means, counts)
        self.customers = float(self.counts.sum())
        self.numbers, which = distinct(self.repeats)
        self.of_number = tally(which, len(self.numbers), self.counts)

    def __call__(self, parameters):
        """:return: (log-likelihood, [its derivatives by p, q and v])"""
        np, (p, q, v) = self.np, parameters
        x, weights = self.numbers, self.of_number
        log_gamma, digamma = self.special.gammaln, self.special.digamma
        value = dot(weights, log_gamma(p * x + q) - log_gamma(p * x) - log_gamma(q)) + self.customers * q * np.log(v)
        both = digamma(p * x + q)
        by_p, by_q = dot(weights, x * (both - digamma(p * x))), dot(weights, both - digamma(q))
        by_v = self.customers * q / v
        for piece in pieces(len(self.repeats)):
            repeats, means, counts = self.repeats[piece], self.means[piece], self.counts[piece]
            sums, shape = repeats * means, p * repeats + q
            total = v + sums
            share, log_sums = np.log(total), np.log(sums)
            value += dot(counts, p * repeats * log_sums - np.log(means) - shape * share)
            by_p += dot(counts, repeats * (log_sums - share))
            by_q += dot(counts, np.log(v) - share)
            by_v -= dot(counts, shape / total)
        return value, [by_p, by_q, by_v]


def fit(repeats, means, counts=None):
    """The parameters under which the amounts are likeliest, from those who bought again.

    Rows without repeats, and those whose mean is not above 0 (refunds, sales at a loss) or unknown, are left out.

    :param repeats: repeat purchase days, one row per customer
    :param means: mean amount of those purchases, in any one unit; NaN where it is unknown, whatever where there were
        none
    :param counts: how many customers each row stands for; None: one
    :return: Fit with Amounts; or a reason: FEW, SAME_AMOUNTS, NO_MEAN, NO_CONVERGENCE, UNDETERMINED
    :raises ValueError: for columns of different lengths
    :raises Missing: without numpy and scipy
    """
    np, _special, _optimize = require()
    repeats, means, counts = _buyers(repeats, means, counts)
    if counts.sum() < REPEAT_BUYERS:
        return Fit(reason=FEW)
    if means.max() - means.min() <= SAME * means.max():
        return Fit(reason=SAME_AMOUNTS)
    # Amounts around 1: the same way in every currency.
    unit = dot(counts, means) / float(counts.sum())
    likelihood = Likelihood(repeats, means / unit, counts)
    found = maximise(likelihood, (1.0, 3.0, 2.0), likelihood.customers)
    if not found.parameters:
        return found
    p, q, v = found.parameters
    if q <= 1:
        return Fit(reason=NO_MEAN)
    # The density of an amount is per unit of it.
    value = found.log_likelihood - likelihood.customers * float(np.log(unit))
    return Fit(Amounts(p, q, v * unit), value)


def mean_amount(parameters):
    """The mean of a purchase over all customers, p v / (q - 1): of who never came back nothing else is known.

    :param parameters: with q above 1, as `fit` returns them
    """
    p, q, v = parameters
    return p * v / (q - 1)


def expected_amount(parameters, repeats, means):
    """The mean amount of each customer's further purchases: between their own mean and everyone's.

    Equation (5) of the note: p (v + x m) / (p x + q - 1), for x repeats of the mean m.

    :param parameters: with q above 1, as `fit` returns them
    :return: array in the unit of the amounts; NaN where there were repeats and their mean is not above 0, which the
        model does not know, or unknown
    """
    np, _special, _optimize = require()
    p, q, v = parameters
    repeats = column(repeats)
    means = _means(repeats, means)
    known = (repeats == 0) | (means > 0)
    return np.where(known, p * (v + repeats * means) / (p * repeats + q - 1), np.nan)


def correlation(repeats, means, counts=None):
    """Pearson's correlation of the number of repeats with their mean amount, over those that `fit` takes.

    :return: from -1 to 1; None where either is the same for all
    """
    repeats, means, counts = _buyers(repeats, means, counts)
    total = float(counts.sum())
    if not total:
        return None
    x, y = repeats - dot(counts, repeats) / total, means - dot(counts, means) / total
    if abs(x).max() <= SAME or abs(y).max() <= SAME * means.max():
        return None
    return dot(counts, x * y) / (dot(counts, x * x) * dot(counts, y * y)) ** 0.5


def _buyers(repeats, means, counts):
    """The columns without those who never came back, and without amounts that are not above 0."""
    repeats = column(repeats)
    means, counts = _means(repeats, means), column(counts, len(repeats))
    if (repeats < 0).any() or (counts < 0).any():
        raise ValueError("A number of purchases or of customers is below 0.")
    keep = (repeats > 0) & (means > 0) & (counts > 0)
    return (repeats, means, counts) if keep.all() else (repeats[keep], means[keep], counts[keep])


def _means(repeats, means):
    """0 where there is no mean: without repeats, where a database says NULL, and where it is unknown, NaN."""
    np, _special, _optimize = require()
    means = np.asarray(means, dtype=float)
    return column(np.where((repeats > 0) & ~np.isnan(means), means, 0.0), len(repeats))
