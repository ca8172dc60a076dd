"""What is bought together, by mlxtend's association rules."""

import pandas
from mlxtend.frequent_patterns import association_rules, fpgrowth


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
    frequent = fpgrowth(table, min_support=max(support, fewest / len(baskets)), use_colnames=True, max_len=2)
    if frequent.empty:
        return {}
    rules = association_rules(frequent, metric="confidence", min_threshold=confidence)
    found = {}
    for rule in rules.itertuples():
        (product,), (suggested,) = rule.antecedents, rule.consequents
        if rule.lift > 1 + 1e-9:  # worked out from shares: 1 may come out as a little more
            found[product, suggested] = (rule.support, rule.confidence, rule.lift)
    return found
