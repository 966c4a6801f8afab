"""Pooling of images [images, h, w, c] into [images, oh, ow, c]; numbers as in `convolution`.

Rows of the result are counted through all images. What of a window lies outside of the image does not count.
"""

import numpy as np

from minitf.kernels.compile.abi import (
    FLOATS,
    INDEX,
    REALS,
    WORKSPACE,
    I,
    T,
    address,
    at,
    kernel,
    like,
    real,
    scalar,
    workspace,
)
from minitf.kernels.compile.splitting import Range

CHANNELS = 1024  # at once: their largest items, and where these are, fit into the workspace


@scalar
def inside(start, size, limit):
    """(first, end) of the places of a window that are inside of an image."""
    return max(-start, 0), min(limit - start, size)


@scalar
def largest_of_four(x, o, lowest, q, p, c, row):
    """The largest of windows of 2 x 2 pixels, which start at q, channel by channel."""
    for j in range(c):
        best = like(x[0], lowest)
        best = x[q + j] if x[q + j] > best else best
        best = x[q + c + j] if x[q + c + j] > best else best
        best = x[q + row + j] if x[q + row + j] > best else best
        o[p + j] = x[q + row + c + j] if x[q + row + c + j] > best else best
    return 0


@scalar
def gradient_of_four(x, g, o, q, p, to, c, row, positive):
    """The gradients of windows of 2 x 2 pixels that no others overlap, channel by channel."""
    for j in range(c):
        a, b, d, e, slope, zero = x[q + j], x[q + c + j], x[q + row + j], x[q + row + c + j], g[p + j], like(g[0], 0)
        second = b > a
        best = b if second else a
        third = d > best
        best = d if third else best
        fourth = e > best
        best = e if fourth else best
        slope = slope * (like(slope, 1) if (best > like(x[0], 0)) | (positive == 0) else zero)
        o[to + j] = zero if second | third | fourth else slope
        o[to + c + j] = zero if third | fourth | (not second) else slope
        o[to + row + j] = slope if third & (not fourth) else zero
        o[to + row + c + j] = slope if fourth else zero
    return 0


@scalar
def larger_items(x, q, o, p, n):
    """The items of o, or those of x where these are larger."""
    for j in range(n):
        o[p + j] = x[q + j] if x[q + j] > o[p + j] else o[p + j]
    return 0


@scalar
def filled(o, p, n, value):
    """n items that are all the same."""
    for j in range(n):
        o[p + j] = like(o[0], value)
    return 0


@scalar
def overlapping(x, o, lowest, y_first, y_end, w, c, ow, kw, sw, left, tops, most):
    """`max_pool` of one row, whose windows reach over so many rows of an image: first the largest of each column, of
    up to `most` columns at once, then those of the columns of each window.
    """
    together = (most - kw) // sw + 1
    for ox in range(0, ow, together):
        m = min(together, ow - ox)
        low, high = max(ox * sw - left, 0), min((ox + m - 1) * sw - left + kw, w)
        size = max(high - low, 0) * c
        filled(tops, 0, size, lowest)
        for y in range(y_first, y_end):
            larger_items(x, (y * w + low) * c, tops, 0, size)
        for k in range(ox, ox + m):
            first, end = inside(k * sw - left, kw, w)
            filled(o, k * c, c, lowest)
            for kx in range(first, end):
                larger_items(tops, (k * sw - left + kx - low) * c, o, k * c, c)
    return 0


@kernel(T=REALS, split=Range("first", "count", o=("ow", "c")))
def max_pool(x: T, o: T.out, lowest: real, first, count, h, w, c, oh, ow, kh, kw, sh, sw, top, left):
    """o = the largest of each window, `lowest` if there is none; NaN does not count."""
    tops, columns = workspace(x), WORKSPACE // (address(x, 1) - address(x, 0)) // max(c, 1)
    for row in range(count):
        image, y = (first + row) // oh, (first + row) % oh * sh - top
        if (kh > 2 or kw > 2) and columns >= kw:
            y_first, y_end = inside(y, kh, h)
            image_x, o_y = at(x, image * h * w * c), at(o, row * ow * c)
            overlapping(image_x, o_y, lowest, y + y_first, y + y_end, w, c, ow, kw, sw, left, tops, columns)
            continue
        for ox in range(ow):
            x0, p = ox * sw - left, (row * ow + ox) * c
            if kh == 2 and kw == 2 and 0 <= y < h - 1 and 0 <= x0 < w - 1:
                largest_of_four(x, o, lowest, ((image * h + y) * w + x0) * c, p, c, w * c)
                continue
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


