"""Checkpoints of TensorFlow's first format: a table of parts of tensors (its saved_tensor_slice.proto)."""

from __future__ import annotations

import numpy as np

from minitf.formats import bundle, table, wire
from minitf.formats.bundle import Entry
from minitf.formats.wire import Malformed
from minitf.framework import dtypes

# The fields of a TensorProto in which values of a kind are, if not as bytes in field 4.
_CONTENT, _STRINGS = 4, 8
_FLOATS = {"float32": (5, "<f4"), "float64": (6, "<f8"), "complex64": (9, "<f4"), "complex128": (12, "<f8")}
_VARINTS = {"int64": 10, "bool": 11, "float16": 13, "uint32": 16, "uint64": 17}
_INTS = 7  # all other integers


def read(data: bytes) -> dict[str, tuple[Entry, np.ndarray]]:
    """The tensors in a file of the first format, by name; Malformed if it is damaged."""
    rows = table.read(data)
    key, first = next(rows, (None, b""))
    if key != b"":
        raise Malformed("it has no header")
    entries = _described(dict(wire.fields(first)).get(1, b""))
    found = {name: (e, np.zeros(e.shape, e.dtype.as_numpy_dtype)) for name, e in entries.items() if e.dtype}
    for _, message in rows:
        part = dict(wire.fields(wire.expect(dict(wire.fields(message)).get(2, b""), bytes)))
        name = wire.expect(part.get(1, b""), bytes).decode("utf-8", "replace")
        if name in found:
            _place(*found[name], bundle._slice(part.get(2, b"")), wire.expect(part.get(3, b""), bytes))
    return found


def _described(message: bytes) -> dict[str, Entry]:
    """What the header says of each tensor."""
    found = {}
    for number, value in wire.fields(wire.expect(message, bytes)):
        if number == 1:
            about = dict(wire.fields(wire.expect(value, bytes)))
            shape = bundle._shape(wire.expect(about.get(2, b""), bytes))
            name = wire.expect(about.get(1, b""), bytes).decode("utf-8", "replace")
            found[name] = Entry(bundle._dtype(about.get(3, 0)), shape)
    return found


def _place(entry: Entry, array: np.ndarray, extents: tuple, message: bytes) -> None:
    """Puts a part of a tensor where it belongs."""
    window = tuple(slice(start, None if size < 0 else start + size) for start, size in extents)
    target = array[window] if window else array
    values = _values(entry.dtype, message, target.size)
    if len(extents) not in (0, array.ndim) or values.size != target.size:
        raise Malformed(f"{values.size} values do not fill a part of shape {target.shape}")
    if window:
        array[window] = values.reshape(target.shape)
    else:
        array[...] = values.reshape(array.shape)


def _values(dtype: dtypes.DType, message: bytes, size: int) -> np.ndarray:
    """The values of a TensorProto, flat; Malformed if they are more than `size`."""
    fields: dict[int, list] = {}
    for number, value in wire.fields(message):
        fields.setdefault(number, []).append(value)
    kind = np.dtype(dtype.as_numpy_dtype)
    if dtype is dtypes.string:
        found = np.empty(len(fields.get(_STRINGS, ())), object)
        found[:] = [wire.expect(value, bytes) for value in fields.get(_STRINGS, ())]
        return found
    if fields.get(_CONTENT, [b""])[0]:
        return np.frombuffer(_whole(wire.expect(fields[_CONTENT][0], bytes), kind.itemsize), kind)
    if dtype.name in _FLOATS:
        number, code = _FLOATS[dtype.name]
        data = b"".join(
            v if isinstance(v, bytes) else v.to_bytes(int(code[2]), "little") for v in fields.get(number, ())
        )
        return np.frombuffer(_whole(data, kind.itemsize), code).view(kind)
    numbers = _numbers(fields.get(_VARINTS.get(dtype.name, _INTS), ()), size)
    if dtype is dtypes.float16:
        return np.array(numbers, np.uint16).view(kind)
    return np.array([wire.signed(n) for n in numbers] if kind.kind == "i" else numbers).astype(kind)


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
