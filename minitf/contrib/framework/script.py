"""Functions of Python as ops, with arguments by name and nested results."""

from __future__ import annotations

from collections.abc import Callable

import minitf as tf
from minitf.framework import nest


def py_func(
    func: Callable,
    args=(),
    kwargs: dict | None = None,
    output_types=None,
    output_shapes=None,
    stateful: bool = True,
    name: str | None = None,
):
    """What `func(*args, **kwargs)` returns in a run, where it is given arrays in place of tensors.

    args, kwargs: nested tensors; output_types: types of what it returns, in its structure; output_shapes: in the same
    structure. Both may be functions, which are given the tensors and return that.

    Raises:
      TypeError: if args is no list or tuple, or kwargs no dict.

    >>> import minitf as tf
    >>> both = py_func(lambda x, by: {"sum": x + by, "product": x * by}, [2.0], {"by": tf.constant(3.0)},
    ...                {"sum": tf.float32, "product": tf.float32}, {"sum": [], "product": []})
    >>> with tf.Session() as sess:
    ...     found = sess.run(both)
    >>> float(found["sum"]), float(found["product"])
    (5.0, 6.0)
    """
    kwargs = {} if kwargs is None else kwargs
    if not isinstance(args, (list, tuple)):
        raise TypeError(f"args must be list and not {type(args)}. args: {args}")
    if not isinstance(kwargs, dict):
        raise TypeError(f"kwargs must be dict and not {type(kwargs)}. kwargs: {kwargs}")
    types, shapes = [
        given(*args, **kwargs) if callable(given) and not isinstance(given, tf.DType) else given
        for given in (output_types, output_shapes)
    ]
    given = (tuple(args), kwargs)

    def called(*arrays):
        arguments, by_name = nest.pack_sequence_as(given, arrays)
        results = func(*arguments, **by_name)
        nest.assert_shallow_structure(types, results)
        return nest.flatten(results)

    tensors = tf.py_func(called, nest.flatten(given), nest.flatten(types), stateful=stateful, name=name)
    if shapes is not None:
        for tensor, shape in zip(tensors, nest.flatten_up_to(types, shapes)):
            tensor.set_shape(shape)
    return nest.pack_sequence_as(types, tensors)
