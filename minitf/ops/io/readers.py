"""Readers: records of the files whose names stand in a queue, one in each run."""

from __future__ import annotations

import contextlib
import itertools
import os

import numpy as np

from minitf.formats.records import Records, TFRecordOptions
from minitf.formats.wire import Malformed, Message, field
from minitf.framework import errors
from minitf.framework.apply import apply, apply_op
from minitf.framework.getter import getter
from minitf.framework.registry import define
from minitf.framework.shape import SCALAR, TensorShape
from minitf.framework.tensor import Tensor
from minitf.ops.io.file_ops import check_there, read_whole, text
from minitf.ops.io.lmdb_files import pairs
from minitf.ops.io.queues import store_of
from minitf.ops.patterns import STATEFUL, boxed

_CHUNK = 1 << 20  # bytes that are read at once where records are short


class _Reader:
    """What a reader has read in a session. A subclass gives the records of a file as (key, value), one or
    None at the end.
    """

    def __init__(self, op):
        self.op = op
        self.reset()

    def reset(self) -> None:
        """As at the start."""
        self.records, self.produced, self.completed = None, 0, 0
        self.work = b""
        self.waiting: list[bytes] = []  # names that were taken from the queue by runs that waited for one

    def open(self, work: bytes):
        """An iterator over the records of a file; an error here means that there is none to read."""
        raise NotImplementedError

    def next(self, b, op, queue, wait: bool = True):
        """The next record; None instead of the first of another file unless `wait`."""
        while True:
            if self.records is None:
                if not wait:
                    return None
                if not self.waiting:
                    [[name]] = store_of(b, queue).take(b, op, 1)
                    self.waiting.append(name.item())
                    continue
                self.work = self.waiting.pop(0)
                self.records = self.open(self.work)
            try:
                record = next(self.records, None)
            except errors.OpError as error:
                self.records = _again(error)  # nothing behind it is read as if all were well
                raise
            if record is not None:
                self.produced += 1
                return record
            self.finish()
            if not wait:
                return None

    def finish(self) -> None:
        """Notes that a file is read."""
        self.records = None
        self.completed += 1


def _again(error: Exception):
    """Raises an error each time that it is asked for something."""
    return map(_raise, itertools.repeat(error))


def _raise(error: Exception):
    raise error


class _TFRecords(_Reader):
    def open(self, work):
        check_there(os.fsdecode(work))
        return self._each(work)

    def _each(self, work):
        records = Records(os.fsdecode(work), self.op.attrs["compression_type"])
        try:
            while True:
                key = work + b":%d" % records.offset
                record = records.next()
                if record is None:
                    return
                yield key, record
        finally:
            records.close()


class _Lines(_Reader):
    """Lines without their ends."""

    def open(self, work):
        lines = read_whole(os.fsdecode(work)).split(b"\n")
        skipped, count = self.op.attrs["skip_header_lines"], len(lines) - (not lines[-1])
        return ((work + b":%d" % (i + 1), lines[i].removesuffix(b"\r")) for i in range(skipped, count))


class _Pieces(_Reader):
    """Pieces of equal length; what is left over at the end is not read."""

    def open(self, work):
        check_there(os.fsdecode(work))
        return ((work + b":%d" % i, piece) for i, piece in enumerate(self._each(os.fsdecode(work))))

    def _each(self, path: str):
        size, header, footer = (self.op.attrs[f"{name}_bytes"] for name in ("record", "header", "footer"))
        hop, ready = self.op.attrs["hop_bytes"] or size, bytearray()
        with contextlib.closing(Records(path, _compression(self.op.attrs["encoding"]))) as file:
            file.read(header)
            while _filled(ready, file, size + footer):
                yield bytes(ready[:size])
                _filled(ready, file, hop)
                del ready[:hop]


def _compression(encoding: str) -> str:
    """How a file is compressed; ValueError for what no reader unpacks."""
    return TFRecordOptions.get_compression_type_string("" if encoding == "NONE" else encoding)


def _filled(ready: bytearray, file: Records, count: int) -> bool:
    """Reads on until there are so many bytes, if there are."""
    if len(ready) < count:
        ready += file.read(max(count - len(ready), _CHUNK))
    return len(ready) >= count


class _Whole(_Reader):
    """A record is a file; its key is its name."""

    def content(self, work: bytes) -> bytes:
        """The one record."""
        return read_whole(os.fsdecode(work))

    def open(self, work):
        yield work, self.content(work)

    def next(self, b, op, queue, wait=True):
        if not wait:
            return None
        record = super().next(b, op, queue)
        self.finish()
        return record


class _Names(_Whole):
    """A record is a name itself."""

    def content(self, work):
        return work


