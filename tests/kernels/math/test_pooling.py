"""Pooling kernels against loops over windows."""

import numpy as np
import pytest
from kernel_helpers import close, run, sample

from minitf.kernels.compile.abi import FLOATS, INDEX
from minitf.kernels.math import pooling

# images, h, w, c; window; strides; top, left; oh, ow
CASES = [
    ((2, 5, 4, 3), (2, 2), (2, 2), (0, 0), (3, 2)),
    ((2, 4, 6, 20), (2, 2), (2, 2), (0, 0), (2, 3)),
    ((1, 5, 7, 3), (2, 2), (3, 2), (0, 0), (2, 3)),
    ((1, 4, 4, 5), (2, 2), (2, 2), (1, 1), (3, 3)),
    ((2, 4, 3, 3), (2, 2), (1, 2), (0, 0), (3, 1)),
    ((1, 4, 6, 1), (3, 2), (1, 2), (1, 0), (4, 3)),
    ((1, 3, 3, 17), (3, 3), (1, 1), (2, 1), (4, 3)),
    ((0, 3, 3, 2), (2, 2), (1, 1), (0, 0), (2, 2)),
    ((1, 2, 2, 1100), (2, 1), (1, 1), (0, 0), (1, 2)),
]


def windows(shape, window, strides, start, counts):
    """(image, row, column of the result, the slices of its window inside of the image)"""
    for n, i, j in np.ndindex(shape[0], *counts):
        places = []
        for k, size, step, before, limit in zip((i, j), window, strides, start, shape[1:3]):
            at = k * step - before
            places.append(slice(max(at, 0), min(at + size, limit)))
        yield (n, i, j), (n, *places)


@pytest.mark.parametrize("dtype", FLOATS)
@pytest.mark.parametrize("case", CASES, ids=str)
def test_pools(case, dtype):
    shape, window, strides, start, counts = case
    x, g = sample(dtype, shape, 1), sample(dtype, (shape[0], *counts, shape[3]), 2)
    if shape[3] < 20:
        x = np.round(x)  # ties
    numbers = [*shape[1:], *counts, *window, *strides, *start]
    rows, low = shape[0] * counts[0], float(np.finfo(dtype).min)
    largest, mean = np.zeros_like(g), np.zeros(g.shape)
    of_max, of_mean, back = np.zeros(shape), np.zeros(shape), np.zeros(g.shape)
    for to, at in windows(*case):
        part = x[at].reshape(-1, shape[3])
        largest[to], mean[to] = part.max(0), part.astype(np.float64).mean(0)
        first = np.eye(len(part))[part.argmax(0)].T.reshape(x[at].shape)
        of_max[at] += first * g[to]
        of_mean[at] += g[to] / len(part)
        back[to] = (first * x[at]).sum((0, 1))
    for kernel, inputs, count, expected in [
        (pooling.max_pool, (x,), rows, largest),
        (pooling.avg_pool, (x,), rows, mean),
        (pooling.max_pool_grad, (x, g), shape[0], of_max),
        (pooling.max_pool_grad, (x, g), shape[0], np.where(x > 0, of_max, 0)),
        (pooling.avg_pool_grad, (g,), shape[0], of_mean),
        (pooling.max_pool_grad_grad, (x, largest, x), rows, back),
    ]:
        o = np.full(expected.shape, 7, dtype)
        more = (low,) if kernel is pooling.max_pool else ()
        last = (int(expected is not of_max),) if kernel is pooling.max_pool_grad else ()
        assert run(kernel[dtype], *inputs, o, *more, 0, count, *numbers, *last, ulps=9, scale=9) == 0
        close(o, expected, 9, 9)


