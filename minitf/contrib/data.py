"""tf.contrib.data: what became tf.data.experimental, and what was there only."""

# ruff: noqa: F401, I001 - names that are handed on

from __future__ import annotations

from collections.abc import Callable

import minitf as tf
from minitf.data import Dataset, FixedLengthRecordDataset, Iterator, TextLineDataset, TFRecordDataset
from minitf.data import structure
from minitf.data.readers import LMDBDataset
from minitf.data.experimental import AUTOTUNE, Counter, CsvDataset, Optional, RandomDataset, Reducer, SqlDataset
from minitf.data.experimental import TFRecordWriter, bucket_by_sequence_length, choose_from_datasets, copy_to_device
from minitf.data.experimental import dense_to_sparse_batch, enumerate_dataset, get_next_as_optional, get_single_element
from minitf.data.experimental import group_by_reducer, group_by_window, ignore_errors, make_batched_features_dataset
from minitf.data.experimental import make_csv_dataset, map_and_batch, parallel_interleave, parse_example_dataset
from minitf.data.experimental import prefetch_to_device, rejection_resample, sample_from_datasets, scan
from minitf.data.experimental import shuffle_and_repeat, unbatch, unique
from minitf.data.experimental import CheckpointInputPipelineHook, make_saveable_from_iterator


def batch_and_drop_remainder(batch_size) -> Callable:
    """`Dataset.batch` without a smaller batch at the end."""
    return lambda dataset: dataset.batch(batch_size, drop_remainder=True)


def padded_batch_and_drop_remainder(batch_size, padded_shapes, padding_values=None) -> Callable:
    """`Dataset.padded_batch` without a smaller batch at the end."""
    return lambda dataset: dataset.padded_batch(batch_size, padded_shapes, padding_values, True)


def sloppy_interleave(map_func: Callable, cycle_length, block_length=1) -> Callable:
    """`Dataset.interleave`; the order is never sloppy."""
    return parallel_interleave(map_func, cycle_length, block_length, sloppy=True)


def sliding_window_batch(window_size, stride=None, window_shift=None, window_stride=1) -> Callable:
    """Batches of `window_size` elements, `window_stride` apart, each `window_shift` (1 by default; `stride`
    is its old name) behind the one before; none is smaller.
    """
    if stride is not None and window_shift is not None:
        raise ValueError("Cannot specify both `stride` and `window_shift`")
    shift = 1 if stride is None and window_shift is None else window_shift if stride is None else stride

    def batched(*parts):
        made = tuple([part.batch(window_size) for part in parts])
        return made[0] if len(made) == 1 else tf.data.Dataset.zip(made)

    return lambda dataset: dataset.window(window_size, shift, window_stride, True).flat_map(batched)


def assert_element_shape(expected_shapes) -> Callable:
    """The same elements, whose shapes are known to be `expected_shapes`, in their structure.

    Raises:
      InvalidArgumentError: at a run, for an element of another shape.
    """

    def checked(*element):
        value = element if len(element) > 1 else element[0]
        flat = structure.flatten(value)
        shapes = structure.flat_up_to(value, expected_shapes)
        return structure.pack(value, [tf.ensure_shape(t, s) for t, s in zip(flat, shapes)])

    return lambda dataset: dataset.map(checked)


def reduce_dataset(dataset: Dataset, reducer):
    """`Dataset.reduce` by a `Reducer`, whose finalize_func it does not call."""
    if not isinstance(dataset, Dataset):
        raise TypeError("`dataset` must be a `tf.data.Dataset` object.")
    return dataset.reduce(reducer.init_func(tf.constant(0, tf.int64)), reducer.reduce_func)


def read_batch_features(
    file_pattern,
    batch_size,
    features,
    reader: Callable = TFRecordDataset,
    reader_args=None,
    randomize_input: bool = True,
    num_epochs=None,
    capacity=10000,
):
    """The next batch of `make_batched_features_dataset`: a dict of tensors."""
    made = make_batched_features_dataset(
        file_pattern,
        batch_size,
        features,
        reader=reader,
        reader_args=reader_args,
        shuffle=randomize_input,
        num_epochs=num_epochs,
        shuffle_buffer_size=capacity,
    )
    return made.make_one_shot_iterator().get_next()
