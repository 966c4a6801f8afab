"""Losses over lists of steps: `softmax_loss_function` was called without names before TensorFlow 1.1."""

from __future__ import annotations

import functools
import inspect
import re

import minitf as tf
from minitf.as_tensorflow.zero.notes import note

_LABELS = re.compile("label|target|true", re.IGNORECASE)


def _with_names(loss):
    """A loss of one step that is called as (labels=, logits=), whatever its arguments are called."""
    try:
        parameters = inspect.signature(loss).parameters.values()
    except (TypeError, ValueError):
        return loss
    names = [p.name for p in parameters if p.kind is p.POSITIONAL_OR_KEYWORD]
    if {"labels", "logits"} <= set(names) or any(p.kind is p.VAR_KEYWORD for p in parameters) or len(names) < 2:
        return loss
    note(f"softmax_loss_function({', '.join(names[:2])})")
    if _LABELS.search(names[1]) and not _LABELS.search(names[0]):  # as before 1.0
        return lambda labels, logits: loss(logits, labels)
    return lambda labels, logits: loss(labels, logits)


def _of_any_time(function):
    """The function, whose loss of one step may have other argument names than labels and logits."""

    @functools.wraps(function)
    def called(*args, **kwargs):
        given = inspect.signature(function).bind(*args, **kwargs)
        loss = given.arguments.get("softmax_loss_function")
        if loss is not None:
            given.arguments["softmax_loss_function"] = _with_names(loss)
        return function(*given.args, **given.kwargs)

    return called


sequence_loss_by_example = _of_any_time(tf.contrib.legacy_seq2seq.sequence_loss_by_example)
sequence_loss = _of_any_time(tf.contrib.legacy_seq2seq.sequence_loss)
model_with_buckets = _of_any_time(tf.contrib.legacy_seq2seq.model_with_buckets)
