"""What is bought together, by mlxtend's association rules."""

import pandas
from mlxtend.frequent_patterns import association_rules, fpgrowth

ROUNDING = 1e-9  # mlxtend divides shares by shares: 1 may come out as a little more, 2 of 5 as a little less than 0.4


def pairs(baskets, support, confidence, fewest):
    """The pairs of products that are bought together more often than by chance.

    :param baskets: sets of products, one a customer, none empty
    :param support, confidence: the least of each, as shares
    :param fewest: the least customers who bought both
    :return: {(product, suggested product): (support, confidence, lift)}
    """
    if not baskets:
        return {}
    products = sorted(set().union(*baskets))
    table = pandas.DataFrame([[product in basket for product in products] for basket in baskets], columns=products)
    least = max(support, fewest / len(baskets)) - ROUNDING
    frequent = fpgrowth(table, min_support=least, use_colnames=True, max_len=2)
    if frequent.empty:
        return {}
    rules = association_rules(frequent, metric="confidence", min_threshold=confidence - ROUNDING)
    found = {}
    for rule in rules.itertuples():
        (product,), (suggested,) = rule.antecedents, rule.consequents
        if rule.lift > 1 + ROUNDING:
            found[product, suggested] = (rule.support, rule.confidence, rule.lift)
    return found
