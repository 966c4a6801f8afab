"""What TensorFlow's loops keep for their gradients on stacks, as slices that Loops give out and take.

A loop pushes a value in each trip, and counts the trips; the loop of its gradient counts them back and pops.
So the first gives the values out, slice by slice, and the second takes the slices last first.

Of loops inside of two others that stand in the same way to each other, all values go onto one stack. There,
in each trip, the outer one of the first pair gives out what the inner one gave, and the outer one of the
second takes it for its inner one.
"""

from __future__ import annotations

from minitf.graphs.edits import Nodes, Unrecognized, text_of
from minitf.graphs.nodes import source_of
from minitf.graphs.positions import FORWARD, number_of
from minitf.graphs.sliced import Sliced

_INT32 = 3  # of TensorFlow's DataTypes: that of numbers of trips
_PASSING = ("Enter", "RefEnter", "Identity", "Switch", "Merge")


class History:
    """What one frame gives and takes slice by slice."""

    def __init__(self):
        self.kept: list[str] = []  # the pushes: tensors of which the loop gives slices out
        self.pops: list[str] = []  # the nodes that become arguments
        self.before: History | None = None  # of the loop that pushed what this one pops
        self.counters: set[int] = set()  # the variables that count trips
        self.loop, self.carries = "", 0
        self.around: tuple[str, ...] = ()  # the frames that the loop is in
        self.popped: dict[str, str] = {}  # a pop of another loop -> the push here
        self.slices: list[str] = []  # the tensors of which the loop takes slices
        self.count: list[str] = []  # the number of trips, if it is given
        self.given: list[str] = []  # further tensors of which the loop gives slices out
        self.ragged: set[str] = set()  # of all these nodes those whose slices may differ in shape
        self.reverse = False

    @property
    def counted(self) -> bool:
        """Whether it is known before how many trips the loop makes."""
        return bool(self.count)

    @property
    def stacked(self) -> list[str]:
        """The tensors of which the loop gives slices out."""
        return [*self.kept, *self.given]

    def slice_of(self, pop: str) -> str:
        """The output of this loop that a pop of another one takes."""
        return text_of((self.loop, self.carries + 1 + self.kept.index(self.popped[pop])))

    def add(self, frame, sliced: Sliced) -> None:
        """Adds the slices that the frame takes and gives otherwise, and how many trips it makes."""
        found, self.reverse = sliced.of(frame.path), self.before is not None
        limits = sliced.positions.limits(frame.path)
        if not self.counted and limits:
            self.count = [frame.least(limits)]
        if found.direction is not None and (self.before is None or found.taken or found.given):
            if self.before is not None and found.direction == FORWARD or found.taken and not self.counted:
                raise Unrecognized("it goes through slices in two ways")
            self.reverse = found.direction != FORWARD
        taken = {name: sliced.final(text) for name, text in found.taken.items()}
        if None in taken.values():
            raise Unrecognized("it takes slices that no loop before it gives")
        self.ragged = {*self.kept, *self.pops, *found.ragged}
        self.pops, self.slices = [*self.pops, *taken], [*self.slices, *taken.values()]
        self.given = found.given

    def attrs(self) -> dict:
        """What the loop's node says of all this."""
        found = {}
        if self.stacked:
            found = {"_saved": self.ragged_of(self.stacked)}
        if self.pops:
            found |= {"_slices": [f"{pop}:0" for pop in self.pops], "_ragged": self.ragged_of(self.pops)}
        return {**found, "_reverse": True} if self.reverse else found

    def ragged_of(self, names: list[str]) -> list[int]:
        """The places of those whose slices may differ in shape."""
        return [i for i, name in enumerate(names) if name in self.ragged]


