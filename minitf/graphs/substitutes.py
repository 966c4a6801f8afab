"""Ops that TensorFlow lacks, made of those that it has."""

from __future__ import annotations

from minitf.framework import dtypes
from minitf.framework.apply import apply, apply_op
from minitf.framework.shape import UNKNOWN, TensorShape
from minitf.graphs.slices import alike, depth, may_grow, new_list, of_depth, of_one_length, said
from minitf.graphs.tensor_arrays import gradients_of
from minitf.ops.array import array, ranges
from minitf.ops.array.constant import constant
from minitf.ops.array.gather import boolean_mask
from minitf.ops.array.joining import stack
from minitf.ops.array.shapes import rank
from minitf.ops.control import dataflow
from minitf.ops.math import math, products, reduce


def _summed(op, x, shape):
    """The sum over the axes along which `shape` is repeated in x."""
    axes, _ = apply("BroadcastGradientArgs", shape, array.shape(x, out_type=shape.dtype.base_dtype))
    return array.reshape(apply("Sum", x, axes), shape)


def _spread(op, dy, shape, axes):
    """dy, of which some axes were summed away, repeated along these."""
    count, index = array.size(shape), dtypes.int32
    shape, axes = math.cast(shape, index), math.cast(array.reshape(axes, [-1]), index)
    ones = array.fill(array.shape(axes), 1)
    kept = apply("DynamicStitch", [ranges.range(count), math.floormod(axes + count, count)], [shape, ones])
    return apply("BroadcastTo", array.reshape(dy, kept), shape)


def _cut(op, shape, begin, dy):
    """dy between zeros, where it was cut out of a tensor of a shape."""
    behind = shape - begin - array.shape(dy, out_type=shape.dtype.base_dtype)
    return apply("Pad", dy, stack([begin, behind], axis=1))


def _uninitialized(op, *variables):
    """The names of the variables that have no value."""
    known = stack([apply("IsVariableInitialized", v) for v in variables])
    names = constant([v.op.name for v in variables], dtypes.string)
    return boolean_mask(names, math.logical_not(known))


def named(op, results: tuple):
    """The op called like another one that gives tensors out."""
    if len(results) == 1:
        return apply_op("Identity", results[0], name=f"{op.name}/")
    return apply_op("IdentityN", list(results), name=f"{op.name}/")


# ---- ops that TensorFlow has for two axes only


RANKS = {"SoftmaxCrossEntropyWithLogits": 2, "SparseSoftmaxCrossEntropyWithLogits": 2}


def does_more(op) -> bool:
    """Whether an op does or may do what TensorFlow 1.15's does not: work on more axes, or have a list grow."""
    if op.type in RANKS:
        return op.inputs[0].shape.rank != RANKS[op.type]
    return op.type == "TensorListSetItem" and op.attrs["resize_if_index_out_of_bounds"]


def _entropies(op, logits, labels):
    """Entropies row by row."""
    axes = rank(logits)
    rows = array.reshape(logits, stack([-1, array.shape(logits)[axes - 1]]))
    flat = array.shape(rows) if op.type.startswith("Softmax") else [-1]
    losses, slopes = apply(op.type, rows, array.reshape(labels, flat))
    return array.reshape(losses, array.shape(logits)[: axes - 1]), array.reshape(slopes, array.shape(logits))


# ---- products of all elements but some: one row for each element of those that are multiplied


def _others(rows):
    """For each element of the last axis the product of all others along it."""
    last = rank(rows) - 1
    before, behind = (apply("Cumprod", rows, last, exclusive=True, reverse=reverse) for reverse in (False, True))
    return before * behind


def _product_of_others(op, x, axes):
    rows, back = products.last(x, axes)
    return back(_others(rows))


def _product_of_others_grad(op, x, axes, dy):
    """The sum over all others of their gradient, times the product of what is neither of the two."""
    (rows, back), (slopes, _) = products.last(x, axes), products.last(dy, axes)
    square = array.expand_dims(rows, -2) * array.expand_dims(array.ones_like(rows), -1)
    found = _others(apply("MatrixSetDiag", square, array.ones_like(rows)))
    found = apply("MatrixSetDiag", found, array.zeros_like(rows))
    return back(reduce.reduce_sum(found * array.expand_dims(slopes, -2), -1))


def _value_or_initial(op, variable, initial):
    """What a tf.cond gives that asks whether a variable has a value."""
    known = apply("IsVariableInitialized", variable)
    _, there = dataflow.ref_switch(variable, known)
    absent, _ = dataflow.switch(initial, known)
    return dataflow.merge([absent, apply("Identity", there)]).output


