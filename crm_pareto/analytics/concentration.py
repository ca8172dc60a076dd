"""How unequally a total is spread: the figures beside a Pareto chart."""


def gini(count, total, rank_weighted):
    """The Gini coefficient of `count` positive values: 0 where all are equal, near 1 where one has it all.

    From values ranked in descending order, so that a database can sum them in one pass:
    G = (n + 1) / n - 2 * sum(rank * value) / (n * total), which is the usual formula over the
    ascending order (Sen 1973, On Economic Inequality) with n + 1 - rank for the position.

    :param rank_weighted: sum of rank times value, rank 1 being the largest
    :return: None where there is nothing to spread
    """
    if count == 0 or total <= 0:
        return None
    return (count + 1) / count - 2 * rank_weighted / (count * total)


def cumulative(buckets, total):
    """The running sums of the buckets as shares of `total`.

    :param buckets: sums, in the order of the ranking
    :return: as many shares; above 1 and falling back where later values are negative, all 0 without a total
    """
    shares, running = [], 0
    for amount in buckets:
        running += amount
        shares.append(running / total if total else 0)
    return shares
