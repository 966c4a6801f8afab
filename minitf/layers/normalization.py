"""Batch normalization (Ioffe and Szegedy 2015, https://arxiv.org/abs/1502.03167)."""

from __future__ import annotations

from collections.abc import Callable

import minitf as tf
from minitf.framework import nest
from minitf.framework.graph import name_scope
from minitf.framework.shape import TensorShape
from minitf.framework.static import constant_value
from minitf.framework.taking import arguments, needed, optional, taking
from minitf.framework.tensor import Tensor
from minitf.layers import by_name
from minitf.layers.base import Layer, keep_options, option_names, options_of
from minitf.layers.input_spec import InputSpec
from minitf.ops.control.cond import smart_cond

_ZEROS, _ONES = tf.zeros_initializer(), tf.ones_initializer()


class _Root:
    """The initializer of standard deviations, by that of variances."""

    def __init__(self, of):
        self._of = of

    def __call__(self, shape, dtype=None, partition_info=None):
        return tf.sqrt(self._of(shape, dtype=dtype))


def _checked_clipping(clipping: dict | None) -> dict:
    unknown = set(clipping or {}) - {"rmax", "rmin", "dmax"}
    if unknown:
        raise ValueError(f"renorm_clipping {clipping} contains keys not in rmax, rmin, dmax: {sorted(unknown)}")
    return clipping or {}


def _composed(scale, offset, then_scale, then_offset) -> tuple:
    """One scale and offset for two, one after the other; None: there is none."""
    if then_scale is not None:
        scale, offset = scale * then_scale, offset * then_scale
    return scale, offset if then_offset is None else offset + then_offset


