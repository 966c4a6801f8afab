"""Elements of several datasets, each of one that numbers or chance choose."""

from __future__ import annotations

import minitf as tf
from minitf.data import structure
from minitf.data.dataset import Dataset
from minitf.data.experimental.made import RandomDataset
from minitf.framework.apply import apply


def choose_from_datasets(datasets, choice_dataset: Dataset) -> Dataset:
    """Elements of several datasets, each of that whose number `choice_dataset` (int64 scalars) gives next.

    Raises:
      TypeError: for numbers of another type, or datasets with elements of different types.
    """
    if structure.types(choice_dataset._parts) != tf.int64 or not choice_dataset.output_shapes.is_compatible_with([]):
        raise TypeError("`choice_dataset` must be a dataset of scalar `tf.int64` tensors.")
    return _directed(choice_dataset, list(datasets))


def _directed(numbers: Dataset, datasets: list) -> Dataset:
    if not datasets:
        raise ValueError("there has to be one dataset at least")
    parts = datasets[0]._parts
    for other in datasets[1:]:
        if structure.types(other._parts) != structure.types(parts):
            raise TypeError(
                f"All inputs to DirectedInterleaveDataset must have the same types: "
                f"{[structure.types(d._parts) for d in datasets]}"
            )
        parts = structure.map_structure(
            lambda a, b: a.with_shape(a.shape.most_specific_compatible_shape(b.shape)), parts, other._parts
        )
    tensors = [d._variant_tensor for d in datasets]
    made = apply("DirectedInterleaveDataset", numbers._variant_tensor, tensors, **structure.carriers(parts))
    return Dataset._of(made, parts, [numbers, *datasets])


def sample_from_datasets(datasets, weights=None, seed=None) -> Dataset:
    """Elements of several datasets, each of one by chance: with probabilities `weights`, a vector or a
    dataset of vectors, by default all with the same.

    Raises:
      ValueError: if there are not as many weights as datasets.
    """
    datasets = list(datasets)
    if isinstance(weights, Dataset):
        logits = weights.map(lambda *parts: tf.log(*parts, name="logits"))
        both = Dataset.zip((logits, RandomDataset(seed).batch(2)))
        return _directed(both.map(lambda row, pair: _drawn([row], pair)), datasets)
    logits = [[1.0] * len(datasets)] if weights is None else _logits(weights, len(datasets))
    if len(datasets) == 1:
        return datasets[0]
    return _directed(RandomDataset(seed).batch(2).map(lambda pair: _drawn(logits, pair)), datasets)


def _logits(weights, count: int):
    weights = tf.convert_to_tensor(weights, name="weights")
    if weights.dtype not in (tf.float32, tf.float64):
        raise TypeError("`weights` must be convertible to a tensor of `tf.float32` or `tf.float64` elements.")
    if not weights.shape.is_compatible_with([count]):
        raise ValueError("`weights` must be a vector of length `len(datasets)`.")
    return tf.expand_dims(tf.log(weights, name="logits"), 0)


def _drawn(logits, pair):
    number = apply("StatelessMultinomial", tf.convert_to_tensor(logits), 1, pair, output_dtype=tf.int64)
    return tf.squeeze(number, axis=[0, 1])
