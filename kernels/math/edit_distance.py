"""How many changes make one sequence of another (Levenshtein, 1965)."""

import math

import numpy as np

from minitf.kernels.compile.abi import T, f32p, i64p, kernel, scalar


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
