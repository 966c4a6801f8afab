"""Functions that make transformations of datasets, for `Dataset.apply`."""

from __future__ import annotations

from collections.abc import Callable

import minitf as tf
from minitf.data import structure
from minitf.data.dataset import Dataset, check_state
from minitf.data.functions import traced
from minitf.data.seeds import seeds
from minitf.framework.shape import TensorShape


def _number(value, name: str):
    return tf.convert_to_tensor(value, tf.int64, name=name)


def _or(value, default):
    return default if value is None else value


def map_and_batch(
    map_func: Callable, batch_size, num_parallel_batches=None, drop_remainder: bool = False, num_parallel_calls=None
) -> Callable:
    """What `map_func` gives for each element, in batches."""
    if num_parallel_batches is not None and num_parallel_calls is not None:
        raise ValueError("The `num_parallel_batches` and `num_parallel_calls` arguments are mutually exclusive.")

    def transformation(dataset: Dataset) -> Dataset:
        graph, parts = traced(map_func, dataset._parts, "map_and_batch()", [dataset._variant_tensor])
        calls = num_parallel_calls
        if calls is None:
            calls = batch_size if num_parallel_batches is None else num_parallel_batches * batch_size
        size = _number(batch_size, "batch_size")
        calls = _number(calls, "num_parallel_calls")
        rest = tf.convert_to_tensor(drop_remainder, tf.bool, name="drop_remainder")
        whole = tf.contrib.util.constant_value(size) if tf.contrib.util.constant_value(rest) else None
        parts = structure.map_structure(lambda p: p.batched(whole), parts)
        return dataset._made("MapAndBatchDataset", parts, graph.captured_tensors, size, calls, rest, f=graph)

    return transformation


def parallel_interleave(
    map_func: Callable,
    cycle_length,
    block_length=1,
    sloppy=False,
    buffer_output_elements=None,
    prefetch_input_elements=None,
) -> Callable:
    """`Dataset.interleave`, of the time before its num_parallel_calls; the order is never sloppy."""

    def transformation(dataset: Dataset) -> Dataset:
        cycle, block = _number(cycle_length, "cycle_length"), _number(block_length, "block_length")
        more = [
            tf.convert_to_tensor(sloppy, tf.bool, name="sloppy"),
            _number(_or(buffer_output_elements, 2 * block_length), "buffer_output_elements"),
            _number(_or(prefetch_input_elements, 2 * cycle_length), "prefetch_input_elements"),
        ]
        return dataset._nested("ParallelInterleaveDataset", map_func, "parallel_interleave()", cycle, block, *more)

    return transformation


def shuffle_and_repeat(buffer_size, count=None, seed=None) -> Callable:
    """`shuffle(buffer_size)` again and again, `count` times, where the buffer fills across the ends."""

    def transformation(dataset: Dataset) -> Dataset:
        size = _number(buffer_size, "buffer_size")
        times = _number(-1 if count is None else count, "count")
        return dataset._made("ShuffleAndRepeatDataset", dataset._parts, size, *seeds(seed), times)

    return transformation


def ignore_errors() -> Callable:
    """The elements that can be computed, without those that fail."""
    return lambda dataset: dataset._made("IgnoreErrorsDataset", dataset._parts)


def unbatch() -> Callable:
    """`Dataset.unbatch`."""
    return lambda dataset: dataset.unbatch()


def unique() -> Callable:
    """The elements, integer or string scalars, that did not come before."""

    def transformation(dataset: Dataset) -> Dataset:
        if dataset.output_types not in (tf.int32, tf.int64, tf.string):
            raise TypeError(
                "`tf.data.experimental.unique()` only supports inputs with a single `tf.int32`, "
                f"`tf.int64`, or `tf.string` component, not {dataset.output_types}."
            )
        return dataset._made("UniqueDataset", dataset._parts)

    return transformation


def enumerate_dataset(start=0) -> Callable:
    """`Dataset.enumerate`."""
    return lambda dataset: dataset.enumerate(start)


def scan(initial_state, scan_func: Callable) -> Callable:
    """Second results of `scan_func(state, element)`, whose first one is the next state.

    Raises:
      TypeError: if the function returns something else, or a state of other types.
    """

    def transformation(dataset: Dataset) -> Dataset:
        state = structure.as_tensors(initial_state)
        parts = structure.map_structure(structure.part_of, state)
        graph, found = traced(scan_func, (parts, dataset._parts), "scan()", [dataset._variant_tensor])
        if type(found) is not tuple or len(found) != 2:
            raise TypeError("The scan function must return a pair comprising the new state and the output value.")
        check_state(parts, found[0], "scan()")
        given = structure.spread(parts, state)
        return dataset._made("ScanDataset", found[1], given, graph.captured_tensors, f=graph, states=len(given))

    return transformation


def take_while(predicate: Callable) -> Callable:
    """The elements before the first for which `predicate` is false."""
    return lambda dataset: dataset._where("TakeWhileDataset", predicate, "take_while()")


def parse_example_dataset(features, num_parallel_calls=1) -> Callable:
    """What `tf.parse_example(batch, features)` gives for each element, a vector of serialized Examples."""
    return lambda dataset: dataset.map(lambda batch: tf.parse_example(batch, features), num_parallel_calls)


def dense_to_sparse_batch(batch_size, row_shape) -> Callable:
    """Batches of elements of different shapes, as sparse tensors.

    row_shape: the sizes of a row, with None (or -1) for that of the largest element in the batch.

    Raises:
      TypeError: for elements of several parts. InvalidArgumentError: at a run, for one that is larger.
    """

    def transformation(dataset: Dataset) -> Dataset:
        if structure.is_nested(dataset._parts):
            raise TypeError(
                "DenseToSparseDataset requires an input whose elements have a single component, whereas the input has "
                f"{dataset.output_types!r}."
            )
        shape = TensorShape(row_shape)
        sizes = tf.constant([-1 if n is None or n < 0 else n for n in shape.as_list()], tf.int64)
        part = structure.SparsePart(dataset.output_types, TensorShape([None]).concatenate(shape))
        return dataset._made("DenseToSparseBatchDataset", part, _number(batch_size, "batch_size"), sizes)

    return transformation


def prefetch_to_device(device, buffer_size=None) -> Callable:
    """`Dataset.prefetch`: there is one device."""
    return lambda dataset: dataset.prefetch(buffer_size)


def copy_to_device(target_device, source_device: str = "/cpu:0") -> Callable:
    """The dataset itself: there is one device."""
    return lambda dataset: dataset
