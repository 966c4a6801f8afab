"""Tensors that a session keeps from run to run, and the handles by which they are named."""

from __future__ import annotations

import numpy as np

from minitf.framework import errors
from minitf.framework.dtypes import DType, string

_STORE = "session tensors"


def store_in(state) -> dict[bytes, np.ndarray]:
    """The tensors that are kept in a state, by handle."""
    return state.op_state(_STORE, lambda: np.array([{}], object))[0]


class TensorHandle:
    """A tensor that a session keeps: what fetching `tf.get_session_handle(x)` gives.

    It can be fed in the place of the tensor, or of the handle that `tf.get_session_tensor` asks for.
    """

    def __init__(self, handle: bytes, dtype: DType, session):
        self._handle, self._dtype, self._session = handle, dtype, session
        self._deleted = False

    @property
    def handle(self) -> str:
        """The handle as text."""
        return self._handle.decode()

    @property
    def dtype(self) -> DType:
        """The tensor's type."""
        return self._dtype

    def eval(self) -> np.ndarray:
        """The tensor's value; TypeError if it was deleted by this object."""
        self._check()
        return self._session.kept(self._handle).copy()

    def to_numpy_array(self) -> np.ndarray:
        """The tensor's value."""
        return self.eval()

    def get_raw_tensor(self) -> str:
        """The handle, which is not forgotten when this object is."""
        return self.handle

    def delete(self) -> None:
        """Forgets the tensor; TypeError if this object did so already."""
        self._check()
        self._session.forget_kept(self._handle)
        self._deleted = True

    def _check(self) -> None:
        if self._deleted:
            raise TypeError(f"Persistent tensor {self.handle} may have already been deleted.")

    def __str__(self):
        return self.handle

    def __repr__(self):
        return f"<tf.TensorHandle '{self.handle}' {self._dtype.name}>"


def missing(handle: bytes, op=None) -> errors.InvalidArgumentError:
    """The error for a handle of nothing."""
    return errors.refusal(
        op,
        f"The tensor with handle '{handle.decode(errors='replace')}' is not in the session store: "
        "it was deleted, or is another session's",
    )


class KeptTensors:
    """What `Session` has of kept tensors."""

    def kept(self, handle: bytes) -> np.ndarray:
        """The tensor that is kept under a handle."""
        with self._lock.turn:
            found = store_in(self._state).get(handle)
        if found is None:
            raise missing(handle)
        return found

    def forget_kept(self, handle: bytes) -> None:
        """Forgets the tensor that is kept under a handle."""
        with self._lock.turn:
            if store_in(self._state).pop(handle, None) is None:
                raise missing(handle)

    def _with_kept(self, feed_dict):
        """The feeds, with what handles stand for."""
        if not isinstance(feed_dict, dict) or TensorHandle not in map(type, feed_dict.values()):
            return feed_dict
        return {key: self._fed(key, v) if type(v) is TensorHandle else v for key, v in feed_dict.items()}

    def _fed(self, key, handle: TensorHandle):
        tensor = self._graph.as_graph_element(key, allow_operation=False)
        return handle._handle if tensor.dtype.base_dtype is string else self.kept(handle._handle)

    def _with_handles(self, plan, values: list) -> list:
        """The values fetched, handles as objects."""
        if not plan.keeping:
            return values
        return [
            TensorHandle(v, t.op.attrs["T"], self) if t in plan.keeping else v for t, v in zip(plan.fetches, values)
        ]
