"""Graphs as Graphviz drawings."""

from __future__ import annotations

from collections import Counter
from functools import partial

from minitf.framework.graph import Graph, get_default_graph
from minitf.framework.operation import Operation
from minitf.graphs.inner import arguments_of
from minitf.viz import style
from minitf.viz.between import ops_between
from minitf.viz.edges import Edge, edges_of, group_of
from minitf.viz.outline import Group, Outline
from minitf.viz.view import Gap, View, children_of, is_inside, view


def to_dot(
    graph=None,
    depth: int | None = None,
    collapse=(),
    fold_variables: bool = True,
    legend: bool = True,
    heat: dict[str, float] | None = None,
    lowered: bool = False,
    fold: bool = True,
    focus: str | None = None,
    between: tuple | None = None,
    gradients_beside: bool = False,
    unit: str = "us",
):
    """A `graphviz.Digraph` of a graph: name scopes as nested boxes, types and shapes on the edges.

    Of parts that are repeated (the cells of an unrolled network, their gradients) the first two and the last
    are drawn, and in a graph of more than 150 nodes the inner scopes are one node each.

    graph: the graph to draw (default: the default graph); depth: name scopes nested deeper than this become one node
    each, and all others are drawn; collapse: names of scopes to draw as one node, such as `["gradients"]`;
    fold_variables: a variable with the ops that initialize and read it and its optimizer's slots is one node; legend:
    adds a key to shapes and colours; heat: seconds, or bytes, by the name of the op, which colour it, in the `unit`
    "us" or "bytes"; lowered: loops and branches are drawn as TF 1 built them, of Enter, Merge, LoopCond, Switch,
    NextIteration and Exit; fold: False draws every op; focus: a scope that is drawn, with no more of the rest than it
    touches; between: a pair such as `(x, loss)`: only what is on a path from one to the other; gradients_beside:
    gradients are drawn with the op whose gradient they are.

    `.source` is the DOT text and `.save("graph.dot")` writes it; `.render("graph", format="png")` needs the
    `dot` program and says what to install if it is missing.

    Raises:
      TypeError: if it is given no graph.
      ValueError: if there is no scope in focus, or no path between what is given.

    >>> import minitf as tf
    >>> with tf.Graph().as_default() as g:
    ...     total = tf.constant(1.0, name="a") + tf.constant(2.0, name="b")
    >>> print(to_dot(g, legend=False).source)
    digraph {...a -> add [label="float32 ()"]...}
    """
    from minitf.viz.drawing import Drawing

    graph = drawn_graph(graph, lowered)
    only = None if between is None else ops_between(graph, between)
    keep = {name.strip("/") for name in collapse} | ({focus} if focus else set())
    outline = Outline(graph, only, fold, fold_variables, gradients_beside, keep)
    drawing = Drawing(graph_attr=style.GRAPH, node_attr=style.NODE, edge_attr=style.EDGE)
    picture = _Picture(drawing, view(outline, depth, collapse, focus), style.Heat(heat or {}, unit), focus)
    picture.draw()
    if legend:
        style.legend(drawing, picture.kinds)
    return drawing


def drawn_graph(graph, lowered: bool):
    """The graph to draw."""
    graph = get_default_graph().root if graph is None else graph
    if not isinstance(graph, Graph):
        raise TypeError(f"what is drawn is a tf.Graph, such as session.graph, not {graph!r}")
    if not lowered:
        return graph
    from minitf.graphs.primitives import lowered as lowered_graph

    return lowered_graph(graph)


