"""Joining strings, element by element or by segments."""

from __future__ import annotations

import itertools
from math import prod

import numpy as np

from minitf.framework import dtypes
from minitf.framework.apply import apply
from minitf.framework.registry import define
from minitf.framework.shape import UNKNOWN, TensorShape
from minitf.framework.static import constant_value
from minitf.framework.tensor import Tensor


def _shape(op):
    shapes = [x.shape for x in op.inputs if x.shape.rank != 0]
    merged = UNKNOWN if shapes else TensorShape([])
    for shape in shapes:
        merged = merged.merge_with(shape)
    return merged


def _joined(op, *arrays):
    shapes = list(dict.fromkeys(a.shape for a in arrays if a.ndim))
    if len(shapes) > 1:
        raise ValueError(f"Input shapes do not match: {list(shapes[0])} vs. {list(shapes[1])}")
    separator = op.attrs["separator"].encode()
    shape = shapes[0] if shapes else ()
    parts = [a.ravel().tolist() if a.ndim else itertools.repeat(a.item(), prod(shape)) for a in arrays]
    return np.fromiter(map(separator.join, zip(*parts)), object, prod(shape)).reshape(shape)


define(
    "StringJoin",
    "inputs: *string; separator: string = '' -> output: string",
    shape=_shape,
    numpy=_joined,
    differentiable=False,
)


def string_join(inputs, separator: str = "", name: str | None = None) -> Tensor:
    """Strings joined element by element, with `separator` in between; scalars go with any shape.

    Raises:
      TypeError: for what is no list.
      ValueError: for an empty list, or shapes that are neither equal nor [].
      InvalidArgumentError: at a run, for such shapes.

    >>> import minitf as tf
    >>> with tf.Session() as sess:
    ...     print(sess.run(string_join([["a", "b"], "c"], separator="-")))
    [b'a-c' b'b-c']
    """
    if isinstance(inputs, (list, tuple)) and not inputs:
        raise ValueError("string_join takes a list of at least one tensor, not an empty one")
    return apply("StringJoin", inputs, separator=separator, name=name)


def _segments_shape(op):
    strings, ids, count = op.inputs
    if strings.shape.rank is None or ids.shape.rank is None:
        return UNKNOWN
    strings.shape[: ids.shape.rank].assert_is_compatible_with(ids.shape)
    known = constant_value(count)
    if known is not None and known < 0:
        raise ValueError(f"num_segments must be non-negative, not {known}")
    return TensorShape([None if known is None else int(known)]).concatenate(strings.shape[ids.shape.rank :])


def _joined_segments(op, strings, ids, count):
    if strings.shape[: ids.ndim] != ids.shape:
        raise ValueError(f"segment ids of shape {ids.shape} do not fit strings of shape {strings.shape}")
    if ids.size and not 0 <= ids.min() <= ids.max() < count:
        raise ValueError("segment_ids are not allowed to exceed num_segments or to have negative values.")
    rest, separator = strings.shape[ids.ndim :], op.attrs["separator"].encode()
    rows, parts = strings.reshape(ids.size, -1), {}
    for row, segment in zip(rows, ids.reshape(-1).tolist()):
        for column, text in enumerate(row):
            parts.setdefault((segment, column), []).append(text)
    out = np.full((int(count), rows.shape[1] if ids.size else int(np.prod(rest))), b"", object)
    for place, texts in parts.items():
        first = next((i for i, text in enumerate(texts) if text), len(texts))
        out[place] = separator.join(texts[first:])  # TensorFlow puts nothing behind what is empty so far
    return out.reshape(int(count), *rest)


define(
    "UnsortedSegmentJoin",
    "inputs: string, segment_ids: Tindices, num_segments: Tnumsegments[]; separator: string = '', "
    "Tnumsegments: type = int32 -> output: string",
    Tindices=dtypes.INDEX,
    Tnumsegments=dtypes.INDEX,
    shape=_segments_shape,
    numpy=_joined_segments,
    differentiable=False,
)


def unsorted_segment_join(inputs, segment_ids, num_segments, separator: str = "", name: str | None = None) -> Tensor:
    """The strings of each segment joined, with `separator` in between: [num_segments, ...].

    segment_ids: of the first axes of `inputs`; InvalidArgumentError if one is not below num_segments.

    >>> import minitf as tf
    >>> tf.Session().run(unsorted_segment_join(["a", "b", "c"], [1, 0, 1], 2, "-")).tolist()
    [b'b', b'a-c']
    """
    return apply("UnsortedSegmentJoin", inputs, segment_ids, num_segments, separator=separator, name=name)
