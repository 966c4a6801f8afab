"""The places of sparse tensors, [count, rank]: whether they are within a shape, and sparse tensors put in order, merged
and cut by them.
"""

from minitf.kernels.compile.abi import REALS, I, T, U, i64p, ints, kernel, like, scalar, u8p
from minitf.kernels.math.movement import INDEX, ITEMS

SUM, LARGER, SMALLER = range(3)


@scalar
def compared(a, i, b, j, rank):
    """-1, 0 or 1 as place i of a is before, at or behind place j of b."""
    for axis in range(rank):
        left, right = a[i * rank + axis], b[j * rank + axis]
        if left != right:
            return -1 if left < right else 1
    return 0


@scalar
def copied_place(a, i, o, k, rank):
    """Place k of o becomes place i of a."""
    for axis in range(rank):
        o[k * rank + axis] = a[i * rank + axis]
    return 0


@scalar
def outside(places, sizes, count, rank):
    """1 + the number of the first place that is not within a tensor of these sizes; 0 if all are."""
    for k in range(count):
        for axis in range(rank):
            if not 0 <= places[k * rank + axis] < sizes[axis]:
                return k + 1
    return 0


@scalar
def falling(places, count, rank):
    """1 + the number of the first place that is before the one in front of it, in row-major order; 0 if none is."""
    for k in range(1, count):
        if compared(places, k, places, k - 1, rank) < 0:
            return k + 1
    return 0


@scalar
def rising(places, order, spare, count, rank):
    """order = the numbers of the places as these rise, of equal ones the first one first. spare: as long."""
    for k in range(count):
        order[k] = k
    width = 1 if falling(places, count, rank) else count
    while width < count:
        for first in range(0, count, 2 * width):
            middle, last = min(first + width, count), min(first + 2 * width, count)
            i, j = first, middle
            for k in range(first, last):
                if j == last or i < middle and compared(places, order[i], places, order[j], rank) <= 0:
                    spare[k] = order[i]
                    i += 1
                else:
                    spare[k] = order[j]
                    j += 1
        for k in range(count):
            order[k] = spare[k]
        width *= 2
    return 0


@kernel
def within(places: i64p, sizes: i64p, count, rank):
    """Fails at the first place that is not within a tensor of these sizes."""
    return outside(places, sizes, count, rank)


@kernel
def in_order(places: i64p, count, rank):
    """Fails at the first place that is before the one in front of it, in row-major order."""
    return falling(places, count, rank)


@kernel(T=ITEMS)
def sort_sparse(
    places: i64p, a: T, o_places: i64p.out, o: T.out, order: i64p.scratch, spare: i64p.scratch, count, rank
):
    """o_places, o = the places and values in row-major order; equal places stay in theirs."""
    rising(places, order, spare, count, rank)
    for k in range(count):
        copied_place(places, order[k], o_places, k, rank)
        o[k] = a[order[k]]
    return 0


@scalar
def combined(x, y, how):
    """The sum of two numbers, or the larger or smaller of them."""
    if how == SUM:
        return x + y
    if x != x or y != y:
        return x if x != x else y
    return x if (x > y) == (how == LARGER) else y


@kernel(T=REALS)
def merge_sparse(
    a_places: i64p,
    a: T,
    a_sizes: i64p,
    b_places: i64p,
    b: T,
    b_sizes: i64p,
    places: i64p.out,
    o: T.out,
    met: i64p.out,
    size: i64p.out,
    a_order: i64p.scratch,
    b_order: i64p.scratch,
    spare: i64p.scratch,
    count,
    others,
    rank,
    how,
):
    """places, o = the `size` places of a and b in order, and what their values there, 0 where there are none, combine
    to; the k-th of equal places of one meets the k-th of the other, of which met tells. Fails if the sizes differ, at
    the first place of a, and then of b, that is not within them.
    """
    for axis in range(rank):
        if a_sizes[axis] != b_sizes[axis]:
            return 1
    bad = outside(a_places, a_sizes, count, rank) or outside(b_places, b_sizes, others, rank)
    if bad:
        return bad
    rising(a_places, a_order, spare, count, rank)
    rising(b_places, b_order, spare, others, rank)
    i, j, k = 0, 0, 0
    while i < count or j < others:
        order = -1 if j == others else 1 if i == count else compared(a_places, a_order[i], b_places, b_order[j], rank)
        if order < 0:
            left, right = a[a_order[i]], like(a[a_order[i]], 0)
        elif order > 0:
            left, right = like(b[b_order[j]], 0), b[b_order[j]]
        else:
            left, right = a[a_order[i]], b[b_order[j]]
        o[k] = combined(left, right, how)
        met[k] = order == 0
        if order <= 0:
            copied_place(a_places, a_order[i], places, k, rank)
            i += 1
        if order >= 0:
            copied_place(b_places, b_order[j], places, k, rank)
            j += 1
        k += 1
    size[0] = k
    return 0


