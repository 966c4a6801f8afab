"""How each kind of node looks, and the legend that explains it."""

from __future__ import annotations

import numpy as np

from minitf.framework.dtypes import resource
from minitf.framework.inside import Flag
from minitf.framework.static import constant_value
from minitf.framework.traversal import bodies_of

GRAPH = {
    "rankdir": "TB",
    "fontname": "Helvetica",
    "fontsize": "11",
    "nodesep": "0.3",
    "ranksep": "0.4",
    "newrank": "true",  # `dot` fails without it where edges lead back and forth between boxes
}

NODE = {"fontname": "Helvetica", "fontsize": "11", "style": "filled", "margin": "0.1,0.05", "height": "0.3"}
EDGE = {"fontname": "Helvetica", "fontsize": "9", "color": "#707070", "fontcolor": "#505050", "arrowsize": "0.6"}
_SCOPE = {
    "style": "rounded,filled",
    "color": "#b0b0b0",
    "fillcolor": "#0000000a",
    "labeljust": "l",
    "fontcolor": "#404040",
}
BOXES = {
    "scope": _SCOPE,
    "part": _SCOPE,
    "body": {
        **_SCOPE,
        "style": "rounded,filled,dashed",
        "color": "#7b5aa6",
        "fillcolor": "#7b5aa618",
        "fontcolor": "#5a3d80",
    },
    "copy": {
        **_SCOPE,
        "style": "rounded,filled,dashed",
        "color": "#2f7d46",
        "fillcolor": "#2f7d4610",
        "fontcolor": "#1f5a30",
    },
}
EDGES = {
    "data": {},
    "gradient": {"color": "#a03030"},
    "backward": {"color": "#a03030", "dir": "back"},
    "control": {"style": "dashed", "color": "#c07030", "arrowhead": "empty"},
    "next": {
        "style": "dashed",
        "color": "#7b5aa6",
        "constraint": "false",
        "xlabel": "next",
    },  # `dot` may fail at a label
}
CHAIN = {"color": "#2f7d46", "penwidth": "2"}

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
    "gap": {"shape": "box", "style": "dashed,filled", "fillcolor": "#e8f4ea", "color": "#2f7d46"},
}
MEANING = {
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
    "gap": "copies that are left out",
}
_PLACEHOLDERS = {"Placeholder", "PlaceholderWithDefault"}
VARIABLES = {"VariableV2", "VarHandleOp", "Variable", "TemporaryVariable"}
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


class Heat:
    """What ops took, by their names: seconds (unit "us") or bytes, from white to red."""

    def __init__(self, values: dict[str, float], unit: str):
        self.values, self.unit, self.most = values, unit, max(values.values(), default=0.0)

    def of(self, ops) -> float:
        """What some ops took together."""
        return sum(self.values.get(op.name, 0.0) for op in ops) if self.values else 0.0

    def text(self, value: float) -> str:
        """A value for a label."""
        return f"{value * 1e6:.3g} us" if self.unit == "us" else f"{value:,.0f} {self.unit}"

    def colour(self, value: float) -> str:
        """The colour of a node, by its share of what the largest op took."""
        return f"0.02 {min(value / self.most, 1.0) ** 0.5:.3f} 1.0"  # hue, saturation, value


def count(number: int, what: str) -> str:
    """A number of things, such as `17 ops`."""
    return f"{number:,} {what}{'s' * (number != 1)}"


def gap_label(gap) -> str:
    """What is written for the copies that are left out."""
    copies = gap.copies
    numbers = f"{gap.run.label}s {copies[0].step} to {copies[-1].step}".replace("copys", "copies")
    return f"... {len(copies):,} more ...\n{numbers}"


def label(op, name: str) -> str:
    """What is written on an operation's node; `name` is its name inside its scope."""
    what = kind(op)
    if what == "constant":
        return _constant(op, name)
    if what in ("placeholder", "variable", "argument"):
        return f"{name}\n{tensor(op.outputs[0])}"
    stem = name.rstrip("0123456789").rstrip("_")
    text = name if stem.lower() == op.type.lower() else f"{name}\n{op.type}"
    return "\n".join([text, *_loop(op)])


def gradient_label(op, gradients) -> str | None:
    """What is written beside an op for the ops of its gradient."""
    names = [one.name.partition(f"{op.name}_grad/")[2] or one.name.rpartition("/")[2] for one in gradients]
    return "\n".join(["gradient", *names]) if names else None


def _loop(op) -> list[str]:
    """What a loop carries round, takes in slices and gives out, and how often it runs."""
    loop = op.attrs.get("loop") if op.type == "Loop" else None
    if loop is None:
        return []
    trips = trip_count(op)
    often = "while condition" if loop.condition is not None else "counted" if trips is None else count(trips, "trip")
    parts = [
        count(loop.carries, "carry").replace("carrys", "carries"),
        f"{len(loop.xs_args)} xs",
        f"{sum(not isinstance(y, Flag) for y in loop.ys)} ys",
    ]
    return [", ".join(parts), often]


def trip_count(op) -> int | None:
    """How many trips a loop makes, if that is known and no condition decides it."""
    loop = op.attrs["loop"]
    *_, number = loop.split(list(op.inputs))
    value = None if number is None else constant_value(number)
    return None if value is None else int(value)


def _constant(op, name: str) -> str:
    value = op.attrs["value"]
    if value.size > 4 or value.ndim > 1:
        return f"{name}\n{tensor(op.outputs[0])}"
    text = repr(value.tolist()) if value.dtype == object else np.array2string(value, separator=", ", precision=6)
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
    drawing.open_box("cluster legend", {**_SCOPE, "label": "legend", "fillcolor": "white", "rank": "same"})
    for k in KINDS:
        if k in kinds:
            drawing.node(f"legend {k}", MEANING[k], **KINDS[k])
    drawing.close_box()
