"""What a kernel rule calls where some sizes are taken for numbers: several such attempts show how it follows them."""

from __future__ import annotations

import math

import numpy as np

from minitf.framework.registry import check_sizes
from minitf.kernels.compile.abi import Instance
from minitf.kernels.math.counts import at_most, sizes
from minitf.runtime.execute.op_by_op import by_numpy
from minitf.runtime.lower.bounded import Bounded, at
from minitf.runtime.lower.builder import Builder, NeedsData, Value

REFUSES, FULL = "refuses", "full"  # why a kernel may fail: for what it is given, or as there is no more room
_FEW = 64


def taken_for(most: int, share: float | int, least: int = 0) -> int:
    """A number that is so much of the most that it can be; odd where it is a part, but not 1, for which rules may do
    without something, but where that is the least. Or the number that `share` is, if it is a whole one.
    """
    if type(share) is int:
        return max(min(share, most), least)
    number = round(most * share)
    number = max(min(number | 1, most) if 0 < share < 1 else number, least)
    return 2 if number == 1 < most and least == 0 else number


def few_whole(array: np.ndarray) -> bool:
    """Whether it holds whole numbers that may follow counts, and so few that they can be looked at one by one."""
    return array.dtype in (np.int32, np.int64) and array.size <= _FEW


class Part(Value):
    """A value in one of the roots, the inputs, constants and new pieces of memory, `offset` bytes from its start."""

    __slots__ = ("root", "offset", "known")

    def __init__(self, shape: tuple, dtype, root: int, offset: int = 0, known: np.ndarray | None = None):
        super().__init__(tuple(shape), np.dtype(dtype))
        self.root, self.offset, self.known = root, offset, known


class Attempt(Builder):
    """One attempt. counts_parts: see `Builder`.

    counts: what those are taken for that the inputs follow. share(k): which part of the most that it can be the count
    is taken for which the op finds out as number k. state(op, make): memory that an op keeps. room: how large a count
    may be where nothing else says. folds, knows: whether whole numbers made of known ones are known, and whether rules
    hear what is known if they ask.

    roots: inputs, then constants (arrays), new memory (shape and type) and what the op keeps. found: what is counted,
    which number it is taken for, and the most that it can be.
    """

    follows = True

    def __init__(self, op, inputs: list, counts: dict, share, state, room: int, folds: bool, knows: bool, parts: bool):
        self.roots: list = list(inputs)
        self._state, self.counts_parts = state, parts
        self._room, self._knows, self.roomed = room, knows, False
        self.calls: list = []
        self.found: list[tuple[Part, int, int]] = []
        self._share = share
        self.inputs = given = [self._input(root, value, counts) for root, value in enumerate(inputs)]
        if op.definition.sized:
            check_sizes(op.definition, [part.shape for part in given])
        folded = self._folded(op, given) if folds else None
        results = op.definition.kernel(self, op, *given) if folded is None else folded
        results = results if isinstance(results, (list, tuple)) else [] if results is None else [results]
        self.results: list[Part] = list(results)

    def _input(self, root: int, value, counts: dict) -> Part:
        if type(value) is not Bounded:
            return Part(value.shape, value.dtype, root, 0, value.known)
        shape, known = tuple([at(n, counts) for n in value.sizes]), None
        if value.holds is not None:
            held = [at(n, counts) for n in value.holds.flat]
            known = np.array(held, value.dtype).reshape(value.holds.shape)
        return Part(shape, value.dtype, root, 0, known)

    def _folded(self, op, parts: list) -> list | None:
        """The outputs as constants, if all inputs are known and the outputs are few whole numbers."""
        whole = op.definition.numpy is not None and all([t.dtype.is_integer for t in op.outputs])
        if not whole or not parts or any([p.known is None or p.known.size > _FEW for p in parts]):
            return None
        return [self.constant(array) for array in by_numpy(op, [p.known for p in parts])]

    # ---- the builder that kernel rules see

    def constant(self, array):
        array = np.asarray(array, order="C")
        self.roots.append(array)
        return Part(array.shape, array.dtype, len(self.roots) - 1, 0, array)

    def new(self, shape, dtype):
        self.roots.append((tuple(shape), np.dtype(dtype)))
        return Part(shape, dtype, len(self.roots) - 1)

    def view(self, value, shape, offset=0, dtype=None):
        dtype, known = value.dtype if dtype is None else np.dtype(dtype), None
        if any([n < 0 for n in shape]):
            raise ValueError(f"no value is of shape {tuple(shape)}")
        if value.known is not None:
            known = value.known.reshape(-1).view(dtype)[offset : offset + math.prod(shape)].reshape(shape)
        return Part(shape, dtype, value.root, value.offset + offset * dtype.itemsize, known)

    def snapshot(self, value):
        return value

    def call(self, kernel: Instance, *operands, error=None):
        self.calls.append((kernel, operands, None if error is None else REFUSES))

    def data(self, value):
        if value.known is not None:
            return value.known
        if value.root < len(self.inputs) or value.size != 1:
            raise NeedsData(value)
        self.calls.append((at_most[()], (value, self._room), FULL))
        self.roomed = True
        return self.counted(value, self._room)

    def counted(self, value, most):
        if value.known is not None:
            return value.known
        if value.root < len(self.inputs):
            value = self._sized(value, most)
        return np.array([self._taken(value, k, most) for k in range(value.size)], value.dtype).reshape(value.shape)

    def _sized(self, value: Part, most: int) -> Part:
        """Numbers that are given as numbers that a kernel has looked at."""
        if value.dtype not in (np.int32, np.int64):
            raise NeedsData(value)
        held = self.new(value.shape, np.int64)
        self.calls.append((sizes[value.dtype], (value, held, value.size, most), REFUSES))
        return held

    def known(self, value):
        return value.known if self._knows else None

    def _taken(self, value: Part, k: int, most: int) -> int:
        """What number k of a value that a kernel gives is taken for."""
        if value.dtype != np.int64:
            raise NeedsData(value)
        number = taken_for(most, self._share(len(self.found)))
        place = Part((), value.dtype, value.root, value.offset + k * value.dtype.itemsize)
        self.found.append((place, number, most))
        return number

    def cut(self, axes):
        return tuple(axes)

    def variable(self, op, validate=True):
        raise NeedsData(None)

    def store(self, ref, value):
        raise NeedsData(None)

    def state(self, op, make):
        kept = self._state(op, make)
        self.roots.append(kept)
        return Part(kept.shape, kept.dtype, len(self.roots) - 1)

    def loop(self, op, values):
        raise NeedsData(None)

    def branch(self, op, values):
        raise NeedsData(None)

    def list_op(self, op, values):
        raise NeedsData(None)
