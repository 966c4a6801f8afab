"""What queues hold in a session, and how runs add to them and take from them.

An element is a tuple of arrays, one per component of the queue. Those who add stand in one line, those who
take in another: the first in a line takes or adds what it can, and waits for the rest.
"""

from __future__ import annotations

import heapq
import itertools
import operator
import threading
import weakref
from collections import deque

import numpy as np

from minitf.framework import errors
from minitf.framework.dtypes import zeros
from minitf.framework.forks import in_child
from minitf.ops.nn.sampling import Words
from minitf.ops.random.random import start

_all: weakref.WeakSet = weakref.WeakSet()


class _Turn:
    """A place in a line, and whose it is."""

    cancelled = False

    def __init__(self):
        self.thread = threading.get_ident()


class FIFOQueue:
    """Elements leave in the order in which they came."""

    def __init__(self, op):
        self._op, self._settings = op, _settings(op)
        self.name = op.attrs["shared_name"] or op.name
        self.capacity, self.dtypes = op.attrs["capacity"], op.attrs["component_types"]
        self.shapes = op.attrs["shapes"] or None
        self.closed = False
        self._items: deque = deque()
        self._adding: deque = deque()
        self._taking: deque = deque()
        _all.add(self)

    def forget_others(self) -> None:
        """In a child process, where no thread is left but the one that forked."""
        for line in (self._adding, self._taking):
            mine = [turn for turn in line if turn.thread == threading.get_ident()]
            line.clear()
            line.extend(mine)

    def __len__(self):
        return len(self._items)

    def __repr__(self):
        return f"<{self._op.type} '{self.name}' with {self._size()}>"

    def check_shared(self, op) -> None:
        """Queues that share a name have to agree in everything."""
        if op is not self._op and self._settings != _settings(op):
            raise errors.InvalidArgumentError(
                None,
                op,
                f"queue '{self.name}' is shared by a {self._settings} and this {_settings(op)}; give them "
                "different values of shared_name, or the same settings",
            )

    def _size(self) -> str:
        return "1 element" if len(self) == 1 else f"{len(self)} elements"

    # ---- adding

    def add(self, b, op, elements: list[tuple]) -> None:
        """Adds the elements as far as there is room, and waits for room for the rest."""
        self._check_shapes(op, elements[:1])
        todo = deque(elements)

        def step() -> bool:
            if self.closed:
                raise errors.CancelledError(None, op, f"queue '{self.name}' is closed, nothing can be added")
            left = max(self.capacity - len(self), 0)  # what was given back may be too much
            room = len(todo) if self.capacity < 0 else min(len(todo), left)
            for _ in range(room):
                self._put(todo.popleft())
            if room:
                b.wake()
            return not todo

        self._in_turn(b, op, self._adding, step, self._too_much)

    def _check_shapes(self, op, elements: list[tuple]) -> None:
        for element in elements:
            for i, (array, shape) in enumerate(zip(element, self.shapes or ())):
                if not shape.is_compatible_with(array.shape):
                    raise errors.InvalidArgumentError(
                        None,
                        op,
                        f"component {i} of queue '{self.name}' is of shape {shape}, but {array.shape} was given",
                    )

    def _too_much(self) -> str:
        return f"queue '{self.name}' is full: it holds {self._size()}"

    def close(self, b, op, cancel: bool) -> None:
        """Lets no more be added, after those who wait to do so, or with their errors."""
        if cancel:
            self.closed = True
            for turn in self._adding:
                turn.cancelled = True
            b.wake()
            return

        def step() -> bool:
            if self.closed:
                raise errors.CancelledError(None, op, f"queue '{self.name}' is closed already")
            self.closed = True
            return True

        self._in_turn(b, op, self._adding, step, lambda: f"others are still adding to queue '{self.name}'")

    # ---- taking

    def take(self, b, op, count: int, fewer: bool = False) -> list[tuple]:
        """`count` elements; the rest, if the queue is closed and `fewer` will do."""
        taken: list = []

        def step() -> bool:
            nonlocal count
            if self.closed and len(taken) + len(self) < count:
                self._give_back(taken)
                if not (fewer and len(self)):
                    raise self._too_few(op, count)
                count = len(self)
            ready = min(self._ready(), count - len(taken))
            self._move(taken, ready)
            if ready:
                b.wake()
            return len(taken) == count

        try:
            if count:
                self._in_turn(b, op, self._taking, step, self._too_little)
        except BaseException:
            self._give_back(taken)
            raise
        return taken

    def _too_few(self, op, count: int) -> errors.OutOfRangeError:
        message = f"queue '{self.name}' is closed and holds {self._size()}; wanted: {count}"
        return errors.OutOfRangeError(None, op, message)

    def _too_little(self) -> str:
        return f"queue '{self.name}' holds {self._size()}, which is not enough"

    def check_shapes_known(self, op) -> None:
        """Before several elements at once are taken by `op`."""
        if self.shapes is None:
            message = f"several elements at once have to be of known shapes: make '{self.name}' with shapes="
            raise errors.InvalidArgumentError(None, op, message)

    def joined(self, elements: list[tuple]) -> list[np.ndarray]:
        """The elements as one array per component, along a new first axis."""
        return [self._stacked([e[i] for e in elements], i) for i in range(len(self.dtypes))]

    def _stacked(self, arrays: list[np.ndarray], component: int) -> np.ndarray:
        if arrays:
            return np.stack(arrays)
        return np.zeros((0, *[n or 0 for n in self.shapes[component].sizes]), self.dtypes[component].numpy)

    # ---- how kinds of queues differ

    def _put(self, element: tuple) -> None:
        self._items.append(element)

    def _move(self, taken: list, count: int) -> None:
        """Moves elements, each in one step, so that no interrupt can lose it on the way."""
        taken.extend(itertools.islice(iter(self._items.popleft, None), count))

    def _ready(self) -> int:
        """How many elements may leave."""
        return len(self)

    def _give_back(self, elements: list[tuple]) -> None:
        self._items.extendleft(reversed(elements))
        elements.clear()

    # ---- lines

    def _in_turn(self, b, op, line: deque, step, lack) -> None:
        """Waits to be the first in the line, then takes steps until one says that it was the last."""
        turn = _Turn()
        try:
            line.append(turn)
            while line[0] is not turn or not step():
                b.wait(lack())
                if turn.cancelled:
                    raise errors.CancelledError(None, op, f"queue '{self.name}' was closed meanwhile")
        finally:
            if turn in line:
                line.remove(turn)
            b.wake()


