"""Graphs as TensorFlow can run them: loops and branches of its primitives, no ops that only minitf has."""

from __future__ import annotations

from minitf.framework.dtypes import variant
from minitf.framework.graph import Graph, set_graph_exporter
from minitf.framework.operation import Operation
from minitf.framework.origin import warn
from minitf.framework.tensor import Tensor
from minitf.framework.traversal import bodies_of, reached
from minitf.graphs import export
from minitf.graphs.handles import with_handles
from minitf.graphs.primitives import Copy
from minitf.graphs.slices import alike, depth
from minitf.graphs.spelling import is_readable, said_type
from minitf.graphs.substitutes import ON_LISTS, RULES, SOMETIMES, as_list, does_more, named
from minitf.graphs.tensor_arrays import array_of, gradients_of
from minitf.graphs.tensor_lists import RULES as LISTS
from minitf.graphs.values import attribute

_SPELLED = {"SumOfTensorLists": "AddN", "ZerosLikeTensorList": "ZerosLike"}


def to_tensorflow(graph: Graph, add_shapes: bool = False):
    """The GraphDef of a graph as TensorFlow 1.15 and 2.15 read it.

    Loops and branches are made of Enter, Merge, Switch and so on; ops that TensorFlow lacks, of others. Names
    stay. add_shapes: with the static shapes of all tensors.

    Raises:
      ValueError: if there are ops that have no such form; all of their types are named.
    """
    copy = _lowered(graph.root)
    lacking = _lacking(copy.graph)
    if lacking:
        raise ValueError(f"TensorFlow has no ops like {lacking}")
    return _definition(copy.graph, add_shapes)


def _lacking(graph: Graph) -> str:
    """The types of a lowered graph's ops that TensorFlow lacks, each with an op of it."""
    found = {said_type(op): op for op in graph.ops if op.type not in _SPELLED and not is_readable(op)}
    return ", ".join(f"{type} '{op.name}'" for type, op in sorted(found.items()))


def graph_def(graph: Graph, from_version: int | None = None, add_shapes: bool = False):
    """The GraphDef of a graph as TensorFlow reads it; where there is no such form, with a warning, as only minitf does.

    Ops that TensorFlow lacks stay what they are; so does all of the graph if there are arrays like that. from_version:
    without what ops up to this number have become.
    """
    if not needs_lowering(graph.root):
        return export.graph_def(graph, from_version, add_shapes)
    try:
        copy = _lowered(graph.root)
        definition = _definition(copy.graph, add_shapes)
    except (ValueError, TypeError) as error:
        warn(f"this graph has no form that TensorFlow can read, only minitf: {error}")
        return export.graph_def(graph, from_version, add_shapes)
    lacking = _lacking(copy.graph)
    if lacking:
        warn(f"TensorFlow cannot read this graph, only minitf can: TensorFlow has no ops like {lacking}")
    for i in reversed(range(len(definition.node)) if from_version else ()):
        if copy.ages.get(definition.node[i].name, from_version) <= from_version:
            del definition.node[i]
    return definition


def needs_lowering(graph: Graph) -> bool:
    """Whether a graph has loops, branches or ops that TensorFlow lacks."""
    return any(bodies_of(op) or not is_readable(op) or does_more(op) for op in graph.ops)


def _lowered(graph: Graph) -> _Copy:
    copy = _Copy(graph)
    copy.ops_of(graph)
    _gate(copy.graph)
    return copy


def _definition(graph: Graph, add_shapes: bool):
    """The GraphDef of a lowered graph."""
    definition = with_handles(graph, export.graph_def(graph, add_shapes=add_shapes))
    for node in definition.node:
        if node.op in _SPELLED:
            _spell(node)
        if "_class" in node.attr:
            _place(node, graph)
    return definition


def _place(node, graph: Graph) -> None:
    """Takes out of what a node is to be placed with the nodes that there are no more."""
    there = [text for text in node.attr["_class"].list.s if text.removeprefix(b"loc:@").decode() in graph._by_name]
    node.attr["_class"].list.s[:] = there
    if not there:
        del node.attr["_class"]


