"""Batch normalization with tf.contrib's arguments: three ways to do it, as in TensorFlow."""

from __future__ import annotations

from collections.abc import Callable

import minitf as tf
from minitf import nn
from minitf.contrib.framework.scopes import add_arg_scope
from minitf.contrib.layers import utils
from minitf.contrib.layers.core import collect, finished, parameter, renamed
from minitf.layers.normalization import BatchNormalization
from minitf.train.moving_averages import assign_moving_average

_STARTS = {
    "beta": tf.zeros_initializer(),
    "gamma": tf.ones_initializer(),
    "moving_mean": tf.zeros_initializer(),
    "moving_variance": tf.ones_initializer(),
}
_UPDATES = tf.GraphKeys.UPDATE_OPS


@add_arg_scope
def batch_norm(
    inputs,
    decay: float = 0.999,
    center: bool = True,
    scale: bool = False,
    epsilon: float = 0.001,
    activation_fn: Callable | None = None,
    param_initializers: dict | None = None,
    param_regularizers: dict | None = None,
    updates_collections=_UPDATES,
    is_training=True,
    reuse=None,
    variables_collections=None,
    outputs_collections=None,
    trainable: bool = True,
    batch_weights=None,
    fused: bool | None = None,
    data_format: str = "NHWC",
    zero_debias_moving_mean: bool = False,
    scope=None,
    renorm: bool = False,
    renorm_clipping: dict | None = None,
    renorm_decay: float = 0.99,
    adjustment: Callable | None = None,
):
    """Inputs shifted and scaled to mean 0 and variance 1 for each channel (Ioffe and Szegedy 2015).

    Then scaled by a variable `gamma` (if scale) and shifted by `beta` (if center), both in `scope`
    ("BatchNorm"). is_training (a bool or bool tensor): by mean and variance of the batch, else by their
    moving averages. updates_collections: where the ops go that bring these up to date; with None they run
    whenever the outputs are computed. batch_weights [batch]: how much each example counts.

    Raises:
      ValueError: for an unknown rank or number of channels, another data_format than NHWC and NCHW, and for
        renorm with batch_weights, updates_collections or zero_debias_moving_mean.
    """
    inputs = tf.convert_to_tensor(inputs)
    if data_format not in ("NHWC", "NCHW"):
        raise ValueError(f"data_format has to be either NCHW or NHWC, not {data_format!r}")
    plain = batch_weights is None and not zero_debias_moving_mean and updates_collections is _UPDATES
    simple = batch_weights is None and not renorm and adjustment is None and inputs.shape.rank in (2, 4)
    fusible = simple and fused is not False
    in_one = fusible and (not plain or inputs.shape.rank == 2)
    if renorm and not plain:
        raise ValueError("renorm is not supported with batch_weights, updates_collections or zero_debias_moving_mean")
    getter = renamed if not in_one else None
    with tf.variable_scope(scope, "BatchNorm", [inputs], reuse=reuse, custom_getter=getter) as entered:
        if plain and not in_one:
            starts = {**_STARTS, **(param_initializers or {})}
            regularizers = param_regularizers or {}
            layer = BatchNormalization(
                1 if data_format == "NCHW" else -1,
                decay,
                epsilon,
                center,
                scale,
                starts["beta"],
                starts["gamma"],
                starts["moving_mean"],
                starts["moving_variance"],
                regularizers.get("beta"),
                regularizers.get("gamma"),
                renorm=renorm,
                renorm_clipping=renorm_clipping,
                renorm_momentum=renorm_decay,
                fused=fused is not False,
                trainable=trainable,
                adjustment=adjustment,
                name=entered.name,
                _scope=entered,
                _reuse=reuse,
            )
            outputs = layer.apply(inputs, training=is_training)
            for name in ("moving_mean", "moving_variance", "beta", "gamma"):
                if isinstance(getattr(layer, name), tf.Variable):
                    collect(variables_collections, name, getattr(layer, name))
        else:
            made = _Normalized(
                inputs, decay, epsilon, updates_collections, is_training, data_format, zero_debias_moving_mean
            )
            make = _maker(
                made.parameter_type(in_one),
                made.channels,
                param_initializers,
                param_regularizers,
                variables_collections,
                trainable,
            )
            outputs = made.in_one(make, center, scale) if in_one else made.in_steps(make, center, scale, batch_weights)
        return finished(outputs, entered.name, outputs_collections, activation_fn)


def _maker(dtype, shape, initializers, regularizers, collections, trainable: bool) -> Callable:
    """What makes a variable of a name."""

    def make(name: str):
        learned = name in ("beta", "gamma")
        initializer = {**_STARTS, **(initializers or {})}[name]
        regularizer = (regularizers or {}).get(name) if learned else None
        return parameter(dtype, name, shape, initializer, collections, trainable and learned, regularizer)

    return make


