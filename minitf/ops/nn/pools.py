"""Pooling along one, two or three axes."""

from __future__ import annotations

from minitf.framework.convert import convert_to_tensor
from minitf.framework.graph import name_scope
from minitf.framework.tensor import Tensor
from minitf.ops import patterns
from minitf.ops.array import array
from minitf.ops.nn.pooling import avg_pool, max_pool
from minitf.ops.nn.pooling3d import avg_pool3d, max_pool3d
from minitf.ops.nn.spaces import with_space_to_batch

_FLAT = {None: "NHWC", "NWC": "NHWC", "NCW": "NCHW"}


def max_pool1d(input, ksize, strides, padding, data_format: str = "NWC", name: str | None = None) -> Tensor:
    """The largest item of each window of sequences [batch, w, c]: [batch, w', c].

    ksize, strides: a number, or a list of one or three; padding: "SAME" or "VALID"; data_format "NCW": the
    channels are second. ValueError for anything else.
    """
    with name_scope(name, "MaxPool1d", [input]) as scope:
        return _flat_pool(max_pool, input, ksize, strides, padding, data_format, scope)


def avg_pool1d(input, ksize, strides, padding, data_format: str = "NWC", name: str | None = None) -> Tensor:
    """The mean of each window of sequences [batch, w, c]: [batch, w', c]; arguments as of `max_pool1d`."""
    with name_scope(name, "AvgPool1D", [input]) as scope:
        return _flat_pool(avg_pool, input, ksize, strides, padding, data_format, scope)


def _flat_pool(pool, input, ksize, strides, padding, data_format, scope: str) -> Tensor:
    """Pooling of images with one row."""
    if data_format not in _FLAT:
        raise ValueError(f'data_format is "NWC" or "NCW", not {data_format!r}')
    images = _FLAT[data_format]
    axis = 1 if images == "NHWC" else 2
    input = array.expand_dims(convert_to_tensor(input, name="input"), axis)
    sizes = [[1, _along(n, axis, what)] for n, what in ((ksize, "ksize"), (strides, "strides"))]
    return array.squeeze(pool(input, *sizes, padding, images, scope), [axis])


def _along(value, axis: int, what: str) -> int:
    value = list(value) if isinstance(value, (list, tuple)) else [value]
    if len(value) not in (1, 3):
        raise ValueError(f"{what} should be of length 1 or 3 but was {len(value)}: {value}")
    return value[0] if len(value) == 1 else value[axis]


def max_pool_v2(input, ksize, strides, padding, data_format: str | None = None, name: str | None = None) -> Tensor:
    """`max_pool1d`, `max_pool` or `max_pool3d`, by the rank of the input or the format."""
    pools = max_pool1d, max_pool, max_pool3d
    return _by_rank(input, data_format, pools)(input, ksize, strides, padding, data_format, name)


def avg_pool_v2(input, ksize, strides, padding, data_format: str | None = None, name: str | None = None) -> Tensor:
    """`avg_pool1d`, `avg_pool` or `avg_pool3d`, by the rank of the input or the format."""
    pools = avg_pool1d, avg_pool, avg_pool3d
    return _by_rank(input, data_format, pools)(input, ksize, strides, padding, data_format, name)


def _by_rank(input, data_format, pools: tuple):
    rank = len(data_format) if data_format else convert_to_tensor(input).shape.rank
    if rank not in (3, 4, 5):
        raise ValueError(f"Input tensor must be of rank 3, 4 or 5 but was {rank}: {input}")
    return pools[rank - 3]


def pool(
    input,
    window_shape,
    pooling_type: str,
    padding,
    dilation_rate=None,
    strides=None,
    name: str | None = None,
    data_format: str | None = None,
    dilations=None,
) -> Tensor:
    """Pooling along one, two or three axes: input [batch, *sizes, channels].

    window_shape: a number for each of these axes; pooling_type: "MAX" or "AVG"; padding: "SAME" or "VALID";
    dilation_rate (or dilations): how far apart the items of a window are; strides: from window to window.
    data_format beginning with "NC": the channels are second.

    Raises:
      ValueError: for other arguments, or both holes and strides.

    >>> pool(array.zeros([1, 8, 8, 3]), [2, 2], "MAX", "VALID", strides=[2, 2]).shape.as_list()
    [1, 4, 4, 3]
    """
    rates = patterns.renamed("dilations", dilations, "dilation_rate", dilation_rate)
    if pooling_type not in ("MAX", "AVG"):
        raise ValueError(f'pooling_type is "MAX" or "AVG", not {pooling_type!r}')
    with name_scope(name, f"{pooling_type.lower()}_pool", [input]) as scope:
        input = convert_to_tensor(input, name="input")
        window, axes = list(window_shape), len(window_shape)
        if axes not in (1, 2, 3) or input.shape.rank not in (None, axes + 2):
            raise ValueError(f"window_shape {window} is for inputs of rank {axes + 2}, not {input.shape}")
        strides, rates = _each(strides, axes, "strides"), _each(rates, axes, "dilation_rate")
        if any(n > size for n, size in zip(strides, window)):
            raise ValueError(f"strides > window_shape not supported, which would skip items: {strides}, {window}")
        holes = any(n != 1 for n in rates)
        if holes and any(n != 1 for n in strides):
            raise ValueError(f"strides > 1 not supported in conjunction with dilation_rate > 1: {strides}, {rates}")
        if holes and padding == "SAME":
            raise ValueError("pooling with SAME padding is not implemented for dilation_rate > 1")

        def pooled(x, _, kind):
            return _pooled(pooling_type, x, window, strides, kind, data_format, scope)

        return with_space_to_batch(input, rates, padding, pooled, data_format=data_format)


def _each(value, count: int, what: str) -> list[int]:
    value = [1] * count if value is None else list(value)
    if len(value) != count or min(value) < 1:
        raise ValueError(f"{what} has {count} positive numbers, not {value}")
    return value


def _pooled(kind: str, x, window: list, strides: list, padding, data_format, scope: str) -> Tensor:
    first = (data_format or "").startswith("NC")
    if len(window) == 3:
        function = max_pool3d if kind == "MAX" else avg_pool3d
        return function(x, window, strides, padding, "NCDHW" if first else "NDHWC", scope)
    function = max_pool if kind == "MAX" else avg_pool
    if len(window) == 2:
        return function(x, window, strides, padding, "NCHW" if first else "NHWC", scope)
    return _flat_pool(function, x, window, strides, padding, "NCW" if first else "NWC", scope)
