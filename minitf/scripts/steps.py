"""The training steps of a script, looked at as it runs."""

from __future__ import annotations

import contextlib
import tempfile
from collections.abc import Callable
from functools import partial
from pathlib import Path

from minitf.framework.collections import GraphKeys
from minitf.ops.state.state import TWINS
from minitf.runtime.session.session import BaseSession
from minitf.runtime.session.state import variable_of
from minitf.scripts import runner

_BY_REFERENCE = ("Assign", "AssignAdd", "AssignSub", "ScatterAdd", "ScatterSub", "ScatterUpdate")
_ASSIGNMENTS = {*_BY_REFERENCE, *[TWINS[name] for name in _BY_REFERENCE]}


class Enough(SystemExit):
    """Ends a script whose training has been seen."""


class NoTraining(Exception):
    """A script ended without a training step; `code` is its exit code."""

    def __init__(self, path: Path, code: int):
        ended = "ended" if code == 0 else f"failed (exit code {code})"
        super().__init__(
            f"{path} {ended} before its first training step: a session.run that changes "
            "trainable variables, as an optimizer's op does"
        )
        self.code = code


def first_graph(path: Path, arguments: list[str]):
    """Runs a script up to its first training step, and returns the graph that is trained.

    Raises:
      NoTraining: if there is none.
    """
    found: list = []

    def look(session, step, metadata):
        found.append(session.graph)
        raise Enough(0)

    code = _run(path, arguments, look)
    if not found:
        raise NoTraining(path, code)
    return found[0]


def traced_steps(path: Path, arguments: list[str], count: int) -> list:
    """The step_stats of `count` equal training steps of a script, which ends after them.

    The first step is not among them: it lowers the program. Fewer if the script makes fewer.

    Raises:
      NoTraining: if there are none.
    """
    from minitf.runtime.session.config import RunMetadata

    kept: dict = {}  # program -> the steps that ran it

    def look(session, step, metadata):
        metadata = RunMetadata()
        values = step(metadata)
        program = tuple((total.op, total.kernel) for total in metadata.step_stats.totals)
        kept.setdefault(program, []).append(metadata.step_stats)
        if len(kept[program]) > count:
            raise Enough(0)
        return values

    code = _run(path, arguments, look)
    steps = max(kept.values(), key=len, default=[])
    if not steps:
        raise NoTraining(path, code)
    return steps[1:] or steps


def _run(path: Path, arguments: list[str], look: Callable) -> int:
    with _training_steps(look), tempfile.TemporaryDirectory() as figures:
        return runner.run(path, arguments, Path(figures))


@contextlib.contextmanager
def _training_steps(look: Callable):
    """Has `look(session, step, metadata)` in the place of each training step; `step(metadata)` takes it."""
    execute = BaseSession._execute

    def watched(session, plan, fed, metadata=None):
        step = partial(execute, session, plan, fed)
        return look(session, step, metadata) if _trains(session, plan) else step(metadata)

    BaseSession._execute = watched  # replaced, so that runs which nobody watches need not ask
    try:
        yield
    finally:
        BaseSession._execute = execute


def _trains(session, plan) -> bool:
    """Whether a plan changes variables that are trained, and have their first values already."""
    types = {op.type for op in plan.ops}
    if any("Apply" in type for type in types):
        return True
    if not types & _ASSIGNMENTS or any(type.startswith("Restore") for type in types):
        return False
    trained = {v.op for v in session.graph.get_collection(GraphKeys.TRAINABLE_VARIABLES) if hasattr(v, "op")}
    changed = [variable_of(op.inputs[0]) for op in plan.ops if op.type in _ASSIGNMENTS]
    return any(op in trained and session._state.initialized(op) for op in changed)
