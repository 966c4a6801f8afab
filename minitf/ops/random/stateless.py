"""Random numbers that depend on nothing but the seeds an op is given as input."""

from __future__ import annotations

import numpy as np

from minitf.framework import dtypes
from minitf.framework.apply import apply
from minitf.framework.convert import convert_to_tensor
from minitf.framework.graph import name_scope
from minitf.framework.registry import define
from minitf.framework.tensor import Tensor
from minitf.kernels.math import random as kernels
from minitf.ops.math import math
from minitf.ops.random.random import (
    checked_type,
    classes,
    classes_shape,
    drawn_shape,
    draws,
    shape_tensor,
    whole_numbers,
)

# ---- ops


def _stream(b, op, seed):
    out = b.new((3,), np.int64)
    b.call(kernels.seed_stream[seed.dtype], seed, out)
    return out


for _type, _single, _double, *_half in (
    ("StatelessRandomUniform", kernels.random_uniform_single, kernels.random_uniform_double, 23, 10),
    ("StatelessRandomNormal", kernels.random_normal_single, kernels.random_normal_double),
    ("StatelessTruncatedNormal", kernels.random_truncated_single, kernels.random_truncated_double),
):
    _signature = (
        "shape: T[n], seed: Tseed[2]; dtype: type = float32, T: type = int32, Tseed: type = int64 -> output: dtype"
    )
    draws(_type, _signature, _stream, _single, _double, *_half, Tseed=dtypes.INDEX)


define(
    "StatelessRandomUniformInt",
    "shape: T[n], seed: Tseed[2], minval: dtype[], maxval: dtype[]; Tseed: type = int64 -> output: dtype",
    T=dtypes.INDEX,
    Tseed=dtypes.INDEX,
    dtype=dtypes.INDEX,
    shape=drawn_shape,
    kernel=lambda b, op, shape, seed, *ends: whole_numbers(b, op, _stream(b, op, seed), shape, *ends),
    differentiable=False,
)


define(
    "StatelessMultinomial",
    "logits: T[batch, classes], num_samples: int32[], seed: Tseed[2]; Tseed: type = int64, "
    "output_dtype: type = int64 -> output: output_dtype",
    T=frozenset([dtypes.float32, dtypes.float64]),
    Tseed=dtypes.INDEX,
    shape=classes_shape,
    kernel=lambda b, op, logits, num_samples, seed: classes(b, op, _stream(b, op, seed), logits, num_samples),
    differentiable=False,
)

# ---- functions


def _seeds(seed):
    """Two seeds: int64 unless they are a tensor."""
    if isinstance(seed, Tensor):
        return seed
    numbers = np.asarray(seed)
    return numbers.astype(np.int64) if numbers.dtype.kind in "iu" and not hasattr(seed, "dtype") else seed


def stateless_uniform(shape, seed, minval=0, maxval=None, dtype=dtypes.float32, name: str | None = None) -> Tensor:
    """Uniform random numbers in [minval, maxval), the same for the same two seeds.

    dtype: float16, float32, float64 (maxval is 1 by default), int32 or int64 (maxval has to be given: ValueError).

    >>> import minitf as tf
    >>> with tf.Session() as sess:
    ...     print(sess.run(stateless_uniform([2], [1, 2], maxval=100, dtype=tf.int32)))
    [40 49]
    """
    dtype = checked_type("stateless_uniform", dtype, dtypes.FLOAT | dtypes.INDEX)
    if maxval is None:
        if dtype.is_integer:
            raise ValueError(f"Must specify maxval for integer dtype {dtype.name}")
        maxval = 1
    with name_scope(name, "stateless_random_uniform", [shape, seed, minval, maxval]) as scope:
        shape = shape_tensor(shape)
        low, high = convert_to_tensor(minval, dtype, name="min"), convert_to_tensor(maxval, dtype, name="max")
        if dtype.is_integer:
            return apply("StatelessRandomUniformInt", shape, _seeds(seed), low, high, name=scope)
        drawn = apply("StatelessRandomUniform", shape, _seeds(seed), dtype=dtype)
        return math.add(drawn * (high - low), low, name=scope)


def stateless_normal(shape, seed, mean=0.0, stddev=1.0, dtype=dtypes.float32, name: str | None = None) -> Tensor:
    """Normal random numbers, the same for the same two seeds; mean and stddev broadcast to `shape`."""
    return _normal("StatelessRandomNormal", "stateless_random_normal", shape, seed, mean, stddev, dtype, name)


def stateless_truncated_normal(
    shape, seed, mean=0.0, stddev=1.0, dtype=dtypes.float32, name: str | None = None
) -> Tensor:
    """Like `stateless_normal`, without what is two or more standard deviations from the mean."""
    return _normal("StatelessTruncatedNormal", "stateless_truncated_normal", shape, seed, mean, stddev, dtype, name)


def _normal(type: str, default_name: str, shape, seed, mean, stddev, dtype, name: str | None) -> Tensor:
    dtype = dtypes.as_dtype(dtype)
    if dtype not in dtypes.FLOAT:
        raise TypeError(f"{default_name} gives floating point numbers, not {dtype.name}")
    with name_scope(name, default_name, [shape, seed, mean, stddev]) as scope:
        shape = shape_tensor(shape)
        mean, stddev = convert_to_tensor(mean, dtype, name="mean"), convert_to_tensor(stddev, dtype, name="stddev")
        return math.add(apply(type, shape, _seeds(seed), dtype=dtype) * stddev, mean, name=scope)


def stateless_categorical(logits, num_samples, seed, dtype=dtypes.int64, name: str | None = None) -> Tensor:
    """Samples of class numbers for each row of unnormalized log-probabilities, the same for the same seeds.

    logits: [batch, classes]; seed: two integers; result: [batch, num_samples], of int64 or int32.
    """
    return _multinomial("stateless_categorical", logits, num_samples, seed, dtype, name)


def stateless_multinomial(logits, num_samples, seed, output_dtype=dtypes.int64, name: str | None = None) -> Tensor:
    """The same as `stateless_categorical`, under its older name.

    >>> import minitf as tf
    >>> with tf.Session() as sess:
    ...     print(sess.run(stateless_multinomial([[-1.2, -0.36]], 8, [1, 2])))
    [[1 1 0 1 1 1 1 0]]
    """
    return _multinomial("stateless_multinomial", logits, num_samples, seed, output_dtype, name)


def _multinomial(default_name: str, logits, num_samples, seed, dtype, name: str | None) -> Tensor:
    dtype = dtypes.as_dtype(dtype)
    if dtype not in dtypes.INDEX:
        raise TypeError(f"output_dtype is int32 or int64, not {dtype.name}")
    with name_scope(name, default_name, [logits, seed]):
        logits = convert_to_tensor(logits, name="logits")
        return apply("StatelessMultinomial", logits, num_samples, _seeds(seed), output_dtype=dtype)
