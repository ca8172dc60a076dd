"""How often customers will buy again: the BG/NBD model.

Fader, Hardie, Lee 2005, "Counting Your Customers" the Easy Way: An Alternative to the Pareto/NBD Model, Marketing
Science 24, 275-284. While a customer stays, purchases come at random at a rate of their own; after each repeat purchase
they leave with a chance of their own. The rates are spread over customers by a gamma distribution (shape `r`, and
`alpha` in units of time), the chances by a beta distribution (`a`, `b`).

All that the model needs to know of a customer, in any one unit of time:
`repeats`, on how many days they bought after the first one; `recency`, the time from the first purchase day to the
last, 0 without repeats; `age`, the time from the first purchase day until now. Customers with the same three may be
grouped: `counts` says how many each row stands for. Refunds are no purchases.
"""

from typing import NamedTuple

from .numeric import FEW, REPEAT_BUYERS, Fit, column, distinct, dot, maximise, pieces, places, require, tally

NUDGE = 1e-6  # where a formula is 0 / 0 it is taken so far beside; it moves the result by about as much


class Orders(NamedTuple):
    """The parameters; `alpha` in the unit of time that the model was fitted in."""

    r: float
    alpha: float
    a: float
    b: float


class Likelihood:
    """The log-likelihood of some customers, and its derivatives by the parameters.

    The paper's equation (6), A1 A2 (A3 + A4) in the authors' spreadsheet for it (Implementing the BG/NBD Model for
    Customer Base Analysis in Excel, brucehardie.com/notes/004), with the logarithm of A3 + A4 as that of A3 plus
    log(1 + exp(odds)), which neither overflows nor vanishes. Days and numbers of repeats are few and customers many:
    what depends on one of them alone is computed once for each.
    """

    def __init__(self, repeats, recency, age, counts=None):
        """:raises ValueError: for columns of different lengths or a history that cannot be"""
        self.np, self.special, _optimize = require()
        np = self.np
        repeats, recency, age, counts = _columns(repeats, recency, age, counts)
        keep = counts > 0
        if not keep.all():
            repeats, recency, age, counts = repeats[keep], recency[keep], age[keep], counts[keep]
        self.customers = float(counts.sum())
        self.mean_age = dot(counts, age) / self.customers if self.customers else 0.0
        back = repeats > 0
        self.repeats, self.counts = repeats[back], counts[back]
        self.repeat_buyers = float(self.counts.sum())
        self.numbers, number = distinct(repeats)
        self.number, self.of_number = number[back], tally(number, len(self.numbers), counts)
        self.times = np.union1d(np.unique(age), np.unique(recency))
        at_age = places(self.times, age)
        self.at_age, self.at_recency = at_age[back], places(self.times, recency[back])
        self.customers_of_age = tally(at_age, len(self.times), counts)
        self.repeats_of_age = tally(at_age, len(self.times), counts, repeats)

    def __call__(self, parameters):
        """:return: (log-likelihood, [its derivatives by r, alpha, a and b])"""
        np, (r, alpha, a, b) = self.np, parameters
        value, (by_r, by_a, by_b) = self._by_number(r, a, b)
        # Had all of them stayed: gamma-distributed rates over their ages.
        log_time, per_time = np.log(alpha + self.times), 1 / (alpha + self.times)
        of_age = r * self.customers_of_age + self.repeats_of_age
        value += self.customers * r * np.log(alpha) - dot(of_age, log_time)
        by_r += self.customers * np.log(alpha) - dot(self.customers_of_age, log_time)
        by_alpha = self.customers * r / alpha - dot(of_age, per_time)
        before_last = b + np.maximum(self.numbers, 1) - 1
        log_odds, per_last = np.log(a / before_last), 1 / before_last
        for piece in pieces(len(self.repeats)):
            # That they left after their last purchase, if there was a repeat; `odds` is the logarithm of odds.
            repeats, counts, number = self.repeats[piece], self.counts[piece], self.number[piece]
            at_age, at_recency = self.at_age[piece], self.at_recency[piece]
            silence, order = log_time[at_age] - log_time[at_recency], r + repeats
            odds = order * silence + log_odds[number]
            small = np.exp(-abs(odds))
            left = counts * np.where(odds > 0, 1.0, small) / (1 + small)
            value += dot(counts, np.maximum(odds, 0) + np.log1p(small))
            by_r += dot(left, silence)
            by_alpha += dot(left, order * (per_time[at_age] - per_time[at_recency]))
            by_a += float(left.sum()) / a
            by_b -= dot(left, per_last[number])
        return value, [by_r, by_alpha, by_a, by_b]

    def _by_number(self, r, a, b):
        """The terms of the number of repeats alone: their sum, and its derivatives by r, a and b."""
        log_gamma, digamma = self.special.gammaln, self.special.digamma
        x, weights = self.numbers, self.of_number
        value = log_gamma(r + x) - log_gamma(r) + log_gamma(b + x) - log_gamma(b) + log_gamma(a + b)
        value -= log_gamma(a + b + x)
        by_r, both = digamma(r + x) - digamma(r), digamma(a + b) - digamma(a + b + x)
        by_b = both + digamma(b + x) - digamma(b)
        return dot(weights, value), [dot(weights, derivative) for derivative in (by_r, both, by_b)]


