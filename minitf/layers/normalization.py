"""Batch normalization (Ioffe and Szegedy 2015, https://arxiv.org/abs/1502.03167)."""

from __future__ import annotations

from collections.abc import Callable

import minitf as tf
from minitf.framework.graph import name_scope
from minitf.framework.shape import TensorShape
from minitf.framework.static import constant_value
from minitf.framework.tensor import Tensor
from minitf.layers.base import InputSpec, Layer
from minitf.ops.cond import smart_cond

_ZEROS, _ONES = tf.zeros_initializer(), tf.ones_initializer()


class BatchNormalization(Layer):
    """Inputs shifted and scaled to mean 0 and variance 1 for each position along `axis`."""

    def __init__(
        self,
        axis=-1,
        momentum: float = 0.99,
        epsilon: float = 1e-3,
        center: bool = True,
        scale: bool = True,
        beta_initializer=_ZEROS,
        gamma_initializer=_ONES,
        moving_mean_initializer=_ZEROS,
        moving_variance_initializer=_ONES,
        beta_regularizer: Callable | str | None = None,
        gamma_regularizer: Callable | str | None = None,
        beta_constraint: Callable | str | None = None,
        gamma_constraint: Callable | str | None = None,
        renorm: bool = False,
        renorm_clipping: dict | None = None,
        renorm_momentum: float = 0.99,
        fused: bool | None = None,
        trainable: bool = True,
        virtual_batch_size: int | None = None,
        adjustment: Callable | None = None,
        name=None,
        **kwargs,
    ):
        super().__init__(trainable=trainable, name=name, **kwargs)
        if isinstance(axis, bool) or not isinstance(axis, (int, list)):
            raise TypeError(f"axis must be int or list, type given: {type(axis).__name__}")
        if renorm or virtual_batch_size is not None or adjustment is not None:
            raise NotImplementedError(
                "batch_normalization does without renorm, virtual_batch_size, adjustment"
            )
        self.axis = axis if isinstance(axis, list) else [axis]
        self.momentum, self.epsilon, self.center, self.scale = momentum, epsilon, center, scale
        self._how = {
            "gamma": (gamma_initializer, gamma_regularizer, gamma_constraint),
            "beta": (beta_initializer, beta_regularizer, beta_constraint),
            "moving_mean": (moving_mean_initializer, None, None),
            "moving_variance": (moving_variance_initializer, None, None),
        }
        self.fused = fused

    # ---- variables

    def build(self, input_shape) -> None:
        """Makes gamma, beta, moving_mean and moving_variance, of the sizes along the axes."""
        sizes = TensorShape(input_shape).sizes
        if not sizes:
            raise ValueError(f"Input has undefined rank: {input_shape}")
        self.axis = self._axes(len(sizes))
        known = {axis: sizes[axis] for axis in self.axis}
        if None in known.values():
            raise ValueError(f"Input has undefined `axis` dimension. Input shape: {TensorShape(sizes)}")
        self.input_spec = InputSpec(ndim=len(sizes), axes=known)
        self.fused = self._is_fused(len(sizes))
        single = len(known) == 1
        shape = list(known.values()) if single else [known.get(i, 1) for i in range(len(sizes))]
        self.gamma = self._parameter("gamma", shape, 1.0 if self.scale is False else None)
        self.beta = self._parameter("beta", shape, 0.0 if self.center is False else None)
        partitioner, self._scope._partitioner = self._scope.partitioner, None
        try:
            self.moving_mean = self._weight("moving_mean", shape, False)
            self.moving_variance = self._weight("moving_variance", shape, False)
        finally:
            self._scope._partitioner = partitioner
        self.built = True

    def _axes(self, rank: int) -> list[int]:
        axes = [axis + rank if axis < 0 else axis for axis in self.axis]
        for axis in axes:
            if not 0 <= axis < rank:
                raise ValueError(f"Invalid axis: {axis} for inputs of rank {rank}")
        if len(set(axes)) < len(axes):
            raise ValueError(f"Duplicate axis: {axes}")
        return axes

    def _is_fused(self, rank: int) -> bool:
        """Whether one op does it all."""
        return self.fused is not False and rank == 4 and self.axis in ([1], [3])

    def _parameter(self, name: str, shape: list[int], constant):
        """gamma or beta; a constant in its place for the op that needs one."""
        if constant is None:
            return self._weight(name, shape, True)
        return tf.constant(constant, self._type, shape) if self.fused else None

    def _weight(self, name: str, shape: list[int], trainable: bool):
        initializer, regularizer, constraint = self._how[name]
        return self.add_weight(name, shape, self._type, initializer, regularizer, trainable, constraint)

    @property
    def _type(self):
        return tf.float32 if self.dtype in (None, tf.float16) else self.dtype

    # ---- the computation

    def call(self, inputs, training=False) -> Tensor:
        """Normalizes by the batch while `training` (a bool or bool tensor), else by the moving averages."""
        training = tf.convert_to_tensor(training) if isinstance(training, tf.Variable) else training
        if self.fused:
            return self._in_one(inputs, training)
        axes = [i for i in range(inputs.shape.rank) if i not in self.axis]
        scale, offset = (self._spread(part, inputs, axes) for part in (self.gamma, self.beta))
        moments = self._moments(inputs, axes, training)
        parts = [*(self._spread(part, inputs, axes) for part in moments), offset, scale]
        if inputs.dtype is tf.float16:
            parts = [None if part is None else tf.cast(part, inputs.dtype) for part in parts]
        outputs = tf.nn.batch_normalization(inputs, *parts, self.epsilon)
        outputs.set_shape(inputs.shape)
        return outputs

    def _moments(self, inputs, axes: list[int], training):
        value = _known(training)
        if value is False:
            return self.moving_mean, self.moving_variance
        mean, variance = tf.nn.moments(inputs, axes, keep_dims=len(self.axis) > 1)
        averages = self.moving_mean, self.moving_variance
        used = [smart_cond(training, lambda b=b: b, lambda a=a: tf.convert_to_tensor(a))
                for a, b in zip(averages, (mean, variance))]  # fmt: skip
        for average, new in zip(averages, used):
            self._add_update(
                lambda a=average, n=new: smart_cond(
                    training, lambda: self._moved(a, n, self.momentum), lambda: tf.convert_to_tensor(a)
                )
            )
        return used

    def _spread(self, part, inputs, axes: list[int]):
        """A vector so that it broadcasts along an axis that is not the last one."""
        if part is None or part.shape.rank == inputs.shape.rank or self.axis == [inputs.shape.rank - 1]:
            return part
        return tf.reshape(
            part, [1 if i in axes else inputs.shape.as_list()[i] for i in range(inputs.shape.rank)]
        )

    def _in_one(self, inputs, training) -> Tensor:
        format = "NCHW" if self.axis == [1] else "NHWC"

        def by_batch():
            return tf.nn.fused_batch_norm(inputs, self.gamma, self.beta, epsilon=self.epsilon,
                                          data_format=format)  # fmt: skip

        def by_averages():
            return tf.nn.fused_batch_norm(
                inputs, self.gamma, self.beta, self.moving_mean, self.moving_variance, self.epsilon, format,
                is_training=False)  # fmt: skip

        outputs, mean, variance = smart_cond(training, by_batch, by_averages)
        value = _known(training)
        if value is None:
            momentum = smart_cond(training, lambda: tf.constant(self.momentum), lambda: tf.constant(1.0))
        else:
            momentum = tf.convert_to_tensor(self.momentum)
        if value is not False:
            self._add_update(lambda: self._moved(self.moving_mean, mean, momentum))
            self._add_update(lambda: self._moved(self.moving_variance, variance, momentum))
        return outputs

    def _moved(self, average, value, momentum):
        """The average moved towards the value."""
        with name_scope(None, "AssignMovingAvg") as scope:
            share = tf.convert_to_tensor(1.0 - momentum, name="decay")
            share = tf.cast(share, average.dtype.base_dtype)
            return tf.assign_sub(
                average, (average - tf.cast(value, average.dtype.base_dtype)) * share, name=scope
            )

    def _add_update(self, make: Callable) -> None:
        self.add_update(make().op)


