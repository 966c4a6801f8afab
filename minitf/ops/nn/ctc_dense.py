"""Connectionist temporal classification of labels that are given as a dense tensor, and such labels themselves."""

from __future__ import annotations

from minitf.framework import dtypes, op_counts
from minitf.framework.apply import apply
from minitf.framework.convert import convert_to_tensor
from minitf.framework.graph import name_scope
from minitf.framework.sparse import SparseTensor
from minitf.framework.tensor import Tensor
from minitf.ops.array import array
from minitf.ops.array.gather import boolean_mask, gather_nd, scatter_nd, where
from minitf.ops.array.identity import identity_n
from minitf.ops.array.ranges import range as range_
from minitf.ops.array.ranges import sequence_mask
from minitf.ops.array.rearranging import pad
from minitf.ops.array.sets import unique
from minitf.ops.control.counted import map_fn
from minitf.ops.math import math
from minitf.ops.math.cast import cast
from minitf.ops.math.reduce import reduce_max, reduce_sum
from minitf.ops.nn.ctc import ctc_loss
from minitf.ops.nn.nn import log_softmax


def ctc_loss_v2(
    labels,
    logits,
    label_length,
    logit_length,
    logits_time_major: bool = True,
    unique=None,
    blank_index: int | None = None,
    name: str | None = None,
) -> Tensor:
    """-log(probability of the labels) for each item of a batch, [batch]; see `ctc_loss`.

    labels: [batch, most labels] of which `label_length` [batch] count, or an int32 SparseTensor.
    logits: [time, batch, classes], or [batch, time, classes] without logits_time_major; `logit_length` [batch]
    time steps count. blank_index: the class that is the blank, 0 by default (ValueError if it is not given for a
    SparseTensor), counted from the end if negative. unique: what `ctc_unique_labels` gives; nothing depends on it.

    Raises (at run time):
      InvalidArgumentError: for items with more labels than time steps.
    """
    if isinstance(labels, SparseTensor):
        if blank_index is None:
            raise ValueError("blank_index must be given when using SparseTensor labels.")
        return _of_sparse(labels, convert_to_tensor(logits), logit_length, blank_index, logits_time_major)
    with name_scope(name, "ctc_loss_dense", [logits, labels, label_length, logit_length]):
        logits, labels = convert_to_tensor(logits, name="logits"), convert_to_tensor(labels, name="labels")
        label_length = convert_to_tensor(label_length, name="label_length")
        logit_length = convert_to_tensor(logit_length, dtypes.int32, name="logit_length")
        since, known = op_counts.Since(), labels.shape.is_fully_defined() and logits.shape.is_fully_defined()
        logits = logits if logits_time_major else array.transpose(logits, [1, 0, 2])
        blank = _place(blank_index or 0, logits)
        losses = identity_n([_of_dense(labels, logits, label_length, logit_length, blank)])[0]
        since.count_as(op_counts.ctc_of_dense(known, (blank_index or 0) < 0))
        return losses


def _place(blank_index: int, logits: Tensor):
    """The class that is the blank, counted from the front."""
    if blank_index >= 0:
        return blank_index
    classes = logits.shape[2].value
    return blank_index + (array.shape(logits)[2] if classes is None else classes)


def _blank_last(logits: Tensor, blank) -> Tensor:
    parts = [logits[:, :, :blank], logits[:, :, blank + 1 :], logits[:, :, blank : blank + 1]]
    return array.concat(parts, 2)


def _of_sparse(labels: SparseTensor, logits: Tensor, lengths, blank_index: int, time_major: bool) -> Tensor:
    blank = _place(blank_index, logits)
    values = cast(labels.values, dtypes.int32)
    values = where(math.less(values, blank), values, values - 1)
    labels = SparseTensor(labels.indices, values, labels.dense_shape)
    return ctc_loss(labels, _blank_last(logits, blank), lengths, time_major=time_major)


def _of_dense(labels: Tensor, logits: Tensor, label_length: Tensor, logit_length: Tensor, blank) -> Tensor:
    """Items without labels give blanks all the time: CTCLoss takes them with one label, which does not count."""
    labels, logits = cast(labels, dtypes.int32), _blank_last(logits, blank)
    labels = where(math.less(labels, blank), labels, labels - 1)
    empty = math.equal(label_length, 0)
    places = where(sequence_mask(math.maximum(label_length, 1), array.shape(labels)[1]))
    values = math.maximum(gather_nd(labels, places), 0)
    found = ctc_loss(SparseTensor(places, values, array.shape(labels, out_type=dtypes.int64)), logits, logit_length)
    counts = array.transpose(sequence_mask(logit_length, array.shape(logits)[0], logits.dtype))
    blanks = -reduce_sum(log_softmax(logits)[:, :, -1] * counts, 0)
    return apply("Select", empty, blanks, found)


def collapse_repeated(labels, seq_length, name: str | None = None) -> tuple[Tensor, Tensor]:
    """(labels [batch, most], lengths [batch]): each row's labels with repeats merged into one.

    labels: [batch, time], of which `seq_length` [batch] count; behind the new lengths there are zeros.

    >>> import minitf as tf
    >>> [x.tolist() for x in tf.Session().run(collapse_repeated([[1, 1, 2]], [3]))]
    [[[1, 2]], [2]]
    """
    with name_scope(name, "collapse_repeated_labels", [labels, seq_length]):
        labels, length = convert_to_tensor(labels, name="labels"), convert_to_tensor(seq_length, name="seq_length")
        first = array.ones_like(labels[:, :1], dtypes.bool)
        new = array.concat([first, math.not_equal(labels[:, 1:], labels[:, :-1])], 1)
        new = math.logical_and(new, sequence_mask(length, array.shape(labels)[1]))
        lengths = reduce_sum(cast(new, dtypes.int32), 1)
        kept = sequence_mask(lengths, reduce_max(lengths))
        sizes = array.shape(kept)
        places = boolean_mask(range_(array.size(kept)), array.reshape(kept, [-1]))
        values = boolean_mask(array.reshape(labels, [-1]), array.reshape(new, [-1]))
        flat = scatter_nd(array.expand_dims(places, 1), values, array.reshape(array.size(kept), [1]))
        return array.reshape(flat, sizes), cast(lengths, length.dtype)


def ctc_unique_labels(labels, name: str | None = None):
    """[y, idx] for each row of labels [batch, time]: its different labels, with zeros behind them, int64, and for
    each label its place among those, int32.
    """
    with name_scope(name, "ctc_unique_labels", [labels]):
        labels = convert_to_tensor(labels, name="labels")

        def of_row(row):
            values, places = unique(row)
            rest = array.size(places) - array.size(values)
            return [cast(pad(values, [[0, rest]]), dtypes.int64), places]

        return map_fn(of_row, labels, dtype=[dtypes.int64, dtypes.int32])
