"""Changing a variable's memory in place: assignment and scattered updates.

A scattered update finds rows of the variable by tuples of `depth` indices into the sizes `dims`. All of them
are checked before anything is written.
"""

from minitf.kernels.compile.abi import INDEX, ITEMS, REALS, I, T, ints, kernel, scalar
from minitf.kernels.compile.splitting import By
from minitf.kernels.math import elementwise


@kernel(T=ITEMS, split=By("n", a=1, o=1))
def assign(a: T, o: T.out, n):
    """o = a."""
    for i in range(n):
        o[i] = a[i]
    return 0


@kernel(T=REALS, split=By("n", a=1, o=1))
def assign_add(a: T, o: T.inout, n):
    """o += a."""
    for i in range(n):
        o[i] += a[i]
    return 0


@kernel(T=REALS, split=By("n", a=1, o=1))
def assign_sub(a: T, o: T.inout, n):
    """o -= a."""
    for i in range(n):
        o[i] -= a[i]
    return 0


@scalar
def check_indices(index, n, depth, dims):
    """0, or 1 + the first of n index tuples that is out of range."""
    for i in range(n):
        for d in range(depth):
            if index[i * depth + d] < 0 or index[i * depth + d] >= dims[d]:
                return 1 + i
    return 0


@scalar
def row(index, i, depth, dims):
    """The row that index tuple i stands for."""
    place = 0
    for d in range(depth):
        place = place * dims[d] + index[i * depth + d]
    return place


@kernel(T=ITEMS, I=INDEX)
def scatter_update(index: I, a: T, o: T.out, n, width, step, depth, dims: ints):
    """Rows of o become the n rows of a, whose items are `step` apart (0: one number for all)."""
    status = check_indices(index, n, depth, dims)
    if status == 0:
        for i in range(n):
            place = row(index, i, depth, dims) * width
            for k in range(width):
                o[place + k] = a[(i * width + k) * step]
    return status


def scattered(name, combine):
    """A scattered update that combines old and new items."""

    def scatter(index: I, a: T, o: T.inout, n, width, step, depth, dims: ints):
        status = check_indices(index, n, depth, dims)
        if status == 0:
            for i in range(n):
                place = row(index, i, depth, dims) * width
                for k in range(width):
                    o[place + k] = combine(o[place + k], a[(i * width + k) * step])
        return status

    return kernel(scatter, name=name, T=REALS, I=INDEX)


@scalar
def div(x, y):
    """x / y, rounded down for integers."""
    return x // y


@div.register("float32", "float64")
def div(x, y):
    """x / y."""
    return x / y


scatter_add = scattered("scatter_add", elementwise.add.scalar)
scatter_sub = scattered("scatter_sub", elementwise.sub.scalar)
scatter_mul = scattered("scatter_mul", elementwise.mul.scalar)
scatter_div = scattered("scatter_div", div)
scatter_min = scattered("scatter_min", elementwise.smaller)
scatter_max = scattered("scatter_max", elementwise.larger)
