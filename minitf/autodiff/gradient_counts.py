"""How many ops TensorFlow 1 makes for the gradient of an op, where ours are fewer or more.

What is made behind a gradient has the numbers that it has in TensorFlow, and unseeded random ops are seeded by numbers
(see `minitf.framework.op_counts`). A count may depend on what is known of shapes, and on whether the same shapes were
met before in the graph.
"""

from __future__ import annotations

import weakref
from collections.abc import Callable

from minitf.framework import dtypes
from minitf.framework.graph import Graph, get_default_graph
from minitf.framework.static import constant_value
from minitf.framework.tensor import IndexedSlices, Tensor

REDUCED = 4  # a sum over axes and the shape it gets, both constants
BROADCAST = 3  # finding out the axes of two known shapes
SUMMED_BACK = 7  # two gradients summed over axes that the run finds out
SWITCHED = 6  # the gradient of what a branch takes, merged with zeros of the other branch
DENSE = 5  # adding up slices, as many as their shape says
_MOST_SLICES = 16  # parts of a concat of which each is sliced, and that do not come from one Split

_met: weakref.WeakKeyDictionary[Graph, set] = weakref.WeakKeyDictionary()  # the shapes met in a graph


def of_gradient(op, grads: list, wanted: list) -> int | None:
    """The ops of the gradient of `op`, given those of its outputs; None: as many as ours.

    wanted: for each input, whether its gradient is.
    """
    count = COUNTS.get(op.type)
    if callable(count):
        count = count(op, *grads, wanted=wanted)
    if count is None:
        return None
    zeros = sum(g is None and t.dtype.base_dtype in dtypes.SMOOTH for g, t in zip(grads, op.outputs))
    return count + zeros + DENSE * sum(isinstance(g, IndexedSlices) for g in grads)


def of_gate(op, gradients: int) -> int:
    """A gate, and what passes through it, if it is more than one gradient."""
    gated = GATED.get(op.type, gradients)
    return 1 + gated if gated > 1 else 0


def _first(*key) -> bool:
    """Whether something is met for the first time in this graph."""
    met = _met.setdefault(get_default_graph().root, set())
    new = key not in met
    met.add(key)
    return new


def _known(tensor: Tensor) -> bool:
    return isinstance(tensor, Tensor) and tensor.shape.is_fully_defined()


def _alike(*tensors) -> bool:
    """Whether all are tensors of one shape, which is known."""
    return all(map(_known, tensors)) and len({tuple(t.shape.sizes) for t in tensors}) == 1


def _broadcast(x: Tensor, y: Tensor, g) -> int:
    """Summing the gradient of a broadcast over the axes of each input."""
    if not (_known(x) and _known(y) and isinstance(g, Tensor)):
        return SUMMED_BACK
    sizes = [tuple(x.shape.sizes), tuple(y.shape.sizes)]
    of_g = tuple(g.shape.sizes) if g.shape.sizes is not None else None
    return BROADCAST * _first("broadcast", *sizes) + REDUCED * sum(size != of_g for size in sizes)


def _add(op, g, wanted=()) -> int:
    return 0 if _alike(*op.inputs, g) else _broadcast(*op.inputs, g)


def _sub(op, g, wanted=()) -> int:
    return 1 + _add(op, g)


def _conjugates(op) -> int:
    return 2 * op.inputs[0].dtype.is_complex


def _mul(op, g, wanted=()) -> int:
    if _alike(*op.inputs, g) and g.dtype.base_dtype is dtypes.float32:
        return 2
    return 2 + _conjugates(op) + _broadcast(*op.inputs, g)


def _mul_no_nan(op, g, wanted=()) -> int:
    return 2 if _alike(*op.inputs, g) else 2 + SUMMED_BACK


def _squared_difference(op, g, wanted=()) -> int:
    return 5 + _add(op, g)


def _divided(op, g, wanted=()) -> int:
    return 5 + SUMMED_BACK + _conjugates(op)


