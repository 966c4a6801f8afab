"""What an op's `kernel` rule sees: values of known shape, and a builder that takes kernel calls.

A kernel rule says, for concrete shapes, which kernels compute an op. Two builders listen: `OpByOp` runs each
call at once, and the native region's builder writes it into an instruction table. Both see the same calls.
"""

from __future__ import annotations

import functools
import math
from abc import ABC, abstractmethod

import numpy as np

from minitf.kernels.compile import layout

_nest = functools.lru_cache(4096)(layout.nest)  # the steps of an unrolled network walk the same shapes
NATIVE = frozenset(
    ["float32", "float64", "int8", "int16", "int32", "int64", "uint8", "uint16", "uint32", "uint64", "bool"]
)


class Value:
    """A tensor while it is computed: its shape and type, and where its elements are (contiguous, row-major)."""

    __slots__ = ("shape", "dtype")

    def __init__(self, shape: tuple[int, ...], dtype: np.dtype):
        self.shape, self.dtype = shape, dtype

    @property
    def size(self) -> int:
        """The number of elements."""
        return math.prod(self.shape)


class NeedsData(Exception):
    """A kernel rule asked for the contents of a value that is only known when the region runs."""


class Builder(ABC):
    """Takes what kernel rules say."""

    follows = False  # whether sizes stand for others, too: nothing of these sizes is worked out before
    counts_parts = False  # whether how much is taken of an axis is to be found out by kernels

    @abstractmethod
    def constant(self, array: np.ndarray) -> Value:
        """A value that is the same in every run."""

    @abstractmethod
    def new(self, shape: tuple[int, ...], dtype) -> Value:
        """A value to be written by the next calls; its elements are undefined until then."""

    @abstractmethod
    def view(self, value: Value, shape: tuple[int, ...], offset: int = 0, dtype=None) -> Value:
        """The elements of `value` from `offset` (in elements) on, as another shape (or type of the same size)."""

    @abstractmethod
    def snapshot(self, value: Value) -> Value:
        """The value as it is now: a copy of a variable's memory, anything else itself."""

    @abstractmethod
    def call(self, kernel, *operands, error=None) -> None:
        """Runs `kernel` (an instance such as `add[np.float32]`) on values, ints, floats and tuples of ints.

        error(position) -> message for a kernel that refuses its data at a flat position, or the error itself if
        it is no InvalidArgumentError.
        """

    @abstractmethod
    def data(self, value: Value) -> np.ndarray:
        """The contents of `value`; raises NeedsData where they are not known yet."""

    def counted(self, value: Value, most: int) -> np.ndarray:
        """The contents of `value`, which are numbers that a kernel has counted, each at most so large."""
        return self.data(value)

    def first(self, count: Value, *values: Value) -> list[Value]:
        """The first items of each value, as many as `count` says; what a rule of a counted op ends with."""
        found = int(self.counted(count, min([value.shape[0] for value in values])))
        return [self.view(value, (found, *value.shape[1:])) for value in values]

    def cut(self, axes) -> tuple | None:
        """The axes, where what is lowered has to be the same for all sizes; None where it is for those alone that
        there are: see `layout.nest`.
        """
        return None

    def nest(self, shape: tuple, *walks: tuple, cut: tuple | None) -> tuple:
        """(rank, dims) of loops over a shape, each array walked by its own steps; what `cut` gave: see
        `layout.nest`.
        """
        return _nest(shape, *walks, cut=cut)

    def prefers(self, about: str, way: bool) -> bool:
        """Whether to go one of two ways, both right for all sizes: that which is better for these; where what is
        lowered has to be the same for others, that which was better for the first ones. about: which two ways of the
        op's.
        """
        return way

    def always(self, about: str, way: bool) -> bool:
        """Whether to go a way that is right for some sizes only, as it is for these; where what is lowered has to be
        the same for others, only if it is right for all that there were. about: as for `prefers`.
        """
        return way

    def fills(self, value: Value) -> bool:
        """Whether calls have to be made for what is in a value: if it is nothing only where sizes stand for others."""
        return bool(value.size) or self.cut(()) is not None

    def known(self, value: Value) -> np.ndarray | None:
        """The contents of `value`, None where they are not known yet."""
        try:
            return self.data(value)
        except NeedsData:
            return None

    def example(self, op, noted) -> list[np.ndarray] | None:
        """Values of the inputs that `op.definition.decided` names, for which the op may be lowered, as far as
        they are decided by what it gives for `noted`; None if there are none.
        """
        return None

    def derived(self, function, fixed: tuple, *given: int) -> tuple:
        """What `function(*fixed, *given)` finds, which are numbers too that are no sums of products of those given: the
        same is asked for other sizes. fixed: what depends on no size; it and the function can be keys.
        """
        return function(*fixed, *given)

    def table(self, function, fixed: tuple, *given: int) -> list[Value]:
        """Constants that hold the arrays which `function(*fixed, *given)` finds, which is asked for other sizes, too.
        fixed: as for `derived`.
        """
        return [self.constant(array) for array in function(*fixed, *given)]

    @abstractmethod
    def variable(self, op, validate: bool = True) -> Value:
        """The memory of a variable."""

    @abstractmethod
    def store(self, ref: Value, value: Value) -> None:
        """Gives a variable a value whose memory is yet to be allocated: its first, or one of another shape."""

    @abstractmethod
    def state(self, op, make) -> Value:
        """Memory that an op keeps between runs of one session, made by `make()` (an array) at first."""

    @abstractmethod
    def loop(self, op, values: list) -> list:
        """Runs a Loop op."""

    @abstractmethod
    def branch(self, op, values: list) -> list:
        """Runs an If op; a result that only the other branch has is None."""

    @abstractmethod
    def list_op(self, op, values: list):
        """Runs an op on the lists that TensorArrays are."""
