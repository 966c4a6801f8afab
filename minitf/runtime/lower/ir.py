"""What a region is lowered to: kernel calls, loops and choices over buffers."""

from __future__ import annotations

import math
import struct
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import NamedTuple

import numpy as np

from minitf.runtime.lower.builder import Value


class Buffer:
    """A piece of memory. Arena buffers get a place by liveness, the others have an address of their own.

    kind: "arena", "input" (an array given at each run), "constant", "variable" or "state"; "own" is what a thread
    has in the place of the `original`. `level` is how deep in loops and branches it is written; `home` is the value
    in whose place it turned out to belong; `swapped` arena buffers live in a temporary file. `head` bytes of a list
    come before its rows.
    """

    __slots__ = (
        "size",
        "head",
        "kind",
        "array",
        "slot",
        "index",
        "offset",
        "name",
        "level",
        "home",
        "swapped",
        "original",
    )

    def __init__(self, size: int, kind: str = "arena", array=None, slot=None, index: int = -1, name: str = ""):
        self.size, self.kind, self.array, self.slot, self.index, self.name = (size, kind, array, slot, index, name)
        self.head = 0
        self.offset = -1  # bytes from the start of the arena
        self.level = 0
        self.swapped = False
        self.home: Ref | None = None
        self.original: Buffer | None = None


class Ref(Value):
    """A value in a buffer: `offset` bytes from its start, moving by a stride per trip of the loops around.

    known: its contents, where they are known while lowering. row: the value of every slice, if they are all
    the same. like: a value with rows of its own of which as much is known as of every slice of this one.
    """

    __slots__ = ("size", "nbytes", "buffer", "offset", "moves", "known", "row", "like")

    def __init__(self, shape, dtype, buffer: Buffer, offset: int = 0, moves: tuple = (), known=None):
        dtype = np.dtype(dtype)
        self.shape, self.dtype = shape, dtype
        self.size: int = math.prod(shape)
        self.nbytes: int = self.size * dtype.itemsize
        self.buffer, self.offset, self.moves, self.known = buffer, offset, moves, known
        self.row: Ref | None = None
        self.like: Ref | None = None

    @property
    def slot(self):
        """The variable whose memory this is, or None."""
        return self.buffer.slot

    @property
    def place(self) -> tuple:
        """Where it is and of what shape, by which it can be looked up."""
        return self.buffer, self.offset, self.moves, self.shape

    def known_slice(self) -> np.ndarray | None:
        """What every slice of a stack is, if all are the same and known."""
        part = self.row or self.like
        if part is None or part.known is not None:
            return part and part.known
        known = part.known_slice()
        return None if known is None else np.broadcast_to(known, part.shape)

    def settled(self) -> Ref:
        """The same value, in terms of the buffer where it ended up."""
        ref = self
        while ref.buffer.home is not None:
            home = ref.buffer.home
            ref = Ref(ref.shape, ref.dtype, home.buffer, home.offset + ref.offset, home.moves + ref.moves, ref.known)
        return ref

    def slice(self, index: int, loop: Repeat | None = None) -> Ref:
        """The slice of that number; of a loop, the one as far behind that of the present trip."""
        shape = self.shape[1:]
        size = math.prod(shape) * self.dtype.itemsize
        moves = self.moves if loop is None else (*self.moves, (loop, size))
        return Ref(shape, self.dtype, self.buffer, self.offset + index * size, moves)

    def same_place(self, other: Ref) -> bool:
        """Whether both are the same bytes at every moment."""
        return self.buffer is other.buffer and self.offset == other.offset and self.moves == other.moves


@dataclass(frozen=True)
class Limit:
    """Which numbers of a call follow how many rows of a batch are running.

    numbers: (operand, position in it or None, number per row). The call has `size` rows from row `first` on.
    """

    numbers: tuple
    first: int
    size: int


class Derivation(NamedTuple):
    """Whole numbers that `function(*fixed, *given)` found, which may be no sums of products of those given.

    sources: for each number given, which derivation found it and the how-manieth it is there, None if none did; nothing
    where rules ask, which do not know.
    """

    function: Callable
    fixed: tuple
    given: tuple
    found: tuple
    sources: tuple | None = None


def word(number: int | float) -> int:
    """The word of an instruction that holds a number."""
    return struct.unpack("q", struct.pack("d", number))[0] if isinstance(number, float) else int(number)


