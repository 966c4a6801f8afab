"""Functions traced into graphs of their own, which run apart from the graph in which they are used."""

from __future__ import annotations

from collections.abc import Callable

from minitf.framework import dtypes, inside
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
        self.variables: dict[Operation, Operation] = {}  # of the graphs around, by what stands for them here
        self.results: list[Tensor] = []

    @property
    def captured_tensors(self) -> list[Tensor]:
        """The tensors of the graph around that the function uses; it is given their values."""
        return list(self.consts)

    @property
    def parameters(self) -> list[Tensor]:
        """What stands for all that the function is given: its arguments, and what it captured, but for variables that
        are resources, which it finds itself.
        """
        return [*self.arguments, *[t for t in self.consts.values() if t.op not in self.variables]]

    @property
    def targets(self) -> list[Operation]:
        """The ops that run whether or not a result needs them: they check something, or act outside of the graph."""
        return [op for op in self.ops if _acts(op)]

    @property
    def home(self) -> Graph:
        """Where its variables are: around it."""
        return self.around.root.home

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
                handle = outer.op.definition.by_handle and outer.op.definition.role == "variable"
                mine = self._variable(outer) if handle else self.argument(outer.dtype.base_dtype, outer.shape)
                self.take(outer, mine)
            self.captures[tensor] = self.consts[outer]
        return self.captures[tensor]

    def _captured(self, tensor: Tensor, definition, name: str) -> Tensor:
        found = super()._captured(tensor, definition, name)
        if definition.writes and tensor.dtype.is_ref_dtype and not found.dtype.is_ref_dtype:
            raise TypeError(
                f"{definition.type} '{name}' in a function cannot change variable {tensor.op.name}, whose value the "
                "function is given: requires l-value input; make the variable with use_resource=True"
            )
        return found

    def _variable(self, handle: Tensor) -> Tensor:
        """What gives the same variable here."""
        around = handle.op
        op = inside.uncounted(self, around.type, handle.dtype, dict(around.attrs))
        op.outputs[0]._shape, op.device = handle.shape, around.device
        self.variables[op] = around
        self.ops.append(op)
        self._by_name[op.name] = op
        return op.outputs[0]

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
    if not op.outputs or op.definition.writes:
        return True
    kept = any(t.dtype in (dtypes.variant, dtypes.resource) for t in op.outputs)
    return op.definition.host is not None and op.definition.stateful and not kept
