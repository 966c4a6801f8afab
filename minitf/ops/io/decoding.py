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
from minitf.kernels.math import texts as kernels
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
_TYPES = frozenset([dtypes.float32, dtypes.float64, dtypes.int32, dtypes.int64])
_FEW = 8  # texts that Python reads faster than a kernel is called


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


def numbers(strings: list[bytes], dtype: dtypes.DType) -> np.ndarray:
    """The numbers that texts say, as a kernel reads them; ValueError if one says none of the type."""
    lines, count = b"\n".join([*strings, b""]), len(strings)
    if count <= _FEW or lines.count(b"\n") > count:  # in some text
        return np.array([number(s, dtype) for s in strings], dtype.numpy)
    found, known = np.empty(count, np.int64 if dtype.is_integer else np.float64), np.empty(count, np.uint8)
    kernel = kernels.read_integers if dtype.is_integer else kernels.read_reals
    kernel[()].run(np.frombuffer(lines, np.uint8), found, known, count)
    if dtype is dtypes.int32 and count:
        known[(found < dtype.min) | (found > dtype.max)] = kernels.OTHER
    for place in np.flatnonzero(known).tolist():
        text = strings[place]
        found[place] = float(text) if known[place] == kernels.PLAIN else number(text, dtype)
    return found.astype(dtype.numpy, copy=False)


def _numbers(op, strings):
    try:
        return numbers(strings.ravel().tolist(), op.outputs[0].dtype).reshape(strings.shape)
    except ValueError as error:
        raise ValueError(f"string_to_number could not convert a string: {error}") from None


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


_SPECIAL = re.compile(rb'["\r\n]')


def csv_fields(record: bytes, delimiter: bytes, quotes: bool) -> list[bytes]:
    """The fields of a line, as RFC 4180 has them."""
    if not quotes or not _SPECIAL.search(record):
        return record.split(delimiter) if record else []
    found, at = [], 0
    while True:
        if record[at : at + 1] == b'"':
            value, at = _quoted(record, at + 1, delimiter)
        else:
            end = record.find(delimiter, at)
            value = record[at : len(record) if end < 0 else end]
            if _SPECIAL.search(value):
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
    attrs, count, texts, lines = op.attrs, len(defaults), [], records.ravel().tolist()
    chosen = attrs["select_cols"] or range(count)
    quotes = attrs["use_quote_delim"] and _SPECIAL.search(b" ".join(lines)) is not None
    for row, record in enumerate(lines):
        parts = csv_fields(record, attrs["field_delim"], quotes)
        if attrs["select_cols"] and len(parts) > chosen[-1]:
            parts = [parts[c] for c in chosen]
        if len(parts) != count:
            _check_fields(op, texts, defaults)
            raise ValueError(f"expect {count} fields but have {len(parts)} in record {row}")
        texts += parts
    try:
        columns = [
            _column(op, texts[i::count], default, t.dtype) for i, (default, t) in enumerate(zip(defaults, op.outputs))
        ]
    except ValueError:
        _check_fields(op, texts, defaults)
        raise
    return [column.reshape(records.shape) for column in columns]


def _column(op, texts: list[bytes], default, dtype) -> np.ndarray:
    """What the fields of a column say; ValueError if one says nothing of the type."""
    missing = [row for row, text in enumerate(texts) if text in (b"", op.attrs["na_value"])]
    if missing and not default.size:
        raise ValueError("a field is required but missing")
    if dtype is dtypes.string:
        found = np.fromiter(texts, object, len(texts))
    else:
        for row in missing:
            texts[row] = b"0"
        found = numbers(texts, dtype)
    if missing:
        found[missing] = default.reshape(-1)[0]
    return found


def _check_fields(op, texts: list[bytes], defaults) -> None:
    """ValueError that names the first field that says nothing of its type."""
    for place, text in enumerate(texts):
        row, i = divmod(place, len(defaults))
        csv_value(text, defaults[i], op.outputs[i].dtype, op.attrs["na_value"], i, row)


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
