"""What a graph is made of: parameters, floating point operations and, of a traced run, times."""

from __future__ import annotations

import math
import re
import sys
from dataclasses import dataclass, field

from minitf.framework.collections import GraphKeys
from minitf.framework.graph import get_default_graph

_UNITS = {"params": "parameters", "float_ops": "float_ops", "micros": "exec_micros", "bytes": "output_bytes"}
_SHOWN = {"params": "params", "float_ops": "flops", "micros": "us", "bytes": "B"}
_TRAINABLE = "_trainable_variables"

# ---- floating point operations


def _elements(per_element: int):
    return lambda op: per_element * _count(op.outputs[0])


def _count(tensor) -> int | None:
    return tensor.shape.num_elements()


def _product(op) -> int | None:
    sizes, shape = op.inputs[0].shape.sizes, op.outputs[0].shape
    inner = None if sizes is None else sizes[-2 if op.attrs.get("transpose_a") or op.attrs.get("adj_x") else -1]
    return None if inner is None or shape.num_elements() is None else 2 * inner * shape.num_elements()


def _convolution(op) -> int | None:
    window = op.inputs[1].shape
    return None if not window.is_fully_defined() else 2 * _count(op.outputs[0]) * math.prod(window.sizes[:-1])


def _depthwise(op) -> int | None:
    window = op.inputs[1].shape
    return None if not window.is_fully_defined() else 2 * _count(op.outputs[0]) * math.prod(window.sizes[:2])


def _reduction(finish: int):
    return lambda op: _count(op.inputs[0]) + _count(op.outputs[0]) * (finish - 1)


def _window(op) -> int | None:
    return _count(op.outputs[0]) * math.prod(op.attrs["ksize"])


_ONE_EACH = """
    Add Sub Mul RealDiv Maximum Minimum Pow Log Neg Reciprocal Square BiasAdd Equal NotEqual Greater GreaterEqual Less
    LessEqual
"""
FLOPS = {
    **dict.fromkeys(_ONE_EACH.split(), _elements(1)),
    **dict.fromkeys(["Rsqrt", "SquaredDifference"], _elements(2)),
    "Softmax": _elements(5),
    "L2Loss": lambda op: 3 * _count(op.inputs[0]) - 1,
    "AddN": lambda op: (len(op.inputs) - 1) * _count(op.outputs[0]),
    "MatMul": _product,
    "Conv2D": _convolution,
    "DepthwiseConv2dNative": _depthwise,
    "Mean": _reduction(1),
    "Sum": _reduction(0),
    "ArgMax": _reduction(0),
    "ArgMin": _reduction(0),
    **dict.fromkeys(["MaxPool", "AvgPool"], _window),
}


def float_ops(op) -> int:
    """How many floating point operations an op takes, 0 where that is not known."""
    try:
        return FLOPS[op.type](op) or 0
    except (KeyError, TypeError):  # of another type, or of unknown shape
        return 0


# ---- the tree


@dataclass
class GraphNodeProto:
    """A name scope or op: its own numbers, and with `total_` those of all that is shown below it, too."""

    name: str
    parameters: int = 0
    float_ops: int = 0
    exec_micros: int = 0
    output_bytes: int = 0
    total_parameters: int = 0
    total_float_ops: int = 0
    total_exec_micros: int = 0
    total_output_bytes: int = 0
    shape: tuple | None = None
    children: list[GraphNodeProto] = field(default_factory=list)

    def add_up(self) -> None:
        """Makes the totals, those of the children being right."""
        for name in _UNITS.values():
            below = sum(getattr(child, f"total_{name}") for child in self.children)
            setattr(self, f"total_{name}", getattr(self, name) + below)


class MultiGraphNodeProto(GraphNodeProto):
    """All ops of a type, which are its children."""


