"""An axis that goes on as if it were seen in mirrors at its ends, and its gradient."""

from minitf.kernels.compile.abi import ITEMS, REALS, T, kernel, scalar


@scalar
def shown(place, size, edge):
    """Which of `size` items is seen at a place that may be before or behind them. edge: 1 if that at the end is not."""
    if place < 0:
        return edge - 1 - place
    return 2 * size - 1 - edge - place if place >= size else place


@kernel(T=ITEMS)
def mirror(a: T, o: T.out, outer, size, inner, before, after, edge):
    """o = the items of a, with as many before and after them as are said, seen in mirrors; the status is 1 if these are
    more than there are.
    """
    if max(before, after) > size - edge:
        return 1
    width = before + size + after
    for row in range(outer):
        for i in range(size * inner):
            o[(row * width + before) * inner + i] = a[row * size * inner + i]
        for k in range(before + after):
            place = k if k < before else size + k
            source = (row * size + shown(place - before, size, edge)) * inner
            for i in range(inner):
                o[(row * width + place) * inner + i] = a[source + i]
    return 0


@kernel(T=REALS)
def sum_mirrored(a: T, o: T.out, outer, size, inner, before, after, edge):
    """o = for each of the items that `mirror` was given the sum of where they are seen in a; the status as there."""
    if max(before, after) > size - edge:
        return 1
    width = before + size + after
    for row in range(outer):
        for i in range(size * inner):
            o[row * size * inner + i] = a[(row * width + before) * inner + i]
        for k in range(before + after):
            place = k if k < before else size + k
            target = (row * size + shown(place - before, size, edge)) * inner
            for i in range(inner):
                o[target + i] += a[(row * width + place) * inner + i]
    return 0
