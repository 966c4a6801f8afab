"""The attributes of TensorFlow's ops, and which of minitf's they are."""

from __future__ import annotations

import functools
from importlib import resources

from minitf.framework.attributes import Attribute, declared
from minitf.framework.registry import OPS
from minitf.graphs import block_cells
from minitf.graphs.foreign import RENAMED
from minitf.graphs.forms import FORMS
from minitf.graphs.values import Unsupported

HANDLED = "Handled"  # begins the types of ops on TensorArrays that have handles, as all of TensorFlow's
FLOW = "_flow"  # says that a node of a TensorArray's op has no handle
_OURS = ("func", "object")  # kinds of what no message holds
_OWN = ("If", "ParseExample", "ParseSequenceExample", "ParseSingleSequenceExample")  # take other inputs than theirs

# Of ops that become others of minitf's, and have no form.
_OTHERS = {**block_cells.ATTRIBUTES, "StackV2": "elem_type: type, stack_name: string = ''"}


@functools.cache
def attributes_of(type: str) -> dict[str, Attribute] | None:
    """The attributes of TensorFlow's op of a type by name; None if minitf knows of no such op."""
    if type in _OTHERS:
        return {n: a._replace(told=n == "N" or "type" in a.kind) for n, a in declared(_OTHERS[type]).items()}
    if type in FORMS:
        return FORMS[type].definition.attributes
    type = spelled(type)
    own = OPS.get(HANDLED + type) or OPS.get(type) or OPS.get(RENAMED.get(type, type))
    if own is None or type in _OWN or not is_tensorflows(type):
        return None
    return {name: a for name, a in own.attributes.items() if a.kind != "object"}


def spelled(type: str) -> str:
    """What TensorFlow calls an op type."""
    return type.removeprefix(HANDLED)


@functools.cache
def _names() -> frozenset:
    return frozenset(resources.files(__package__).joinpath("tensorflow_names.txt").read_text("utf-8").split())


def said_type(op) -> str:
    """The type of the node that an op is in a message."""
    return op.attrs["stands_for_op"] if op.type == "Missing" else spelled(op.type)


def is_readable(op) -> bool:
    """Whether TensorFlow can read an op; one that minitf could not is for it to judge."""
    return op.type == "Missing" and is_tensorflows(said_type(op)) or attributes_of(op.type) is not None


def has_functions(type: str) -> bool:
    """Whether ops of a type call functions, which graphs as messages do not hold here."""
    return any(a.kind == "func" for a in (attributes_of(type) or {}).values())


def is_tensorflows(type: str) -> bool:
    """Whether TensorFlow 1.15 or 2.15 has ops of a type."""
    return type in _names()


def is_list_op(type: str) -> bool:
    """Whether ops of a type work on TensorArrays: TensorFlow's take a handle beside the flow, ours do not."""
    return type.startswith("TensorArray")


def said(op) -> dict:
    """The attributes of an op that messages have, and the notes left on it."""
    known = op.definition.attributes
    found = {n: v for n, v in op.attrs.items() if n[0] == "_" or n in known and known[n].kind not in _OURS}
    return {**found, FLOW: True} if is_list_op(op.type) else found


def check_fixed(type: str, known: dict[str, Attribute], found: dict) -> None:
    """Raises Unsupported if an attribute says what minitf's op cannot do."""
    for name, attribute in known.items():
        if attribute.fixed and found.get(name, attribute.default) != attribute.default:
            raise Unsupported(f"minitf's {type} works with {name} = {attribute.default!r} only, not {found[name]!r}")
