"""Sorting along an axis."""

from __future__ import annotations

from minitf.framework.convert import convert_to_tensor
from minitf.framework.graph import name_scope
from minitf.framework.tensor import Tensor
from minitf.ops.array import array
from minitf.ops.math.unary import negative
from minitf.ops.nn.top_k import top_k


def _sorted(values, axis: int, direction: str, places: bool) -> Tensor:
    if direction not in ("ASCENDING", "DESCENDING"):
        raise ValueError(f"direction should be one of ASCENDING, DESCENDING, not {direction!r}")
    values = convert_to_tensor(values, name="values")
    rank = values.shape.with_rank_at_least(1).rank
    if rank is None:
        raise ValueError("the rank of what is sorted has to be known")
    if not isinstance(axis, int) or not -rank <= axis < rank:
        raise ValueError(f"axis is a number in [{-rank}, {rank}), not {axis!r}")
    axis, last = axis % rank, rank - 1
    order = [last if i == axis else axis if i == last else i for i in range(rank)]
    moved = values if axis == last else array.transpose(values, order)
    up = direction == "ASCENDING"
    size = moved.shape.sizes[-1]
    found = top_k(negative(moved) if up else moved, array.shape(moved)[-1] if size is None else size)
    result = found.indices if places else negative(found.values) if up else found.values
    return result if axis == last else array.transpose(result, order)


def sort(values, axis: int = -1, direction: str = "ASCENDING", name: str | None = None) -> Tensor:
    """A numeric tensor, sorted along an axis; direction: "ASCENDING" or "DESCENDING"."""
    with name_scope(name, "sort"):
        return _sorted(values, axis, direction, places=False)


def argsort(
    values, axis: int = -1, direction: str = "ASCENDING", stable: bool = False, name: str | None = None
) -> Tensor:
    """The places (int32) of the values of a tensor in the order of `tf.sort`; equal ones stay in order."""
    with name_scope(name, "argsort"):
        return _sorted(values, axis, direction, places=True)