@kernel(T=REALS, I=INDEX, split=Range("first", "count", o=("ow", "c"), places=("ow", "c")))
def max_pool_places(x: T, o: T.out, places: I.out, first, count, h, w, c, oh, ow, kh, kw, sh, sw, top, left, whole):
    """o = the largest of each window, 0 if there is none; places: where the first of these is among the items of its
    image, or of all if `whole`.
    """
    for row in range(count):
        image, y = (first + row) // oh, (first + row) % oh * sh - top
        y_first, y_end = inside(y, kh, h)
        start = image * h * w * c if whole != 0 else 0
        for ox in range(ow):
            x0, p = ox * sw - left, (row * ow + ox) * c
            x_first, x_end = inside(x0, kw, w)
            if y_first >= y_end or x_first >= x_end:
                for j in range(c):
                    o[p + j] = places[p + j] = 0
            for ky in range(y_first, y_end):
                for kx in range(x_first, x_end):
                    place = ((y + ky) * w + x0 + kx) * c
                    q, place = image * h * w * c + place, start + place
                    if ky == y_first and kx == x_first:
                        for j in range(c):
                            o[p + j], places[p + j] = x[q + j], place + j
                        continue
                    for j in range(c):
                        larger = x[q + j] > o[p + j]
                        o[p + j] = x[q + j] if larger else o[p + j]
                        places[p + j] = place + j if larger else places[p + j]
    return 0


@scalar
def place_among(places, i, image, size, images, whole):
    """The i-th of some places, which count the items of an image, or of all if `whole`, among those of all; -1 if there
    is no such item.
    """
    place = np.int64(places[i]) + (0 if whole != 0 else image * size)
    return place if 0 <= place < images * size else -1


@kernel(T=FLOATS, I=INDEX)
def add_at_places(g: T, places: I, o: T.out, images, size, count, whole):
    """o = the sums of what goes to each place; there are `count` places for each image of `size` items. Fails at one
    that is outside.
    """
    for i in range(images * size):
        o[i] = 0
    for i in range(images * count):
        place = place_among(places, i, i // count, size, images, whole)
        if place < 0:
            return i + 1
        o[place] += g[i]
    return 0


@kernel(T=FLOATS, I=INDEX)
def take_at_places(g: T, places: I, o: T.out, images, size, count, whole):
    """o = the items at places; the reverse of `add_at_places`."""
    for i in range(images * count):
        place = place_among(places, i, i // count, size, images, whole)
        if place < 0:
            return i + 1
        o[i] = g[place]
    return 0


@kernel(T=FLOATS, split=Range("first", "count", o=("h", "w", "c")))
def max_pool_grad(x: T, g: T, o: T.out, first, count, h, w, c, oh, ow, kh, kw, sh, sw, top, left, positive):
    """o = gradients g of the windows of `count` images from `first` on, each at the first of the largest; if
    `positive`, only where that is: the gradient of relu before it as well.
    """
    best, places = workspace(x), workspace(g)
    four = kh == 2 and kw == 2 and sh > 1 and sw > 1
    if not four or sh > 2 or sw > 2 or top + left > 0 or 2 * oh != h or 2 * ow != w:
        for i in range(count * h * w * c):
            o[i] = 0
    for row in range(count * oh):
        image, y = row // oh, row % oh * sh - top
        y_first, y_end = inside(y, kh, h)
        for ox in range(ow if y_end > y_first else 0):
            x0 = ox * sw - left
            if four and 0 <= y < h - 1 and 0 <= x0 < w - 1:
                q, p, to = ((first + image) * h + y) * w + x0, (first * oh + row) * ow + ox, (image * h + y) * w + x0
                gradient_of_four(x, g, o, q * c, p * c, to * c, c, w * c, positive)
                continue
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
                for j in range(n):  # the slopes take their places
                    shown = (best[j] > like(x[0], 0)) | (positive == 0)
                    best[j] = g[p + j] * (like(g[0], 1) if shown else like(g[0], 0))
                for ky in range(y_first, y_end):
                    for kx in range(x_first, x_end):
                        q = ((image * h + y + ky) * w + x0 + kx) * c + channel
                        place = like(x[0], ky * kw + kx)
                        for j in range(n):
                            o[q + j] += best[j] if places[j] == place else like(g[0], 0)
    return 0


@kernel(T=FLOATS, split=Range("first", "count", o=("ow", "c")))
def max_pool_grad_grad(x: T, y: T, g: T, o: T.out, first, count, h, w, c, oh, ow, kh, kw, sh, sw, top, left):
    """o = the item of g, which is shaped like x, at the first place of each window where x is y; 0 if there is none."""
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
def avg_pool(x: T, o: T.out, first, count, h, w, c, oh, ow, kh, kw, sh, sw, top, left):
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
def avg_pool_grad(g: T, o: T.out, first, count, h, w, c, oh, ow, kh, kw, sh, sw, top, left):
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
