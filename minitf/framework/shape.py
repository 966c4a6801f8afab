"""Static shapes: what is known of a tensor's shape before anything runs."""

from __future__ import annotations

import operator
from collections.abc import Iterable


def _natural(value) -> int:
    try:
        size = operator.index(value)
    except TypeError:
        raise TypeError(f"a Dimension of a TensorShape is an integer or None, not {value!r}") from None
    if size < 0:
        raise ValueError(f"a Dimension of a TensorShape is 0 or more, or None, not {size}")
    return size


class Dimension:
    """One size, or unknown (`value` is None); arithmetic with an unknown size is unknown."""

    __slots__ = ("value",)

    def __init__(self, value):
        if isinstance(value, Dimension):
            value = value.value
        self.value = value if value is None else _natural(value)

    def __int__(self):
        return self.value

    __index__ = __int__

    def __repr__(self):
        return f"Dimension({self.value})"

    def __str__(self):
        return "?" if self.value is None else str(self.value)

    def __hash__(self):
        return hash(self.value)

    def __eq__(self, other):
        mine, theirs = self.value, _size_or_nothing(other)
        return NotImplemented if theirs is _NOTHING else None if None in (mine, theirs) else mine == theirs

    def __ne__(self, other):
        same = self.__eq__(other)
        return same if same is NotImplemented or same is None else not same

    def is_compatible_with(self, other) -> bool:
        """Whether both could be the same size."""
        theirs = Dimension(other).value
        return self.value is None or theirs is None or self.value == theirs

    def assert_is_compatible_with(self, other) -> None:
        """Raises ValueError if the two cannot be the same size."""
        if not self.is_compatible_with(other):
            raise ValueError(f"dimensions {self} and {Dimension(other)} are not compatible")

    def merge_with(self, other) -> Dimension:
        """The size both agree on; ValueError if they cannot."""
        self.assert_is_compatible_with(other)
        return Dimension(other) if self.value is None else self

    def __bool__(self):
        return bool(self.value)


_NOTHING = object()


def _size_or_nothing(value):
    if value is None:
        return None
    try:
        return Dimension(value).value
    except (TypeError, ValueError):
        return _NOTHING


def _dimension_method(function, swap):
    def method(self, other):
        theirs = _size_or_nothing(other)
        if theirs is _NOTHING:
            return NotImplemented
        if self.value is None or theirs is None:
            return None if function in _COMPARE else Dimension(None)
        result = function(theirs, self.value) if swap else function(self.value, theirs)
        return result if function in _COMPARE else Dimension(result)

    return method


_COMPARE = (operator.lt, operator.le, operator.gt, operator.ge)
for _name in ("add", "sub", "mul", "floordiv", "mod"):
    for _prefix in ("", "r"):
        setattr(Dimension, f"__{_prefix}{_name}__", _dimension_method(getattr(operator, _name), bool(_prefix)))
Dimension.__div__ = Dimension.__floordiv__
for _name in ("lt", "le", "gt", "ge"):
    setattr(Dimension, f"__{_name}__", _dimension_method(getattr(operator, _name), False))


