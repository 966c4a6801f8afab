"""Checkpoints in files: written so that the newest whole one is never lost, read whoever wrote them.

A checkpoint under a name that is there already is written beside it: its data files get names that end with
`.new`, and once all that is on disk, its index does, at one moment. From then on it is the one that counts, and the
files are renamed. If that is cut off, readers find the files under either name, and the next writer goes on with it.
"""

from __future__ import annotations

import contextlib
import functools
import glob
import os
import re
from collections.abc import Iterable, Iterator

import numpy as np

from minitf.formats import bundle, objects, v1
from minitf.formats.bundle import Bundle
from minitf.formats.entries import Entry
from minitf.formats.wire import Malformed
from minitf.framework import dtypes, errors, files

_NEW, _UNFINISHED = ".new", ".tmp"  # what ends the names of files that are to replace others, and of such an index
_NOT_PLAIN = (None, dtypes.string, dtypes.variant)  # types of tensors that are no numbers
_PATTERN = re.compile(r"(.*?)(-\?{5}-of-\d{5})?", re.DOTALL)  # a name, and what stands for shards of the first format


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


def write(prefix: str, tensors: Iterable[tuple]) -> None:
    """Writes a checkpoint of tensors, given as (name, type, array) or, for parts, (name, type, array, Part); one
    that was there under this name stays until the new one is whole.

    Raises:
      tf.errors.ResourceExhaustedError: if the disk is full; PermissionDeniedError, NotFoundError: if the
        folder cannot be written, or is not there.
    """
    data = bundle.data_name(prefix, 0, 1)
    with _explained(prefix):
        os.makedirs(os.path.dirname(prefix) or ".", exist_ok=True)
        _settle(prefix)
        with _taken_back_if_failed(prefix, [data]):
            with _synced(data + _NEW) as file:
                writer = bundle.Writer(file)
                for tensor in tensors:
                    writer.add(*tensor)
                writer.flush()
            _begin(prefix, bundle.index(writer.entries, writer.parts))
            _settle(prefix)


def merge(prefixes: list[str], prefix: str) -> None:
    """Makes one checkpoint of several that have no tensor in common, or have parts of it; their data files become
    its own.
    """
    found = [_open(part) for part in prefixes]
    count = sum(each.shards for each in found)
    entries: dict[str, Entry] = {}
    parts: dict[bytes, Entry] = {}
    moves: list[tuple[str, str]] = []
    for each in found:
        first = len(moves)
        parts |= {key: e._replace(shard=first + e.shard) for key, e in each.parts.items()}
        for name, e in each.entries.items():
            entries[name] = _merged(prefix, name, entries.get(name), e._replace(shard=first + e.shard))
        names = (bundle.data_name(each.prefix, shard, each.shards) for shard in range(each.shards))
        moves += [(name, bundle.data_name(prefix, first + i, count)) for i, name in enumerate(names)]
    with _explained(prefix):
        _settle(prefix)
        with _taken_back_if_failed(prefix, [new for _, new in moves]):
            for old, new in moves:
                os.replace(old, new + _NEW)
            _begin(prefix, bundle.index(entries, parts, count))
            _settle(prefix)
        for part in prefixes:
            os.unlink(f"{part}.index")


def _merged(prefix: str, name: str, one: Entry | None, other: Entry) -> Entry:
    """What two checkpoints say of a tensor, put together."""
    if one is None:
        return other
    if not (one.slices and other.slices) or (one.dtype, one.shape) != (other.dtype, other.shape):
        raise errors.InvalidArgumentError(None, None, f"checkpoint {prefix} would have two tensors called {name}")
    return one._replace(slices=(*one.slices, *other.slices), shard=0)


@contextlib.contextmanager
def _synced(name: str):
    """A new file whose bytes are on disk at the end."""
    with open(name, "wb") as file:
        yield file
        file.flush()
        os.fsync(file.fileno())


@contextlib.contextmanager
def _taken_back_if_failed(prefix: str, data: list[str]) -> Iterator[None]:
    """Removes the new files if something inside fails, unless some have their names already: there is no way back
    from that, and who writes or reads next goes on with it.
    """
    index = f"{prefix}.index"
    try:
        yield
    except BaseException:
        new = [name + _NEW for name in data]
        if not os.path.exists(index + _NEW) or all(map(os.path.exists, new)):
            for name in (index + _NEW, index + _UNFINISHED, *new):
                with contextlib.suppress(OSError):
                    os.unlink(name)
        raise


def _begin(prefix: str, index: bytes) -> None:
    """Makes the new data files those that count."""
    name = f"{prefix}.index"
    with _synced(name + _UNFINISHED) as file:
        file.write(index)
    os.replace(name + _UNFINISHED, name + _NEW)


def _settle(prefix: str) -> None:
    """Gives the new files their names, if they count; else removes what is left of them."""
    index, pattern = f"{prefix}.index", f"{glob.escape(prefix)}.data-?????-of-?????{_NEW}"
    if not os.path.exists(index + _NEW):
        for name in glob.glob(pattern):
            os.unlink(name)
        return
    for name in sorted(glob.glob(pattern)):
        os.replace(name, name.removesuffix(_NEW))
    os.replace(index + _NEW, index)
    _sync_folder(index)


