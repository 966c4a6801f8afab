"""Datasets in another order, and datasets again and again."""

from __future__ import annotations

from minitf.ops.datasets.base import ELEMENTS, ENDLESS, Dataset, Source, dataset_op, same_count
from minitf.ops.datasets.elementwise import Other
from minitf.ops.nn.sampling import Words
from minitf.ops.random.random import first_place


class Shuffled(Dataset):
    """Elements in the order that a buffer of so many and a stream of random words make."""

    def __init__(self, op, source, size, seed, seed2):
        super().__init__(op)
        self.source, self.size = source, int(size)
        if self.size < 1:
            raise self.wrong("buffer_size must be greater than zero.")
        self.seeds = first_place(int(seed), int(seed2))

    def check_times(self, times: int) -> None:
        """InvalidArgumentError if it cannot be repeated so often."""
        if times < 1 and times != -1:
            raise self.wrong("count must be greater than zero or equal to -1.")


@dataset_op(
    "ShuffleDataset",
    "input_dataset: variant, buffer_size: int64[], seed: int64[], seed2: int64[]",
    f"reshuffle_each_iteration: bool = True, {ELEMENTS}",
)
class _ShuffleDataset(Shuffled):
    """Elements shuffled, each time in another order if it `reshuffles`."""

    count = same_count

    def __init__(self, op, source, size, seed, seed2):
        super().__init__(op, source, size, seed, seed2)
        self.reshuffles = op.attrs["reshuffle_each_iteration"]

    def start(self, pull):
        orders = pull.orders(self, lambda: Words(self.seeds))
        seeds = (orders.word(), orders.word(), 0) if self.reshuffles else self.seeds
        return _Reshuffled(self, pull, Words(seeds))


@dataset_op(
    "ShuffleAndRepeatDataset",
    "input_dataset: variant, buffer_size: int64[], seed: int64[], seed2: int64[], count: int64[]",
)
class _ShuffleAndRepeatDataset(Shuffled):
    """Elements shuffled again and again; the buffer is filled from the next time when one is over."""

    def __init__(self, op, source, size, seed, seed2, count):
        super().__init__(op, source, size, seed, seed2)
        self.times = int(count)
        self.check_times(self.times)

    def count(self):
        return _times(self.source.count(), self.times)

    def start(self, pull):
        return _Buffered(self, pull, Words(self.seeds), self.times)


def _times(count: int, times: int) -> int:
    """How many elements so many are, so many times."""
    if not count or not times:
        return 0
    return ENDLESS if times < 0 else count if count < 0 else count * times


class _Buffered(Source):
    """TensorFlow's way of shuffling: a ring of elements, of which a random one of the oldest epoch leaves,
    and the oldest takes its place.
    """

    kept = ("_source", "_left", "_empty", "_words", "_ring", "_start", "_end", "_ends")

    def __init__(self, dataset: Shuffled, pull, words: Words, count: int = 1):
        self._dataset, self._pull, self._words = dataset, pull, words
        self._left, self._source, self._empty = count, None, False
        self._ring: list = []  # grows up to the size of the buffer
        self._start = self._end = 0
        self._ends: list[int] = []  # where the epochs that are over ended

    def __next__(self):
        while self._end - self._start < self._dataset.size and self._fill():
            pass
        if self._start == self._end:
            raise StopIteration
        while self._ends and self._ends[0] == self._start:
            self._ends.pop(0)
        size, ring = self._dataset.size, self._ring
        oldest = (self._ends[0] if self._ends else self._end) - self._start
        place = (self._start + self._words.word() % oldest) % size
        element, first = ring[place], self._start % size
        ring[place], ring[first] = ring[first], None
        self._start += 1
        return element

    def begun(self):
        return self._dataset.source.start(self._pull)

    def _fill(self) -> bool:
        """Takes one more element; False if there are none."""
        if not self._left:
            return False
        if self._source is None:
            self._source, self._empty = self.begun(), True
        try:
            element = next(self._source)
        except StopIteration:
            # As in TensorFlow another time is begun even if it was the last: the seeds of a shuffle before
            # this one depend on how often.
            self._source = self.begun()
            self._ends.append(self._end)
            self._left = 0 if self._empty and self._left < 0 else self._left - (self._left > 0)
            self._empty = True
            return True
        self._empty = False
        place = self._end % self._dataset.size
        if place == len(self._ring):
            self._ring.append(element)
        else:
            self._ring[place] = element
        self._end += 1
        return True


class _Reshuffled(_Buffered):
    """The same, of a dataset that says how the next time is shuffled."""

    def state(self):
        return super().state() | {"orders": self._pull.orders(self._dataset, None)}

    def resume(self, state):
        super().resume(state)
        self._pull.set_orders(self._dataset, state["orders"])


@dataset_op("RepeatDataset", "input_dataset: variant, count: int64[]")
class _RepeatDataset(Other):
    """All elements again and again; for ever for -1."""

    def count(self):
        return _times(self.source.count(), self.numbers[0])

    def start(self, pull):
        shuffled = self._fused_with(pull)
        if shuffled:
            shuffled.check_times(self.numbers[0])
            return _Buffered(shuffled, pull, Words(shuffled.seeds), self.numbers[0])
        return _Repeated(self, pull)

    @property
    def passes(self):
        return self.numbers[0] == 1

    def called(self, pull):
        """What it is called in statistics: what TensorFlow has in its place."""
        return "ShuffleAndRepeatDataset" if self._fused_with(pull) else super().called(pull)

    def _fused_with(self, pull) -> _ShuffleDataset | None:
        """The shuffle that is one step with this."""
        source = self.source
        while isinstance(source, Other) and source.passes:
            source = source.source
        fits = isinstance(source, _ShuffleDataset) and source.reshuffles
        return source if pull.fused and fits and not self.passes else None


class _Repeated(Source):
    kept = ("_source", "_left", "_empty")

    def __init__(self, dataset: _RepeatDataset, pull):
        self._dataset, self._pull = dataset, pull
        self._left, self._source, self._empty = dataset.numbers[0], None, False

    def begun(self):
        return self._dataset.source.start(self._pull)

    def __next__(self):
        while self._left:
            if self._source is None:
                self._source, self._empty = self.begun(), True
            try:
                element = next(self._source)
            except StopIteration:
                self._source = None
                self._left -= self._left > 0
                if self._empty and self._left < 0:
                    self._left = 0  # an empty dataset for ever is an empty one
                continue
            self._empty = False
            return element
        raise StopIteration
