"""Convolutions of each channel by itself: [images, h, w, c] with filters [kh, kw, c, m] to
[images, oh, ow, c * m]; numbers as in `convolution`.
"""

from minitf.kernels.compile.abi import FLOATS, T, assembly, at, kernel, scalar, workspace
from minitf.kernels.compile.splitting import Range
from minitf.kernels.math import weighing

CHANNELS = 1024  # that are summed up together


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
def add_tap(x, g, o, image, h, w, c, oh, ow, ky, kx, sh, sw, dh, dw, top, left, sums):
    """o += the gradient of one pixel of a filter with one number for each of the c channels, by one image."""
    y_offset, x_offset = ky * dh - top, kx * dw - left
    y_first, y_end = lain(y_offset, sh, h, oh)
    x_first, x_end = lain(x_offset, sw, w, ow)
    rows, steps = y_end - y_first, x_end - x_first
    if rows == 0 or steps == 0:
        return 0
    q = ((image * h + y_first * sh + y_offset) * w + x_first * sw + x_offset) * c
    p = ((image * oh + y_first) * ow + x_first) * c
    for near in range(0, c, CHANNELS):
        width = min(CHANNELS, c - near)
        seen, given = at(x, q + near), at(g, p + near)
        weighed(seen, sh * w * c, sw * c, 0, given, ow * c, c, sums, 0, rows, steps, 1, width)
        for j in range(width):
            o[near + j] += sums[j]
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
        sums = workspace(x)
        for tap in range(first, first + count):
            for image in range(images):
                to = at(o, (tap - first) * c)
                add_tap(x, g, to, image, h, w, c, oh, ow, tap // kw, tap % kw, sh, sw, dh, dw, top, left, sums)
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
