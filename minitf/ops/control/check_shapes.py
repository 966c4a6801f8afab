"""Assertions about the shapes of several tensors, whose sizes have names."""

from __future__ import annotations

from typing import NamedTuple

from minitf.framework.apply import apply
from minitf.framework.convert import convert_to_tensor
from minitf.framework.graph import name_scope
from minitf.framework.operation import Operation
from minitf.framework.tensor import Tensor
from minitf.ops.array import array
from minitf.ops.control import check, control
from minitf.ops.control.assert_and_print import Assert
from minitf.ops.math import compare


class _Sized(NamedTuple):
    """A tensor and the sizes that are wanted of its axes, or of its last ones."""

    tensor: Tensor
    wanted: tuple
    last: bool

    def axes(self) -> list[tuple[int, object]]:
        """The axes of which something is wanted, counted from the end of `last` ones, and what that is."""
        start = -len(self.wanted) if self.last else 0
        return [(start + i, size) for i, size in enumerate(self.wanted) if size is not None and size != "."]


def assert_shapes(
    shapes, data=None, summarize: int | None = None, message: str | None = None, name: str | None = None
) -> Operation:
    """An op that fails unless tensors have the sizes that are said of them.

    shapes: a dict of shapes by tensors, or pairs of both. A shape is a list with a number for each axis, a name
    (tensors that use the same one have that size in common), or None or "." for any size; one that begins with
    `...` or "*" is for the last axes only. Scalars and empty shapes count as vectors of one element. data: what is
    shown if it fails; summarize: elements shown of each tensor.

    Raises:
      ValueError: if it shows from the static shapes that they are not right, or for what is no shape.
      InvalidArgumentError: if that shows when it runs.

    >>> import minitf as tf
    >>> x, y = tf.ones([3, 4]), tf.ones([5, 4])
    >>> checked = tf.debugging.assert_shapes([(x, ("N", "D")), (y, (5, "D"))])
    """
    message = message or ""
    pairs = shapes.items() if isinstance(shapes, dict) else shapes
    with name_scope(name, "assert_shapes", [shapes, data]):
        sized = [_sized(convert_to_tensor(x), shape, message) for x, shape in pairs if shape is not None]
        options = {"data": data, "summarize": summarize, "message": message, "name": name}
        checks = [made for each in sized if (made := _rank(each, options)) is not None]
        known: dict = {}
        for each in sized:
            checks += _sizes(each, known, data, summarize, message)
        return control.group(*checks)


def _sized(tensor: Tensor, shape, message: str) -> _Sized:
    if not hasattr(shape, "__iter__"):
        raise ValueError(f"{message}. Tensor {tensor.name}. Specified shape must be an iterable, not {shape!r}")
    wanted = tuple(shape)
    last = bool(wanted) and _is_rest(wanted[0])
    if any(map(_is_rest, wanted[1:])):
        raise ValueError(
            f"{message}. Tensor {tensor.name}: `...` or `*` is only allowed as the first entry of a shape, {shape}"
        )
    return _Sized(tensor, wanted[last:] or (1,), last)


def _is_rest(size) -> bool:
    return size is Ellipsis or isinstance(size, str) and size == "*"


def _rank(each: _Sized, options: dict) -> Operation | None:
    rank = len(each.wanted)
    if each.last:
        return check.assert_rank_at_least(each.tensor, rank, **options) if rank > 1 else None
    if rank > 1:
        return check.assert_rank(each.tensor, rank, **options)
    return check.assert_rank_in(each.tensor, [0, 1], **options)


def _sizes(each: _Sized, known: dict, data, summarize: int | None, message: str) -> list[Operation]:
    """Assertions about the axes of a tensor; `known` are sizes by name, with where they come from."""
    checks = []
    for axis, name in each.axes():
        found, number = _size(each.tensor, axis), _number(name)
        if number is None and name not in known:
            known[name] = found, f"Specified by tensor {each.tensor.name} dimension {axis}"
            continue
        wanted, why = known[name] if number is None else (number, "Specified explicitly")
        if isinstance(found, int) and isinstance(wanted, int):
            if found != wanted:
                raise ValueError(
                    f"{message}. {why}. Tensor {each.tensor.name} dimension {axis} must have size {wanted}. "
                    f"Received size {found}, shape {each.tensor.shape}"
                )
            continue
        condition = compare.equal(convert_to_tensor(found), convert_to_tensor(wanted))
        shown = data or [message, why, f"Tensor {each.tensor.name} dimension", axis, "must have size", wanted]
        shown = data or [*shown, "Received shape: ", array.shape(each.tensor)]
        checks.append(Assert(condition, shown, summarize=summarize))
    return checks


def _number(size) -> int | None:
    """The size that is said as a number."""
    try:
        return int(size)
    except (ValueError, TypeError):
        return None


def _size(tensor: Tensor, axis: int):
    """The size of an axis, as a number if it is known; that of a scalar is 1."""
    sizes = tensor.shape.sizes
    if sizes == ():
        return 1
    known = None if sizes is None or not -len(sizes) <= axis < len(sizes) else sizes[axis]
    if known is not None:
        return known
    found = array.shape(tensor)
    if sizes is None:
        missing = apply("Maximum", 1 - array.rank(tensor), 0)
        found = array.concat([found, array.fill([missing], 1)], 0)
    return found[axis]
