"""What lies between tensors and those with respect to which they are differentiated."""

from __future__ import annotations

import contextlib
import functools
from collections.abc import Sequence

from minitf.autodiff import gradient_names
from minitf.framework import dtypes, inside
from minitf.framework.body import stands_for
from minitf.framework.graph import get_default_graph
from minitf.framework.tensor import IndexedSlices, Tensor
from minitf.framework.traversal import depending, outwards, reached

_STEPS = dtypes.ANY - dtypes.SMOOTH  # types of which no small change can be told


def carries_gradient(tensor: Tensor) -> bool:
    """Whether gradients flow through tensors of this type."""
    return tensor.dtype.base_dtype in dtypes.SMOOTH


def beside(op):
    """A context: ops are placed where `op` is."""
    return get_default_graph().colocate_with(op)


class Way:
    """What lies between `ys` and `xs`, in the present graph and in those around it.

    Inside of a loop or branch, what was captured is one tensor with what it stands for outside.
    """

    def __init__(self, ys: list[Tensor], xs: list[Tensor], stop: set, scope: str, gated: bool | str, colocated: bool):
        self.graph, self.gated, self._colocated = get_default_graph(), gated, colocated
        name = self.graph.get_name_scope()
        self.scope = scope or (f"{name}/" if name else "")
        self._around = set(outwards(self.graph))
        self.xs, self.stop = {self.origin(x) for x in xs}, {self.origin(t) for t in stop}
        self.ys = ys
        self.givers: dict[Tensor, list] = {}  # from which ops the gradients of a tensor come; None: it is a y
        self.sums: list[tuple] = []  # ops, and those that add up the gradients of one of their outputs
        self.added: set[Tensor] = set()  # gradients that are sums of several in TensorFlow
        self.inner: dict[Tensor, object] = {}  # the gradients of xs that are in a branch of an If
        self.relevant = self._relevant([self.origin(y).op for y in ys])

    def origin(self, tensor: Tensor) -> Tensor:
        """The tensor itself, or the one that it stands for in the graphs around."""
        return tensor if self.graph.outer is None else stands_for(tensor, self._around)

    def matters(self, tensor: Tensor) -> bool:
        """Whether somebody asked for a gradient that flows through `tensor`."""
        tensor = self.origin(tensor)
        passed = tensor.op in self.relevant and tensor not in self.stop
        return (tensor in self.xs or passed) and carries_gradient(tensor)

    @functools.cached_property
    def places(self) -> dict:
        """When TensorFlow comes to the ops on the way."""
        return gradient_names.places(self.ys, self.sources, self.relevant | {x.op for x in self.xs})

    def first(self, tensor: Tensor) -> int:
        """Which of the gradients of `tensor` TensorFlow has first."""
        order = [-1 if op is None else self.places.get(op, len(self.places)) for op in self.givers[tensor]]
        return order.index(min(order))

    def _relevant(self, roots: list) -> set:
        """The ops on a path from the xs to `roots`: those with an input that is an x or depends on one."""
        before = reached(roots, lambda op: [t.op for t in self.sources(op) if t not in self.stop])
        self._primitives = any(op.definition.dataflow is not None for op in before)
        return depending(before, self._depends)

    def _depends(self, op, found: set) -> bool:
        inputs = any(t in self.xs or t.op in found and self._leads_on(t) for t in self.sources(op))
        return inputs or bool(self.asked_inside(op))

    def _leads_on(self, tensor: Tensor) -> bool:
        """Whether a gradient can come back to `tensor`: not through integers, except among TensorFlow's primitives of
        loops, where they decide the ways of values, and gradients are refused.
        """
        return tensor not in self.stop and (self._primitives or tensor.dtype.base_dtype not in _STEPS)

    def asked_inside(self, op) -> list[Tensor]:
        """The xs that are tensors of a branch of an If op."""
        return [t for t in op.outputs if type(t) is inside.Given and t in self.xs] if op.type == "If" else []

    def sources(self, op) -> Sequence[Tensor]:
        """What the op depends on; a loop variable of a loop around depends on what it starts as."""
        if self.graph.outer is None:
            return op.inputs
        if op.definition.role == "argument" and op.graph in self._around and "starts_as" in op.attrs:
            return [self.origin(op.attrs["starts_as"])]
        return [self.origin(t) for t in op.inputs]

    @contextlib.contextmanager
    def context(self, op):
        """Where the gradient ops of `op` are made: with its line in the script and in a scope of its own."""
        with self.graph.at(op.origin), self.graph.name_scope(self.scope_of(op)), self.beside(op):
            yield

    def beside(self, op):
        """A context: ops are placed where `op` is, if that was asked for."""
        return beside(op) if self._colocated else contextlib.nullcontext()

    def beside_parts(self, tensor: Tensor, parts: list):
        """A context: the sum of the gradients of `tensor` is placed where TensorFlow's is."""
        if any(isinstance(p, IndexedSlices) for p in parts):
            return self.beside(tensor.op)
        return self.graph.colocate_with(parts[self.first(tensor)], ignore_existing=True)

    def scope_of(self, op) -> str:
        """The name scope of the gradient ops of `op`."""
        return f"{self.scope}{op.name}_grad/"
