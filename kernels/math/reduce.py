"""Reductions: over any axes by `layout.reduction`, along the middle of [outer, n, inner], by segments."""

import numpy as np

from minitf.kernels.compile import scalar as s
from minitf.kernels.compile.abi import FLOATS, INDEX, INTS, REALS, I, T, ints, kernel, like, scalar, workspace
from minitf.kernels.compile.splitting import Blocks, By, Sums
from minitf.kernels.math.elementwise import add, greater, larger, less, mul, repeats, smaller, start

CHAINS = 64  # numbers folded side by side
CHAINED = 4  # rows of running results
BLOCK = 512  # numbers added in their own type, vectorized, before they go into a float64


@scalar
def wide(x):
    """The type to add many numbers in."""
    return x


@wide.register("float32")
def _(x):
    return np.float64(x)


def constants(of_float, of_integer):
    """A function of a number that gives a constant of its type."""

    @scalar
    def constant(x):
        return x

    for dtype, value in [(t, of_float(t)) for t in FLOATS] + [(t, of_integer(t)) for t in INTS]:
        constant.register(dtype)(always(np.dtype(dtype).type(value)))
    return constant


def always(value):
    """The function that gives a value."""
    return lambda x: value


@kernel(T=REALS, reassoc=True, split=Sums())
def reduce_sum(a: T, o: T.out, size, rank, dims: ints):
    """o, of `size` numbers, = sums of a."""
    n, step = dims[3 * rank - 3], dims[3 * rank - 1]
    rows = repeats(rank, dims, 3)
    for i in range(size):
        o[i] = 0
    if step == 0:
        for row in range(rows):
            p, q = row * n, start(rank, dims, 3, 2, row)
            total = wide(o[q])
            for first in range(0, n, BLOCK):
                part = like(o[q], 0)
                for i in range(p + first, p + min(first + BLOCK, n)):
                    part = like(part, part + a[i])
                total += wide(part)
            o[q] = total
    else:
        m = dims[3 * rank - 6] if rank > 1 and dims[3 * rank - 4] == 0 else 1  # neighbours with one target
        for row in range(0, rows, max(m, 1)):
            q = start(rank, dims, 3, 2, row)
            for j in range(0, m - m % 8, 8):
                p = (row + j) * n
                for i in range(n):
                    low = (a[p + i] + a[p + n + i]) + (a[p + 2 * n + i] + a[p + 3 * n + i])
                    high = (a[p + 4 * n + i] + a[p + 5 * n + i]) + (a[p + 6 * n + i] + a[p + 7 * n + i])
                    o[q + i] += low + high
            for j in range(m - m % 8, m):
                p = (row + j) * n
                for i in range(n):
                    o[q + i] += a[p + i]
    return 0


@kernel(T=REALS, split=By("n", o=1))
def divide_by_count(o: T.inout, count, n):
    """o /= count, towards 0 for integers: sums become means. A count of 0 makes floats NaN."""
    for i in range(n):
        o[i] = quotient(o[i], count)
    return 0


@scalar
def quotient(x, count):
    """An integer divided by a count, towards 0."""
    return x // count if x >= 0 or count == 0 else -(-x // count)


@quotient.register(*FLOATS)
def _(x, count):
    return x / like(x, count)


def folding(combine):
    """A function of `n` numbers from the p-th on, at least `CHAINS`, folding them by `combine`: in many chains side by
    side, which stay in registers, then halves of these.
    """

    @scalar
    def halved(chains, half):
        for k in range(half):
            chains[k] = combine(chains[k], chains[k + half])
        return 0

    @scalar
    def folded(a, p, n, chains):
        whole = p + n - n % CHAINS
        for k in range(CHAINS):
            chains[k] = a[p + k]
        for first in range(p + CHAINS, whole, CHAINS):
            for k in range(CHAINS):
                chains[k] = combine(chains[k], a[first + k])
        for k in range(p + n - whole):
            chains[k] = combine(chains[k], a[whole + k])
        halved(chains, 32)
        halved(chains, 16)
        halved(chains, 8)
        halved(chains, 4)
        w, x, y, z = chains[0], chains[1], chains[2], chains[3]
        return combine(like(w, combine(w, x)), like(w, combine(y, z)))

    return folded


