"""How each kind of node looks, and the legend that explains it."""

from __future__ import annotations

import numpy as np

from minitf.framework.dtypes import resource
from minitf.graphs.inner import bodies_of

GRAPH = {
    "rankdir": "TB",
    "fontname": "Helvetica",
    "fontsize": "11",
    "nodesep": "0.3",
    "ranksep": "0.4",
    "compound": "true",
}
NODE = {"fontname": "Helvetica", "fontsize": "11", "style": "filled", "margin": "0.1,0.05", "height": "0.3"}
EDGE = {
    "fontname": "Helvetica",
    "fontsize": "9",
    "color": "#707070",
    "fontcolor": "#505050",
    "arrowsize": "0.6",
}
SCOPE = {
    "style": "rounded,filled",
    "color": "#b0b0b0",
    "fillcolor": "#0000000a",
    "labeljust": "l",
    "fontcolor": "#404040",
}
BODY = {"style": "rounded,filled,dashed", "color": "#7b5aa6", "fillcolor": "#7b5aa618", "labeljust": "l",
        "fontcolor": "#5a3d80"}  # fmt: skip
CONTROL = {"style": "dashed", "color": "#c07030", "arrowhead": "empty"}
NEXT = {"style": "dashed", "color": "#7b5aa6", "constraint": "false"}

KINDS = {
    "placeholder": {"shape": "invhouse", "fillcolor": "#ffd9a0", "color": "#c07000"},
    "variable": {"shape": "cylinder", "fillcolor": "#bcd9f5", "color": "#2060a0"},
    "queue": {"shape": "cylinder", "fillcolor": "#c8ece4", "color": "#207a68"},
    "constant": {"shape": "ellipse", "fillcolor": "#eeeeee", "color": "#909090", "fontsize": "9"},
    "operation": {"shape": "box", "style": "rounded,filled", "fillcolor": "#ffffff", "color": "#404040"},
    "update": {"shape": "box", "style": "rounded,filled", "fillcolor": "#f8d0d0", "color": "#a03030"},
    "loop": {"shape": "box3d", "fillcolor": "#e4d8f4", "color": "#7b5aa6"},
    "argument": {"shape": "cds", "fillcolor": "#f4eefb", "color": "#7b5aa6", "fontsize": "9"},
    "frame": {"shape": "house", "fillcolor": "#e4d8f4", "color": "#7b5aa6"},
    "switch": {"shape": "trapezium", "fillcolor": "#d8f0dc", "color": "#2f7d46"},
    "merge": {"shape": "invtrapezium", "fillcolor": "#d8f0dc", "color": "#2f7d46"},
    "scope": {"shape": "folder", "fillcolor": "#f5f0c8", "color": "#908020"},
}
_MEANING = {
    "placeholder": "placeholder: fed at each run",
    "variable": "variable: kept between runs",
    "queue": "queue: what one run leaves for another",
    "constant": "constant",
    "operation": "operation",
    "update": "changes a variable",
    "loop": "loop or branch",
    "argument": "argument of a body",
    "frame": "into, round and out of a loop",
    "switch": "sends a value one of two ways",
    "merge": "takes the value that comes",
    "scope": "name scope, collapsed",
}
_PLACEHOLDERS = {"Placeholder", "PlaceholderWithDefault"}
VARIABLES = {"VariableV2", "Variable", "TemporaryVariable"}
_PRIMITIVES = {
    **dict.fromkeys(["Enter", "NextIteration", "Exit", "LoopCond"], "frame"),
    "Switch": "switch",
    "Merge": "merge",
}


def kind(op) -> str:
    """Which of KINDS an operation is drawn as."""
    if op.type in _PLACEHOLDERS:
        return "placeholder"
    if op.type in VARIABLES:
        return "variable"
    if any(t.dtype is resource for t in op.outputs) and not op.inputs and op.type != "Arg":
        return "queue"
    if op.type == "Const":
        return "constant"
    if op.type == "Arg":
        return "argument"
    if bodies_of(op):
        return "loop"
    if op.type in _PRIMITIVES:
        return _PRIMITIVES[op.type]
    if any(a.is_ref for a in op.definition.inputs) and op.type != "IsVariableInitialized":
        return "update"
    return "operation"


def heat(share: float) -> str:
    """The colour of a node that took this share of the longest op's time: from white to red."""
    return f"0.02 {min(share, 1.0) ** 0.5:.3f} 1.0"  # hue, saturation, value


def label(op, name: str) -> str:
    """What is written on an operation's node; `name` is its name inside its scope."""
    what = kind(op)
    if what == "constant":
        return _constant(op, name)
    if what in ("placeholder", "variable", "argument"):
        return f"{name}\n{tensor(op.outputs[0])}"
    stem = name.rstrip("0123456789").rstrip("_")
    return name if stem.lower() == op.type.lower() else f"{name}\n{op.type}"


def _constant(op, name: str) -> str:
    value = op.attrs["value"]
    if value.size > 4 or value.ndim > 1:
        return f"{name}\n{tensor(op.outputs[0])}"
    if value.dtype == object:
        text = repr(value.tolist())
    else:
        text = np.array2string(value, separator=", ", precision=6)
    return f"{name}\n{text}" if len(text) <= 30 else f"{name}\n{text[:27]}..."


def tensor(value) -> str:
    """Type and static shape of a tensor, such as `float32 (?, 5)`."""
    if value.dtype is resource:
        return "queue"
    shape = value.shape
    return f"{value.dtype.base_dtype.name} {'?' if shape.rank is None else shape}"


def edge_label(value) -> str:
    """Type and static shape of a tensor, after its index if its op has several outputs."""
    if value.op.type == "Switch":
        return f"{('if false', 'if true')[value.value_index]} {tensor(value)}"
    several = len(value.op.outputs) > 1 and value.op.type != "Merge"
    return f":{value.value_index} {tensor(value)}" if several else tensor(value)


def legend(drawing, kinds) -> None:
    """Adds a row with one example of each kind drawn."""
    look = {**SCOPE, "label": "legend", "fillcolor": "white", "rank": "same"}
    with drawing.subgraph(name="cluster legend", graph_attr=look) as box:
        for k in KINDS:
            if k in kinds:
                box.node(f"legend {k}", _MEANING[k], **KINDS[k])
