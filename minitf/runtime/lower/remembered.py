"""What lowering a region finds out that the next lowering of it, for other sizes, need not find out again."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from minitf.runtime.execute.op_by_op import is_native
from minitf.runtime.plan.needed import Needed, needed_in_branch, needed_in_condition, needed_in_loop
from minitf.runtime.session.state import follows_variable

_SMALL, _MANY = 1024, 1024  # bytes of constants of which ops are remembered that were computed, and how many ops


class Remembered:
    """What depends on the graph alone, and what ops give for small constants; it belongs to one region."""

    def __init__(self):
        self._loops: dict = {}
        self._conditions: dict = {}
        self._branches: dict = {}
        self._traits: dict = {}
        self._computed: dict = {}

    def in_loop(self, op, used: list[bool]) -> tuple[list[int], Needed]:
        """Which variables of a loop matter, and what its body runs, if these outputs are used."""
        key = op, *used
        if key not in self._loops:
            self._loops[key] = needed_in_loop(op.attrs["loop"], used)
        return self._loops[key]

    def in_condition(self, op, used: list[bool]) -> Needed:
        """What the condition of a loop runs, if these outputs are used."""
        key = op, *used
        if key not in self._conditions:
            self._conditions[key] = needed_in_condition(op.attrs["loop"], self.in_loop(op, used)[1].ops)
        return self._conditions[key]

    def in_branch(self, op, index: int, used: list[bool]) -> Needed:
        """What a branch runs, if these outputs of the If op are used."""
        key = op, index, *used
        if key not in self._branches:
            self._branches[key], _ = needed_in_branch(op.attrs["branches"], index, used)
        return self._branches[key]

    def traits(self, op) -> tuple[bool, bool]:
        """Whether an op's output is a variable's memory, and whether kernels exist for its types."""
        found = self._traits.get(op)
        if found is None:
            found = self._traits[op] = follows_variable(op), is_native(op)
        return found

    def computed(self, op, arrays: list[np.ndarray], compute: Callable) -> list[np.ndarray]:
        """What `compute()` gives for an op of these constants, which depends on nothing else."""
        if sum([array.nbytes for array in arrays]) > _SMALL:
            return compute()
        key = op, *[(array.shape, array.tobytes()) for array in arrays]
        if key not in self._computed:
            if len(self._computed) >= _MANY:
                self._computed.clear()
            self._computed[key] = compute()
        return self._computed[key]
