"""Datasets that keep their elements from the first time through to the next: in memory, or in a file."""

from __future__ import annotations

import contextlib
import os

from minitf.formats import bundle
from minitf.formats.wire import Malformed
from minitf.framework import dtypes, errors
from minitf.framework.files import translated
from minitf.ops.datasets.base import Dataset, Source, Steps, dataset_op, same_count

_DIGITS = 7  # of the number of an element in its name


@dataset_op("CacheDataset", "input_dataset: variant, filename: string[]")
class _CacheDataset(Dataset):
    """The same elements, kept when they were computed once, to their end."""

    count = same_count

    def __init__(self, op, source, filename):
        super().__init__(op)
        self.source, self.kept = source, None
        self.file = os.fsdecode(filename.item())

    def start(self, pull):
        if self.file:
            there = os.path.exists(f"{self.file}.index")
            return _Read(self) if there else _Written(self, self.source.start(pull))
        return _InMemory(self, pull)


class _InMemory(Source):
    """The elements that the dataset has kept; else those of its source, which are kept when they are all there."""

    kept = ("_source", "_elements", "_place")

    def __init__(self, dataset: _CacheDataset, pull):
        self._dataset, self._pull = dataset, pull
        self._source = None if dataset.kept is not None else self.begun()
        self._elements, self._place = dataset.kept or [], 0

    def begun(self):
        return self._dataset.source.start(self._pull)

    def resume(self, state):
        super().resume(state)
        if self._source is None:
            self._dataset.kept = self._elements

    def __next__(self):
        if self._source is None and self._place >= len(self._elements):
            raise StopIteration
        if self._source is not None:
            self._elements.append(self._computed())
        self._place += 1
        return self._elements[self._place - 1]

    def _computed(self) -> tuple:
        try:
            return next(self._source)
        except StopIteration:
            self._dataset.kept = self._elements
            raise


def _name(element: int, part: int, parts: int) -> str:
    """The name of a part of an element, as TensorFlow has it in such files."""
    return f"{element:{_DIGITS}}_{part:{len(str(parts - 1))}}"


class _Read(Steps):
    """The elements of a file that was written to its end."""

    kept = ("_element",)

    def __init__(self, dataset: _CacheDataset):
        self._op, self._name, self._element = dataset.op, dataset.file, 0
        with self._reading(), open(f"{dataset.file}.index", "rb") as file:
            self._bundle = bundle.Bundle.read(dataset.file, file.read())

    @contextlib.contextmanager
    def _reading(self):
        try:
            with translated(self._name):
                yield
        except Malformed as error:
            raise errors.DataLossError(None, self._op, f"the cache {self._name} is damaged: {error}") from None

    def __next__(self):
        parts = len(self._op.attrs["output_types"])
        entries = [self._bundle.entries.get(_name(self._element, i, parts)) for i in range(parts)]
        if None in entries:
            raise StopIteration
        self._element += 1
        with self._reading():
            return tuple([self._bundle.array(entry) for entry in entries])


class _Written(Steps):
    """Elements that are written as they pass by, under other names until all have."""

    def __init__(self, dataset: _CacheDataset, source):
        self._dataset, self._source = dataset, source
        self._file = self._writer = None
        self._element = 0

    def __next__(self):
        if self._writer is None:
            self._begin()
        try:
            element = next(self._source)
        except StopIteration:
            self._end()
            raise
        parts = len(element)
        for i, (array, dtype) in enumerate(zip(element, self._dataset.op.attrs["output_types"])):
            if dtype is dtypes.variant:
                raise self._dataset.wrong("sparse tensors and datasets are kept in memory only: cache() without a name")
            self._writer.add(_name(self._element, i, parts), dtype, array)
        self._writer.flush()  # who gets the element may change it
        self._element += 1
        return element

    def state(self):
        raise errors.UnimplementedError(
            None,
            self._dataset.op,
            f"the elements of cache({self._dataset.file!r}) are being written to its file: an iterator can be saved "
            "once they have all been gone through, or if the cache is in memory (cache() without a name)",
        )

    @property
    def _lock(self) -> str:
        return f"{self._dataset.file}_0.lockfile"

    def _begin(self) -> None:
        name = self._dataset.file
        try:
            with translated(self._lock), open(self._lock, "x") as lock:
                lock.write(f"process {os.getpid()}")
        except errors.AlreadyExistsError:
            raise self._running() from None
        self._temporary = f"{bundle.data_name(f'{name}_0', 0, 1)}.tempstate{os.getpid()}"
        with translated(self._temporary):
            self._file = open(self._temporary, "wb")  # noqa: SIM115 - closed when all is written
        self._writer = bundle.Writer(self._file)

    def _running(self) -> errors.AlreadyExistsError:
        return errors.AlreadyExistsError(
            None,
            self._dataset.op,
            f"There appears to be a concurrent caching iterator running: {self._lock} exists. If there is none, as "
            "after a process that was killed, remove this file",
        )

    def _end(self) -> None:
        name = self._dataset.file
        if self._file is None:
            return
        self._file.close()
        with translated(name):
            os.replace(self._temporary, bundle.data_name(name, 0, 1))
            with open(f"{self._temporary}.index", "wb") as file:
                file.write(bundle.index(self._writer.entries, self._writer.parts))
            os.replace(f"{self._temporary}.index", f"{name}.index")
            os.remove(self._lock)
        self._file = None

    def __del__(self):
        if self._file is not None:
            self._file.close()
            for name in (self._temporary, self._lock):
                with contextlib.suppress(OSError):
                    os.remove(name)
