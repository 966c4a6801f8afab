"""An op between those that it reads from and those that read from it."""

from __future__ import annotations

from minitf.viz import style
from minitf.viz.drawing import Drawing

_SHOWN = 8  # on either side


def neighbours(op) -> Drawing:
    """A drawing of an op, what makes its inputs or runs before it, and what takes its outputs."""
    drawing = Drawing(graph_attr=style.GRAPH, node_attr=style.NODE, edge_attr=style.EDGE)
    names: dict = {}
    _node(drawing, names, op, penwidth="2.5")
    readers = [(t, reader) for t in op.outputs for reader in t.consumers()]
    for tensor in op.inputs[:_SHOWN]:
        _edge(drawing, names, tensor, op)
    for tensor, reader in readers[:_SHOWN]:
        _edge(drawing, names, tensor, reader)
    before = op.control_inputs
    for other in before[:_SHOWN]:
        _nodes(drawing, names, other)
        drawing.edge(names[other], names[op], style="dashed")
    _rest(drawing, f"{len(op.inputs) - _SHOWN} more inputs", (None, names[op]))
    _rest(drawing, f"{len(before) - _SHOWN} more run before", (None, names[op]))
    _rest(drawing, f"{len(readers) - _SHOWN} more readers", (names[op], None))
    return drawing


def _edge(drawing: Drawing, names: dict, tensor, reader) -> None:
    _nodes(drawing, names, tensor.op, reader)
    drawing.edge(names[tensor.op], names[reader], label=style.edge_label(tensor))


def _nodes(drawing: Drawing, names: dict, *ops) -> None:
    for op in ops:
        if op not in names:
            _node(drawing, names, op)


def _node(drawing: Drawing, names: dict, op, **look) -> None:
    names[op], kind = f"op {len(names)}", style.kind(op)
    drawing.node(names[op], style.label(op, op.name), **{**style.KINDS[kind], "tooltip": op.type, **look})


def _rest(drawing: Drawing, text: str, edge: tuple) -> None:
    """Says how many are not drawn, at the open end of an edge."""
    if not text.startswith(("-", "0 ")):
        drawing.node(text, text, shape="plaintext", style="")
        drawing.edge(*(text if end is None else end for end in edge), style="dotted")
