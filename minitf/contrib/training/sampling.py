"""Examples drawn by chance: queues of those that are accepted, batches in which rows are repeated or left out."""

from __future__ import annotations

from collections.abc import Callable

import minitf as tf
from minitf.framework.convert import convert_n_to_tensor
from minitf.ops.control.control import with_dependencies
from minitf.train.moving_averages import assign_moving_average

_SEEN = 10  # of each class, before any were
_TOLERANCE = 1e-6


def rejection_sample(
    tensors: list,
    accept_prob_fn: Callable,
    batch_size: int,
    queue_threads: int = 1,
    enqueue_many: bool = False,
    prebatch_capacity: int = 16,
    prebatch_threads: int = 1,
    runtime_checks: bool = False,
    name: str | None = None,
) -> list:
    """Batches of examples, each kept with the probability that `accept_prob_fn(tensors)`, a float scalar, gives.

    tensors: of one example, or with enqueue_many of several along the first axis. runtime_checks: whether to look at
    the probabilities.

    Raises:
      ValueError: for tensors of different numbers of examples.
      InvalidArgumentError: at run time, with runtime_checks, for a probability outside [0, 1].
    """
    with tf.variable_scope(name, "rejection_sample", tensors):
        parts = convert_n_to_tensor(tensors)
        if enqueue_many:
            _check_alike(parts, parts[0])
            parts = _one_by_one(parts, prebatch_threads, prebatch_capacity)
        accepted = accept_prob_fn(parts)
        if runtime_checks:
            checks = [tf.assert_less_equal(0.0, accepted), tf.assert_less_equal(accepted, 1.0)]
            accepted = tf.identity(with_dependencies(checks, accepted), name="prob_with_checks")
        keep = tf.random_uniform([]) < accepted
        batches = tf.train.maybe_batch(parts, keep_input=keep, batch_size=batch_size, num_threads=queue_threads)
        return batches if isinstance(batches, list) else [batches]


def _one_by_one(tensors: list, threads: int, capacity: int) -> list:
    """Single examples of those that come together."""
    found = tf.train.batch(tensors, 1, num_threads=threads, capacity=capacity, enqueue_many=True)
    return [tf.squeeze(part, [0]) for part in (found if isinstance(found, list) else [found])]


def _check_alike(tensors: list, like) -> None:
    for tensor in tensors:
        tensor.shape.with_rank_at_least(1)[0].assert_is_compatible_with(like.shape[0])


def stratified_sample(
    tensors: list,
    labels,
    target_probs,
    batch_size: int,
    init_probs=None,
    enqueue_many: bool = False,
    queue_capacity: int = 16,
    threads_per_queue: int = 1,
    name: str | None = None,
) -> tuple:
    """Batches of examples, some left out, so that their labels come with the probabilities `target_probs`; a pair of a
    list of them and their labels.

    tensors: of one example, labels: its label, an integer scalar; or with enqueue_many of several along the first axis.
    target_probs, init_probs: of the labels, float32 vectors; init_probs are counted while it runs unless given.

    Raises:
      ValueError: for shapes that are not known or do not fit.
      InvalidArgumentError: at run time, for probabilities that do not sum up to 1, or labels that have none.
    """
    with tf.name_scope(name, "stratified_sample", [*tensors, labels]):
        parts, labels = convert_n_to_tensor(tensors), tf.convert_to_tensor(labels)
        target = tf.convert_to_tensor(target_probs, tf.float32)
        if not enqueue_many:
            parts, labels = [tf.expand_dims(t, 0) for t in parts], tf.expand_dims(labels, 0)
        if init_probs is None:
            target.shape.assert_is_fully_defined()
            initial = _counted(labels, target.shape.num_elements())
        else:
            initial = tf.convert_to_tensor(init_probs, tf.float32)
        initial, target = [_checked_probabilities(p) for p in (initial, target)]
        if initial.shape.num_elements() != target.shape.num_elements():
            raise ValueError(f"Probability parameters must have the same length, not {initial.shape}, {target.shape}")
        parts, labels = _checked_examples(parts, labels, initial.shape.num_elements())
        accepted = _accepted(initial, target)
        *parts, label = _one_by_one([*parts, labels], threads_per_queue, queue_capacity)
        accepted = tf.gather(accepted, label)
        keep = tf.random_uniform([]) < accepted
        threads = threads_per_queue
        batches = tf.train.maybe_batch([*parts, label], keep_input=keep, batch_size=batch_size, num_threads=threads)
        return batches[:-1], batches[-1]


