"""Cells around cells: projections, embeddings, residual connections, devices, attention."""

from __future__ import annotations

import math
from collections.abc import Callable

import minitf as tf
from minitf.framework import nest, op_counts
from minitf.framework.getter import getter
from minitf.framework.graph import device, name_scope
from minitf.layers.base import Layer
from minitf.rnn.cell import RNNCell, assert_like_rnncell
from minitf.rnn.cells import split_columns
from minitf.rnn.linear import Linear


class Wrapper(RNNCell):
    """A cell with the sizes, zero state and variables of the one it wraps, `cell`."""

    def __init__(self, cell, **kwargs):
        super().__init__(**kwargs)
        assert_like_rnncell("cell", cell)
        self._cell = cell

    cell = getter("_cell", "The wrapped cell.")

    wrapped_cell = cell

    state_size = getter("_cell.state_size", "The wrapped cell's.")
    output_size = getter("_cell.output_size", "The wrapped cell's.")

    def zero_state(self, batch_size, dtype):
        """The wrapped cell's zero state."""
        with name_scope(type(self).__name__ + "ZeroState", values=[batch_size]):
            return self._cell.zero_state(batch_size, dtype)

    @property
    def trainable_weights(self) -> list:
        """The trainable variables of the wrapper and of its cell."""
        return super().trainable_weights + self._inner("trainable_weights")

    @property
    def non_trainable_weights(self) -> list:
        """The other variables of the wrapper and of its cell."""
        return super().non_trainable_weights + self._inner("non_trainable_weights")

    def get_config(self) -> dict:
        """What `from_config` makes a wrapper like this one of, the wrapped cell by its class and its own options."""
        cell = {"class_name": type(self._cell).__name__, "config": self._cell.get_config()}
        return {**super().get_config(), **({} if self._options is None else {"cell": cell})}

    @classmethod
    def from_config(cls, config: dict, custom_objects: dict | None = None) -> Wrapper:
        """The wrapper that `get_config` tells of; custom_objects: classes of cells by their names, beside ours."""
        cell = config.get("cell")
        if isinstance(cell, dict):
            known = {**_cell_classes(RNNCell), **(custom_objects or {})}
            if cell["class_name"] not in known:
                raise ValueError(f"Unknown cell: {cell['class_name']}; name its class in custom_objects")
            cell = known[cell["class_name"]].from_config(cell["config"])
        return cls(**{**config, "cell": cell})

    def _inner(self, which: str) -> list:
        inner = getattr(self._cell, which) if isinstance(self._cell, Layer) else []
        own = [*self._trainable_weights, *self._non_trainable_weights]
        return [v for v in inner if all(v is not w for w in own)]


def _cell_classes(base: type) -> dict[str, type]:
    """The subclasses that are ours, by name."""
    found = {}
    for cls in base.__subclasses__():
        found.update(_cell_classes(cls))
        if cls.__module__.startswith("minitf."):
            found[cls.__name__] = cls
    return found


class ScopelessWrapper(Wrapper):
    """A wrapper without variables, so the cell's variables are named as if it stood alone."""

    def __call__(self, inputs, state, scope=None):
        """One step: `(output, new_state)`."""
        return self._wrapped(inputs, state, lambda i, s: self._cell(i, s, scope=scope))

    def call(self, inputs, state):
        """One step."""
        return self._wrapped(inputs, state, self._cell.call)

    def _wrapped(self, inputs, state, step):
        raise NotImplementedError


class ResidualWrapper(ScopelessWrapper):
    """Adds the inputs to the cell's outputs, or combines them by `residual_fn(inputs, outputs)`."""

    _options = ()

    def __init__(self, cell, residual_fn: Callable | None = None, **kwargs):
        super().__init__(cell, **kwargs)
        self._residual_fn = residual_fn or _added

    def get_config(self) -> dict:
        """As other wrappers', with the function if one was given, which is no plain value."""
        given = {} if self._residual_fn is _added else {"residual_fn": self._residual_fn}
        return {**super().get_config(), **given}

    def _wrapped(self, inputs, state, step):
        outputs, new_state = step(inputs, state)
        return self._residual_fn(inputs, outputs), new_state


def _added(inputs, outputs):
    check_same_shapes("ResidualWrapper", inputs, outputs)
    return nest.map_structure(lambda i, o: i + o, inputs, outputs)


