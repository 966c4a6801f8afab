"""Pooling of images [images, h, w, c] into [images, oh, ow, c]; numbers as in `convolution`.

Rows of the result are counted through all images. What of a window lies outside of the image does not count.
"""

from minitf.kernels.compile.abi import FLOATS, REALS, T, i64, kernel, like, real, scalar, workspace
from minitf.kernels.compile.splitting import Range

CHANNELS = 1024  # at once: their largest items, and where these are, fit into the workspace


@scalar
def inside(start, size, limit):
    """(first, end) of the places of a window that are inside of an image."""
    return max(-start, 0), min(limit - start, size)


@kernel(T=REALS, split=Range("first", "count", o=("ow", "c")))
def max_pool(
    x: T,
    o: T.out,
    lowest: real,
    first: i64,
    count: i64,
    h: i64,
    w: i64,
    c: i64,
    oh: i64,
    ow: i64,
    kh: i64,
    kw: i64,
    sh: i64,
    sw: i64,
    top: i64,
    left: i64,
):
    """o = the largest of each window, `lowest` if there is none; NaN does not count."""
    for row in range(count):
        image, y = (first + row) // oh, (first + row) % oh * sh - top
        for ox in range(ow):
            x0, p = ox * sw - left, (row * ow + ox) * c
            for j in range(c):
                o[p + j] = like(x[0], lowest)
            y_first, y_end = inside(y, kh, h)
            x_first, x_end = inside(x0, kw, w)
            for ky in range(y_first, y_end):
                for kx in range(x_first, x_end):
                    q = ((image * h + y + ky) * w + x0 + kx) * c
                    for j in range(c):
                        o[p + j] = x[q + j] if x[q + j] > o[p + j] else o[p + j]
    return 0


@kernel(T=FLOATS, split=Range("first", "count", o=("h", "w", "c")))
def max_pool_grad(
    x: T,
    g: T,
    o: T.out,
    first: i64,
    count: i64,
    h: i64,
    w: i64,
    c: i64,
    oh: i64,
    ow: i64,
    kh: i64,
    kw: i64,
    sh: i64,
    sw: i64,
    top: i64,
    left: i64,
):
    """o = gradients g of the windows of `count` images from `first` on, each at the first of the largest."""
    best, places = workspace(x), workspace(g)
    for i in range(count * h * w * c):
        o[i] = 0
    for row in range(count * oh):
        image, y = row // oh, row % oh * sh - top
        y_first, y_end = inside(y, kh, h)
        for ox in range(ow if y_end > y_first else 0):
            x0 = ox * sw - left
            x_first, x_end = inside(x0, kw, w)
            for channel in range(0, c if x_end > x_first else 0, CHANNELS):
                n, p = min(c - channel, CHANNELS), ((first * oh + row) * ow + ox) * c + channel
                start = (((first + image) * h + y + y_first) * w + x0 + x_first) * c + channel
                for j in range(n):
                    best[j], places[j] = x[start + j], like(x[0], y_first * kw + x_first)
                for ky in range(y_first, y_end):
                    for kx in range(x_first, x_end):
                        q = (((first + image) * h + y + ky) * w + x0 + kx) * c + channel
                        place = like(x[0], ky * kw + kx)
                        for j in range(n):
                            larger = x[q + j] > best[j]
                            best[j] = x[q + j] if larger else best[j]
                            places[j] = place if larger else places[j]
                for ky in range(y_first, y_end):
                    for kx in range(x_first, x_end):
                        q = ((image * h + y + ky) * w + x0 + kx) * c + channel
                        place = like(x[0], ky * kw + kx)
                        for j in range(n):
                            o[q + j] += g[p + j] if places[j] == place else like(g[0], 0)
    return 0


@kernel(T=FLOATS, split=Range("first", "count", o=("ow", "c")))
def max_pool_grad_grad(
    x: T,
    y: T,
    g: T,
    o: T.out,
    first: i64,
    count: i64,
    h: i64,
    w: i64,
    c: i64,
    oh: i64,
    ow: i64,
    kh: i64,
    kw: i64,
    sh: i64,
    sw: i64,
    top: i64,
    left: i64,
):
    """o = the item of g, which is shaped like x, at the first place of each window where x is y; 0 if there
    is none.
    """
    for row in range(count):
        image, y0 = (first + row) // oh, (first + row) % oh * sh - top
        for ox in range(ow):
            x0, p = ox * sw - left, (row * ow + ox) * c
            own = ((first + row) * ow + ox) * c
            for j in range(c):
                o[p + j] = 0
            y_first, y_end = inside(y0, kh, h)
            x_first, x_end = inside(x0, kw, w)
            for ky in range(y_end - 1, y_first - 1, -1):
                for kx in range(x_end - 1, x_first - 1, -1):
                    q = ((image * h + y0 + ky) * w + x0 + kx) * c
                    for j in range(c):
                        o[p + j] = g[q + j] if x[q + j] == y[own + j] else o[p + j]
    return 0


@kernel(T=FLOATS, split=Range("first", "count", o=("ow", "c")))
def avg_pool(
    x: T,
    o: T.out,
    first: i64,
    count: i64,
    h: i64,
    w: i64,
    c: i64,
    oh: i64,
    ow: i64,
    kh: i64,
    kw: i64,
    sh: i64,
    sw: i64,
    top: i64,
    left: i64,
):
    """o = the mean of each window."""
    for row in range(count):
        image, y = (first + row) // oh, (first + row) % oh * sh - top
        for ox in range(ow):
            x0, p = ox * sw - left, (row * ow + ox) * c
            for j in range(c):
                o[p + j] = 0
            y_first, y_end = inside(y, kh, h)
            x_first, x_end = inside(x0, kw, w)
            for ky in range(y_first, y_end):
                for kx in range(x_first, x_end):
                    q = ((image * h + y + ky) * w + x0 + kx) * c
                    for j in range(c):
                        o[p + j] += x[q + j]
            number = like(x[0], max((y_end - y_first) * (x_end - x_first), 1))
            for j in range(c):
                o[p + j] /= number
    return 0


@kernel(T=FLOATS, split=Range("first", "count", o=("h", "w", "c")))
def avg_pool_grad(
    g: T,
    o: T.out,
    first: i64,
    count: i64,
    h: i64,
    w: i64,
    c: i64,
    oh: i64,
    ow: i64,
    kh: i64,
    kw: i64,
    sh: i64,
    sw: i64,
    top: i64,
    left: i64,
):
    """o = gradients g of the windows of `count` images from `first` on, each shared by its window's items."""
    for i in range(count * h * w * c):
        o[i] = 0
    for row in range(count * oh):
        image, y = row // oh, row % oh * sh - top
        y_first, y_end = inside(y, kh, h)
        for ox in range(ow):
            x0, p = ox * sw - left, ((first * oh + row) * ow + ox) * c
            x_first, x_end = inside(x0, kw, w)
            part = like(g[0], 1) / like(g[0], max((y_end - y_first) * (x_end - x_first), 1))
            for ky in range(y_first, y_end):
                for kx in range(x_first, x_end):
                    q = ((image * h + y + ky) * w + x0 + kx) * c
                    for j in range(c):
                        o[q + j] += g[p + j] * part
    return 0
