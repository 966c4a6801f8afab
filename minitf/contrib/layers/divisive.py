"""Generalized divisive normalization: each channel is divided by what all channels of its pixel are together."""

from __future__ import annotations

import minitf as tf
from minitf.framework import op_counts
from minitf.layers.base import Layer, function_of
from minitf.layers.input_spec import InputSpec


class GDN(Layer):
    """x[i] / sqrt(beta[i] + sum over j of gamma[j, i] * x[j] ** 2) for the channels of inputs of rank 3 to 5.

    inverse: times that, rather than divided by it; beta_min: the least beta; gamma_init: gamma's diagonal at first;
    reparam_offset: keeps gradients of the variables, which are roots, away from 0; data_format: "channels_first" or
    "channels_last" (Ballé et al. 2016).
    """

    def __init__(
        self,
        inverse: bool = False,
        beta_min: float = 1e-6,
        gamma_init: float = 0.1,
        reparam_offset: float = 2**-18,
        data_format: str = "channels_last",
        activity_regularizer=None,
        trainable: bool = True,
        name=None,
        **kwargs,
    ):
        super().__init__(trainable=trainable, name=name, activity_regularizer=activity_regularizer, **kwargs)
        if data_format not in ("channels_first", "channels_last"):
            raise ValueError(f"data_format is 'channels_first' or 'channels_last', not {data_format!r}")
        self.inverse, self.data_format = inverse, data_format
        self._beta_min, self._gamma_init, self._reparam_offset = beta_min, gamma_init, reparam_offset
        self.input_spec = InputSpec(min_ndim=3, max_ndim=5)

    def _channel_axis(self) -> int:
        return 1 if self.data_format == "channels_first" else -1

    def build(self, input_shape) -> None:
        """Makes `reparam_beta` [channels] and `reparam_gamma` [channels, channels], the roots of beta and gamma."""
        count = tf.TensorShape(input_shape)[self._channel_axis()].value
        if count is None:
            raise ValueError("The channel dimension of the inputs to `GDN` must be defined.")
        self.input_spec = InputSpec(min_ndim=3, max_ndim=5, axes={self._channel_axis(): count})
        self._pedestal = self._reparam_offset**2
        dtype = tf.as_dtype(self.dtype or tf.float32)
        self.beta = self._squared("beta", [count], (self._beta_min + self._pedestal) ** 0.5, self._first_beta, dtype)
        self.gamma = self._squared("gamma", [count, count], self._reparam_offset, self._first_gamma, dtype)
        op_counts.skip(op_counts.FIRST_GAMMA)
        self.built = True

    def _first_beta(self, shape, dtype=None, partition_info=None):
        return tf.sqrt(tf.ones(shape, dtype) + self._pedestal)

    def _first_gamma(self, shape, dtype=None, partition_info=None):
        return tf.sqrt(self._gamma_init * tf.eye(*shape, dtype=dtype) + self._pedestal)

    def _squared(self, name: str, shape: list, least: float, start, dtype):
        root = self.add_weight(f"reparam_{name}", shape, dtype=dtype, initializer=start)
        return tf.square(_at_least(root, least)) - self._pedestal

    def call(self, inputs):
        """The normalization."""
        inputs = tf.convert_to_tensor(inputs, dtype=self.dtype)
        rank = inputs.shape.rank
        format = {"channels_first": "NC{}", "channels_last": "N{}C"}[self.data_format].format("DHW"[5 - rank :])
        mixing = tf.reshape(self.gamma, [*[1] * (rank - 2), *self.gamma.shape.as_list()])
        pooled = tf.nn.convolution(tf.square(inputs), mixing, "VALID", data_format=format)
        if self.data_format == "channels_last" or rank == 4:
            pooled = tf.nn.bias_add(pooled, self.beta, "NHWC" if self.data_format == "channels_last" else "NCHW")
        else:
            pooled += tf.reshape(self.beta, [-1, *[1] * (rank - 2)])
        return inputs * tf.sqrt(pooled) if self.inverse else inputs / tf.sqrt(pooled)

    def compute_output_shape(self, input_shape) -> tf.TensorShape:
        """That of the inputs."""
        return tf.TensorShape(input_shape)


def _at_least(x, least: float):
    """The larger of x and a number; the gradient passes where x is large enough, or where it makes x larger."""

    @tf.custom_gradient
    def bounded(x):
        def gradient(dy):
            since = op_counts.Since()
            slope = dy * tf.cast(tf.logical_or(x >= least, dy < 0.0), dy.dtype)
            since.count_as(op_counts.BOUNDED_BACK)
            return slope

        return tf.maximum(x, least), gradient

    since = op_counts.Since()
    result = bounded(tf.convert_to_tensor(x))
    since.count_as(op_counts.BOUNDED)
    return result


gdn = function_of(
    GDN,
    "gdn",
    """Generalized divisive normalization of inputs of rank 3 to 5, by the class `GDN`, whose arguments it takes.

    Variables `reparam_beta` and `reparam_gamma` are made in scope `name` (default "gdn").

    Raises:
      ValueError: for an unknown number of channels, or another data_format.
    """,
)
