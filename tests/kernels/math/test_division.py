"""Division, remainders and powers: Python's and C's rounding, and no input that ends the process."""

import math

import numpy as np
import pytest
from kernel_helpers import broadcast_run, close, sample

from minitf.kernels.compile.abi import INTS
from minitf.kernels.math import division

LEAST = {t: np.iinfo(t).min for t in INTS}


def truncated(x, y):
    return int(math.copysign(1, x * y)) * (abs(x) // abs(y))


REFERENCES = {
    division.floordiv: lambda x, y: x // y,
    division.floormod: lambda x, y: x % y,
    division.truncatediv: truncated,
    division.truncatemod: lambda x, y: x - truncated(x, y) * y,
    division.pow_: lambda x, y: x**y if y >= 0 else 0,
}
IDS = {"ids": [k.name for k in REFERENCES]}


@pytest.mark.parametrize("kernel", REFERENCES, **IDS)
@pytest.mark.parametrize("dtype", ["int8", "int32", "int64", "uint64"])
def test_integers(kernel, dtype):
    x = sample(dtype, (40, 1), 0, -9, 9)
    y = np.array([1, 2, 3, 5, 7]).astype(dtype)
    if np.dtype(dtype).kind == "i" and kernel is not division.pow_:
        y = np.concatenate([y, -y])
    status, o = broadcast_run(kernel, x, y)
    assert status == 0
    with np.errstate(over="ignore"):
        expected = [[REFERENCES[kernel](int(a), int(b)) for b in y] for (a,) in x]
        close(o, np.array(expected, object).astype(np.int64).astype(dtype))


@pytest.mark.parametrize("kernel", [k for k in REFERENCES if k is not division.pow_])
@pytest.mark.parametrize("dtype", ["int8", "int32", "int64", "uint64"])
def test_integer_division_by_zero_is_reported(kernel, dtype):
    x, y = np.array([[5, 5, 5]] * 2, dtype), np.array([3, 0, 1], dtype)
    assert broadcast_run(kernel, x, y)[0] == 2
    assert broadcast_run(kernel, x[:, :1].copy(), np.array([[1], [0]], dtype))[0] == 2


@pytest.mark.parametrize("dtype", ["int8", "int32", "int64"])
def test_the_least_integer_by_minus_one(dtype):
    x, y = np.array([LEAST[dtype], 6], dtype), np.array([-1, -1], dtype)
    for kernel, expected in [
        (division.floordiv, [LEAST[dtype], -6]),
        (division.truncatediv, [LEAST[dtype], -6]),
        (division.floormod, [0, 0]),
        (division.truncatemod, [0, 0]),
    ]:
        status, o = broadcast_run(kernel, x, y)
        assert (status, o.tolist()) == (0, expected)


def test_negative_integer_powers_are_reported():
    status, _ = broadcast_run(division.pow_, np.array([2, 2, 2]), np.array([3, 0, -1]))
    assert status == 3


def test_powers_wrap_around():
    status, o = broadcast_run(division.pow_, np.array([3], np.int32), np.array([31], np.int32))
    assert (status, o[0]) == (0, np.int64(3**31 % 2**32).astype(np.int32))


@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_floats(dtype):
    x, y = sample(dtype, (30, 1), 0, -9, 9), np.array([2, -2, 0.7, -0.7], dtype)
    wide = x.astype(float), y.astype(float)
    close(broadcast_run(division.floordiv, x, y)[1], np.floor(x / y), 0)
    close(broadcast_run(division.floormod, x, y)[1], np.mod(*wide), 4, scale=8)
    close(broadcast_run(division.truncatemod, x, y)[1], np.fmod(*wide), 4, scale=8)
    positive = np.abs(x)
    close(broadcast_run(division.pow_, positive, y)[1], np.power(positive.astype(float), wide[1]), 4)


def test_floats_have_results_everywhere():
    x, y = np.array([1.0, -1.0, 0.0, -8.0]), np.array([0.0, 0.0, 0.0, 1 / 3])
    with np.errstate(all="ignore"):
        close(broadcast_run(division.floordiv, x, y)[1], np.floor(x / y))
        close(broadcast_run(division.pow_, x, y)[1], np.power(x, y))
    assert np.isnan(broadcast_run(division.floormod, x, y)[1][:3]).all()
