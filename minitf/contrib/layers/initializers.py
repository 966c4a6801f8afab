"""tf.contrib.layers' initializers, which scale by other rules than tf.initializers'."""

from __future__ import annotations

import math

from minitf.framework import dtypes
from minitf.framework.calls import guarded
from minitf.framework.shape import as_shape
from minitf.ops.random import random


def xavier_initializer(uniform: bool = True, seed: int | None = None, dtype=dtypes.float32):
    """An initializer that keeps the scale of activations and gradients (Glorot and Bengio, 2010).

    Uniform in ±sqrt(6 / (inputs + outputs)), or else truncated normal with about the same variance.
    """
    return variance_scaling_initializer(1.0, "FAN_AVG", uniform, seed, dtype)


xavier_initializer_conv2d = xavier_initializer


def variance_scaling_initializer(
    factor=2.0, mode: str = "FAN_IN", uniform: bool = False, seed: int | None = None, dtype=dtypes.float32
):
    """An initializer of variance factor / n; n is FAN_IN, FAN_OUT or their mean FAN_AVG, as mode says.

    Normal numbers of stddev sqrt(1.3 * factor / n) are truncated at two standard deviations.

    Raises:
      TypeError: for a dtype that is not floating point, or another mode.
    """
    if not dtypes.as_dtype(dtype).is_floating:
        raise TypeError(f"this initializer makes floating point numbers, not {dtypes.as_dtype(dtype).name}")
    if mode not in ("FAN_IN", "FAN_OUT", "FAN_AVG"):
        raise TypeError(f"mode is FAN_IN, FAN_OUT or FAN_AVG; not {mode!r}")

    def initializer(shape, dtype=dtype, partition_info=None):
        shape = as_shape(shape).as_list()
        n = _fan(shape, mode)
        if uniform:
            limit = math.sqrt(3.0 * factor / n)
            return random.random_uniform(shape, -limit, limit, dtype, seed=seed)
        return random.truncated_normal(shape, 0.0, math.sqrt(1.3 * factor / n), dtype, seed=seed)

    return guarded(initializer, "variance_scaling_initializer()")


def _fan(shape: list[int], mode: str) -> float:
    window = math.prod(shape[:-2])
    inputs, outputs = (
        (shape[-2] if len(shape) > 1 else shape[-1] if shape else 1) * window,
        shape[-1] * window if shape else 1,
    )
    return {"FAN_IN": inputs, "FAN_OUT": outputs, "FAN_AVG": (inputs + outputs) / 2.0}[mode]
