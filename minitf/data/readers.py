"""Datasets of what is in files."""

from __future__ import annotations

import minitf as tf
from minitf.data import structure
from minitf.data.dataset import Dataset
from minitf.framework.apply import apply
from minitf.framework.shape import TensorShape
from minitf.framework.tensor import Tensor

_BUFFER = 256 * 1024  # bytes, as TensorFlow says where the caller does not


class _FileDataset(Dataset):
    """The parts of files, strings: `read(name)` gives those of one."""

    def _read(self, filenames, read, num_parallel_reads) -> None:
        names = _names(filenames)
        if num_parallel_reads is None:
            made = names.flat_map(read)
        else:
            made = names.apply(tf.data.experimental.parallel_interleave(read, num_parallel_reads))
        self._begin(made._variant_tensor, made._parts, [made])


def _names(filenames) -> Dataset:
    """The names of files, one by one."""
    if isinstance(filenames, Dataset):
        if filenames.output_types != tf.string:
            raise TypeError("`filenames` must be a `tf.data.Dataset` of `tf.string` elements.")
        return filenames
    names = tf.convert_to_tensor(filenames, tf.string)
    return Dataset.from_tensor_slices(tf.reshape(names, [-1], name="flat_filenames"))


def _setting(value, default, name: str, dtype=None) -> Tensor:
    dtype = tf.int64 if dtype is None else dtype
    return tf.convert_to_tensor(default if value is None else value, dtype, name=name)


def _read(type: str, *inputs) -> Dataset:
    part = structure.Part(tf.string, TensorShape([]))
    return Dataset._of(apply(type, *inputs), part)


class _PartsOfFiles(_FileDataset):
    """Files of parts of any length, of one op type."""

    _type: str

    def __init__(self, filenames, compression_type=None, buffer_size=None, num_parallel_reads=None):
        def read(name) -> Dataset:
            kind = _setting(compression_type, "", "compression_type", tf.string)
            return _read(self._type, name, kind, _setting(buffer_size, _BUFFER, "buffer_size"))

        self._read(filenames, read, num_parallel_reads)


class TextLineDataset(_PartsOfFiles):
    """The lines of text files without their ends, string scalars.

    filenames: a name, several, or a dataset of them; compression_type: "", "ZLIB" or "GZIP". With
    num_parallel_reads, lines of so many files in turn.

    Raises (at run time):
      NotFoundError: if there is no such file.
    """

    _type = "TextLineDataset"


class LMDBDataset(Dataset):
    """The keys and values of LMDB databases, pairs of string scalars in the order of the keys.

    filenames: the name of a file or folder, or several; read by the package lmdb.

    Raises (at run time):
      InvalidArgumentError: if there is no such database. ImportError: without the package.
    """

    def __init__(self, filenames):
        part = structure.Part(tf.string, TensorShape([]))
        names = tf.convert_to_tensor(filenames, tf.string, name="filenames")
        self._begin(apply("LMDBDataset", names, **structure.carriers((part, part))), (part, part))


class TFRecordDataset(_PartsOfFiles):
    """The records of TFRecord files, string scalars.

    filenames, compression_type, num_parallel_reads: as of TextLineDataset.

    Raises (at run time):
      NotFoundError: if there is no such file.
      DataLossError: for a record that is damaged.
    """

    _type = "TFRecordDataset"


class FixedLengthRecordDataset(_FileDataset):
    """Pieces of `record_bytes` bytes of files, between a header and a footer, string scalars.

    filenames, compression_type, num_parallel_reads: as of TextLineDataset.

    Raises (at run time):
      NotFoundError: if there is no such file.
      InvalidArgumentError: for a file that is no whole number of records.
    """

    def __init__(
        self,
        filenames,
        record_bytes,
        header_bytes=None,
        footer_bytes=None,
        buffer_size=None,
        compression_type=None,
        num_parallel_reads=None,
    ):
        def read(name) -> Dataset:
            sizes = [
                _setting(header_bytes, 0, "header_bytes"),
                _setting(record_bytes, None, "record_bytes"),
                _setting(footer_bytes, 0, "footer_bytes"),
                _setting(buffer_size, _BUFFER, "buffer_size"),
            ]
            kind = _setting(compression_type, "", "compression_type", tf.string)
            return _read("FixedLengthRecordDatasetV2", name, *sizes, kind)

        self._read(filenames, read, num_parallel_reads)
