"""Initializers: functions of a shape that make the first value of a variable."""

from __future__ import annotations

import math

from minitf.framework import dtypes
from minitf.framework.named import named
from minitf.framework.shape import as_shape
from minitf.framework.tensor import Tensor
from minitf.ops.array import array
from minitf.ops.array.constant import constant
from minitf.ops.array.slicing import slice as array_slice
from minitf.ops.linalg import decompositions, matrix
from minitf.ops.math.math import sign
from minitf.ops.random import random

_TRUNCATED_STDDEV = 0.87962566103423978  # of a standard normal without what is beyond 2


class Initializer:
    """What initializers share: `initializer(shape, dtype)` makes a tensor, `get_config()` the arguments."""

    _arguments: tuple[str, ...] = ()
    _floating = True  # whether only floating point types make sense

    def __init__(self, dtype=dtypes.float32):
        self.dtype = dtypes.as_dtype(dtype).base_dtype
        if self._floating and not self.dtype.is_floating:
            raise ValueError(f"{type(self).__name__} makes floating point numbers, not {self.dtype.name}")

    def __call__(self, shape, dtype=None, partition_info=None) -> Tensor:
        """A tensor of the given shape, of `dtype` or else the initializer's own type."""
        dtype = self.dtype if dtype is None else dtypes.as_dtype(dtype).base_dtype
        return self._make(_listed(shape), dtype, partition_info)

    def get_config(self) -> dict:
        """The arguments that make the same initializer."""
        return {**{name: getattr(self, name) for name in self._arguments}, "dtype": self.dtype.name}

    @classmethod
    def from_config(cls, config: dict) -> Initializer:
        """The initializer of which this is the config."""
        return cls(**config)

    def _make(self, shape, dtype, part) -> Tensor:
        raise NotImplementedError


def _listed(shape):
    """A static shape as a list; a tensor as it is."""
    return shape if isinstance(shape, Tensor) else as_shape(shape).as_list()


def _whole(shape, part):
    """The shape of the variable, of which `shape` may be only a part."""
    return shape if part is None else part.full_shape


class Zeros(Initializer):
    """All zeros.

    >>> import minitf as tf
    >>> w = tf.get_variable("w", [2], initializer=tf.zeros_initializer())
    >>> with tf.Session() as sess:
    ...     sess.run(w.initializer)
    ...     print(sess.run(w))
    [0. 0.]
    """

    _floating = False

    def _make(self, shape, dtype, part):
        return array.zeros(shape, dtype)


class Ones(Initializer):
    """All ones."""

    _floating = False

    def _make(self, shape, dtype, part):
        return array.ones(shape, dtype)


class Constant(Initializer):
    """`value`: a number, or a list or array in row-major order, its last element repeated as needed.

    verify_shape: the value has to have the variable's very shape.
    """

    _arguments = ("value",)
    _floating = False

    def __init__(self, value=0, dtype=dtypes.float32, verify_shape: bool = False):
        super().__init__(dtype)
        if isinstance(value, Tensor) or callable(value):
            raise TypeError(f"a constant initializer takes numbers, lists and arrays, not {value!r}")
        self.value, self._verify_shape = value, verify_shape

    def _make(self, shape, dtype, part):
        return constant(self.value, dtype, shape, verify_shape=self._verify_shape)


class RandomUniform(Initializer):
    """Uniform in [minval, maxval); integers too (with a maxval)."""

    _arguments = ("minval", "maxval", "seed")
    _floating = False

    def __init__(self, minval=0, maxval=None, seed: int | None = None, dtype=dtypes.float32):
        super().__init__(dtype)
        self.minval, self.maxval, self.seed = minval, maxval, seed

    def _make(self, shape, dtype, part):
        return random.random_uniform(shape, self.minval, self.maxval, dtype, seed=self.seed)


class RandomNormal(Initializer):
    """Normal with the given mean and standard deviation."""

    _arguments = ("mean", "stddev", "seed")

    def __init__(self, mean=0.0, stddev=1.0, seed: int | None = None, dtype=dtypes.float32):
        super().__init__(dtype)
        self.mean, self.stddev, self.seed = mean, stddev, seed

    def _make(self, shape, dtype, part):
        return random.random_normal(shape, self.mean, self.stddev, dtype, seed=self.seed)


class TruncatedNormal(RandomNormal):
    """Normal without what is two or more standard deviations from the mean."""

    def _make(self, shape, dtype, part):
        return random.truncated_normal(shape, self.mean, self.stddev, dtype, seed=self.seed)


class UniformUnitScaling(Initializer):
    """Uniform in ±factor sqrt(3 / inputs), to keep the scale of a linear layer's outputs (Sussillo, 2014)."""

    _arguments = ("factor", "seed")

    def __init__(self, factor=1.0, seed: int | None = None, dtype=dtypes.float32):
        super().__init__(dtype)
        self.factor, self.seed = factor, seed

    def _make(self, shape, dtype, part):
        inputs = max(1.0, float(math.prod(_whole(shape, part)[:-1])))
        limit = math.sqrt(3 / inputs) * self.factor
        return random.random_uniform(shape, -limit, limit, dtype, seed=self.seed)


