"""Kernels of images against NumPy, and as plain Python."""

import numpy as np
import pytest
from kernel_helpers import run, sample

from minitf.kernels.math import images

DTYPES = [np.float32, np.float64, np.int32]


@pytest.mark.parametrize("dtype", DTYPES)
def test_tapped_rows(dtype):
    a, weights = sample(dtype, (2, 4, 3)), sample(dtype, (5, 2), 1)
    places = np.random.default_rng(0).integers(0, 4, (5, 2))
    o = np.empty((2, 5, 3), dtype)
    assert run(images.tapped_rows[dtype], a, places, weights, o, 2, 5, 2, 3, 12, 15) == 0
    np.testing.assert_allclose(o, (a[:, places] * weights[None, :, :, None]).sum(2), rtol=1e-5)


@pytest.mark.parametrize("dtype", DTYPES)
def test_weighted_rows(dtype):
    a, weights, starts = sample(dtype, (2, 4, 3)), sample(dtype, (6,), 1), np.array([0, 2, 2, 3, 6])
    places, matrix = np.array([0, 3, 1, 0, 1, 2]), np.zeros((4, 4), dtype)
    matrix[[0, 0, 2, 3, 3, 3], places] = weights
    o = np.empty((2, 4, 3), dtype)
    assert run(images.weighted_rows[dtype], a, starts, places, weights, o, 2, 4, 3, 12, 12) == 0
    np.testing.assert_allclose(o, matrix @ a, rtol=1e-5)


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_blended_rows(dtype):
    a, way = sample(dtype, (2, 4, 3)), sample(dtype, (5,), 1)
    first, second = np.random.default_rng(0).integers(0, 4, (2, 5))
    o = np.empty((2, 5, 3), dtype)
    assert run(images.blended_rows[dtype], a, first, second, way, o, 2, 5, 3, 12, 15) == 0
    near, far = a[:, first], a[:, second]
    np.testing.assert_allclose(o, near + (far - near) * way[None, :, None], rtol=1e-5)


def test_infinity_times_nothing_is_no_number():
    a, places, weights = np.float32([[1.0], [np.inf]]), np.array([[0, 1]]), np.float32([[1.0, 0.0]])
    o = np.empty((1, 1, 1), np.float32)
    assert run(images.tapped_rows[np.float32], a, places, weights, o, 1, 1, 2, 1, 2, 1) == 0
    assert np.isnan(o.item())


def test_rows_that_are_not_there():
    assert images.check_rows[()].run(np.int32([0, 2, 5]), 3, 3) == 3
    assert images.check_rows[()].run(np.int32([-1]), 1, 3) == 1
    assert images.check_rows[()].run(np.int32([0, 2]), 2, 3) == 0


@pytest.mark.parametrize("nearest", [0, 1])
def test_crops_and_their_gradient(nearest):
    """The gradient is the transposed map: <g, crop(a)> is <grad(g), a>, where nothing reaches out."""
    a, g = sample(np.float32, (2, 5, 4, 3)), sample(np.float32, (3, 2, 6, 3), 1)
    boxes = np.float32([[0.1, 0.2, 0.9, 0.8], [0.7, 0.9, 0.3, 0.1], [0.5, 0.5, 1.5, 1.5]])
    rows, o, back = np.int32([0, 1, 1]), np.empty((3, 2, 6, 3), np.float32), np.empty_like(a)
    assert run(images.crop_and_resize[()], a, boxes, rows, o, 0.0, 0, 3, 5, 4, 3, 2, 6, nearest, scale=4) == 0
    assert run(images.crop_and_resize_grad[()], g, boxes, rows, back, a.size, 3, 5, 4, 3, 2, 6, nearest, scale=4) == 0
    np.testing.assert_allclose((g * o).sum(), (back * a).sum(), rtol=1e-4)


def test_chosen_boxes():
    boxes = np.float32([[0, 0, 1, 1], [0, 0.1, 1, 1.1], [0, 2, 1, 3], [1, 3, 0, 2], [0, 0, 0, 0]])
    chosen, count = np.full(4, 9, np.int32), np.empty(1, np.int64)
    assert run(images.choose_boxes[()], boxes, np.arange(5), chosen, count, 5, 4, 0.5) == 0
    assert (chosen.tolist(), count[0]) == ([0, 2, 4, 0], 3)
