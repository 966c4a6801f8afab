"""Windows that move over images and volumes: their arguments, how many there are, and where they lie."""

from __future__ import annotations

import functools
import itertools
from collections.abc import Iterator
from typing import NamedTuple

import numpy as np

from minitf.framework.errors import AtRun, OutOfRangeError, UnimplementedError, WrongArgument
from minitf.framework.tensor import Tensor
from minitf.kernels.math import counts
from minitf.ops.nn.axes import channel, spatial, whole


class Axis(NamedTuple):
    """Windows along one axis: sizes, how many windows, and how far the first one reaches out."""

    size: int
    window: int
    stride: int
    dilation: int
    count: int
    before: int

    def taps(self, k: int) -> tuple[slice, slice]:
        """Of which windows the k-th place is inside of the image, and at which places of the image."""
        offset = k * self.dilation - self.before
        first = max(-(offset // self.stride), 0)
        end = min((self.size - 1 - offset) // self.stride + 1, self.count)
        start = first * self.stride + offset
        stop = start + max(end - first - 1, 0) * self.stride + 1 if end > first else start
        return slice(first, max(end, first)), slice(start, stop, self.stride)


class Windows(tuple):
    """Windows over an image or a volume: an `Axis` for each of [depth,] height and width."""

    __slots__ = ()

    @property
    def counts(self) -> list[int]:
        """How many windows there are along each axis."""
        return self.each("count")

    def each(self, *names: str) -> list[int]:
        """Each of some numbers for all axes."""
        return [getattr(axis, name) for name in names for axis in self]

    def taps(self) -> Iterator[tuple]:
        """For each place in a window: (its place, where its windows are, where it is in the image)."""
        for place in itertools.product(*[range(axis.window) for axis in self]):
            where = [axis.taps(k) for axis, k in zip(self, place)]
            yield place, (np.s_[:], *[to for to, _ in where]), (np.s_[:], *[at for _, at in where])


# ---- arguments


def check_padding(padding) -> str:
    """The padding, "SAME" or "VALID"; WrongArgument for anything else."""
    if not isinstance(padding, str) or padding not in ("SAME", "VALID"):
        raise WrongArgument(f'padding is "SAME" or "VALID", not {padding!r}')
    return padding


def explicit(padding) -> tuple[str, list[int]]:
    """(attribute `padding`, attribute `explicit_paddings`) of a string, or of four pairs of numbers."""
    if not isinstance(padding, (list, tuple)):
        return check_padding(padding), []
    if len(padding) != 4:
        raise WrongArgument(f"padding as a list has 4 pairs of numbers, not {len(padding)}: {padding}")
    if any(not isinstance(pair, (list, tuple)) or len(pair) != 2 for pair in padding):
        raise WrongArgument(f"padding as a list has pairs of numbers, not {padding}")
    numbers = [whole(n, "paddings") for pair in padding for n in pair]
    if min(numbers) < 0:
        raise WrongArgument(f"paddings are 0 or more (all of them must be nonnegative), not {padding}")
    return "EXPLICIT", numbers


def check_strides(op) -> None:
    """ValueError for strides, dilations or paddings that no data could make right."""
    for name, what in (("strides", "Stride"), ("dilations", "Dilation rate"), ("rates", "Dilation rate")):
        if any(n < 1 for n in op.attrs.get(name, ())):
            raise ValueError(f"{name} are 1 or more, not {op.attrs[name]} ({what} must be > 0)")
    paddings = op.attrs.get("explicit_paddings") or [0] * 8
    if any(paddings[2 * i + j] for i in (0, channel(op)) for j in (0, 1)):
        raise ValueError(f"the batch and the channels cannot be padded: explicit paddings {paddings}")


def check_moves(op, *more: str) -> None:
    """ValueError for strides, dilations and more along the batch or the channels, which nothing computes."""
    for name in ("strides", "dilations", "rates", *more):
        values = op.attrs.get(name, [1] * 5)
        if values[0] != 1 or values[channel(op)] != 1:
            kind = UnimplementedError if "ksize" in op.attrs else None
            raise AtRun(f"{name} in the batch and depth dimensions have to be 1, not {values}", kind)


def check_positive(op) -> None:
    """ValueError for numbers of volumes that no data could make right."""
    for name in ("ksize", "strides", "dilations"):
        values = op.attrs.get(name, [1])
        if min(values) < 1:
            raise ValueError(f"{name} are 1 or more, not {values} (must be > 0)")


def check_across_space(op, *names: str) -> None:
    """Refuses numbers of patches that are not positive, or other than 1 for the batch or the channels."""
    for name in names:
        numbers = op.attrs[name]
        if name == "strides" and min(numbers) < 1:
            raise ValueError(f"Stride must be > 0, not {numbers}")
        if numbers[0] != 1 or numbers[-1] != 1:
            raise AtRun(
                f"Only support {name} across space: 1 for batch and channels, not {numbers}", UnimplementedError
            )
        if min(numbers) < 1:
            raise AtRun(f"{name} is out of range: numbers are positive, not {numbers}", OutOfRangeError)


# ---- how many


def _padding(op, place: int):
    padding = op.attrs["padding"]
    if padding != "EXPLICIT":
        return padding
    numbers = op.attrs.get("explicit_paddings", ())
    if len(numbers) != 8:
        raise ValueError(f"explicit padding takes 8 numbers, {op.type} has {len(numbers)}; others are 'SAME', 'VALID'")
    return numbers[2 * place : 2 * place + 2]


def _dilation(op, place: int) -> int:
    return (op.attrs.get("dilations") or op.attrs.get("rates") or [1] * 5)[place]


def static_count(op, place: int, size, window):
    """The number of windows along an axis, None if it is unknown; ValueError if there is room for none."""
    stride, padding = op.attrs["strides"][place], _padding(op, place)
    if padding == "SAME":
        return None if size is None else -(-size // stride)
    if size is None or window is None:
        return None
    reach = (window - 1) * _dilation(op, place) + 1
    whole = size + (0 if padding == "VALID" else sum(padding))
    if whole < reach:
        raise ValueError(
            f"a window that reaches over {reach} does not fit into {whole} (Negative dimension size caused "
            f"by subtracting {reach} from {whole}); use padding='SAME', a smaller window or a larger image"
        )
    return (whole - reach) // stride + 1


def _placed(stride: int, dilation: int, padding, size: int, window: int) -> tuple[int, int]:
    """How many windows there are along an axis, and how far the first one reaches out."""
    reach = (window - 1) * dilation + 1
    if padding == "SAME":
        count = -(-size // stride)
        return count, max((count - 1) * stride + reach - size, 0) // 2
    before, after = (0, 0) if padding == "VALID" else padding
    room = size + before + after - reach + stride
    if room <= -stride:
        raise ValueError(f"a window that reaches over {reach} does not fit into {size + before + after}")
    return max(room // stride, 0), before


def axis(op, place: int, size: int, window: int, b=None) -> Axis:
    """Windows along an axis of known size; ValueError if it is too small even for none of them."""
    stride, padding, dilation = op.attrs["strides"][place], _padding(op, place), _dilation(op, place)
    fixed = stride, dilation, padding if isinstance(padding, str) else tuple(padding)
    found = _placed(*fixed, size, window) if b is None else b.derived(_placed, fixed, size, window)
    return Axis(size, window, stride, dilation, *found)


def windows(op, sizes: tuple, window: tuple, along=axis) -> Windows:
    """The windows [[depth,] height, width] over images or volumes of sizes with the channels last."""
    return Windows([along(op, p, n, k) for p, n, k in zip(spatial(op), sizes[1:], window)])


def found_by(b, images: Tensor, pooled: tuple | None = None):
    """What finds the windows along an axis like `axis`, by kernels where that is not known of the images. pooled: the
    shape of what there is for windows, with the channels last, if there is that.
    """
    if not b.counts_parts:
        return functools.partial(axis, b=b)

    def along(op, place: int, size: int, window: int) -> Axis:
        if images.shape.sizes is not None and images.shape.sizes[place] is not None:
            return axis(op, place, size, window)
        stride, dilation, padding = op.attrs["strides"][place], _dilation(op, place), _padding(op, place)
        reach, same = (window - 1) * dilation + 1, padding == "SAME"
        before, after = (0, 0) if isinstance(padding, str) else padding
        wanted = -1 if pooled is None else pooled[1 + spatial(op).index(place)]
        found = b.new((2,), np.int64)
        numbers = size, reach, stride, int(same), before, after, wanted
        b.call(counts.windows_along[()], found, *numbers, error=lambda _: "windows do not fit")
        count, outside = b.view(found, (1,)), b.view(found, (1,), 1)
        count = int(b.counted(count, size + before + after)[0]) if pooled is None else wanted
        return Axis(size, window, stride, dilation, count, int(b.counted(outside, reach)[0]) if same else before)

    return along
