"""TensorFlow 2's Case, which calls one of several functions, as an If: the first one, or a Case of the others."""

from __future__ import annotations

from minitf.framework import protos
from minitf.graphs.edits import Unrecognized
from minitf.graphs.functions import ABSENT, Library

_INT32, _INDEX = 3, "branch_index"


def as_if(library: Library, node) -> None:
    """Makes an If of a Case: where the index is 0 its first function is called, and else, by the index less 1, one
    of the others; the last one by all other numbers.

    Raises:
      Unrecognized: if it has no functions.
    """
    functions = [function.name for function in node.attr["branches"].list.func]
    if not functions or len(node.input) == 0:
        raise Unrecognized("there is nothing that it calls")
    first, others = (_name(library, f"{node.name}/{which}") for which in ("first", "others"))
    _define(library, node, first, functions[:1])
    _define(library, node, others, functions[1:] or functions)
    node.op = {"Case": "If", "StatelessCase": "StatelessIf"}[node.op]
    index = node.input[0]
    node.input.insert(0, index)
    del node.attr["branches"]
    types = [_INT32, *node.attr["Tin"].list.type]
    del node.attr["Tin"].list.type[:]
    node.attr["Tin"].list.type.extend(types)
    node.attr["Tcond"].type = _INT32
    node.attr["then_branch"].func.name, node.attr["else_branch"].func.name = others, first


def _name(library: Library, wanted: str) -> str:
    """A name that no function has."""
    count, found = 0, wanted
    while found in library.definitions:
        count += 1
        found = f"{wanted}_{count}"
    return found


def _define(library: Library, case, name: str, functions: list[str]) -> None:
    """Adds a function of an index and a Case's arguments: the one that there is, or a Case of several."""
    made = protos.message("GraphDef")().library.function.add()
    if len(functions) == 1:
        if functions[0] not in library.definitions:
            raise Unrecognized(f"there is no function {functions[0]!r}")
        made.CopyFrom(library.definitions[functions[0]])
    else:
        _call(library, case, made, functions)
    made.signature.name = name
    given = list(made.signature.input_arg)
    del made.signature.input_arg[:]
    made.signature.input_arg.add(name=_INDEX, type=_INT32)
    made.signature.input_arg.extend(given)
    library.definitions[name] = made


def _call(library: Library, case, made, functions: list[str]) -> None:
    """Has a function call one of several, by the index less 1."""
    call = made.node_def.add(name="call", op=case.op, input=[_less_one(made)])
    for key in ("Tin", "Tout"):
        call.attr[key].CopyFrom(case.attr[key])
    for k, kind in enumerate(case.attr["Tin"].list.type):
        made.signature.input_arg.add(name=f"given_{k}", type=kind)
        call.input.append(f"given_{k}")
    for function in functions:
        call.attr["branches"].list.func.add(name=function)
    for k, kind in enumerate(case.attr["Tout"].list.type):
        result = made.signature.output_arg.add(name=f"result_{k}", type=kind).name
        made.ret[result] = f"call:output:{k}"
        if all(_gives_nothing(library, function, k) for function in functions):
            made.ret[result] = f"{made.node_def.add(name=f'nothing_{k}', op=ABSENT[0]).name}:output:0"
    if case.op == "Case":
        made.control_ret["call"] = "call"


def _gives_nothing(library: Library, name: str, k: int) -> bool:
    """Whether a result of a function is what there is of another one's values."""
    definition = library.definitions.get(name)
    results = definition.signature.output_arg if definition is not None else ()
    if k >= len(results):
        return False
    ops = {node.name: node for node in definition.node_def}
    node = ops.pop(definition.ret[results[k].name].partition(":")[0], None)
    while node is not None and node.op == "Identity" and len(node.input):
        node = ops.pop(node.input[0].partition(":")[0], None)  # each only once: there may be a cycle
    return node is not None and node.op in ABSENT


def _less_one(function) -> str:
    """Adds the index less 1 to a function."""
    one = function.node_def.add(name="one", op="Const")
    one.attr["dtype"].type = one.attr["value"].tensor.dtype = _INT32
    one.attr["value"].tensor.int_val.append(1)
    one.attr["value"].tensor.tensor_shape.SetInParent()
    less = function.node_def.add(name="less", op="Sub", input=[_INDEX, "one:output:0"])
    less.attr["T"].type = _INT32
    return "less:z:0"