def _spell(node) -> None:
    """Gives an op on lists the name that TensorFlow has for it and for others."""
    node.op = _SPELLED[node.op]
    node.attr["T"].CopyFrom(attribute(variant))
    if node.op == "AddN":
        node.attr["N"].i = sum(not text.startswith("^") for text in node.input)


def _gate(graph: Graph) -> None:
    """Has variables that are updated together wait for all that the updates take.

    TensorFlow runs ops in any order, and what reads a variable sees what is written meanwhile.
    """
    for op in list(graph.ops):
        updates = [u for u in op.control_inputs if op.type == "NoOp" and u.inputs and _is_update(u)]
        needed = {t.op for u in updates for t in u.inputs[1:]}
        for update in updates:
            before = _older(needed, update) - {t.op for t in update.inputs} - set(update.control_inputs)
            update._add_control_inputs(sorted(before, key=lambda one: one.order))


def _is_update(op: Operation) -> bool:
    return op.definition.stateful and op.definition.inputs[0].is_ref and op.inputs[0].op.definition.role == "variable"


def _older(ops: set, than: Operation) -> set:
    """The ops themselves, as far as they were made before another one, or what they read."""
    found = reached(ops, lambda op: [] if op.order < than.order else [t.op for t in op.inputs])
    return {op for op in found if op.order < than.order}


class _Copy(Copy):
    """A copy in which each op that TensorFlow lacks is made of others."""

    def plain(self, op: Operation) -> None:
        rule = self.rule(op)
        if rule is None:
            return super().plain(op)
        before = len(self.graph.ops)
        with self.graph.as_default(), self.graph.control_dependencies(self.controls(op)):
            with self.graph.name_scope(f"{op.name}/"):
                result = rule(op, *(self.value(t) for t in op.inputs))
            results = result if isinstance(result, tuple) else (result,)
            last = named(op, results)
        if self.pivot is not None:
            for new in self.graph.ops[before:]:
                if not new.inputs and not new.control_inputs:
                    new._add_control_inputs([self.pivot])
        self.stands_for(op, last, [alike(t, given) for t, given in zip(last.outputs, results)])

    def __init__(self, graph: Graph):
        super().__init__(graph)
        self.listed = {*_kept_arrays(graph), *_lists(graph)}

    def rule(self, op: Operation):
        """How to make an op of others; None if it is copied as it is."""
        if op in self.listed:
            return as_list
        if op.inputs and depth(self.value(op.inputs[0])) and op.type in ON_LISTS:
            return ON_LISTS[op.type]
        if op.type == "ZerosLike" and not depth(self.value(op.inputs[0])) and _is_flow(op.inputs[0]):
            return RULES["TensorArrayGradV3"]
        return RULES.get(op.type) if op.type not in SOMETIMES or does_more(op) else None


def _is_flow(tensor: Tensor) -> bool:
    return tensor.shape.rank is None and array_of(tensor) is not None


def _kept_arrays(graph: Graph):
    """The TensorArrays that a loop has a new one of in each trip, or a branch makes, and keeps for its gradient."""
    for op in graph.ops:
        loop, branches = op.attrs.get("loop"), op.attrs.get("branches")
        given = [] if branches is None else [t for body in branches.bodies for t in body.results if type(t) is Tensor]
        for y in given if loop is None else [loop.ys[k] for k in loop.saved]:
            if _is_flow(y) and gradients_of(y) is None and (loop is not None or _is_inside(array_of(y), op)):
                yield array_of(y)
        for body in bodies_of(op).values():
            yield from _kept_arrays(body)


def _lists(graph: Graph):
    """The TensorArrays that were lists: their elements may be written again."""
    for op in graph.ops:
        if op.type == "TensorArrayV3" and op.attrs["tensor_array_name"] in LISTS:
            yield op
        for body in bodies_of(op).values():
            yield from _lists(body)


def _is_inside(array: Operation, op: Operation) -> bool:
    """Whether an array is made in a body of an op."""
    graph = array.graph
    while graph is not None and graph.outer is not op.graph:
        graph = graph.outer
    return graph is not None


set_graph_exporter(graph_def)
