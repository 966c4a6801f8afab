"""What of a graph a run needs, as TensorFlow shows it: with the run's arguments and results as nodes."""

from __future__ import annotations

from minitf.framework import protos


def partition(graph_def, fed: list, fetched: list, targets: list):
    """The nodes of a GraphDef that the tensors `fetched` and the ops `targets` need when the tensors `fed` are given.

    What is fed comes from nodes `_Arg`, what is fetched goes to nodes `_Retval`, both in the order of names.
    """
    given = [(f"_arg_{_joined(t)}_{i}", t) for i, t in enumerate(_by_name(fed))]
    instead = {t.name: name for name, t in given}
    instead |= {f"^{t.op.name}": f"^{name}" for name, t in given if t.op.definition.role == "placeholder"}
    results = [(f"_retval_{_joined(t)}_{i}", t) for i, t in enumerate(_by_name(set(fetched) - set(fed)))]
    part = protos.message("GraphDef")(versions=graph_def.versions, library=graph_def.library)
    needed = _reached(graph_def, instead, [*[t.name for _, t in results], *[f"^{op.name}" for op in targets]])
    for i, (name, t) in enumerate(given):
        if name in needed:
            _add(part, name, "_Arg", t, i)
    for node in graph_def.node:
        if node.name in needed:
            copy = part.node.add()
            copy.CopyFrom(node)
            copy.input[:] = [instead.get(_whole(text), text) for text in node.input]
    for i, (name, t) in enumerate(results):
        _add(part, name, "_Retval", t, i).input.append(t.name.removesuffix(":0"))
    return part


def _by_name(tensors) -> list:
    return sorted(tensors, key=lambda t: t.name)


def _joined(tensor) -> str:
    return "_".join(tensor.name.rsplit(":", 1))


def _whole(text: str) -> str:
    """The name of the tensor that an input of a node says."""
    return text if ":" in text or text.startswith("^") else f"{text}:0"


def _add(part, name: str, op: str, tensor, index: int):
    node = part.node.add(name=name, op=op)
    node.attr["T"].type = tensor.dtype.as_datatype_enum
    node.attr["index"].i = index
    return node


def _reached(graph_def, instead: dict, texts: list) -> set:
    """The names of nodes that what is said by `texts`, as inputs of nodes are, takes."""
    inputs, found, todo = {node.name: node.input for node in graph_def.node}, set(), texts
    while todo:
        text = todo.pop()
        text = instead.get(_whole(text), text)
        name = text.removeprefix("^").rsplit(":", 1)[0]
        if name not in found:
            found.add(name)
            todo.extend(inputs.get(name, []))
    return found
