"""Workers as seen from the benchmark: start them, ask them, time them in turns."""

import copy
import dataclasses
import json
import os
import selectors
import statistics
import subprocess
import tempfile
from pathlib import Path

_FEWEST = 3  # turns after which it may be clear what comes of a comparison
_SETTLED, _LONGEST = 64, 10  # steps before the first turn, as long as that takes no more than so many turns
ROOT = Path(__file__).parents[1]


class WorkerError(Exception):
    """A worker answered with an error, died or took too long."""


class Worker:
    """A framework in a process of its own (see `worker.py`)."""

    def __init__(self, label, python, peer, threads=1, env=None):
        self.label = label
        self._errors = tempfile.TemporaryFile("w+")  # noqa: SIM115 - closed with the worker
        self._process = subprocess.Popen(
            [python, "-m", "benchmarks.worker", peer, str(threads)],
            cwd=ROOT,
            env={**os.environ, **(env or {})},
            text=True,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self._errors,
        )
        self._ready = selectors.DefaultSelector()
        self._ready.register(self._process.stdout, selectors.EVENT_READ)

    def ask(self, do, timeout=600, **request):
        """The answer to a request; raises WorkerError."""
        if self.ended:
            raise WorkerError(f"{self.label} has ended: {self._tail()}")
        try:
            self._process.stdin.write(json.dumps({"do": do, **request}) + "\n")
            self._process.stdin.flush()
        except BrokenPipeError:
            raise WorkerError(f"{self.label} ended: {self._tail()}") from None
        if not self._ready.select(timeout):
            self._process.kill()
            self._process.wait()
            raise WorkerError(f"{self.label} took more than {timeout} s to {do}")
        line = self._process.stdout.readline()
        if not line:
            raise WorkerError(f"{self.label} ended while asked to {do}: {self._tail()}")
        answer = json.loads(line)
        if isinstance(answer, dict) and "error" in answer:
            raise WorkerError(f"{self.label}: {answer['error']}")
        return answer

    @property
    def ended(self):
        """Whether the process is gone."""
        return self._process.poll() is not None

    def _tail(self):
        self._errors.seek(0)
        return self._errors.read()[-1000:].strip()

    def close(self):
        """Ends the process."""
        self._process.kill()
        self._process.wait()
        for stream in (self._process.stdin, self._process.stdout, self._errors):
            stream.close()

    def __enter__(self):
        return self

    def __exit__(self, *exc):
        self.close()


def started(stack, contestants, threads):
    """The workers of (interpreter, peer) pairs, labelled with their versions, and what these said of themselves; they
    end with the stack.
    """
    workers, versions = [], {}
    for python, peer in contestants:
        worker = stack.enter_context(Worker(f"{peer} ({python})", python, peer, threads))
        hello = worker.ask("hello")
        worker.label, versions[hello["version"]] = hello["version"], hello
        workers.append(worker)
    return workers, versions


class Timed:
    """A model that is in a worker, and the times measured so far."""

    def __init__(self, worker, mode, built):
        self.worker, self.mode, self.built, self.what = worker, mode, built, "step"
        self.wall, self.cpu, self.turns, self.count = [], [], [], 1

    def warm_up(self, seconds):
        """Steps for a while, and chooses how many steps a turn of `seconds` has: the first ones, on sizes of
        which each is new, may take long.
        """
        times = self._time(3)["wall"]
        while len(times) < _SETTLED and sum(times) < _LONGEST * seconds:
            times += self._time(4)["wall"]
        self.count = max(1, int(seconds / statistics.median(times[-4:])))
        self._time(self.count)

    def turn(self):
        """One turn of timed steps."""
        answer = self._time(self.count)
        self.wall += answer["wall"]
        self.cpu += answer["cpu"]
        self.turns.append({clock: statistics.mean(answer[clock]) for clock in ("wall", "cpu")})
        self.built["memory"] = answer["memory"]

    def step_seconds(self, clock):
        """How long a step takes, of the mean of each turn the median: with steps that now and then take long."""
        return statistics.median(turn[clock] for turn in self.turns)

    def _time(self, count):
        return self.worker.ask("time", mode=self.mode, count=count, what=self.what)

    def times(self):
        """What was measured."""
        times = {"steps": len(self.wall), "wall": spread(self.wall), "cpu": spread(self.cpu)}
        for clock in ("wall", "cpu"):
            times[clock]["step"] = self.step_seconds(clock)
        return times


class Run(Timed):
    """One workload in one worker, and the times measured so far."""

    def __init__(self, worker, workload, mode, patience=300):
        plain = dataclasses.asdict(workload)
        built = worker.ask("build", 4 * patience, workload=plain, mode=mode, patience=patience)
        super().__init__(worker, mode, built)
        self.workload = workload

    def also(self, what):
        """The same model, timed doing something else: "infer"."""
        other = copy.copy(self)
        other.what, other.wall, other.cpu, other.turns, other.built = what, [], [], [], dict(self.built)
        return other

    def result(self):
        """What was measured, for the report."""
        who = {"workload": self.workload.name, "framework": self.worker.label, "mode": self.mode}
        return {**who, "what": self.what, **self.times(), **self.built}


def spread(times):
    """Median and quartiles in seconds."""
    if len(times) < 2:
        return {"median": times[0], "low": times[0], "high": times[0]}
    low, median, high = statistics.quantiles(times, n=4)
    return {"median": median, "low": low, "high": high}


def interleave(runs, rounds, seconds, advance=lambda: None, clear=lambda: False):
    """Times all runs in turns, so that a noisy moment of the machine meets all of them alike; after a few it may be
    clear what comes of it.
    """
    for run in runs:
        run.warm_up(seconds)
    for number in range(rounds):
        if number >= _FEWEST and clear():
            break
        for run in runs[number % len(runs) :] + runs[: number % len(runs)]:
            run.turn()
            advance()
