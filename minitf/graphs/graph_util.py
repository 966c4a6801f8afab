"""tf.graph_util: parts of GraphDefs, and GraphDefs whose variables have become constants."""

from __future__ import annotations

from minitf.framework import dtypes, protos
from minitf.framework.traversal import reached
from minitf.graphs.names import referred
from minitf.graphs.nodes import source_of
from minitf.graphs.values import tensor_proto

_STRING, _INT32 = dtypes.string.as_datatype_enum, dtypes.int32.as_datatype_enum
_VARIABLES = ("Variable", "VariableV2", "VarHandleOp")


def _check(graph_def) -> None:
    if not isinstance(graph_def, protos.message("GraphDef")):
        raise TypeError(f"graph_def must be a graph_pb2.GraphDef proto, not {type(graph_def).__name__}")


def extract_sub_graph(graph_def, dest_nodes):
    """The nodes of a GraphDef on which those called `dest_nodes` depend, as a GraphDef.

    Raises:
      TypeError: unless these are a GraphDef and a list of names.
      AssertionError: if there is no node of a name.
    """
    _check(graph_def)
    if isinstance(dest_nodes, (str, bytes)):
        raise TypeError("dest_nodes must be a list. It holds the names of nodes")
    nodes = {node.name: node for node in graph_def.node}
    for name in dest_nodes:
        if name not in nodes:
            raise AssertionError(f"{name} is not in graph")

    def sources(name: str) -> list[str]:
        texts = [*nodes[name].input, *referred(nodes[name])] if name in nodes else []
        return [source for source, _ in map(source_of, texts)]

    wanted = reached(dest_nodes, sources)
    made = protos.message("GraphDef")(versions=graph_def.versions, library=graph_def.library)
    made.node.extend(node for node in graph_def.node if node.name in wanted)
    return made


def convert_variables_to_constants(
    sess, input_graph_def, output_node_names, variable_names_whitelist=None, variable_names_blacklist=None
):
    """What `output_node_names` depend on, with constants of what variables are worth in a session.

    Variables that are not in the whitelist, or are in the blacklist, stay variables.

    Raises:
      AssertionError: if there is no node of a name.
      tf.errors.FailedPreconditionError: if a variable has no value.
    """
    made = extract_sub_graph(input_graph_def, output_node_names)
    names = [
        node.name
        for node in made.node
        if node.op in _VARIABLES
        and (variable_names_whitelist is None or node.name in variable_names_whitelist)
        and node.name not in (variable_names_blacklist or ())
    ]
    values = dict(zip(names, sess.run([f"{name}:0" for name in names]) if names else ()))
    for node in made.node:
        if node.name in values:
            _become_constant(node, values[node.name])
        elif node.op == "ReadVariableOp" and source_of(node.input[0])[0] in values:
            _become_identity(node)
    return made


def _become_constant(node, value) -> None:
    dtype = node.attr["dtype"]
    node.op = "Const"
    kept = type(dtype)()
    kept.CopyFrom(dtype)
    for key in list(node.attr):
        if key != "_body":
            del node.attr[key]
    node.attr["dtype"].CopyFrom(kept)
    node.attr["value"].tensor.CopyFrom(tensor_proto(value))


def _become_identity(node) -> None:
    node.op = "Identity"
    node.attr["T"].CopyFrom(node.attr["dtype"])
    del node.attr["dtype"]


def remove_training_nodes(input_graph, protected_nodes=None):
    """A GraphDef without nodes that change nothing: CheckNumerics, and Identities for which no node waits.

    Those called `protected_nodes` stay.
    """
    _check(input_graph)
    nodes = {node.name: node for node in input_graph.node}
    waited = {name for node in nodes.values() for name, index in map(source_of, node.input) if index is None}
    kept = waited.union(protected_nodes or ())
    kept |= {source_of(text)[0] for node in nodes.values() for text in referred(node)}
    past = {
        name: node.input[0]
        for name, node in nodes.items()
        if node.op in ("CheckNumerics", "Identity") and _is_plain(node) and name not in kept
    }
    made = protos.message("GraphDef")(versions=input_graph.versions, library=input_graph.library)
    for name, node in nodes.items():
        if name not in past:
            added = made.node.add()
            added.CopyFrom(node)
            for i, text in enumerate(node.input):
                added.input[i] = _before(text, past)
    return made


def _is_plain(node) -> bool:
    return len(node.input) == 1 and not node.input[0].startswith("^") and "_body" not in node.attr


def _before(text: str, past: dict) -> str:
    seen = set()
    while source_of(text)[1] == 0 and source_of(text)[0] in past and text not in seen:
        seen.add(text)
        text = past[source_of(text)[0]]
    return text


def must_run_on_cpu(node, pin_variables_on_cpu: bool = False) -> bool:
    """Whether an op, or the NodeDef of one, has no kernel on GPUs: constants and stitches of strings or int32.

    Variables are among them if pin_variables_on_cpu. What minitf runs, it runs on CPUs.
    """
    node = getattr(node, "node_def", node)
    types = {"Const": ("dtype", (_STRING, _INT32)), "DynamicStitch": ("T", (_INT32,))}
    types["ParallelDynamicStitch"] = types["DynamicStitch"]
    if node.op in ("Variable", "VariableV2"):
        return pin_variables_on_cpu
    name, slow = types.get(node.op, ("", ()))
    return name in node.attr and node.attr[name].type in slow


def tensor_shape_from_node_def_name(graph, input_name: str):
    """The static shape of a tensor of a graph, by its name or that of its op, as TensorShape.

    Raises:
      KeyError: if there is no such tensor.
    """
    return graph.get_tensor_by_name(input_name if ":" in input_name else f"{input_name}:0").shape
