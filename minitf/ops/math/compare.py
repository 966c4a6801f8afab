"""Comparisons and logic, element by element."""

from __future__ import annotations

import numpy as np

from minitf.framework import dtypes
from minitf.framework.apply import apply
from minitf.framework.registry import define
from minitf.framework.shape import broadcast_static_shape
from minitf.framework.tensor import Tensor
from minitf.kernels.compile import layout
from minitf.kernels.math import elementwise, movement
from minitf.ops import patterns
from minitf.ops.array import array


def _comparison(type: str, numpy, kernel, symbol: str, inputs: str = "x: T, y: T", **types):
    define(
        type,
        f"{inputs} -> z: bool",
        **types,
        shape=patterns.broadcast,
        numpy=patterns.ufunc(numpy),
        kernel=patterns.binary(kernel),
        differentiable=False,
    )

    return patterns.of_two(type, f"x {symbol} y, element by element.")


less = _comparison("Less", np.less, elementwise.less, "<", T=dtypes.REAL)
less_equal = _comparison("LessEqual", np.less_equal, elementwise.less_equal, "<=", T=dtypes.REAL)
greater = _comparison("Greater", np.greater, elementwise.greater, ">", T=dtypes.REAL)
greater_equal = _comparison("GreaterEqual", np.greater_equal, elementwise.greater_equal, ">=", T=dtypes.REAL)
_STRICT = "x: T, y: T; incompatible_shape_error: fixed[bool] = True"
equal = _comparison("Equal", np.equal, elementwise.equal, "==", _STRICT, T=dtypes.ANY)
not_equal = _comparison("NotEqual", np.not_equal, elementwise.not_equal, "!=", _STRICT, T=dtypes.ANY)
_TRUTHS = "x: bool, y: bool"
logical_and = _comparison("LogicalAnd", np.logical_and, elementwise.and_, "and", _TRUTHS)
logical_or = _comparison("LogicalOr", np.logical_or, elementwise.or_, "or", _TRUTHS)


def _is(type: str, numpy, kernel, doc: str):
    define(
        type,
        "x: T -> y: bool",
        T=dtypes.FLOAT,
        shape=patterns.same,
        numpy=patterns.ufunc(numpy),
        kernel=patterns.unary(kernel),
        differentiable=False,
    )

    return patterns.of_one(type, doc)


is_nan = _is("IsNan", np.isnan, elementwise.is_nan, "Which elements are NaN.")
is_inf = _is("IsInf", np.isinf, elementwise.is_inf, "Which elements are infinite.")
is_finite = _is("IsFinite", np.isfinite, elementwise.is_finite, "Which elements are neither NaN nor infinite.")
define(
    "LogicalNot",
    "x: bool -> y: bool",
    shape=patterns.same,
    numpy=patterns.ufunc(np.logical_not),
    kernel=patterns.unary(elementwise.logical_not),
    differentiable=False,
)
logical_not = patterns.of_one("LogicalNot", "Not x, element by element.", "logical_not")


def logical_xor(x, y, name: str | None = "LogicalXor") -> Tensor:
    """Whether just one of x and y is true, element by element."""
    return logical_and(logical_or(x, y), logical_not(logical_and(x, y)), name=name)


define(
    "ApproximateEqual",
    "x: T, y: T; tolerance: float = 1e-05 -> z: bool",
    T=dtypes.NUMBER,
    shape=patterns.merged,
    differentiable=False,
    numpy=lambda op, x, y: np.abs(x - y) < op.attrs["tolerance"],
)


def approximate_equal(x, y, tolerance: float = 1e-5, name: str | None = None) -> Tensor:
    """|x - y| < tolerance, element by element, for x and y of one shape."""
    return apply("ApproximateEqual", x, y, tolerance=tolerance, name=name)


# ---- choosing by a condition


def _select_shape(op):
    condition, x, y = (t.shape for t in op.inputs)
    shape = x.merge_with(y)
    if None not in (condition.sizes, shape.sizes) and len(condition.sizes) not in (0, 1, len(shape.sizes)):
        raise ValueError(f"a condition of shape {condition} cannot choose between tensors of shape {shape}")
    if condition.rank == 1 and shape.rank not in (0, None):
        condition.merge_with(shape[:1])
    elif condition.rank and condition.rank > 1 and shape.rank is not None:
        return shape.merge_with(condition)
    return shape


def _spread_condition(condition: tuple, x: tuple, y: tuple) -> tuple:
    """The shape in which the condition broadcasts: a vector chooses among rows, a scalar everything."""
    if x != y or condition not in ((), x, x[:1]):
        raise ValueError(f"shapes {condition} of the condition, {x} and {y} of the choices do not fit")
    return x if condition == x else condition + (1,) * (len(x) - len(condition))


def _choose(b, op, condition, x, y):
    shape, rank, dims = patterns.broadcast_loops(b, condition.shape, x.shape, y.shape)
    out = b.new(shape, x.dtype)
    b.call(movement.select[layout.carrier(x.dtype)], condition, x, y, out, rank, dims)
    return out


def _select_kernel(b, op, condition, x, y):
    return _choose(b, op, b.view(condition, _spread_condition(condition.shape, x.shape, y.shape)), x, y)


def _select_grad(op, g):
    condition, zeros = op.inputs[0], array.zeros_like(g)
    return None, apply(op.type, condition, g, zeros), apply(op.type, condition, zeros, g)


define(
    "Select",
    "condition: bool, t: T, e: T -> output: T",
    shape=_select_shape,
    numpy=lambda op, c, x, y: np.where(c.reshape(_spread_condition(c.shape, x.shape, y.shape)), x, y),
    kernel=_select_kernel,
    grad=_select_grad,
)


# ---- select, with broadcasting


def _chosen_shape(op):
    condition, x, y = (t.shape for t in op.inputs)
    return broadcast_static_shape(condition, broadcast_static_shape(x, y))


define(
    "SelectV2",
    "condition: bool, t: T, e: T -> output: T",
    shape=_chosen_shape,
    numpy=lambda op, c, x, y: np.where(c, x, y),
    kernel=_choose,
    grad=_select_grad,
    broadcasts=True,
)


def where_v2(condition, x=None, y=None, name: str | None = None) -> Tensor:
    """The elements of x where `condition` is true, else those of y; all three broadcast against each other. Without
    x and y, the places of the true elements: int64 [n, rank].

    >>> import minitf as tf
    >>> with tf.Session() as sess:
    ...     print(sess.run(tf.where_v2([[True], [False]], [1, 2], 0)))
    [[1 2]
     [0 0]]
    """
    if (x is None) != (y is None):
        raise ValueError("where_v2 takes either both x and y or neither")
    if x is None:
        return apply("Where", condition, name=name)
    return apply("SelectV2", condition, x, y, name=name)
