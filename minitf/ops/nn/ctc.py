"""Connectionist temporal classification: the loss of unaligned labels, and decoders."""

from __future__ import annotations

import numpy as np

from minitf.framework import dtypes, errors
from minitf.framework.apply import apply, apply_op
from minitf.framework.convert import convert_to_tensor
from minitf.framework.graph import at_home
from minitf.framework.registry import define
from minitf.framework.shape import TensorShape
from minitf.framework.sparse import SparseTensor, SparseTensorValue, as_sparse
from minitf.framework.tensor import Tensor
from minitf.kernels.machine.alloc import empty
from minitf.kernels.math import ctc as kernels
from minitf.ops import patterns
from minitf.ops.array import array
from minitf.ops.array.identity import prevent_gradient
from minitf.ops.sparse.sparse import check_places

_INPUTS = "inputs: T[time, batch, classes]"

# ---- the loss


def _check(op, shape: tuple, places, labels, lengths) -> None:
    """Raises ValueError, with what is wrong first, if lengths or labels do not fit the inputs."""
    steps, batch, classes = shape
    for b, length in enumerate(lengths.tolist()):
        if not 0 <= length <= steps:
            raise ValueError(f"sequence_length[{b}] = {length} is not between 0 and the {steps} time steps")
    if len(places):
        check_places(places, [batch, places[:, 1].max() + 1])
    ahead = np.diff(places, axis=0)
    bad = (ahead[:, 0] < 0) | ((ahead[:, 0] == 0) & (ahead[:, 1] <= 0))
    if bad.any():
        late = places[int(np.argmax(bad)) + 1].tolist()
        raise ValueError(f"the labels are not in order: {late} is out of order or repeated")
    for b in range(batch):
        own = labels[places[:, 0] == b]
        _check_labels(own, classes - 1, b)
        if len(own) > lengths[b] and not op.attrs["ignore_longer_outputs_than_inputs"]:
            raise ValueError(
                f"not enough time for the labels of item {b} (required: {len(own)}, available: "
                f"{lengths[b]}); with ignore_longer_outputs_than_inputs=True such items count nothing"
            )


def _check_labels(labels, blank: int, b: int) -> None:
    if not len(labels):
        raise ValueError(f"labels length is zero: there are none for item {b} of the batch")
    if (labels < 0).any():
        raise ValueError(f"labels are 0 or more: those of item {b} are {labels.tolist()}")
    if (labels[int(np.argmax(labels >= blank)) :] < blank).any() and (labels >= blank).any():
        raise ValueError(
            f"a label below num_classes - 1 = {blank}, the blank, follows one that is not: those of item {b} "
            f"are {labels.tolist()}"
        )


def _loss(b, op, x, places, labels, lengths):
    steps, batch, classes = x.shape
    if not batch:
        raise ValueError("batch_size must not be 0")
    count, dtype = labels.size, x.dtype
    loss, grad = b.new((batch,), dtype), b.new(x.shape, dtype)
    if not x.size:
        raise ValueError(f"ctc_loss needs time steps and classes, not inputs of shape {x.shape}")
    flags, width = [int(op.attrs[name]) for name in _FLAGS], 2 * min(count, steps) + 1
    scratch = [b.new(shape, dtype) for shape in ((steps,), (steps, width), (width,))]
    b.call(
        kernels.ctc_loss[dtype],
        x,
        places,
        labels,
        lengths,
        loss,
        grad,
        b.new((count + 1,), np.int32),
        *scratch,
        steps,
        batch,
        classes,
        count,
        *flags,
        error=lambda at: _fault(op, x.shape, *map(b.data, (places, labels, lengths))),
    )
    return loss, grad


def _fault(op, *arguments) -> str:
    try:
        _check(op, *arguments)
    except ValueError as error:
        return str(error)
    return "the labels do not fit the inputs"


_FLAGS = ("preprocess_collapse_repeated", "ctc_merge_repeated", "ignore_longer_outputs_than_inputs")
_ONCE = "there is no second derivative of ctc_loss"


def _loss_shapes(op):
    steps, batch, classes = op.inputs[0].shape.sizes or (None,) * 3
    batch = batch if batch is not None else (op.inputs[3].shape.sizes or [None])[0]
    return [TensorShape([batch]), TensorShape([steps, batch, classes])]


# On the host: how many labels there are differs from batch to batch, and all that is in a region would be
# lowered anew for each number.
define(
    "CTCLoss",
    f"{_INPUTS}, labels_indices: int64[n, ~2], labels_values: int32[n], sequence_length: int32[batch]; "
    "preprocess_collapse_repeated: bool = False, ctc_merge_repeated: bool = True, "
    "ignore_longer_outputs_than_inputs: bool = False, T: type = float32 -> loss: T, gradient: T",
    T=dtypes.FLOAT - {dtypes.float16},
    shape=_loss_shapes,
    host=_loss,
    grad=lambda op, g, _: (array.expand_dims(g, -1) * prevent_gradient(op.outputs[1], _ONCE), None, None, None),
)


