"""What an index takes of a tensor, and the kernels that take it or put it back.

An index has an item for each axis: a Range or Part of it is kept, an int drops it, an At is a position that is known
only at run time; None is an axis that is new.
"""

from __future__ import annotations

import builtins
import math
from dataclasses import dataclass

from minitf.framework.static import partial_value
from minitf.kernels.compile import layout
from minitf.kernels.math import movement
from minitf.ops import patterns


@dataclass(frozen=True)
class At:
    """A position that element `item` of a tensor holds: `count` places from there on, or one, dropping the axis."""

    item: int
    count: int | None = None


@dataclass(frozen=True)
class Part:
    """`count` items of an axis from the `first` on, `step` apart."""

    first: int
    count: int
    step: int = 1
    from_start = to_end = False


class Range:
    """One axis's range; a bound that is masked is open, one that is None is not known."""

    __slots__ = ("begin", "end", "step", "from_start", "to_end", "element")

    def __init__(self, begin, end, step, from_start=False, to_end=False, element=-1):
        if step == 0:
            raise ValueError("the step of a slice cannot be 0")
        self.begin, self.end, self.step, self.from_start, self.to_end = begin, end, step, from_start, to_end
        self.element = element  # of the vectors of bounds from which it is

    @property
    def from_both_ends(self) -> bool:
        """Whether one bound is counted from the start and the other one from the end."""
        if self.from_start or self.to_end or self.begin is None or self.end is None:
            return False
        return (self.begin < 0) != (self.end < 0)

    def slice(self) -> builtins.slice:
        """The same as a Python slice."""
        return builtins.slice(None if self.from_start else self.begin, None if self.to_end else self.end, self.step)

    def places(self, b, of: int) -> tuple[int, int, int]:
        """Of `of` items the first one that it takes, how many, and how far apart."""
        if self.from_start and self.to_end and self.step == 1:
            return 0, of, 1
        begin, end = 0 if self.from_start else self.begin, 0 if self.to_end else self.end
        return (*b.derived(_places, (self.from_start, self.to_end), begin, end, self.step, of), self.step)

    def size(self, of):
        """How many of `of` items it takes, None if that cannot be known."""
        unknown = self.begin is None and not self.from_start or self.end is None and not self.to_end
        if self.step is None or of is None or unknown:
            return of if self.from_start and self.to_end and self.step in (1, -1) else None
        return len(range(*self.slice().indices(of)))

    def count(self, of: int) -> int | None:
        """How many of `of` items it takes, if it takes all from its beginning on and that is none of those
        counted from the end; else None.
        """
        if self.step != 1 or not (self.from_start or 0 <= self.begin <= of):
            return None
        return len(range(*self.slice().indices(of)))


class Extent(Range):
    """`wanted` items from one on, of which that are `count`: all others if it is -1."""

    __slots__ = ("wanted",)

    def __init__(self, begin: int, wanted: int, count: int):
        super().__init__(begin, begin + count, 1)
        self.wanted = wanted

    def places(self, b, of: int) -> tuple[int, int, int]:
        """As of any range."""
        return (*b.derived(_within, (), self.begin, self.wanted, of), 1)


def _within(begin: int, wanted: int, of: int) -> tuple[int, int]:
    """Where it begins, and how many there are; ValueError if these are not all there."""
    return begin, extent(of, begin, wanted, 0)


def _places(from_start: bool, to_end: bool, begin: int, end: int, step: int, of: int) -> tuple[int, int]:
    """The first item that a range takes of so many, or where it would be, and how many."""
    found = range(*builtins.slice(None if from_start else begin, None if to_end else end, step).indices(of))
    return max(found.start, 0), len(found)


ALL = Range(0, 0, 1, True, True)


def extent(size, begin, wanted, axis: int):
    """How many of `size` items are taken from `begin` on; None for what is not known."""
    if wanted == -1 and None not in (size, begin):
        wanted = size - begin
    if begin is not None and begin < 0 or wanted is not None and wanted < -1:
        raise ValueError(
            f"axis {axis}: a slice begins at 0 or more and has 0 items or more (or -1, the rest), "
            f"not begin {begin} and size {wanted}"
        )
    if (
        None not in (size, begin, wanted)
        and wanted != -1
        and begin + wanted > size
        or (None not in (size, begin) and begin > size)
    ):
        wanted = f"{wanted} items from {begin} on"
        raise ValueError(f"axis {axis}: {wanted} are not within [0, {size}), the size of the axis")
    return None if wanted == -1 else wanted


def check_position(position: int, size: int, axis: int) -> None:
    """ValueError if an axis has no such position."""
    if not -size <= position < size:
        raise ValueError(f"index {position} of axis {axis} is not in [{-size}, {size})")


def check_sliced(sizes: tuple, given: tuple) -> None:
    """ValueError if a gradient is not shaped as what was taken."""
    if sizes != given:
        raise ValueError(f"the gradient of a slice of shape {sizes} cannot have shape {given}")


