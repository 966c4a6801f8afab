"""Values on which shapes depend and which only a run finds out, taken for what they were before."""

from __future__ import annotations

from collections.abc import Callable, Iterable

import numpy as np

from minitf.runtime.execute.program import Program, write_back
from minitf.runtime.lower.ir import Ref
from minitf.runtime.lower.lower import Lowering
from minitf.runtime.lower.signals import NotNative, OtherValue
from minitf.runtime.plan.deciding import after_held, only_places
from minitf.runtime.plan.expected import Expected
from minitf.runtime.plan.planned import copy_at
from minitf.runtime.plan.wanted import Wanted
from minitf.runtime.resize.given import SMALL
from minitf.runtime.tensor_arrays.flows import Full

_MOST = 16
_CHANGES, _SHARE = 24, 4  # runs made again, one in so many of all, after which a value is not assumed any more


class Assumed:
    """Those of a region; `values` has them by their keys, which of those that an op asks for each is, in the order in
    which a run finds them out. None is not assumed any more.
    """

    def __init__(self, ops: list):
        self.values: dict = {}
        self.found = frozenset()  # the keys of those that a run has found
        self.repeated = 0  # how many runs were made again
        self._places = {op: place for place, op in enumerate(ops)}
        self._guessed: list = []  # the keys of those that may follow what was found
        self._expected = Expected()
        self._runs = 0

    def begin(self) -> None:
        """Begins with a run."""
        self._runs, self.found = self._runs + 1, frozenset()

    def may_have(self, key: tuple) -> bool:
        """Whether one more may be assumed."""
        return self.values.get(key, True) is not None and len(self.values) < _MOST

    def note(self, key: tuple, value: np.ndarray) -> None:
        """Takes note of one that a run has shown."""
        ordered = sorted((self.values | {key: value}).items(), key=self._place)
        self.values.clear()
        self.values.update(ordered)

    def _place(self, item: tuple) -> tuple:
        (op, asked), _ = item
        return self._places[op], asked

    def forget(self) -> set:
        """Assumes nothing more of what is known; returns the keys of that."""
        known = {key for key, value in self.values.items() if value is not None}
        self.doubt(known)
        return known

    def note_all(self, sizes: list) -> None:
        """Takes note of the sizes of inputs for which all of them are as assumed."""
        self._expected.note_values(self.values, sizes)

    def expect(self, sizes: list) -> frozenset:
        """Takes values for what they likely are for inputs of these sizes; returns the keys of those of which nobody
        can be sure.
        """
        return self._expected.take(self.values, sizes)

    def correct(self, other: OtherValue, programs: Iterable) -> None:
        """Takes note of a value that was not as assumed; if that happens often, it is not assumed any more. programs:
        those that are kept, the likeliest first.
        """
        self.repeated += 1
        often = self.repeated > max(_CHANGES, self._runs // _SHARE)
        keys = list(self.values)
        at = keys.index(other.key)
        before = _before([*((key, self.values[key]) for key in keys[:at]), (other.key, other.found)], programs)
        for key in keys[at + 1 :]:  # what comes after it may follow it
            if before is not None and before.get(key) is not None:
                self.values[key] = before[key]
            elif self.values[key] is not None:
                self._guessed.append(key)
        self.values[other.key] = None if often else other.found
        self.found = frozenset([*keys[:at], other.key])

    def ask(self, low: Lowering, error: NotNative, wanted: Wanted, take: Callable) -> bool:
        """Whether what lowering asked for is assumed from now on to be what it is in this run: what it is shows the
        program so far, which leaves nothing behind. What was assumed and not seen in this run may be too large.
        take(signal, program, arrays): takes note of why that has to be run again.
        """
        value, key = error.demanded, (error.op, low.asked)
        if type(value) is not Ref or value.dtype not in (np.int32, np.int64) or value.size > SMALL:
            return False
        if error.op is not low.top or error.op is not low.current or low.effects or after_held(low, error.op):
            return False
        if not self.may_have(key) or only_places(error.op):
            return False
        (copied,) = copy_at(error.op, [*error.op.outputs, *error.op.inputs][0]).outputs
        low.refs[copied] = low.copy(value)
        try:
            program = Program(low, [copied], {}, None)
        except MemoryError:
            if self.doubt(low.assumes - wanted.seen):
                return True
            raise
        undo = program.written()
        try:
            program.run(wanted.arrays)
        except (Full, OtherValue) as signal:
            take(signal, program, wanted.arrays)
            self.leave_guessed()
            if isinstance(signal, OtherValue):
                wanted.seen = set(self.found)  # what comes after it may follow it
            return True
        else:
            low.assumed[key] = program.fetched(0, wanted.arrays).reshape(value.shape)
            self.note(key, low.assumed[key])
            wanted.seen.add(key)
            wanted.resumes = error.op if low.asked == 0 else None
            return True
        finally:
            write_back(undo)

    def leave_guessed(self, used: bool = False) -> None:
        """Takes what was guessed for what it is, if a program is for it; else nothing is known of it."""
        for key in () if used else self._guessed:
            self.values.pop(key, None)
        self._guessed = []

    def doubt(self, keys: set) -> bool:
        """Whether values were assumed that may not go together in this run; they are not any more."""
        for key in keys:
            del self.values[key]
        return bool(keys)


def _before(found: list, programs: Iterable) -> dict | None:
    """What a program takes values for, if these are among them."""
    for program in programs:
        if all([np.array_equal(program.low.assumed.get(key), value) for key, value in found]):
            return program.low.assumed
    return None
