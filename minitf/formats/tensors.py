"""TensorProto messages whose elements stand in them as bytes."""

from __future__ import annotations

import math

import numpy as np

from minitf.formats.entries import dtype_of, shape_of
from minitf.formats.wire import Malformed, Message, field, read_varint, varint
from minitf.framework import dtypes


def encoded(array: np.ndarray, dtype: dtypes.DType) -> bytes:
    """An array as a message.

    >>> decoded(encoded(np.array([b"a", b""], object), dtypes.string))
    array([b'a', b''], dtype=object)
    """
    shape = b"".join(field(2, field(1, n) if n else b"") for n in array.shape)
    head = field(1, dtype.as_datatype_enum) + field(2, shape)
    content = (
        array.tobytes()
        if dtype is not dtypes.string
        else b"".join([*[varint(len(value)) for value in array.flat], *array.flat])
    )
    return head + (field(4, content) if array.size else b"")


def decoded(data: bytes, expected: dtypes.DType | None = None) -> np.ndarray:
    """The array of a message; Malformed if it is none, or of another type than expected."""
    message = Message(data)
    dtype, shape = dtype_of(message.number(1)), shape_of(message.bytes(2))
    if dtype is None or expected not in (None, dtype):
        what = expected.name if expected else "a type that minitf has"
        raise Malformed(f"it holds {dtype.name if dtype else 'nothing known'}, not {what}")
    content, count = message.bytes(4), math.prod(shape)
    if dtype is dtypes.string:
        return _texts(content, count).reshape(shape)
    if len(content) != count * dtype.numpy.itemsize:
        raise Malformed(f"{len(content)} bytes are not those of {dtype.name} {list(shape)}")
    return np.frombuffer(content, dtype.numpy).reshape(shape)


def _texts(content: bytes, count: int) -> np.ndarray:
    """Strings that stand one behind the other, after their lengths."""
    sizes, place, found = [], 0, []
    while len(sizes) < count:
        size, place = read_varint(content, place)
        sizes.append(size)
    if sum(sizes) != len(content) - place:
        raise Malformed("the lengths of strings are not those of what follows")
    for size in sizes:
        found.append(content[place : place + size])
        place += size
    return np.array([*found, None], object)[:-1]
