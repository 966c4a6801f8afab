"""Learning rates that change with the training step."""

from __future__ import annotations

import math as python_math

from minitf.framework import op_counts
from minitf.framework.convert import convert_to_tensor
from minitf.framework.graph import name_scope
from minitf.framework.tensor import Tensor
from minitf.ops.array import gather
from minitf.ops.array.constant import constant
from minitf.ops.math import math
from minitf.ops.random import random


def _start(learning_rate, global_step, *numbers) -> list[Tensor]:
    """The rate, the step and other numbers as tensors of the rate's type."""
    if global_step is None:
        raise ValueError("a learning rate decay needs the global_step that it depends on")
    rate = convert_to_tensor(learning_rate, name="learning_rate")
    return [rate, *[math.cast(n, rate.dtype.base_dtype) for n in (global_step, *numbers)]]


def _periods(global_step: Tensor, decay_steps: Tensor, staircase: bool) -> Tensor:
    periods = global_step / decay_steps
    return math.floor(periods) if staircase else periods


def exponential_decay(
    learning_rate, global_step, decay_steps, decay_rate, staircase: bool = False, name: str | None = None
) -> Tensor:
    """learning_rate * decay_rate ** (global_step / decay_steps); `staircase` rounds the exponent down.

    >>> import minitf as tf
    >>> rate = tf.train.exponential_decay(0.5, tf.constant(20), 10, 0.5)
    >>> with tf.Session() as sess:
    ...     print(sess.run(rate))
    0.125
    """
    with name_scope(name, "ExponentialDecay") as scope:
        rate, step, decay_steps, decay_rate = _start(learning_rate, global_step, decay_steps, decay_rate)
        return math.multiply(rate, math.pow(decay_rate, _periods(step, decay_steps, staircase)), name=scope)


def natural_exp_decay(
    learning_rate, global_step, decay_steps, decay_rate, staircase: bool = False, name: str | None = None
) -> Tensor:
    """learning_rate * exp(-decay_rate * global_step / decay_steps); `staircase` rounds the quotient down."""
    with name_scope(name, "ExponentialDecay") as scope:
        rate, step, decay_steps, decay_rate = _start(learning_rate, global_step, decay_steps, decay_rate)
        return math.multiply(rate, math.exp(-decay_rate * _periods(step, decay_steps, staircase)), name=scope)


def inverse_time_decay(
    learning_rate, global_step, decay_steps, decay_rate, staircase: bool = False, name: str | None = None
) -> Tensor:
    """learning_rate / (1 + decay_rate * global_step / decay_steps); `staircase` rounds the quotient down."""
    with name_scope(name, "InverseTimeDecay") as scope:
        rate, step, decay_steps, decay_rate = _start(learning_rate, global_step, decay_steps, decay_rate)
        op_counts.skip(op_counts.CAST_ONE)
        return math.divide(rate, 1.0 + decay_rate * _periods(step, decay_steps, staircase), name=scope)


def piecewise_constant(x, boundaries, values, name: str | None = None) -> Tensor:
    """values[0] while x <= boundaries[0], values[i] while x <= boundaries[i], values[-1] beyond.

    x: a scalar, usually the global step; boundaries: increasing numbers of its type; values: one more.

    Raises:
      ValueError: if the numbers of boundaries and values do not fit, or their types differ among themselves.
    """
    if len(boundaries) != len(values) - 1:
        raise ValueError(f"{len(values)} values need {len(values) - 1} boundaries between them, not {len(boundaries)}")
    with name_scope(name, "PiecewiseConstant"):
        x = convert_to_tensor(x)
        boundaries = [math.cast(b, x.dtype.base_dtype) for b in boundaries]
        values = [convert_to_tensor(v) for v in values]
        if len({v.dtype.base_dtype for v in values}) > 1:
            raise ValueError(f"the values have to be of one type, not {[v.dtype.name for v in values]}")
        op_counts.skip(op_counts.pieces(len(boundaries)))
        result, names = values[-1], [None] * (len(boundaries) - 1) + ["case/cond/Merge"]
        for boundary, value, name in zip(reversed(boundaries), reversed(values[:-1]), names):
            result = gather.where(math.less_equal(x, boundary), value, result, name=name)
        return result


piecewise_constant_decay = piecewise_constant


