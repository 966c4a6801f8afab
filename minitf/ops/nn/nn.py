"""Neural network ops: softmax, bias, dropout, normalization, top-k."""

from __future__ import annotations

import numbers

import numpy as np

from minitf.framework import dtypes, op_counts
from minitf.framework.apply import apply, apply_like
from minitf.framework.convert import convert_to_tensor
from minitf.framework.graph import name_scope
from minitf.framework.registry import define
from minitf.framework.shape import UNKNOWN, TensorShape
from minitf.framework.static import constant_value
from minitf.framework.tensor import Tensor
from minitf.kernels.math import elementwise
from minitf.kernels.math import nn as kernels
from minitf.kernels.math import reduce as reductions
from minitf.ops import patterns
from minitf.ops.array import array, gather, identity, ranges
from minitf.ops.linalg import linalg
from minitf.ops.math import math, reduce
from minitf.ops.nn import activations
from minitf.ops.random import random

# ---- softmax


def _softmax(op, x):
    e = np.exp(x - x.max(axis=-1, keepdims=True, initial=-np.inf))
    return e / e.sum(axis=-1, keepdims=True)


def _log_softmax(op, x):
    z = x - x.max(axis=-1, keepdims=True, initial=-np.inf)
    return z - np.log(np.exp(z).sum(axis=-1, keepdims=True))


def _softmax_grad(op, g):
    y = op.outputs[0]
    return (g - reduce.reduce_sum(g * y, -1, keepdims=True)) * y


def _at_least_vector(op):
    return op.inputs[0].shape.with_rank_at_least(1)


def rows_of(shape: tuple) -> tuple[int, int]:
    """(number of rows, their length) of an array seen as a matrix; ValueError for a scalar."""
    if not shape:
        raise ValueError("a scalar has no rows")
    rows = 1
    for n in shape[:-1]:
        rows *= n
    return rows, shape[-1]


def _by_rows(kernel):
    def lower(b, op, x):
        out = b.new(x.shape, x.dtype)
        b.call(kernel[x.dtype], x, out, *rows_of(x.shape))
        return out

    return lower


define(
    "Softmax",
    "logits: T -> softmax: T",
    T=dtypes.FLOAT,
    shape=_at_least_vector,
    numpy=_softmax,
    kernel=_by_rows(kernels.softmax),
    grad=_softmax_grad,
)
define(
    "LogSoftmax",
    "logits: T -> logsoftmax: T",
    T=dtypes.FLOAT,
    shape=_at_least_vector,
    numpy=_log_softmax,
    kernel=_by_rows(kernels.log_softmax),
    grad=lambda op, g: g - reduce.reduce_sum(g, -1, keepdims=True) * math.exp(op.outputs[0]),
)


def softmax(logits, axis=None, name: str | None = None, dim=None) -> Tensor:
    """exp(x) / sum(exp(x)) along `axis` (default the last; `dim` is its old name), without overflow.

    >>> import minitf as tf
    >>> with tf.Session() as sess:
    ...     print(sess.run(tf.nn.softmax([0.0, 0.0])))
    [0.5 0.5]
    """
    return _along("Softmax", logits, patterns.renamed("axis", axis, "dim", dim), name)


def log_softmax(logits, axis=None, name: str | None = None, dim=None) -> Tensor:
    """x - log(sum(exp(x))) along `axis` (default the last; `dim` is its old name), without overflow."""
    return _along("LogSoftmax", logits, patterns.renamed("axis", axis, "dim", dim), name)


def _along(type: str, logits, axis, name) -> Tensor:
    logits = convert_to_tensor(logits)
    if isinstance(axis, Tensor):
        axis.shape.assert_has_rank(0)
    axis = _known_axis(axis)
    if axis is None or axis == -1 or logits.shape.rank is not None and axis == logits.shape.rank - 1:
        return apply(type, logits, name=name)
    result = swap_with_last(apply(type, swap_with_last(logits, axis)), axis, name)
    result.set_shape(logits.shape)
    op_counts.skip(op_counts.ALONG_ANOTHER_AXIS + op_counts.FROM_THE_END * (not isinstance(axis, Tensor) and axis < 0))
    return result


def _known_axis(axis):
    """`axis` as a number, if it is a tensor that is known."""
    known = constant_value(axis) if isinstance(axis, Tensor) else None
    return axis if known is None else int(known)


def swap_with_last(x: Tensor, axis: int | Tensor, name: str | None = None) -> Tensor:
    """`x` with `axis` and the last axis exchanged."""
    rank = x.shape.rank
    if rank is None or isinstance(axis, Tensor):
        return array.transpose(x, _swapped(axis, array.rank(x)), name=name or "transpose")
    if not -rank <= axis < rank:
        raise ValueError(f"axis {axis} is out of range for {x.name} of shape {x.shape}")
    order = list(range(rank))
    order[axis], order[-1] = order[-1], order[axis]
    return array.transpose(x, order, name=name or "transpose")


