"""Random numbers: TensorFlow's streams, seeded by its rules.

Every op draws from a stream of its own, which starts anew in each session and goes on from run to run.
"""

from __future__ import annotations

import secrets
from math import prod

import numpy as np

from minitf.framework import dtypes, op_counts
from minitf.framework.apply import apply
from minitf.framework.convert import convert_to_tensor
from minitf.framework.graph import get_default_graph, name_scope
from minitf.framework.registry import define
from minitf.framework.shape import TensorShape
from minitf.framework.static import constant_value, constant_value_as_shape
from minitf.framework.tensor import Tensor
from minitf.kernels.compile import layout
from minitf.kernels.math import random as kernels
from minitf.ops import patterns
from minitf.ops.array import array, slicing
from minitf.ops.control import control
from minitf.ops.control.assert_and_print import Assert
from minitf.ops.math import math, reduce

_DEFAULT_GRAPH_SEED = 87654321
_MODULUS = 2**31 - 1


def get_seed(op_seed: int | None) -> tuple[int | None, int | None]:
    """The two seeds an op with `op_seed` gets in the default graph; `(None, None)` if neither has a seed.

    With only a graph seed the second one is the id of the op created last: it depends on all ops before.
    """
    root = get_default_graph().root
    if root.seed is None and op_seed is None:
        return None, None
    first = _DEFAULT_GRAPH_SEED if root.seed is None else root.seed
    second = op_counts.last() if op_seed is None else op_seed
    pair = first % _MODULUS, second % _MODULUS
    return (0, _MODULUS) if pair == (0, 0) else pair


def seeds(op_seed: int | None) -> dict:
    """The attributes `seed` and `seed2` of an op with `op_seed`."""
    seed, seed2 = get_seed(op_seed)
    return {"seed": seed or 0, "seed2": seed2 or 0}


def stream(b, op, more=()):
    """The op's stream, and what `more` it keeps behind it."""
    return b.state(op, lambda: np.array([*start(op), *more], np.int64))


def start(op) -> tuple[int, int, int]:
    """Where the op's stream starts: without seeds, where chance says."""
    return first_place(op.attrs["seed"], op.attrs["seed2"])


def first_place(seed: int, seed2: int) -> tuple[int, int, int]:
    """Where the stream of two seeds starts; that of zeros, where chance says."""
    pair = seed, seed2
    return (secrets.randbits(63), secrets.randbits(63), 0) if pair == (0, 0) else (*pair, 0)


# ---- uniform and normal numbers


def drawn_shape(op):
    """The shape that the first input says."""
    return constant_value_as_shape(op.inputs[0])


def _sizes(b, shape) -> tuple[int, ...]:
    sizes = b.data(shape).reshape(-1).tolist()
    if any(n < 0 for n in sizes):
        raise ValueError(f"random numbers of shape {sizes}: sizes are 0 or more")
    return tuple(sizes)


def draws(type: str, signature: str, stream, single, double, *half, **options) -> None:
    """An op that draws by one of two kernels; `half` one more operand of `single`: for float32, float16.

    stream(b, op, *rest): where from, given the inputs behind the shape.
    """

    def draw(b, op, dtype, shape, *rest):
        out = b.new(_sizes(b, shape), dtype)
        if dtype == np.float64:
            b.call(double[()], stream(b, op, *rest), out, out.size)
        else:
            bits = [half[op.outputs[0].dtype is dtypes.float16]] if half else []
            b.call(single[()], stream(b, op, *rest), out, out.size, *bits)
        return out

    def draw_half(b, op, *inputs):
        return b.constant(b.data(draw(b, op, np.float32, *inputs)).astype(np.float16))

    define(
        type,
        signature,
        T=dtypes.INDEX,
        dtype=dtypes.FLOAT,
        shape=drawn_shape,
        kernel=lambda b, op, *inputs: draw(b, op, op.outputs[0].dtype.numpy, *inputs),
        host=draw_half,
        differentiable=False,
        **options,
    )


for _type, _single, _double, *_half in (
    ("RandomUniform", kernels.random_uniform_single, kernels.random_uniform_double, 23, 10),
    ("RandomStandardNormal", kernels.random_normal_single, kernels.random_normal_double),
    ("TruncatedNormal", kernels.random_truncated_single, kernels.random_truncated_double),
):
    draws(
        _type,
        "shape: T[n]; seed: int = 0, seed2: int = 0 -> output: dtype",
        stream,
        _single,
        _double,
        *_half,
        stateful=True,
    )


