"""Ops of one plan: what a run does beside the ops of the graph, or in their place."""

from __future__ import annotations

from minitf.framework.registry import OPS, OpDef
from minitf.framework.tensor import Tensor


class Planned:
    """An op of which neither the graph nor its tensors know; it stands at the place of `op`, one of the
    graph, and has its name. Who plans, lowers or runs it sees what there is of an Operation.
    """

    __slots__ = (
        "graph",
        "order",
        "type",
        "definition",
        "name",
        "inputs",
        "attrs",
        "outputs",
        "_control_inputs",
        "guards",
        "device",
        "origin",
    )

    def __init__(self, op, definition: OpDef, inputs: tuple = (), attrs: dict | None = None):
        self.graph, self.order, self.name, self.device, self.origin = op.graph, op.order, op.name, op.device, op.origin
        self.definition, self.type = definition, definition.type
        self.inputs, self.attrs = inputs, attrs or {}
        self.outputs: list[Tensor] = []
        self._control_inputs: list = []
        self.guards: tuple = ()

    def give(self, like: Tensor) -> Tensor:
        """A further output, of the type and shape of a tensor."""
        made = Tensor(self, len(self.outputs), like.dtype.base_dtype)
        made._shape = like.shape
        self.outputs.append(made)
        return made


def copy_at(op, tensor: Tensor) -> Planned:
    """What a tensor holds when it is the turn of `op`."""
    copy = Planned(op, OPS["Identity"], (tensor,), {"T": tensor.dtype.base_dtype})
    copy.give(tensor)
    return copy


def argument_of(body, tensor: Tensor) -> Tensor:
    """An argument of a body that stands for `tensor`."""
    argument = Planned(tensor.op, OPS["Arg"], (), {"stands_for": tensor, "dtype": tensor.dtype.base_dtype})
    argument.graph = body
    return argument.give(tensor)


def again(op, places: dict) -> Planned:
    """The op on those tensors that `places` has for its inputs."""
    made = Planned(op, op.definition, tuple([places.get(t, t) for t in op.inputs]), op.attrs)
    made._control_inputs = op._control_inputs
    made.guards = tuple([places.get(t, t) for t in op.guards])
    return made
