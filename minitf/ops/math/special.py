"""Special functions: incomplete gamma and beta functions, Hurwitz' zeta, Bessel's, and neighbouring numbers."""

from __future__ import annotations

import numpy as np

from minitf.framework import dtypes
from minitf.framework.apply import apply
from minitf.framework.convert import convert_to_tensor
from minitf.framework.graph import name_scope
from minitf.framework.registry import define
from minitf.framework.tensor import Tensor
from minitf.kernels.compile import layout
from minitf.kernels.math import special as kernels
from minitf.ops import patterns
from minitf.ops.array import array
from minitf.ops.math import math
from minitf.ops.math.no_nan import multiply_no_nan
from minitf.ops.math.reduce import reduce_sum
from minitf.ops.math.unary import digamma_of, lgamma, special

WIDE = dtypes.FLOAT - {dtypes.float16}


def _binary(type: str, inputs: str, numpy, kernel, grad) -> None:
    define(
        type,
        f"{inputs} -> z: T",
        T=WIDE,
        shape=patterns.broadcast,
        numpy=patterns.ufunc(numpy),
        kernel=patterns.binary(kernel),
        broadcasts=True,
        summed=True,
        grad=grad,
    )


# ---- incomplete gamma functions


def _gamma_density(a, x) -> Tensor:
    """The derivative of igamma(a, x) by x."""
    return math.exp((a - 1.0) * math.log(x) - x - math.lgamma(a))


def _igamma_grad(op, g):
    a, x = op.inputs
    return multiply_no_nan(apply("IgammaGradA", a, x), g), multiply_no_nan(_gamma_density(a, x), g)


def _igammac_grad(op, g):
    return [-part for part in _igamma_grad(op, g)]


def _slope_of_series(a, x):
    """The derivative of P(a, x) = sum(x**(a + n) e**-x / gamma(a + n + 1)) by a, term by term."""
    psi, log_gamma = special("psi"), special("gammaln")
    total = np.zeros(np.broadcast_shapes(a.shape, x.shape))
    wide = x.astype(np.float64)
    for n in range(int(60 + 2 * np.max(wide, initial=0, where=np.isfinite(wide)))):
        above = a + np.float64(n)
        log = np.log(wide, out=np.full_like(wide, -np.inf), where=wide > 0)
        terms = np.exp(above * log - wide - log_gamma(above + 1))
        total += np.where(wide > 0, terms * (np.where(wide > 0, log, 0) - psi(above + 1)), 0)
    return np.where((a > 0) & (x >= 0), total, np.nan).astype(x.dtype)


def _sample_slope(alpha, sample):
    density = np.exp((alpha - 1) * np.log(sample) - sample - special("gammaln")(alpha))
    return (-_slope_of_series(alpha, sample) / density).astype(sample.dtype)


_binary("Igamma", "a: T, x: T", special("gammainc"), kernels.igamma, _igamma_grad)
_binary("Igammac", "a: T, x: T", special("gammaincc"), kernels.igammac, _igammac_grad)
_binary("IgammaGradA", "a: T, x: T", _slope_of_series, kernels.igamma_grad_a, None)
_binary("RandomGammaGrad", "alpha: T, sample: T", _sample_slope, kernels.random_gamma_grad, None)


def igamma(a, x, name: str | None = None) -> Tensor:
    """The regularized lower incomplete gamma function P(a, x) of float32 or float64 that broadcast.

    NaN unless a > 0 and x >= 0.

    >>> import minitf as tf
    >>> tf.Session().run(igamma(1.0, [0.0, 1.0])).tolist()
    [0.0, 0.6321205496788025]
    """
    return apply("Igamma", a, x, name=name)


igammac = patterns.of_inputs("Igammac", "The regularized upper incomplete gamma function, 1 - igamma(a, x).", "igammac")

# ---- zeta and the derivatives of digamma


def _zeta(x, q):
    """scipy's; q below 0 is brought above it by the sum's first terms, for whole x."""
    found = np.broadcast_to(special("zeta")(x, q), np.broadcast_shapes(x.shape, q.shape)).copy()
    powers, places = np.broadcast_arrays(x, q)
    for i in zip(*np.nonzero(places < 0)):
        s, p = float(powers[i]), float(places[i])
        if s > 1 and p != np.floor(p):
            steps = int(np.ceil(-p))
            first = sum((p + n) ** -s for n in range(steps)) if s == np.floor(s) else np.nan
            found[i] = first + special("zeta")(s, p + steps)
    pole = (places <= 0) & (places == np.floor(places)) & (powers > 1)
    return np.where(pole, np.inf, found).astype(q.dtype)


def _zeta_grad(op, g):
    x, q = op.inputs
    return None, multiply_no_nan(-x * zeta(x + 1.0, q), g)


_binary("Zeta", "x: T, q: T", _zeta, kernels.zeta, _zeta_grad)


def zeta(x, q, name: str | None = None) -> Tensor:
    """Hurwitz' zeta function, the sum of (q + n) ** -x over n = 0, 1, ..., of float32 or float64 that broadcast.

    NaN for x below 1; only q has a gradient.
    """
    return apply("Zeta", x, q, name=name)


def _polygamma(a, x):
    with np.errstate(all="ignore"):
        order, place = np.broadcast_arrays(a.astype(np.float64), x.astype(np.float64))
        whole = (order == np.floor(order)) & (order >= 0)
        sign = np.where(order % 2 == 1, 1, -1)
        high = sign * special("gamma")(order + 1) * _zeta(order + 1, place)
        return np.where(whole, np.where(order == 0, digamma_of(place), high), np.nan).astype(x.dtype)