# ---- TensorArrays of loops that have gradients, and arrays of gradients: lists


def as_list(op, size):
    """The list that is a TensorArray."""
    return of_depth(new_list(op.attrs["dtype"], size), 1)


def _long_enough(op, flow, index):
    """A list that grows, with an element at an index: what was not there was not written."""
    return _resized(flow, index) if may_grow(op) else flow


def _resized(flow, index):
    size = apply("Maximum", apply("TensorListLength", flow), index + 1)
    return alike(apply("TensorListResize", flow, size), flow)


def _gradients(op, flow):
    """A list of nothing; of zeros where the shapes are known that others read it by."""
    if depth(flow):
        return alike(apply("ZerosLikeTensorList", flow), flow)
    size = apply("TensorArraySizeV3", flow)
    return of_depth(new_list(op.inputs[0].dtype.base_dtype, size), 1)


def _written(op, flow, index, value):
    flow = _long_enough(op, flow, index)
    if not op.attrs.get("overwrites") and gradients_of(op.inputs[0]) is not None:  # where something is it adds up
        there = apply("TensorListGetItem", flow, index, array.shape(value), element_dtype=value.dtype.base_dtype)
        value = there + value
    return alike(apply("TensorListSetItem", flow, index, value), flow)


def _set_beyond(op, flow, index, item):
    return apply("TensorListSetItem", _resized(flow, index), index, item)


def _read(op, flow, index):
    flow = _long_enough(op, flow, index)
    shape, dtype = said(op.attrs["element_shape"]), op.outputs[0].dtype.base_dtype
    return apply("TensorListGetItem", flow, index, shape, element_dtype=dtype)


def _gathered(op, flow, indices):
    flow = _long_enough(op, flow, reduce.reduce_max(array.concat([indices, [-1]], 0)))
    shape, dtype = said(op.attrs["element_shape"]), op.outputs[0].dtype.base_dtype
    return apply("TensorListGather", flow, indices, shape, element_dtype=dtype)


def _scattered(op, flow, indices, value):
    if gradients_of(op.inputs[0]) is not None:  # what is for one slot adds up
        indices, places = apply("Unique", indices)
        value = apply("UnsortedSegmentSum", value, places, array.size(indices))
    flow = _long_enough(op, flow, reduce.reduce_max(array.concat([indices, [-1]], 0)))
    size, shape = apply("TensorListLength", flow), said(value.shape[1:] if value.shape.rank else UNKNOWN)
    found = apply("TensorListScatterV2", value, indices, shape, size)
    return alike(apply("SumOfTensorLists", [flow, found]), flow)


def _joined(op, flow):
    """All elements one behind the other, and their lengths."""
    shape, dtype = op.attrs["element_shape"], op.outputs[0].dtype.base_dtype
    shape = UNKNOWN if shape.rank is None else TensorShape([None]).concatenate(shape[1:])
    nothing = constant([], dtypes.int64)
    return tuple(apply("TensorListConcatV2", flow, said(shape), nothing, element_dtype=dtype))


def _parted(op, flow, value, lengths):
    """A list with consecutive parts of a tensor as elements; of gradients they add up."""
    shape = UNKNOWN if value.shape.rank is None else TensorShape([None]).concatenate(value.shape[1:])
    found = of_depth(apply("TensorListSplit", value, said(shape), lengths), 1)
    return alike(apply("SumOfTensorLists", list(of_one_length((flow, found)))), flow)


ON_LISTS = {
    "TensorArrayConcatV3": _joined,
    "TensorArrayGatherV3": _gathered,
    "TensorArrayReadV3": _read,
    "TensorArrayScatterV3": _scattered,
    "TensorArraySplitV3": _parted,
    "TensorArraySizeV3": lambda op, flow: apply("TensorListLength", flow),
    "TensorArrayWriteV3": _written,
}
SOMETIMES = (*RANKS, "TensorListSetItem")  # which are made of others where they do more
RULES = {
    **dict.fromkeys(RANKS, _entropies),
    "InitializedValue": _value_or_initial,
    "ProdOfOthers": _product_of_others,
    "ProdOfOthersGrad": _product_of_others_grad,
    "SliceGrad": _cut,
    "SumGrad": _spread,
    "SumToShape": _summed,
    "TensorArrayGradV3": _gradients,
    "TensorListSetItem": _set_beyond,
    "UninitializedNames": _uninitialized,
}
