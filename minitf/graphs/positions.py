"""How often TensorFlow 1's loops run, where that is a number known before, and what counts their trips."""

from __future__ import annotations

from minitf.graphs.edits import Nodes, text_of
from minitf.graphs.nodes import source_of
from minitf.graphs.values import array_of

FORWARD, BACKWARD = "forward", "backward"
_INT32 = 3  # of TensorFlow's DataTypes
_ENTERS = ("Enter", "RefEnter")
_INSIDE = ("Identity", "Switch", "RefSwitch")


class Positions:
    """The counters of all frames."""

    def __init__(self, nodes: Nodes, paths: dict[str, tuple]):
        self.nodes, self.paths = nodes, paths
        self.conditions = {paths[name]: name for name in paths if nodes[name].op == "LoopCond"}
        self.pushes: dict[str, list[str]] = {}  # a stack -> what pushes to it
        self.pops: dict[tuple, list[str]] = {}  # a frame -> what pops in it
        for name, node in nodes.items():
            if node.op == "StackPushV2":
                self.pushes.setdefault(self.stack(name), []).append(name)
            elif node.op == "StackPopV2" and name in paths:
                self.pops.setdefault(paths[name], []).append(name)

    def stack(self, name: str) -> str:
        """The stack of a node that pushes or pops."""
        return source_of(self.nodes.through(self.nodes[name].input[0], *_ENTERS, *_INSIDE, "Merge"))[0]

    def number(self, text: str):
        """The number that a tensor is; None if it is none that is known."""
        node = self.nodes.get(source_of(self.nodes.through(text, *_ENTERS, "Identity"))[0])
        return number_of(node)

    def data(self, name: str, *types: str) -> list[str] | None:
        """The tensors that a node of one of these types reads; None for others."""
        if name not in self.nodes or self.nodes[name].op not in types:
            return None
        return [text for text in self.nodes[name].input if not text.startswith("^")]

    def counter(self, text: str) -> tuple | None:
        """(the Merge of a variable that changes by 1 in each trip, by what op, what it starts from)."""
        merge, index = source_of(self.nodes.through(text, *_INSIDE))
        sources = self.data(merge, "Merge", "RefMerge") or ()
        if index or len(sources) != 2:
            return None
        enter, following = (source_of(t)[0] for t in sources)
        start, changed = self.data(enter, *_ENTERS), self.data(following, "NextIteration", "RefNextIteration")
        if start is None or not changed:
            return None
        op = source_of(self.nodes.through(changed[0], "Identity"))[0]
        sides = self.data(op, "Add", "AddV2", "Sub")
        if sides is None or self.number(sides[1]) != 1 or self.variable(sides[0]) != merge:
            return None
        return merge, self.nodes[op].op, start[0]

    def variable(self, text: str) -> str:
        """The Merge of the variable that a tensor is."""
        return source_of(self.nodes.through(text, *_INSIDE))[0]

    def counts_up(self, text: str) -> bool:
        """Whether a tensor is the number of trips so far."""
        found = self.counter(text)
        return found is not None and found[1] != "Sub" and self.number(found[2]) == 0

    # ---- trips

    def limits(self, path: tuple) -> list[str]:
        """The tensors of whose smallest a frame makes as many trips; none if it ends for other reasons."""
        if path not in self.conditions:
            return []
        todo, found = [self.nodes[self.conditions[path]].input[0]], []
        while todo:
            name = source_of(self.nodes.through(todo.pop(), "Identity"))[0]
            both = self.data(name, "LogicalAnd")
            if both is not None:
                todo += both
            elif (limit := self.limit(name)) is not None:
                found.append(limit)
            else:
                return []
        return list(dict.fromkeys(found))

    def limit(self, name: str) -> str | None:
        """The number of trips after which a comparison ends its loop."""
        sides = self.data(name, "Less", "GreaterEqual", "Greater")
        if sides is None or self.nodes[name].attr["T"].type != _INT32:
            return None
        if self.nodes[name].op == "Less":
            return self.outside(sides[1]) if self.counts_up(sides[0]) else None
        found = self.counter(sides[0])
        least = 1 if self.nodes[name].op == "GreaterEqual" else 0
        return found[2] if found is not None and found[1] == "Sub" and self.number(sides[1]) == least else None

    def outside(self, text: str) -> str | None:
        """What a tensor is outside of its loop, if it is the same in all trips."""
        name = source_of(self.nodes.through(text, "Identity"))[0]
        node = self.nodes[name]
        if node.op in _ENTERS and node.attr["is_constant"].b:
            return node.input[0]
        return text if node.op == "Const" else None

    def before(self, path: tuple) -> tuple | None:
        """The frame whose values, kept on stacks, a frame takes, numbers of trips aside; None if there is none."""
        for name in self.pops.get(path, ()):
            pushes = self.pushes.get(self.stack(name), ())
            if len(pushes) == 1 and not self.counts_up(self.nodes[pushes[0]].input[1]):
                return self.paths.get(pushes[0])
        return None

    # ---- positions

    def direction(self, text: str, path: tuple) -> str | None:
        """In which direction a tensor goes through the trips of a frame, whose numbers it is from 0 on."""
        if self.counts_up(text) and self.paths.get(self.counter(text)[0]) == path:
            return FORWARD
        name = source_of(self.nodes.through(text, "Identity"))[0]
        sides = self.data(name, "Sub")
        if sides is not None:
            return BACKWARD if self.is_left(*sides, path) else None
        return BACKWARD if self.nodes[name].op == "StackPopV2" and self.is_popped(name, path) else None

    def is_left(self, left: str, right: str, path: tuple) -> bool:
        """Whether a difference is the number of trips that are left: of one count, or of a limit and a count."""
        limits = self.limits(path)
        found = self.counter(left)
        if found is not None and self.number(right) == 1:
            return found[1] == "Sub" and limits == [found[2]] and self.paths.get(found[0]) == path
        less = self.data(source_of(self.nodes.through(left, "Identity"))[0], "Sub")
        if less is None or self.number(less[1]) != 1 or self.direction(right, path) != FORWARD:
            return False
        return len(limits) == 1 and self.outside(less[0]) == limits[0]

    def is_popped(self, pop: str, path: tuple) -> bool:
        """Whether what is popped are the numbers of the trips of a loop, which are counted back here."""
        pushes = self.pushes.get(self.stack(pop), ())
        if len(pushes) != 1 or not self.counts_up(self.nodes[pushes[0]].input[1]):
            return False
        forward, limits = self.paths.get(pushes[0]), self.limits(path)
        return len(limits) == 1 and self.is_count_of(limits[0], forward)

    def is_count_of(self, text: str, path: tuple) -> bool:
        """Whether a tensor is what is left of a frame's count of trips, or that was pushed and popped."""
        name = source_of(self.nodes.through(text, "Identity"))[0]
        if self.nodes[name].op == "StackPopV2":
            pushes = self.pushes.get(self.stack(name), ())
            return len(pushes) == 1 and self.is_count_of(self.nodes[pushes[0]].input[1], path)
        exited = self.data(name, "Exit", "RefExit")
        return exited is not None and self.counts_up(exited[0]) and self.paths.get(self.counter(exited[0])[0]) == path