@kernel(T=REALS, U=REALS)
def drop_small(places: i64p.inout, a: T.inout, met: i64p, limit: U, size: i64p.inout, rank):
    """Of the first `size` places and values those stay that are not of two or whose absolute value is the limit at
    least.
    """
    kept = 0
    for k in range(size[0]):
        if not met[k] or (a[k] if a[k] >= 0 else -a[k]) >= limit[0]:
            copied_place(places, k, places, kept, rank)
            a[kept] = a[k]
            kept += 1
    size[0] = kept
    return 0


@kernel(T=ITEMS)
def find_sparse(
    places: i64p,
    whole: i64p,
    a: T,
    o: T.out,
    order: i64p.scratch,
    whole_order: i64p.scratch,
    spare: i64p.scratch,
    count,
    size,
    rank,
):
    """o = for each of the places the value of a, whose places are `whole`, there, or 0; of equal places the k-th one
    has that of the k-th.
    """
    rising(places, order, spare, count, rank)
    rising(whole, whole_order, spare, size, rank)
    j = 0
    for k in range(count):
        i = order[k]
        while j < size and compared(whole, whole_order[j], places, i, rank) < 0:
            j += 1
        o[i] = 0
        if j < size and compared(whole, whole_order[j], places, i, rank) == 0:
            o[i] = a[whole_order[j]]
            j += 1
    return 0


@kernel(T=ITEMS)
def append_sparse(
    places: i64p, a: T, sizes: i64p, o_places: i64p.out, o: T.out, whole: i64p.inout, count, rank, axis, start
):
    """o_places, o = the places, behind what is there along an axis, and values; `whole`: the sizes of what is there,
    which along the axis `start` says (-1: they do), and then of that with these.
    """
    for k in range(rank):
        if k != axis and sizes[k] != whole[k]:
            return count + 1
    bad = outside(places, sizes, count, rank)
    if bad:
        return bad
    begin = whole[axis] if start < 0 else start
    for k in range(count):
        copied_place(places, k, o_places, k, rank)
        o_places[k * rank + axis] += begin
        o[k] = a[k]
    whole[axis] = begin + sizes[axis]
    return 0


@kernel(I=INDEX, T=ITEMS)
def put_sparse(places: I, a: T, o: T.out, count, rank, repeated, ordered, dims: ints):
    """o, of the sizes `dims`, has the values at these places, or the one value if it is `repeated`. Fails at the first
    place that is not in it or, if they shall be `ordered`, not behind the one before.
    """
    before = -1
    for k in range(count):
        at = 0
        for axis in range(rank):
            place = places[k * rank + axis]
            if not 0 <= place < dims[axis]:
                return k + 1
            at = at * dims[axis] + place
        if ordered and at <= before:
            return k + 1
        before = at
        o[at] = a[0 if repeated else k]
    return 0


@kernel(T=ITEMS)
def fill_rows(
    places: i64p,
    a: T,
    sizes: i64p,
    default: T,
    o_places: i64p.out,
    o: T.out,
    empty: u8p.out,
    to: i64p.out,
    found: i64p.out,
    ends: i64p.scratch,
    count,
    rank,
    rows,
):
    """o_places, o = the `found` places and values row by row, with the default value first in each that has none, which
    `empty` says; to = where each value went. Fails at the first place that is not within the sizes.
    """
    bad = outside(places, sizes, count, rank)
    if bad:
        return bad
    for row in range(rows):
        ends[row] = 0
    for k in range(count):
        ends[places[k * rank]] += 1
    end = 0
    for row in range(rows):
        many, empty[row] = ends[row], ends[row] == 0
        ends[row] = end
        if not many:
            for axis in range(rank):
                o_places[end * rank + axis] = 0
            o_places[end * rank], o[end] = row, default[0]
        end += max(many, 1)
    for k in range(count):
        row = places[k * rank]
        to[k] = ends[row]
        copied_place(places, k, o_places, ends[row], rank)
        o[ends[row]] = a[k]
        ends[row] += 1
    found[0] = end
    return 0


@kernel(T=ITEMS)
def cut_sparse(
    places: i64p,
    a: T,
    sizes: i64p,
    start: i64p,
    size: i64p,
    o_places: i64p.out,
    o: T.out,
    o_sizes: i64p.out,
    found: i64p.out,
    count,
    rank,
):
    """o_places, o = the `found` places, and values, of a part from `start` of a size, or as much of it as there is."""
    kept = 0
    for k in range(count):
        inside = True
        for axis in range(rank):
            at = places[k * rank + axis] - start[axis]
            inside = inside and 0 <= at < size[axis]
            o_places[kept * rank + axis] = at
        o[kept] = a[k]
        kept += inside
    for axis in range(rank):
        o_sizes[axis] = max(min(size[axis], sizes[axis] - start[axis]), 0)
    found[0] = kept
    return 0