def fit(repeats, recency, age, counts=None):
    """The parameters under which what the customers did is likeliest.

    :param repeats, recency, age, counts: columns of one length, as the module says; `counts` None: each row is one
        customer
    :return: Fit with Orders, `alpha` in the unit of `age`; or a reason: FEW, NO_CONVERGENCE, UNDETERMINED
    :raises ValueError: for columns of different lengths or a history that cannot be
    :raises Missing: without numpy and scipy
    """
    likelihood = Likelihood(repeats, recency, age, counts)
    if likelihood.repeat_buyers < REPEAT_BUYERS:
        return Fit(reason=FEW)
    # From a start that moves with the unit of time, so that the way is the same in days and in weeks.
    found = maximise(likelihood, (1.0, likelihood.mean_age, 1.0, 1.0), likelihood.customers)
    return found._replace(parameters=Orders(*found.parameters)) if found.parameters else found


def alive(parameters, repeats, recency, age):
    """The chance that each customer has not left; 1 for who never came back, as the model lets them leave only then.

    Fader, Hardie, Lee 2008, Computing P(alive) Using the BG/NBD Model, brucehardie.com/notes/021.

    :return: array, from 0 to 1
    """
    np, special, _optimize = require()
    r, alpha, a, b = parameters
    repeats, recency, age, _counts = _columns(repeats, recency, age)
    odds = (
        (r + repeats) * np.log((alpha + age) / (alpha + recency)) + np.log(a) - np.log(b + np.maximum(repeats, 1) - 1)
    )
    return np.where(repeats > 0, special.expit(-odds), 1.0)


def expected(parameters, time):
    """How many repeat purchases a new customer makes on average up to each time after the first one.

    Equation (9) of the paper.

    :param time: in the unit of `alpha`, at least 0
    :return: array
    """
    return _while_here(*parameters, column(time))


def expected_next(parameters, repeats, recency, age, time):
    """How many purchases each customer makes on average in the `time` from now.

    Equation (10) of the paper, as what it is: the chance of being there still, times what a new customer would do
    whose rate and chance of leaving are spread as they are after such a history, the gamma distribution with
    r + repeats and alpha + age, the beta distribution with a and b + repeats.

    :param time: in the unit of `alpha`; one for all, at least 0
    :return: array
    """
    r, alpha, a, b = parameters
    repeats, recency, age, _counts = _columns(repeats, recency, age)
    here = alive(parameters, repeats, recency, age)
    return here * _while_here(r + repeats, alpha + age, a, b + repeats, time)


def _while_here(r, alpha, a, b, time):
    """The paper's equation (9), by Euler's transformation of its hypergeometric function.

    (1 - z)^r 2F1(r, b; c; z) = (1 - z)^(a - 1) 2F1(a - 1, a + b - 1 - r; c; z) with c = a + b - 1, z = time / (alpha +
    time), Abramowitz, Stegun 1964, 15.3.3: where the one factor overflows and the other vanishes, from some hundred
    repeats on, these stay near 1. At a = 1 and at c = 0 the formula is 0 / 0 though its limit is finite.
    """
    np, special, _optimize = require()
    a = a + NUDGE if abs(a - 1) < NUDGE else a
    c = a + b - 1
    c = np.where(abs(c) < NUDGE, NUDGE, c)
    z = time / (alpha + time)
    return c / (a - 1) * (1 - (1 - z) ** (a - 1) * special.hyp2f1(a - 1, c - r, c, z))


def _columns(repeats, recency, age, counts=None):
    repeats = column(repeats)
    recency, age, counts = column(recency, len(repeats)), column(age, len(repeats)), column(counts, len(repeats))
    if (repeats < 0).any() or (recency < 0).any() or (recency > age).any() or (counts < 0).any():
        raise ValueError("A history has 0 ≤ repeats, 0 ≤ recency ≤ age, 0 ≤ count.")
    if ((repeats == 0) != (recency == 0)).any():
        raise ValueError("Recency is 0 without repeat purchases, and only then.")
    return repeats, recency, age, counts