def number_of(node):
    """The number that a constant is; None for anything else."""
    if node is None or node.op != "Const" or "value" not in node.attr:
        return None
    try:
        value = array_of(node.attr["value"].tensor)
    except ValueError:
        return None
    return value.item() if value.size == 1 else None


def same(nodes: Nodes, one: str, other: str, depth: int = 12) -> bool:
    """Whether two tensors are made in the same way of the same."""
    one, other = (text_of(source_of(nodes.through(text, "Identity"))) for text in (one, other))
    if one == other:
        return True
    (a, i), (b, k) = source_of(one), source_of(other)
    if i != k or a not in nodes or b not in nodes or not depth:
        return False
    a, b = nodes[a], nodes[b]
    if a.op != b.op or a.op not in _PURE:
        return False
    if number_of(a) is not None:
        return number_of(a) == number_of(b)
    pairs = [[text for text in node.input if not text.startswith("^")] for node in (a, b)]
    keys = [sorted(key for key in node.attr if not key.startswith("_")) for node in (a, b)]
    if keys[0] != keys[1] or len(pairs[0]) != len(pairs[1]) or any(a.attr[key] != b.attr[key] for key in keys[0]):
        return False
    return all(same(nodes, *pair, depth - 1) for pair in zip(*pairs))


_PURE = ("Const", "Maximum", "Minimum", "Pack", "Range", "Shape", "Size", "StridedSlice", "Sub", "Add", "AddV2")
