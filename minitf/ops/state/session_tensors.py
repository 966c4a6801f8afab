"""Tensors that stay in a session from one run to another."""

from __future__ import annotations

import itertools

import numpy as np

from minitf.framework import dtypes, errors
from minitf.framework.apply import apply, apply_op
from minitf.framework.operation import Operation
from minitf.framework.registry import define
from minitf.framework.shape import SCALAR
from minitf.framework.tensor import Tensor
from minitf.ops.array.placeholders import placeholder
from minitf.ops.patterns import STATEFUL

_numbers = itertools.count()


def _store(b) -> dict:
    return b.data(b.state("session tensors", lambda: np.array([{}], object)))[0]


def _keep(b, op, value):
    handle = f"{op.type};{next(_numbers)};/job:localhost/replica:0/task:0/device:CPU:0".encode()
    _store(b)[handle] = b.data(value).copy()
    return b.constant(np.array(handle, object))


def _found(b, op, handle, take: bool = False) -> np.ndarray:
    key, store = b.data(handle)[()], _store(b)
    if key not in store:
        raise errors.InvalidArgumentError(
            None,
            op,
            f"The tensor with handle '{key.decode(errors='replace')}' is not in the session store: "
            "it was deleted, or is another session's",
        )
    return store.pop(key) if take else store[key]


def _get(b, op, handle):
    found = _found(b, op, handle)
    wanted = op.attrs["dtype"]
    if found.dtype != wanted.numpy:
        raise ValueError(f"the tensor that was kept is {found.dtype}, not {wanted.name}")
    return b.constant(found)


def _delete(b, op, handle):
    _found(b, op, handle, take=True)


define(
    "GetSessionHandle", "value: T -> handle: string", shape=lambda op: SCALAR, host=_keep, effect="keeps", **STATEFUL
)
define("GetSessionTensor", "handle: string[] -> value: dtype", host=_get, **STATEFUL)
define("DeleteSessionTensor", "handle: string[] ->", host=_delete, **STATEFUL)


def get_session_handle(data, name: str | None = None) -> Tensor:
    """A handle of `data`, which stays in the session: fetching it gives an object that can be fed later.

    >>> import minitf as tf
    >>> kept = tf.get_session_handle(tf.constant([1.0, 2.0]) * 2.0)
    >>> holder, value = tf.get_session_tensor("", tf.float32)
    >>> with tf.Session() as sess:
    ...     print(sess.run(value + 1.0, {holder: sess.run(kept)}))
    [3. 5.]
    """
    if not isinstance(data, Tensor):
        raise TypeError(f"`data` of get_session_handle has to be a tensor, not {data!r}")
    return apply("GetSessionHandle", data, name=name)


def get_session_tensor(handle, dtype, name: str | None = None) -> tuple[Tensor, Tensor]:
    """(a placeholder for a handle, the tensor of a dtype that is kept under what is fed for it).

    handle: any; it only chooses a device in TensorFlow.
    """
    holder = placeholder(dtypes.string)
    return holder, apply("GetSessionTensor", holder, dtype=dtypes.as_dtype(dtype).base_dtype, name=name)


def delete_session_tensor(handle, name: str | None = None) -> tuple[Tensor, Operation]:
    """(a placeholder for a handle, an op that forgets the tensor that is kept under what is fed for it)."""
    holder = placeholder(dtypes.string)
    return holder, apply_op("DeleteSessionTensor", holder, name=name)
