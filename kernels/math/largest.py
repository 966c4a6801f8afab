"""The largest entries of the rows of [rows, width].

Few of many are kept in a heap. Many are sorted by bytes, the last one first: each pass puts the places of the entries
in the order of one byte of their ranks, those of equal bytes as they were.
"""

import numpy as np

from minitf.kernels.compile.abi import (
    FLOATS,
    INDEX,
    REALS,
    I,
    T,
    address,
    at,
    bits,
    f32p,
    i32p,
    kernel,
    scalar,
    u8p,
    workspace,
)
from minitf.kernels.compile.splitting import By

MANY, SHARE = 32, 16  # so many, and at least so large a part of a row, are sorted by bytes
BYTES = 256
UNSIGNED = ("uint8", "uint16", "uint32", "uint64")


@scalar
def sift(values, places, p, root, n):
    """Restores a heap with the least entry on top after its root-th entry was replaced."""
    while 2 * root + 1 < n:
        child = 2 * root + 1
        if child + 1 < n and below(values, places, p + child + 1, p + child):
            child += 1
        if not below(values, places, p + child, p + root):
            return 0
        exchange(values, places, p + child, p + root)
        root = child
    return 0


@scalar
def less(x, y):
    """Whether x is smaller than y: NaN is the least."""
    return x < y or (x != x and y == y)


@scalar
def below(values, places, i, j):
    """Whether entry i ranks after entry j: it is smaller, or as large and later."""
    return less(values[i], values[j]) or (not less(values[j], values[i]) and places[i] > places[j])


@scalar
def exchange(values, places, i, j):
    """Swaps two entries."""
    values[i], values[j] = values[j], values[i]
    places[i], places[j] = places[j], places[i]
    return 0


@scalar
def rank(x, highest):
    """An integer whose bytes, as a number without a sign, are the less the larger x is; `highest`: all bits but that of
    the sign.
    """
    return np.int64(x) ^ highest


@rank.register(*UNSIGNED)
def _(x, highest):
    return ~np.int64(x)


@rank.register(*FLOATS)
def _(x, highest):
    if x != x:
        return np.int64(-1)  # NaN is the last
    word = np.int64(bits(x)) if x != 0 else np.int64(0)  # -0 is 0
    return word if word < 0 else word ^ highest


@scalar
def by_bytes(a, values, places, here, there, width, k, counts):
    """The k largest of `width` numbers, in order, and their places; `here` and `there` have room for the places of all,
    `counts` for how often each byte occurs.
    """
    size = address(a, 1) - address(a, 0)
    highest = (1 << (8 * size - 1)) - 1
    for i in range(size * BYTES):
        counts[i] = 0
    for i in range(width):
        word, here[i] = rank(a[i], highest), i
        for digit in range(size):
            counts[digit * BYTES + ((word >> (8 * digit)) & 255)] += 1
    for digit in range(size):
        shift, own, before = 8 * digit, at(counts, digit * BYTES), 0
        if own[(rank(a[0], highest) >> shift) & 255] == width:
            continue
        for i in range(BYTES):
            own[i], before = before, before + own[i]
        for i in range(width):
            byte = (rank(a[here[i]], highest) >> shift) & 255
            there[own[byte]] = here[i]
            own[byte] += 1
        here, there = there, here
    for i in range(k):
        values[i], places[i] = a[here[i]], here[i]
    return 0


@kernel(T=REALS, split=By("rows", a="width", values="k", places="k", here="width", there="width"))
def top_k(a: T, values: T.out, places: i32p.out, here: i32p.scratch, there: i32p.scratch, rows, width, k):
    """The k largest of every row, largest first, equal ones in their order; k <= width."""
    counts = workspace(here)
    for row in range(rows if k >= MANY and k * SHARE >= width else 0):
        q, p, spare = row * width, row * k, at(there, row * width)
        by_bytes(at(a, q), at(values, p), at(places, p), at(here, q), spare, width, k, counts)
    if k >= MANY and k * SHARE >= width:
        return 0
    for row in range(rows):
        p = row * k
        for i in range(k):
            values[p + i], places[p + i] = a[row * width + i], i
        for root in range(k // 2 - 1, -1, -1):
            sift(values, places, p, root, k)
        for i in range(k, width):
            if k > 0 and less(values[p], a[row * width + i]):
                values[p], places[p] = a[row * width + i], i
                sift(values, places, p, 0, k)
        for last in range(k - 1, 0, -1):
            exchange(values, places, p, p + last)
            sift(values, places, p, 0, last)
    return 0


@kernel(I=INDEX)
def in_top_k(predictions: f32p, targets: I, k: I, o: u8p.out, rows, width):
    """Whether fewer than k[0] predictions of a row exceed its target's; false if one is infinite."""
    for row in range(rows):
        p, larger, bad, known = row * width, 0, 0, 0 <= targets[row] < width
        limit = predictions[p + targets[row]] if known else np.float32(0)
        for i in range(p, p + width):
            bad += not abs(predictions[i]) < np.float32(np.inf)
            larger += predictions[i] > limit
        o[row] = known and bad == 0 and larger < k[0]
    return 0
