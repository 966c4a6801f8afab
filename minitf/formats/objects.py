"""The objects of checkpoints that TensorFlow 2 wrote (its trackable_object_graph.proto), by the names of variables."""

from __future__ import annotations

from minitf.formats.wire import Message

KEY = "_CHECKPOINTABLE_OBJECT_GRAPH"  # of the text that describes the objects


def keys(message: bytes) -> dict[str, str]:
    """The keys under which variables are, by the variables' names, as far as these are unlike; Malformed if it is no
    description of objects.
    """
    found: dict[str, str] = {}
    twice = set()
    for node in Message(message).all(1, bytes):
        for attribute in map(Message, Message(node).all(2, bytes)):
            name, key = (attribute.bytes(field).decode("utf-8", "replace") for field in (2, 3))
            if found.setdefault(name, key) != key:
                twice.add(name)
    return {name: key for name, key in found.items() if name and name not in twice}
