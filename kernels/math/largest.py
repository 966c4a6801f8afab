"""The largest entries of the rows of [rows, width]."""

import numpy as np

from minitf.kernels.compile.abi import INDEX, REALS, I, T, f32p, i32p, kernel, scalar, u8p


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
def below(values, places, i, j):
    """Whether entry i ranks after entry j: it is smaller, or as large and later."""
    return values[i] < values[j] or (values[i] == values[j] and places[i] > places[j])


@scalar
def exchange(values, places, i, j):
    """Swaps two entries."""
    values[i], values[j] = values[j], values[i]
    places[i], places[j] = places[j], places[i]
    return 0


@kernel(T=REALS)
def top_k(a: T, values: T.out, places: i32p.out, rows, width, k):
    """The k largest of every row, largest first, equal ones in their order; k <= width."""
    for row in range(rows):
        p = row * k
        for i in range(k):
            values[p + i], places[p + i] = a[row * width + i], i
        for root in range(k // 2 - 1, -1, -1):
            sift(values, places, p, root, k)
        for i in range(k, width):
            if k > 0 and a[row * width + i] > values[p]:
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
