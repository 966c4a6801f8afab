"""Functions traced into graphs of their own, which run apart from the graph in which they are used."""

from __future__ import annotations

from collections.abc import Callable

from minitf.framework import dtypes
from minitf.framework.graph import Graph, get_default_graph
from minitf.framework.operation import Operation
from minitf.framework.tensor import Tensor


class FunctionGraph(Graph):
    """The graph of a function: names and ids begin anew, and tensors of the graphs around are captured.

    Arguments, and what is captured, take ids as TensorFlow's do: seeds depend on them.
    """

    def __init__(self):
        super().__init__()
        self.around = get_default_graph()
        self.seed = self.around.root.seed
        self.arguments: list[Tensor] = []
        self.results: list[Tensor] = []

    @property
    def captured_tensors(self) -> list[Tensor]:
        """The tensors of the graph around that the function uses; it is given their values."""
        return list(self.consts)

    @property
    def parameters(self) -> list[Tensor]:
        """What stands for all that the function is given: its arguments, and what it captured."""
        return [*self.arguments, *self.consts.values()]

    @property
    def targets(self) -> list[Operation]:
        """The ops that run whether or not a result needs them: they check something, or act outside of the graph."""
        return [op for op in self.ops if _acts(op)]

    def takes_from(self, root: Graph) -> bool:
        """Whether a root graph is this one, or around it."""
        return root is self or self.around.root.takes_from(root)

    def add_argument(self, dtype, shape) -> Tensor:
        """A new argument."""
        self._last_id += 1
        argument = self.argument(dtype, shape)
        self.arguments.append(argument)
        return argument

    def capture(self, tensor: Tensor) -> Tensor:
        """The tensor of this graph that stands for `tensor`, of a graph around it."""
        if tensor.op.graph.root is self:
            return super().capture(tensor)
        if tensor not in self.captures:
            outer = self.around.capture(tensor)
            if outer not in self.consts:
                self._last_id += 1
                self.take(outer, self.argument(outer.dtype.base_dtype, outer.shape))
            self.captures[tensor] = self.consts[outer]
        return self.captures[tensor]

    def control_dependencies(self, control_inputs):
        """Ops of the graphs around have run when the function does."""
        inner = control_inputs and [c for c in control_inputs if self._is_inside(c)]
        return super().control_dependencies(inner)

    def _is_inside(self, value) -> bool:
        graph = getattr(getattr(value, "op", value), "graph", self)
        return graph.root is self

    def trace(self, function: Callable, *args):
        """What `function` returns when its ops are made in this graph."""
        with self.as_default():
            return function(*args)

    def __repr__(self):
        return f"<the graph of a function with {len(self.ops)} operations>"


def _acts(op: Operation) -> bool:
    kept = any(t.dtype in (dtypes.variant, dtypes.resource) for t in op.outputs)
    return not op.outputs or op.definition.host is not None and op.definition.stateful and not kept
