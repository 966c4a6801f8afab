"""The places of sparse tensors, [count, rank]: whether they are within a shape, in order, and those of two together."""

from minitf.kernels.compile.abi import i64p, kernel, scalar


@scalar
def compared(a, i, b, j, rank):
    """-1, 0 or 1 as place i of a is before, at or behind place j of b."""
    for axis in range(rank):
        left, right = a[i * rank + axis], b[j * rank + axis]
        if left != right:
            return -1 if left < right else 1
    return 0


@kernel
def within(places: i64p, sizes: i64p, count, rank):
    """Fails at the first place that is not within a tensor of these sizes."""
    for k in range(count):
        for axis in range(rank):
            if not 0 <= places[k * rank + axis] < sizes[axis]:
                return k + 1
    return 0


@kernel
def in_order(places: i64p, count, rank):
    """Fails at the first place that is before the one in front of it, in row-major order."""
    for k in range(1, count):
        if compared(places, k, places, k - 1, rank) < 0:
            return k + 1
    return 0


@kernel
def merge_places(a: i64p, b: i64p, o: i64p.out, of_a: i64p.out, of_b: i64p.out, size: i64p.out, count, others, rank):
    """o = the `size` places of a and b, both in order, without those of b that are in a, the k-th of equal ones
    being that of the other; of_a, of_b: where each of a and of b is among them.
    """
    i, j, k = 0, 0, 0
    while i < count or j < others:
        order = -1 if j == others else 1 if i == count else compared(a, i, b, j, rank)
        for axis in range(rank):
            o[k * rank + axis] = a[i * rank + axis] if order <= 0 else b[j * rank + axis]
        if order <= 0:
            of_a[i] = k
            i += 1
        if order >= 0:
            of_b[j] = k
            j += 1
        k += 1
    size[0] = k
    return 0
