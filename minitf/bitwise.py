"""tf.bitwise: ops on the bits of integers."""

# ruff: noqa: F401 - names that are handed on

from minitf.ops.math.bits import bitwise_and, bitwise_or, bitwise_xor, invert, left_shift, right_shift
