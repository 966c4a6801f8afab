"""The largest entries of rows."""

import numpy as np
import pytest
from kernel_helpers import run, sample

from minitf.kernels.compile.abi import REALS
from minitf.kernels.math import largest


@pytest.mark.parametrize("dtype", REALS)
@pytest.mark.parametrize("k", [0, 1, 3, largest.MANY - 1, largest.MANY, 40])
def test_top_k(dtype, k):
    a = sample(dtype, (5, 40), 1, -9, 9)
    a[1:3, ::3], a[3] = extremes(dtype), a[3, 0]
    values, places, spare = np.zeros((5, k), dtype), np.zeros((5, k), np.int32), np.zeros((2, 5, 40), np.int32)
    assert run(largest.top_k[dtype], a, values, places, *spare, 5, 40, k, python=False) == 0
    if k in (3, 40):
        again, others = np.zeros_like(values), np.zeros_like(places)
        assert largest.top_k[dtype].python(a.copy(), again, others, *spare, 5, 40, k) == 0
        assert others.tolist() == places.tolist() and again.tobytes() == values.tobytes()
    for row, found in zip(a, places):
        assert found.tolist() == sorted(range(40), key=lambda i: -row[i].item())[:k]
    np.testing.assert_array_equal(values, np.take_along_axis(a, places.astype(np.int64), 1))


def extremes(dtype):
    """Numbers that are equal, as large or small as can be, or next to nothing: 14 of them."""
    if np.dtype(dtype).kind == "f":
        tiny = np.finfo(dtype).tiny
        return np.array([0.0, -0.0, np.inf, -np.inf, tiny, -tiny, 0.0] * 2, dtype)
    ends = np.iinfo(dtype)
    return np.array([0, ends.max, ends.min, 1, ends.max - 1, ends.min + 1, 0] * 2, dtype)


@pytest.mark.parametrize("k", [1, 3, largest.MANY - 1, 40])
def test_what_is_no_number_is_the_last(k):
    a = sample("float32", (2, 40), 2)
    a[0, [3, 7]], a[1, : 40 - k // 2] = [np.nan, -np.nan], np.nan
    values, places, spare = np.zeros((2, k), "float32"), np.zeros((2, k), np.int32), np.zeros((2, 2, 40), np.int32)
    assert run(largest.top_k["float32"], a, values, places, *spare, 2, 40, k, python=False) == 0
    assert places.tolist() == np.argsort(-a, 1, kind="stable")[:, :k].tolist()
    np.testing.assert_array_equal(values, np.take_along_axis(a, places.astype(np.int64), 1))


def test_in_top_k():
    predictions = np.array([[1, 3, 2], [1, 1, 0], [np.inf, 1, 0], [3, 2, 1], [3, 2, 1]], np.float32)
    targets, o = np.array([2, 1, 1, 3, -1]), np.zeros(5, bool)
    for k, expected in [(1, [0, 1, 0, 0, 0]), (2, [1, 1, 0, 0, 0])]:
        assert run(largest.in_top_k[np.int64], predictions, targets, np.array([k]), o, 5, 3) == 0
        assert o.tolist() == [bool(e) for e in expected]
