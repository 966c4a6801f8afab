"""Element-wise maths of two or more inputs, with broadcasting; the operators of Tensor."""

# ruff: noqa: F401, I001 - other modules find all of the maths here

from __future__ import annotations

import functools

import numpy as np

from minitf.framework import dtypes
from minitf.framework.apply import apply
from minitf.framework.convert import convert_to_tensor
from minitf.framework.graph import name_scope
from minitf.framework.registry import also, define
from minitf.framework.shape import UNKNOWN, TensorShape, as_shape
from minitf.framework.sparse import SparseTensor
from minitf.framework.tensor import IndexedSlices, Tensor, overload
from minitf.kernels.compile import layout
from minitf.kernels.compile.abi import Kernel
from minitf.kernels.math import division, elementwise, movement
from minitf.ops import patterns
from minitf.ops.array import array
from minitf.ops.math.cast import cast
from minitf.ops.math.compare import equal, greater, greater_equal, is_finite, is_inf, is_nan, less, less_equal
from minitf.ops.math.compare import logical_and, logical_not, logical_or, logical_xor, not_equal
from minitf.ops.math.unary import FIELD, SIGNED, abs, acos, acosh, asin, asinh, atan, atanh, ceil, conjugated, cos, cosh
from minitf.ops.math.unary import digamma, erf, erfc, exp, expm1, floor, lgamma, log, log1p, log_sigmoid, negative
from minitf.ops.math.unary import reciprocal, rint, round, rsqrt, sigmoid, sign, sin, sinh, sqrt, square, tan, tanh


def _binary(type: str, numpy, kernel, grad, doc: str, T=dtypes.NUMBER, error=None, inputs="x: T, y: T", **rules):  # noqa: N803
    """Defines an op of two inputs that broadcast and returns its function; `kernel` may be a whole rule."""
    rules.setdefault("differentiable", grad is not None)
    rules.setdefault("broadcasts", True)
    define(
        type,
        f"{inputs} -> z: T",
        T=T,
        shape=patterns.broadcast,
        numpy=patterns.ufunc(numpy),
        grad=grad,
        kernel=patterns.binary(kernel, error) if isinstance(kernel, Kernel) else kernel,
        **rules,
    )

    return patterns.of_two(type, doc)


def _integer_checked(on_floats, on_integers):
    """A division: integers may not be divided by zero."""

    def divide(x, y):
        if y.dtype.kind not in "iu":
            return on_floats(x, y)
        zero = np.flatnonzero(np.broadcast_to(y == 0, np.broadcast_shapes(x.shape, y.shape)))
        if zero.size:
            raise ValueError(_zero_divisor(zero[0]))
        return on_integers(x, y)

    return divide


def _zero_divisor(position: int) -> str:
    return f"integer division by zero at element {position}"


def _truncated(x, y):
    quotient = np.floor_divide(x, y)
    return quotient + ((quotient < 0) & (quotient * y != x)).astype(x.dtype)


def _real_quotient(x, y):
    """x / y; of integers as TensorFlow's compiled kernels divide, which raise no errors."""
    if x.dtype.kind not in "iu":
        return np.true_divide(x, y)
    with np.errstate(over="ignore"):
        return np.where(y == 0, ~np.zeros_like(x), _truncated(x, np.where(y == 0, np.ones_like(y), y)))


def _real_quotient_kernel(b, op, x, y):
    kernel = division.quotient if x.dtype.kind in "iu" else elementwise.div
    return patterns.binary(kernel)(b, op, x, y)


def _floor_mod(x, y):
    remainder = np.fmod(x, y)
    return np.where((remainder != 0) & ((remainder < 0) != (y < 0)), remainder + y, remainder)


def _mul_grad(op, g):
    x, y = op.inputs
    return apply("Mul", g, conjugated(y)), apply("Mul", conjugated(x), g)


def _div_grad(op, g):
    part = apply("RealDiv", g, conjugated(op.inputs[1]))
    return part, -(part * conjugated(op.outputs[0]))


def _div_no_nan_kernel(b, op, x, y):
    zero, is_zero = b.constant(np.zeros((), y.dtype)), b.new(y.shape, np.bool_)
    b.call(elementwise.equal[y.dtype], y, zero, is_zero, *layout.broadcast(y.shape, ())[1:])
    quotient = patterns.binary(elementwise.div)(b, op, x, y)
    out = b.new(quotient.shape, y.dtype)
    loops = layout.broadcast(y.shape, (), quotient.shape)[1:]
    b.call(movement.select[layout.carrier(y.dtype)], is_zero, zero, quotient, out, *loops)
    return out


def _div_no_nan_grad(op, g):
    x, y = conjugated(op.inputs[0]), conjugated(op.inputs[1])
    return div_no_nan(g, y), g * div_no_nan(div_no_nan(-x, y), y)


