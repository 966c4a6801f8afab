"""Whether the run that asks for an element still may wait for it."""

from __future__ import annotations

import contextlib
import threading


class _Asking(threading.local):
    """What this thread's run says of that."""

    check = None


_asking = _Asking()


def check() -> None:
    """Raises OpError if the run of this thread has to end."""
    if _asking.check is not None:
        _asking.check()


@contextlib.contextmanager
def asked_by(check):
    """Inside, this thread's run is the one that `check()` knows."""
    saved, _asking.check = _asking.check, check
    try:
        yield
    finally:
        _asking.check = saved