def _with_zero(count: int) -> Callable:
    """A zero of another type than float32 is cast."""
    return lambda op, g, wanted: count + (op.inputs[0].dtype.base_dtype is not dtypes.float32)


def _sum(op, g, wanted=()) -> int:
    x, axes = op.inputs
    value, wide = constant_value(axes), axes.dtype.base_dtype is not dtypes.int32
    if x.shape.rank is not None and value is not None:
        if value.ndim == 1 and value.tolist() == list(range(x.shape.rank)):
            return 4
        if _known(x):
            return 4 + (17 * _first("reduced", tuple(x.shape.sizes), tuple(value.reshape(-1).tolist())))
    return 16 + wide


def _mean(op, g, wanted=()) -> int:
    return _sum(op, g) + (2 if _known(op.inputs[0]) and _known(op.outputs[0]) else 11)


def _concat(op, g, wanted=()) -> int:
    parts = list(map(_known, op.inputs[:-1]))
    if len(parts) == 1:
        return 0
    sizes = len(parts) if all(parts) else parts.index(False) + 2
    return sizes + (3 + len(parts) if len(parts) <= _MOST_SLICES else 9)


def _with_holes(op) -> bool:
    """Whether a convolution is one of the function that moves what is between a filter's holes into the batch."""
    return any(consumer.name == f"{op.name}/BatchToSpaceND" for consumer in op.outputs[0]._consumers)


def _convolution(op, g, wanted=()) -> int:
    return 3 + 2 * _with_holes(op)


def _depthwise_convolution(op, g, wanted=()) -> int:
    return 4 + 2 * _with_holes(op)


def _batch_matmul(op, g, wanted=()) -> int:
    return 2 if _alike(*op.inputs) else 17


def _gather(op, g, wanted=()) -> int | None:
    axis = constant_value(op.inputs[2])
    if op.attrs.get("batch_dims"):
        return None
    return 13 if axis is not None and axis == 0 else 55


def _cross_entropy(op, *grads, wanted) -> int:
    """And giving the matrices their shapes back; unused outputs have zeros as gradients."""
    return 8 + 2 * sum(wanted)


def _sparse_cross_entropy(op, *grads, wanted) -> int:
    return 4 + 2 * (op.inputs[0].shape.rank != 2)


def _pow(op, g, wanted=()) -> int:
    return 16 + _broadcast(*op.inputs, g)


def _resized(op, g, wanted=()) -> int:
    sizes = op.inputs[0].shape.sizes
    return 2 if sizes is not None and None not in sizes[1:3] else 6


def _dropped_negatives(op, g, wanted=()) -> int:
    """Taking rows by numbers, and zeros for negative ones; the mask gets an axis for each one it lacks."""
    return 12 + 2 * _axes_missing(op)


def _unsorted_extreme(op, g, wanted=()) -> int:
    """Which elements are the extremes, and how many; the same mask is used twice."""
    return 23 + 2 * _axes_missing(op)


def _unsorted_product(op, g, wanted=()) -> int:
    """Zeros, their number, and products without them."""
    return 32 + 2 * _axes_missing(op)


def _eigen(op, *grads, wanted=()) -> int:
    return (24 if op.attrs["compute_v"] else 14) + 12 * (op.inputs[0].shape.rank is None)


def _singular(op, *grads, wanted=()) -> int:
    return 54 if op.attrs["compute_uv"] else 4


def _axes_missing(op) -> int:
    rows, numbers = op.inputs[0].shape.rank, op.inputs[1].shape.rank
    return 0 if rows is None or numbers is None else rows - numbers


def _ranked(known: int, unknown: int) -> Callable:
    return lambda op, *grads, wanted: unknown if op.inputs[0].shape.rank is None else known


