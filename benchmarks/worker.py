"""One framework in a process of its own: reads requests, a JSON object per line, and answers in the same way.

    python -m benchmarks.worker <peer> <threads>

`peer` names a module of `benchmarks.peers`. Whatever else the framework prints goes to stderr.
"""

import gc
import json
import math
import os
import resource
import signal
import statistics
import sys
import time

CLOCKS = "wall", "cpu"
_AGAIN = 5  # times that steps on sizes which are not new any more are made


def pin(threads):
    """Keeps this process on its first cores, and libraries, not imported yet, to as many threads."""
    cores = sorted(os.sched_getaffinity(0))[:threads]
    os.sched_setaffinity(0, cores)
    for name in ("OMP", "MKL", "OPENBLAS", "NUMEXPR", "NUMBA"):
        os.environ[name + "_NUM_THREADS"] = str(threads)
    os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"
    if threads == 1:
        os.environ["XLA_FLAGS"] = "--xla_cpu_multi_thread_eigen=false intra_op_parallelism_threads=1"


class Worker:
    """The requests."""

    def __init__(self, peer, threads):
        self.peer, self.threads, self.models, self.batches = peer, threads, {}, []

    def hello(self):
        """Who answers."""
        return {"version": self.peer.VERSION, "python": sys.version.split()[0]}

    def modes(self, workload):
        """How a workload can be run."""
        return self.peer.modes(self._find(workload))

    def different(self, workload, mode):
        """Whether this mode's maths is not that of the others."""
        return (workload["name"], mode) in getattr(self.peer, "DIFFERENT", ())

    def build(self, workload, mode, patience):
        """Builds a model and makes its first steps; gives up after `patience` seconds."""
        signal.signal(signal.SIGALRM, _give_up)
        signal.alarm(patience)
        try:
            return self._build(workload, mode)
        finally:
            signal.alarm(0)

    def _build(self, workload, mode):
        from benchmarks import specs

        w = self._find(workload)
        self.batches = specs.batches(w, count=16 if w.steps <= 1000 else 3)
        started = time.perf_counter()
        model = self.models[mode] = self.peer.build(w, mode, self.threads)
        built = time.perf_counter()
        losses = [model.step(self.batches[0])]
        first = time.perf_counter()
        losses += [model.step(b) for b in self.batches[1:3]]
        parts = {k: getattr(model, k) for k in ("graph_seconds", "gradient_seconds", "ops") if hasattr(model, k)}
        return {"build": built - started, "first": first - built, "losses": losses, "memory": memory(), **parts}

    def first_step(self, workload, mode):
        """Builds a model and makes one step."""
        from benchmarks import specs

        w = self._find(workload)
        return {"loss": self.peer.build(w, mode, self.threads).step(specs.batches(w, 1)[0])}

    def time(self, mode, count, what="step"):
        """Wall-clock and processor seconds of `count` steps, each on another batch."""
        run, batches = getattr(self.models[mode], what), self.batches
        times = [_timed(run, batches[i % len(batches)]) for i in range(count)]
        return {**dict(zip(CLOCKS, map(list, zip(*times)))), "memory": memory()}

    def meet(self, workload, mode, count):
        """Wall-clock and processor seconds of a new model's steps on `count` new sizes behind the first one, and of the
        same steps again: of each the median of a few.
        """
        from benchmarks import specs

        w = self._find(workload)
        gc.collect()  # what is left of another model is no part of what this one takes
        [batch], model = specs.batches(w, 1), self.peer.build(w, mode, self.threads)
        model.step(batch)
        new = [_timed(model.step, batch) for _ in range(count)]
        lowered = self.peer.lowered(model) if hasattr(self.peer, "lowered") else None
        rounds = []
        for _ in range(_AGAIN):
            model.steps = 1
            rounds.append([_timed(model.step, batch) for _ in range(count)])
        again = [[statistics.median(times) for times in zip(*steps)] for steps in zip(*rounds)]
        clocks = {c: {"new": [t[k] for t in new], "again": [t[k] for t in again]} for k, c in enumerate(CLOCKS)}
        return {**clocks, "lowered": lowered}

    def overhead(self, count):
        """Seconds per call of the smallest run there is, `count` times."""
        if "overhead" not in self.models:
            self.models["overhead"] = self.peer.overhead(self.threads)
        call, times = self.models["overhead"], []
        for _ in range(count):
            started = time.perf_counter()
            for _ in range(100):
                call()
            times.append((time.perf_counter() - started) / 100)
        return {"wall": times, "cpu": times}

    def open(self, folder, count, size):
        """Variables, and a folder to save them in."""
        self.models["checkpoints"] = self.peer.checkpoints(self.threads, folder, count, size)
        return {}

    def keep(self, what):
        """Seconds and memory of saving or restoring them."""
        return getattr(self.models["checkpoints"], what)()

    def freeze(self, folder):
        """Writes graphs with their variables as constants."""
        self.peer.freeze(self.threads, folder)
        return {}

    def thaw(self, folder, model, batch):
        """Reads one of them, and runs it on a batch."""
        found = self.models[model] = self.peer.thaw(self.threads, folder, model, batch)
        self.batches = [found.batch]
        return {"sum": found.step(found.batch)}

    def drop(self):
        """Forgets all models."""
        self.models.clear()
        return {}

    @staticmethod
    def _find(workload):
        from benchmarks import specs

        return specs.Workload(**workload)


def _timed(run, batch):
    """Wall-clock and processor seconds of a step."""
    cpu_started, started = time.process_time(), time.perf_counter()
    loss = run(batch)
    took = time.perf_counter() - started, time.process_time() - cpu_started
    if not math.isfinite(loss):
        raise ArithmeticError(f"the loss is {loss}")
    return took


def _give_up(number, frame):
    raise TimeoutError("it took too long to build")


def memory():
    """The largest resident memory of this process so far, in bytes."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024


def main():
    """Answers until stdin ends."""
    answers = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)
    name, threads = sys.argv[1], int(sys.argv[2])
    pin(threads)
    worker = None
    for line in sys.stdin:
        try:
            if worker is None:
                worker = Worker(__import__("benchmarks.peers." + name, fromlist=["build"]), threads)
            request = json.loads(line)
            answer = getattr(worker, request.pop("do"))(**request)
        except Exception as error:
            import traceback

            traceback.print_exc()
            answer = {"error": f"{type(error).__name__}: {str(error)[:2000]}"}
        answers.write(json.dumps(answer) + "\n")
        answers.flush()


if __name__ == "__main__":
    main()
