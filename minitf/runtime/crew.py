"""The worker threads of this process, shared by all sessions."""

from __future__ import annotations

import ctypes
import functools
import os
import threading

import numpy as np

from minitf.kernels import team
from minitf.kernels.vm import vm


class Crew:
    """The calling thread and some workers, who do one job at a time together."""

    def __init__(self, threads: int):
        self.threads = threads
        lines = np.zeros(team.words(threads) + team.LINE, np.int64)
        start = -lines.ctypes.data // 8 % team.LINE
        self._words = lines[start : start + team.words(threads)]
        self._jobs = self._words.reshape(-1, team.LINE)[team.JOB :: team.PER_THREAD, :4]
        self._first, self._resume = (team.lead[()].pack(self._words, threads, fresh) for fresh in (1, 0))
        self._rest = team.finish[()].pack(self._words, threads)
        self._reborn()
        os.register_at_fork(after_in_child=self._reborn)

    def _reborn(self) -> None:
        """A child process has none of its parent's threads."""
        self.lock, self._started = threading.Lock(), False  # the lock: held by whoever has a job done
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

    def run(self, job: np.ndarray, sliced) -> list[int]:
        """Does a job; `sliced(walk)` calls `walk` until it does not YIELD. Returns the threads' statuses."""
        self._start()
        self._jobs[:] = job
        starts = iter([self._first])
        entry = team.lead[()].entry
        try:
            status = sliced(lambda: entry(next(starts, self._resume)))
        except BaseException:
            team.leave[()].run(self._words, self.threads)
            raise
        finally:
            self._wait()
        return [status, *self._jobs[1:, team.STATUS].tolist()]

    def _wait(self) -> None:
        """Until the workers are done: Ctrl-C has to wait for it, for they use memory of the job."""
        rest, interrupted = team.finish[()].entry, None
        while True:
            try:
                if rest(self._rest) == 0:
                    break
            except KeyboardInterrupt as error:
                interrupted = error
        if interrupted is not None:
            raise interrupted

    def _start(self) -> None:
        if self._started:
            return
        self._started, serve, here = True, team.serve[()], ctypes.CDLL(None).sched_getcpu()
        for me in range(1, self.threads):
            work = functools.partial(serve.entry, serve.pack(self._words, me, self.threads))
            threading.Thread(
                target=_elsewhere, args=(here, work), name=f"minitf worker {me}", daemon=True
            ).start()


def _elsewhere(here: int, work) -> None:
    """Works on another core to begin with: two threads that wait for each other on one would stay there."""
    allowed = os.sched_getaffinity(0)
    if len(allowed) > 1:
        os.sched_setaffinity(0, allowed - {here})
        os.sched_setaffinity(0, allowed)
    work()


@functools.cache
def crew(threads: int) -> Crew:
    """The crew of so many threads."""
    return Crew(threads)
