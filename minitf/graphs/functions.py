"""The functions of a GraphDef's library, and their nodes put where they are called."""

from __future__ import annotations

import functools
import json
from importlib import resources

from minitf.graphs.edits import Nodes, Unrecognized, text_of
from minitf.graphs.nodes import source_of

ABSENT = ("FakeParam", "OptionalNone")  # what a branch gives in the place of another one's values
_MOST = 1 << 17  # nodes that all calls together may be
_CALLS = (
    "Case",
    "If",
    "PartitionedCall",
    "StatefulPartitionedCall",
    "StatelessCase",
    "StatelessIf",
    "StatelessWhile",
    "While",
)


@functools.cache
def _outputs() -> dict:
    """The outputs of TensorFlow's op types that have several: their names, and the attributes that say how
    many tensors are in each, or of which types.
    """
    text = resources.files(__package__).joinpath("tensorflow_outputs.json").read_text("utf-8")
    return json.loads(text)


class Function:
    """A function: what it is given, computes and gives out."""

    def __init__(self, definition):
        self.name = definition.signature.name
        self.arguments = [argument.name for argument in definition.signature.input_arg]
        self.nodes = {node.name: node for node in definition.node_def}
        said = [output.name for output in definition.signature.output_arg]
        if any(name not in definition.ret for name in said):
            raise ValueError(f"function {self.name!r} does not say what it returns")
        self.results = [definition.ret[name] for name in said]
        self.types = [output.type for output in definition.signature.output_arg]
        self.waited = list(definition.control_ret.values())

    def behind(self, text: str) -> str:
        """What a tensor is behind identities."""
        seen = set()
        while text not in seen:
            seen.add(text)
            node = self.node(text)
            if node is None or node.op != "Identity" or not node.input:
                break
            text = node.input[0]
        return text

    def node(self, text: str):
        """The node that makes a tensor; None for an argument."""
        return self.nodes.get(text.partition(":")[0])

    def readers(self, text: str) -> list:
        """The nodes that read an argument or tensor, once for each time that they do."""
        return [node for node in self.nodes.values() for read in node.input if read == text]

    def source(self, text: str) -> tuple[str, int]:
        """The node that a text `node:output:index` names, and which of all its outputs."""
        name, _, rest = text.partition(":")
        output, _, index = rest.partition(":")
        if name not in self.nodes or index and not index.isdecimal():
            raise ValueError(f"function {self.name!r} reads {text!r}, which is not there")
        return name, _place(self.nodes[name], output) + int(index or 0)


def _place(node, output: str) -> int:
    """The number of a node's first tensor in the output of a name."""
    place = 0
    for name, *count in _outputs().get(node.op, ()):
        if name == output:
            break
        attr = node.attr[count[0]] if count else None
        place += 1 if attr is None else len(attr.list.type) or attr.i
    return place


class Library:
    """The functions of a GraphDef, on their way into its nodes."""

    def __init__(self, nodes: Nodes, definitions):
        self.nodes = nodes
        self.definitions = {d.signature.name: d for d in definitions}
        self.functions: dict[str, Function] = {}
        self.inside: dict[str, frozenset] = {}  # of nodes that are calls: the functions that they are in
        self.made, self.noted = 0, False

    def is_call(self, node) -> bool:
        """Whether a node calls a function."""
        return (
            node.op in self.definitions
            or node.op in _CALLS
            and any(value.HasField("func") or len(value.list.func) for value in node.attr.values())
        )

    def function(self, caller, key: str | None = None) -> Function:
        """The function in an attribute of a node; Unrecognized if there is none, or it calls itself."""
        name = caller.op if key is None else caller.attr[key].func.name
        if name not in self.definitions:
            raise Unrecognized(f"there is no function {name!r}")
        if name in self.inside.get(caller.name, ()):
            raise Unrecognized(f"function {name!r} calls itself")
        return self.named(name)

    def named(self, name: str) -> Function:
        """The function of a name."""
        if name not in self.functions:
            self.functions[name] = Function(self.definitions[name])
        return self.functions[name]

    def note(self, name: str, node: str, key: str, kind: int) -> None:
        """Says of a node of a function a type, as an attribute."""
        changed = type(self.definitions[name])()
        changed.CopyFrom(self.definitions[name])
        [found] = [one for one in changed.node_def if one.name == node]
        found.attr[key].type = kind
        self.definitions[name] = changed
        self.functions.pop(name, None)
        self.noted = True

    def put(
        self, function: Function, caller, scope: str, given: list[str], place: list[str], waits: list[str] = ()
    ) -> Instance:
        """Adds the nodes of a function, of arguments that are `given`, to the body at a place."""
        if len(given) != len(function.arguments):
            raise ValueError(
                f"{caller.name!r} gives function {function.name!r} {len(given)} of {len(function.arguments)} arguments"
            )
        self.made += len(function.nodes)
        if self.made > _MOST:
            raise ValueError(f"calls of functions are more than {_MOST} nodes")
        found = Instance(self, function, dict(zip(function.arguments, given)))
        for name in function.nodes:
            found.add(name, scope, place)
        for name in function.nodes:
            found.connect(name, waits)
        around = self.inside.get(caller.name, frozenset()) | {function.name}
        for name in found.names.values():
            if self.is_call(self.nodes[name]):
                self.inside[name] = around
                found.calls.append(name)
        return found


class Instance:
    """The nodes of one call."""

    def __init__(self, library: Library, function: Function, given: dict[str, str]):
        self.nodes, self.function, self.given = library.nodes, function, given
        self.names: dict[str, str] = {}  # of the function's nodes here
        self.calls: list[str] = []  # those that call others

    @property
    def results(self) -> list[str]:
        """The tensors that it gives out."""
        return [self.tensor(text) for text in self.function.results]

    @property
    def waited(self) -> list[str]:
        """The nodes that have to run, whatever is read."""
        return [f"^{self.names[name]}" for name in self.function.waited if name in self.names]

    def add(self, name: str, scope: str, place: list[str]) -> None:
        """Adds a copy of a node."""
        node, made = self.function.nodes[name], self.nodes.free(f"{scope}/{name}")
        self.nodes[made] = type(node)()
        self.nodes[made].CopyFrom(node)
        self.nodes[made].name = self.names[name] = made
        if place:
            self.nodes.say(made, _body=place)

    def connect(self, name: str, waits: list[str]) -> None:
        """Has a copy read what is here; what reads only what is given waits."""
        node, read = self.nodes[self.names[name]], [*self.function.nodes[name].input]
        inner = any(text.lstrip("^").partition(":")[0] in self.names for text in read)
        node.ClearField("input")
        node.input.extend([*map(self.text, read), *([] if inner else waits)])

    def text(self, text: str) -> str:
        """An input of the function's nodes as one here."""
        if not text.startswith("^"):
            return self.tensor(text)
        name = text[1:]
        return f"^{self.names[name] if name in self.names else source_of(self.given[name])[0]}"

    def tensor(self, text: str) -> str:
        """A tensor of the function as one here."""
        if text in self.given:
            return self.given[text]
        name, index = self.function.source(text)
        return text_of((self.names[name], index))
