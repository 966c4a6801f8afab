"""Sparse tensors: the elements that are there, and where they stand in a tensor of a shape."""

from __future__ import annotations

import collections

from minitf.framework import dtypes
from minitf.framework.convert import convert_to_tensor, register_tensor_conversion_function
from minitf.framework.getter import getter
from minitf.framework.graph import name_scope
from minitf.framework.shape import TensorShape
from minitf.framework.static import constant_value_as_shape
from minitf.framework.tensor import Tensor, session_for

SparseTensorValue = collections.namedtuple("SparseTensorValue", "indices values dense_shape")
SparseTensorValue.__doc__ = "What a session gives for a SparseTensor, and what can be fed for one."


class SparseTensor:
    """The elements `values` at `indices` of a tensor of shape `dense_shape`; all others are 0, or "".

    indices: [n, rank] int64, in row-major order for most ops; values: [n] of any type; dense_shape: [rank]
    int64. A session gives a `SparseTensorValue`, and takes one or a tuple in its order where it is fed.

    Raises:
      ValueError: if the static shapes do not fit.

    >>> import minitf as tf
    >>> s = tf.SparseTensor(indices=[[0, 1], [2, 0]], values=[5, 7], dense_shape=[3, 2])
    >>> with tf.Session() as sess:
    ...     print(sess.run(tf.sparse_tensor_to_dense(s)))
    [[0 5]
     [0 0]
     [7 0]]
    """

    __array_ufunc__ = None  # numpy_array * sparse asks the sparse tensor

    is_tensor_like = True

    def __init__(self, indices, values, dense_shape):
        with name_scope(None, "SparseTensor", [indices, values, dense_shape]):
            self._indices = convert_to_tensor(indices, dtypes.int64, name="indices")
            self._values = convert_to_tensor(values, name="values")
            self._dense_shape = convert_to_tensor(dense_shape, dtypes.int64, name="dense_shape")
        self._check()

    def _check(self) -> None:
        shapes = [t.shape for t in self._components()]
        try:
            count, rank = shapes[0].with_rank(2).dims or (None, None)
            TensorShape([count]).assert_is_compatible_with(shapes[1].with_rank(1))
            TensorShape([rank]).assert_is_compatible_with(shapes[2].with_rank(1))
        except ValueError:
            raise ValueError(
                "a SparseTensor has indices of shape [n, rank], values of shape [n] and a dense_shape of "
                f"shape [rank], not {', '.join(map(str, shapes))}"
            ) from None

    @classmethod
    def from_value(cls, sparse_tensor_value):
        """The SparseTensor of a SparseTensorValue, or of another SparseTensor."""
        if not isinstance(sparse_tensor_value, (SparseTensor, SparseTensorValue)):
            raise TypeError(f"{sparse_tensor_value!r} is neither a SparseTensor nor a SparseTensorValue")
        return cls(*[getattr(sparse_tensor_value, part) for part in SparseTensorValue._fields])

    indices: Tensor = getter("_indices", "Where the values stand, [n, rank] int64.")
    values: Tensor = getter("_values", "The values, [n].")
    dense_shape: Tensor = getter("_dense_shape", "The shape of the whole tensor, [rank] int64.")

    @property
    def shape(self) -> TensorShape:
        """The shape of the whole tensor as far as it is known; what an op of several outputs gives is not, as in
        TensorFlow.
        """
        if len(self._dense_shape.op.outputs) == 1:
            return constant_value_as_shape(self._dense_shape)
        rank = (self._dense_shape.shape.sizes or (None,))[0]
        return TensorShape(None if rank is None else [None] * rank)

    def get_shape(self) -> TensorShape:
        """The shape of the whole tensor as far as it is known."""
        return self.shape

    dtype: dtypes.DType = getter("_values.dtype", "The type of the values.")
    op = getter("_values.op", "The op that makes the values.")
    graph = getter("_indices.graph", "The graph of the parts.")

    def consumers(self) -> list:
        """The operations that take one of the parts as an input."""
        return list(dict.fromkeys(op for t in self._components() for op in t.consumers()))

    def eval(self, feed_dict=None, session=None) -> SparseTensorValue:
        """The value in `session` or the default one."""
        return session_for(session, self.graph, "SparseTensor.eval()").run(self, feed_dict)

    def mapped(self, function) -> SparseTensor:
        """The same places with `function` of the values."""
        return SparseTensor(self._indices, function(self._values), self._dense_shape)

    def _components(self) -> list[Tensor]:
        return [self._indices, self._values, self._dense_shape]

    @classmethod
    def _from_components(cls, parts: list[Tensor]) -> SparseTensor:
        made = cls.__new__(cls)
        made._indices, made._values, made._dense_shape = parts
        return made

    def __bool__(self):
        raise TypeError("a SparseTensor cannot be used as a Python bool; use `is not None` to test for one")

    def __str__(self):
        return f"SparseTensor(indices={self._indices}, values={self._values}, dense_shape={self._dense_shape})"

    __repr__ = __str__


def _refused(value: SparseTensor, dtype=None, name=None, as_ref=False):
    raise TypeError(f"{value} cannot become a dense tensor by itself: use tf.sparse_tensor_to_dense")


register_tensor_conversion_function(SparseTensor, _refused)


def convert_to_tensor_or_sparse_tensor(value, dtype=None, name: str | None = None):
    """A SparseTensor or SparseTensorValue as SparseTensor, anything else as a Tensor.

    Raises:
      TypeError: for a SparseTensor of another type than `dtype`; else as `tf.convert_to_tensor`.
    """
    if isinstance(value, SparseTensorValue):
        value = SparseTensor.from_value(value)
    if not isinstance(value, SparseTensor):
        return convert_to_tensor(value, dtype, name)
    if dtype is not None and not dtypes.as_dtype(dtype).is_compatible_with(value.dtype):
        raise RuntimeError(f"a sparse tensor of {value.dtype.name} is not of {dtypes.as_dtype(dtype).name}")
    return value


def as_sparse(value) -> SparseTensor:
    """A SparseTensor or SparseTensorValue as SparseTensor; TypeError for anything else."""
    if isinstance(value, SparseTensorValue):
        return SparseTensor.from_value(value)
    if not isinstance(value, SparseTensor):
        raise TypeError(f"a SparseTensor is expected, not {value!r}")
    return value
