"""Checkpoints in files: written so that the newest whole one is never lost, read whoever wrote them.

A checkpoint under a name that is there already is written beside it: both new files are on disk before the
old ones give way, the data first. If that is cut off between the two, the index beside it is the right one,
and who reads next puts it in its place.
"""

from __future__ import annotations

import contextlib
import glob
import math
import os
from collections.abc import Iterable, Iterator

import numpy as np

from minitf.formats import bundle, ordered, v1
from minitf.formats.bundle import Bundle, Entry
from minitf.formats.wire import Malformed
from minitf.framework import dtypes, errors, files

_NEW = ".new"  # ends the names of files that are being written


@contextlib.contextmanager
def _explained(prefix: str) -> Iterator[None]:
    """What goes wrong inside is an error of TensorFlow's that names the checkpoint."""
    try:
        yield
    except Malformed as error:
        raise errors.DataLossError(None, None, f"checkpoint {prefix} is damaged: {error}") from None
    except FileNotFoundError as error:
        raise errors.NotFoundError(None, None, f"checkpoint {prefix}: {error.filename} is not there") from None
    except OSError as error:
        kind = files.kind_of(error)
        raise kind(None, None, f"checkpoint {prefix}: {error.strerror or error}") from None


def write(prefix: str, tensors: Iterable[tuple[str, dtypes.DType, np.ndarray]]) -> None:
    """Writes a checkpoint of named tensors; those there were under this name stay until it is whole.

    Raises:
      tf.errors.ResourceExhaustedError: if the disk is full; PermissionDeniedError, NotFoundError: if the
        folder cannot be written, or is not there.
    """
    data, index = bundle.data_name(prefix, 0, 1), f"{prefix}.index"
    with _explained(prefix):
        os.makedirs(os.path.dirname(prefix) or ".", exist_ok=True)
        _settle(prefix)
        with _removed_if_failed(data + _NEW, index + _NEW):
            with _synced(data + _NEW) as file:
                writer = bundle.Writer(file)
                for name, dtype, array in tensors:
                    writer.add(name, dtype, array)
            with _synced(index + _NEW) as file:
                file.write(bundle.index(writer.entries))
            _replace(data)
        _replace(index)  # if that fails, the index that is right is the new one all the same
        _sync_folder(index)


def merge(prefixes: list[str], prefix: str) -> None:
    """Makes one checkpoint of several that have no tensor in common; their data files become its own."""
    found = []
    for part in prefixes:
        found.append(_open(part))
    count = sum(each.shards for each in found)
    entries, moves, first = {}, [], 0
    for each in found:
        for name, e in each.entries.items():
            entries[name] = Entry(e.dtype, e.shape, first + e.shard, e.offset, e.size, e.crc, e.slices)
        names = (bundle.data_name(each.prefix, shard, each.shards) for shard in range(each.shards))
        moves += [(name, bundle.data_name(prefix, first + i, count)) for i, name in enumerate(names)]
        first += each.shards
    with _explained(prefix), _removed_if_failed(f"{prefix}.index{_NEW}"):
        with _synced(f"{prefix}.index{_NEW}") as file:
            file.write(bundle.index(entries, count))
        for old, new in moves:
            os.replace(old, new)
        _replace(f"{prefix}.index")
        for part in prefixes:
            os.unlink(f"{part}.index")
        _sync_folder(f"{prefix}.index")


@contextlib.contextmanager
def _synced(name: str):
    """A new file whose bytes are on disk at the end."""
    with open(name, "wb") as file:
        yield file
        file.flush()
        os.fsync(file.fileno())


@contextlib.contextmanager
def _removed_if_failed(*names: str) -> Iterator[None]:
    try:
        yield
    except BaseException:
        for name in names:
            with contextlib.suppress(OSError):
                os.unlink(name)
        raise


def _replace(name: str) -> None:
    os.replace(name + _NEW, name)


def _sync_folder(name: str) -> None:
    with contextlib.suppress(OSError):  # where folders cannot be opened, renames are what they are
        folder = os.open(os.path.dirname(name) or ".", os.O_RDONLY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)


