"""Looking up rows of tables that may be kept in parts."""

from __future__ import annotations

from minitf.framework import dtypes
from minitf.framework.apply import apply
from minitf.framework.convert import convert_to_tensor
from minitf.framework.graph import colocate_with, name_scope
from minitf.framework.tensor import Tensor
from minitf.ops.array import array
from minitf.ops.array.gather import gather
from minitf.ops.array.ranges import range as range_
from minitf.ops.array.sets import dynamic_partition, parallel_dynamic_stitch
from minitf.ops.math.clip import clip_by_norm
from minitf.ops.state.partitioned_variable import parts_of
from minitf.ops.state.resource_variable import is_resource


def embedding_lookup(
    params,
    ids,
    partition_strategy: str = "mod",
    name: str | None = None,
    validate_indices: bool = True,
    max_norm: float | None = None,
) -> Tensor:
    """The rows of `params` that the integers `ids` name, shape ids.shape + params.shape[1:].

    params: a tensor or variable, or a list of them (or a partitioned variable) that hold the rows of one table in
    turn ("mod": row i is in part i % n) or in blocks ("div"). max_norm: rows of a larger l2 norm are scaled down to it.

    >>> import minitf as tf
    >>> embedding_lookup(tf.zeros([10, 4]), [[1, 2, 3]]).shape.as_list()
    [1, 3, 4]
    """
    params = parts_of(params)
    if not params:
        raise ValueError("embedding_lookup needs params")
    if partition_strategy not in ("mod", "div"):
        raise ValueError(f"the partition strategy is 'mod' or 'div', not {partition_strategy!r}")
    with name_scope(name, "embedding_lookup", [params]) as scope:
        params = [p if is_resource(p) else convert_to_tensor(p, name=f"params_{i}") for i, p in enumerate(params)]
        ids = convert_to_tensor(ids, name="ids")
        if len(params) == 1:
            return array.identity(_clipped(_gathered_beside(params[0], ids, scope), ids, max_norm))
        return _lookup_parts(params, ids, partition_strategy, max_norm, scope)


def _clipped(rows: Tensor, ids: Tensor, max_norm) -> Tensor:
    if max_norm is None:
        return rows
    first, end = ids.shape.rank, rows.shape.rank
    axes = apply("Range", array.rank(ids), array.rank(rows), 1) if None in (first, end) else list(range(first, end))
    return clip_by_norm(rows, max_norm, axes=axes)


def _lookup_parts(params: list[Tensor], ids: Tensor, strategy: str, max_norm, scope: str) -> Tensor:
    """Each part is asked for the rows it holds; the answers are put together in the order of the ids."""
    flat, count = array.reshape(ids, [-1]), len(params)
    places = range_(array.size(flat))
    part, row = (flat % count, flat // count) if strategy == "mod" else _block(params, flat)
    part = apply("Cast", part, DstT=dtypes.int32) if part.dtype is not dtypes.int32 else part
    rows, where = dynamic_partition(row, part, count), dynamic_partition(places, part, count)
    found = parallel_dynamic_stitch(where, list(map(_gathered_beside, params, rows)), name=scope)
    rest = params[0].shape[1:]
    for other in params[1:]:
        rest = rest.merge_with(other.shape[1:])
    rest = list(rest.sizes) if rest.is_fully_defined() else array.shape(params[0])[1:]
    result = array.reshape(found, array.concat([array.shape(ids), rest], 0))
    return _clipped(result, ids, max_norm)


def _gathered_beside(params: Tensor, ids: Tensor, name: str | None = None) -> Tensor:
    with colocate_with(params):
        return gather(params, ids, name=name)


def _block(params: list[Tensor], ids: Tensor) -> tuple[Tensor, Tensor]:
    """Which part holds each id and at which row, when the first parts hold one row more if the rows do not divide."""
    dtype, count = ids.dtype.base_dtype, len(params)
    sizes = [p.shape.sizes[0] if p.shape.rank else None for p in params]
    total = sum(sizes) if None not in sizes else apply("AddN", [array.shape(p, out_type=dtype)[0] for p in params])
    total = convert_to_tensor(total, dtype)
    each, extra = total // count, total % count
    part = apply("Maximum", ids // (each + 1), (ids - extra) // each)
    return part, _row_in_block(part, extra, ids, each)


def _row_in_block(part: Tensor, extra: Tensor, ids: Tensor, each: Tensor) -> Tensor:
    """The row of each id in its block: the first `extra` blocks hold one row more."""
    return apply("Select", apply("Less", part, extra), ids % (each + 1), (ids - extra) % each)
