"""Cross entropies of logits: softmax (dense and sparse labels), sigmoid, weighted, and the Poisson loss."""

from __future__ import annotations

import math as python_math

import numpy as np

from minitf.framework import dtypes, op_counts
from minitf.framework.apply import apply
from minitf.framework.convert import convert_to_tensor
from minitf.framework.graph import get_default_graph, name_scope
from minitf.framework.registry import define
from minitf.framework.shape import UNKNOWN, TensorShape, broadcast_static_shape
from minitf.framework.tensor import Tensor, shaped
from minitf.kernels.compile import layout
from minitf.kernels.math import movement
from minitf.kernels.math import nn as kernels
from minitf.ops import patterns
from minitf.ops.array import array, gather, identity
from minitf.ops.math import math, reduce
from minitf.ops.nn import activations, nn

# ---- the ops: loss per row, and the gradient for the logits as a second output


def _rows(logits: np.ndarray):
    """(x - log(sum(exp(x))), softmax(x)) along the last axis."""
    z = logits - logits.max(axis=-1, keepdims=True, initial=-np.inf)
    e = np.exp(z)
    total = e.sum(axis=-1, keepdims=True)
    return z - np.log(total), e / total


def _softmax_xent_shape(op):
    shape = broadcast_static_shape(op.inputs[0].shape, op.inputs[1].shape).with_rank_at_least(1)
    return [shape[:-1], shape]


def _softmax_xent(op, logits, labels):
    logits, labels = np.broadcast_arrays(logits, labels)
    log_softmax, softmax = _rows(logits)
    return -(labels * log_softmax).sum(axis=-1), softmax - labels


def _repeated(b, x, shape: tuple):
    """`x` broadcast to a shape."""
    if x.shape == shape:
        return x
    out = b.new(shape, x.dtype)
    nest = layout.nest(shape, layout.broadcast_strides(x.shape, shape))
    b.call(movement.strided_copy[layout.carrier(x.dtype)], x, out, 0, *nest)
    return out


def _softmax_xent_kernel(b, op, logits, labels):
    shape = layout.broadcast_shape(logits.shape, labels.shape)
    rows, width = nn.rows_of(shape)
    loss, backprop = b.new(shape[:-1], logits.dtype), b.new(shape, logits.dtype)
    b.call(
        kernels.softmax_xent[logits.dtype],
        _repeated(b, logits, shape),
        _repeated(b, labels, shape),
        loss,
        backprop,
        rows,
        width,
    )
    return loss, backprop


def _times_rows(rows: Tensor, matrix: Tensor) -> Tensor:
    return array.expand_dims(rows, -1) * matrix


def _through_softmax(op, g: Tensor) -> Tensor:
    """What `g`, the gradient for softmax(logits), means for the logits."""
    y = nn.softmax(op.inputs[0])
    return (g - reduce.reduce_sum(g * y, -1, keepdims=True)) * y


def _reshaped(grad: Tensor, like: Tensor, op) -> Tensor:
    """The gradient of an input, with the name that it has in TensorFlow, which makes a matrix of it before the op."""
    if like.op.type == "Reshape" and like.op.name.startswith(op.name):
        return grad
    around = get_default_graph().get_name_scope().removesuffix("_grad")
    whole = around.rpartition("/")[0] if op.type.startswith("Sparse") else around
    with name_scope(f"{whole}/{'Reshape_grad' if like is op.inputs[0] else 'Reshape_1_grad'}/"):
        return array.sum_to_shape(grad, like)


def _softmax_xent_grad(op, g, g_of_grad):
    for_logits = for_labels = None
    if g is not None:
        for_logits, for_labels = _times_rows(g, op.outputs[1]), _times_rows(g, -nn.log_softmax(op.inputs[0]))
    if g_of_grad is not None:
        through = _through_softmax(op, g_of_grad)
        for_logits = through if g is None else for_logits + through
        for_labels = -g_of_grad if g is None else for_labels - g_of_grad
    return _reshaped(for_logits, op.inputs[0], op), _reshaped(for_labels, op.inputs[1], op)


