"""Values known before anything runs: constants, and shapes of tensors whose shape is partly known."""

from __future__ import annotations

import numpy as np

from minitf.framework.errors import OpError
from minitf.framework.shape import UNKNOWN, TensorShape
from minitf.framework.tensor import Tensor

_DEPTH = 40  # how far back through the graph a value is looked for
_LARGEST = 10_000  # elements: larger values are not computed while the graph is built


class AsShape(np.ndarray):
    """A vector worked out of a shape that is known in part: a shape itself, and as in TensorFlow no constant."""


def partial_value(tensor: Tensor, depth: int = _DEPTH):
    """The value of `tensor` with None for elements not known, or None if nothing is known of it."""
    known = tensor.__dict__.get("_value")
    if known is None and depth:
        known = _value(tensor, depth - 1)
        if full(known) is not None:
            tensor._value = known  # it cannot change any more
    return known


def _value(tensor: Tensor, depth: int):
    op, definition = tensor.op, tensor.op.definition
    if definition.static is not None:
        value = definition.static(op, depth)
        value = value[tensor.value_index] if isinstance(value, (list, tuple)) else value
        return np.asarray(value, object) if isinstance(value, int) else value  # one element of a partly known value
    if definition.numpy is None or definition.stateful or not op.inputs:
        return None
    if (tensor.shape.num_elements() or 0) > _LARGEST:
        return None
    known = []
    for t in op.inputs:
        value = full(partial_value(t, depth))
        if value is None or value.size > _LARGEST:
            return None
        known.append(value.astype(t.dtype.numpy, copy=False))
    with np.errstate(all="ignore"):
        try:
            value, kind = definition.numpy(op, *known), tensor.dtype.numpy
            value = value if len(op.outputs) == 1 else value[tensor.value_index]
            return np.asarray(value, kind if kind.hasobject else None).astype(kind, copy=False)
        except (ValueError, TypeError, IndexError, ArithmeticError, OpError):
            return None  # bad data is reported when the op runs


def known_sizes(tensor: Tensor, depth: int = _DEPTH) -> TensorShape:
    """The static shape, or that of the value where this is known and the shape is not."""
    if tensor.shape.is_fully_defined():
        return tensor.shape
    value = partial_value(tensor, depth) if depth else None
    return tensor.shape if value is None else TensorShape(value.shape)


def full(value):
    """`value` if it is known in every element, else None."""
    if value is None or isinstance(value, AsShape) or value.dtype.hasobject and any(v is None for v in value.flat):
        return None
    return value


def constant_value(tensor, partial: bool = False):
    """The tensor's value as a NumPy array if it can be told from the graph alone, else None."""
    if not isinstance(tensor, Tensor):
        return np.asarray(tensor)
    value = full(partial_value(tensor))
    return None if value is None else value.astype(tensor.dtype.numpy, copy=False)


def constant_value_as_shape(tensor: Tensor) -> TensorShape:
    """The shape that a 1-D integer tensor describes, as far as it is known (-1 means unknown).

    Raises:
      ValueError: if the tensor is known not to be 1-D, or numbers below -1 are known to be in it.
    """
    if tensor.shape.rank not in (None, 1):
        raise ValueError(f"a shape is a vector: it has rank 1, but {tensor.name} has shape {tensor.shape}")
    definition = tensor.op.definition
    if definition.reads == "shape" and definition.static is not None:
        return tensor.op.inputs[tensor.value_index].shape  # only that, as in TensorFlow
    value = partial_value(tensor)
    if value is not None and value.ndim == 1:
        if any(v is not None and v < -1 for v in value):
            raise ValueError(f"Invalid value in a tensor used for shape: {value.tolist()} has sizes below -1")
        return TensorShape([None if v is None or v < 0 else int(v) for v in value])
    if definition.describes is not None:
        return definition.describes(tensor.op)
    length = tensor.shape.sizes[0] if tensor.shape.rank == 1 else None
    return UNKNOWN if length is None else TensorShape([None] * length)
