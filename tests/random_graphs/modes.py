"""The ways to run a graph that have to agree, and running it in each of them."""

import contextlib
from typing import NamedTuple

import numpy as np
from forced import shared
from poison import poisoned
from random_graphs.build import RUNS

import minitf as tf
from minitf.kernels.machine import pool
from minitf.runtime.passes import PASSES

TOLERANCE = {"float32": 2e-3, "float64": 1e-7}


NONE = (("passes", "none"),)  # of a session's options


class Mode(NamedTuple):
    """How a graph is run, and which other mode it has to agree with, to the last bit or within rounding."""

    name: str
    config: tuple = ()
    against: str | None = None
    exact: bool = False
    threads: int = 1
    late: int | None = None  # the thread that is always late
    traced: bool = False
    alone: int | None = None  # the only fetch


def modes(built):
    """The modes for a graph; which pass runs alone, and what else is tried, goes round with the seed."""
    seed, alone = built.seed, list(PASSES)[built.seed % len(PASSES)]
    found = [
        Mode("op by op", (("executor", "op_by_op"),)),
        Mode("no passes", NONE, "op by op", True),
        Mode("all passes", (), "op by op"),
        Mode(f"only {alone}", (("passes", alone),), "op by op"),
        [
            Mode("two threads", (), "all passes", True, 2),
            Mode("two threads, the first late", (), "all passes", True, 2, 0),
            Mode("two threads, the last late", (), "all passes", True, 2, 1),
            Mode("three threads", (), "all passes", True, 3),
            Mode("two threads, no passes", NONE, "op by op", True, 2),
        ][seed % 5],
    ]
    if not pool.AVAILABLE:
        found.pop()
    if seed % 7 == 0:
        found.append(Mode("traced", (), "all passes", True, traced=True))
    if not built.world.changes and built.fetches:
        found.append(Mode("one fetch", (), "op by op", alone=seed % len(built.fetches)))
    return found


class Outcome(NamedTuple):
    """What the runs of a graph gave: lists of values, and the error that ended them."""

    runs: list
    error: Exception | None


def run(built, mode, extra=()):
    """Runs a graph a few times, in a session of its own, and looks at the variables after each run."""
    fetches = [*(built.fetches if mode.alone is None else [built.fetches[mode.alone]]), *extra]
    with shared(mode.late) if mode.threads > 1 else contextlib.nullcontext():
        return _run(built, mode, fetches)


def _run(built, mode, fetches):
    config = tf.ConfigProto(intra_op_parallelism_threads=mode.threads, **dict(mode.config))
    options = tf.RunOptions(trace_level=tf.RunOptions.FULL_TRACE) if mode.traced else None
    runs: list = []
    with poisoned(), tf.Session(graph=built.graph, config=config) as session:
        session.run(built.initializer)
        for number in range(RUNS):
            try:
                metadata = tf.RunMetadata() if mode.traced else None
                values = session.run(fetches, built.feeds(number), options, metadata)
                runs.append(values + session.run(built.variables))
            except Exception as error:
                return Outcome(runs, error)
    return Outcome(runs, None)


class Difference(NamedTuple):
    """Where two modes disagree: the run, and the fetch, or None for an error that only one of them has."""

    mode: Mode
    run: int
    fetch: int | None
    what: str


def difference(mode, found, expected):
    """The first difference between the outcomes of two modes, or None."""
    for number, (ours, theirs) in enumerate(zip(found.runs, expected.runs)):
        if mode.alone is not None:
            theirs = [theirs[mode.alone], *theirs[len(theirs) - len(ours) + 1 :]]
        for k, (a, b) in enumerate(zip(ours, theirs, strict=True)):
            what = unequal(a, b, mode.exact)
            if what:
                return Difference(mode, number, k, what)
    if mode.alone is not None and expected.error is not None:
        return None  # the error may be another fetch's
    if type(found.error) is not type(expected.error):
        number = min(len(found.runs), len(expected.runs))
        return Difference(mode, number, None, f"{found.error!r:.600}\nagainst\n{expected.error!r:.600}")
    return None


def unequal(a, b, exact):
    """What is unequal about two values, or None."""
    if a is None or isinstance(a, bytes):
        return None if a == b or (a is not None and not exact) else "other bytes"
    a, b = np.asarray(a), np.asarray(b)
    if (a.shape, a.dtype) != (b.shape, b.dtype):
        return f"{a.dtype}{list(a.shape)} against {b.dtype}{list(b.shape)}"
    if exact or a.dtype.kind != "f":
        same = a.tobytes() == b.tobytes() or (a.dtype.kind == "f" and _same_numbers(a, b))
    else:
        tolerance = TOLERANCE[a.dtype.name]
        finite = np.abs(b[np.isfinite(b)])
        size = max(1.0, float(finite.max())) if finite.size else 1.0
        same = np.allclose(a, b, tolerance, tolerance * size, equal_nan=True)
    return None if same else f"{_few(a)} against {_few(b)}"


def _same_numbers(a, b):
    """All bits but those of NaN."""
    return np.array_equal(a, b, equal_nan=True) and np.array_equal(
        np.signbit(a)[~np.isnan(a)], np.signbit(b)[~np.isnan(b)]
    )


def _few(array):
    with np.printoptions(threshold=12, edgeitems=4):
        return repr(array)


def says_nothing(built, found):
    """Whether a difference is in a float32 value that has no right digits: float64 gives something else.

    So it is where rounding is divided by what is nearly 0, as in second gradients of normalized layers.
    """
    if built.world.dtype != tf.float32 or found.fetch is None or found.mode.exact:
        return False
    place = found.fetch if found.mode.alone is None else found.mode.alone
    wide = built.again(wide=True)
    both = [run(b, Mode("op by op", (("executor", "op_by_op"),))).runs[: found.run + 1] for b in (built, wide)]
    if place >= len(built.fetches) or any(len(runs) <= found.run for runs in both):
        return False
    narrow, right = (np.asarray(runs[found.run][place]) for runs in both)
    return narrow.shape == right.shape and bool(unequal(narrow, right.astype(narrow.dtype), False))


def tried(built, names=None):
    """The outcome of every mode of a graph, or of those named."""
    return {m: run(built, m) for m in modes(built) if names is None or m.name in names}


def differences(outcomes):
    """All differences between modes that have to agree."""
    named = {mode.name: outcome for mode, outcome in outcomes.items()}
    pairs = [(m, outcome, named[m.against]) for m, outcome in outcomes.items() if m.against in named]
    return [found for found in (difference(*pair) for pair in pairs) if found is not None]
