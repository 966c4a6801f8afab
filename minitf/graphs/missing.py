"""Ops that minitf has not: a graph that has some can be read, and all of it run that does not need them."""

from __future__ import annotations

from minitf.framework import dtypes, errors
from minitf.framework.apply import apply_op
from minitf.framework.graph import get_default_graph
from minitf.framework.operation import Operation
from minitf.framework.tensor import Tensor
from minitf.graphs.making import is_known
from minitf.graphs.nodes import source_of
from minitf.graphs.spelling import has_functions, is_tensorflows
from minitf.ops.control import missing  # noqa: F401 - defines Missing


class Missing:
    """The nodes that cannot become ops, and why.

    Raises:
      tf.errors.NotFoundError: if TensorFlow has no such ops either.
    """

    def __init__(self, nodes: dict, plain: bool = False):
        self.reasons: list[str] = []
        self.plain = plain
        lacking = {n.op: n.name for n in nodes.values() if not is_known(n.op, plain)}
        unknown = {op: name for op, name in lacking.items() if not is_tensorflows(op)}
        called = {n.op: n.name for n in nodes.values() if has_functions(n.op)}
        if called:
            self.reasons.append(f"the functions of {_listed(called)} are not kept in graphs: make it anew")
            lacking = {op: name for op, name in lacking.items() if op not in called}
        if unknown:
            raise errors.NotFoundError(None, None, f"Op type not registered: minitf has no {_listed(unknown)}")
        if lacking:
            self.reasons.append(f"Op type not registered: minitf has no {_listed(lacking)}")
        self.counts: dict[str, int] = {}
        for node in nodes.values():
            for name, index in map(source_of, node.input):
                self.counts[name] = max(self.counts.get(name, 1), (index or 0) + 1)

    def is_needed(self, node, before: list[Operation]) -> bool:
        """Whether a node, or what it reads or waits for, cannot become an op."""
        if "_why" in node.attr:
            why = node.attr["_why"].s.decode()
            self.reasons += [] if why in self.reasons else [why]
            return True
        return not is_known(node.op, self.plain) or any(op.type == "Missing" for op in before)

    def add(self, node, reason: str) -> None:
        """Notes why a node cannot become an op."""
        self.reasons.append(f"node {node.name!r} of type {node.op}: {reason}")

    def made(self, node, inputs: list[Tensor], name: str) -> tuple[Operation, list]:
        """What stands for the node: an op that says why it cannot run."""
        graph = get_default_graph()
        inputs = [t for t in inputs if t.op.graph is graph]  # others are of bodies that nothing owns
        types = [_type_of(node)] * max(self.counts.get(node.name, 1), _outputs(node))
        given = {key: value for key, value in node.attr.items() if key not in ("_class", "_output_shapes")}
        said = {"stands_for_op": node.op, "reasons": self.reasons, "given": given}
        op = apply_op("Missing", inputs, dtypes=types, name=f"{name}/", **said)
        return op, list(op.outputs)


def _listed(found: dict) -> str:
    return ", ".join(f"{type!r} (node {name!r})" for type, name in sorted(found.items()))


def _outputs(node) -> int:
    return len(node.attr["_output_shapes"].list.shape) if "_output_shapes" in node.attr else 0


def _type_of(node) -> dtypes.DType:
    """The type that a node's outputs seem to have."""
    for key in ("dtype", "T", "DstT", "out_type"):
        number = node.attr[key].type % 100 if key in node.attr else 0
        if number in dtypes._BY_ENUM:
            return dtypes._BY_ENUM[number]
    return dtypes.float32
