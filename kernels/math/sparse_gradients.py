"""Gradients of convolutions whose results' gradients are mostly zero; shapes and numbers as in `convolution`.

Behind the largest of windows and behind relu most gradients are 0. What is not is listed, and multiplied by runs
of pixels of the images, or of the filter, that lie side by side: sums of a few rows of a matrix.
"""

import numpy as np

from minitf.kernels.compile.abi import WORKSPACE, address, assembly, at, bits, from_bits, scalar, workspace
from minitf.kernels.math import nonzeros
from minitf.kernels.math.gemm import transpose, turn
from minitf.kernels.math.tiling import VECTOR_SIZE

PATCHES = 16  # in a tile, at least: channels are cut until it has room for so many
STARTING, LISTING = 20, 2  # processor cycles: for a sum, and for looking at an item
LARGEST = 1 << 31  # items of a filter: places in it have room in 32 bits


@scalar
def number(x, i):
    """The integer i in the memory of a number like x."""
    return from_bits(np.int64(i))


@number.register(np.float32)
def _(x, i):
    return from_bits(np.int32(i))


@assembly(nonzeros.listed)
def listed(a, table, n, values, places, count):
    """Appends a[i] != 0 to the values and table[i] to the places, for i < n; returns how many there are then."""
    for i in range(n):
        if a[i] != 0:
            values[count], places[count] = a[i], table[i]
            count += 1
    return count


@assembly(nonzeros.sums)
def sums(values, places, ends, rows, b, c, targets, columns):
    """c[targets[row] + column] += values[i] * b[places[i] + column] for each row and the i that are its own: from
    ends[row - 1], or 0, to ends[row] - 1.
    """
    first = 0
    for row in range(rows):
        target, end = int(bits(targets[row])), int(bits(ends[row]))
        for i in range(first, end):
            place = int(bits(places[i]))
            for q in range(columns):
                c[target + q] += values[i] * b[place + q]
        first = end
    return 0


@scalar
def not_zero(x, n):
    """How many of n items are not 0."""
    count = 0
    for i in range(n):
        count += 1 if x[i] != 0 else 0
    return count


@scalar
def finite(x, n):
    """Whether n items are all finite: times 0 they are 0."""
    count = 0
    for i in range(n):
        count += 1 if x[i] - x[i] != 0 else 0
    return count == 0


@scalar
def sizes(x):
    """(How many numbers like x are in a vector, and in a workspace)."""
    size = address(x, 1) - address(x, 0)
    return VECTOR_SIZE // size, WORKSPACE // size


@scalar
def up(n, lanes):
    """n, rounded up to whole vectors."""
    return (n + lanes - 1) // lanes * lanes


