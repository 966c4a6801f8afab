"""The base class of recurrent cells, and their zero states."""

from __future__ import annotations

import collections

import minitf as tf
from minitf.framework import dtypes, nest, op_counts
from minitf.framework.convert import convert_to_tensor
from minitf.framework.graph import get_default_graph, name_scope
from minitf.framework.shape import TensorShape, as_shape
from minitf.framework.static import constant_value
from minitf.framework.tensor import Tensor
from minitf.layers.base import Layer

KERNEL, BIAS = "kernel", "bias"


class LSTMStateTuple(collections.namedtuple("LSTMStateTuple", ("c", "h"))):
    """The state of an LSTM: the memory `c` and the output `h`, each [batch, size]."""

    __slots__ = ()

    @property
    def dtype(self):
        """The type of both parts; TypeError if they differ."""
        if self.c.dtype != self.h.dtype:
            raise TypeError(
                f"the parts of an LSTM state differ in type: c is {self.c.dtype.name}, h {self.h.dtype.name}"
            )
        return self.c.dtype


class RNNCell(Layer):
    """What static_rnn and dynamic_rnn repeat: `output, new_state = cell(input, state)`.

    A subclass defines `state_size` and `output_size` (integers, TensorShapes or nested tuples of them, without the
    batch) and `call(inputs, state)`, which may make its variables by `tf.get_variable`. inputs: [batch, n].

    >>> import minitf as tf
    >>> class Adder(tf.nn.rnn_cell.RNNCell):
    ...     state_size = output_size = 3
    ...     def call(self, inputs, state):
    ...         return inputs + state, inputs + state
    >>> outputs, state = tf.nn.static_rnn(Adder(), [tf.ones([2, 3])] * 4, dtype=tf.float32, scope="doc_adder")
    >>> with tf.Session() as sess:
    ...     print(sess.run(state))
    [[4. 4. 4.]
     [4. 4. 4.]]
    """

    def __init__(self, trainable: bool = True, name=None, dtype=None, **kwargs):
        super().__init__(trainable=trainable, name=name, dtype=dtype, **kwargs)
        self._outer_scope = None

    def __call__(self, inputs, state, scope=None):
        """One step: `(output, new_state)` for inputs [batch, n] and a state shaped as `state_size` says."""
        outer = scope
        if scope is None:
            self._outer_scope = outer = getattr(self, "_outer_scope", None) or tf.get_variable_scope()
        with tf.variable_scope(outer, custom_getter=self._noting_getter) as entered:
            return super().__call__(inputs, state, scope=None if scope is None else entered)

    def _noting_getter(self, getter, *args, **kwargs):
        """Notes the variables that `call` gets among the cell's weights."""
        variable = getter(*args, **kwargs)
        self._note_weight(variable)
        return variable

    @property
    def state_size(self):
        """The sizes of the state's parts, without the batch."""
        raise NotImplementedError(f"{type(self).__name__} has to define state_size")

    @property
    def output_size(self):
        """The size of the output, without the batch."""
        raise NotImplementedError(f"{type(self).__name__} has to define output_size")

    def build(self, input_shape) -> None:
        """Nothing: `call` may make the variables."""

    def get_initial_state(self, inputs=None, batch_size=None, dtype=None):
        """Zeros for the batch size and type given, or those of `inputs`; ValueError if they contradict."""
        if inputs is not None:
            inputs = convert_to_tensor(inputs, name="inputs")
            size = inputs.shape.sizes[0] if inputs.shape.rank else None
            known = constant_value(batch_size) if isinstance(batch_size, Tensor) else batch_size
            _check_agrees("batch_size", known, size)
            _check_agrees("dtype", dtype, inputs.dtype)
            batch_size, dtype = size or tf.shape(inputs)[0], inputs.dtype
        if batch_size is None or dtype is None:
            raise ValueError(f"an initial state needs batch_size and dtype; given are {batch_size} and {dtype}")
        return self.zero_state(batch_size, dtype)

    def zero_state(self, batch_size, dtype):
        """The state before the first step: zeros shaped [batch_size] + size for each part of `state_size`."""
        with name_scope(type(self).__name__ + "ZeroState", values=[batch_size]):
            return zero_state_tensors(self.state_size, batch_size, dtype)


class LayerRNNCell(RNNCell):
    """A cell that makes its variables in `build`, as layers do."""

    def __call__(self, inputs, state, scope=None, *args, **kwargs):
        """One step: `(output, new_state)`."""
        check_float(*[t for t in nest.flatten((inputs, state)) if isinstance(t, Tensor)])
        return Layer.__call__(self, inputs, state, *args, scope=scope, **kwargs)


