"""TensorFlow 2's lists of tensors in TensorFlow 1's loops, as what a Loop gives out for its gradient.

A loop appends to a list in each trip, or fills it place by place; another loop takes the elements in the same
way. Their shapes may differ, and they may be such lists themselves.
"""

from __future__ import annotations

from minitf.graphs.edits import Nodes
from minitf.graphs.nodes import source_of
from minitf.graphs.positions import FORWARD
from minitf.graphs.sliced import Sliced, length_of

_VARIANT = 21  # of TensorFlow's DataTypes
_MADE, _WRITES = ("EmptyTensorList", "TensorListReserve"), ("TensorListPushBack", "TensorListSetItem")
_WHOLE = ("TensorListConcat", "TensorListConcatV2", "TensorListGather", "TensorListStack")
_ON_LISTS = ("AddN", "Enter", "Identity", "Merge", "Switch", "ZerosLike")  # what may hand a list on, or add some up


def without_lists(nodes: Nodes, sliced: Sliced) -> None:
    """Notes of which lists loops take or give slices, and takes out what else there is of those given."""
    found = _Lists(nodes, sliced)
    for name in [name for name, node in nodes.items() if node.op in _MADE]:
        found.give(name)
    for name in [name for name, node in nodes.items() if node.op == "TensorListGetItem"]:
        found.take(name)
    sliced.clean()


class _Lists:
    """The lists of a graph."""

    def __init__(self, nodes: Nodes, sliced: Sliced):
        self.nodes, self.sliced, self.paths, self.readers = nodes, sliced, sliced.paths, sliced.readers
        self.ends: set[str] = set()  # the nodes that are what a loop has given

    def only(self, name: str, index: int, *types: str) -> str | None:
        """The one node that reads a tensor, if it is of one of these types."""
        found = [reader for reader, i in self.readers.get(name, ()) if i == index]
        return found[0] if len(found) == 1 and self.nodes[found[0]].op in types else None

    def give(self, name: str) -> None:
        """Has a loop give slices, if it writes a list place by place."""
        enter = self.only(name, 0, "Enter")
        merge = enter and self.only(enter, 0, "Merge")
        switch = merge and self.only(merge, 0, "Switch")
        if not switch or self.nodes[source_of(self.nodes[switch].input[1])[0]].op != "LoopCond":
            return
        inside, writer = [enter, merge, switch], self.only(switch, 1, "Identity", *_WRITES)
        if writer and self.nodes[writer].op == "Identity":
            inside.append(writer)
            writer = self.only(writer, 0, *_WRITES)
        following = writer and self.only(writer, 0, "NextIteration")
        exits = [reader for reader, index in self.readers[switch] if index == 0]
        direction = following and self.direction(writer)
        if not direction or self.only(following, 0, "Merge") != merge or not all(map(self.is_kept, exits)):
            return
        node = self.nodes[writer]
        dtype, value = node.attr["element_dtype"].type, node.input[1 if node.op == "TensorListPushBack" else 2]
        self.nodes.become(writer, "Identity", [value], dtype)
        self.sliced.note({self.paths[writer]: direction}, {}, [writer], {}, ragged=True)
        for leaving in exits:
            self.sliced.become(leaving, self.sliced.slices(writer), dtype)
        self.ends.update(exits)
        self.sliced.gone.update([name, *inside, following])

    def is_kept(self, leaving: str) -> bool:
        """Whether nobody looks at what leaves a loop as a whole."""
        todo = [leaving] if self.nodes[leaving].op == "Exit" else [None]
        for name in todo:
            if name is None or self.nodes[name].op in _WHOLE:
                return False
            if self.nodes[name].op in ("Exit", "Identity"):
                todo += [reader for reader, index in self.readers.get(name, ()) if index is not None]
        return True

    def direction(self, name: str) -> str | None:
        """In which direction a frame goes through a list; None if that is not known, or others do not."""
        path, node = self.paths[name], self.nodes[name]
        found = FORWARD
        if node.op != "TensorListPushBack":
            found = self.sliced.positions.direction(node.input[1], path)
            if not self.sliced.positions.limits(path):
                return None
        return found if self.sliced.direction(path) in (None, found) else None

    def take(self, name: str) -> None:
        """Has a loop take slices, if it reads a list place by place that another loop gives."""
        entered = source_of(self.nodes.through(self.nodes[name].input[0], "Identity"))[0]
        direction = self.direction(name)
        if direction is None or self.nodes[entered].op != "Enter" or not self.is_given(entered):
            return
        taken = self.nodes[entered].input[0]
        self.nodes.become(name, "Arg", [])
        self.ends.add(name)
        self.sliced.note({self.paths[name]: direction}, {name: taken}, (), {name: length_of(taken)}, ragged=True)

    def is_given(self, name: str) -> bool:
        """Whether a list is what loops have given, or a sum of such."""
        seen, todo = set(), [name]
        while todo:
            name = todo.pop()
            node = self.nodes[name]
            if name in self.ends or node.op == "TensorListGetItem" and node.attr["element_dtype"].type == _VARIANT:
                return True
            if name not in seen and node.op in _ON_LISTS:
                seen.add(name)
                todo += [source for source, _ in self.nodes.data(name)]
        return False
