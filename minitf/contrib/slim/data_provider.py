"""tf.contrib.slim.data_provider: tensors of a dataset by the names of its items."""

from __future__ import annotations


class DataProvider:
    """Tensors by the names of items; `num_samples` of them make the dataset."""

    def __init__(self, items_to_tensors: dict, num_samples: int):
        self._items_to_tensors, self._num_samples = items_to_tensors, num_samples

    def get(self, items) -> list:
        """The tensors of the named items; ValueError for a name that is not there."""
        unknown = sorted(set(items) - set(self._items_to_tensors))
        if unknown:
            raise ValueError(f"Items to provide are unknown: {unknown}; there are {self.list_items()}")
        return [self._items_to_tensors[item] for item in items]

    def list_items(self) -> list:
        """The names of all items."""
        return list(self._items_to_tensors)

    def num_samples(self) -> int:
        """How many samples the dataset has."""
        return self._num_samples