def _swapped(axis, rank: Tensor) -> Tensor:
    """The order of axes, of which `axis` and the last one are exchanged, as only a run knows it."""
    axis = convert_to_tensor(axis, dtypes.int32)
    axis, last, order = gather.where(axis < 0, axis + rank, axis), rank - 1, ranges.range(rank)
    last_there = math.cast(math.equal(order, axis), dtypes.int32) * (last - axis)
    axis_there = math.cast(math.equal(order, last), dtypes.int32) * (axis - last)
    return order + last_there + axis_there


# ---- bias


def _bias_axis(op, rank: int) -> int:
    return 1 if op.attrs["data_format"].startswith("NC") and rank > 2 else rank - 1


def _bias_shape(op):
    value, bias = op.inputs[0].shape, op.inputs[1].shape.with_rank(1)
    if value.sizes is None:
        return UNKNOWN
    sizes = list(value.with_rank_at_least(2).sizes)
    axis = _bias_axis(op, len(sizes))
    channels, length = sizes[axis], bias.sizes[0]
    if None not in (channels, length) and channels != length:
        raise ValueError(f"a bias of {length} does not fit {channels} channels (axis {axis} of shape {value})")
    sizes[axis] = length if channels is None else channels
    return TensorShape(sizes)


def _along_channels(op, shape: tuple, bias: tuple) -> tuple:
    """The bias's shape with axes of size 1 behind it, so that it broadcasts."""
    axis = _bias_axis(op, len(shape))
    if len(shape) < 2 or len(bias) != 1 or shape[axis] != bias[0]:
        raise ValueError(f"a bias of shape {bias} does not fit a value of shape {shape}")
    return (*bias, *[1] * (len(shape) - 1 - axis))


def _bias_add_kernel(b, op, x, bias):
    shape, rank, dims = patterns.broadcast_loops(b, x.shape, _along_channels(op, x.shape, bias.shape))
    out = b.new(shape, x.dtype)
    b.call(elementwise.add[x.dtype], x, bias, out, rank, dims)
    return out


def _bias_grad_shape(op):
    sizes = op.inputs[0].shape.with_rank_at_least(2).sizes
    return TensorShape([None if sizes is None else sizes[_bias_axis(op, len(sizes))]])


def _other_axes(op, rank: int) -> tuple:
    axis = _bias_axis(op, rank)
    return tuple([i for i in range(rank) if i != axis])


def _bias_add_grad_kernel(b, op, g):
    out = b.new((g.shape[_bias_axis(op, len(g.shape))],), g.dtype)
    nest = patterns.reduction_loops(b, g.shape, _other_axes(op, len(g.shape)))
    b.call(reductions.reduce_sum[g.dtype], g, out, out.size, *nest)
    return out


def _bias_add_grad_grad(op, g):
    x = op.inputs[0]
    return apply_like(op, "BiasAdd", array.zeros_like(x), g)


define(
    "BiasAdd",
    "value: T, bias: T[n]; data_format: string = 'NHWC' -> output: T",
    T=dtypes.NUMBER,
    shape=_bias_shape,
    numpy=lambda op, x, bias: x + bias.reshape(_along_channels(op, x.shape, bias.shape)),
    kernel=_bias_add_kernel,
    passes_slices=True,
    grad=lambda op, g: (g, apply_like(op, "BiasAddGrad", g)),
)
define(
    "BiasAddGrad",
    "out_backprop: T; data_format: string = 'NHWC' -> output: T",
    T=dtypes.NUMBER,
    shape=_bias_grad_shape,
    numpy=lambda op, g: g.sum(axis=_other_axes(op, g.ndim), dtype=g.dtype),
    kernel=_bias_add_grad_kernel,
    grad=_bias_add_grad_grad,
)


def bias_add(value, bias, data_format: str | None = None, name: str | None = None) -> Tensor:
    """`value` plus the vector `bias` along its channels: the last axis, or axis 1 with data_format "NCHW" or
    "NC...".

    value: two or more dimensions; bias: [channels], of the same type.
    """
    formats = (None, "NHWC", "NCHW", "N...C", "NC...")
    if data_format not in formats:
        raise ValueError(f"data_format is one of {formats[1:]}, not {data_format!r}")
    with name_scope(name, "BiasAdd", [value]) as scope:
        value = convert_to_tensor(value, name="input")
        bias = convert_to_tensor(bias, dtype=value.dtype.base_dtype, name="bias")
        return apply("BiasAdd", value, bias, data_format=data_format or "NHWC", name=scope)


