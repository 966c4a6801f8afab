"""Convolutions as patches: filters each of which picks one item."""

from __future__ import annotations

import math

import numpy as np

from minitf.framework.tensor import Tensor
from minitf.ops.array import array
from minitf.ops.array.constant import constant
from minitf.ops.linalg.matrix import eye


def filters_of_one_item(window: list[int], x: Tensor) -> Tensor:
    """Filters [*window, channels, items of a patch] for x, whose channels come last; each picks one item."""
    channels = None if x.shape.sizes is None else x.shape.sizes[-1]
    if channels is None:
        channels = array.shape(x)[len(window) + 1]
        items = math.prod(window) * channels
        return array.reshape(eye(items, dtype=x.dtype), [*window, channels, items])
    items = math.prod(window) * channels
    return constant(np.eye(items).reshape(*window, channels, items), x.dtype)
