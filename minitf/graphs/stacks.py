"""What TensorFlow's loops keep for their gradients on stacks, as slices that Loops give out and take.

A loop pushes a value in each trip, and counts the trips; the loop of its gradient counts them back and pops.
So the first gives the values out, slice by slice, and the second takes the slices last first.
"""

from __future__ import annotations

from minitf.graphs.edits import Nodes, Unrecognized, text_of
from minitf.graphs.nodes import source_of
from minitf.graphs.values import array_of

_PASSING = ("Enter", "RefEnter", "Identity", "Switch", "Merge")


class History:
    """What one frame pushes and pops."""

    def __init__(self):
        self.kept: list[str] = []  # the pushes: tensors of which the loop gives slices out
        self.pops: list[str] = []  # the nodes that become arguments
        self.before: History | None = None  # of the loop that pushed what this one pops
        self.counters: set[int] = set()  # the variables that count trips
        self.loop, self.carries = "", 0
        self.popped: dict[str, str] = {}  # a pop of another loop -> the push here

    @property
    def counted(self) -> bool:
        """Whether the loop makes as many trips as the one before."""
        return self.before is not None

    def slices(self) -> list[str]:
        """The tensors of which the loop takes slices."""
        return [] if self.before is None else [self.before.slice_of(pop) for pop in self.pops]

    def slice_of(self, pop: str) -> str:
        """The output of this loop that a pop of another one takes."""
        return text_of((self.loop, self.carries + 1 + self.kept.index(self.popped[pop])))

    def count(self) -> list[str]:
        """The number of trips, if it is given."""
        return [] if self.before is None else [text_of((self.before.loop, self.before.carries))]

    def attrs(self) -> dict:
        """What the loop's node says of all this."""
        found = {}
        if self.kept:
            found = {"_saved": list(range(len(self.kept)))}
        if self.before is not None:
            found |= {"_slices": [f"{pop}:0" for pop in self.pops], "_reverse": True,
                      "_ragged": list(range(len(self.pops)))}  # fmt: skip
        return found


class Stacks:
    """All stacks of a graph: who pushes to each, and who pops."""

    def __init__(self, nodes: Nodes):
        self.nodes = nodes
        self.stack = {name: self.stack_of(name) for name, node in nodes.items()
                      if node.op in ("StackPushV2", "StackPopV2")}  # fmt: skip
        self.pops = [name for name in self.stack if nodes[name].op == "StackPopV2"]
        self.users: dict = {}
        for name, stack in self.stack.items():
            self.users.setdefault((stack, nodes[name].op), []).append(name)
        self.histories: dict[str, History] = {}  # by stack: of the loop that pushes to it

    def stack_of(self, name: str) -> str:
        """The stack that a node uses."""
        return source_of(self.nodes.through(self.nodes[name].input[0], *_PASSING))[0]

    def are_filled(self, pops) -> bool:
        """Whether the loops that push what some nodes pop are Loops by now."""
        popped = [self.stack[name] for name in pops]
        return all(stack in self.histories and self.histories[stack].loop for stack in popped)

    def of(self, frame) -> History:
        """The history of a frame."""
        found, nodes = History(), self.nodes
        found.carries = len(frame.variables)
        for name in frame.rest:
            if nodes[name].op == "StackPushV2":
                self.keep(name, found)
        found.counters = {i for i, v in enumerate(frame.variables) if self.counts(v, 0, ("Add", "AddV2"), 1)}
        found.pops = [name for name in frame.rest if nodes[name].op == "StackPopV2"]
        if found.pops:
            found.before = self.forward(frame, found.pops)
        return found

    def keep(self, push: str, history: History) -> None:
        """Makes of what pushes a value an op that passes it on, and has the loop give out its slices."""
        node, stack = self.nodes[push], self.stack[push]
        value, dtype = node.input[1], node.attr["T"].type
        node.op = "Identity"
        node.ClearField("input")
        node.ClearField("attr")
        node.input.append(value)
        node.attr["T"].type = dtype
        pops = self.users.get((stack, "StackPopV2"), [])
        if len(self.users[stack, "StackPushV2"]) == len(pops) == 1:
            self.histories[stack] = history
            history.popped[pops[0]] = push
            history.kept.append(push)

    def forward(self, frame, pops: list[str]) -> History:
        """The history of the loop that pushed what a frame pops."""
        before = [self.histories.get(self.stack[pop]) for pop in pops]
        if before[0] is None or any(one is not before[0] for one in before) or not before[0].loop:
            raise Unrecognized("it pops what no loop next to it pushed in each trip")
        if not self.counts_back(frame, before[0]):
            raise Unrecognized("it does not make as many trips as the loop that pushed what it pops")
        return before[0]

    def counts_back(self, frame, before: History) -> bool:
        """Whether a frame counts the trips of another loop down to 1."""
        nodes, test = self.nodes, frame.nodes.data(frame.condition)[0]
        if nodes[test[0]].op != "GreaterEqual":
            return False
        left, right = nodes.data(test[0])
        counter = next((v for v in frame.variables if (v.merge, 0) == left), None)
        if counter is None or self.number(text_of(right)) != 1 or not self.counts(counter, None, ("Sub",), 1):
            return False
        start = source_of(nodes.through(nodes[counter.enter].input[0], "Exit"))
        return start[0] == before.loop and start[1] in before.counters

    def counts(self, v, first: int | None, types: tuple, by: int) -> bool:
        """Whether a variable begins with a number, and an op changes it by another one in each trip."""
        nodes = self.nodes
        if first is not None and self.number(nodes[v.enter].input[0]) != first:
            return False
        following = nodes[source_of(nodes[v.following].input[0])[0]]
        if following.op not in types or v.switch is None:
            return False
        left, right = [text for text in following.input if not text.startswith("^")]
        return source_of(nodes.through(left, "Identity")) == (v.switch, 1) and self.number(right) == by

    def number(self, text: str):
        """The number that a tensor is; None if it is none that is known."""
        node = self.nodes.get(source_of(self.nodes.through(text, "Enter", "Identity"))[0])
        if node is None or node.op != "Const" or "value" not in node.attr:
            return None
        try:
            value = array_of(node.attr["value"].tensor)
        except ValueError:
            return None
        return value.item() if value.size == 1 else None


def without_stacks(nodes: Nodes) -> None:
    """Takes out the stacks that nobody uses any more."""
    read = {source for node in nodes.values() for source, _ in map(source_of, node.input)}
    for name in [n for n, node in nodes.items() if node.op in ("StackV2", "StackCloseV2")]:
        if name not in read:
            del nodes[name]
