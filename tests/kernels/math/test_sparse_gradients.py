"""Gradients of convolutions of gradients that are mostly zero, against sums written down, in every tile."""

import numpy as np
import pytest
from kernel_helpers import close, patches, sample

from minitf.kernels.compile.abi import FLOATS
from minitf.kernels.math import batches, convolution, sparse_gradients

# images, h, w, c; kh, kw, out; strides; dilations; top, left; oh, ow: all with a tenth of the gradients
SMALL = [
    ((2, 5, 4, 32), (3, 2, 5), (1, 1), (1, 1), (1, 0), (5, 4)),
    ((1, 7, 1, 40), (4, 1, 17), (2, 1), (1, 1), (2, 0), (4, 1)),
    ((2, 6, 7, 33), (3, 3, 2), (2, 3), (1, 2), (0, 2), (2, 3)),
]
LARGE = [
    ((9, 14, 14, 32), (5, 5, 64), (1, 1), (1, 1), (2, 2), (14, 14)),  # an image is a tile
    ((2, 31, 90, 40), (3, 3, 40), (1, 1), (1, 1), (1, 1), (31, 90)),  # tiles are parts of an image's rows
    ((2, 40, 9, 64), (3, 4, 70), (1, 1), (2, 1), (2, 1), (40, 9)),  # and several rows
    ((1, 13, 12, 257), (3, 3, 70), (1, 1), (1, 1), (1, 1), (13, 12)),  # and parts of the channels
    ((4, 100, 50, 1), (4, 50, 100), (1, 1), (1, 1), (0, 0), (97, 1)),  # an image of numbers in rows
    ((8, 32, 3, 30), (7, 3, 300), (3, 1), (1, 1), (0, 1), (9, 3)),
    ((1, 8, 8, 64), (2, 2, 13000), (1, 1), (1, 1), (0, 0), (7, 7)),  # more in a pixel than can be listed
]


def prepared(case, dtype, share=0.1):
    """(x, f, g of which so much is not zero, the gradients of f and of x, the numbers of the kernels)"""
    shape, (kh, kw, out), strides, rates, start, counts = case
    x, f = sample(dtype, shape, 1), sample(dtype, (kh, kw, shape[3], out), 2)
    g = sample(dtype, (shape[0], *counts, out), 3)
    g[np.random.default_rng(4).uniform(size=g.shape) >= share] = 0
    places = patches(*case)
    pixels = np.concatenate([x.reshape(-1, shape[3]), np.zeros((1, shape[3]), dtype)]).astype(np.float64)
    of_f = np.tensordot(pixels[places], g.astype(np.float64), ([0, 1, 2], [0, 1, 2]))
    of_x = np.zeros_like(pixels)
    np.add.at(of_x, places, np.tensordot(g.astype(np.float64), f.astype(np.float64), (3, 3)))
    numbers = [*shape[1:], *counts, out, kh, kw, *strides, *rates, *start]
    return x, f, g, of_f, of_x[:-1].reshape(shape), numbers


def turned(f):
    return np.ascontiguousarray(f.reshape(-1, f.shape[3]).T)


def few(x, g, numbers):
    """Whether the gradient of the filter, and those of the images, are made of what is not zero."""
    moves = numbers[2:12]
    images = [sparse_gradients.few_in_image(of_image.reshape(-1), *moves) for of_image in g]
    with np.errstate(invalid="ignore"):
        return sparse_gradients.few_in_all(x.reshape(-1), g.reshape(-1), len(x), *numbers[:2], *moves), images


def homes(case):
    yield convolution, ""
    if case[3][1] == 1 or case[1][1] == 1:
        yield batches, "_batch"


