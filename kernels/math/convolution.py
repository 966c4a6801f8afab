"""Convolutions of images [images, h, w, c] with filters [kh, kw, c, out], as products of matrices.

The patch of a pixel of the result [images, oh, ow, out] is what the filter lies upon there: kh * kw * c items
of the image, 0 outside of it. Patches are never there all at once: as many as fit into the cache are copied
out, or added back, around a block of a product. The numbers of all kernels are the same:

    sh, sw     from the patch of one pixel to that of the next
    dh, dw     from one pixel of a patch to the next
    top, left  how far the first patch reaches out of the image
"""

from minitf.kernels.compile.abi import FLOATS, WORKSPACE, T, address, at, kernel, scalar, workspace
from minitf.kernels.compile.splitting import Across, Range
from minitf.kernels.math.gemm import STEPS, block, block_of_runs
from minitf.kernels.math.sparse_gradients import few_in_all, few_in_image, filter_of_few, finite, input_of_few

DEEPEST = STEPS + STEPS // 2  # items of a patch at once
NARROWEST = 8  # rows of pixels whose patches are read where they overlap
FEWEST, MOST = 16, 2 * DEEPEST  # pixels for which a filter is read, and its items, to read patches where they overlap


COLUMNS = Across("width", together=1, before="skipped", s="count", o=("count", "out"))
MANY = 64  # columns: each of two threads has whole panels


class OfFilter(Range):
    """Rows; for threads columns, if there are many: each then lists those gradients only that it needs."""

    def among_threads(self, operands):
        """By columns, if there are many."""
        return COLUMNS if operands["width"] >= MANY else self


@scalar
def steps(left):
    """How many of the items that are left come next: as in `gemm`, whose sums these are."""
    return STEPS if left > DEEPEST else left


@scalar
def patches_at_once(x, items):
    """How many patches of so many items are copied out at once."""
    return WORKSPACE // (address(x, 1) - address(x, 0)) // max(min(items, DEEPEST), 1)