class _Picture:
    """One drawing in the making: nodes first, box by box, then the edges between them."""

    def __init__(self, drawing, view: View, heat: style.Heat, focus: str | None):
        self.drawing, self.view, self.heat, self.outline = drawing, view, heat, view.outline
        self.edges = edges_of(view)
        self.kept = None if focus is None else self._touching(focus)
        self.arguments: dict = {}  # argument of a body -> what to call it
        for op in view.node_of:
            self.arguments.update({arg: name for arg, (name, _) in arguments_of(op).items()})
        self.gradients: dict = {}  # op -> what is beside it
        for op, forward in self.outline.forward.items():
            self.gradients.setdefault(forward, []).append(op)
        self.parameters = self.outline.parameters()
        self.kinds: set[str] = set()
        self._ids: dict = {}

    def _touching(self, focus: str) -> set:
        """The nodes in focus, and those that are connected with them."""
        nodes = {n for n in self.view.node_of.values() if is_inside(group_of(self.view, n), focus)}
        pairs = [(e.source, e.target) for e in self.edges]
        return nodes | {end for pair in pairs if nodes & set(pair) for end in pair}

    def draw(self) -> None:
        """Draws all of it."""
        steps = [partial(self.children, self.outline.root)]
        while steps:  # what a step leaves to be done comes before what was left before it
            steps.extend(reversed(steps.pop()() or []))
        for edge in self.edges:
            if self.kept is None or {edge.source, edge.target} <= self.kept:
                self.draw_edge(edge)

    # ---- nodes: a method that draws a group returns the steps that are left

    def children(self, group: Group) -> list:
        """Steps that draw what is in an open group."""
        return [partial(self.item, child) for child in children_of(group)]

    def item(self, item) -> list:
        """Draws a node, or the box of an open group."""
        if isinstance(item, Group) and self.view.is_open(item):
            return self.children(item) if item.kind == "run" else self.box(item)
        if self.kept is None or item in self.kept:
            if isinstance(item, Operation):
                self.operation(item)
            else:
                self.closed(item)
        return []

    def box(self, group: Group) -> list:
        """Steps that draw a cluster around what is in a group."""
        look = {**style.BOXES[group.kind], "label": self.title(group, ", "), "tooltip": group.path}
        return [
            partial(self.drawing.open_box, f"cluster {group.key}", look),
            partial(self.children, group),
            self.drawing.close_box,
        ]

    def title(self, group: Group, separator: str) -> str:
        """The label of a group, with its parameters."""
        count = self.parameters.get(group)
        return group.label + (f"{separator}{count:,} parameters" if count else "")

    def closed(self, item: Group | Gap) -> None:
        """Draws a whole group, or the copies that are left out, as one node."""
        ops = [op for group in (item.copies if isinstance(item, Gap) else [item]) for op in group.ops()]
        if isinstance(item, Gap):
            kind, text = "gap", style.gap_label(item)
        else:
            kind, text = "scope", self.title(item, "\n") + f"\n{style.count(len(ops), 'op')}"
        if not isinstance(item, Gap) and item.kind == "part":
            text += "\n" + ", ".join(t for t, _ in Counter(op.type for op in ops).most_common(3))
        self.node(item, text, kind, ops)

    def operation(self, op) -> None:
        """Draws one operation."""
        name = self.arguments.get(op, self.outline.labels[op])
        beside = self.gradients.get(op, ())
        look = {"tooltip": f"{op.type} {op.name}", "beside": style.gradient_label(op, beside)}
        self.node(op, style.label(op, name), style.kind(op), [op, *beside], **look)

    def node(self, node, text: str, kind: str, ops: list, **look) -> None:
        """Draws one node; what its ops took colours it."""
        self.kinds.add(kind)
        value = self.heat.of(ops)
        if value:
            text += f"\n{self.heat.text(value)}"
            look["fillcolor"] = self.heat.colour(value)
        self.drawing.node(self.id(node), text, **{**style.KINDS[kind], **look})

    def id(self, node) -> str:
        """The name of a node in the drawing."""
        if node not in self._ids:
            self._ids[node] = self.drawing.free_id(_named(node))
        return self._ids[node]

    # ---- edges

    def draw_edge(self, edge: Edge) -> None:
        """Draws an edge; several between two nodes become one if a node is a closed group."""
        ends = self.id(edge.source), self.id(edge.target)
        look = {**style.EDGES[edge.kind], **(style.CHAIN if edge.chain else {})}
        if edge.source in self.arguments:
            look["weight"] = "3"  # near what reads it
        if edge.kind == "backward":
            ends = ends[::-1]  # drawn upwards
        if edge.kind in ("control", "next"):
            self.drawing.edge(*ends, **look)
        elif edge.is_joined:
            self.drawing.edge(*ends, **{**look, "penwidth": "2", "label": f"{len(edge.labels)} tensors"})
        else:
            for text, number in Counter(edge.labels).items():
                self.drawing.edge(*ends, label=f"{number} x {text}" if number > 1 else text, **look)


def _named(node) -> str:
    if isinstance(node, Operation):
        return node.name
    return f"more {node.run.key}" if isinstance(node, Gap) else f"scope {node.key}"
