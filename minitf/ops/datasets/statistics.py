"""Statistics of datasets' elements, gathered in a session, and how datasets are set to be run."""

from __future__ import annotations

import threading

from minitf.framework.registry import define
from minitf.framework.shape import SCALAR
from minitf.ops.datasets.base import Steps, Timed, dataset_op
from minitf.ops.datasets.elementwise import Wrapped
from minitf.ops.io.summary_values import Histogram, serialized
from minitf.ops.patterns import STATEFUL, boxed, texts

_REFERENCE, _VARIANT = 8, 64  # bytes of a string, beside those in it, and of what is no array


class Aggregator:
    """Statistics of datasets: histograms and numbers by their tags."""

    def __init__(self):
        self._lock = threading.Lock()
        self._histograms: dict[str, Histogram] = {}
        self._numbers: dict[str, float] = {}

    def add(self, tag: str, value: float) -> None:
        """Adds a value to a histogram."""
        with self._lock:
            self._histograms.setdefault(tag, Histogram()).add(value)

    def set(self, tag: str, value: float) -> None:
        """Sets a number."""
        with self._lock:
            self._numbers[tag] = value

    def summary(self) -> bytes:
        """A serialized Summary of all."""
        with self._lock:
            histograms = [{"tag": tag, "histo": found.message()} for tag, found in self._histograms.items()]
            return serialized(*histograms, *[{"tag": t, "simple_value": v} for t, v in self._numbers.items()])


class _Prefixed:
    """The statistics of one dataset in an aggregator."""

    def __init__(self, aggregator: Aggregator, prefix: str):
        self._aggregator, self._prefix = aggregator, f"{prefix}::" if prefix else ""

    def add(self, tag: str, value: float) -> None:
        self._aggregator.add(self._prefix + tag, value)

    def set(self, tag: str, value: float) -> None:
        self._aggregator.set(self._prefix + tag, value)


def _handle(b, op):
    return b.state(op.attrs["shared_name"] or op, lambda: boxed(Aggregator()))


define(
    "StatsAggregatorHandle",
    "; container: string = '', shared_name: string = '' -> handle: resource",
    shape=lambda op: SCALAR,
    host=_handle,
    **STATEFUL,
)
define(
    "StatsAggregatorSummary",
    "iterator: resource -> summary: string",
    shape=lambda op: SCALAR,
    host=lambda b, op, handle: b.constant(texts(b.data(handle)[()].summary())),
    **STATEFUL,
)


@dataset_op(
    "SetStatsAggregatorDataset",
    "input_dataset: variant, stats_aggregator: resource, tag: string[], counter_prefix: string[]",
)
class _SetStatsAggregatorDataset(Wrapped):
    """The same elements, of which statistics are gathered."""

    def __init__(self, op, source, aggregator, prefix, _):
        super().__init__(op, source)
        self._aggregator, self._prefix = aggregator[()], prefix.item().decode()

    def start(self, pull):
        pull.notes = _Prefixed(self._aggregator, self._prefix)
        return self.source.start(pull)


class _Noted(Wrapped):
    """The same elements; something of each is noted under a tag."""

    def __init__(self, op, source, tag):
        super().__init__(op, source)
        self._tag = tag.item().decode()


@dataset_op("LatencyStatsDataset", "input_dataset: variant, tag: string[]")
class _LatencyStatsDataset(_Noted):
    """The same elements, and notes of how many microseconds each took."""

    def start(self, pull):
        source = self.source.start(pull)
        return source if pull.notes is None else Timed(source, pull.notes, self._tag)


@dataset_op("BytesProducedStatsDataset", "input_dataset: variant, tag: string[]")
class _BytesProducedStatsDataset(_Noted):
    """The same elements, and notes of how many bytes each has."""

    def start(self, pull):
        source = self.source.start(pull)
        return source if pull.notes is None else _Weighed(source, pull.notes, self._tag)


class _Weighed(Steps):
    kept = ("_source",)

    def __init__(self, source, notes, tag: str):
        self._source, self._notes, self._tag = source, notes, tag

    def __next__(self):
        element = next(self._source)
        self._notes.add(self._tag, sum(_bytes_of(array) for array in element))
        return element


def _bytes_of(array) -> int:
    if not array.dtype.hasobject:
        return array.nbytes
    return sum(_REFERENCE + len(each) if isinstance(each, bytes) else _VARIANT for each in array.flat)


class _Threads(Wrapped):
    """The same elements; what is set about threads is only checked."""

    _what, _least = "", 0

    def __init__(self, op, source, number):
        super().__init__(op, source)
        if number < self._least:
            raise self.wrong(f"`{self._what}` must be >= {self._least}, not {number}")


@dataset_op("PrivateThreadPoolDataset", "input_dataset: variant, num_threads: int64[]")
class _PrivateThreadPoolDataset(_Threads):
    _what, _least = "num_threads", 1


@dataset_op("MaxIntraOpParallelismDataset", "input_dataset: variant, max_intra_op_parallelism: int64[]")
class _MaxIntraOpParallelismDataset(_Threads):
    _what = "max_intra_op_parallelism"
