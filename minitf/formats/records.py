"""TFRecord files: records of bytes, each with its length and checksums of both.

https://www.tensorflow.org/tutorials/load_data/tfrecord#tfrecords_format_details
"""

from __future__ import annotations

import gzip
import struct
import zlib
from collections.abc import Iterator

from minitf.formats.checksum import crc32c, masked
from minitf.framework import errors
from minitf.framework.files import path_of, translated

_HEADER = 12  # bytes: a length, and its checksum
_CHUNK = 1 << 20


class TFRecordCompressionType:
    """How a file is compressed."""

    NONE, ZLIB, GZIP = 0, 1, 2


_NAMES = ("", "ZLIB", "GZIP")


class TFRecordOptions:
    """How a file of records is compressed.

    compression_type: "", "ZLIB" or "GZIP", or a number of TFRecordCompressionType; compression_level: from 0
    to 9, None or -1 for the usual one. The other arguments are zlib's too, and change no result.
    """

    def __init__(
        self,
        compression_type=None,
        flush_mode: int | None = None,
        input_buffer_size: int | None = None,
        output_buffer_size: int | None = None,
        window_bits: int | None = None,
        compression_level: int | None = None,
        compression_method: int | None = None,
        mem_level: int | None = None,
        compression_strategy: int | None = None,
    ):
        self.get_compression_type_string(compression_type)
        self.compression_type = compression_type
        self.compression_level = -1 if compression_level is None else compression_level

    @classmethod
    def get_compression_type_string(cls, options) -> str:
        """The text ("", "ZLIB", "GZIP") for options, a number or a text; ValueError for anything else."""
        if isinstance(options, TFRecordOptions):
            options = options.compression_type
        if options is None:
            return ""
        if options in _NAMES:
            return options
        if type(options) is int and 0 <= options < len(_NAMES):
            return _NAMES[options]
        raise ValueError(f"not a valid compression_type: {options!r}; it is '', 'ZLIB' or 'GZIP'")


class TFRecordWriter:
    """Writes records to a file, which begins anew.

    path: of the file; options: TFRecordOptions, or the compression itself.

    >>> import os, tempfile
    >>> path = os.path.join(tempfile.mkdtemp(), "numbers")
    >>> with TFRecordWriter(path) as writer:
    ...     writer.write(b"one")
    ...     writer.write(b"two")
    >>> list(tf_record_iterator(path))
    [b'one', b'two']
    """

    def __init__(self, path, options=None):
        kind = TFRecordOptions.get_compression_type_string(options)
        level = getattr(options, "compression_level", -1)
        self._path = path_of(path)
        with translated(self._path):
            self._file = open(self._path, "wb")  # noqa: SIM115 - see close
        bits = {"ZLIB": 15, "GZIP": 31}
        self._packer = zlib.compressobj(level, wbits=bits[kind]) if kind else None

    def write(self, record) -> None:
        """Adds a record: bytes, or text, which becomes UTF-8."""
        record = record.encode() if isinstance(record, str) else bytes(record)
        length = struct.pack("<Q", len(record))
        sums = [struct.pack("<I", masked(crc32c(part))) for part in (length, record)]
        self._put(length + sums[0] + record + sums[1])

    def _put(self, data: bytes) -> None:
        if self._file is None:
            raise errors.FailedPreconditionError(None, None, f"{self._path} is closed already")
        with translated(self._path):
            self._file.write(data if self._packer is None else self._packer.compress(data))

    def flush(self) -> None:
        """Writes what is still in memory."""
        if self._file is not None:
            with translated(self._path):
                if self._packer is not None:
                    self._file.write(self._packer.flush(zlib.Z_SYNC_FLUSH))
                self._file.flush()

    def close(self) -> None:
        """Ends the file."""
        if self._file is None:
            return
        file, self._file = self._file, None
        with translated(self._path), file:
            if self._packer is not None:
                file.write(self._packer.flush())

    def __enter__(self):
        return self

    def __exit__(self, *exc):
        self.close()

    def __del__(self):
        if getattr(self, "_file", None) is not None:
            self.close()


class Records:
    """The records of a file one after the other, and where the next one begins: `offset` bytes, unpacked."""

    def __init__(self, path: str, options=None):
        kind = TFRecordOptions.get_compression_type_string(options)
        self._path, self.offset = path_of(path), 0
        with translated(self._path):
            self._raw = open(self._path, "rb")  # noqa: SIM115 - see close
        self._file = self._raw
        if kind == "GZIP":
            self._file = gzip.GzipFile(fileobj=self._raw)
        elif kind:
            self._file = _Unpacked(self._raw)

    def next(self) -> bytes | None:
        """The next record, None at the end, and as in TensorFlow where a file ends within the head of a record.

        Raises:
          tf.errors.DataLossError: if it is damaged or cut off.
        """
        header = self.read(_HEADER)
        if len(header) < _HEADER:
            return None
        length = struct.unpack("<Q", header[:8])[0]
        if masked(crc32c(header[:8])) != struct.unpack("<I", header[8:])[0]:
            raise self._damaged("corrupted record: its length's checksum is wrong")
        record, end = self.read(length), self.read(4)
        if len(record) < length or len(end) < 4:
            raise self._damaged(f"truncated record of {length} bytes")
        if masked(crc32c(record)) != struct.unpack("<I", end)[0]:
            raise self._damaged("corrupted record: its checksum is wrong")
        self.offset += _HEADER + length + 4
        return record

    def _damaged(self, what: str) -> errors.DataLossError:
        return errors.DataLossError(None, None, f"{self._path}: {what}, at {self.offset}")

    def read(self, count: int) -> bytes:
        """So many unpacked bytes, fewer at the end; never more memory than the file fills."""
        parts, left = [], count
        with translated(self._path):
            try:
                while left and (part := self._file.read(min(left, _CHUNK))):
                    parts.append(part)
                    left -= len(part)
            except (EOFError, zlib.error, gzip.BadGzipFile) as error:
                raise self._damaged(f"its compression is damaged: {error}") from None
        return parts[0] if len(parts) == 1 else b"".join(parts)

    def close(self) -> None:
        """Closes the file."""
        self._raw.close()


class _Unpacked:
    """A file as zlib packed it."""

    def __init__(self, file):
        self._file, self._unpacker, self._ready = file, zlib.decompressobj(), b""

    def read(self, count: int) -> bytes:
        """Some bytes, none at the end."""
        while not self._ready and not self._unpacker.eof:
            packed = self._unpacker.unconsumed_tail or self._file.read(_CHUNK)
            if not packed:
                raise EOFError("it ends too early")
            self._ready = self._unpacker.decompress(packed, _CHUNK)
        found, self._ready = self._ready[:count], self._ready[count:]
        return found


def tf_record_iterator(path, options=None) -> Iterator[bytes]:
    """The records of a file, as bytes.

    path: of the file; options: TFRecordOptions, or the compression itself.

    Raises:
      tf.errors.NotFoundError: if there is no such file.
      tf.errors.DataLossError: when a record is reached that is damaged or cut off; it says where.
    """
    records = Records(path, options)
    return _each(records)


def _each(records: Records) -> Iterator[bytes]:
    try:
        while (record := records.next()) is not None:
            yield record
    finally:
        records.close()
