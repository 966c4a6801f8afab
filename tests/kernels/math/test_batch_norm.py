"""Channels normalized, against NumPy in float64."""

import numpy as np
import pytest
from kernel_helpers import close, run, sample

from minitf.kernels.compile.abi import FLOATS
from minitf.kernels.math import batch_norm as kernels

ROWS, WIDTH = 7, 5


def vector(dtype, seed):
    return sample(dtype, (WIDTH,), seed, 0.5, 2.0)


@pytest.mark.parametrize("dtype", FLOATS)
def test_moments(dtype):
    x, mean, variance = sample(dtype, (ROWS, WIDTH)), vector(dtype, 1), vector(dtype, 2)
    assert run(kernels.channel_moments[dtype], x, mean, variance, np.zeros(WIDTH), ROWS, WIDTH) == 0
    wide = x.astype(np.float64)
    close(mean, wide.mean(0), 8, 3)
    close(variance, wide.var(0), 16, 3)
    inverse = np.zeros_like(mean)
    assert run(kernels.inverse_deviation[dtype], variance, inverse, 0.25, WIDTH) == 0
    close(inverse, 1 / np.sqrt(variance.astype(np.float64) + 0.25), 8)
    assert run(kernels.scaled[dtype], variance, mean, 1.5, WIDTH) == 0
    close(mean, variance.astype(np.float64) * 1.5)


@pytest.mark.parametrize("dtype", FLOATS)
def test_normalized_and_its_gradient(dtype):
    x, g = sample(dtype, (ROWS, WIDTH)), sample(dtype, (ROWS, WIDTH), 1)
    mean, inverse, scale, offset = (vector(dtype, seed) for seed in range(2, 6))
    o, products, totals = np.zeros_like(x), np.zeros_like(mean), np.zeros_like(mean)
    assert run(kernels.normalize_channels[dtype], x, mean, inverse, scale, offset, o, ROWS, WIDTH, scale=9) == 0
    normal = (x.astype(np.float64) - mean) * inverse
    close(o, normal * scale + offset, 16, 9)
    sums = np.zeros(2 * WIDTH)
    assert run(kernels.channel_sums[dtype], g, x, mean, inverse, products, totals, sums, ROWS, WIDTH, scale=9) == 0
    close(products, (g * normal).sum(0), 32, 9)
    close(totals, g.astype(np.float64).sum(0), 16, 9)
    operands = g, x, mean, inverse, scale, products, totals, o, 0.5, ROWS, WIDTH
    assert run(kernels.normalize_channels_grad[dtype], *operands, ulps=64, scale=99) == 0
    part = 0.5 * (totals.astype(np.float64) + normal * products)
    close(o, (g - part) * inverse * scale, 64, 99)
