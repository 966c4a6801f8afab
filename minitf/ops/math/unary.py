"""Element-wise maths of one input."""

from __future__ import annotations

import functools
import math

import numpy as np

from minitf.framework import dtypes
from minitf.framework.apply import apply
from minitf.framework.convert import convert_to_tensor
from minitf.framework.graph import name_scope
from minitf.framework.named import named
from minitf.framework.registry import also, define
from minitf.framework.sparse import SparseTensor
from minitf.framework.tensor import Tensor
from minitf.kernels.math import elementwise as kernels
from minitf.ops import patterns
from minitf.ops.array import array
from minitf.ops.array.constant import constant

SIGNED = dtypes.FLOAT | {dtypes.int8, dtypes.int16, dtypes.int32, dtypes.int64}
FIELD = dtypes.FLOAT | dtypes.COMPLEX


def conjugated(x: Tensor) -> Tensor:
    """The complex conjugate, which is a real tensor itself."""
    return apply("Conj", x) if x.dtype.is_complex else x


_OF_ZERO_IS_ZERO = ("Abs", "Neg", "Sign", "Square", "Sqrt", "Erf", "Tanh")  # and so also of sparse tensors


def _unary(type: str, numpy, kernel, derivative, doc: str, T=FIELD, grad=None, **options):  # noqa: N803
    """Defines an op of one input and returns its public function; derivative(x, y) is dy/dx."""
    if derivative is not None:
        grad = functools.partial(_times_slope, derivative)
    define(
        type,
        "x: T -> y: T",
        T=T,
        shape=patterns.same,
        numpy=patterns.ufunc(numpy),
        grad=grad,
        kernel=patterns.unary(kernel),
        differentiable=grad is not None,
        **options,
    )

    @named(type.lower(), doc)
    def function(x, name: str | None = None) -> Tensor:
        if type in _OF_ZERO_IS_ZERO and isinstance(x, SparseTensor):
            return x.mapped(lambda values: function(values, name))
        return apply(type, x, name=name)

    return function


def _times_slope(derivative, op, g: Tensor) -> Tensor:
    """The product has the name of what TensorFlow makes last."""
    slope = conjugated(derivative(op.inputs[0], op.outputs[0]))
    return apply("Mul", g, slope, name="Mul" if op.type == "Square" else "mul")


def special(name: str):
    """A function of scipy.special, which is imported when it is first called."""

    def function(*arrays):
        import scipy.special

        return getattr(scipy.special, name)(*arrays)

    return function


def digamma_of(x: np.ndarray) -> np.ndarray:
    """The derivative of log gamma; infinity at its poles 0, -1, ..."""
    pole = (x <= 0) & (x == np.floor(x))
    return np.where(pole, np.inf, special("psi")(x)).astype(x.dtype)


def _tanh_grad(op, g):
    y, dy = op.inputs
    return -2.0 * g * dy * y, apply("TanhGrad", y, g)


def _sigmoid_grad(op, g):
    y, dy = op.inputs
    return g * dy * (1.0 - 2.0 * y), apply("SigmoidGrad", y, g)


def _sqrt_grad(op, g):
    g_y = g / op.inputs[0]
    return -conjugated(g_y) * op.outputs[0], 0.5 * g_y


def _rsqrt_grad(op, g):
    (y, dy), g_of = (conjugated(op.inputs[0]), op.inputs[1]), conjugated(g)
    return -1.5 * g_of * dy * square(y), apply("RsqrtGrad", y, g)


def _reciprocal_grad(op, g):
    (y, dy), g_of = (conjugated(op.inputs[0]), op.inputs[1]), conjugated(g)
    return g_of * -2.0 * dy * y, apply("ReciprocalGrad", y, g)


def _by_result(type: str):
    """The gradient of an op by the op that takes its result."""
    return lambda op, g: apply(type, op.outputs[0], g)


