"""Statistics of a dataset's elements, for a `tf.data.experimental.StatsAggregator`."""

from __future__ import annotations

from collections.abc import Callable

import minitf as tf
from minitf.data.dataset import Dataset


def latency_stats(tag) -> Callable:
    """The same elements; how many microseconds each took, is noted under `tag`, a string."""
    return _noted("LatencyStatsDataset", tag)


def bytes_produced_stats(tag) -> Callable:
    """The same elements; how many bytes each has, is noted under `tag`, a string."""
    return _noted("BytesProducedStatsDataset", tag)


def _noted(type: str, tag) -> Callable:
    def transformation(dataset: Dataset) -> Dataset:
        return dataset._made(type, dataset._parts, tf.convert_to_tensor(tag, tf.string, name="tag"))

    return transformation
