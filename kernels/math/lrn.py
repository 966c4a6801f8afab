"""Local response normalization: items divided by a power of the squares around them in their rows."""

import numpy as np

from minitf.kernels.compile.abi import FLOATS, T, at, kernel, like, real, scalar, workspace
from minitf.kernels.compile.scalar import exp, log
from minitf.kernels.compile.splitting import By
from minitf.kernels.math.depthwise import weighed

MOST = 2048  # squares at once


@scalar
def scaled(a, o, first, rows, radius, width, bias, alpha, squares, weights):
    """o = bias + alpha * the squares of up to `radius` items on each side, for each of some rows."""
    for i in range(first * width, (first + rows) * width):
        o[i] = like(o[i], bias)
    room = width + 2 * radius
    if radius < 0:
        return 0
    if room > MOST:
        for row in range(first, first + rows):
            p = row * width
            for k in range(max(-radius, -width), min(radius, width) + 1):
                for j in range(p + max(-k, 0), p + min(width - k, width)):
                    o[j] += like(o[j], alpha) * (a[j + k] * a[j + k])
        return 0
    for j in range(width):
        weights[j] = alpha
    for row in range(rows):
        p, q = (first + row) * width, row * room
        for j in range(radius):
            squares[q + j] = squares[q + radius + width + j] = 0
        for j in range(width):
            squares[q + radius + j] = a[p + j] * a[p + j]
    sums = at(weights, MOST)
    weighed(squares, 0, 1, room, weights, 0, 0, sums, width, 1, 2 * radius + 1, rows, width)
    for i in range(rows * width):
        o[first * width + i] += sums[i]
    return 0


@scalar
def together(rows, width, radius):
    """How many rows are looked at together."""
    return max(min(MOST // max(width + 2 * radius, 1), rows), 1)


@scalar
def divided(a, o, first, end, beta):
    """o = a * o ** -beta. Roots are quicker, and are what is asked for most; the way is chosen for all items, lest each
    is computed in all ways.
    """
    if beta == 0.5:
        for j in range(first, end):
            o[j] = a[j] / np.sqrt(o[j])
    elif beta == 0.75:
        for j in range(first, end):
            o[j] = a[j] / (np.sqrt(o[j]) * np.sqrt(np.sqrt(o[j])))
    else:
        for j in range(first, end):
            o[j] = a[j] * exp(like(o[j], -beta) * log(o[j]))
    return 0


@kernel(T=FLOATS, split=By("rows", a="width", o="width"))
def lrn(a: T, o: T.out, bias: real, alpha: real, beta: real, radius, rows, width):
    """o = a / (bias + alpha * sum of squares around) ** beta."""
    squares, weights = workspace(a), workspace(a)
    step = together(rows, width, radius)
    for first in range(0, rows, step):
        count = min(step, rows - first)
        scaled(a, o, first, count, radius, width, bias, alpha, squares, weights)
        divided(a, o, first * width, (first + count) * width, beta)
    return 0


@kernel(T=FLOATS, split=By("rows", g="width", a="width", y="width", scales="width", o="width"))
def lrn_grad(g: T, a: T, y: T, scales: T.scratch, o: T.out, bias: real, alpha: real, beta: real, radius, rows, width):
    """o = the gradient for a, of which `lrn` makes y."""
    squares, weights = workspace(a), workspace(a)
    step = together(rows, width, radius)
    for first in range(0, rows, step):
        scaled(a, scales, first, min(step, rows - first), radius, width, bias, alpha, squares, weights)
    for row in range(rows):
        p = row * width
        for j in range(p, p + width):
            o[j] = 0
        for k in range(-radius, radius + 1):
            for j in range(p + max(-k, 0), p + min(width - k, width)):
                o[j] += g[j + k] * y[j + k] / scales[j + k]
        divided(g, scales, p, p + width, beta)
        for j in range(p, p + width):
            o[j] = scales[j] - like(o[j], 2 * alpha * beta) * a[j] * o[j]
    return 0
