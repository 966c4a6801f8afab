"""The axes of images [images, h, w, c] and volumes [volumes, d, h, w, c], and the orders in which ops have them.

Attributes of ops hold a number for each axis in the order of `data_format`; the data of ops whose channels are
second are brought into the order above, and back.
"""

from __future__ import annotations

import numpy as np

from minitf.framework.errors import WrongArgument
from minitf.framework.shape import TensorShape
from minitf.kernels.compile import layout
from minitf.ops import patterns
from minitf.ops.array import array

IMAGES, VOLUMES = ("NHWC", "NCHW"), ("NDHWC", "NCDHW")

# ---- arguments


def check_format(data_format, formats: tuple = IMAGES) -> str:
    """The format, the first one also for None; WrongArgument for anything else than `formats`."""
    if data_format is None:
        return formats[0]
    if data_format not in formats:
        raise WrongArgument(f"data_format is one of {', '.join(formats)}; not {data_format!r}")
    return data_format


def for_each_axis(value, name: str, data_format: str) -> list[int]:
    """A number for each axis: of one for all that are neither batch nor channels, of one for each of these, or of
    all; WrongArgument for another number of them.
    """
    value = [1] if value is None else list(value) if isinstance(value, (list, tuple, np.ndarray)) else [value]
    count = len(data_format)
    if len(value) not in (1, count - 2, count):
        raise WrongArgument(f"{name} should be of length 1, {count - 2} or {count} but was {len(value)}: {value}")
    value = [whole(n, name) for n in value]
    if len(value) == count:
        return value
    inner = value * (count - 2) if len(value) == 1 else value
    return [1, 1, *inner] if data_format.startswith("NC") else [1, *inner, 1]


def listed(value, name: str, data_format: str) -> list[int]:
    """A list of a number for each axis; WrongArgument for anything else."""
    count = len(data_format)
    if not isinstance(value, (list, tuple)) or len(value) != count:
        raise WrongArgument(f"{name} is a list of {count} numbers, not {value}")
    return [whole(n, name) for n in value]


def whole(value, name: str) -> int:
    """A whole number of an attribute; WrongArgument for what is none, or too large."""
    if isinstance(value, (bool, str)) or value is None or isinstance(value, float) and not value.is_integer():
        raise WrongArgument(f"{name} are whole numbers, not {value!r}")
    if abs(int(value)) >= 2**31:
        raise WrongArgument(f"{name} are numbers of at most 31 bits, not {value}")
    return int(value)


def expect_axes(value, what: str, count: int) -> None:
    """ValueError unless the value has so many axes."""
    if len(value.shape) != count:
        raise ValueError(f"{what} must be {count}-dimensional, not of shape {tuple(value.shape)}")


def wanted_sizes(sizes, what: str, count: int) -> tuple:
    """The sizes that an input asks for; ValueError unless they are so many."""
    sizes = array.sizes_of(sizes)
    if len(sizes) != count:
        raise ValueError(f"{what} must be {count}-dimensional, not {sizes}")
    return sizes


# ---- the order of axes


def _second(op) -> bool:
    """Whether the channels are the second axis."""
    return op.attrs.get("data_format") in ("NCHW", "NCDHW")


def _count(op) -> int:
    return 5 if op.attrs.get("data_format") in VOLUMES else 4


def spatial(op) -> list[int]:
    """The places of [depth,] height and width in the op's order."""
    first = 2 if _second(op) else 1
    return list(range(first, first + _count(op) - 2))


def channel(op) -> int:
    """The place of the channels."""
    return 1 if _second(op) else _count(op) - 1


def last_sizes(op, sizes) -> tuple:
    """Sizes in the op's order with the channels last."""
    return tuple([sizes[i] for i in (0, *spatial(op), channel(op))])


def own_sizes(op, sizes) -> TensorShape:
    """The shape in the op's order of sizes with the channels last."""
    n, *inner, c = sizes
    return TensorShape([n, c, *inner] if _second(op) else [n, *inner, c])


def channels_last(b, op, x):
    """The value, or array if `b` is None, with the channels last."""
    return _transposed(b, x, (0, *spatial(op), 1)) if _second(op) else x


def own_order(b, op, x):
    """The other way round."""
    last = _count(op) - 1
    return _transposed(b, x, (0, last, *range(1, last))) if _second(op) else x


def _transposed(b, x, order):
    if b is None:
        return x.transpose(order)
    steps = layout.strides(x.shape)
    return patterns.walk(b, x, [x.shape[i] for i in order], [steps[i] for i in order])
