"""Adding many ops to a graph at once: all of them, or none."""

from __future__ import annotations

import contextlib

from minitf.framework.graph import Graph


@contextlib.contextmanager
def all_or_nothing(graph: Graph):
    """A context: if it is left by an exception, the ops made inside are taken out of the graph again."""
    root, count, version = graph.root, len(graph.ops), graph.root._last_id
    names, collections = dict(root._names), {name: list(found) for name, found in root._collections.items()}
    try:
        yield
    except BaseException:
        gone = graph.ops[count:]
        del graph.ops[count:]
        for op in gone:
            for tensor in op.inputs:
                tensor._consumers.remove(op)
        there = set(graph.ops)
        root._by_name = {n: op for n, op in root._by_name.items() if op in there or _outlives(op, graph, gone)}
        root._names, root._last_id = names, version
        for name, found in root._collections.items():
            found[:] = collections.get(name, [])
        root.touch()
        raise


def _outlives(op, graph: Graph, gone: list) -> bool:
    """Whether an op is of another graph than those taken out, or of a body of one that stays."""
    inner = op.graph
    if inner is graph:
        return False
    while inner is not None and inner.outer is not graph:
        inner = inner.outer
    owner = getattr(inner, "owner", None)
    return inner is None or owner is not None and owner not in set(gone)
