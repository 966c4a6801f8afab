"""Ways through graphs: from ops to what they depend on, into bodies, and out of them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator

from minitf.framework.graph import Graph


def reached(starts: Iterable, onward: Callable) -> dict:
    """All that can be reached from `starts`, themselves included, by going on to what `onward(one)` gives; the
    keys, in the order in which they were found.
    """
    found = dict.fromkeys(starts)
    todo = list(found)
    while todo:
        for other in onward(todo.pop()):
            if other not in found:
                found[other] = None
                todo.append(other)
    return found


def depending(ops: Iterable, depends: Callable) -> set:
    """Those of some ops that depend on something: for which `depends(op, found)` holds, given those made before."""
    found: set = set()
    for op in sorted(ops, key=lambda op: op.order):
        if depends(op, found):
            found.add(op)
    return found


def bodies_of(op) -> dict[str, Graph]:
    """The bodies of an op (of a loop its body and condition, of a cond the branches) by name."""
    return {name: op.attrs[name] for name in op.definition.bodies if op.attrs.get(name) is not None}


def inside(ops: Iterable) -> Iterator:
    """The ops, and those of all graphs that are among their attributes."""
    for op in ops:
        yield op
        for graph in op.attrs.values():
            if isinstance(graph, Graph):
                yield from inside(graph.ops)


def outwards(graph: Graph | None) -> Iterator[Graph]:
    """The graph, and those in which it is nested."""
    while graph is not None:
        yield graph
        graph = graph.outer
