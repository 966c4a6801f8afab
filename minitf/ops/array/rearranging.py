"""Padding, tiling, reversing, rolling and repeating."""

from __future__ import annotations

import math

import numpy as np

from minitf.framework import dtypes
from minitf.framework.apply import apply, apply_like
from minitf.framework.convert import convert_to_tensor
from minitf.framework.graph import name_scope
from minitf.framework.registry import define
from minitf.framework.shape import UNKNOWN, TensorShape
from minitf.framework.static import constant_value, constant_value_as_shape
from minitf.framework.tensor import Tensor
from minitf.kernels.compile import layout
from minitf.kernels.math import mirrors, movement
from minitf.ops import patterns
from minitf.ops.array import array
from minitf.ops.array.array import check_axis
from minitf.ops.array.broadcasting import broadcast_to
from minitf.ops.array.gather import boolean_mask, gather
from minitf.ops.array.ranges import sequence_mask

# ---- pad


def _check_paddings(paddings, rank: int) -> list[tuple[int, int]]:
    if paddings.shape != (rank, 2):
        raise ValueError(f"paddings have shape ({rank}, 2), two numbers for each axis, not {paddings.shape}")
    if (paddings < 0).any():
        raise ValueError(f"paddings are 0 or more, not {paddings.tolist()}")
    return [(int(before), int(after)) for before, after in paddings]


def _rank_of(sizes, paddings: Tensor):
    rows = paddings.shape.with_rank(2).sizes[0]
    if sizes is not None and rows not in (None, len(sizes)):
        raise ValueError(f"paddings have one row for each of the {len(sizes)} axes, not {rows}")
    return rows if sizes is None else len(sizes)


def _padded(op, sign: int = 1):
    sizes, paddings = op.inputs[0].shape.sizes, constant_value(op.inputs[1])
    rank = _rank_of(sizes, op.inputs[1])
    if paddings is not None:
        paddings = _check_paddings(paddings, len(paddings) if rank is None else rank)
    if sizes is None or paddings is None:
        return UNKNOWN if rank is None else TensorShape([None] * rank)
    return TensorShape([n if n is None else n + sign * sum(p) for n, p in zip(sizes, paddings)])


def _pad(op, x, paddings, value=None):
    if value is None:
        value = dtypes.zeros((), x.dtype)
    return np.pad(x, _check_paddings(paddings, x.ndim), constant_values=value)


def _pad_kernel(b, op, x, paddings, value=None):
    paddings = _check_paddings(b.data(paddings), len(x.shape))
    given = constant_value(op.inputs[1])
    cut = range(len(x.shape)) if given is None else np.flatnonzero(given.any(axis=1)).tolist()
    sizes = [b.derived(_more, (), n, *paddings[axis])[0] if axis in cut else n for axis, n in enumerate(x.shape)]
    out = patterns.filled(b, sizes, x.dtype, value)
    steps = layout.strides(out.shape)
    offset = patterns.start(b, [(paddings[axis][0], steps[axis]) for axis in cut])
    patterns.place(b, x, out, steps, offset, cut)
    return out


def _more(size: int, before: int, after: int) -> tuple[int]:
    """How large an axis is with its paddings."""
    return (size + before + after,)


def _pad_grad(op, g):
    x, paddings = op.inputs[:2]
    before = apply("Unpack", paddings, num=2, axis=1)[0]
    inner = apply("Slice", g, before, array.shape(x, out_type=before.dtype))
    return [inner] + [None] * (len(op.inputs) - 1)


_PADDED = {"Tpaddings": dtypes.INDEX, "shape": _padded}
_PAD = {**_PADDED, "numpy": _pad, "kernel": _pad_kernel, "grad": _pad_grad}
define("Pad", "input: T, paddings: Tpaddings[rank, 2]; Tpaddings: type = int32 -> output: T", **_PAD)
define(
    "PadV2",
    "input: T, paddings: Tpaddings[rank, 2], constant_values: T~[]; Tpaddings: type = int32 -> output: T",
    **_PAD,
)


