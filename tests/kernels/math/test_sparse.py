"""Products of a sparse matrix and a dense one, against NumPy in float64."""

import numpy as np
import pytest
from kernel_helpers import close, run, sample

from minitf.kernels.math import sparse

PLACES = np.array([[0, 1], [3, 0], [3, 2], [0, 1]])


@pytest.mark.parametrize("dtype", ["float32", "float64", "int32", "uint8"])
@pytest.mark.parametrize("turned", [0, 1])
@pytest.mark.parametrize("across", [False, True])
def test_product(dtype, turned, across):
    values, a = sample(dtype, 4, 1), np.zeros((4, 3))
    np.add.at(a, tuple(PLACES.T), values.astype(np.float64))
    a = a.T if turned else a
    b = sample(dtype, (a.shape[1], 5), 2)
    stored = np.ascontiguousarray(b.T) if across else b
    steps = (1, a.shape[1]) if across else (5, 1)
    o = np.zeros((a.shape[0], 5), dtype)
    assert run(sparse.sparse_product["int64", dtype], PLACES, values, stored, o, 4, turned, *a.shape, 5, *steps) == 0
    close(o, (a @ b.astype(np.float64)).astype(dtype) if dtype != "uint8" else a @ b, 8, 30)


def test_a_place_outside():
    o = np.zeros((2, 1), np.float32)
    values, b = np.ones(2, np.float32), np.ones((3, 1), np.float32)
    for place in ([2, 0], [0, 3], [-1, 0], [0, -1]):
        places = np.array([[0, 0], place])
        assert run(sparse.sparse_product["int64", "float32"], places, values, b, o, 2, 0, 2, 3, 1, 1, 1) == 2
