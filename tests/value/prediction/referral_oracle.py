"""What each referrer brought, worked out a second way: breadth-first search in plain Python."""

from collections import defaultdict, deque
from fractions import Fraction
from math import floor


def links(partners):
    """{(referrer, referred)} among commercial partners, from contacts that say who referred them."""
    pairs = {
        (partner.pareto_referred_by_id.commercial_partner_id, partner.commercial_partner_id) for partner in partners
    }
    return {(referrer, referred) for referrer, referred in pairs if referrer and referrer != referred}


def fewest_steps(pairs, most):
    """{referrer: {referred: fewest steps}}, up to `most`."""
    brought = defaultdict(set)
    for referrer, referred in pairs:
        brought[referrer].add(referred)
    return {start: _from(start, brought, most) for start in brought}


def _from(start, brought, most):
    steps, queue = {start: 0}, deque([start])
    while queue:
        one = queue.popleft()
        for other in brought.get(one, ()):
            if other not in steps and steps[one] < most:
                steps[other] = steps[one] + 1
                queue.append(other)
    del steps[start]
    return steps


def influence(pairs, values, most=40):
    """{referrer: (customers referred directly, what counts for it)}; only referrers who brought a customer.

    :param values: {customer: Fraction}
    """
    found = {}
    for referrer, steps in fewest_steps(pairs, most).items():
        customers = {customer: count for customer, count in steps.items() if customer in values}
        if customers:
            total = sum(values[customer] * Fraction(1, 2**count) for customer, count in customers.items())
            found[referrer] = (list(customers.values()).count(1), cents(total))
    return found


def cents(amount):
    """Rounded to cents, half a cent away from zero."""
    return (1 if amount >= 0 else -1) * floor(abs(amount) * 100 + Fraction(1, 2)) / 100
