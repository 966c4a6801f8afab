"""tf.io: files, records and examples under their own name."""

from minitf.formats.records import TFRecordCompressionType, TFRecordOptions, TFRecordWriter, tf_record_iterator
from minitf.io import gfile
from minitf.ops.io.decoding import decode_csv, decode_raw
from minitf.ops.io.features import FixedLenFeature, FixedLenSequenceFeature, SparseFeature, VarLenFeature, parse_example
from minitf.ops.io.features import parse_sequence_example, parse_single_example, parse_single_sequence_example
from minitf.ops.io.serialized import decode_compressed, decode_json_example, parse_tensor, serialize_tensor
from minitf.ops.io.file_ops import matching_files, read_file, write_file
from minitf.ops.images.image_files import decode_and_crop_jpeg, decode_bmp, decode_gif, decode_image, decode_jpeg
from minitf.ops.images.image_files import decode_png, encode_jpeg, extract_jpeg_shape, is_jpeg
from minitf.ops.io.queues import PaddingFIFOQueue, PriorityQueue, QueueBase, RandomShuffleQueue
from minitf.ops.sparse.serial import deserialize_many_sparse, serialize_many_sparse, serialize_sparse
from minitf.ops.strings.strings import decode_base64, encode_base64
from minitf.summary.writer import write_graph
from minitf.train.input import match_filenames_once
