"""Normalization by what is around, against NumPy in float64."""

import numpy as np
import pytest
from kernel_helpers import close, run, sample

from minitf.kernels.compile.abi import FLOATS
from minitf.kernels.math import lrn


@pytest.mark.parametrize("dtype", FLOATS)
@pytest.mark.parametrize(
    "rows, width, radius", [(3, 7, 2), (1, 1, 5), (2, 20, 0), (0, 3, 1), (2, 4, -1), (150, 40, 5), (2, 2046, 2)]
)
@pytest.mark.parametrize("beta", [0.5, 0.75, 0.9])
def test_lrn(dtype, rows, width, radius, beta):
    a, g = sample(dtype, (rows, width), 1), sample(dtype, (rows, width), 2)
    near = np.abs(np.subtract.outer(np.arange(width), np.arange(width))) <= radius
    x, numbers = a.astype(np.float64), (2.0, 0.5, beta, radius, rows, width)
    scales = 2 + 0.5 * (x * x) @ near
    y, o, scratch = np.zeros_like(a), np.zeros_like(a), np.zeros_like(a)
    assert run(lrn.lrn[dtype], a, y, *numbers, ulps=8) == 0
    close(y, x * scales**-beta, 16, 3)
    assert run(lrn.lrn_grad[dtype], g, a, y, scratch, o, *numbers, ulps=16, scale=9) == 0
    close(o, g * scales**-beta - beta * x * ((g * x * scales ** -(beta + 1)) @ near), 32, 9)
