"""Long work, done by another thread while the calling one listens for signals.

Python hears Ctrl-C between its own instructions, in the main thread, and not while that thread computes in
native code. So the main thread has its long work done by a thread made for that, and waits where it can be
interrupted. It does not wait for the end then: the work ends when it can. Nor can an interrupt leave such
work, which may change what others use, half done.
"""

from __future__ import annotations

import _thread
import atexit
import os
import threading
import time
import weakref

_PATIENCE = 2.0  # seconds for which the end of the process waits for works
_LOOK = 0.1  # seconds between two looks at what has become of a work, and for signals

_all: weakref.WeakSet = weakref.WeakSet()


class Aside:
    """Works that are under way; `settle` waits for those of which nobody knows the end yet."""

    def __init__(self):
        self._jobs: set[_Job] = set()
        _all.add(self)

    def do(self, work, halt=None):
        """The result of `work()`. What a signal's handler raises meanwhile is raised here at once, and
        `halt()` called, which should make the work end early.
        """
        if threading.get_ident() != threading.main_thread().ident:
            return work()
        job = _Job(work, self._jobs)
        self._jobs.add(job)
        try:
            if not job.start():
                return work()
            job.wait()
        except BaseException:
            if halt is not None:
                halt()
            raise
        return job.result()

    def settle(self) -> None:
        """Waits until nothing is under way any more."""
        while self._jobs:
            for job in list(self._jobs):
                job.settle()

    def forget(self) -> None:
        """In a child process, which has none of its parent's threads."""
        for job in list(self._jobs):
            job.lose()


class _Job:
    """One work, and what came of it."""

    def __init__(self, work, jobs: set):
        self._work, self._jobs = work, jobs
        self._begun: dict = {}  # who was the first to take it up: a thread of its own, or nobody
        self._value = self._error = None
        self._done, self._going = False, threading.Lock()  # held until it is done
        self._going.acquire()

    def start(self) -> bool:
        """Whether a thread could be started for it.

        `threading.Thread.start` waits until the thread has begun, and an interrupt in that waiting can come
        out as a RuntimeError though the thread goes on.
        """
        try:
            _thread.start_new_thread(self._run, ())
        except RuntimeError:  # there are as many threads as the system allows
            self._jobs.discard(self)
            return False
        return True

    def _run(self) -> None:
        if not self._taken_by("thread"):
            return
        try:
            self._value = self._work()
        except BaseException as error:  # noqa: BLE001 - raised where it is waited for
            self._error = error
        self._end()

    def _taken_by(self, who: str) -> bool:
        return self._begun.setdefault("by", who) == who

    def _end(self) -> None:
        self._work = None  # and with it the memory it works on
        self._done = True
        if self._going.locked():
            self._going.release()
        self._jobs.discard(self)

    def wait(self) -> None:
        """Until it is done. A signal that the system gives to another thread does not end the waiting."""
        while not self._done:
            self._going.acquire(timeout=_LOOK)

    def settle(self) -> None:
        """Waits for it, if a thread was started for it before the start was interrupted."""
        if self._taken_by("nobody"):
            self._jobs.discard(self)
        else:
            self.wait()

    def lose(self) -> None:
        """Ends it without a result."""
        self._error = RuntimeError("this process was forked in the middle of a run, which its parent goes on with")
        self._end()

    def result(self):
        """What the work returned; raises what it raised."""
        error, self._error = self._error, None
        if error is None:
            return self._value
        try:
            raise error
        finally:
            del error  # which has this frame in its traceback


def _last_wait() -> None:
    """At the end of the process, before its memory goes: for what is under way, but not for long."""
    end = time.monotonic() + _PATIENCE
    while any(each._jobs for each in list(_all)) and time.monotonic() < end:
        time.sleep(0.01)


atexit.register(_last_wait)


def _forget() -> None:
    for each in list(_all):
        each.forget()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_forget)
