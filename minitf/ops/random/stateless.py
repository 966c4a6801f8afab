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
from minitf.ops.random.random import classes_shape, sample_count

_KEY = 0x3EC8F720 | 0x02461E29 << 32  # with which TensorFlow mixes the seeds


def _place(seed: np.ndarray) -> list[int]:
    """Where the stream of two seeds starts: seed, salt and place."""
    first, second = (int(n) & 0xFFFF_FFFF_FFFF_FFFF for n in seed)
    mixed = [int(word) for word in kernels.words(_KEY, second, first)]
    return [_signed(mixed[0] | mixed[1] << 32), _signed(mixed[2] | mixed[3] << 32), 0]


def _signed(number: int) -> int:
    return number - 2**64 if number >= 2**63 else number


def _classes(b, op, logits, num_samples, seed):
    samples, (rows, classes) = sample_count(b, num_samples), logits.shape
    if classes == 0:
        raise ValueError("there has to be at least one class")
    out, scratch = b.new((rows, samples), op.outputs[0].dtype.numpy), b.new((classes,), np.float64)
    stream = b.constant(np.array(_place(b.data(seed)), np.int64))
    kernel = kernels.random_classes[logits.dtype, out.dtype]
    b.call(kernel, stream, logits, scratch, out, rows, classes, samples)
    return out


define(
    "StatelessMultinomial",
    "logits: T[batch, classes], num_samples: int32[], seed: Tseed[2] -> output: @output_dtype",
    T=frozenset([dtypes.float32, dtypes.float64]),
    Tseed=dtypes.INDEX,
    shape=classes_shape,
    host=_classes,
    differentiable=False,
)


def stateless_multinomial(logits, num_samples, seed, output_dtype=dtypes.int64, name: str | None = None) -> Tensor:
    """Samples of class numbers for each row of unnormalized log-probabilities, the same for the same seeds.

    logits: [batch, classes]; seed: two integers; result: [batch, num_samples].

    >>> import minitf as tf
    >>> with tf.Session() as sess:
    ...     print(sess.run(stateless_multinomial([[-1.2, -0.36]], 8, [1, 2])))
    [[1 1 0 1 1 1 1 0]]
    """
    output_dtype = dtypes.as_dtype(output_dtype)
    if output_dtype not in dtypes.INDEX:
        raise TypeError(f"output_dtype is int32 or int64, not {output_dtype.name}")
    with name_scope(name, "stateless_multinomial", [logits, seed]):
        logits = convert_to_tensor(logits, name="logits")
        return apply("StatelessMultinomial", logits, num_samples, seed, output_dtype=output_dtype)
