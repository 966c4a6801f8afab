"""Graphs as GraphDef messages."""

from __future__ import annotations

import sys

import numpy as np

from minitf.framework import protos
from minitf.framework.attributes import Attribute
from minitf.framework.graph import Graph
from minitf.framework.operation import set_node_exporter
from minitf.framework.shape import SCALAR, TensorShape
from minitf.framework.traversal import bodies_of
from minitf.graphs import bodies
from minitf.graphs.definitions import op_def  # noqa: F401 - asked of this module by ops
from minitf.graphs.inner import arguments_of, nexts_of, results_of
from minitf.graphs.spelling import said, said_type
from minitf.graphs.values import attribute as message_of
from minitf.graphs.values import shape_proto, tensor_proto

_PRODUCER = 134  # the version of GraphDefs that TensorFlow 1.15 writes
_NOTE = Attribute(None)  # what is left on an op, of any kind
_RESOURCE = 20  # the DataType of handles
_SHOWN = 1024  # bytes of the largest constants that a drawing of the graph needs


def graph_def(graph: Graph, from_version: int | None = None, add_shapes: bool = False):
    """The GraphDef of a graph, without the ops up to number `from_version`.

    The ops of loops' and branches' bodies are nodes too: an argument of a body reads what it starts from, and
    the Loop or If reads, after its own inputs, what its bodies compute.
    """
    found = protos.message("GraphDef")(versions={"producer": _PRODUCER})
    for op, source, place in _all_ops(graph.root):
        if op.id > (from_version or 0):
            found.node.append(node_def(op, source, place, add_shapes))
    return found


def _all_ops(graph: Graph, sources: dict | None = None, place: list | None = None):
    """All ops, those of bodies before the op whose bodies they are, what arguments of bodies read, and in
    which body of which op they are.
    """
    for op in graph.ops:
        bodies = bodies_of(op)
        inner = {arg: outer for arg, (_, outer) in arguments_of(op).items()} if bodies else {}
        for name, body in bodies.items():
            yield from _all_ops(body, inner, [op.name, name])
        yield op, (sources or {}).get(op), place


def node_def(op, source=None, place=None, add_shapes: bool = False):
    """The NodeDef of an op; of one in a body with that body's `place`, of an argument with its `source`."""
    inputs = [*op.inputs, *([] if source is None else [source]), *_computed_in_bodies(op)]
    type = said_type(op).removeprefix("Ref") if _passes_handle(op) else said_type(op)
    node = protos.message("NodeDef")(name=op.name, op=type, device=op.device)
    node.input.extend(t.op.name if t.value_index == 0 else t.name for t in inputs)
    node.input.extend(sorted(f"^{other.name}" for other in op.control_inputs))  # in TensorFlow's order
    for name, found in _attributes(op).items():
        node.attr[name].CopyFrom(found)
    if _passes_handle(op):
        node.attr["T"].type = _RESOURCE
    if op.groups:
        node.attr["_class"].list.s.extend(op.groups)
    if place is not None:
        node.attr["_body"].CopyFrom(message_of(place))
    shapes = _output_shapes(op) if add_shapes else []
    if shapes:
        node.attr["_output_shapes"].list.shape.extend(map(shape_proto, shapes))
    return node


def _passes_handle(op) -> bool:
    """Whether what a primitive of loops or branches hands on is the handle of a resource."""
    seen = set()
    while op.definition.dataflow and op.inputs and op not in seen:
        seen.add(op)
        op = op.inputs[op.definition.dataflow == "select"].op
    return bool(seen) and op.definition.by_handle and op.definition.role == "variable"


def _output_shapes(op) -> list[TensorShape]:
    """The shapes of what TensorFlow's op gives: a handle is a scalar, and a change by one gives nothing."""
    if _passes_handle(op):
        return [SCALAR] * len(op.outputs)
    if not op.definition.by_handle:
        return [t.shape for t in op.outputs]
    if op.definition.role == "variable":
        return [SCALAR]
    return [t.shape for t in op.outputs if not t.dtype.is_ref_dtype]


def _attributes(op) -> dict:
    """AttrValues by name."""
    if op.type == "Missing":
        return op.attrs["given"]
    known, found = op.definition.attributes, {}
    for name, value in {**said(op), **_structure(op)}.items():
        attribute = known.get(name, _NOTE)
        if value is not None and not (attribute.later and value == attribute.default):
            found[name] = message_of(value, attribute.kind)
    return {name: value for name, value in found.items() if value is not None}


def _structure(op) -> dict:
    """What else has to be known of an op to make it and its bodies again."""
    found = {}
    if op.type == "Arg":
        [argument] = op.outputs
        found = {"dtype": argument.dtype, "shape": argument.shape, "_const": "stands_for" in op.attrs}
    elif op.type in ("Loop", "If"):
        found = {**bodies.structure(op), "_inputs": len(op.inputs)}
    if bodies.is_incomplete(op):
        found["_incomplete"] = True
    return found


def _computed_in_bodies(op) -> list:
    """The tensors of its bodies that an op takes its results from."""
    return list(dict.fromkeys([t for t, _ in nexts_of(op)] + [t for _, t in results_of(op)]))


def without_large_constants(definition):
    """A GraphDef without the values of large constants, which TensorBoard does not show."""
    for node in definition.node:
        if node.op == "Const" and node.attr["value"].ByteSize() > _SHOWN:
            del node.attr["value"]
    return definition


def get_attr(op, name: str):
    """An attribute of an op as TensorFlow gives it; ValueError if the op has none of that name."""
    found = {**said(op), **({"_class": op.groups} if op.groups else {})}
    if name not in found:
        raise ValueError(f"Operation '{op.name}' has no attr named '{name}'; it has {sorted(found)}")
    return _given_out(found[name])


def _given_out(value):
    if isinstance(value, (list, tuple)):
        return [_given_out(v) for v in value]
    if isinstance(value, TensorShape):
        return shape_proto(value)
    if isinstance(value, np.ndarray):
        return tensor_proto(value)
    return value.encode("utf-8", "surrogateescape") if isinstance(value, str) else value


set_node_exporter(sys.modules[__name__])
