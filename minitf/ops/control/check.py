"""Assertions about values, shapes and types."""

from __future__ import annotations

import operator

import numpy as np

from minitf.framework import dtypes, errors, op_counts
from minitf.framework.apply import apply
from minitf.framework.convert import convert_to_tensor
from minitf.framework.graph import name_scope
from minitf.framework.named import named
from minitf.framework.operation import Operation
from minitf.framework.registry import define
from minitf.framework.static import constant_value
from minitf.framework.tensor import Tensor
from minitf.kernels.math.check import finite
from minitf.ops import patterns
from minitf.ops.array import array
from minitf.ops.control import control
from minitf.ops.control.assert_and_print import Assert
from minitf.ops.math import math, reduce

# ---- comparing values


def _checked(condition: Tensor, known, data, summarize, message) -> Operation:
    """An Assert; `known` False (the values are constants) fails at once."""
    if known is not None and not known:
        raise errors.InvalidArgumentError(None, None, "\n".join(_static_text(d) for d in data if d not in ("", None)))
    return Assert(condition, data, summarize)


def _static_text(item) -> str:
    if not isinstance(item, Tensor):
        return str(item)
    value = constant_value(item)
    return str(item if value is None else value)


def _compare(symbol: str, function, type: str, default: str, doc: str):
    """The public function that asserts `x <symbol> y` element by element."""

    @named(
        default,
        f"""An op that fails with InvalidArgumentError unless {doc}.

    x, y: tensors that broadcast; data, summarize: what to show then, and how much of it; message: its first
    line.

    Raises:
      InvalidArgumentError: at once, if both are constants and the assertion is false.
    """,
    )
    def check(x, y, data: list | None = None, summarize: int | None = None, message: str | None = None, name=None):
        with name_scope(name, default):
            x = convert_to_tensor(x, name="x")
            y = convert_to_tensor(y, preferred_dtype=x.dtype.base_dtype, name="y")
            return _comparison(symbol, function, type, x, y, data, summarize, message)

    return check


_READ = frozenset(
    ["Cast", "Concat", "ConcatV2", "Equal", "Fill", "NotEqual", "Pack", "Range"]
)  # values of these are worked out
_SHAPES = frozenset(["Rank", "Shape", "ShapeN", "Size"])


def known_at_once(tensor: Tensor) -> np.ndarray | None:
    """The value of a tensor, if TensorFlow knows it, too: assertions about others wait for a run."""
    ends, known = [tensor.op], True
    while ends and known:
        op = ends.pop()
        known = op.type == "Const" or op.type in _SHAPES and _sized(op) or op.type in _READ
        ends += [t.op for t in op.inputs] if op.type in _READ else []
    return constant_value(tensor) if known else None


def _sized(op) -> bool:
    """Whether the shapes of an op's inputs tell what it gives."""
    return all(t.shape.rank is not None if op.type == "Rank" else t.shape.is_fully_defined() for t in op.inputs)


def _comparison(symbol, function, type, x, y, data, summarize, message) -> Operation:
    x_value, y_value = known_at_once(x), known_at_once(y)
    known = None if x_value is None or y_value is None else bool(np.all(function(x_value, y_value)))
    if type == "Equal" and (known or x is y):
        return control.no_op()
    if data is None:
        data = [f"Condition x {symbol} y did not hold element-wise:", f"x ({x.name}) = ", x, f"y ({y.name}) = ", y]
    if message is not None:
        data = [message, *data]
    return _checked(reduce.reduce_all(apply(type, x, y)), known, data, summarize, message)


assert_equal = _compare("==", operator.eq, "Equal", "assert_equal", "x equals y everywhere")
assert_none_equal = _compare("!=", operator.ne, "NotEqual", "assert_none_equal", "x differs from y everywhere")
assert_less = _compare("<", operator.lt, "Less", "assert_less", "x < y everywhere")
assert_less_equal = _compare("<=", operator.le, "LessEqual", "assert_less_equal", "x <= y everywhere")
assert_greater = _compare(">", operator.gt, "Greater", "assert_greater", "x > y everywhere")
assert_greater_equal = _compare(">=", operator.ge, "GreaterEqual", "assert_greater_equal", "x >= y everywhere")


