"""Where the runs of one session take turns; one that waits for a queue lets the others go on meanwhile."""

from __future__ import annotations

import contextlib
import threading
import time

from minitf.framework import errors

_asleep: set[int] = set()  # the threads that wait without end, in all sessions, and have not been woken
_NOBODY = (
    "no other thread is there to change that: run ops that do so first, or start threads that run them, as "
    "tf.train.start_queue_runners does"
)


class Gate:
    """The lock of a session's state, and how to wait for what another run does to it."""

    def __init__(self):
        self.lock = threading.RLock()
        self._changed = threading.Condition(self.lock)
        self._sleepers: set[int] = set()
        self.closed = False
        self._limits = threading.local()

    @contextlib.contextmanager
    def limited(self, milliseconds: int):
        """Inside, this thread waits no longer than that."""
        outer = getattr(self._limits, "end", None)
        end = time.monotonic() + milliseconds / 1000
        self._limits.end = end if outer is None else min(end, outer)
        try:
            yield
        finally:
            self._limits.end = outer

    def wait(self, op, reason: str) -> None:
        """Lets other runs go on until one of them has changed something; `reason` says what `op` lacks.

        Raises:
          CancelledError: if the session is closed. DeadlineExceededError: if the run's time is over.
          FailedPreconditionError: if all threads wait, so that nothing can ever change.
        """
        self._check_open(op)
        end = getattr(self._limits, "end", None)
        if end is None:
            self._sleep(op, reason)
        elif (left := end - time.monotonic()) <= 0:
            raise errors.DeadlineExceededError(None, op, f"{reason}, and the time of this run is over")
        else:
            self._changed.wait(left)
        self._check_open(op)

    def _sleep(self, op, reason: str) -> None:
        me = threading.get_ident()
        _asleep.add(me)
        self._sleepers.add(me)
        try:
            if not any(map(_awake, threading.enumerate())):
                raise errors.FailedPreconditionError(None, op, f"{reason}, and {_NOBODY}")
            self._changed.wait()
        finally:
            self._sleepers.discard(me)
            _asleep.discard(me)

    def _check_open(self, op) -> None:
        if self.closed:
            raise errors.CancelledError(None, op, "the session was closed during this run")

    def wake(self) -> None:
        """Says that something has changed: those who wait look again."""
        _asleep.difference_update(self._sleepers)
        self._sleepers.clear()
        self._changed.notify_all()

    def close(self) -> None:
        """Ends all waiting for good."""
        self.closed = True
        self.wake()


def _awake(thread: threading.Thread) -> bool:
    """Whether a thread might do something to a queue; minitf's own compute only."""
    return thread.ident not in _asleep and not thread.name.startswith("minitf ")
