"""What steers loops, and is computed by each thread for itself: counters, flags of what has finished, indices.

If one thread counted trips, the others would have to meet it in each of them. So calls that work on a few bytes, and on
nothing else that changes in their loop, are made by every thread: by the first one where they are, by each of the
others in memory of its own. That is what its loops use; outside of them, and once the program may have gone on as
another one, what the first thread has is used.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import replace

import numpy as np

from minitf.runtime.lower.ir import Buffer, Call, Choice, Ref, Repeat, calls, walk

_FEW, _MOST = 512, 1 << 16  # bytes that such a call works on, and of a buffer


class Steering:
    """The calls of a program that all threads make, and where what they compute is.

    segments: the nodes, in parts between which the program may go on as another one. whole(node): whether one thread
    does all of a loop or branch.
    """

    def __init__(self, segments: list[list], whole):
        self._whole = whole
        self._writers: dict[Buffer, list] = defaultdict(list)  # who writes a buffer: calls, or loops and branches
        self._around: dict = {}  # the loops around a writer, outermost first
        self._home: dict[Buffer, int] = {}  # the segment in which all that writes a buffer is; -1 if there are several
        self._written: dict[Repeat, set[Buffer]] = defaultdict(set)  # what is written in a loop
        self._segment: dict = {}  # where what is in loops, and in the end all such calls, are in the program
        for k, nodes in enumerate(segments):
            loops = [node for node in walk(nodes) if isinstance(node, Repeat)]
            self._segment |= {inner: k for loop in loops for inner in walk([loop])}
        for k, nodes in enumerate(segments):
            self._walk(nodes, (), k)
        self.buffers = {
            b for b, found in self._writers.items() if self._home[b] >= 0 and any(map(self._around.get, found))
        }
        everything = [call for nodes in segments for call in calls(nodes)]
        self.buffers -= {
            ref.buffer for call in everything if type(call) is not Call and not call.on_host for ref in call.refs
        }
        self.calls: set[Call] = set()
        self._narrow()
        self._segment |= {call: self._home[call.results[0].buffer] for call in self.calls}
        self._copies: dict[tuple, Buffer] = {}

    # ---- which these are

    def _walk(self, nodes: list, loops: tuple, segment: int) -> None:
        for node in nodes:
            if isinstance(node, Call):
                self._note(node, [ref.buffer for ref in node.results], loops, segment)
            elif self._whole(node):
                self._note(node, _written(node), loops, segment)
            else:
                if isinstance(node, Repeat) and node.trips is not None:
                    self._note(node, [node.trips.buffer], loops, segment)
                inner = (*loops, node) if isinstance(node, Repeat) else loops
                for block in node.blocks:
                    self._walk(block, inner, segment)

    def _note(self, writer, buffers: list, loops: tuple, segment: int) -> None:
        self._around[writer] = loops
        for buffer in buffers:
            self._writers[buffer].append(writer)
            self._home[buffer] = segment if self._home.get(buffer, segment) == segment else -1
            for loop in loops:
                self._written[loop].add(buffer)

    def _narrow(self) -> None:
        """Leaves out what not all threads can compute, until nothing else depends on that."""
        before = -1
        while len(self.buffers) != before:
            before = len(self.buffers)
            self.calls = {w for buffer in self.buffers for w in self._writers[buffer] if self._fits(w)}
            self.buffers = {buffer for buffer in self.buffers if self.calls.issuperset(self._writers[buffer])}

    def _fits(self, writer) -> bool:
        """Whether all threads may make a call: what it reads is theirs, or does not change in its loop."""
        if type(writer) is not Call or sum([ref.nbytes for ref in writer.refs]) > _FEW:
            return False
        results = [ref.buffer for ref in writer.results]
        if any(b.kind != "arena" or b.size > _MOST or b not in self.buffers for b in results):
            return False
        loops = self._around[writer]
        changing = self._written[loops[-1]] if loops else ()
        return all(ref.buffer in self.buffers or ref.buffer not in changing for ref in writer.refs)

    # ---- where they are

    def is_own(self, node, ref: Ref, thread: int) -> bool:
        """Whether a thread has a value that a node works on in memory of its own."""
        return thread > 0 and ref.buffer in self.buffers and self._segment.get(node) == self._home[ref.buffer]

    def ref(self, thread: int, node, ref):
        """Where a thread has a value that a node works on."""
        if not isinstance(ref, Ref) or not self.is_own(node, ref, thread):
            return ref
        key = thread, ref.buffer
        if key not in self._copies:
            self._copies[key] = made = Buffer(ref.buffer.size, "own", np.zeros(ref.buffer.size, np.uint8))
            made.original = ref.buffer
        return Ref(ref.shape, ref.dtype, self._copies[key], ref.offset, ref.moves, ref.known)

    def call(self, thread: int, call: Call, part: Call) -> Call:
        """What a thread does of a call, in its own memory."""
        own = {name: self.ref(thread, call, o) for name, o in part.named.items()}
        own = {name: ref for name, ref in own.items() if ref is not part[name]}
        if not own:
            return part
        made = part.with_(**own)
        made.error, made.origin, made.limit = part.error, part.origin, part.limit
        return made

    def whole(self, thread: int, node):
        """A loop or branch that one thread does."""
        if isinstance(node, Call):
            return self.call(thread, node, node)
        return self.around(thread, node, [[self.whole(thread, each) for each in block] for block in node.blocks])

    def around(self, thread: int, node, blocks: list) -> Repeat | Choice:
        """A loop or branch with what a thread does in it."""
        if isinstance(node, Choice):
            return replace(node, predicate=self.ref(thread, node, node.predicate), blocks=tuple(blocks))
        controls = {name: self.ref(thread, node, getattr(node, name)) for name in ("count", "predicate", "running")}
        return replace(node, test=blocks[0], body=blocks[1], **controls)


def _written(node) -> list[Buffer]:
    """What a loop or branch writes, with all that is in it."""
    found = [ref.buffer for call in calls([node]) for ref in call.results]
    return found + [n.trips.buffer for n in walk([node]) if isinstance(n, Repeat) and n.trips is not None]