_binary(
    "Polygamma",
    "a: T, x: T",
    _polygamma,
    kernels.polygamma,
    lambda op, g: (None, multiply_no_nan(polygamma(op.inputs[0] + 1.0, op.inputs[1]), g)),
)
polygamma = patterns.of_inputs("Polygamma", "The a-th derivative of digamma at x, for whole a (else NaN).", "polygamma")

# ---- the incomplete beta function


def _beta_shape(op):
    """All inputs that are no scalars have one shape."""
    shape = op.inputs[0].shape
    for other in op.inputs[1:]:
        if shape.rank == 0:
            shape = other.shape
        elif other.shape.rank != 0:
            shape = shape.merge_with(other.shape)
    return shape


def _check_beta(*values) -> None:
    shapes = {v.shape for v in values if v.shape != ()}
    if len(shapes) > 1:
        raise ValueError(f"a, b and x are of one shape, or scalars; given {[v.shape for v in values]}")


def _betainc(op, a, b, x):
    _check_beta(a, b, x)
    return special("betainc")(a, b, x).astype(x.dtype)


def _betainc_kernel(b, op, *values):
    _check_beta(*values)
    shape, rank, dims = layout.broadcast(*[v.shape for v in values])
    out = b.new(shape, values[0].dtype)
    b.call(kernels.betainc[values[0].dtype], *values, out, rank, dims)
    return out


def _betainc_grad(op, g):
    a, b, x = op.inputs
    log_beta = math.lgamma(a) + math.lgamma(b) - math.lgamma(a + b)
    density = math.exp((b - 1.0) * math.log(1.0 - x) + (a - 1.0) * math.log(x) - log_beta)
    return None, None, multiply_no_nan(density, g)


define(
    "Betainc",
    "a: T, b: T, x: T -> z: T",
    T=WIDE,
    shape=_beta_shape,
    numpy=_betainc,
    kernel=_betainc_kernel,
    broadcasts=True,
    summed=True,
    grad=_betainc_grad,
)


def betainc(a, b, x, name: str | None = None) -> Tensor:
    """The regularized incomplete beta function of float32 or float64: all of one shape, or scalars.

    NaN unless a, b > 0 and 0 <= x <= 1; only x has a gradient. ValueError for other shapes.
    """
    return apply("Betainc", a, b, x, name=name)


# ---- Bessel's modified functions


def _i0e_grad(op, g):
    x, y = op.inputs[0], op.outputs[0]
    return multiply_no_nan(bessel_i1e(x) - math.sign(x) * y, g)


def _i1e_grad(op, g):
    """At 0, where the derivative is a quotient of zeros, it is 1/2."""
    x, y = op.inputs[0], op.outputs[0]
    least = float(np.finfo(x.dtype.numpy).eps) + array.zeros_like(x)
    away = math.greater(math.abs(x), least)
    safe = apply("Select", away, x, least)
    slope = bessel_i0e(safe) - y * (math.sign(safe) + math.reciprocal(safe))
    return multiply_no_nan(apply("Select", away, slope, 0.5 + array.zeros_like(x)), g)


for _type, _function, _kernel, _grad in (
    ("BesselI0e", "i0e", kernels.bessel_i0e, _i0e_grad),
    ("BesselI1e", "i1e", kernels.bessel_i1e, _i1e_grad),
):
    define(
        _type,
        "x: T -> y: T",
        T=dtypes.FLOAT,
        shape=patterns.same,
        numpy=patterns.ufunc(special(_function)),
        kernel=patterns.unary(_kernel),
        grad=_grad,
    )
bessel_i0e = patterns.of_one("BesselI0e", "exp(-|x|) times Bessel's modified function of order 0.", "bessel_i0e")
bessel_i1e = patterns.of_one("BesselI1e", "exp(-|x|) times Bessel's modified function of order 1.", "bessel_i1e")


def bessel_i0(x, name: str | None = None) -> Tensor:
    """Bessel's modified function of order 0; `bessel_i0e` does not overflow."""
    return _unscaled(bessel_i0e, x, name, "bessel_i0")


def bessel_i1(x, name: str | None = None) -> Tensor:
    """Bessel's modified function of order 1; `bessel_i1e` does not overflow."""
    return _unscaled(bessel_i1e, x, name, "bessel_i1")


def _unscaled(function, x, name: str | None, default_name: str) -> Tensor:
    with name_scope(name, default_name, [x]):
        return math.exp(math.abs(x)) * function(x)


def lbeta(x, name: str | None = None) -> Tensor:
    """The logarithm of the absolute value of Beta(x), along the last axis, which is dropped.

    >>> import minitf as tf
    >>> lbeta([[1.0, 2.0], [3.0, 4.0]]).shape.as_list()
    [2]
    """
    with name_scope(name, "lbeta"):
        x = convert_to_tensor(x, name="x")
        return reduce_sum(lgamma(x), axis=[-1]) - lgamma(reduce_sum(x, axis=[-1]))


# ---- neighbours


_binary(
    "NextAfter",
    "x1: T, x2: T; T: type = float32",
    np.nextafter,
    kernels.next_after,
    lambda op, g: (g, array.zeros_like(g)),
)
nextafter = patterns.of_inputs("NextAfter", "The float32 or float64 next to x1 in the direction of x2.", "nextafter")
