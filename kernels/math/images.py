"""Images in other sizes: rows as weighted sums of other rows, and boxes cut out of images."""

import numpy as np

from minitf.kernels.compile.abi import FLOATS, INTS, T, f32p, i32p, i64p, kernel, like, real, scalar
from minitf.kernels.compile.splitting import By, Range

F = np.float32


@kernel(T=(*FLOATS, *INTS), split=By("outer", a="a_step", o="o_step"))
def weighted_rows(a: T, starts: i64p, places: i64p, weights: T, o: T.out, outer, new, width, a_step, o_step):
    """o[p, i] is the sum of weights[k] times a[p, places[k]], rows of `width` numbers, for k from starts[i] on."""
    for p in range(outer):
        for i in range(new):
            r = p * o_step + i * width
            for q in range(width):
                o[r + q] = like(weights[0], 0)
            for k in range(starts[i], starts[i + 1]):
                weight, source = weights[k], p * a_step + places[k] * width
                for q in range(width):
                    o[r + q] += a[source + q] * weight
    return 0


@kernel(T=(*FLOATS, *INTS), split=By("outer", a="a_step", o="o_step"))
def tapped_rows(a: T, places: i64p, weights: T, o: T.out, outer, new, taps, width, a_step, o_step):
    """o[p, i] is the sum of weights[i, k] times a[p, places[i, k]], where 0 times infinity counts."""
    for p in range(outer):
        for i in range(new):
            r = p * o_step + i * width
            for k in range(taps):
                weight, source = weights[i * taps + k], p * a_step + places[i * taps + k] * width
                if k == 0:
                    for q in range(width):
                        o[r + q] = a[source + q] * weight
                else:
                    for q in range(width):
                        o[r + q] += a[source + q] * weight
    return 0


@kernel(T=(*FLOATS, *INTS), split=By("outer", a="a_step", o="o_step"))
def blended_rows(a: T, first: i64p, second: i64p, part: T, o: T.out, outer, new, width, a_step, o_step):
    """o[p, i] lies between a[p, first[i]] and a[p, second[i]], rows of `width` numbers, by part[i] of the way;
    where the second is below 0, it is the first one.
    """
    for p in range(outer):
        for i in range(new):
            r, near, far = p * o_step + i * width, p * a_step + first[i] * width, p * a_step + second[i] * width
            way = part[i]
            if second[i] < 0:
                for q in range(width):
                    o[r + q] = a[near + q]
            else:
                for q in range(width):
                    o[r + q] = a[near + q] + (a[far + q] - a[near + q]) * way
    return 0


@kernel
def check_rows(rows: i32p, n, images):
    """Fails with 1 + the place of the first row that is not from 0 up to the number of images."""
    for i in range(n):
        if rows[i] < 0 or rows[i] >= images:
            return 1 + i
    return 0


@scalar
def place_of(first, last, size, count, i):
    """Where the i-th of `count` places from one part of a size to another lies; -1 if it is outside."""
    if count > 1:
        place = F(first * F(size - 1)) + F(i) * F(F(F(last - first) * F(size - 1)) / F(count - 1))
    else:
        place = F(0.5 * np.float64(F(first + last)) * (size - 1))
    return place if place >= F(0) and place <= F(size - 1) else F(-1)


