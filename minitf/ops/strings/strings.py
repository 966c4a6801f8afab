"""Ops on strings, element by element: what regular expressions find, parts, letters, numbers as text."""

from __future__ import annotations

import base64
import binascii
import itertools
import re
from math import prod
from operator import itemgetter

import numpy as np

from minitf.framework import dtypes
from minitf.framework.apply import apply
from minitf.framework.convert import convert_to_tensor
from minitf.framework.graph import name_scope
from minitf.framework.registry import define
from minitf.framework.shape import TensorShape, broadcast_static_shape
from minitf.framework.static import constant_value
from minitf.framework.tensor import Tensor
from minitf.ops import patterns
from minitf.ops.array import array, ranges
from minitf.ops.array.constant import constant
from minitf.ops.strings import regular

_UNITS = ("BYTE", "UTF8_CHAR")
_FILLS = ("", "0", "-", " ", "+")
_NUMBERS = frozenset(
    getattr(dtypes, name)
    for name in ("int8", "int16", "int32", "int64", "complex64", "complex128", "float32", "float64", "bool")
)


def _like_input(op):
    return op.inputs[0].shape


def _define(type: str, signature: str, numpy, shape=_like_input, **allowed) -> None:
    define(type, signature, shape=shape, numpy=numpy, differentiable=False, **allowed)


# ---- letters and lengths


def _cased(method: str):
    """Bytes, of which only ASCII letters have cases, or text in UTF-8."""

    def numpy(op, x):
        if op.attrs["encoding"] == "utf-8":
            return patterns.each(lambda s: getattr(s.decode("utf-8", "replace"), method)().encode(), x)
        return patterns.each(getattr(bytes, method), x)

    return numpy


def _texts(op, x):
    """Strings as what has their characters: bytes, or text."""
    return x if op.attrs["unit"] == "BYTE" else patterns.each(lambda s: s.decode("utf-8", "replace"), x)


def _length(op, x):
    return patterns.each(len, _texts(op, x), dtype=np.int32)


_define("StringLower", "input: string; encoding: string = '' -> output: string", _cased("lower"))
_define("StringUpper", "input: string; encoding: string = '' -> output: string", _cased("upper"))
_define("StringStrip", "input: string -> output: string", lambda op, x: patterns.each(bytes.strip, x))
_define("StringLength", "input: string; unit: string = 'BYTE' -> output: int32", _length)


def _check_unit(unit) -> None:
    if unit not in _UNITS:
        raise ValueError(f"unit is one of {', '.join(_UNITS)}, not {unit!r}")


def lower(input, encoding: str = "", name: str | None = None) -> Tensor:
    """Strings in lower case: ASCII letters only, or all with encoding "utf-8"."""
    return apply("StringLower", input, encoding=_encoding(encoding), name=name)


def upper(input, encoding: str = "", name: str | None = None) -> Tensor:
    """Strings in upper case: ASCII letters only, or all with encoding "utf-8"."""
    return apply("StringUpper", input, encoding=_encoding(encoding), name=name)


def _encoding(encoding: str) -> str:
    if encoding not in ("", "utf-8"):
        raise ValueError(f"only utf-8 or '' (ASCII) are supported encodings, not {encoding!r}")
    return encoding


string_strip = patterns.of_inputs("StringStrip", "Strings without white space at both ends.", "string_strip")


def string_length(input, name: str | None = None, unit: str = "BYTE") -> Tensor:
    """The lengths of strings, int32: in bytes, or in characters with unit "UTF8_CHAR".

    >>> import minitf as tf
    >>> with tf.Session() as sess:
    ...     print(sess.run(tf.strings.length(["abc", ""])))
    [3 0]
    """
    _check_unit(unit)
    return apply("StringLength", input, unit=unit, name=name)


# ---- parts


def _substr_shape(op):
    position, size = op.inputs[1].shape, op.inputs[2].shape
    if position.rank is None:
        return TensorShape(None)
    return broadcast_static_shape(op.inputs[0].shape, position.merge_with(size))


