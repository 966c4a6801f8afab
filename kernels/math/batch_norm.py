"""Channels normalized by mean and variance: matrices have a row for each pixel, a column for each channel."""

from math import sqrt

from minitf.kernels.compile.abi import FLOATS, T, f64p, kernel, like, real
from minitf.kernels.compile.splitting import By


@kernel(T=FLOATS)
def channel_moments(x: T, mean: T.out, variance: T.out, sums: f64p.scratch, rows, width):
    """The mean and (population) variance of each column."""
    for c in range(width):
        sums[c] = 0.0
    for row in range(rows):
        for c in range(width):
            sums[c] += x[row * width + c]
    for c in range(width):
        mean[c] = sums[c] / rows
        sums[c] = 0.0
    for row in range(rows):
        for c in range(width):
            d = x[row * width + c] - mean[c]
            sums[c] += d * d
    for c in range(width):
        variance[c] = sums[c] / rows
    return 0


@kernel(T=FLOATS)
def inverse_deviation(variance: T, o: T.out, epsilon: real, n):
    """o = 1 / sqrt(variance + epsilon)."""
    for c in range(n):
        o[c] = 1.0 / sqrt(variance[c] + epsilon)
    return 0


@kernel(T=FLOATS, split=By("rows", x="width", o="width"))
def normalize_channels(x: T, mean: T, inverse: T, scale: T, offset: T, o: T.out.over("x"), rows, width):
    """o = (x - mean) * inverse * scale + offset."""
    for row in range(rows):
        p = row * width
        for c in range(width):
            o[p + c] = (x[p + c] - mean[c]) * (inverse[c] * scale[c]) + offset[c]
    return 0


@kernel(T=FLOATS)
def channel_sums(g: T, x: T, mean: T, inverse: T, products: T.out, totals: T.out, sums: f64p.scratch, rows, width):
    """For each column the sum of g, and of g times x normalized."""
    for c in range(2 * width):
        sums[c] = 0.0
    for row in range(rows):
        p = row * width
        for c in range(width):
            sums[c] += g[p + c] * ((x[p + c] - mean[c]) * inverse[c])
            sums[width + c] += g[p + c]
    for c in range(width):
        products[c] = sums[c]
        totals[c] = sums[width + c]
    return 0


@kernel(T=FLOATS, split=By("rows", g="width", x="width", o="width"))
def normalize_channels_grad(
    g: T, x: T, mean: T, inverse: T, scale: T, products: T, totals: T, o: T.out.over("g", "x"), share: real, rows, width
):
    """o = the gradient for x; `share` is 1 / rows, or 0 if mean and inverse do not depend on x."""
    for row in range(rows):
        p = row * width
        for c in range(width):
            part = like(g[p], share) * (totals[c] + (x[p + c] - mean[c]) * inverse[c] * products[c])
            o[p + c] = (g[p + c] - part) * (inverse[c] * scale[c])
    return 0


@kernel(T=FLOATS)
def scaled(x: T, o: T.out.over("x"), factor: real, n):
    """o = factor * x."""
    for i in range(n):
        o[i] = like(x[i], factor) * x[i]
    return 0