def _sparse_xent_shape(op):
    logits, labels = op.inputs[0].shape.with_rank_at_least(1), op.inputs[1].shape
    if logits.sizes is not None:
        labels = labels.merge_with(logits[:-1])
        logits = labels.concatenate(logits[-1:])
    return [labels, logits]


def _label_error(label, classes: int) -> str:
    return f"label {label} is not a class: the logits have {classes} classes, so labels are 0 to {classes - 1}"


def _check_labels(logits, labels) -> None:
    if not logits.shape or labels.shape != logits.shape[:-1]:
        raise ValueError(f"labels must have shape {logits.shape[:-1]}, that of the logits' rows, not {labels.shape}")


def _sparse_xent_kernel(b, op, logits, labels):
    _check_labels(logits, labels)
    rows, width = nn.rows_of(logits.shape)
    loss, backprop = b.new(labels.shape, logits.dtype), b.new(logits.shape, logits.dtype)
    b.call(
        kernels.sparse_softmax_xent[logits.dtype, labels.dtype],
        logits,
        labels,
        loss,
        backprop,
        rows,
        width,
        error=lambda place: _label_error(b.data(labels).reshape(-1)[place], width),
    )
    return loss, backprop


def _sparse_xent(op, logits, labels):
    _check_labels(logits, labels)
    classes = logits.shape[-1]
    bad = labels[(labels < 0) | (labels >= classes)]
    if bad.size:
        raise ValueError(_label_error(bad[0], classes))
    log_softmax, softmax = _rows(logits)
    places = labels[..., None]
    np.put_along_axis(softmax, places, np.take_along_axis(softmax, places, -1) - 1, -1)
    return -np.take_along_axis(log_softmax, places, -1)[..., 0], softmax


def _sparse_xent_grad(op, g, g_of_grad):
    parts = [] if g is None else [_times_rows(g, op.outputs[1])]
    parts += [] if g_of_grad is None else [_through_softmax(op, g_of_grad)]
    for_logits = parts[0] if len(parts) == 1 else parts[0] + parts[1]
    return for_logits if op.inputs[0].shape.rank == 2 else _reshaped(for_logits, op.inputs[0], op), None


define(
    "SoftmaxCrossEntropyWithLogits",
    "features: T, labels: T -> loss: T, backprop: T",
    T=dtypes.FLOAT,
    shape=_softmax_xent_shape,
    numpy=_softmax_xent,
    kernel=_softmax_xent_kernel,
    grad=_softmax_xent_grad,
)
define(
    "SparseSoftmaxCrossEntropyWithLogits",
    "features: T, labels: Tlabels; Tlabels: type = int64 -> loss: T, backprop: T",
    T=dtypes.FLOAT,
    Tlabels=dtypes.INDEX,
    shape=_sparse_xent_shape,
    numpy=_sparse_xent,
    kernel=_sparse_xent_kernel,
    grad=_sparse_xent_grad,
)

# ---- public functions


def _named_only(name: str, sentinel, labels, logits) -> None:
    """TensorFlow changed the order of these arguments once, so they have to be named."""
    if sentinel is not None:
        raise ValueError(f"call {name} with named arguments: {name}(labels=..., logits=...)")
    if labels is None or logits is None:
        missing = " and ".join(n for n, v in (("labels", labels), ("logits", logits)) if v is None)
        raise ValueError(f"{name} needs both labels and logits; {missing} is missing")


def softmax_cross_entropy_with_logits_v2(
    labels, logits, axis: int | None = None, name: str | None = None, dim: int | None = None
) -> Tensor:
    """-sum(labels * log_softmax(logits)) along `axis` (default the last), with gradients for both arguments.

    labels: probabilities; logits: of the same shape and type. The result has the shape without `axis`.
    float16 is computed in float32.
    """
    axis = patterns.renamed("axis", axis, "dim", dim)
    return _softmax_cross_entropy(labels, logits, -1 if axis is None else axis, name, stop=False)


