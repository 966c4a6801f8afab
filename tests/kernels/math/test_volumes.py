"""Convolutions of volumes against sums written down."""

import numpy as np
import pytest
from kernel_helpers import close, run, sample

from minitf.kernels.compile.abi import FLOATS
from minitf.kernels.math import volumes

# volumes, d, h, w, c; kd, kh, kw, out; strides; dilations; front, top, left; od, oh, ow
CASES = [
    ((2, 3, 4, 3, 2), (2, 3, 2, 3), (1, 1, 1), (1, 1, 1), (0, 1, 0), (3, 4, 3)),
    ((1, 4, 3, 5, 1), (3, 1, 2, 2), (2, 1, 2), (2, 1, 1), (1, 0, 1), (2, 3, 3)),
    ((1, 2, 2, 2, 1), (1, 1, 1, 1), (1, 1, 1), (1, 1, 1), (0, 0, 0), (2, 2, 2)),
    ((1, 3, 6, 17, 2), (2, 3, 2, 6), (1, 1, 2), (2, 2, 1), (1, 2, 1), (3, 6, 8)),
    ((0, 2, 2, 2, 1), (1, 2, 1, 2), (1, 1, 1), (1, 1, 1), (0, 0, 0), (2, 1, 2)),
]
LARGE = [((2, 4, 9, 8, 40), (3, 3, 3, 20), (1, 1, 1), (1, 1, 1), (1, 1, 1), (4, 9, 8))]
LARGE += [((1, 1, 14, 40, 40), (1, 3, 3, 24), (1, 1, 1), (1, 1, 1), (0, 1, 1), (1, 14, 40))]  # a plane in several bands


def pairs(case):
    """(place of a result, place of a tap, place in the volume) for all taps that are inside."""
    shape, window, strides, rates, start, counts = case
    for place in np.ndindex(shape[0], *counts):
        for tap in np.ndindex(*window[:3]):
            at = [i * s - b + k * r for i, s, b, k, r in zip(place[1:], strides, start, tap, rates)]
            if all(0 <= i < n for i, n in zip(at, shape[1:4])):
                yield place, tap, (place[0], *at)


@pytest.mark.parametrize("dtype", FLOATS)
@pytest.mark.parametrize("case", CASES + LARGE, ids=lambda c: str(c[:2]))
def test_against_sums(case, dtype):
    shape, window, strides, rates, start, counts = case
    kernel_shape = (*window[:3], shape[4], window[3])
    x, f = sample(dtype, shape, 1), sample(dtype, kernel_shape, 2)
    g = sample(dtype, (shape[0], *counts, window[3]), 3)
    numbers = [*shape[1:], *counts, window[3], *window[:3], *strides, *rates, *start]
    expected = [np.zeros(a.shape) for a in (g, x, f)]
    for place, tap, at in pairs(case):
        expected[0][place] += x[at].astype(float) @ f[tap]
        expected[1][at] += f[tap].astype(float) @ g[place]
        expected[2][tap] += np.outer(x[at].astype(float), g[place])
    turned = np.ascontiguousarray(np.moveaxis(f, 4, 0))
    rows, how = int(np.prod(kernel_shape[:4])), {"python": case in CASES, "ulps": 40, "scale": 60.0}
    for name, a, b, out, count, wanted in [
        ("conv3d", x, f, g, [shape[0] * counts[0]], expected[0]),
        ("conv3d_input", g, turned, x, [shape[0]], expected[1]),
        ("conv3d_filter", x, g, f, [rows, shape[0]], expected[2]),
    ]:
        found = np.full_like(out, 7)
        run(getattr(volumes, name)[dtype], a, b, found, 0, *count, *numbers, **how)
        close(found, wanted, how["ulps"], how["scale"])