def xw_plus_b(x, weights, biases, name: str | None = None) -> Tensor:
    """matmul(x, weights) + biases; x: [batch, in], weights: [in, out], biases: [out]."""
    with name_scope(name, "xw_plus_b", [x, weights]) as scope:
        return bias_add(linalg.matmul(x, weights), convert_to_tensor(biases, name="biases"), name=scope)


def relu_layer(x, weights, biases, name: str | None = None) -> Tensor:
    """relu(matmul(x, weights) + biases)."""
    with name_scope(name, "relu_layer", [x, weights]) as scope:
        return activations.relu(
            bias_add(linalg.matmul(x, weights), convert_to_tensor(biases, name="biases")), name=scope
        )


# ---- dropout


def dropout(x, keep_prob=None, noise_shape=None, seed: int | None = None, name: str | None = None, rate=None) -> Tensor:
    """`x` with elements set to zero at random, the others scaled up so that the expected sum stays
    (Srivastava 2014).

    keep_prob: the probability that an element is kept, or rate = 1 - keep_prob; a number or a scalar tensor.
    noise_shape: the shape of the random mask, which broadcasts to x: sizes of 1 drop whole slices together.

    Raises:
      ValueError: if the probability is out of range or given twice, or x is not of a floating point type.
    """
    if (keep_prob is None) == (rate is None):
        raise ValueError("dropout needs either rate or keep_prob (= 1 - rate), and not both")
    if isinstance(keep_prob, numbers.Real) and not 0 < keep_prob <= 1:
        raise ValueError(f"keep_prob is a probability in (0, 1], not {keep_prob}")
    rate = 1 - keep_prob if rate is None else rate
    with name_scope(name, "dropout", [x]):
        x = convert_to_tensor(x, name="x")
        if not x.dtype.is_floating:
            raise ValueError(f"dropout scales its input, so {x.name} has to be floating point, not {x.dtype.name}")
        if isinstance(rate, numbers.Real) and not 0 <= rate < 1:
            raise ValueError(f"rate is a probability in [0, 1), not {rate}")
        if isinstance(rate, numbers.Real) and rate == 0:
            return x
        return _dropped(x, convert_to_tensor(rate, dtype=x.dtype.base_dtype, name="rate"), noise_shape, seed)


def _dropped(x: Tensor, rate: Tensor, noise_shape, seed) -> Tensor:
    rate.shape.assert_has_rank(0)
    if constant_value(rate) == 0:
        return x
    uniform = random.random_uniform(_noise_shape(x, noise_shape), seed=seed, dtype=x.dtype.base_dtype)
    scale = 1 / (1 - rate)
    keep = uniform >= rate
    kept = x * scale * math.cast(keep, x.dtype.base_dtype)
    kept.set_shape(x.shape)
    return kept


def _noise_shape(x: Tensor, noise_shape):
    """The mask's shape; a None in a list of sizes means the size of x there."""
    if noise_shape is None:
        return array.shape(x)
    if not isinstance(noise_shape, (list, tuple, TensorShape)) or x.shape.rank is None:
        return noise_shape
    sizes = (
        [getattr(n, "value", n) for n in noise_shape] if not isinstance(noise_shape, TensorShape) else noise_shape.sizes
    )
    if sizes is None or len(sizes) != x.shape.rank:
        return noise_shape
    return [own if n is None else n for n, own in zip(sizes, x.shape.sizes)]


# ---- losses of weights, normalization


def _l2_loss_kernel(b, op, x):
    out = b.new((), x.dtype)
    b.call(kernels.l2_loss[x.dtype], x, out, x.size)
    return out


define(
    "L2Loss",
    "t: T -> output: T",
    T=dtypes.FLOAT,
    shape=patterns.scalar,
    kernel=_l2_loss_kernel,
    numpy=lambda op, x: (np.sum(np.square(x), dtype=np.float64) / 2).astype(x.dtype),
    grad=lambda op, g: op.inputs[0] * g,
)


l2_loss = patterns.of_inputs("L2Loss", "sum(t ** 2) / 2, a scalar.", "l2_loss")


def l2_normalize(x, axis=None, epsilon: float = 1e-12, name: str | None = None, dim=None) -> Tensor:
    """x / sqrt(max(sum(x ** 2), epsilon)), the sum over `axis`, an integer or list (old name: `dim`)."""
    axis = patterns.renamed("axis", axis, "dim", dim)
    with name_scope(name, "l2_normalize", [x]) as scope:
        x = convert_to_tensor(x, name="x")
        square_sum = reduce.reduce_sum(math.square(x), axis, keepdims=True)
        return math.multiply(x, math.rsqrt(math.maximum(square_sum, epsilon)), name=scope)