class PaddingFIFOQueue(FIFOQueue):
    """A FIFOQueue whose elements may differ in size; several at once are filled up with zeros."""

    def _stacked(self, arrays: list[np.ndarray], component: int) -> np.ndarray:
        if not arrays:
            return super()._stacked(arrays, component)
        sizes = np.max([a.shape for a in arrays], axis=0).astype(int)
        dtype = self.dtypes[component].numpy
        padded = zeros((len(arrays), *sizes), dtype)
        for i, array in enumerate(arrays):
            padded[(i, *map(slice, array.shape))] = array
        return padded


class RandomShuffleQueue(FIFOQueue):
    """Elements leave in random order, and only as long as some others remain."""

    def __init__(self, op):
        super().__init__(op)
        self._least = op.attrs["min_after_dequeue"]
        if 0 <= self.capacity <= self._least:
            raise errors.InvalidArgumentError(
                None, op, f"min_after_dequeue ({self._least}) has to be less than capacity ({self.capacity})"
            )
        self._items: list = []
        self._random = Words(start(op))

    def _ready(self) -> int:
        return len(self) if self.closed else max(len(self) - self._least, 0)

    def _move(self, taken: list, count: int) -> None:
        items = self._items
        for _ in range(count):
            index = self._random.word() % len(items)
            items[index], items[-1] = items[-1], items[index]
            taken.extend(itertools.islice(iter(items.pop, None), 1))

    def _give_back(self, elements: list[tuple]) -> None:
        self._items += elements
        elements.clear()


class PriorityQueue(FIFOQueue):
    """Elements leave in the order of their first components, equal ones as they came."""

    def __init__(self, op):
        super().__init__(op)
        self._items: list = []
        self._count = itertools.count()

    def _check_shapes(self, op, elements: list[tuple]) -> None:
        super()._check_shapes(op, elements)
        for priority, *_ in elements:
            if priority.shape != ():
                message = f"the priority of an element of queue '{self.name}' is a number, not {priority}"
                raise errors.InvalidArgumentError(None, op, message)

    def _put(self, element: tuple) -> None:
        heapq.heappush(self._items, (int(element[0]), next(self._count), element))

    def _move(self, taken: list, count: int) -> None:
        taken.extend(map(operator.itemgetter(-1), map(heapq.heappop, itertools.repeat(self._items, count))))

    def _give_back(self, elements: list[tuple]) -> None:
        for element in elements:
            self._put(element)
        elements.clear()


def _forget_others() -> None:
    for store in list(_all):
        store.forget_others()


in_child(_forget_others)


def _settings(op) -> str:
    """What queues that share a name have to agree in, in words."""
    parts = [str(s) for s in op.attrs["shapes"]] or None
    said = {"capacity": op.attrs["capacity"], "dtypes": [d.name for d in op.attrs["component_types"]], "shapes": parts}
    said |= {k: op.attrs[k] for k in ("min_after_dequeue", "seed", "seed2") if k in op.attrs}
    return f"{op.type} with " + ", ".join(f"{k} {v}" for k, v in said.items())


STORES = {f"{kind.__name__}V2": kind for kind in (FIFOQueue, PaddingFIFOQueue, RandomShuffleQueue, PriorityQueue)}