COUNTS: dict[str, int | Callable] = {
    "Acos": 7,
    "Acosh": 2,
    "Add": _add,
    "AddV2": _add,
    "Asin": 6,
    "Asinh": 2,
    "Atan2": 7,
    "BatchMatMul": _batch_matmul,
    "BatchMatMulV2": _batch_matmul,
    "Betainc": 25,
    "BroadcastTo": 4,
    "CTCLoss": 4,
    "Cholesky": _ranked(33, 45),
    "Complex": 2 + SUMMED_BACK,
    "ConcatV2": _concat,
    "Conv2D": _convolution,
    "Conv3D": 4,
    "Cumprod": 4,
    "CumulativeLogsumexp": 20,
    "Digamma": 3,
    "Div": _divided,
    "DivNoNan": _divided,
    "Erfc": 6,
    "DepthwiseConv2dNative": _depthwise_convolution,
    "DynamicPartition": 11,
    "Expm1": 2,
    "ExtractImagePatches": 97,
    "FloorMod": 3 + SUMMED_BACK,
    "FusedBatchNorm": 1,
    "FusedBatchNormV2": 1,
    "FusedBatchNormV3": 1,
    "GatherV2": _gather,
    "Igamma": 19,
    "Igammac": 21,
    "LogMatrixDeterminant": 7,
    "MatMul": 2,
    "MatrixDeterminant": 8,
    "MatrixSquareRoot": _ranked(119, 155),
    "Max": 19,
    "Maximum": 6 + SUMMED_BACK,
    "Mean": _mean,
    "Min": 19,
    "Minimum": 6 + SUMMED_BACK,
    "Mul": _mul,
    "MulNoNan": _mul_no_nan,
    "NextAfter": 6 + SUMMED_BACK,
    "Pad": 9,
    "Polygamma": 9,
    "Pow": _pow,
    "Prod": 49,
    "RGBToHSV": 385,
    "RandomGamma": 20,
    "RealDiv": _divided,
    "Reciprocal": 1,
    "Reshape": 2,
    "ResizeNearestNeighbor": _resized,
    "ResourceGather": 12,
    "ReverseV2": 1,
    "Rsqrt": 1,
    "SegmentMax": 10,
    "SegmentMean": 16,
    "SegmentMin": 10,
    "SelfAdjointEigV2": _eigen,
    "Sign": 3,
    "Slice": 12,
    "SoftmaxCrossEntropyWithLogits": _cross_entropy,
    "Softplus": 2,
    "SparseReduceSum": 16,
    "SparseDenseCwiseDiv": 26,
    "SparseDenseCwiseMul": 23,
    "SparseReorder": 13,
    "SparseSegmentMean": 6,
    "SparseSegmentMeanWithNumSegments": 6,
    "SparseSegmentSqrtN": 6,
    "SparseSegmentSqrtNWithNumSegments": 6,
    "SparseSlice": 1,
    "SparseSoftmax": 6,
    "SparseSoftmaxCrossEntropyWithLogits": _sparse_cross_entropy,
    "SparseToDense": 14,
    "Sqrt": 1,
    "SquaredDifference": _squared_difference,
    "Sub": _sub,
    "Sum": _sum,
    "Svd": _singular,
    "TensorScatterAdd": 2,
    "TensorScatterSub": 3,
    "TensorScatterUpdate": 4,
    "Tile": 12,
    "TopKV2": 43,
    "UnsortedSegmentMax": _unsorted_extreme,
    "UnsortedSegmentMin": _unsorted_extreme,
    "UnsortedSegmentProd": _unsorted_product,
    "UnsortedSegmentSum": _dropped_negatives,
    "Xdivy": _with_zero(17),
    "Xlogy": _with_zero(14),
    "Zeta": 4 + SUMMED_BACK,
}

# Gradients of inputs that need none, zeros, are gated, too, and of matrices that are made before the op.
GATED = {"SparseToDense": 4, "TopKV2": 2, "SoftmaxCrossEntropyWithLogits": 2}
RESHAPED = {"SoftmaxCrossEntropyWithLogits"}  # behind the gate
