"""A lowered program taken apart: its form, and the numbers in it, which depend on the sizes of its inputs."""

from __future__ import annotations

import numpy as np

from minitf.kernels.machine import vm
from minitf.runtime.lower.ir import Buffer, Ref


class Form:
    """What a program is made of. Programs of one form differ only in `numbers` and in what constants hold.

    structure: what has to be the same. buffers: in the order of their appearance. places: the words of the instructions
    that are addresses. owners: the numbers of the buffers in which these are.
    """

    def __init__(self, program):
        self.program, self.buffers, self._ordinals, instructions = program, [], {}, program.instructions
        self.places = sorted(instructions.addresses)
        addresses = [instructions.addresses[place] for place in self.places]
        self.owners = [self.ordinal(buffer) for buffer, _ in addresses]
        words = instructions.pristine.copy()
        words[self.places] = [offset for _, offset in addresses]
        self.structure: list = [_instructions(words.tolist()), self.places, self.owners]
        self.structure += [
            (place, [op.order for op in call.ops], call.told)
            for place, call in instructions.calls.items()
            if call.on_host
        ]
        self._numbers: list = [words]
        self._count = len(words)
        self.results = [self.ref(ref) for ref in program.results]
        self.slices = {t: self._known_slices(ref) for t, ref in program.saved.items()}
        self.lists = {t: self._list(flow) for t, flow in program.flows.items()}
        self._compute(program.low.folded)
        self._tabulate(program.low.tables)
        self._derive(program.low.derivations)
        self.structure += [(b.kind, b.index, id(b.slot), b.kind == "state" and id(b.array)) for b in self.buffers]
        # What is before the rows of lists apart from these: each is a product, the sum is none.
        self._sizes = self._add([b.size - b.head for b in self.buffers] + [b.head for b in self.buffers])
        self.structure.append(sorted((op.order, n) for op, n in program.guesses.items()))

    @property
    def numbers(self) -> np.ndarray:
        """All numbers, the words of the instructions first, with offsets in the place of addresses."""
        return np.concatenate([np.asarray(part, np.int64) for part in self._numbers])

    def sizes(self, numbers: np.ndarray) -> np.ndarray:
        """The bytes of all buffers, for some numbers."""
        return numbers[self._sizes].reshape(2, -1).sum(axis=0)

    def ordinal(self, buffer: Buffer) -> int:
        """The number of a buffer."""
        found = self._ordinals.get(buffer)
        if found is None:
            found = self._ordinals[buffer] = len(self.buffers)
            self.buffers.append(buffer)
        return found

    def ref(self, ref: Ref | None) -> tuple | None:
        """Where a value is: (number of its buffer, type, where in the numbers its offset and shape are)."""
        if ref is None:
            self.structure.append(None)
            return None
        found = self.ordinal(ref.buffer), ref.dtype, self._add([ref.offset, *ref.shape])
        self.structure.append((found, len(ref.moves), ref.known is None))
        return found

    def _add(self, numbers: list) -> slice:
        self._numbers.append(numbers)
        self._count += len(numbers)
        return slice(self._count - len(numbers), self._count)

    def _list(self, flow) -> tuple:
        """A list: (where in the numbers those of its kind are, where the flags are of what was read)."""
        self.structure.append(flow.kind.form)
        return self._add(flow.kind.sizes), self.ref(flow.seen)

    def _known_slices(self, ref: Ref) -> slice:
        """Where in the numbers is what is known of the slices of a value that a loop saved."""
        start = self._count
        self._slices(ref)
        return slice(start, self._count)

    def _slices(self, ref: Ref | None) -> None:
        """Takes apart what is known of the slices of a value that a loop saved."""
        if ref is None:
            self.structure.append(None)
            return
        whole = ref.known is not None and ref.known.dtype.kind in "iu"
        known = None if ref.known is None else (ref.known.shape, ref.known.dtype, whole or ref.known.tobytes())
        self.structure.append((len(ref.shape), known))
        self._add([*ref.shape, *(ref.known.reshape(-1).tolist() if whole else ())])
        self._slices(ref.row)
        self._slices(ref.like)

    def _derive(self, derivations: list) -> None:
        """Takes note of what rules have worked out."""
        self.derived = derivations
        kinds = [(each.function, each.fixed, len(each.given), len(each.found), each.sources) for each in derivations]
        self.structure.append(kinds)

    def _compute(self, folded: dict) -> None:
        """Finds the ops that made the constants: number of a constant -> (op, inputs, which output)."""
        self.made: dict = {}
        todo = list(range(len(self.buffers)))
        while todo:
            at = todo.pop()
            if self.buffers[at] not in folded:
                continue
            op, inputs, index = folded[self.buffers[at]]
            known = len(self.buffers)
            self.made[at] = op, [self.ref(ref) for ref in inputs], index
            self.structure.append((at, op.order, index))
            todo += range(known, len(self.buffers))

    def _tabulate(self, tables: dict) -> None:
        """Finds the tables that rules have made: number of a constant -> (function, what is fixed, where in the numbers
        what is given is, which array).
        """
        self.tables: dict = {}
        for at, buffer in enumerate(self.buffers):
            if buffer in tables:
                function, fixed, given, index = tables[buffer]
                self.tables[at] = function, fixed, self._add(given), index
                self.structure.append((at, function, fixed, index))


def _instructions(words: list[int]) -> list:
    """Where each instruction starts, and what it does."""
    found, place = [], 0
    while words[place] != vm.END:
        found.append((place, words[place]))
        place += words[place + 1]
    return found


def with_slices(ref: Ref | None, numbers) -> Ref | None:
    """What is known of the slices of a value that a loop saved, for other sizes: the next of the numbers."""
    if ref is None:
        return None
    shape, known = tuple([int(next(numbers)) for _ in ref.shape]), ref.known
    if known is not None and known.dtype.kind in "iu":
        known = np.array([next(numbers) for _ in range(known.size)], known.dtype).reshape(known.shape)
    found = Ref(shape, ref.dtype, ref.buffer, ref.offset, ref.moves, known)
    found.row, found.like = with_slices(ref.row, numbers), with_slices(ref.like, numbers)
    return found
