"""tf.contrib.layers.utils: names for what layers give, and other small things."""

from __future__ import annotations

from collections import OrderedDict

import minitf as tf
from minitf.contrib.framework.tensors import smart_cond as smart_cond
from minitf.framework.static import constant_value as _known


def append_tensor_alias(tensor, alias: str):
    """Gives a tensor one more name, which it is collected under; the tensor."""
    tensor.aliases = [*getattr(tensor, "aliases", ()), alias.removesuffix("/")]
    return tensor


def get_tensor_aliases(tensor) -> list[str]:
    """The names given to a tensor, or else its own."""
    return getattr(tensor, "aliases", None) or [tensor.name.removesuffix(":0")]


def gather_tensors_aliases(tensors) -> list[str]:
    """The names of all tensors."""
    return [alias for tensor in tensors for alias in get_tensor_aliases(tensor)]


def collect_named_outputs(collections, alias: str, outputs):
    """Gives a tensor a name and adds it to collections, if there are any; the tensor."""
    if collections:
        append_tensor_alias(outputs, alias)
        tf.add_to_collections(collections, outputs)
    return outputs


def convert_collection_to_dict(collection, clear_collection: bool = False) -> OrderedDict:
    """The tensors of a collection by their names; clear_collection: and empties it."""
    tensors = tf.get_collection(collection)
    found = OrderedDict((alias, tensor) for tensor in tensors for alias in get_tensor_aliases(tensor))
    if clear_collection:
        tf.get_default_graph().clear_collection(collection)
    return found


def get_variable_collections(variables_collections, name: str):
    """The collections of a variable `name`: a list for all, or the entry of a dict of lists."""
    if isinstance(variables_collections, dict):
        return variables_collections.get(name)
    return variables_collections


def constant_value(value_or_tensor_or_var, dtype=None):
    """A value, or that of a tensor where it is known; None where it is not.

    Raises:
      ValueError: without a value.
    """
    value = value_or_tensor_or_var
    if value is None:
        raise ValueError("value_or_tensor_or_var cannot be None")
    if isinstance(value, tf.Variable):
        return None
    return _known(value) if isinstance(value, tf.Tensor) else value


def static_cond(pred: bool, fn1, fn2):
    """What one of two functions gives; TypeError if they are no functions."""
    if not callable(fn1) or not callable(fn2):
        raise TypeError("fn1 and fn2 must be callable.")
    return fn1() if pred else fn2()


def last_dimension(shape, min_rank: int = 1) -> int:
    """The size of the last axis; ValueError if it is not known or there are fewer than `min_rank` axes."""
    return _size(tf.TensorShape(shape), -1, min_rank)


def channel_dimension(shape, data_format: str, min_rank: int = 1) -> int:
    """The size of the axis of channels: axis 1 for NCHW and its like, else the last."""
    return _size(tf.TensorShape(shape), 1 if data_format.startswith("NC") else -1, min_rank)


def _size(shape, axis: int, min_rank: int) -> int:
    if shape.rank is None:
        raise ValueError("the rank of the shape has to be known")
    if shape.rank < min_rank:
        raise ValueError(f"rank of shape must be at least {min_rank} not: {shape.rank}")
    size = shape.as_list()[axis]
    if size is None:
        raise ValueError(f"axis {axis} of shape {shape} has to be known")
    return size


def n_positive_integers(n: int, value) -> tuple:
    """`n` positive integers: all the same, or a sequence of n.

    Raises:
      TypeError, ValueError: for anything else.
    """
    n = int(n)
    if n < 1:
        raise ValueError("n must be a positive integer")
    values = tuple(value) if isinstance(value, (list, tuple, tf.TensorShape)) else (value,) * n
    if len(values) != n:
        raise ValueError(f"Expected {n} values, got {value!r}")
    try:
        values = tuple(int(v) for v in values)
    except TypeError:
        raise TypeError(f"n must be a sequence of integers or an integer, not {value!r}") from None
    if any(v < 1 for v in values):
        raise ValueError(f"expected {n} positive integers, not {value!r}")
    return values


def two_element_tuple(int_or_tuple) -> tuple:
    """Two integers: both the same, or a sequence of two."""
    value = int_or_tuple
    if isinstance(value, (list, tuple)):
        if len(value) != 2:
            raise ValueError(f"Must be a list with 2 elements: {value}")
        return int(value[0]), int(value[1])
    if isinstance(value, int):
        return value, value
    if isinstance(value, tf.TensorShape) and value.rank == 2:
        return tuple(value.as_list())
    raise ValueError(f"Must be an int, a list with 2 elements or a TensorShape of length 2, not {value!r}")
