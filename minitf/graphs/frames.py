"""TensorFlow 1's loops, made of Enter, Merge, LoopCond, Switch, NextIteration and Exit, as Loops."""

from __future__ import annotations

from dataclasses import dataclass, field

from minitf.framework.registry import OPS
from minitf.framework.traversal import reached
from minitf.graphs.arrays import without_arrays
from minitf.graphs.edits import Nodes, Unrecognized, text_of
from minitf.graphs.lists import without_lists
from minitf.graphs.nodes import cycle, source_of
from minitf.graphs.positions import Positions
from minitf.graphs.sliced import Sliced
from minitf.graphs.stacks import Stacks

_ENTERS = ("Enter", "RefEnter")
_EXITS = ("Exit", "RefExit")
_NEXTS = ("NextIteration", "RefNextIteration")
_INT32 = 3  # of TensorFlow's DataTypes
_OUTPUTS = 8  # the most that an op of a condition has


def with_loops(nodes: Nodes) -> None:
    """Makes Loops of all frames; nodes of those that are not understood say so."""
    paths, stacks = paths_of(nodes), Stacks(nodes)
    sliced = Sliced(nodes, paths, Positions(nodes, paths))
    if not nodes.plain:
        without_lists(nodes, sliced)
        without_arrays(nodes, sliced)
    kept = {paths[name][:1] for name in nodes.kept if name in paths}
    waiting = [path for path in _frames(nodes, paths) if path[:1] not in kept]
    waiting.sort(key=len, reverse=True)
    while waiting:
        deepest = [path for path in waiting if len(path) == len(waiting[0])]
        pops: dict = {}
        for name in stacks.pops:
            pops.setdefault(paths.get(name), []).append(name)
        path = next((p for p in deepest if stacks.are_filled(pops.get(p, ()))), deepest[0])
        waiting.remove(path)
        try:
            _Frame(nodes, paths, path, _members(nodes, paths, path)).rewrite(stacks, sliced)
        except Unrecognized as reason:
            inside = [n for n, found in paths.items() if found[: len(path)] == path and n in nodes]
            nodes.give_up(inside, f"the loop of frame {path[-1]!r} is not understood: {reason}")


def _frames(nodes: Nodes, paths: dict) -> list[tuple]:
    """All frames, those first whose conditions come before the others'."""
    decided = [path for name, path in paths.items() if nodes[name].op == "LoopCond"]
    return list(dict.fromkeys(filter(None, [*decided, *paths.values()])))


def _members(nodes: Nodes, paths: dict, path: tuple) -> list[str]:
    """The nodes of a frame."""
    return [name for name, found in paths.items() if found == path and name in nodes]


def paths_of(nodes: Nodes) -> dict[str, tuple[str, ...]]:
    """For each node the names of the frames that it is in, outermost first, what it reads before itself."""
    readers, paths = nodes.readers(), {}
    waiting = {
        name: len([s for s in map(source_of, node.input) if _is_forward(nodes, s[0])]) for name, node in nodes.items()
    }
    ready = [name for name, count in waiting.items() if not count]
    for name in ready:
        paths[name] = _path(nodes, name, paths)
        if nodes[name].op in _NEXTS:
            continue
        for reader, _ in readers.get(name, ()):
            waiting[reader] -= 1
            if not waiting[reader]:
                ready.append(reader)
    if len(paths) < len(nodes):
        raise cycle([name for name in nodes if name not in paths])
    return paths


def _is_forward(nodes: Nodes, name: str) -> bool:
    return name in nodes and nodes[name].op not in _NEXTS


def _path(nodes: Nodes, name: str, paths: dict) -> tuple[str, ...]:
    node = nodes[name]
    found = [paths[source] for source, _ in map(source_of, node.input) if source in paths]
    path = max(found, key=len, default=())
    if node.op in _ENTERS:
        return (*path, node.attr["frame_name"].s.decode("utf-8", "replace"))
    return path[:-1] if node.op in _EXITS else path


@dataclass
class _Variable:
    """A loop variable: what it is made of."""

    enter: str
    merge: str
    following: str  # the NextIteration
    switch: str | None = None
    exits: list[str] = field(default_factory=list)
    leaving: list[str] = field(default_factory=list)  # the identities between the Switch and them


