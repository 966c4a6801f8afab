"""tf.contrib.nn: losses in an older order of arguments or over resampled classes, and a few functions of arrays."""

from __future__ import annotations

import numbers

import minitf as tf
from minitf.framework.static import constant_value
from minitf.ops.nn.conv_forms import conv1d_transpose  # noqa: F401 - a name that is handed on
from minitf.ops.nn.embedding import embedding_lookup
from minitf.ops.nn.sampled_loss import logits_and_targets

_ALPHA = -1.7580993408473766  # what SELU tends to far below zero


def alpha_dropout(x, keep_prob, noise_shape=None, seed: int | None = None, name: str | None = None):
    """Dropout for SELU (Klambauer et al. 2017): elements become what it tends to below zero with the probability 1 -
    keep_prob, and all are scaled so that mean and variance of standard normal ones stay.

    noise_shape: where elements stand or fall together, of size 1.

    Raises:
      ValueError: for a keep_prob that is not in (0, 1].
    """
    with tf.name_scope(name, "alpha_dropout", [x]):
        x = tf.convert_to_tensor(x, name="x")
        if isinstance(keep_prob, numbers.Real) and not 0 < keep_prob <= 1:
            raise ValueError(f"keep_prob must be a scalar tensor or a float in the range (0, 1], got {keep_prob:g}")
        keep_prob = tf.convert_to_tensor(keep_prob, x.dtype, name="keep_prob")
        keep_prob.shape.assert_has_rank(0)
        if constant_value(keep_prob) == 1:
            return x
        drawn = tf.random_uniform(tf.shape(x) if noise_shape is None else noise_shape, seed=seed, dtype=x.dtype)
        kept = tf.cast(tf.greater_equal(drawn, 1 - keep_prob), x.dtype)
        x = x * kept + _ALPHA * (1 - kept)
        scale = (keep_prob + keep_prob * (1 - keep_prob) * _ALPHA**2) ** -0.5
        return scale * x + -scale * _ALPHA * (1 - keep_prob)


def scaled_softplus(x, alpha, clip=None, name: str | None = None):
    """alpha * log(1 + exp(x / alpha)), at most `clip` if that is given; both are positive and broadcast to x."""
    with tf.name_scope(name, "scaled_softplus", [x, alpha, clip]):
        x = tf.convert_to_tensor(x, name="x")
        alpha = tf.convert_to_tensor(alpha, x.dtype, name="alpha")
        y = alpha * tf.nn.softplus(x / alpha)
        return y if clip is None else tf.minimum(y, tf.convert_to_tensor(clip, x.dtype, name="clip"))


def nth_element(input, n, reverse: bool = False, name: str | None = None):
    """The n-th smallest element, counted from 0, along the last axis, or with `reverse` the n-th largest.

    Its gradient is shared by the elements that are equal to it.

    Raises:
      ValueError: for a scalar, or a known n that is not below the known size.
      InvalidArgumentError: at run time, if there are not so many elements.
    """
    with tf.name_scope(name, "NthElement", [input, n]) as scope:
        x = tf.convert_to_tensor(input)
        if x.shape.rank == 0:
            raise ValueError("input must be at least rank 1, it is a scalar")
        n = tf.convert_to_tensor(n, tf.int32)
        at, size = constant_value(n), x.shape[-1].value if x.shape.rank else None
        if at is not None and size is not None and not 0 <= at < size:
            raise ValueError(f"Input must have last dimension > n = {at}, it is {size}")
        found = _nth(n, reverse)(x)
        return tf.identity(found, name=scope)


def _nth(n, reverse: bool):
    @tf.custom_gradient
    def of(x):
        ordered = tf.sort(x, direction="DESCENDING" if reverse else "ASCENDING")
        found = tf.gather(ordered, n, axis=-1)

        def gradient(upstream):
            equal = tf.cast(tf.equal(x, found[..., tf.newaxis]), x.dtype)
            return (upstream / tf.reduce_sum(equal, -1))[..., tf.newaxis] * equal

        return found, gradient

    return of


# ---- logits before labels


