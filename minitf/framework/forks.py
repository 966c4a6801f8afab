"""Forked processes: a child has a copy of every lock, but of its parent's threads only the one that forked.

A lock that another thread held at that moment would stay locked for ever. So a child makes such locks anew;
what they protect is as it was at that moment.
"""

from __future__ import annotations

import os
import weakref

_locks: weakref.WeakSet = weakref.WeakSet()


def in_child(work) -> None:
    """Has `work()` called in every child process."""
    if hasattr(os, "register_at_fork"):
        os.register_at_fork(after_in_child=work)


def renewed(lock):
    """The lock, a new one, which no thread of the parent will hold in a child process."""
    _locks.add(lock)
    return lock


def _renew() -> None:
    for lock in list(_locks):
        if lock.acquire(blocking=False):  # free, or held by the thread that forked
            lock.release()
        else:
            lock._at_fork_reinit()


in_child(_renew)
