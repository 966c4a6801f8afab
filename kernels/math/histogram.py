"""How often numbers occur, or how many are in bins of one width."""

import numpy as np

from minitf.kernels.compile.abi import INDEX, REALS, WORKSPACE, I, T, address, i32p, i64p, kernel, like, workspace

TOGETHER = 4  # numbers that are counted apart, so that equal ones do not wait for each other


@kernel(T=REALS, I=INDEX)
def histogram(a: T, ends: T, o: I.out, n, bins):
    """o[k] is how many of the numbers a are in bin k; fails unless ends[0] < ends[1]."""
    low, high = np.float64(ends[0]), np.float64(ends[1])
    if not low < high:
        return 1
    step = (high - low) / bins
    for k in range(bins):
        o[k] = 0
    for i in range(n):
        x = np.float64(a[i])
        place = (x - low) / step
        if place == place:
            o[np.int64(min(max(place, 0.0), bins - 1.0))] += 1
    return 0


@kernel(T=REALS)
def bincount(a: i32p, spare: i64p.scratch, o: T.out, n, bins):
    """o[k] is how many of the numbers a are k, of those below `bins`; fails at one below 0."""
    counts, apart = workspace(spare), TOGETHER * bins <= WORKSPACE // (address(spare, 1) - address(spare, 0))
    if not apart:
        counts = spare
    step = bins if apart else 0
    for k in range(TOGETHER * step if apart else bins):
        counts[k] = 0
    for i in range(n):
        x = np.int64(a[i])
        if x < 0:
            return i + 1
        if x < bins:
            counts[(i % TOGETHER) * step + x] += 1
    for k in range(bins):
        total = counts[k]
        for part in range(1, TOGETHER if apart else 1):
            total += counts[part * step + k]
        o[k] = like(o[k], total)
    return 0