def whole_numbers(b, op, stream, shape, low, high):
    """Lowers to draws of whole numbers from `low` up to `high`."""
    out = b.new(_sizes(b, shape), low.dtype)
    if low.shape != () or high.shape != ():
        raise ValueError(f"minval and maxval have to be scalars, not of shapes {low.shape} and {high.shape}")
    kernel = kernels.random_int32 if low.dtype == np.int32 else kernels.random_int64
    b.call(
        kernel[()],
        stream,
        low,
        high,
        out,
        out.size,
        error=lambda _: f"minval {b.data(low)} has to be less than maxval {b.data(high)}",
    )
    return out


define(
    "RandomUniformInt",
    "shape: T[n], minval: Tout[], maxval: Tout[]; seed: int = 0, seed2: int = 0 -> output: Tout",
    T=dtypes.INDEX,
    Tout=dtypes.INDEX,
    shape=drawn_shape,
    kernel=lambda b, op, *inputs: whole_numbers(b, op, stream(b, op), *inputs),
    **patterns.STATEFUL,
)


def random_uniform(
    shape, minval=0, maxval=None, dtype=dtypes.float32, seed: int | None = None, name: str | None = None
) -> Tensor:
    """Uniform random numbers in [minval, maxval) of the given shape (a list, shape or 1-D integer tensor).

    dtype: float16, float32, float64 (maxval defaults to 1), int32 or int64 (maxval has to be given).

    Raises:
      ValueError: for another dtype, or integers without maxval.

    >>> import minitf as tf
    >>> x = tf.random_uniform([2], seed=1)
    >>> with tf.Session() as sess:
    ...     print(sess.run(x))
    [0.2390374 0.92039955]
    """
    dtype = checked_type("random_uniform", dtype, dtypes.FLOAT | dtypes.INDEX)
    if maxval is None:
        if dtype.is_integer:
            raise ValueError(f"random_uniform of {dtype.name} needs a maxval")
        maxval = 1
    with name_scope(name, "random_uniform") as scope:
        shape = shape_tensor(shape)
        low = convert_to_tensor(minval, dtype, name="min")
        high = convert_to_tensor(maxval, dtype, name="max")
        if dtype.is_integer:
            return apply("RandomUniformInt", shape, low, high, name=scope, **seeds(seed))
        return math.add(apply("RandomUniform", shape, dtype=dtype, **seeds(seed)) * (high - low), low, name=scope)


def random_normal(
    shape, mean=0.0, stddev=1.0, dtype=dtypes.float32, seed: int | None = None, name: str | None = None
) -> Tensor:
    """Normal random numbers; mean and stddev are numbers, or tensors that broadcast to `shape`."""
    return _normal("RandomStandardNormal", "random_normal", shape, mean, stddev, dtype, seed, name)


def truncated_normal(
    shape, mean=0.0, stddev=1.0, dtype=dtypes.float32, seed: int | None = None, name: str | None = None
) -> Tensor:
    """Normal random numbers without those that are two or more standard deviations from the mean."""
    return _normal("TruncatedNormal", "truncated_normal", shape, mean, stddev, dtype, seed, name)


def _normal(type: str, default_name: str, shape, mean, stddev, dtype, seed, name) -> Tensor:
    dtype = checked_type(default_name, dtype, dtypes.FLOAT)
    with name_scope(name, default_name) as scope:
        shape = shape_tensor(shape)
        mean = convert_to_tensor(mean, dtype, name="mean")
        stddev = convert_to_tensor(stddev, dtype, name="stddev")
        drawn = apply(type, shape, dtype=dtype, **seeds(seed))
        return math.add(drawn * stddev, mean, name=scope)


def checked_type(function: str, dtype, allowed: frozenset) -> dtypes.DType:
    """The type; TypeError if the function does not give it, a ValueError in random_uniform's case, as in TensorFlow."""
    dtype = dtypes.as_dtype(dtype).base_dtype
    if dtype not in allowed:
        kind = ValueError if function.endswith("uniform") else TypeError
        raise kind(f"{function} gives {', '.join(sorted(d.name for d in allowed))}, not {dtype.name}")
    return dtype


def shape_tensor(shape) -> Tensor:
    """A shape as an integer vector."""
    empty = isinstance(shape, (list, tuple)) and not shape
    return convert_to_tensor(shape, dtypes.int32 if empty else None, name="shape")


