"""Tensors: the outputs of operations, and slices of them."""

from __future__ import annotations

from minitf.framework.dtypes import DType
from minitf.framework.errors import Symbolic
from minitf.framework.getter import getter
from minitf.framework.shape import TensorShape, as_shape
from minitf.framework.shown import Shown


class Tensor(Shown):
    """One output of an operation: a handle to a value that exists only while a session runs."""

    __slots__ = ("op", "value_index", "dtype", "_shape", "_consumers", "__weakref__", "__dict__")
    __array_priority__ = 100  # numpy_array * tensor asks the tensor

    def __init__(self, op, value_index: int, dtype: DType):
        self.op, self.value_index, self.dtype = op, value_index, dtype
        self._shape: TensorShape | None = None
        self._consumers: list = []

    graph = getter("op.graph", "The graph that the tensor belongs to.")

    @property
    def name(self) -> str:
        """`op_name:index`."""
        return f"{self.op.name}:{self.value_index}"

    device: str = getter("op.device", "The device string of its op.")
    shape: TensorShape = getter("_shape", "The static shape.")

    def get_shape(self) -> TensorShape:
        """The static shape."""
        return self._shape

    def set_shape(self, shape) -> None:
        """Adds what the caller knows of the shape; ValueError if it contradicts what is known."""
        try:
            self._shape = self._shape.merge_with(as_shape(shape))
        except ValueError:
            raise ValueError(
                f"set_shape({as_shape(shape)}) on {self.name}, whose shape is already known to be {self._shape}"
            ) from None

    def consumers(self) -> list:
        """The operations that take this tensor as an input."""
        return list(dict.fromkeys(self._consumers))

    def _as_graph_element(self) -> Tensor:
        return self

    def eval(self, feed_dict=None, session=None):
        """The tensor's value, as `session.run` gives it; the default session if none is named."""
        return session_for(session, self.graph, "Tensor.eval()").run(self, feed_dict)

    def __repr__(self):
        return f"<tf.Tensor '{self.name}' shape={self._shape} dtype={self.dtype.name}>"

    def __str__(self):
        shape = f", shape={self._shape}" if self._shape.sizes is not None else ""
        return f'Tensor("{self.name}"{shape}, dtype={self.dtype.name})'

    __hash__ = object.__hash__

    def __eq__(self, other):
        return self is other

    def __len__(self):
        raise TypeError(f"{self.name} has no len(): its value is not known yet; use its .shape or tf.shape()")

    def __iter__(self):
        raise TypeError(f"{self.name} cannot be iterated over: its value is not known yet; use tf.unstack or tf.map_fn")

    def __bool__(self):
        raise TypeError(
            f"{self.name} cannot be used as a Python bool (`if`, `and`, `or`, `not`): its value is not known until a "
            "session runs; use `is not None` to test for a tensor, tf.cond or tf.logical_* to compute with one"
        )

    def __array__(self, *args, **kwargs):
        raise Symbolic(f"{self.name} is symbolic; run it in a session to get a NumPy array")

    def __index__(self):
        raise TypeError(
            f"{self.name} cannot be used as an index or a Python number: its value is not known until a session runs; "
            "functions of `math` take numbers, those of tf and tf.math take tensors"
        )


def shaped(tensor: Tensor, shape: TensorShape) -> Tensor:
    """A tensor just made, which says of its shape what TensorFlow's says: less, where TensorFlow makes it otherwise."""
    tensor._shape = shape
    return tensor


def overload(name: str, function) -> None:
    """Gives Tensor the operator `name` (such as `__add__`); the ops layer calls it."""
    setattr(Tensor, name, function)


_default_session = None


def set_session_finder(finder) -> None:
    """Says how the default session is found; the runtime calls it."""
    global _default_session
    _default_session = finder


def session_or_default(session, what: str):
    """`session`, or the default one; ValueError if there is none."""
    if session is None:
        session = _default_session() if _default_session else None
        if session is None:
            raise ValueError(
                f"{what} needs a session: there is no default session. Call it inside `with tf.Session():` "
                "or pass session="
            )
    return session


def session_for(session, graph, what: str):
    """`session`, or the default one, checked to be of the same graph."""
    session = session_or_default(session, what)
    if session.graph is not graph.root:
        raise ValueError(f"{what}: the session belongs to another graph than the tensor; make both in one graph")
    return session


class IndexedSlices:
    """Rows `values` at `indices` of a larger tensor: the gradient of a gather.

    values: [n, ...]; indices: [n] integers; dense_shape: the shape of the whole tensor, or None.
    """

    __slots__ = ("values", "indices", "dense_shape")

    def __init__(self, values, indices, dense_shape=None):
        self.values, self.indices, self.dense_shape = values, indices, dense_shape

    dtype: DType = getter("values.dtype", "The element type of the values.")
    op = getter("values.op", "The op that makes the values.")
    graph = getter("values.graph", "The graph of the values.")
    name: str = getter("values.name", "The name of the values.")
    device: str = getter("values.device", "The device of the values.")

    def __neg__(self) -> IndexedSlices:
        return IndexedSlices(-self.values, self.indices, self.dense_shape)

    def __repr__(self):
        return f"IndexedSlices(values={self.values}, indices={self.indices}, dense_shape={self.dense_shape})"
