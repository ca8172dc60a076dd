"""What customers will be worth: how often they will buy again (bg_nbd) times what they bring each time (gamma_gamma).

    model, why = fit(repeats, recency, age, means)
    if model:
        worth = predict(model, repeats, recency, age, means)

Columns of one length, a customer a row, of one company and so of one currency; time in weeks (days / 7): `repeats`,
days on which they bought after the first one; `recency`, from the first purchase day to the last; `age`, from the
first purchase day until now; `means`, mean margin of the repeat purchase days, None or NaN without repeats.

Whether numpy and scipy are there: numeric.available() and numeric.missing(); without, all raise numeric.Missing.
"""

from typing import NamedTuple

from . import bg_nbd, gamma_gamma
from .numeric import require

WEEKS_PER_YEAR = 365.25 / 7
DISCOUNT = 0.1  # a year; an assumption
NODES = 4  # of the integral over time: over a year six digits are right


class Model(NamedTuple):
    """What is known of a company's customers."""

    orders: bg_nbd.Orders
    amounts: gamma_gamma.Amounts


class Worth(NamedTuple):
    """Arrays, a customer an element; NaN where the amounts of a customer are none that the model knows."""

    alive: object  # chance that they have not left, 0 to 1
    orders: object  # purchases expected within the time
    amount: object  # margin expected of each
    value: object  # margin expected within the time, worth today


def fit(repeats, recency, age, means, counts=None):
    """Learn from the customers' histories.

    :param repeats, recency, age, means: as the module says
    :param counts: how many customers each row stands for; None: one
    :return: (Model, None), or (None, reason) with a reason of `numeric`, the first one that there is: there is never
        half a model
    :raises ValueError: for columns of different lengths or a history that cannot be
    :raises Missing: without numpy and scipy
    """
    orders = bg_nbd.fit(repeats, recency, age, counts)
    if orders.reason:
        return None, orders.reason
    amounts = gamma_gamma.fit(repeats, means, counts)
    if amounts.reason:
        return None, amounts.reason
    return Model(orders.parameters, amounts.parameters), None


def predict(model, repeats, recency, age, means, weeks=WEEKS_PER_YEAR, discount=DISCOUNT):
    """What each customer will do and be worth within the time from now.

    A customer takes a dozen intermediate results: very many are to be handed over in numeric.pieces.

    :param repeats, recency, age, means: as the module says; of any customers, also such as were not learnt from
    :param weeks: how long
    :param discount: share a year
    :return: Worth
    :raises ValueError: for columns of different lengths or a history that cannot be
    :raises Missing: without numpy and scipy
    """
    amount = gamma_gamma.expected_amount(model.amounts, repeats, means)
    orders, discounted = discounted_orders(model.orders, repeats, recency, age, weeks, discount)
    return Worth(bg_nbd.alive(model.orders, repeats, recency, age), orders, amount, amount * discounted)


def discounted_orders(parameters, repeats, recency, age, weeks=WEEKS_PER_YEAR, discount=DISCOUNT):
    """How many purchases each customer will make within the time, also as worth today.

    A purchase at time s counts exp(-d s), d = ln(1 + discount) a year: with E(s) the purchases expected up to s,

        integral of exp(-d s) dE(s) from 0 to H  =  exp(-d H) E(H) + d * integral of exp(-d s) E(s) ds from 0 to H,

    by parts, which leaves a smooth function to integrate (Gauss-Legendre). It is what Fader, Hardie, Lee 2005 (RFM and
    CLV) discount, there for the Pareto/NBD model and without an end; a sum over months, each discounted as a whole, is
    an approximation of it.

    :param parameters: bg_nbd.Orders, `alpha` in weeks
    :return: (purchases, discounted purchases), arrays
    """
    np, _special, _optimize = require()
    rate = np.log1p(discount) / WEEKS_PER_YEAR
    points, weights = np.polynomial.legendre.leggauss(NODES)
    orders = bg_nbd.expected_next(parameters, repeats, recency, age, weeks)
    discounted = np.exp(-rate * weeks) * orders
    if rate:
        # In the square root of time, of which E is smoother where many buy soon.
        for root, weight in zip((points + 1) / 2, weights / 2, strict=True):
            time = weeks * root**2
            so_far = bg_nbd.expected_next(parameters, repeats, recency, age, time)
            discounted += rate * weeks * 2 * root * weight * np.exp(-rate * time) * so_far
    return orders, discounted
