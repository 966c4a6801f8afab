"""tf.contrib.data: what became tf.data.experimental, and what was there only."""

from __future__ import annotations

from collections.abc import Callable

import minitf as tf
from minitf.data import Dataset as Dataset
from minitf.data import FixedLengthRecordDataset as FixedLengthRecordDataset
from minitf.data import Iterator as Iterator
from minitf.data import TextLineDataset as TextLineDataset
from minitf.data import TFRecordDataset as TFRecordDataset
from minitf.data import structure
from minitf.data.experimental import AUTOTUNE as AUTOTUNE
from minitf.data.experimental import Counter as Counter
from minitf.data.experimental import CsvDataset as CsvDataset
from minitf.data.experimental import Optional as Optional
from minitf.data.experimental import RandomDataset as RandomDataset
from minitf.data.experimental import Reducer as Reducer
from minitf.data.experimental import SqlDataset as SqlDataset
from minitf.data.experimental import TFRecordWriter as TFRecordWriter
from minitf.data.experimental import bucket_by_sequence_length as bucket_by_sequence_length
from minitf.data.experimental import choose_from_datasets as choose_from_datasets
from minitf.data.experimental import copy_to_device as copy_to_device
from minitf.data.experimental import dense_to_sparse_batch as dense_to_sparse_batch
from minitf.data.experimental import enumerate_dataset as enumerate_dataset
from minitf.data.experimental import get_next_as_optional as get_next_as_optional
from minitf.data.experimental import get_single_element as get_single_element
from minitf.data.experimental import group_by_reducer as group_by_reducer
from minitf.data.experimental import group_by_window as group_by_window
from minitf.data.experimental import ignore_errors as ignore_errors
from minitf.data.experimental import make_batched_features_dataset as make_batched_features_dataset
from minitf.data.experimental import make_csv_dataset as make_csv_dataset
from minitf.data.experimental import map_and_batch as map_and_batch
from minitf.data.experimental import parallel_interleave as parallel_interleave
from minitf.data.experimental import parse_example_dataset as parse_example_dataset
from minitf.data.experimental import prefetch_to_device as prefetch_to_device
from minitf.data.experimental import rejection_resample as rejection_resample
from minitf.data.experimental import sample_from_datasets as sample_from_datasets
from minitf.data.experimental import scan as scan
from minitf.data.experimental import shuffle_and_repeat as shuffle_and_repeat
from minitf.data.experimental import unbatch as unbatch
from minitf.data.experimental import unique as unique


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
