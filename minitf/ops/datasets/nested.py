"""Datasets made of many: one for each element, or for each group of elements."""

from __future__ import annotations

import os

import numpy as np

from minitf.ops.datasets.base import ELEMENTS, Dataset, Made, Steps, captured_by, dataset_op, made_again
from minitf.ops.datasets.batches import Kept
from minitf.ops.datasets.elementwise import Called
from minitf.ops.patterns import boxed

_FUNCTION = f"f: func, {ELEMENTS}"
_WITH_FUNCTION = "input_dataset: variant, other_arguments: **Targuments"


@dataset_op("FlatMapDataset", _WITH_FUNCTION, _FUNCTION)
class _FlatMapDataset(Called):
    """The elements of the datasets that a function makes of each element, one after the other."""

    def start(self, pull):
        return _Flat(self, pull, self.source.start(pull))


class _Flat(Steps):
    kept = ("_source", "_inner", "_number")

    def __init__(self, dataset: Called, pull, source):
        self._dataset, self._pull, self._source = dataset, pull, source
        self._inner: Made | None = None
        self._number = 0  # of the datasets so far

    def __next__(self):
        while self._inner is None or (element := next(self._inner, None)) is None:
            element = next(self._source)
            self._number += 1
            self._inner = Made(self._opened, element)
        return element

    def _opened(self, element) -> Steps:
        return self._dataset.result(self._pull, element)[0][()].start(self._pull.into(self._number))

    def resume(self, state):
        super().resume(state)
        self._inner = made_again(self._opened, state["_inner"])


@dataset_op("InterleaveDataset", f"{_WITH_FUNCTION}, cycle_length: int64[], block_length: int64[]", _FUNCTION)
class _InterleaveDataset(Called):
    """Blocks of the elements of several datasets in turn, which a function makes of each element."""

    def __init__(self, op, source, *values):
        *captured, cycle, block = values
        super().__init__(op, source, *captured)
        self.cycle, self.block = int(cycle), int(block)
        if self.cycle == -1:  # left to TensorFlow
            self.cycle = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
        for name, number in (("cycle_length", self.cycle), ("block_length", self.block)):
            if number < 1:
                raise self.wrong(f"{name} must be greater than zero.")

    def start(self, pull):
        return _Interleaved(self, pull, self.source.start(pull))

    def way(self, pull, place: int):
        """The way through the dataset that takes its turn in this place."""
        return pull.into(place)


@dataset_op(
    "ParallelInterleaveDatasetV2",
    f"{_WITH_FUNCTION}, cycle_length: int64[], block_length: int64[], num_parallel_calls: int64[]",
    f"{_FUNCTION}, sloppy: bool = False",
)
class _ParallelInterleaveDatasetV2(_InterleaveDataset):
    """The same, as TensorFlow does it in parallel: a dataset that is over makes room for the next at once."""

    def __init__(self, op, source, *values):
        super().__init__(op, source, *values[:-1])

    def way(self, pull, place):
        return pull.into_new()


@dataset_op(
    "ParallelInterleaveDataset",
    f"{_WITH_FUNCTION}, cycle_length: int64[], block_length: int64[], sloppy: bool[], "
    "buffer_output_elements: int64[], prefetch_input_elements: int64[]",
    _FUNCTION,
)
class _ParallelInterleaveDataset(_InterleaveDataset):
    """The same, of the time before `num_parallel_calls`."""

    def __init__(self, op, source, *values):
        super().__init__(op, source, *values[:-3])

    def way(self, pull, place):
        return pull.into_new()


class _Interleaved(Steps):
    kept = ("_source", "_open", "_place", "_taken", "_ended")

    def __init__(self, dataset: _InterleaveDataset, pull, source):
        self._dataset, self._pull, self._source = dataset, pull, source
        self._open: list[Made | None] = [None] * dataset.cycle
        self._place = self._taken = 0
        self._ended = False

    def __next__(self):
        while not self._ended or any(each is not None for each in self._open):
            if self._open[self._place] is None and (self._ended or not self._open_next()):
                self._move()
                continue
            element = next(self._open[self._place], None)
            if element is None:
                self._open[self._place] = None
                self._move()
                continue
            self._taken += 1
            if self._taken == self._dataset.block:
                self._move()
            return element
        raise StopIteration

    def _move(self) -> None:
        self._place, self._taken = (self._place + 1) % self._dataset.cycle, 0

    def _open_next(self) -> bool:
        """Opens another dataset; False if there is none."""
        try:
            self._open[self._place] = Made(self._opening(self._place), next(self._source))
        except StopIteration:
            self._ended = True
            return False
        return True

    def _opening(self, place: int):
        dataset, pull = self._dataset, self._pull
        return lambda element: dataset.result(pull, element)[0][()].start(dataset.way(pull, place))

    def resume(self, state):
        super().resume(state)
        self._open = [made_again(self._opening(place), each) for place, each in enumerate(state["_open"])]


