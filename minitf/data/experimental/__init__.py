"""tf.data.experimental: functions that make transformations, for `Dataset.apply`, and more."""

from minitf.data.experimental.chosen import choose_from_datasets
from minitf.data.experimental.chosen import sample_from_datasets
from minitf.data.experimental.groups import bucket_by_sequence_length
from minitf.data.experimental.groups import Reducer
from minitf.data.experimental.groups import group_by_reducer
from minitf.data.experimental.groups import group_by_window
from minitf.data.experimental.made import Counter
from minitf.data.experimental.made import RandomDataset
from minitf.data.experimental.made import cardinality
from minitf.data.experimental.made import get_single_element
from minitf.data.experimental.optional import Optional
from minitf.data.experimental.optional import get_next_as_optional
from minitf.data.experimental.resampling import rejection_resample
from minitf.data.experimental.settings import MapVectorizationOptions
from minitf.data.experimental.settings import OptimizationOptions
from minitf.data.experimental.settings import ThreadingOptions
from minitf.data.experimental.steps import copy_to_device
from minitf.data.experimental.steps import dense_to_sparse_batch
from minitf.data.experimental.steps import enumerate_dataset
from minitf.data.experimental.steps import ignore_errors
from minitf.data.experimental.steps import map_and_batch
from minitf.data.experimental.steps import parallel_interleave
from minitf.data.experimental.steps import parse_example_dataset
from minitf.data.experimental.steps import prefetch_to_device
from minitf.data.experimental.steps import scan
from minitf.data.experimental.steps import shuffle_and_repeat
from minitf.data.experimental.steps import take_while
from minitf.data.experimental.steps import unbatch
from minitf.data.experimental.steps import unique
from minitf.data.experimental.tables import CsvDataset
from minitf.data.experimental.tables import SqlDataset
from minitf.data.experimental.tables import TFRecordWriter
from minitf.data.experimental.tables import make_batched_features_dataset
from minitf.data.experimental.tables import make_csv_dataset

AUTOTUNE = -1  # where a number is left to TensorFlow
INFINITE_CARDINALITY, UNKNOWN_CARDINALITY = -1, -2

map_and_batch_with_legacy_function = map_and_batch
