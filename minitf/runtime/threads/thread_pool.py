"""The worker threads of this process, shared by all sessions."""

from __future__ import annotations

import _thread
import contextlib
import ctypes
import functools
import os
import threading
import time

import numpy as np

from minitf.framework import forks
from minitf.framework.errors import AbortedError
from minitf.kernels.machine import pool
from minitf.kernels.machine.vm import vm

_SOONEST, _LATEST = 1.0, 60.0  # seconds until a start that failed is tried again
_PATIENCE = 1.0  # seconds in which a worker comes


class ThreadPool:
    """The calling thread and some workers, who do one job at a time together."""

    def __init__(self, threads: int):
        self.threads = threads
        lines = np.zeros(pool.words(threads) + pool.LINE, np.int64)
        start = -lines.ctypes.data // 8 % pool.LINE
        self._words = lines[start : start + pool.words(threads)]
        self._jobs = self._words.reshape(-1, pool.LINE)[pool.JOB :: pool.PER_THREAD, :4]
        self._first, self._resume = (pool.lead[()].pack(self._words, threads, fresh) for fresh in (1, 0))
        self._leave, self._rest = pool.leave[()].entry, pool.leave[()].pack(self._words, threads)
        _keep_for_ever(lines, pool.serve[()], vm[()])
        self._reborn()
        forks.in_child(self._reborn)

    def _reborn(self) -> None:
        """A child process has none of its parent's threads."""
        self.lock = threading.Lock()  # held by whoever has a job done
        self._places: dict[int, int] = {}  # which worker serves at which place
        self._retry, self._pause = 0.0, _SOONEST
        self._words[:] = 0

    @property
    def address(self) -> int:
        """Where the words are that the threads share."""
        return self._words.ctypes.data

    @staticmethod
    def job(walks: list) -> np.ndarray:
        """A job for `run`: the code and the control words of every thread, which must outlive it."""
        entry = vm[()].address
        return np.array([[0, entry, code.ctypes.data, control.ctypes.data] for code, control in walks])

    def ready(self) -> bool:
        """Whether there are workers. They are started if not, unless that failed a short while ago.

        Called, as `run`, by who holds the lock.
        """
        if len(self._places) == self.threads - 1:
            return True
        if time.monotonic() < self._retry:
            return False
        self._retry, self._pause = time.monotonic() + self._pause, min(2 * self._pause, _LATEST)
        return self._start()

    @contextlib.contextmanager
    def apart(self):
        """Keeps workers off the core of this thread for a while: two that wait for each other on one would stay there,
        and who sleeps only goes elsewhere when it is woken.
        """
        allowed, here = _allowed(), _processor()
        try:
            for worker in self._places.values():
                _keep_to(worker, allowed - {here} or allowed)
            yield
        finally:
            for worker in self._places.values():
                _keep_to(worker, allowed)

    def run(self, job: np.ndarray, sliced) -> list[int]:
        """Does a job; `sliced(walk)` calls `walk` until it does not YIELD. Returns the threads' statuses."""
        self._jobs[:] = job
        starts, places = iter([self._first]), self._places
        entry = pool.lead[()].entry

        def walk() -> int:
            if self._places is not places:
                raise AbortedError(None, None, "this process was forked in the middle of the run")
            return entry(next(starts, self._resume))

        try:
            status = sliced(walk)
        except BaseException:
            self._leave(self._rest)  # native, as nothing may come in between: the job's memory is in use
            raise
        return [status, *self._jobs[1:, pool.STATUS].tolist()]

    def _start(self) -> bool:
        """Starts the workers that are missing; False if not all of them come."""
        serve, places, here = pool.serve[()], self._places, _processor()
        for me in range(1, self.threads):
            work = functools.partial(serve.entry, serve.pack(self._words, me, self.threads))
            if me in places:
                continue
            try:
                _thread.start_new_thread(_serve, (places, me, here, work))
            except RuntimeError:  # there are as many threads as the system allows
                return False
        end = time.monotonic() + _PATIENCE
        while len(places) < self.threads - 1 and time.monotonic() < end:
            time.sleep(1e-4)
        return len(places) == self.threads - 1


def _keep_for_ever(*things) -> None:
    """Keeps what workers use, who never end, while the interpreter takes itself apart at its end."""
    for thing in things:
        ctypes.pythonapi.Py_IncRef(ctypes.py_object(thing))


def _serve(places: dict, me: int, here: int | None, work) -> None:
    """The life of a worker: it takes its place, and works.

    A start may be interrupted when the worker is there already; the one that is started later for the same
    place finds it taken.
    """
    if places.setdefault(me, token := threading.get_native_id()) == token:
        threading.current_thread().name = f"minitf worker {me}"
        _elsewhere(here)
        work()


def _processor() -> int | None:
    """The core that this thread runs on, where the system tells."""
    try:
        return ctypes.CDLL(None).sched_getcpu()
    except (OSError, AttributeError):
        return None


def _elsewhere(here: int | None) -> None:
    """Goes to another core to begin with: two threads that wait for each other on one would stay there."""
    allowed = _allowed()
    if len(allowed) > 1 and here is not None:
        _keep_to(0, allowed - {here})
        _keep_to(0, allowed)


def _allowed() -> set:
    """The cores that this thread may run on, where the system tells."""
    try:
        return os.sched_getaffinity(0)
    except (OSError, AttributeError):
        return set()


def _keep_to(thread: int, cores: set) -> None:
    """Lets a thread, or this one (0), run on some cores only."""
    with contextlib.suppress(OSError):  # a sandbox may forbid it
        if cores:
            os.sched_setaffinity(thread, cores)


@functools.cache
def thread_pool(threads: int) -> ThreadPool:
    """The pool of so many threads."""
    return ThreadPool(threads)