def _pow_grad(op, g):
    x, y, z = conjugated(op.inputs[0]), conjugated(op.inputs[1]), conjugated(op.outputs[0])
    has_log = not_equal(x, 0.0) if x.dtype.is_complex else greater(x, 0.0)
    safe = _where(has_log, x, array.ones_like(x))
    return g * y * pow(x, y - 1.0), g * z * log(safe)


def _larger_grad(first_wins):
    """Of the two inputs the chosen one takes the gradient, the first one if they are equal."""

    def grad(op, g):
        first, zeros = first_wins(*op.inputs), array.zeros_like(g)
        return _where(first, g, zeros), _where(first, zeros, g)

    return grad


def _where(condition, x, y) -> Tensor:
    return apply("Select", condition, x, y)


def _atan2_grad(op, g):
    y, x = op.inputs
    part = g / (x * x + y * y)
    return x * part, -y * part


def _squared_difference(x, y):
    d = x - y
    return d * np.conj(d)


def _squared_difference_grad(op, g):
    x, y = op.inputs
    part = 2.0 * g * (x - y)
    if x.shape.is_fully_defined() and y.shape.is_fully_defined():
        of_x, of_y = (part if t.shape == part.shape else array.sum_to_shape(part, t) for t in (x, y))
    else:
        of_x, of_y = array.sum_to_shape(part, x), array.sum_to_shape(part, y)
    return of_x, -of_y


def _not_zero(x):
    return cast(not_equal(x, 0.0), x.dtype.base_dtype)


def _x_times(function):
    """x * function(y), and 0 where x is 0."""
    return lambda x, y: np.where(x == 0, np.zeros_like(x), x * function(y))


def _xlogy_grad(op, g):
    x, y = op.inputs
    return g * xlogy(_not_zero(x), y), g * xdivy(x, y)


def _xdivy_grad(op, g):
    x, y = op.inputs
    return g * xdivy(_not_zero(x), y), -(g * xdivy(x, y * y))


add = _binary(
    "Add",
    np.add,
    elementwise.add,
    lambda op, g: (g, g),
    "x + y; strings are joined.",
    dtypes.ANY - {dtypes.bool},
    on_lists="sum",
    polynomial=(),
)
also("AddV2", "Add")
subtract = _binary("Sub", np.subtract, elementwise.sub, lambda op, g: (g, -g), "x - y.", polynomial=())
multiply = _binary("Mul", np.multiply, elementwise.mul, _mul_grad, "x * y.", polynomial=())
realdiv = _binary(
    "RealDiv",
    _real_quotient,
    _real_quotient_kernel,
    _div_grad,
    "x / y; of integers rounded towards 0, and all bits set where y is 0.",
    FIELD | {dtypes.int8, dtypes.uint8, dtypes.int32, dtypes.int64},
    summed=True,
)
floor_div = _binary(
    "FloorDiv",
    _integer_checked(lambda x, y: np.floor(x / y), np.floor_divide),
    division.floordiv,
    None,
    "x / y rounded down; an InvalidArgumentError where an integer is divided by 0.",
    dtypes.REAL,
    error=_zero_divisor,
)
floormod = mod = _binary(
    "FloorMod",
    _integer_checked(_floor_mod, np.mod),
    division.floormod,
    lambda op, g: (g, -(g * floor_div(*op.inputs))),
    "The remainder x - floor(x / y) * y, which has the sign of y.",
    dtypes.REAL,
    error=_zero_divisor,
    summed=True,
)
truncatediv = _binary(
    "TruncateDiv",
    _integer_checked(np.true_divide, _truncated),
    division.truncatediv,
    None,
    "x / y, of integers rounded towards 0; it has no gradient.",
    dtypes.NUMBER,
    error=_zero_divisor,
)
truncatemod = _binary(
    "TruncateMod",
    _integer_checked(np.fmod, np.fmod),
    division.truncatemod,
    None,
    "The remainder of truncated division, which has the sign of x; its gradient is a LookupError.",
    dtypes.REAL,
    error=_zero_divisor,
    differentiable=True,
)
also("Mod", "TruncateMod")
_binary(
    "DivNoNan",
    lambda x, y: np.where(y == 0, np.zeros_like(y), x / np.where(y == 0, 1, y)),
    _div_no_nan_kernel,
    _div_no_nan_grad,
    "x / y, and 0 where y is 0.",
    FIELD,
    summed=True,
)


def div_no_nan(x, y, name: str | None = None) -> Tensor:
    """x / y of floating point or complex numbers, and 0 where y is 0."""
    with name_scope(name, "div_no_nan", [x, y]) as scope:
        x = convert_to_tensor(x, name="x")
        return apply("DivNoNan", x, convert_to_tensor(y, x.dtype.base_dtype, name="y"), name=scope)


