"""Segments of rows whose ids rise: how many there are, and what is done with their sums and extremes."""

import math

import numpy as np

from minitf.kernels.compile.abi import FLOATS, INDEX, REALS, I, T, i32p, i64p, kernel, like, scalar


@scalar
def disorder(ids, n):
    """1 + the first place where ids fall, or are negative; 0 if there is none."""
    for i in range(n):
        if ids[i] < 0 or i and ids[i] < ids[i - 1]:
            return i + 1
    return 0


@kernel(I=INDEX)
def segment_count(ids: I, count: i64p.out, n):
    """count = 1 + the last id. Fails where an id is negative, or less than the one before."""
    bad = disorder(ids, n)
    if bad:
        return bad
    count[0] = ids[n - 1] + 1 if n else 0
    return 0


@kernel(T=REALS, I=INDEX)
def clear_empty_segments(ids: I, o: T.out, n, width):
    """The rows of o to which no row belongs become 0."""
    following = 0
    for i in range(n):
        for k in range(following * width, ids[i] * width):
            o[k] = 0
        following = ids[i] + 1
    return 0


@scalar
def share(x, members):
    """x / members, in whole numbers those nearer to 0."""
    return np.int64(np.float64(x) / members)


@share.register(*FLOATS)
def _(x, members):
    return x / like(x, members)


@kernel(T=REALS, I=INDEX)
def divide_segments(ids: I, o: T.inout, n, width):
    """The rows of o, over the number of rows that belong to each."""
    first = 0
    for i in range(n):
        if i + 1 == n or ids[i + 1] != ids[i]:
            for k in range(ids[i] * width, (ids[i] + 1) * width):
                o[k] = share(o[k], i + 1 - first)
            first = i + 1
    return 0


@kernel(T=REALS, I=INDEX)
def sum_picked_segments(a: T, index: I, ids: i32p, o: T.out, n, rows, width, count):
    """o[ids[i]] += a[index[i]] for n of the rows of a. Fails at an id out of order, or an index or id out of range."""
    bad = disorder(ids, n)
    if bad:
        return bad
    for i in range(n):
        if ids[i] >= count or not 0 <= index[i] < rows:
            return i + 1
    for k in range(count * width):
        o[k] = 0
    for i in range(n):
        source, target = index[i] * width, ids[i] * width
        for k in range(width):
            o[target + k] += a[source + k]
    return 0


@kernel(T=FLOATS, I=INDEX)
def divide_by_roots(ids: I, o: T.inout, n, width):
    """The rows of o, over the root of the number of rows that belong to each."""
    first = 0
    for i in range(n):
        if i + 1 == n or ids[i + 1] != ids[i]:
            root = like(o[0], math.sqrt(i + 1 - first))
            for k in range(ids[i] * width, (ids[i] + 1) * width):
                o[k] /= root
            first = i + 1
    return 0
