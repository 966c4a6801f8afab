"""Threads that stop together, and hand on the first error among them."""

from __future__ import annotations

import contextlib
import threading
import time

from minitf.framework import errors
from minitf.framework.forks import renewed
from minitf.framework.getter import getter

_LOOK = 0.1  # seconds between two looks at the threads


class Coordinator:
    """Asks a group of threads to stop, waits for them, and raises what one of them failed with.

    clean_stop_exception_types: a tuple of exceptions that mean the end of the work rather than a failure,
    by default tf.errors.OutOfRangeError: the input is exhausted.

    >>> import minitf as tf
    >>> import threading
    >>> coord = tf.train.Coordinator()
    >>> def work():
    ...     with coord.stop_on_exception():
    ...         raise tf.errors.OutOfRangeError(None, None, "no more input")
    >>> thread = threading.Thread(target=work)
    >>> thread.start()
    >>> coord.join([thread])
    >>> coord.should_stop()
    True
    """

    def __init__(self, clean_stop_exception_types: tuple | None = None):
        ends = clean_stop_exception_types
        self._clean = (errors.OutOfRangeError,) if ends is None else tuple(ends)
        self._lock = renewed(threading.Lock())
        self._stop = threading.Event()
        self._threads: set[threading.Thread] = set()
        self._error: BaseException | None = None
        self._joined = False

    joined: bool = getter("_joined", "Whether `join` has ended.")

    def register_thread(self, thread: threading.Thread) -> None:
        """Adds a thread to those that `join` waits for."""
        with self._lock:
            self._threads.add(thread)

    def request_stop(self, ex=None) -> None:
        """Asks all threads to stop. ex: an exception, or a tuple of sys.exc_info(), that `join` shall raise
        if it is the first one.
        """
        error = ex[1] if isinstance(ex, tuple) else ex
        if error is not None and not isinstance(error, BaseException):
            raise TypeError(f"a stop is requested with an exception, or sys.exc_info(), not with {ex!r}")
        error = None if isinstance(error, self._clean) else error
        with self._lock:
            late = self._joined
            if not late and not self._stop.is_set():
                self._error = error
                self._stop.set()
        if late and error is not None:
            raise error  # nobody will join any more

    def clear_stop(self) -> None:
        """Forgets the request to stop and the error that came with it."""
        with self._lock:
            self._joined, self._error = False, None
            self._stop.clear()

    def should_stop(self) -> bool:
        """Whether a stop was requested."""
        return self._stop.is_set()

    def wait_for_stop(self, timeout: float | None = None) -> bool:
        """Waits until a stop is requested, for at most `timeout` seconds; whether it was."""
        return self._stop.wait(timeout)

    @contextlib.contextmanager
    def stop_on_exception(self):
        """A context whose exceptions become requests to stop."""
        try:
            yield
        except BaseException as error:
            self.request_stop(error)

    def join(self, threads=None, stop_grace_period_secs: float = 120, ignore_live_threads: bool = False) -> None:
        """Waits for a request to stop or the end of all threads, then for the threads.

        threads: some besides those that were registered.

        Raises:
          The exception that the stop was requested with.
          RuntimeError: if threads are alive `stop_grace_period_secs` seconds after the request.
        """
        with self._lock:
            waited = self._threads | set(threads or ())
        while _alive(waited) and not self._stop.wait(_LOOK):
            pass
        end, nap = time.monotonic() + stop_grace_period_secs, 0.001
        while _alive(waited) and time.monotonic() < end:
            time.sleep(nap)
            nap = min(2 * nap, _LOOK)
        with self._lock:
            self._joined = True
            self._threads.clear()
        self.raise_requested_exception()
        if (late := _alive(waited)) and not ignore_live_threads:
            raise RuntimeError(
                f"threads still run {stop_grace_period_secs} s after they were asked to stop: "
                + ", ".join(sorted(late))
            )

    def raise_requested_exception(self) -> None:
        """Raises what a stop was requested with, if there is such an exception."""
        with self._lock:
            error = self._error
        if error is not None:
            raise error


def _alive(threads) -> list[str]:
    return [thread.name for thread in threads if thread.is_alive()]


class LooperThread(threading.Thread):
    """A thread of a Coordinator that calls a function (or its `run_loop`) again and again.

    timer_interval_secs: seconds from one call to the next, None for no pause.
    """

    def __init__(self, coord, timer_interval_secs: float | None, target=None, args=None, kwargs=None):
        if not isinstance(coord, Coordinator):
            raise ValueError(f"coord is a tf.train.Coordinator, not {coord!r}")
        super().__init__(daemon=True)
        self._coord, self._interval = coord, timer_interval_secs
        self._work, self._work_args, self._work_kwargs = target, args or (), kwargs or {}
        coord.register_thread(self)

    @staticmethod
    def loop(coord: Coordinator, timer_interval_secs: float | None, target, args=None, kwargs=None) -> LooperThread:
        """Starts a thread that calls `target`."""
        thread = LooperThread(coord, timer_interval_secs, target, args, kwargs)
        thread.start()
        return thread

    def run(self) -> None:
        """Calls `run_loop` until a stop is requested."""
        with self._coord.stop_on_exception():
            self.start_loop()
            due = time.monotonic()
            while not self._coord.wait_for_stop(max(due - time.monotonic(), 0) if self._interval else 0):
                due += self._interval or 0
                self.run_loop()
            self.stop_loop()

    def start_loop(self) -> None:
        """Called once before the first `run_loop`; for subclasses."""

    def stop_loop(self) -> None:
        """Called once after the last `run_loop`; for subclasses."""

    def run_loop(self) -> None:
        """Called again and again: the target."""
        if self._work is not None:
            self._work(*self._work_args, **self._work_kwargs)