class VarianceScaling(Initializer):
    """Random numbers of variance scale / n.

    mode: n is the number of inputs ("fan_in") or outputs ("fan_out") or their mean ("fan_avg") of a layer with such
    weights. distribution: "truncated_normal" (also called "normal"), "untruncated_normal" or "uniform".
    """

    _arguments = ("scale", "mode", "distribution", "seed")

    def __init__(
        self,
        scale=1.0,
        mode: str = "fan_in",
        distribution: str = "truncated_normal",
        seed: int | None = None,
        dtype=dtypes.float32,
    ):
        super().__init__(dtype)
        if scale <= 0:
            raise ValueError(f"scale is positive, not {scale}")
        _check_choice("mode", mode, ("fan_in", "fan_out", "fan_avg"))
        choices = ("normal", "uniform", "truncated_normal", "untruncated_normal")
        _check_choice("distribution", distribution.lower(), choices)
        self.scale, self.mode, self.distribution, self.seed = scale, mode, distribution.lower(), seed

    def _make(self, shape, dtype, part):
        fan_in, fan_out = fans(_whole(shape, part))
        n = {"fan_in": fan_in, "fan_out": fan_out, "fan_avg": (fan_in + fan_out) / 2}[self.mode]
        variance = self.scale / max(1.0, n)
        if self.distribution == "uniform":
            limit = math.sqrt(3.0 * variance)
            return random.random_uniform(shape, -limit, limit, dtype, seed=self.seed)
        if self.distribution == "untruncated_normal":
            return random.random_normal(shape, 0.0, math.sqrt(variance), dtype, seed=self.seed)
        return random.truncated_normal(shape, 0.0, math.sqrt(variance) / _TRUNCATED_STDDEV, dtype, seed=self.seed)


def _check_choice(what: str, given: str, choices: tuple) -> None:
    if given not in choices:
        raise ValueError(f"{what} is one of {', '.join(choices)}; not {given!r}")


def fans(shape) -> tuple[float, float]:
    """The numbers of inputs and outputs of dense ([in, out]) or convolution ([..., in, out]) weights."""
    if len(shape) < 2:
        return (shape[0],) * 2 if shape else (1, 1)
    window = math.prod(shape[:-2])
    return shape[-2] * window, shape[-1] * window


class GlorotUniform(VarianceScaling):
    """Uniform in ±sqrt(6 / (inputs + outputs)) (Glorot and Bengio, 2010): the default of `get_variable`."""

    _arguments = ("seed",)

    def __init__(self, seed: int | None = None, dtype=dtypes.float32):
        super().__init__(1.0, "fan_avg", "uniform", seed, dtypes.type_or(dtype, dtypes.float32))


class GlorotNormal(VarianceScaling):
    """Truncated normal of variance 2 / (inputs + outputs) (Glorot and Bengio, 2010)."""

    _arguments = ("seed",)

    def __init__(self, seed: int | None = None, dtype=dtypes.float32):
        super().__init__(1.0, "fan_avg", "truncated_normal", seed, dtypes.type_or(dtype, dtypes.float32))


def _scaling(name: str, scale: float, distribution: str, doc: str):
    @named(name, doc)
    def function(seed: int | None = None) -> VarianceScaling:
        return VarianceScaling(scale, "fan_in", distribution, seed)

    return function


he_normal = _scaling("he_normal", 2.0, "truncated_normal", "Truncated normal of variance 2 / inputs (He et al., 2015).")
he_uniform = _scaling("he_uniform", 2.0, "uniform", "Uniform of variance 2 / inputs (He et al., 2015).")
lecun_normal = _scaling(
    "lecun_normal", 1.0, "truncated_normal", "Truncated normal of variance 1 / inputs (LeCun et al., 1998)."
)
lecun_uniform = _scaling("lecun_uniform", 1.0, "uniform", "Uniform of variance 1 / inputs (LeCun et al., 1998).")


class Orthogonal(Initializer):
    """`gain` times a random matrix with orthonormal rows or columns (Saxe et al., 2014).

    Shapes of more than two dimensions are taken as matrices with as many columns as the last one says.
    """

    _arguments = ("gain", "seed")

    def __init__(self, gain=1.0, seed: int | None = None, dtype=dtypes.float32):
        super().__init__(dtype)
        self.gain, self.seed = gain, seed

    def _make(self, shape, dtype, part):
        if len(shape) < 2:
            raise ValueError(f"an orthogonal matrix has two or more dimensions; the shape is {shape}")
        rows, columns = math.prod(shape[:-1]), shape[-1]
        flat = [max(rows, columns), min(rows, columns)]
        q, r = decompositions.qr(random.random_normal(flat, dtype=dtype, seed=self.seed))
        q = q * sign(matrix.diag_part(r))  # uniform over all orthogonal matrices (Mezzadri, 2007)
        if rows < columns:
            q = array.matrix_transpose(q)
        return self.gain * array.reshape(q, shape)


class Identity(Initializer):
    """`gain` times the identity matrix; only for 2-D shapes."""

    _arguments = ("gain",)

    def __init__(self, gain=1.0, dtype=dtypes.float32):
        super().__init__(dtype)
        self.gain = gain

    def _make(self, shape, dtype, part):
        whole = _whole(shape, part)
        if len(whole) != 2:
            raise ValueError(f"an identity matrix has two dimensions; the shape is {whole}")
        eye = matrix.eye(*whole, dtype=dtype)
        return self.gain * (eye if part is None else array_slice(eye, part.var_offset, shape))
