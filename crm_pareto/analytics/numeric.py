"""numpy and scipy, which are optional, and the search for the parameters of a model."""

import math
from importlib import import_module
from typing import NamedTuple

PACKAGES = ("numpy", "scipy")

# Why there are no parameters.
MISSING = "missing"  # a package is not installed; for who asks before, as a fit raises Missing
FEW = "few"  # too few buyers came back
SAME_AMOUNTS = "same_amounts"  # every buyer spends the same: nothing to learn from
NO_CONVERGENCE = "no_convergence"  # no maximum was found
UNDETERMINED = "undetermined"  # the likelihood rises on and on: the data leave a parameter open
NO_MEAN = "no_mean"  # the amounts spread so widely that the model has no mean

REPEAT_BUYERS = 100  # at least; with fewer the parameters say little

ITERATIONS = 500  # a fit takes 20 to 60
GRADIENT = 1e-6  # per customer and unit of a parameter's logarithm: below it the point is a maximum
REACH = 12.0  # how far a parameter's logarithm is looked for from where the search starts
PIECE = 20_000  # customers that are worked out at a time
MEMORY = 20  # steps that tell the search how the likelihood bends


class Missing(Exception):
    """Packages are not installed: their names are in `packages`."""

    def __init__(self, packages):
        super().__init__(f"Not installed: {', '.join(packages)}")
        self.packages = tuple(packages)


class Fit(NamedTuple):
    """What a search came to: either parameters or a reason, one of the constants above."""

    parameters: tuple | None = None
    log_likelihood: float | None = None
    reason: str | None = None


def missing():
    """The names of the packages that are not installed, or do not load."""
    return [name for name in PACKAGES if not _loads(name)]


def available():
    """Whether all that the models need is installed."""
    return not missing()


def require():
    """numpy, scipy.special and scipy.optimize; loaded here, so that whoever predicts nothing does not wait for them.

    :raises Missing: where a package is not installed
    """
    if names := missing():
        raise Missing(names)
    return import_module("numpy"), import_module("scipy.special"), import_module("scipy.optimize")


def column(values, size=None):
    """The values as an array of floats.

    :param size: how many there must be; one value is repeated so often, None stands for ones
    :raises ValueError: for another number of values, or one that is not finite
    """
    np, _special, _optimize = require()
    array = np.asarray(1.0 if values is None else values, dtype=float)
    array = np.broadcast_to(array, array.shape if size is None else (size,))
    if array.ndim != 1:
        raise ValueError("A column has one dimension.")
    if not np.isfinite(array).all():
        raise ValueError("A value is not a finite number.")
    return array


def pieces(length):
    """Slices that together are the rows of columns so long: what is worked out of a million customers needs a dozen
    columns of intermediate results, which are small, and stay in the processor's cache, for some of them at a time.
    """
    return (slice(start, start + PIECE) for start in range(0, length, PIECE))


def dot(one, other):
    """The sum of the products, without the threads that numpy's `@` starts: beside busy processes, as Odoo's workers
    are, they wait for each other longer than the sum takes.
    """
    return float((one * other).sum())


def distinct(values):
    """The distinct values in order, and the place of each value among them, in less memory than np.unique takes."""
    np, _special, _optimize = require()
    found = np.unique(values)
    return found, places(found, values)


def places(ordered, values):
    """The place of each value among the ordered ones that have them all."""
    np, _special, _optimize = require()
    found = np.empty(len(values), np.int32)
    for piece in pieces(len(values)):
        found[piece] = np.searchsorted(ordered, values[piece])
    return found


def tally(found, size, *weights):
    """How many rows, each weighted by the product of its weights, are at each of `size` places."""
    np, _special, _optimize = require()
    total = np.zeros(size)
    for piece in pieces(len(found)):
        total += np.bincount(found[piece], math.prod(weight[piece] for weight in weights), size)
    return total


def maximise(log_likelihood, start, customers):
    """The positive parameters of the highest likelihood, by L-BFGS-B over their logarithms.

    Byrd, Lu, Nocedal, Zhu 1995, A limited memory algorithm for bound constrained optimization, SIAM J. on Scientific
    Computing 16. That the end is a maximum is seen by the gradient, not taken from the search's own word.

    :param log_likelihood: parameters → (log-likelihood, its derivatives by the parameters)
    :param start: where to begin; all above 0
    :param customers: how many the likelihood is of
    :return: Fit
    """
    np, _special, optimize = require()
    start = np.asarray(start, dtype=float)

    def loss(logarithms):
        parameters = start * np.exp(logarithms)
        value, gradient = log_likelihood(parameters)
        return -value / customers, -np.asarray(gradient) * parameters / customers

    found = optimize.minimize(
        loss,
        np.zeros(len(start)),
        jac=True,
        method="L-BFGS-B",
        bounds=[(-REACH, REACH)] * len(start),
        options={"maxiter": ITERATIONS, "maxcor": MEMORY, "gtol": GRADIENT / 100, "ftol": 0},
    )
    if not np.isfinite(found.fun):
        return Fit(reason=NO_CONVERGENCE)
    if (abs(found.x) > REACH - 1).any():
        return Fit(reason=UNDETERMINED)
    if not (abs(found.jac) < GRADIENT).all():
        return Fit(reason=NO_CONVERGENCE)
    return Fit(tuple((start * np.exp(found.x)).tolist()), -float(found.fun) * customers)


def _loads(name):
    try:
        import_module(name)
    except ImportError:
        return False
    return True
