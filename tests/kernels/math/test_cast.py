"""Casts between all dtypes as NumPy and C do them."""

import numpy as np
import pytest
from kernel_helpers import run

from minitf.kernels.compile.abi import FLOATS, INTS
from minitf.kernels.math.cast import cast


def cast_to(a, dtype):
    o = np.zeros(a.shape, dtype)
    assert run(cast[a.dtype, dtype], a, o, a.size) == 0
    return o


@pytest.mark.parametrize("source", ["float32", "float64", "int8", "int64", "uint32", "uint64"])
@pytest.mark.parametrize("target", ["int32", "uint64", "float32"])
def test_numbers_both_have(source, target):
    a = np.array([0, 1, 2, 100, 7.9, 99]).astype(source)
    np.testing.assert_array_equal(cast_to(a, target), a.astype(target))


@pytest.mark.parametrize("target", INTS)
def test_integers_wrap_around(target):
    a = np.array([-1, 300, 70000, 2**31, 2**40 + 5, -(2**63)])
    np.testing.assert_array_equal(cast_to(a, target), a.astype(target))


@pytest.mark.parametrize("source", FLOATS)
@pytest.mark.parametrize("target", INTS)
def test_floats_are_truncated(source, target):
    a = np.array([2.9, 0.5, -0.5, 126.999, -2.9 if target.startswith("i") else 3.1], source)
    np.testing.assert_array_equal(cast_to(a, target), a.astype(target))


@pytest.mark.parametrize("source", FLOATS)
def test_floats_out_of_range(source):
    a = np.array([np.nan, np.inf, -np.inf, 1e30, -1e30], source)
    for target in ("int32", "int64"):
        assert cast_to(a, target).tolist() == [np.iinfo(target).min] * 5
    for target in ("int8", "uint8"):
        assert cast_to(a, target).tolist() == [0] * 5
    big = np.array([2.0**63, 2.0**63 + 2.0**41, 2.0**32], source)
    assert cast_to(big, "uint64").tolist() == [2**63, 2**63 + 2**41, 2**32]


def test_bool_is_zero_or_one():
    assert cast_to(np.array([True, False]), "float32").tolist() == [1.0, 0.0]
