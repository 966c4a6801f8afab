"""Whether values in memory of which only a run knows what they are are the same."""

from __future__ import annotations

import numpy as np

from minitf.runtime.lower.bounded import Bounded
from minitf.runtime.lower.builder import Value
from minitf.runtime.lower.ir import Ref

_DEPTH = 8  # of the ops that are compared


def same_value(low, one: tuple, other: tuple) -> bool:
    """Whether what two tensors are is the same: in the same memory, or made of the same in the same way. Each is given
    as a tensor and its value.
    """
    return _same_memory(one[1], other[1]) or _same_ops(low, one[0].op, other[0].op, _DEPTH) and _same_output(one, other)


def _same_output(one: tuple, other: tuple) -> bool:
    return one[0].op.outputs.index(one[0]) == other[0].op.outputs.index(other[0])


def _same_memory(one: Value | None, other: Value | None) -> bool:
    if type(one) is not Ref or type(other) is not Ref:
        return one is other and type(one) is Bounded
    if one.known is not None and other.known is not None:
        return one.dtype == other.dtype and np.array_equal(one.known, other.known)
    return one.same_place(other) and one.shape == other.shape and one.dtype == other.dtype


def _same_ops(low, one, other, depth: int) -> bool:
    """Whether two ops do the same with the same."""
    if one is other:
        return True
    definition = one.definition
    if one.type != other.type or not one.inputs or len(one.inputs) != len(other.inputs) or not depth:
        return False
    if definition.stateful or definition.effect is not None or definition.bodies or definition.dataflow is not None:
        return False
    if any([t.dtype.is_ref_dtype for t in one.inputs]) or one.attrs != other.attrs:
        return False
    return all([_same_inputs(low, a, b, depth - 1) for a, b in zip(one.inputs, other.inputs)])


def _same_inputs(low, one, other, depth: int) -> bool:
    if one is other or _same_memory(low.refs.get(one), low.refs.get(other)):
        return True
    return _same_ops(low, one.op, other.op, depth) and _same_output((one,), (other,))
