"""Optional values that hold tensors of one type in one branch and of another in the other: all as one type.

TensorFlow 2 keeps in them what the gradient of a branch needs, and has the branches share them.
"""

from __future__ import annotations

from collections.abc import Iterator

from minitf.framework import dtypes
from minitf.framework.apply import apply_op
from minitf.framework.operation import Operation
from minitf.framework.tensor import Tensor
from minitf.graphs.edits import Unrecognized
from minitf.graphs.functions import Library

SHARED = "_shared"  # says of an OptionalFromValue as what type its value is kept
READ = "ReadOptional"  # the type of a node that gives such a value
_CARRIERS = (  # (number of a DataType, those of the types of which it holds all values)
    (dtypes.float64, "bool float16 float32 float64 int8 int16 int32 uint8 uint16 uint32"),
    (dtypes.int64, "bool int8 int16 int32 int64 uint8 uint16 uint32"),
)
_VARIANT = 21  # the DataType of what is no tensor
_BRANCHES = ("then_branch", "else_branch", "f")


def unite(library: Library, functions: list[str]) -> None:
    """Has the branches of a call keep values of one type in each of their results that is an optional value.

    Raises:
      Unrecognized: if no type holds all values of those that share a result.
    """
    for results in zip(*(library.named(name).results for name in functions)):
        found = [node for name, text in zip(functions, results) for node in _made(library, name, text, set())]
        types = {node.attr["Toutput_types"].list.type[0] for _, node in found}
        if len(types) > 1:
            carrier = _carrier(types)
            for name, node in found:
                library.note(name, node.name, SHARED, carrier)


def _carrier(types: set) -> int:
    names = {dtypes.as_dtype(number).name for number in types}
    for dtype, held in _CARRIERS:
        if names <= set(held.split()):
            return dtype.as_datatype_enum
    raise Unrecognized(f"its branches keep {', '.join(sorted(names))} in one place")


def _made(library: Library, name: str, text: str, seen: set) -> Iterator[tuple]:
    """The functions and nodes that make what a tensor of a function is, if that is an optional value."""
    function = library.named(name)
    text = function.behind(text)
    node = function.node(text)
    if node is None or (name, text) in seen:
        return
    seen.add((name, text))
    if node.op == "OptionalFromValue" and [*node.attr["Toutput_types"].list.type] == [_VARIANT]:
        yield from _made(library, name, node.input[0], seen)
    elif node.op == "OptionalFromValue" and len(node.attr["Toutput_types"].list.type) == 1:
        yield name, node
    elif library.is_call(node):
        _, index = function.source(text)
        for called in _called(node):
            results = library.named(called).results if called in library.definitions else ()
            if index < len(results):
                yield from _made(library, called, results[index], seen)


def _called(node) -> list[str]:
    """The functions of which a call gives out the results of one."""
    single = [node.attr[key].func.name for key in _BRANCHES if key in node.attr]
    several = node.attr["branches"].list.func if "branches" in node.attr else ()
    return [node.op, *single, *(function.name for function in several)]


def _read(name: str, attrs: dict, value: Tensor) -> Operation:
    """The op that takes a value as what it was, whatever type it is kept as."""
    dtype = attrs["dtype"]
    if value.dtype.base_dtype is dtype:
        return apply_op("Identity", value, name=f"{name}/")
    return apply_op("Cast", value, DstT=dtype, name=f"{name}/")


RULES = {READ: _read}
