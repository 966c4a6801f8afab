"""Sorting along an axis."""

from __future__ import annotations

from minitf.framework import op_counts
from minitf.framework.convert import convert_to_tensor
from minitf.framework.graph import name_scope
from minitf.framework.static import constant_value
from minitf.framework.tensor import Tensor
from minitf.ops.array import array
from minitf.ops.math.unary import negative
from minitf.ops.nn.nn import swap_with_last
from minitf.ops.nn.top_k import top_k


def _sorted(values, axis: int, direction: str, places: bool) -> Tensor:
    if direction not in ("ASCENDING", "DESCENDING"):
        raise ValueError(f"direction should be one of ASCENDING, DESCENDING, not {direction!r}")
    values = convert_to_tensor(values, name="values")
    if isinstance(axis, Tensor):
        known = constant_value(axis)
        if known is None:
            raise ValueError(f"the axis along which is sorted has to be known; {axis.name} is not")
        axis = known.item()
    rank = values.shape.with_rank_at_least(1).rank
    if rank is not None and not -rank <= axis < rank:
        raise ValueError(f"axis is a number in [{-rank}, {rank}), not {axis!r}")
    since = op_counts.Since()
    last = axis == -1 or rank is not None and axis == rank - 1
    moved = values if last else swap_with_last(values, axis)
    up = direction == "ASCENDING"
    size = moved.shape.sizes[-1] if moved.shape.is_fully_defined() else array.shape(moved)[-1]
    found = top_k(negative(moved) if up else moved, size)
    result = found.indices if places else found.values
    result = result if last else swap_with_last(result, axis)
    result = negative(result) if up and not places else result
    since.count_as(op_counts.sorted_along(last, up, places))
    return result


def sort(values, axis=-1, direction: str = "ASCENDING", name: str | None = None) -> Tensor:
    """A numeric tensor, sorted along an axis; direction: "ASCENDING" or "DESCENDING"."""
    with name_scope(name, "sort"):
        return _sorted(values, axis, direction, places=False)


def argsort(values, axis=-1, direction: str = "ASCENDING", stable=False, name: str | None = None) -> Tensor:
    """The places (int32) of the values of a tensor in the order of `tf.sort`; equal ones stay in order."""
    with name_scope(name, "argsort"):
        return _sorted(values, axis, direction, places=True)