class _Pairs(_Reader):
    """Keys and values."""

    def open(self, work):
        return pairs(os.fsdecode(work))


_KINDS = {
    "LMDBReader": _Pairs,
    "TFRecordReaderV2": _TFRecords,
    "TextLineReaderV2": _Lines,
    "FixedLengthRecordReaderV2": _Pieces,
    "WholeFileReaderV2": _Whole,
    "IdentityReaderV2": _Names,
}

# ---- ops


def _open(b, op):
    return b.state(op, lambda: boxed(_KINDS[op.type](op)))


def _reader(b, handle) -> _Reader:
    return b.data(handle)[()]


def _read(b, op, handle, queue):
    return [b.constant(text(part)) for part in _reader(b, handle).next(b, op, queue)]


def _read_up_to(b, op, handle, queue, count):
    reader, count = _reader(b, handle), int(b.data(count))
    if count < 1:
        raise ValueError(f"num_records is 1 at least, not {count}")
    found = [reader.next(b, op, queue)]
    while len(found) < count and (record := reader.next(b, op, queue, wait=False)) is not None:
        found.append(record)
    return [b.constant(np.array([*part, None], object)[:-1]) for part in zip(*found)]


def _number(name: str):
    def rule(b, op, handle):
        return b.constant(np.array(getattr(_reader(b, handle), name), np.int64))

    return rule


def _reset(b, op, handle):
    _reader(b, handle).reset()


def _of_whole_files(b, op, handle) -> _Whole:
    reader = _reader(b, handle)
    if not isinstance(reader, _Whole):
        raise errors.UnimplementedError(None, op, "the state of this reader cannot be saved or restored")
    return reader


def _serialize(b, op, handle):
    """The message that TensorFlow has for it."""
    reader = _of_whole_files(b, op, handle)
    state = field(1, reader.completed) + field(2, reader.completed) + field(3, reader.produced)
    return b.constant(text(state + field(4, reader.work)))


def _restore(b, op, handle, state):
    reader = _of_whole_files(b, op, handle)
    try:
        found = Message(b.data(state).item())
        counts, work = [found.number(n) for n in (2, 3)], found.bytes(4)
    except Malformed as error:
        raise ValueError(f"this is no state of a reader: {error}") from None
    reader.reset()
    (reader.completed, reader.produced), reader.work = counts, work


_SHARED = "container: string = '', shared_name: string = ''"
for _type, _more in {
    "TFRecordReaderV2": ", compression_type: string = ''",
    "TextLineReaderV2": ", skip_header_lines: int = 0",
    "FixedLengthRecordReaderV2": ", record_bytes: int, header_bytes: int = 0, footer_bytes: int = 0, "
    "hop_bytes: int = 0, encoding: string = ''",
    "LMDBReader": "",
    "WholeFileReaderV2": "",
    "IdentityReaderV2": "",
}.items():
    define(_type, f"; {_SHARED}{_more} -> reader_handle: resource", shape=lambda op: SCALAR, host=_open, **STATEFUL)
_BOTH = "reader_handle: resource, queue_handle: resource"
define("ReaderReadV2", f"{_BOTH} -> key: string, value: string", shape=lambda op: [SCALAR] * 2, host=_read, **STATEFUL)
define(
    "ReaderReadUpToV2",
    f"{_BOTH}, num_records: int64[] -> keys: string, values: string",
    shape=lambda op: [TensorShape([None])] * 2,
    host=_read_up_to,
    **STATEFUL,
)
define(
    "ReaderNumRecordsProducedV2",
    "reader_handle: resource -> records_produced: int64",
    shape=lambda op: SCALAR,
    host=_number("produced"),
    **STATEFUL,
)
define(
    "ReaderNumWorkUnitsCompletedV2",
    "reader_handle: resource -> units_completed: int64",
    shape=lambda op: SCALAR,
    host=_number("completed"),
    **STATEFUL,
)
define("ReaderResetV2", "reader_handle: resource ->", host=_reset, **STATEFUL)
define(
    "ReaderSerializeStateV2",
    "reader_handle: resource -> state: string",
    shape=lambda op: SCALAR,
    host=_serialize,
    **STATEFUL,
)
define("ReaderRestoreStateV2", "reader_handle: resource, state: string[] ->", host=_restore, **STATEFUL)

# ---- classes


