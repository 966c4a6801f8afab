"""Summaries of layers: of tensors, of all that are in a collection."""

from __future__ import annotations

import functools
import re
from collections.abc import Callable

import minitf as tf


def _scalar(tensor, tag: str | None = None) -> tf.Tensor:
    tensor.shape.with_rank(0)
    return tf.summary.scalar(tag or f"{tensor.op.name}_summary", tensor)


def _histogram(tensor, tag: str | None = None) -> tf.Tensor:
    return tf.summary.histogram(tag or f"{tensor.op.name}_summary", tensor)


def _share(where) -> tf.Tensor:
    return tf.reduce_mean(tf.cast(where, tf.float32))


def summarize_activation(op) -> tf.Tensor:
    """A histogram of a layer's output; of relu, relu6 and softplus also the share that they hold at their bounds."""
    inputs = op.op.inputs
    if op.op.type in ("Relu", "Softplus", "Relu6"):
        _scalar(_share(tf.less(inputs[0], tf.cast(0.0, inputs[0].dtype))), f"{op.op.name}/zeros")
    if op.op.type == "Relu6":
        _scalar(_share(tf.greater(inputs[0], tf.cast(6.0, inputs[0].dtype))), f"{op.op.name}/sixes")
    return _histogram(op, f"{op.op.name}/activation")


def summarize_tensor(tensor, tag: str | None = None):
    """The summary of a scalar, or the histogram of a tensor; None for strings and bools."""
    if tensor.dtype.base_dtype in (tf.string, tf.bool):
        return None
    return _scalar(tensor, tag) if tensor.get_shape().rank == 0 else _histogram(tensor, tag)


def summarize_tensors(tensors, summarizer: Callable = summarize_tensor) -> list:
    """`summarizer` of each tensor."""
    return [summarizer(tensor) for tensor in tensors]


def summarize_collection(collection, name_filter: str | None = None, summarizer: Callable = summarize_tensor) -> list:
    """`summarizer` of each tensor in a collection whose op's name matches a regular expression."""
    found = tf.get_collection(collection)
    return summarize_tensors([t for t in found if name_filter is None or re.match(name_filter, t.op.name)], summarizer)


summarize_variables = functools.partial(summarize_collection, tf.GraphKeys.GLOBAL_VARIABLES)
summarize_weights = functools.partial(summarize_collection, tf.GraphKeys.WEIGHTS)
summarize_biases = functools.partial(summarize_collection, tf.GraphKeys.BIASES)


def summarize_activations(name_filter: str | None = None, summarizer: Callable = summarize_activation) -> list:
    """`summarizer` of each layer's output whose name matches a regular expression."""
    return summarize_collection(tf.GraphKeys.ACTIVATIONS, name_filter, summarizer)