def _known(training) -> bool | None:
    """Whether it is training, None if only a run can tell."""
    if not isinstance(training, Tensor):
        return bool(training)
    value = constant_value(training)
    return None if value is None else bool(value)


def batch_normalization(
    inputs, axis=-1, momentum: float = 0.99, epsilon: float = 1e-3, center: bool = True, scale: bool = True,
    beta_initializer=_ZEROS, gamma_initializer=_ONES, moving_mean_initializer=_ZEROS,
    moving_variance_initializer=_ONES, beta_regularizer: Callable | str | None = None,
    gamma_regularizer: Callable | str | None = None, beta_constraint: Callable | str | None = None,
    gamma_constraint: Callable | str | None = None, training=False, trainable: bool = True, name=None,
    reuse=None, renorm: bool = False, renorm_clipping: dict | None = None, renorm_momentum: float = 0.99,
    fused: bool | None = None, virtual_batch_size: int | None = None, adjustment: Callable | None = None,
):  # fmt: skip
    """Inputs shifted and scaled to mean 0 and variance 1 for each position along `axis` (or axes), then
    scaled by a variable gamma (if scale) and shifted by beta (if center).

    training (a bool or bool tensor): by mean and variance of the batch, else by moving averages of them,
    which the ops in the collection UPDATE_OPS bring up to date: let the training step depend on them.

    Raises:
      ValueError: for an axis of unknown size or that is not there.
      NotImplementedError: for renorm, virtual_batch_size and adjustment.
    """
    layer = BatchNormalization(
        axis, momentum, epsilon, center, scale, beta_initializer, gamma_initializer, moving_mean_initializer,
        moving_variance_initializer, beta_regularizer, gamma_regularizer, beta_constraint, gamma_constraint,
        renorm, renorm_clipping, renorm_momentum, fused, trainable, virtual_batch_size, adjustment, name,
        _scope=name, _reuse=reuse)  # fmt: skip
    return layer(inputs, training=training)