def reduction(name, dtypes, initial, combine):
    """A kernel (a, o, size, rank, dims) that folds a by `combine`, from `initial` on."""
    folded = folding(combine)

    @kernel(name=name, T=dtypes, split=Sums())
    def reduce(a: T, o: T.out, size, rank, dims: ints):
        n, step = dims[3 * rank - 3], dims[3 * rank - 1]
        chains = workspace(a)
        for i in range(size):
            o[i] = initial(o[i])
        for row in range(repeats(rank, dims, 3)):
            p, q = row * n, start(rank, dims, 3, 2, row)
            if step != 0:
                for i in range(n):
                    o[q + i] = combine(o[q + i], a[p + i])
            elif n < CHAINS:
                w, x, y, z = o[q], initial(o[q]), initial(o[q]), initial(o[q])
                for i in range(p, p + n - n % 4, 4):  # four chains side by side
                    w, x = like(w, combine(w, a[i])), like(w, combine(x, a[i + 1]))
                    y, z = like(w, combine(y, a[i + 2])), like(w, combine(z, a[i + 3]))
                for i in range(p + n - n % 4, p + n):
                    w = like(w, combine(w, a[i]))
                o[q] = combine(like(w, combine(w, x)), like(w, combine(y, z)))
            else:
                o[q] = combine(o[q], folded(a, p, n, chains))
        return 0

    return reduce


zero = constants(lambda t: 0, lambda t: 0)
one = constants(lambda t: 1, lambda t: 1)
lowest = constants(lambda t: -np.inf, lambda t: np.iinfo(t).min)
highest = constants(lambda t: np.inf, lambda t: np.iinfo(t).max)
least = constants(lambda t: np.finfo(t).min, lambda t: np.iinfo(t).min)
greatest = constants(lambda t: np.finfo(t).max, lambda t: np.iinfo(t).max)


reduce_prod = reduction("reduce_prod", REALS, one, mul.scalar)
reduce_max = reduction("reduce_max", REALS, lowest, larger)
reduce_min = reduction("reduce_min", REALS, highest, smaller)
reduce_any = reduction("reduce_any", ("bool",), zero, larger)
reduce_all = reduction("reduce_all", ("bool",), one, smaller)


def selection(name, better):
    """A kernel (a, o, outer, n, inner): the first place of the best number, never NaN, along the middle."""

    @scalar
    def chosen(x, y):
        """The better one that is a number."""
        return x if better(x, y) or y != y else y

    folded = folding(chosen)

    @scalar
    def along(a, p, n, chains):
        """The place in a row."""
        best, first, found = folded(a, p, n, chains), 0, 0
        while found == 0 and first + CHAINS <= n:
            for k in range(CHAINS):
                found |= a[p + first + k] == best
            first += CHAINS
        for j in range(first - CHAINS if found else first, n):
            if a[p + j] == best:
                return j
        return 0

    @kernel(name=name, T=REALS, I=INDEX, split=Blocks("outer", a="n inner", o="inner"))
    def select(a: T, o: I.out, outer, n, inner):
        best = workspace(a)
        for p in range(outer):
            if inner == 1 and n >= CHAINS:
                o[p] = along(a, p * n, n, best)
                continue
            for first in range(0, inner, CHAINS):
                columns, r, s = min(CHAINS, inner - first), p * n * inner + first, p * inner + first
                for q in range(columns):
                    best[q] = a[r + q]
                    o[s + q] = 0
                for j in range(1, n):
                    for q in range(columns):
                        x, y = a[r + j * inner + q], best[q]
                        takes = better(x, y) or y != y and x == x
                        best[q] = x if takes else y
                        o[s + q] = j if takes else o[s + q]
        return 0

    return select


