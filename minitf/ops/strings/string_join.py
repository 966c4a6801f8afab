"""Joining strings."""

from __future__ import annotations

import numpy as np

from minitf.framework.apply import apply
from minitf.framework.registry import define
from minitf.framework.shape import broadcast_static_shape
from minitf.framework.tensor import Tensor


def _shape(op):
    shape = op.inputs[0].shape
    for other in op.inputs[1:]:
        shape = broadcast_static_shape(shape, other.shape)
    return shape


def _joined(op, *arrays):
    separator = op.attrs["separator"].encode()
    join = np.frompyfunc(lambda *parts: separator.join(parts), len(arrays), 1)
    return np.asarray(join(*arrays), object)


define("StringJoin", "inputs: *string -> output: string", shape=_shape, numpy=_joined, differentiable=False)


def string_join(inputs, separator: str = "", name: str | None = None) -> Tensor:
    """Strings joined element by element, with `separator` in between; scalars go with any shape.

    Raises:
      ValueError: for an empty list.

    >>> import minitf as tf
    >>> with tf.Session() as sess:
    ...     print(sess.run(string_join([["a", "b"], "c"], separator="-")))
    [b'a-c' b'b-c']
    """
    if not isinstance(inputs, (list, tuple)) or not inputs:
        raise ValueError(f"'inputs' of string_join is a list of at least one tensor, not {inputs!r}")
    return apply("StringJoin", list(inputs), separator=separator, name=name)