@dataset_op(
    "GroupByWindowDataset",
    "input_dataset: variant, key_func_other_arguments: **",
    f"key_func: func, reduce_func: func, window_size_func: func, {ELEMENTS}",
)
class _GroupByWindowDataset(Dataset):
    """Elements in groups by the key that a function gives: as soon as a group is as large as another function
    says, a third one makes a dataset of it.
    """

    def __init__(self, op, source, *values):
        super().__init__(op)
        self.source = source
        names = "key_func", "reduce_func", "window_size_func"
        self.key, self.reduced, self.size = captured_by([op.attrs[name] for name in names], values)

    def start(self, pull):
        return _Grouped(self, pull, self.source.start(pull))


class _Grouped(Steps):
    kept = ("_source", "_groups", "_sizes", "_inner", "_ended")

    def __init__(self, dataset: _GroupByWindowDataset, pull, source):
        self._dataset, self._pull, self._source = dataset, pull, source
        self._groups: dict[int, list] = {}
        self._sizes: dict[int, int] = {}
        self._inner: Made | None = None
        self._ended = False

    def __next__(self):
        while self._inner is None or (element := next(self._inner, None)) is None:
            key = min(self._groups, default=None) if self._ended else self._fill()
            if key is not None:
                self._inner = Made(self._opened, (key, self._groups.pop(key)))
            elif self._ended and not self._groups:
                raise StopIteration
        return element

    def _fill(self) -> int | None:
        """Takes elements until a group is complete, whose key it gives, or there are no more."""
        while True:
            try:
                element = next(self._source)
            except StopIteration:
                self._ended = True
                return None
            [key] = self._dataset.key.results(self._pull, element)
            group = self._groups.setdefault(key.item(), [])
            group.append(element)
            if len(group) == self._size(key):
                return key.item()

    def _size(self, key) -> int:
        number = key.item()
        if number not in self._sizes or len(self._groups[number]) == 1:
            [size] = self._dataset.size.results(self._pull, (key,))
            if size < 1:
                raise self._dataset.wrong(f"Window size must be greater than zero, but got {size.item()}.")
            self._sizes[number] = size.item()
        return self._sizes[number]

    def resume(self, state):
        super().resume(state)
        self._inner = made_again(self._opened, state["_inner"])

    def _opened(self, group: tuple) -> Steps:
        key, elements = group
        arguments = np.array(key, np.int64), boxed(Kept(self._dataset.op, elements))
        made = self._dataset.reduced.results(self._pull, arguments)
        return made[0][()].start(self._pull.into("window"))


@dataset_op("DirectedInterleaveDataset", "selector_input_dataset: variant, data_input_datasets: *variant")
class _DirectedInterleaveDataset(Dataset):
    """Elements of several datasets, each of that which the next number of another dataset says."""

    def __init__(self, op, selector, *sources):
        super().__init__(op)
        self.selector, self.sources = selector, sources

    def start(self, pull):
        return _Directed(self, pull)


class _Directed(Steps):
    kept = ("_numbers", "_sources", "_open")

    def __init__(self, dataset: _DirectedInterleaveDataset, pull):
        self._dataset = dataset
        self._numbers = dataset.selector.start(pull.at(0))
        self._sources = [source.start(pull.at(i)) for i, source in enumerate(dataset.sources, 1)]
        self._open = set(range(len(self._sources)))

    def __next__(self):
        while self._open:
            number = next(self._numbers)[0].item()
            if not 0 <= number < len(self._sources):
                raise self._dataset.wrong(f"Selector index out of range: {number} >= {len(self._sources)}")
            if number not in self._open:
                continue
            element = next(self._sources[number], None)
            if element is not None:
                return element
            self._open.discard(number)
        raise StopIteration