class ProfileOptionBuilder:
    """Makes the options of `tf.profiler.profile` step by step: `with_...`, `order_by`, `select`, `build()`.

    >>> options = ProfileOptionBuilder.trainable_variables_parameter()
    >>> ProfileOptionBuilder(options).with_max_depth(2).build()["max_depth"]
    2
    """

    def __init__(self, options: dict | None = None):
        self._options = dict(options or _options(account=[".*"], select=["micros"], order_by="name"))

    @staticmethod
    def trainable_variables_parameter() -> dict:
        """Options that count the parameters of trainable variables."""
        return _options(account=[_TRAINABLE], select=["params"], order_by="name")

    @staticmethod
    def float_operation() -> dict:
        """Options that count floating point operations."""
        return _options(account=[".*"], select=["float_ops"], order_by="float_ops", min_float_ops=1)

    @staticmethod
    def time_and_memory(
        min_micros: int = 1,
        min_bytes: int = 1,
        min_accelerator_micros: int = 0,
        min_cpu_micros: int = 0,
        min_peak_bytes: int = 0,
        min_residual_bytes: int = 0,
        min_output_bytes: int = 0,
    ) -> dict:
        """Options that show the times and bytes of a traced run."""
        mins = {"min_micros": min_micros, "min_bytes": min_bytes, "min_output_bytes": min_output_bytes}
        mins |= {"min_peak_bytes": min_peak_bytes, "min_residual_bytes": min_residual_bytes}
        mins |= {"min_accelerator_micros": min_accelerator_micros, "min_cpu_micros": min_cpu_micros}
        return _options(account=[".*"], select=["micros", "bytes"], order_by="micros", **mins)

    def build(self) -> dict:
        """The options."""
        return dict(self._options)

    def _with(self, **options) -> ProfileOptionBuilder:
        self._options |= options
        return self

    def with_max_depth(self, max_depth: int) -> ProfileOptionBuilder:
        """Shows nothing deeper."""
        return self._with(max_depth=max_depth)

    def with_min_memory(
        self, min_bytes: int = 0, min_peak_bytes: int = 0, min_residual_bytes: int = 0, min_output_bytes: int = 0
    ) -> ProfileOptionBuilder:
        """Shows nothing of fewer bytes."""
        mins = {"min_peak_bytes": min_peak_bytes, "min_residual_bytes": min_residual_bytes}
        return self._with(min_bytes=min_bytes, min_output_bytes=min_output_bytes, **mins)

    def with_min_execution_time(
        self, min_micros: int = 0, min_accelerator_micros: int = 0, min_cpu_micros: int = 0
    ) -> ProfileOptionBuilder:
        """Shows nothing that took less."""
        mins = {"min_accelerator_micros": min_accelerator_micros, "min_cpu_micros": min_cpu_micros}
        return self._with(min_micros=min_micros, **mins)

    def with_min_parameters(self, min_params: int) -> ProfileOptionBuilder:
        """Shows nothing of fewer parameters."""
        return self._with(min_params=min_params)

    def with_min_float_operations(self, min_float_ops: int) -> ProfileOptionBuilder:
        """Shows nothing of fewer floating point operations."""
        return self._with(min_float_ops=min_float_ops)

    def with_min_occurrence(self, min_occurrence: int) -> ProfileOptionBuilder:
        """Notes how often a type has to occur."""
        return self._with(min_occurrence=min_occurrence)

    def with_accounted_types(self, account_type_regexes: list) -> ProfileOptionBuilder:
        """Counts ops of these types only."""
        return self._with(account_type_regexes=list(account_type_regexes))

    def with_node_names(
        self, start_name_regexes=None, show_name_regexes=None, hide_name_regexes=None, trim_name_regexes=None
    ) -> ProfileOptionBuilder:
        """Begins at, shows, hides, or cuts off below ops of these names."""
        given = {"start": start_name_regexes, "show": show_name_regexes, "hide": hide_name_regexes}
        given["trim"] = trim_name_regexes
        return self._with(**{f"{key}_name_regexes": list(v) for key, v in given.items() if v is not None})

    def account_displayed_op_only(self, is_true: bool) -> ProfileOptionBuilder:
        """Whether totals are those of what is shown."""
        return self._with(account_displayed_op_only=is_true)

    def with_empty_output(self) -> ProfileOptionBuilder:
        """Prints nothing."""
        return self._with(output="none")

    def with_stdout_output(self) -> ProfileOptionBuilder:
        """Prints the tree."""
        return self._with(output="stdout")

    def with_file_output(self, outfile: str) -> ProfileOptionBuilder:
        """Writes the tree into a file."""
        return self._with(output=f"file:outfile={outfile}")

    def with_step(self, step: int) -> ProfileOptionBuilder:
        """Notes which step is meant."""
        return self._with(step=step)

    def order_by(self, attribute: str) -> ProfileOptionBuilder:
        """Sorts by "name", "params", "float_ops", "micros" or "bytes"."""
        return self._with(order_by=attribute)

    def select(self, attributes: list) -> ProfileOptionBuilder:
        """Shows these: "params", "float_ops", "micros", "bytes"."""
        return self._with(select=list(attributes))


