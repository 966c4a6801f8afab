"""Values of which only the data says how many there are: a bound has room for them, and how many is counted."""

import math

import numpy as np

from minitf.kernels.compile.abi import FLOATS, INDEX, ITEMS, REALS, I, T, bits, i32p, i64p, ints, kernel, like, scalar
from minitf.kernels.compile.splitting import Outermost

MOST, MOST_SAID = 2**62, 2**31  # steps; what a status says
MASK, SPREAD = 0x3FFFFFFF, 0x9E3779B1  # bits of a number, and an odd one by which they are mixed
WORD = 0xFFFFFFFF  # the bits that are mixed well


@kernel
def places_of_nonzero(a: T, o: i64p.out, count: i64p.out, n, rank, dims: ints):
    """o = the places of the items of a that are not 0, a row of coordinates each; count = how many. dims: the shape."""
    found = 0
    for i in range(n):
        if a[i] != 0:
            rest = i
            for k in range(rank - 1, -1, -1):
                o[found * rank + k] = rest % dims[k]
                rest //= dims[k]
            found += 1
    count[0] = found
    return 0


@scalar
def mixed(x):
    """A number made of a number's bits; the same for 0 and -0."""
    word = np.int64(x)
    return ((word ^ (word >> 30)) & MASK) * SPREAD


@mixed.register(*FLOATS)
def _(x):
    word = np.int64(bits(x)) if x != 0 else np.int64(0)
    return ((word ^ (word >> 30)) & MASK) * SPREAD


@scalar
def place_of(x, a, table, places):
    """Where in a table of positions in a, of `places` many, that of x is, or would be."""
    place = ((mixed(x) & WORD) * places) >> 32
    while table[place] >= 0 and a[table[place]] != x:
        place = place + 1 if place + 1 < places else 0
    return place


@kernel(I=INDEX)
def unique(a: T, o: T.out, index: I.out, times: I.out, count: i64p.out, table: i64p.scratch, n, places):
    """o = the values of a in the order in which they first appear, `count` many; index = for each item the place of
    its value in o; times = how often each occurs. NaN is like no other. The table has more than n places.
    """
    for place in range(places):
        table[place] = -1
    found = 0
    for i in range(n):
        place = place_of(a[i], o, table, places) if a[i] == a[i] else -1
        at = table[place] if place >= 0 else -1
        if at < 0:
            if place >= 0:
                table[place] = found
            at = found
            o[at], times[at] = a[i], 0
            found += 1
        index[i] = at
        times[at] += 1
    count[0] = found
    return 0


@kernel(I=INDEX)
def difference(a: T, b: T, o: T.out, index: I.out, count: i64p.out, table: i64p.scratch, n, width, places):
    """o = the items of a that are not among those of b, index = their positions, count = how many. The table has more
    than `width` places, which b has items.
    """
    for place in range(places):
        table[place] = -1
    for i in range(width):
        if b[i] == b[i]:
            table[place_of(b[i], b, table, places)] = i
    found = 0
    for i in range(n):
        if a[i] != a[i] or table[place_of(a[i], b, table, places)] < 0:
            o[found], index[found] = a[i], i
            found += 1
    count[0] = found
    return 0


@kernel
def at_most(count: i64p, most):
    """The status is 1 + the count, which is not below 0, if it is larger than the most (or what fits into a status)."""
    return 0 if count[0] <= most else 1 + min(count[0], MOST_SAID)


@kernel
def at_least(count: i64p, least):
    """The status is 1 if the count is below the least."""
    return 1 if count[0] < least else 0


@kernel(T=INDEX)
def part_of_range(begin: T, end: T, o: i64p.out, k, size, step, from_start, to_end, wanted):
    """o = the first position, from 0 on, and how many there are, of every step-th of `size` items from begin[k] up to
    end[k], unless these are open; the status is 1 if others are wanted than so many, which is not so below 0.
    """
    last = size - 1 if step < 0 else size
    first, stop = begin[k], end[k]
    first = first + size if first < 0 else first
    stop = stop + size if stop < 0 else stop
    if step < 0:
        first = last if from_start != 0 else max(min(first, last), -1)
        stop = -1 if to_end != 0 else max(min(stop, last), -1)
        count = max(first - stop, 0)
    else:
        first = 0 if from_start != 0 else max(min(first, last), 0)
        stop = last if to_end != 0 else max(min(stop, last), 0)
        count = max(stop - first, 0)
    count = (count + abs(step) - 1) // abs(step)
    o[0] = first if count > 0 else 0
    o[1] = count
    return 1 if wanted >= 0 and count != wanted else 0


@kernel(T=INDEX)
def part_from(begin: T, wanted: T, o: i64p.out, k, size):
    """o = the first position and how many there are of `size` items from begin[k] on, wanted[k] or, if that is -1, the
    rest; the status is 1 if there are not as many.
    """
    first, count = begin[k], wanted[k]
    if count == -1:
        count = size - first
    o[0], o[1] = first, count
    return 1 if first < 0 or count < 0 or first > size or count > size - first else 0


@kernel(T=INDEX)
def parts_of(wanted: T, o: i64p.out, n, size):
    """o = the sizes of the n parts of `size` items, as they are wanted; one may be -1, the rest. The status is 1 if
    these are no such parts.
    """
    known, open_ends = 0, 0
    for k in range(n):
        if wanted[k] == -1:
            open_ends += 1
        elif wanted[k] < 0:
            return 1
        else:
            known += wanted[k]
    rest = size - known
    for k in range(n):
        o[k] = rest if wanted[k] == -1 else wanted[k]
    return 1 if open_ends > 1 or rest < 0 or rest > 0 and open_ends == 0 else 0


