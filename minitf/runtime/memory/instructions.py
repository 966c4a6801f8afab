"""Assembling a region's calls into the instructions that the virtual machine walks."""

from __future__ import annotations

import numpy as np

from minitf.kernels.machine import vm
from minitf.runtime.lower.counted_calls import CountedCalls, KernelCall, KernelOf, Place, size_in
from minitf.runtime.lower.ir import Buffer, Call, Choice, Ref, Repeat, walk, word
from minitf.runtime.memory.memory import Memory


class Instructions:
    """Instructions for the virtual machine.

    `patches[i]` are the places and byte offsets where the address of input i has to be written before a run, or, behind
    the inputs, that of what is given away.
    """

    def __init__(self, nodes: list, memory: Memory, inputs: list[Ref]):
        self.memory = memory
        self.patches: list[list[tuple[int, int]]] = [[] for _ in [*inputs, *memory.given_away]]
        self._given_away = {buffer: number for number, buffer in enumerate(memory.given_away, len(inputs))}
        self._starts: dict = {}  # buffer -> its number among what is patched, or None, and its address
        self.addresses: dict[int, tuple] = {}  # place -> buffer and offset of the address in it
        self._words: list[int] = []
        self._moves: dict[int, list[tuple[int, int]]] = {}
        self._limited: list[tuple] = []  # (place, factor, first, size) of the loop being assembled
        self.calls: dict[int, Call] = {}
        self.loops: dict[int, Repeat] = {}
        self.choices: dict[int, Choice] = {}
        self._emit(nodes)
        self._words.append(vm.END)
        self.words = np.array(self._words, np.int64)
        self.pristine = self.words.copy()  # as they are while nobody walks
        self.changes = 0  # how often they became others
        self._note_patched()
        del self._words, self._moves, self._limited, self._starts

    def _note_patched(self) -> None:
        self._is_patched = np.zeros(len(self.words), np.bool_)
        self._is_patched[[place for patches in self.patches for place, _ in patches]] = True

    def place(self, memory: Memory, inputs: list[Ref]) -> None:
        """Gives all of which nothing had a place its place."""
        self.memory, starts = memory, {ref.buffer: 0 for ref in inputs if memory.stage(ref.buffer) is None}
        for place, (buffer, offset) in self.addresses.items():
            if buffer not in starts:
                starts[buffer] = memory.address(buffer)
            self.pristine[place] = starts[buffer] and starts[buffer] + offset
        self.patches = [p if starts.get(ref.buffer) == 0 else [] for p, ref in zip(self.patches, inputs)]
        self._note_patched()
        self.restore()

    def restore(self) -> None:
        """Puts the words back as they were assembled, after a run that was cut off."""
        np.copyto(self.words, self.pristine)

    def become(self, places: np.ndarray, words: np.ndarray) -> bool:
        """Takes other words at some places, offsets where inputs are patched; returns if there are any."""
        self.words[places] = words
        self.pristine[places] = words
        self.changes += 1
        patched = bool(self._is_patched[places].any())
        if patched:
            self.patches = [[(place, int(self.pristine[place])) for place, _ in patches] for patches in self.patches]
        return patched

    # ---- assembling

    def _emit(self, nodes: list) -> None:
        for node in nodes:
            if isinstance(node, CountedCalls):
                self._counted(node)
            elif isinstance(node, Call):
                self._call(node)
            elif isinstance(node, Repeat):
                self._repeat(node)
            else:
                self._choice(node)

    def _call(self, call: Call) -> None:
        words = self._words
        start = len(words)
        self.calls[start] = call
        if call.on_host:
            self._host_call(call)
            return
        words += [call.kernel.address, 0]
        for operand in call.operands:
            kind = type(operand)
            if kind is Ref:
                self._address(operand)
            elif kind is int:
                words.append(operand)
            else:
                words.extend(words_of(operand))
        words[start + 1] = len(words) - start
        if call.limit is not None:
            begins = dict(zip(call.kernel.kernel.operands, _begins(call, start + 2)))
            self._limited += [
                (begins[key] + (k or 0), factor, call.limit.first, call.limit.size)
                for key, k, factor in call.limit.numbers
            ]

    def _host_call(self, call: Call) -> None:
        """The addresses of the operands, each with its shape behind it."""
        words, start = self._words, len(self._words)
        words += [vm.HOST, 0]
        for ref in call.operands:
            self._address(ref)
            words += ref.shape
        words[start + 1] = len(words) - start

    def _counted(self, whole: CountedCalls) -> None:
        """Calls, each behind what tells it how large its operands are."""
        for call in whole.calls:
            sized = {k: size for k, size in enumerate(map(size_in, call.words)) if size is not None}
            first, count = len(self._words), sum([len(size.factors) for size in sized.values()])
            if sized:
                self._words += [vm.SIZES, 3 + 4 * count + len(sized), count] + [0] * (4 * count + len(sized))
            start = self._kernel_of(whole, call)
            self._tell(whole, call, sized, first + 3, start + 2)

    def _tell(self, whole: CountedCalls, call: KernelCall, sized: dict, entry: int, start: int) -> None:
        """Writes what SIZES says of the words of a call that follow counts; these begin at a place."""
        words, source = self._words, entry + 4 * sum([len(size.factors) for size in sized.values()])
        for k, size in sized.items():
            if type(call.words[k]) is Place:
                self._fixed(source, whole.at(call.words[k]))
            else:
                words[source] = size.base
            before, source = source, source + 1
            for count, factor in size.factors.items():
                words[entry : entry + 4] = [start + k, before, 0, factor]
                self._fixed(entry + 2, whole.at(whole.counts[count]))
                before, entry = start + k, entry + 4

    def _kernel_of(self, whole: CountedCalls, call: KernelCall) -> int:
        """Writes a call, 0 for what follows counts; returns where it is."""
        words, start = self._words, len(self._words)
        self.calls[start] = part = KernelOf(whole, call)
        words += [call.kernel.address, 2 + len(call.words) + len(part.given)]
        for number in call.words:
            if size_in(number) is not None:
                words.append(0)
            elif type(number) is Place:
                self._address(whole.at(number))
            else:
                words.append(word(number))
        for ref in part.given:
            self._address(ref)
        return start

    def _address(self, ref: Ref) -> None:
        """Writes the word that holds the address of `ref`."""
        place = len(self._words)
        for loop, stride in ref.moves:
            self._moves.setdefault(id(loop), []).append((place, stride))
        buffer, offset = ref.buffer, ref.offset
        self.addresses[place] = buffer, offset
        number, start = self._starts.get(buffer) or self._start(buffer)
        if number is not None:
            self.patches[number].append((place, offset))
            self._words.append(0)
        else:
            self._words.append(start + offset)

    def _start(self, buffer: Buffer) -> tuple:
        number = self._given_away.get(buffer)
        if buffer.kind == "input" and self.memory.stage(buffer) is None:
            number = buffer.index
        found = self._starts[buffer] = number, self.memory.address(buffer) if number is None else 0
        return found

    def _repeat(self, node: Repeat) -> None:
        words, start = self._words, len(self._words)
        self.loops[start] = node
        head = [vm.LOOP] + [0] * (vm.PATCHES - 1)
        words.extend(head)
        known = isinstance(node.count, int)
        words[start + vm.LIMIT] = node.count if known else node.limit
        words[start + vm.MODE] = vm.WHILE if node.predicate is not None else vm.REVERSE if node.reverse else vm.FORWARD
        words[start + vm.OUTER] = vm.IDLE
        room = _patches_needed(node)
        words.extend([0] * (2 * room))
        words[start + 1] = len(words) - start
        if node.trips is not None:
            self._fixed(start + vm.TRIPS_ADDRESS, node.trips)
        if isinstance(node.count, Ref):
            self._fixed(start + vm.LIMIT_ADDRESS, node.count)
        self._emit(node.test)
        if node.predicate is not None:
            words.extend([vm.LEAVE, 4, start])
            self._address(node.predicate)
        if node.running is not None:
            self._rows(node)
        else:
            self._emit(node.body)
        words.extend([vm.NEXT, 3, start])
        words[start + vm.EXIT] = len(words)
        patches = self._moves.pop(id(node.origin), [])
        words[start + vm.COUNT] = len(patches)
        flat = [word for patch in patches for word in patch]
        words[start + vm.PATCHES : start + vm.PATCHES + len(flat)] = flat

    def _rows(self, node: Repeat) -> None:
        """A body some of whose calls have as many rows as run."""
        count = sum(len(call.limit.numbers) for call in node.body if call.limit is not None)
        words, self._limited = self._words, []
        words.extend([vm.ROWS, 4 + 4 * count])
        self._address(node.running)
        words.append(count)
        start = len(words)
        words.extend([0] * (4 * count))
        self._emit(node.body)
        words[start : start + 4 * count] = [number for limited in self._limited for number in limited]

    def _fixed(self, place: int, ref: Ref) -> None:
        """Writes an address into a word that is there already."""
        self._address(ref)
        self._words[place] = self._words.pop()
        last = len(self._words)
        self.addresses[place] = self.addresses.pop(last)
        for patches in [*self._moves.values(), *self.patches]:
            for i, (where, change) in enumerate(patches):
                if where == last:
                    patches[i] = (place, change)

    def _choice(self, node) -> None:
        words, start = self._words, len(self._words)
        self.choices[start] = node
        words.extend([vm.JUMP_IF, 5])
        self._address(node.predicate)
        words.extend([1, 0])
        self._emit(node.blocks[1])
        jump = len(words)
        words.extend([vm.JUMP, 3, 0])
        words[start + 4] = len(words)
        self._emit(node.blocks[0])
        words[jump + 2] = len(words)


def _begins(call: Call, place: int):
    """Where the words of each operand of a call begin, those of the first one at a place."""
    for operand in call.operands:
        yield place
        place += len(operand) if isinstance(operand, (tuple, list)) else 1


def words_of(operand) -> list[int]:
    """The words of an operand that is no value."""
    return list(operand) if isinstance(operand, (tuple, list)) else [word(operand)]


def _patches_needed(loop: Repeat) -> int:
    """How many addresses inside a loop move with it."""
    refs = [ref for node in walk([loop]) for ref in (node.addresses if isinstance(node, Call) else node.controls)]
    return sum(moved is loop.origin for ref in refs for moved, _ in ref.moves)
