"""Convolution of images of few channels against sums written down, in every tile."""

import numpy as np
import pytest
from kernel_helpers import close, patches, run, sample

from minitf.kernels.compile.abi import FLOATS
from minitf.kernels.math import convolution
from minitf.kernels.math.planes import conv2d_planes, tile

# images, h, w, c; kh, kw, out; strides; top, left; oh, ow
SMALL = [
    ((2, 5, 4, 1), (3, 2, 5), (1, 1), (1, 0), (5, 4)),
    ((1, 6, 7, 3), (2, 4, 17), (2, 3), (0, 2), (4, 3)),  # rows and columns that are only zeros
    ((2, 1, 1, 2), (3, 3, 2), (3, 3), (2, 2), (2, 2)),
]
LARGE = [
    ((3, 28, 28, 1), (5, 5, 32), (1, 1), (2, 2), (28, 28)),  # a tile is several rows of the result
    ((2, 9, 300, 3), (8, 8, 7), (2, 1), (3, 3), (4, 300)),  # or a part of one
    ((2, 40, 3, 4), (3, 3, 70), (1, 1), (1, 1), (40, 3)),
    ((1, 3, 13000, 1), (1, 1, 2), (1, 1), (0, 0), (3, 13000)),
]


@pytest.mark.parametrize("dtype", FLOATS)
@pytest.mark.parametrize("case", SMALL + LARGE, ids=lambda c: str(c[:2]))
def test_against_sums(case, dtype):
    shape, (kh, kw, out), strides, start, counts = case
    x, f = sample(dtype, shape, 1), sample(dtype, (kh, kw, shape[3], out), 2)
    places = patches(shape, (kh, kw), strides, (1, 1), start, counts)
    pixels = np.concatenate([x.reshape(-1, shape[3]), np.zeros((1, shape[3]))])
    numbers = [*shape[1:], *counts, out, kh, kw, *strides, 1, 1, *start]
    o, rows = np.full((shape[0], *counts, out), 7, dtype), shape[0] * counts[0]
    status = run(conv2d_planes[dtype], x, f, o, 0, rows, *numbers, python=case in SMALL, ulps=20, scale=100)
    assert status == 0
    close(o, np.tensordot(pixels[places], f.astype(np.float64), 3), 20, 30 * f[..., 0].size ** 0.5)
    part = np.full((rows - rows // 3, counts[1], out), 7, dtype)
    conv2d_planes[dtype].run(x, f, part, rows // 3, len(part), *numbers)
    np.testing.assert_array_equal(part, o.reshape(rows, counts[1], out)[rows // 3 :])
    same = np.full_like(o, 7)
    convolution.conv2d[dtype].run(x, f, same, 0, rows * counts[1], *numbers)
    assert same.tobytes() == o.tobytes()


def test_tiles_have_room():
    for c in (1, 2, 4, 7):
        for kh, kw, sh, sw in ((1, 1, 1, 1), (3, 3, 1, 1), (5, 5, 5, 5), (9, 2, 1, 2), (1, 15, 1, 7), (64, 1, 1, 1)):
            for size in (1, 7, 100, 20000):
                x = np.zeros(2)
                down, across = tile(x, c, size, size, kh, kw, sh, sw)
                assert 1 <= down <= size and 1 <= across <= size
                assert down * across * kh * kw * c <= 6144
                assert c * ((down - 1) * sh + kh) * ((across - 1) * sw + kw) <= 6144
