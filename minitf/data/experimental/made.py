"""Datasets of numbers, and the single element of a dataset."""

from __future__ import annotations

import minitf as tf
from minitf.data import structure
from minitf.data.dataset import Dataset
from minitf.data.seeds import seeds
from minitf.framework.apply import apply, apply_op
from minitf.framework.shape import TensorShape


def Counter(start=0, step=1, dtype=tf.int64) -> Dataset:  # noqa: N802 - TensorFlow's own name
    """The numbers from `start` on, `step` apart, without end."""
    with tf.name_scope("counter"):
        start = tf.convert_to_tensor(start, dtype, name="start")
        step = tf.convert_to_tensor(step, dtype, name="step")
        zeros = Dataset.from_tensors(0).repeat(None)
        return zeros.apply(tf.data.experimental.scan(start, lambda state, _: (state + step, state)))


class RandomDataset(Dataset):
    """Random numbers of 32 bits, int64 scalars, without end; TensorFlow's for the same seeds."""

    def __init__(self, seed=None):
        part = structure.Part(tf.int64, TensorShape([]))
        self._begin(apply("RandomDataset", *seeds(seed), **structure.carriers(part)), part)


def cardinality(dataset: Dataset):
    """The number of a dataset's elements, an int64 scalar: INFINITE_CARDINALITY, or UNKNOWN_CARDINALITY where only
    going through them tells.

    >>> import minitf as tf
    >>> with tf.Session() as sess:
    ...     print(sess.run(tf.data.experimental.cardinality(tf.data.Dataset.range(7).batch(2))))
    4
    """
    return apply("DatasetCardinality", dataset._variant_tensor)


def get_single_element(dataset: Dataset):
    """The one element of a dataset.

    Raises (at run time):
      InvalidArgumentError: if there is none, or more than one.
    """
    attrs = structure.carriers(dataset._parts)
    op = apply_op("DatasetToSingleElement", dataset._variant_tensor, **attrs)
    return structure.gathered(dataset._parts, op.outputs)
