"""Strings read as numbers: raw bytes, texts of numbers, lines of comma-separated values."""

from __future__ import annotations

import re

import numpy as np

from minitf.framework import dtypes
from minitf.framework.apply import apply, apply_op
from minitf.framework.convert import convert_to_tensor
from minitf.framework.registry import define
from minitf.framework.static import constant_value
from minitf.framework.tensor import Tensor
from minitf.ops import patterns

# ---- raw bytes


def _raw(op, strings):
    dtype = op.outputs[0].dtype.numpy
    sizes = {len(s) for s in strings.flat}
    if len(sizes) > 1:
        raise ValueError(f"decode_raw takes strings of one length, not of {sorted(sizes)[0]} and {max(sizes)}")
    size = max(sizes, default=0)
    if size % dtype.itemsize:
        raise ValueError(
            f"a string of {size} bytes is not a multiple of {dtype.itemsize}, the size of {op.outputs[0].dtype.name}"
        )
    order = "<" if op.attrs["little_endian"] else ">"
    stored = np.dtype(np.uint8) if dtype.kind == "b" else dtype.newbyteorder(order)
    found = np.frombuffer(b"".join(strings.flat), stored).astype(dtype)
    return found.reshape(*strings.shape, size // dtype.itemsize)


define(
    "DecodeRaw",
    "bytes: string; little_endian: bool = True -> output: out_type",
    numpy=_raw,
    differentiable=False,
    shape=lambda op: op.inputs[0].shape.concatenate([None]),
)


def _padded_raw(op, strings, length):
    dtype, length = op.outputs[0].dtype.numpy, int(length)
    _check_length(length, op.outputs[0].dtype)
    if not length:
        raise ValueError("fixed_length is greater than zero, not 0")
    stored = dtype.newbyteorder("<" if op.attrs["little_endian"] else ">")
    filled = b"".join([s[:length].ljust(length, b"\0") for s in strings.flat])
    return np.frombuffer(filled, stored).astype(dtype).reshape(*strings.shape, length // dtype.itemsize)


def _check_length(length: int, dtype: dtypes.DType) -> None:
    if length < 0 or length % dtype.size:
        raise ValueError(f"fixed_length ({length}) must be a multiple of the size of out_type ({dtype.size})")


def _padded_shape(op):
    length, dtype = constant_value(op.inputs[1]), op.outputs[0].dtype
    if length is None:
        return op.inputs[0].shape.concatenate([None])
    _check_length(int(length), dtype)
    return op.inputs[0].shape.concatenate([int(length) // dtype.size])


define(
    "DecodePaddedRaw",
    "input_bytes: string, fixed_length: int32[]; little_endian: bool = True -> output: out_type",
    out_type=dtypes.FLOAT | {dtypes.int8, dtypes.uint8, dtypes.int16, dtypes.uint16, dtypes.int32, dtypes.int64},
    numpy=_padded_raw,
    differentiable=False,
    shape=_padded_shape,
)


def decode_raw(
    input_bytes=None, out_type=None, little_endian: bool = True, name: str | None = None, bytes=None
) -> Tensor:  # noqa: A002 - TensorFlow's own name
    """The bytes of each string as numbers of `out_type`, along a new last axis.

    Raises (at run time):
      InvalidArgumentError: for strings of different lengths, or that are no whole numbers.

    >>> import minitf as tf
    >>> with tf.Session() as sess:
    ...     print(sess.run(tf.decode_raw(["abc", "xyz"], tf.uint8)))
    [[ 97  98  99]
     [120 121 122]]
    """
    strings = patterns.renamed("input_bytes", input_bytes, "bytes", bytes)
    if out_type is None:
        raise ValueError("decode_raw needs out_type, such as tf.uint8")
    out_type = dtypes.as_dtype(out_type).base_dtype
    if out_type not in dtypes.NUMBER | {dtypes.bool}:
        raise TypeError(f"decode_raw gives numbers and bools, not {out_type.name}")
    return apply("DecodeRaw", strings, out_type=out_type, little_endian=little_endian, name=name)


# ---- texts of numbers

_FLOAT = re.compile(
    rb"\s*[+-]?(\d+\.?\d*([eE][+-]?\d+)?|\.\d+([eE][+-]?\d+)?|inf|nan|0[xX][0-9a-fA-F]+)\s*", re.IGNORECASE
)
_INTEGER = re.compile(rb"\s*-?\d+\s*")
_PLAIN_REALS = re.compile(rb"(?:[+-]?\d+(?:\.\d*)?(?:[eE][+-]?\d+)?(?:\n|\Z))*")
_PLAIN_INTEGERS = re.compile(rb"(?:-?\d+(?:\n|\Z))*")
_TYPES = frozenset([dtypes.float32, dtypes.float64, dtypes.int32, dtypes.int64])


def number(value: bytes, dtype: dtypes.DType):
    """The number that a text says; ValueError if it says none of the type."""
    if dtype.is_integer:
        if not _INTEGER.fullmatch(value) or not dtype.min <= int(value) <= dtype.max:
            raise ValueError(f"{value!r} is not a valid {dtype.name}")
        return int(value)
    if not _FLOAT.fullmatch(value):
        raise ValueError(f"{value!r} is not a valid {dtype.name}")
    stripped = value.strip().lstrip(b"+-")
    if stripped[:2].lower() == b"0x":
        return float(int(stripped, 16)) * (-1 if b"-" in value else 1)
    return float(value)


def _plain_numbers(strings: list, dtype: dtypes.DType) -> np.ndarray | None:
    """The numbers of texts, if all are plain ones: a pattern looks at them together, which is much quicker."""
    plain, read = (_PLAIN_INTEGERS, int) if dtype.is_integer else (_PLAIN_REALS, float)
    if not plain.fullmatch(b"\n".join(strings)):
        return None
    try:
        found = np.array(list(map(read, strings)), np.int64 if dtype.is_integer else dtype.numpy)
    except (ValueError, OverflowError):
        return None  # some text is of several lines, or one is too large
    inside = not dtype.is_integer or not found.size or dtype.min <= found.min() and found.max() <= dtype.max
    return found.astype(dtype.numpy) if inside else None


def _numbers(op, strings):
    dtype = op.outputs[0].dtype
    plain = _plain_numbers(strings.ravel().tolist(), dtype)
    if plain is not None:
        return plain.reshape(strings.shape)
    try:
        found = [number(s, dtype) for s in strings.flat]
    except ValueError as error:
        raise ValueError(f"string_to_number could not convert a string: {error}") from None
    return np.array(found, dtype.numpy).reshape(strings.shape)


define(
    "StringToNumber",
    "string_tensor: string; out_type: type = float32 -> output: out_type",
    shape=patterns.same,
    numpy=_numbers,
    differentiable=False,
)


def string_to_number(string_tensor=None, out_type=dtypes.float32, name: str | None = None, input=None) -> Tensor:
    """The numbers that strings say, as float32, float64, int32 or int64.

    Raises (at run time):
      InvalidArgumentError: for a string that says none.

    >>> import minitf as tf
    >>> with tf.Session() as sess:
    ...     print(sess.run(tf.string_to_number(["1", "2.5", "-1e3"])))
    [    1.      2.5 -1000. ]
    """
    strings = patterns.renamed("string_tensor", string_tensor, "input", input)
    out_type = dtypes.type_or(out_type, dtypes.float32)
    if out_type not in _TYPES:
        raise TypeError(f"out_type is float32, float64, int32 or int64, not {out_type.name}")
    return apply("StringToNumber", strings, out_type=out_type, name=name)


# ---- comma-separated values


def csv_fields(record: bytes, delimiter: bytes, quotes: bool) -> list[bytes]:
    """The fields of a line, as RFC 4180 has them."""
    found, at = [], 0
    if not record:
        return found
    while True:
        if quotes and record[at : at + 1] == b'"':
            value, at = _quoted(record, at + 1, delimiter)
        else:
            end = record.find(delimiter, at)
            value = record[at : len(record) if end < 0 else end]
            if quotes and set(b'"\r\n') & set(value):
                raise ValueError("unquoted fields cannot have quotes or line ends inside")
            at += len(value)
        found.append(value)
        if at >= len(record):
            return found
        at += 1
        if at == len(record):
            return [*found, b""]


def _quoted(record: bytes, at: int, delimiter: bytes) -> tuple[bytes, int]:
    """A field in quotes, of which double ones stand for one, and the place behind it."""
    value = b""
    while True:
        end = record.find(b'"', at)
        if end < 0:
            raise ValueError("a quoted field has to end with a quote followed by the delimiter or the end")
        value += record[at:end]
        if record[end + 1 : end + 2] != b'"':
            if record[end + 1 : end + 2] not in (b"", delimiter):
                raise ValueError("a quote inside a string has to be escaped by another quote")
            return value, end + 1
        value, at = value + b'"', end + 2


def _csv(op, records, *defaults):
    attrs, count = op.attrs, len(defaults)
    chosen = attrs["select_cols"] or range(count)
    columns = [[] for _ in defaults]
    for row, record in enumerate(records.flat):
        parts = csv_fields(record, attrs["field_delim"], attrs["use_quote_delim"])
        if attrs["select_cols"] and len(parts) > chosen[-1]:
            parts = [parts[c] for c in chosen]
        if len(parts) != count:
            raise ValueError(f"expect {count} fields but have {len(parts)} in record {row}")
        for i, (part, default, tensor) in enumerate(zip(parts, defaults, op.outputs)):
            columns[i].append(csv_value(part, default, tensor.dtype, attrs["na_value"], i, row))
    return [
        np.array([*c, None], object)[:-1].astype(t.dtype.numpy).reshape(records.shape)
        for c, t in zip(columns, op.outputs)
    ]


def csv_value(part: bytes, default, dtype, missing: bytes, i: int, row: int):
    """What field `i` says, or its default where it is empty; ValueError if it says nothing of the type."""
    if part in (b"", missing):
        if not default.size:
            raise ValueError(f"field {i} is required but missing in record {row}")
        return default.reshape(-1)[0]
    try:
        return part if dtype is dtypes.string else number(part, dtype)
    except ValueError as error:
        raise ValueError(f"field {i} in record {row}: {error}") from None


def _csv_shapes(op):
    for default in op.inputs[1:]:
        if (default.shape.num_elements() or 0) > 1 or (default.shape.rank or 0) > 1:
            raise ValueError(f"a default is a scalar, or a vector of one or none, not {default.shape}")
    return [op.inputs[0].shape] * len(op.outputs)


define(
    "DecodeCSV",
    "records: string, record_defaults: **; field_delim: string = ',', use_quote_delim: bool = True, "
    "na_value: string = '', select_cols: list(int) = [] -> output: **OUT_TYPE",
    shape=_csv_shapes,
    numpy=_csv,
    differentiable=False,
)


def decode_csv(
    records,
    record_defaults: list,
    field_delim: str = ",",
    use_quote_delim: bool = True,
    name: str | None = None,
    na_value: str = "",
    select_cols=None,
) -> list[Tensor]:
    """The columns of lines of comma-separated values: a tensor, shaped like `records`, for each.

    record_defaults: for each column its default, a scalar or [scalar], which tells its type (float32, float64, int32,
    int64 or string); an empty vector if a value is required. use_quote_delim: take quotes as RFC 4180 says; na_value:
    another text for what is missing; select_cols: the rising numbers of the columns to read.

    Raises (at run time):
      InvalidArgumentError: for lines that do not fit.

    >>> import minitf as tf
    >>> with tf.Session() as sess:
    ...     print(sess.run(tf.decode_csv(["1,a", ",b"], [[7], [""]])))
    [array([1, 7], dtype=int32), array([b'a', b'b'], dtype=object)]
    """
    if len(field_delim) != 1:
        raise ValueError(f"field_delim is one character, not {field_delim!r}")
    chosen = [int(c) for c in select_cols or ()]
    if chosen and (chosen != sorted(set(chosen)) or chosen[0] < 0):
        raise ValueError(f"select_cols rise from 0 on, without repetition, not {chosen}")
    if chosen and len(chosen) != len(record_defaults):
        raise ValueError(f"{len(chosen)} columns need as many defaults, not {len(record_defaults)}")
    found = [convert_to_tensor(d) if isinstance(d, Tensor) else d for d in record_defaults]
    kinds = [_kind(d) for d in found]
    op = apply_op(
        "DecodeCSV",
        records,
        found,
        OUT_TYPE=kinds,
        field_delim=field_delim.encode(),
        use_quote_delim=use_quote_delim,
        na_value=na_value.encode(),
        select_cols=chosen,
        name=name,
    )
    return list(op.outputs)


def _kind(default) -> dtypes.DType:
    """The type of a column."""
    if isinstance(default, Tensor):
        kind = default.dtype.base_dtype
    else:
        sample = np.asarray(default)
        kind = {"f": dtypes.float32, "i": dtypes.int32, "u": dtypes.int32}.get(sample.dtype.kind)
        kind = dtypes.string if sample.dtype.kind in "SUO" else kind or dtypes.as_dtype(sample.dtype)
        if isinstance(default, np.ndarray) and sample.dtype.kind in "fiu":
            kind = dtypes.as_dtype(sample.dtype)
    if kind not in _TYPES | {dtypes.string}:
        raise TypeError(f"a column is float32, float64, int32, int64 or string, not {kind.name}")
    return kind