def _check_mirror(sizes, paddings, mode: str) -> None:
    for axis, (size, (before, after)) in enumerate(zip(sizes, paddings)):
        most = size if size is None or mode == "SYMMETRIC" else size - 1
        if most is not None and max(before, after) > most:
            wrong = f"is at most {most}, not {max(before, after)}"
            raise ValueError(f"{mode} padding of axis {axis}, of size {size}, {wrong}")


def _mirror_positions(size: int, padding: tuple[int, int], mode: str) -> np.ndarray:
    """Which item of the input each item of the padded axis shows."""
    return np.pad(np.arange(size), padding, mode.lower())


def _mirror_pad(op, x, paddings):
    paddings = _check_paddings(paddings, x.ndim)
    _check_mirror(x.shape, paddings, op.attrs["mode"])
    for axis, padding in enumerate(paddings):
        x = np.take(x, _mirror_positions(x.shape[axis], padding, op.attrs["mode"]), axis)
    return x


def _mirrors(b, op, paddings, sizes: tuple, sign: int = 1):
    """For each axis that is padded, or may be in other runs: itself, and how much it has more on both sides. sizes: of
    what is padded, or, if the sign is -1, of what was.
    """
    paddings, given = _check_paddings(b.data(paddings), len(sizes)), constant_value(op.inputs[1])
    if not b.follows:
        whole = sizes if sign > 0 else [n - sum(pair) for n, pair in zip(sizes, paddings)]
        _check_mirror(whole, paddings, op.attrs["mode"])
    for axis, pair in enumerate(paddings):
        if any(pair) or b.follows and given is None:
            yield axis, pair


def _too_far(_) -> str:
    return "mirrored paddings are at most as large as the axis"


def _mirror_kernel(b, op, kernel, x, paddings, sign: int = 1):
    for axis, (before, after) in _mirrors(b, op, paddings, x.shape, sign):
        first, size, last = x.shape[:axis], x.shape[axis], x.shape[axis + 1 :]
        (new,) = b.derived(_more, (), size, sign * before, sign * after)
        out = b.new((*first, new, *last), x.dtype)
        numbers = math.prod(first), size if sign > 0 else new, math.prod(last), before, after
        b.call(kernel, x, out, *numbers, int(op.attrs["mode"] == "REFLECT"), error=_too_far)
        x = out
    return x


def _mirror_pad_kernel(b, op, x, paddings):
    return _mirror_kernel(b, op, mirrors.mirror[layout.carrier(x.dtype)], x, paddings)


def _mirror_pad_grad_kernel(b, op, g, paddings):
    return _mirror_kernel(b, op, mirrors.sum_mirrored[g.dtype], g, paddings, -1)


def _mirror_pad_grad(op, g, paddings):
    paddings = _check_paddings(paddings, g.ndim)
    _check_mirror([n - sum(pair) for n, pair in zip(g.shape, paddings)], paddings, op.attrs["mode"])
    for axis, (before, after) in enumerate(paddings):
        g, size = np.moveaxis(g, axis, 0), g.shape[axis] - before - after
        shown, end = _mirror_positions(size, (before, after), op.attrs["mode"]), before + size
        total = g[before:end].copy()
        total[shown[:before]] += g[:before]  # no item is shown twice on one side
        total[shown[end:]] += g[end:]
        g = np.moveaxis(total, 0, axis)
    return g


define(
    "MirrorPad",
    "input: T, paddings: Tpaddings[rank, 2]; Tpaddings: type = int32, mode: string -> output: T",
    numpy=_mirror_pad,
    **_PADDED,
    kernel=_mirror_pad_kernel,
    grad=lambda op, g: (apply_like(op, "MirrorPadGrad", g, op.inputs[1]), None),
)
define(
    "MirrorPadGrad",
    "input: T, paddings: Tpaddings[rank, ~2]; Tpaddings: type = int32, mode: string -> output: T",
    T=dtypes.NUMBER,
    Tpaddings=dtypes.INDEX,
    numpy=_mirror_pad_grad,
    kernel=_mirror_pad_grad_kernel,
    shape=lambda op: _padded(op, -1),
    grad=lambda op, g: (apply_like(op, "MirrorPad", g, op.inputs[1]), None),
)


