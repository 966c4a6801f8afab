"""Sparse tensors reduced along axes, and the softmax of their rows. See `places`."""

from minitf.kernels.compile.abi import FLOATS, REALS, T, i64p, ints, kernel, like, u8p
from minitf.kernels.compile.scalar import exp
from minitf.kernels.math.places import SUM, combined, compared, outside, rising


@kernel(T=REALS)
def reduce_sparse(places: i64p, a: T, sizes: i64p, o: T.out, seen: u8p.scratch, count, rank, size, how, strides: ints):
    """o = what the values at equal places combine to, 0 where there are none; the strides along axes that are reduced
    are 0. Fails at the first place that is not within the sizes.
    """
    bad = outside(places, sizes, count, rank)
    if bad:
        return bad
    for i in range(size):
        o[i], seen[i] = 0, how == SUM
    for k in range(count):
        at = 0
        for axis in range(rank):
            at += places[k * rank + axis] * strides[axis]
        o[at] = combined(o[at], a[k], how) if seen[at] else a[k]
        seen[at] = 1
    return 0


@kernel(T=REALS)
def reduce_to_sparse(
    places: i64p,
    a: T,
    sizes: i64p,
    o_places: i64p.out,
    o: T.out,
    found: i64p.out,
    own: i64p.scratch,
    order: i64p.scratch,
    spare: i64p.scratch,
    count,
    rank,
    width,
    how,
    kept,
    axes: ints,
):
    """o_places, o = the `found` different places along the axes that are kept, in order, and what the values there
    combine to. axes: for each of these its number, and where among the `width` axes of the result it is. Fails at the
    first place that is not within the sizes.
    """
    bad = outside(places, sizes, count, rank)
    if bad:
        return bad
    for k in range(count):
        for axis in range(kept):
            own[k * kept + axis] = places[k * rank + axes[2 * axis]]
    rising(own, order, spare, count, kept)
    last = -1
    for k in range(count):
        i = order[k]
        if k and compared(own, i, own, order[k - 1], kept) == 0:
            o[last] = combined(o[last], a[i], how)
            continue
        last += 1
        o[last] = a[i]
        for axis in range(width):
            o_places[last * width + axis] = 0
        for axis in range(kept):
            o_places[last * width + axes[2 * axis + 1]] = own[i * kept + axis]
    found[0] = last + 1
    return 0


@kernel(T=FLOATS)
def softmax_sparse(
    places: i64p, a: T, sizes: i64p, o: T.out, own: i64p.scratch, order: i64p.scratch, spare: i64p.scratch, count, rank
):
    """o = the softmax of the values of each row, which is along the last axis. Fails at the first place that is not
    within the sizes.
    """
    bad = outside(places, sizes, count, rank)
    if bad:
        return bad
    for k in range(count):
        for axis in range(rank - 1):
            own[k * (rank - 1) + axis] = places[k * rank + axis]
    rising(own, order, spare, count, rank - 1)
    first = 0
    while first < count:
        last, top, total = first + 1, a[order[first]], like(a[0], 0)
        while last < count and compared(own, order[last], own, order[first], rank - 1) == 0:
            top = max(top, a[order[last]])
            last += 1
        for k in range(first, last):
            o[order[k]] = exp(a[order[k]] - top)
            total += o[order[k]]
        for k in range(first, last):
            o[order[k]] /= total
        first = last
    return 0