def _settle(prefix: str) -> None:
    """Puts an index that was written whole into its place; see the module's docstring."""
    if _index(prefix) != f"{prefix}.index":
        _replace(f"{prefix}.index")


def _index(prefix: str) -> str:
    """The index that is right: one beside it, if the data that it is of is in its place already."""
    data, index = bundle.data_name(prefix, 0, 1), f"{prefix}.index"
    return index + _NEW if os.path.exists(index + _NEW) and not os.path.exists(data + _NEW) else index


def exists(prefix: str) -> bool:
    """Whether there is a checkpoint of this name, of either format."""
    index = f"{prefix}.index"
    return any(os.path.isfile(name) for name in (index, index + _NEW)) or bool(_first_format(prefix))


def _first_format(prefix: str) -> list[str]:
    """The files of a checkpoint of the first format."""
    return [prefix] if os.path.isfile(prefix) else sorted(glob.glob(f"{glob.escape(prefix)}-?????-of-?????"))


def _open(prefix: str) -> Bundle:
    with _explained(prefix):
        with contextlib.suppress(OSError):  # a folder that can only be read
            _settle(prefix)
        name = _index(prefix)
        if not os.path.isfile(name):
            raise FileNotFoundError(2, "", name)
        with open(name, "rb") as file:
            return Bundle.read(prefix, file.read())


class Checkpoint:
    """A checkpoint that is there, of either format; its `entries` say what it holds.

    Raises:
      tf.errors.NotFoundError: if there is none of this name.
      tf.errors.DataLossError: if it is damaged.
    """

    def __init__(self, prefix: str):
        self.prefix = prefix
        self._values: dict[str, np.ndarray] = {}
        old = [] if os.path.isfile(_index(prefix)) else _first_format(prefix)
        self._bundle = None if old else _open(prefix)
        self.entries = self._bundle.entries if self._bundle else self._read_first_format(old)

    def _read_first_format(self, names: list[str]) -> dict[str, Entry]:
        entries: dict[str, Entry] = {}
        for name in names:
            with _explained(name), open(name, "rb") as file:
                for key, (entry, value) in v1.read(file.read()).items():
                    entries[key], self._values[key] = entry, value
        return entries

    def array(self, name: str) -> np.ndarray:
        """The tensor of a name, the caller's own; KeyError if there is none, DataLossError if it is damaged."""
        entry = self.entries[name]
        if name in self._values:
            return self._values[name].copy()
        with _explained(f"{self.prefix}, tensor {name}"):
            return self._joined(name, entry) if entry.slices else self._bundle.array(entry)

    def _joined(self, name: str, entry: Entry) -> np.ndarray:
        """A partitioned tensor put together."""
        if entry.dtype is None:
            raise Malformed("its type is one that minitf has not")
        parts = []
        for extents in entry.slices:
            part = self._bundle.parts.get(ordered.slice_key(name, list(extents)))
            if part is None or len(extents) != len(entry.shape):
                raise Malformed(f"part {extents} is missing")
            parts.append((_window(extents, entry.shape), self._bundle.array(part)))
        if sum(value.size for _, value in parts) != math.prod(entry.shape):
            raise Malformed(f"its parts are not those of shape {list(entry.shape)}")
        whole = np.zeros(entry.shape, entry.dtype.as_numpy_dtype)
        for window, value in parts:
            if whole[window].shape != value.shape:
                raise Malformed(f"a part of shape {list(value.shape)} does not fit")
            whole[window] = value
        return whole


def _window(extents, shape) -> tuple[slice, ...]:
    return tuple(slice(a, s if n < 0 else a + n) for (a, n), s in zip(extents, shape))


def remove(prefix: str) -> None:
    """Deletes the files of a checkpoint, what belongs to it too; those that are not there are no error."""
    escaped = glob.escape(prefix)
    for name in [prefix, f"{prefix}.index", f"{prefix}.meta", *glob.glob(f"{escaped}.data-?????-of-?????")]:
        with contextlib.suppress(OSError):
            os.unlink(name)