def pad(tensor, paddings, mode: str = "CONSTANT", name: str | None = None, constant_values=0) -> Tensor:
    """`tensor` with `paddings[i, 0]` items before and `paddings[i, 1]` after along each axis i.

    mode: "CONSTANT" (filled with `constant_values`), "REFLECT" (mirrored without the edge) or "SYMMETRIC" (with it).

    Raises:
      ValueError: for another mode, negative paddings, or mirrored ones larger than the axis.

    >>> pad([[1, 2], [3, 4]], [[0, 1], [2, 0]]).shape.as_list()
    [3, 4]
    """
    mode = str(mode).upper()
    if mode in ("REFLECT", "SYMMETRIC"):
        return apply("MirrorPad", tensor, paddings, mode=mode, name=name)
    if mode != "CONSTANT":
        raise ValueError(f"the modes of pad are CONSTANT, REFLECT and SYMMETRIC, not {mode}")
    if isinstance(constant_values, Tensor) or constant_values != 0:
        return apply("PadV2", tensor, paddings, constant_values, name=name)
    return apply("Pad", tensor, paddings, name=name)


# ---- tile


def _check_multiples(multiples, rank: int) -> tuple[int, ...]:
    if len(multiples) != rank or any(m < 0 for m in multiples):
        raise ValueError(f"multiples are {rank} numbers of 0 or more, one for each axis, not {list(multiples)}")
    return tuple(int(m) for m in multiples)


def _tiled(op):
    shape, multiples = op.inputs[0].shape, constant_value_as_shape(op.inputs[1])
    rank = multiples.rank if shape.rank is None else shape.rank
    if rank is None:
        return UNKNOWN
    sizes, multiples = shape.with_rank(rank).sizes, multiples.with_rank(rank).sizes
    return TensorShape([0 if 0 in (n, m) else None if None in (n, m) else n * m for n, m in zip(sizes, multiples)])


def _tile_kernel(b, op, x, multiples):
    """Each axis becomes two: its copies, which stand still in x, and its items."""
    multiples = _check_multiples(b.data(multiples), len(x.shape))
    shape = [n for pair in zip(multiples, x.shape) for n in pair]
    steps = [n for step in layout.strides(x.shape) for n in (0, step)]
    return b.view(patterns.walk(b, x, shape, steps), tuple(n * m for n, m in zip(x.shape, multiples)))


def _tile_grad(op, g):
    """The copies lie along axes of their own, over which the sum goes."""
    x, multiples = op.inputs
    shape = array.shape(x, out_type=multiples.dtype.base_dtype)
    copies = apply("Reshape", apply("Pack", [multiples, shape], axis=1), [-1])
    once = apply("Reshape", apply("Pack", [array.ones_like(shape), shape], axis=1), [-1])
    return apply("Reshape", apply("SumToShape", apply("Reshape", g, copies), once), shape), None


define(
    "Tile",
    "input: T, multiples: Tmultiples[n]; Tmultiples: type = int32 -> output: T",
    Tmultiples=dtypes.INDEX,
    shape=_tiled,
    numpy=lambda op, x, m: np.tile(x, _check_multiples(m, x.ndim)),
    kernel=_tile_kernel,
    grad=_tile_grad,
)


def tile(input, multiples, name: str | None = None) -> Tensor:
    """`input` repeated `multiples[i]` times along each axis i.

    >>> tile([[1, 2]], [3, 2]).shape.as_list()
    [3, 4]
    """
    return apply("Tile", input, multiples, name=name)


# ---- reverse and roll


def _axes(values, rank: int) -> tuple[int, ...]:
    axes = tuple(check_axis(int(axis), rank) for axis in np.ravel(values))
    if len(set(axes)) < len(axes):
        raise ValueError(f"axis {list(np.ravel(values))} names an axis twice")
    return axes


def _checked_same(op):
    sizes, axes = op.inputs[0].shape.sizes, constant_value(op.inputs[1])
    if sizes is not None and axes is not None:
        _axes(axes, len(sizes))
    return op.inputs[0].shape


def _reverse_kernel(b, op, x, axis):
    axes, steps = _axes(b.data(axis), len(x.shape)), list(layout.strides(x.shape))
    offset = sum((x.shape[axis] - 1) * steps[axis] for axis in axes)  # of none, that is nowhere, nothing is read
    return patterns.walk(b, x, x.shape, [-s if axis in axes else s for axis, s in enumerate(steps)], offset)