@pytest.mark.parametrize("dtype", FLOATS)
@pytest.mark.parametrize("case", LARGE, ids=lambda c: str(c[:2]))
def test_against_sums(case, dtype):
    x, f, g, of_f, of_x, numbers = prepared(case, dtype)
    of_all, of_each = few(x, g, numbers)
    assert of_all and all(of_each) == (g.shape[3] < 10000)
    rows, columns = turned(f).shape[::-1]
    for home, suffix in homes(case):
        o, scratch = np.full_like(f, 7), np.full_like(f, np.nan)
        filters, images = getattr(home, f"conv2d_filter{suffix}")[dtype], getattr(home, f"conv2d_input{suffix}")[dtype]
        assert filters.run(x, g, scratch, o, 0, rows, 0, columns, len(x), *numbers) == 0
        close(o, of_f, 20, 30 * g[..., 0].size ** 0.5)
        part = np.full((rows // 3, columns), 7, dtype)
        assert filters.run(x, g, scratch, part, rows // 2, rows // 3, 0, columns, len(x), *numbers) == 0
        np.testing.assert_array_equal(part, o.reshape(rows, columns)[rows // 2 :][: rows // 3])
        o = np.full_like(x, 7)
        assert images.run(g, turned(f), o, 0, len(x), *numbers) == 0
        close(o, of_x, 20, 30 * f[..., 0, :].size ** 0.5)


@pytest.mark.parametrize("case", SMALL, ids=lambda c: str(c[:2]))
def test_python_and_native_against_sums(case):
    x, f, g, of_f, of_x, numbers = prepared(case, "float32", 0.2)
    rows, columns = turned(f).shape[::-1]
    o = np.full(f.size, 7, np.float32)
    moves = [len(x), *numbers]
    flat = [each.reshape(-1) for each in (x, g, np.full_like(f, np.nan))]
    assert sparse_gradients.filter_of_few(*flat, o, 0, rows, columns, *moves) == 0
    close(o.reshape(f.shape), of_f, 20, 30 * g[..., 0].size ** 0.5)
    for i, of_image in enumerate(of_x):
        o = np.full(x[0].size, 7, np.float32)
        assert sparse_gradients.input_of_few(g[i].reshape(-1), turned(f).reshape(-1), o, *numbers) == 0
        close(o.reshape(of_image.shape), of_image, 20, 30 * f[..., 0, :].size ** 0.5)


def test_columns_are_those_of_the_whole():
    x, f, g, *_, numbers = prepared(LARGE[0], "float32")
    rows, columns = turned(f).shape[::-1]
    assert few(x, g, numbers)[0]
    for filters in (convolution.conv2d_filter, batches.conv2d_filter_batch):
        whole, parts, scratch = np.full_like(f, 7), np.full_like(f, 7), np.empty_like(f)
        filters["float32"].run(x, g, scratch, whole, 0, rows, 0, columns, len(x), *numbers)
        given = {"skipped": 0, "width": columns, "count": rows, "out": columns}
        rule = filters.split.among_threads(given)
        assert rule.pieces(given) == columns and filters.split.among_threads(given | {"width": 60}) is filters.split
        for first, last in ((40, 64), (0, 40)):
            changes = rule.part(given, first, last - first)
            s, o = (_from(a, changes[n].start) for a, n in ((scratch, "s"), (parts, "o")))
            filters["float32"].run(x, g, s, o, 0, rows, changes["skipped"], changes["width"], len(x), *numbers)
        np.testing.assert_array_equal(parts, whole)


def _from(array, start):
    return array.ctypes.data + start * array.itemsize


def test_each_image_is_one_of_few_or_of_many_by_itself():
    x, f, g, _, of_x, numbers = prepared(LARGE[0], "float32", 1.0)
    g[[1, 4, 5]] = prepared(LARGE[0], "float32", 0.05)[2][[1, 4, 5]]
    assert np.flatnonzero(few(x, g, numbers)[1]).tolist() == [1, 4, 5]
    for images in (convolution.conv2d_input["float32"], batches.conv2d_input_batch["float32"]):
        whole = np.full_like(x, 7)
        images.run(g, turned(f), whole, 0, len(x), *numbers)
        for i in range(len(x)):
            alone = np.full_like(x[:1], 7)
            images.run(g, turned(f), alone, i, 1, *numbers)
            np.testing.assert_array_equal(alone[0], whole[i])


@pytest.mark.parametrize("strange", [np.inf, np.nan])
def test_zero_times_what_is_not_finite_is_not_zero(strange):
    """As products have it: whether gradients are few does not show."""
    x, f, g, *_, numbers = prepared(LARGE[0], "float32")
    rows, columns = turned(f).shape[::-1]
    x[3, 7, 7, 5] = f[2, 2, 3, 4] = strange
    assert not few(x, g, numbers)[0]
    for home, suffix in homes(LARGE[0]):
        o, scratch = np.zeros_like(f), np.zeros_like(f)
        getattr(home, f"conv2d_filter{suffix}")["float32"].run(x, g, scratch, o, 0, rows, 0, columns, len(x), *numbers)
        assert np.isnan(o[:, :, 5]).any(axis=2).all() and np.isfinite(np.delete(o, 5, 2)).all()
        o = np.zeros_like(x)
        getattr(home, f"conv2d_input{suffix}")["float32"].run(g, turned(f), o, 0, len(x), *numbers)
        assert np.isnan(o[..., 3]).sum() > 0.5 * o[..., 3].size and np.isfinite(np.delete(o, 3, 3)).all()


def test_gradients_that_are_not_finite():
    x, f, g, *_, numbers = prepared(LARGE[0], "float32")
    rows, columns = turned(f).shape[::-1]
    g[2, 5, 5, 9], g[2, 5, 5, 10] = np.nan, np.inf
    assert few(x, g, numbers)[0]
    o, scratch = np.zeros_like(f), np.zeros_like(f)
    batches.conv2d_filter_batch["float32"].run(x, g, scratch, o, 0, rows, 0, columns, len(x), *numbers)
    assert np.isnan(o[..., 9]).all() and np.isinf(o[..., 10]).all() and np.isfinite(np.delete(o, [9, 10], 3)).all()
    o = np.zeros_like(x)
    batches.conv2d_input_batch["float32"].run(g, turned(f), o, 0, len(x), *numbers)
    assert np.isnan(o[2, 3:8, 3:8]).all() and np.isfinite(np.delete(o, 2, 0)).all()
