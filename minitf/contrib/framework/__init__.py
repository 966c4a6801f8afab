"""tf.contrib.framework: the global step, nested structures."""

from minitf.framework import nest
from minitf.ops.check import assert_same_float_dtype, assert_scalar
from minitf.train.global_step import (
    assert_global_step, create_global_step, get_global_step, get_or_create_global_step,
)  # fmt: skip

__all__ = [
    "assert_global_step", "assert_same_float_dtype", "assert_scalar", "create_global_step", "get_global_step",
    "get_or_create_global_step", "nest",
]  # fmt: skip
