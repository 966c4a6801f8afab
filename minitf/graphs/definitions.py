"""The definitions of op types as OpDef messages."""

from __future__ import annotations

from minitf.framework import protos
from minitf.framework.registry import Arg, OpDef
from minitf.graphs.values import attribute


def op_def(definition: OpDef):
    """The OpDef of an op type."""
    found = protos.message("OpDef")(name=definition.type, is_stateful=definition.stateful)
    for args, messages in ((definition.inputs, found.input_arg), (definition.outputs, found.output_arg)):
        for arg in args:
            _describe(messages.add(name=arg.name), arg)
    for name, known in definition.attributes.items():
        if known.kind != "object":
            attr = found.attr.add(name=name, type=known.kind)
            if known.has_default and known.default is not None:
                attr.default_value.CopyFrom(attribute(known.default, known.kind))
    return found


def _describe(message, arg: Arg) -> None:
    """Says of which type an input or output is."""
    message.is_ref = arg.is_ref
    if arg.fixed is not None:
        message.type = arg.fixed.as_datatype_enum
    elif arg.variable is not None:
        message.type_attr = arg.variable
    elif arg.listed is not None:
        message.type_list_attr = arg.listed
    if arg.is_list and arg.one_type:
        message.number_attr = arg.listed
