"""Graphs as GraphDef messages, which TensorBoard draws."""

from __future__ import annotations

import numpy as np

from minitf.framework import protos
from minitf.framework.dtypes import DType
from minitf.framework.graph import Graph, set_graph_exporter
from minitf.framework.shape import TensorShape
from minitf.viz.bodies import arguments_of, bodies_of, nexts_of, results_of

_PRODUCER = 134  # the version of GraphDefs that TensorFlow 1.15 writes
_LARGEST = 1024  # bytes: larger values of constants are left out
_QUEUES = ("FIFOQueueV2", "PaddingFIFOQueueV2", "PriorityQueueV2", "RandomShuffleQueueV2")
_DEQUEUES = ("QueueDequeueV2", "QueueDequeueManyV2", "QueueDequeueUpToV2")
_RENAMED = {
    **{(type, "dtypes"): "component_types" for type in _QUEUES + _DEQUEUES},
    **{(type, "parts"): "shapes" for type in _QUEUES},
    ("PyFunc", "dtypes"): "Tout",
    ("PyFuncStateless", "dtypes"): "Tout",
    ("RandomStandardNormal", "I"): "T",
    ("RandomUniform", "I"): "T",
    ("RandomUniformInt", "I"): "T",
    ("Split", "num"): "num_split",
    ("TruncatedNormal", "I"): "T",
}


def graph_def(graph: Graph, from_version: int | None = None, add_shapes: bool = False):
    """The GraphDef of a graph, without the ops up to number `from_version`.

    The ops of loops' and branches' bodies are nodes too: an argument of a body reads what it starts from, and
    the Loop or If reads, after its own inputs, what its bodies compute.
    """
    found = protos.message("GraphDef")(versions={"producer": _PRODUCER})
    for op, source in _all_ops(graph.root):
        if op.id > (from_version or 0):
            found.node.append(_node(op, source, add_shapes))
    return found


def _all_ops(graph: Graph, sources: dict | None = None):
    """All ops, those of bodies before the op whose bodies they are, and what arguments of bodies read."""
    for op in graph.ops:
        bodies = bodies_of(op)
        inner = {arg: outer for arg, (_, outer) in arguments_of(op).items()} if bodies else {}
        for body in bodies.values():
            yield from _all_ops(body, inner)
        yield op, (sources or {}).get(op)


def _node(op, source, add_shapes: bool):
    inputs = [*op.inputs, *([] if source is None else [source]), *_computed_in_bodies(op)]
    node = protos.message("NodeDef")(name=op.name, op=op.type, device=op.device)
    node.input.extend(t.op.name if t.value_index == 0 else t.name for t in inputs)
    node.input.extend(f"^{other.name}" for other in op.control_inputs)
    for name, value in op.attrs.items():
        attr = None if _is_own(op, name) else _attr(value)
        if attr is not None:
            node.attr[_RENAMED.get((op.type, name), name)].CopyFrom(attr)
    if add_shapes and op.outputs:
        node.attr["_output_shapes"].list.shape.extend(_shape(t.shape) for t in op.outputs)
    return node


def _computed_in_bodies(op) -> list:
    """The tensors of its bodies that an op takes its results from."""
    return list(dict.fromkeys([t for t, _ in nexts_of(op)] + [t for _, t in results_of(op)]))


def _is_own(op, name: str) -> bool:
    """Whether TensorFlow's op has no such attribute: it counts only inputs that are a list of one type."""
    counts = any(arg.is_list and (arg.variable or arg.fixed) for arg in op.definition.inputs)
    return name == "follows" or name == "N" and not counts or name == "parts" and op.type in _DEQUEUES


def _attr(value):
    """An AttrValue, or None if the message has no form for such a value or the value is large."""
    kind = _kind(value)
    content = None if kind is None else _CONTENTS[kind](value)
    return None if content is None else protos.message("AttrValue")(**{kind: content})


def _kind(value) -> str | None:
    """The field of an AttrValue that holds such values."""
    return next((field for types, field in _FIELDS.items() if isinstance(value, types)), None)


def _tensor(array):
    if array.nbytes > _LARGEST:
        return None
    return protos.tensorboard("util.tensor_util").make_tensor_proto(array)


def _list(values):
    kinds = {_kind(v) for v in values}
    if len(kinds) != 1 or kinds & {None, "tensor", "list"}:
        return None
    [kind] = kinds
    return {kind: [_CONTENTS[kind](v) for v in values]}


def _shape(shape: TensorShape):
    message = protos.message("TensorShapeProto")
    if shape.sizes is None:
        return message(unknown_rank=True)
    return message(dim=[{"size": -1 if n is None else n} for n in shape.sizes])


_FIELDS = {
    (bool, np.bool_): "b",
    (int, np.integer): "i",
    (float, np.floating): "f",
    (str, bytes): "s",
    DType: "type",
    TensorShape: "shape",
    np.ndarray: "tensor",
    (list, tuple): "list",
}
_CONTENTS = {
    "b": bool,
    "i": int,
    "f": float,
    "s": lambda text: text.encode() if isinstance(text, str) else text,
    "type": lambda dtype: dtype.as_datatype_enum,
    "shape": _shape,
    "tensor": _tensor,
    "list": _list,
}

set_graph_exporter(graph_def)