argmax = selection("argmax", greater.scalar)
argmin = selection("argmin", less.scalar)


def scan(name, initial, combine, dtypes=REALS):
    """A kernel of running results along the middle axis of [outer, n, inner]; a and o must not overlap."""

    @scalar
    def along(a, o, first, n, step, exclusive, reverse):
        """Of `CHAINED` rows, side by side, for each number waits for the one before it."""
        place, back = (first + n - 1, -1) if reverse else (first, 1)
        two, three = 2 * step, 3 * step
        w, x, y, z = initial(a[first]), initial(a[first]), initial(a[first]), initial(a[first])
        if exclusive:
            for _ in range(n):
                o[place], o[place + step], o[place + two], o[place + three] = w, x, y, z
                w, x = like(w, combine(w, a[place])), like(w, combine(x, a[place + step]))
                y, z = like(w, combine(y, a[place + two])), like(w, combine(z, a[place + three]))
                place += back
            return 0
        w, x, y, z = a[place], a[place + step], a[place + two], a[place + three]
        o[place], o[place + step], o[place + two], o[place + three] = w, x, y, z
        for _ in range(n - 1):
            place += back
            w, x = like(w, combine(w, a[place])), like(w, combine(x, a[place + step]))
            y, z = like(w, combine(y, a[place + two])), like(w, combine(z, a[place + three]))
            o[place], o[place + step], o[place + two], o[place + three] = w, x, y, z
        return 0

    @kernel(name=name, T=dtypes, split=Blocks("outer", a="n inner", o="n inner"))
    def run(a: T, o: T.out, outer, n, inner, exclusive, reverse):
        if inner == 1 and n > 0:
            for p in range(0, outer - outer % CHAINED, CHAINED):
                along(a, o, p * n, n, n, exclusive, reverse)
            for p in range(outer - outer % CHAINED, outer):
                along(a, o, p * n, n, 0, exclusive, reverse)
            return 0
        for p in range(outer):
            for j in range(n):
                r = (p * n + (n - 1 - j if reverse else j)) * inner
                before = r + inner if reverse else r - inner
                if j == 0:
                    for q in range(inner):
                        o[r + q] = initial(a[r + q]) if exclusive else a[r + q]
                else:
                    source = before if exclusive else r
                    for q in range(inner):
                        o[r + q] = combine(o[before + q], a[source + q])
        return 0

    return run


cumsum = scan("cumsum", zero, add.scalar)
cumprod = scan("cumprod", one, mul.scalar)


@scalar
def log_of_sum(x, y):
    """log(e**x + e**y) without overflow."""
    high, low = (x, y) if x > y else (y, x)
    alone = low == like(x, -np.inf) or low == high == like(x, np.inf)
    return high if alone else high + s.log1p(s.exp(low - high))


cumlogsumexp = scan("cumlogsumexp", least, log_of_sum, FLOATS)


def segments(name, initial, combine):
    """A kernel that folds rows with equal ids; negative ids are dropped, segments without rows get `initial`.

    The status is 1 + the first row whose id is not below `count`.
    """

    @kernel(name=name, T=REALS, I=INDEX)
    def reduce(a: T, ids: I, o: T.out, n, width, count):
        for i in range(n):
            if ids[i] >= count:
                return 1 + i
        for i in range(count * width):
            o[i] = initial(o[i])
        for i in range(n):
            if ids[i] >= 0:
                r = ids[i] * width
                for k in range(width):
                    o[r + k] = combine(o[r + k], a[i * width + k])
        return 0

    return reduce


segment_sum = segments("segment_sum", zero, add.scalar)
segment_prod = segments("segment_prod", one, mul.scalar)
segment_max = segments("segment_max", least, larger)
segment_min = segments("segment_min", greatest, smaller)
