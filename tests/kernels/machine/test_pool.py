"""Teams of threads: meetings, jobs, and what happens when one of them ends early."""

import threading
import time

import numpy as np
import pytest

from minitf.kernels.compile.abi import i64p, kernel
from minitf.kernels.machine import pool
from minitf.kernels.machine.pool import GO, publish
from minitf.kernels.machine.vm import CONTROL_WORDS, END, FLAG, vm

pytestmark = pytest.mark.skipif(not pool.AVAILABLE, reason="needs Linux")


@kernel
def team_slow(o: i64p, n):
    """Appends n after a while."""
    total = o[0]
    for i in range(3_000_000 * n):
        total ^= i
    o[1] = total  # keeps the loop
    o[0] = 10 * o[0] + n
    return 0


@kernel
def team_fails(status):
    """Returns its status."""
    return status


@kernel
def team_ends(team: i64p.inout):
    """Wakes workers for a job without entry, as only native code can."""
    publish(team, GO, team[GO] + 1)
    return 0


class Team:
    """Tables for several threads, run by workers."""

    def __init__(self, threads):
        self.words, self.threads = np.zeros(pool.words(threads), np.int64), threads
        self.codes = [[] for _ in range(threads)]
        self.controls = [np.zeros(CONTROL_WORDS, np.int64) for _ in range(threads)]
        self.workers = []

    def put(self, thread, instance, *operands):
        words = [o.ctypes.data if isinstance(o, np.ndarray) else o for o in operands]
        self.codes[thread] += [instance.address, 2 + len(words), *words]

    def meet(self):
        for thread in range(self.threads):
            self.put(thread, pool.meet[()], self.words, thread, self.threads)

    def job(self, thread):
        place = pool.LINE * (pool.PER_THREAD * thread + pool.JOB)
        return self.words[place : place + 4]

    def run(self):
        """Runs one job; returns the statuses."""
        codes = [np.array([*code, END], np.int64) for code in self.codes]
        for thread, (code, control) in enumerate(zip(codes, self.controls)):
            self.job(thread)[:] = 0, vm[()].address, code.ctypes.data, control.ctypes.data
        if not self.workers:
            self.workers = [
                threading.Thread(target=pool.serve[()].run, args=(self.words, me, self.threads))
                for me in range(1, self.threads)
            ]
            for worker in self.workers:
                worker.start()
        status = pool.lead[()].run(self.words, self.threads, 1)
        return [status, *(int(self.job(t)[pool.STATUS]) for t in range(1, self.threads))]

    def __enter__(self):
        return self

    def __exit__(self, *exc):
        for thread in range(self.threads):
            self.job(thread)[pool.ENTRY] = 0
        team_ends[()].run(self.words)
        for worker in self.workers:
            worker.join(pool.IDLE_NAP / 2e9)
            assert not worker.is_alive(), "nobody woke it"


@pytest.mark.parametrize("threads", [2, 3])
def test_nobody_leaves_a_meeting_early(threads):
    log = np.zeros(2, np.int64)
    with Team(threads) as team:
        for first in range(threads):
            team.put(first, team_slow[()], log, 1 + first)
            team.meet()
        for _ in range(3):
            log[:] = 0
            assert team.run() == [0] * threads
            assert str(log[0]) == "123"[:threads]


def test_who_waits_long_sleeps_and_is_woken():
    log = np.zeros(2, np.int64)
    with Team(2) as team:
        for _ in range(30):
            team.put(1, team_slow[()], log, 9)
        team.meet()
        started, spent = time.monotonic(), time.process_time()
        assert team.run() == [0, 0]
        assert time.process_time() - spent < 1.5 * (time.monotonic() - started)


@pytest.mark.parametrize("failing", [0, 1])
def test_a_failing_thread_dismisses_the_other(failing):
    log = np.zeros(2, np.int64)
    with Team(2) as team:
        team.put(failing, team_fails[()], 7)
        team.meet()
        team.put(1 - failing, team_slow[()], log, 1)
        statuses = team.run()
        assert statuses[failing] & 0xFFFFFFFF == 7
        assert statuses[1 - failing] & 0xFFFFFFFF == pool.STOPPED
        assert log[0] == 0 and team.controls[1 - failing][FLAG] == 1


def test_what_comes_before_the_meeting_that_a_thread_misses_is_done():
    log = np.zeros(2, np.int64)
    with Team(2) as team:
        team.meet()
        team.put(1, team_fails[()], 7)
        for n in (1, 2):
            team.put(0, team_slow[()], log, n)
        team.meet()
        team.put(0, team_slow[()], log, 3)
        statuses = team.run()
        assert statuses[1] & 0xFFFFFFFF == 7 and statuses[0] & 0xFFFFFFFF == pool.STOPPED
        assert log[0] == 12


def test_who_has_been_at_a_meeting_has_not_missed_it():
    """However late another one comes."""
    log = np.zeros(2, np.int64)
    with Team(2) as team:
        team.put(0, team_slow[()], log, 1)
        team.meet()
        team.put(1, team_fails[()], 7)
        team.put(0, team_slow[()], log, 2)
        statuses = team.run()
        assert statuses[0] == 0 and statuses[1] & 0xFFFFFFFF == 7
        assert log[0] == 12


def test_leave_ends_a_job():
    with Team(2) as team:
        team.run()
        pool.leave[()].run(team.words, 2)
        assert [control[FLAG] for control in team.controls] == [1, 1]
        assert pool.meet[()].run(team.words, 1, 2) == pool.STOPPED


def test_the_kernels_as_plain_python():
    words = np.zeros(pool.words(1), np.int64)
    control = np.zeros(CONTROL_WORDS, np.int64)
    words[pool.LINE * pool.JOB :][:4] = 0, team_fails[()].address, 3, control.ctypes.data
    # The entry is called with the words from CODE on as its operands.
    assert pool.lead[()].python(words, 1, 1) == 3
    assert words[pool.GO] == control[FLAG] == 1 and words[pool.LINE * pool.MEETINGS] == pool.GONE
    words[pool.LINE * pool.MEETINGS] = 4
    assert pool.meet[()].python(words, 0, 1) == 0
    assert words[pool.LINE * pool.MEETINGS] == 5