def check_same_shapes(what: str, inputs, outputs) -> None:
    """Raises unless inputs and outputs of a cell correspond one to one."""
    nest.assert_same_structure(inputs, outputs)
    for i, o in zip(nest.flatten(inputs), nest.flatten(outputs)):
        if not i.shape.is_compatible_with(o.shape):
            raise ValueError(
                f"{what} adds inputs to outputs, so they need one shape; the inputs {i.name} have "
                f"{i.shape}, the outputs {o.name} {o.shape}: give the cell as many units as there are inputs"
            )


class HighwayWrapper(ScopelessWrapper):
    """Mixes inputs and outputs by a learned gate (Srivastava et al. 2015): `inputs * carry + outputs * transform`."""

    def __init__(self, cell, couple_carry_transform_gates: bool = True, carry_bias_init: float = 1.0):
        super().__init__(cell)
        self._coupled, self._carry_bias = couple_carry_transform_gates, carry_bias_init

    def _wrapped(self, inputs, state, step):
        outputs, new_state = step(inputs, state)
        check_same_shapes("HighwayWrapper", inputs, outputs)
        return nest.map_structure(self._highway, inputs, outputs), new_state

    def _highway(self, inputs, outputs):
        carry = self._gate("carry", inputs, self._carry_bias)
        transform = 1 - carry if self._coupled else self._gate("transform", inputs, -self._carry_bias)
        return inputs * carry + outputs * transform

    def _gate(self, name: str, inputs, start: float):
        size = inputs.shape.sizes[1]
        weight = self._variable(f"{name}_w", [size, size])
        bias = self._variable(f"{name}_b", [size], tf.constant_initializer(start))
        return tf.sigmoid(tf.nn.xw_plus_b(inputs, weight, bias))

    def _variable(self, name: str, shape: list, initializer=None):
        return self._noting_getter(tf.get_variable, name, shape, initializer=initializer)


class DeviceWrapper(ScopelessWrapper):
    """Runs the cell inside `tf.device(device)`."""

    _options = ("device",)

    def __init__(self, cell, device, **kwargs):
        super().__init__(cell, **kwargs)
        self._device = device

    def zero_state(self, batch_size, dtype):
        """The wrapped cell's zero state, on the device."""
        with device(self._device):
            return super().zero_state(batch_size, dtype)

    def _wrapped(self, inputs, state, step):
        with device(self._device):
            return step(inputs, state)


class CompiledWrapper(ScopelessWrapper):
    """The cell itself: all that runs is compiled here; compile_stateful: nothing goes by it."""

    def __init__(self, cell, compile_stateful: bool = False):
        super().__init__(cell)
        self._compile_stateful = compile_stateful

    def _wrapped(self, inputs, state, step):
        return step(inputs, state)


class OutputProjectionWrapper(Wrapper):
    """Projects each output to `output_size` columns by variables `kernel` and `bias` of its own scope."""

    def __init__(self, cell, output_size: int, activation=None, reuse=None):
        super().__init__(cell, _reuse=reuse)
        if output_size < 1:
            raise ValueError(f"OutputProjectionWrapper: output_size has to be positive, not {output_size}")
        self._output_size, self._activation, self._linear = output_size, activation, None

    output_size = getter("_output_size", "The projection's.")

    def call(self, inputs, state):
        """One step."""
        output, new_state = self._cell(inputs, state)
        if self._linear is None:
            self._linear = Linear(output, self._output_size, True)
        projected = self._linear(output)
        return self._activation(projected) if self._activation else projected, new_state


class InputProjectionWrapper(Wrapper):
    """Projects each input to `num_proj` columns before the cell sees it."""

    def __init__(self, cell, num_proj: int, activation=None, input_size=None, reuse=None):
        super().__init__(cell, _reuse=reuse)
        self._num_proj, self._activation, self._linear = num_proj, activation, None

    def call(self, inputs, state):
        """One step."""
        if self._linear is None:
            self._linear = Linear(inputs, self._num_proj, True)
        projected = self._linear(inputs)
        return self._cell(self._activation(projected) if self._activation else projected, state)


