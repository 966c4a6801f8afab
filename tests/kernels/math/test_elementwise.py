"""Elementwise kernels against NumPy in float64, at ordinary and at special places."""

import numpy as np
import pytest
from kernel_helpers import broadcast_run, close, run, sample
from scipy import special

from minitf.kernels.compile import layout
from minitf.kernels.math import elementwise as ew

SPECIAL = [np.nan, np.inf, -np.inf, 0.0, -0.0, 1.0, -1.0, 0.5, -0.5, 1e-30, -1e-30, 100.0, -100.0]

# kernel: (reference, interval, allowed error in units in the last place)
UNARY = {
    ew.exp: (np.exp, (-80, 80), 2),
    ew.expm1: (np.expm1, (-5, 5), 5),
    ew.log: (np.log, (0, 9), 2),
    ew.log1p: (np.log1p, (-0.9, 9), 4),
    ew.sigmoid: (special.expit, (-20, 20), 4),
    ew.tanh: (np.tanh, (-5, 5), 4),
    ew.softplus: (lambda x: np.logaddexp(x, 0), (-20, 20), 5),
    ew.erf: (special.erf, (-3, 3), 5),
    ew.erfc: (special.erfc, (-3, 3), 9),
    ew.lgamma: (special.gammaln, (2.5, 40), 40),
    ew.digamma: (special.digamma, (2, 40), 20),
    ew.sin: (np.sin, (-9, 9), 2),
    ew.cos: (np.cos, (-9, 9), 2),
    ew.tan: (np.tan, (-1.5, 1.5), 2),
    ew.asin: (np.arcsin, (-1, 1), 2),
    ew.acos: (np.arccos, (-1, 1), 2),
    ew.atan: (np.arctan, (-5, 5), 2),
    ew.sinh: (np.sinh, (-5, 5), 3),
    ew.cosh: (np.cosh, (-5, 5), 3),
    ew.asinh: (np.arcsinh, (-5, 5), 3),
    ew.acosh: (np.arccosh, (1, 9), 3),
    ew.atanh: (np.arctanh, (-1, 1), 3),
    ew.sqrt: (np.sqrt, (0, 9), 1),
    ew.rsqrt: (lambda x: 1 / np.sqrt(x), (0, 9), 2),
    ew.reciprocal: (lambda x: 1 / x, (-9, 9), 1),
    ew.floor: (np.floor, (-9, 9), 0),
    ew.ceil: (np.ceil, (-9, 9), 0),
    ew.rint: (np.rint, (-9, 9), 0),
    ew.neg: (np.negative, (-9, 9), 0),
    ew.abs_: (np.abs, (-9, 9), 0),
    ew.sign: (lambda x: np.nan_to_num(np.sign(x)), (-9, 9), 0),
    ew.square: (np.square, (-9, 9), 1),
    ew.relu: (lambda x: np.maximum(x, 0), (-9, 9), 0),
    ew.relu6: (lambda x: np.clip(x, 0, 6), (-9, 9), 0),
    ew.elu: (lambda x: np.where(x < 0, np.expm1(x), x), (-9, 9), 5),
    ew.selu: (lambda x: np.where(x < 0, ew.SELU_SCALE_ALPHA * np.expm1(x), ew.SELU_SCALE * x), (-9, 9), 6),
    ew.softsign: (lambda x: x / (1 + np.abs(x)), (-9, 9), 3),
    ew.is_nan: (np.isnan, (-9, 9), 0),
    ew.is_inf: (np.isinf, (-9, 9), 0),
    ew.is_finite: (np.isfinite, (-9, 9), 0),
    ew.nonzero: (lambda x: x != 0, (-9, 9), 0),
}

BINARY = {
    ew.add: np.add,
    ew.sub: np.subtract,
    ew.mul: np.multiply,
    ew.div: np.divide,
    ew.maximum: np.maximum,
    ew.minimum: np.minimum,
    ew.squared_difference: lambda x, y: (x - y) ** 2,
    ew.atan2: np.arctan2,
}
COMPARISONS = {
    ew.less: np.less,
    ew.less_equal: np.less_equal,
    ew.greater: np.greater,
    ew.greater_equal: np.greater_equal,
    ew.equal: np.equal,
    ew.not_equal: np.not_equal,
}
LOGIC = {ew.and_: np.bitwise_and, ew.or_: np.bitwise_or, ew.xor: np.bitwise_xor}

SHAPES = [
    ((7,), (7,)),
    ((2, 33), (33,)),
    ((33, 2), (33, 1)),
    ((), (5,)),
    ((3, 1, 4), (2, 4)),
    ((2, 3, 4, 5), (2, 1, 4, 1)),
    ((0, 3), (3,)),
    ((1, 1), (1,)),
]


def logistic_grad(x):
    return special.expit(x) * special.expit(-x)


