"""Strings taken apart at what stands between their parts, and put together by a template."""

from __future__ import annotations

from operator import methodcaller

import numpy as np

from minitf.framework import dtypes
from minitf.framework.apply import apply, apply_op
from minitf.framework.convert import convert_to_tensor
from minitf.framework.registry import define
from minitf.framework.shape import SCALAR, TensorShape
from minitf.framework.sparse import SparseTensor
from minitf.framework.tensor import Tensor
from minitf.ops.patterns import boxed, shortest

# ---- parts of strings


def _shapes(op):
    return [TensorShape([None, 2]), TensorShape([None]), TensorShape([2])]


def _parts(rows: np.ndarray, count: int, values: list):
    """Parts of `count` strings, each of the string of a row, as a sparse tensor: indices, values, shape."""
    counts = np.bincount(rows, minlength=count)
    columns = np.arange(len(values)) - np.repeat(counts.cumsum() - counts, counts)
    return [
        np.stack([rows, columns], 1),
        np.fromiter(values, object, len(values)),
        np.array([count, counts.max(initial=0)], np.int64),
    ]


def _each_as_often(function, strings: list) -> np.ndarray:
    """The number of each string, as often as `function` says."""
    return np.repeat(np.arange(len(strings)), np.fromiter(map(function, strings), np.int64, len(strings)))


def _split_at_bytes(op, strings, delimiter):
    """All strings are split as one: a list for each would have Python look for garbage, again and again."""
    strings, marks, count = strings.tolist(), delimiter.item(), strings.size
    if not marks:
        text = b"".join(strings)
        return _parts(_each_as_often(len, strings), count, [text[i : i + 1] for i in range(len(text))])
    mark = marks[:1]
    if len(marks) > 1:
        strings = list(map(methodcaller("translate", bytes.maketrans(marks, mark * len(marks))), strings))
    rows = _each_as_often(lambda s: s.count(mark) + 1, strings)
    values = mark.join(strings).split(mark) if strings else []
    if b"" in values:
        empty = not op.attrs["skip_empty"]
        kept = [i for i, part in enumerate(values) if part or (empty and strings[rows[i]])]
        rows, values = rows[kept], [values[i] for i in kept]
    return _parts(rows, count, values)


def _split_at_text(op, strings, separator):
    mark, most, counts, values = separator.item() or None, op.attrs["maxsplit"], [], []
    for s in strings.tolist():
        found = s.split(mark, most)
        counts.append(len(found))
        values += found
    return _parts(np.repeat(np.arange(len(counts)), counts), len(counts), values)


_OUTPUTS = "indices: int64, values: string, shape: int64"
define(
    "StringSplit",
    f"input: string[n], delimiter: string[]; skip_empty: bool = True -> {_OUTPUTS}",
    shape=_shapes,
    numpy=_split_at_bytes,
    differentiable=False,
)
define(
    "StringSplitV2",
    f"input: string[n], sep: string[]; maxsplit: int = -1 -> {_OUTPUTS}",
    shape=_shapes,
    numpy=_split_at_text,
    differentiable=False,
)


def split_at_bytes(source, delimiter, skip_empty: bool) -> SparseTensor:
    """The parts of strings, a vector, between bytes each of which ends one."""
    delimiter = convert_to_tensor(" " if delimiter is None else delimiter, dtypes.string)
    source = convert_to_tensor(source, dtypes.string)
    return SparseTensor(*apply("StringSplit", source, delimiter, skip_empty=skip_empty))


def split_at_text(source, sep, maxsplit: int) -> SparseTensor:
    """The parts of strings, a vector, as Python's `split` has them."""
    sep = convert_to_tensor("" if sep is None else sep, dtypes.string)
    return SparseTensor(*apply("StringSplitV2", source, sep, maxsplit=int(maxsplit)))


# ---- templates


def _formatted(op, *arrays):
    pieces = op.attrs["template"].split(op.attrs["placeholder"])
    texts = [_shown(a, op.attrs["summarize"]) for a in arrays]
    made = "".join([piece + text for piece, text in zip(pieces, [*texts, ""])])
    return boxed(made.encode("utf-8", "surrogateescape"))


def _shown(array: np.ndarray, most: int) -> str:
    """An array as TensorFlow prints it: of many rows the first and last ones."""
    if not array.ndim:
        return _element(array[()])
    rows = list(array)
    if most >= 0 and len(rows) > 2 * most:
        rows = [*rows[:most], None, *rows[len(rows) - most :]]
    parts = ["..." if row is None else _shown(np.asarray(row), most) for row in rows]
    if array.ndim == 1:
        return f"[{' '.join(parts)}]"
    between = "\n" * (array.ndim - 1) + " "
    return "[" + between.join(part.replace("\n", "\n ") for part in parts) + "]"


def _element(value) -> str:
    if isinstance(value, bytes):
        return f'"{value.decode("utf-8", "surrogateescape")}"'
    if isinstance(value, (bool, np.bool_)):
        return "1" if value else "0"
    return shortest(value) if isinstance(value, np.floating) else str(value)


define(
    "StringFormat",
    "inputs: **T; template: string = '%s', placeholder: string = '%s', summarize: int = 3 -> output: string",
    shape=lambda op: SCALAR,
    numpy=_formatted,
    differentiable=False,
)


def string_format(
    template: str, inputs, placeholder: str = "{}", summarize: int = 3, name: str | None = None
) -> Tensor:
    """A template in which each placeholder is replaced by what a tensor holds, one after the other.

    inputs: a tensor, or as many as there are placeholders; summarize: how many of the first and last elements
    of each axis are shown, -1 for all.

    Raises:
      ValueError: if there are more or fewer of them.

    >>> import minitf as tf
    >>> with tf.Session() as sess:
    ...     print(sess.run(tf.strings.format("a: {}, b: {}", (tf.constant([1, 2]), tf.constant("x")))))
    b'a: [1 2], b: "x"'
    """
    inputs = list(inputs) if isinstance(inputs, (list, tuple)) else [inputs]
    count = template.count(placeholder)
    if count != len(inputs):
        raise ValueError(f"{count} placeholder(s) in template does not match {len(inputs)} tensor(s) provided as input")
    op = apply_op("StringFormat", inputs, template=template, placeholder=placeholder, summarize=summarize, name=name)
    return op.outputs[0]
