"""The largest entries of rows."""

import numpy as np
import pytest
from kernel_helpers import run, sample

from minitf.kernels.math import largest


@pytest.mark.parametrize("dtype", ["float32", "int32"])
@pytest.mark.parametrize("k", [0, 1, 3, 40])
def test_top_k(dtype, k):
    a = sample(dtype, (5, 40), 1, -9, 9)
    values, places = np.zeros((5, k), dtype), np.zeros((5, k), np.int32)
    assert run(largest.top_k[dtype], a, values, places, 5, 40, k) == 0
    expected = np.argsort(-a, axis=1, kind="stable")[:, :k]
    np.testing.assert_array_equal(places, expected)
    np.testing.assert_array_equal(values, np.take_along_axis(a, expected, 1))


def test_in_top_k():
    predictions = np.array([[1, 3, 2], [1, 1, 0], [np.inf, 1, 0], [3, 2, 1], [3, 2, 1]], np.float32)
    targets, o = np.array([2, 1, 1, 3, -1]), np.zeros(5, bool)
    for k, expected in [(1, [0, 1, 0, 0, 0]), (2, [1, 1, 0, 0, 0])]:
        assert run(largest.in_top_k[np.int64], predictions, targets, np.array([k]), o, 5, 3) == 0
        assert o.tolist() == [bool(e) for e in expected]
