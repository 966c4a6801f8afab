"""Who uses each buffer of a region: kept up to date while passes rewrite it."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Iterable
from operator import attrgetter

import numpy as np

from minitf.runtime.lower.ir import Buffer, Call, Choice, Ref, Repeat

_order = attrgetter("site.order")


class Site:
    """Where a call is: the list of nodes that holds it, and its position in the whole program."""

    __slots__ = ("call", "block", "order")

    def __init__(self, call: Call):
        self.call = call
        self.block: list = []
        self.order = 0


class Use:
    """One operand of one call: its name, the place that it is, and whether it is written."""

    __slots__ = ("call", "site", "operand", "ref", "writes")

    def __init__(self, site: Site, operand: str, ref: Ref, writes: bool):
        self.call, self.site, self.operand, self.ref, self.writes = site.call, site, operand, ref, writes

    @property
    def block(self) -> list:
        """The list of nodes that holds the call."""
        return self.site.block

    @property
    def order(self) -> int:
        """The position of the call in the whole program."""
        return self.site.order


def _given(about: str, way: bool, op) -> bool:
    return way


class Uses:
    """All uses of all buffers, in program order; as a context it makes the edits asked for when it is left."""

    def __init__(
        self, nodes: list, kept: frozenset = frozenset(), prefers: Callable = _given, always: Callable = _given
    ):
        self.nodes = nodes
        self.kept = kept  # buffers that are read after the region
        self.prefers, self.always = prefers, always  # (about, way, op): see `Lowering.prefers` and `Builder.always`
        self._replaced: dict = {}  # node -> what comes in its place
        self._before: dict = {}  # node -> what is put before it
        self._after: dict = {}  # node -> what is put after it
        self._sites: dict[Call, Site] = {}
        self._found: dict[Buffer, list[tuple]] = {}  # what the uses of each buffer are made of
        self._by_buffer: dict[Buffer, list[Use]] = {}  # made when asked for: of most buffers nobody asks
        self._changes: dict[Buffer, list[Use]] = {}
        self._number()

    def __enter__(self):
        return self

    def __exit__(self, *exc):
        if self._replaced or self._before or self._after:
            self._make_edits()
            if self._before or self._after or any([len(calls) > 1 for calls in self._replaced.values()]):
                touched = self._forget(self._replaced)
                self._follow(touched | self._number())
            else:
                self._follow(self._exchange())
            self._replaced, self._before, self._after = {}, {}, {}

    def replace(self, changes: dict[Call, list]) -> bool:
        """Puts other calls in the place of each of these, which one rewrite is about; or none of them, and
        tells so, if one of them is not there any more since another rewrite was made.
        """
        if not self._replaced.keys().isdisjoint(changes):
            return False
        self._replaced |= changes
        return True

    def insert(self, node, call: Call) -> None:
        """Puts a call before a node."""
        self._before.setdefault(node, []).append(call)

    def append(self, node, call: Call) -> None:
        """Puts a call after a node."""
        self._after.setdefault(node, []).append(call)

    def _make_edits(self) -> None:
        if self._before or self._after:
            self._edit(self.nodes)
            return
        replaced, sites = self._replaced, self._sites
        for block in {id(block): block for block in [sites[call].block for call in replaced]}.values():
            block[:] = [each for node in block for each in replaced.get(node, (node,))]

    def _edit(self, block: list) -> None:
        edited = []
        for node in block:
            if node in self._before:
                edited += self._before[node]
            if node in self._replaced:
                edited += self._replaced[node]
            else:
                edited.append(node)
            for inner in node.blocks:
                self._edit(inner)
            if node in self._after:
                edited += self._after[node]
        block[:] = edited

    def settle(self, buffers: list[Buffer]) -> None:
        """Has what is in buffers that turned out to belong elsewhere be there."""
        moved = {site.call for buffer in buffers for site, *_ in self._found.get(buffer, ())}
        sites = [(self._sites[call], call) for call in moved]
        touched = self._forget(moved)
        for call in moved:
            call.take(tuple([o.settled() if isinstance(o, Ref) else o for o in call.operands]))
        for node in self._spans:
            if isinstance(node, Repeat):
                node.carried = {Ref((), np.uint8, buffer).settled().buffer for buffer in node.carried}
        self._note_pinned()
        self._follow(touched | self._put(sites))

    def _exchange(self) -> set[Buffer]:
        """Has calls take the places of those for which they were put in, one or none for each; returns the buffers that
        all these use.
        """
        sites = [(self._sites[old], call) for old, new in self._replaced.items() for call in new]
        return self._forget(self._replaced) | self._put(sites)

    def _put(self, sites: list[tuple[Site, Call]]) -> set[Buffer]:
        """Takes note of calls where others, or they, have been; returns the buffers that they use."""
        touched: set[Buffer] = set()
        for before, call in sites:
            site = self._add(call, touched)
            site.block, site.order = before.block, before.order
        self._names = self._stops = None
        return touched

    def _forget(self, calls: Iterable[Call]) -> set[Buffer]:
        """Forgets some calls; returns the buffers that they use."""
        gone = [call for call in calls if self._sites.pop(call, None) is not None]
        touched = {ref.buffer for call in gone for _, ref, _ in call.memory}
        for buffer in touched:
            self._found[buffer] = [use for use in self._found[buffer] if use[0].call in self._sites]
        return touched

    def _follow(self, touched: set[Buffer]) -> None:
        """What uses some buffers is another than before."""
        for buffer in touched:
            self._by_buffer.pop(buffer, None)
            self._changes.pop(buffer, None)
            found = self._found[buffer]
            orders = [use[0].order for use in found]
            if not found:
                del self._found[buffer]
            elif orders != sorted(orders):  # what is new is behind all others, most often rightly
                found.sort(key=_place)

    def _number(self) -> set[Buffer]:
        """Finds where all nodes are; returns the buffers that are used by calls which were not there before."""
        self._spans: dict[Repeat | Choice, tuple[int, int]] = {}
        self._names: set[str] | None = None
        self._stops: list[int] | None = None
        touched: set[Buffer] = set()
        self._scan(self.nodes, 0, touched)
        self._note_pinned()
        return touched

    def _note_pinned(self) -> None:
        # Read by loops and branches themselves.
        self.controls: set[Buffer] = {ref.buffer for node in self._spans for ref in node.controls}
        # Those, and what one trip of a loop hands to the next or to the outside.
        carried = [node.carried for node in self._spans if isinstance(node, Repeat)]
        self.pinned: set[Buffer] = self.controls.union(*carried)

    def _scan(self, block: list, order: int, touched: set) -> int:
        """Looks at the nodes behind a position; returns the position of the last one."""
        sites = self._sites
        for node in block:
            order += 1
            site = sites.get(node)
            if site is None:
                if not isinstance(node, Call):
                    order = self._scan_inside(node, order, touched)
                    continue
                site = self._add(node, touched)
            site.block, site.order = block, order
        return order

    def _scan_inside(self, node: Repeat | Choice, start: int, touched: set) -> int:
        """Looks at a loop or branch, and into it."""
        end = start
        for inner in node.blocks:
            end = self._scan(inner, end, touched)
        self._spans[node] = start, end
        return end

    def _add(self, call: Call, touched: set) -> Site:
        site, found = Site(call), self._found
        self._sites[call] = site
        for key, ref, writes in call.memory:
            buffer = ref.buffer
            touched.add(buffer)
            if buffer in found:
                found[buffer].append((site, key, ref, writes))
            else:
                found[buffer] = [(site, key, ref, writes)]
        return site

    @property
    def names(self) -> set[str]:
        """The kernels that are called."""
        if self._names is None:
            self._names = {call.name for call in self._sites}
        return self._names

    @property
    def stops(self) -> list[int]:
        """The positions of what may end the program, or is more than a call."""
        if self._stops is None:
            calls = [s.order for call, s in self._sites.items() if call.error is not None or call.on_host]
            self._stops = sorted([*calls, *[start for start, _ in self._spans.values()]])
        return self._stops

    @property
    def calls(self) -> Iterable[Call]:
        """All calls, in no order."""
        return self._sites.keys()

    @property
    def buffers(self) -> Iterable[Buffer]:
        """All buffers, in no order."""
        return self._found.keys()

    def in_order(self, buffers: Iterable[Buffer]) -> list[Buffer]:
        """Some of the buffers, in the order of their first use."""
        return sorted(buffers, key=lambda buffer: _place(self._found[buffer][0]))

    def first_used_by(self, names) -> list[Buffer]:
        """The buffers that kernels of these names use first, in that order."""
        if self.names.isdisjoint(names):
            return []
        return self.in_order([b for b, uses in self._found.items() if uses[0][0].call.name in names])

    def makers(self, buffer: Buffer) -> list[Call]:
        """The calls that write a buffer."""
        return [site.call for site, _, _, writes in self._found.get(buffer, ()) if writes]

    def of(self, buffer: Buffer) -> list[Use]:
        """The uses of a buffer."""
        uses = self._by_buffer.get(buffer)
        if uses is None:
            uses = self._by_buffer[buffer] = [Use(*use) for use in self._found.get(buffer, ())]
        return uses

    def changes(self, buffer: Buffer) -> list[Use]:
        """The uses of a buffer that write it."""
        found = self._changes.get(buffer)
        if found is None:
            found = self._changes[buffer] = [use for use in self.of(buffer) if use.writes]
        return found

    def span(self, node: Repeat | Choice) -> tuple[int, int]:
        """The positions of the first and last node in a loop or branch."""
        return self._spans[node]

    def undisturbed(self, refs, first: int, last: int) -> bool:
        """Whether nothing is written to these places between two positions of the program.

        What is read at the later of them, in place of the earlier one, and while the call there writes, must
        be undisturbed up to the position behind it.
        """
        for ref in refs:
            found = self.changes(ref.buffer)
            if not found or found[-1].site.order <= first:
                continue
            for place in range(bisect_right(found, first, key=_order), len(found)):
                use = found[place]
                if use.order >= last:
                    break
                if touches(use.ref, ref):
                    return False
        return True

    def may_stop(self, first: int, last: int) -> bool:
        """Whether the program may end between two positions, or be in a loop or branch by the later one."""
        place = bisect_right(self.stops, first)
        return place < len(self.stops) and self.stops[place] < last

    def around(self, use: Use) -> set[Repeat | Choice]:
        """The loops and branches in which a use is."""
        order = use.site.order
        return {node for node, (start, end) in self._spans.items() if start <= order <= end}

    def since(self, made: Use, use: Use) -> int:
        """The position of the first node that may run between a use of a value and a later one: the earlier of them,
        or the start of a loop in which only that one is.
        """
        if made.site.block is use.site.block:
            return made.order
        return min([made.order, *(self._spans[node][0] for node in self.around(made) - self.around(use))])

    def reach(self, made: Use, read: Use) -> int:
        """The position of the last node that may run between them."""
        if made.site.block is read.site.block:
            return read.order
        return max([read.order, *(self._spans[node][1] for node in self.around(read) - self.around(made))])

    def internal(self, buffer: Buffer) -> bool:
        """Whether only calls of this region use the buffer."""
        return buffer.kind == "arena" and buffer not in self.controls and buffer not in self.kept

    def blank(self, buffer: Buffer) -> bool:
        """Whether a buffer holds zeros and never anything else."""
        if buffer.kind == "constant":
            return not buffer.array.any()
        changes = self.changes(buffer)
        if buffer.kind != "arena" or len(changes) != 1:
            return False
        (only,) = changes
        return only.call.name == "clear" and only.block is self.nodes and whole(only.ref)

    def private(self, buffer: Buffer) -> bool:
        """Whether only calls use the buffer, all of them in one block."""
        if buffer.kind != "arena" or buffer in self.pinned or buffer in self.kept:
            return False
        blocks = [use.site.block for use in self.of(buffer)]
        return bool(blocks) and all([block is blocks[0] for block in blocks])


def whole(ref: Ref) -> bool:
    """Whether the value fills its buffer."""
    return ref.offset == 0 and not ref.moves and ref.nbytes == ref.buffer.size


def touches(one: Ref, other: Ref) -> bool:
    """Whether two places may share bytes in the same trip."""
    if one.moves != other.moves:
        return True
    return one.offset < other.offset + other.nbytes and other.offset < one.offset + one.nbytes


def in_place(call: Call, read: str, written: str) -> bool:
    """Whether a call reads each element of one operand before it writes that of another, so that both may be one."""
    kernel = call.kernel.kernel
    return read in kernel.operands[written].shares and kernel.split.packs(call.numbers, read)


def _place(use: tuple) -> tuple[int, int]:
    """The position of a call, and that of the operand in it."""
    site, key, _, _ = use
    return site.order, site.call.kernel.kernel.places[key]
