"""Constants, and how Python and NumPy values become tensors."""

from __future__ import annotations

import functools

import numpy as np

from minitf.framework import dtypes, nest
from minitf.framework.apply import apply_op
from minitf.framework.convert import register_tensor_conversion_function
from minitf.framework.registry import define
from minitf.framework.shape import TensorShape, as_shape
from minitf.framework.static import partial_value
from minitf.framework.tensor import Tensor

define(
    "Const",
    "; value: tensor -> output: dtype",
    static=lambda op, depth: op.attrs["value"],
    numpy=lambda op: op.attrs["value"],
    kernel=lambda b, op: b.constant(op.attrs["value"]),
    any_type=True,
    differentiable=False,
)
# An argument of a loop's or branch's body; one that stands for an outer tensor is worth what that is worth.
define(
    "Arg",
    "; stands_for: object = None -> output: dtype",
    role="argument",
    differentiable=False,
    static=lambda op, depth: _outer_value(op, depth),
)

# What the value of a tensor of a branch is for the other branch: none.
define("Dead", "; of: object -> output: dtype", differentiable=False, host=lambda b, op: [None])


def _outer_value(op, depth):
    outer = op.attrs.get("stands_for")
    return None if outer is None else partial_value(outer, depth)


def constant(value, dtype=None, shape=None, name: str | None = "Const", verify_shape: bool = False) -> Tensor:
    """A tensor with a fixed value.

    value: number, string, nested list or array; dtype: its type (default: float32 for Python floats, int32
    for integers, an array's own); shape: the result's shape, filled up with the last element if the value is
    shorter (with `verify_shape` the value must have just that shape).

    Raises:
      TypeError: if the value does not fit the dtype.
      ValueError: if it does not fit the shape.

    >>> constant([1.0, 2.0])
    <tf.Tensor 'Const:0' shape=(2,) dtype=float32>
    """
    dtype = None if dtype is None else dtypes.as_dtype(dtype).base_dtype
    if shape is None and _is_short(value):
        array = _of_integers(tuple(value) if type(value) is list else value, dtype)
    else:
        array = to_array(value, dtype)
    if shape is not None:
        array = _shaped(array, as_shape(shape), verify_shape)
    array.flags.writeable = False
    dtype = dtypes.as_dtype(array.dtype)
    return apply_op(
        "Const", name=name or "Const", value=array, dtype=dtype, static_shapes=[TensorShape(array.shape)]
    ).outputs[0]


def _is_short(value) -> bool:
    """Whether it is an integer or a few: an axis, a shape, of which a graph has many."""
    if type(value) in (list, tuple):
        return len(value) < 8 and all([type(v) is int for v in value])
    return type(value) is int


@functools.lru_cache(4096)
def _of_integers(value, dtype) -> np.ndarray:
    return to_array(value, dtype)


@nest.not_too_deep
def to_array(value, dtype: dtypes.DType | None = None) -> np.ndarray:
    """A new array of `value` under TensorFlow's rules of what fits which type."""
    if value is None:
        raise ValueError("None cannot become a tensor")
    if isinstance(value, (np.ndarray, np.generic)):
        array = np.array(value)
        if array.dtype.kind in "SUO":
            return _strings(array, dtype)
        return array if dtype is None else _cast_array(array, dtype)
    if dtype is None and isinstance(value, TensorShape):
        dtype = dtypes.int32  # a scalar's shape too
    array = _from_python(value, dtype)
    if array.dtype.kind in "SUO":
        return _strings(array, dtype)
    if dtype is None:
        return _narrow(array)
    _check_python_values(array, dtype, value)
    with np.errstate(over="ignore"):  # too large for a small float type is infinite
        return array.astype(dtype.numpy)


def _from_python(value, dtype) -> np.ndarray:
    value = _plain(value)
    try:
        array = np.array(value)
    except ValueError:
        raise ValueError(f"a tensor needs a rectangular nested list, not {value!r}") from None
    if array.dtype.kind in "SU" and isinstance(value, list) and not _are_texts(value):
        raise TypeError(f"strings and numbers do not go into one tensor: {value!r}")
    if array.dtype.kind in "SU":
        return np.array(value, object)  # NumPy's own strings end before the NUL bytes at their ends
    return array


