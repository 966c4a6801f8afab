"""Datasets that come from nowhere else: tensors, numbers, Python generators, chance."""

from __future__ import annotations

import numpy as np

from minitf.framework import dtypes, errors
from minitf.ops.datasets.base import ELEMENTS, ENDLESS, Dataset, Indexed, Steps, dataset_op
from minitf.ops.nn.sampling import Words
from minitf.ops.patterns import texts
from minitf.ops.random.random import first_place


@dataset_op("TensorDataset", "components: **Toutput_types", "output_shapes: list(shape)")
class _TensorDataset(Dataset):
    """One element."""

    def count(self):
        return 1

    def __init__(self, op, *values):
        super().__init__(op)
        self._element = values

    def start(self, pull):
        return Indexed([self._element])


@dataset_op("TensorSliceDataset", "components: **Toutput_types", "output_shapes: list(shape)")
class _TensorSliceDataset(Dataset):
    """The slices of tensors along their first axes."""

    def count(self):
        return self._length

    def __init__(self, op, *values):
        super().__init__(op)
        lengths = {len(v) for v in values}
        if len(lengths) > 1:
            raise self.wrong(f"the tensors that are cut into slices have {sorted(lengths)} of them")
        self._values, self._length = values, lengths.pop()

    def start(self, pull):
        return Indexed(_Slices(self._values, self._length))


class _Slices:
    """The slices of arrays."""

    def __init__(self, values: tuple, length: int):
        self._values, self._length = values, length

    def __getitem__(self, i: int) -> tuple:
        if i >= self._length:
            raise IndexError(i)
        return tuple([v[i, ...] for v in self._values])


@dataset_op("RangeDataset", "start: int64[], stop: int64[], step: int64[]")
class _RangeDataset(Dataset):
    """Numbers at equal distances."""

    def count(self):
        return len(self._numbers)

    def __init__(self, op, start, stop, step):
        super().__init__(op)
        if step == 0:
            raise self.wrong("step must be a non-zero integer")
        self._numbers = range(int(start), int(stop), int(step))

    def start(self, pull):
        return _Counted(self._numbers)


class _Counted(Indexed):
    def __next__(self):
        return (np.array(super().__next__(), np.int64),)


@dataset_op("RandomDataset", "seed: int64[], seed2: int64[]")
class _RandomDataset(Dataset):
    """Random numbers of 32 bits, without end."""

    def count(self):
        return ENDLESS

    def __init__(self, op, seed, seed2):
        super().__init__(op)
        self._seeds = int(seed), int(seed2)

    def start(self, pull):
        return _Drawn(self._seeds)


class _Drawn(Steps):
    kept = ("_words",)

    def __init__(self, seeds: tuple):
        self._words = Words(first_place(*seeds))

    def __next__(self):
        return (np.array(self._words.word(), np.int64),)


@dataset_op("GeneratorDataset", "arguments: **", f"generator: func, flattened: object, {ELEMENTS}")
class _GeneratorDataset(Dataset):
    """What a Python generator yields."""

    def __init__(self, op, *values):
        super().__init__(op)
        self._arguments = values

    def start(self, pull):
        return _Yielded(self.op, self._arguments)


class _Yielded(Steps):
    def __init__(self, op, arguments: tuple):
        self._op, self._arguments, self._values = op, arguments, None

    def __next__(self):
        try:
            if self._values is None:
                self._values = iter(self._op.attrs["generator"](*self._arguments))
            value = next(self._values)
        except (StopIteration, errors.OpError):
            raise
        except Exception as error:
            kind = errors.InvalidArgumentError if isinstance(error, (TypeError, ValueError)) else None
            kind = kind or errors.UnknownError
            raise kind(None, self._op, f"{type(error).__name__}: {error} (raised by the generator)") from error
        return self._element(value)

    def _element(self, value) -> tuple:
        parts = self._op.attrs["flattened"](value)
        kinds = zip(parts, self._op.attrs["output_types"], self._op.attrs["output_shapes"])
        return tuple([self._part(part, dtype, shape) for part, dtype, shape in kinds])

    def _part(self, part, dtype: dtypes.DType, shape) -> np.ndarray:
        try:
            array = texts(part) if dtype is dtypes.string else np.asarray(part, dtype.numpy, order="C")
        except (TypeError, ValueError):
            raise errors.InvalidArgumentError(
                None,
                self._op,
                "`generator` yielded an element that could not be converted to the expected "
                f"type. The expected type was {dtype.name}, but the yielded element was {part!r}.",
            ) from None
        if not shape.is_compatible_with(array.shape):
            raise errors.InvalidArgumentError(
                None,
                self._op,
                f"`generator` yielded an element of shape {array.shape} where an element of "
                f"shape {shape} was expected.",
            )
        return array.copy() if array is part else array
