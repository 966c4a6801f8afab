"""Convolutions of each channel by itself, against those of one channel."""

import numpy as np
import pytest
from kernel_helpers import close, run, sample

from minitf.kernels.compile.abi import FLOATS
from minitf.kernels.math import convolution, depthwise

# images, h, w, c; kh, kw, m; strides; dilations; top, left; oh, ow
CASES = [
    ((2, 5, 4, 3), (3, 2, 2), (1, 1), (1, 1), (1, 0), (5, 4)),
    ((1, 6, 7, 9), (3, 3, 1), (2, 1), (1, 2), (0, 2), (2, 7)),
    ((3, 2, 2, 2), (4, 3, 5), (2, 3), (2, 1), (5, 1), (3, 1)),
    ((1, 9, 8, 1), (2, 2, 1), (1, 2), (3, 1), (4, 0), (9, 4)),
    ((1, 3, 23, 40), (3, 3, 1), (1, 1), (1, 1), (1, 1), (3, 23)),
    ((1, 3, 5, 130), (2, 3, 1), (1, 1), (1, 1), (1, 1), (3, 5)),
]


@pytest.mark.parametrize("dtype", FLOATS)
@pytest.mark.parametrize("case", CASES, ids=lambda c: str(c[:2]))
def test_against_single_channels(case, dtype):
    shape, (kh, kw, m), strides, rates, start, counts = case
    x, f = sample(dtype, shape, 1), sample(dtype, (kh, kw, shape[3], m), 2)
    g = sample(dtype, (shape[0], *counts, shape[3], m), 3)
    moves = (kh, kw, *strides, *rates, *start)
    numbers, one = (*shape[1:], *counts, m, *moves), (*shape[1:3], 1, *counts, m, *moves)
    o, of_x, of_f = np.full_like(g, 7), np.full_like(x, 7), np.full_like(f, 7)
    how = {"ulps": 20, "scale": 99}
    wide, sizes = np.repeat(x, m, 3), (*shape[1:3], shape[3] * m, *counts, *moves)
    assert run(depthwise.depthwise[dtype], wide, f, o, 0, shape[0] * counts[0], *sizes, **how) == 0
    assert run(depthwise.depthwise_input[dtype], g, f, of_x, 0, shape[0], *numbers, **how) == 0
    assert run(depthwise.depthwise_filter[dtype], x, g, of_f, 0, kh * kw, shape[0], *numbers, **how) == 0
    for i in range(shape[3]):
        xi, fi, gi = (np.ascontiguousarray(a) for a in (x[..., i], f[:, :, i], g[..., i, :]))
        for found, kernel, operands, more in [
            (o[..., i, :], convolution.conv2d, (xi, fi), (0, shape[0] * counts[0] * counts[1])),
            (of_x[..., i], convolution.conv2d_input, (gi, fi.reshape(-1, m).T.copy()), (0, shape[0])),
            (of_f[:, :, i], convolution.conv2d_filter, (xi, gi, np.zeros_like(fi)), (0, kh * kw, 0, m, shape[0])),
        ]:
            expected = np.zeros(found.shape, dtype)
            assert kernel[dtype].run(*operands, expected, *more, *one) == 0
            close(found, expected, 20, 99)