# ---- shuffling and cropping


def _shuffle(b, op, value):
    if not value.shape:
        return value
    out, (rows, *rest) = b.new(value.shape, value.dtype), value.shape
    kernel, order = kernels.random_shuffle[layout.carrier(value.dtype)], b.new((rows,), np.int64)
    b.call(kernel, stream(b, op), value, out, order, rows, prod(rest))
    return out


def _shuffle_on_host(b, op, value):
    """Shuffles row numbers, then takes the rows."""
    rows = b.constant(np.arange(value.shape[0] if value.shape else 0, dtype=np.int64))
    return b.constant(b.data(value)[b.data(_shuffle(b, op, rows))]) if value.shape else value


define(
    "RandomShuffle",
    "value: T; seed: int = 0, seed2: int = 0 -> output: T",
    shape=patterns.same,
    kernel=_shuffle,
    host=_shuffle_on_host,
    stateful=True,
)


def random_shuffle(value, seed: int | None = None, name: str | None = None) -> Tensor:
    """The slices of `value` along its first axis in random order."""
    return apply("RandomShuffle", value, name=name, **seeds(seed))


def random_crop(value, size, seed: int | None = None, name: str | None = None) -> Tensor:
    """A part of `value` of shape `size` (a size for every axis) at a random place.

    Raises:
      InvalidArgumentError: when it runs, if `value` is smaller than that.
    """
    with name_scope(name, "random_crop", [value]) as scope:
        value = convert_to_tensor(value, name="value")
        size = convert_to_tensor(size, dtypes.int32, name="size")
        shape = array.shape(value)
        fits = Assert(
            reduce.reduce_all(math.greater_equal(shape, size)),
            ["random_crop needs a value at least as large as size; their shapes are", shape, size],
            summarize=1000,
        )
        limit = control.with_dependencies([fits], shape) - size + 1
        offset = random_uniform(array.shape(limit), dtype=dtypes.int32, maxval=dtypes.int32.max, seed=seed) % limit
        return slicing.slice(value, offset, size, name=scope)


# ---- classes, gamma and Poisson


def classes(b, op, stream, logits, num_samples):
    """Lowers to draws of classes, some for each row of logits."""
    samples, (rows, count) = sample_count(b, num_samples), logits.shape
    if count == 0:
        raise ValueError("there has to be at least one class")
    out, scratch = b.new((rows, samples), op.outputs[0].dtype.numpy), b.new((count,), np.float64)
    b.call(kernels.random_classes[logits.dtype, out.dtype], stream, logits, scratch, out, rows, count, samples)
    return out


def sample_count(b, num_samples) -> int:
    """How many samples are wanted."""
    samples = int(b.data(num_samples))
    if samples < 0:
        raise ValueError(f"the number of samples is 0 or more, not {samples}")
    return samples


def classes_shape(op):
    """The shape of samples of classes: as many for each row."""
    samples = constant_value(op.inputs[1])
    if samples is not None and samples < 0:
        raise ValueError(f"the number of samples must be non-negative, not {samples}")
    return TensorShape([op.inputs[0].shape.with_rank(2)[0], None if samples is None else int(samples)])


define(
    "Multinomial",
    "logits: T[batch, classes], num_samples: int32[]; seed: int = 0, seed2: int = 0, output_dtype: type = int64"
    " -> output: output_dtype",
    T=dtypes.FLOAT,
    shape=classes_shape,
    kernel=lambda b, op, *inputs: classes(b, op, stream(b, op), *inputs),
    host=lambda b, op, logits, count: classes(b, op, stream(b, op), b.constant(np.float32(b.data(logits))), count),
    **patterns.STATEFUL,
)


def multinomial(logits, num_samples, seed: int | None = None, name: str | None = None, output_dtype=None) -> Tensor:
    """Samples of class numbers for each row of unnormalized log-probabilities.

    logits: [batch, classes]; result: [batch, num_samples], int64 or `output_dtype` (int32).
    """
    return _multinomial(logits, num_samples, seed, name, "multinomial", output_dtype)


def categorical(logits, num_samples, dtype=None, seed: int | None = None, name: str | None = None) -> Tensor:
    """See `multinomial`."""
    return _multinomial(logits, num_samples, seed, name, "categorical", dtype)


