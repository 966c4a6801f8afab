"""The definitions of op types as OpDef messages."""

from __future__ import annotations

import functools

from minitf.framework import protos
from minitf.framework.registry import Arg, OpDef
from minitf.graphs.spelling import LISTED, RENAMED, attributes_of, default_of, has_default
from minitf.graphs.values import attribute


@functools.cache
def _made(type: str, inputs: tuple, outputs: tuple, stateful: bool):
    found = protos.message("OpDef")(name=type, is_stateful=stateful)
    renamed = RENAMED.get(type, {})
    for arg in inputs:
        _add(found.input_arg.add(name=arg.name), arg, renamed, LISTED.get(type, "dtypes"), "N")
    for arg in outputs:
        _add(
            found.output_arg.add(name=arg.name),
            arg,
            renamed,
            renamed.get("dtypes", "dtypes"),
            renamed.get("num", "num"),
        )
    for name, row in (attributes_of(type) or {}).items():
        attr = found.attr.add(name=name, type=row[0])
        if has_default(row):
            attr.default_value.CopyFrom(attribute(default_of(row), row[0]))
    return found


def _add(message, arg: Arg, renamed: dict, listed: str, count: str) -> None:
    """Says of which type an input or output is."""
    message.is_ref = arg.is_ref
    if arg.fixed is not None:
        message.type = arg.fixed.as_datatype_enum
    elif arg.variable is not None:
        message.type_attr = renamed.get(arg.variable, arg.variable)
    else:
        message.type_list_attr = listed
    if arg.is_list and not message.type_list_attr:
        message.number_attr = count


def op_def(definition: OpDef):
    """The OpDef of an op type."""
    return _made(definition.type, definition.inputs, definition.outputs, definition.stateful)
