"""Datasets whose elements threads of their own compute before they are asked for, up to a bound.

The threads end when the elements do, when nobody can ask any more, when the session is closed, and at the end
of the process.
"""

from __future__ import annotations

import _thread
import atexit
import contextlib
import functools
import threading
import time
import weakref
from collections import deque

from minitf.framework import errors, forks
from minitf.ops.datasets import waiting
from minitf.ops.datasets.base import ELEMENTS, Steps, dataset_op, same_count
from minitf.ops.datasets.elementwise import PARALLEL, Called, Other

_LOOK = 0.1  # seconds between two looks at whether waiting still makes sense
_PATIENCE = 2.0  # seconds for which the end of the process waits for threads
_MOST = 64  # threads of one dataset
_AUTOTUNE = 2  # threads, or elements, where that is left to TensorFlow

_lines: weakref.WeakSet = weakref.WeakSet()


@dataset_op(
    "PrefetchDataset",
    "input_dataset: variant, buffer_size: int64[]",
    f"slack_period: int = 0, legacy_autotune: bool = True, {ELEMENTS}",
)
class _PrefetchDataset(Other):
    """The elements of another dataset, some of them computed before they are asked for."""

    count = same_count

    def start(self, pull):
        size = self.numbers[0]
        if size < -1:
            raise self.wrong("buffer_size must be >= 0 or set buffer_size to be -1 for auto-tuning")
        if not size:
            return self.source.start(pull)
        room = _AUTOTUNE if size < 0 else size
        line = Line(pull, self.source.start(pull), lambda element: element, 1, room)
        return _InFront(line, None if pull.notes is None else lambda: self._note(pull, line, room))

    def _note(self, pull, line: Line, room: int) -> None:
        """Notes how full the buffer is."""
        notes, name, size = pull.notes, self.called(pull), line.ready()
        notes.add(f"{name}::buffer_utilization", size / room)
        notes.set(f"{name}::buffer_size", size)
        notes.set(f"{name}::buffer_capacity", room)

    @property
    def passes(self):
        return self.numbers[0] == 0


@dataset_op(
    "ParallelMapDataset",
    "input_dataset: variant, other_arguments: **Targuments, num_parallel_calls: int32[]",
    f"f: func, sloppy: bool = False, {PARALLEL}, {ELEMENTS}",
)
class _ParallelMapDataset(Called):
    """The results of a function, several of which threads compute at once."""

    count = same_count

    def __init__(self, op, source, *values):
        super().__init__(op, source, *values[:-1])
        self.threads = int(values[-1])
        if self.threads < 1 and self.threads != -1:
            raise self.wrong("num_parallel_calls must be greater than zero.")

    def start(self, pull):
        threads = _AUTOTUNE if self.threads < 0 else min(self.threads, _MOST)
        if pull.notes is None:
            return _InFront(
                Line(pull, self.source.start(pull), lambda e: self.result(pull, e), threads, max(threads, 2))
            )
        work = functools.partial(self._noted, pull)
        line = Line(pull, self.source.start(pull), work, threads, max(threads, 2))
        return _InFront(line, lambda: pull.notes.set(f"{self.called(pull)}::thread_utilization", line.busy() / threads))

    def _noted(self, pull, element):
        """The function's results, and a note of the nanoseconds that they took."""
        begin = time.perf_counter_ns()
        results = self.result(pull, element)
        pull.notes.add(f"ParallelMap::{self.op.name}::execution_time", time.perf_counter_ns() - begin)
        return results


class _Place:
    """An element to come."""

    __slots__ = ("done", "element", "error")

    def __init__(self):
        self.done, self.element, self.error = False, None, None

    @classmethod
    def at(cls, element, code: int | None, message: str) -> _Place:
        """The place of an element that is computed, or of the error that there was."""
        found = cls()
        found.done, found.element = True, element
        if code is not None:
            found.error = errors.exception_type_from_error_code(code)(None, None, message)
        return found

    def state(self) -> tuple:
        """The element, or what is wrong with it."""
        if self.error is None:
            return self.element, None, ""
        if isinstance(self.error, errors.OpError):
            return None, self.error.error_code, self.error.message
        return None, errors.UNKNOWN, str(self.error)


