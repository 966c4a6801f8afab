"""Checkpoints of TensorFlow's first format: a table of parts of tensors (its saved_tensor_slice.proto)."""

from __future__ import annotations

import math

import numpy as np

from minitf.formats import ordered, table, wire
from minitf.formats.bundle import Part
from minitf.formats.entries import Entry, dtype_of, shape_of, slice_of
from minitf.formats.wire import Malformed, Message
from minitf.framework import dtypes

# The fields of a TensorProto in which values of a kind are, if not as bytes in field 4.
_CONTENT, _STRINGS = 4, 8
_FLOATS = {"float32": (5, "<f4"), "float64": (6, "<f8"), "complex64": (9, "<f4"), "complex128": (12, "<f8")}
_VARINTS = {"int64": 10, "bool": 11, "float16": 13, "uint32": 16, "uint64": 17}
_INTS = 7  # all other integers
_LACKING = (None, dtypes.variant)  # types of tensors that cannot be read


def read(data: bytes) -> dict[str, tuple[Entry, np.ndarray]]:
    """The tensors in a file of the first format, by name; Malformed if it is damaged."""
    rows = table.read(data)
    key, first = next(rows, (None, b""))
    if key != b"":
        raise Malformed("it has no header")
    entries = _described(Message(first).bytes(1))
    if any(math.prod(e.shape) > len(data) for e in entries.values()):
        raise Malformed("it says of a tensor that it has more elements than the file has bytes")
    known = {name: e for name, e in entries.items() if e.dtype not in _LACKING}
    found = {name: (e, np.zeros(e.shape, e.dtype.as_numpy_dtype)) for name, e in known.items()}
    for _, message in rows:
        part = Message(Message(message).bytes(2))
        name = part.bytes(1).decode("utf-8", "replace")
        if name in found:
            _place(*found[name], slice_of(part.bytes(2)), part.bytes(3))
    return found


def _described(message: bytes) -> dict[str, Entry]:
    """What the header says of each tensor."""
    found = {}
    for value in Message(message).all(1, bytes):
        about = Message(value)
        name = about.bytes(1).decode("utf-8", "replace")
        found[name] = Entry(dtype_of(about.number(3)), shape_of(about.bytes(2)))
    return found


def _place(entry: Entry, array: np.ndarray, extents: tuple, message: bytes) -> None:
    """Puts a part of a tensor where it belongs."""
    if len(extents) not in (0, array.ndim):
        raise Malformed(f"a part of {len(extents)} dimensions of a tensor of {array.ndim}")
    window = tuple(slice(start, None if size < 0 else start + size) for start, size in extents)
    target = array[window] if window else array
    values = _values(entry.dtype, message, target.size)
    if values.size != target.size:
        raise Malformed(f"{values.size} values do not fill a part of shape {target.shape}")
    if window:
        array[window] = values.reshape(target.shape)
    else:
        array[...] = values.reshape(array.shape)


def _values(dtype: dtypes.DType, message: bytes, size: int) -> np.ndarray:
    """The values of a TensorProto, flat; Malformed if they are more than `size`."""
    fields, kind = Message(message), np.dtype(dtype.as_numpy_dtype)
    if dtype is dtypes.string:
        found = np.empty(len(fields.all(_STRINGS, bytes)), object)
        found[:] = fields.all(_STRINGS, bytes)
        return found
    if content := fields.bytes(_CONTENT):
        return np.frombuffer(_whole(content, kind.itemsize), kind)
    if dtype.name in _FLOATS:
        number, code = _FLOATS[dtype.name]
        data = b"".join(
            v if isinstance(v, bytes) else v.to_bytes(8, "little")[: int(code[2])]
            for v in fields.all(number, (int, bytes))
        )
        return np.frombuffer(_whole(data, kind.itemsize), code).view(kind)
    numbers = _numbers(fields.all(_VARINTS.get(dtype.name, _INTS), (int, bytes)), size)
    numbers = np.array(numbers, np.uint64)
    return numbers.astype(np.uint16).view(kind) if dtype is dtypes.float16 else numbers.astype(kind)


def _whole(data: bytes, size: int) -> bytes:
    if len(data) % size:
        raise Malformed("a value is cut off")
    return data


def _numbers(values, size: int) -> list[int]:
    """Numbers that are packed into bytes, or stand alone."""
    found: list[int] = []
    for value in values:
        place = 0
        if isinstance(value, int):
            found.append(value)
            continue
        while place < len(value) and len(found) <= size:
            number, place = wire.read_varint(value, place)
            found.append(number)
    return found


# ---- writing

_VERSIONS = wire.field(1, 1)


def write(rows: list[tuple[str, dtypes.DType, np.ndarray, Part | None]]) -> bytes:
    """A file of the first format with tensors, or parts of them: (name, type, array, part).

    >>> [(entry, value)] = read(write([("v", dtypes.float32, np.float32([1, 2]), None)])).values()
    >>> entry.shape, value
    ((2,), array([1., 2.], dtype=float32))
    """
    headers: dict[str, bytes] = {}
    found = []
    for name, dtype, array, part in rows:
        shape, extents = (array.shape, ((0, -1),) * array.ndim) if part is None else part
        sizes = b"".join(wire.field(2, wire.field(1, size) if size else b"") for size in shape)
        about = wire.field(1, name.encode()) + wire.field(2, sizes) + wire.field(3, dtype.as_datatype_enum)
        window = b"".join(wire.field(1, _extent(*extent)) for extent in extents)
        headers[name] = headers.get(name, about) + wire.field(4, window)
        saved = wire.field(1, name.encode()) + wire.field(2, window) + wire.field(3, _listed(dtype, array))
        found.append((ordered.slice_key(name, list(extents)), wire.field(2, saved)))
    header = b"".join(wire.field(1, about) for about in headers.values()) + wire.field(2, _VERSIONS)
    return table.write([(b"", wire.field(1, header)), *sorted(found)])


def _extent(start: int, length: int) -> bytes:
    return (wire.field(1, start) if start else b"") + (wire.field(2, length) if length >= 0 else b"")


def _listed(dtype: dtypes.DType, array: np.ndarray) -> bytes:
    """The values of a tensor as a TensorProto lists them."""
    flat = array.reshape(-1)
    if dtype is dtypes.string:
        return b"".join(wire.field(_STRINGS, text if isinstance(text, bytes) else text.encode()) for text in flat)
    if dtype.name in _FLOATS:
        number, code = _FLOATS[dtype.name]
        return wire.field(number, np.ascontiguousarray(flat).view(code).tobytes())
    numbers = flat.view(np.uint16) if dtype is dtypes.float16 else flat
    return wire.field(_VARINTS.get(dtype.name, _INTS), b"".join(map(wire.varint, numbers.tolist())))
