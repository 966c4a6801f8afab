"""Where the runs of one session take turns; one that waits, or calls user code, lets the others go on."""

from __future__ import annotations

import threading
import time
import weakref

from minitf.framework import errors, forks
from minitf.kernels.machine.aside import Aside

_asleep: set[int] = set()  # the threads that wait without end, in all sessions, and have not been woken
_locks: weakref.WeakSet = weakref.WeakSet()
_LOOK = 0.5  # seconds until who waits looks again, should whoever was to wake it have been interrupted
_NOBODY = (
    "no other thread is there to change that: run ops that do so first, or start threads that run them, as "
    "tf.train.start_queue_runners does"
)


class _Limits(threading.local):
    """When the waiting of this thread is over, by time.monotonic()."""

    end: float | None = None
    stop = None  # a function that says whether it is to end now


class SessionLock:
    """The lock of a session's state, and how to wait for what another run does to it.

    shared: the lock of others that use the same state; each is closed on its own.
    """

    def __init__(self, shared: SessionLock | None = None):
        self.turn = forks.renewed(threading.RLock()) if shared is None else shared.turn
        self.aside, self.limits = Aside() if shared is None else shared.aside, _Limits()
        self.closed = False
        self._ending: weakref.WeakSet = weakref.WeakSet()
        self._sleepers: set[int] = set() if shared is None else shared._sleepers
        # A lock for each who waits, which is released to wake it.
        self._bells: set = set() if shared is None else shared._bells
        _locks.add(self)

    def _forget(self) -> None:
        """That others wait: in a child process, which has none of its parent's threads."""
        self._sleepers.clear()
        self._bells.clear()

    def ends(self, milliseconds: int) -> float:
        """When a run that starts now and may take so long is over, or the run around it."""
        end = time.monotonic() + milliseconds / 1000
        return end if self.limits.end is None else min(end, self.limits.end)

    def outside(self, work, *arguments):
        """The result of `work(*arguments)`; meanwhile other runs may go on.

        If coming back is interrupted, the run has no turn any more, and nothing but to end (see `lost`).
        """
        levels = self._leave()
        try:
            return work(*arguments)
        finally:
            for _ in range(levels):
                self.turn.acquire()

    def _leave(self) -> int:
        """Gives up every level of the lock; returns how many they were."""
        levels = 0
        try:
            while True:
                self.turn.release()
                levels += 1
        except RuntimeError:  # it is no longer this thread's
            return levels

    @staticmethod
    def lost(error: RuntimeError) -> BaseException | None:
        """What ended a run that could not come back from outside, when the lock of its `with` statement
        complains that it is not this thread's; None for any other error.
        """
        here = error.__traceback__ is not None and error.__traceback__.tb_next is None
        return error.__context__ if here else None

    def wait(self, op, reason: str) -> None:
        """Lets other runs go on until one of them has changed something; `reason` says what `op` lacks.

        It may return earlier: who waits looks again.

        Raises:
          CancelledError: if the session is closed, or the run is to stop.
          DeadlineExceededError: if the run's time is over.
          FailedPreconditionError: if all threads wait, so that nothing can ever change.
        """
        self.check(op, reason)
        if self.limits.end is None:
            self._sleep(op, reason)
        else:
            self._rest(min(max(self.limits.end - time.monotonic(), 0), _LOOK))
        self.check_open(op)

    def check(self, op, reason: str) -> None:
        """Raises the errors of `wait` but the last, at a time when a run waits anyway."""
        self.check_open(op)
        if self.limits.stop is not None and self.limits.stop():
            raise errors.CancelledError(None, op, f"{reason}, and the run was told to stop")
        if self.limits.end is not None and self.limits.end <= time.monotonic():
            raise errors.DeadlineExceededError(None, op, f"{reason}, and the time of this run is over")

    def _sleep(self, op, reason: str) -> None:
        me = threading.get_ident()
        _asleep.add(me)
        self._sleepers.add(me)
        try:
            if not any(map(_awake, threading.enumerate())):
                raise errors.FailedPreconditionError(None, op, f"{reason}, and {_NOBODY}")
            self._rest(_LOOK)
        finally:
            self._sleepers.discard(me)
            _asleep.discard(me)

    def _rest(self, seconds: float) -> None:
        bell = threading.Lock()
        bell.acquire()
        self._bells.add(bell)
        try:
            self.outside(bell.acquire, True, seconds)
        finally:
            self._bells.discard(bell)

    def check_open(self, op) -> None:
        """Raises CancelledError if the session was closed meanwhile."""
        if self.closed:
            raise errors.CancelledError(None, op, "the session was closed during this run")

    def wake(self) -> None:
        """Says that something has changed: those who wait look again."""
        _asleep.difference_update(self._sleepers)
        self._sleepers.clear()
        for bell in list(self._bells):
            self._bells.discard(bell)
            bell.release()

    def close(self) -> None:
        """Ends all waiting for good."""
        self.closed = True
        for each in list(self._ending):
            each.stop()
        self.wake()

    def at_close(self, thing) -> None:
        """Has `thing.stop()` called when the session is closed, if the thing is still there then."""
        self._ending.add(thing)


def _awake(thread: threading.Thread) -> bool:
    """Whether a thread might do something to a queue; minitf's own compute only."""
    return thread.ident not in _asleep and not thread.name.startswith("minitf ")


def _forget() -> None:
    _asleep.clear()
    for lock in list(_locks):
        lock._forget()


forks.in_child(_forget)