@kernel
def windows_along(o: i64p.out, size, reach, stride, same, before, after, wanted):
    """o = how many windows there are along an axis, and how far the first one reaches out: `before`, or what is the
    same at both ends. The status is 1 if not even none has room, or another number is wanted than so many, which is
    not so below 0.
    """
    room = size + before + after - reach + stride
    if same != 0:
        o[0] = (size + stride - 1) // stride
        o[1] = max((o[0] - 1) * stride + reach - size, 0) // 2
    else:
        o[0], o[1] = max(room // stride, 0), before
    return 1 if same == 0 and room <= -stride or wanted >= 0 and o[0] != wanted else 0


@kernel
def product(a: i64p, b: i64p, o: i64p.out):
    """o = a * b."""
    o[0] = a[0] * b[0]
    return 0


@kernel(T=INDEX)
def sizes(a: T, o: i64p.out, n, most):
    """o = the numbers a; the status is 1 + the largest if it is larger than the most, or what fits into a status, as it
    is for a number below 0.
    """
    largest = 0
    for i in range(n):
        o[i] = a[i]
        largest = MOST_SAID if a[i] < 0 else max(largest, min(o[i], MOST_SAID))
    return 0 if largest <= most else 1 + largest


@kernel(T=ITEMS, split=Outermost("a", "o"))
def copy_shaped(a: T, o: T.out, rank, dims: ints):
    """o = a, of that shape."""
    n = 1
    for k in range(rank):
        n *= dims[k]
    for i in range(n):
        o[i] = a[i]
    return 0


@kernel(T=ITEMS)
def lay_rows(a: T, o: T.out, from_row, to_row, rank, dims: ints):
    """o = the rows of a, of that shape; they lie so many items apart in a, and in o, or side by side if that is 0."""
    width = 1
    for k in range(1, rank):
        width *= dims[k]
    step, way = from_row if from_row > 0 else width, to_row if to_row > 0 else width
    for i in range(dims[0]):
        for k in range(width):
            o[i * way + k] = a[i * step + k]
    return 0


@kernel(T=INDEX)
def put_numbers(o: T.out, n, numbers: ints):
    """o = the numbers."""
    for i in range(n):
        o[i] = numbers[i]
    return 0


@kernel
def part_sizes(parts: i32p, counts: i64p.out, n, count):
    """counts = how often each number below `count` is among the parts; the status is 1 + where another one is."""
    for part in range(count):
        counts[part] = 0
    for i in range(n):
        if parts[i] < 0 or parts[i] >= count:
            return 1 + i
        counts[parts[i]] += 1
    return 0


@kernel(T=ITEMS)
def part_rows(parts: i32p, a: T, counts: i64p, o: T.out, ends: i64p.scratch, n, count, width):
    """o = the rows of a, those of part 0 first, then those of part 1, and so on; counts = how many each part has."""
    end = 0
    for part in range(count):
        ends[part] = end
        end += counts[part]
    for i in range(n):
        row = ends[parts[i]]
        ends[parts[i]] = row + 1
        for k in range(width):
            o[row * width + k] = a[i * width + k]
    return 0


@kernel
def after_largest(index: i32p, count: i64p.inout, n):
    """count = 1 + the largest index, if it is not larger already; the status is 1 + where one is below 0."""
    for i in range(n):
        if index[i] < 0:
            return 1 + i
        count[0] = max(count[0], index[i] + 1)
    return 0


@kernel(T=ITEMS)
def put_rows(index: i32p, a: T, o: T.out, n, width):
    """o[index[i]] = a[i] for rows, in order."""
    for i in range(n):
        for k in range(width):
            o[index[i] * width + k] = a[i * width + k]
    return 0


@kernel(T=REALS)
def steps(start: T, delta: T, o: T.out, n):
    """o = start, start + delta, and so on, step by step."""
    x = start[0]
    for i in range(n):
        o[i] = x
        x += delta[0]
    return 0


@scalar
def steps_between(start, limit, step):
    """How many steps it is from the start to the limit."""
    way, size = abs(np.int64(limit) - np.int64(start)), abs(np.int64(step))
    return (way + size - 1) // size


@steps_between.register(*FLOATS)
def _(start, limit, step):
    found = abs((limit - start) / step)
    return np.int64(math.ceil(found)) if found < MOST else np.int64(MOST)


@kernel(T=REALS)
def step_count(start: T, limit: T, delta: T, count: i64p.out):
    """count = how many steps of delta there are from start to before the limit; the status is 1 if it is elsewhere."""
    step, first, last = delta[0], start[0], limit[0]
    if not (step > 0 and first <= last or step < 0 and first >= last):
        return 1
    count[0] = steps_between(first, last, step)
    return 0


@kernel(T=FLOATS)
def between(start: T, stop: T, o: T.out, n):
    """o = n numbers at equal distances from start to stop, or the start alone."""
    first, last = start[0], stop[0]
    step = (last - first) / like(first, max(n - 1, 1))
    for i in range(n):
        o[i] = first + step * like(first, i)
    if n > 1:
        o[n - 1] = last
    return 0