class Call:
    """One kernel call.

    `call["lda"]` is an operand by its name in the kernel's signature.
    """

    __slots__ = ("kernel", "name", "operands", "error", "op", "_whole", "limit", "_memory")
    on_host = False  # whether it is Python that is called
    blocks = controls = ()  # as loops and branches have them

    def __init__(self, kernel, operands: tuple, error, op, origin: Call | None = None):
        self.kernel, self.operands, self.error, self.op = kernel, operands, error, op
        self.name: str = kernel.kernel.name
        self._whole = origin
        self._memory: list | None = None
        self.limit: Limit | None = None  # in a loop with `running` rows

    @property
    def origin(self) -> Call:
        """The call of which it is a part, or itself."""
        return self._whole or self  # no call refers to itself, so that it is gone at once when nobody needs it

    @origin.setter
    def origin(self, call: Call | None) -> None:
        self._whole = None if call is self else call

    @classmethod
    def of(cls, kernel, op, error=None, **operands) -> Call:
        """A call with its operands by name."""
        return cls(kernel, tuple([operands[name] for name in kernel.kernel.operands]), error, op)

    def with_(self, **operands) -> Call:
        """The same call with other operands, by name."""
        values, places = list(self.operands), self.kernel.kernel.places
        for key, value in operands.items():
            values[places[key]] = value
        return Call(self.kernel, tuple(values), self.error, self.op)

    def __getitem__(self, name: str):
        return self.operands[self.kernel.kernel.places[name]]

    @property
    def named(self) -> dict:
        """The operands by name."""
        return dict(zip(self.kernel.kernel.operands, self.operands))

    @property
    def numbers(self) -> dict:
        """The operands that are not memory, by name."""
        return {name: o for name, o in self.named.items() if not isinstance(o, Ref)}

    @property
    def refs(self) -> list[Ref]:
        """The operands that are values; not addresses, which calls between threads have."""
        return [o for o in self.operands if isinstance(o, Ref)]

    @property
    def addresses(self) -> list[Ref]:
        """The memory whose addresses are among its words."""
        return self.refs

    def places(self, words) -> dict:
        """Where its memory is, by buffer, of which these are its words at some moment."""
        found = [(o, int(word)) for o, word in zip(self.operands, words) if isinstance(o, Ref)]
        return {id(o.buffer.original or o.buffer): word - o.offset for o, word in found}

    @property
    def memory(self) -> list[tuple[str, Ref, bool]]:
        """Of each operand that is memory its name, itself, and whether it is written."""
        if self._memory is None:
            operands = self.operands
            self._memory = [(name, operands[place], writes) for name, place, writes in self.kernel.kernel.memory]
        return self._memory

    def take(self, operands: tuple) -> None:
        """Has other operands from now on."""
        self.operands, self._memory = operands, None

    @property
    def results(self) -> list[Ref]:
        """The operands that are written."""
        return [ref for _, ref, writes in self.memory if writes]

    def __repr__(self):
        return f"<{self.kernel.name} for {self.op.name if self.op else '?'}>"


@dataclass(eq=False)
class Repeat:
    """A loop: `count` trips (a number, or a Ref to an int32 that is at most `limit`), or while `predicate`
    holds. `origin` is the loop of which it is a part, for the moves of values, or itself. `running` (int64,
    another one in each trip): how many rows those calls work on that have a limit.
    """

    body: list = field(default_factory=list)
    count: object = None
    limit: int = 0
    reverse: bool = False
    test: list = field(default_factory=list)  # computes the predicate, before each trip
    predicate: Ref | None = None
    trips: Ref | None = None  # where the number of trips is stored (int64)
    carried: set[Buffer] = field(default_factory=set)  # buffers whose contents one trip hands to the next
    op: object = None
    origin: Repeat | None = None
    running: Ref | None = None

    def __post_init__(self):
        self.origin = self.origin or self

    @property
    def blocks(self) -> tuple[list, list]:
        """The nodes in it."""
        return self.test, self.body

    @property
    def controls(self) -> list[Ref]:
        """The memory that the loop itself reads, and where it stores its trips."""
        return [ref for ref in (self.count, self.predicate, self.running, self.trips) if isinstance(ref, Ref)]


@dataclass(eq=False)
class Choice:
    """A branch: the nodes of `blocks[0]` if the byte at `predicate` is true, else those of `blocks[1]`. `origin` is
    the branch of which it is a part, or itself.
    """

    predicate: Ref
    blocks: tuple[list, list]
    op: object = None
    origin: Choice | None = None

    def __post_init__(self):
        self.origin = self.origin or self

    @property
    def controls(self) -> list[Ref]:
        """The memory that the branch itself reads."""
        return [self.predicate]


def walk(nodes: list):
    """All nodes, in the order of the table; loops and branches before what is in them."""
    for node in nodes:
        yield node
        for block in node.blocks:
            yield from walk(block)


def calls(nodes: list):
    """All calls, in the order of the table."""
    return (node for node in walk(nodes) if isinstance(node, Call))


def take_apart(nodes: list) -> None:
    """Has nodes that nobody needs any more be gone at once: they refer to each other in circles."""
    for node in nodes:
        for block in node.blocks:
            take_apart(block)
        node.origin = None
    nodes.clear()