define(
    "ReverseV2",
    "tensor: T, axis: Tidx[n]; Tidx: type = int32 -> output: T",
    Tidx=dtypes.INDEX,
    shape=_checked_same,
    numpy=lambda op, x, axis: np.flip(x, _axes(axis, x.ndim)),
    kernel=_reverse_kernel,
    grad=lambda op, g: (apply("ReverseV2", g, op.inputs[1]), None),
)
reverse = patterns.of_inputs(
    "ReverseV2", "`tensor` in reverse order along each of the axes in the list `axis`.", "reverse"
)


def _sequence_axes(op, sizes: tuple, lengths: tuple) -> tuple[int, int]:
    seq, batch = (check_axis(op.attrs[name], len(sizes), name) for name in ("seq_dim", "batch_dim"))
    if seq == batch:
        raise ValueError(f"seq_axis and batch_axis are both {seq}; sequences lie along another axis than the batch")
    if lengths != (sizes[batch],):
        raise ValueError(f"seq_lengths are {sizes[batch]} numbers, one for each item of axis {batch}, not {lengths}")
    return seq, batch


def _bad_length(item: int, length, size: int) -> str:
    return f"seq_lengths[{item}] = {length} is not in [0, {size}], the length of the sequences"


def _reverse_sequence(op, x, lengths):
    seq, batch = _sequence_axes(op, x.shape, lengths.shape)
    result = x.copy()
    for item, length in enumerate(lengths):
        if not 0 <= length <= x.shape[seq]:
            raise ValueError(_bad_length(item, length, x.shape[seq]))
        order = np.arange(x.shape[seq])
        order[:length] = order[:length][::-1]
        row = x.take(item, batch).take(order, seq - (batch < seq))
        result[(np.s_[:],) * batch + (item,)] = row
    return result


def _reverse_sequence_kernel(b, op, x, lengths):
    seq, batch = _sequence_axes(op, x.shape, lengths.shape)
    first, second = sorted((seq, batch))
    sizes, out = x.shape, b.new(x.shape, x.dtype)
    kernel = movement.reverse_sequence[layout.carrier(x.dtype), lengths.dtype]
    outer, middle, inner = (math.prod(part) for part in (sizes[:first], sizes[first + 1 : second], sizes[second + 1 :]))
    b.call(
        kernel,
        x,
        lengths,
        out,
        outer,
        sizes[first],
        middle,
        sizes[second],
        inner,
        int(batch < seq),
        error=lambda item: _bad_length(item, b.data(lengths)[item], sizes[seq]),
    )
    return out


def _reversed_sequence_shape(op):
    sizes = op.inputs[0].shape.sizes
    if sizes is None:
        return UNKNOWN
    seq, batch = (check_axis(op.attrs[name], len(sizes), name) for name in ("seq_dim", "batch_dim"))
    length = op.inputs[1].shape.with_rank(1).merge_with([sizes[batch]]).sizes[0]
    return TensorShape((*sizes[:batch], length, *sizes[batch + 1 :]))


define(
    "ReverseSequence",
    "input: T, seq_lengths: Tlen[batch]; seq_dim: int, batch_dim: int = 0, Tlen: type = int64 -> output: T",
    Tlen=dtypes.INDEX,
    shape=_reversed_sequence_shape,
    numpy=_reverse_sequence,
    kernel=_reverse_sequence_kernel,
    grad=lambda op, g: (apply_like(op, "ReverseSequence", g, op.inputs[1]), None),
)


def reverse_sequence(
    input, seq_lengths, seq_axis=None, batch_axis=None, name: str | None = None, seq_dim=None, batch_dim=None
) -> Tensor:
    """`input` with the first `seq_lengths[i]` items along `seq_axis` reversed, for item i of `batch_axis` (default 0).

    seq_dim, batch_dim: older names of the axes.

    >>> reverse_sequence([[1, 2, 3], [4, 5, 6]], [2, 3], seq_axis=1).shape.as_list()
    [2, 3]
    """
    seq_axis = patterns.renamed("seq_axis", seq_axis, "seq_dim", seq_dim)
    batch_axis = patterns.renamed("batch_axis", batch_axis, "batch_dim", batch_dim)
    if seq_axis is None:
        raise TypeError("reverse_sequence needs seq_axis")
    return apply("ReverseSequence", input, seq_lengths, seq_dim=seq_axis, batch_dim=batch_axis or 0, name=name)