# kernel: (order of operands, y of x, derivative by x)
GRADIENTS = {
    ew.tanh_grad: ("y dy", np.tanh, lambda x: 1 - np.tanh(x) ** 2),
    ew.sigmoid_grad: ("y dy", special.expit, logistic_grad),
    ew.relu_grad: ("dy x", None, lambda x: x > 0),
    ew.relu6_grad: ("dy x", None, lambda x: (x > 0) & (x < 6)),
    ew.elu_grad: ("dy y", UNARY[ew.elu][0], lambda x: np.where(x < 0, np.exp(x), 1)),
    ew.selu_grad: (
        "dy y",
        UNARY[ew.selu][0],
        lambda x: np.where(x < 0, ew.SELU_SCALE_ALPHA * np.exp(x), ew.SELU_SCALE),
    ),
    ew.softplus_grad: ("dy x", None, special.expit),
    ew.softsign_grad: ("dy x", None, lambda x: 1 / (1 + np.abs(x)) ** 2),
}


def names(kernels):
    return {"argvalues": list(kernels), "ids": [k.name for k in kernels]}


def unary(kernel, a, scale=None):
    o = np.zeros(a.shape, kernel.function.__annotations__["o"].dtype or a.dtype)
    assert run(kernel[a.dtype], a, o, a.size, python=a.size < 100, scale=scale) == 0
    return o


def typed(kernels, both):
    """(kernel, dtype) for float32, and for float64 where the kernel has code of its own for it."""
    pairs = [(k, "float32") for k in kernels] + [(k, "float64") for k in kernels if k in both]
    return {"argnames": ("kernel", "dtype"), "argvalues": pairs, "ids": [f"{k.name}-{d}" for k, d in pairs]}


DOUBLES = (ew.exp, ew.expm1, ew.log, ew.log1p, ew.sigmoid, ew.tanh, ew.softplus, ew.erf, ew.lgamma, ew.digamma)


@pytest.mark.parametrize(**typed(UNARY, (*DOUBLES, ew.sin, ew.rint, ew.relu, ew.is_nan)))
def test_unary(kernel, dtype):
    reference, interval, ulps = UNARY[kernel]
    for a in (sample(dtype, 1000, 1, *interval), sample(dtype, 37, 2, *interval)):
        with np.errstate(all="ignore"):
            expected = reference(a.astype(np.float64))
        close(unary(kernel, a), expected, ulps)


@pytest.mark.parametrize(**typed([k for k in UNARY if k not in (ew.lgamma, ew.digamma)], DOUBLES))
def test_unary_at_special_values(kernel, dtype):
    a = np.array(SPECIAL, dtype)
    with np.errstate(all="ignore"):
        expected = UNARY[kernel][0](a.astype(np.float64))
    close(unary(kernel, a), expected, max(4, UNARY[kernel][2]))


@pytest.mark.parametrize("kernel", **names(k for k in UNARY if k.supports("int8")))
@pytest.mark.parametrize("dtype", ["int8", "int64", "uint8"])
def test_unary_of_integers(kernel, dtype):
    if kernel.supports(dtype):
        a = sample(dtype, 20, low=-9, high=9)
        close(unary(kernel, a), UNARY[kernel][0](a.astype(np.int64)))


def test_gamma_where_it_is_large_or_has_poles():
    a = np.array([1.0, 2.0, -0.5, -3.7, 1e-9, -1e-9, 1e8, 0.0, -2.0, np.inf, np.nan])
    close(
        unary(ew.lgamma, a, scale=4),
        np.where(a <= -2.0, [special.gammaln(x) for x in a], special.gammaln(a)),
        8,
        scale=1,
    )
    close(unary(ew.digamma, a, scale=4)[:7], special.digamma(a)[:7], 16, scale=1)
    assert unary(ew.digamma, a)[7:9].tolist() == [np.inf] * 2 and np.isnan(unary(ew.digamma, a)[10])


def test_nan_with_any_payload_stays_nan():
    a = np.array([0x7FA12345, 0xFFC00001], np.uint32).view(np.float32)
    for kernel in (ew.exp, ew.expm1, ew.log, ew.log1p, ew.tanh, ew.sigmoid, ew.softplus, ew.relu, ew.elu):
        assert np.isnan(unary(kernel, a)).all(), kernel


def test_flipping():
    assert unary(ew.logical_not, np.array([True, False])).tolist() == [False, True]
    a = sample("int16", 9)
    close(unary(ew.invert, a), ~a)


def test_a_kernel_may_write_over_its_input():
    a = sample("float32", 50)
    expected = np.tanh(a.astype(float))
    ew.tanh["float32"].run(a, a, a.size)
    close(a, expected)
    b = a.copy()
    ew.mul["float32"].run(a, b, b, *layout.broadcast(a.shape, b.shape)[1:])
    close(b, a * a)


