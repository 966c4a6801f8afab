"""Pooling of images to sizes that are no whole part of theirs (Graham 2014)."""

from __future__ import annotations

import math
import secrets

import numpy as np

from minitf.framework import dtypes
from minitf.framework.apply import apply, apply_like
from minitf.framework.registry import define
from minitf.framework.shape import TensorShape
from minitf.framework.taking import arguments, taking
from minitf.ops.array import array
from minitf.ops.nn.sampling import Words

_REAL = frozenset({dtypes.float32, dtypes.float64, dtypes.int32, dtypes.int64})

# ---- where the windows begin


def _even(size: int, count: int, source: Words) -> list[int]:
    """Sizes of windows, the smaller and the larger ones spread evenly from a random start on."""
    ratio, small = size / count, size // count
    largest = min((small + 2) / ratio - 1, (size + 1 - small) / ratio - (count - 1))
    start = source.double() * largest
    ends = [1, *[math.ceil(ratio * (i + start)) for i in range(1, count)], size + 1]
    return [b - a for a, b in zip(ends, ends[1:])]


def _shuffled(size: int, count: int, source: Words) -> list[int]:
    """Sizes of windows in random order."""
    sizes = [size // count + (i < size % count) for i in range(count)]
    for i in range(count - 1):
        j = i + source.word() % (count - i)
        sizes[i], sizes[j] = sizes[j], sizes[i]
    return sizes


def _sequences(op, shape: tuple) -> list[np.ndarray]:
    """Where windows of rows and of columns begin, and the end."""
    pair = op.attrs["seed"], op.attrs["seed2"]
    pair = pair if any(pair) else (secrets.randbits(63), secrets.randbits(63))
    found, place = [], 0
    for size, ratio in zip(shape[1:3], op.attrs["pooling_ratio"][1:3]):
        count = int(size / ratio)
        if count < 1:
            raise ValueError(f"images of {shape} have no window with ratios {op.attrs['pooling_ratio']}")
        source = Words((*pair, place))
        even = op.attrs["pseudo_random"]
        sizes = (_even if even else _shuffled)(size, count, source)
        place += 1 if even else -(-count // 4)  # blocks of the stream that are set aside
        found.append(np.cumsum([0, *sizes], dtype=np.int64))
    return found


def _windows(op, rows, columns, shape: tuple):
    """For each window: its place, and which rows and columns it has."""
    more = int(op.attrs["overlapping"])
    for i, j in np.ndindex(len(rows) - 1, len(columns) - 1):
        down = slice(rows[i], min(rows[i + 1] + more, shape[1]))
        across = slice(columns[j], min(columns[j + 1] + more, shape[2]))
        yield (i, j), (slice(None), down, across)


def _check(op, x, g, rows, columns) -> None:
    for name, ends, size in (("row", rows, x[1]), ("col", columns, x[2])):
        if len(ends) < 2 or ends[0] != 0 or ends[-1] != size or (np.diff(ends) < 1).any():
            raise ValueError(f"{name}_pooling_sequence rises from 0 to {size}, unlike {ends.tolist()}")
    expected = (x[0], len(rows) - 1, len(columns) - 1, x[3])
    if tuple(g) != expected:
        raise ValueError(f"out_backprop has shape {tuple(g)}; the windows make {expected}")


# ---- ops


def _pooled(reduce):
    def numpy(op, x):
        rows, columns = _sequences(op, x.shape)
        out = np.zeros((x.shape[0], len(rows) - 1, len(columns) - 1, x.shape[3]), x.dtype)
        for (i, j), where in _windows(op, rows, columns, x.shape):
            out[:, i, j] = reduce(x[where], (1, 2))
        return out, rows, columns

    return numpy


def _max_grad(op, x, y, g, rows, columns):
    _check(op, x.shape, g.shape, rows, columns)
    out, images, depth = np.zeros_like(x), np.arange(x.shape[0])[:, None], np.arange(x.shape[3])
    for (i, j), where in _windows(op, rows, columns, x.shape):
        part = x[where]
        best = part.reshape(len(x), -1, x.shape[3]).argmax(1)
        down, across = where[1].start + best // part.shape[2], where[2].start + best % part.shape[2]
        np.add.at(out, (images, down, across, depth), g[:, i, j])
    return out


def _avg_grad(op, shape, g, rows, columns):
    shape = tuple(int(n) for n in shape)
    _check(op, shape, g.shape, rows, columns)
    out = np.zeros(shape, g.dtype)
    for (i, j), where in _windows(op, rows, columns, shape):
        size = (where[1].stop - where[1].start) * (where[2].stop - where[2].start)
        out[where] += (g[:, i, j] / g.dtype.type(size))[:, None, None]
    return out


def _shape(op):
    sizes = op.inputs[0].shape.with_rank(4).sizes
    ratios = op.attrs["pooling_ratio"]
    counts = [None if n is None else int(n / r) for n, r in zip(sizes, ratios)]
    ends = [TensorShape([None if n is None else n + 1]) for n in counts[1:3]]
    return [TensorShape([sizes[0], *counts[1:3], sizes[3]]), *ends]


def _back(type: str, *values):
    def gradient(op, g, *_):
        given = [value(op) for value in values]
        return apply_like(op, type, *given, g, *op.outputs[1:])

    return gradient


_HOW = "pooling_ratio: list(float), pseudo_random: bool = False, overlapping: bool = False, "
_HOW += "deterministic: bool = False, seed: int = 0, seed2: int = 0"
_OUT = "output: T, row_pooling_sequence: int64, col_pooling_sequence: int64"
_ENDS = "row_pooling_sequence: int64~[rows], col_pooling_sequence: int64~[columns]"
define(
    "FractionalMaxPool",
    f"value: T[b, h, w, c]; {_HOW} -> {_OUT}",
    T=_REAL,
    shape=_shape,
    numpy=_pooled(np.max),
    stateful=True,
    grad=_back("FractionalMaxPoolGrad", lambda op: op.inputs[0], lambda op: op.outputs[0]),
)
define(
    "FractionalMaxPoolGrad",
    f"orig_input: T[b, h, w, c], orig_output: T, out_backprop: T, {_ENDS}; overlapping: bool = False -> output: T",
    T=_REAL,
    shape=lambda op: op.inputs[0].shape,
    numpy=_max_grad,
)
define(
    "FractionalAvgPool",
    f"value: T[b, h, w, c]; {_HOW} -> {_OUT}",
    T=_REAL,
    shape=_shape,
    numpy=_pooled(lambda x, axes: x.mean(axes, dtype=x.dtype)),
    stateful=True,
    grad=_back("FractionalAvgPoolGrad", lambda op: array.shape(op.inputs[0], out_type=dtypes.int64)),
)
define(
    "FractionalAvgPoolGrad",
    f"orig_input_tensor_shape: int64[n], out_backprop: T, {_ENDS}; overlapping: bool = False -> output: T",
    T=_REAL,
    shape=lambda op: TensorShape([None] * 4),
    numpy=_avg_grad,
)

# ---- functions


def _fractional(type: str, value, pooling_ratio, pseudo_random, overlapping, deterministic, seed, seed2, name):
    ratios = [float(n) for n in pooling_ratio]
    if len(ratios) != 4 or ratios[0] != 1 or ratios[3] != 1 or min(ratios) < 1:
        raise ValueError(f"pooling_ratio is [1.0, rows, columns, 1.0], of numbers from 1 on; not {ratios}")
    if (seed or seed2) and not deterministic:
        raise ValueError("Both seed and seed2 should be 0 if deterministic is false")
    pair = {"seed": int(seed), "seed2": int(seed2)}
    if deterministic and not (seed or seed2):
        pair = {"seed": secrets.randbits(62), "seed2": secrets.randbits(62)}
    return apply(
        type,
        value,
        pooling_ratio=ratios,
        pseudo_random=pseudo_random,
        overlapping=overlapping,
        deterministic=deterministic,
        name=name,
        **pair,
    )


def fractional_max_pool(
    value,
    pooling_ratio,
    pseudo_random: bool = False,
    overlapping: bool = False,
    deterministic: bool = False,
    seed: int = 0,
    seed2: int = 0,
    name: str | None = None,
):
    """The largest items of windows of images [batch, h, w, c], of sizes that differ by one:
    [batch, h / ratio, w / ratio, c], and where the windows of rows and of columns begin, int64.

    pooling_ratio: four numbers from 1 on, 1 for batch and channels; pseudo_random: the sizes are spread
    evenly rather than at random; overlapping: windows have the first item of the next one,
    too; deterministic: they are the same in each run, for given seeds in each session.

    Raises:
      ValueError: for other ratios, or seeds without `deterministic`.
    """
    return _fractional(
        "FractionalMaxPool", value, pooling_ratio, pseudo_random, overlapping, deterministic, seed, seed2, name
    )


@taking(arguments(fractional_max_pool))
def fractional_avg_pool(**how):
    """The means of windows of images; arguments, results and errors as those of `fractional_max_pool`."""
    return _fractional("FractionalAvgPool", **how)
