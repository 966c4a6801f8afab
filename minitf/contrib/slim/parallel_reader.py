"""tf.contrib.slim.parallel_reader: records of files, read by several readers at a time."""

from __future__ import annotations

import glob
from collections.abc import Callable

import minitf as tf
from minitf.framework.getter import getter
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


class ParallelReader(tf.ReaderBase):
    """Several readers of the files that a queue names, all of which put their records into one queue.

    common_queue: of pairs of strings; reader_kwargs: what the readers are made with.

    Raises:
      TypeError: for a queue of other types.
    """

    def __init__(self, reader_class: Callable, common_queue, num_readers: int = 4, reader_kwargs: dict | None = None):
        if [dtype.base_dtype for dtype in common_queue.dtypes] != [tf.string, tf.string]:
            raise TypeError(f"common_queue.dtypes must be [tf.string, tf.string], not {common_queue.dtypes}")
        self._readers = [reader_class(**(reader_kwargs or {})) for _ in range(num_readers)]
        self._common_queue = common_queue

    common_queue = getter("_common_queue", "The queue of records.")

    @property
    def num_readers(self) -> int:
        """How many readers there are."""
        return len(self._readers)

    def read(self, queue, name: str | None = None):
        """(key, record), taken from the common queue, into which a queue runner's threads read the files."""
        self._fill(queue)
        return self._common_queue.dequeue(name=name)

    def read_up_to(self, queue, num_records, name: str | None = None):
        """(keys, records), `num_records` at most."""
        self._fill(queue)
        return self._common_queue.dequeue_up_to(num_records, name)

    def _fill(self, queue) -> None:
        filling = [self._common_queue.enqueue(reader.read(queue)) for reader in self._readers]
        tf.train.add_queue_runner(tf.train.QueueRunner(self._common_queue, filling))

    def num_records_produced(self, name: str | None = None):
        """How many records were read, int64."""
        return tf.add_n([reader.num_records_produced() for reader in self._readers], name=name)

    def num_work_units_completed(self, name: str | None = None):
        """How many files were read to their end, int64."""
        return tf.add_n([reader.num_work_units_completed() for reader in self._readers], name=name)


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
        return ParallelReader(reader_class, queue, num_readers, reader_kwargs).read(names)


def single_pass_read(data_sources, reader_class: Callable, reader_kwargs: dict | None = None, scope=None):
    """(key, record) of files, each once and in their order; ValueError if there are none."""
    with name_scope(scope, "single_pass_read"):
        names = tf.train.string_input_producer(
            get_data_files(data_sources), num_epochs=1, shuffle=False, capacity=1, name="filenames"
        )
        return reader_class(**(reader_kwargs or {})).read(names)
