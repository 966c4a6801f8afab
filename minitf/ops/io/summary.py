"""Summaries: ops that describe values for TensorBoard; each gives a serialized `tf.Summary`."""

from __future__ import annotations

import contextlib
import operator
import re

import numpy as np

from minitf.framework import dtypes, protos
from minitf.framework.apply import apply
from minitf.framework.collections import GraphKeys
from minitf.framework.convert import convert_to_tensor
from minitf.framework.graph import add_to_collections, get_collection, name_scope
from minitf.framework.registry import define
from minitf.framework.shape import SCALAR
from minitf.framework.tensor import Tensor
from minitf.ops.io import summary_values

# ---- ops


def _define(type: str, inputs: str, encode, **types) -> None:
    """An op that gives what `encode(op, *arrays)` makes of its inputs."""

    def host(b, op, *values):
        summary = np.empty((), object)
        summary[()] = encode(op, *[b.data(v) for v in values])
        return b.constant(summary)

    define(type, f"{inputs} -> summary: string", shape=lambda op: SCALAR, host=host, differentiable=False, **types)


def _text(tag: np.ndarray) -> str:
    return tag[()].decode()


def _parts(op, *values) -> bytes:
    return summary_values.merged([part for value in values for part in value.flat])


def _audio(op, tag, clips, rate) -> bytes:
    return summary_values.audio(_text(tag), clips, rate, op.attrs["max_outputs"])


def _tensor(op, tag, value, metadata) -> bytes:
    return summary_values.tensor(_text(tag), value, op.attrs["T"].as_datatype_enum, metadata[()])


_define(
    "ScalarSummary", "tags: string, values: T", lambda op, tag, v: summary_values.scalar(_text(tag), v), T=dtypes.REAL
)
_define(
    "HistogramSummary",
    "tag: string, values: T; T: type = float32",
    lambda op, tag, v: summary_values.histogram(_text(tag), v),
    T=dtypes.REAL,
)
_define(
    "ImageSummary",
    "tag: string, tensor: T; max_images: int = 3, T: type = float32, bad_color: tensor = None",
    lambda op, tag, batch: summary_values.images(_text(tag), batch, op.attrs["max_images"]),
    T=dtypes.FLOAT | {dtypes.uint8},
)
_define("AudioSummaryV2", "tag: string, tensor: float32, sample_rate: float32; max_outputs: int = 3", _audio)
_define("TensorSummaryV2", "tag: string, tensor: T, serialized_summary_metadata: string", _tensor)
_define("MergeSummary", "inputs: *string", _parts)

# ---- names


@contextlib.contextmanager
def _scope(name, family):
    """The name scope of a summary, and its tag; what a name cannot have in it becomes `_`."""
    protos.message("Summary")
    family, name = None if family is None else _clean("family", family), _clean("name", name)
    with name_scope(name if family is None else f"{family}/{name}") as scope:
        tag = scope.rstrip("/")
        yield scope, tag if family is None else f"{family}/{tag}"


def _clean(what: str, name) -> str:
    if not isinstance(name, str):
        kind = ValueError if name is None else TypeError
        raise kind(f"the {what} of a summary is a string, not {name!r}")
    cleaned = re.sub(r"[^-/\w.]", "_", name).lstrip("/")
    if what == "name" and not cleaned.strip("/"):
        raise ValueError(f"{name!r} is not a name for a summary")
    return cleaned


def _floats_by_default(tag: str, value, name: str) -> tuple[Tensor, Tensor]:
    """The inputs of an op for which what is no tensor yet becomes float32, bytes and integers too."""
    tag = convert_to_tensor(tag, name="tag")
    return tag, convert_to_tensor(value, preferred_dtype=dtypes.float32, name=name)


def _collect(summary: Tensor, collections) -> Tensor:
    add_to_collections([GraphKeys.SUMMARIES] if collections is None else collections, summary)
    return summary


def _count(max_outputs) -> int:
    try:
        count = operator.index(max_outputs)
    except TypeError:
        raise TypeError(f"max_outputs is an integer, not {max_outputs!r}") from None
    if count < 1:
        raise ValueError(f"max_outputs is 1 at least, not {count}")
    return count


# ---- functions


def scalar(name, tensor, collections=None, family: str | None = None) -> Tensor:
    """A summary of one real number.

    The tag under which TensorBoard shows it is the name of the op, `name` within the name scopes around, and
    with `family` (a heading of TensorBoard's) `family/scopes/family/name`; what a name cannot have in it
    becomes `_`. The summary is added to `collections` (those that `tf.summary.merge_all` merges).

    Raises:
      TypeError: if `tensor` is not of a real type.
      InvalidArgumentError: at run time, if it is not a scalar.
      ImportError: if the package tensorboard is not installed.

    >>> import minitf as tf
    >>> with tf.name_scope("loss"):
    ...     summary = tf.summary.scalar("mse", 0.5)
    >>> with tf.Session() as sess:
    ...     print(tf.Summary.FromString(sess.run(summary)))
    value {
      tag: "loss/mse"
      simple_value: 0.5
    }
    """
    with _scope(name, family) as (scope, tag):
        return _collect(apply("ScalarSummary", tag, tensor, name=scope), collections)


