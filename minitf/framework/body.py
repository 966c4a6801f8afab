"""Tracing a Python function into the body of a loop or branch."""

from __future__ import annotations

from collections.abc import Callable

from minitf.framework.graph import Graph, get_default_graph
from minitf.framework.tensor import Tensor


class Body(Graph):
    """A graph with arguments and results, nested in the graph in which it was made."""

    def __init__(self, condition: Body | None = None):
        super().__init__(outer=get_default_graph())
        self._condition = (
            condition  # of the same loop: what it captured already comes in by the same Enter op
        )
        self.arguments: list[Tensor] = []
        self.results: list[Tensor] = []

    def add_argument(self, dtype, shape, starts_as: Tensor | None = None) -> Tensor:
        """A new argument, to be given by the op whose body this is: at first, or slice by slice, it is
        `starts_as`.
        """
        argument = self.argument(dtype, shape)
        if starts_as is not None:
            argument.op.attrs["starts_as"] = starts_as
        self.arguments.append(argument)
        return argument

    def captured(self, tensor: Tensor, outer: Tensor) -> Tensor:
        """Makes (once) the argument that stands for `outer`; TF 1 passes it in by an op, Enter or Switch."""
        if outer not in self.consts:
            self.root.reserve_ids(0 if self._condition is not None and outer in self._condition.consts else 1)
        return super().captured(tensor, outer)

    def trace(self, function: Callable, *args):
        """What `function` returns when its ops are made in this body."""
        with self.as_default():
            return function(*args)


def stands_for(tensor: Tensor, around: set[Graph] | None = None) -> Tensor:
    """The tensor further out (but not out of the graphs `around`) that a captured one stands for."""
    while "stands_for" in tensor.op.attrs and (around is None or tensor.op.graph in around):
        tensor = tensor.op.attrs["stands_for"]
    return tensor


def merged_consts(*bodies: Body) -> list[Tensor]:
    """The outer tensors that any of the bodies uses."""
    return list(dict.fromkeys(outer for body in bodies if body is not None for outer in body.consts))


def outer_controls(*bodies: Body) -> list:
    """The outer ops that have to run before any of the bodies."""
    return list(dict.fromkeys(op for body in bodies if body is not None for op in body.outer_control_inputs))
