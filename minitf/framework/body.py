"""Tracing a Python function into the body of a loop or branch."""

from __future__ import annotations

from collections.abc import Callable

from minitf.framework import inside, op_counts
from minitf.framework.graph import Graph, get_default_graph
from minitf.framework.operation import Operation
from minitf.framework.tensor import Tensor


class Body(Graph):
    """A graph with arguments and results, nested in the graph in which it was made."""

    def __init__(self, condition: Body | None = None, of_loop: bool = True):
        super().__init__(outer=get_default_graph())
        if of_loop:
            inside.check_loops(self.outer, "Loop", self.outer.waited_for())
        self.condition = condition  # of the same loop: what it captured already comes in by the same Enter op
        self.of_loop = of_loop  # or of a branch
        self.arguments: list[Tensor] = []
        self.results: list[Tensor] = []
        self.owner: Operation | None = None  # the op whose body this is, once that is made
        self.form = None  # what the op does, in terms of its bodies: a Loop or Branches
        self.given: dict = {}  # tensor (or op) of this body -> what the owner gives out for it
        self.rivals: list[tuple] = []  # (flag of an op of this body, op of the owner's other body that waits for it)
        self.inherited: set[Operation] = set()  # ops outside for which the owner waits only for its ops

    def adopt(self, owner: Operation, form) -> None:
        """Notes the op whose body this is; it waits for what ops of the body wait for outside."""
        self.owner, self.form = owner, form
        for others in self.waits.values():
            for other in others:
                self._wait_outside(other)

    def hold_back(self, op: Operation, other: Operation) -> None:
        """Has an op of this body wait for `other`, an op outside: then its owner does."""
        self.waits.setdefault(op, []).append(other)
        if self.owner is not None:
            self._wait_outside(other)

    def _wait_outside(self, other: Operation) -> None:
        owner = self.owner
        if other not in owner._control_inputs and other not in owner.graph.waits.get(owner, ()):
            self.inherited.add(other)
            inside.wait(owner, [other])

    def flag(self, inner: Operation | Tensor) -> Tensor:
        """A flag outside of this body: whether an op of it ran (or a flag of it is true)."""
        if inner not in self.given:
            self.given[inner] = self.form.flag(self, inner)
        return self.given[inner]

    def take(self, outer: Tensor, argument: Tensor) -> None:
        """Has `argument` stand for `outer`, an input of the op whose body this is, if there is one yet."""
        super().take(outer, argument)
        if self.owner is not None:
            self.form.take(self.owner, outer)

    def add_argument(self, dtype, shape, starts_as: Tensor | None = None) -> Tensor:
        """A new argument, to be given by the op whose body this is: at first, or slice by slice, it is `starts_as`."""
        argument = self.argument(dtype, shape)
        if starts_as is not None:
            argument.op.attrs["starts_as"] = starts_as
        self.arguments.append(argument)
        return argument

    def captured(self, tensor: Tensor, outer: Tensor) -> Tensor:
        """Makes (once) the argument that stands for `outer`; TF 1 passes it in by an op, Enter or Switch."""
        if outer not in self.consts:
            op_counts.skip(not (self.condition is not None and outer in self.condition.consts), self)
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
