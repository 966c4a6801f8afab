"""Attention that moves along the memory in one direction only (Raffel et al. 2017)."""

from __future__ import annotations

import functools
from inspect import Parameter

import numpy as np

import minitf as tf
from minitf.contrib.seq2seq.attention import BahdanauAttention, LuongAttention
from minitf.framework.taking import SELF, arguments, taking


def safe_cumprod(x, *args, **kwargs):
    """Cumulative products of numbers in [0, 1], by way of logarithms; the arguments are those of `tf.cumprod`."""
    with tf.name_scope(None, "SafeCumprod", [x]):
        x = tf.convert_to_tensor(x, name="x")
        tiny = np.finfo(x.dtype.as_numpy_dtype).tiny
        return tf.exp(tf.cumsum(tf.log(tf.clip_by_value(x, tiny, 1)), *args, **kwargs))


def monotonic_attention(p_choose_i, previous_attention, mode: str):
    """The weights of the rows of a memory, [batch, length], which were previous_attention a step before.

    p_choose_i: how likely each row is chosen once it is reached, [batch, length]; mode: "recursive", exact and slow;
    "parallel", by cumulative products and sums; "hard", for probabilities that are 0 or 1.

    Raises:
      ValueError: for another mode.
    """
    p = tf.convert_to_tensor(p_choose_i, name="p_choose_i")
    previous = tf.convert_to_tensor(previous_attention, name="previous_attention")
    if mode == "recursive":
        batch = p.shape[0].value or tf.shape(p)[0]
        passed = tf.concat([tf.ones((batch, 1)), 1 - p[:, :-1]], 1)
        columns = [tf.transpose(passed), tf.transpose(previous)]
        start = tf.zeros((batch,))
        reached = tf.scan(lambda x, yz: tf.reshape(yz[0] * x + yz[1], (batch,)), columns, start)
        return p * tf.transpose(reached)
    if mode == "parallel":
        passed = safe_cumprod(1 - p, axis=1, exclusive=True)
        return p * passed * tf.cumsum(previous / tf.clip_by_value(passed, 1e-10, 1.0), axis=1)
    if mode == "hard":
        p *= tf.cumsum(previous, axis=1)
        return p * tf.cumprod(1 - p, axis=1, exclusive=True)
    raise ValueError(f"mode must be 'recursive', 'parallel', or 'hard', not {mode!r}.")


def _weights(score, previous, sigmoid_noise, mode: str, seed=None):
    """The weights that scores give, with noise that teaches them to be 0 or 1."""
    if sigmoid_noise > 0:
        score += sigmoid_noise * tf.random_normal(tf.shape(score), dtype=score.dtype, seed=seed)
    p = tf.cast(score > 0, score.dtype) if mode == "hard" else tf.sigmoid(score)
    return monotonic_attention(p, previous, mode)


class _Monotonic:
    """An attention mechanism whose weights depend on those before, and whose scores have a bias to learn."""

    def __init__(
        self,
        sigmoid_noise: float = 0.0,
        sigmoid_noise_seed: int | None = None,
        score_bias_init: float = 0.0,
        mode: str = "parallel",
        **how,
    ):
        self._bias_start = score_bias_init
        self._monotonic = functools.partial(_weights, sigmoid_noise=sigmoid_noise, mode=mode, seed=sigmoid_noise_seed)
        super().__init__(**how)

    def initial_alignments(self, batch_size, dtype):
        """The first row of the memory, [batch, length]."""
        return tf.one_hot(tf.zeros((batch_size,), dtype=tf.int32), self.alignments_size, dtype=dtype)

    def score(self, query):
        """[batch, length]."""
        scores = super().score(query)
        start = tf.constant_initializer(self._bias_start)
        return scores + tf.get_variable("attention_score_bias", [], dtype=query.dtype.base_dtype, initializer=start)

    def __call__(self, query, state):
        """The weights of the rows for `query` [batch, n], and the new state: twice [batch, length]."""
        with tf.variable_scope(None, self.scope, [query]):
            scores = self.score(query)
        alignments = self._monotonic(self._masked(scores), state)
        return alignments, alignments


def _of_kind(base: type) -> list[Parameter]:
    """What a kind takes: what its base does, but for the functions, and how it moves."""
    *first, masked, dtype, name = [p for p in arguments(base) if not p.name.endswith("_fn")]
    name = name.replace(default=name.default.replace("Attention", "MonotonicAttention"))
    return [SELF, *first, masked, *arguments(_Monotonic), dtype, name]


class BahdanauMonotonicAttention(_Monotonic, BahdanauAttention):
    """BahdanauAttention that moves along the memory in one direction only.

    sigmoid_noise: the deviation of the noise added to scores, sigmoid_noise_seed its seed; score_bias_init: what a
    variable added to scores, attention_score_bias, starts with; mode: see `monotonic_attention`.
    """

    scope = "bahdanau_monotonic_attention"

    @taking(_of_kind(BahdanauAttention))
    def __init__(self, **how):
        super().__init__(**how)


class LuongMonotonicAttention(_Monotonic, LuongAttention):
    """LuongAttention that moves along the memory in one direction only.

    The arguments are those of LuongAttention and BahdanauMonotonicAttention.
    """

    scope = "luong_monotonic_attention"

    @taking(_of_kind(LuongAttention))
    def __init__(self, **how):
        super().__init__(**how)
