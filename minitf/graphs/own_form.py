"""Graphs in meta graphs, in two forms: TensorFlow's, which it can run, and beside that minitf's own.

Loops and branches of TensorFlow's primitives would be recognized again, but what their gradients keep is
passed on through TensorArrays there. So minitf reads its own form, as long as TensorFlow's is the one that it
was written with.
"""

from __future__ import annotations

import hashlib
import weakref
import zlib

from minitf.framework import protos
from minitf.framework.graph import Graph
from minitf.graphs.export import graph_def
from minitf.graphs.lowering import needs_lowering, to_tensorflow

_TYPE, _DIGEST = "minitf/GraphDef", 32  # bytes
_ROOM = 1 << 20  # bytes that minitf's form of a small graph may be
_LARGE = 1024  # bytes of a constant whose value is not written twice
_KEPT = 1 << 26  # bytes of the largest graph that is kept for the next time
_forms: weakref.WeakKeyDictionary = weakref.WeakKeyDictionary()  # graph -> (its version, its two forms)


def of(graph: Graph) -> tuple:
    """The GraphDef of a graph, of ops of TensorFlow's if it has such, and what `add` puts beside it."""
    version, found = _forms.get(graph, (None, None))
    if version != graph.version:
        found = _made(graph)
        _forms.pop(graph, None)
        if found[0].ByteSize() < _KEPT:
            _forms[graph] = graph.version, found
    return found


def _made(graph: Graph) -> tuple:
    own = graph_def(graph, add_shapes=True)
    if not needs_lowering(graph):
        return own, None
    try:
        theirs = to_tensorflow(graph, add_shapes=True)
    except (ValueError, TypeError):  # there are ops that TensorFlow lacks
        return own, None
    return theirs, _digest(theirs) + zlib.compress(_without_large(own, theirs).SerializeToString(), 1)


def _without_large(own, theirs):
    """minitf's form without the values of large constants, which the other one has."""
    there = {node.name: node.attr["value"] for node in theirs.node if node.op == "Const"}
    for node in own.node:
        value = there.get(node.name)
        if value is not None and value.ByteSize() > _LARGE and node.attr["value"] == value:
            del node.attr["value"]
    return own


def add(meta_graph, beside: bytes | None) -> None:
    """Puts minitf's form of a graph beside TensorFlow's, which is in a meta graph already."""
    if beside is not None:
        meta_graph.meta_info_def.any_info.type_url = _TYPE
        meta_graph.meta_info_def.any_info.value = beside


def beside_other(beside: bytes | None, graph_def, changed) -> bytes | None:
    """What `add` puts beside a graph with other attributes; None, if it has not the same nodes."""
    same = beside is not None and len(graph_def.node) == len(changed.node)
    return _digest(changed) + beside[_DIGEST:] if same else None


def read(meta_graph):
    """The graph of a meta graph, in minitf's form if that is there for just this graph."""
    theirs, beside = meta_graph.graph_def, meta_graph.meta_info_def.any_info
    if beside.type_url != _TYPE or beside.value[:_DIGEST] != _digest(theirs):
        return theirs
    own = _unpacked(beside.value[_DIGEST:], 4 * theirs.ByteSize() + _ROOM)
    if own is None:
        return theirs
    there = {node.name: node for node in theirs.node if node.op == "Const"}
    for node in own.node:
        if node.op == "Const" and "value" not in node.attr and node.name in there:
            node.attr["value"].CopyFrom(there[node.name].attr["value"])
    return own


def _unpacked(content: bytes, most: int):
    """The GraphDef in compressed bytes; None if they are none, or more than they can be."""
    from google.protobuf.message import DecodeError

    unpacking = zlib.decompressobj()
    try:
        found = unpacking.decompress(content, most)
        return protos.message("GraphDef").FromString(found) if unpacking.eof else None
    except (zlib.error, DecodeError):
        return None


def _digest(graph_def) -> bytes:
    """What tells a GraphDef from others, devices aside."""
    found = hashlib.sha256()
    for node in graph_def.node:
        found.update("\0".join([node.name, node.op, *node.input, ""]).encode())
        for key in sorted(node.attr):
            found.update(key.encode() + node.attr[key].SerializeToString(deterministic=True))
    return found.digest()