class ReaderBase:
    """What all readers can do: records of the files whose names stand in a queue.

    reader_ref: the tensor that stands for the reader; supports_serialize: whether its state can be saved.
    """

    def __init__(self, reader_ref: Tensor, supports_serialize: bool = False):
        self._reader_ref, self._supports_serialize = reader_ref, supports_serialize

    reader_ref: Tensor = getter("_reader_ref", "The tensor that stands for the reader.")
    supports_serialize: bool = getter("_supports_serialize", "Whether its state can be saved.")

    def read(self, queue, name: str | None = None) -> tuple[Tensor, Tensor]:
        """(key, value): the next record, strings. When a file is read the name of the next one is taken from the queue.

        Raises (at run time):
          OutOfRangeError: if the queue is closed and empty.
          NotFoundError: if there is no such file.
        """
        return apply("ReaderReadV2", self._reader_ref, _queue(queue), name=name)

    def read_up_to(self, queue, num_records, name: str | None = None) -> tuple[Tensor, Tensor]:
        """(keys, values): the next records of one file, `num_records` at most: vectors of strings."""
        return apply("ReaderReadUpToV2", self._reader_ref, _queue(queue), num_records, name=name)

    def num_records_produced(self, name: str | None = None) -> Tensor:
        """How many records were read, int64."""
        return apply("ReaderNumRecordsProducedV2", self._reader_ref, name=name)

    def num_work_units_completed(self, name: str | None = None) -> Tensor:
        """How many files were read to their end, int64."""
        return apply("ReaderNumWorkUnitsCompletedV2", self._reader_ref, name=name)

    def serialize_state(self, name: str | None = None) -> Tensor:
        """The state, a string; UnimplementedError when it runs for all but WholeFileReader and IdentityReader."""
        return apply("ReaderSerializeStateV2", self._reader_ref, name=name)

    def restore_state(self, state, name: str | None = None):
        """The op that brings back a state."""
        return apply_op("ReaderRestoreStateV2", self._reader_ref, state, name=name)

    def reset(self, name: str | None = None):
        """The op after which the reader is as it was at the start."""
        return apply_op("ReaderResetV2", self._reader_ref, name=name)


def _queue(queue) -> Tensor:
    return queue if isinstance(queue, Tensor) else queue.queue_ref


class TFRecordReader(ReaderBase):
    """Reads the records of TFRecord files; keys are `file:offset`. options: TFRecordOptions."""

    def __init__(self, name: str | None = None, options=None):
        kind = TFRecordOptions.get_compression_type_string(options)
        super().__init__(apply("TFRecordReaderV2", compression_type=kind, name=name))


class TextLineReader(ReaderBase):
    """Reads lines of text without their ends; keys are `file:number`, from 1 on. skip_header_lines: how many
    at the start of each file are left out.
    """

    def __init__(self, skip_header_lines: int | None = None, name: str | None = None):
        super().__init__(apply("TextLineReaderV2", skip_header_lines=int(skip_header_lines or 0), name=name))


class FixedLengthRecordReader(ReaderBase):
    """Reads pieces of `record_bytes` bytes; keys are `file:number`, from 0 on.

    header_bytes, footer_bytes: what is left out at the start and end of each file; hop_bytes: from one record
    to the next, their length if it is 0. encoding: how files are compressed, "ZLIB" or "GZIP".
    """

    def __init__(
        self,
        record_bytes: int,
        header_bytes: int | None = None,
        footer_bytes: int | None = None,
        hop_bytes: int | None = None,
        name: str | None = None,
        encoding: str | None = None,
    ):
        _compression(encoding)
        sizes = {"header_bytes": header_bytes, "footer_bytes": footer_bytes, "hop_bytes": hop_bytes}
        sizes = {key: int(size or 0) for key, size in sizes.items()}
        if record_bytes < 1 or min(sizes.values()) < 0:
            raise ValueError(
                f"a record has 1 byte at least and other sizes are 0 or more, not {record_bytes} and {sizes}"
            )
        made = apply(
            "FixedLengthRecordReaderV2", record_bytes=int(record_bytes), **sizes, encoding=encoding or "", name=name
        )
        super().__init__(made)


class LMDBReader(ReaderBase):
    """Reads the keys and values of LMDB databases, files or folders, by the package lmdb.

    Raises (at run time):
      InvalidArgumentError: if there is no such database. ImportError: without the package.
    """

    def __init__(self, name: str | None = None, options=None):
        super().__init__(apply("LMDBReader", name=name))


class WholeFileReader(ReaderBase):
    """Reads whole files; a key is the file's name."""

    def __init__(self, name: str | None = None):
        super().__init__(apply("WholeFileReaderV2", name=name), supports_serialize=True)


class IdentityReader(ReaderBase):
    """Gives what stands in the queue, as key and value."""

    def __init__(self, name: str | None = None):
        super().__init__(apply("IdentityReaderV2", name=name), supports_serialize=True)
