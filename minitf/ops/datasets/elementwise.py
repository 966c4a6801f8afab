"""Datasets that do something to each element of another one, or leave some out."""

from __future__ import annotations

import numpy as np

from minitf.framework import errors
from minitf.ops.datasets.base import (
    ELEMENTS,
    ENDLESS,
    UNKNOWN,
    Dataset,
    Indexed,
    Source,
    Steps,
    captured_by,
    dataset_op,
    same_count,
)

PARALLEL = "use_inter_op_parallelism: bool = True, preserve_cardinality: bool = False"
_WITH_FUNCTION = "input_dataset: variant, other_arguments: **Targuments"


class Called(Dataset):
    """A dataset made of another one by a function."""

    _what = "f"

    def __init__(self, op, source, *captured):
        super().__init__(op)
        self.source = source
        [self.function] = captured_by([op.attrs[self._what]], captured)

    def result(self, pull, element):
        """The function's results; what is out of range ends the dataset."""
        try:
            return self.function.results(pull, element)
        except errors.OutOfRangeError:
            raise StopIteration from None


@dataset_op("MapDataset", _WITH_FUNCTION, f"f: func, {PARALLEL}, {ELEMENTS}")
class MapDataset(Called):
    """The results of a function."""

    count = same_count

    def start(self, pull):
        """An iterator over its elements."""
        return _Mapped(self, pull, self.source.start(pull))


class _Mapped(Steps):
    kept: tuple[str, ...] = ("_source",)

    def __init__(self, dataset: Called, pull, source):
        self._dataset, self._pull, self._source = dataset, pull, source

    def __next__(self):
        return self._dataset.result(self._pull, next(self._source))


class _Chosen(_Mapped):
    def __next__(self):
        while True:
            element = next(self._source)
            results = self._dataset.result(self._pull, element)
            if results[0].item():
                return element


class _Counted(_Mapped):
    """The same, noting how many elements were taken and how many left out."""

    kept = ("_source", "_numbers")
    _numbers = (0, 0)

    def __next__(self):
        while True:
            element = next(self._source)
            fits = bool(self._dataset.result(self._pull, element)[0].item())
            dropped, taken = self._numbers
            self._numbers = dropped + (not fits), taken + fits
            tag = f"{self._dataset.called(self._pull)}::{'filtered' if fits else 'dropped'}_elements"
            self._pull.notes.set(tag, self._numbers[fits])
            if fits:
                return element


@dataset_op("FilterDataset", _WITH_FUNCTION, f"predicate: func, {ELEMENTS}")
class _FilterDataset(Called):
    """The elements for which a function is true."""

    _what = "predicate"

    def start(self, pull):
        return (_Chosen if pull.notes is None else _Counted)(self, pull, self.source.start(pull))


class _First(_Mapped):
    kept = ("_source", "_ended")
    _ended = False

    def __next__(self):
        if not self._ended:
            element = next(self._source)
            if self._dataset.result(self._pull, element)[0].item():
                return element
            self._ended = True
        raise StopIteration


@dataset_op("TakeWhileDataset", _WITH_FUNCTION, f"predicate: func, {ELEMENTS}")
class _TakeWhileDataset(Called):
    """The elements before the first for which a function is false."""

    _what = "predicate"

    def start(self, pull):
        return _First(self, pull, self.source.start(pull))


@dataset_op(
    "ScanDataset",
    "input_dataset: variant, initial_state: **Tstate, other_arguments: **Targuments",
    f"f: func, states: object, preserve_cardinality: bool = False, {ELEMENTS}",
)
class _ScanDataset(Dataset):
    """The second results of a function of a state, its first result, and an element."""

    count = same_count

    def __init__(self, op, source, *values):
        super().__init__(op)
        count = op.attrs["states"]
        self.source, self.first = source, values[:count]
        [self.function] = captured_by([op.attrs["f"]], values[count:])

    def start(self, pull):
        return _Scanned(self, pull, self.source.start(pull))


class _Scanned(Steps):
    kept = ("_source", "_state")

    def __init__(self, dataset: _ScanDataset, pull, source):
        self._function, self._state = dataset.function, dataset.first
        self._pull, self._source = pull, source

    def __next__(self):
        results = self._function.results(self._pull, (*self._state, *next(self._source)))
        count = len(self._state)
        self._state = results[:count]
        return results[count:]


