"""What loops keep where only the host has it: variables whose shape is another one in each trip, and the slices that
they save for their gradients.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from minitf.framework.dtypes import zeros
from minitf.framework.errors import refusal
from minitf.runtime.execute.bodies import Ragged
from minitf.runtime.execute.op_by_op import Concrete
from minitf.runtime.lower.builder import Value
from minitf.runtime.lower.host_calls import CallOfPython, Held, arrays_at, in_array, make_room
from minitf.runtime.lower.ir import Ref
from minitf.runtime.session.state import Reference
from minitf.runtime.tensor_arrays.lists import Ghost, Slots


class Work(CallOfPython):
    """A call of a function of the runtime's own, on arrays that are in memory, also where these are constants: where a
    program is resized, they follow, and what a function knew itself would not.
    """

    __slots__ = ("work", "_views")

    def __init__(self, op, work: Callable, *refs: Ref, writes: tuple = ()):
        super().__init__(op, refs, writes)
        self.work = work
        self._views: dict = {}  # words -> the arrays that are where they say

    def run(self, state, words) -> None:
        """Calls the function; the words are those of its operands."""
        key = words.tobytes()
        arrays = self._views.get(key)
        if arrays is None:
            make_room(self._views)
            self._views[key] = arrays = arrays_at(words.tolist(), self.operands)
        self.work(*arrays)


def in_memory(low, number: int | Ref) -> Ref:
    """A whole number where work finds it."""
    return number if isinstance(number, Ref) else low.constant(np.asarray(number, np.int64))


def moved(op, sources: list, targets: list[Held]) -> Work:
    """Has each of some values held by another one; all are read before."""
    memory = [v for v in sources if type(v) is Ref and not v.dtype.hasobject]

    def work(*arrays):
        found = iter(arrays)
        values = [_taken(v, found) for v in sources]
        for target, value in zip(targets, values):
            target.value = value

    return Work(op, work, *memory)


def _taken(value, arrays):
    """What a value is at this moment; it is the next of the arrays if it is in memory."""
    if isinstance(value, Held):
        return value.value
    return value.known if value.dtype.hasobject else next(arrays).copy()


class HeldStack(Held):
    """What `item` holds in each trip of a loop; `value` is the list of it, in the order of trips. These are the
    slices from the first on; of a `reverse` loop from the last on.

    ref: what the slices are copies of, if that is in memory; `row` what each of them is, if that is known. untried:
    what is known of them where no trip gave one, if it comes from the host.
    """

    __slots__ = ("item", "reverse", "ref", "row", "untried")

    def __init__(self, item: Held, reverse: bool, ref: Ref | None = None, row: Ref | None = None):
        super().__init__(item.dtype)
        self.item, self.reverse, self.ref, self.row = item, reverse, ref, row
        self.untried: Ragged | None = None

    def empty(self) -> None:
        """Forgets them: a loop begins."""
        self.value = []

    def keep(self) -> None:
        """Adds the one that there is now."""
        self.value.append(self.item.value)

    @property
    def depth(self) -> int:
        """Of how many loops in one another they are slices."""
        return 1 + (self.item.depth if type(self.item) is HeldStack else 0)

    def another(self):
        """What can hold the same."""
        return HeldStack(self.item, self.reverse, self.ref, self.row)


class Same:
    """One value in the place of as many slices as a loop may ask for."""

    def __init__(self, value):
        self.value = value

    def __len__(self) -> int:
        return Ghost.count

    def __getitem__(self, place: int):
        return self.value


def ragged(stack: HeldStack, value: list | Same | None) -> Ragged | None:
    """What the host has of what a loop in a program saved; None where a branch that was not taken would have."""
    if value is None:
        return None
    if type(value) is Same:
        return ragged(stack.item, value.value) if type(stack.item) is HeldStack else as_value(value.value)
    slices = [ragged(stack.item, each) if type(stack.item) is HeldStack else as_value(each) for each in value]
    if not slices:
        return stack.untried or Ragged([], _example(stack))
    return Ragged(slices[::-1] if stack.reverse else slices)


def slices_of(value: Ragged | None, depth: int) -> list | None:
    """The arrays of slices in `depth` loops in one another, None where there are none; TypeError if they are no arrays,
    variables or lists.
    """
    if value is None:
        return None
    if type(value) is Concrete:  # alike, and put together by the host
        return [slices_of(Concrete(a), depth - 1) if depth > 1 else a for a in value.array]
    if type(value) is not Ragged:
        raise TypeError
    return [held_in(each) if depth == 1 else slices_of(each, depth - 1) for each in value.slices]


def held_in(value: Value | None):
    """What a slice holds; itself, if more is known of it."""
    if value is not None and not isinstance(value, (Concrete, Reference, Slots)):
        raise TypeError
    plain = isinstance(value, (Concrete, Reference)) and getattr(value, "row", None) is None
    return value.array if plain else value


def _example(stack: HeldStack) -> Concrete | None:
    """A slice as far as it is known, where no trip gave one."""
    ref = stack.ref
    if ref is None or ref.known is not None:
        return ref and Concrete(ref.known)
    row = ref.known_slice()
    return Concrete(zeros(ref.shape, ref.dtype) if row is None else np.stack([row] * ref.shape[0]))


def as_value(held) -> Value | None:
    """What is held: an array, if nothing else is known of it, or nothing."""
    return Concrete(held) if isinstance(held, np.ndarray) else held


def kept(op, stacks: list[HeldStack]) -> Work:
    """Adds to each stack a copy of what is in memory now."""

    def work(*arrays):
        for stack, array in zip(stacks, arrays):
            stack.value.append(array.copy())

    return Work(op, work, *[stack.ref for stack in stacks])


def put(op, value: np.ndarray, place: np.ndarray) -> None:
    """Copies a slice to where it is wanted."""
    if value.shape != place.shape:
        raise refusal(
            op,
            f"a loop saved a slice of shape {value.shape}, but the graph says that it is {place.shape}: mend what "
            "set_shape says in the loop",
        )
    place[...] = value


def given(op, slices: list[Slices], places: list[Ref]) -> Work:
    """Goes on to the next slices and puts them into memory."""

    def work(*arrays):
        for each, array in zip(slices, arrays):
            each.take()
            if each.part.value is not None:  # or a branch that was not taken would have given it
                put(op, in_array(each.part.value), array)

    return Work(op, work, writes=tuple(places))


class Slices:
    """The slices of a stack as one loop reads them; `part` is that of a trip."""

    def __init__(self, op, stack: HeldStack, reverse: bool):
        self._op, self._stack, self._reverse = op, stack, reverse
        self.part, self._at = stack.item.another(), 0

    def begin(self, trips) -> None:
        """Goes to the first one, of so many trips."""
        count = int(trips)
        if count > len(self._stack.value):
            given = len(self._stack.value)
            raise refusal(self._op, f"a loop of {count} trips was given only {given} slices")
        self._at = count if self._reverse else -1

    def take(self) -> None:
        """Goes on to the next one."""
        self._at += -1 if self._reverse else 1
        self.part.value = self._stack.value[-1 - self._at if self._stack.reverse else self._at]