def moments(x, axes, shift=None, name: str | None = None, keep_dims: bool | None = None, keepdims: bool | None = None):
    """The mean and the (population) variance of `x` over `axes`, a pair of tensors.

    axes: list of axes; keepdims: leave them as size 1. float16 is computed in float32. `shift` is ignored.
    """
    keepdims = bool(patterns.renamed("keepdims", keepdims, "keep_dims", keep_dims))
    with name_scope(name, "moments", [x]):
        x = convert_to_tensor(x, name="x")
        half = x.dtype.base_dtype is dtypes.float16
        y = math.cast(x, dtypes.float32) if half else x
        mean = reduce.reduce_mean(y, axes, keepdims=True, name="mean")
        squares = math.squared_difference(y, identity.stop_gradient(mean))
        variance = reduce.reduce_mean(squares, axes, keepdims=True, name="variance")
        return _moments(mean, variance, axes, keepdims, dtypes.float16 if half else None)


def _moments(mean, variance, axes, keepdims: bool, dtype):
    if not keepdims:
        mean, variance = array.squeeze(mean, axes), array.squeeze(variance, axes)
    return (math.cast(mean, dtype), math.cast(variance, dtype)) if dtype else (mean, variance)


def weighted_moments(
    x, axes, frequency_weights, name: str | None = None, keep_dims: bool | None = None, keepdims: bool | None = None
):
    """The mean and variance of `x` over `axes`, each element counted `frequency_weights` times (broadcast to x)."""
    keepdims = bool(patterns.renamed("keepdims", keepdims, "keep_dims", keep_dims))
    with name_scope(name, "weighted_moments", [x]):
        x = convert_to_tensor(x, name="x")
        half = x.dtype.base_dtype is dtypes.float16
        x = math.cast(x, dtypes.float32) if half else x
        weights = convert_to_tensor(frequency_weights, name="frequency_weights")
        weights = math.cast(weights, x.dtype.base_dtype)
        total = reduce.reduce_sum(weights * x, axes, name="weighted_input_sum", keepdims=True)
        count = reduce.reduce_sum(weights + array.zeros_like(x), axes, name="sum_of_weights", keepdims=True)
        share = math.reciprocal(count, name="inv_weight_sum")
        mean = math.multiply(total, share)
        squares = weights * math.squared_difference(x, mean)
        spread = reduce.reduce_sum(squares, axes, name="weighted_distsq", keepdims=True)
        variance = math.multiply(spread, share)
        return _moments(mean, variance, axes, keepdims, dtypes.float16 if half else None)


def batch_normalization(x, mean, variance, offset, scale, variance_epsilon, name: str | None = None) -> Tensor:
    """scale * (x - mean) / sqrt(variance + variance_epsilon) + offset, all broadcast to x (Ioffe and Szegedy 2015).

    `offset` and `scale` may be None.
    """
    x = convert_to_tensor(x)
    with name_scope(name, "batchnorm", [x]):
        factor = math.rsqrt(variance + variance_epsilon)
        factor = factor if scale is None else factor * scale
        scaled = x * math.cast(factor, x.dtype.base_dtype)
        start = -mean * factor if offset is None else offset - mean * factor
        return scaled + math.cast(start, x.dtype.base_dtype)


def batch_norm_with_global_normalization(
    t=None,
    m=None,
    v=None,
    beta=None,
    gamma=None,
    variance_epsilon=None,
    scale_after_normalization=None,
    name: str | None = None,
    input=None,
    mean=None,
    variance=None,
) -> Tensor:
    """`batch_normalization` under its old name and arguments; gamma counts if `scale_after_normalization`."""
    t, m, v = (
        patterns.renamed("input", t, "t", input),
        patterns.renamed("mean", m, "m", mean),
        patterns.renamed("variance", v, "v", variance),
    )
    return batch_normalization(t, m, v, beta, gamma if scale_after_normalization else None, variance_epsilon, name)


def zero_fraction(value, name: str | None = None) -> Tensor:
    """The share of elements that are zero, a float32 scalar."""
    with name_scope(name, "zero_fraction", [value]):
        value = convert_to_tensor(value, name="value")
        zero = convert_to_tensor(np.zeros((), value.dtype.numpy), name="zero")
        fraction = reduce.reduce_mean(math.cast(math.equal(value, zero), dtypes.float32), name="fraction")
        op_counts.skip(op_counts.ZERO_FRACTION + op_counts.AXES_TWICE * (value.shape.rank is None))
        return fraction
