"""What a saver saves: variables, parts of them, and tables, by their names in the checkpoint."""

from __future__ import annotations

from itertools import groupby
from typing import NamedTuple

from minitf.framework import dtypes
from minitf.framework.collections import GraphKeys
from minitf.framework.graph import get_default_graph
from minitf.ops.array.constant import constant
from minitf.ops.state.partitioned_variable import PartitionedVariable
from minitf.ops.state.variables import global_variables


class Saveable(NamedTuple):
    """A variable or table under a name; a `spec` such as `10 4 0,3:0,4` says which part of that it is."""

    name: str
    variable: object
    spec: str = ""

    @property
    def tensors(self) -> list[tuple[str, str, object]]:
        """(name, spec, tensor) of all that a checkpoint holds of it."""
        if hasattr(self.variable, "_saved"):
            return [(name, "", tensor) for name, tensor in self.variable._saved().items()]
        return [(self.name, self.spec, self.variable._as_graph_element())]

    @property
    def device(self) -> str:
        """Where it is."""
        return getattr(self.variable, "device", "")


def saveables(var_list) -> list[Saveable]:
    """What a list or dict of variables (None: all that the graph has) has to save, sorted by name.

    Raises:
      TypeError: for what is no variable. ValueError: if there are two of one name, or parts of several variables
        under one.
    """
    if var_list is None:
        var_list = global_variables() + get_default_graph().get_collection(GraphKeys.SAVEABLE_OBJECTS)
    if isinstance(var_list, dict):
        rows = list(var_list.items())
        for name in var_list:
            if not isinstance(name, str):
                raise TypeError(f"a variable's name in a checkpoint is a string, not {name!r}")
    elif isinstance(var_list, (list, tuple, set)):
        rows = _by_name(var_list)
    else:
        raise TypeError(f"Variables to save should be passed in a dict or a list: {var_list!r}")
    rows.sort(key=lambda row: row[0])
    double = next((a for (a, _), (b, _) in zip(rows, rows[1:]) if a == b), None)
    if double is not None:
        raise ValueError(f"At least two variables have the same name: {double}")
    return [found for name, value in rows for found in _saveables(name, value)]


def _by_name(variables) -> list[tuple[str, object]]:
    """Variables with their names; the parts of one stand together under its name."""
    rows: list[tuple[str, object]] = []
    parts: dict[str, list] = {}
    for variable in variables:
        info = getattr(variable, "_save_slice_info", None)
        if info is None:
            rows.append((_name_of(variable), variable))
        else:
            parts.setdefault(info.full_name, []).append(variable)
    mixed = next((name for name, _ in rows if name in parts), None)
    if mixed is not None:
        raise ValueError(f"Mixing slices and non-slices with the same name: {mixed}")
    return rows + [(name, sorted(found, key=_name_of)) for name, found in parts.items()]


def _name_of(variable) -> str:
    if isinstance(variable, PartitionedVariable):
        return variable.name
    op = getattr(variable, "op", None)
    if op is None:
        raise TypeError(f"Variable to save is not a Variable: {variable!r}")
    return op.name


def _saveables(name: str, value) -> list[Saveable]:
    if isinstance(value, (list, tuple, PartitionedVariable)):
        return _parts(name, list(value))
    memory = hasattr(value, "_ref") or hasattr(value, "_saved")
    if not memory and not getattr(getattr(value, "dtype", None), "is_ref_dtype", False):
        raise TypeError(f"Variable to save is not a Variable: {value!r} (for {name!r})")
    return [Saveable(name, value)]


def _parts(name: str, variables: list) -> list[Saveable]:
    infos = [getattr(variable, "_save_slice_info", None) for variable in variables]
    if None in infos:
        what = "Variables" if not all(hasattr(v, "_ref") for v in variables) else "slices"
        raise ValueError(f"Slices must all be {what}: {variables[infos.index(None)]!r} (for {name!r})")
    wholes = list(dict.fromkeys(info.full_name for info in infos))
    if len(wholes) > 1:
        raise ValueError(f"Slices must all be from the same tensor: {wholes[0]} != {wholes[1]}")
    return [Saveable(name, variable, info.spec) for variable, info in zip(variables, infos)]


def by_device(rows: list[Saveable]) -> list[tuple[str, list[Saveable]]]:
    """The same for each device, sorted by device."""
    ordered = sorted(rows, key=lambda row: row.device)
    return [(device, list(found)) for device, found in groupby(ordered, lambda row: row.device)]


def names_and_specs(rows: list[Saveable], specs_name: str = "shape_and_slices") -> tuple:
    """The names of tensors and the parts of them that are meant, as the inputs of an op."""
    found = [tensor for row in rows for tensor in row.tensors]
    names, specs = [name for name, _, _ in found], [spec for _, spec, _ in found]
    listed = constant(names, dtypes.string, [len(names)], name="tensor_names")
    return listed, constant(specs, dtypes.string, [len(specs)], name=specs_name)
