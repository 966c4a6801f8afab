"""Tensors as serialized messages, compressed strings, examples written as JSON."""

from __future__ import annotations

import gzip
import struct
import zlib

import numpy as np

from minitf.formats import wire
from minitf.formats.examples import varints
from minitf.framework import dtypes, errors
from minitf.framework.apply import apply
from minitf.framework.example_messages import message
from minitf.framework.registry import define
from minitf.framework.shape import UNKNOWN
from minitf.framework.tensor import Tensor
from minitf.ops import patterns

_DTYPE, _SHAPE, _CONTENT, _HALVES, _STRINGS = 1, 2, 4, 13, 8
_PACKED = {5: "<f4", 6: "<f8", 9: "<c8", 12: "<c16"}  # fields of a TensorProto whose numbers have a fixed size
_VARINTS = (7, 10, 11, 16, 17)

# ---- tensors


def _serialized(op, tensor):
    dtype = op.inputs[0].dtype.base_dtype
    dims = b"".join(wire.field(2, wire.field(1, n) if n else b"") for n in tensor.shape)
    found = wire.field(_DTYPE, dtype.as_datatype_enum) + wire.field(_SHAPE, dims)
    if dtype is dtypes.string:
        found += b"".join(wire.field(_STRINGS, text) for text in tensor.flat)
    elif tensor.size:
        found += wire.field(_CONTENT, tensor.astype(tensor.dtype.newbyteorder("<")).tobytes())
    return np.array(found, object)


define(
    "SerializeTensor", "tensor: T -> serialized: string", shape=patterns.scalar, numpy=_serialized, differentiable=False
)


def serialize_tensor(tensor, name: str | None = None) -> Tensor:
    """A tensor as a serialized TensorProto, a string scalar.

    >>> import minitf as tf
    >>> again = tf.parse_tensor(tf.serialize_tensor([[1, 2], [3, 4]]), tf.int32)
    >>> with tf.Session() as sess:
    ...     print(sess.run(again))
    [[1 2]
     [3 4]]
    """
    return apply("SerializeTensor", tensor, name=name)


def _parsed(op, serialized):
    wanted = op.attrs["out_type"]
    try:
        dtype, sizes, values = _read(serialized.item())
    except (wire.Malformed, struct.error) as error:
        raise ValueError(f"Could not parse `serialized` as TensorProto: {error}") from None
    if dtype != wanted.as_datatype_enum:
        raise ValueError(f"Type mismatch between parsed tensor (DataType {dtype}) and dtype ({wanted.name})")
    return _filled(values, sizes, wanted)


def _read(data: bytes) -> tuple[int, list[int], list]:
    """The number of the type, the sizes, and what holds the values of a TensorProto: field numbers and bytes."""
    dtype, sizes, values = 0, [], []
    for number, value in wire.fields(data):
        if number == _DTYPE:
            dtype = value
        elif number == _SHAPE:
            dims = [dict(wire.fields(dim)) for field, dim in wire.fields(value) if field == 2]
            sizes = [wire.signed(dim.get(1, 0)) for dim in dims]
        elif number != 3:
            values.append((number, value))
    return dtype, sizes, values


def _filled(values: list, sizes: list[int], dtype: dtypes.DType) -> np.ndarray:
    """The tensor of the given sizes; the last of fewer values is repeated."""
    if any(size < 0 for size in sizes):
        raise ValueError(f"a tensor cannot have shape {sizes}")
    parts = [_values(number, value, dtype) for number, value in values]
    found = np.concatenate(parts) if parts else np.zeros(0, dtype.numpy)
    count = int(np.prod(sizes, dtype=np.int64))
    repeats = any(number != _CONTENT for number, _ in values) or not found.size
    if found.size > count or found.size < count and not repeats:
        raise ValueError(f"{found.size} values do not make a tensor of shape {sizes}")
    if found.size < count:
        last = found[-1:] if found.size else np.array([b"" if dtype is dtypes.string else 0], dtype.numpy)
        found = np.concatenate([found, np.repeat(last, count - found.size)])
    return found.reshape(sizes)


def _values(number: int, value, dtype: dtypes.DType) -> np.ndarray:
    if number == _STRINGS:
        return np.array([value, None], object)[:-1]
    if number == _CONTENT and dtype is not dtypes.string and len(value) % dtype.size == 0:
        return np.frombuffer(value, dtype.numpy.newbyteorder("<")).astype(dtype.numpy)
    if not isinstance(value, bytes):
        value = wire.varint(value) if number in (_HALVES, *_VARINTS) else struct.pack("<I", value)
    if number in _PACKED:
        return np.frombuffer(value, _PACKED[number]).astype(dtype.numpy)
    if number == _HALVES:
        return varints(value).astype(np.uint16).view(np.float16).astype(dtype.numpy)
    if number in _VARINTS:
        return varints(value).astype(dtype.numpy)
    raise ValueError(f"Could not parse `serialized` as TensorProto: field {number} is no values of {dtype.name}")


define(
    "ParseTensor",
    "serialized: string~[] -> output: out_type",
    shape=lambda op: UNKNOWN,
    numpy=_parsed,
    differentiable=False,
)


def parse_tensor(serialized, out_type, name: str | None = None) -> Tensor:
    """The tensor of a serialized TensorProto, of the type `out_type`; its shape is not known before it runs.

    Raises (at run time):
      InvalidArgumentError: if it is none, or of another type.
    """
    return apply("ParseTensor", serialized, out_type=dtypes.as_dtype(out_type).base_dtype, name=name)


# ---- compressed strings

_WAYS = {"": lambda data: data, "ZLIB": zlib.decompress, "GZIP": gzip.decompress}


def _decompressed(op, compressed):
    kind = op.attrs["compression_type"]
    if kind not in _WAYS:
        raise ValueError(f"Only ZLIB, GZIP and '' are supported compressions, not {kind!r}")
    way = _WAYS[kind]
    try:
        return patterns.each(lambda text: text and way(text), compressed, dtype=object)
    except (zlib.error, OSError, EOFError) as error:
        raise errors.AtRun(f"a string is not compressed by {kind}: {error}", errors.DataLossError) from None


define(
    "DecodeCompressed",
    "bytes: string; compression_type: string = '' -> output: string",
    shape=patterns.same,
    numpy=_decompressed,
    differentiable=False,
)


def decode_compressed(bytes, compression_type: str = "", name: str | None = None) -> Tensor:  # noqa: A002
    """Each string decompressed; compression_type: "", "ZLIB" or "GZIP".

    Raises (at run time):
      InvalidArgumentError: for another compression_type.
      DataLossError: for strings that are not compressed so.
    """
    return apply("DecodeCompressed", bytes, compression_type=compression_type, name=name)


# ---- examples as JSON


def _from_json(op, texts):
    from google.protobuf import json_format

    kind = message("Example")

    def converted(text: bytes) -> bytes:
        try:
            return json_format.Parse(text.decode("utf-8"), kind()).SerializeToString(deterministic=True)
        except (json_format.ParseError, UnicodeDecodeError) as error:
            raise ValueError(f"Error while parsing JSON: {error}") from None

    return patterns.each(converted, texts, dtype=object)


define(
    "DecodeJSONExample",
    "json_examples: string -> binary_examples: string",
    shape=patterns.same,
    numpy=_from_json,
    differentiable=False,
)


def decode_json_example(json_examples, name: str | None = None) -> Tensor:
    """tf.train.Example messages that are written as JSON, serialized.

    Raises (at run time):
      InvalidArgumentError: for strings that are none.
    """
    return apply("DecodeJSONExample", json_examples, name=name)
