"""Slots: variables that optimizers keep for each variable they train, named after it."""

from __future__ import annotations

from minitf.framework.graph import colocate_with
from minitf.ops.random.initializers import Zeros
from minitf.ops.state.partitions import SaveSliceInfo
from minitf.ops.state.resource_variable import is_resource
from minitf.ops.state.variable_scope import get_variable, variable_scope


def create_slot(primary, val, name: str):
    """A variable `<primary>/<name>` that starts as `val` (a tensor), not trainable."""
    return _slot(primary, name, initializer=val)


def create_slot_with_initializer(primary, initializer, shape, dtype, name: str):
    """A variable `<primary>/<name>` that `initializer` fills, not trainable."""
    return _slot(primary, name, shape=shape, dtype=dtype, initializer=initializer)


def create_zeros_slot(primary, name: str, dtype=None):
    """A variable `<primary>/<name>` of zeros, with the shape and type of `primary`."""
    dtype = primary.dtype.base_dtype if dtype is None else dtype
    return create_slot_with_initializer(primary, Zeros(), primary.shape, dtype, name)


def _slot(primary, name: str, **how):
    """The variable; in one piece, but if the primary is a part of another one, so is its slot."""
    with variable_scope(None, f"{primary.op.name}/{name}") as scope, colocate_with(primary):
        scope.set_partitioner(None)
        slot = get_variable("", trainable=False, use_resource=is_resource(primary) or None, **how)
    part = getattr(primary, "_save_slice_info", None)
    if part is not None:
        own = slot.op.name[len(primary.op.name) + 1 :]  # also where it begins otherwise: checkpoints have it so
        slot._set_save_slice_info(
            SaveSliceInfo(f"{part.full_name}/{own}", part.full_shape, part.var_offset, part.var_shape)
        )
    return slot