class Stacks:
    """All stacks of a graph: who pushes to each, and who pops."""

    def __init__(self, nodes: Nodes):
        self.nodes = nodes
        self.stack = {
            name: self.stack_of(name) for name, node in nodes.items() if node.op in ("StackPushV2", "StackPopV2")
        }
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
        found.carries, found.around = len(frame.variables), frame.path[:-1]
        for name in frame.rest:
            if nodes[name].op == "StackPushV2":
                self.keep(name, found, frame.readers)
        found.counters = {i for i, v in enumerate(frame.variables) if self.counts(v, 0, ("Add", "AddV2"), 1)}
        pops = [name for name in frame.rest if nodes[name].op == "StackPopV2"]
        found.pops = [name for name in pops if self.passed_on(name, frame.readers) is None]
        for name in pops:
            self.forget(self.passed_on(name, frame.readers) or ())
        if found.pops:
            found.before = before = self.forward(frame, found.pops)
            types = [nodes[pop].attr["elem_type"].type for pop in found.pops]
            found.slices = [
                self.brought(frame, before, before.slice_of(pop), dtype) for pop, dtype in zip(found.pops, types)
            ]
            found.count = [self.brought(frame, before, text_of((before.loop, before.carries)), _INT32)]
        return found

    @property
    def pops(self) -> list[str]:
        """The nodes that pop, as far as they are no arguments yet."""
        return [name for name in self.stack if name in self.nodes and self.nodes[name].op == "StackPopV2"]

    def brought(self, frame, before: History, text: str, dtype: int) -> str:
        """What a loop gives out as a tensor where another one is, through a stack if that is elsewhere."""
        nodes, around = self.nodes, frame.path[:-1]
        if around == before.around:
            return text
        push = nodes.add(f"{before.loop}/push", "StackPushV2", [text, text])
        pop = nodes.add(f"{frame.condition}/pop", "StackPopV2", [])
        nodes[push].attr["T"].type = nodes[pop].attr["elem_type"].type = dtype
        self.stack |= {push: push, pop: push}
        self.users |= {(push, "StackPushV2"): [push], (push, "StackPopV2"): [pop]}
        frame.paths.update({push: before.around, pop: around})
        return pop

    def passed_on(self, pop: str, readers: dict) -> list[str] | None:
        """A pop and the identities that hand its value on if nothing uses it: TensorFlow 2 only waits."""
        found, todo = {pop}, [pop]
        for name in todo:
            uses = {reader for reader, index in readers.get(name, ()) if index is not None}
            if any(self.nodes[reader].op != "Identity" for reader in uses):
                return None
            todo += uses - found
            found |= uses
        return todo

    def forget(self, names) -> None:
        """Makes of nodes whose value nothing uses such that can be waited for."""
        for name in names:
            node = self.nodes[name]
            waits = [text for text in node.input if text.startswith("^")]
            node.op = "NoOp"
            node.ClearField("attr")
            node.ClearField("input")
            node.input.extend(waits)

    def keep(self, push: str, history: History, readers: dict) -> None:
        """Makes of what pushes a value an op that passes it on, and has the loop give out its slices."""
        node, stack = self.nodes[push], self.stack[push]
        value, dtype = node.input[1], node.attr["T"].type
        node.op = "Identity"
        node.ClearField("input")
        node.ClearField("attr")
        node.input.append(value)
        node.attr["T"].type = dtype
        pops = self.users.get((stack, "StackPopV2"), [])
        single = len(self.users[stack, "StackPushV2"]) == len(pops) == 1
        if single and self.passed_on(pops[0], readers) is None:
            self.histories[stack] = history
            history.popped[pops[0]] = push
            history.kept.append(push)

    def forward(self, frame, pops: list[str]) -> History:
        """The history of the loop that pushed what a frame pops."""
        before = [self.histories.get(self.stack[pop]) for pop in pops]
        if before[0] is None or any(one is not before[0] for one in before) or not before[0].loop:
            raise Unrecognized("it pops what no loop next to it pushed in each trip")
        if len(frame.path) - 1 != len(before[0].around):
            raise Unrecognized("it pops what a loop at another depth pushed")
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
        start = self.pushed(nodes.through(nodes[counter.enter].input[0], "Exit"))
        return start[0] == before.loop and start[1] in before.counters

    def pushed(self, text: str) -> tuple[str, int]:
        """What was pushed where a tensor is popped; otherwise itself."""
        name, index = source_of(text)
        pushes = self.users.get((self.stack.get(name), "StackPushV2"), [])
        if len(pushes) != 1 or name == pushes[0]:
            return name, index
        value = text_of(self.nodes.data(pushes[0])[-1])
        return source_of(self.nodes.through(value, "Exit", "Identity"))

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
        return number_of(self.nodes.get(source_of(self.nodes.through(text, "Enter", "Identity"))[0]))


def without_stacks(nodes: Nodes) -> None:
    """Takes out the stacks that nobody uses any more."""
    read = {source for node in nodes.values() for source, _ in map(source_of, node.input)}
    for name in [n for n, node in nodes.items() if node.op in ("StackV2", "StackCloseV2")]:
        if name not in read:
            del nodes[name]
