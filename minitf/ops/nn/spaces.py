"""Blocks of pixels moved into the batch or into the channels, and back."""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable

import numpy as np

from minitf.framework import dtypes
from minitf.framework.apply import apply, apply_like
from minitf.framework.convert import convert_to_tensor
from minitf.framework.graph import name_scope
from minitf.framework.registry import define
from minitf.framework.shape import UNKNOWN, TensorShape
from minitf.framework.static import constant_value
from minitf.framework.tensor import Tensor
from minitf.kernels.compile import layout
from minitf.ops import patterns
from minitf.ops.array import array, constant, joining, slicing
from minitf.ops.math.math import floormod

# ---- into the batch


def _checked(rank: int | None, block, around) -> tuple[list[int], list]:
    """Block sizes and paddings or crops as numbers; ValueError unless they fit each other and the rank."""
    block, pairs = [int(n) for n in block], [(int(a), int(b)) for a, b in around]
    if len(block) != len(pairs) or rank is not None and rank < len(block) + 1:
        raise ValueError(f"{len(block)} block sizes and {len(pairs)} pairs for an input of rank {rank}")
    if any(n < 1 for n in block) or any(n < 0 for pair in pairs for n in pair):
        raise ValueError(f"block sizes are positive, paddings and crops 0 or more: {block}, {pairs}")
    return block, pairs


