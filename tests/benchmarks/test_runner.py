import dataclasses
import sys

import pytest

from benchmarks import report, specs
from benchmarks.compare import best, compare_losses
from benchmarks.runner import Run, Worker, WorkerError, interleave, spread

TINY = dataclasses.replace(specs.WORKLOADS["timeseries"], units=3, steps=4, batch=2)


@pytest.fixture(scope="module")
def worker():
    with Worker("minitf", sys.executable, "minitf") as worker:
        yield worker


def test_runs_take_turns(worker):
    assert worker.ask("hello")["version"] == "minitf"
    runs = [Run(worker, TINY, mode) for mode in ("static", "dynamic")]
    turns = []
    interleave([*runs, runs[0].also("infer")], 2, 0.001, lambda: turns.append(1))
    assert len(turns) == 6
    static, dynamic = [run.result() for run in runs]
    assert static["losses"] == pytest.approx(dynamic["losses"], rel=1e-5) and static["ops"] > 0
    for r in (static, dynamic):
        assert r["steps"] >= 2 and 0 < r["wall"]["low"] <= r["wall"]["median"] <= r["wall"]["high"]
        assert r["memory"] > 2**20


def test_errors_of_a_worker_are_told_and_it_goes_on(worker):
    wrong = dataclasses.asdict(dataclasses.replace(TINY, batch=-1))
    with pytest.raises(WorkerError, match="minitf: ValueError"):
        worker.ask("build", workload=wrong, mode="static", patience=60)
    assert worker.ask("overhead", count=2)["wall"][0] > 0


def test_building_may_be_given_up(worker):
    with pytest.raises(WorkerError, match="too long"):
        Run(worker, dataclasses.replace(TINY, steps=100_000), "static", patience=1)
    assert Run(worker, TINY, "static").built["losses"]


def test_a_dead_or_slow_worker_is_an_error():
    with Worker("gone", sys.executable, "no_such_peer") as gone, pytest.raises(WorkerError, match="no_such_peer"):
        gone.ask("hello")
    with Worker("slow", sys.executable, "minitf") as slow:
        with pytest.raises(WorkerError, match="more than 0.001 s"):
            slow.ask("hello", timeout=0.001)
        assert slow.ended
        with pytest.raises(WorkerError, match="has ended"):
            slow.ask("hello")


def test_spread():
    assert spread([3.0]) == {"median": 3.0, "low": 3.0, "high": 3.0}
    assert spread([1.0, 2.0, 3.0])["median"] == 2.0
    assert report.milliseconds({"median": 0.00062, "low": 0.0006, "high": 0.00064}) == "0.62 ±0.02"


def result(framework, median, losses):
    times = {"median": median, "low": median, "high": median}
    return {"workload": "w", "framework": framework, "wall": times, "losses": losses, "mode": "m", "different": False}


def test_the_best_peer_and_other_maths():
    results = [result("ours", 1, [2.0]), result("a", 3, [2.0]), result("b", 2, [2.1])]
    assert best(results, "w")["framework"] == "b" and best(results, "w", "ours")["wall"]["median"] == 1
    failures = []
    compare_losses(results, failures)
    assert [r["same"] for r in results] == [True, True, False]
    assert len(failures) == 1 and failures[0].startswith("w b m: the first losses are [2.1]")
