"""Histograms of bins of one width."""

import numpy as np

from minitf.kernels.compile.abi import INDEX, REALS, I, T, kernel


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
