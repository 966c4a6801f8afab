"""Reductions against NumPy in float64."""

import itertools

import numpy as np
import pytest
from kernel_helpers import close, run, sample

from minitf.kernels.compile import layout
from minitf.kernels.math import reduce

SHAPES = [(), (5,), (3, 40), (40, 3), (2, 3, 4), (17, 1, 5), (2, 3, 2, 5), (0, 3), (2, 70), (2, 3, 193)]
REDUCTIONS = {
    reduce.reduce_sum: np.sum,
    reduce.reduce_prod: np.prod,
    reduce.reduce_max: np.max,
    reduce.reduce_min: np.min,
    reduce.reduce_any: np.any,
    reduce.reduce_all: np.all,
}
IDS = [k.name for k in REDUCTIONS]


def reduced(kernel, a, axes, **options):
    o = np.zeros([size for axis, size in enumerate(a.shape) if axis not in axes], a.dtype)
    rank, dims = layout.reduction(a.shape, axes)
    assert run(kernel[a.dtype], a, o, o.size, rank, dims, **options) == 0
    return o


@pytest.mark.parametrize("kernel", REDUCTIONS, ids=IDS)
@pytest.mark.parametrize("dtype", ["float32", "float64", "int32", "uint8", "bool"])
def test_reductions(kernel, dtype):
    if not kernel.supports(dtype):
        return
    for shape in SHAPES:
        a = sample(dtype, shape, len(shape), -2, 2)
        for count in range(len(shape) + 1):
            for axes in itertools.combinations(range(len(shape)), count):
                if 0 in shape and kernel in (reduce.reduce_max, reduce.reduce_min):
                    continue
                wider = a.astype(float) if a.dtype.kind == "f" else a
                expected = REDUCTIONS[kernel](wider, axis=axes)
                close(reduced(kernel, a, axes, scale=60), np.asarray(expected).astype(dtype), 8, scale=20)


@pytest.mark.parametrize("axes", [(0,), (1,), (0, 1)])
def test_sums_of_many_float32_are_accurate(axes):
    a = np.random.default_rng(0).uniform(0, 1, (3000, 700)).astype(np.float32)
    expected = a.sum(axes, dtype=float)
    assert np.abs(reduced(reduce.reduce_sum, a, axes, python=False) / expected - 1).max() < 3e-6


def test_empty_and_nan():
    empty = np.zeros((0, 2), np.float32)
    assert reduced(reduce.reduce_max, empty, (0,)).tolist() == [-np.inf] * 2
    assert reduced(reduce.reduce_min, np.zeros((0, 1), np.int32), (0,)).tolist() == [2**31 - 1]
    a = np.array([[1, np.nan, 2], [3, 4, 5]])
    for kernel in (reduce.reduce_max, reduce.reduce_min, reduce.reduce_sum):
        for axes in ((0,), (1,)):
            close(reduced(kernel, a, axes), REDUCTIONS[kernel](a, axis=axes))


@pytest.mark.parametrize("dtype", ["float32", "float64", "int32", "int8"])
def test_means(dtype):
    sums = np.array([7, -7, 0, 9]).astype(dtype)
    assert run(reduce.divide_by_count[dtype], sums, 2, 4) == 0
    assert sums.tolist() == ([3.5, -3.5, 0, 4.5] if "float" in dtype else [3, -3, 0, 4])
    empty = np.zeros(1, dtype)
    assert run(reduce.divide_by_count[dtype], empty, 0, 1) == 0
    assert np.isnan(empty[0]) if "float" in dtype else empty[0] == 0


@pytest.mark.parametrize("kernel", [reduce.argmax, reduce.argmin], ids=["argmax", "argmin"])
@pytest.mark.parametrize("dtype", ["float32", "int32"])
@pytest.mark.parametrize("index", ["int32", "int64"])
def test_places(kernel, dtype, index):
    a = sample(dtype, (3, 7, 4), 1)
    for axis in range(3):
        o = np.zeros(np.delete(a.shape, axis), index)
        sizes = np.prod(a.shape[:axis], dtype=int), a.shape[axis], np.prod(a.shape[axis + 1 :], dtype=int)
        assert run(kernel[dtype, index], a, o, *map(int, sizes)) == 0
        np.testing.assert_array_equal(o, getattr(np, kernel.name)(a, axis))


