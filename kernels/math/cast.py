"""Conversion between dtypes: floats are truncated, integers wrap around, and every input has a result.

What C leaves open is as on common machines: NaN and floats out of range give the least integer.
"""

import numpy as np

from minitf.kernels.compile.abi import FLOATS, T, U, kernel, like, scalar
from minitf.kernels.compile.splitting import By

INT32_MIN, INT64_MIN = np.int32(-(2**31)), np.int64(-(2**63))


@scalar
def int32_of(x):
    """A number as an integer of which the low 32 bits count."""
    return x


@int32_of.register(*FLOATS)
def _(x):
    inside = x >= like(x, -2147483648.0) and x < like(x, 2147483648.0)
    return np.int32(x) if inside else INT32_MIN


@scalar
def int64_of(x):
    """As `int32_of` with 64 bits."""
    return x


@int64_of.register(*FLOATS)
def _(x):
    inside = x >= like(x, -9223372036854775808.0) and x < like(x, 9223372036854775808.0)
    return np.int64(x) if inside else INT64_MIN


@scalar
def uint64_of(x):
    """As `int64_of`, with the numbers from 2**63 to 2**64 in their own right."""
    return x


@uint64_of.register(*FLOATS)
def _(x):
    half = like(x, 9223372036854775808.0)
    return int64_of(x) if x < half else int64_of(x - half) ^ INT64_MIN


@scalar
def convert(target, x):
    """A number in the type of the target."""
    return like(target, x)


@convert.register("int8", "int16", "int32", "uint8", "uint16")
def _(target, x):
    return like(target, int32_of(x))


@convert.register("int64", "uint32")
def _(target, x):
    return like(target, int64_of(x))


@convert.register("uint64")
def _(target, x):
    return like(target, uint64_of(x))


@kernel(split=By("n", a=1, o=1))
def cast(a: T, o: U.out, n):
    """o = a in another dtype. The cast to bool is `elementwise.nonzero`."""
    for i in range(n):
        o[i] = convert(o[i], a[i])
    return 0