@pytest.mark.parametrize("kernel", **names([*BINARY, *COMPARISONS]))
@pytest.mark.parametrize("dtype", ["float32", "float64", "int8", "int32", "int64", "uint8"])
def test_binary(kernel, dtype):
    if not kernel.supports(dtype) or (kernel is not ew.add and dtype in ("int8", "int64", "uint8", "float64")):
        return
    comparing = kernel in COMPARISONS
    reference = COMPARISONS.get(kernel) or BINARY[kernel]
    for shapes in SHAPES:
        a, b = (sample(dtype, shape, seed) for seed, shape in enumerate(shapes))
        with np.errstate(all="ignore"):
            expected = reference(a, b) if a.dtype.kind != "f" else reference(a.astype(float), b.astype(float))
        for left, right in ((a, b), (b, a)):
            status, o = broadcast_run(kernel, left, right, out=np.uint8 if comparing else None)
            if left is b:
                with np.errstate(all="ignore"):
                    expected = reference(b.astype(float), a.astype(float)).astype(o.dtype)
            assert status == 0
            close(o, expected, 2, scale=1)


@pytest.mark.parametrize("kernel", **names(LOGIC))
@pytest.mark.parametrize("dtype", ["bool", "int32"])
def test_logic(kernel, dtype):
    a, b = sample(dtype, (4, 5), 0), sample(dtype, (5,), 1)
    status, o = broadcast_run(kernel, a, b)
    assert status == 0
    close(o, LOGIC[kernel](a, b))


def test_nan_in_maximum_and_comparisons():
    a, b = np.array([[np.nan, 1, np.nan], [1, np.nan, np.nan]], np.float32)
    for kernel in (ew.maximum, ew.minimum):
        np.testing.assert_array_equal(broadcast_run(kernel, a, b)[1], a)
    for kernel, reference in COMPARISONS.items():
        close(broadcast_run(kernel, a, b, out=np.uint8)[1], reference(a, b))


@pytest.mark.parametrize("kernel", **names(GRADIENTS))
def test_gradients(kernel):
    dtype = np.float32
    order, y_of, derivative = GRADIENTS[kernel]
    x = sample(np.float64, 50, 3, -8, 8).astype(dtype).astype(np.float64)
    dy = sample(dtype, 50, 4)
    operands = {"x": x, "y": None if y_of is None else y_of(x), "dy": dy}
    status, o = broadcast_run(kernel, *(operands[name].astype(dtype) for name in order.split()), scale=2)
    assert status == 0
    close(o, dy * derivative(x), 8, scale=2)


@pytest.mark.parametrize(
    "kernel, y_of, slope",
    [
        (ew.sqrt_grad, np.sqrt, lambda x: 0.5 / np.sqrt(x)),
        (ew.rsqrt_grad, lambda x: x**-0.5, lambda x: -0.5 * x**-1.5),
        (ew.reciprocal_grad, lambda x: 1 / x, lambda x: -1 / x**2),
    ],
    ids=lambda k: getattr(k, "name", ""),
)
def test_gradients_of_zero_are_zero_where_slopes_are_infinite(kernel, y_of, slope):
    x, dy = sample(np.float64, 50, 3, 0.1, 8), sample(np.float32, 50, 4)
    x[10:14], dy[10:12] = 0, (0, -0.0)
    with np.errstate(divide="ignore"):
        status, o = broadcast_run(kernel, y_of(x).astype(np.float32), dy, scale=2)
        assert status == 0 and (o[10:12] == 0).all()
        np.testing.assert_array_equal(o[12:14], dy[12:14] * slope(x[12:14]))
        rest = np.r_[:10, 14:50]
        close(o[rest], dy[rest] * slope(x[rest]), 8, scale=2)


@pytest.mark.parametrize("kernel", [ew.sin, ew.cos, ew.tan], ids=lambda k: k.name)
def test_angles_beside_large_ones_are_what_they_are_alone(kernel):
    """To the last bit, up to the one that counts as large: threads cut calls anywhere."""
    a = (np.random.default_rng(0).uniform(-1, 1, 3000) * 2.0 ** (np.arange(3000) % 22)).astype(np.float32)
    mixed = np.insert(a, np.arange(0, 3000, 100), [np.float32(2**22), np.nan, np.inf] * 10)
    kept = ~np.isin(np.arange(mixed.size), np.arange(0, 3000, 100) + np.arange(30))
    alone, beside = np.empty_like(a), np.empty_like(mixed)
    assert kernel[np.float32].run(a, alone, a.size) == 0
    assert kernel[np.float32].run(mixed, beside, mixed.size) == 0
    np.testing.assert_array_equal(beside[kept], alone)
    close(alone, getattr(np, kernel.name)(a.astype(float)), 8)
