"""Scalar functions over their whole range, in units in the last place."""

import numpy as np
import pytest
import scipy.special
from kernel_helpers import EPS

from minitf.kernels.compile import scalar as s
from minitf.kernels.math import elementwise as ew

LIMITS = {ew.exp: 2, ew.expm1: 5, ew.log: 2, ew.log1p: 4, ew.tanh: 3, ew.sigmoid: 4, ew.erf: 4}
LIMITS |= {ew.sin: 2, ew.cos: 2, ew.tan: 4, ew.asin: 3, ew.acos: 3, ew.atan: 3}
REFERENCES = {
    ew.exp: np.exp,
    ew.expm1: np.expm1,
    ew.log: np.log,
    ew.log1p: np.log1p,
    ew.tanh: np.tanh,
    ew.sigmoid: lambda x: 1 / (1 + np.exp(-x)),
    ew.erf: lambda x: scipy.special.erf(x.astype(float)),
    ew.sin: np.sin,
    ew.cos: np.cos,
    ew.tan: np.tan,
    ew.asin: np.arcsin,
    ew.acos: np.arccos,
    ew.atan: np.arctan,
}


def everywhere(dtype):
    """Numbers of all magnitudes and both signs, the edges of exp among them."""
    rng, top = np.random.default_rng(0), np.finfo(dtype).maxexp - 1
    size = np.exp2(rng.uniform(-top - 20, top, 20000))
    sizes = np.concatenate(
        [size, np.exp2(rng.uniform(-20, 10, 20000)), np.linspace(80, 90, 500), np.linspace(700, 750, 500)]
    )
    return np.concatenate([sizes, -sizes]).astype(dtype)


@pytest.mark.parametrize("kernel", LIMITS, ids=[k.name for k in LIMITS])
@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.filterwarnings("ignore::RuntimeWarning")
def test_error_in_units_in_the_last_place(kernel, dtype):
    x = everywhere(dtype)
    o = np.zeros_like(x)
    assert kernel[dtype].run(x, o, x.size) == 0
    expected = REFERENCES[kernel](x.astype(np.longdouble))
    rounded = expected.astype(dtype)
    special = ~np.isfinite(rounded)
    np.testing.assert_array_equal(o[special], rounded[special])
    tiny = np.finfo(dtype).tiny
    error = np.abs(o - expected)[~special] / np.maximum(np.abs(rounded[~special]), tiny)
    normal = np.abs(rounded[~special]) > 2 * tiny
    assert error[normal].max() < LIMITS[kernel] * EPS[np.dtype(dtype)]
    assert np.abs(o[~special][~normal]).max(initial=0) <= 2 * tiny


def test_exp_of_negative_is_exp():
    x = -np.exp2(np.random.default_rng(0).uniform(-30, 6.4, 5000)).astype(np.float32)
    found = np.array([s.exp_of_negative(number) for number in x])
    assert (np.abs(found / np.exp(x.astype(float)) - 1) < 2 * EPS[found.dtype]).all()
    special = np.array([0, -0.0, -88, -np.inf, np.nan], np.float32)
    np.testing.assert_array_equal([s.exp_of_negative(number) for number in special], [1, 1, 0, 0, np.nan])


def test_tanh_keeps_within_one():
    x = np.concatenate([np.linspace(7, 30, 100_000), [np.inf, -np.inf, -0.0]]).astype(np.float32)
    o = np.zeros_like(x)
    ew.tanh["float32"].run(x, o, x.size)
    assert o.max() == 1
    assert o[-3:].tolist() == [1, -1, 0] and np.signbit(o[-1])


def test_the_angle_of_a_point():
    rng = np.random.default_rng(0)
    sizes = np.exp2(rng.uniform(-60, 60, (2, 5000))) * rng.choice([-1, 1], (2, 5000))
    edges = np.array([0, -0.0, 1, -1, np.inf, -np.inf, np.nan])
    y, x = np.concatenate([sizes, np.stack(np.meshgrid(edges, edges)).reshape(2, -1)], 1).astype(np.float32)
    found = np.zeros_like(x)
    ew.atan2["float32"].run(y, x, found, 1, (x.size, 1, 1))
    expected = np.arctan2(y.astype(float), x.astype(float))
    np.testing.assert_allclose(found, expected, rtol=3 * EPS[found.dtype], atol=1e-37)
    np.testing.assert_array_equal(np.signbit(found)[~np.isnan(found)], np.signbit(expected)[~np.isnan(expected)])


def test_sines_of_what_is_close_to_half_turns():
    x = np.concatenate([np.arange(1, 20000) * np.pi, 2.0 ** np.arange(-5, 128), [np.inf, np.nan]]).astype(np.float32)
    with np.errstate(invalid="ignore"):
        expected = np.sin(x.astype(float))
    found = np.zeros_like(x)
    ew.sin["float32"].run(x, found, x.size)
    np.testing.assert_allclose(found, expected, rtol=2 * EPS[found.dtype])
