"""Who reads and who writes each buffer of a region."""

from __future__ import annotations

from bisect import bisect_right
from operator import attrgetter

from minitf.runtime.lower.ir import Buffer, Call, Choice, Ref, Repeat

_order = attrgetter("order")


class Use:
    """One operand of one call: its name, the place that it is, and whether it is written."""

    __slots__ = ("call", "operand", "ref", "writes", "block", "order")

    def __init__(self, call: Call, operand: str, ref: Ref, writes: bool, block: list, order: int):
        self.call, self.operand, self.ref, self.writes = call, operand, ref, writes
        self.block = block  # the list of nodes that holds the call
        self.order = order  # position in the whole program


class Uses:
    """All uses of all buffers, in program order; as a context it makes the edits asked for when it is left."""

    def __init__(self, nodes: list, kept: frozenset = frozenset()):
        self._nodes = nodes
        self._replaced: dict = {}  # node -> what comes in its place
        self._before: dict = {}  # node -> what is put before it
        self._after: dict = {}  # node -> what is put after it
        self._kept = kept  # buffers that are read after the region
        self._found: dict[Buffer, list[tuple]] = {}  # what the uses of each buffer are made of
        self._by_buffer: dict[Buffer, list[Use]] = {}  # made when asked for: of most buffers nobody asks
        self._changes: dict[Buffer, list[Use]] = {}
        self.stops: list[int] = []  # the positions of what may end the program, or is more than a call
        self.controls: set[Buffer] = set()  # read by loops and branches themselves
        self.pinned: set[Buffer] = set()  # those, and what one trip of a loop hands to the next or to the outside
        self._count = 0
        self._spans: dict[Repeat | Choice, tuple[int, int]] = {}
        self._scan(nodes)

    def __enter__(self):
        return self

    def __exit__(self, *exc):
        if self._replaced or self._before or self._after:
            self._edit(self._nodes)

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

    def _scan(self, block: list) -> None:
        found = self._found
        for node in block:
            self._count = order = self._count + 1
            if not isinstance(node, Call) or node.error is not None or node.on_host:
                self.stops.append(order)
            if isinstance(node, Call):
                for key, ref, writes in node.memory:
                    buffer = ref.buffer
                    if buffer in found:
                        found[buffer].append((node, key, ref, writes, block, order))
                    else:
                        found[buffer] = [(node, key, ref, writes, block, order)]
                continue
            self.controls |= {ref.buffer for ref in node.controls}
            self.pinned |= self.controls | (node.carried if isinstance(node, Repeat) else set())
            for inner in node.blocks:
                self._scan(inner)
            self._spans[node] = order, self._count

    def buffers(self) -> list[Buffer]:
        """All buffers, in the order of their first use."""
        return list(self._found)

    def first_used_by(self, names) -> list[Buffer]:
        """The buffers that kernels of these names use first, in that order."""
        return [b for b, uses in self._found.items() if uses[0][0].name in names]

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
        return {node for node, (start, end) in self._spans.items() if start <= use.order <= end}

    def since(self, made: Use, use: Use) -> int:
        """The position of the first node that may run between a use of a value and a later one: the earlier of them,
        or the start of a loop in which only that one is.
        """
        return min([made.order, *(self._spans[node][0] for node in self.around(made) - self.around(use))])

    def reach(self, made: Use, read: Use) -> int:
        """The position of the last node that may run between them."""
        return max([read.order, *(self._spans[node][1] for node in self.around(read) - self.around(made))])

    def internal(self, buffer: Buffer) -> bool:
        """Whether only calls of this region use the buffer."""
        return buffer.kind == "arena" and buffer not in self.controls and buffer not in self._kept

    def blank(self, buffer: Buffer) -> bool:
        """Whether a buffer holds zeros and never anything else."""
        if buffer.kind == "constant":
            return not buffer.array.any()
        changes = self.changes(buffer)
        if buffer.kind != "arena" or len(changes) != 1:
            return False
        (only,) = changes
        return only.call.name == "clear" and only.block is self._nodes and whole(only.ref)

    def private(self, buffer: Buffer) -> bool:
        """Whether only calls use the buffer, all of them in one block."""
        uses = self.of(buffer)
        return (
            buffer.kind == "arena"
            and buffer not in self.pinned
            and buffer not in self._kept
            and bool(uses)
            and all(u.block is uses[0].block for u in uses)
        )


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
