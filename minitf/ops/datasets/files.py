"""Datasets of what is in files: lines, records, pieces of equal length."""

from __future__ import annotations

import gzip
import io
import itertools
import os
import zlib

from minitf.formats.records import Records
from minitf.framework import errors
from minitf.framework.files import translated
from minitf.ops.datasets.base import Dataset, Steps, dataset_op
from minitf.ops.io.file_ops import read_whole
from minitf.ops.io.lmdb_files import pairs
from minitf.ops.patterns import boxed


class Files(Dataset):
    """The parts of some files, one file after the other."""

    def __init__(self, op, names, *settings):
        super().__init__(op)
        self.names = [os.fsdecode(name) for name in names.reshape(-1)]

    def start(self, pull):
        """An iterator over its elements."""
        return _Parts(self)

    def parts(self, name: str):
        """An iterator over what is in a file."""
        raise NotImplementedError


class _Parts(Steps):
    kept = ("_file", "_given")

    def __init__(self, dataset: Files):
        self._dataset, self._parts = dataset, None
        self._file = self._given = 0  # the number of the file, and of the parts of it that were given

    def __next__(self):
        while True:
            if self._parts is None:
                if self._file >= len(self._dataset.names):
                    raise StopIteration
                self._parts = self._dataset.parts(self._dataset.names[self._file])
            try:
                part = next(self._parts, None)
            except errors.OpError as error:
                self._close()
                raise type(error)(None, self._dataset.op, error.message) from None
            if part is not None:
                self._given += 1
                return part if isinstance(part, tuple) else (boxed(part),)
            self._close()

    def _close(self) -> None:
        self._parts, self._given, self._file = None, 0, self._file + 1

    def resume(self, state):
        super().resume(state)
        if self._given:
            self._parts = itertools.islice(self._dataset.parts(self._dataset.names[self._file]), self._given, None)


@dataset_op("TextLineDataset", "filenames: string, compression_type: string[], buffer_size: int64[]", "")
class _TextLineDataset(Files):
    """The lines of text files, without their ends."""

    def __init__(self, op, names, compression, _):
        super().__init__(op, names)
        self._compression = compression.item().decode()
        check_compression(self, self._compression)

    def parts(self, name):
        with translated(name), opened(name, self._compression) as file:
            while line := read(name, file.readline):
                yield line.removesuffix(b"\n").removesuffix(b"\r")


@dataset_op("LMDBDataset", "filenames: string")
class _LMDBDataset(Files):
    """The keys and values of LMDB databases."""

    def parts(self, name):
        return ((boxed(key), boxed(value)) for key, value in pairs(name))


@dataset_op("TFRecordDataset", "filenames: string, compression_type: string[], buffer_size: int64[]", "")
class _TFRecordDataset(Files):
    """The records of TFRecord files."""

    def __init__(self, op, names, compression, _):
        super().__init__(op, names)
        self._compression = compression.item().decode()
        check_compression(self, self._compression)

    def parts(self, name):
        records = Records(name, self._compression)
        try:
            while (record := records.next()) is not None:
                yield record
        finally:
            records.close()


@dataset_op(
    "FixedLengthRecordDatasetV2",
    "filenames: string, header_bytes: int64[], record_bytes: int64[], footer_bytes: int64[], "
    "buffer_size: int64[], compression_type: string[]",
    "",
)
class _FixedLengthRecordDataset(Files):
    """Pieces of equal length of files."""

    def __init__(self, op, names, header, record, footer, _, compression):
        super().__init__(op, names)
        self._header, self._record, self._footer = int(header), int(record), int(footer)
        self._compression = compression.item().decode()
        check_compression(self, self._compression)
        if self._record < 1 or min(self._header, self._footer) < 0:
            raise self.wrong(
                f"record_bytes is 1 at least, header_bytes and footer_bytes are 0 at least, not "
                f"{self._record}, {self._header} and {self._footer}"
            )

    def parts(self, name):
        data = read_whole(name)
        if self._compression:
            with translated(name), opened(name, self._compression) as file:
                data = read(name, file.read)
        body = len(data) - self._header - self._footer
        if body < 0 or body % self._record:
            raise errors.InvalidArgumentError(
                None,
                None,
                f"Excluding the header ({self._header} bytes) and footer ({self._footer} bytes), "
                f'input file "{name}" has body length {body} bytes, which is not an exact multiple of the '
                f"record length ({self._record} bytes).",
            )
        for start in range(self._header, self._header + body, self._record):
            yield data[start : start + self._record]


def check_compression(dataset: Dataset, kind: str) -> None:
    """InvalidArgumentError for a compression that there is not."""
    if kind not in ("", "GZIP", "ZLIB"):
        raise dataset.wrong(f"Unsupported compression_type: {kind}.")


def opened(name: str, compression: str):
    """A file of bytes, without its compression."""
    if not compression:
        return open(name, "rb")
    if compression == "GZIP":
        return gzip.open(name, "rb")
    with open(name, "rb") as file:
        return io.BytesIO(_unpacked(name, file.read()))


def _unpacked(name: str, data: bytes) -> bytes:
    try:
        return zlib.decompress(data)
    except zlib.error as error:
        raise errors.DataLossError(None, None, f"{name}: its compression is damaged: {error}") from None


def read(name: str, method) -> bytes:
    """What a method of a file gives; DataLossError if its compression is damaged."""
    try:
        return method()
    except (EOFError, zlib.error, gzip.BadGzipFile) as error:
        raise errors.DataLossError(None, None, f"{name}: its compression is damaged: {error}") from None