def _roll_shape(op):
    shift, axis = op.inputs[1].shape, op.inputs[2].shape
    if None not in (shift.rank, axis.rank) and shift.rank > 1 or axis.rank not in (None, 0, 1):
        raise ValueError(f"shift and axis are scalars or vectors, not of shapes {shift} and {axis}")
    shift.assert_is_compatible_with(axis)
    return op.inputs[0].shape.with_rank_at_least(1)


def _rolled(shift, axis, rank: int) -> list[tuple[int, int]]:
    """How far to go along which axes."""
    if np.shape(shift) != np.shape(axis):
        raise ValueError(f"shift and axis have to be of one shape, not {np.shape(shift)} and {np.shape(axis)}")
    return [(int(s), check_axis(int(a), rank)) for s, a in zip(np.ravel(shift), np.ravel(axis))]


def _roll(op, x, shift, axis):
    for count, along in _rolled(shift, axis, x.ndim):
        x = np.roll(x, count, along)
    return x


def _roll_kernel(b, op, x, shift, axis):
    kernel = movement.roll[layout.carrier(x.dtype), shift.dtype]
    for k, (_, along) in enumerate(_rolled(np.zeros(shift.shape, np.int64), b.data(axis), len(x.shape))):
        out = b.new(x.shape, x.dtype)
        b.call(kernel, x, shift, out, k, math.prod(x.shape[:along]), x.shape[along], math.prod(x.shape[along + 1 :]))
        x = out
    return x


define(
    "Roll",
    "input: T, shift: Tshift, axis: Taxis -> output: T",
    Tshift=dtypes.INDEX,
    Taxis=dtypes.INDEX,
    shape=_roll_shape,
    numpy=_roll,
    kernel=_roll_kernel,
    grad=lambda op, g: (apply("Roll", g, -op.inputs[1], op.inputs[2]), None, None),
)
roll = patterns.of_inputs(
    "Roll", "`input` moved by `shift` items along `axis`; what leaves at one end enters at the other.", "roll"
)

# ---- repeat


def repeat(input, repeats, axis: int | None = None, name: str | None = None) -> Tensor:
    """Each item of `input` along `axis` repeated: `repeats` times, or `repeats[i]` times item i.

    Without an axis the input is flattened first.

    >>> repeat([[1, 2], [3, 4]], 3, axis=1).shape.as_list()
    [2, 6]
    """
    input = array.reshape(input, [-1]) if axis is None else convert_to_tensor(input)
    with name_scope(name, "Repeat", [input]):
        if input.shape.rank is None:
            raise ValueError(f"repeat along an axis needs an input of known rank, not {input.name}")
        axis = check_axis(axis or 0, input.shape.rank)
        repeats = convert_to_tensor(repeats, name="repeats")
        if repeats.shape.rank == 0 or repeats.shape.sizes == (1,):
            return _repeat_evenly(input, array.reshape(repeats, []), axis)
        if repeats.shape.rank is None:
            repeats = broadcast_to(repeats, array.reshape(array.shape(input)[axis], [1]))
        most = apply("Max", repeats, 0)
        most = apply("Maximum", convert_to_tensor(0, repeats.dtype.base_dtype, name="Maximum/x"), most)
        copies = _copies(input, most, axis)
        kept = sequence_mask(repeats, most)
        return boolean_mask(copies, kept, axis=axis)


def _copies(x: Tensor, count: Tensor, axis: int) -> Tensor:
    """Each item along `axis` as `count` items along an axis behind it."""
    multiples = [1] * (x.shape.rank + 1)
    multiples[axis + 1] = count
    return tile(array.expand_dims(x, axis + 1), multiples)


def _repeat_evenly(x: Tensor, count: Tensor, axis: int) -> Tensor:
    sizes = array.shape(x)
    joined = gather(sizes, axis) * apply("Cast", count, DstT=dtypes.int32)
    return array.reshape(_copies(x, count, axis), array.concat([sizes[:axis], [joined], sizes[axis + 1 :]], 0))