def _substr(op, x, position, size):
    if position.shape != size.shape:
        raise ValueError(f"pos and len should have the same shape, not {position.shape} and {size.shape}")

    texts, all_bytes = _texts(op, x), op.attrs["unit"] == "BYTE"

    def place(first, count) -> slice:
        return slice(first, None if count < 0 and all_bytes else first + max(count, 0))

    def part(text, first, count):
        if not -len(text) <= first <= len(text):
            raise ValueError(f"pos {first} out of range for string {text if all_bytes else text.encode()!r}")
        return text[place(first + len(text) if first < 0 else first, count)]

    if position.size == 1 and 0 <= position.item() <= min(map(len, texts.ravel().tolist()), default=0):
        shape = np.broadcast_shapes(x.shape, position.shape)  # the same part of all: much quicker
        found = patterns.each(itemgetter(place(position.item(), size.item())), texts).reshape(shape)
    else:
        found = patterns.each(part, texts, position, size)
    return found if all_bytes else patterns.each(str.encode, found)


_define(
    "Substr",
    "input: string, pos: T, len: T; unit: string = 'BYTE' -> output: string",
    _substr,
    _substr_shape,
    T=frozenset([dtypes.int32, dtypes.int64]),
)


def substr(input, pos, len, name: str | None = None, unit: str = "BYTE") -> Tensor:
    """`len` bytes (or characters, with unit "UTF8_CHAR") of strings from position `pos` on.

    pos, len: integers of one shape that broadcasts with the strings'; negative positions count from the
    end. A string may be shorter than what is asked for; a negative length asks for all bytes, or no characters.

    Raises:
      InvalidArgumentError: at a run, for a position outside of a string.
    """
    _check_unit(unit)
    return apply("Substr", input, pos, len, unit=unit, name=name)


# ---- regular expressions


def _replaced(op, x, pattern: bytes, rewrite: bytes):
    """A group that there is not is empty. Of a rewrite with a backslash before anything but digits and backslashes
    TensorFlow takes what stands before that, if all that matches is replaced.
    """
    found, most = regular.compiled(pattern), None if op.attrs["replace_global"] else 1
    rewrite = regular.text(rewrite)
    wrong = re.search(r"\\(?![0-9\\])", re.sub(r"\\[0-9\\]", "  ", rewrite))
    if wrong and most:
        return x
    parts = re.split(r"\\([0-9\\])", rewrite[: wrong.start()] if wrong else rewrite)
    parts[1::2] = [part if part == "\\" else int(part) for part in parts[1::2]]

    if never_empty := regular.never_empty(found):
        template = "".join([_template(part, found.groups) for part in parts])

    def replaced(s: bytes) -> bytes:
        s = regular.text(s)
        if never_empty and found.is_quick(s):
            return regular.bytes_of(found.expression.sub(template, s, most or 0))
        return _rewritten(s, itertools.islice(regular.matches(found, s), most), parts)

    return patterns.each(replaced, x)


def _template(part, groups: int) -> str:
    """A part of a rewrite, text or the number of a group, for `re`."""
    if isinstance(part, str):
        return part.replace("\\", r"\\")
    return rf"\g<{part}>" if part <= groups else ""


def _rewritten(s: str, matches, parts: list) -> bytes:
    """The string, with the parts where it matches: texts, and numbers of groups."""
    made, end = [], 0
    for match in matches:
        groups = match[0], *match.groups("")
        texts = [p if isinstance(p, str) else groups[p] if p < len(groups) else "" for p in parts]
        made += [s[end : match.start()], *texts]
        end = match.end()
    return regular.bytes_of("".join([*made, s[end:]]))


def _matches(x, pattern: bytes):
    found = regular.compiled(pattern)
    return patterns.each(lambda s: found.fullmatch(regular.text(s)) is not None, x, dtype=np.bool_)


_define(
    "RegexReplace",
    "input: string, pattern: string[], rewrite: string[]; replace_global: bool = True -> output: string",
    lambda op, x, pattern, rewrite: _replaced(op, x, pattern.item(), rewrite.item()),
)
_define(
    "StaticRegexReplace",
    "input: string; pattern: string, rewrite: string, replace_global: bool = True -> output: string",
    lambda op, x: _replaced(op, x, *(op.attrs[n].encode() for n in ("pattern", "rewrite"))),
)
_define(
    "RegexFullMatch",
    "input: string, pattern: string[] -> output: bool",
    lambda op, x, pattern: _matches(x, pattern.item()),
)
_define(
    "StaticRegexFullMatch",
    "input: string; pattern: string -> output: bool",
    lambda op, x: _matches(x, op.attrs["pattern"].encode()),
)