pow = _binary(
    "Pow",
    np.power,
    division.pow_,
    _pow_grad,  # noqa: A001
    "x to the power of y; integers have no negative powers (InvalidArgumentError).",
    SIGNED | dtypes.COMPLEX,
    error=lambda position: f"a negative integer power at element {position}",
)
maximum = _binary(
    "Maximum",
    lambda x, y: np.where(x < y, y, x),
    elementwise.maximum,
    _larger_grad(lambda x, y: greater_equal(x, y)),
    "The larger of x and y.",
    dtypes.REAL,
    summed=True,
)
minimum = _binary(
    "Minimum",
    lambda x, y: np.where(y < x, y, x),
    elementwise.minimum,
    _larger_grad(lambda x, y: less_equal(x, y)),
    "The smaller of x and y.",
    dtypes.REAL,
    summed=True,
)
squared_difference = _binary(
    "SquaredDifference",
    _squared_difference,
    elementwise.squared_difference,
    _squared_difference_grad,
    "(x - y) * conj(x - y).",
    SIGNED | dtypes.COMPLEX,
    broadcasts=False,  # the gradient of y is negated when it has the shape of y
)
_binary("Atan2", np.arctan2, elementwise.atan2, _atan2_grad, "", dtypes.FLOAT, inputs="y: T, x: T")
xlogy = _binary(
    "Xlogy", _x_times(np.log), elementwise.xlogy, _xlogy_grad, "x * log(y), and 0 where x is 0.", FIELD, summed=True
)
xdivy = _binary(
    "Xdivy", _x_times(lambda y: 1 / y), elementwise.xdivy, _xdivy_grad, "x / y, and 0 where x is 0.", FIELD, summed=True
)
atan2 = patterns.of_inputs("Atan2", "The angle of the point (x, y), between -pi and pi; y comes first.", "atan2")
_WIDENED = {
    dtypes.int8: dtypes.float32,
    dtypes.uint8: dtypes.float32,
    dtypes.int16: dtypes.float32,
    dtypes.uint16: dtypes.float32,
    dtypes.int32: dtypes.float64,
    dtypes.int64: dtypes.float64,
    dtypes.uint32: dtypes.float64,
    dtypes.uint64: dtypes.float64,
}


def truediv(x, y, name: str | None = None) -> Tensor:
    """x / y; integers are converted first, to float32 if they have up to 16 bits, else to float64."""
    with name_scope(name or "truediv") as scope:
        x = convert_to_tensor(x, name="x")
        y = convert_to_tensor(y, name="y", preferred_dtype=x.dtype.base_dtype)
        if x.dtype.base_dtype is not y.dtype.base_dtype:
            raise TypeError(
                f"x is {x.dtype.base_dtype.name} ({x.name}) and y is {y.dtype.base_dtype.name} ({y.name}): "
                "a division needs one type; convert one with tf.cast"
            )
        wide = _WIDENED.get(x.dtype.base_dtype)
        return realdiv(cast(x, wide), cast(y, wide), name=scope) if wide else realdiv(x, y, name=scope)


def div(x, y, name: str | None = None) -> Tensor:
    """x / y, of one type; integers are rounded down, as Python 2 did. ValueError for a tensor y of another type."""
    with name_scope(name or "div") as scope:
        x = convert_to_tensor(x, name="x")
        y = convert_to_tensor(y, x.dtype.base_dtype, name="y")
        return apply("FloorDiv" if x.dtype.is_integer else "RealDiv", x, y, name=scope)


def divide(x, y, name: str | None = None) -> Tensor:
    """x / y as Python 3 divides: integers give floats (see `truediv`)."""
    return truediv(x, y, name)


def floordiv(x, y, name: str | None = None) -> Tensor:
    """x / y rounded down; an InvalidArgumentError where an integer is divided by 0."""
    return apply("FloorDiv", x, y, name=name or "floordiv")


# ---- sums of many


def _add_n(op, *arrays):
    _check_equal_shapes(arrays)
    total = arrays[0].copy()
    for other in arrays[1:]:
        total += other
    return total


def _check_equal_shapes(values) -> None:
    if len({v.shape for v in values}) > 1:
        raise ValueError(f"tensors to be added have to be of one shape, not {[v.shape for v in values]}")


def _add_n_kernel(b, op, first, *others):
    _check_equal_shapes((first, *others))
    if not others:
        return first
    out = b.new(first.shape, first.dtype)
    for other in others:
        b.call(elementwise.add[first.dtype], first, other, out, 1, (first.size, 1, 1))
        first = out
    return out