def _are_texts(value) -> bool:
    """Whether a nested list holds strings only; NumPy turns numbers beside strings into strings."""
    return all(map(_are_texts, value)) if isinstance(value, list) else isinstance(value, (str, bytes, np.ndarray))


def _plain(value):
    """`value` with static dimensions as integers."""
    if isinstance(value, (list, tuple)):
        return [_plain(v) for v in value]
    if isinstance(value, TensorShape):
        if not value.is_fully_defined():
            raise ValueError(f"shape {value} is not fully known and cannot become a constant; use tf.shape(x)")
        return list(value.sizes)
    if hasattr(value, "value") and type(value).__name__ == "Dimension":
        if value.value is None:
            raise ValueError("a dimension of unknown size cannot become a constant; use tf.shape(x)[i]")
        return value.value
    if isinstance(value, Tensor):
        raise TypeError(f"{value.name} is a tensor; a constant is made of numbers")
    if isinstance(value, dtypes.DType):
        raise TypeError(f"{value!r} is an element type and cannot become a tensor")
    return value


def _narrow(array: np.ndarray) -> np.ndarray:
    """Python floats are float32, Python integers int32 if they fit."""
    if array.dtype == np.float64:
        return array.astype(np.float32)
    if array.dtype == np.int64 and array.size and (array.min() < -(2**31) or array.max() >= 2**31):
        return array
    if array.dtype == np.int64:
        return array.astype(np.int32)
    return array


def _check_python_values(array: np.ndarray, dtype: dtypes.DType, value) -> None:
    kind, wanted = array.dtype.kind, dtype.numpy.kind
    if array.size == 0:
        return
    fits = {"b": "b", "i": "iu fc", "u": "iu fc", "f": "fc", "c": "c"}.get(kind, "")
    if wanted not in fits:
        name = dtypes.as_dtype(array.dtype).name
        raise TypeError(f"{_shortened(value)} is {name} and cannot become {dtype.name}")
    if wanted in "iu" and (int(array.min()) < dtype.min or int(array.max()) > dtype.max):
        raise TypeError(f"{_shortened(value)} is out of the range of {dtype.name}, {dtype.min} to {dtype.max}")


def _shortened(value) -> str:
    text = repr(value)
    return text if len(text) < 60 else text[:56] + " ..."


def _cast_array(array: np.ndarray, dtype: dtypes.DType) -> np.ndarray:
    if dtype is dtypes.string:
        raise TypeError(f"an array of {array.dtype} cannot become strings")
    if array.dtype.kind == "c" and not dtype.is_complex:
        raise TypeError(f"an array of {array.dtype} cannot become {dtype.name}; take its real part")
    with np.errstate(all="ignore"):
        return array.astype(dtype.numpy)


def _strings(array: np.ndarray, dtype) -> np.ndarray:
    result = np.empty(array.shape, object)
    for index in np.ndindex(array.shape):
        result[index] = _as_bytes(array[index], dtype)
    if dtype not in (None, dtypes.string):
        raise TypeError(f"strings cannot become {dtype.name}")
    return result


def _as_bytes(item, dtype):
    if isinstance(item, str):
        return item.encode()
    if isinstance(item, bytes):
        return bytes(item)
    if item is None:
        raise ValueError("None cannot become a tensor")
    raise TypeError(f"{item!r} of type {type(item).__name__} cannot become {dtype.name if dtype else 'a tensor'}")


def _shaped(array: np.ndarray, shape: TensorShape, verify: bool) -> np.ndarray:
    count = shape.num_elements()
    if count is None:
        raise ValueError(f"the shape of a constant has to be fully known, not {shape}")
    if verify and array.shape != shape.sizes:
        raise TypeError(f"the value has shape {array.shape}, not {shape}")
    if array.size == count:
        return array.reshape(shape.sizes)
    if count == 0:
        return np.zeros(shape.sizes, array.dtype)
    if array.size > count or array.size == 0:
        raise ValueError(f"{array.size} values do not fit shape {shape} of {count} elements")
    filled = np.full(count, array.reshape(-1)[-1:], array.dtype)
    filled[: array.size] = array.ravel()
    return filled.reshape(shape.sizes)


def _convert_value(value, dtype=None, name=None, as_ref=False):
    return constant(value, dtype, name=name)


register_tensor_conversion_function(object, _convert_value, 200)
