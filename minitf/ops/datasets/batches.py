"""Datasets of several elements at once: batches, padded ones, and datasets of neighbours."""

from __future__ import annotations

import itertools

import numpy as np

from minitf.framework import errors
from minitf.ops.datasets.base import ELEMENTS, Dataset, Indexed, Steps, dataset_op
from minitf.ops.datasets.elementwise import MapDataset
from minitf.ops.patterns import boxed


def stacked(arrays: list[np.ndarray], component: int, op) -> np.ndarray:
    """Arrays of one shape along a new first axis."""
    first = arrays[0]
    batch = np.empty((len(arrays), *first.shape), first.dtype)
    for i, array in enumerate(arrays):
        if array.shape != first.shape:
            raise errors.InvalidArgumentError(
                None,
                op,
                f"Cannot batch tensors with different shapes in component {component}. First element had shape "
                f"{list(first.shape)} and element {i} had shape {list(array.shape)}; padded_batch fills them up",
            )
        batch[i] = array if array.ndim else array[()]
    return batch


class Batches(Dataset):
    """So many elements of another dataset as one."""

    def __init__(self, op, source, size, whole_only):
        super().__init__(op)
        self.source, self.size, self.whole_only = source, int(size), bool(whole_only)
        if self.size < 1:
            raise self.wrong("Batch size must be greater than zero.")

    def count(self):
        """As many as whole batches, and a smaller one where it is given."""
        count = self.source.count()
        return count if count < 0 else (count if self.whole_only else count + self.size - 1) // self.size

    def start(self, pull):
        """An iterator over its elements."""
        return (_Computed if self.computes(pull) else _Batched)(self, self.source.start(pull))

    def computes(self, pull) -> bool:
        """Whether the elements are computed for the batch: all of them, also where one fails."""
        return False

    def joined(self, elements: list[tuple]) -> tuple:
        """Elements as one."""
        return tuple([stacked(list(arrays), i, self.op) for i, arrays in enumerate(zip(*elements))])


class _Batched(Steps):
    kept = ("_source",)

    def __init__(self, dataset: Batches, source):
        self._dataset, self._source = dataset, source

    def __next__(self):
        dataset = self._dataset
        elements = list(itertools.islice(self._source, dataset.size))
        if not elements or dataset.whole_only and len(elements) < dataset.size:
            raise StopIteration
        return dataset.joined(elements)


class _Computed(_Batched):
    """The same; of a batch an element of which fails the rest is lost, too."""

    def __next__(self):
        return self._dataset.joined(self._whole())

    def _whole(self) -> list[tuple]:
        elements, failed = [], None
        for _ in range(self._dataset.size):
            try:
                elements.append(next(self._source))
            except StopIteration:
                break
            except errors.OpError as error:
                failed = failed or error
        if failed is not None:
            raise failed
        if not elements or self._dataset.whole_only and len(elements) < self._dataset.size:
            raise StopIteration
        return elements


@dataset_op(
    "BatchDatasetV2",
    "input_dataset: variant, batch_size: int64[], drop_remainder: bool[]",
    f"parallel_copy: bool = False, {ELEMENTS}",
)
class _BatchDataset(Batches):
    """Batches of elements of one shape."""

    def computes(self, pull):
        return pull.maps_in_batches and self.source.op.type in ("MapDataset", "ParallelMapDataset")