@scalar
def move(x, panel, back, first, count, begin, size, h, w, c, oh, ow, kw, sh, sw, dh, dw, top, left):
    """panel[i, j] = item begin + j of patch first + i; if `back`, it is added to the image instead."""
    run, runs = (kw * c, 1) if dw == 1 else (c, kw)  # items side by side, and how often in a row of a patch
    image, rest = first // (oh * ow), first % (oh * ow)
    oy, ox = rest // ow, rest % ow
    number, skipped = (begin // run, begin % run) if size > 0 else (0, 0)
    tap_y, tap_x = number // runs, number % runs
    for i in range(count):
        ky, kx, skip, done = tap_y, tap_x, skipped, 0
        while done < size:
            length = min(run - skip, size - done)
            y = oy * sh - top + ky * dh
            start = (ox * sw - left + kx * dw) * c + skip
            low = min(max(-start, 0), length) if 0 <= y < h else length
            high = max(min(w * c - start, length), low)
            place, base = i * size + done, (image * h + y) * w * c + start
            if back != 0:
                for j in range(low, high):
                    x[base + j] += panel[place + j]
            else:
                for j in range(low):
                    panel[place + j] = 0
                for j in range(low, high):
                    panel[place + j] = x[base + j]
                for j in range(high, length):
                    panel[place + j] = 0
            done += length
            skip, kx = 0, kx + 1
            if kx == runs:
                ky, kx = ky + 1, 0
        ox += 1
        if ox == ow:
            oy, ox = oy + 1, 0
            if oy == oh:
                image, oy = image + 1, 0
    return 0


@scalar
def strip_of(x, items, c, ow, kh, kw, sw, dw):
    """Of how many pixels side by side the patches are read where they overlap, from a copy of the rows of the image
    that they reach over; 0 if it is better to copy each patch.
    """
    pixels = WORKSPACE // (address(x, 1) - address(x, 0)) // max(kh * c, 1)  # in a row of the copy
    strip = min((pixels - (kw - 1) * dw - 1) // sw + 1, ow)
    return strip if 0 < items <= MOST and kw * c <= DEEPEST and strip >= min(ow, FEWEST) else 0


@scalar
def window(x, rows, y, start, count, dilation, length, h, width):
    """rows[count, length] = items of an image's rows y, y + dilation, ..., from `start` on; 0 outside."""
    low = min(max(-start, 0), length)
    for i in range(count):
        row, to, base = y + i * dilation, i * length, (y + i * dilation) * width + start
        high = max(min(width - start, length), low) if 0 <= row < h else low
        for j in range(low):
            rows[to + j] = 0
        for j in range(low, high):
            rows[to + j] = x[base + j]
        for j in range(high, length):
            rows[to + j] = 0
    return 0


@scalar
def band_of(x, c, oh, ow, kh, kw, sh, sw, dh, dw):
    """Of how many rows of pixels the patches are read where they overlap, from a copy of the part of the image
    that they reach over; 0 if it is better to copy each patch.
    """
    length = max(((ow - 1) * sw + kw) * c, 1)
    rows = WORKSPACE // (address(x, 1) - address(x, 0)) // length
    band = min((rows - (kh - 1) * dh - 1) // sh + 1, oh) if rows > (kh - 1) * dh else 0
    return band if dw == 1 and NARROWEST <= ow <= DEEPEST and 0 < kw * c <= DEEPEST else 0


@kernel(T=FLOATS, split=Range("first", "count", o=("out",)))
def conv2d(x: T, f: T, o: T.out, first, count, h, w, c, oh, ow, out, kh, kw, sh, sw, dh, dw, top, left):
    """o = the convolution at `count` pixels of the result from `first` on, counted through all images."""
    panel, scratch = workspace(x), workspace(f)
    items = kh * kw * c
    strip = strip_of(x, items, c, ow, kh, kw, sw, dw)
    if strip > 0:
        i, most = 0, max(DEEPEST // (kw * c), 1) if dw == 1 else 1
        while i < count:
            pixel, oy, ox = (first + i) // (oh * ow), (first + i) // ow % oh, (first + i) % ow
            m = min(min(strip, ow - ox), count - i)
            length = ((m - 1) * sw + (kw - 1) * dw + 1) * c
            window(at(x, pixel * h * w * c), panel, oy * sh - top, (ox * sw - left) * c, kh, dh, length, h, w * c)
            for ky in range(0, kh, most):
                a, f_y, o_i, add = at(panel, ky * length), at(f, ky * kw * c * out), at(o, i * out), min(ky, 1)
                k, runs, a_run = (kw * c, min(most, kh - ky), length) if dw == 1 else (c, kw, dw * c)
                block_of_runs(a, sw * c, 1, a_run, f_y, o_i, m, out, k, runs, add, scratch)
            i += m
        return 0
    rows = patches_at_once(x, items)
    for i in range(0, count, rows):
        m, begin = min(rows, count - i), 0
        while begin < items or begin == 0:
            k = steps(items - begin)
            move(x, panel, 0, first + i, m, begin, k, h, w, c, oh, ow, kw, sh, sw, dh, dw, top, left)
            add = 1 if begin > 0 else 0
            block(panel, k, 1, at(f, begin * out), out, 1, at(o, i * out), out, m, out, k, add, scratch)
            begin += max(k, 1)
    return 0


ROWS = OfFilter("first", "count", s=("width",), o=("out",))


@kernel(T=FLOATS, split=ROWS)
def conv2d_filter(
    x: T,
    g: T,
    s: T.scratch,
    o: T.out,
    first,
    count,
    skipped,
    width,
    n,
    h,
    w,
    c,
    oh,
    ow,
    out,
    kh,
    kw,
    sh,
    sw,
    dh,
    dw,
    top,
    left,
):
    """o = the sums of patches times gradients g [images, oh, ow, out]: the gradient of the filter, of which `width`
    items, behind those `skipped`, in each of `count` rows from `first` on; s has room for as many.
    """
    panel, scratch = workspace(x), workspace(g)
    if few_in_all(x, g, n, h, w, c, oh, ow, out, kh, kw, sh, sw, dh, dw):
        return filter_of_few(
            x, at(g, skipped), s, o, first, count, width, n, h, w, c, oh, ow, out, kh, kw, sh, sw, dh, dw, top, left
        )
    pixels, deepest = n * oh * ow, max(min(count, DEEPEST), 1)
    rows = min(patches_at_once(x, count), DEEPEST)
    i = 0
    while i < pixels or i == 0:
        k = min(rows, pixels - i)
        for begin in range(0, count, deepest):
            m = min(deepest, count - begin)
            move(x, panel, 0, i, k, first + begin, m, h, w, c, oh, ow, kw, sh, sw, dh, dw, top, left)
            add = 1 if i > 0 else 0
            block(panel, 1, m, at(g, i * out + skipped), out, 1, at(o, begin * out), out, m, width, k, add, scratch)
        i += max(k, 1)
    return 0


@scalar
def input_of_patches(g, f, o, h, w, c, oh, ow, out, kh, kw, sh, sw, dh, dw, top, left):
    """`conv2d_input` of one image as products."""
    panel, scratch = workspace(g), workspace(f)
    for i in range(h * w * c):
        o[i] = 0
    items, pixels = kh * kw * c, oh * ow
    rows, deepest = patches_at_once(g, items), max(min(items, DEEPEST), 1)
    for i in range(0, pixels, rows):
        m, g_i = min(rows, pixels - i), at(g, i * out)
        for begin in range(0, items, deepest):
            n, p = min(deepest, items - begin), 0
            while p < out or p == 0:
                k = steps(out - p)
                f_p, add = at(f, p * items + begin), 1 if p > 0 else 0
                block(at(g_i, p), out, 1, f_p, items, 1, panel, n, m, n, k, add, scratch)
                p += max(k, 1)
            move(o, panel, 1, i, m, begin, n, h, w, c, oh, ow, kw, sh, sw, dh, dw, top, left)
    return 0


@kernel(T=FLOATS, split=Range("first", "count", o=("h", "w", "c")))
def conv2d_input(g: T, f: T, o: T.out, first, count, h, w, c, oh, ow, out, kh, kw, sh, sw, dh, dw, top, left):
    """o = gradients g [images, oh, ow, out] times filters f [out, kh, kw, c], summed where patches overlap:
    the gradient of `count` images from `first` on.
    """
    right = finite(f, out * kh * kw * c)
    for i in range(count):
        g_i, o_i = at(g, (first + i) * oh * ow * out), at(o, i * h * w * c)
        if right and few_in_image(g_i, c, oh, ow, out, kh, kw, sh, sw, dh, dw):
            input_of_few(g_i, f, o_i, h, w, c, oh, ow, out, kh, kw, sh, sw, dh, dw, top, left)
        else:
            input_of_patches(g_i, f, o_i, h, w, c, oh, ow, out, kh, kw, sh, sw, dh, dw, top, left)
    return 0