def _split_sizes(sizes, block: list, pairs: list) -> list:
    """[batch * blocks, *parts of sizes, *rest], None where unknown; ValueError for what is no multiple."""
    parts = []
    for size, n, (before, after) in zip(sizes[1:], block, pairs):
        whole = None if size is None else size + before + after
        if whole is not None and whole % n:
            raise ValueError(f"padded_shape {whole} (of {size}) is not divisible by block_shape {n}")
        parts.append(None if whole is None else whole // n)
    batch = None if sizes[0] is None else sizes[0] * math.prod(block)
    return [batch, *parts, *sizes[len(block) + 1 :]]


def _joined_sizes(sizes, block: list, pairs: list) -> list:
    """The other way round."""
    blocks, parts = math.prod(block), []
    if sizes[0] is not None and sizes[0] % blocks:
        raise ValueError(f"Input batch dimension ({sizes[0]}) is not divisible by product of block sizes ({blocks})")
    for size, n, (before, after) in zip(sizes[1:], block, pairs):
        left = None if size is None else size * n - before - after
        if left is not None and left < 0:
            raise ValueError(f"crops ({before}, {after}) leave nothing of {size * n} items")
        parts.append(left)
    batch = None if sizes[0] is None else sizes[0] // blocks
    return [batch, *parts, *sizes[len(block) + 1 :]]


def _shape(changed):
    def rule(op):
        shape, (block, around) = op.inputs[0].shape, (constant_value(t) for t in op.inputs[1:])
        if op.inputs[1].shape.with_rank(1).sizes[0] is None:
            raise ValueError(f"block_shape must have known size: {op.inputs[1].name} has shape {op.inputs[1].shape}")
        for given, least, what in ((block, 1, "block sizes are positive"), (around, 0, "paddings and crops 0 or more")):
            if given is not None and (given < least).any():
                raise ValueError(f"{what}: {given.tolist()}")
        if shape.rank is None:
            return UNKNOWN
        if block is None or around is None:
            return _partly(changed, shape, block, op.inputs[1].shape)
        return TensorShape(changed(shape.sizes, *_checked(shape.rank, block, around)))

    return rule


def _partly(changed, shape: TensorShape, block, blocks: TensorShape) -> TensorShape:
    """What is known of the shape without the blocks, or without what is around them."""
    moved = blocks.sizes[0] if blocks.rank == 1 else None
    if moved is None or shape.rank < moved + 1:
        return TensorShape([None] * shape.rank)
    batch = None
    if block is not None:
        batch = changed([shape.sizes[0], *[None] * (shape.rank - 1)], *_checked(shape.rank, block, [(0, 0)] * moved))[0]
    return TensorShape([batch, *[None] * moved, *shape.sizes[moved + 1 :]])


def _into_batch(op, x, block, around):
    block, pairs = _checked(x.ndim, block, around)
    sizes, m = _split_sizes(x.shape, block, pairs), len(block)
    x = np.pad(x, [(0, 0), *pairs, *[(0, 0)] * (x.ndim - 1 - m)])
    inner = [n for pair in zip(sizes[1 : m + 1], block) for n in pair]
    x = x.reshape(x.shape[0], *inner, *x.shape[m + 1 :])
    order = [*range(2, 2 * m + 1, 2), 0, *range(1, 2 * m, 2), *range(2 * m + 1, x.ndim)]
    return x.transpose(order).reshape(sizes)


def _out_of_batch(op, x, block, around):
    block, pairs = _checked(x.ndim, block, around)
    sizes, m = _joined_sizes(x.shape, block, pairs), len(block)
    rest = x.shape[m + 1 :]
    parts = x.reshape(*block, sizes[0], *x.shape[1:])
    order = [m, *[i for k in range(m) for i in (m + 1 + k, k)], *range(2 * m + 1, parts.ndim)]
    whole = parts.transpose(order).reshape(sizes[0], *[n * b for n, b in zip(x.shape[1:], block)], *rest)
    return whole[(slice(None), *[slice(a, a + n) for (a, _), n in zip(pairs, sizes[1:])])]


def _into_batch_kernel(b, op, x, block, around):
    block, pairs = _checked(len(x.shape), b.data(block), b.data(around))
    sizes, m = _changed(b, _split_sizes, x.shape, block, pairs), len(block)
    padded = [x.shape[0], *[n * size for n, size in zip(block, sizes[1:])], *x.shape[m + 1 :]]
    steps, cut = layout.strides(tuple(padded)), _cut(op, pairs)
    before = patterns.start(b, [(pairs[axis - 1][0], steps[axis]) for axis in cut])
    x = patterns.placed(b, x, padded, steps, before, cut) if cut else x
    shape = (*block, x.shape[0], *sizes[1:])
    walked = (*steps[1 : m + 1], steps[0], *[s * n for s, n in zip(steps[1:], block)], *steps[m + 1 :])
    return b.view(patterns.walk(b, x, shape, walked), tuple(sizes))


def _out_of_batch_kernel(b, op, x, block, around):
    block, pairs = _checked(len(x.shape), b.data(block), b.data(around))
    sizes, m = _changed(b, _joined_sizes, x.shape, block, pairs), len(block)
    whole = (sizes[0], *[n * k for n, k in zip(x.shape[1:], block)], *x.shape[m + 1 :])
    parts = (*block, sizes[0], *x.shape[1:])
    steps = layout.strides(parts)
    shape = (sizes[0], *[n for k in range(m) for n in (x.shape[1 + k], block[k])], *x.shape[m + 1 :])
    walked = (steps[m], *[s for k in range(m) for s in (steps[m + 1 + k], steps[k])], *steps[2 * m + 1 :])
    found = b.view(patterns.walk(b, x, shape, walked), whole)
    outer, cut = layout.strides(whole), _cut(op, pairs)
    first = patterns.start(b, [(pairs[axis - 1][0], outer[axis]) for axis in cut])
    return patterns.walk(b, found, sizes, outer, first, cut)


def _changed(b, change: Callable, sizes: tuple, block: list, pairs: list) -> tuple:
    """Sizes that are split or joined, for a tensor of known ones."""
    return b.derived(_changed_numbers, (change, tuple(block)), *itertools.chain(*pairs), *sizes)


def _changed_numbers(change: Callable, block: tuple, *numbers: int) -> tuple[int, ...]:
    around, sizes = numbers[: 2 * len(block)], numbers[2 * len(block) :]
    return tuple(change(sizes, block, list(zip(around[::2], around[1::2]))))


def _cut(op, pairs: list) -> list[int]:
    """The axes along which something is around, or may be for other sizes."""
    given = constant_value(op.inputs[2])
    return [axis for axis, pair in enumerate(pairs, 1) if given is None or any(pair)]


def _back(type: str):
    return lambda op, g: (apply(type, g, *op.inputs[1:]), None, None)


_BLOCKS = {"Tblock_shape": dtypes.INDEX}
define(
    "SpaceToBatchND",
    "input: T, block_shape: Tblock_shape[m], paddings: Tpaddings[m, 2]; Tblock_shape: type = int32, "
    "Tpaddings: type = int32 -> output: T",
    Tpaddings=dtypes.INDEX,
    shape=_shape(_split_sizes),
    numpy=_into_batch,
    kernel=_into_batch_kernel,
    grad=_back("BatchToSpaceND"),
    **_BLOCKS,
)
define(
    "BatchToSpaceND",
    "input: T, block_shape: Tblock_shape[m], crops: Tcrops[m, 2]; Tblock_shape: type = int32, Tcrops: type = int32"
    " -> output: T",
    Tcrops=dtypes.INDEX,
    shape=_shape(_joined_sizes),
    numpy=_out_of_batch,
    kernel=_out_of_batch_kernel,
    grad=_back("SpaceToBatchND"),
    **_BLOCKS,
)


def space_to_batch_nd(input, block_shape, paddings, name: str | None = None) -> Tensor:
    """Every n-th item along the axes behind the first as an item of the batch of its own.

    input: [batch, *sizes, ...]; block_shape: integers [m], how far apart along each of m axes the items are
    that stay together; paddings: [m, 2], zeros before and behind first. Result: [batch * product of
    block_shape, *sizes / block_shape, ...].

    >>> space_to_batch_nd(array.zeros([1, 4, 6, 3]), [2, 3], [[0, 0], [0, 0]]).shape.as_list()
    [6, 2, 2, 3]

    Raises:
      ValueError: if padded sizes are no multiples of block_shape.
    """
    return apply("SpaceToBatchND", input, block_shape, paddings, name=name)


def batch_to_space_nd(input, block_shape, crops, name: str | None = None) -> Tensor:
    """`space_to_batch_nd` undone; crops: integers [m, 2], what is left out before and behind.

    >>> batch_to_space_nd(array.zeros([6, 2, 2, 3]), [2, 3], [[0, 0], [0, 1]]).shape.as_list()
    [1, 4, 5, 3]

    Raises:
      ValueError: if the batch is no multiple of the product of block_shape.
    """
    return apply("BatchToSpaceND", input, block_shape, crops, name=name)


def space_to_batch(input, paddings, block_size: int | None = None, name: str | None = None, block_shape=None) -> Tensor:
    """`space_to_batch_nd` of images [batch, height, width, channels] with blocks of one size both ways."""
    size = patterns.renamed("block_shape", block_shape, "block_size", block_size)
    result = space_to_batch_nd(input, _square(size), paddings, name)
    result.set_shape(result.shape.with_rank(4))
    return result


def batch_to_space(input, crops, block_size: int | None = None, name: str | None = None, block_shape=None) -> Tensor:
    """`batch_to_space_nd` of images [batch, height, width, channels] with blocks of one size both ways."""
    size = patterns.renamed("block_shape", block_shape, "block_size", block_size)
    result = batch_to_space_nd(input, _square(size), crops, name)
    result.set_shape(result.shape.with_rank(4))
    return result


def _square(size):
    return size if isinstance(size, (Tensor, list, tuple, np.ndarray)) else np.array([size, size], np.int64)


# ---- into the channels

_FORMATS = ("NHWC", "NCHW")


def _block(op) -> int:
    size = op.attrs["block_size"]
    if size < 2:
        raise ValueError(f"block_size is 2 or more, not {size}")
    return size


def _places(op) -> tuple[int, int, int]:
    """The axes of height, width and channels."""
    return (2, 3, 1) if op.attrs["data_format"] == "NCHW" else (1, 2, 3)


def _deeper(op, sizes) -> list:
    """Sizes with blocks among the channels."""
    n, sizes, (rows, columns, depth) = _block(op), list(sizes), _places(op)
    for axis in (rows, columns):
        if sizes[axis] is not None and sizes[axis] % n:
            raise ValueError(f"Image height and width should be divisible by block_size {n}, not {sizes[axis]}")
        sizes[axis] = None if sizes[axis] is None else sizes[axis] // n
    sizes[depth] = None if sizes[depth] is None else sizes[depth] * n * n
    return sizes


def _flatter(op, sizes) -> list:
    """The other way round."""
    n, sizes, (rows, columns, depth) = _block(op), list(sizes), _places(op)
    if sizes[depth] is not None and sizes[depth] % (n * n):
        raise ValueError(f"Input depth dimension {sizes[depth]} should be divisible by {n * n}, the block's size")
    sizes[depth] = None if sizes[depth] is None else sizes[depth] // (n * n)
    for axis in (rows, columns):
        sizes[axis] = None if sizes[axis] is None else sizes[axis] * n
    return sizes


def _moved(op, sizes) -> tuple[list, list, list]:
    """Sizes with blocks apart, the order that moves them, and the sizes afterwards."""
    n, first = op.attrs["block_size"], op.attrs["data_format"] == "NCHW"
    if op.type == "SpaceToDepth":
        batch, h, w, c = _deeper(op, sizes) if not first else [_deeper(op, sizes)[i] for i in (0, 2, 3, 1)]
        c //= n * n
        parts = [batch, c, h, n, w, n] if first else [batch, h, n, w, n, c]
        return parts, [0, 3, 5, 1, 2, 4] if first else [0, 1, 3, 2, 4, 5], _deeper(op, sizes)
    found = _flatter(op, sizes)
    batch, h, w, c = found if not first else [found[i] for i in (0, 2, 3, 1)]
    h, w = h // n, w // n
    parts = [batch, n, n, c, h, w] if first else [batch, h, w, n, n, c]
    return parts, [0, 3, 4, 1, 5, 2] if first else [0, 1, 3, 2, 4, 5], found


def _with_blocks(op, x):
    _four(x)
    parts, order, sizes = _moved(op, x.shape)
    return x.reshape(parts).transpose(order).reshape(sizes)


def _moved_numbers(op, *sizes: int) -> tuple[int, ...]:
    parts, _, found = _moved(op, sizes)
    return *parts, *found


def _with_blocks_kernel(b, op, x):
    _four(x)
    numbers, order = b.derived(_moved_numbers, (op,), *x.shape), _moved(op, x.shape)[1]
    parts, sizes = numbers[: len(order)], numbers[len(order) :]
    steps = layout.strides(parts)
    walked = patterns.walk(b, x, [parts[i] for i in order], [steps[i] for i in order])
    return b.view(walked, tuple(sizes))


def _four(x) -> None:
    if len(x.shape) != 4:
        raise ValueError(f"Input rank should be 4, not that of {tuple(x.shape)}")


def _depth_shape(changed):
    return lambda op: TensorShape(changed(op, op.inputs[0].shape.with_rank(4).sizes or (None,) * 4))


def _inverse(type: str):
    return lambda op, g: apply_like(op, type, g)


define(
    "SpaceToDepth",
    "input: T; block_size: int, data_format: string = 'NHWC' -> output: T",
    shape=_depth_shape(_deeper),
    numpy=_with_blocks,
    kernel=_with_blocks_kernel,
    grad=_inverse("DepthToSpace"),
)
define(
    "DepthToSpace",
    "input: T; block_size: int, data_format: string = 'NHWC' -> output: T",
    shape=_depth_shape(_flatter),
    numpy=_with_blocks,
    kernel=_with_blocks_kernel,
    grad=_inverse("SpaceToDepth"),
)


def space_to_depth(input, block_size: int, name: str | None = None, data_format: str = "NHWC") -> Tensor:
    """Blocks of pixels as channels: [batch, h, w, c] -> [batch, h / n, w / n, c * n * n].

    block_size: n, 2 or more; data_format "NCHW": the channels are second.

    >>> space_to_depth(array.zeros([1, 4, 6, 3]), 2).shape.as_list()
    [1, 2, 3, 12]

    Raises:
      ValueError: for sizes that are no multiples of n.
    """
    return apply("SpaceToDepth", input, block_size=int(block_size), data_format=_format(data_format), name=name)


def depth_to_space(input, block_size: int, name: str | None = None, data_format: str = "NHWC") -> Tensor:
    """Channels as blocks of pixels: [batch, h, w, c * n * n] -> [batch, h * n, w * n, c]; `space_to_depth` undone."""
    return apply("DepthToSpace", input, block_size=int(block_size), data_format=_format(data_format), name=name)


def _format(data_format) -> str:
    if data_format not in _FORMATS:
        raise ValueError(f"data_format is one of {', '.join(_FORMATS)}; not {data_format!r}")
    return data_format


# ---- holes by way of the batch


def required_space_to_batch_paddings(input_shape, block_shape, base_paddings=None, name: str | None = None):
    """(paddings, crops), int32 [m, 2], with which sizes become multiples of blocks.

    input_shape: int32 [m]; block_shape: int32 [m]; base_paddings: int32 [m, 2], zeros that are wanted anyway.
    """
    with name_scope(name, "required_space_to_batch_paddings", [input_shape, block_shape]):
        input_shape = convert_to_tensor(input_shape, dtypes.int32, name="input_shape")
        block_shape = convert_to_tensor(block_shape, dtypes.int32, name="block_shape")
        count = block_shape.shape.with_rank(1).assert_is_fully_defined() or block_shape.shape.sizes[0]
        if count == 0:
            return array.zeros([0, 2], dtypes.int32), array.zeros([0, 2], dtypes.int32)
        input_shape.shape.assert_is_compatible_with([count])
        if base_paddings is None:
            base_paddings = array.zeros([count, 2], dtypes.int32)
        base_paddings = convert_to_tensor(base_paddings, dtypes.int32, name="base_paddings")
        base_paddings.shape.assert_is_compatible_with([count, 2])
        known = [constant_value(t) for t in (input_shape, block_shape, base_paddings)]
        return (
            _known_paddings(*known)
            if all(k is not None for k in known)
            else _open_paddings(input_shape, block_shape, base_paddings, count)
        )


def _known_paddings(sizes, block, base) -> tuple:
    extra = (-(sizes + base.sum(1))) % block
    paddings = np.stack([base[:, 0], base[:, 1] + extra], 1)
    crops = np.stack([np.zeros_like(extra), extra], 1)
    return (
        constant.constant(paddings.astype(np.int32), name="paddings"),
        constant.constant(crops.astype(np.int32), name="crops"),
    )


def _open_paddings(sizes: Tensor, block: Tensor, base: Tensor, count: int) -> tuple:
    start, end = base[:, 0], base[:, 1]
    whole = sizes + start + end
    extra = floormod(block - floormod(whole, block, name="mod"), block, name="mod")
    end = end + extra
    paddings = joining.stack([[start[i], end[i]] for i in range(count)], name="paddings")
    return paddings, joining.stack([[0, extra[i]] for i in range(count)], name="crops")


def with_space_to_batch(
    input,
    dilation_rate,
    padding: str,
    op: Callable,
    filter_shape=None,
    spatial_dims=None,
    data_format: str | None = None,
) -> Tensor:
    """An operation with holes: `op(input, number of axes, "VALID")` on every n-th item at a time.

    Args:
      input: [batch, ...].
      dilation_rate: integers [m], of the axes `spatial_dims`: by default 1 to m, or 2 to m + 1 if data_format
        begins with "NC".
      padding: "VALID", or "SAME", which asks for the sizes of op's filter, `filter_shape` [m or more].

    Raises:
      ValueError: for rates that are not positive, another padding, or axes that do not rise.
    """
    input = convert_to_tensor(input, name="input")
    rates = convert_to_tensor(dilation_rate, dtypes.int32, name="dilation_rate")
    known = constant_value(rates)
    count = rates.shape.with_rank(1).sizes[0]
    if count is None:
        raise ValueError("rate must have rank 1 and a known size")
    axes = _axes(spatial_dims, count, data_format)
    if known is not None and (known < 1).any():
        raise ValueError(f"dilation_rate must be positive, but: {known.tolist()}")
    if known is not None and (known == 1).all():
        return op(input, count, padding)
    base = _base_paddings(padding, rates, known, filter_shape, count)
    sizes = _spatial_sizes(input, axes)
    paddings, crops = required_space_to_batch_paddings(sizes, rates, base)
    rates, paddings, crops = (_for_axes(t, fill, axes) for t, fill in ((rates, 1), (paddings, 0), (crops, 0)))
    result = op(space_to_batch_nd(input, rates, paddings), count, "VALID")
    result = batch_to_space_nd(result, rates, crops)
    return result


def _axes(spatial_dims, count: int, data_format) -> list[int]:
    first = 2 if (data_format or "").startswith("NC") else 1
    axes = list(range(first, count + first)) if spatial_dims is None else sorted(int(n) for n in spatial_dims)
    if any(axis < 1 for axis in axes) or len(set(axes)) != len(axes) or len(axes) != count:
        raise ValueError(f"spatial_dims must be a monotonically increasing sequence of {count} positive integers")
    return axes


def _base_paddings(padding, rates: Tensor, known, filter_shape, count: int):
    if padding not in ("SAME", "VALID"):
        raise ValueError(f'padding is "SAME" or "VALID", not {padding!r}')
    if padding == "VALID":
        return np.zeros([count, 2], np.int32)
    if filter_shape is None:
        raise ValueError("filter_shape must be specified for SAME padding")
    filter_shape = convert_to_tensor(filter_shape, name="filter_shape")
    sizes = constant_value(filter_shape)
    if sizes is None or known is None:
        reach = (slicing.slice(filter_shape, [0], [count]) - 1) * rates
        half = reach // 2
        return joining.stack([[half[i], (reach - half)[i]] for i in range(count)])
    reach = (sizes[:count] - 1) * known
    half = reach // 2
    return constant.constant(np.stack([half, reach - half], 1).astype(np.int32), name="stack")


def _spatial_sizes(input: Tensor, axes: list[int]):
    known = input.shape.with_rank_at_least(axes[-1] + 1).sizes if input.shape.rank is not None else None
    if known is not None and all(known[axis] is not None for axis in axes):
        return [known[axis] for axis in axes]
    shape = array.shape(input)
    return joining.stack([shape[axis] for axis in axes])


def _for_axes(value: Tensor, fill: int, axes: list[int]):
    """Rates, paddings or crops for all axes from 1 to the last one that has them."""
    known = constant_value(value)
    if axes == list(range(1, len(axes) + 1)):
        return value if known is None else known
    if known is not None:
        found = np.full((axes[-1], *known.shape[1:]), fill, known.dtype)
        found[[axis - 1 for axis in axes]] = known
        return found
    rest = iter(range(len(axes)))
    none = array.ones_like(value[0]) if fill else array.zeros_like(value[0])
    return joining.stack([value[next(rest)] if i + 1 in axes else none for i in range(axes[-1])])
