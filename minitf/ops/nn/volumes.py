"""Windows that move over volumes [volumes, d, h, w, c], as `windows` of images.

Attributes of ops hold five numbers in the order of `data_format`, "NDHWC" or "NCDHW".
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator

import numpy as np

from minitf.framework.shape import TensorShape
from minitf.kernels.compile import layout
from minitf.ops import patterns
from minitf.ops.nn.windows import Axis, axis, static_count, whole

FORMATS = ("NDHWC", "NCDHW")


def check_format(data_format) -> str:
    """The format, "NDHWC" (also for None) or "NCDHW"; ValueError for anything else."""
    if data_format is None:
        return "NDHWC"
    if data_format not in FORMATS:
        raise ValueError(f"data_format is one of {', '.join(FORMATS)}; not {data_format!r}")
    return data_format


def five(value, name: str, data_format: str) -> list[int]:
    """A number, or one, three or five of them, as an attribute; ValueError for another number of them."""
    value = [1] if value is None else list(value) if isinstance(value, (list, tuple, np.ndarray)) else [value]
    if len(value) not in (1, 3, 5):
        raise ValueError(f"{name} should be of length 1, 3 or 5 but was {len(value)}: {value}")
    value = [whole(n, name) for n in value]
    if len(value) == 5:
        return value
    three = value * 3 if len(value) == 1 else value
    return [1, 1, *three] if data_format == "NCDHW" else [1, *three, 1]


def spatial(op) -> list[int]:
    """The places of depth, height and width among five numbers in the op's order."""
    return [2, 3, 4] if op.attrs["data_format"] == "NCDHW" else [1, 2, 3]


def channel(op) -> int:
    """The place of the channels."""
    return 1 if op.attrs["data_format"] == "NCDHW" else 4


def check_moves(op) -> None:
    """ValueError for numbers that are not positive, or other than 1 for the batch or the channels."""
    for name in ("ksize", "strides", "dilations"):
        values = op.attrs.get(name, [1] * 5)
        if min(values) < 1:
            raise ValueError(f"{name} are 1 or more, not {values} (must be > 0)")
        if values[0] != 1 or values[channel(op)] != 1:
            raise ValueError(f"{name} in the batch and depth dimensions have to be 1, not {values}")


def static_counts(op, sizes, window) -> list:
    """The number of windows along each axis, None where it is unknown."""
    return [static_count(op, p, sizes[p], k) for p, k in zip(spatial(op), window)]


def windows(op, sizes: tuple, window) -> list[Axis]:
    """The windows [d, h, w] over volumes of sizes [volumes, d, h, w, c]."""
    check_moves(op)
    return [axis(op, p, n, k) for p, n, k in zip(spatial(op), sizes[1:4], window)]


def taps(found: list[Axis]) -> Iterator[tuple]:
    """For each place in a window: (its place, where its windows are, where it is in the volume)."""
    for place in itertools.product(*[range(a.window) for a in found]):
        where = [a.taps(k) for a, k in zip(found, place)]
        yield place, (np.s_[:], *[to for to, _ in where]), (np.s_[:], *[at for _, at in where])


# ---- the order of axes


def last_sizes(op, sizes) -> tuple:
    """Sizes in the op's order as [volumes, d, h, w, c]."""
    return tuple([sizes[i] for i in (0, *spatial(op), channel(op))])


def own_sizes(op, sizes) -> TensorShape:
    """The shape in the op's order of [volumes, d, h, w, c]."""
    n, *inner, c = sizes
    return TensorShape([n, c, *inner] if op.attrs["data_format"] == "NCDHW" else [n, *inner, c])


def channels_last(b, op, x):
    """The value, or array if `b` is None, as [volumes, d, h, w, c]."""
    return _transposed(b, x, (0, 2, 3, 4, 1)) if op.attrs["data_format"] == "NCDHW" else x


def own_order(b, op, x):
    """The other way round."""
    return _transposed(b, x, (0, 4, 1, 2, 3)) if op.attrs["data_format"] == "NCDHW" else x


def _transposed(b, x, order):
    if b is None:
        return x.transpose(order)
    steps = layout.strides(x.shape)
    return patterns.walk(b, x, [x.shape[i] for i in order], [steps[i] for i in order])


def five_axes(value, what: str) -> None:
    """ValueError unless the value has five axes."""
    if len(value.shape) != 5:
        raise ValueError(f"{what} must be 5-dimensional, not of shape {tuple(value.shape)}")