def histogram(name, values, collections=None, family: str | None = None) -> Tensor:
    """A summary of how the elements of `values` (of any shape and real type) are distributed.

    name, collections, family: as for `scalar`.

    Raises:
      TypeError: if `values` are not of a real type.
      InvalidArgumentError: at run time, if there is a NaN or an infinity among them.
    """
    with _scope(name, family) as (scope, tag):
        inputs = _floats_by_default(tag, values, "values")
        return _collect(apply("HistogramSummary", *inputs, name=scope), collections)


def image(name, tensor, max_outputs=3, collections=None, family: str | None = None) -> Tensor:
    """A summary of the first `max_outputs` images of `tensor` [batch, height, width, channels].

    One channel is grey, three are colours, four colours and opacity. Bytes (uint8 tensors) are shown as they
    are. Floats, and arrays of any type, are scaled, for each image: its greatest value is 255, or where there
    are negative ones, 0 is in the middle; pixels that are not finite are red (grey ones white). Tags end
    with `/image/0`, `/image/1` and so on, or with `/image` if there is at most one.

    name, collections, family: as for `scalar`.

    Raises:
      TypeError: if `tensor` is neither uint8 nor floats.
      ValueError: if `max_outputs` is less than 1.
      InvalidArgumentError: at run time, for other shapes.
    """
    with _scope(name, family) as (scope, tag):
        inputs = _floats_by_default(tag, tensor, "tensor")
        summary = apply("ImageSummary", *inputs, max_images=_count(max_outputs), name=scope)
        return _collect(summary, collections)


def audio(name, tensor, sample_rate, max_outputs=3, collections=None, family: str | None = None) -> Tensor:
    """A summary of the first `max_outputs` clips of `tensor`, [batch, frames] or [batch, frames, channels].

    tensor: float32 between -1 and 1; sample_rate: frames per second, a number or scalar tensor. Tags end with
    `/audio/0`, `/audio/1` and so on, or with `/audio` if there is at most one. name, collections, family: as
    for `scalar`.

    Raises:
      TypeError: if `tensor` is not float32.
      ValueError: if `max_outputs` is less than 1.
      InvalidArgumentError: at run time, for other shapes or a sample rate that is not positive.
    """
    with _scope(name, family) as (scope, tag):
        rate = convert_to_tensor(sample_rate, dtype=dtypes.float32, name="sample_rate")
        summary = apply("AudioSummaryV2", tag, tensor, rate, max_outputs=_count(max_outputs), name=scope)
        return _collect(summary, collections)


def tensor_summary(
    name,
    tensor,
    summary_description=None,
    collections=None,
    summary_metadata=None,
    family: str | None = None,
    display_name=None,
) -> Tensor:
    """A summary that holds the whole of `tensor`, of any type and shape, for a plugin of TensorBoard.

    summary_metadata: a `tf.SummaryMetadata` that says which plugin; summary_description and display_name are
    written into a copy of it. name, collections, family: as for `scalar`.
    """
    with _scope(name, family) as (scope, tag):
        metadata = protos.message("SummaryMetadata")()
        if summary_metadata is not None:
            metadata.CopyFrom(summary_metadata)
        if summary_description is not None:
            metadata.summary_description = summary_description
        if display_name is not None:
            metadata.display_name = display_name
        summary = apply("TensorSummaryV2", tag, tensor, metadata.SerializeToString(), name=scope)
        return _collect(summary, collections)


def text(name, tensor, collections=None) -> Tensor:
    """A summary of texts: `tensor` holds strings, which TensorBoard shows as Markdown, two dimensions as a table.

    name, collections: as for `scalar`.

    Raises:
      ValueError: if `tensor` does not hold strings.
    """
    tensor = convert_to_tensor(tensor)
    if tensor.dtype.base_dtype is not dtypes.string:
        raise ValueError(f"tf.summary.text takes strings; {tensor.name} is {tensor.dtype.name}")
    metadata = protos.message("SummaryMetadata")(plugin_data={"plugin_name": "text"})
    return tensor_summary(name, tensor, collections=collections, summary_metadata=metadata)


def merge(inputs, collections=None, name=None) -> Tensor:
    """One summary with the values of all `inputs`, a list of summaries.

    collections: none by default.

    Raises:
      TypeError: if `inputs` is not a list or holds other things than strings.
      ValueError: if it is empty.
      InvalidArgumentError: at run time, if a tag occurs twice or an input is not a summary.
    """
    protos.message("Summary")
    if isinstance(inputs, (list, tuple)) and not inputs:
        raise ValueError("tf.summary.merge needs one summary at least; the list is empty")
    with name_scope(name, "Merge", [inputs]):
        summary = apply("MergeSummary", inputs, name=name or "MergeSummary")
    return _collect(summary, [] if collections is None else collections)


def merge_all(key=GraphKeys.SUMMARIES, scope=None, name=None) -> Tensor | None:
    """One summary with the values of all summaries in the collection `key`; None if there are none.

    scope: only those whose names begin with it (a regex).
    """
    found = get_collection(key, scope)
    return merge(found, name=name) if found else None