def _sign(default: str, words: str, symbol: str, check, zero_first: bool):
    """The public function that compares a tensor with zero."""

    @named(
        default,
        f"""An op that fails with InvalidArgumentError unless all elements of x are {words}.

    Raises:
      InvalidArgumentError: at once, if x is a constant and the assertion is false.
    """,
    )
    def assertion(x, data: list | None = None, summarize: int | None = None, message: str | None = None, name=None):
        with name_scope(name, default):
            x = convert_to_tensor(x, name="x")
            if data is None:
                data = [message or "", f"Condition x {symbol} 0 did not hold element-wise:", f"x ({x.name}) = ", x]
                data = data[(default == "assert_non_positive") :]  # which says no message, in TensorFlow
            zero = convert_to_tensor(0, dtype=x.dtype.base_dtype, name="Const")
            return check(*((zero, x) if zero_first else (x, zero)), data=data, summarize=summarize)

    return assertion


assert_positive = _sign("assert_positive", "positive", ">", assert_less, True)
assert_negative = _sign("assert_negative", "negative", "<", assert_less, False)
assert_non_negative = _sign("assert_non_negative", "zero or positive", ">=", assert_less_equal, True)
assert_non_positive = _sign("assert_non_positive", "zero or negative", "<=", assert_less_equal, False)


def assert_near(
    x,
    y,
    rtol=None,
    atol=None,
    data: list | None = None,
    summarize: int | None = None,
    message: str | None = None,
    name: str | None = None,
):
    """An op that fails with InvalidArgumentError unless |x - y| < atol + rtol * |y| everywhere.

    rtol, atol: 10 times the machine epsilon of the dtype by default.
    """
    with name_scope(name, "assert_near", [x, y]):
        x = convert_to_tensor(x, name="x")
        y = convert_to_tensor(y, x.dtype.base_dtype, name="y")
        if not (x.dtype.is_floating or x.dtype.is_complex):
            raise ValueError(f"assert_near takes floating point numbers, not {x.dtype.name} ({x.name})")
        small = 10 * np.finfo(x.dtype.numpy).eps
        rtol = convert_to_tensor(small if rtol is None else rtol, dtype=x.dtype.real_dtype, name="rtol")
        atol = convert_to_tensor(small if atol is None else atol, dtype=x.dtype.real_dtype, name="atol")
        if data is None:
            data = [message or "", "x and y not equal to tolerance: ", f"x ({x.name}) = ", x, f"y ({y.name}) = ", y]
        close = math.less(math.abs(x - y), atol + rtol * math.abs(y))
        return Assert(reduce.reduce_all(close), data, summarize)


# ---- ranks and shapes


def _rank_check(default: str, words: str, function, type: str):
    """The public function that compares a tensor's rank with a number."""

    @named(
        default,
        f"""An op that fails with InvalidArgumentError unless x has rank {words}`rank`.

    Raises:
      ValueError: at once, if the ranks are known and wrong.
    """,
    )
    def check(x, rank, data: list | None = None, summarize: int | None = None, message: str | None = None, name=None):
        with name_scope(name, default):
            x = convert_to_tensor(x, name="x")
            rank = convert_to_tensor(rank, name="rank")
            if data is None:
                needed = f"Tensor {x.name} must have rank {words.strip()}"
                data = [message or "", needed, rank, "Received shape: ", array.shape(x)]
            wanted = constant_value(_checked_rank(rank))
            if wanted is not None and x.shape.rank is not None:
                if not function(x.shape.rank, int(wanted)):
                    raise ValueError(_rank_error(x, f"{words}{int(wanted)}", message))
                return control.no_op(name="static_checks_determined_all_ok")
            return Assert(apply(type, array.rank(x), rank), data, summarize)

    return check


def _checked_rank(rank: Tensor) -> Tensor:
    op_counts.skip(op_counts.CHECKED_TYPE)
    if rank.dtype.base_dtype is not dtypes.int32:
        raise TypeError(f"a rank is int32, not {rank.dtype.base_dtype.name} ({rank.name})")
    if rank.shape.rank not in (None, 0):
        raise ValueError(f"a rank is a scalar; {rank.name} has shape {rank.shape}")
    return rank


