"""tf.contrib.slim.parallel_reader: records of files, read by several readers at a time."""

from __future__ import annotations

import glob
from collections.abc import Callable

import minitf as tf
from minitf.framework.graph import name_scope


def get_data_files(data_sources) -> list:
    """The files that a pattern, or each of a list of names and patterns, stands for.

    Raises:
      ValueError: if there are none.
    """
    given = list(data_sources) if isinstance(data_sources, (list, tuple)) else [data_sources]
    found: list = []
    for source in given:
        patterned = any(sign in source for sign in "*?[")
        found += sorted(glob.glob(source)) if patterned else [source]
    if not found:
        raise ValueError(f"No data files found in {data_sources}")
    return found


def parallel_read(
    data_sources,
    reader_class: Callable,
    num_epochs: int | None = None,
    num_readers: int = 4,
    reader_kwargs: dict | None = None,
    shuffle: bool = True,
    dtypes=None,
    capacity: int = 256,
    min_after_dequeue: int = 128,
    seed: int | None = None,
    scope=None,
):
    """(key, record) of files, read by several readers into one queue, in random order if `shuffle`.

    num_epochs: how often the files are read; capacity, min_after_dequeue: records in the queue, and those
    that stay in it where it is shuffled. A queue runner's threads read.

    Raises:
      ValueError: if there are no files.
    """
    files = get_data_files(data_sources)
    with name_scope(scope, "parallel_read"):
        names = tf.train.string_input_producer(files, num_epochs, shuffle, seed, name="filenames")
        types = [tf.string, tf.string] if dtypes is None else dtypes
        if shuffle:
            queue = tf.RandomShuffleQueue(capacity, min_after_dequeue, types, seed=seed, name="common_queue")
        else:
            queue = tf.FIFOQueue(capacity, types, name="common_queue")
        full = tf.cast(queue.size(), tf.float32) * (1.0 / capacity)
        tf.summary.scalar(f"fraction_of_{capacity}_full", full)
        readers = [reader_class(**(reader_kwargs or {})) for _ in range(num_readers)]
        tf.train.add_queue_runner(
            tf.train.QueueRunner(queue, [queue.enqueue(reader.read(names)) for reader in readers])
        )
        return queue.dequeue()


def single_pass_read(data_sources, reader_class: Callable, reader_kwargs: dict | None = None, scope=None):
    """(key, record) of files, each once and in their order; ValueError if there are none."""
    with name_scope(scope, "single_pass_read"):
        names = tf.train.string_input_producer(
            get_data_files(data_sources), num_epochs=1, shuffle=False, capacity=1, name="filenames"
        )
        return reader_class(**(reader_kwargs or {})).read(names)
