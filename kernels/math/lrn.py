"""Local response normalization: items divided by a power of the squares around them in their rows."""

import numpy as np

from minitf.kernels.compile.abi import FLOATS, T, kernel, like, real, scalar
from minitf.kernels.compile.scalar import exp, log
from minitf.kernels.compile.splitting import By


@scalar
def scaled(a, o, p, radius, width, bias, alpha):
    """o = bias + alpha * the squares of up to `radius` items on each side, for each of the row from place p on."""
    for j in range(width):
        o[p + j] = like(o[p], bias)
    for k in range(-radius, radius + 1):
        for j in range(max(-k, 0), min(width - k, width)):
            o[p + j] += like(o[p], alpha) * (a[p + j + k] * a[p + j + k])


@scalar
def lowered(scale, beta):
    """scale ** -beta; roots are quicker, and are what is asked for most."""
    if beta == 0.5:
        return like(scale, 1) / np.sqrt(scale)
    if beta == 0.75:
        return like(scale, 1) / (np.sqrt(scale) * np.sqrt(np.sqrt(scale)))
    return exp(like(scale, -beta) * log(scale))


@kernel(T=FLOATS, split=By("rows", a="width", o="width"))
def lrn(a: T, o: T.out, bias: real, alpha: real, beta: real, radius, rows, width):
    """o = a / (bias + alpha * sum of squares around) ** beta."""
    for row in range(rows):
        p = row * width
        scaled(a, o, p, radius, width, bias, alpha)
        for j in range(p, p + width):
            o[j] = a[j] * lowered(o[j], beta)
    return 0


@kernel(T=FLOATS, split=By("rows", g="width", a="width", y="width", scales="width", o="width"))
def lrn_grad(g: T, a: T, y: T, scales: T.scratch, o: T.out, bias: real, alpha: real, beta: real, radius, rows, width):
    """o = the gradient for a, of which `lrn` makes y."""
    for row in range(rows):
        p = row * width
        scaled(a, scales, p, radius, width, bias, alpha)
        for j in range(p, p + width):
            o[j] = 0
        for k in range(-radius, radius + 1):
            for j in range(p + max(-k, 0), p + min(width - k, width)):
                o[j] += g[j + k] * y[j + k] / scales[j + k]
        for j in range(p, p + width):
            o[j] = g[j] * lowered(scales[j], beta) - like(o[j], 2 * alpha * beta) * a[j] * o[j]
    return 0
