"""tf.py_function: Python functions of values that know what NumPy's arrays and eager tensors know."""

from __future__ import annotations

import functools

import numpy as np

from minitf.framework.tensor import Tensor
from minitf.ops.control.script import made
from minitf.ops.patterns import boxed


class Value(np.ndarray):
    """The value of a tensor inside of a `tf.py_function`: an array that also has `numpy()`."""

    def numpy(self) -> np.ndarray:
        """The value as a plain array."""
        return np.asarray(self)[()]


def _values(func, *arrays):
    found = func(*[_value(array) for array in arrays])
    many = isinstance(found, (list, tuple))
    results = [_plain(func, part) for part in (found if many else [found])]
    return results if many else results[0]


def _value(number) -> Value:
    array = boxed(number) if isinstance(number, bytes) else np.asarray(number)
    return array.view(Value)


def _plain(func, result):
    if isinstance(result, Tensor):
        name = getattr(func, "__name__", repr(func))
        raise TypeError(
            f"{name} returned the tensor {result.name}, which has no value: minitf runs graphs, not eagerly. "
            "Inside of tf.py_function compute with NumPy, as in np.sum(x.numpy())"
        )
    return result.numpy() if isinstance(result, Value) else result


def py_function(func, inp, Tout, name: str | None = None):  # noqa: N803 - TensorFlow's own name
    """Like `tf.py_func`, of a function that is given values which have `numpy()`, as eager tensors do.

    They are NumPy arrays apart from that; what minitf's own functions make of them are tensors of a graph, which
    have no values here. No gradient flows through the function.

    Raises (at run time):
      InvalidArgumentError: if the function returns such a tensor, or as `tf.py_func` says.

    >>> import minitf as tf
    >>> y = tf.py_function(lambda x: x.numpy() * 2, [tf.constant([1, 2])], tf.int32)
    >>> with tf.Session() as sess:
    ...     print(sess.run(y))
    [2 4]
    """
    if not callable(func):
        raise ValueError(f"py_function calls a function; {func!r} is none")
    called = functools.update_wrapper(functools.partial(_values, func), func)
    return made("EagerPyFunc", called, inp, Tout, name)
