"""Functions of elements, traced into graphs of their own."""

from __future__ import annotations

from collections.abc import Callable

from minitf.data import structure
from minitf.framework.convert import convert_to_tensor
from minitf.framework.function import FunctionGraph
from minitf.framework.graph import at_home


def unpacked(function: Callable, parts, values):
    """What a function gives for one element, of which a tuple is several arguments."""
    return function(*values) if type(parts) is tuple else function(values)


def traced(function: Callable, parts, caller: str, home=()) -> tuple[FunctionGraph, object]:
    """(the graph of a function of elements with such parts, the parts of what it returns).

    caller: whose function it is, for messages; home: tensors of the graph around.
    """
    if not callable(function):
        raise TypeError(f"{caller} takes a function of an element, not {function!r}")
    with at_home(*home):
        graph = FunctionGraph()
    arguments = [graph.add_argument(*part.carrier) for part in structure.flatten(parts)]

    def results():
        returned = unpacked(function, parts, structure.gathered(parts, arguments))
        values = _as_values(returned, caller)
        found = structure.map_structure(structure.part_of, values)
        graph.results = [graph.capture(convert_to_tensor(t)) for t in structure.spread(found, values)]
        return found

    found = graph.trace(results)
    _check_no_variables(graph, caller)
    return graph, found


def _as_values(returned, caller: str):
    if isinstance(returned, list):
        returned = tuple(returned)  # more likely of several tensors, of a py_func say, than one tensor
    if any(leaf is None for leaf in structure.flatten(returned)):
        raise TypeError(f"Unsupported return value from function passed to {caller}: {returned!r}.")
    try:
        return structure.as_tensors(returned, None)
    except (TypeError, ValueError) as error:
        message = f"Unsupported return value from function passed to {caller}: {returned!r}. {error}"
        raise TypeError(message) from None


def _check_no_variables(graph: FunctionGraph, caller: str) -> None:
    for op in graph.ops:
        if op.definition.role == "variable" and op not in graph.variables:
            raise ValueError(
                f"the function passed to {caller} makes the variable '{op.name}' (created {op.origin}), "
                "which would be no part of the graph; make it before, and use it in the function"
            )
