"""TensorFlow 1's branches, which are made of Switch and Merge, as Ifs.

What a Switch lets through is alive under a condition: that its predicate has a value. Conditions pass on from
tensor to tensor; a Merge ends one of them. So what is alive under it, back from a Merge, is the branch.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from minitf.graphs.edits import Nodes, Unrecognized, text_of
from minitf.graphs.nodes import source_of

_SWITCHES = ("Switch", "RefSwitch")
_MERGES = ("Merge", "RefMerge")
_SIDES = ("else_branch", "then_branch")


def with_branches(nodes: Nodes) -> None:
    """Makes Ifs of all branches; nodes of those that are not understood say so."""
    places = dict.fromkeys(nodes.place(name) for name, node in nodes.items() if node.op in _SWITCHES)
    for place in places:
        _Place(nodes, place).rewrite()


@dataclass
class _Group:
    """One If in the making: Merges of the same predicate that do not depend on each other."""

    predicate: str
    name: str
    merges: list[str] = field(default_factory=list)
    then: list[str] = field(default_factory=list)  # the results of each branch, "" for none
    otherwise: list[str] = field(default_factory=list)
    extra: dict = field(default_factory=dict)  # a tensor of a branch -> the If's output for it


class _Place:
    """The nodes of the graph itself, or of one body."""

    def __init__(self, nodes: Nodes, place: tuple):
        self.nodes, self.place = nodes, place
        self.members = [name for name in nodes if nodes.place(name) == place]
        self.inside = set(self.members)
        self.sources = {name: self.read_by(name) for name in self.members}
        for name in nodes:
            if nodes.place(name) != place:
                self.read_from_deeper(name)
        self.order, self.readers = self.in_order(), nodes.readers()
        self.alive: dict[str, frozenset] = {}  # node -> the conditions: (predicate, its value)
        self.named: dict[str, dict] = {}  # node -> the predicates by the names that its Switches use
        self.levels: dict[str, dict] = {}  # node -> how many Merges of each predicate are before it
        self.owner: dict[str, _Group] = {}
        self.groups: dict[tuple, _Group] = {}

    def read_by(self, name: str) -> list[tuple]:
        """What a node reads and waits for, in this place."""
        return [s for s in map(source_of, self.nodes[name].input) if s[0] in self.inside]

    def read_from_deeper(self, name: str) -> None:
        """Notes what a node of a body in this place reads here, for the op whose body it is."""
        owner = self.at_place(name)
        if owner is not None:
            self.sources[owner] += [
                s for s in map(source_of, self.nodes[name].input) if s[0] in self.inside and s[0] != owner
            ]

    def at_place(self, name: str) -> str | None:
        """The node here, itself or the op in whose bodies it is; None if it is further out."""
        while name not in self.inside:
            place = self.nodes.place(name)
            if not place or place[0] not in self.nodes:
                return None
            name = place[0]
        return name

    def in_order(self) -> list[str]:
        """The nodes, each after those that it reads."""
        readers: dict = {}
        waiting = {name: len(sources) for name, sources in self.sources.items()}
        for name, sources in self.sources.items():
            for source, _ in sources:
                readers.setdefault(source, []).append(name)
        ready = [name for name, count in waiting.items() if not count]
        for name in ready:
            for reader in readers.get(name, ()):
                waiting[reader] -= 1
                if not waiting[reader]:
                    ready.append(reader)
        return ready

    # ---- what is alive when

    def rewrite(self) -> None:
        """Makes the Ifs."""
        for name in self.order:
            node = self.nodes[name]
            self.levels[name] = self.most([self.levels[source] for source, _ in self.sources[name]])
            self.named[name] = {}
            if self.nodes.is_settled(name):
                self.alive[name] = frozenset()
                continue
            for source, index in self.sources[name]:
                self.named[name].update(self.named[source])
                if index is not None and self.nodes[source].op in _SWITCHES:
                    predicate = self.predicate(source)
                    self.named[name][predicate] = self.named_predicate(source, predicate)
            self.alive[name] = frozenset().union(*map(self.condition, self.sources[name]))
            try:
                if node.op in _MERGES:
                    self.merge(name)
                elif any((p, 1 - side) in self.alive[name] for p, side in self.alive[name]):
                    raise Unrecognized("it is never alive")
            except Unrecognized as reason:
                self.nodes.give_up([name], f"the branch at {name!r} is not understood: {reason}")
                self.alive[name] = frozenset()
        self.settle()
        for merges in [group.merges for group in self.groups.values()]:
            self.end(merges)
        self.let_through()
        for name in [*self.owner, *(m for group in self.groups.values() for m in group.merges)]:
            self.label(name, name)
        for group in self.groups.values():
            self.place_of(group)
        self.bring_out()
        for group in self.groups.values():
            self.finish(group)

    def condition(self, source: tuple) -> frozenset:
        """Under what a tensor is alive."""
        name, index = source
        if index is not None and self.nodes[name].op in _SWITCHES and not self.nodes.is_settled(name):
            return self.alive[name] | {(self.predicate(name), index)}
        return self.alive[name]

    def predicate(self, switch: str) -> str:
        """What a Switch decides by, behind all identities."""
        text = self.nodes.through(self.nodes[switch].input[1], "Identity", *_SWITCHES)
        return text_of(source_of(text))

    @staticmethod
    def most(found: list[dict]) -> dict:
        """The highest level of each predicate; most often that is one of the dicts as it is."""
        if not found:
            return {}
        largest = highest = max(found, key=len)
        for one in {id(one): one for one in found if one is not largest}.values():
            for key, level in one.items() - largest.items():
                if level > highest.get(key, 0):
                    highest = dict(highest) if highest is largest else highest
                    highest[key] = level
        return highest

    # ---- branches

    def merge(self, name: str) -> None:
        """Finds the branches that end in a Merge."""
        sources = [s for s in self.sources[name] if s[1] is not None]
        if self.nodes[name].op == "RefMerge":
            raise Unrecognized("it is a variable itself that is chosen")
        if len(sources) != 2 or len(self.nodes.data(name)) != 2:
            raise Unrecognized("it is not of two tensors")
        first, second = map(self.condition, sources)
        decided = [(p, side) for p, side in first if (p, 1 - side) in second]
        if len(decided) != 1:
            raise Unrecognized(f"its inputs differ in {len(decided)} predicates")
        [(predicate, side)] = decided
        base = (first | second) - {(predicate, 0), (predicate, 1)}
        ways = {side: sources[0], 1 - side: sources[1]}
        region, by = self.region(predicate, ways)
        level = self.levels[name].get(by, 0) + 1
        self.alive[name], self.levels[name] = base, {**self.levels[name], by: level}
        if any(index == 1 for _, index in self.readers.get(name, ())):
            raise Unrecognized("which of its inputs is alive is asked for")
        group = self.group(by, base, level, predicate)
        group.merges.append(name)
        group.then.append(text_of(ways[1]))
        group.otherwise.append(text_of(ways[0]))
        for n in region:
            self.owner.setdefault(n, group)

    def region(self, predicate: str, ways: dict) -> tuple[list[str], str]:
        """The nodes of two branches, and the predicate by the name that their Switches use for it."""
        found, by = {}, set()
        for side, source in ways.items():
            todo = [source]
            while todo:
                name, index = todo.pop()
                if self.nodes[name].op in _SWITCHES and self.predicate(name) == predicate:
                    by.add(self.named_predicate(name, predicate))
                elif (predicate, side) in self.alive[name] and name not in found:
                    found[name] = None
                    todo += self.sources[name]
        return [name for name in found if self.nodes[name].op not in _SWITCHES], min(by)

    def named_predicate(self, switch: str, predicate: str) -> str:
        """The predicate as a Switch reads it; of the first one of a tf.cond, as its others do."""
        data, decides = self.nodes[switch].input[:2]
        name = f"{switch.rpartition('/')[0]}/pred_id"
        if data == decides and name in self.nodes and self.nodes.through(name, "Identity", *_SWITCHES) == predicate:
            return name
        return decides

    def settle(self) -> None:
        """Finds a branch for what is alive in some only, but goes into no Merge."""
        for name in self.order:
            open_ = self.alive[name]
            if not open_ or name in self.owner or self.nodes[name].op in _SWITCHES:
                continue
            if self.nodes[name].op == "Identity" and self.is_pivot(name):
                continue
            found = [
                (by, base)
                for (by, base, _), g in self.groups.items()
                if base < open_ and g.predicate in dict(open_ - base) and self.named[name].get(g.predicate) == by
            ]
            if found:
                by, base = max(found, key=lambda one: len(one[1]))
                self.owner[name] = self.group(by, base, self.levels[name].get(by, 0) + 1)
            else:
                self.nodes.give_up([name], f"the branch of {name!r} has no end")

    def group(self, by: str, base: frozenset, level: int, predicate: str | None = None) -> _Group:
        """The If of a predicate, by the name that its Switches use for it, after so many others of it."""
        key = (by, base, level)
        if key not in self.groups:
            predicate = predicate or next(g.predicate for (one, _, _), g in self.groups.items() if one == by)
            scope = by.partition(":")[0].rpartition("/")[0]
            self.groups[key] = _Group(predicate, self.nodes.free(f"{scope}/If".lstrip("/")))
            self.nodes.add(self.groups[key].name, "If", [])
        return self.groups[key]

    def is_pivot(self, name: str) -> bool:
        """Whether a node is what others in a branch wait for, only to be in it."""
        first = self.sources[name][0][0] if self.sources[name] else name
        return self.nodes[first].op in _SWITCHES and not self.nodes.is_settled(first)

    # ---- Ifs

    def chain(self, name: str | None) -> list[_Group]:
        """The Ifs that a node is in, innermost first."""
        found = []
        while name in self.owner:
            found.append(self.owner[name])
            name = found[-1].name
        return found

    def place_of(self, group: _Group) -> None:
        """Puts an If where its results are, or where those Ifs are that end with the same conditions."""
        [base] = [base for (_, base, _), one in self.groups.items() if one is group]
        like = group.merges[0] if group.merges else None
        if like is None and base:
            like = next((m for (_, other, _), g in self.groups.items() if other == base for m in g.merges), None)
        if like in self.owner:
            self.owner[group.name], self.alive[group.name] = self.owner[like], self.alive[like]
        self.label(group.name, group.name)

    def end(self, merges: list[str]) -> None:
        """Makes of Merges the ops that give out an If's results."""
        [group] = [g for g in self.groups.values() if g.merges is merges]
        for k, merge in enumerate(merges):
            node, dtype = self.nodes[merge], self.nodes[merge].attr["T"].type
            node.ClearField("input")
            node.ClearField("attr")
            node.input.append(text_of((group.name, k)))
            node.op, node.attr["T"].type = "Identity", dtype

    def let_through(self) -> None:
        """Has what reads a Switch's output read its input, and nothing wait for Switches and pivots."""
        nodes = self.nodes
        switches = [n for n in self.members if nodes[n].op in _SWITCHES and not nodes.is_settled(n)]
        ends = {merge for group in self.groups.values() for merge in group.merges}
        pivots = {n for n in self.members if nodes[n].op == "Identity" and self.is_pivot(n)} - ends
        passed = {
            (n, k): text_of(source_of(nodes.through(nodes[n].input[0], *_SWITCHES))) for n in switches for k in (0, 1)
        }
        nodes.reroute(nodes, passed, pivots.union(switches))
        self.relist(lambda source: passed.get(source, text_of(source)))
        for group in self.groups.values():
            for results in (group.then, group.otherwise):
                results[:] = [passed.get(source_of(text), text) for text in results]
        wanted = {source_of(text)[0] for g in self.groups.values() for text in g.then + g.otherwise}
        read = {name for node in nodes.values() for name, _ in map(source_of, node.input)}
        for name in [*switches, *(pivots - wanted - read - self.owner.keys())]:
            del nodes[name]
        self.members = [name for name in self.members if name in nodes]

    def bring_out(self) -> None:
        """Has what reads a tensor of another If's branch read an output of that If instead."""
        for name in list(self.nodes):
            reader = self.at_place(name)
            around = [id(group) for group in self.chain(reader)]
            other = {}
            for source in self.nodes.data(name):
                found = self.seen_by(source, around)
                if found != source and self.nodes[name].op != "If":
                    other[source] = text_of(found)
            for source in self.nodes.waits(name):
                found = self.waited_for(source, reader, around)
                if found != source:
                    other[source, None] = f"^{found}"
            if other:
                self.nodes.reroute([name], other)

        self.relist(lambda source: text_of(self.seen_by(source, [])))

    def waited_for(self, name: str, reader: str | None, around: list) -> str:
        """What an op waits for instead of an op of a branch: for the If, where that branch has been taken."""
        open_ = self.alive.get(reader, frozenset())
        while name in self.owner and id(self.owner[name]) not in around:
            group = self.owner[name]
            if (group.predicate, dict(self.alive[name])[group.predicate]) not in open_:
                break
            name = group.name
        return name

    def seen_by(self, source: tuple, around: list) -> tuple:
        """What is read for a tensor of branches by an op that is in none but those `around`."""
        while source[0] in self.owner and id(self.owner[source[0]]) not in around:
            source = self.output(self.owner[source[0]], source)
        return source

    def relist(self, other) -> None:
        """Has the Loop whose body this place is take other tensors of it, called `other(source)`."""
        if self.place and self.nodes[self.place[0]].op == "Loop":
            node = self.nodes[self.place[0]]
            for key in ("_nexts", "_stacked", "_condition"):
                if key in node.attr:
                    listed = node.attr[key].list.s
                    listed[:] = [_full(other(source_of(text.decode()))).encode() for text in listed]

    def output(self, group: _Group, source: tuple) -> tuple:
        """The output of an If that gives a tensor of one of its branches out."""
        if source not in group.extra:
            group.extra[source] = (group.name, len(group.then))
            side = dict(self.alive[source[0]])[group.predicate]
            group.then.append(text_of(source) if side else "")
            group.otherwise.append("" if side else text_of(source))
        return group.extra[source]

    def finish(self, group: _Group) -> None:
        """Says what the If reads, and what its results are."""
        node = self.nodes[group.name]
        read = dict.fromkeys(text for text in [*group.then, *group.otherwise] if text)
        node.input.extend([group.predicate, *read])
        then, otherwise = ([_full(t) if t else "" for t in ts] for ts in (group.then, group.otherwise))
        self.nodes.say(group.name, _inputs=1, _then=then, _else=otherwise)

    def label(self, name: str, like: str) -> None:
        """Says in which body a node is: in that of another one."""
        if like in self.owner:
            group = self.owner[like]
            side = dict(self.alive[like])[group.predicate]
            self.nodes.say(name, _body=[group.name, _SIDES[side]])
        elif self.place:
            self.nodes.say(name, _body=list(self.place))


def _full(text: str) -> str:
    name, index = source_of(text)
    return f"{name}:{index}"
