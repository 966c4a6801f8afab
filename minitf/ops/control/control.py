"""Ordering ops without passing values: group, tuple, no_op and control dependencies on a tensor."""

from __future__ import annotations

import builtins
import contextlib

from minitf.framework import nest
from minitf.framework.apply import apply
from minitf.framework.convert import convert_to_tensor, is_tensor
from minitf.framework.graph import colocate_with, control_dependencies, device, name_scope
from minitf.framework.operation import Operation
from minitf.framework.registry import define
from minitf.framework.sparse import SparseTensor
from minitf.framework.tensor import IndexedSlices, Tensor
from minitf.ops.array import identity

define("NoOp", "->", kernel=lambda b, op: (), differentiable=False)


def no_op(name: str | None = None) -> Operation:
    """An op that does nothing; useful as something to depend on."""
    return apply("NoOp", name=name)


def group(*inputs, name: str | None = None) -> Operation:
    """An op that is done when all `inputs` (ops, tensors, or nested lists of them) are done.

    Raises:
      TypeError: if an input is neither an op nor a tensor.
    """
    by_device: dict[str, list] = {}
    for value in nest.not_too_deep(_flattened)(inputs):
        by_device.setdefault(_device_of(value), []).append(value)
    if len(by_device) < 2:
        return _grouped(*next(iter(by_device.items()), ("", [])), name or "group_deps")
    with name_scope(name, "group_deps", inputs) as scope:
        parts = [_grouped(device, values, None) for device, values in sorted(by_device.items())]
        with control_dependencies(parts):
            return no_op(scope)


def _grouped(device_name: str, values: list, name: str | None) -> Operation:
    """What is done when all values are, which are on one device."""
    with device(device_name) if device_name else contextlib.nullcontext(), control_dependencies(values):
        return no_op(name)


def _device_of(value) -> str:
    """Where a value is computed."""
    value = value.values if isinstance(value, (IndexedSlices, SparseTensor)) else value
    return value._as_graph_element().op.device


def _flattened(inputs) -> list:
    flat = []
    for value in inputs:
        if isinstance(value, (list, builtins.tuple)):
            flat.extend(_flattened(nest.flatten(value)))
        elif isinstance(value, (IndexedSlices, SparseTensor)) or hasattr(value, "_as_graph_element"):
            flat.append(value)
        else:
            raise TypeError(f"tf.group takes ops and tensors, not {value!r} of type {type(value).__name__}")
    return flat


def with_dependencies(dependencies, output_tensor, name: str | None = None):
    """`output_tensor` (IndexedSlices or a SparseTensor, too), available once all `dependencies` have run."""
    with (
        name_scope(name, "control_dependency", [dependencies]) as scope,
        colocate_with(output_tensor),
        control_dependencies(dependencies),
    ):
        if isinstance(output_tensor, IndexedSlices):
            values = identity.identity(output_tensor.values, name=scope)
            return IndexedSlices(values, output_tensor.indices, output_tensor.dense_shape)
        if isinstance(output_tensor, SparseTensor):
            return output_tensor.mapped(lambda values: identity.identity(values, name=scope))
        return identity.identity(output_tensor, name=scope)


def tuple(tensors, name: str | None = None, control_inputs=None) -> list:  # noqa: A001 - TensorFlow's own name
    """The same tensors (None stays None), each available only once all of them and `control_inputs` are computed.

    Raises:
      ValueError: if there is no tensor to wait for.
      TypeError: if a control input is neither an op nor a tensor.
    """
    with name_scope(name, "tuple", [tensors]):
        tensors = [
            t if t is None or isinstance(t, Operation) or is_tensor(t) else convert_to_tensor(t) for t in tensors
        ]
        waiting = [t if isinstance(t, Operation) else t.op for t in tensors if t is not None]
        for value in control_inputs or ():
            if not isinstance(value, (Operation, Tensor)) and not hasattr(value, "_as_graph_element"):
                raise TypeError(f"a control input is an op or a tensor, not {value!r}")
            waiting.append(value._as_graph_element().op)
        if not waiting:
            raise ValueError(f"tf.tuple needs at least one tensor that is not None, given {tensors!r}")
        gate = group(*sorted(set(waiting), key=lambda op: op.order))
        return [_gated(gate, t) for t in tensors]


def _gated(gate: Operation, value):
    if value is None:
        return None
    if isinstance(value, Operation):
        with control_dependencies([gate]):
            return group(value)
    return with_dependencies([gate], value)