def softmax_cross_entropy_with_logits(
    _sentinel=None, labels=None, logits=None, dim: int = -1, name: str | None = None, axis: int | None = None
) -> Tensor:
    """Like `softmax_cross_entropy_with_logits_v2`, but `labels` count as constants for gradients.

    >>> import minitf as tf
    >>> loss = tf.nn.softmax_cross_entropy_with_logits(labels=[[0.0, 1.0]], logits=[[1.0, 1.0]])
    >>> with tf.Session() as sess:
    ...     print(sess.run(loss))
    [0.6931472]
    """
    _named_only("softmax_cross_entropy_with_logits", _sentinel, labels, logits)
    return _softmax_cross_entropy(labels, logits, dim if axis is None else axis, name, stop=True)


def _softmax_cross_entropy(labels, logits, axis: int, name, stop: bool) -> Tensor:
    with name_scope(name, "softmax_cross_entropy_with_logits" + "_sg" * stop) as scope:
        if stop:
            labels = identity.stop_gradient(convert_to_tensor(labels, name="labels"), name="labels_stop_gradient")
        logits = convert_to_tensor(logits, name="logits")
        half = logits.dtype.base_dtype is dtypes.float16
        x = math.cast(logits, dtypes.float32) if half else logits
        labels = math.cast(convert_to_tensor(labels, name="labels"), x.dtype.base_dtype)
        if axis != -1 and axis != (x.shape.rank or 0) - 1:
            x, labels = nn.swap_with_last(x, axis), nn.swap_with_last(labels, axis)
        loss, _ = apply("SoftmaxCrossEntropyWithLogits", x, labels, name=scope)
        op_counts.skip(op_counts.CROSS_ENTROPY)
        rows = [None if t.shape.rank is None else t.shape[:-1].num_elements() for t in (x, labels)]
        if None not in (rows[0], loss.shape.num_elements()) and rows[0] != loss.shape.num_elements():
            raise ValueError(f"labels of shape {labels.shape} have other rows than logits of shape {x.shape}")
        loss = array.reshape(loss, array.shape(loss), name="Reshape_2")  # TensorFlow flattens, and names this
        shaped(loss, _as_reshaped(x.shape, rows[0] or (rows[1] if rows[1] != 1 else None)))
        return math.cast(loss, dtypes.float16) if half else loss


def _as_reshaped(shape: TensorShape, rows: int | None) -> TensorShape:
    """The shape without classes of logits, of which there may be a number of rows, made of a vector of all."""
    return TensorShape([rows]) if shape.rank == 2 else UNKNOWN if shape.rank is None else shape[:-1]


def sparse_softmax_cross_entropy_with_logits(
    _sentinel=None, labels=None, logits=None, name: str | None = None
) -> Tensor:
    """-log_softmax(logits)[label] for each row.

    labels: [...] int32 or int64 class numbers; logits: [..., classes]. The result has the shape of labels.
    Arguments have to be named.

    Raises:
      ValueError: if labels has not one dimension less than logits.
      InvalidArgumentError: when it runs, if a label is not in 0 .. classes - 1.
    """
    _named_only("sparse_softmax_cross_entropy_with_logits", _sentinel, labels, logits)
    with name_scope(name, "SparseSoftmaxCrossEntropyWithLogits", [labels, logits]):
        labels, logits = convert_to_tensor(labels), convert_to_tensor(logits)
        _check_ranks(labels, logits)
        half = logits.dtype.base_dtype is dtypes.float16
        x = math.cast(logits, dtypes.float32) if half else logits
        loss, _ = apply("SparseSoftmaxCrossEntropyWithLogits", x, labels, name=name)
        known = labels.shape.is_fully_defined() and logits.shape[:-1].is_fully_defined()
        op_counts.skip(op_counts.flattened_classes(logits.shape.rank, known))
        if logits.shape.rank != 2:
            loss = array.reshape(loss, array.shape(labels), name="Reshape_2")  # TensorFlow flattens, and names this
        return math.cast(loss, dtypes.float16) if half else loss


