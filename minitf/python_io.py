"""tf.python_io: files of records, written and read by the program itself."""

# ruff: noqa: F401 - names that are handed on

from minitf.formats.records import TFRecordCompressionType, TFRecordOptions, TFRecordWriter, tf_record_iterator
