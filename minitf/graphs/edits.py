"""A GraphDef's nodes while control flow in them is rewritten: who reads what, and other names for it."""

from __future__ import annotations

from minitf.framework import protos
from minitf.graphs.nodes import source_of
from minitf.graphs.values import attribute


class Unrecognized(Exception):
    """Control flow of a form that is none of Python's loops and branches."""


class Nodes(dict):
    """Nodes by name, of which some are changed: copies of a GraphDef's.

    kept: names of primitives that stay as they are, to run in frames. lost: names of nodes that were given up. plain:
    whether stacks, arrays and lists stay what they are, too.
    """

    def __init__(self, nodes: dict, kept=frozenset(), plain: bool = False):
        super().__init__((name, _copy(node)) for name, node in nodes.items())
        self.kept, self.lost, self.plain = kept, set(), plain

    def is_settled(self, name: str) -> bool:
        """Whether nothing is to be made of a node: it stays as it is, or was given up."""
        return name in self.kept or "_why" in self[name].attr

    def add(self, name: str, op: str, inputs: list[str], **attrs) -> str:
        """A new node of that name, or one like it; returns the name."""
        name = self.free(name)
        self[name] = protos.message("NodeDef")(name=name, op=op, input=inputs)
        self.say(name, **attrs)
        return name

    def free(self, name: str) -> str:
        """A name like this that no node has."""
        count, found = 0, name
        while found in self:
            count += 1
            found = f"{name}_{count}"
        return found

    def say(self, name: str, **attrs) -> None:
        """Sets attributes of a node."""
        for key, value in attrs.items():
            self[name].attr[key].CopyFrom(attribute(value))

    def become(self, name: str, op: str, inputs: list[str], dtype=None) -> None:
        """Makes of a node an op of another type at its place; what it waits for stays."""
        node = self[name]
        waits = [text for text in node.input if text.startswith("^")]
        for key in [key for key in node.attr if key != "_body"]:
            del node.attr[key]
        node.op = op
        node.ClearField("input")
        node.input.extend([*inputs, *waits])
        if dtype is not None:
            node.attr["T"].type = dtype

    def data(self, name: str) -> list[tuple[str, int]]:
        """What a node reads: the nodes and which of their outputs."""
        return [source for source in map(source_of, self[name].input) if source[1] is not None]

    def waits(self, name: str) -> list[str]:
        """The nodes for which a node waits."""
        return [source for source, index in map(source_of, self[name].input) if index is None]

    def readers(self) -> dict[str, list[tuple[str, int]]]:
        """For each node those that read it, and which of its outputs (None: that wait for it)."""
        found: dict = {}
        for name, node in self.items():
            for source, index in map(source_of, node.input):
                found.setdefault(source, []).append((name, index))
        return found

    def place(self, name: str) -> tuple[str, ...]:
        """The body that a node is in; () for the graph itself."""
        node = self[name]
        return tuple(text.decode() for text in node.attr["_body"].list.s) if "_body" in node.attr else ()

    def reroute(self, names, other: dict, gone=frozenset()) -> None:
        """Has nodes read other tensors: `other` is {(node, output): text}; waits for nodes of `gone` end."""
        for name in names:
            node = self[name]
            inputs = [(text, source_of(text)) for text in node.input]
            texts = [other.get(s, text) for text, s in inputs if s[1] is not None or s[0] not in gone]
            if list(node.input) != texts:
                node.ClearField("input")
                node.input.extend(texts)

    def through(self, text: str, *types: str) -> str:
        """What a tensor is behind ops of these types, which pass on their first input."""
        seen = set()
        while source_of(text)[0] in self and text not in seen:
            seen.add(text)
            node = self[source_of(text)[0]]
            if node.op not in types or not node.input:
                break
            text = node.input[0]
        return text

    def give_up(self, names, reason: str) -> None:
        """Says of nodes that they cannot become ops."""
        self.lost.update(names)
        for name in names:
            if self[name].op in ("NextIteration", "RefNextIteration"):
                self[name].ClearField("input")  # or there would be a cycle
            self.say(name, _why=reason)


def _copy(node):
    made = type(node)()
    made.CopyFrom(node)
    return made


def text_of(source: tuple[str, int]) -> str:
    """The name of a tensor, as inputs say it."""
    name, index = source
    return name if index == 0 else f"{name}:{index}"