def assert_like_rnncell(cell_name: str, cell) -> None:
    """Raises TypeError unless `cell` can be stepped: it has sizes, an initial state and can be called."""
    missing = [what for what in ("output_size", "state_size") if not _has(cell, what)]
    if not _has(cell, "zero_state") and not _has(cell, "get_initial_state"):
        missing.append("zero_state or get_initial_state")
    if not callable(cell) or isinstance(cell, type):
        missing.append("an instance that can be called")
    if missing:
        raise TypeError(
            f"{cell_name} is not an RNNCell: {cell!r} lacks {', '.join(missing)}; give an object such as "
            "tf.nn.rnn_cell.BasicRNNCell(num_units)"
        )


def _has(cell, attribute: str) -> bool:
    try:
        getattr(cell, attribute)
    except AttributeError:
        return False
    except NotImplementedError:
        return True
    return True


def is_like_rnncell(cell) -> bool:
    """Whether `cell` can be stepped."""
    try:
        assert_like_rnncell("cell", cell)
    except TypeError:
        return False
    return True


def check_float(*values) -> None:
    """Raises ValueError for a dtype, or tensors, that are not floating point."""
    for leaf in nest.flatten(values):
        dtype = leaf.dtype if hasattr(leaf, "dtype") else leaf
        if dtype is not None and dtypes.as_dtype(dtype).base_dtype not in dtypes.SMOOTH:
            raise ValueError(
                f"an RNN cell computes with floating point numbers, not {dtypes.as_dtype(dtype).name}"
                + (f" ({leaf.name}); use tf.cast" if isinstance(leaf, Tensor) else "")
            )


def _check_agrees(what: str, given, found) -> None:
    if given is not None and found is not None and given != found:
        raise ValueError(f"get_initial_state: {what} is {given}, but the inputs have {found}")


def zero_state_tensors(state_size, batch_size, dtype):
    """Zeros shaped [batch_size] + size for each size in a nested structure."""
    batch_size = batch_size.value() if isinstance(batch_size, tf.Variable) else batch_size
    return (
        nest.map_structure(lambda size: _zeros(batch_size, size, dtype), state_size)
        if nest.is_sequence(state_size)
        else _zeros(batch_size, state_size, dtype)
    )


def _zeros(batch_size, size, dtype) -> Tensor:
    zeros = tf.zeros(concat_sizes(batch_size, size), dtype=dtype)
    _skip_zero_state(batch_size)
    zeros.set_shape(static_sizes(batch_size, size))
    return zeros


def _skip_zero_state(batch_size) -> None:
    """Skips the names and ids of the ops that TF 1 makes once more, just to look at the static shape."""
    graph, is_tensor = get_default_graph(), isinstance(batch_size, Tensor)
    is_scalar = is_tensor and batch_size.shape.rank == 0
    graph.unique_name("ExpandDims" if is_scalar else "Const")
    graph.unique_name("Const")
    op_counts.skip(op_counts.zeros_of_state(is_tensor, is_scalar))


def concat_sizes(prefix, suffix) -> Tensor:
    """A shape tensor of two sizes, each an integer, shape or tensor (of rank 0 or 1)."""
    return tf.concat((_size_vector(prefix), _size_vector(suffix)), 0)


def _size_vector(size) -> Tensor:
    if isinstance(size, Tensor):
        if size.shape.rank == 0:
            return tf.expand_dims(size, 0)
        if size.shape.rank != 1:
            raise ValueError(f"a size is a scalar or vector; {size.name} has shape {size.shape}")
        return size
    shape = as_shape(size)
    if not shape.is_fully_defined():
        raise ValueError(f"a batch or state size is needed to make the state, and it is not known: {shape}")
    return tf.constant(list(shape.sizes), dtype=dtypes.int32)


def static_sizes(prefix, suffix) -> TensorShape:
    """What is known of the shape `concat_sizes` describes."""
    return _static_shape(prefix).concatenate(_static_shape(suffix))


def _static_shape(size) -> TensorShape:
    if size is None:
        return as_shape([None])
    if not isinstance(size, Tensor):
        return as_shape(size)
    value = constant_value(size)
    if value is not None:
        return as_shape(value.tolist())
    return as_shape([None]) if size.shape.rank == 0 else as_shape(size.shape.sizes and [None] * size.shape.sizes[0])
