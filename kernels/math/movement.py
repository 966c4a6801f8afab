"""Moving numbers without computing: copies through strides, gathering, selecting, filling.

Items are moved by size, so dtypes are bound by `layout.carrier`. Transposition, slicing, reversal, tiling and
broadcasting are `strided_copy`; concatenation, padding, diagonals and gradients of slices are `strided_write`.
"""

from minitf.kernels.compile.abi import INDEX, ITEMS, I, T, address, at, ints, kernel, like, scalar, u8p, workspace
from minitf.kernels.compile.splitting import Blocks, By, Either, InSlots, Nest, Shared
from minitf.kernels.math.elementwise import repeats, start
from minitf.kernels.math.gemm import transpose
from minitf.kernels.math.tiling import VECTOR_SIZE

TILE, TURNED = 16, 64  # columns and rows moved together when a transposition reads across cache lines
FEW = 8  # with fewer columns or rows, squares are mostly empty


def of_one(operands):
    """Whether it is one part that is taken or put, of one whole."""
    return operands["outer"] == 1 and operands["n"] == 1


TAKEN = Shared(Either(Blocks("outer", a="size stride", o="n stride"), InSlots(of_one, a="size", o=1)))
PUT = Shared(Either(Blocks("outer", a="n stride", o="size stride"), InSlots(of_one, a=1, o="size")))


@kernel(T=ITEMS, split=By("n", o=1))
def fill(value: T, o: T.out, n):
    """o = the one number at `value`."""
    x = value[0]
    for i in range(n):
        o[i] = x
    return 0


@kernel(T=ITEMS, split=By("n", o=1))
def clear(o: T.out, n):
    """o = 0."""
    for i in range(n):
        o[i] = 0
    return 0


@scalar
def adjacent(rank, dims):
    """The loop, not the innermost, along which items are next to each other; -1 if there is none."""
    for loop in range(rank - 2, -1, -1):
        if dims[2 * loop + 1] == 1:
            return loop
    return -1


@scalar
def turned_by_items(a, o, step, apart, columns, rows):
    """`turned`, item by item."""
    for i in range(rows):
        for j in range(columns):
            o[i * apart + j] = a[i + j * step]
    return 0


@scalar
def turned(x, a, o, step, apart, columns, rows):
    """o[row * apart + column] = a[row + column * step], for up to `TILE` columns of items like x."""
    return turned_by_items(a, o, step, apart, columns, rows)