def ctc_loss(
    labels,
    inputs=None,
    sequence_length=None,
    preprocess_collapse_repeated: bool = False,
    ctc_merge_repeated: bool = True,
    ignore_longer_outputs_than_inputs: bool = False,
    time_major: bool = True,
    logits=None,
) -> Tensor:
    """-log(probability of the labels) for each item of a batch, [batch]: the sum over all ways in which the
    classes at each time step give the labels, when repeats are merged and then blanks dropped.

    labels: int32 SparseTensor [batch, most labels], in order. inputs (or logits): [time, batch, classes]
    float32 or float64, [batch, time, classes] without time_major; the last class is the blank.
    sequence_length: [batch] int32, how many time steps count. preprocess_collapse_repeated: merge repeated
    labels first; ctc_merge_repeated: without it, repeated classes are labels of their own;
    ignore_longer_outputs_than_inputs: 0 for items with more labels than time steps, instead of an error.

    An item whose labels cannot come about has loss inf. A. Graves et al., ICML 2006.

    Raises (at run time):
      InvalidArgumentError: for items without labels, or with more than time steps, and labels and lengths
        out of range.

    >>> import minitf as tf
    >>> labels = tf.SparseTensor([[0, 0]], [0], [1, 1])
    >>> with tf.Session() as sess:  # of 4 equal ways 3 give the label: it first, last, or twice
    ...     print(np.exp(-sess.run(tf.nn.ctc_loss(labels, tf.zeros([2, 1, 2]), [2]))).round(6))
    [0.75]
    """
    if not isinstance(labels, (SparseTensor, SparseTensorValue)):
        raise TypeError(f"the labels of ctc_loss (its first argument) have to be a SparseTensor, not {labels!r}")
    inputs = patterns.renamed("inputs", inputs, "logits", logits)
    labels = as_sparse(labels)
    with at_home(labels, inputs):
        inputs = convert_to_tensor(inputs, name="inputs")
    if not time_major:
        inputs = array.transpose(inputs, [1, 0, 2])
    flags = dict(zip(_FLAGS, (preprocess_collapse_repeated, ctc_merge_repeated, ignore_longer_outputs_than_inputs)))
    return apply(
        "CTCLoss",
        inputs,
        labels.indices,
        labels.values,
        sequence_length,
        **{name: bool(flag) for name, flag in flags.items()},
    )[0]


# ---- decoders


def _check_lengths(op, x, lengths) -> None:
    if not x.shape[0] or not x.shape[2]:
        raise ValueError(f"max_time is {x.shape[0]} and there are {x.shape[2]} classes: nothing to decode")
    for b, length in enumerate(lengths.tolist()):
        if length > x.shape[0]:
            raise errors.FailedPreconditionError(
                None, op, f"sequence_length[{b}] = {length} is more than the {x.shape[0]} time steps"
            )


def _as_sparse(rows: list) -> tuple:
    """Rows of labels as the parts of a sparse tensor."""
    sizes = [len(row) for row in rows]
    places = np.array([[b, i] for b, size in enumerate(sizes) for i in range(size)], np.int64).reshape(-1, 2)
    values = np.concatenate([np.zeros(0, np.int64), *rows])
    return places, values, np.array([len(rows), max(sizes, default=0)], np.int64)


def _greedy(op, x, lengths):
    _check_lengths(op, x, lengths)
    best = x.argmax(axis=2)
    scores = -np.take_along_axis(x, best[..., None], 2)[..., 0]
    rows, total = [], np.zeros((x.shape[1], 1), x.dtype)
    for b, length in enumerate(lengths):
        path = best[: max(length, 0), b]
        total[b] = scores[: max(length, 0), b].sum()
        new = np.diff(path, prepend=-1) != 0 if op.attrs["merge_repeated"] else np.ones(len(path), bool)
        rows.append(path[new & (path != x.shape[2] - 1)].astype(np.int64))
    return *_as_sparse(rows), total