def _unless_zero(function):
    """For NumPy a function of y and dy that is 0 where dy is 0: slopes may be infinite there."""
    return lambda y, dy: np.where(dy == 0, np.zeros((), y.dtype), function(np.conj(y), dy)).astype(y.dtype)


def _slope(type: str, numpy, kernel, grad):
    """Defines the op (y, dy) -> dy times the slope, written in terms of y."""
    define(
        type,
        "y: T, dy: T -> z: T",
        T=FIELD,
        shape=patterns.merged,
        numpy=patterns.ufunc(numpy),
        grad=grad,
        kernel=patterns.binary(kernel),
    )


_slope("TanhGrad", lambda y, dy: dy * (1 - y * y), kernels.tanh_grad, _tanh_grad)
_slope("SigmoidGrad", lambda y, dy: dy * y * (1 - y), kernels.sigmoid_grad, _sigmoid_grad)
_slope("SqrtGrad", _unless_zero(lambda y, dy: 0.5 * dy / y), kernels.sqrt_grad, _sqrt_grad)
_slope("RsqrtGrad", _unless_zero(lambda y, dy: -0.5 * (dy * y) * (y * y)), kernels.rsqrt_grad, _rsqrt_grad)
_slope("ReciprocalGrad", _unless_zero(lambda y, dy: -y * dy * y), kernels.reciprocal_grad, _reciprocal_grad)
also("InvGrad", "ReciprocalGrad")

