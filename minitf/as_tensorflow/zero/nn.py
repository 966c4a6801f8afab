"""Losses whose arguments needed no names, or stood in another order, before TensorFlow 1.0."""

from __future__ import annotations

import functools

import minitf as tf
from minitf.as_tensorflow.zero.notes import note


def _positional(function):
    """The function, also called as (logits, labels): 1.x refuses arguments without names."""

    @functools.wraps(function)
    def called(*args, **kwargs):
        if "targets" in kwargs:
            kwargs["labels"] = kwargs.pop("targets")
        if not args or args[0] is None:
            return function(*args, **kwargs)
        note(f"tf.nn.{function.__name__}(logits, labels)")
        names = ("logits", "labels", *_REST.get(function.__name__, ("name",)))
        if len(args) > len(names):
            raise TypeError(f"{function.__name__} takes {len(names)} arguments, {len(args)} were given")
        return function(**dict(zip(names, args)), **kwargs)

    return called


_REST = {"softmax_cross_entropy_with_logits": ("dim", "name")}

softmax_cross_entropy_with_logits = _positional(tf.nn.softmax_cross_entropy_with_logits)
sparse_softmax_cross_entropy_with_logits = _positional(tf.nn.sparse_softmax_cross_entropy_with_logits)
sigmoid_cross_entropy_with_logits = _positional(tf.nn.sigmoid_cross_entropy_with_logits)


@functools.wraps(tf.nn.ctc_loss)
def ctc_loss(labels, inputs=None, *args, **kwargs):
    """`tf.nn.ctc_loss`, also called as (inputs, labels, sequence_length): 1.0 has turned these round."""
    if isinstance(inputs, (tf.SparseTensor, tf.SparseTensorValue)):
        note("tf.nn.ctc_loss(inputs, labels)")
        labels, inputs = inputs, labels
    return tf.nn.ctc_loss(labels, inputs, *args, **kwargs)