class Other(Dataset):
    """A dataset made of another one and a number."""

    def __init__(self, op, source, *numbers):
        super().__init__(op)
        self.source, self.numbers = source, [int(n) for n in numbers]

    @property
    def passes(self) -> bool:
        """Whether its elements are those of its source, one by one: what TensorFlow leaves out."""
        return False


@dataset_op("TakeDataset", "input_dataset: variant, count: int64[]")
class _TakeDataset(Other):
    """The first elements; all for -1."""

    def count(self):
        count, wanted = self.source.count(), self.numbers[0]
        if count == UNKNOWN or wanted < 0:
            return UNKNOWN if count == UNKNOWN else ENDLESS  # as TensorFlow counts "all"
        return wanted if count == ENDLESS else min(count, wanted)

    def start(self, pull):
        count = self.numbers[0]
        return self.source.start(pull) if count < 0 else _Limited(self.source.start(pull), count)

    @property
    def passes(self):
        return self.numbers[0] < 0


class _Limited(Steps):
    """So many elements; what follows is not asked for."""

    kept = ("_source", "_left")

    def __init__(self, source, left: int):
        self._source, self._left = source, left

    def __next__(self):
        if not self._left:
            raise StopIteration
        element = next(self._source)  # one that fails does not count
        self._left -= 1
        return element


@dataset_op("SkipDataset", "input_dataset: variant, count: int64[]")
class _SkipDataset(Other):
    """All but the first elements; none for -1."""

    def count(self):
        count, skipped = self.source.count(), self.numbers[0]
        return count if count < 0 else 0 if skipped < 0 else max(count - skipped, 0)

    def start(self, pull):
        count = self.numbers[0]
        return Indexed(()) if count < 0 else _Skipping(self.source.start(pull), count)

    @property
    def passes(self):
        return self.numbers[0] == 0


class _Skipping(Steps):
    kept = ("_source", "_left")

    def __init__(self, source, left: int):
        self._source, self._left = source, left

    def __next__(self):
        while self._left:
            self._left -= 1
            next(self._source)
        return next(self._source)


@dataset_op(
    "ShardDataset",
    "input_dataset: variant, num_shards: int64[], index: int64[]",
    f"require_non_empty: bool = False, {ELEMENTS}",
)
class _ShardDataset(Other):
    """Every so manieth element."""

    def __init__(self, op, source, num_shards, index):
        super().__init__(op, source, num_shards, index)
        shards, index = self.numbers
        if shards < 1:
            raise self.wrong(f"Number of shards must be greater than zero (currently num_shards = {shards}).")
        if not 0 <= index < shards:
            raise self.wrong(f"Index must be between 0 and {shards - 1} (currently index = {index}).")

    def count(self):
        count, (shards, index) = self.source.count(), self.numbers
        return count if count < 0 else count // shards + (index < count % shards)

    def start(self, pull):
        return _EveryNth(self.source.start(pull), *self.numbers)


class _EveryNth(Steps):
    kept = ("_source", "_skipped")

    def __init__(self, source, shards: int, index: int):
        self._source, self._shards, self._skipped = source, shards, index

    def __next__(self):
        while self._skipped:
            self._skipped -= 1
            next(self._source)
        self._skipped = self._shards - 1
        return next(self._source)


@dataset_op("IgnoreErrorsDataset")
class _IgnoreErrorsDataset(Other):
    """The elements that can be computed."""

    count = same_count

    def start(self, pull):
        return _Good(self.source.start(pull))


class _Good(Steps):
    kept = ("_source",)

    def __init__(self, source):
        self._source = source

    def __next__(self):
        while True:
            try:
                return next(self._source)
            except (errors.CancelledError, errors.DeadlineExceededError):
                raise
            except errors.OpError:
                continue


@dataset_op("UniqueDataset")
class _UniqueDataset(Other):
    """Elements that did not come before."""

    def start(self, pull):
        return _New(self.source.start(pull))


def _content(array: np.ndarray):
    """What tells elements apart: what is in them, and their shapes."""
    return array.shape, tuple(array.reshape(-1).tolist())


