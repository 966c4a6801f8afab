"""Assignment to a part of a variable, `v[1:3].assign(x)`."""

from __future__ import annotations

import numpy as np

from minitf.framework import dtypes, errors
from minitf.framework.registry import define
from minitf.ops import patterns
from minitf.ops.array import indexing
from minitf.ops.array.slicing import index_of, numpy_index, plain
from minitf.ops.state import state


def _check(op, part: tuple, given: tuple) -> None:
    if part != given:
        raise errors.AtRun(
            f"a value of shape {list(given)} was assigned to a part of shape {list(part)} of variable "
            f"'{op.inputs[0].op.name}'; it is not broadcast",
            errors.UnimplementedError,
        )


def _assigned(op, old, *bounds_and_value):
    *bounds, value = bounds_and_value
    new, index = old.copy(), numpy_index(op.attrs, old.shape, *bounds)
    _check(op, np.shape(new[index]), value.shape)
    new[index] = value
    return new


def _kernel(b, op, ref, *bounds_and_value):
    *bounds, value = bounds_and_value
    index = index_of(op.attrs, *plain([b.data(bound) for bound in bounds]), len(ref.shape))
    shape, steps, offset = indexing.walk(b, index, ref.shape)
    _check(op, tuple(shape), value.shape)
    patterns.place(b, state.apart(b, ref, value), ref, steps, offset)
    return ref


def _host(b, op, ref, *values):
    state.slot_of(ref).store(np.asarray(_assigned(op, b.data(ref), *[b.data(v) for v in values])))
    return ref


define(
    "StridedSliceAssign",
    "ref: &T, begin: Index~[n], end: Index~[n], strides: Index~[n], value: T; begin_mask: int = 0, end_mask: int = 0, "
    "ellipsis_mask: int = 0, new_axis_mask: int = 0, shrink_axis_mask: int = 0 -> output_ref: &T",
    Index=dtypes.INDEX,
    shape=patterns.same,
    numpy=_assigned,
    kernel=_kernel,
    host=_host,
    **patterns.STATEFUL,
)
