"""Sets in the last axis of tensors, as tables [count, rank] of int64: the place of its set for each item, and it."""

from minitf.kernels.compile.abi import INTS, T, i32p, i64p, ints, kernel
from minitf.kernels.math.places import compared, outside, rising

ONE, OTHER, BOTH = 1, 2, 4  # bits: whether what is only in the one set stays, only in the other, in both


@kernel(T=INTS)
def table_of_dense(a: T, o: i64p.out, rows, width, rank, dims: ints):
    """o = the table of `rows` sets of `width` items each; dims: how many there are along each axis of places."""
    for i in range(rows * width):
        rest = i // width
        for axis in range(rank - 2, -1, -1):
            o[i * rank + axis] = rest % dims[axis]
            rest //= dims[axis]
        o[i * rank + rank - 1] = a[i]
    return 0


@kernel(T=INTS)
def table_of_sparse(places: i64p, a: T, sizes: i64p, o: i64p.out, count, rank, ordered):
    """o = the table of a sparse tensor. Fails where a place is not within the sizes or, if they shall be `ordered`,
    not behind the one before.
    """
    bad = outside(places, sizes, count, rank)
    for k in range(1, count if ordered else 0):
        if compared(places, k, places, k - 1, rank) <= 0:
            bad = min(bad, k + 1) if bad else k + 1
    if bad:
        return bad
    for k in range(count):
        for axis in range(rank - 1):
            o[k * rank + axis] = places[k * rank + axis]
        o[k * rank + rank - 1] = a[k]
    return 0


@kernel(T=INTS)
def operate_on_sets(
    a: i64p,
    a_sizes: i64p,
    b: i64p,
    b_sizes: i64p,
    places: i64p.out,
    o: T.out,
    sizes: i64p.out,
    found: i64p.out,
    a_order: i64p.scratch,
    b_order: i64p.scratch,
    spare: i64p.scratch,
    count,
    others,
    rank,
    stays,
):
    """places, o, sizes = the `found` items, of two tables, that stay, each once, as a sparse tensor. Fails if there are
    not as many sets in both.
    """
    for axis in range(rank - 1):
        if a_sizes[axis] != b_sizes[axis]:
            return 1
        sizes[axis] = a_sizes[axis]
    rising(a, a_order, spare, count, rank)
    rising(b, b_order, spare, others, rank)
    i, j, k, at, most = 0, 0, 0, 0, 0
    while i < count or j < others:
        order = -1 if j == others else 1 if i == count else compared(a, a_order[i], b, b_order[j], rank)
        if stays & (ONE if order < 0 else OTHER if order > 0 else BOTH):
            at = at + 1 if k else 0
            for axis in range(rank - 1):
                place = a[a_order[i] * rank + axis] if order <= 0 else b[b_order[j] * rank + axis]
                places[k * rank + axis] = place
                at = at if k and places[(k - 1) * rank + axis] == place else 0
            places[k * rank + rank - 1] = at
            o[k] = a[a_order[i] * rank + rank - 1] if order <= 0 else b[b_order[j] * rank + rank - 1]
            most = max(most, at + 1)
            k += 1
        first, second = i, j
        while order <= 0 and i < count and compared(a, a_order[i], a, a_order[first], rank) == 0:
            i += 1
        while order >= 0 and j < others and compared(b, b_order[j], b, b_order[second], rank) == 0:
            j += 1
    found[0], sizes[rank - 1] = k, most
    return 0


@kernel
def set_sizes(a: i64p, o: i32p.out, order: i64p.scratch, spare: i64p.scratch, count, rank, sets, strides: ints):
    """o = how many different items each of the `sets` has, which lie in a table by strides."""
    for i in range(sets):
        o[i] = 0
    rising(a, order, spare, count, rank)
    for k in range(count):
        if k == 0 or compared(a, order[k], a, order[k - 1], rank):
            at = 0
            for axis in range(rank - 1):
                at += a[order[k] * rank + axis] * strides[axis]
            o[at] += 1
    return 0
