"""Convolutions against sums written down, in every block and at every edge."""

import numpy as np
import pytest
from kernel_helpers import close, patches, run, sample

from minitf.kernels.compile.abi import FLOATS
from minitf.kernels.math import batches, convolution

# images, h, w, c; kh, kw, out; strides; dilations; top, left; oh, ow
CASES = [
    ((2, 5, 4, 3), (3, 2, 5), (1, 1), (1, 1), (1, 0), (5, 4)),
    ((1, 6, 7, 1), (3, 3, 2), (2, 1), (1, 2), (0, 2), (2, 7)),
    ((3, 2, 2, 2), (4, 3, 18), (2, 3), (2, 1), (5, 1), (3, 1)),
    ((1, 3, 3, 1), (1, 1, 1), (2, 2), (1, 1), (0, 0), (2, 2)),
    ((2, 3, 0, 2), (2, 2, 3), (1, 1), (1, 1), (0, 1), (2, 1)),
    ((2, 3, 3, 0), (2, 2, 3), (1, 1), (1, 1), (0, 0), (2, 2)),
    ((2, 3, 3, 4), (0, 2, 3), (1, 1), (1, 1), (0, 0), (4, 2)),
    ((0, 3, 3, 1), (2, 2, 3), (1, 1), (1, 1), (0, 0), (2, 2)),
]
LARGE = [  # several blocks of patches, of their items, and of the results
    ((2, 9, 8, 70), (3, 3, 70), (1, 1), (1, 1), (1, 1), (9, 8)),
    ((1, 40, 30, 1), (3, 3, 3), (1, 1), (1, 1), (1, 1), (40, 30)),
    ((1, 5, 5, 3), (2, 2, 300), (2, 2), (1, 1), (0, 0), (2, 2)),
    ((140, 3, 3, 5), (2, 3, 7), (1, 2), (1, 1), (1, 0), (3, 2)),
]


def prepared(case, dtype):
    """(x, f, g, the patches of x, where these are, the numbers of the kernels)"""
    shape, (kh, kw, out), strides, rates, start, counts = case
    x, f = sample(dtype, shape, 1), sample(dtype, (kh, kw, shape[3], out), 2)
    g, places = sample(dtype, (shape[0], *counts, out), 3), patches(*case)
    pixels = x.reshape(int(np.prod(shape[:3])), shape[3]).astype(np.float64)
    flat = np.concatenate([pixels, np.zeros((1, shape[3]))])
    numbers = [*shape[1:], *counts, out, kh, kw, *strides, *rates, *start]
    return x, f, g, flat[places], places, numbers


@pytest.mark.parametrize("dtype", FLOATS)
@pytest.mark.parametrize("case", CASES + LARGE, ids=lambda c: str(c[:2]))
@pytest.mark.parametrize("home", [convolution, batches], ids=["patches", "batches"])
def test_against_sums(home, case, dtype):
    if home is batches and case[3][1] > 1:
        pytest.skip("no holes in rows of the filter")
    x, f, g, x_patches, places, numbers = prepared(case, dtype)
    scale, images, rows = 30.0 * max(f[..., :1].size, 1) ** 0.5, len(x), int(np.prod(f.shape[:3]))
    how = {"python": case in CASES, "ulps": 20, "scale": scale}

    o, named = np.full_like(g, 7), "conv2d" if home is convolution else "conv2d_batch"
    count = images if home is batches else int(np.prod(g.shape[:3]))
    assert run(getattr(home, named)[dtype], x, f, o, 0, count, *numbers, **how) == 0
    close(o, np.tensordot(x_patches, f.astype(np.float64), 3), 20, scale)

    o, named = np.full_like(f, 7), "conv2d_filter" if home is convolution else "conv2d_filter_batch"
    assert (
        run(getattr(home, named)[dtype], x, g, np.ones_like(f), o, 0, rows, 0, f.shape[3], images, *numbers, **how) == 0
    )
    close(o, np.tensordot(x_patches, g.astype(np.float64), ([0, 1, 2], [0, 1, 2])), 20, scale)

    o, named = np.full_like(x, 7), "conv2d_input" if home is convolution else "conv2d_input_batch"
    turned = np.ascontiguousarray(f.reshape(rows, f.shape[3]).T)
    expected = np.zeros((int(np.prod(x.shape[:3])) + 1, x.shape[3]))
    np.add.at(expected, places, np.tensordot(g.astype(np.float64), f.astype(np.float64), (3, 3)))
    assert run(getattr(home, named)[dtype], g, turned, o, 0, images, *numbers, **how) == 0
    close(o, expected[:-1].reshape(x.shape), 20, scale)


def test_sums_are_those_of_products():
    """A 1 x 1 filter is a product of matrices, to the last bit."""
    from minitf.kernels.math.gemm import gemm

    x, f = sample("float32", (2, 5, 6, 150), 1), sample("float32", (1, 1, 150, 40), 2)
    a, b = np.zeros((60, 40), np.float32), np.zeros((60, 40), np.float32)
    numbers = [5, 6, 150, 5, 6, 40, 1, 1, 1, 1, 1, 1, 0, 0]
    convolution.conv2d["float32"].run(x, f, a, 0, 60, *numbers)
    gemm["float32"].run(x, f, b, 60, 40, 150, 0, 0, 150, 40, 40, 0, 1, 0, 0, 0)
    assert a.tobytes() == b.tobytes()
