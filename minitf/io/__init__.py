"""tf.io: files, records and examples under their own name."""

from minitf.formats.records import TFRecordCompressionType as TFRecordCompressionType
from minitf.formats.records import TFRecordOptions as TFRecordOptions
from minitf.formats.records import TFRecordWriter as TFRecordWriter
from minitf.formats.records import tf_record_iterator as tf_record_iterator
from minitf.io import gfile as gfile
from minitf.ops.decoding import decode_csv as decode_csv
from minitf.ops.decoding import decode_raw as decode_raw
from minitf.ops.features import FixedLenFeature as FixedLenFeature
from minitf.ops.features import FixedLenSequenceFeature as FixedLenSequenceFeature
from minitf.ops.features import SparseFeature as SparseFeature
from minitf.ops.features import VarLenFeature as VarLenFeature
from minitf.ops.features import parse_example as parse_example
from minitf.ops.features import parse_single_example as parse_single_example
from minitf.ops.features import parse_single_sequence_example as parse_single_sequence_example
from minitf.ops.file_ops import matching_files as matching_files
from minitf.ops.file_ops import read_file as read_file
from minitf.ops.file_ops import write_file as write_file
from minitf.ops.queues import PaddingFIFOQueue as PaddingFIFOQueue
from minitf.ops.queues import PriorityQueue as PriorityQueue
from minitf.ops.queues import QueueBase as QueueBase
from minitf.ops.queues import RandomShuffleQueue as RandomShuffleQueue
from minitf.ops.strings import decode_base64 as decode_base64
from minitf.ops.strings import encode_base64 as encode_base64
from minitf.summary.writer import write_graph as write_graph
from minitf.train.input import match_filenames_once as match_filenames_once
