"""What all distributions have: shapes, samples, probabilities and moments, from what a subclass defines.

A subclass defines `_sample_n(n, seed)`, `_log_prob(value)` or `_prob`, and what else it has of `_log_cdf`, `_cdf`,
`_log_survival_function`, `_survival_function`, `_quantile`, `_entropy`, `_mean`, `_mode`, `_variance`, `_stddev`,
`_covariance`; and its shapes by `_batch_shape`, `_batch_shape_tensor`, `_event_shape` and `_event_shape_tensor`.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterator

import numpy as np

import minitf as tf
from minitf.distributions.divergence import cross_entropy, kl_divergence
from minitf.framework.getter import getter
from minitf.framework.static import constant_value


class ReparameterizationType:
    """Whether samples have gradients with respect to the parameters: one of the two constants."""

    def __init__(self, rep_type: str):
        self._type = rep_type

    def __repr__(self) -> str:
        return f"<Reparameteriation Type: {self._type}>"


FULLY_REPARAMETERIZED = ReparameterizationType("FULLY_REPARAMETERIZED")
NOT_REPARAMETERIZED = ReparameterizationType("NOT_REPARAMETERIZED")


def same(value):
    """What a hook gives, as it is."""
    return value


class Distribution:
    """A batch of distributions of one kind, with parameters that are tensors.

    validate_args: whether to check parameters and values when they are used; allow_nan_stats: whether moments that are
    not defined are NaN, rather than an error.
    """

    def __init__(
        self,
        dtype,
        reparameterization_type: ReparameterizationType,
        validate_args: bool,
        allow_nan_stats: bool,
        parameters: dict | None = None,
        graph_parents: list | None = None,
        name: str | None = None,
    ):
        if not name or not name.endswith("/"):  # else it is a scope
            with tf.name_scope(name or type(self).__name__) as name:
                pass
        self._dtype, self._name = dtype, name
        self._reparameterization_type = reparameterization_type
        self._validate_args, self._allow_nan_stats = validate_args, allow_nan_stats
        self._parameters = dict(parameters or {})
        self._graph_parents = list(graph_parents or [])

    name: str = getter("_name", "The scope of its ops.")
    dtype = getter("_dtype", "The type of its samples.")
    reparameterization_type = getter("_reparameterization_type", "Whether samples have gradients.")
    allow_nan_stats: bool = getter("_allow_nan_stats", "Whether moments that are not defined are NaN.")
    validate_args: bool = getter("_validate_args", "Whether parameters and values are checked.")

    @property
    def parameters(self) -> dict:
        """What it was made with."""
        return {n: v for n, v in self._parameters.items() if n != "self" and not n.startswith("__")}

    def copy(self, **override_parameters_kwargs) -> Distribution:
        """Another one, made with the same parameters but for those given."""
        return type(self)(**{**self.parameters, **override_parameters_kwargs})

    @classmethod
    def param_shapes(cls, sample_shape, name: str = "DistributionParamShapes") -> dict:
        """The shapes that parameters have for samples of a shape, int32 vectors by name."""
        with tf.name_scope(name, values=[sample_shape]):
            return cls._param_shapes(sample_shape)

    @classmethod
    def param_static_shapes(cls, sample_shape) -> dict:
        """The shapes that parameters have for samples of a known shape, by name; ValueError if it is not known."""
        if isinstance(sample_shape, tf.TensorShape):
            if not sample_shape.is_fully_defined():
                raise ValueError(f"TensorShape sample_shape must be fully defined, not {sample_shape}")
            sample_shape = sample_shape.as_list()
        found = {name: constant_value(shape) for name, shape in cls.param_shapes(sample_shape).items()}
        if any(shape is None for shape in found.values()):
            raise ValueError("sample_shape must be a fully-defined TensorShape or list/tuple")
        return {name: tf.TensorShape(shape.tolist()) for name, shape in found.items()}

    @classmethod
    def _param_shapes(cls, sample_shape) -> dict:
        raise NotImplementedError("_param_shapes not implemented")

    # ---- shapes

    batch_shape = property(lambda self: tf.TensorShape(self._batch_shape()), doc="How many there are, a TensorShape.")
    event_shape = property(lambda self: tf.TensorShape(self._event_shape()), doc="The shape of one sample.")

    def batch_shape_tensor(self, name: str = "batch_shape_tensor"):
        """How many there are, an int32 vector."""
        with self._name_scope(name):
            return self._shape("batch_shape")

    def event_shape_tensor(self, name: str = "event_shape_tensor"):
        """The shape of one sample, an int32 vector."""
        with self._name_scope(name):
            return self._shape("event_shape")

    def is_scalar_batch(self, name: str = "is_scalar_batch"):
        """Whether there is one distribution only, a bool scalar."""
        with self._name_scope(name):
            return self._is_scalar("batch_shape", name)

    def is_scalar_event(self, name: str = "is_scalar_event"):
        """Whether a sample is a scalar, a bool scalar."""
        with self._name_scope(name):
            return self._is_scalar("event_shape", name)

    def _batch_shape(self):
        return None

    def _event_shape(self):
        return None

    def _shape(self, which: str):
        known = getattr(self, which)
        if known.is_fully_defined():
            return tf.convert_to_tensor(known.as_list(), tf.int32, name=which)
        return self._hook(f"_{which}_tensor")()

    def _is_scalar(self, which: str, name: str):
        known = getattr(self, which)
        if known.ndims is not None:
            return tf.convert_to_tensor(known.ndims == 0, name=name)
        return tf.equal(tf.shape(getattr(self, f"{which}_tensor")())[0], 0)

    # ---- samples

    def sample(self, sample_shape=(), seed: int | None = None, name: str = "sample"):
        """Samples [*sample_shape, *batch_shape, *event_shape]."""
        with self._name_scope(name, [sample_shape]):
            sample_shape = tf.convert_to_tensor(sample_shape, tf.int32, name="sample_shape")
            sample_shape, n = self._vector(sample_shape)
            samples = self._hook("_sample_n")(n, seed)
            samples = tf.reshape(samples, tf.concat([sample_shape, tf.shape(samples)[1:]], 0))
            self._tell_shape(samples, tf.TensorShape(constant_value(sample_shape)))
            return samples

    @staticmethod
    def _vector(shape) -> tuple:
        """A shape as a vector, and how many elements it has."""
        known = constant_value(shape)
        n = tf.reduce_prod(shape) if known is None else np.prod(known, dtype=np.int32)
        if shape.shape.ndims is None:
            ones = tf.equal(tf.rank(shape), 0)
            return tf.reshape(shape, tf.cond(ones, lambda: tf.constant([1]), lambda: tf.shape(shape))), n
        if shape.shape.ndims > 1:
            raise ValueError(f"Input is neither scalar nor vector; its shape is {shape.shape}")
        if shape.shape.ndims == 1:
            return shape, n
        return tf.reshape(shape, [1]) if known is None else tf.convert_to_tensor(known[None], name="sample_shape"), n

    def _tell_shape(self, samples, drawn) -> None:
        """What is known of the shape of samples from its parts."""
        parts = [drawn, self.batch_shape, self.event_shape]
        unknown = [i for i, part in enumerate(parts) if part.ndims is None]
        rank = samples.shape.ndims
        if unknown and (len(unknown) > 1 or rank is None):
            return
        if unknown:
            [which] = unknown
            parts[which] = [None] * (rank - sum(part.ndims for part in parts if part.ndims is not None))
        samples.set_shape([size for part in parts for size in (part if isinstance(part, list) else part.as_list())])

    # ---- functions of values

    def log_prob(self, value, name: str = "log_prob"):
        """The logarithm of the probability, or its density, of values [..., *batch_shape, *event_shape]."""
        return self._of(name, value, _log_prob=same, _prob=tf.log)

    def prob(self, value, name: str = "prob"):
        """The probability, or its density, of values [..., *batch_shape, *event_shape]."""
        return self._of(name, value, _prob=same, _log_prob=tf.exp)

    def log_cdf(self, value, name: str = "log_cdf"):
        """The logarithm of the probability of samples up to a value."""
        return self._of(name, value, _log_cdf=same, _cdf=tf.log)

    def cdf(self, value, name: str = "cdf"):
        """The probability of samples up to a value."""
        return self._of(name, value, _cdf=same, _log_cdf=tf.exp)

    def log_survival_function(self, value, name: str = "log_survival_function"):
        """The logarithm of the probability of samples above a value."""
        return self._of(name, value, _log_survival_function=same, cdf=lambda below: tf.log1p(-below))

    def survival_function(self, value, name: str = "survival_function"):
        """The probability of samples above a value."""
        return self._of(name, value, _survival_function=same, cdf=lambda below: 1.0 - below)

    def quantile(self, value, name: str = "quantile"):
        """The value up to which samples are with a probability."""
        return self._of(name, value, _quantile=same)

    # ---- moments

    def entropy(self, name: str = "entropy"):
        """Shannon's entropy in nats."""
        return self._moment(name, _entropy=same)

    def mean(self, name: str = "mean"):
        """The mean, [*batch_shape, *event_shape]."""
        return self._moment(name, _mean=same)

    def mode(self, name: str = "mode"):
        """The most probable value, [*batch_shape, *event_shape]."""
        return self._moment(name, _mode=same)

    def variance(self, name: str = "variance"):
        """The variance of each element, [*batch_shape, *event_shape]."""
        return self._moment(name, _variance=same, _stddev=tf.square)

    def stddev(self, name: str = "stddev"):
        """The standard deviation of each element, [*batch_shape, *event_shape]."""
        return self._moment(name, _stddev=same, _variance=tf.sqrt)

    def covariance(self, name: str = "covariance"):
        """The covariances of the elements of a sample, [*batch_shape, n, n]."""
        return self._moment(name, _covariance=same)

    def cross_entropy(self, other, name: str = "cross_entropy"):
        """The entropy plus `kl_divergence`."""
        with self._name_scope(name):
            return cross_entropy(self, other, self.allow_nan_stats)

    def kl_divergence(self, other, name: str = "kl_divergence"):
        """How much another distribution differs, in nats; NotImplementedError where no formula is registered."""
        with self._name_scope(name):
            return kl_divergence(self, other, self.allow_nan_stats)

    # ---- what they share

    @contextlib.contextmanager
    def _name_scope(self, name: str, values: list | None = None) -> Iterator[None]:
        with tf.name_scope(self.name), tf.name_scope(name, values=[*(values or []), *self._graph_parents]):
            yield

    def _hook(self, name: str):
        found = getattr(self, name, None)
        if found is None:
            raise NotImplementedError(f"{name.removeprefix('_')} is not implemented: {type(self).__name__}")
        return found

    def _first(self, ways: dict) -> tuple:
        """The first hook there is, and what to do with what it gives."""
        for name, then in ways.items():
            if hasattr(self, name):
                return getattr(self, name), then
        return self._hook(next(iter(ways))), same

    def _of(self, name: str, value, **ways):
        with self._name_scope(name, [value]):
            value = tf.convert_to_tensor(value, name="value", preferred_dtype=self.dtype)
            function, then = self._first(ways)
            return then(function(value))

    def _moment(self, name: str, **ways):
        with self._name_scope(name):
            function, then = self._first(ways)
            return then(function())

    def __str__(self) -> str:
        shapes = [f", {n}={s}" for n, s in self._shapes().items() if s.ndims is not None]
        return f'tfp.distributions.{type(self).__name__}("{self.name}"{"".join(shapes)}, dtype={self.dtype.name})'

    def __repr__(self) -> str:
        shapes = "".join([f" {n}={s}" for n, s in self._shapes().items()])
        return f"<tfp.distributions.{type(self).__name__} '{self.name}'{shapes} dtype={self.dtype.name}>"

    def _shapes(self) -> dict:
        return {"batch_shape": self.batch_shape, "event_shape": self.event_shape}


