"""Teams of threads: meetings, jobs, and what happens when one of them ends early."""

import threading
import time

import numpy as np
import pytest

from minitf.kernels.compile.abi import i64, i64p, kernel
from minitf.kernels.machine import team
from minitf.kernels.machine.vm import CONTROL_WORDS, END, FLAG, vm

pytestmark = pytest.mark.skipif(not team.AVAILABLE, reason="needs Linux")


@kernel
def team_slow(o: i64p, n: i64):
    """Appends n after a while."""
    total = o[0]
    for i in range(3_000_000 * n):
        total ^= i
    o[1] = total  # keeps the loop
    o[0] = 10 * o[0] + n
    return 0


@kernel
def team_fails(status: i64):
    """Returns its status."""
    return status


class Team:
    """Tables for several threads, run by workers."""

    def __init__(self, threads):
        self.words, self.threads = np.zeros(team.words(threads), np.int64), threads
        self.codes = [[] for _ in range(threads)]
        self.controls = [np.zeros(CONTROL_WORDS, np.int64) for _ in range(threads)]
        self.workers = []

    def put(self, thread, instance, *operands):
        words = [o.ctypes.data if isinstance(o, np.ndarray) else o for o in operands]
        self.codes[thread] += [instance.address, 2 + len(words), *words]

    def meet(self):
        for thread in range(self.threads):
            self.put(thread, team.meet[()], self.words, thread, self.threads)

    def job(self, thread):
        place = team.LINE * (team.PER_THREAD * thread + team.JOB)
        return self.words[place : place + 4]

    def run(self):
        """Runs one job; returns the statuses."""
        codes = [np.array([*code, END], np.int64) for code in self.codes]
        for thread, (code, control) in enumerate(zip(codes, self.controls)):
            self.job(thread)[:] = 0, vm[()].address, code.ctypes.data, control.ctypes.data
        if not self.workers:
            self.workers = [
                threading.Thread(target=team.serve[()].run, args=(self.words, me, self.threads))
                for me in range(1, self.threads)
            ]
            for worker in self.workers:
                worker.start()
        status = team.lead[()].run(self.words, self.threads, 1)
        return [status, *(int(self.job(t)[team.STATUS]) for t in range(1, self.threads))]

    def __enter__(self):
        return self

    def __exit__(self, *exc):
        for thread in range(self.threads):
            self.job(thread)[team.ENTRY] = 0
        team.publish(self.words, team.GO, self.words[team.GO] + 1)
        for worker in self.workers:
            worker.join(30)
            assert not worker.is_alive()


@pytest.mark.parametrize("threads", [2, 3])
def test_nobody_leaves_a_meeting_early(threads):
    log = np.zeros(2, np.int64)
    with Team(threads) as crew:
        for first in range(threads):
            crew.put(first, team_slow[()], log, 1 + first)
            crew.meet()
        for _ in range(3):
            log[:] = 0
            assert crew.run() == [0] * threads
            assert str(log[0]) == "123"[:threads]


def test_who_waits_long_sleeps_and_is_woken():
    log = np.zeros(2, np.int64)
    with Team(2) as crew:
        for _ in range(30):
            crew.put(1, team_slow[()], log, 9)
        crew.meet()
        started, spent = time.monotonic(), time.process_time()
        assert crew.run() == [0, 0]
        assert time.process_time() - spent < 1.5 * (time.monotonic() - started)


@pytest.mark.parametrize("failing", [0, 1])
def test_a_failing_thread_dismisses_the_other(failing):
    log = np.zeros(2, np.int64)
    with Team(2) as crew:
        crew.put(failing, team_fails[()], 7)
        crew.meet()
        crew.put(1 - failing, team_slow[()], log, 1)
        statuses = crew.run()
        assert statuses[failing] & 0xFFFFFFFF == 7
        assert statuses[1 - failing] & 0xFFFFFFFF == team.STOPPED
        assert log[0] == 0 and crew.controls[1 - failing][FLAG] == 1


def test_leave_ends_a_job():
    with Team(2) as crew:
        crew.run()
        team.leave[()].run(crew.words, 2)
        assert [control[FLAG] for control in crew.controls] == [1, 1]
        assert team.meet[()].run(crew.words, 1, 2) == team.STOPPED


def test_the_kernels_as_plain_python():
    words = np.zeros(team.words(1), np.int64)
    control = np.zeros(CONTROL_WORDS, np.int64)
    words[team.LINE * team.JOB :][:4] = 0, team_fails[()].address, 3, control.ctypes.data
    # The entry is called with the words from CODE on as its operands.
    assert team.lead[()].python(words, 1, 1) == 3
    assert words[team.GO] == control[FLAG] == 1 and words[team.LINE * team.MEETINGS] == team.GONE
    words[team.LINE * team.MEETINGS] = 4
    assert team.meet[()].python(words, 0, 1) == 0
    assert words[team.LINE * team.MEETINGS] == 5