@pytest.mark.parametrize("place", INDEX)
@pytest.mark.parametrize("whole", [0, 1])
@pytest.mark.parametrize("case", CASES, ids=str)
def test_places_of_the_largest(case, whole, place):
    shape, window, strides, start, counts = case
    x = np.round(sample("float32", shape, 1))
    pooled, size = (shape[0], *counts, shape[3]), int(np.prod(shape[1:]))
    where = np.arange(x.size).reshape(shape) - (0 if whole else np.arange(shape[0]).reshape(-1, 1, 1, 1) * size)
    largest, places = np.zeros(pooled, "float32"), np.zeros(pooled, place)
    for to, at in windows(*case):
        part = x[at].reshape(-1, shape[3])
        largest[to], places[to] = part.max(0), where[at].reshape(part.shape)[part.argmax(0), range(shape[3])]
    o, found = np.full_like(largest, 7), np.full_like(places, 7)
    numbers = [*shape[1:], *counts, *window, *strides, *start, whole]
    assert run(pooling.max_pool_places["float32", place], x, o, found, 0, shape[0] * counts[0], *numbers) == 0
    np.testing.assert_array_equal(o, largest)
    np.testing.assert_array_equal(found, places)

    g, back, taken = sample("float32", pooled, 2), np.full_like(x, 7), np.full_like(largest, 7)
    numbers = [shape[0], size, places.size // max(shape[0], 1), whole]
    assert run(pooling.add_at_places["float32", place], g, places, back, *numbers) == 0
    expected = np.zeros(x.size)
    of_image = 0 if whole else np.arange(shape[0]).reshape(-1, 1, 1, 1) * size
    np.add.at(expected, places + of_image, g)
    close(back, expected.reshape(shape), 9, 9)
    assert run(pooling.take_at_places["float32", place], x, places, taken, *numbers) == 0
    np.testing.assert_array_equal(taken, largest)


@pytest.mark.parametrize("whole", [0, 1])
def test_places_outside_of_the_images_are_refused(whole):
    x, g = sample("float32", (2, 3), 1), sample("float32", (2, 2), 2)
    for bad in (-1, 6):
        places = np.array([0, 1, 2, bad - (0 if whole else 3)], np.int64)
        assert run(pooling.add_at_places["float32", "int64"], g, places, np.zeros_like(x), 2, 3, 2, whole) == 4
        assert run(pooling.take_at_places["float32", "int64"], x, places, np.zeros_like(g), 2, 3, 2, whole) == 4


def test_windows_of_nothing():
    """NaN is never the largest; what no item exceeds is the lowest number."""
    x = np.array([np.nan, 1, np.nan, np.nan, -np.inf, -np.inf], np.float32).reshape(1, 3, 2, 1)
    o, numbers = np.zeros(3, np.float32), (0, 3, 3, 2, 1, 3, 1, 1, 2, 1, 1, 0, 0)
    assert run(pooling.max_pool["float32"], x, o, -5.0, *numbers) == 0
    assert o.tolist() == [1, -5, -5]


@pytest.mark.parametrize("width", [2, 3])
def test_gradients_at_what_is_not_a_number(width):
    """The first item is the largest if it is NaN, other NaN never are; none of them is positive."""
    x = np.array([[np.nan, 3, 4, 2], [1, np.nan, 5, -np.inf], [-1, np.nan, -3, -9]], np.float32)
    x = np.stack([np.pad(each.reshape(2, 2), [(0, 0), (0, width - 2)], constant_values=-np.inf) for each in x], 2)
    g, o = np.array([1, 2, 3], np.float32), np.zeros_like(x)
    numbers = (0, 1, 2, width, 3, 1, 1, 2, width, 2, width, 0, 0)
    assert run(pooling.max_pool_grad["float32"], x, g, o, *numbers, 0) == 0
    assert [tuple(np.argwhere(o[:, :, k])[0]) for k in range(3)] == [(0, 0), (1, 0), (0, 0)] and o.sum() == 6
    assert run(pooling.max_pool_grad["float32"], x, g, o, *numbers, 1) == 0
    assert np.argwhere(o).tolist() == [[1, 0, 1]]


@pytest.mark.parametrize("dtype", ["int64", "uint8"])
def test_integers(dtype):
    x, o = sample(dtype, (1, 2, 2, 3), 1), np.zeros(3, dtype)
    low = float(np.iinfo(dtype).min)
    assert run(pooling.max_pool[dtype], x, o, low, 0, 1, 2, 2, 3, 1, 1, 2, 2, 2, 2, 0, 0) == 0
    np.testing.assert_array_equal(o, x.max((0, 1, 2)))