class BatchNormalization(Layer):
    """Inputs shifted and scaled to mean 0 and variance 1 for each position along `axis`."""

    _correction: tuple | None = None
    _options = (
        *("axis", "momentum", "epsilon", "center", "scale", *option_names("beta", "gamma")),
        *("moving_mean_initializer", "moving_variance_initializer"),
    )

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
        self.virtual_batch_size, self.adjustment = virtual_batch_size, adjustment
        self.renorm, self.renorm_momentum = renorm, renorm_momentum
        self.renorm_clipping = _checked_clipping(renorm_clipping)
        self.axis = axis[:] if isinstance(axis, list) else axis
        self.momentum, self.epsilon, self.center, self.scale = momentum, epsilon, center, scale
        keep_options(self, "gamma", gamma_initializer, gamma_regularizer, gamma_constraint)
        keep_options(self, "beta", beta_initializer, beta_regularizer, beta_constraint)
        self.moving_mean_initializer = by_name.initializer(moving_mean_initializer)
        self.moving_variance_initializer = by_name.initializer(moving_variance_initializer)
        self.fused = fused

    def get_config(self) -> dict:
        """See `Layer.get_config`; of renormalization, if there is any."""
        names = ("renorm", "renorm_clipping", "renorm_momentum") if self.renorm else ()
        return {**super().get_config(), **{name: getattr(self, name) for name in names}}

    def _check_split(self) -> None:
        """ValueError for what does not go with a batch in parts."""
        size = self.virtual_batch_size
        if isinstance(size, bool) or int(size) < 1:
            raise ValueError(f"virtual_batch_size is 1 or more, and divides the size of the batch; it is {size!r}")
        if 0 in self.axis:
            raise ValueError("When using virtual_batch_size, the batch is axis 0, which cannot be normalized along")
        if self.adjustment is not None:
            raise ValueError("When using virtual_batch_size, adjustment cannot be specified")

    # ---- variables

    def build(self, input_shape) -> None:
        """Makes gamma, beta, moving_mean and moving_variance, of the sizes along the axes."""
        sizes = TensorShape(input_shape).sizes
        if not sizes:
            raise ValueError(f"Input has undefined rank: {input_shape}")
        self.axis = self._axes(len(sizes))
        if self.virtual_batch_size is not None:
            self._check_split()
        known = {axis: sizes[axis] for axis in self.axis}
        if None in known.values():
            raise ValueError(f"Input has undefined `axis` dimension. Input shape: {TensorShape(sizes)}")
        self.input_spec = InputSpec(ndim=len(sizes), axes=known)
        self.fused = self._is_fused(len(sizes))
        single = len(known) == 1
        if single and self.virtual_batch_size is None:
            shape = list(known.values())
        else:
            shape = [known.get(i, 1) for i in range(len(sizes))]
        if self.virtual_batch_size is not None:
            shape.insert(1, 1)
            self.axis = [axis + 1 for axis in self.axis]
        self.gamma = self._parameter("gamma", shape, 1.0 if self.scale is False else None)
        self.beta = self._parameter("beta", shape, 0.0 if self.center is False else None)
        partitioner, self._scope._partitioner = self._scope.partitioner, None
        try:
            mean, variance = self.moving_mean_initializer, self.moving_variance_initializer
            self.moving_mean = self._average("moving_mean", shape, mean)
            self.moving_variance = self._average("moving_variance", shape, variance)
            if self.renorm:
                self.moving_stddev = self._average("moving_stddev", shape, _Root(variance))
                self.renorm_mean = self._average("renorm_mean", shape, mean)
                self.renorm_stddev = self._average("renorm_stddev", shape, _Root(variance))
        finally:
            self._scope._partitioner = partitioner
        self.built = True

    def _axes(self, rank: int) -> list[int]:
        axes = [axis + rank if axis < 0 else axis for axis in nest.flatten(self.axis)]
        for axis in axes:
            if not 0 <= axis < rank:
                raise ValueError(f"Invalid axis: {axis} for inputs of rank {rank}")
        if len(set(axes)) < len(axes):
            raise ValueError(f"Duplicate axis: {axes}")
        return axes

    def _is_fused(self, rank: int) -> bool:
        """Whether one op does it all."""
        plain = not self.renorm and self.virtual_batch_size is None and self.adjustment is None
        return self.fused is not False and plain and rank == 4 and self.axis in ([1], [3])

    def _parameter(self, name: str, shape: list[int], constant):
        """gamma or beta; a constant in its place for the op that needs one."""
        if constant is None:
            return self.add_weight(name, shape, self._type, **options_of(self, name))
        return tf.constant(constant, self._type, shape) if self.fused else None

    def _average(self, name: str, shape: list[int], initializer):
        return self.add_weight(name, shape, self._type, initializer, trainable=False)

    @property
    def _type(self):
        return tf.float32 if self.dtype in (None, tf.float16) else self.dtype

    def compute_output_shape(self, input_shape) -> TensorShape:
        """That of the inputs."""
        return TensorShape(input_shape)

    # ---- the computation

    def call(self, inputs, training=False) -> Tensor:
        """Normalizes by the batch while `training` (a bool or bool tensor), else by the moving averages."""
        training = tf.convert_to_tensor(training) if isinstance(training, tf.Variable) else training
        if self.fused:
            return self._in_one(inputs, training)
        given, whole = inputs.shape, [-1, *inputs.shape.as_list()[1:]]
        split = self.virtual_batch_size is not None
        if split:
            inputs = tf.reshape(inputs, [self.virtual_batch_size, -1, *whole[1:]])
        axes = [i for i in range(inputs.shape.rank) if i not in self.axis]
        scale, offset = (self._spread(part, inputs, axes) for part in (self.gamma, self.beta))
        scale, offset = self._adjusted(inputs, scale, offset, training)
        moments = self._moments(inputs, [i for i in axes if not split or i != 1], training)
        scale, offset = self._renormed(scale, offset, inputs, axes)
        parts = [*(self._spread(part, inputs, axes) for part in moments), offset, scale]
        if inputs.dtype is tf.float16:
            parts = [None if part is None else tf.cast(part, inputs.dtype) for part in parts]
        outputs = tf.nn.batch_normalization(inputs, *parts, self.epsilon)
        outputs.set_shape(inputs.shape)
        if split:
            outputs = tf.reshape(outputs, whole)
            outputs.set_shape(given)
        return outputs

    def _adjusted(self, inputs, scale, offset, training) -> tuple:
        """gamma and beta, changed while training by what `adjustment` says for the inputs' shape."""
        if self.adjustment is None:
            return scale, offset
        more, added = self.adjustment(tf.shape(inputs))
        more = smart_cond(training, lambda: more, lambda: tf.ones_like(more))
        added = smart_cond(training, lambda: added, lambda: tf.zeros_like(added))
        return _composed(more, added, scale, offset)

    def _renormed(self, scale, offset, inputs, axes) -> tuple:
        """gamma and beta with what renorm adds to them (Ioffe 2017)."""
        if self._correction is None:
            return scale, offset
        (r, d), self._correction = self._correction, None
        r, d = (self._spread(part, inputs, axes) for part in (r, d))
        composed = _composed(tf.stop_gradient(r, name="renorm_r"), tf.stop_gradient(d, name="renorm_d"), scale, offset)
        news, training = self._news
        self._update_of_renorm(*news, training)
        return composed

    def _moments(self, inputs, axes: list[int], training):
        value = _known(training)
        if value is False:
            return self.moving_mean, self.moving_variance
        split = self.virtual_batch_size is not None
        mean, variance = tf.nn.moments(inputs, axes, keep_dims=len(self.axis) > 1 or split)
        averages = self.moving_mean, self.moving_variance
        used = [
            smart_cond(training, lambda b=b: b, lambda a=a: tf.convert_to_tensor(a))
            for a, b in zip(averages, (mean, variance))
        ]
        news = [tf.reduce_mean(new, 1, True) for new in used] if split else used
        if self.renorm:
            self._correct(*news, training)
            return used
        for average, new in zip(averages, news):
            self._add_update(
                lambda a=average, n=new: smart_cond(
                    training, lambda: self._moved(a, n, self.momentum), lambda: tf.convert_to_tensor(a)
                )
            )
        return used

    def _correct(self, mean, variance, training) -> None:
        """Notes how outputs by these moments are brought near to those by the averages; moves these."""
        stddev = tf.sqrt(variance + self.epsilon)
        average = tf.maximum(self.renorm_stddev, tf.sqrt(self.epsilon))
        r, d = stddev / average, (mean - self.renorm_mean) / average
        with tf.control_dependencies([r, d]):
            own = [tf.identity(mean), tf.identity(stddev)]
        r, d = self._clipped(r, d)
        r = smart_cond(training, lambda: r, lambda: tf.ones_like(r))
        d = smart_cond(training, lambda: d, lambda: tf.zeros_like(d))
        moved = [self._renorm_moved(a, n, training) for a, n in zip((self.renorm_mean, self.renorm_stddev), own)]
        with tf.control_dependencies(moved):
            news = [tf.identity(mean), tf.identity(variance)]
        self._correction, self._news = (r, d), (news, training)

    def _clipped(self, r, d) -> tuple:
        limits = self.renorm_clipping
        if limits.get("rmin") is not None:
            r = tf.maximum(r, limits["rmin"])
        if limits.get("rmax") is not None:
            r = tf.minimum(r, limits["rmax"])
        if limits.get("dmax") is not None:
            d = tf.minimum(tf.maximum(d, -limits["dmax"]), limits["dmax"])
        return r, d

    def _renorm_moved(self, average, value, training):
        value = tf.identity(value)
        return smart_cond(
            training, lambda: self._moved(average, value, self.renorm_momentum), lambda: tf.identity(average)
        )

    def _update_of_renorm(self, mean, variance, training) -> None:
        """Moves the averages that are used after training."""

        def stddev():
            moved = self._moved(self.moving_stddev, tf.sqrt(variance + self.epsilon), self.momentum)
            return tf.assign(self.moving_variance, tf.nn.relu(moved * moved - self.epsilon), name="AssignNewValue")

        def middle():
            return self._moved(self.moving_mean, mean, self.momentum)

        for average, moved in ((self.moving_mean, middle), (self.moving_variance, stddev)):
            self._add_update(lambda a=average, m=moved: smart_cond(training, m, lambda: tf.convert_to_tensor(a)))

    def _spread(self, part, inputs, axes: list[int]):
        """A vector so that it broadcasts along an axis that is not the last one."""
        if part is None or part.shape.rank == inputs.shape.rank or self.axis == [inputs.shape.rank - 1]:
            return part
        return tf.reshape(part, [1 if i in axes else inputs.shape.as_list()[i] for i in range(inputs.shape.rank)])

    def _in_one(self, inputs, training) -> Tensor:
        format = "NCHW" if self.axis == [1] else "NHWC"

        def by_batch():
            return tf.nn.fused_batch_norm(inputs, self.gamma, self.beta, epsilon=self.epsilon, data_format=format)

        def by_averages():
            return tf.nn.fused_batch_norm(
                inputs,
                self.gamma,
                self.beta,
                self.moving_mean,
                self.moving_variance,
                self.epsilon,
                format,
                is_training=False,
            )

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
        with name_scope(None, "AssignMovingAvg") as scope, tf.colocate_with(average):
            share = tf.convert_to_tensor(1.0 - momentum, name="decay")
            share = tf.cast(share, average.dtype.base_dtype)
            return tf.assign_sub(average, (average - tf.cast(value, average.dtype.base_dtype)) * share, name=scope)

    def _add_update(self, make: Callable) -> None:
        self.add_update(make().op)


