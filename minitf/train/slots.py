"""Slots: variables that optimizers keep for each variable they train, named after it."""

from __future__ import annotations

from minitf.framework.graph import colocate_with
from minitf.ops.random.initializers import Zeros
from minitf.ops.state.variable_scope import get_variable, variable_scope


def create_slot(primary, val, name: str):
    """A variable `<primary>/<name>` that starts as `val` (a tensor), not trainable."""
    with variable_scope(None, f"{primary.op.name}/{name}"), colocate_with(primary):
        return get_variable("", initializer=val, trainable=False)


def create_slot_with_initializer(primary, initializer, shape, dtype, name: str):
    """A variable `<primary>/<name>` that `initializer` fills, not trainable."""
    with variable_scope(None, f"{primary.op.name}/{name}"), colocate_with(primary):
        return get_variable("", shape=shape, dtype=dtype, initializer=initializer, trainable=False)


def create_zeros_slot(primary, name: str, dtype=None):
    """A variable `<primary>/<name>` of zeros, with the shape and type of `primary`."""
    dtype = primary.dtype.base_dtype if dtype is None else dtype
    return create_slot_with_initializer(primary, Zeros(), primary.shape, dtype, name)