def regex_replace(input, pattern, rewrite, replace_global: bool = True, name: str | None = None) -> Tensor:
    r"""Strings in which what matches `pattern` is replaced by `rewrite`, in which \1 is a group and \0 all.

    Raises:
      InvalidArgumentError: at a run, for a pattern that is none.

    >>> import minitf as tf
    >>> with tf.Session() as sess:
    ...     print(sess.run(tf.regex_replace(["a1", "b"], "[0-9]", "!")))
    [b'a!' b'b']
    """
    if isinstance(pattern, str) and isinstance(rewrite, str):
        return apply(
            "StaticRegexReplace", input, pattern=pattern, rewrite=rewrite, replace_global=replace_global, name=name
        )
    return apply("RegexReplace", input, pattern, rewrite, replace_global=replace_global, name=name)


def regex_full_match(input, pattern, name: str | None = None) -> Tensor:
    """Whether a pattern matches all of each string."""
    if isinstance(pattern, str):
        return apply("StaticRegexFullMatch", input, pattern=pattern, name=name)
    return apply("RegexFullMatch", input, pattern, name=name)


# ---- numbers as text


def _as_string(op, x):
    precision, width, fill = (op.attrs[name] for name in ("precision", "width", "fill"))
    whole = x.dtype.kind in "iub"
    if whole and precision > -1:
        raise ValueError(f"precision not supported for datatype {x.dtype}")
    if whole and (op.attrs["scientific"] or op.attrs["shortest"]):
        raise ValueError(f"scientific and shortest format not supported for datatype {x.dtype}")
    if op.attrs["scientific"] and op.attrs["shortest"]:
        raise ValueError("Cannot select both scientific and shortest notation")
    if fill not in _FILLS:
        raise ValueError(f'Fill argument not supported: "{fill}"')
    letter = "d" if whole else "e" if op.attrs["scientific"] else "g" if op.attrs["shortest"] else "f"
    size = (str(width) if width > -1 else "") + (f".{precision}" if precision > -1 else "")
    pattern = f"%{fill}{size}{letter}"
    if x.dtype.kind == "b":
        return patterns.each(lambda v: (f"%{size}s" % str(bool(v)).lower()).encode(), x)
    numbers = x.ravel().tolist()
    if x.dtype.kind == "c":
        pattern, numbers = f"({pattern},{pattern})", [part for v in numbers for part in (v.real, v.imag)]
    lines = f"{pattern}\n".encode() * x.size % tuple(numbers)  # all at once: much quicker
    return np.fromiter(lines.split(b"\n"), object, x.size).reshape(x.shape)


_define(
    "AsString",
    "input: T; precision: int = -1, scientific: bool = False, shortest: bool = False, width: int = -1, "
    "fill: string = '' -> output: string",
    _as_string,
    T=_NUMBERS,
)


def as_string(
    input,
    precision: int = -1,
    scientific: bool = False,
    shortest: bool = False,
    width: int = -1,
    fill: str = "",
    name: str | None = None,
) -> Tensor:
    """Numbers as text: `%d` and `%f`, or `%e` if scientific, or `%g` if shortest; bools as true and false.

    precision: digits behind the point; width: of the text at least, padded by `fill` (" ", "0", or "-" to
    pad at the right, "+" for a sign).

    Raises:
      InvalidArgumentError: at a run, for options that do not go together.

    >>> import minitf as tf
    >>> with tf.Session() as sess:
    ...     print(sess.run(tf.as_string([1.5, 2.0], precision=1)))
    [b'1.5' b'2.0']
    """
    return apply(
        "AsString",
        input,
        precision=precision,
        scientific=scientific,
        shortest=shortest,
        width=width,
        fill=fill,
        name=name,
    )


# ---- base 64, as in addresses