def _rank_error(x: Tensor, wanted: str, message) -> str:
    start = f"{message}. " if message else ""
    return f"{start}Tensor {x.name} must have rank {wanted}. Received rank {x.shape.rank}, shape {x.shape}"


assert_rank = _rank_check("assert_rank", "", operator.eq, "Equal")
assert_rank_at_least = _rank_check("assert_rank_at_least", "at least ", operator.ge, "GreaterEqual")


def assert_rank_in(
    x,
    ranks,
    data: list | None = None,
    summarize: int | None = None,
    message: str | None = None,
    name: str | None = None,
) -> Operation:
    """An op that fails with InvalidArgumentError unless x has one of the ranks.

    Raises:
      ValueError: at once, if the ranks are known and wrong.
    """
    with name_scope(name, "assert_rank_in", [x]):
        x = convert_to_tensor(x, name="x")
        ranks = [convert_to_tensor(rank, name="rank") for rank in ranks]
        if data is None:
            needed = f"Tensor {x.name} must have rank in"
            data = [message or "", needed, *ranks, "Received shape: ", array.shape(x)]
        wanted = [constant_value(_checked_rank(rank)) for rank in ranks]
        if x.shape.rank is not None and all(w is not None for w in wanted):
            if x.shape.rank not in wanted:
                raise ValueError(_rank_error(x, f"in {tuple(int(w) for w in wanted)}", message))
            return control.no_op(name="static_checks_determined_all_ok")
        rank = array.rank(x)
        found = math.equal(ranks[0], rank)
        for other in ranks[1:]:
            found = math.logical_or(found, math.equal(other, rank))
        return Assert(found, data, summarize)


def assert_scalar(tensor, name: str | None = None, message: str | None = None) -> Tensor:
    """`tensor` as a Tensor; ValueError if its static shape is not a scalar's."""
    with name_scope(name, "assert_scalar", [tensor]):
        tensor = convert_to_tensor(tensor)
        if tensor.shape.rank != 0:
            start = f"{message} " if message else ""
            raise ValueError(f"{start}Expected a scalar; {tensor.name} has shape {tensor.shape}")
        return tensor


# ---- types


def assert_type(tensor, tf_type, message: str | None = None, name: str | None = None) -> Operation:
    """A no-op; TypeError if `tensor` is not of dtype `tf_type`."""
    with name_scope(name, "assert_type", [tensor]):
        tensor = convert_to_tensor(tensor, name="tensor")
        if tensor.dtype.base_dtype != dtypes.as_dtype(tf_type).base_dtype:
            wanted = dtypes.as_dtype(tf_type).name
            raise TypeError(f"{message or ''}  {tensor.name} must be of type {wanted}, not {tensor.dtype.name}".strip())
        return control.no_op(name="statically_determined_correct_type")


def assert_integer(x, message: str | None = None, name: str | None = None) -> Operation:
    """A no-op; TypeError if `x` is not of an integer type."""
    with name_scope(name, "assert_integer", [x]):
        x = convert_to_tensor(x, name="x")
        if not x.dtype.is_integer:
            raise TypeError(f"{message or ''}  {x.name} must be of an integer type, not {x.dtype.name}".strip())
        return control.no_op(name="statically_determined_was_integer")


def assert_proper_iterable(values) -> None:
    """Raises TypeError if `values` is a tensor, array or string, or no iterable at all."""
    if isinstance(values, (Tensor, np.ndarray, bytes, str)) or not hasattr(values, "__iter__"):
        raise TypeError(f"a list of values is expected, not {values!r} of type {type(values).__name__}")