def _options(account: list, select: list, order_by: str, **more) -> dict:
    mins = dict.fromkeys(("min_bytes", "min_micros", "min_params", "min_float_ops", "min_occurrence"), 0)
    names = {
        "start_name_regexes": [".*"],
        "trim_name_regexes": [],
        "show_name_regexes": [".*"],
        "hide_name_regexes": [],
    }
    shown = {"account_displayed_op_only": True, "select": select, "step": -1, "output": "stdout"}
    return {"max_depth": 10000, **mins, "order_by": order_by, "account_type_regexes": account, **names, **shown, **more}


def analyse(graph=None, run_meta=None, op_log=None, cmd: str = "scope", options: dict | None = None) -> GraphNodeProto:
    """The tree of a graph's scopes and ops (cmd "scope" or "graph") or of its op types ("op"), which `options` say.

    run_meta: a traced run, for times. What is printed is what `options["output"]` says.
    """
    if cmd not in ("scope", "op", "graph"):
        raise ValueError(f"cmd is 'scope', 'graph' or 'op', not {cmd!r}; Python's code is not followed")
    graph = get_default_graph() if graph is None else graph
    options = {**ProfileOptionBuilder().build(), **(options or {})}
    ops = [node for node in _measured(graph, run_meta, options) if _is_shown(node.name, options)]
    root = _by_type(graph, ops, options) if cmd == "op" else _by_scope(ops, options)
    _print(root, options)
    return root


def _measured(graph, run_meta, options: dict) -> list[GraphNodeProto]:
    """The ops that count, each with its numbers."""
    trainable = {v.op for v in graph.get_collection(GraphKeys.TRAINABLE_VARIABLES)}
    stats = getattr(run_meta, "step_stats", None)
    times, written = _by_op(stats, "nanoseconds"), _by_op(stats, "bytes")
    found = []
    for op in graph.get_operations():
        types = [op.type, *([_TRAINABLE] if op in trainable else [])]
        if any(re.match(f"{regex}$", type) for regex in options["account_type_regexes"] for type in types):
            is_variable = op.definition.role == "variable"
            count = op.outputs[0].shape.num_elements() if is_variable else 0
            shape = op.outputs[0].shape.sizes if is_variable else None
            numbers = (count or 0, float_ops(op), round(times.get(op.name, 0) / 1000), written.get(op.name, 0))
            found.append(GraphNodeProto(op.name, *numbers, shape=shape))
    return found


def _by_op(stats, number: str) -> dict[str, float]:
    """The sums of a number of what was measured, by the names of ops."""
    found: dict = {}
    for total in stats.totals if stats else ():
        if total.op is not None:
            found[total.op.name] = found.get(total.op.name, 0) + getattr(total, number)
    return found


def _is_shown(name: str, options: dict) -> bool:
    def fits(key: str) -> bool:
        return any(re.match(regex, name) for regex in options[f"{key}_name_regexes"])

    return fits("start") and fits("show") and not fits("hide") and not fits("trim")


def _enough(node: GraphNodeProto, options: dict) -> bool:
    return all(getattr(node, name) >= options.get(f"min_{key}", 0) for key, name in _UNITS.items())


def _by_scope(ops: list[GraphNodeProto], options: dict) -> GraphNodeProto:
    """The ops below their scopes; those that are too small are left out, with what is below them moved up."""
    nodes = {"": GraphNodeProto("_TFProfRoot")}
    for op in ops:
        parts = op.name.split("/")
        for depth in range(1, len(parts)):
            nodes.setdefault("/".join(parts[:depth]), GraphNodeProto("/".join(parts[:depth])))
        nodes[op.name] = op
    for name in sorted(nodes, key=lambda name: -name.count("/") - bool(name)):
        if name:
            parent = nodes[name.rpartition("/")[0]]
            shown = _enough(nodes[name], options) and _is_shown(name, options)
            parent.children += [nodes[name]] if shown else nodes[name].children
    root = nodes[""]
    _finish(root, options, 1)
    return root


def _finish(node: GraphNodeProto, options: dict, depth: int) -> None:
    """Cuts, adds up and sorts the tree."""
    if depth >= options["max_depth"]:
        node.children = []
    for child in node.children:
        _finish(child, options, depth + 1)
    node.add_up()
    key = _UNITS.get(options["order_by"])
    node.children.sort(key=lambda child: child.name if key is None else (-getattr(child, f"total_{key}"), child.name))


