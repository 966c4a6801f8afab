"""tf.make_tensor_proto and make_ndarray: arrays as messages, and back."""

from __future__ import annotations

import numpy as np

from minitf.framework import protos
from minitf.framework.graph import Graph
from minitf.graphs.values import array_of, tensor_proto
from minitf.ops.array.constant import constant


def make_tensor_proto(values, dtype=None, shape=None, verify_shape: bool = False, allow_broadcast: bool = False):
    """A TensorProto of a number, string, nested list or array.

    shape: of the result, filled up with the last value if there are fewer (an error with verify_shape).

    Raises:
      TypeError: if the values do not fit the dtype. ValueError: if they do not fit the shape.

    >>> make_ndarray(make_tensor_proto([1.0, 2.0], shape=[3]))
    array([1., 2., 2.], dtype=float32)
    """
    if isinstance(values, protos.message("TensorProto")):
        return values
    if allow_broadcast and verify_shape:
        raise ValueError("allow_broadcast and verify_shape are not both allowed")
    if values is None:
        raise ValueError("None values not supported.")
    with Graph().as_default():
        made = constant(values, dtype, shape, verify_shape=verify_shape)
    return tensor_proto(made.op.attrs["value"], made.dtype)


def make_ndarray(tensor) -> np.ndarray:
    """The array in a TensorProto; strings as bytes.

    Raises:
      TypeError: if it is none. ValueError: if it contradicts itself.
    """
    if not isinstance(tensor, protos.message("TensorProto")):
        raise TypeError(f"make_ndarray takes a TensorProto, not {type(tensor).__name__}")
    return array_of(tensor)
