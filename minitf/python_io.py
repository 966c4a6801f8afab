"""tf.python_io: files of records, written and read by the program itself."""

from minitf.formats.records import TFRecordCompressionType as TFRecordCompressionType
from minitf.formats.records import TFRecordOptions as TFRecordOptions
from minitf.formats.records import TFRecordWriter as TFRecordWriter
from minitf.formats.records import tf_record_iterator as tf_record_iterator