def _known(training) -> bool | None:
    """Whether it is training, None if only a run can tell."""
    if not isinstance(training, Tensor):
        return bool(training)
    value = constant_value(training)
    return None if value is None else bool(value)


_TAKEN = {argument.name: argument for argument in arguments(BatchNormalization)}
_LAST = ("renorm", "renorm_clipping", "renorm_momentum", "fused", "virtual_batch_size", "adjustment")
_MIDDLE = [optional("training", False), _TAKEN["trainable"], _TAKEN["name"], optional("reuse")]


@taking(
    [
        needed("inputs"),
        *[argument for name, argument in _TAKEN.items() if name not in (*_LAST, "trainable", "name")],
        *_MIDDLE,
        *[_TAKEN[name] for name in _LAST],
    ]
)
def batch_normalization(inputs, training, name, reuse, **how):
    """Inputs shifted and scaled to mean 0 and variance 1 for each position along `axis` (or axes), then
    scaled by a variable gamma (if scale) and shifted by beta (if center).

    training (a bool or bool tensor): by mean and variance of the batch, else by moving averages of them,
    which the ops in the collection UPDATE_OPS bring up to date: let the training step depend on them.
    renorm: outputs of training are brought near to those by averages, which renorm_momentum moves;
    renorm_clipping: a dict of how far, "rmax", "rmin", "dmax". virtual_batch_size: moments are of so many
    examples at a time. adjustment: of the inputs' shape, gives a scale and an offset for training.

    Raises:
      ValueError: for an axis of unknown size or that is not there, unknown clippings, or fused=True with
        what one op cannot do.
    """
    return BatchNormalization(name=name, _scope=name, _reuse=reuse, **how)(inputs, training=training)
