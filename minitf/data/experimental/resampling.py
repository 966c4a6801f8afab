"""Elements left out so that classes come as often as wanted."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

import minitf as tf
from minitf.data.dataset import Dataset
from minitf.data.experimental.chosen import sample_from_datasets
from minitf.data.experimental.steps import scan, unbatch
from minitf.framework.static import constant_value

_SEEN, _AT_ONCE = 10, 32  # of each class at the start; elements behind which the estimate changes


def rejection_resample(class_func: Callable, target_dist, initial_dist=None, seed=None) -> Callable:
    """Pairs of a class and an element, some of them left out, so that classes are distributed as `target_dist`.

    class_func: gives the class of an element, an integer scalar; target_dist, initial_dist: vectors of
    probabilities, as wanted and as they are; these are estimated if they are not given.
    """

    def transformation(dataset: Dataset) -> Dataset:
        target = tf.convert_to_tensor(target_dist, name="target_dist")
        classes = dataset.map(class_func)
        kept = None
        if initial_dist is None:
            initials = _estimated(target, classes)
            rates = initials.map(lambda initial: _rates(initial, target))
            accepted, original = rates.map(lambda a, _: a), rates.map(lambda _, m: m)
        else:
            initial = tf.convert_to_tensor(initial_dist, name="initial_dist")
            rate, least = _rates(initial, target)
            initials, accepted, original = [Dataset.from_tensors(t).repeat() for t in (initial, rate, least)]
            kept = _always_kept(initial, target)
        filtered = _filtered(dataset, accepted, initials, classes, seed).prefetch(3)
        if kept == 1:
            return Dataset.zip((classes, dataset))
        if kept == 0:
            return filtered
        both = [Dataset.zip((classes, dataset)), filtered]
        return sample_from_datasets(both, weights=original.map(lambda m: [(m, 1.0 - m)]), seed=seed)

    return transformation


def _always_kept(initial, target):
    """The share of elements that need no chance, if it is known."""
    known = constant_value(initial), constant_value(target)
    return None if known[0] is None or known[1] is None else np.min(known[1] / known[0])


def _rates(initial, target) -> tuple:
    """How likely an element of each class is taken beside those that always are, and the share of those."""
    ratios = target / (initial + np.finfo(initial.dtype.as_numpy_dtype).tiny)
    most, least = tf.reduce_max(ratios), tf.reduce_min(ratios)
    return (ratios - least) / (most - least), least


def _filtered(dataset: Dataset, accepted: Dataset, initials: Dataset, classes: Dataset, seed) -> Dataset:
    def warned(rate, initial):
        rejected = tf.reduce_sum((1 - rate) * initial)
        message = "Proportion of examples rejected by sampler is high: "
        said = [rejected, initial, rate]
        return tf.cond(
            tf.less(rejected, 0.5), lambda: rate, lambda: tf.Print(rate, said, message, summarize=100, first_n=10)
        )

    rates = Dataset.zip((accepted, initials)).map(warned)
    rows = Dataset.zip((classes, rates, dataset)).map(lambda c, rate, data: (c, tf.gather(rate, c), data))
    rows = rows.filter(lambda c, rate, data: tf.random_uniform([], seed=seed) < rate)
    return rows.map(lambda c, rate, data: (c, data))


def _estimated(target, classes: Dataset) -> Dataset:
    """How often each class came so far, for each element."""
    count = target.shape[0].value or tf.shape(target)[0]
    first = tf.fill([count], np.int64(_SEEN))

    def seen(counts, batch):
        counts = tf.add(counts, tf.reduce_sum(tf.one_hot(batch, counts.shape[0].value, dtype=tf.int64), 0))
        shares = tf.cast(tf.truediv(counts, tf.reduce_sum(counts)), tf.float32)
        return counts, tf.tile(tf.expand_dims(shares, 0), [_AT_ONCE, 1])

    return classes.batch(_AT_ONCE).apply(scan(first, seen)).apply(unbatch())