# ---- kernels


def known(b, tensor, value) -> list:
    """The elements of a vector, as far as they are known when kernels are chosen; the others are None."""
    elements = b.known(value)
    return items(partial_value(tensor) if elements is None else elements, value.size)


def items(values, count: int) -> list:
    """The elements of a vector of which all, some (the others are None) or none (it is None) are known."""
    return [None] * count if values is None else [None if v is None else int(v) for v in values]


def taken(b, x, index, begin):
    """What an index takes of x; `begin` is the vector with the positions."""
    out = x
    for at, axis, place in _ats(index):
        whole, kept = out, () if at.count is None else (at.count,)
        out = b.new((*whole.shape[:place], *kept, *whole.shape[place + 1 :]), x.dtype)
        kernel = movement.take_at[begin.dtype, layout.carrier(x.dtype)]
        b.call(
            kernel,
            begin,
            whole,
            out,
            *_operands(at, whole.shape, place),
            error=_outside(b, begin, at, axis, x.shape[axis]),
        )
    rest = _rest(index)
    apart = isinstance(next((item for item in reversed(rest) if item is not None), None), int)
    return patterns.walk(b, out, *walk(b, rest, out.shape), cut=_cut(rest), apart=apart)


def placed(b, dy, index, begin, sizes: tuple):
    """Zeros of these sizes with dy where the index takes it from."""
    ats = _ats(index)
    counts = {axis: at.count for at, axis, _ in ats}
    inner = tuple(n for n in (counts.get(axis, size) for axis, size in enumerate(sizes)) if n is not None)
    rest = _rest(index)
    shape, steps, offset = walk(b, rest, inner)
    check_sliced(tuple(shape), dy.shape)
    part = patterns.placed(b, dy, inner, steps, offset, _cut(rest))
    for at, axis, place in reversed(ats):
        after = place + (at.count is not None)
        out = b.new((*part.shape[:place], sizes[axis], *part.shape[after:]), dy.dtype)
        b.call(
            movement.put_at[begin.dtype, dy.dtype],
            begin,
            part,
            out,
            *_operands(at, out.shape, place),
            0,
            error=_outside(b, begin, at, axis, sizes[axis]),
        )
        part = out
    return part


def _ats(index) -> list[tuple[At, int, int]]:
    """The positions that are known only at run time, their axes, and where these are when they are taken."""
    found, dropped = [], 0
    for axis, item in enumerate(item for item in index if item is not None):
        if isinstance(item, At):
            found.append((item, axis, axis - dropped))
            dropped += item.count is None
    return found


def _rest(index) -> list:
    """What is left of an index once these positions are taken."""
    return [
        ALL if isinstance(item, At) else item for item in index if not (isinstance(item, At) and item.count is None)
    ]


def _cut(index) -> list[int]:
    """The axes of the result along which an index may take a part."""
    kept = [item for item in index if not isinstance(item, int)]
    whole = [item is None or item.from_start and item.to_end and item.step == 1 for item in kept]
    return [axis for axis, all_of_it in enumerate(whole) if not all_of_it]


def walk(b, index, sizes: tuple) -> tuple[list, list, int]:
    """The sizes, element strides and start of the walk of an index in a tensor of these sizes."""
    shape, steps, offset, axes = [], [], 0, iter(enumerate(layout.strides(sizes)))
    firsts: list = []
    for item in index:
        if item is None:
            shape.append(1)
            steps.append(0)
            continue
        axis, stride = next(axes)
        if isinstance(item, int):
            check_position(item, sizes[axis], axis)
            offset += item % sizes[axis] * stride
        elif isinstance(item, Part):
            shape.append(item.count)
            steps.append(item.step * stride)
            offset += item.first * stride
        else:
            first, count, step = item.places(b, sizes[axis])
            shape.append(count)
            steps.append(step * stride)
            if not (item.from_start and item.to_end):
                firsts.append((first, stride))
            else:
                offset += first * stride
    return shape, steps, offset + patterns.start(b, firsts)


def _operands(at: At, sizes: tuple, axis: int) -> tuple:
    """The last operands of the kernels `take_at` and `put_at`."""
    count, wraps = (1, 1) if at.count is None else (at.count, 0)
    rows, width = [*sizes[axis + 1 : axis + 2], 1][0], math.prod(sizes[axis + 2 :])
    return at.item, wraps, sizes[axis], math.prod(sizes[:axis]), count, rows, width, rows * width


def _outside(b, begin, at: At, axis: int, size: int):
    """What is wrong with a position, once it is known."""

    def message(_):
        position = int(b.data(begin).reshape(-1)[at.item])
        try:
            if at.count is None:
                check_position(position, size, axis)
            else:
                extent(size, position, at.count, axis)
        except ValueError as error:
            return str(error)

    return message
