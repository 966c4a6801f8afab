"""How many changes make one sequence of another (Levenshtein, 1965)."""

import math

import numpy as np

from minitf.kernels.compile.abi import T, f32p, i64p, ints, kernel, scalar
from minitf.kernels.math.movement import ITEMS
from minitf.kernels.math.places import outside, rising


@scalar
def distance(a, first, last, b, start, end, row):
    """The least number of items to change, to add or to leave out that makes a[first:last] of b[start:end]; in `row`
    there is room for one number more than the latter has items.
    """
    for j in range(end - start + 1):
        row[j] = j
    for i in range(first, last):
        before = row[0]
        row[0] = i - first + 1
        for j in range(start, end):
            changed = before + (0 if a[i] == b[j] else 1)
            before = row[j - start + 1]
            row[j - start + 1] = min(changed, before + 1, row[j - start] + 1)
    return row[end - start]


@kernel(T=ITEMS)
def sequences(
    places: i64p,
    a: T,
    sizes: i64p,
    groups: i64p.out,
    o: T.out,
    own: i64p.scratch,
    order: i64p.scratch,
    spare: i64p.scratch,
    count,
    rank,
    strides: ints,
):
    """o = the values of a sparse tensor in the order of their sequences, and groups the numbers of these: their places
    along all axes but the last, times the strides. Fails at the first place that is not within the sizes.
    """
    bad = outside(places, sizes, count, rank)
    if bad:
        return bad
    for k in range(count):
        own[k] = 0
        for axis in range(rank - 1):
            own[k] += places[k * rank + axis] * strides[axis]
    rising(own, order, spare, count, 1)
    for k in range(count):
        groups[k], o[k] = own[order[k]], a[order[k]]
    return 0


@kernel
def edit_distances(groups: i64p, a: T, others: i64p, b: T, o: f32p.out, row: i64p.scratch, count, size, normalize):
    """o[group] = the distance of the items of a and of b that are of this group, for each that has some; both are in
    the order of their groups. normalize: relative to the number of items of b. row: [size + 1].
    """
    first, start = 0, 0
    while first < count or start < size:
        group = groups[first] if start == size or first < count and groups[first] < others[start] else others[start]
        last, end = first, start
        while last < count and groups[last] == group:
            last += 1
        while end < size and others[end] == group:
            end += 1
        found = np.float64(distance(a, first, last, b, start, end, row))
        if normalize and end == start:
            found = math.inf
        elif normalize:
            found /= end - start
        o[group] = np.float32(found)
        first, start = last, end
    return 0