def _multinomial(logits, num_samples, seed, name, default_name: str, dtype) -> Tensor:
    dtype = checked_type(default_name, dtypes.int64 if dtype is None else dtype, dtypes.INDEX)
    with name_scope(name, default_name):
        logits = convert_to_tensor(logits, name="logits")
        return apply("Multinomial", logits, num_samples, output_dtype=dtype, **seeds(seed))


def _samples_of(kernel, complaint: str, counts: bool = False):
    """Lowers to a kernel that draws `shape` numbers for each element of a parameter."""

    def lower(b, op, shape, parameter):
        lead = _sizes(b, shape)
        dtype = op.outputs[0].dtype.numpy if counts else parameter.dtype
        out = b.new(lead + parameter.shape, np.float32 if dtype == np.float16 else dtype)
        b.call(
            kernel[(parameter.dtype, out.dtype) if counts else parameter.dtype],
            stream(b, op),
            parameter,
            out,
            prod(lead),
            parameter.size,
            error=lambda place: f"{b.data(parameter).reshape(-1)[place]} {complaint}",
        )
        return out

    return lower


def _halves_of(lower):
    """The same on the host, where a parameter or what is drawn has half precision."""

    def run(b, op, shape, x):
        wide = b.data(x).astype(np.float32) if x.dtype == np.float16 else b.data(x)
        return b.constant(b.data(lower(b, op, shape, b.constant(wide))).astype(op.outputs[0].dtype.numpy))

    return run


def _distribution(type: str, signature: str, lower, **options) -> None:
    define(
        type,
        signature,
        S=dtypes.INDEX,
        shape=lambda op: drawn_shape(op).concatenate(op.inputs[1].shape),
        kernel=lower,
        host=_halves_of(lower),
        stateful=True,
        **options,
    )


_distribution(
    "RandomGamma",
    "shape: S, alpha: T; seed: int = 0, seed2: int = 0 -> output: T",
    _samples_of(kernels.random_gamma, "is no shape parameter of a gamma distribution: it has to be positive"),
    T=dtypes.FLOAT,
    broadcasts=True,
    grad=lambda op, g: (None, g * apply("RandomGammaGrad", op.inputs[1], op.outputs[0])),
)
_distribution(
    "RandomPoissonV2",
    "shape: S, rate: R; seed: int = 0, seed2: int = 0, R: type = float64, dtype: type = int64 -> output: dtype",
    _samples_of(
        kernels.random_poisson, "is no rate of a Poisson distribution: it has to be 0 or more, and finite", True
    ),
    R=dtypes.FLOAT,
    dtype=dtypes.FLOAT | dtypes.INDEX,
)


def random_gamma(
    shape, alpha, beta=None, dtype=dtypes.float32, seed: int | None = None, name: str | None = None
) -> Tensor:
    """`shape` draws of the gamma distribution for each alpha (shape) and beta (inverse scale, default 1).

    Result: shape + the shape that alpha and beta broadcast to. InvalidArgumentError for an alpha that is not positive.
    """
    with name_scope(name, "random_gamma"):
        dtype = dtype or convert_to_tensor(alpha, name="alpha").dtype.base_dtype
        dtype = checked_type("random_gamma", dtype, dtypes.FLOAT)
        shape = convert_to_tensor(shape, dtypes.int32, name="shape")
        alpha = convert_to_tensor(alpha, dtype, name="alpha")
        beta = convert_to_tensor(1 if beta is None else beta, dtype, name="beta")
        alpha = alpha + array.zeros_like(beta)
        drawn = apply("RandomGamma", shape, alpha, **seeds(seed))
        return math.maximum(np.finfo(dtype.numpy).tiny, drawn / beta)


def random_poisson(lam, shape, dtype=dtypes.float32, seed: int | None = None, name: str | None = None) -> Tensor:
    """`shape` draws of the Poisson distribution for each mean in `lam`; result: shape + lam's shape.

    dtype: of the draws, floating point, int32 or int64. InvalidArgumentError for a mean that is negative.
    """
    dtype = checked_type("random_poisson", dtype, dtypes.FLOAT | dtypes.INDEX)
    with name_scope(name, "random_poisson", [lam]):
        shape = convert_to_tensor(shape, dtypes.int32, name="shape")
        own = seeds(seed)
        rate = convert_to_tensor(lam, preferred_dtype=dtypes.float64, name="RandomPoissonV2/rate")
        return apply("RandomPoissonV2", shape, rate, dtype=dtype, **own)