@kernel(split=Range("first", "count", o=("height", "width", "c")))
def crop_and_resize(
    a: f32p, boxes: f32p, rows: i32p, o: f32p.out, outside: real, first, count, h, w, c, height, width, nearest
):
    """Boxes `first` and on of images [b, h, w, c], each in height x width places, `outside` where they reach out."""
    for n in range(count):
        box, image, to = 4 * (first + n), np.int64(rows[first + n]) * h * w * c, n * height * width * c
        for i in range(height):
            y = place_of(boxes[box], boxes[box + 2], h, height, i)
            for j in range(width):
                x = place_of(boxes[box + 1], boxes[box + 3], w, width, j)
                r = to + (i * width + j) * c
                if y < F(0) or x < F(0):
                    for k in range(c):
                        o[r + k] = outside
                elif nearest:
                    top, left = np.int64(np.floor(y + F(0.5))), np.int64(np.floor(x + F(0.5)))
                    for k in range(c):
                        o[r + k] = a[image + (top * w + left) * c + k]
                else:
                    top, left = np.int64(np.floor(y)), np.int64(np.floor(x))
                    bottom, right = np.int64(np.ceil(y)), np.int64(np.ceil(x))
                    down, across = y - F(top), x - F(left)
                    for k in range(c):
                        one = a[image + (top * w + left) * c + k]
                        two = a[image + (top * w + right) * c + k]
                        three = a[image + (bottom * w + left) * c + k]
                        four = a[image + (bottom * w + right) * c + k]
                        above, below = one + (two - one) * across, three + (four - three) * across
                        o[r + k] = above + (below - above) * down
    return 0


@kernel
def crop_and_resize_grad(g: f32p, boxes: f32p, rows: i32p, o: f32p.out, size, count, h, w, c, height, width, nearest):
    """The gradient by the images, `size` numbers in all."""
    for i in range(size):
        o[i] = F(0)
    for n in range(count):
        image = np.int64(rows[n]) * h * w * c
        for i in range(height):
            y = place_of(boxes[4 * n], boxes[4 * n + 2], h, height, i)
            for j in range(width):
                x = place_of(boxes[4 * n + 1], boxes[4 * n + 3], w, width, j)
                if y < F(0) or x < F(0):
                    continue
                r = ((n * height + i) * width + j) * c
                if nearest:
                    top, left = np.int64(np.floor(y + F(0.5))), np.int64(np.floor(x + F(0.5)))
                    for k in range(c):
                        o[image + (top * w + left) * c + k] += g[r + k]
                    continue
                top, left = np.int64(np.floor(y)), np.int64(np.floor(x))
                bottom, right = np.int64(np.ceil(y)), np.int64(np.ceil(x))
                down, across = y - F(top), x - F(left)
                for k in range(c):
                    z = g[r + k]
                    o[image + (top * w + left) * c + k] += z * (F(1) - down) * (F(1) - across)
                    o[image + (top * w + right) * c + k] += z * (F(1) - down) * across
                    o[image + (bottom * w + left) * c + k] += z * down * (F(1) - across)
                    o[image + (bottom * w + right) * c + k] += z * down * across
    return 0


@scalar
def shared_part(a, b, c, d, top, left, bottom, right):
    """What the boxes a, b, c, d and top, left, bottom, right share, as a part of all they cover."""
    a, c = (a, c) if a < c else (c, a)
    b, d = (b, d) if b < d else (d, b)
    top, bottom = (top, bottom) if top < bottom else (bottom, top)
    left, right = (left, right) if left < right else (right, left)
    one, two = F(F(c - a) * F(d - b)), F(F(bottom - top) * F(right - left))
    if one <= F(0) or two <= F(0):
        return F(0)
    tall = F(min(c, bottom) - max(a, top))
    wide = F(min(d, right) - max(b, left))
    both = F(max(tall, F(0)) * max(wide, F(0)))
    return F(both / F(F(one + two) - both))


@kernel
def choose_boxes(boxes: f32p, order: i64p, o: i32p.out, count: i64p.out, n, most, limit: real):
    """At most `most` boxes in `order`, without those that share `limit` or more with one before."""
    chosen = 0
    for at in range(n):
        if chosen >= most:
            break
        i, kept = order[at], True
        for k in range(chosen - 1, -1, -1):
            p, q = 4 * i, 4 * np.int64(o[k])
            part = shared_part(
                boxes[p], boxes[p + 1], boxes[p + 2], boxes[p + 3], boxes[q], boxes[q + 1], boxes[q + 2], boxes[q + 3]
            )
            if part >= F(limit):
                kept = False
                break
        if kept:
            o[chosen] = i
            chosen += 1
    for k in range(chosen, most):
        o[k] = 0
    count[0] = chosen
    return 0