@dataset_op(
    "PaddedBatchDatasetV2",
    "input_dataset: variant, batch_size: int64[], padded_shapes: *int64, padding_values: **Toutput_types, "
    "drop_remainder: bool[]",
    "parallel_copy: bool = False, output_shapes: list(shape)",
)
class _PaddedBatchDataset(Batches):
    """Batches of elements that are filled up to a size, or to that of the largest of them."""

    def __init__(self, op, source, size, *values):
        super().__init__(op, source, size, values[-1])
        count = len(values) // 2
        self._shapes, self._fills = [v.tolist() for v in values[:count]], values[count:-1]

    def joined(self, elements):
        columns = zip(zip(*elements), self._shapes, self._fills)
        return tuple([self._padded(*column, i) for i, column in enumerate(columns)])

    def _padded(self, arrays: tuple, shape: list[int], fill: np.ndarray, component: int) -> np.ndarray:
        for array in arrays:
            if array.ndim != len(shape):
                raise self.wrong(
                    f"All elements in a batch must have the same rank as the padded shape for component {component}: "
                    f"expected rank {len(shape)} but got element with rank {array.ndim}"
                )
        largest = np.max([a.shape for a in arrays], axis=0, initial=0).astype(int).tolist() if shape else []
        sizes = [n if n >= 0 else m for n, m in zip(shape, largest)]
        if any(n < m for n, m in zip(sizes, largest)):
            raise errors.DataLossError(
                None,
                self.op,
                f"Attempted to pad to a smaller size than the input element: component "
                f"{component} has an element of {largest}, padded_shapes says {shape}",
            )
        batch = np.full((len(arrays), *sizes), fill, arrays[0].dtype)
        for i, array in enumerate(arrays):
            batch[(i, *map(slice, array.shape))] = array if array.ndim else array[()]
        return batch


@dataset_op(
    "MapAndBatchDataset",
    "input_dataset: variant, other_arguments: **Targuments, batch_size: int64[], num_parallel_calls: int64[], "
    "drop_remainder: bool[]",
    f"f: func, preserve_cardinality: bool = False, {ELEMENTS}",
)
class _MapAndBatchDataset(Batches):
    """Batches of the results of a function."""

    def __init__(self, op, source, *values):
        *captured, size, _, whole_only = values
        super().__init__(op, MapDataset(op, source, *captured), size, whole_only)

    def start(self, pull):
        if pull.notes is not None:
            pull.notes.set(f"{self.called(pull)}::thread_utilization", 0)  # there are no threads of its own
        return super().start(pull)

    def computes(self, pull):
        return True


@dataset_op(
    "WindowDataset", "input_dataset: variant, size: int64[], shift: int64[], stride: int64[], drop_remainder: bool[]"
)
class _WindowDataset(Dataset):
    """Datasets of neighbouring elements: of so many, `stride` apart, each `shift` behind the one before."""

    def __init__(self, op, source, size, shift, stride, whole_only):
        super().__init__(op)
        self.source, self.whole_only = source, bool(whole_only)
        self.size, self.shift, self.stride = int(size), int(shift), int(stride)
        for name in ("size", "shift", "stride"):
            if getattr(self, name) < 1:
                raise self.wrong(f"Window {name} must be greater than zero.")

    def count(self):
        count = self.source.count()
        return count if count < 0 else count // self.shift + (count % self.shift > 0 and not self.whole_only)

    def start(self, pull):
        return _Windows(self, self.source.start(pull))


class _Windows(Steps):
    kept = ("_source", "_held", "_skip", "_ended")

    def __init__(self, dataset: _WindowDataset, source):
        self._dataset, self._source = dataset, source
        self._held: list[tuple] = []
        self._skip, self._ended = 0, False

    def __next__(self):
        dataset = self._dataset
        span = (dataset.size - 1) * dataset.stride + 1
        self._fill(span)
        if not self._held or dataset.whole_only and len(self._held) < span:
            raise StopIteration
        window = self._held[: span : dataset.stride]
        self._skip = max(dataset.shift - len(self._held), 0)
        del self._held[: dataset.shift]
        parts = zip(*window)
        return tuple([boxed(Kept(dataset.op, [(a,) for a in arrays])) for arrays in parts])

    def _fill(self, span: int) -> None:
        while not self._ended and len(self._held) < span:
            try:
                element = next(self._source)
            except StopIteration:
                self._ended = True
                return
            if self._skip:
                self._skip -= 1
            else:
                self._held.append(element)


class Kept(Dataset):
    """Elements that are there already."""

    def __init__(self, op, elements: list[tuple]):
        super().__init__(op)
        self.elements = elements

    def count(self):
        """As many as it was given."""
        return len(self.elements)

    def start(self, pull):
        """An iterator over its elements."""
        return Indexed(self.elements)
