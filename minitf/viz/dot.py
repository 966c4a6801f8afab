"""Graphs as Graphviz drawings."""

from __future__ import annotations

from functools import partial

from minitf.framework.graph import get_default_graph
from minitf.graphs.inner import arguments_of, bodies_of, nexts_of, results_of
from minitf.viz import style
from minitf.viz.plan import Plan, Scope, scope_node


def to_dot(
    graph=None, depth: int | None = None, collapse=(), fold_variables: bool = True, legend: bool = True,
    heat: dict[str, float] | None = None, lowered: bool = False,
):  # fmt: skip
    """A `graphviz.Digraph` of a graph: name scopes as nested boxes, types and shapes on the edges.

    graph: the graph to draw (default: the default graph); depth: name scopes nested deeper than this become
    one node each; collapse: names of scopes to draw as one node, such as `["gradients"]`; fold_variables: a
    variable with the ops that initialize and read it and its optimizer's slots is one node; legend: adds a
    key to shapes and colours; lowered: loops and branches are drawn as TF 1 built them, of Enter, Merge,
    LoopCond, Switch, NextIteration and Exit.

    `.source` is the DOT text and `.save("graph.dot")` writes it; `.render("graph", format="png")` needs the
    `dot` program and says what to install if it is missing.

    >>> import minitf as tf
    >>> with tf.Graph().as_default() as g:
    ...     total = tf.constant(1.0, name="a") + tf.constant(2.0, name="b")
    >>> print(to_dot(g, legend=False).source)
    digraph {...a -> add [label="float32 ()"]...}
    """
    from minitf.graphs.primitives import lowered as lowered_graph
    from minitf.viz.drawing import Drawing

    graph = get_default_graph().root if graph is None else graph
    graph = lowered_graph(graph) if lowered else graph
    drawing = Drawing(graph_attr=style.GRAPH, node_attr=style.NODE, edge_attr=style.EDGE)
    picture = _Picture(drawing, Plan(depth, collapse, fold_variables), heat or {})
    picture.draw(graph)
    if legend:
        style.legend(drawing, picture.plan.kinds)
    return drawing