@scalar
def tiles(x, most, c, oh, ow, kh, kw, sh, sw, dh, dw):
    """(channels of a tile, its rows and columns of patches, `most` in all); 0, 0, 0 if it has no room for many."""
    lanes, room = sizes(x)
    tall, wide = (kh - 1) * dh + 1, (kw - 1) * dw + 1
    wanted = min(PATCHES * tall * wide, ((oh - 1) * sh + tall) * ((ow - 1) * sw + wide))
    depth = c
    while depth > lanes and room // depth < wanted:
        depth = up(depth // 2, lanes)
    pixels = room // max(depth, 1)
    if pixels < wanted or most < 1 or depth == 0:
        return 0, 0, 0
    across = min((pixels // tall - wide) // sw + 1, ow, most)
    down = (pixels // ((across - 1) * sw + wide) - tall) // sh + 1
    row = across if across == ow else up(across, lanes)  # rows of whole vectors, unless all lie side by side
    return depth, min(down, oh, max(most // max(row, 1), 1)), across


@scalar
def fewer_steps(x, g, n, lists, depth, c, out, kh, kw, dw):
    """Whether sums of what is not 0 among n gradients, in so many lists, take less time than all products."""
    lanes, _ = sizes(x)
    if depth == 0 or out * kh * kw * c >= LARGEST:
        return False
    run, runs = (kw * c, 1) if dw == 1 and depth == c else (depth, kw)
    blocks = (c + depth - 1) // depth
    taps = kh * runs * blocks
    vectors = taps * (up(run, lanes) // lanes)
    cycles = lists * (2 * vectors + STARTING * taps) + LISTING * blocks * n
    most = 7 * (n * kh * kw * c // (2 * lanes))
    return 8 * cycles < most and 8 * (cycles + not_zero(g, n) * vectors) < most


@scalar
def places_of(places, x, rows, length, step, sh, sw, size):
    """places[row, column] = where the patch of a pixel starts in a tile with so many pixels in a row."""
    for i in range(rows):
        for j in range(length):
            places[i * length + j] = number(x[0], (i * sh * step + j * sw) * size)
    return 0


@scalar
def cut_out(x, tile, y, x0, tall, wide, h, w, c, depth):
    """tile[tall, wide, depth] = the pixels of an image from y, x0 on; 0 outside of it."""
    if depth == c:  # pixels side by side are in one piece
        x0, wide, w, c, depth = x0 * c, wide * c, w * c, 1, 1
    for i in range(tall):
        low = min(max(-x0, 0), wide)
        high = max(min(w - x0, wide), low) if 0 <= y + i < h else low
        to, start = i * wide * depth, ((y + i) * w + x0) * c
        for j in range(low * depth):
            tile[to + j] = 0
        if c == 1:
            for j in range(low, high):
                tile[to + j] = x[start + j]
        else:
            for j in range(low, high):
                for k in range(depth):
                    tile[to + j * depth + k] = x[start + j * c + k]
        for j in range(high * depth, wide * depth):
            tile[to + j] = 0
    return 0


@scalar
def filter_tiles(x, c, oh, ow, kh, kw, sh, sw, dh, dw):
    """`tiles` for a filter: the patches of a vector of outs have room in lists."""
    lanes, room = sizes(x)
    return tiles(x, room // lanes - lanes, c, oh, ow, kh, kw, sh, sw, dh, dw)


@scalar
def few_in_all(x, g, images, h, w, c, oh, ow, out, kh, kw, sh, sw, dh, dw):
    """Whether `filter_of_few` is faster than products, and all of x is finite: what is not makes NaN of 0."""
    n = images * oh * ow * out
    if n * kh * kw * c == 0:
        return False
    depth, down, across = filter_tiles(x, c, oh, ow, kh, kw, sh, sw, dh, dw)
    lists = images * out * ((oh + down - 1) // max(down, 1)) * ((ow + across - 1) // max(across, 1))
    return fewer_steps(x, g, n, lists, depth, c, out, kh, kw, dw) and finite(x, images * h * w * c)


@scalar
def columns_listed(g, some, rows, length, ow, out, panel, table, values, places, ends):
    """Lists what is not zero in some columns of g, at the pixels of a tile; returns how much it is."""
    lanes, _ = sizes(g)
    step, n = up(length, lanes), 0
    for i in range(rows):
        transpose(at(g, i * ow * out), out, at(panel, i * lanes * step), some, length)
    for j in range(some):
        for i in range(rows):
            n = listed(at(panel, (i * lanes + j) * step), at(table, i * length), length, values, places, n)
        ends[j] = number(g[0], n)
    return n


@scalar
def filter_of_few(x, g, s, o, first, count, columns, images, h, w, c, oh, ow, out, kh, kw, sh, sw, dh, dw, top, left):
    """`conv2d_filter` by tiles of images, and in each by some columns; s is its transpose."""
    depth, down, across = filter_tiles(x, c, oh, ow, kh, kw, sh, sw, dh, dw)
    tile, panel, values, places, tables = workspace(x), workspace(g), workspace(o), workspace(x), workspace(g)
    lanes, room = sizes(x)
    table, ends, targets = tables, at(tables, room // lanes), at(tables, 2 * (room // lanes))
    for i in range(count * columns):
        s[i] = 0
    for i in range(lanes):
        targets[i] = number(x[0], i * count)
    downs, acrosses = (oh + down - 1) // down, (ow + across - 1) // across
    for begin in range(0, c, depth):
        size = min(depth, c - begin)
        run, runs = (kw * c, 1) if dw == 1 and size == c else (size, kw)
        for i in range(images * downs * acrosses):
            image, oy, ox = i // acrosses // downs, i // acrosses % downs * down, i % acrosses * across
            rows, length = min(down, oh - oy), min(across, ow - ox)
            tall, wide = (rows - 1) * sh + (kh - 1) * dh + 1, (length - 1) * sw + (kw - 1) * dw + 1
            x_image = at(x, image * h * w * c + begin)
            cut_out(x_image, tile, oy * sh - top, ox * sw - left, tall, wide, h, w, c, size)
            places_of(table, x, rows, length, wide, sh, sw, size)
            if length == ow:  # all of them lie side by side
                rows, length = 1, rows * length
            for k in range(0, columns, lanes):
                g_k, some = at(g, ((image * oh + oy) * ow + ox) * out + k), min(columns - k, lanes)
                n = columns_listed(g_k, some, rows, length, ow, out, panel, table, values, places, ends)
                for tap in range(kh * runs if n > 0 else 0):
                    ky, kx = tap // runs, tap % runs
                    row = (ky * kw + kx) * c + begin
                    low, high = max(row, first), min(row + run, first + count)
                    if high > low:
                        x_tap = at(tile, (ky * dh * wide + kx * dw) * size + low - row)
                        s_tap = at(s, k * count + low - first)
                        sums(values, places, ends, some, x_tap, s_tap, targets, high - low)
    turn(s, count, o, out, columns, count)
    return 0


@scalar
def add_back(tile, o, y, x0, tall, wide, h, w, c, depth):
    """Adds a tile [tall, wide, depth] to the pixels of an image from y, x0 on; what is outside is lost."""
    if depth == c:  # pixels side by side are in one piece
        x0, wide, w, c, depth = x0 * c, wide * c, w * c, 1, 1
    low, high = max(-x0, 0), min(w - x0, wide)
    for i in range(max(-y, 0), min(h - y, tall)):
        p, q = i * wide * depth, ((y + i) * w + x0) * c
        if c == 1:
            for j in range(low, high):
                o[q + j] += tile[p + j]
        else:
            for j in range(low, high):
                for k in range(depth):
                    o[q + j * c + k] += tile[p + j * depth + k]
    return 0


@scalar
def input_tiles(g, c, oh, ow, out, kh, kw, sh, sw, dh, dw):
    """`tiles` for images: all outs of the patches have room in lists."""
    lanes, room = sizes(g)
    return tiles(g, min((room - lanes) // out, room // 2), c, oh, ow, kh, kw, sh, sw, dh, dw)


@scalar
def few_in_image(g, c, oh, ow, out, kh, kw, sh, sw, dh, dw):
    """Whether `input_of_few` is faster than products."""
    n, lists = oh * ow * out, oh * ow
    if n * kh * kw * c == 0:
        return False
    depth, _, _ = input_tiles(g, c, oh, ow, out, kh, kw, sh, sw, dh, dw)
    return fewer_steps(g, g, n, lists, depth, c, out, kh, kw, dw)


@scalar
def rows_listed(g, rows, length, ow, out, table, values, places, ends):
    """Lists what is not zero at the pixels of a tile; returns how much it is."""
    n = 0
    for i in range(rows):
        for j in range(length):
            n = listed(at(g, (i * ow + j) * out), table, out, values, places, n)
            ends[i * length + j] = number(g[0], n)
    return n


@scalar
def input_of_few(g, f, o, h, w, c, oh, ow, out, kh, kw, sh, sw, dh, dw, top, left):
    """`conv2d_input` of one image, by tiles."""
    depth, down, across = input_tiles(g, c, oh, ow, out, kh, kw, sh, sw, dh, dw)
    tile, values, places, tables, table = workspace(g), workspace(f), workspace(o), workspace(g), workspace(f)
    _, room = sizes(g)
    ends, targets = tables, at(tables, room // 2)
    for i in range(out):
        table[i] = number(g[0], i * kh * kw * c)
    for i in range(h * w * c):
        o[i] = 0
    for begin in range(0, c, depth):
        size = min(depth, c - begin)
        run, runs = (kw * c, 1) if dw == 1 and size == c else (size, kw)
        for oy in range(0, oh, down):
            for ox in range(0, ow, across):
                rows, length = min(down, oh - oy), min(across, ow - ox)
                tall, wide = (rows - 1) * sh + (kh - 1) * dh + 1, (length - 1) * sw + (kw - 1) * dw + 1
                for i in range(tall * wide * size):
                    tile[i] = 0
                places_of(targets, g, rows, length, wide, sh, sw, size)
                n = rows_listed(at(g, (oy * ow + ox) * out), rows, length, ow, out, table, values, places, ends)
                for tap in range(kh * runs if n > 0 else 0):
                    ky, kx = tap // runs, tap % runs
                    f_tap, to = at(f, (ky * kw + kx) * c + begin), at(tile, (ky * dh * wide + kx * dw) * size)
                    sums(values, places, ends, rows * length, f_tap, to, targets, run)
                add_back(tile, at(o, begin), oy * sh - top, ox * sw - left, tall, wide, h, w, c, size)
    return 0
