"""What the constants of a program hold for other sizes of its inputs."""

from __future__ import annotations

import math

import numpy as np

from minitf.runtime.lower.folding import computed
from minitf.runtime.resize.form import Form
from minitf.runtime.resize.numbers import Numbers, Unresizable, Unresolved
from minitf.runtime.resize.samples import Samples

_FEW = 64  # numbers in a constant that are looked at one by one
_TRIED = 2  # samples for which constants that ops make are tried


class Constants:
    """The constants of programs of one form, lowered for samples, the first of which is the one that runs; raises
    Unresolved where more samples are wanted.

    numbers: for each program its numbers and, behind them, the whole numbers in constants.
    """

    def __init__(self, samples: Samples, forms: list[Form], numbers: list, state):
        self._samples, self._forms, self._state = samples, forms, state
        self._largest = forms[0]
        self._whole: dict = {}  # number of a buffer -> what it begins with for all sizes
        self._fitted: dict = {}  # number of a buffer -> where in the numbers its contents are, and their type
        self.numbers = numbers
        self.memory: dict = {}  # number of a buffer -> where it has contents that change with the sizes
        self._written: dict = {}  # number of a table -> what was given for the one in the memory
        used = {number for number, *_ in filter(None, self._largest.results)}
        for number in sorted(used.union(self._largest.owners)):
            if self._largest.buffers[number].kind == "constant":
                self._follow(number)
        self._check()
        del self._forms, self._samples  # programs take much memory

    def _follow(self, number: int) -> None:
        """Finds out how the contents of a constant follow the sizes; raises Unresizable."""
        if number in self._whole or number in self.memory:
            return
        arrays = [_contents(form, number) for form in self._forms]
        given = [self._given(number, numbers) for numbers in self.numbers]
        if any([each != given[0] for each in given]):
            self.memory[number] = np.empty(max(array.nbytes for array in arrays), np.uint8)
            return
        if arrays[0].dtype.hasobject:
            if any([not np.array_equal(array, arrays[0]) for array in arrays]):
                raise Unresizable
            self._whole[number] = arrays[0]
            return
        largest = max(arrays, key=lambda array: array.nbytes)  # what shrinks is largest elsewhere
        alike = all([_begins(largest, array) for array in arrays])
        if alike and not _is_shown(arrays, largest) and number not in self._largest.made:
            raise Unresolved if self._samples.few else Unresizable
        if alike and _is_shown(arrays, largest):
            self._whole[number] = largest
            if largest.nbytes > arrays[0].nbytes:
                self.memory[number] = largest.reshape(-1).view(np.uint8).copy()
            return
        self.memory[number] = np.empty(largest.nbytes, np.uint8)
        if not self._fit(number, arrays):
            if number not in self._largest.made:
                raise Unresizable
            for source, *_ in self._largest.made[number][1]:
                self._follow(source)

    def _fit(self, number: int, arrays: list) -> bool:
        """Whether it is whole numbers, as many for all sizes, that follow these."""
        first = arrays[0]
        if first.dtype.kind not in "iu" or first.size > _FEW or any([a.size != first.size for a in arrays]):
            return False
        table = np.stack([array.reshape(-1).astype(np.int64) for array in arrays])
        try:
            Numbers(self._samples, table)
        except Unresolved:
            if self._samples.few:  # more of them may tell
                raise
            return False
        start = len(self.numbers[0])
        self._fitted[number] = slice(start, start + first.size), first.dtype
        self.numbers = [np.concatenate([old, new]) for old, new in zip(self.numbers, table)]
        return True

    def _check(self) -> None:
        """Tries the constants; raises Unresizable."""
        for form, numbers in zip(self._forms[-_TRIED:], self.numbers[-_TRIED:]):
            done: dict = {}
            for number in self.memory.keys() - self._whole.keys():
                found, wanted = self._contents(number, numbers, done), _contents(form, number)
                if not (_begins(found, wanted) and found.size == wanted.size):
                    raise Unresizable

    def enough(self, sizes: np.ndarray) -> bool:
        """Whether the samples have shown all that there is in buffers of such sizes, but for what ops make; of what is
        the same all over there may be more.
        """
        for number, array in {**self.memory, **self._whole}.items():
            if sizes[number] <= array.nbytes:
                continue
            if number not in self._whole:
                self.memory[number] = np.empty(sizes[number], np.uint8)
                continue
            if not array.size or (array != array.flat[0]).any():
                return False
            self._whole[number] = np.full(sizes[number] // array.itemsize, array.flat[0], array.dtype)
            self.memory[number] = self._whole[number].view(np.uint8).copy()
        return True

    def _contents(self, number: int, numbers: np.ndarray, done: dict) -> np.ndarray:
        """What a constant holds, or begins with. done: what others hold."""
        if number in self._whole:
            return self._whole[number]
        if number not in done:
            if number in self._fitted:
                where, dtype = self._fitted[number]
                done[number] = numbers[where].astype(dtype)
            elif number in self._largest.tables:
                function, fixed, _, index = self._largest.tables[number]
                done[number] = np.ascontiguousarray(function(*fixed, *self._given(number, numbers))[index])
            else:
                op, inputs, index = self._largest.made[number]
                arrays = [self.value(ref, numbers, done) for ref in inputs]
                done[number] = np.ascontiguousarray(self._computed(op, arrays)[index])
        return done[number]

    def _computed(self, op, arrays: list) -> list:
        remembered = self._largest.program.low.remembered
        return remembered.computed(op, arrays, lambda: computed(self._state, op, arrays))

    def value(self, ref: tuple, numbers: np.ndarray, done: dict) -> np.ndarray:
        """A value in a constant."""
        number, dtype, where = ref
        offset, *shape = numbers[where].tolist()
        contents = self._contents(number, numbers, done)
        if dtype.hasobject:
            return contents.reshape(shape)
        flat = contents.reshape(-1).view(np.uint8)
        return flat[offset : offset + math.prod(shape) * dtype.itemsize].view(dtype).reshape(shape)

    def contents(self, numbers: np.ndarray) -> dict:
        """What the constants hold that change, for some numbers."""
        done: dict = {}
        return {number: self._contents(number, numbers, done) for number in self.memory}

    def write(self, numbers: np.ndarray) -> dict:
        """Changes the memory to what it has to hold; returns what constants hold."""
        done: dict = {}
        for number in self.memory.keys() - self._whole.keys():
            given = self._given(number, numbers)
            if given is not None and self._written.get(number) == given:
                continue  # a table stays while it is made of the same
            memory, array = self.memory[number], self._contents(number, numbers, done).reshape(-1).view(np.uint8)
            if array.size > memory.size:
                raise Unresizable
            memory[: array.size] = array
            self._written[number] = given
        return done

    def _given(self, number: int, numbers: np.ndarray) -> list | None:
        """What a table is made of, for some numbers; None for what is none."""
        found = self._largest.tables.get(number)
        return None if found is None else numbers[found[2]].tolist()


def _contents(form: Form, number: int) -> np.ndarray:
    buffer = form.buffers[number]
    array = form.program.low.inputs[buffer.index].known if buffer.kind == "input" else buffer.array
    if array is None:
        raise Unresizable
    return array


def _is_shown(arrays: list, largest: np.ndarray) -> bool:
    """Whether arrays that all begin alike show that others do: all begin with one item or none."""
    shorter = [array.size for array in arrays if array.size < largest.size]
    return not shorter or max(shorter) > 1 or bool((largest == largest.flat[0]).all())


def _begins(whole: np.ndarray, part: np.ndarray) -> bool:
    """Whether an array begins with what is in another one, both row by row."""
    if whole.dtype != part.dtype or part.size > whole.size:
        return False
    return whole.reshape(-1)[: part.size].tobytes() == part.tobytes()