def assert_same_float_dtype(tensors=None, dtype=None) -> dtypes.DType:
    """The floating point type that all of `tensors` (and `dtype`) share, float32 if nothing says.

    Raises:
      ValueError: if they differ or are not of a floating point type.
    """
    wanted = None if dtype is None else dtypes.as_dtype(dtype).base_dtype
    for tensor in tensors or ():
        if tensor is None:
            continue
        found = tensor.dtype.base_dtype
        if wanted is not None and found is not wanted:
            raise ValueError(f"{tensor.name} is {found.name}, but {wanted.name} is expected")
        wanted = found
    wanted = wanted or dtypes.float32
    if not wanted.is_floating:
        raise ValueError(f"a floating point type is expected, not {wanted.name}")
    return wanted


_NUMERIC = dtypes.NUMBER - {dtypes.float16, dtypes.complex128, dtypes.uint16, dtypes.uint32, dtypes.uint64}


def is_numeric_tensor(tensor) -> bool:
    """Whether it is a Tensor of a type that TensorFlow counts as numeric: not bool, nor float16 or complex128."""
    return isinstance(tensor, Tensor) and tensor.dtype.base_dtype in _NUMERIC


# ---- order and finiteness


def is_non_decreasing(x, name: str | None = None) -> Tensor:
    """Whether x[0] <= x[1] <= ..., all elements in row-major order: a bool scalar."""
    with name_scope(name, "is_non_decreasing", [x]):
        op_counts.skip(op_counts.NEIGHBOURS)
        before, after = _neighbours(x)
        return reduce.reduce_all(math.less_equal(before, after))


def is_strictly_increasing(x, name: str | None = None) -> Tensor:
    """A bool scalar: whether x[0] < x[1] < ..., all elements in row-major order."""
    with name_scope(name, "is_strictly_increasing", [x]):
        op_counts.skip(op_counts.NEIGHBOURS)
        before, after = _neighbours(x)
        return reduce.reduce_all(math.less(before, after))


def _neighbours(x) -> tuple[Tensor, Tensor]:
    x = convert_to_tensor(x, name="x")
    if not is_numeric_tensor(x):
        raise TypeError(f"numbers are expected, not {x.name} of {x.dtype.base_dtype.name}")
    if x.dtype.base_dtype not in dtypes.REAL:
        raise TypeError(f"an order needs real numbers; {x.name} is {x.dtype.base_dtype.name}")
    flat = array.reshape(x, [-1])
    return flat[:-1], flat[1:]


def _finite(op, x):
    if not np.isfinite(x).all():
        bad = [kind for kind, found in (("Inf", np.isinf(x).any()), ("NaN", np.isnan(x).any())) if found]
        raise ValueError(f"{op.attrs['message']} : Tensor had {' and '.join(bad)} values")
    return x


def _finite_kernel(b, op, x):
    def error(place: int) -> str:
        kind = "NaN" if np.isnan(b.data(x).reshape(-1)[place]) else "Inf"
        return f"{op.attrs['message']} : Tensor had {kind} values, the first at position {place}"

    b.call(finite[x.dtype], x, x.size, error=error)
    return b.snapshot(x)


define(
    "CheckNumerics",
    "tensor: T; message: string -> output: T",
    T=dtypes.FLOAT,
    shape=patterns.same,
    numpy=_finite,
    kernel=_finite_kernel,
    stateful=True,
    grad=lambda op, g: check_numerics(
        g, "Not a number (NaN) or infinity (Inf) values detected in gradient. " + op.attrs["message"]
    ),
)


def check_numerics(tensor, message: str, name: str | None = None) -> Tensor:
    """`tensor` itself; InvalidArgumentError with `message`, when it runs, if it holds NaN or infinity."""
    return apply("CheckNumerics", tensor, message=message, name=name)


def verify_tensor_all_finite(
    t=None, msg: str | None = None, name: str | None = None, x=None, message: str | None = None
) -> Tensor:
    """`t` (or `x`), once checked to hold neither NaN nor infinity.

    Raises (at run time):
      InvalidArgumentError: with `msg` (or `message`) if it does.
    """
    t, msg = patterns.renamed("x", x, "t", t), patterns.renamed("message", message, "msg", msg)
    with name_scope(name, "VerifyFinite", [t]):
        t = convert_to_tensor(t, name="t")
        return control.with_dependencies([check_numerics(t, msg)], t)