class _Frame:
    """One loop, all loops inside of which are Loops already."""

    def __init__(self, nodes: Nodes, paths: dict, path: tuple[str, ...], members: list[str]):
        self.nodes, self.paths, self.path, self.members = nodes, paths, path, members
        self.readers = nodes.readers()
        conditions = self.of_type("LoopCond")
        if len(conditions) != 1:
            raise Unrecognized(f"it has {len(conditions)} conditions")
        [self.condition] = conditions
        enters = self.of_type(*_ENTERS)
        self.constants = [name for name in enters if nodes[name].attr["is_constant"].b]
        self.constants += [name for name in enters if not self.readers.get(name)]  # they are nothing
        merges = {enter: self.merge(enter) for enter in enters if enter not in self.constants}
        self.variables = [self.variable(enter, merge) for enter, merge in merges.items()]
        if not self.variables:
            raise Unrecognized("it has no variables")
        parts = {part for v in self.variables for part in (v.enter, v.merge, v.following, v.switch, *v.leaving)}
        self.structure = parts - {None} | {self.condition, *self.constants}
        self.rest = [name for name in members if name not in self.structure]
        odd = [n for n in self.rest if nodes[n].op in (*_NEXTS, *_EXITS, "LoopCond") and not self.ends_loop(n)]
        odd += [n for n in self.rest if any(self.is_way_out(reader) for reader, _ in self.readers.get(n, ()))]
        if odd:
            raise Unrecognized(f"{odd[0]!r} has no place in it")

    def is_way_out(self, name: str) -> bool:
        """Whether by a node values leave this frame."""
        return self.nodes[name].op in _EXITS and self.paths.get(name) == self.path[:-1]

    def ends_loop(self, name: str) -> bool:
        """Whether a node gives out what an inner loop leaves."""
        return any(source in self.nodes and self.nodes[source].op == "Loop" for source, _ in self.nodes.data(name))

    def of_type(self, *types: str) -> list[str]:
        """The frame's nodes of some types."""
        return [name for name in self.members if self.nodes[name].op in types]

    def merge(self, enter: str) -> str:
        """The Merge of a variable."""
        found = [n for n, index in self.readers.get(enter, ()) if index == 0]
        if len(found) != 1 or self.nodes[found[0]].op not in ("Merge", "RefMerge"):
            raise Unrecognized(f"{enter!r} is read by more than a Merge")
        return found[0]

    def variable(self, enter: str, merge: str) -> _Variable:
        """The variable that begins with an Enter."""
        sources = [name for name, _ in self.nodes.data(merge)]
        nexts = [name for name in sources if self.nodes[name].op in _NEXTS]
        nexts = [name for name in nexts if self.nodes[name].input]
        if len(sources) != 2 or len(nexts) != 1 or len(self.readers[nexts[0]]) != 1:
            raise Unrecognized(f"{merge!r} is not of an Enter and a NextIteration")
        if self.nodes[nexts[0]].op == "RefNextIteration":
            raise Unrecognized(f"{merge!r} is a variable itself, which goes round to be changed")
        found = _Variable(enter, merge, nexts[0])
        switches = [n for n, index in self.readers.get(merge, ()) if index == 0 and self.is_switch(n, merge)]
        if len(switches) > 1:
            raise Unrecognized(f"{merge!r} has several Switches")
        for found.switch in switches:
            self.leave(found)
        return found

    def leave(self, v: _Variable) -> None:
        """Finds what a variable is read by after the loop, past identities on the way out."""
        todo = [(v.switch, 0)]
        while todo:
            source, wanted = todo.pop()
            for name, index in self.readers.get(source, ()):
                if index != wanted:
                    continue
                if self.nodes[name].op in _EXITS:
                    v.exits.append(name)
                elif self.nodes[name].op == "Identity":
                    v.leaving.append(name)
                    todo.append((name, 0))
                else:
                    raise Unrecognized(f"what is false of {v.switch!r} does not leave the loop")

    def is_switch(self, name: str, merge: str) -> bool:
        """Whether a node sends a variable on, into the body or out of the loop."""
        return self.nodes[name].op in ("Switch", "RefSwitch") and self.nodes.data(name) == [
            (merge, 0),
            (self.condition, 0),
        ]

    # ---- parts

    def reached(self, starts) -> set[str]:
        """The nodes of the frame on which tensors depend, themselves included."""
        rest = set(self.rest)

        def sources(name: str) -> list[str]:
            direct = [source for source, _ in map(source_of, self.nodes[name].input)]
            return [source for source in direct + self.read_inside(name) if source in rest]

        return set(reached(rest.intersection(starts), sources))

    def read_inside(self, name: str) -> list[str]:
        """What the bodies of a Loop read outside."""
        if self.nodes[name].op != "Loop":
            return []
        inside = [
            n
            for n, path in self.paths.items()
            if len(path) > len(self.path) and n in self.nodes and self.nodes.place(n)[:1] == (name,)
        ]
        return [source for n in inside for source, _ in map(source_of, self.nodes[n].input)]

    def rewrite(self, stacks: Stacks, sliced: Sliced) -> None:
        """Makes a Loop of the frame."""
        nodes, test = self.nodes, self.nodes.data(self.condition)[0]
        self.history = stacks.of(self)
        for pop in self.history.pops:
            self.keep_alive_as_before(pop)
        self.history.add(self, sliced)
        self.drop({n for n in self.rest if nodes[n].op == "ControlTrigger"})
        nexts = [nodes[v.following].input[0] for v in self.variables]
        self.tested = self.reached([test[0]])
        others = [n for n in self.rest if n not in self.tested]
        self.body = self.reached([*(source_of(text)[0] for text in nexts), *others])
        self.check_condition()
        self.loop = nodes.free(f"{self.condition.rpartition('/')[0]}/Loop".lstrip("/"))
        outside = {(c, 0): nodes[c].input[0] for c in self.constants}
        attrs, results = self.bodies(test, nexts, outside)
        self.finish(attrs, results)
        sliced.settle(self.path, self.loop, len(self.variables), self.history.stacked)
        self.drop(self.structure | (self.tested - self.body if self.history.counted else set()))

    def keep_alive_as_before(self, pop: str) -> None:
        """Has the shape of zeros that is popped in a branch be alive in that branch only, when it is an argument.

        Nothing else says of these zeros which branch they are the gradient in.
        """
        nodes = self.nodes
        switch, side = source_of(nodes[pop].input[0]) if nodes[pop].input else ("", 0)
        if switch not in nodes or nodes[switch].op not in ("Switch", "RefSwitch"):
            return
        readers = {reader for reader, index in self.readers.get(pop, ()) if index == 0}
        if any(nodes[reader].op != "Fill" for reader in readers):
            return
        made = nodes.add(f"{pop}/Switch", "Switch", [pop, nodes[switch].input[1]])
        nodes[made].attr["T"].type, self.paths[made] = nodes[pop].attr["elem_type"].type, self.path
        self.rest.append(made)
        nodes.reroute(readers, {(pop, 0): text_of((made, side))})

    def least(self, numbers: list[str]) -> str:
        """The smallest of some int32 numbers, outside of the frame."""
        found = self.brought_out(numbers[0])
        for text in numbers[1:]:
            made = self.nodes.add(f"{self.condition}/Minimum", "Minimum", [found, self.brought_out(text)])
            self.nodes[made].attr["T"].type, self.paths[made] = _INT32, self.path[:-1]
            found = made
        return found

    def brought_out(self, text: str) -> str:
        """A number outside of the frame: a constant that is in it is made again."""
        name = source_of(text)[0]
        if self.paths.get(name) != self.path:
            return text
        copy = self.copied(name)
        self.nodes[copy].ClearField("input")
        self.paths[copy] = self.path[:-1]
        return copy

    def drop(self, names: set) -> None:
        """Takes nodes out, for which others wait at most."""
        self.nodes.reroute(self.nodes, {}, names)
        for name in names:
            del self.nodes[name]
        self.rest = [name for name in self.rest if name not in names]

    def check_condition(self) -> None:
        """Raises Unrecognized if what decides cannot be made apart from the body."""
        if not self.history.counted:
            for name in self.tested & self.body:  # it is made twice
                op = self.nodes[name].op
                if op not in OPS or OPS[op].stateful or op in ("Loop", "If"):
                    raise Unrecognized(f"{name!r} is part of its condition and of its body")

    def bodies(self, test: tuple, nexts: list[str], outside: dict) -> tuple[dict, list[str]]:
        """Puts the nodes into the Loop's bodies; what its node says of them, and takes from them."""
        nodes, given = self.nodes, [self.argument("body", v) for v in self.variables]
        inside = dict(outside)
        for v, argument in zip(self.variables, given):
            inside.update({(v.merge, 0): argument, (v.switch, 1): argument})
        attrs, results = {}, []
        if not self.history.counted:
            attrs, results = self.conditioned(test, outside)
        for pop, taken in zip(self.history.pops, self.history.slices):
            self.take(pop, taken)
        deeper = [
            n
            for n, path in self.paths.items()
            if len(path) > len(self.path) and n in nodes and path[: len(self.path)] == self.path
        ]
        nodes.reroute([*self.body, *deeper], inside, self.structure)
        for n in self.body:
            if not nodes.place(n):
                nodes.say(n, _body=[self.loop, "body"])
        nexts, stacked = [inside.get(source_of(text), text) for text in nexts], self.history.stacked
        attrs |= {
            "_carry": list(map(_full, given)),
            "_nexts": list(map(_full, nexts)),
            "_stacked": list(map(_full, stacked)),
            **self.history.attrs(),
        }
        return attrs, [*nexts, *results, *stacked]

    def argument(self, role: str, v: _Variable) -> str:
        """The argument by which a body sees a variable."""
        start, merge = self.nodes[v.enter].input[0], self.nodes[v.merge]
        name = self.nodes.add(f"{v.merge}_{role}", "Arg", [start], _body=[self.loop, role])
        if "_output_shapes" in merge.attr and len(merge.attr["_output_shapes"].list.shape):
            self.nodes[name].attr["_invariant"].shape.CopyFrom(merge.attr["_output_shapes"].list.shape[0])
        self.paths[name] = (*self.path, "")
        return name

    def conditioned(self, test: tuple, outside: dict) -> tuple[dict, list[str]]:
        """Puts the condition into a body of its own; what the Loop's node says of it, and takes from it."""
        nodes, seen = self.nodes, [self.argument("condition", v) for v in self.variables]
        known = {(v.merge, 0): argument for v, argument in zip(self.variables, seen)} | outside
        copies = {n: self.copied(n) if n in self.body else n for n in self.tested}
        for n, copy in copies.items():
            known.update({(n, k): text_of((copy, k)) for k in range(_OUTPUTS) if n != copy})
        nodes.reroute(copies.values(), known, self.structure | self.tested)
        for copy in copies.values():
            if not nodes.place(copy):
                nodes.say(copy, _body=[self.loop, "condition"])
        result = known.get(test, text_of(test))
        return {"_condition_carry": list(map(_full, seen)), "_condition": [_full(result)]}, [result]

    def copied(self, name: str) -> str:
        """A second node like one; its name."""
        node, copy = self.nodes[name], self.nodes.free(f"{name}_condition")
        self.nodes[copy] = type(node)()
        self.nodes[copy].CopyFrom(node)
        self.nodes[copy].name = copy
        self.paths[copy] = self.path
        return copy

    def take(self, pop: str, taken: str) -> None:
        """Makes of what pops a value an argument that takes the slices of a tensor."""
        node = self.nodes[pop]
        node.op = "Arg"
        node.ClearField("attr")
        node.ClearField("input")
        node.input.append(taken)

    def finish(self, attrs: dict, results: list[str]) -> None:
        """Adds the Loop, and has what leaves the frame come from it."""
        nodes, history = self.nodes, self.history
        inits = [nodes[v.enter].input[0] for v in self.variables]
        waits = dict.fromkeys(f"^{w}" for v in self.variables for w in nodes.waits(v.enter))
        own = [*inits, *history.slices, *history.count]
        inner = [text for text in dict.fromkeys(results) if nodes.place(source_of(text)[0])]
        nodes.add(self.loop, "Loop", [*own, *inner, *waits], _inputs=len(own), _open=True, **attrs)
        self.paths[self.loop] = self.path[:-1]
        history.loop = self.loop
        for i, v in enumerate(self.variables):
            for leaving in v.exits:
                nodes[leaving].op = "Exit"
                came = dict.fromkeys(nodes.data(leaving), text_of((self.loop, i)))
                nodes.reroute([leaving], came, self.structure)


def _full(text: str) -> str:
    name, index = source_of(text)
    return f"{name}:{index}"
