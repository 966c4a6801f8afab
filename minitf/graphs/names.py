"""The names in a GraphDef, where only a part of the graph is exported."""

from __future__ import annotations

from minitf.framework import protos
from minitf.graphs.nodes import source_of

UNBOUND = "$unbound_inputs_"
_NAMES = ("_carry", "_nexts", "_slices", "_stacked", "_condition_carry", "_condition", "_then", "_else", "_body")


def referred(node) -> list[str]:
    """The tensors of its bodies that the node of a Loop or If names in its attributes."""
    keys = [key for key in _NAMES if key in node.attr and key != "_body"]
    return [text.decode() for key in keys for text in node.attr[key].list.s if text]


def in_scope(graph_def, scope: str):
    """The nodes of a scope, their names without it, and the names of the tensors outside that they read.

    Raises:
      ValueError: if there are none.
    """
    prefix, unbound = f"{scope.rstrip('/')}/", {}
    found = protos.message("GraphDef")(versions=graph_def.versions, library=graph_def.library)
    inside = {node.name for node in graph_def.node if node.name.startswith(prefix)}
    for node in graph_def.node:
        if node.name in inside:
            found.node.append(_without(node, prefix, inside, unbound))
    if not found.node:
        raise ValueError(f"the graph has no ops in the scope {scope!r}")
    return found, list(unbound)


def _without(node, prefix: str, inside: set, unbound: dict):
    """A node whose names do without a prefix."""
    made = type(node)()
    made.CopyFrom(node)
    made.name = node.name.removeprefix(prefix)
    del made.input[:]
    for text in node.input:
        name, index = source_of(text)
        if name in inside:
            made.input.append(text.replace(prefix, "", 1))
        elif index is not None:
            unbound[text] = None
            made.input.append(UNBOUND + text)
    for key in _NAMES:
        if key in made.attr:
            listed = made.attr[key].list.s
            listed[:] = [name.removeprefix(prefix.encode()) for name in listed]
    return made