class Scalars(Distribution):
    """Distributions of scalars whose parameters are floats that broadcast.

    A subclass says their names in `_names`.
    """

    _names: tuple[str, ...] = ()

    def _keep(self, given: dict, checks=list) -> None:
        """Parameters, and what else `__init__` takes; checks() of them if they are to be validated."""
        given = {n: v for n, v in given.items() if n not in ("self", "__class__")}
        with tf.name_scope(given["name"], values=[given[n] for n in self._names]) as scope:
            checked = checks() if given["validate_args"] else []
            with tf.control_dependencies(checked):
                kept = [tf.identity(given[n], name=n) for n in self._names]
            tf.debugging.assert_same_float_dtype(kept)
        for name, tensor in zip(self._names, kept):
            setattr(self, f"_{name}", tensor)
        nan = given["allow_nan_stats"]
        super().__init__(kept[-1].dtype, FULLY_REPARAMETERIZED, given["validate_args"], nan, given, kept, scope)

    @classmethod
    def _param_shapes(cls, sample_shape) -> dict:
        return {name: tf.convert_to_tensor(sample_shape, tf.int32) for name in cls._names}

    def _batch_shape_tensor(self):
        first, *others = [tf.shape(getattr(self, name)) for name in self._names]
        for other in others:
            first = tf.broadcast_dynamic_shape(first, other)
        return first

    def _batch_shape(self):
        first, *others = [getattr(self, name).shape for name in self._names]
        for other in others:
            first = tf.broadcast_static_shape(first, other)
        return first

    def _event_shape_tensor(self):
        return tf.constant([], tf.int32)

    def _event_shape(self):
        return []

    def _drawn(self, n):
        """The shape of n samples."""
        return tf.concat([[n], self.batch_shape_tensor()], 0)

    def _defined(self, value, condition, checks):
        """A moment, NaN where it is not defined, or an error by checks()."""
        if not self.allow_nan_stats:
            with tf.control_dependencies(checks()):
                return tf.identity(value)
        return tf.where_v2(condition, value, tf.fill(self.batch_shape_tensor(), self._number(np.nan), name="nan"))

    def _number(self, number: float):
        return np.array(number, self.dtype.as_numpy_dtype)
