"""Graphs as Graphviz drawings."""

from __future__ import annotations

from minitf.framework.graph import get_default_graph
from minitf.viz import style
from minitf.viz.plan import Plan, Scope, scope_node


def to_dot(
    graph=None, depth: int | None = None, collapse=(), fold_variables: bool = True, legend: bool = True
):
    """A `graphviz.Digraph` of a graph: name scopes as nested boxes, types and shapes on the edges.

    graph: the graph to draw (default: the default graph); depth: name scopes nested deeper than this become one node
    each; collapse: names of scopes to draw as one node, such as `["gradients"]`; fold_variables: a variable and the
    ops that initialize and read it are one node; legend: adds a key to shapes and colours.

    `.source` is the DOT text and `.save("graph.dot")` writes it; `.render("graph", format="png")` needs the `dot`
    program and says what to install if it is missing.

    >>> import minitf as tf
    >>> with tf.Graph().as_default() as g:
    ...     total = tf.constant(1.0, name="a") + tf.constant(2.0, name="b")
    >>> print(to_dot(g, legend=False).source)
    digraph {...a -> add [label="float32 ()"]...}
    """
    from minitf.viz.drawing import Drawing

    graph = get_default_graph().root if graph is None else graph
    drawing = Drawing(graph_attr=style.GRAPH, node_attr=style.NODE, edge_attr=style.EDGE)
    picture = _Picture(Plan(depth, collapse, fold_variables))
    picture.draw_graph(drawing, graph)
    picture.draw_edges(drawing)
    if legend:
        style.legend(drawing, picture.plan.kinds)
    return drawing


class _Picture:
    """One drawing in the making: nodes first, cluster by cluster, then the edges between them."""

    def __init__(self, plan: Plan):
        self.plan = plan
        self.edges: dict[tuple, list] = {}  # (from, to, kind) -> the labels of the edges so joined

    # ---- nodes

    def draw_graph(self, into, graph) -> None:
        """Draws all nodes of a graph, and notes its edges."""
        self.draw_scope(into, self.plan.scopes(graph))
        for op in graph.ops:
            if op in self.plan.node_of:
                self.note_edges(op)

    def draw_scope(self, into, scope: Scope) -> None:
        """Draws what is directly in `scope` and, as clusters, the scopes inside it."""
        for op in scope.ops:
            self.draw_op(into, op, scope)
        for inner in scope.scopes.values():
            if self.plan.is_collapsed(inner.path):
                self.draw_collapsed(into, inner)
            elif not inner.scopes and len(inner.ops) == 1:
                self.draw_op(into, inner.ops[0], scope)
            else:
                box = {**style.SCOPE, "label": inner.path.rpartition("/")[2]}
                with into.subgraph(name=f"cluster {inner.path}", graph_attr=box) as cluster:
                    self.draw_scope(cluster, inner)

    def draw_collapsed(self, into, scope: Scope) -> None:
        """Draws a whole name scope as one node."""
        self.plan.kinds.add("scope")
        count = scope.count()
        text = f"{scope.path.rpartition('/')[2]}\n{count} op{'s' * (count != 1)}"
        into.node(_id(scope_node(scope.path)), _text(text), **style.KINDS["scope"])

    def draw_op(self, into, op, scope: Scope) -> None:
        """Draws one operation, with the bodies it runs as clusters beside it."""
        kind = style.kind(op)
        self.plan.kinds.add(kind)
        name = op.name[len(scope.path) + 1 :] if scope.path and op.name != scope.path else op.name
        if op.name == scope.path:
            name = op.name.rpartition("/")[2]
        into.node(
            _id(op.name),
            _text(style.label(op, name)),
            tooltip=_text(f"{op.type} {op.name}"),
            **style.KINDS[kind],
        )
        for title, body in style.bodies(op).items():
            box = {**style.BODY, "label": _text(f"{name}: {title}")}
            with into.subgraph(name=f"cluster {op.name} {title}", graph_attr=box) as cluster:
                self.draw_graph(cluster, body)
            self.note_captures(op, body)

    # ---- edges

    def note_edges(self, op) -> None:
        """Notes the edges into one operation."""
        target = self.plan.node_of[op]
        for tensor in op.inputs:
            output = f":{tensor.value_index} " if len(tensor.op.outputs) > 1 else ""
            self.note(tensor.op, target, "data", output + style.tensor(tensor))
        for source in op.control_inputs:
            self.note(source, target, "control", "")

    def note_captures(self, op, body) -> None:
        """Notes which argument of a body stands for which tensor outside."""
        for outer, argument in body.captures.items():
            if argument.op in self.plan.node_of:
                self.note(outer.op, self.plan.node_of[argument.op], "capture", "")

    def note(self, source_op, target: str, kind: str, text: str) -> None:
        """Notes one edge, unless both its ends are drawn as one node."""
        source = self.plan.node_of.get(source_op)
        if source is not None and source != target:
            self.edges.setdefault((source, target, kind), []).append(text)

    def draw_edges(self, into) -> None:
        """Draws the edges noted; several between two nodes become one if a node is a collapsed scope."""
        looks = {"data": {}, "control": style.CONTROL, "capture": style.CAPTURE}
        for (source, target, kind), labels in self.edges.items():
            ends = _id(source), _id(target)
            if kind != "data":
                into.edge(*ends, **looks[kind])
            elif len(labels) > 1 and (source.startswith("scope ") or target.startswith("scope ")):
                into.edge(*ends, label=f"{len(labels)} tensors", penwidth="2")
            else:
                for text in labels:
                    into.edge(*ends, label=_text(text))


def _id(name: str) -> str:
    return name.replace("\\", "\\\\")


def _text(text: str) -> str:
    """`text` for a label, where Graphviz reads backslashes."""
    return text.replace("\\", "\\\\").replace("\n", "\\n")
