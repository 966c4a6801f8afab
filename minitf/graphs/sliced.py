"""What TensorFlow's loops take and give slice by slice, by frames."""

from __future__ import annotations

from dataclasses import dataclass, field

from minitf.graphs.edits import Nodes, text_of
from minitf.graphs.nodes import source_of
from minitf.graphs.positions import Positions, same

_INT32 = 3  # of TensorFlow's DataTypes


def length_of(text: str) -> str:
    """How many elements a list has."""
    return f"{text}:length"


@dataclass
class Slices:
    """What a frame takes and gives slice by slice."""

    taken: dict[str, str] = field(default_factory=dict)  # a node that reads -> the tensor of which it takes slices
    given: list[str] = field(default_factory=list)  # the nodes whose values are given
    ragged: set[str] = field(default_factory=set)  # of all these those whose slices may differ in shape
    rows: list[str] = field(default_factory=list)  # how many slices there are, in any of these ways
    direction: str | None = None


class Sliced:
    """The slices of all frames of a graph."""

    def __init__(self, nodes: Nodes, paths: dict[str, tuple], positions: Positions):
        self.nodes, self.paths, self.positions = nodes, paths, positions
        self.readers, self.gone = nodes.readers(), set()
        self.frames: dict[tuple, Slices] = {}
        self.wait: dict[str, list[str]] = {}  # a tensor of a loop that is made later -> the nodes that are it
        self.known: dict[str, str] = {}  # such a tensor -> what it has become

    def of(self, path: tuple) -> Slices:
        """The slices of a frame."""
        return self.frames.setdefault(path, Slices())

    def direction(self, path: tuple) -> str | None:
        """In which direction a frame goes through its slices, if it has some."""
        return self.of(path).direction

    def note(self, directions: dict, taken: dict, given, sizes: dict, ragged: bool = False) -> None:
        """Notes nodes that take slices of tensors, of which there are so many, and such that give some."""
        for path, direction in directions.items():
            self.of(path).direction = direction
        for name, text in taken.items():
            frame = self.of(self.paths[name])
            frame.taken[name] = text
            frame.rows.append(sizes[name])
        for name in given:
            self.of(self.paths[name]).given.append(name)
        if ragged:
            for name in [*taken, *given]:
                self.of(self.paths[name]).ragged.add(name)

    def rows(self, path: tuple) -> list[str]:
        """How many slices a frame gives, in ways that are worth the same."""
        if self.of(path).rows:
            return self.of(path).rows
        before = self.positions.before(path)
        if before is not None:
            return self.rows(before)
        limits = self.positions.limits(path)
        return limits if len(limits) == 1 else []

    def are_as_many(self, size: str, rows: str) -> bool:
        """Whether a size is a number of slices."""
        node = self.nodes[source_of(self.nodes.through(size, "Identity"))[0]]
        if node.op == "TensorListLength":
            size = length_of(node.input[0])
        return size == rows if rows.endswith(":length") else same(self.nodes, size, rows)

    def clean(self) -> None:
        """Takes out the nodes that are gone."""
        self.nodes.reroute(self.nodes, {}, self.gone)
        for name in self.gone:
            del self.nodes[name]
            self.paths.pop(name, None)
        for name, node in self.nodes.items():
            if any(source in self.gone for source, _ in self.nodes.data(name)):
                raise ValueError(f"Node {name!r} of type {node.op}: it reads what passes an array on")
        self.gone = set()

    # ---- what loops give, before they are made

    @staticmethod
    def slices(writer: str) -> str:
        """All that a node gives, slice by slice."""
        return f"{writer}:slices"

    def become(self, name: str, text: str, dtype=None) -> None:
        """Makes of a node one that hands on a tensor, perhaps of a loop that is made later."""
        later = text.endswith(":slices")
        self.nodes.become(name, "Identity", [] if later else [text], dtype or _INT32)
        if later:
            self.wait.setdefault(text, []).append(name)

    def settle(self, path: tuple, loop: str, carries: int, stacked: list[str]) -> None:
        """Says what a frame has become: a Loop, and which of its outputs are what."""
        for name in self.of(path).given:
            self.known[self.slices(name)] = text_of((loop, carries + 1 + stacked.index(name)))
            for reader in self.wait.pop(self.slices(name), ()):
                self.nodes[reader].input.insert(0, self.known[self.slices(name)])

    def final(self, text: str) -> str | None:
        """What a tensor is now; None if the loop that gives it is not made yet."""
        return self.known.get(text) if text.endswith(":slices") else text
