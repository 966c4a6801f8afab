"""Dense, dropout and flatten layers."""

from __future__ import annotations

from collections.abc import Callable

import minitf as tf
from minitf.framework.shape import TensorShape
from minitf.layers.base import Layer, function_of, keep_options, last_size, option_names, options_of
from minitf.layers.by_name import activation_function
from minitf.layers.input_spec import InputSpec
from minitf.ops.control.cond import smart_cond


class Dense(Layer):
    """`activation(inputs @ kernel + bias)`: [..., n] -> [..., units]."""

    _options = ("units", "activation", "use_bias", "activity_regularizer", *option_names("kernel", "bias"))

    def __init__(
        self,
        units: int | float,
        activation=None,
        use_bias: bool = True,
        kernel_initializer: Callable | str | None = None,
        bias_initializer=None,
        kernel_regularizer: Callable | str | None = None,
        bias_regularizer: Callable | str | None = None,
        activity_regularizer: Callable | None = None,
        kernel_constraint: Callable | str | None = None,
        bias_constraint: Callable | str | None = None,
        trainable: bool = True,
        name=None,
        **kwargs,
    ):
        super().__init__(trainable=trainable, name=name, activity_regularizer=activity_regularizer, **kwargs)
        self.units, self.use_bias = int(units), use_bias
        self.activation = activation_function(activation)
        start = tf.zeros_initializer() if bias_initializer is None else bias_initializer
        keep_options(self, "kernel", kernel_initializer, kernel_regularizer, kernel_constraint)
        keep_options(self, "bias", start, bias_regularizer, bias_constraint)
        self.input_spec = InputSpec(min_ndim=2)

    def build(self, input_shape) -> None:
        """Makes `kernel` [n, units] and `bias` [units]."""
        dtype = tf.as_dtype(self.dtype or tf.float32)
        if not (dtype.is_floating or dtype.is_complex):
            raise TypeError(f"layer {self.name} takes inputs of floating point or complex types, not {dtype.name}")
        size = last_size(input_shape, self)
        self.input_spec = InputSpec(min_ndim=2, axes={-1: size})
        self.kernel = self.add_weight("kernel", [size, self.units], **options_of(self, "kernel"))
        self.bias = self.add_weight("bias", [self.units], **options_of(self, "bias")) if self.use_bias else None
        self.built = True

    def compute_output_shape(self, input_shape) -> TensorShape:
        """[..., n] -> [..., units]; ValueError if n is unknown."""
        last_size(TensorShape(input_shape).with_rank_at_least(2), self)
        return TensorShape(input_shape)[:-1].concatenate([self.units])

    def call(self, inputs):
        """The affine map and the activation."""
        rank = inputs.shape.rank
        if isinstance(inputs, tf.SparseTensor):
            outputs = tf.sparse_tensor_dense_matmul(inputs, self.kernel)
        elif rank is None or rank == 2:
            outputs = tf.matmul(inputs, self.kernel)
        else:
            outputs = tf.tensordot(inputs, self.kernel, [[rank - 1], [0]])
            outputs.set_shape(TensorShape(inputs.shape.sizes[:-1] + (self.units,)))
        if self.use_bias:
            outputs = tf.nn.bias_add(outputs, self.bias)
        return outputs if self.activation is None else self.activation(outputs)


dense = function_of(
    Dense,
    "dense",
    """A fully connected layer: [..., n] -> [..., units].

    Variables `kernel` and `bias` are made in scope `name` (default "dense"); `reuse=True` takes those that
    are there.

    >>> import minitf as tf
    >>> tf.layers.dense(tf.zeros([2, 3]), 4, activation=tf.nn.relu, name="doc_dense").shape.as_list()
    [2, 4]

    Raises:
      ValueError: if the size of the last axis is unknown.
    """,
)


class Dropout(Layer):
    """While training, zeroes a share `rate` of its inputs and scales up the rest."""

    _options = ("rate", "noise_shape", "seed")

    def __init__(
        self,
        rate: float | tf.Tensor | tf.Variable = 0.5,
        noise_shape=None,
        seed: int | None = None,
        name=None,
        **kwargs,
    ):
        super().__init__(name=name, **kwargs)
        self.rate, self.noise_shape, self.seed = rate, noise_shape, seed

    def compute_output_shape(self, input_shape) -> TensorShape:
        """That of the inputs."""
        return TensorShape(input_shape)

    def call(self, inputs, training=False):
        """`inputs` with dropout if `training` (a bool or bool tensor) is true."""
        return smart_cond(
            training,
            lambda: tf.nn.dropout(inputs, noise_shape=self.noise_shape, seed=self.seed, rate=self.rate),
            lambda: tf.identity(inputs),
        )


def dropout(
    inputs,
    rate: float | tf.Tensor | tf.Variable = 0.5,
    noise_shape=None,
    seed: int | None = None,
    training=False,
    name=None,
):
    """`inputs` with a share `rate` zeroed and the rest scaled by 1 / (1 - rate), if `training`; else unchanged."""
    return Dropout(rate, noise_shape, seed, name)(inputs, training=training)


class Flatten(Layer):
    """All axes but the first made one: [batch, ...] -> [batch, n]."""

    input_spec = InputSpec(min_ndim=1)
    _options = ("data_format",)

    def __init__(self, data_format: str | None = None, **kwargs):
        super().__init__(**kwargs)
        if data_format not in (None, "channels_last", "channels_first"):
            raise ValueError(f"data_format is channels_last or channels_first, not {data_format!r}")
        self.data_format = data_format or "channels_last"

    def compute_output_shape(self, input_shape) -> TensorShape:
        """[batch, ...] -> [batch, n], n unknown if any of the sizes is."""
        batch, *sizes = TensorShape(input_shape).with_rank_at_least(1).sizes
        return TensorShape([batch, TensorShape(sizes).num_elements()])

    def call(self, inputs):
        """The reshaped input; channels that are first go last before."""
        if self.data_format == "channels_first":
            inputs = tf.transpose(inputs, [0, *range(2, inputs.shape.rank), 1][: inputs.shape.rank])
        sizes = inputs.shape.sizes
        batch = None if sizes is None else sizes[0]
        outputs = tf.reshape(inputs, (tf.shape(inputs)[0] if batch is None else batch, -1))
        if sizes is not None and None not in sizes[1:]:
            outputs.set_shape([batch, TensorShape(sizes[1:]).num_elements()])
        return outputs


def flatten(inputs, name=None, data_format: str | None = "channels_last"):
    """`inputs` with all axes but the first made one: [batch, ...] -> [batch, n].

    data_format "channels_first": the axis of channels, the second, goes last before.
    """
    return Flatten(data_format, name=name)(inputs)
