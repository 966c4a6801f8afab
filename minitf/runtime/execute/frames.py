"""Running TF 1's dataflow primitives, op by op.

Every value carries a tag that says where it belongs: `((frame, iteration), ...)`, one pair for each loop
around it. An op runs at a tag once its inputs are there; Enter, NextIteration and Exit carry values from tag
to tag. A dead value is None.
"""

from __future__ import annotations

import heapq
from collections import Counter
from dataclasses import dataclass, field

from minitf.framework import errors
from minitf.runtime.execute.op_by_op import Concrete, OpByOp
from minitf.runtime.plan.guards import alive
from minitf.runtime.plan.needed import taken, waited_for
from minitf.runtime.plan.plan import Plan
from minitf.runtime.session.state import Reference, State, is_fetched_at_its_place


def has_primitives(plan: Plan) -> bool:
    """Whether a plan has to be run by frames."""
    return any(_is_primitive(op) for op in plan.ops)


def _is_primitive(op) -> bool:
    """Exit is none by itself: behind a loop of minitf's own it only gives a name."""
    return op.definition.dataflow not in (None, "exit", "trigger")


def run_in_frames(plan: Plan, state: State, fed: dict) -> list:
    """The values of the plan's fetches (not copied)."""
    run = _Run(plan, state)
    run.start(fed)
    while run.step():
        pass
    return [run.fetched(t) for t in plan.fetches]


@dataclass
class _Place:
    """What there is at a tag: keys of values and of turns, and the tags of loops inside."""

    values: list = field(default_factory=list)
    seen: list = field(default_factory=list)
    inside: list = field(default_factory=list)