class TensorShape:
    """A shape with possibly unknown sizes or unknown rank.

    >>> TensorShape([None, 3]).merge_with([2, None])
    TensorShape([Dimension(2), Dimension(3)])
    """

    __slots__ = ("sizes",)

    def __init__(self, dims):
        if isinstance(dims, TensorShape):
            self.sizes = dims.sizes
        elif dims is None:
            self.sizes = None
        elif isinstance(dims, (list, tuple)) or isinstance(dims, Iterable) and not isinstance(dims, (str, bytes)):
            self.sizes = tuple([_size(d) for d in dims])
        elif hasattr(dims, "dim"):  # a TensorShapeProto
            self.sizes = None if dims.unknown_rank else tuple([None if d.size < 0 else d.size for d in dims.dim])
        else:
            self.sizes = (_size(dims),)

    @property
    def rank(self) -> int | None:
        """The number of dimensions, or None."""
        return None if self.sizes is None else len(self.sizes)

    ndims = rank

    @property
    def dims(self) -> list[Dimension] | None:
        """The sizes as `Dimension`s, or None if the rank is unknown."""
        return None if self.sizes is None else [Dimension(s) for s in self.sizes]

    def as_list(self) -> list[int | None]:
        """The sizes as integers or None; ValueError if the rank is unknown."""
        if self.sizes is None:
            raise ValueError("as_list() needs a shape of known rank; this shape is wholly unknown")
        return list(self.sizes)

    def is_fully_defined(self) -> bool:
        """Whether every size is known."""
        return self.sizes is not None and None not in self.sizes

    def assert_is_fully_defined(self) -> None:
        """Raises ValueError unless every size is known."""
        if not self.is_fully_defined():
            raise ValueError(f"shape {self} is not fully known")

    def num_elements(self) -> int | None:
        """The product of all sizes, or None if one is unknown."""
        if not self.is_fully_defined():
            return None
        total = 1
        for size in self.sizes:
            total *= size
        return total

    def is_compatible_with(self, other) -> bool:
        """Whether one tensor could have both shapes."""
        mine, theirs = self.sizes, as_shape(other).sizes
        if mine is None or theirs is None or mine == theirs:
            return True
        return len(mine) == len(theirs) and all(a is None or b is None or a == b for a, b in zip(mine, theirs))

    def assert_is_compatible_with(self, other) -> None:
        """Raises ValueError if no tensor could have both shapes."""
        if not self.is_compatible_with(other):
            raise ValueError(f"shapes {self} and {TensorShape(other)} are not compatible")

    def merge_with(self, other) -> TensorShape:
        """What both shapes say together; ValueError if they contradict each other."""
        other = as_shape(other)
        if other.sizes is None or self.sizes == other.sizes:
            return self
        if self.sizes is None:
            return other
        self.assert_is_compatible_with(other)
        return _shape(tuple([b if a is None else a for a, b in zip(self.sizes, other.sizes)]))

    def most_specific_compatible_shape(self, other) -> TensorShape:
        """What both shapes have in common: a shape that tensors of either one have."""
        mine, theirs = self.sizes, as_shape(other).sizes
        if mine is None or theirs is None or len(mine) != len(theirs):
            return UNKNOWN
        return _shape(tuple([a if a == b else None for a, b in zip(mine, theirs)]))

    def concatenate(self, other) -> TensorShape:
        """This shape's sizes followed by the other's."""
        other = as_shape(other)
        if self.sizes is None or other.sizes is None:
            return UNKNOWN
        return _shape(self.sizes + other.sizes)

    def with_rank(self, rank: int) -> TensorShape:
        """This shape, known to have `rank` dimensions; ValueError if it has not."""
        if self.sizes is not None and len(self.sizes) == rank:
            return self
        try:
            return self.merge_with([None] * int(rank))
        except ValueError:
            raise ValueError(f"shape {self} must have rank {rank}") from None

    def with_rank_at_least(self, rank: int) -> TensorShape:
        """This shape if it may have at least `rank` dimensions; ValueError if not."""
        if self.sizes is not None and len(self.sizes) < rank:
            raise ValueError(f"shape {self} must have rank at least {rank}")
        return self

    def with_rank_at_most(self, rank: int) -> TensorShape:
        """This shape if it may have at most `rank` dimensions; ValueError if not."""
        if self.sizes is not None and len(self.sizes) > rank:
            raise ValueError(f"shape {self} must have rank at most {rank}")
        return self

    def assert_has_rank(self, rank: int) -> None:
        """Raises ValueError if the rank is known and another."""
        self.with_rank(rank)

    def assert_same_rank(self, other) -> None:
        """Raises ValueError if both ranks are known and differ."""
        other = TensorShape(other)
        if None not in (self.rank, other.rank) and self.rank != other.rank:
            raise ValueError(f"shapes {self} and {other} must have the same rank")

    def as_proto(self):
        """The sizes as `{"dim": [...]}` would be in a GraphDef: -1 for unknown, None for unknown rank."""
        return None if self.sizes is None else [-1 if s is None else s for s in self.sizes]

    def __len__(self):
        if self.sizes is None:
            raise ValueError("a shape of unknown rank has no length")
        return len(self.sizes)

    def __bool__(self):
        return self.sizes is not None

    def __iter__(self):
        if self.sizes is None:
            raise ValueError("a shape of unknown rank cannot be iterated over")
        return iter(self.dims)

    def __getitem__(self, key):
        if isinstance(key, slice):
            if self.sizes is None:
                return UNKNOWN
            return _shape(self.sizes[key])
        return Dimension(None if self.sizes is None else self.sizes[key])

    def __add__(self, other):
        return self.concatenate(other)

    def __radd__(self, other):
        return TensorShape(other).concatenate(self)

    def __eq__(self, other):
        try:
            return self.sizes == TensorShape(other).sizes
        except (TypeError, ValueError):
            return NotImplemented

    def __hash__(self):
        return hash(self.sizes)

    def __repr__(self):
        return f"TensorShape({self.dims})"

    def __str__(self):
        if self.sizes is None:
            return "<unknown>"
        names = ["?" if s is None else str(s) for s in self.sizes]
        return f"({names[0]},)" if len(names) == 1 else f"({', '.join(names)})"


def _shape(sizes: tuple) -> TensorShape:
    """A TensorShape of sizes that are known to be integers or None."""
    shape = TensorShape.__new__(TensorShape)
    shape.sizes = sizes
    return shape


def _size(value) -> int | None:
    if value is None or type(value) is int and value >= 0:
        return value
    return Dimension(value).value


UNKNOWN = TensorShape(None)
SCALAR = TensorShape(())


def as_shape(value) -> TensorShape:
    """`value` (a TensorShape, list, int or None) as a TensorShape."""
    return value if isinstance(value, TensorShape) else TensorShape(value)


def dimension_value(dimension):
    """`dimension.value` of a Dimension; an int or None as it is."""
    return dimension.value if isinstance(dimension, Dimension) else dimension


def broadcast_static_shape(shape_x: TensorShape, shape_y: TensorShape) -> TensorShape:
    """The static shape that two shapes broadcast to; ValueError if they cannot."""
    one, two = shape_x.sizes, shape_y.sizes
    if one is None or two is None:
        return UNKNOWN
    if one == two and None not in one:
        return shape_x
    rank = max(len(one), len(two))
    pairs = zip(*[(1,) * (rank - len(sizes)) + sizes for sizes in (one, two)])
    return _shape(tuple([_broadcast_size(a, b, shape_x, shape_y) for a, b in pairs]))


def _broadcast_size(a, b, x, y):
    if a == b or b == 1:
        return a
    if a == 1:
        return b
    if a is None or b is None:
        return a if b is None else b
    raise ValueError(f"shapes {x} and {y} do not broadcast: {a} and {b} are neither equal nor 1")


def scalar() -> TensorShape:
    """The shape of a number."""
    return SCALAR


def vector(length) -> TensorShape:
    """The shape of a vector, whose length may be None."""
    return TensorShape([length])


def matrix(rows, cols) -> TensorShape:
    """The shape of a matrix, whose sizes may be None."""
    return TensorShape([rows, cols])


def unknown_shape(rank: int | None = None) -> TensorShape:
    """A shape of unknown sizes, of a rank if that is known."""
    return UNKNOWN if rank is None else TensorShape([None] * rank)