@pytest.mark.parametrize("kernel", [reduce.argmax, reduce.argmin], ids=["argmax", "argmin"])
@pytest.mark.parametrize("shape", [(5, 64), (5, 200), (64, 5), (3, 130)])
def test_places_in_long_rows(kernel, shape):
    """The first of equal ones, and never NaN unless there is nothing else, or an infinity beside it."""
    a = np.round(sample("float32", shape, 2))
    a[0, ::2], a[1, :], a[2, :-1], a[2, -1] = np.nan, np.nan, np.nan, np.inf if kernel is reduce.argmin else -np.inf
    for axis in range(2):
        o = np.zeros(np.delete(shape, axis), np.int64)
        outer, n, inner = (shape[0], shape[1], 1) if axis else (1, *shape)
        assert run(kernel["float32", "int64"], a, o, outer, n, inner) == 0
        worst = np.inf if kernel is reduce.argmin else -np.inf
        best = getattr(np, "f" + kernel.name[3:]).reduce(a, axis, keepdims=True)
        found = (a == np.where(np.isnan(best), worst, best)).argmax(axis)
        np.testing.assert_array_equal(o, found)


@pytest.mark.parametrize("kernel", [reduce.reduce_max, reduce.reduce_min, reduce.reduce_prod], ids=lambda k: k.name)
def test_one_that_is_no_number_in_a_long_row(kernel):
    for place in (0, 63, 64, 100, 129):
        a = sample("float32", (2, 130))
        a[1, place] = np.nan
        assert np.isnan(reduced(kernel, a, (1,), scale=9)).tolist() == [False, True]


@pytest.mark.parametrize("kernel", [reduce.cumsum, reduce.cumprod], ids=["cumsum", "cumprod"])
@pytest.mark.parametrize("dtype", ["float32", "int32"])
@pytest.mark.parametrize("exclusive", [0, 1])
@pytest.mark.parametrize("reverse", [0, 1])
def test_scans(kernel, dtype, exclusive, reverse):
    for shape in ((3, 5, 4), (6, 5, 1)):
        a = sample(dtype, shape, 1)
        o = np.zeros_like(a)
        assert run(kernel[dtype], a, o, *shape, exclusive, reverse) == 0
        close(o, scanned(kernel, a, exclusive, reverse), 4, scale=9)


def scanned(kernel, a, exclusive, reverse):
    """Running results along the middle axis, by NumPy."""
    turned = a[:, ::-1] if reverse else a
    expected = getattr(np, kernel.name)(turned.astype(float), 1)
    if exclusive:
        first = np.full_like(expected[:, :1], 0.0 if kernel is reduce.cumsum else 1.0)
        expected = np.concatenate([first, expected[:, :-1]], 1)
    return expected[:, ::-1] if reverse else expected


SEGMENTS = {
    reduce.segment_sum: (np.sum, 0),
    reduce.segment_prod: (np.prod, 1),
    reduce.segment_max: (np.max, "min"),
    reduce.segment_min: (np.min, "max"),
}


@pytest.mark.parametrize("kernel", SEGMENTS, ids=[k.name for k in SEGMENTS])
@pytest.mark.parametrize("dtype", ["float32", "int32"])
def test_segments(kernel, dtype):
    ids = np.array([2, 0, -1, 2, 0, 2], np.int32)
    a, o = sample(dtype, (6, 3), 1), np.zeros((4, 3), dtype)
    assert run(kernel[dtype, np.int32], a, ids, o, 6, 3, 4) == 0
    function, empty = SEGMENTS[kernel]
    if isinstance(empty, str):
        empty = getattr(np.finfo(dtype) if dtype == "float32" else np.iinfo(dtype), empty)
    for segment in range(4):
        rows = a[ids == segment].astype(float)
        close(o[segment], function(rows, 0) if len(rows) else np.full(3, empty), 4, scale=9)
    assert run(kernel[dtype, np.int32], a, ids, o, 6, 3, 2) == 1
