"""The faster of two ways is found, and found again when that changes."""

from minitf.runtime.plan.pace import Pace


def ways(pace, plain, other, runs):
    """How many of some runs went the other way, given the milliseconds that both take."""
    count = 0
    for _ in range(runs):
        way = pace.choose()
        pace.took(way, 0.001 * (other if way else plain))
        count += way
    return count


def test_the_faster_way_is_kept():
    pace = Pace()
    assert not pace.choose()  # at first nothing is known
    assert ways(pace, plain=2.0, other=1.0, runs=1000) > 900


def test_the_other_way_is_not_tried_before_plain_runs_took_as_long_as_to_get_ready_for_it():
    pace = Pace(ready=0.1)
    assert ways(pace, plain=2.0, other=1.0, runs=50) == 0
    assert ways(pace, plain=2.0, other=1.0, runs=950) > 850


def test_a_slower_way_is_tried_ever_more_rarely():
    pace = Pace()
    assert ways(pace, plain=1.0, other=2.0, runs=1000) < 30
    assert ways(pace, plain=1.0, other=2.0, runs=10_000) < 30


def test_the_first_run_of_a_trial_is_told():
    pace, begun, tried = Pace(), [], 0
    while tried < 10:
        tried += (way := pace.choose())
        begun += [tried] * (way and pace.begins)
        pace.took(way, 0.002 if way else 0.001)
    assert begun == [1, 6]


def test_a_way_that_becomes_slow_is_left_soon():
    pace = Pace()
    ways(pace, plain=2.0, other=1.0, runs=2000)
    assert pace.best
    assert ways(pace, plain=2.0, other=10.0, runs=100) < 20
    assert not pace.best
    ways(pace, plain=2.0, other=1.0, runs=300)
    assert pace.best


def test_what_was_in_the_way_of_trials_is_not_held_against_it_for_long():
    pace, tried = Pace(), 0
    while tried < 40:  # eight trials, each fast in one run and disturbed in the others
        way = pace.choose()
        tried += way
        pace.took(way, 0.001 * ((0.6 if tried % 5 == 0 else 1.5) if way else 1.0))
    assert not pace.best
    assert ways(pace, plain=1.0, other=0.6, runs=400) > 200


def test_trials_that_are_fast_once_cost_little():
    pace, spent, runs = Pace(), 0.0, 20_000
    for k in range(runs):
        way = pace.choose()
        took = (0.6 if k % 5 == 0 else 15.0) if way else 1.0
        pace.took(way, 0.001 * took)
        spent += took
    assert not pace.best
    assert spent < 1.06 * runs


def test_both_becoming_slower_changes_nothing():
    pace = Pace()
    ways(pace, plain=2.0, other=1.0, runs=500)
    assert ways(pace, plain=8.0, other=4.0, runs=1000) > 900


def test_the_other_way_may_be_a_little_slower():
    pace = Pace()
    assert ways(pace, plain=1.0, other=1.04, runs=1000) > 900
    pace = Pace()
    assert ways(pace, plain=1.0, other=1.06, runs=1000) < 30


def test_a_way_that_becomes_slower_is_compared_at_once():
    pace = Pace()
    ways(pace, plain=1.0, other=1.2, runs=10_000)  # the next trial would be thousands of runs away
    assert ways(pace, plain=1.3, other=1.2, runs=200) > 150


def test_trials_are_apart_though_a_way_becomes_ever_slower():
    pace, count = Pace(), 0
    for i in range(100):
        count += ways(pace, plain=1.3**i, other=2 * 1.3**i, runs=10)
    assert count < 200


def test_where_runs_are_long_the_other_way_is_soon_given_another_chance():
    pace = Pace()
    ways(pace, plain=200, other=100, runs=200)
    ways(pace, plain=200, other=1000, runs=16)
    assert not pace.best
    ways(pace, plain=200, other=100, runs=20)
    assert pace.best
