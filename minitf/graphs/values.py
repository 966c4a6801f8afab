"""Arrays, shapes and attributes as TensorFlow's messages, and back."""

from __future__ import annotations

import math

import numpy as np

from minitf.framework import dtypes, protos
from minitf.framework.dtypes import DType
from minitf.framework.shape import TensorShape

_MOST = 2**31  # bytes of one tensor: no message holds more, and a short one must not claim it
_RANKS = 254  # the most axes that TensorFlow allows


class Unsupported(ValueError):
    """What TensorFlow has and minitf has not."""


# Where a TensorProto lists values of a type, and how they look there.
_LISTS = {
    "float16": ("half_val", np.uint16),
    "float32": ("float_val", np.float32),
    "float64": ("double_val", np.float64),
    "int64": ("int64_val", np.int64),
    "uint64": ("uint64_val", np.uint64),
    "uint32": ("uint32_val", np.uint32),
    "bool": ("bool_val", np.bool_),
    "complex64": ("scomplex_val", np.float32),
    "complex128": ("dcomplex_val", np.float64),
    **{name: ("int_val", np.dtype(name)) for name in ("int32", "int16", "int8", "uint16", "uint8")},
}


# ---- tensors


def tensor_proto(array: np.ndarray, dtype: DType | None = None):
    """A TensorProto: the bytes of several numbers, or a list of one number or of strings."""
    array = np.asarray(array)
    dtype = dtypes.as_dtype(array.dtype) if dtype is None else dtype.base_dtype
    message = protos.message("TensorProto")(dtype=dtype.as_datatype_enum, tensor_shape=shape_proto(array.shape))
    if dtype is dtypes.string:
        message.string_val.extend(_bytes(text) for text in array.ravel())
    elif array.size > 1:
        little = array.astype(array.dtype.newbyteorder("<"), order="C", copy=False)
        message.tensor_content = little.tobytes()
    else:
        name, kind = _LISTS[dtype.name]
        getattr(message, name).extend(array.ravel().view(kind).tolist())
    return message


def _bytes(text) -> bytes:
    return text.encode() if isinstance(text, str) else bytes(text)


def array_of(message) -> np.ndarray:
    """The array in a TensorProto; the last value listed stands for all that are missing.

    Raises:
      ValueError: if it contradicts itself, or claims to be larger than any message.
    """
    dtype = dtype_of(message.dtype)
    shape = shape_of(message.tensor_shape)
    if not shape.is_fully_defined():
        raise ValueError(f"a tensor of shape {shape} has no value")
    sizes = tuple(shape.as_list())
    count = math.prod(sizes)
    if dtype is dtypes.resource or count * max(dtype.size, 1) > _MOST:
        raise ValueError(f"a tensor of {dtype.name} and shape {list(sizes)} cannot be in a message")
    if message.tensor_content:
        return _from_content(message.tensor_content, dtype, sizes, count)
    return _from_list(message, dtype, sizes, count)


def _from_content(content: bytes, dtype: DType, sizes: tuple, count: int) -> np.ndarray:
    if dtype is dtypes.string or len(content) != count * dtype.size:
        raise ValueError(f"{len(content)} bytes are not a tensor of {dtype.name} and shape {list(sizes)}")
    little = np.frombuffer(content, dtype.numpy.newbyteorder("<"))
    return little.astype(dtype.numpy).reshape(sizes)


def _from_list(message, dtype: DType, sizes: tuple, count: int) -> np.ndarray:
    if dtype is dtypes.string:
        found = np.empty(len(message.string_val), object)
        found[:] = list(message.string_val)
    else:
        name, kind = _LISTS[dtype.name]
        found = _narrowed(getattr(message, name), np.dtype(kind)).view(dtype.numpy)
    if len(found) > count:
        raise ValueError(f"{len(found)} values are not a tensor of shape {list(sizes)}")
    if not len(found):
        return dtypes.zeros(sizes, dtype.numpy)
    whole = np.empty(count, dtype.numpy)
    whole[: len(found)], whole[len(found) :] = found, found[-1]
    return whole.reshape(sizes)


def _narrowed(listed, kind: np.dtype) -> np.ndarray:
    """Listed numbers as an array; those of narrow types are listed as wider ones."""
    wide = np.array(listed, np.int64) if kind.kind in "iu" and kind.itemsize < 8 else np.array(listed, kind)
    return wide.astype(kind)


