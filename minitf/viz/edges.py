"""What connects the nodes of a view."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from minitf.framework.operation import Operation
from minitf.graphs.inner import arguments_of, nexts_of, results_of
from minitf.viz import style
from minitf.viz.outline import Group
from minitf.viz.view import Gap, View


@dataclass(eq=False)
class Edge:
    """What leads from one node to another: a label for each tensor, none for control dependencies.

    kind: "data", "gradient" (to a gradient that is beside its op), "backward" (from one gradient to another),
    "control" or "next" (from one iteration of a loop to the following one); chain: it leads from one copy of
    a repeated part to another.
    """

    source: object
    target: object
    kind: str
    chain: bool = False
    labels: list[str] = field(default_factory=list)

    @property
    def is_joined(self) -> bool:
        """Whether it is drawn as one for several tensors."""
        ends = isinstance(self.source, Operation), isinstance(self.target, Operation)
        return len(self.labels) > 1 and not all(ends)


def edges_into(op) -> Iterator[tuple]:
    """What leads to an operation, or to the arguments of its bodies: (a tensor, or an op to wait for; the op
    that it leads to; kind; what it is there).
    """
    arguments = arguments_of(op)
    into_bodies = {outer for _, outer in arguments.values()}
    for tensor in op.inputs:
        if tensor not in into_bodies:
            yield tensor, op, "next" if tensor.op.type == "NextIteration" else "data", ""
    for argument, (_, outer) in arguments.items():
        yield outer, argument, "data", ""
    for tensor, argument in nexts_of(op):
        yield tensor, argument.op, "next", ""
    for what, tensor in results_of(op) or [("final", tensor) for tensor, _ in nexts_of(op)]:
        yield tensor, op, "data", what
    for source in op.control_inputs:
        yield source, op, "control", ""


def edges_of(view: View) -> list[Edge]:
    """The edges between the nodes of a view."""
    found = _Edges(view)
    for graph in view.outline.graphs:
        for op in graph.ops:
            if op in view.node_of:
                for edge in edges_into(op):
                    found.add(op, *edge)
    return list(found.edges.values())


class _Edges:
    """The edges found so far, by their ends and kind."""

    def __init__(self, view: View):
        self.view, self.edges = view, {}
        self._copies: dict = {}  # node -> the runs around it, and which copy (or gap) of each it is in

    def add(self, op, source, target, kind: str, what: str) -> None:
        """Notes what leads to an operation or to an argument of its bodies."""
        beside, node_of = self.view.outline.forward, self.view.node_of
        text = " ".join(filter(None, [what, style.edge_label(source)])) if kind == "data" else ""
        if kind == "data" and (target in beside or source.op in beside):
            kind = "gradient" if source.op.order < beside.get(target, source.op).order else "backward"
        self.join(node_of.get(source.op), node_of.get(target, node_of[op]), kind, text)

    def join(self, source, target, kind: str, text: str) -> None:
        """Notes one edge, unless both its ends are drawn as one node."""
        if source is None or source == target and (kind != "next" or not isinstance(target, Operation)):
            return
        key = source, target, kind
        if key not in self.edges:
            self.edges[key] = Edge(*key, chain=kind == "data" and self.is_chain(source, target))
        self.edges[key].labels.append(text)

    def is_chain(self, source, target) -> bool:
        """Whether an edge leads from one copy of a run to another."""
        one, other = self.copies(source), self.copies(target)
        return any(other.get(run, copy) != copy for run, copy in one.items())

    def copies(self, node) -> dict:
        """The runs around a node -> the copy, or gap, that it is in."""
        if node not in self._copies:
            found = {node.run: node} if isinstance(node, Gap) else {}
            group = self.view.outline.group_of[node] if isinstance(node, Operation) else node
            group = group.run if isinstance(group, Gap) else group
            while group is not None and group.kind != "graph":
                if group.kind == "copy":
                    found[group.parent] = group
                group = group.parent
            self._copies[node] = found
        return self._copies[node]


def group_of(view: View, node) -> Group:
    """The group that a node is, or is in."""
    if isinstance(node, Gap):
        return node.run
    return node if isinstance(node, Group) else view.outline.group_of[node]
