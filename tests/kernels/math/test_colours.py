"""Kernels of colours against NumPy in float64 and the standard library, and as plain Python."""

import colorsys

import numpy as np
import pytest
from kernel_helpers import close, run

from minitf.kernels.math import colours


def pixels(dtype, n=37):
    """Colours by chance, and those at the edges: greys, black, two channels alike."""
    rng = np.random.default_rng(0)
    found = rng.uniform(0, 1, (n, 3)).astype(dtype)
    found[:6] = [[0, 0, 0], [1, 1, 1], [0.5, 0.5, 0.5], [1, 1, 0], [0, 0.5, 0.5], [0.2, 0.7, 0.2]]
    return found


@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_there_and_back(dtype):
    a = pixels(dtype)
    o, back = np.empty_like(a), np.empty_like(a)
    assert run(colours.rgb_to_hsv[dtype], a, o, len(a), ulps=16, scale=1) == 0
    close(o, [colorsys.rgb_to_hsv(*map(float, pixel)) for pixel in a], 16, scale=1)
    assert run(colours.hsv_to_rgb[dtype], o, back, len(a), ulps=16, scale=1) == 0
    close(back, a, 16, scale=1)


def test_numbers_that_are_no_colours():
    """A channel that is NaN is no largest one; values below 0 and above 1 are as in NumPy's rule of the op."""
    a, o = np.float32([[np.nan, 0.5, 0.25], [-1, -2, -3], [2, 0.5, -0.5]]), np.empty((3, 3), np.float32)
    assert run(colours.rgb_to_hsv[np.float32], a, o, 3) == 0
    assert o[:, 2].tolist() == [0.5, -1, 2] and o[1:, 1].tolist() == [0, 1.25]


@pytest.mark.parametrize("delta", [0.0, 0.1, -0.4, 1.0, 2.75])
def test_other_hues(delta):
    a = pixels(np.float32)
    o = np.empty_like(a)
    assert run(colours.turn_hue[()], a, np.float32([delta]), o, len(a), ulps=16, scale=1) == 0
    expected = []
    for pixel in a.astype(float):
        h, s, v = colorsys.rgb_to_hsv(*pixel)
        expected.append(colorsys.hsv_to_rgb((h + float(np.float32(delta))) % 1, s, v))
    close(o, expected, 40, scale=1)


@pytest.mark.parametrize("scale", [0.0, 0.5, 3.0])
def test_other_saturations(scale):
    a = pixels(np.float32)
    o = np.empty_like(a)
    assert run(colours.scale_saturation[()], a, np.float32([scale]), o, len(a), ulps=16, scale=1) == 0
    expected = []
    for pixel in a.astype(float):
        h, s, v = colorsys.rgb_to_hsv(*pixel)
        expected.append(colorsys.hsv_to_rgb(h, min(s * scale, 1), v))
    close(o, expected, 40, scale=1)


@pytest.mark.parametrize("shape", [(2, 7, 3), (1, 400, 3), (2, 3, 1), (1, 1, 700), (2, 5, 1030), (0, 3, 3), (1, 0, 3)])
def test_other_contrasts(shape):
    a = np.random.default_rng(0).uniform(0, 1, shape).astype(np.float32)
    o, factor = np.empty_like(a), np.float32([1.7])
    assert run(colours.stretch_contrast[()], a, factor, o, *shape, ulps=16, scale=1) == 0
    wide = a.astype(float)
    mean = wide.mean(1, keepdims=True) if a.size else 0
    close(o, mean + (wide - mean) * float(factor[0]), 16, scale=1)