class _New(Steps):
    kept = ("_source", "_seen")

    def __init__(self, source):
        self._source, self._seen = source, set()

    def __next__(self):
        known = len(self._seen)
        while True:
            element = next(self._source)
            self._seen.add(_content(element[0]))
            if len(self._seen) > known:
                return element


class Wrapped(Dataset):
    """The elements of another dataset, as they are."""

    count = same_count

    def __init__(self, op, source, *_):
        super().__init__(op)
        self.source = source

    def start(self, pull):
        """An iterator over its elements."""
        return self.source.start(pull)


@dataset_op(
    "OptimizeDataset",
    "input_dataset: variant, optimizations: string",
    f"optimization_configs: list(string) = [], {ELEMENTS}",
)
class _OptimizeDataset(Wrapped):
    """The elements of another dataset, whose repeated shuffles may be one step, and all of whose steps may be timed."""

    def __init__(self, op, source, names):
        super().__init__(op, source)
        self._names = set(names.flat)

    def start(self, pull):
        return self.source.start(
            pull.having(
                fused=b"shuffle_and_repeat_fusion" in self._names,
                maps_in_batches=b"map_and_batch_fusion" in self._names,
                times_all=pull.notes is not None and b"latency_all_edges" in self._names,
            )
        )


@dataset_op("ModelDataset", attributes=f"algorithm: int = 0, cpu_budget: int = 0, {ELEMENTS}")
class _ModelDataset(Wrapped):
    """The elements of another dataset, as they are."""


@dataset_op("ConcatenateDataset", "input_dataset: variant, another_dataset: variant")
class _ConcatenateDataset(Dataset):
    """The elements of one dataset, then those of another."""

    def count(self):
        counts = [source.count() for source in self._sources]
        return ENDLESS if ENDLESS in counts else UNKNOWN if UNKNOWN in counts else sum(counts)

    def __init__(self, op, *sources):
        super().__init__(op)
        self._sources = sources

    def start(self, pull):
        return _Chained(self._sources, pull)


class _Chained(Source):
    kept = ("_source", "_number")

    def __init__(self, sources: tuple, pull):
        self._sources, self._pull = sources, pull
        self._source, self._number = None, -1  # the one that is gone through

    def begun(self):
        return self._sources[self._number].start(self._pull.at(self._number))

    def resume(self, state):
        self._number = state["_number"]
        super().resume(state)

    def __next__(self):
        while True:
            if self._source is not None:
                try:
                    return next(self._source)
                except StopIteration:
                    pass
            if self._number + 1 >= len(self._sources):
                raise StopIteration
            self._number += 1
            self._source = self.begun()


@dataset_op("ZipDataset", "input_datasets: *variant")
class _ZipDataset(Dataset):
    """One element of each dataset, side by side, while all have some."""

    def count(self):
        counts = [source.count() for source in self._sources]
        return UNKNOWN if UNKNOWN in counts else min([n for n in counts if n >= 0], default=ENDLESS)

    def __init__(self, op, *sources):
        super().__init__(op)
        self._sources = sources

    def start(self, pull):
        return _Zipped([s.start(pull.at(i)) for i, s in enumerate(self._sources)])


class _Zipped(Steps):
    kept = ("_sources",)

    def __init__(self, sources: list):
        self._sources = sources

    def __next__(self):
        return tuple([array for source in self._sources for array in next(source)])


@dataset_op("UnbatchDataset")
class _UnbatchDataset(Other):
    """The rows of elements."""

    def start(self, pull):
        return _Rows(self, self.source.start(pull))


class _Rows(Steps):
    kept = ("_source", "_element", "_row")

    def __init__(self, dataset: _UnbatchDataset, source):
        self._dataset, self._source = dataset, source
        self._element, self._row = (), 0

    def __next__(self):
        while not self._element or self._row == len(self._element[0]):
            element = next(self._source)
            lengths = {a.shape[:1] for a in element}
            if len(lengths) > 1 or () in lengths:
                raise self._dataset.wrong(
                    f"Input must have at least one dimension, and rows as many as each "
                    f"other: {[a.shape for a in element]}"
                )
            self._element, self._row = element, 0
        row = tuple([a[self._row, ...] for a in self._element])
        self._row += 1
        return row
