"""TensorArrays of which TensorFlow's loops read and write the place of each trip, as slices of Loops.

An array that is filled with the rows of a tensor, and read trip by trip, is that tensor; one that is written
trip by trip, and stacked, is what the loop gives out slice by slice. The same goes for arrays of gradients.
Their flows and handles are then nobody's, and taken out.
"""

from __future__ import annotations

from minitf.graphs.edits import Nodes
from minitf.graphs.nodes import source_of
from minitf.graphs.positions import same
from minitf.graphs.sliced import Sliced

_FLOWS = (
    *("Add", "AddN", "AddV2", "Enter", "Exit", "Identity", "Merge", "NextIteration", "Switch"),
    *("TensorArrayGradV3", "TensorArrayScatterV3", "TensorArrayV3", "TensorArrayWriteV3"),
)
_ENDS = ("TensorArrayCloseV3", "TensorArrayGatherV3", "TensorArrayReadV3", "TensorArraySizeV3")


class Inconvertible(Exception):
    """An array that is used in other ways."""


def without_arrays(nodes: Nodes, sliced: Sliced) -> None:
    """Notes of which arrays loops take or give slices, and takes out what else there is of them."""
    waiting, count = [name for name, node in nodes.items() if node.op == "TensorArrayV3"], 0
    while len(waiting) != count:  # one may tell how many slices there are in another one
        count, left = len(waiting), []
        for name in waiting:
            try:
                _Family(nodes, sliced, name).convert()
            except Inconvertible:
                left.append(name)
        waiting = left
    sliced.clean()


class _Family:
    """A TensorArray and the arrays of its gradients, which are slices all or not at all."""

    def __init__(self, nodes: Nodes, sliced: Sliced, name: str):
        self.nodes, self.sliced, self.name = nodes, sliced, name
        self.paths, self.positions, self.readers = sliced.paths, sliced.positions, sliced.readers
        self.size = nodes[name].input[0]
        if nodes[name].attr["dynamic_size"].b:
            raise Inconvertible
        self.flow = self.reached()
        self.users: dict[tuple, dict[str, list[str]]] = {}  # array -> type of op -> the ops on it
        for user in sorted(self.flow - {name}):
            if nodes[user].op.startswith("TensorArray"):
                self.users.setdefault(self.array(user), {}).setdefault(nodes[user].op, []).append(user)
        self.taken: dict[str, str] = {}  # a node that reads -> the tensor whose slices it takes
        self.given: dict[str, str] = {}  # a node that writes -> what
        self.become: dict[str, str] = {}  # a node -> the tensor that it is
        self.directions: dict[tuple, str] = {}

    def reached(self) -> set[str]:
        """The nodes that pass the handle and the flow on, and those that end there."""
        found, todo = {self.name}, [self.name]
        while todo:
            for reader, index in self.readers.get(todo.pop(), ()):
                op = self.nodes[reader].op
                if index is None or reader in found:
                    continue
                if op not in (*_FLOWS, *_ENDS) or op == "Switch" and not self.is_of_loop(reader):
                    raise Inconvertible
                found.add(reader)
                if op not in _ENDS:
                    todo.append(reader)
        return found

    def is_of_loop(self, switch: str) -> bool:
        """Whether a Switch sends a variable of a loop on."""
        return self.nodes[source_of(self.nodes[switch].input[1])[0]].op == "LoopCond"

    def array(self, user: str) -> tuple:
        """Which array an op works on: this one, or that of gradients from a source."""
        name = source_of(self.nodes.through(self.nodes[user].input[0], "Enter", "Identity"))[0]
        of_gradients = self.nodes[user].op == "TensorArrayGradV3"
        if name == self.name:
            return (self.nodes[user].attr["source"].s,) if of_gradients else ()
        if of_gradients or self.nodes[name].op != "TensorArrayGradV3":
            raise Inconvertible
        return self.array(name)

    def convert(self) -> None:
        """Notes what the array's ops are as slices, and takes the others out."""
        for users in self.users.values():
            self.follow(users)
        for writer in self.given:
            self.check_places(writer)
        self.sliced.note(self.directions, self.taken, self.given, dict.fromkeys(self.taken, self.size))
        self.take_out()

    def follow(self, users: dict) -> None:
        """Finds out how one array is used."""
        readers, gathers = users.get("TensorArrayReadV3", []), users.get("TensorArrayGatherV3", [])
        filled, written = users.get("TensorArrayScatterV3", []), users.get("TensorArrayWriteV3", [])
        if len(filled) + len(written) != bool(filled or written or readers or gathers):
            raise Inconvertible
        if not all(map(self.is_whole, [*filled, *gathers])):
            raise Inconvertible
        for writer in written:
            self.go_through(writer)
            self.given[writer] = self.nodes[writer].input[2]
        whole = [self.nodes[writer].input[2] for writer in filled] + [self.sliced.slices(writer) for writer in written]
        for reader in readers:
            self.go_through(reader)
            self.taken[reader] = whole[0]
        self.become |= dict.fromkeys(gathers, *whole)
        self.become |= dict.fromkeys(users.get("TensorArraySizeV3", ()), self.size)

    def go_through(self, name: str) -> None:
        """Notes in which direction a frame goes through an array."""
        path = self.paths[name]
        found = self.positions.direction(self.nodes[name].input[1], path)
        if not self.positions.limits(path) or self.sliced.direction(path) not in (None, found):
            raise Inconvertible
        if found is None or self.directions.setdefault(path, found) != found:
            raise Inconvertible

    def is_whole(self, name: str) -> bool:
        """Whether the elements that an op writes or reads are all, in order."""
        index = source_of(self.nodes.through(self.nodes[name].input[1], "Identity"))[0]
        limits = self.positions.data(index, "Range")
        if limits is None or self.positions.number(limits[0]) != 0 or self.positions.number(limits[2]) != 1:
            return False
        end = source_of(self.nodes.through(limits[1], "Identity"))[0]
        if self.nodes[name].op == "TensorArrayScatterV3" or end in self.flow:
            return True
        return same(self.nodes, limits[1], self.size)

    def check_places(self, writer: str) -> None:
        """Raises Inconvertible unless there are as many elements as a Loop gives slices."""
        path = self.paths[writer]
        made_as_often = (path, self.positions.before(path))
        own = any(self.paths[reader] in made_as_often for reader in self.taken)
        if not own and not any(self.sliced.are_as_many(self.size, text) for text in self.sliced.rows(path)):
            raise Inconvertible

    def take_out(self) -> None:
        """Makes of the array's ops what they are as slices, and removes what passes handle and flow on."""
        nodes, kept = self.nodes, {*self.taken, *self.given, *self.become}
        for name, text in self.given.items():
            nodes.become(name, "Identity", [text], nodes[name].attr["T"].type)
        for name in self.taken:
            nodes.become(name, "Arg", [])
        for name, text in self.become.items():
            dtype = None if nodes[name].op == "TensorArraySizeV3" else nodes[name].attr["dtype"].type
            self.sliced.become(name, text, dtype)
        starts = {s for name in self.flow - kept for s, _ in nodes.data(name) if nodes[s].op == "Enter"}
        gone = (self.flow | starts) - kept
        lone = {name for name in starts if all(reader in gone for reader, _ in self.readers[name])}
        self.sliced.gone |= gone - (starts - self.flow - lone)
