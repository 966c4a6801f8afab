"""The objects of checkpoints as TensorFlow describes them (its trackable_object_graph.proto)."""

from __future__ import annotations

from dataclasses import dataclass, field

from minitf.formats import wire
from minitf.formats.wire import Message

KEY = "_CHECKPOINTABLE_OBJECT_GRAPH"  # of the text that describes the objects
VALUE = "VARIABLE_VALUE"  # the attribute of a variable


@dataclass
class Node:
    """An object: the numbers of others by the names that it gives them; the key of its value, and the variable's name;
    of an optimizer, (number of a variable, name of the slot, number of the slot's variable).
    """

    children: dict[str, int] = field(default_factory=dict)
    key: str = ""
    name: str = ""
    slots: list[tuple[int, str, int]] = field(default_factory=list)


def keys(message: bytes) -> dict[str, str]:
    """The keys under which variables are, by the variables' names, as far as these are unlike; Malformed if it is no
    description of objects.
    """
    found: dict[str, str] = {}
    twice = set()
    for node in Message(message).all(1, bytes):
        for attribute in map(Message, Message(node).all(2, bytes)):
            name, key = _text(attribute, 2), _text(attribute, 3)
            if found.setdefault(name, key) != key:
                twice.add(name)
    return {name: key for name, key in found.items() if name and name not in twice}


def nodes(message: bytes) -> list[Node]:
    """The objects, the outermost first; Malformed if it is no description of them."""
    return [_node(Message(each)) for each in Message(message).all(1, bytes)]


def _node(message: Message) -> Node:
    found = Node()
    for child in map(Message, message.all(1, bytes)):
        found.children[_text(child, 2)] = child.number(1)
    for attribute in map(Message, message.all(2, bytes)):
        if _text(attribute, 1) == VALUE:
            found.name, found.key = _text(attribute, 2), _text(attribute, 3)
    for slot in map(Message, message.all(3, bytes)):
        found.slots.append((slot.number(1), _text(slot, 2), slot.number(3)))
    return found


def _text(message: Message, number: int) -> str:
    return message.bytes(number).decode("utf-8", "replace")


def described(found: list[Node]) -> bytes:
    """The message that describes objects."""
    return b"".join([wire.field(1, _described(node)) for node in found])


def _described(node: Node) -> bytes:
    parts = [wire.field(1, _numbered(number, name)) for name, number in node.children.items()]
    if node.key:
        texts = (VALUE, node.name, node.key)
        parts.append(wire.field(2, b"".join([wire.field(i, text.encode()) for i, text in enumerate(texts, 1)])))
    for variable, name, slot in node.slots:
        parts.append(wire.field(3, _numbered(variable, name) + wire.field(3, slot)))
    return b"".join(parts)


def _numbered(number: int, name: str) -> bytes:
    return (wire.field(1, number) if number else b"") + wire.field(2, name.encode())
