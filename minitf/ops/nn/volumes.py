"""Windows that move over volumes [volumes, d, h, w, c], as `windows` of images."""

from __future__ import annotations

import itertools
from collections.abc import Iterator

import numpy as np

from minitf.framework.errors import AtRun, UnimplementedError
from minitf.ops.nn.axes import channel, spatial
from minitf.ops.nn.windows import Axis, axis, static_count

_NUMBERS = ("ksize", "strides", "dilations")


def check_positive(op) -> None:
    """ValueError for numbers that no data could make right."""
    for name in _NUMBERS:
        values = op.attrs.get(name, [1])
        if min(values) < 1:
            raise ValueError(f"{name} are 1 or more, not {values} (must be > 0)")


def check_moves(op) -> None:
    """ValueError for numbers other than 1 for the batch or the channels, which nothing computes."""
    for name in _NUMBERS:
        values = op.attrs.get(name, [1] * 5)
        if values[0] != 1 or values[channel(op)] != 1:
            kind = UnimplementedError if "ksize" in op.attrs else None
            raise AtRun(f"{name} in the batch and depth dimensions have to be 1, not {values}", kind)


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
