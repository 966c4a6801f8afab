"""How often numbers occur."""

import numpy as np
import pytest
from kernel_helpers import run

from minitf.kernels.compile.abi import REALS
from minitf.kernels.math import histogram


@pytest.mark.parametrize("dtype", REALS)
@pytest.mark.parametrize("bins", [0, 1, 7, 1536, 1537])
def test_bincount(dtype, bins):
    a = np.random.default_rng(bins).integers(0, bins + 3, 99).astype(np.int32)
    spare, o = np.full(bins, 7), np.full(bins, 7, dtype)
    assert run(histogram.bincount[dtype], a, spare, o, 99, bins) == 0
    np.testing.assert_array_equal(o, np.bincount(a, minlength=bins)[:bins])


def test_numbers_below_0_are_refused():
    a = np.array([3, 1, -2, -1], np.int32)
    assert run(histogram.bincount["int32"], a, np.zeros(4, np.int64), np.zeros(4, np.int32), 4, 4) == 3


def test_counts_beyond_what_a_type_holds_wrap():
    o = np.zeros(1, np.uint8)
    assert run(histogram.bincount["uint8"], np.zeros(260, np.int32), np.zeros(1, np.int64), o, 260, 1) == 0
    assert o.tolist() == [4]
