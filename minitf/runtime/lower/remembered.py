"""What lowering a region finds out that the next lowering of it, for other sizes, need not find out again."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import numpy as np

from minitf.runtime.execute.op_by_op import is_native
from minitf.runtime.plan.needed import Needed, needed_in_branch, needed_in_condition, needed_in_loop
from minitf.runtime.session.state import follows_variable
from minitf.runtime.tensor_arrays import counted_flows

_SMALL, _LARGE = 1 << 10, 1 << 14  # bytes of constants, and of what ops give for them, that are remembered
_MANY = 1024  # of these


class Traits(NamedTuple):
    """What lowering asks of an op: whether its output is a variable's memory; the rule that says which kernels compute
    it, None where there are none for its types; whether it can be computed while lowering, and is no more than a
    function of arrays.
    """

    follows: bool
    kernel: Callable | None
    folds: bool
    usual: bool


class Remembered:
    """What depends on the graph alone, and what ops give for small constants; it belongs to one region."""

    def __init__(self):
        self._loops: dict = {}
        self._conditions: dict = {}
        self._branches: dict = {}
        self.traits: dict = {}  # op -> what is asked of it
        self.constants: dict = {}  # op -> the constant that it is
        self.ways: dict = {}  # op and which counts its inputs follow -> how its rule was found to follow these
        self.assumptions: dict = {}  # the same -> which of the assumptions was the one it needs
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

    def traits_of(self, op) -> Traits:
        """What lowering asks of an op, to be found in `traits` from then on."""
        definition = op.definition
        kernel = definition.kernel if is_native(op) else None
        folds = bool(op.inputs) and definition.numpy is not None and not definition.stateful
        usual = not (definition.bodies or definition.counted or definition.on_lists in counted_flows.TAKES)
        found = self.traits[op] = Traits(follows_variable(op), kernel, folds, usual)
        return found

    def computed(self, op, arrays: list[np.ndarray], compute: Callable) -> list[np.ndarray]:
        """What `compute()` gives for an op of these constants, which depends on nothing else."""
        if sum([array.nbytes for array in arrays]) > _SMALL or any([array.dtype.hasobject for array in arrays]):
            return compute()  # the bytes of objects only say where they are
        key = op, *[(array.shape, array.tobytes()) for array in arrays]
        found = self._computed.get(key)
        if found is None:
            found = compute()
            if len(self._computed) >= _MANY:
                self._computed.clear()
            if sum([array.nbytes for array in found]) <= _LARGE:
                self._computed[key] = found
        return found