def _by_type(graph, ops: list[GraphNodeProto], options: dict) -> GraphNodeProto:
    kinds = {op.name: op.type for op in graph.get_operations()}
    root, found = MultiGraphNodeProto("_TFProfRoot"), {}
    for node in ops:
        found.setdefault(kinds[node.name], MultiGraphNodeProto(kinds[node.name])).children.append(node)
    root.children = list(found.values())
    _finish(root, options, 1)
    root.children = [child for child in root.children if all(_reaches(child, key, options) for key in _UNITS)]
    return root


def _reaches(node: GraphNodeProto, key: str, options: dict) -> bool:
    return getattr(node, f"total_{_UNITS[key]}") >= options.get(f"min_{key}", 0)


def _print(root: GraphNodeProto, options: dict) -> None:
    output = options["output"]
    if output == "none":
        return
    text = "\n".join(["node name | " + " | ".join(options["select"]), *_lines(root, options, 0)]) + "\n"
    if output.startswith("file:outfile="):
        with open(output.removeprefix("file:outfile="), "w", encoding="utf-8") as file:
            file.write(text)
    elif output == "stdout":
        sys.stdout.write(text)
    else:
        raise ValueError(f"output is 'stdout', 'none' or 'file:outfile=<path>', not {output!r}")


def _lines(node: GraphNodeProto, options: dict, depth: int):
    """A line for the node and those below it, as TensorFlow writes them: `w (3x4, 12/12 params)`."""
    parts = []
    for key in options["select"]:
        if key in _UNITS:
            own, total = getattr(node, _UNITS[key]), getattr(node, f"total_{_UNITS[key]}")
            shape = f"{'x'.join(map(str, node.shape))}, " if key == "params" and node.shape else ""
            parts.append(f"{shape}{own or '--'}/{total} {_SHOWN[key]}")
    yield f"{'  ' * depth}{node.name} ({', '.join(parts)})"
    for child in node.children:
        yield from _lines(child, options, depth + 1)


class Profiler:
    """Collects traced runs of a graph (default: the default graph), and shows what they are made of.

    >>> import minitf as tf
    >>> v = tf.get_variable("v", [2, 3])
    >>> profiler = tf.profiler.Profiler(tf.get_default_graph())
    >>> options = tf.profiler.ProfileOptionBuilder.trainable_variables_parameter()
    >>> profiler.profile_name_scope(options).total_parameters
    node name | params
    _TFProfRoot (--/6 params)
      v (2x3, 6/6 params)
    6
    """

    def __init__(self, graph=None, op_log=None):
        self._graph = get_default_graph() if graph is None else graph
        self._steps: dict = {}

    def add_step(self, step: int, run_meta) -> None:
        """Adds a traced run as the number `step`."""
        self._steps[step] = run_meta

    def _of(self, options: dict):
        step = options.get("step", -1)
        if step != -1 and step not in self._steps:
            raise ValueError(f"step {step} was not added; there are {sorted(self._steps)}")
        return self._steps.get(step, next(iter(reversed(self._steps.values())), None))

    def profile_name_scope(self, options: dict) -> GraphNodeProto:
        """The tree of the graph's name scopes."""
        return analyse(self._graph, self._of(options), cmd="scope", options=options)

    def profile_graph(self, options: dict) -> GraphNodeProto:
        """The tree of the graph's ops, by their names."""
        return analyse(self._graph, self._of(options), cmd="graph", options=options)

    def profile_operations(self, options: dict) -> MultiGraphNodeProto:
        """The graph's op types."""
        return analyse(self._graph, self._of(options), cmd="op", options=options)

    def advise(self, options: dict | None = None) -> list[str]:
        """What may make a traced run faster; see `tf.profiler.advise`."""
        return advise(self._graph, self._of({}), options)


def advise(graph=None, run_meta=None, options: dict | None = None) -> list[str]:
    """Sentences on what a traced run spent its time on: op types of more than a fifth of it, ops that run in Python."""
    stats = getattr(run_meta, "step_stats", None)
    if stats is None:
        return [
            "no traced run was given: run with tf.RunOptions(trace_level=tf.RunOptions.FULL_TRACE) and run_metadata="
        ]
    whole, by_type = sum(total.nanoseconds for total in stats.totals) or 1, {}
    for total in stats.totals:
        kind = ("in Python " if total.kernel is None else "", total.op.type if total.op is not None else total.kernel)
        by_type[kind] = by_type.get(kind, 0) + total.nanoseconds
    shares = sorted(((spent / whole, *kind) for kind, spent in by_type.items()), reverse=True)
    return [
        f"{share:.0%} of the run is {type} {where}".rstrip() for share, where, type in shares if share > 0.2 or where
    ]
