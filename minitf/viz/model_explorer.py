"""Graphs for Model Explorer, Google's viewer of large graphs."""

from __future__ import annotations

import json
from pathlib import Path

from minitf.graphs.inner import arguments_of
from minitf.viz import style
from minitf.viz.dot import drawn_graph
from minitf.viz.edges import edges_into
from minitf.viz.outline import Outline
from minitf.viz.page_data import attributes_of, shown


def to_model_explorer(graph=None, path: str | Path | None = None) -> str:
    """A graph as JSON for Model Explorer (`pip install ai-edge-model-explorer`), which opens such files.

    Scopes, bodies of loops and the steps of unrolled networks are its layers.

    graph: the graph to show (default: the default graph); path: a file that the text is also written to.

    >>> import minitf as tf
    >>> with tf.Graph().as_default() as g:
    ...     total = tf.constant(1.0, name="a") + tf.constant(2.0, name="b")
    >>> to_model_explorer(g)
    '{"label": "minitf", "graphs": [{"id": ..., "nodes": [{"id": "a", "label": "a", ...
    """
    outline = Outline(drawn_graph(graph, False))
    nodes = _Nodes(outline)
    data = {"id": f"graph {outline.graphs[0].root.number}", "nodes": [nodes.node(op) for op in nodes.ids]}
    text = json.dumps({"label": "minitf", "graphs": [data]})
    if path is not None:
        Path(path).write_text(text, "utf-8")
    return text


class _Nodes:
    """The operations of a graph and its bodies, each with its id."""

    def __init__(self, outline: Outline):
        self.outline = outline
        self.held = set(outline.owners.values())  # variables with parts
        self.ids: dict = {}
        taken: set[str] = set()
        for op in (op for graph in outline.graphs for op in graph.ops):
            name = shown(op.name)
            self.ids[op] = name if name not in taken else f"{name} {len(taken)}"
            taken.add(self.ids[op])
        self.arguments = {arg: name for op in self.ids for arg, (name, _) in arguments_of(op).items()}
        self.incoming: dict = {op: [] for op in self.ids}
        for op in self.ids:
            self._note_edges(op)

    def _note_edges(self, op) -> None:
        for source, target, kind, what in edges_into(op):
            if source.op in self.ids:
                rows = self.incoming.get(target, self.incoming[op])
                label = what or ("" if kind == "data" else kind)
                rows.append(
                    {
                        "sourceNodeId": self.ids[source.op],
                        "sourceNodeOutputId": str(getattr(source, "value_index", "control")),
                        "targetNodeInputId": f"{len(rows)} {label}".strip(),
                    }
                )

    def node(self, op) -> dict:
        """A GraphNode."""
        owner = op if op in self.held else self.outline.owners.get(op)
        place = self.outline.group_of[owner or op]
        label = op.name.rpartition("/")[2] if owner else self.arguments.get(op, self.outline.labels[op])
        namespace = [*_labels(place), *([self.outline.labels[owner]] if owner else [])]
        facts = [("op", op.name), ("type", op.type), *attributes_of(op), ("made", str(op.origin))]
        return {
            "id": self.ids[op],
            "label": shown(label) if style.kind(op) != "operation" else shown(f"{label} ({op.type})"),
            "namespace": "/".join(map(shown, namespace)),
            "attrs": [{"key": key, "value": shown(value)} for key, value in facts],
            "incomingEdges": self.incoming[op],
            "outputsMetadata": [_output(t) for t in op.outputs],
        }


def _labels(group) -> list[str]:
    """The labels of a group and those around it, the outermost first."""
    found: list[str] = []
    while group is not None and group.kind != "graph":
        if group.kind != "run":  # its copies say it
            found.append(group.label)
        group = group.parent
    return found[::-1]


def _output(tensor) -> dict:
    facts = [("tensor_shape", style.tensor(tensor)), ("tensor_name", shown(tensor.name))]
    attrs = [{"key": key, "value": value} for key, value in facts]
    return {"id": str(tensor.value_index), "attrs": attrs}