@turned.register("uint32", "uint64")
def _(x, a, o, step, apart, columns, rows):
    """By squares in registers: each cache line is read once, however many of them share a set."""
    if min(rows, columns) < FEW:
        return turned_by_items(a, o, step, apart, columns, rows)
    panel, lanes = workspace(a), VECTOR_SIZE // (address(a, 1) - address(a, 0))
    width = -(-columns // lanes) * lanes
    for first in range(0, rows, TURNED):
        count = min(TURNED, rows - first)
        transpose(at(a, first), step, panel, count, columns)
        for i in range(count):
            for j in range(columns):
                o[(first + i) * apart + j] = panel[i * width + j]
    return 0


@kernel(T=ITEMS, split=Nest(["a"], packed="o"))
def strided_copy(a: T, o: T.out, offset, rank, dims: ints):
    """o = the items of a that a nest visits from an offset; dims hold the strides of a, of any sign."""
    n, step = dims[2 * rank - 2], dims[2 * rank - 1]
    rows, along = repeats(rank, dims, 2), adjacent(rank, dims)
    m, down = (dims[2 * rank - 4], dims[2 * rank - 3]) if rank > 1 else (1, 0)
    if step == 1:
        for row in range(0, rows, max(m, 1)):
            p, r = offset + start(rank, dims, 2, 1, row), row * n
            for _ in range(m):
                for i in range(n):
                    o[r + i] = a[p + i]
                p, r = p + down, r + n
    elif step == 0:
        for row in range(0, rows, max(m, 1)):
            p, r = offset + start(rank, dims, 2, 1, row), row * n
            for _ in range(m):
                x = a[p]
                for i in range(n):
                    o[r + i] = x
                p, r = p + down, r + n
    elif along >= 0:
        m, between = dims[2 * along], 1
        for loop in range(along + 1, rank - 1):
            between *= dims[2 * loop]
        for row in range(rows // max(m, 1) if n > 0 else 0):
            first = row // between * m * between + row % between
            p, r = offset + start(rank, dims, 2, 1, first), first * n
            for near in range(0, n, TILE):
                far = min(near + TILE, n)
                turned(a[0], at(a, p + near * step), at(o, r + near), step, between * n, far - near, m)
    else:
        for row in range(0, rows, max(m, 1)):
            p, r = offset + start(rank, dims, 2, 1, row), row * n
            for _ in range(m):
                for i in range(n):
                    o[r + i] = a[p + i * step]
                p, r = p + down, r + n
    return 0


@kernel(T=ITEMS, split=Nest(["o"], packed="a"))
def strided_write(a: T, o: T.out, offset, rank, dims: ints):
    """The items of o that a nest visits from an offset = a; dims hold the strides of o."""
    n, step = dims[2 * rank - 2], dims[2 * rank - 1]
    for row in range(repeats(rank, dims, 2)):
        p, r = row * n, offset + start(rank, dims, 2, 1, row)
        if step == 1:
            for i in range(n):
                o[r + i] = a[p + i]
        else:
            for i in range(n):
                o[r + i * step] = a[p + i]
    return 0


@kernel(T=ITEMS, split=Nest(["mask", "a", "b"], packed="o"))
def select(mask: u8p, a: T, b: T, o: T.out.over("a", "b"), rank, dims: ints):
    """o = a where mask, else b, broadcasting; dims hold the strides of mask, a and b."""
    last = 4 * rank - 4
    n, step_c, step_a, step_b = dims[last], dims[last + 1], dims[last + 2], dims[last + 3]
    for row in range(repeats(rank, dims, 4)):
        p, q = start(rank, dims, 4, 1, row), start(rank, dims, 4, 2, row)
        r, s = start(rank, dims, 4, 3, row), row * n
        if step_c == 1 and step_a == 1 and step_b == 1:
            for i in range(n):
                x, y = a[q + i], b[r + i]  # both, for only loads without a condition vectorize
                o[s + i] = x if mask[p + i] else y
        elif step_c == 0 and step_a == 1 and step_b == 1:
            if mask[p]:
                for i in range(n):
                    o[s + i] = a[q + i]
            else:
                for i in range(n):
                    o[s + i] = b[r + i]
        else:
            for i in range(n):
                o[s + i] = a[q + i * step_a] if mask[p + i * step_c] else b[r + i * step_b]
    return 0


@kernel(T=ITEMS, I=INDEX, split=By("n", when=lambda o: o["outer"] == 1, index=1, o="width"))
def gather(a: T, index: I, o: T.out, outer, rows, n, width):
    """o[p, i] = a[p, index[i]] for a of [outer, rows, width]; the status is 1 + the first bad i."""
    for i in range(n):
        if index[i] < 0 or index[i] >= rows:
            return 1 + i
    for p in range(outer):
        for i in range(n):
            source, target = (p * rows + index[i]) * width, (p * n + i) * width
            for k in range(width):
                o[target + k] = a[source + k]
    return 0


@kernel(T=ITEMS, I=INDEX, split=Blocks("outer", a="size width", o="size width"))
def roll(a: T, shift: I, o: T.out, item, outer, size, width):
    """o[p, (i + shift[item]) modulo size] = a[p, i] for a of [outer, size, width]."""
    length = size * width
    moved = shift[item] % size * width if size > 0 else 0
    for p in range(outer):
        start = p * length
        for k in range(length - moved):
            o[start + moved + k] = a[start + k]
        for k in range(moved):
            o[start + k] = a[start + length - moved + k]
    return 0


@kernel(T=ITEMS, split=Blocks("images", a="h w c", o="oh ow kh kw c"))
def patches(a: T, o: T.out, images, h, w, c, oh, ow, kh, kw, sh, sw, dh, dw, top, left):
    """o[images, oh, ow, kh, kw, c] = the windows of a [images, h, w, c], numbers as in `convolution`; 0 outside."""
    p = 0
    for n in range(images):
        for y in range(oh):
            for x in range(ow):
                for i in range(kh):
                    row = y * sh - top + i * dh
                    for j in range(kw):
                        column = x * sw - left + j * dw
                        inside = (row >= 0) & (row < h) & (column >= 0) & (column < w)
                        start = ((n * h + row) * w + column) * c
                        for k in range(c):
                            if inside:
                                o[p + k] = a[start + k]
                            else:
                                o[p + k] = 0
                        p += c
    return 0


@scalar
def place(position, size, n, wraps):
    """Where n of `size` items begin, counted from the end if negative and `wraps`; -1 if they are not all there."""
    begin = position + size if wraps != 0 and position < 0 else position
    return begin if 0 <= begin <= size - n else -1


@kernel(T=ITEMS, I=INDEX, split=TAKEN)
def take_at(begin: I, a: T, o: T.out, item, wraps, size, outer, n, rows, width, stride):
    """o[p] = a[p, at : at + n] for a of [outer, size, stride], at = begin[item]; see `place`. If n is 1, only `rows` of
    `width` of the items.
    """
    first = place(begin[item], size, n, wraps)
    if first < 0:
        return 1
    for p in range(outer):
        source, target = (p * size + first) * stride, p * n * stride
        for k in range(rows * width if n == 1 else n * stride):
            o[target + k] = a[source + k]
    return 0


@kernel(I=INDEX, split=PUT)
def put_at(begin: I, a: T, o: T.inout, item, wraps, size, outer, n, rows, width, stride, beta):
    """o[p, at : at + n] = a[p], the rest of o is 0; with beta a is added to what is there. See `take_at`."""
    first = place(begin[item], size, n, wraps)
    if first < 0:
        return 1
    if beta == 0:
        for p in range(outer * size):
            for k in range(rows * width):
                o[p * stride + k] = 0
    for p in range(outer):
        source, target = p * n * stride, (p * size + first) * stride
        if beta == 0:
            for k in range(rows * width if n == 1 else n * stride):
                o[target + k] = a[source + k]
        else:
            for k in range(rows * width if n == 1 else n * stride):
                o[target + k] += a[source + k]
    return 0


@kernel(T=ITEMS, I=INDEX)
def gather_nd(a: T, index: I, o: T.out, n, width, depth, dims: ints):
    """o[i] = the `width` items of a at n tuples of `depth` indices into the sizes `dims`."""
    for i in range(n):
        row = 0
        for d in range(depth):
            place = index[i * depth + d]
            if place < 0 or place >= dims[d]:
                return 1 + i
            row = row * dims[d] + place
        for k in range(width):
            o[i * width + k] = a[row * width + k]
    return 0


@kernel(T=ITEMS, I=INDEX)
def one_hot(index: I, on: T, off: T, o: T.out, outer, depth, inner):
    """o[p, d, q] = on[0] if index[p, q] == d, else off[0], for o of [outer, depth, inner]."""
    hot, cold = on[0], off[0]
    for i in range(outer * depth * inner):
        o[i] = cold
    for p in range(outer):
        for q in range(inner):
            d = index[p * inner + q]
            if 0 <= d < depth:
                o[(p * depth + d) * inner + q] = hot
    return 0


@kernel(T=ITEMS, I=INDEX)
def reverse_sequence(a: T, lengths: I, o: T.out, outer, first, middle, second, inner, batch_first):
    """Reverses the first lengths[b] steps of every sequence of a [outer, first, middle, second, inner].

    The batch is `first` and time `second`, or the other way round. The status is 1 + the first b whose length
    exceeds the time.
    """
    batches, steps = (first, second) if batch_first else (second, first)
    for b in range(batches):
        if lengths[b] < 0 or lengths[b] > steps:
            return 1 + b
    for p in range(outer):
        for f in range(first):
            for m in range(middle):
                for s in range(second):
                    b, t = (f, s) if batch_first else (s, f)
                    t = lengths[b] - 1 - t if t < lengths[b] else t
                    g, u = (b, t) if batch_first else (t, b)
                    target = (((p * first + f) * middle + m) * second + s) * inner
                    source = (((p * first + g) * middle + m) * second + u) * inner
                    for k in range(inner):
                        o[target + k] = a[source + k]
    return 0


@kernel(T=ITEMS, I=INDEX)
def matrix_band_part(a: T, lower: I, upper: I, o: T.out, batch, rows, columns):
    """o = a within `lower` diagonals below and `upper` above the main one (all if negative), else 0."""
    for p in range(batch):
        for i in range(rows):
            first = 0 if lower[0] < 0 else i - lower[0]
            last = columns if upper[0] < 0 else i + upper[0] + 1
            r = (p * rows + i) * columns
            for j in range(columns):
                o[r + j] = a[r + j] if first <= j < last else like(a[r + j], 0)
    return 0


@kernel(I=INDEX)
def invert_permutation(a: I, o: I.out, n):
    """o[a[i]] = i; the status is 1 + the first i that is out of range or a repetition."""
    for i in range(n):
        o[i] = -1
    for i in range(n):
        if a[i] < 0 or a[i] >= n or o[a[i]] >= 0:
            return 1 + i
        o[a[i]] = i
    return 0
