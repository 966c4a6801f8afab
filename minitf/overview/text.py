"""A graph in a few lines."""

from __future__ import annotations

from collections import Counter

from minitf.framework.traversal import bodies_of, reached
from minitf.overview.variables import size, summary_of

_SHOWN = 12  # of each sort


def text(graph) -> str:
    """What a graph is fed, what it keeps, its loops and its scopes."""
    table = summary_of(graph)
    title = [f"Graph {graph.root.number}: {_counted(len(graph.ops), 'operation')}"]
    inside = sum(len(body.ops) for body in _bodies(graph))
    title += [f"{inside:,} more in bodies"] if inside else []
    title += [f"{_counted(len(table.rows), 'variable')} of {table.count:,} values ({size(table.bytes)})"]
    fed = [(op.name, _tensor(op.outputs[0])) for op in graph.ops if op.type == "Placeholder"]
    kept = [(r.name, f"{r.dtype} {r.shape}{'' if r.trainable else ', not trained'}") for r in table.rows]
    loops = [(op.name, _inside(op)) for op in graph.ops if bodies_of(op)]
    scopes = Counter(op.name.partition("/")[0] for op in graph.ops if "/" in op.name)
    parts = {
        "placeholders": fed,
        "variables": kept,
        "loops and branches": loops,
        "scopes": [(name, _counted(n, "operation")) for name, n in scopes.items()],
    }
    return "\n".join([", ".join(title), *(line for part in parts.items() for line in _part(*part))])


def _bodies(graph) -> list:
    """The bodies of a graph's loops and branches, and those inside of these."""
    inner = reached([graph], lambda around: [body for op in around.ops for body in bodies_of(op).values()])
    return list(inner)[1:]


def _inside(op) -> str:
    bodies = {name.replace("_", " "): len(body.ops) for name, body in bodies_of(op).items()}
    return f"{op.type}, " + ", ".join(f"{name} of {_counted(n, 'operation')}" for name, n in bodies.items())


def _part(title: str, rows: list[tuple[str, str]]) -> list[str]:
    shown = rows[:_SHOWN]
    width = max((len(name) for name, _ in shown), default=0)
    lines = [f"  {name.ljust(width)}  {about}" for name, about in shown]
    more = [f"  and {len(rows) - _SHOWN:,} more"] if len(rows) > _SHOWN else []
    return [title, *lines, *more] if rows else []


def _counted(number: int, what: str) -> str:
    return f"{number:,} {what}{'s' * (number != 1)}"


def _tensor(tensor) -> str:
    return f"{tensor.dtype.name} {'?' if tensor.shape.rank is None else tensor.shape}"