def _beam_search(op, x, lengths):
    _check_lengths(op, x, lengths)
    (steps, batch, classes), dtype = x.shape, x.dtype
    width, paths = op.attrs["beam_width"], op.attrs["top_paths"]
    if paths > width:
        raise ValueError(f"top_paths = {paths} is more than the beam_width, {width}")
    width = _most_paths(steps, classes - 1, width)
    nodes = 1 + steps * width
    labels, sizes = np.zeros((batch, paths, steps), np.int64), np.zeros((batch, paths), np.int64)
    scores = np.zeros((batch, paths), dtype)
    reals = [empty((n,), dtype) for n in (steps, 3 * nodes, 2 * nodes, width)]
    whole = [empty((n,), np.int32) for n in (4 * nodes, width, 3 * width, width, classes)]
    status = kernels.beam_search[dtype].run(
        np.ascontiguousarray(x),
        np.ascontiguousarray(lengths),
        labels,
        sizes,
        scores,
        reals[0],
        whole[0],
        reals[1],
        reals[2],
        whole[1],
        whole[2],
        whole[3],
        reals[3],
        whole[4],
        steps,
        batch,
        classes,
        width,
        paths,
        int(op.attrs["merge_repeated"]),
    )
    if status:
        raise ValueError(f"there are fewer than {paths} paths for item {status - 1}: less leaves than requested")
    found = [_as_sparse([labels[b, i, : sizes[b, i]] for b in range(batch)]) for i in range(paths)]
    return [*[part for parts in zip(*found) for part in parts], scores]


def _most_paths(steps: int, labels: int, width: int) -> int:
    """How many paths there are of so many labels and steps at most, or `width`, if that is less."""
    found, longest = 1, 1
    for _ in range(steps):
        if found >= width or not labels:
            break
        longest *= labels
        found += longest
    return max(min(found, width), 1)


def _decoded_shapes(op):
    paths = op.attrs.get("top_paths", 1)
    batch = (op.inputs[0].shape.sizes or (None,) * 3)[1]
    batch = batch if batch is not None else (op.inputs[1].shape.sizes or [None])[0]
    parts = [TensorShape([None, 2]), TensorShape([None]), TensorShape([2])]
    return [*[shape for shape in parts for _ in range(paths)], TensorShape([batch, paths])]


define(
    "CTCGreedyDecoder",
    f"{_INPUTS}, sequence_length: int32[batch]; merge_repeated: bool = False, T: type = float32, "
    "blank_index: later[fixed[int]] = -1 -> "
    "decoded_indices: int64, decoded_values: int64, decoded_shape: int64, log_probability: T",
    T=dtypes.FLOAT - {dtypes.float16},
    shape=_decoded_shapes,
    numpy=_greedy,
    differentiable=False,
)
define(
    "CTCBeamSearchDecoder",
    f"{_INPUTS}, sequence_length: int32[batch]; beam_width: int, merge_repeated: bool = True, T: type = float32 -> "
    "decoded_indices: top_paths*int64, decoded_values: top_paths*int64, decoded_shape: top_paths*int64, "
    "log_probability: T",
    T=dtypes.FLOAT - {dtypes.float16},
    shape=_decoded_shapes,
    numpy=_beam_search,
    differentiable=False,
)


def ctc_greedy_decoder(inputs, sequence_length, merge_repeated: bool = True) -> tuple:
    """(decoded, neg_sum_logits): a list of one int64 SparseTensor [batch, most labels], the labels of the
    path of the largest logits, and the negative sum of these, [batch, 1].

    inputs: [time, batch, classes] floats, the last class is the blank; sequence_length: [batch] int32.
    merge_repeated: repeated classes are one label.

    Raises (at run time):
      FailedPreconditionError: for a sequence_length beyond the time steps.
    """
    *parts, total = apply("CTCGreedyDecoder", inputs, sequence_length, merge_repeated=merge_repeated)
    return [SparseTensor(*parts)], total


def ctc_beam_search_decoder(
    inputs, sequence_length, beam_width: int = 100, top_paths: int = 1, merge_repeated: bool = True
) -> tuple:
    """(decoded, log_probability): a list of `top_paths` int64 SparseTensors [batch, most labels], the most probable
    labels first, as far as `beam_width` beams show, and the logs of their probabilities, [batch, top_paths].

    inputs: [time, batch, classes] logits, the last class is the blank; sequence_length: [batch] int32.
    merge_repeated: repeated labels, which blanks have kept apart, are merged all the same.

    Raises (at run time):
      InvalidArgumentError: if there are fewer paths than top_paths.
      FailedPreconditionError: for a sequence_length beyond the time steps.
    """
    if beam_width < 1 or top_paths < 1:
        raise ValueError(f"beam_width and top_paths are 1 at least, not {beam_width} and {top_paths}")
    op = apply_op(
        "CTCBeamSearchDecoder",
        inputs,
        sequence_length,
        beam_width=int(beam_width),
        merge_repeated=merge_repeated,
        top_paths=int(top_paths),
    )
    parts = [op.outputs[i:-1:top_paths] for i in range(top_paths)]
    return [SparseTensor(*part) for part in parts], op.outputs[-1]


def ctc_beam_search_decoder_v2(inputs, sequence_length, beam_width: int = 100, top_paths: int = 1) -> tuple:
    """`ctc_beam_search_decoder` without merge_repeated."""
    return ctc_beam_search_decoder(inputs, sequence_length, beam_width, top_paths, merge_repeated=False)
