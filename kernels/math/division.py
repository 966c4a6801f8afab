"""Division, remainders and powers: elementwise maths that integers do not have everywhere."""

import numpy as np

from minitf.kernels.compile.abi import FLOATS, INTS, REALS, T, ints, kernel, like, scalar
from minitf.kernels.math.elementwise import binary, repeats, start


def partial(name, dtypes, f, undefined):
    """As `elementwise.binary`, of a function with no value at some pairs; the status is 1 + the first such place."""

    @kernel(name=name, T=dtypes)
    def run(a: T, b: T, o: T.out, rank, dims: ints):
        n, step_a, step_b = dims[3 * rank - 3], dims[3 * rank - 2], dims[3 * rank - 1]
        for row in range(repeats(rank, dims, 3)):
            p, q, r = start(rank, dims, 3, 1, row), start(rank, dims, 3, 2, row), row * n
            if step_b == 0 and step_a == 1:
                y = b[q]
                for i in range(n):
                    if undefined(a[p + i], y):
                        return 1 + r + i
                    o[r + i] = f(a[p + i], y)
                continue
            for i in range(n):
                x, y = a[p + i * step_a], b[q + i * step_b]
                if undefined(x, y):
                    return 1 + r + i
                o[r + i] = f(x, y)
        return 0

    return run


@scalar
def divides_by_zero(x, y):
    """Whether an integer division has no result."""
    return y == like(y, 0)


@divides_by_zero.register(*FLOATS)
def _(x, y):
    return False


@scalar
def floored(x, y):
    """Floor(x / y). The machine's own division would end the process at the least integer / -1."""
    return like(x, 0) - x if y == -1 else x // y


@floored.register(*FLOATS)
def _(x, y):
    return np.floor(x / y)


@scalar
def truncated(x, y):
    """x / y, of integers rounded towards 0."""
    q = floored(x, y)
    return q + like(x, 1) if q < 0 and q * y != x else q


@truncated.register(*FLOATS)
def _(x, y):
    return x / y


@scalar
def floored_remainder(x, y):
    """The x - y * floor(x / y) of integers."""
    return like(x, 0) if y == -1 else x % y


@floored_remainder.register(*FLOATS)
def _(x, y):
    m = np.fmod(x, y)
    return m + y if m != 0 and (m < 0) != (y < 0) else m


@scalar
def truncated_remainder(x, y):
    """The integer x - y * truncated(x / y)."""
    return x - truncated(x, y) * y


@truncated_remainder.register(*FLOATS)
def _(x, y):
    return np.fmod(x, y)


@scalar
def has_no_power(x, y):
    """Whether x**y is no integer."""
    return y < like(y, 0)


@has_no_power.register(*FLOATS)
def _(x, y):
    return False


@scalar
def power(x, y):
    """Integer x**y by squaring, wrapping around."""
    result = like(x, 1)
    while y > like(y, 0):
        if y & like(y, 1):
            result = like(x, result * x)
        x = like(x, x * x)
        y = like(y, y >> like(y, 1))
    return result


@power.register(*FLOATS)
def _(x, y):
    """Squares, and the x of their gradients, are most powers that anyone asks for, and need no logarithm; what does not
    change in a loop is asked before it, if it decides by a branch.
    """
    if y == 2:
        return x * x
    if y == 1:
        return x
    return x**y


@binary(INTS)
def quotient(x, y):
    """x / y rounded towards 0, and all bits set where y is 0."""
    return ~like(x, 0) if y == like(y, 0) else truncated(x, y)


floordiv = partial("floordiv", REALS, floored, divides_by_zero)
floormod = partial("floormod", REALS, floored_remainder, divides_by_zero)
truncatediv = partial("truncatediv", REALS, truncated, divides_by_zero)
truncatemod = partial("truncatemod", REALS, truncated_remainder, divides_by_zero)
pow_ = partial("pow", REALS, power, has_no_power)