def _check_ranks(labels: Tensor, logits: Tensor) -> None:
    if logits.shape.rank == 0:
        raise ValueError(f"logits must have at least one axis, the classes; {logits.name} is a scalar")
    if None not in (labels.shape.rank, logits.shape.rank) and labels.shape.rank != logits.shape.rank - 1:
        raise ValueError(
            f"labels must have one axis less than logits: labels {labels.name} has shape {labels.shape}, "
            f"logits {logits.name} {logits.shape}; for one-hot labels use softmax_cross_entropy_with_logits"
        )


def sigmoid_cross_entropy_with_logits(_sentinel=None, labels=None, logits=None, name: str | None = None) -> Tensor:
    """The cross entropy of independent probabilities, max(x, 0) - x * z + log(1 + exp(-|x|)), element by
    element.

    labels z and logits x: of one shape and type. Arguments have to be named.
    """
    _named_only("sigmoid_cross_entropy_with_logits", _sentinel, labels, logits)
    with name_scope(name, "logistic_loss", [labels, logits]) as scope:
        logits, labels = _same_shape(logits, labels)
        zeros = array.zeros_like(logits)
        positive = math.greater_equal(logits, zeros)
        above = gather.where(positive, logits, zeros)
        minus_abs = gather.where(positive, -logits, logits)
        return math.add(above - logits * labels, math.log1p(math.exp(minus_abs)), name=scope)


def _same_shape(logits, labels) -> tuple[Tensor, Tensor]:
    logits = convert_to_tensor(logits, name="logits")
    labels = convert_to_tensor(labels, preferred_dtype=logits.dtype.base_dtype, name="labels")
    if not logits.shape.is_compatible_with(labels.shape):
        raise ValueError(f"logits and labels must be of one shape, not {logits.shape} and {labels.shape}")
    return logits, labels


def weighted_cross_entropy_with_logits(
    labels=None, logits=None, pos_weight=None, name: str | None = None, targets=None
) -> Tensor:
    """The sigmoid cross entropy with positive labels counted `pos_weight` times; `targets` is the old name of
    labels.
    """
    labels = patterns.renamed("labels", labels, "targets", targets)
    _named_only("weighted_cross_entropy_with_logits", None, labels, logits)
    with name_scope(name, "logistic_loss", [labels, logits]) as scope:
        logits, labels = _same_shape(logits, labels)
        weight = 1 + (pos_weight - 1) * labels
        soft = math.log1p(math.exp(-math.abs(logits))) + activations.relu(-logits)
        return math.add((1 - labels) * logits, weight * soft, name=scope)


def log_poisson_loss(targets, log_input, compute_full_loss: bool = False, name: str | None = None) -> Tensor:
    """exp(log_input) - log_input * targets, the negative log-likelihood of Poisson counts up to a constant.

    compute_full_loss: add Stirling's approximation of that constant (0 for targets up to 1).
    """
    with name_scope(name, "log_poisson_loss", [targets]):
        log_input, targets = _same_shape(log_input, targets)
        loss = math.exp(log_input) - log_input * targets
        if not compute_full_loss:
            return loss
        half = convert_to_tensor(0.5, dtype=targets.dtype.base_dtype, name="Const")
        circle = convert_to_tensor(2 * python_math.pi, dtype=targets.dtype.base_dtype, name="Const")
        stirling = targets * math.log(targets) - targets + half * math.log(circle * targets)
        zeros, ones = array.zeros_like(targets), array.ones_like(targets)
        small = math.logical_and(math.greater_equal(targets, zeros), math.less_equal(targets, ones))
        return loss + gather.where(small, zeros, stirling)