class Line:
    """Elements in their order, some of them not computed yet, and the threads that do that."""

    def __init__(self, pull, source, work, threads: int, room: int):
        self._source, self._work, self._count, self._room = source, work, threads, room
        self._taking = threading.Lock()  # held by the thread that takes an element from the source
        self._places: deque[_Place] = deque()
        self.changed = threading.Condition(threading.Lock())
        self.stopped = pull.stopped
        self.lost = self._ended = False
        self._held = self._reading = False  # whether nobody may read from the source; whether somebody does
        self.threads = 0
        pull.lines.add(self)
        _lines.add(self)

    def begin(self) -> bool:
        """Starts the threads; False if there cannot be any."""
        for _ in range(self._count):
            self.threads += 1
            try:
                _thread.start_new_thread(self._run, ())
            except RuntimeError:  # there are as many as the system allows
                self.threads -= 1
                break
        return self.threads > 0

    def stop(self) -> None:
        """Lets the threads end as soon as they can."""
        self.stopped = True
        if self.changed.acquire(timeout=_LOOK):
            self.changed.notify_all()
            self.changed.release()

    def ready(self) -> int:
        """How many elements are there."""
        return sum(place.done for place in list(self._places))

    def busy(self) -> int:
        """How many elements are being computed."""
        return len(self._places) - self.ready()

    def alone(self):
        """The next element, computed by the calling thread unless it was before."""
        if self._places:
            return self.next()
        return self._work(next(self._source))

    def next(self):
        """The next element, once it is there."""
        while True:
            with self.changed:
                if self._places and self._places[0].done:
                    place = self._places.popleft()
                    self.changed.notify_all()
                    break
                if self._ended and not self._places:
                    raise StopIteration
                if not self.stopped:
                    self.changed.wait(_LOOK)
            self._check()
        if place.error is not None:
            raise place.error
        return place.element

    @contextlib.contextmanager
    def holding(self):
        """Inside, nothing is computed: what was begun is done, and nothing else is taken from the source."""
        with self.changed:
            self._held = True
        try:
            with self.changed:
                while self._reading or not all(place.done for place in self._places):
                    self._check()
                    self.changed.wait(_LOOK)
            yield
        finally:
            with self.changed:
                self._held = False
                self.changed.notify_all()

    def state(self) -> dict:
        """Where it is, while it is held: the elements that are computed, and where the source is."""
        places = [place.state() for place in self._places]
        return {"places": places, "ended": self._ended, "source": self._source}

    def resume(self, state: dict) -> None:
        """Goes on, itself just made, where another one was."""
        self._source.resume(state["source"])
        self._places.extend(_Place.at(*place) for place in state["places"])
        self._ended = state["ended"]

    def _check(self) -> None:
        waiting.check()
        if self.lost:
            raise errors.AbortedError(None, None, "this process was forked: a dataset's threads are not in it")
        if self.stopped:
            raise errors.CancelledError(None, None, "the dataset's iterator was closed or made anew meanwhile")

    def _run(self) -> None:
        try:
            while (place := self._take()) is not None:
                self._compute(place)
        finally:
            self.threads -= 1

    def _take(self) -> _Place | None:
        """The place of the next element, which is in it; None if there are no more."""
        with self._taking:
            if not self._may_read():
                return None
            try:
                return self._read()
            finally:
                with self.changed:
                    self._reading = False
                    self.changed.notify_all()

    def _may_read(self) -> bool:
        """Waits until there is room for an element; False if no more are wanted."""
        with self.changed:
            while (self._held or len(self._places) >= self._room) and not self.stopped:
                self.changed.wait(_PATIENCE)
            self._reading = not (self.stopped or self._ended)
            return self._reading

    def _read(self) -> _Place | None:
        place = _Place()
        try:
            place.element = next(self._source)
        except StopIteration:
            self._end()
            return None
        except BaseException as error:  # noqa: BLE001 - raised where it is waited for
            place.error = error
        self._places.append(place)
        return place

    def _compute(self, place: _Place) -> None:
        if place.error is None:
            try:
                place.element = self._work(place.element)
            except StopIteration:
                self._end(place)
            except BaseException as error:  # noqa: BLE001 - raised where it is waited for
                place.error = error
        with self.changed:
            place.done = True
            self.changed.notify_all()

    def _end(self, place: _Place | None = None) -> None:
        """There are no elements any more, or none from this place on."""
        with self.changed:
            self._ended = True
            while place in self._places:
                self._places.pop()
            self.changed.notify_all()


class _InFront(Steps):
    """Gives the elements of a line, which ends when this is gone; `note()` is called before each."""

    def __init__(self, line: Line, note=None):
        self._line, self._next, self._note = line, None, note
        weakref.finalize(self, line.stop)
        self.holding, self.state, self.resume = line.holding, line.state, line.resume

    def __next__(self):
        if self._next is None:
            self._next = self._line.next if self._line.begin() else self._line.alone
        if self._note is not None:
            self._note()
        return self._next()


def _last_wait() -> None:
    """At the end of the process: threads that run then would work with what is gone."""
    for line in list(_lines):
        line.stop()
    end = time.monotonic() + _PATIENCE
    while any(line.threads > 0 for line in list(_lines)) and time.monotonic() < end:
        time.sleep(0.01)


atexit.register(_last_wait)


def _forget() -> None:
    for line in list(_lines):
        line.stopped = line.lost = True
        line.threads = 0
        line.changed = threading.Condition(threading.Lock())


forks.in_child(_forget)
