"""A graph as the data of a page: operations, groups and edges by number."""

from __future__ import annotations

import numpy as np

from minitf.framework.traversal import bodies_of
from minitf.graphs.inner import arguments_of
from minitf.viz import style
from minitf.viz.edges import edges_into
from minitf.viz.forward import forward_op
from minitf.viz.outline import Group, Outline
from minitf.viz.view import first_view

_LONGEST = 300  # characters of what is shown of an attribute
_NAME = 2000


def graph_data(outline: Outline, profile=None) -> dict:
    """What the page knows of a graph."""
    data = _Data(outline, profile)
    opened = first_view(outline)
    return {
        "title": _title(outline),
        "ops": [data.op(op) for op in data.ops],
        "groups": [data.group(group) for group in data.groups],
        "edges": [edge for op in data.ops for edge in data.edges(op)],
        "open": [number for group, number in data.groups.items() if opened.is_open(group)],
        "texts": list(data.texts),
    }


def _title(outline: Outline) -> str:
    """What a graph is: how many ops, how it is unrolled."""
    graph = outline.graphs[0]
    ops = sum(len(body.ops) for body in outline.graphs)
    runs = [group for group in outline.groups() if group.kind == "run" and group.label == "step"]
    steps = max((len(run.children) for run in runs), default=0)
    loops = any(op.type == "Loop" for op in graph.ops)
    parts = [style.count(ops, "operation")]
    parts += [f"{steps:,} steps unrolled"] if steps else []
    return ", ".join(parts + (["with a loop"] if loops else []))


class _Data:
    """The numbers of operations and groups, and the texts that many of them share."""

    def __init__(self, outline: Outline, profile):
        self.outline = outline
        self.ops = {op: i for i, op in enumerate(op for graph in outline.graphs for op in graph.ops)}
        self.groups = {group: i for i, group in enumerate(outline.groups())}
        self.texts: dict[str, int] = {}
        self.parameters = outline.parameters()
        self.arguments = {arg: name for op in self.ops for arg, (name, _) in arguments_of(op).items()}
        measured = profile is not None and profile.graph is outline.graphs[0].root
        self.seconds = {row.name: row.seconds for row in profile.ops()} if measured else {}
        self.bytes = profile.bytes() if measured else {}

    def text(self, text: str) -> int:
        """The number of a text."""
        return self.texts.setdefault(shown(text), len(self.texts))

    def op(self, op) -> dict:
        """An operation; what is not there is left out."""
        owner = self.outline.owners.get(op)
        label = op.name.rpartition("/")[2] if owner else self.arguments.get(op, self.outline.labels[op])
        found = {
            "name": shown(op.name),
            "type": self.text(op.type),
            "label": self.text(style.label(op, label)),
            "kind": style.kind(op),
            "group": self.groups.get(self.outline.group_of.get(op), -1),
            "outputs": [self.text(style.tensor(t)) for t in op.outputs],
            "attributes": [[self.text(k), self.text(v)] for k, v in attributes_of(op)],
            "line": self.text(str(op.origin)),
            "forward": self.ops.get(forward_op(op)),
            "owner": self.ops.get(owner),
            "seconds": self.seconds.get(op.name),
            "bytes": self.bytes.get(op.name),
        }
        return {key: value for key, value in found.items() if value not in (None, [])}

    def group(self, group: Group) -> dict:
        """A group; children that are groups have numbers below 0, from -1 on."""
        children = [
            -self.groups[child] - 1 if isinstance(child, Group) else self.ops[child] for child in group.children
        ]
        found = {
            "kind": group.kind,
            "label": shown(group.label),
            "path": shown(group.path),
            "parent": self.groups.get(group.parent),
            "children": children,
            "step": group.step,
            "parameters": self.parameters.get(group),
        }
        if group.kind == "body":
            found |= self.loop(group)
        return {key: value for key, value in found.items() if value is not None}

    def loop(self, group: Group) -> dict:
        """Of a loop's body, how often it runs, and whether it takes its slices from the last on."""
        loop = group.op.attrs.get("loop")
        return {} if loop is None else {"trips": style.trip_count(group.op), "reverse": loop.reverse}

    def edges(self, op) -> list[list]:
        """What leads to an op: [from, output or -1, to, kind, what it is there]."""
        return [
            [
                self.ops[source.op],
                getattr(source, "value_index", -1),
                self.ops.get(target, self.ops[op]),
                ("data", "control", "next").index(kind),
                self.text(what),
            ]
            for source, target, kind, what in edges_into(op)
            if source.op in self.ops
        ]


def attributes_of(op) -> list[tuple[str, str]]:
    """The attributes of an op as texts, but its bodies."""
    hidden = {*bodies_of(op), "loop", "branches"}
    return [(str(key), _value(value)) for key, value in op.attrs.items() if key not in hidden]


def _value(value) -> str:
    if isinstance(value, np.ndarray):
        text = np.array2string(value, threshold=20, separator=", ") if value.dtype != object else repr(value)
        return shown(f"{value.dtype} {value.shape}: {text}", _LONGEST)
    return shown(getattr(value, "name", None) or repr(value), _LONGEST)


def shown(text: str, longest: int = _NAME) -> str:
    """A text as JSON can have it, cut where it is long."""
    text = text.encode("utf-8", "replace").decode("utf-8")
    return text if len(text) <= longest else f"{text[: longest // 2]}...{text[-longest // 2 :]}"
