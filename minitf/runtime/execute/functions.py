"""Functions of graphs of their own, called with arrays: what datasets do with each of their elements."""

from __future__ import annotations

import numpy as np

from minitf.framework.dtypes import resource, variant
from minitf.framework.function import FunctionGraph
from minitf.framework.traversal import inside
from minitf.runtime.execute.executor import NativeExecutor, OpByOpExecutor
from minitf.runtime.plan.plan import Plan
from minitf.runtime.session.state import State


class Kept:
    """How a session runs functions, and the programs of those whose ops remember nothing between calls."""

    def __init__(self, executor: str, passes: list[str]):
        self.executor, self.passes = executor, passes
        self.callers: dict[FunctionGraph, _Caller] = {}

    def functions(self) -> Functions:
        """The functions of one iterator."""
        return Functions(self)


class Functions:
    """The functions that one iterator calls, and what their ops keep between calls.

    Runs of one function take turns, but not with those of the session: they have a lock of their own.
    """

    def __init__(self, kept: Kept):
        self._kept = kept
        self._state: State | None = None
        self._callers: dict[FunctionGraph, _Caller] = {}

    def others(self) -> Functions:
        """Those of another place, whose ops keep something else."""
        return Functions(self._kept)

    def call(self, function: FunctionGraph, arrays: list[np.ndarray]) -> list[np.ndarray]:
        """The results of a function. arrays: its arguments', and then those of what it captured."""
        caller = self._callers.get(function)
        if caller is None:
            caller = self._callers.setdefault(function, self._caller(function))
        return caller(arrays)

    def _caller(self, function: FunctionGraph) -> _Caller:
        kept = self._kept
        if any(map(_remembers, inside(function.ops))):
            self._state = self._state or State(kept.functions)
            return _Caller(function, self._state, kept)
        found = kept.callers.get(function)
        return found or kept.callers.setdefault(function, _Caller(function, State(kept.functions), kept))


def _remembers(op) -> bool:
    """Whether an op of a function keeps something from one call to the next."""
    others = [t.dtype for t in (*op.inputs, *op.outputs)]
    if not op.definition.stateful or op.definition.effect in ("prints", "checks", "calls") or variant in others:
        return False
    return not any(t.dtype is resource for t in op.inputs)


class _Caller:
    """One function, and the programs that were made for it."""

    def __init__(self, function: FunctionGraph, state: State, kept: Kept):
        self._plan = Plan(function.results, function.targets, function.parameters)
        self._parameters, self._dtypes = function.parameters, [t.dtype.numpy for t in function.results]
        self._state, self._kept = state, kept

    def __call__(self, arrays: list[np.ndarray]) -> list[np.ndarray]:
        lock, executors = self._state.session_lock, self._plan.executors
        with lock.turn:
            lock.aside.settle()
            executor = executors.pop() if executors else self._executor()
            try:
                results = executor.run(dict(zip(self._parameters, arrays)))
            finally:
                executors.append(executor)
        return [_array(r, dtype) for r, dtype in zip(results, self._dtypes)]

    def _executor(self):
        if self._kept.executor == "op_by_op":
            return OpByOpExecutor(self._plan, self._state)
        return NativeExecutor(self._plan, self._state, self._kept.passes)


def _array(result, dtype: np.dtype) -> np.ndarray:
    """A result as an array; one without axes comes as its element, which may be a thing of Python's."""
    if isinstance(result, np.ndarray):
        return result
    array = np.empty((), dtype)
    array[()] = result
    return array