def _decoded(s: bytes) -> bytes:
    text = s.rstrip(b"=")
    if len(text) % 4 == 1:
        raise ValueError(f"Base64 string length cannot be 1 modulo 4: {s!r}")
    if len(text) < len(s) and (len(s) % 4 or len(s) - len(text) > 2):
        raise ValueError(f"Wrong padding of base64, which is filled up to 4 characters or not at all: {s!r}")
    try:
        if set(b"+/") & set(text):
            raise binascii.Error("- and _ stand for the last two digits")
        return base64.b64decode(text + b"=" * (-len(text) % 4), b"-_", validate=True)
    except binascii.Error as error:
        raise ValueError(f"Invalid character found in base64: {s!r} ({error})") from None


def _encoded(op, s: bytes) -> bytes:
    text = base64.urlsafe_b64encode(s)
    return text if op.attrs["pad"] else text.rstrip(b"=")


_define(
    "EncodeBase64",
    "input: string; pad: bool = False -> output: string",
    lambda op, x: patterns.each(lambda s: _encoded(op, s), x),
)
_define("DecodeBase64", "input: string -> output: string", lambda op, x: patterns.each(_decoded, x))


def encode_base64(input, pad: bool = False, name: str | None = None) -> Tensor:
    """Strings in base 64, with `-` and `_` (RFC 4648, section 5); pad: with `=` at the end."""
    return apply("EncodeBase64", input, pad=pad, name=name)


def decode_base64(input, name: str | None = None) -> Tensor:
    """The strings that `encode_base64` encoded; InvalidArgumentError at a run for what is none."""
    return apply("DecodeBase64", input, name=name)


# ---- joining along axes


def _joined_shape(op):
    axes, rank = constant_value(op.inputs[1]), op.inputs[0].shape.rank
    if axes is None or rank is None:
        return TensorShape([None] * rank if op.attrs["keep_dims"] and rank is not None else None)
    sizes = list(op.inputs[0].shape.sizes)
    gone = {array.check_axis(int(a), len(sizes)) for a in np.ravel(axes)}
    if op.attrs["keep_dims"]:
        return TensorShape([1 if i in gone else n for i, n in enumerate(sizes)])
    return TensorShape([n for i, n in enumerate(sizes) if i not in gone])


def _joined(op, x, axes):
    order = [array.check_axis(int(a), x.ndim) for a in np.ravel(axes)]
    if len(set(order)) < len(order):
        raise ValueError(f"Duplicate reduction dimension in {np.ravel(axes).tolist()}")
    kept = [i for i in range(x.ndim) if i not in order]
    rows = x.transpose(kept + order[::-1]).reshape([x.shape[i] for i in kept] + [-1])
    separator = op.attrs["separator"].encode()
    shape = rows.shape[:-1]
    made = np.fromiter(map(separator.join, rows.reshape(prod(shape), -1).tolist()), object, prod(shape)).reshape(shape)
    return made.reshape([1 if i in order else n for i, n in enumerate(x.shape)]) if op.attrs["keep_dims"] else made


_define(
    "ReduceJoin",
    "inputs: string, reduction_indices: int32; keep_dims: bool = False, separator: string = '' -> output: string",
    _joined,
    _joined_shape,
)


def reduce_join(
    inputs,
    axis=None,
    keep_dims: bool | None = None,
    separator: str = "",
    name: str | None = None,
    reduction_indices=None,
    keepdims: bool | None = None,
) -> Tensor:
    """Strings joined along an axis, or several in that order (default: all), with `separator` in between.

    Raises:
      ValueError: for an axis that is not there.

    >>> import minitf as tf
    >>> with tf.Session() as sess:
    ...     print(sess.run(tf.reduce_join([["a", "b"], ["c", "d"]], 0)))
    [b'ac' b'bd']
    """
    axis = patterns.renamed("axis", axis, "reduction_indices", reduction_indices)
    keep = bool(patterns.renamed("keepdims", keepdims, "keep_dims", keep_dims))
    with name_scope(name, "ReduceJoin", [inputs]):
        inputs = convert_to_tensor(inputs)
        if axis is None:
            rank = inputs.shape.rank
            every = np.arange(rank or 0, dtype=np.int32)[::-1]  # the last axis is joined first
            axis = ranges.range(array.rank(inputs) - 1, -1, -1) if rank is None else constant(every)
        return apply("ReduceJoin", inputs, axis, keep_dims=keep, separator=separator)