class EmbeddingWrapper(Wrapper):
    """Looks its integer inputs [batch] up in a variable `embedding` [embedding_classes, embedding_size]."""

    def __init__(self, cell, embedding_classes: int, embedding_size: int, initializer=None, reuse=None):
        super().__init__(cell, _reuse=reuse)
        if embedding_classes <= 0 or embedding_size <= 0:
            raise ValueError(
                "EmbeddingWrapper: embedding_classes and embedding_size have to be positive, not "
                f"{embedding_classes} and {embedding_size}"
            )
        self._shape, self._initializer = [embedding_classes, embedding_size], initializer

    def call(self, inputs, state):
        """One step."""
        root3 = math.sqrt(3)  # uniform numbers in +-sqrt(3) have variance 1
        initializer = (
            self._initializer or tf.get_variable_scope().initializer or tf.random_uniform_initializer(-root3, root3)
        )
        with device("/cpu:0"):
            embedding = tf.get_variable(
                "embedding", self._shape, initializer=initializer, dtype=nest.flatten(state)[0].dtype.base_dtype
            )
            return self._cell(tf.nn.embedding_lookup(embedding, tf.reshape(inputs, [-1])), state)


class AttentionCellWrapper(Wrapper):
    """Lets a cell attend over its own last `attn_length` outputs (Bahdanau et al. 2014).

    The state is `(cell state, attention [batch, attn_size], window [batch, attn_size * attn_length])`, or
    these joined along the columns. attn_size: size of the attention vector (default: the cell's output);
    attn_vec_size: features it is computed from; input_size: columns of the mix of input and attention that
    the cell sees.
    """

    def __init__(
        self,
        cell,
        attn_length: int,
        attn_size=None,
        attn_vec_size=None,
        input_size=None,
        state_is_tuple: bool = True,
        reuse=None,
    ):
        super().__init__(cell, _reuse=reuse)
        if nest.is_sequence(cell.state_size) and not state_is_tuple:
            raise ValueError(
                f"AttentionCellWrapper: the cell's state is the tuple {cell.state_size}; set state_is_tuple"
            )
        if attn_length <= 0:
            raise ValueError(f"AttentionCellWrapper: attn_length has to be positive, not {attn_length}")
        self._length, self._size = attn_length, attn_size or cell.output_size
        self._features, self._input_size, self._state_is_tuple = (
            attn_vec_size or self._size,
            input_size,
            state_is_tuple,
        )
        self._mix, self._project, self._query = None, None, None

    @property
    def state_size(self):
        """The cell's, the attention's and the window's sizes, or their sum."""
        sizes = (self._cell.state_size, self._size, self._size * self._length)
        return sizes if self._state_is_tuple else sum(sizes)

    output_size = getter("_size", "attn_size.")

    def zero_state(self, batch_size, dtype):
        """Zeros shaped as `state_size` says."""
        return RNNCell.zero_state(self, batch_size, dtype)

    def call(self, inputs, state):
        """One step."""
        if not self._state_is_tuple:
            state = split_columns(state, [self._cell.state_size, self._size, self._size * self._length])
        cell_state, attention, window = state
        window = tf.reshape(window, [-1, self._length, self._size])
        if self._mix is None:
            self._mix = Linear([inputs, attention], self._input_size or inputs.shape.as_list()[1], True)
        output, new_state = self._cell(self._mix([inputs, attention]), cell_state)
        query = tf.concat(nest.flatten(new_state), 1) if self._state_is_tuple else new_state
        new_attention, rest = self._attention(query, window)
        with tf.variable_scope("attn_output_projection"):
            if self._project is None:
                self._project = Linear([output, new_attention], self._size, True)
            output = self._project([output, new_attention])
        window = tf.concat([rest, tf.expand_dims(output, 1)], 1)
        new_state = (new_state, new_attention, tf.reshape(window, [-1, self._length * self._size]))
        return output, new_state if self._state_is_tuple else tf.concat(list(new_state), 1)

    def _attention(self, query, window):
        """The window's rows weighted by how well they fit `query`, and the window without its oldest row."""
        with tf.variable_scope("attention"):
            weights = tf.get_variable("attn_w", [1, 1, self._size, self._features])
            v = tf.get_variable("attn_v", [self._features])
            rows = tf.reshape(window, [-1, self._size])
            features = tf.matmul(rows, tf.reshape(weights, [self._size, self._features]))
            features = tf.reshape(features, [-1, self._length, self._features])
            op_counts.skip(-4)  # TensorFlow reshapes the window, and has a 1x1 convolution
            if self._query is None:
                self._query = Linear(query, self._features, True)
            y = tf.reshape(self._query(query), [-1, 1, self._features])
            scores = tf.reduce_sum(v * tf.tanh(features + y), [2])
            share = tf.reshape(tf.nn.softmax(scores), [-1, self._length, 1])
            attention = tf.reduce_sum(share * window, [1])
            return tf.reshape(attention, [-1, self._size]), tf.slice(window, [0, 1, 0], [-1, -1, -1])
