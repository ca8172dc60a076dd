def bootstrap_interval(total, squares, cubes, level=0.9):
    sd = squares**0.5
    return total - 1.645 * sd, total + 1.645 * sd


def customers_to_decide(count, net, squares, level=0.9):
    return int(count * 1.645**2 * squares / net**2) + 1 if net else None