def dtype_of(number: int) -> DType:
    """The type of a number in a message.

    Raises:
      Unsupported: if minitf has none like it. ValueError: if TensorFlow has none either.
    """
    try:
        return dtypes.as_dtype(int(number))
    except (TypeError, ValueError):
        known = protos.message("DataType")
        if not number or number not in known.values():
            raise ValueError(f"there are no tensors of type {number}") from None
        raise Unsupported(f"minitf has no tensors of type {known.Name(number)}") from None


# ---- shapes


def shape_proto(shape):
    """A TensorShapeProto."""
    sizes = shape.sizes if isinstance(shape, TensorShape) else tuple(shape)
    message = protos.message("TensorShapeProto")
    if sizes is None:
        return message(unknown_rank=True)
    return message(dim=[{"size": -1 if n is None else n} for n in sizes])


def shape_of(message) -> TensorShape:
    """The TensorShape in a message; ValueError if there can be no such shape."""
    if message.unknown_rank:
        return TensorShape(None)
    sizes = [dim.size for dim in message.dim]
    if len(sizes) > _RANKS or any(n < -1 for n in sizes):
        raise ValueError(f"{sizes[:8]} is no shape of a tensor")
    return TensorShape([None if n < 0 else n for n in sizes])


# ---- attributes


_FIELDS = {
    (bool, np.bool_): "b",
    (int, np.integer): "i",
    (float, np.floating): "f",
    (str, bytes): "s",
    DType: "type",
    TensorShape: "shape",
    np.ndarray: "tensor",
    (list, tuple): "list",
}
_KINDS = {
    "bool": "b",
    "int": "i",
    "float": "f",
    "string": "s",
    "type": "type",
    "shape": "shape",
    "tensor": "tensor",
    "func": "func",
}


def attribute(value, kind: str | None = None):
    """An AttrValue of TensorFlow's `kind` (such as `list(int)`), or of what `value` is; None if there is no
    form for it.
    """
    kind = _kind_of(value) if kind is None else kind
    if kind is None:
        return None
    message = protos.message("AttrValue")
    if kind.startswith("list("):
        inner = _KINDS[kind[5:-1]]
        found = message()
        found.list.SetInParent()
        values = value.tolist() if isinstance(value, np.ndarray) else value
        getattr(found.list, inner).extend(_CONTENTS[inner](v) for v in values)
        return found
    field = _KINDS[kind]
    return message(**{field: _CONTENTS[field](value)})


def _kind_of(value) -> str | None:
    field = _field_of(value)
    names = {field: kind for kind, field in _KINDS.items()}
    if field != "list":
        return names.get(field)
    inner = {_field_of(v) for v in value} or {"s"}  # a list of nothing is the same for all kinds
    if len(inner) != 1 or inner & {None, "list", "tensor"}:
        return None
    return f"list({names[inner.pop()]})"


def _field_of(value) -> str | None:
    return next((field for types, field in _FIELDS.items() if isinstance(value, types)), None)


_CONTENTS = {
    "b": bool,
    "i": int,
    "f": float,
    "s": lambda text: text.encode("utf-8", "surrogateescape") if isinstance(text, str) else text,
    "type": lambda dtype: dtypes.as_dtype(dtype).as_datatype_enum,
    "shape": shape_proto,
    "tensor": tensor_proto,
}


def value_of(message, kind: str | None = None):
    """What an AttrValue holds.

    Raises:
      ValueError: if it is not of `kind`, or means nothing.
    """
    field = message.WhichOneof("value")
    if field == "list":
        return _list_of(message.list, kind)
    if field is None or field not in _READ or kind is not None and _KINDS.get(kind) != field:
        raise ValueError(f"it is {_said(field)}" + (f" instead of {kind}" if kind else ""))
    return _READ[field](getattr(message, field))


def _list_of(message, kind: str | None) -> list:
    filled = [field for field in ("s", "i", "f", "b", "type", "shape") if len(getattr(message, field))]
    if len(message.tensor) or len(message.func) or len(filled) > 1:
        raise ValueError("it is a list of mixed kinds")
    if kind is not None and (not kind.startswith("list(") or filled and _KINDS[kind[5:-1]] != filled[0]):
        raise ValueError(f"it is a list instead of {kind}")
    return [_READ[field](v) for field in filled for v in getattr(message, field)]


def _said(field: str | None) -> str:
    return {field: kind for kind, field in _KINDS.items()}.get(field, "nothing")


_READ = {
    "b": bool,
    "i": int,
    "f": float,
    "s": lambda text: text.decode("utf-8", "surrogateescape"),
    "type": dtype_of,
    "shape": shape_of,
    "tensor": array_of,
}
