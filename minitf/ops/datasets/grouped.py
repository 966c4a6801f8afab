"""Elements in groups by the key that a function gives, each of which a function makes one element of."""

from __future__ import annotations

import numpy as np

from minitf.ops.datasets.base import ELEMENTS, Dataset, Steps, captured_by, dataset_op

_FUNCTIONS = ("key_func", "init_func", "reduce_func", "finalize_func")


@dataset_op(
    "GroupByReducerDataset",
    "input_dataset: variant, other_arguments: **",
    f"key_func: func, init_func: func, reduce_func: func, finalize_func: func, {ELEMENTS}",
)
class _GroupByReducerDataset(Dataset):
    """The last state of each group, by rising keys, made an element; all is read before the first is given."""

    def __init__(self, op, source, *values):
        super().__init__(op)
        self.source = source
        graphs = [op.attrs[name] for name in _FUNCTIONS]
        self.key, self.first, self.next, self.last = captured_by(graphs, values)

    def start(self, pull):
        return _Reduced(self, pull, self.source.start(pull))


class _Reduced(Steps):
    kept = ("_source", "_states", "_keys")

    def __init__(self, dataset: _GroupByReducerDataset, pull, source):
        self._dataset, self._pull, self._source = dataset, pull, source
        self._states: dict[int, tuple] = {}
        self._keys: list[int] | None = None  # of what is left

    def __next__(self):
        if self._keys is None:
            for element in self._source:
                self._take(element)
            self._keys = sorted(self._states, reverse=True)
        if not self._keys:
            raise StopIteration
        state = self._states.pop(self._keys.pop())
        return self._dataset.last.results(self._pull, state)

    def _take(self, element: tuple) -> None:
        [key] = self._dataset.key.results(self._pull, element)
        number = key.item()
        if number not in self._states:
            self._states[number] = self._dataset.first.results(self._pull, (np.array(number, np.int64),))
        self._states[number] = self._dataset.next.results(self._pull, (*self._states[number], *element))
