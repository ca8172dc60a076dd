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

from .numeric import FEW, REPEAT_BUYERS, Fit, column, maximise, require

NUDGE = 1e-6  # where a formula is 0 / 0 it is taken so far beside; it moves the result by about as much


class Orders(NamedTuple):
    """The parameters; `alpha` in the unit of time that the model was fitted in."""

    r: float
    alpha: float
    a: float
    b: float


class Likelihood:
    """The log-likelihood of some customers, and its derivatives by the parameters.

    The paper's equation (6) in the form of its section 7.1, here with the logarithm of A3 + A4 written so that neither
    is ever too large or too small for a float. What depends on the number of repeats alone is computed once for each
    number.
    """

    def __init__(self, repeats, recency, age, counts=None):
        """:raises ValueError: for columns of different lengths or a history that cannot be"""
        self.np, self.special, _optimize = require()
        repeats, recency, age, counts = _columns(repeats, recency, age, counts)
        keep = counts > 0
        repeats, recency, age, counts = repeats[keep], recency[keep], age[keep], counts[keep]
        self.customers, self.repeat_buyers = float(counts.sum()), float(counts[repeats > 0].sum())
        self.mean_age = float((counts * age).sum() / self.customers) if self.customers else 0.0
        numbers, which = self.np.unique(repeats, return_inverse=True)
        self.numbers, self.of_number = numbers, self.np.bincount(which, counts, len(numbers))
        # Who never came back is known by age alone.
        ages, which = self.np.unique(age[repeats == 0], return_inverse=True)
        self.single_age, self.single = ages, self.np.bincount(which, counts[repeats == 0], len(ages))
        back = repeats > 0
        self.repeats, self.recency, self.age, self.counts = repeats[back], recency[back], age[back], counts[back]

    def __call__(self, parameters):
        """:return: (log-likelihood, [its derivatives by r, alpha, a and b])"""
        np, (r, alpha, a, b) = self.np, parameters
        by_number, gradient_by_number = self._by_number(r, a, b)
        single_end, end, last = alpha + self.single_age, alpha + self.age, alpha + self.recency
        single_log, end_log = np.log(single_end / alpha), np.log(end / alpha)
        silence, order = np.log(end / last), r + self.repeats
        odds = np.log(a / (b + self.repeats - 1)) + order * silence  # of having left, logarithm
        left = self.special.expit(odds) * self.counts
        value = (
            by_number
            - self.repeats @ self.counts * np.log(alpha)
            - r * (self.single @ single_log)
            - self.counts @ (order * end_log - np.logaddexp(0, odds))
        )
        by_r = gradient_by_number[0] - self.single @ single_log - self.counts @ end_log + left @ silence
        by_alpha = (
            self.customers * r / alpha
            - r * (self.single @ (1 / single_end))
            - (self.counts - left) @ (order / end)
            - left @ (order / last)
        )
        by_a = gradient_by_number[1] + left.sum() / a
        by_b = gradient_by_number[2] - left @ (1 / (b + self.repeats - 1))
        return value, [by_r, by_alpha, by_a, by_b]

    def _by_number(self, r, a, b):
        """The terms of the number of repeats alone: their sum, and its derivatives by r, a and b."""
        log_gamma, digamma = self.special.gammaln, self.special.digamma
        x, weights = self.numbers, self.of_number
        value = log_gamma(r + x) - log_gamma(r) + log_gamma(b + x) - log_gamma(b) + log_gamma(a + b)
        value -= log_gamma(a + b + x)
        both = digamma(a + b) - digamma(a + b + x)
        by_r, by_b = digamma(r + x) - digamma(r), both + digamma(b + x) - digamma(b)
        return weights @ value, [weights @ by_r, weights @ both, weights @ by_b]


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

    Fader, Hardie, Lee 2008, Computing P(alive) Using the BG/NBD Model, equation (2) of the note.

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
