"""Mirrored axes against NumPy."""

import numpy as np
import pytest
from kernel_helpers import run

from minitf.kernels.compile import layout
from minitf.kernels.math import mirrors


@pytest.mark.parametrize("dtype", ["float32", "float64", "int16"])
@pytest.mark.parametrize("edge, mode", [(0, "symmetric"), (1, "reflect")])
@pytest.mark.parametrize("size, before, after", [(4, 1, 2), (4, 3, 3), (3, 0, 1), (1, 0, 0)])
def test_mirror_and_its_gradient(dtype, edge, mode, size, before, after):
    a = np.arange(2 * size * 3).reshape(2, size, 3).astype(dtype)
    padded = np.pad(a, [(0, 0), (before, after), (0, 0)], mode)
    o = np.zeros_like(padded)
    assert run(mirrors.mirror[layout.carrier(dtype)], a, o, 2, size, 3, before, after, edge) == 0
    np.testing.assert_array_equal(o, padded)
    shown, sums, total = np.pad(np.arange(size), (before, after), mode), np.zeros_like(a), np.full_like(a, 7)
    np.add.at(sums, np.s_[:, shown], padded)
    assert run(mirrors.sum_mirrored[dtype], padded, total, 2, size, 3, before, after, edge) == 0
    np.testing.assert_array_equal(total, sums)


@pytest.mark.parametrize("edge", [0, 1])
def test_no_more_than_there_are(edge):
    a, o = np.zeros(3, np.float32), np.zeros(9, np.float32)
    for before, after in ((4 - edge, 0), (0, 4 - edge)):
        assert run(mirrors.mirror["uint32"], a, o, 1, 3, 1, before, after, edge) == 1
        assert run(mirrors.sum_mirrored["float32"], o, a, 1, 3, 1, before, after, edge) == 1