def _sync_folder(name: str) -> None:
    with contextlib.suppress(OSError):  # where folders cannot be opened, renames are what they are
        folder = os.open(os.path.dirname(name) or ".", os.O_RDONLY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)


def exists(prefix: str) -> bool:
    """Whether there is a checkpoint of this name, of either format."""
    index = f"{prefix}.index"
    return any(os.path.isfile(name) for name in (index, index + _NEW)) or bool(_first_format(prefix))


def _first_format(prefix: str) -> list[str]:
    """The files of a checkpoint of the first format."""
    if os.path.isfile(prefix):
        return [prefix]
    name, pattern = _PATTERN.fullmatch(prefix).groups()
    return sorted(glob.glob(glob.escape(name) + (pattern or "-?????-of-?????")))


def _open(prefix: str) -> Bundle:
    index = f"{prefix}.index"
    with _explained(prefix):
        for new in (_NEW, ""):
            if os.path.isfile(index + new):
                with contextlib.suppress(FileNotFoundError), open(index + new, "rb") as file:
                    return Bundle.read(prefix, file.read(), new)
        raise FileNotFoundError(2, "", index)


class Checkpoint:
    """A checkpoint that is there, of either format; its `entries` say what it holds.

    Raises:
      tf.errors.NotFoundError: if there is none of this name.
      tf.errors.DataLossError: if it is damaged.
    """

    def __init__(self, prefix: str):
        self.prefix = prefix
        self._values: dict[str, np.ndarray] = {}
        self._whole = ("", np.empty(0))  # the last tensor that parts were asked of
        old = [] if any(os.path.isfile(f"{prefix}.index{new}") for new in (_NEW, "")) else _first_format(prefix)
        self._bundle = None if old else _open(prefix)
        self.entries = self._bundle.entries if self._bundle else self._read_first_format(old)

    def _read_first_format(self, names: list[str]) -> dict[str, Entry]:
        entries: dict[str, Entry] = {}
        for name in names:
            with _explained(name), open(name, "rb") as file:
                for key, (entry, value) in v1.read(file.read()).items():
                    entries[key], self._values[key] = entry, value
        return entries

    @functools.cached_property
    def objects(self) -> dict[str, str]:
        """The keys of variables by the variables' names, if TensorFlow 2 wrote the checkpoint by objects."""
        if objects.KEY not in self.entries:
            return {}
        with _explained(self.prefix):
            return objects.keys(bytes(self.array(objects.KEY).item(0)))

    def array(self, name: str) -> np.ndarray:
        """The tensor of a name, the caller's own; KeyError if there is none, DataLossError if it is damaged."""
        entry = self.entries[name]
        if name in self._values:
            return self._values[name].copy()
        with _explained(f"{self.prefix}, tensor {name}"):
            if not entry.slices:
                return self._bundle.array(entry)
            return self._bundle.part(name, tuple((0, size) for size in entry.shape))

    def is_plain(self, name: str) -> bool:
        """Whether `arrays`, `check` and `fill` can read it: numbers that stand in one place of a file."""
        entry = self.entries[name]
        return name not in self._values and not entry.slices and entry.dtype not in _NOT_PLAIN

    def arrays(self, names: list[str]) -> list[np.ndarray]:
        """Plain tensors, read together; DataLossError if one is damaged."""
        try:
            return self._bundle.arrays([self.entries[name] for name in names])
        except (Malformed, OSError):
            return [self.array(name) for name in names]  # which says what is wrong with which

    def check(self, name: str) -> None:
        """DataLossError if a plain tensor is damaged; costs no memory."""
        with _explained(f"{self.prefix}, tensor {name}"):
            self._bundle.check(self.entries[name])

    def fill(self, name: str, array: np.ndarray) -> None:
        """Reads a plain tensor that was checked into memory of its shape; DataLossError if it has changed since."""
        with _explained(f"{self.prefix}, tensor {name} (whole a moment ago)"):
            self._bundle.fill(self.entries[name], array)

    def part(self, name: str, extents: tuple) -> np.ndarray:
        """The same for what begins at each start and has each length, which lie in the tensor."""
        if name not in self._values and self.entries[name].slices:
            with _explained(f"{self.prefix}, tensor {name}"):
                return self._bundle.part(name, extents)
        if self._whole[0] != name:
            self._whole = name, self.array(name)  # other parts may be asked for next
        return self._whole[1][tuple(slice(start, start + length) for start, length in extents)].copy()


def remove(prefix: str, graph: str = "meta") -> None:
    """Deletes the files of a checkpoint, and the one of its graph, by its ending; what is not there is no error."""
    prefix, pattern = _PATTERN.fullmatch(prefix).groups()
    escaped = glob.escape(prefix)
    names = glob.glob(escaped + pattern) if pattern else [prefix]
    names = [*names, *(prefix + end for end in (f".{graph}", ".index", f".index{_NEW}"))]
    for name in [*names, *(n for new in ("", _NEW) for n in glob.glob(f"{escaped}.data-?????-of-?????{new}"))]:
        with contextlib.suppress(OSError):
            os.unlink(name)
