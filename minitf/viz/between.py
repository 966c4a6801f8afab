"""The operations on the paths from some tensors to others."""

from __future__ import annotations


def ops_between(graph, ends) -> set:
    """The ops of a graph on any path from one to another; ends: a pair, each a tensor, op, variable or name,
    or a list of such.

    Raises:
      ValueError: if there is no path.
    """
    if not isinstance(ends, list | tuple) or len(ends) != 2:
        raise ValueError(f"between is a pair such as (x, loss), not {ends!r}")
    first, last = (_top_ops(graph, end) for end in ends)
    needed = _closure(last, _sources)
    readers: dict = {}
    for op in needed:
        for source in _sources(op):
            readers.setdefault(source, []).append(op)
    found = _closure([op for op in first if op in needed], lambda op: readers.get(op, ()))
    if not found:
        raise ValueError(f"between: no path leads from {_named(first)} to {_named(last)}")
    return found


def _closure(ops, following) -> set:
    """The ops, and what follows from them."""
    found, todo = set(ops), list(ops)
    while todo:
        new = [op for op in following(todo.pop()) if op not in found]
        found.update(new)
        todo += new
    return found


def _sources(op) -> list:
    return [t.op for t in op.inputs] + op.control_inputs


def _top_ops(graph, elements) -> list:
    """The ops that are meant; of one in a body, the loop or branch."""
    found = []
    for element in elements if isinstance(elements, list | tuple) else [elements]:
        op = graph.as_graph_element(element).op
        while op.graph is not graph:
            op = op.graph.owner
        found.append(op)
    return found


def _named(ops: list) -> str:
    return ", ".join(f"'{op.name}'" for op in ops)