def _counted(labels, classes: int):
    """How often each label came so far, as a part of 1."""
    seen = tf.Variable([_SEEN] * classes, trainable=False, name="class_count", dtype=tf.int64)
    counts = seen.assign_add(tf.reduce_sum(tf.one_hot(labels, classes, dtype=tf.int64), 0)) + 0
    return tf.cast(tf.truediv(counts, tf.reduce_sum(counts)), tf.float32)


def _checked_probabilities(probabilities):
    probabilities.shape.assert_is_fully_defined()
    probabilities.shape.assert_has_rank(1)
    total = tf.reduce_sum(probabilities)
    checks = [tf.assert_non_negative(probabilities), tf.assert_less(total, 1.0 + _TOLERANCE)]
    return with_dependencies([*checks, tf.assert_less(1.0 - _TOLERANCE, total)], probabilities)


def _checked_examples(tensors: list, labels, classes: int) -> tuple:
    labels.shape.assert_has_rank(1)
    _check_alike(tensors, labels)
    count = tf.shape(labels)[0]
    some = tf.assert_positive(count)
    labels = with_dependencies([some], labels)
    tensors = [with_dependencies([some, tf.assert_equal(tf.shape(t)[0], count)], t) for t in tensors]
    checks = [tf.assert_integer(labels), tf.assert_non_negative(labels)]
    below = tf.assert_less(labels, tf.cast(classes, labels.dtype))
    return tensors, with_dependencies([*checks, below], labels)


def _accepted(initial, target):
    """The probability to keep an example of each class."""
    said = "All classes with zero initial probability must also have zero target probability: "
    possible = tf.reduce_all(tf.logical_or(tf.not_equal(initial, 0), tf.equal(target, 0)))
    initial = with_dependencies([tf.Assert(possible, [said, initial, target])], initial)
    ratios = target / initial
    ratios = tf.where_v2(tf.is_nan(ratios), tf.zeros_like(ratios), ratios)
    accepted = ratios / tf.reduce_max(ratios)
    said = "Proportion of examples rejected by sampler is high."
    return tf.cond(
        tf.less(tf.reduce_sum((1 - accepted) * initial), 0.5),
        lambda: accepted,
        lambda: tf.Print(accepted, [accepted], said, first_n=10),
    )


def resample_at_rate(inputs: list, rates, scope: str | None = None, seed: int | None = None, back_prop: bool = False):
    """The rows of each input, each repeated as often as a Poisson number of its rate says.

    inputs: tensors [n, ...]; rates: floats [n], not negative. back_prop: is of no effect: numbers have no gradient.
    """
    with tf.name_scope(scope, "resample_at_rate", [*inputs, rates]):
        rates = tf.convert_to_tensor(rates, name="rates")
        counts = tf.cast(tf.random_poisson(rates, [], rates.dtype, seed=seed), tf.int32)
        rows = tf.repeat(tf.range(tf.size(counts)), counts)
        return [tf.gather(x, rows) for x in inputs]


def weighted_resample(
    inputs: list, weights, overall_rate: float, scope: str | None = None, mean_decay: float = 0.999, seed=None
) -> tuple:
    """The rows of each input, each repeated as often as by chance its weight says; a pair of a list of them and the
    rate of each row that was taken.

    inputs: tensors [n, ...]; weights: floats [n], whose mean over many runs, kept in a local variable, is the weight
    that comes `overall_rate` times.
    """
    with tf.name_scope(scope, "weighted_resample", inputs) as name:
        with tf.variable_scope(scope, "estimate_mean", inputs):
            zero = tf.cast(0, weights.dtype)
            kept = tf.get_local_variable("estimated_mean", initializer=zero, dtype=weights.dtype)
            mean = assign_moving_average(kept, tf.reduce_mean(weights), mean_decay)
        rates = weights * overall_rate / mean
        taken_rates, *taken = resample_at_rate([rates, *inputs], rates, name, seed)
        return taken, taken_rates