def deprecated_flipped_softmax_cross_entropy_with_logits(logits, labels, dim: int = -1, name: str | None = None):
    """`tf.nn.softmax_cross_entropy_with_logits`."""
    return tf.nn.softmax_cross_entropy_with_logits(labels=labels, logits=logits, dim=dim, name=name)


def deprecated_flipped_sparse_softmax_cross_entropy_with_logits(logits, labels, name: str | None = None):
    """`tf.nn.sparse_softmax_cross_entropy_with_logits`."""
    return tf.nn.sparse_softmax_cross_entropy_with_logits(labels=labels, logits=logits, name=name)


def deprecated_flipped_sigmoid_cross_entropy_with_logits(logits, targets, name: str | None = None):
    """`tf.nn.sigmoid_cross_entropy_with_logits`, with targets for labels."""
    return tf.nn.sigmoid_cross_entropy_with_logits(labels=targets, logits=logits, name=name)


# ---- sampled classes


def sampled_sparse_softmax_loss(
    weights,
    biases,
    labels,
    inputs,
    num_sampled: int,
    num_classes: int,
    sampled_values=None,
    remove_accidental_hits: bool = True,
    partition_strategy: str = "mod",
    name: str | None = "sampled_sparse_softmax_loss",
):
    """`tf.nn.sampled_softmax_loss` of one true class each, labels [batch, 1]; [batch]."""
    how = (sampled_values, remove_accidental_hits, partition_strategy, name, None)
    logits, _ = logits_and_targets(weights, biases, labels, inputs, num_sampled, num_classes, 1, *how)
    first = tf.zeros([tf.shape(logits)[0]], tf.int64)
    return tf.nn.sparse_softmax_cross_entropy_with_logits(labels=first, logits=logits)


def rank_sampled_softmax_loss(
    weights,
    biases,
    labels,
    inputs,
    num_sampled: int,
    num_resampled: int,
    num_classes: int,
    num_true: int,
    sampled_values,
    resampling_temperature,
    remove_accidental_hits: bool,
    partition_strategy: str,
    name: str | None = None,
):
    """`tf.nn.sampled_softmax_loss` over those num_resampled of num_sampled classes whose logits are largest over the
    batch, [batch].

    sampled_values: as a sampler gives them; if they are None, those of `tf.nn.learned_unigram_candidate_sampler`.
    resampling_temperature: inputs are divided by it to find them: the larger, the more all inputs count alike.

    Raises:
      ValueError: for numbers that do not fall, or another partition_strategy.
    """
    if num_sampled > num_classes:
        raise ValueError(f"num_sampled ({num_sampled}) cannot be greater than num_classes ({num_classes})")
    if num_sampled <= num_resampled:
        raise ValueError(f"num_resampled ({num_resampled}) must be less than num_sampled ({num_sampled})")
    if partition_strategy not in ("div", "mod"):
        raise ValueError(f"unsupported partition_strategy ({partition_strategy})")
    with tf.name_scope(name, "rank_sampled_softmax_loss", [weights, biases, labels, inputs]) as scope:
        if not sampled_values:
            sampler = tf.nn.learned_unigram_candidate_sampler
            sampled_values = sampler(labels, num_true, num_sampled, unique=True, range_max=num_classes)
        sampled, of_true, of_sampled = [tf.stop_gradient(t) for t in sampled_values]
        rows = embedding_lookup(weights, tf.cast(sampled, tf.int64), partition_strategy)
        offsets = tf.reshape(embedding_lookup(biases, tf.cast(sampled, tf.int64), partition_strategy), [-1])
        logits = tf.matmul(rows, inputs / resampling_temperature, transpose_b=True)
        logits = tf.reduce_logsumexp(logits, 1) + offsets / resampling_temperature
        _, best = tf.nn.top_k(logits, num_resampled, sorted=False)
        return tf.nn.sampled_softmax_loss(
            weights,
            biases,
            labels,
            inputs,
            num_resampled,
            num_classes,
            num_true,
            (tf.gather(sampled, best), of_true, tf.gather(of_sampled, best)),
            remove_accidental_hits,
            partition_strategy,
            scope,
        )