class _Picture:
    """One drawing in the making: nodes first, cluster by cluster, then the edges between them."""

    def __init__(self, drawing, plan: Plan, heat: dict):
        self.drawing, self.plan, self.heat = drawing, plan, heat
        self.edges: dict[tuple, list] = {}  # (from, to, kind) -> the labels of the edges so joined
        self.arguments: dict = {}  # argument of a body -> (what to call it, the tensor it starts from)
        self.drawn: list = []  # the graph and its bodies

    def draw(self, graph) -> None:
        """Draws a graph."""
        steps = self.graph_steps(graph)
        while steps:  # what a step leaves to be done comes before what was left before it
            steps.extend(reversed(steps.pop()() or []))
        for body in self.drawn:
            for op in body.ops:
                self.note_edges(op)
        self.draw_edges()

    # ---- nodes: each method returns the steps that are left

    def graph_steps(self, graph, base: str = "", owner: str = "") -> list:
        """Draws all nodes of a graph, or of a body of `owner` whose names start with `base`."""
        self.drawn.append(graph)
        return [partial(self.draw_scope, self.plan.scopes(graph, base), owner)]

    def draw_scope(self, scope: Scope, owner: str) -> list:
        """Draws what is directly in `scope` and, as clusters, the scopes inside it."""
        steps = [partial(self.draw_op, op, scope) for op in scope.ops]
        for inner in scope.scopes.values():
            if self.plan.is_collapsed(inner.path):
                steps.append(partial(self.draw_collapsed, inner))
            elif inner.is_small():
                steps += [
                    partial(self.draw_op, op, inner if len(inner.ops) > 1 else scope) for op in inner.ops
                ]
            else:
                box = {**style.SCOPE, "label": inner.path.rpartition("/")[2]}
                steps += self.boxed(
                    f"cluster {owner}{inner.path}", box, [partial(self.draw_scope, inner, owner)]
                )
        return steps

    def boxed(self, name: str, look: dict, steps: list) -> list:
        """Steps that draw a cluster around what `steps` draw."""
        return [partial(self.drawing.open_box, name, look), *steps, self.drawing.close_box]

    def draw_collapsed(self, scope: Scope) -> None:
        """Draws a whole name scope as one node."""
        self.plan.kinds.add("scope")
        count = scope.count()
        text = f"{scope.path.rpartition('/')[2]}\n{count} op{'s' * (count != 1)}"
        inside = [name for name in self.heat if f"{name}/".startswith(f"{scope.path}/")]
        self.draw_node(scope_node(scope.path), text, "scope", inside)

    def draw_op(self, op, scope: Scope) -> list:
        """Draws one operation, with the bodies it runs as clusters beside it."""
        kind = style.kind(op)
        self.plan.kinds.add(kind)
        inside = scope.path and op.name.startswith(scope.path + "/")
        name = op.name[len(scope.path) + 1 :] if inside else op.name.rpartition("/")[2]
        name = self.arguments.get(op, (name,))[0]
        about = _text(f"{op.type} {op.name}")
        self.draw_node(op.name, style.label(op, name), kind, [op.name], tooltip=about)
        self.arguments.update(arguments_of(op))
        steps: list = []
        for title, body in bodies_of(op).items():
            within = all(o.name.startswith(op.name + "/") for o in body.ops)
            base = op.name if within else op.name.rpartition("/")[0]
            box = {**style.BODY, "label": _text(title.replace("_", " "))}
            inner = [partial(self.graph_steps, body, base, f"{op.name} {title} ")]
            steps += self.boxed(f"cluster {op.name} {title}", box, inner)
        return steps

    def draw_node(self, node: str, text: str, kind: str, names, **look) -> None:
        """Draws one node; what the ops of these names took colours it."""
        seconds = sum(self.heat.get(name, 0.0) for name in names)
        if seconds:
            text += f"\n{seconds * 1e6:.3g} us"
            look["fillcolor"] = style.heat(seconds / max(self.heat.values()))
        self.drawing.node(_id(node), _text(text), **{**style.KINDS[kind], **look})

    # ---- edges

    def note_edges(self, op) -> None:
        """Notes the edges into one operation; the inputs of a loop or branch go to the arguments of
        its bodies.
        """
        target, arguments = self.plan.node_of[op], arguments_of(op)
        into_bodies = {outer for _, outer in arguments.values()}
        for tensor in op.inputs:
            if tensor not in into_bodies:
                self.note(tensor, target, "next" if tensor.op.type == "NextIteration" else "data")
        for argument, (_, outer) in arguments.items():
            self.note(outer, self.plan.node_of.get(argument, target), "data")
        for tensor, argument in nexts_of(op):
            self.note(tensor, self.plan.node_of.get(argument.op, target), "next")
        for what, tensor in results_of(op):
            self.note(tensor, target, "data", what)
        for source in op.control_inputs:
            self.note(source.outputs[0] if source.outputs else source, target, "control")

    def note(self, tensor, target: str, kind: str, what: str = "") -> None:
        """Notes one edge, unless both its ends are drawn as one node."""
        source = self.plan.node_of.get(tensor.op)
        if source is None or source == target and kind != "next":
            return
        text = " ".join(filter(None, [what, style.edge_label(tensor)])) if kind == "data" else ""
        self.edges.setdefault((source, target, kind), []).append(text)

    def draw_edges(self) -> None:
        """Draws the edges noted; several between two nodes become one if a node is a collapsed scope."""
        for (source, target, kind), labels in self.edges.items():
            ends = _id(source), _id(target)
            if kind != "data":
                self.drawing.edge(
                    *ends, **(style.CONTROL if kind == "control" else {**style.NEXT, "label": "next"})
                )
            elif len(labels) > 1 and (source.startswith("scope ") or target.startswith("scope ")):
                self.drawing.edge(*ends, label=f"{len(labels)} tensors", penwidth="2")
            else:
                for text in labels:
                    self.drawing.edge(*ends, label=_text(text))


def _id(name: str) -> str:
    return name.replace("\\", "\\\\")


def _text(text: str) -> str:
    """`text` for a label, where Graphviz reads backslashes."""
    return text.replace("\\", "\\\\").replace("\n", "\\n")
