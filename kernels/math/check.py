"""Checks of values that leave them as they are."""

import numpy as np

from minitf.kernels.compile.abi import FLOATS, INDEX, T, ints, kernel, like, u8p


@kernel(T=FLOATS)
def finite(a: T, n):
    """The status is 1 + the first position of NaN or an infinity."""
    largest = like(a[0], np.inf)
    for first in range(0, n, 1024):
        count = 0
        for i in range(first, min(first + 1024, n)):
            count += abs(a[i]) < largest
        if count < min(1024, n - first):
            for i in range(first, n):
                if not abs(a[i]) < largest:
                    return i + 1
    return 0


@kernel(T=INDEX)
def holds(a: T, n, wanted: ints):
    """The status is 1 + the first position at which a is not as wanted."""
    for i in range(n):
        if a[i] != wanted[i]:
            return i + 1
    return 0


@kernel
def true(a: u8p, report: u8p):
    """The status is 1 if a[0] is false; `report` is what a message then shows."""
    return 0 if a[0] != 0 else 1


@kernel
def copy_if_false(a: u8p, b: u8p, o: u8p.out, n):
    """o = the first n bytes of b, if a[0] is false."""
    if a[0] == 0:
        for i in range(n):
            o[i] = b[i]
    return 0
