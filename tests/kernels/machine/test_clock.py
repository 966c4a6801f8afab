import time

import numpy as np

from minitf.kernels.machine import clock


def log(room):
    words = np.zeros(clock.EVENTS + 2 * room, np.int64)
    words[clock.ROOM] = room
    return words


def test_times_are_those_of_the_monotonic_clock():
    total, words = np.zeros(2, np.int64), log(1)
    before = time.perf_counter_ns()
    assert clock.stamp[()].run(total, words, 5) == 0
    after = time.perf_counter_ns()
    assert words[clock.EVENTS] == 5 and before <= words[clock.EVENTS + 1] <= after


def test_totals_count_what_the_log_has_no_room_for():
    for run in (clock.stamp[()].run, clock.stamp[()].python):
        total, words = np.zeros(2, np.int64), log(3)
        words[clock.LAST] = started = time.perf_counter_ns()
        for number in range(5):
            run(total, words, number)
        assert total[1] == 5 and total[0] == words[clock.LAST] - started > 0
        assert words[clock.USED] == 3 and words[clock.EVENTS :: 2].tolist() == [0, 1, 2]
        assert (np.diff(words[clock.EVENTS + 1 :: 2]) >= 0).all()