def polynomial_decay(
    learning_rate,
    global_step,
    decay_steps,
    end_learning_rate=0.0001,
    power=1.0,
    cycle: bool = False,
    name: str | None = None,
) -> Tensor:
    """(learning_rate - end) * (1 - step / decay_steps) ** power + end, the step at most `decay_steps`.

    cycle: instead, decay_steps grows to its first multiple beyond the step, so that the rate jumps up again.
    """
    with name_scope(name, "PolynomialDecay") as scope:
        rate, step, decay_steps, end, power = _start(learning_rate, global_step, decay_steps, end_learning_rate, power)
        op_counts.skip(op_counts.CYCLES if cycle else op_counts.LAST_STEP)
        if cycle:
            decay_steps = decay_steps * math.maximum(math.ceil(step / decay_steps), 1.0)
        else:
            step = math.minimum(step, decay_steps)
        return math.add((rate - end) * math.pow(1.0 - step / decay_steps, power), end, name=scope)


def _half_wave(fraction) -> Tensor:
    """From 1 down to 0 as the fraction goes from 0 to 1."""
    return 0.5 * (1.0 + math.cos(constant(python_math.pi, dtype=fraction.dtype.base_dtype) * fraction))


def cosine_decay(learning_rate, global_step, decay_steps, alpha=0.0, name: str | None = None) -> Tensor:
    """learning_rate times half a cosine wave from 1 down to `alpha` over `decay_steps` (Loshchilov and Hutter 2016)."""
    with name_scope(name, "CosineDecay"):
        rate, step, decay_steps = _start(learning_rate, global_step, decay_steps)
        wave = _half_wave(math.minimum(step, decay_steps) / decay_steps)
        return math.multiply(rate, (1 - alpha) * wave + alpha)


def cosine_decay_restarts(
    learning_rate, global_step, first_decay_steps, t_mul=2.0, m_mul=1.0, alpha=0.0, name: str | None = None
) -> Tensor:
    """`cosine_decay` that starts again and again, each period `t_mul` times as long and `m_mul` times as high."""
    with name_scope(name, "SGDRDecay") as scope:
        rate, step, length, t, m, alpha = _start(learning_rate, global_step, first_decay_steps, t_mul, m_mul, alpha)
        elapsed = step / length
        equal = isinstance(t_mul, float) and t_mul == 1.0
        op_counts.skip(op_counts.EQUAL_PERIODS if equal else op_counts.GROWING_PERIODS)
        if equal:
            restarts = math.floor(elapsed)
            fraction = elapsed - restarts
        else:
            restarts = math.floor(math.log(1.0 - elapsed * (1.0 - t)) / math.log(t))
            before = (1.0 - math.pow(t, restarts)) / (1.0 - t)
            fraction = (elapsed - before) / math.pow(t, restarts)
        wave = math.pow(m, restarts) * _half_wave(fraction)
        return math.multiply(rate, (1.0 - alpha) * wave + alpha, name=scope)


def linear_cosine_decay(
    learning_rate, global_step, decay_steps, num_periods=0.5, alpha=0.0, beta=0.001, name: str | None = None
) -> Tensor:
    """learning_rate * ((alpha + 1 - step / decay_steps) * half cosine waves + beta) (Bello et al. 2017)."""
    with name_scope(name, "LinearCosineDecay") as scope:
        rate, step, decay_steps = _start(learning_rate, global_step, decay_steps)
        step = math.minimum(step, decay_steps)
        linear = (decay_steps - step) / decay_steps
        return _times_waves(rate, linear, step / decay_steps, num_periods, alpha, beta, scope)


def noisy_linear_cosine_decay(
    learning_rate,
    global_step,
    decay_steps,
    initial_variance=1.0,
    variance_decay=0.55,
    num_periods=0.5,
    alpha=0.0,
    beta=0.001,
    name: str | None = None,
) -> Tensor:
    """`linear_cosine_decay` with noise of variance initial_variance / (1 + step) ** variance_decay."""
    with name_scope(name, "NoisyLinearCosineDecay") as scope:
        rate, step, decay_steps = _start(learning_rate, global_step, decay_steps)
        step = math.minimum(step, decay_steps)
        linear = (decay_steps - step) / decay_steps
        spread = math.sqrt(initial_variance / math.pow(1.0 + step, variance_decay))
        linear = linear + random.random_normal(linear.shape, stddev=spread, dtype=rate.dtype.base_dtype)
        return _times_waves(rate, linear, step / decay_steps, num_periods, alpha, beta, scope)


def _times_waves(rate, linear, fraction, num_periods, alpha, beta, scope: str) -> Tensor:
    op_counts.skip(op_counts.WAVES)
    waves = _half_wave(2.0 * num_periods * fraction)
    return math.multiply(rate, (alpha + linear) * waves + beta, name=scope)