class _Normalized:
    """A batch normalization that brings its averages up to date in another way than the layer."""

    def __init__(self, inputs, decay, epsilon, updates_collections, is_training, data_format, zero_debias):
        self._inputs, self._decay, self._epsilon = inputs, decay, epsilon
        self._collections, self._is_training = updates_collections, is_training
        self._format, self._zero_debias = data_format, zero_debias
        rank = inputs.shape.rank
        if rank is None:
            raise ValueError(f"Inputs {inputs.name} has undefined rank.")
        self._axis = 1 if data_format == "NCHW" else rank - 1
        self.channels = inputs.shape[self._axis : self._axis + 1]
        if not self.channels.is_fully_defined():
            raise ValueError(f"Inputs {inputs.name} has undefined channels dimension {self.channels}.")
        known = utils.constant_value(is_training) if is_training is not None else None
        self._may_train = known is None or bool(known)

    def parameter_type(self, in_one: bool):
        """The type of the variables: the op that does it all takes half floats with parameters of float32."""
        dtype = self._inputs.dtype.base_dtype
        return tf.float32 if in_one and dtype is tf.float16 else dtype

    def _averages(self, make: Callable) -> tuple:
        with tf.variable_scope(tf.get_variable_scope()) as here:
            here.set_partitioner(None)
            return make("moving_mean"), make("moving_variance")

    def _moved(self, averages, moments) -> list:
        """Brings the averages up to date."""
        debiased = (self._zero_debias, False)
        return [assign_moving_average(a, m, self._decay, zero_debias=z) for a, m, z in zip(averages, moments, debiased)]

    def _later(self, averages, moments) -> None:
        """Collects ops that bring the averages up to date."""
        made = utils.smart_cond(self._is_training, lambda: self._moved(averages, moments), lambda: list(averages))
        for update in made:
            tf.add_to_collections(self._collections, update)

    def _at_once(self, averages, moments, results: list):
        """The results, once the averages are up to date."""
        with tf.control_dependencies(self._moved(averages, moments)):
            return [tf.identity(result) for result in results]

    def in_one(self, make: Callable, center: bool, scale: bool):
        """By one op, which takes images."""
        inputs, shape = self._inputs, self._inputs.shape
        if shape.rank == 2:
            width = shape.as_list()[1]
            inputs = tf.reshape(inputs, [-1, width, 1, 1] if self._format == "NCHW" else [-1, 1, 1, width])
        dtype = self.parameter_type(True)
        beta = make("beta") if center else tf.constant(0.0, dtype, self.channels)
        gamma = make("gamma") if scale else tf.constant(1.0, dtype, self.channels)
        averages = self._averages(make)
        how = {"epsilon": self._epsilon, "data_format": self._format}
        outputs, *moments = utils.smart_cond(
            self._is_training,
            lambda: nn.fused_batch_norm(inputs, gamma, beta, **how),
            lambda: nn.fused_batch_norm(inputs, gamma, beta, *averages, is_training=False, **how),
        )
        if self._may_train and self._collections is None:
            outputs = utils.smart_cond(
                self._is_training, lambda: self._at_once(averages, moments, [outputs])[0], lambda: outputs
            )
        elif self._may_train:
            self._later(averages, moments)
        outputs.set_shape(inputs.shape)
        return tf.reshape(outputs, tf.shape(self._inputs)) if shape.rank == 2 else outputs

    def in_steps(self, make: Callable, center: bool, scale: bool, weights):
        """By several ops, for inputs of any rank."""
        if weights is not None:
            weights = tf.convert_to_tensor(weights)
            self._inputs.shape[0:1].assert_is_compatible_with(weights.shape)
            weights = tf.reshape(weights, [-1, *[1] * (self._inputs.shape.rank - 1)])
        beta = make("beta") if center else None
        gamma = make("gamma") if scale else None
        averages = moments = self._averages(make)
        if self._may_train:
            moments = self._moments(weights)
            if self._collections is None:
                moments = utils.smart_cond(
                    self._is_training, lambda: self._at_once(averages, moments, moments), lambda: list(averages)
                )
            else:
                self._later(averages, moments)
                moments = utils.smart_cond(self._is_training, lambda: list(moments), lambda: list(averages))
        parts = [*moments, beta, gamma]
        if self._format == "NCHW":
            spread = [1, self.channels.as_list()[0], *[1] * (self._inputs.shape.rank - 2)]
            parts = [None if part is None else tf.reshape(part, spread) for part in parts]
        outputs = nn.batch_normalization(self._inputs, *parts, self._epsilon)
        outputs.set_shape(self._inputs.shape)
        return outputs

    def _moments(self, weights) -> list:
        rank, keep = self._inputs.shape.rank, self._format == "NCHW"
        axes = [i for i in range(rank) if i != self._axis]
        if weights is None:
            moments = nn.moments(self._inputs, axes, keep_dims=keep)
        else:
            moments = nn.weighted_moments(self._inputs, axes, weights, keep_dims=keep)
        return [tf.reshape(m, [-1]) for m in moments] if keep else list(moments)