for _type, _attributes in (("AddN", ""), ("AccumulateNV2", "shape: shape")):
    define(
        _type,
        f"inputs: *T; {_attributes} -> sum: T",
        T=dtypes.NUMBER,
        shape=lambda op: patterns.merged(op).merge_with(op.attrs.get("shape", UNKNOWN)),
        numpy=_add_n,
        kernel=_add_n_kernel,
        grad=lambda op, g: [g] * len(op.inputs),
        passes_slices=True,
        on_lists="sum",
    )


def add_n(inputs, name: str | None = None) -> Tensor:
    """The sum of a list of tensors of one shape and type.

    Raises:
      TypeError: for what is no list.
      ValueError: for an empty list.
    """
    return _sum_of("AddN", inputs, name)


def _sum_of(type: str, inputs, name: str | None, **attrs) -> Tensor:
    if not isinstance(inputs, (list, tuple)):
        raise TypeError(f"a list of tensors is expected, not {inputs!r}")
    if not inputs:
        raise ValueError("a list of at least one tensor is expected, not an empty one")
    if len(inputs) == 1:
        only = convert_to_tensor(inputs[0])
        return array.identity(only, name=name) if name else only
    return apply(type, list(inputs), name=name, **attrs)


def polyval(coeffs, x, name: str | None = None) -> Tensor:
    """The polynomial coeffs[0] * x ** (n - 1) + ... + coeffs[n - 1], by Horner's scheme."""
    with name_scope(name, "polyval", [*coeffs, x]):
        x = convert_to_tensor(x, name="x")
        total = array.zeros_like(x)
        for i, each in enumerate(coeffs):
            total = convert_to_tensor(each, x.dtype.base_dtype, name=f"coeff_{i}") + total * x
        return total


def accumulate_n(inputs, shape=None, tensor_dtype=None, name: str | None = None) -> Tensor:
    """The sum of a list of tensors of one type; `shape` and `tensor_dtype` say what they have to be."""
    inputs = [convert_to_tensor(x) for x in inputs] if isinstance(inputs, (list, tuple)) else inputs
    if inputs and tensor_dtype is not None and inputs[0].dtype.base_dtype is not dtypes.as_dtype(tensor_dtype):
        raise TypeError(f"tensor_dtype is {tensor_dtype}, but {inputs[0].name} is {inputs[0].dtype.name}")
    for x in inputs if shape is not None else ():
        x.shape.assert_is_compatible_with(shape)
    known = [x.shape for x in inputs] if isinstance(inputs, list) else []
    known += [] if shape is None else [as_shape(shape)]
    return _sum_of("AccumulateNV2", inputs, name, shape=functools.reduce(TensorShape.merge_with, known, UNKNOWN))


def scalar_mul(scalar, x, name: str | None = None):
    """scalar * x for a scalar tensor or number; x may be IndexedSlices. ValueError if it is not known to be one."""
    base = x.dtype.base_dtype if hasattr(x, "dtype") and isinstance(x.dtype, dtypes.DType) else None
    scalar = convert_to_tensor(scalar, dtype=base, name="scalar")
    if scalar.shape.rank != 0:
        raise ValueError(f"scalar_mul takes a scalar, not {scalar.name} of shape {scalar.shape}")
    if isinstance(x, IndexedSlices):
        return IndexedSlices(multiply(scalar, x.values, name=name), x.indices, x.dense_shape)
    return multiply(scalar, x, name=name)


# ---- operators


def operator(name: str, function) -> None:
    """Makes `x <op> y` and `y <op> x` call `function`; the other operand takes on the tensor's type."""

    def forward(x, y):
        if name == "mul" and isinstance(y, SparseTensor):
            return NotImplemented  # the sparse one knows how
        return function(x, y, name=name)

    def reflected(y, x):
        with name_scope(name, None, [y]) as scope:
            x = convert_to_tensor(x, dtype=y.dtype.base_dtype, name="x")
            return function(x, y, name=scope)

    overload(f"__{name}__", forward)
    overload(f"__r{name}__", reflected)


for _name, _function in {
    "add": add,
    "sub": subtract,
    "mul": multiply,
    "div": div,
    "truediv": truediv,
    "floordiv": floordiv,
    "mod": mod,
    "pow": pow,
    "and": logical_and,
    "or": logical_or,
    "xor": logical_xor,
}.items():
    operator(_name, _function)
for _name, _function in {"lt": less, "le": less_equal, "gt": greater, "ge": greater_equal}.items():
    overload(f"__{_name}__", lambda x, y, function=_function: function(x, y))
overload("__neg__", lambda x: negative(x))
overload("__abs__", lambda x: abs(x))
overload("__invert__", lambda x: logical_not(x))
