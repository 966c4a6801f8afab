"""Python functions as ops."""

from __future__ import annotations

import itertools

import numpy as np

from minitf.framework import dtypes, errors
from minitf.framework.apply import apply_op
from minitf.framework.registry import define

_tokens = itertools.count()
_CLASSES = (
    (ValueError, errors.InvalidArgumentError),
    (TypeError, errors.InvalidArgumentError),
    (StopIteration, errors.OutOfRangeError),
    (MemoryError, errors.ResourceExhaustedError),
    (NotImplementedError, errors.UnimplementedError),
)


def _call(b, op, *values):
    """Runs the op's function on copies, so that it may keep or change what it is given, while other runs of
    the session may go on: it may wait for one of them.
    """
    arguments = [np.array(b.data(v))[()] for v in values]
    try:
        results = b.outside(op.attrs["func"], *arguments)
    except errors.OpError:
        raise
    except Exception as error:
        kind = next((k for base, k in _CLASSES if isinstance(error, base)), errors.UnknownError)
        raise kind(None, op, f"{type(error).__name__}: {error} (raised by {_name(op)})") from error
    return [b.constant(a) for a in _checked(op, results)]


def _name(op) -> str:
    return getattr(op.attrs["func"], "__name__", repr(op.attrs["func"]))


def _checked(op, results) -> list:
    """The function's results as arrays of the types that were declared."""
    if not isinstance(results, (list, tuple)):
        results = [] if results is None else [results]
    if len(results) != len(op.outputs):
        raise errors.InvalidArgumentError(
            None, op, f"{_name(op)} returned {len(results)} values, but Tout names {len(op.outputs)} types"
        )
    return [_as(op, r, t.dtype, i) for i, (r, t) in enumerate(zip(results, op.outputs))]


def _as(op, result, dtype, index: int) -> np.ndarray:
    array = np.asarray(result)
    if dtype is dtypes.string and array.dtype.kind in "SUO":
        encode = np.frompyfunc(lambda s: s.encode() if isinstance(s, str) else s, 1, 1)
        return np.asarray(encode(np.asarray(result, object)), object)  # the array may have lost NUL bytes
    if type(result) in (int, float, list, tuple) and array.dtype.kind == dtype.numpy.kind:
        array = array.astype(dtype.numpy)  # Python numbers have no width of their own
    if array.dtype != dtype.numpy:
        raise errors.InvalidArgumentError(
            None,
            op,
            f"result {index} of {_name(op)} is {array.dtype}, but Tout says {dtype.name}; "
            f"return it as np.{dtype.name} or change Tout",
        )
    return np.array(array, order="C")


for _type, _stateful, _more in (
    ("PyFunc", True, ""),
    ("PyFuncStateless", False, ""),
    ("EagerPyFunc", True, ", is_async: bool = False"),
):
    define(
        _type,
        f"input: **Tin; token: string, func: object{_more} -> output: **Tout",
        host=_call,
        stateful=_stateful,
        effect="calls",
        differentiable=False,
    )


def numpy_function(func, inp, Tout, name: str | None = None):  # noqa: N803 - TensorFlow's own name
    """Like `tf.py_func`, of a function with effects."""
    return py_func(func, inp, Tout, stateful=True, name=name)


def py_func(func, inp, Tout, stateful: bool = True, name: str | None = None):  # noqa: N803 - TensorFlow's own name
    """The results of calling the Python function `func` with the values of `inp` as NumPy arrays, at run time.

    Tout: the dtype of the result, or a list of dtypes; accordingly the result is a tensor or a list of
    tensors, of unknown shape. Without `stateful` the op may be skipped where its result is known.

    Raises, at run time, InvalidArgumentError if `func` raises ValueError or TypeError, or its results are not
    of the types in Tout; OutOfRangeError, ResourceExhaustedError and UnimplementedError for StopIteration,
    MemoryError and NotImplementedError; UnknownError for other exceptions.

    >>> import minitf as tf
    >>> y = tf.py_func(np.cumsum, [tf.constant([1.0, 2.0])], tf.float32)
    >>> with tf.Session() as sess:
    ...     print(sess.run(y))
    [1. 3.]
    """
    if not callable(func):
        raise ValueError(f"py_func calls a function; {func!r} is none")
    return made("PyFunc" if stateful else "PyFuncStateless", func, inp, Tout, name)


def made(type: str, func, inp, Tout, name: str | None):  # noqa: N803 - TensorFlow's own name
    """What an op that calls a function gives: a tensor, or if Tout is a list a list; the op if that is empty."""
    many = isinstance(Tout, (list, tuple))
    types = [dtypes.as_dtype(t).base_dtype for t in (Tout if many else [Tout])]
    op = apply_op(type, list(inp), func=func, token=f"pyfunc_{next(_tokens)}", Tout=types, name=name)
    if not types:
        return op
    return op.outputs if many else op.outputs[0]
