"""How far the reading or writing of a checkpoint has come, for those who want to be told."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator
from contextvars import ContextVar


class Transfer:
    """Bytes that are to be moved, and those that were; `tell(done, total)` is called when these change."""

    def __init__(self, tell: Callable[[int, int], object]):
        self._tell, self.done, self.total = tell, 0, 0

    def expect(self, count: int) -> None:
        """There are so many more to move."""
        self.total += count

    def move(self, count: int) -> None:
        """So many more were moved."""
        self.done = min(self.done + count, self.total)
        self._tell(self.done, self.total)

    def end(self) -> None:
        """All is moved, whatever was expected."""
        self.done = self.total
        self._tell(self.done, self.total)


_now: ContextVar[Transfer | None] = ContextVar("transfer", default=None)


@contextlib.contextmanager
def told(tell: Callable[[int, int], object]) -> Iterator[None]:
    """A context in which `tell` hears of what is read and written by this thread, and of the end."""
    transfer = Transfer(tell)
    token = _now.set(transfer)
    try:
        yield
        transfer.end()
    finally:
        _now.reset(token)


def expect(count: int) -> None:
    """So many bytes more are going to be moved."""
    if (transfer := _now.get()) is not None:
        transfer.expect(count)


def move(count: int) -> None:
    """So many bytes more were moved."""
    if (transfer := _now.get()) is not None:
        transfer.move(count)
