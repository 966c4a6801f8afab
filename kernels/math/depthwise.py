"""Convolutions of each channel by itself: [images, h, w, c] with filters [kh, kw, c, m] to
[images, oh, ow, c * m]; numbers as in `convolution`.
"""

from minitf.kernels.compile.abi import FLOATS, T, assembly, at, kernel, scalar, workspace
from minitf.kernels.compile.splitting import Range
from minitf.kernels.math import weighing

CHANNELS, TAPS = 1024, 4  # that are summed up together


@assembly(weighing.weighed)
def weighed(a, a_row, a_step, a_next, b, b_row, b_step, c, c_next, rows, steps, windows, columns):
    """c[window * c_next + column] = the sum over rows and steps of
    a[window * a_next + row * a_row + step * a_step + column] * b[row * b_row + step * b_step + column].
    """
    for i in range(windows):
        for j in range(columns):
            total = c.dtype.type(0)
            for row in range(rows):
                for step in range(steps):
                    total += a[i * a_next + row * a_row + step * a_step + j] * b[row * b_row + step * b_step + j]
            c[i * c_next + j] = total
    return 0


@scalar
def taps(offset, size, dilation, limit):
    """(first, end) of the places of a window from `offset` on that are inside of an image."""
    first = -(offset // dilation) if offset < 0 else 0
    return first, max(min((limit - 1 - offset) // dilation + 1, size), first)


@kernel(T=FLOATS, split=Range("first", "count", o=("ow", "c")))
def depthwise(x: T, f: T, o: T.out, first, count, h, w, c, oh, ow, kh, kw, sh, sw, dh, dw, top, left):
    """o = the convolution in `count` rows of all images' results from `first` on, by one number for each channel."""
    for row in range(count):
        image, y0 = (first + row) // oh, (first + row) % oh * sh - top
        y_first, y_end = taps(y0, kh, dh, h)
        ox = 0
        while ox < ow:
            x0 = ox * sw - left
            x_first, x_end = taps(x0, kw, dw, w)
            windows = 1  # and as many as lie within the image, too
            if x_end - x_first == kw:
                windows = min(max((w - 1 - (kw - 1) * dw - x0) // sw + 1, 1), ow - ox)
            q = ((image * h + y0 + y_first * dh) * w + x0 + x_first * dw) * c
            f_q, o_q = at(f, (y_first * kw + x_first) * c), at(o, (row * ow + ox) * c)
            rows, steps = y_end - y_first, x_end - x_first
            weighed(at(x, q), dh * w * c, dw * c, sw * c, f_q, kw * c, c, o_q, c, rows, steps, windows, c)
            ox += windows
    return 0


@kernel(T=FLOATS, split=Range("first", "count", o=("h", "w", "c")))
def depthwise_input(g: T, f: T, o: T.out, first, count, h, w, c, oh, ow, m, kh, kw, sh, sw, dh, dw, top, left):
    """o = the gradient of `count` images from `first` on."""
    for i in range(count * h * w * c):
        o[i] = 0
    for row in range(count * oh):
        image, y0 = row // oh, row % oh * sh - top
        y_first, y_end = taps(y0, kh, dh, h)
        for ox in range(ow):
            x0, p = ox * sw - left, ((first * oh + row) * ow + ox) * c * m
            x_first, x_end = taps(x0, kw, dw, w)
            for ky in range(y_first, y_end):
                for kx in range(x_first, x_end):
                    q, r = ((image * h + y0 + ky * dh) * w + x0 + kx * dw) * c, (ky * kw + kx) * c * m
                    for i in range(m):
                        for j in range(c):
                            o[q + j] += g[p + j * m + i] * f[r + j * m + i]
    return 0


@scalar
def add_sums(x, g, o, q, p, rows, steps, windows, x_row, x_step, g_row, c, dw, sums):
    """o += the sums over rows and steps of pixels of x, from item q on, times those of g, from item p on, channel by
    channel; for so many windows, of which each begins dw pixels behind the one before.
    """
    for near in range(0, c if rows > 0 and steps > 0 else 0, CHANNELS):
        width = min(CHANNELS, c - near)
        seen, given = at(x, q + near), at(g, p + near)
        weighed(seen, x_row, x_step, dw * c, given, g_row, c, sums, width, rows, steps, windows, width)
        for i in range(windows):
            for j in range(width):
                o[i * c + near + j] += sums[i * width + j]
    return 0


@scalar
def add_taps(x, g, o, image, first, count, h, w, c, oh, ow, kw, sh, sw, dh, dw, top, left, sums):
    """o += the gradient of `count` pixels, from `first` on, of a row of a filter with one number for each of the c
    channels, by one image. Those pixels of g are looked at for several of them at once that all of the row lie upon.
    """
    y_offset = first // kw * dh - top
    y_first, y_end = lain(y_offset, sh, h, oh)
    rows, x_row, g_row = y_end - y_first, sh * w * c, ow * c
    x_from, g_from = (image * h + y_first * sh + y_offset) * w * c, (image * oh + y_first) * ow * c
    low, high = lain(-left, sw, w, ow)[0], lain((kw - 1) * dw - left, sw, w, ow)[1]
    high = max(high, low)
    for i in range(0, count, TAPS):
        offset = (first + i) % kw * dw - left
        q, windows = x_from + (low * sw + offset) * c, min(TAPS, count - i)
        add_sums(x, g, at(o, i * c), q, g_from + low * c, rows, high - low, windows, x_row, sw * c, g_row, c, dw, sums)
    for i in range(count):
        offset = (first + i) % kw * dw - left
        begin, end = lain(offset, sw, w, ow)
        for one, other in ((begin, min(low, end)), (max(high, begin), end)):
            q, p = x_from + (one * sw + offset) * c, g_from + one * c
            add_sums(x, g, at(o, i * c), q, p, rows, other - one, 1, x_row, sw * c, g_row, c, dw, sums)
    return 0


@scalar
def lain(offset, stride, limit, count):
    """(first, end) of the windows whose pixel, `offset` behind where the window begins, is inside of an image."""
    first = -(offset // stride) if offset < 0 else 0
    return first, max(min((limit - 1 - offset) // stride + 1, count), first)


@kernel(T=FLOATS, split=Range("first", "count", o=("c", "m")))
def depthwise_filter(x: T, g: T, o: T.out, first, count, images, h, w, c, oh, ow, m, kh, kw, sh, sw, dh, dw, top, left):
    """o = the gradient of `count` of the filter's kh * kw pixels from `first` on."""
    for i in range(count * c * m):
        o[i] = 0
    if m == 1:
        sums, tap = workspace(x), first
        while tap < first + count:
            taps_here, to = min(kw - tap % kw, first + count - tap), at(o, (tap - first) * c)
            for image in range(images):
                add_taps(x, g, to, image, tap, taps_here, h, w, c, oh, ow, kw, sh, sw, dh, dw, top, left, sums)
            tap += taps_here
        return 0
    for row in range(images * oh):
        image, y0 = row // oh, row % oh * sh - top
        y_first, y_end = taps(y0, kh, dh, h)
        for ox in range(ow):
            x0, p = ox * sw - left, (row * ow + ox) * c * m
            x_first, x_end = taps(x0, kw, dw, w)
            for tap in range(max(first, y_first * kw), min(first + count, y_end * kw)):
                ky, kx, r = tap // kw, tap % kw, (tap - first) * c * m
                q = ((image * h + y0 + ky * dh) * w + x0 + kx * dw) * c
                if x_first <= kx < x_end:
                    for j in range(c * m):
                        o[r + j] += x[q + j // m] * g[p + j]
    return 0
