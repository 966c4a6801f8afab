"""Pooling that says where the largest items are."""

from __future__ import annotations

from math import prod

import numpy as np

from minitf.framework import dtypes
from minitf.framework.apply import apply, apply_like
from minitf.framework.registry import define
from minitf.framework.shape import TensorShape
from minitf.kernels.math import pooling as kernels
from minitf.ops import patterns
from minitf.ops.nn.axes import check_format, listed
from minitf.ops.nn.windows import check_moves, check_padding, check_strides, found_by, static_count, windows


def _shape(op):
    check_strides(op)
    x, ksize = op.inputs[0].shape.with_rank(4).sizes, op.attrs["ksize"]
    found = TensorShape([x[0], *[static_count(op, p, x[p], ksize[p]) for p in (1, 2)], x[3]])
    return [found, found]


def _places(op, x) -> tuple:
    """The largest items and their places in one image, or in all."""
    check_moves(op)
    found = windows(op, x.shape, op.attrs["ksize"][1:3])
    shape = (x.shape[0], *found.counts, x.shape[3])
    best, places = np.zeros(shape, x.dtype), np.full(shape, -1, np.int64)
    per_image = int(np.prod(x.shape[1:]))
    where = np.arange(per_image, dtype=np.int64).reshape(1, *x.shape[1:])
    if op.attrs["include_batch_in_index"]:
        where = where + np.arange(x.shape[0], dtype=np.int64).reshape(-1, 1, 1, 1) * per_image
    where = np.broadcast_to(where, x.shape)
    for _, to, at in found.taps():
        larger = (places[to] < 0) | (x[at] > best[to])
        np.copyto(best[to], x[at], where=larger)
        np.copyto(places[to], where[at], where=larger)
    return best, np.maximum(places, 0).astype(op.attrs["Targmax"].numpy)


def _lowered(b, op, x):
    check_moves(op)
    found = windows(op, x.shape, op.attrs["ksize"][1:3], found_by(b, op.inputs[0]))
    shape, place = (x.shape[0], *found.counts, x.shape[3]), op.attrs["Targmax"].numpy
    best, places = b.new(shape, x.dtype), b.new(shape, place)
    numbers = (*x.shape[1:], *found.counts, *found.each("window", "stride", "before"))
    if b.fills(best):
        whole = int(op.attrs["include_batch_in_index"])
        b.call(kernels.max_pool_places[x.dtype, place], x, best, places, 0, shape[0] * shape[1], *numbers, whole)
    return best, places


def _flat(op, shape: tuple, places, count: int) -> np.ndarray:
    """Places among all items; ValueError for those that are outside."""
    per_image = int(np.prod(shape[1:]))
    if not op.attrs["include_batch_in_index"]:
        images = np.arange(shape[0], dtype=np.int64).reshape(-1, *[1] * (places.ndim - 1))
        places = places + images * per_image
    if places.size and (places.min() < 0 or places.max() >= count):
        raise ValueError(_outside(count))
    return places


def _outside(count: int) -> str:
    return f"argmax has places outside of the {count} items"


def _check_back(x, g, places) -> None:
    if g.shape != places.shape:
        raise ValueError(f"grad and argmax are of one shape, not {g.shape} and {places.shape}")


def _back(op, x, g, places):
    _check_back(x, g, places)
    out = np.zeros(x.size, x.dtype)
    np.add.at(out, _flat(op, x.shape, places, x.size), g)
    return out.reshape(x.shape)


def _check_taken(x, g, places) -> None:
    if g.shape != x.shape:
        raise ValueError(f"grad is shaped like the images, {x.shape}, not {g.shape}")


def _taken(op, x, g, places):
    _check_taken(x, g, places)
    return g.ravel()[_flat(op, x.shape, places, x.size)]


def _by_places(kernel, check, like: int):
    """The rule of a kernel that moves items from or to places; the result has the shape of the input `like`."""

    def lower(b, op, *inputs):
        check(*inputs)
        x, g, places = inputs
        out, images = b.new(inputs[like].shape, g.dtype), x.shape[0]
        numbers = (images, prod(x.shape[1:]), places.size // max(images, 1), int(op.attrs["include_batch_in_index"]))
        call = kernel[g.dtype, places.dtype], g, places, out, *numbers
        b.call(*call, error=lambda _: _outside(x.size))
        return out

    return lower


def _turned(type: str):
    return lambda op, g: (None, apply_like(op, type, op.inputs[0], g, op.inputs[2]), None)


define(
    "MaxPoolWithArgmax",
    "input: T[b, h, w, c]; ksize: list(int), strides: list(int), Targmax: type = int64, padding: string, "
    "include_batch_in_index: bool = False -> output: T, argmax: Targmax",
    T=dtypes.REAL,
    shape=_shape,
    numpy=_places,
    kernel=_lowered,
    grad=lambda op, g, _: apply_like(op, "MaxPoolGradWithArgmax", op.inputs[0], g, op.outputs[1]),
)
_GRAD = {"T": dtypes.FLOAT, "Targmax": dtypes.INDEX}
define(
    "MaxPoolGradWithArgmax",
    "input: T[b, h, w, c], grad: T, argmax: Targmax; ksize: list(int), strides: list(int), padding: string, "
    "include_batch_in_index: bool = False -> output: T",
    shape=lambda op: op.inputs[0].shape,
    numpy=_back,
    kernel=_by_places(kernels.add_at_places, _check_back, 0),
    grad=_turned("MaxPoolGradGradWithArgmax"),
    **_GRAD,
)
define(
    "MaxPoolGradGradWithArgmax",
    "input: T[b, h, w, c], grad: T, argmax: Targmax; ksize: list(int), strides: list(int), padding: string, "
    "include_batch_in_index: bool = False -> output: T",
    shape=lambda op: op.inputs[2].shape,
    numpy=_taken,
    kernel=_by_places(kernels.take_at_places, _check_taken, 2),
    grad=_turned("MaxPoolGradWithArgmax"),
    **_GRAD,
)


def max_pool_with_argmax(
    input,
    ksize,
    strides,
    padding,
    data_format: str | None = "NHWC",
    Targmax=None,
    name: str | None = None,
    output_dtype=None,  # noqa: N803
    include_batch_in_index: bool = False,
):
    """The largest item of each window of images [batch, h, w, c], and where it is: both [batch, h', w', c].

    ksize, strides: lists of four numbers; padding: as in `max_pool`; data_format: "NHWC". The place, int64 (or
    int32: Targmax, output_dtype), counts the items of one image, or with include_batch_in_index of all.

    Raises:
      TypeError, ValueError: for arguments that are not as above.
    """
    type = dtypes.as_dtype(patterns.renamed("Targmax", Targmax, "output_dtype", output_dtype) or dtypes.int64)
    if check_format(data_format) != "NHWC":
        raise ValueError(f"Data formats other than 'NHWC' are not yet supported: {data_format!r}")
    if type not in dtypes.INDEX:
        raise TypeError(f"places are int32 or int64, not {type.name}")
    return apply(
        "MaxPoolWithArgmax",
        input,
        ksize=listed(ksize, "ksize", "NHWC"),
        strides=listed(strides, "strides", "NHWC"),
        padding=check_padding(padding),
        Targmax=type,
        include_batch_in_index=include_batch_in_index,
        name=name,
    )