negative = _unary(
    "Neg",
    np.negative,
    kernels.neg,
    None,
    "-x.",
    SIGNED | dtypes.COMPLEX,
    grad=lambda op, g: -g,
    passes_slices=True,
    polynomial=(),
)
_real_abs = _unary("Abs", np.abs, kernels.abs_, lambda x, y: sign(x), "|x|.", SIGNED)
sign = _unary(
    "Sign",
    lambda x: np.where(x != x, np.zeros_like(x), np.sign(x)) if x.dtype.kind == "f" else np.sign(x),
    kernels.sign,
    None,
    "-1, 0 or 1 by the sign of x (0 if that is NaN); x / |x| for complex x.",
    SIGNED | dtypes.COMPLEX,
    grad=lambda op, g: array.zeros_like(op.inputs[0], name="zeros"),
)
square = _unary(
    "Square",
    np.square,
    kernels.square,
    lambda x, y: apply("Mul", x, constant(2.0, x.dtype)),
    "x * x.",
    SIGNED | dtypes.COMPLEX,
)
sqrt = _unary(
    "Sqrt", np.sqrt, kernels.sqrt, None, "The square root; NaN for negative numbers.", grad=_by_result("SqrtGrad")
)
rsqrt = _unary("Rsqrt", lambda x: 1 / np.sqrt(x), kernels.rsqrt, None, "1 / sqrt(x).", grad=_by_result("RsqrtGrad"))
reciprocal = _unary(
    "Reciprocal", lambda x: 1 / x, kernels.reciprocal, None, "1 / x.", grad=_by_result("ReciprocalGrad")
)
also("Inv", "Reciprocal")
exp = _unary("Exp", np.exp, kernels.exp, lambda x, y: y, "e to the power of x.")
expm1 = _unary("Expm1", np.expm1, kernels.expm1, lambda x, y: y + 1.0, "exp(x) - 1, exact for small x too.")
log = _unary("Log", np.log, kernels.log, lambda x, y: reciprocal(x), "The natural logarithm: -inf at 0, NaN below.")
log1p = _unary("Log1p", np.log1p, kernels.log1p, lambda x, y: reciprocal(1.0 + x), "log(1 + x), exact for small x too.")
tanh = _unary(
    "Tanh",
    np.tanh,
    kernels.tanh,
    None,
    "The hyperbolic tangent.",
    grad=lambda op, g: apply("TanhGrad", conjugated(op.outputs[0]), g),
)
sigmoid = _unary(
    "Sigmoid",
    lambda x: 1 / (1 + np.exp(-x)),
    kernels.sigmoid,
    None,
    "1 / (1 + exp(-x)).",
    grad=lambda op, g: apply("SigmoidGrad", conjugated(op.outputs[0]), g),
)
sin = _unary("Sin", np.sin, kernels.sin, lambda x, y: cos(x), "The sine.")
cos = _unary("Cos", np.cos, kernels.cos, lambda x, y: -sin(x), "The cosine.")
tan = _unary("Tan", np.tan, kernels.tan, lambda x, y: 1.0 + y * y, "The tangent.")
asin = _unary("Asin", np.arcsin, kernels.asin, lambda x, y: rsqrt(1.0 - x * x), "The angle whose sine is x.")
acos = _unary("Acos", np.arccos, kernels.acos, lambda x, y: -rsqrt(1.0 - x * x), "The angle whose cosine is x.")
atan = _unary("Atan", np.arctan, kernels.atan, lambda x, y: reciprocal(1.0 + x * x), "The angle whose tangent is x.")
sinh = _unary("Sinh", np.sinh, kernels.sinh, lambda x, y: cosh(x), "The hyperbolic sine.")
cosh = _unary("Cosh", np.cosh, kernels.cosh, lambda x, y: sinh(x), "The hyperbolic cosine.")
asinh = _unary("Asinh", np.arcsinh, kernels.asinh, lambda x, y: reciprocal(cosh(y)), "The inverse of sinh.")
acosh = _unary(
    "Acosh", np.arccosh, kernels.acosh, lambda x, y: reciprocal(sinh(y)), "The inverse of cosh; NaN below 1."
)
atanh = _unary("Atanh", np.arctanh, kernels.atanh, lambda x, y: reciprocal(1.0 - x * x), "The inverse of tanh.")
erf = _unary("Erf", special("erf"), kernels.erf, lambda x, y: _bell(x), "The error function.", dtypes.FLOAT)
erfc = _unary("Erfc", special("erfc"), kernels.erfc, lambda x, y: -_bell(x), "1 - erf(x).", dtypes.FLOAT)
lgamma = _unary("Lgamma", special("gammaln"), kernels.lgamma, lambda x, y: digamma(x), "log |gamma(x)|.", dtypes.FLOAT)
digamma = _unary(
    "Digamma",
    digamma_of,
    kernels.digamma,
    lambda x, y: apply("Polygamma", array.ones_like(x), x),
    "The derivative of lgamma.",
    dtypes.FLOAT,
)
floor = _unary("Floor", np.floor, kernels.floor, None, "The largest whole number up to x.", dtypes.FLOAT)
ceil = _unary("Ceil", np.ceil, kernels.ceil, None, "The smallest whole number from x.", dtypes.FLOAT)
rint = _unary("Rint", np.rint, kernels.rint, None, "The nearest whole number; halves go to the even one.", dtypes.FLOAT)
_round = _unary("Round", np.rint, kernels.rint, None, "The nearest whole number.", FIELD)


def _bell(x):
    return 2.0 / math.sqrt(math.pi) * exp(-(x * x))


def abs(x, name: str | None = None) -> Tensor:  # noqa: A001 - TensorFlow's own name
    """|x|; real for complex x."""
    if _is_complex(x):
        x = convert_to_tensor(x)
        return apply("ComplexAbs", x, Tout=x.dtype.real_dtype, name=name or "Abs")
    return _real_abs(x, name=name)


def _is_complex(x) -> bool:
    return x.dtype.is_complex if isinstance(x, Tensor) else np.iscomplexobj(x)


def round(x, name: str | None = None) -> Tensor:  # noqa: A001
    """The nearest whole number, halves going to the even one; integers stay what they are."""
    x = convert_to_tensor(x, name="x")
    return x if x.dtype.is_integer else _round(x, name=name)


def log_sigmoid(x, name: str | None = None) -> Tensor:
    """log(sigmoid(x)) without overflow."""
    with name_scope(name, "LogSigmoid", [x]) as scope:
        x = convert_to_tensor(x, name="x")
        return negative(apply("Softplus", -x), name=scope)