class _Run:
    """One run: the values there are, and the ops that wait for their turn."""

    def __init__(self, plan: Plan, state: State):
        self.plan, self.builder = plan, OpByOp(state)
        self.builder.used = plan.used
        self.values: dict = {}  # (tensor, tag) -> value; (op, tag) -> whether the op ran alive
        self.copies: dict = {}  # fetched variables as they are at their place
        self.seen: set = set()  # (op, tag) that had their turn, or wait for it
        self.turned = 0  # how many had their turn, or wait for it
        self.turns: list = []  # a heap: program order within what is ready
        self.constants: dict = {}  # frame -> [(tensor, value)] that all of its iterations see
        self.begun: dict = {}  # frame -> its last iteration
        self.oldest: dict = {}  # frame -> its first iteration whose values are still there
        self.places: dict = {}  # tag -> the keys of `values` and `seen` there, and the tags of loops inside
        self.pending: Counter = Counter()  # tag -> the turns that ops there, or in loops inside, wait for
        self.enters: dict = {}  # name of a frame -> the ops that bring values into it
        self.dead_exits: dict = {}  # (tensor, tag) -> None: exits of loops that have not been left
        ops, self.users = set(plan.ops), {}
        self.controls = {op: [o for o in waited_for(op) if o in ops] for op in plan.ops}
        for op in plan.ops:
            if op.definition.dataflow == "enter":
                self.enters.setdefault(op.attrs["frame_name"], []).append(op)
            for source in self.sources(op):
                self.users.setdefault(source, {})[op] = None

    def sources(self, op) -> list:
        """What an op waits for: tensors and ops."""
        return [*taken(op, self.plan.used), *self.controls[op], *op.guards]

    def start(self, fed: dict) -> None:
        """Begins with what is fed, and with the ops that wait for nothing."""
        for tensor, array in fed.items():
            self.emit(tensor, (), Concrete(array))
        for op in self.plan.ops:
            if not self.sources(op):
                self.consider(op, ())

    def emit(self, source, tag: tuple, value) -> None:
        """A value (or the end of an op) at a tag; whoever waited for it may be ready."""
        if (source, tag) in self.values:
            return
        self.values[source, tag] = value
        self.place(tag).values.append((source, tag))
        is_fetched = not tag and type(value) is Reference and source in self.plan.fetches
        if is_fetched and is_fetched_at_its_place(source.op):
            self.copies[source] = self.builder.snapshot(value)
        for op in self.users.get(source, ()):
            self.consider(op, tag)

    def consider(self, op, tag: tuple) -> None:
        """Gives an op its turn at a tag, if all that it needs is there."""
        if (op, tag) not in self.seen and self.ready(op, tag):
            self.seen.add((op, tag))
            self.place(tag).seen.append((op, tag))
            self.pending.update(tag[:depth] for depth in range(1, len(tag) + 1))
            self.turned += 1
            first = op.definition.dataflow == "exit"  # made last, it would wait until the loop is over
            heapq.heappush(self.turns, (-1 if first else op.order, self.turned, op, tag))

    def ready(self, op, tag: tuple) -> bool:
        """Whether an op's inputs are there; a Merge is content with one that is alive, or with all dead."""
        if any((c, tag) not in self.values for c in [*self.controls[op], *op.guards]):
            return False
        if op.definition.dataflow != "merge":
            return all((t, tag) in self.values for t in taken(op, self.plan.used))
        if any(self.values.get((t, tag)) is not None for t in op.inputs):
            return True
        later = bool(tag) and tag[-1][1] > 0
        back = [t for t in op.inputs if t.op.definition.dataflow == "next"]
        awaited = back if back and later else [t for t in op.inputs if t not in back]
        return all((t, tag) in self.values for t in awaited)

    def step(self) -> bool:
        """Runs the next op; False if there is nothing left to do."""
        if self.turns:
            _, _, op, tag = heapq.heappop(self.turns)
            self.run(op, tag)
            self.pending.subtract(tag[:depth] for depth in range(1, len(tag) + 1))
            for depth in range(len(tag), 0, -1):
                self.forget_before(tag[:depth])
            return True
        while self.dead_exits:  # these loops are over, and never were alive
            tensor, tag = max(self.dead_exits, key=lambda exit: len(exit[1]))
            del self.dead_exits[tensor, tag]
            if (tensor, tag) not in self.values:
                self.emit(tensor, tag, None)
                self.emit(tensor.op, tag, False)
                return True
        return False

    def run(self, op, tag: tuple) -> None:
        """Runs an op at a tag and sends its outputs on."""
        inputs, does = [self.values.get((t, tag)) for t in op.inputs], op.definition.dataflow
        dead = not alive(op, {flag: self.values[flag, tag] for flag in op.guards}, set())
        dead = dead or does != "merge" and any(not self.values[c, tag] for c in self.controls[op])
        absent = [v is None for v in inputs]
        dead = dead or (does == "merge" and all(absent) if op.definition.takes_absent else any(absent))
        dead = dead and does != "trigger"
        if does == "enter":
            self.enter(op, tag, inputs[0])
        elif does == "next":
            if not dead:
                variable = op.outputs[0].dtype.is_ref_dtype
                self.next_iteration(op, tag, inputs[0] if variable else self.builder.snapshot(inputs[0]))
        elif does == "exit" and tag and not op.inputs[0].op.definition.bodies:
            if dead:
                if (op.outputs[0], tag[:-1]) not in self.values:
                    self.dead_exits[op.outputs[0], tag[:-1]] = None
            else:
                self.dead_exits.pop((op.outputs[0], tag[:-1]), None)
                self.emit(op.outputs[0], tag[:-1], inputs[0])
                self.emit(op, tag[:-1], True)
            return
        else:
            # Primitives hand variables on, to be changed where they arrive.
            run = self.builder.results if _is_primitive(op) else self.builder.run
            outputs = [None] * len(op.outputs) if dead else run(op, inputs)
            for tensor, value in zip(op.outputs, outputs, strict=True):
                self.emit(tensor, tag, value)
        self.emit(op, tag, not dead)

    def enter(self, op, tag: tuple, value) -> None:
        """Sends a value to the first iteration of a frame, or to all."""
        frame = (*tag, op.attrs["frame_name"])
        if op.attrs["is_constant"]:
            self.constants.setdefault(frame, []).append((op.outputs[0], value))
        last = self.begun.setdefault(frame, 0) if op.attrs["is_constant"] else 0
        for iteration in range(last + 1):
            self.emit(op.outputs[0], (*tag, (op.attrs["frame_name"], iteration)), value)

    def next_iteration(self, op, tag: tuple, value) -> None:
        """Sends a value to the next iteration, which begins with the first one that arrives."""
        if not tag:
            raise errors.refusal(
                op, f"{op.name} goes on to the next trip outside of any loop: bring its values in by enter"
            )
        outer, (name, iteration) = tag[:-1], tag[-1]
        new = (*outer, (name, iteration + 1))
        if self.begun.get((*outer, name), 0) <= iteration:
            self.begun[(*outer, name)] = iteration + 1
            for tensor, constant in self.constants.get((*outer, name), ()):
                self.emit(tensor, new, constant)
        self.emit(op.outputs[0], new, value)

    # ---- memory: an iteration's values go when nothing can happen in it any more

    def place(self, tag: tuple) -> _Place:
        """What there is at a tag."""
        if tag not in self.places:
            self.places[tag] = _Place()
            if tag:
                self.place(tag[:-1]).inside.append(tag)
        return self.places[tag]

    def forget_before(self, tag: tuple) -> None:
        """Forgets the first iterations of a frame as far as they are over."""
        outer, (name, _) = tag[:-1], tag[-1]
        frame = (*outer, name)
        first = self.oldest.get(frame, 0)
        while first < self.begun.get(frame, 0) and self.is_over((*outer, (name, first))):
            self.forget((*outer, (name, first)))
            first += 1
        self.oldest[frame] = first

    def is_over(self, tag: tuple) -> bool:
        """Whether nothing waits at a tag or inside, or can come there, all iterations before it being over."""
        outer, (name, _) = tag[:-1], tag[-1]
        return (
            not self.pending[tag]
            and all((op, outer) in self.values for op in self.enters.get(name, ()))
            and not any(left[: len(tag)] == tag for _, left in self.dead_exits)
        )

    def forget(self, tag: tuple) -> None:
        """Forgets what was at a tag, and in loops inside of it."""
        place = self.places.pop(tag, None) or _Place()
        for key in place.values:
            del self.values[key]
        self.seen.difference_update(place.seen)
        self.pending.pop(tag, None)
        for inner in place.inside:
            frame = (*inner[:-1], inner[-1][0])
            for table in (self.begun, self.oldest, self.constants):
                table.pop(frame, None)
            self.forget(inner)

    def fetched(self, tensor):
        """The value of a fetch; InvalidArgumentError if it is dead or was never reached."""
        value = self.values.get((tensor, ()))
        if value is not None:
            return self.copies.get(tensor, value)
        why = "is dead: a switch sent its value the other way; fetch a merge of both ways"
        if (tensor, ()) not in self.values:
            why = (
                "was never computed: it, or some of its inputs, belong to a frame. Bring values by enter "
                "(is_constant=True for all iterations) and fetch what comes out of exit"
            )
        raise errors.refusal(tensor.op, f"{tensor.name} {why}")
