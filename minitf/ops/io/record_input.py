"""RecordInput: batches of records of many files, in random order, without end."""

from __future__ import annotations

import glob

import numpy as np

from minitf.formats.records import TFRecordOptions, tf_record_iterator
from minitf.framework import errors
from minitf.framework.apply import apply
from minitf.framework.graph import name_scope
from minitf.framework.registry import define
from minitf.framework.shape import TensorShape
from minitf.framework.tensor import Tensor
from minitf.ops.array.array import reshape
from minitf.ops.array.joining import split
from minitf.ops.patterns import STATEFUL, boxed


class _Reader:
    """The records of files, over and over; `size` of them at a time stand in a buffer from which one is drawn."""

    def __init__(self, op):
        attrs = op.attrs
        self._files = sorted(glob.glob(attrs["file_pattern"]))
        if not self._files:
            raise errors.NotFoundError(None, op, f"no file fits the pattern {attrs['file_pattern']!r}")
        self._options = TFRecordOptions(attrs["compression_type"]) if attrs["compression_type"] else None
        self._random = np.random.RandomState(attrs["file_random_seed"] & 0xFFFFFFFF)
        self._size, self._shift = attrs["file_buffer_size"], attrs["file_shuffle_shift_ratio"]
        self._buffer: list[bytes] = []
        self._records = self._epochs(op)

    def _epochs(self, op):
        files = [self._files[i] for i in self._random.permutation(len(self._files))]
        while True:
            count = 0
            for file in files:
                for record in tf_record_iterator(file, self._options):
                    count += 1
                    yield record
            if not count:
                raise errors.OutOfRangeError(None, op, f"the files {', '.join(files[:3])} have no records")
            by = int(self._shift * len(files))
            files = files[by:] + files[:by]

    def draw(self) -> bytes:
        """One record of those in the buffer."""
        while len(self._buffer) < self._size:
            self._buffer.append(next(self._records))
        place = self._random.randint(len(self._buffer))
        self._buffer[place], self._buffer[-1] = self._buffer[-1], self._buffer[place]
        return self._buffer.pop()


def _read(b, op):
    reader = b.data(b.state(op, lambda: boxed(_Reader(op))))[()]
    return b.constant(np.array([*[reader.draw() for _ in range(op.attrs["batch_size"])], None], object)[:-1])


define(
    "RecordInput",
    "; file_pattern: string, file_random_seed: int = 301, file_shuffle_shift_ratio: float = 0.0, file_buffer_size: "
    "int = 10000, file_parallelism: int = 16, batch_size: int = 32, compression_type: string = '' -> records: string",
    shape=lambda op: TensorShape([op.attrs["batch_size"]]),
    host=_read,
    **STATEFUL,
)


class RecordInput:
    """Reads the TFRecords of all files that fit a pattern in random order, epoch after epoch.

    batch_size: how many records an op gives; buffer_size: of how many one is drawn; seed: of the draws; batches: give
    that many lists of `batch_size` scalars each instead; shift_ratio: by what part of the files each epoch begins
    later; compression_type: "ZLIB" or "GZIP" (a `TFRecordCompressionType`). parallelism makes no difference.
    """

    def __init__(
        self,
        file_pattern: str,
        batch_size: int = 1,
        buffer_size: int = 1,
        parallelism: int = 1,
        shift_ratio: float = 0,
        seed: int = 0,
        name: str | None = None,
        batches: int | None = None,
        compression_type=None,
    ):
        if batch_size < 1 or buffer_size < 1:
            raise ValueError(f"batch_size and buffer_size are 1 or more, not {batch_size} and {buffer_size}")
        kind = TFRecordOptions.get_compression_type_string(TFRecordOptions(compression_type or 0))
        self._name, self._batches = name, batches
        self._attrs = {
            "file_pattern": file_pattern,
            "file_random_seed": seed,
            "file_shuffle_shift_ratio": float(shift_ratio),
            "file_buffer_size": buffer_size,
            "file_parallelism": parallelism,
            "batch_size": batch_size * (batches or 1),
            "compression_type": kind,
        }

    def get_yield_op(self) -> Tensor | list:
        """The next records, a vector of strings; with `batches` lists of scalars.

        Raises (when it runs):
          tf.errors.NotFoundError: if no file fits the pattern.
        """
        records = apply("RecordInput", **self._attrs, name=self._name)
        if self._batches is None:
            return records
        with name_scope(self._name):
            single = [reshape(one, []) for one in split(records, self._attrs["batch_size"], 0)]
        return [single[i :: self._batches] for i in range(self._batches)]
