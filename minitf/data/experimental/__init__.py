"""tf.data.experimental: functions that make transformations, for `Dataset.apply`, and more."""

from minitf.data.experimental.chosen import choose_from_datasets, sample_from_datasets
from minitf.data.experimental.groups import bucket_by_sequence_length, Reducer, group_by_reducer, group_by_window
from minitf.data.experimental.made import Counter, RandomDataset, cardinality, get_single_element
from minitf.data.experimental.optional import Optional, OptionalSpec as OptionalStructure, get_next_as_optional
from minitf.data.experimental.resampling import rejection_resample
from minitf.data.experimental.saving import CheckpointInputPipelineHook, make_saveable_from_iterator
from minitf.data.experimental.statistics import bytes_produced_stats, latency_stats
from minitf.data.experimental.steps import copy_to_device, dense_to_sparse_batch, enumerate_dataset, ignore_errors
from minitf.data.experimental.steps import map_and_batch, parallel_interleave, parse_example_dataset, prefetch_to_device
from minitf.data.experimental.steps import scan, shuffle_and_repeat, take_while, unbatch, unique
from minitf.data.experimental.structures import RaggedTensorStructure, SparseTensorStructure, TensorArrayStructure
from minitf.data.experimental.structures import TensorStructure, from_variant, get_structure, to_variant
from minitf.data.experimental.tables import CsvDataset, SqlDataset, TFRecordWriter, make_batched_features_dataset
from minitf.data.experimental.tables import make_csv_dataset
from minitf.data.options import DistributeOptions, MapVectorizationOptions, OptimizationOptions, StatsAggregator
from minitf.data.options import StatsOptions, ThreadingOptions
from minitf.data.structure import DatasetSpec as DatasetStructure
from minitf.framework.type_spec import TypeSpec as Structure

AUTOTUNE = -1  # where a number is left to TensorFlow
INFINITE_CARDINALITY, UNKNOWN_CARDINALITY = -1, -2

map_and_batch_with_legacy_function = map_and_batch
