"""Dilation against its definition, and as plain Python."""

import numpy as np
import pytest
from kernel_helpers import run, sample

from minitf.kernels.math import morphology

SIZES = (5, 4, 3, 3, 2, 2, 3, 2, 2, 1, 1, 1, 0)  # h w c, oh ow, kh kw, strides, dilations, top left
LOWEST = float(np.finfo(np.float32).min)


def sums(x, f):
    """All sums [images, oh, ow, kh * kw, c], -inf outside, and where in x they are."""
    h, w, c, oh, ow, kh, kw, sh, sw, dh, dw, top, left = SIZES
    found, at = np.full((2, oh, ow, kh * kw, c), -np.inf), np.full((2, oh, ow, kh * kw, c), -1)
    for n, i, j, p, q in np.ndindex(2, oh, ow, kh, kw):
        y, z = i * sh + p * dh - top, j * sw + q * dw - left
        if 0 <= y < h and 0 <= z < w:
            found[n, i, j, p * kw + q] = x[n, y, z] + f[p, q]
            at[n, i, j, p * kw + q] = np.arange(c) + c * (z + w * (y + h * n))
    return found, at


@pytest.mark.parametrize("of_filter", [0, 1])
def test_dilation_and_its_gradients(of_filter):
    x, f, g = sample(np.float32, (2, 5, 4, 3)), sample(np.float32, (2, 3, 3), 1), sample(np.float32, (2, 3, 2, 3), 2)
    o, back = np.empty((2, 3, 2, 3), np.float32), np.empty_like(f if of_filter else x)
    assert run(morphology.dilation[np.float32], x, f, o, LOWEST, 0, 6, *SIZES) == 0
    found, at = sums(x, f)
    np.testing.assert_allclose(o, found.max(3), rtol=1e-6)
    scratch = np.empty(3, np.float32), np.empty(3, np.int64)
    kernel = morphology.dilation_grad[np.float32]
    assert run(kernel, x, f, g, back, *scratch, back.size, of_filter, LOWEST, 2, *SIZES, scale=4) == 0
    best = found.argmax(3)
    wanted = np.zeros_like(back)
    place = best * 3 + np.arange(3) if of_filter else np.take_along_axis(at, best[:, :, :, None], 3)[:, :, :, 0]
    np.add.at(wanted.reshape(-1), place, g)
    np.testing.assert_allclose(back, wanted, rtol=1e-5, atol=1e-5)


@pytest.mark.parametrize("dtype", [np.int8, np.uint8, np.int64])
def test_integers_wrap_around_and_what_is_nowhere_larger_belongs_to_the_first(dtype):
    lowest, highest = np.iinfo(dtype).min, np.iinfo(dtype).max
    x, f, g = np.array([lowest, highest], dtype), np.array([0, 1], dtype), np.array([3, 5], dtype)
    sizes = 1, 2, 1, 1, 2, 1, 2, 1, 1, 1, 1, 0, 0  # two pixels beside each other, the second on the edge
    o, o_images, o_filter = np.empty_like(g), np.empty_like(x), np.empty_like(f)
    assert run(morphology.dilation[dtype], x, f, o, float(lowest), 0, 1, *sizes) == 0
    assert o.tolist() == [lowest, highest]  # highest + 1 is the lowest number
    for of_filter, back in enumerate((o_images, o_filter)):
        scratch = np.empty(1, dtype), np.empty(1, np.int64)
        kernel = morphology.dilation_grad[dtype]
        assert run(kernel, x, f, g, back, *scratch, 2, of_filter, float(lowest), 1, *sizes) == 0
    assert o_images.tolist() == [3, 5] and o_filter.tolist() == [8, 0]
