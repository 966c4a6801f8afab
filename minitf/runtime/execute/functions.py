"""Functions of graphs of their own, called with arrays: what datasets do with each of their elements."""

from __future__ import annotations

import functools

import numpy as np

from minitf.framework.function import FunctionGraph
from minitf.runtime.execute.executor import NativeExecutor, OpByOpExecutor
from minitf.runtime.plan.plan import Plan
from minitf.runtime.session.state import State


class Functions:
    """The functions that one iterator calls, and what their ops keep between calls.

    Their runs take turns, but not with those of the session: they have a gate of their own.
    """

    def __init__(self, executor: str, passes: list[str]):
        self._settings = executor, passes
        self._state = State(functools.partial(Functions, executor, passes))
        self._callers: dict[FunctionGraph, _Caller] = {}

    def call(self, function: FunctionGraph, arrays: list[np.ndarray]) -> list[np.ndarray]:
        """The results of a function. arrays: its arguments', and then those of what it captured."""
        caller = self._callers.get(function)
        with self._state.gate.lock:
            if caller is None:
                caller = self._callers.setdefault(function, _Caller(function, self._state, *self._settings))
            return caller(arrays)


class _Caller:
    """One function, and the programs that were made for it."""

    def __init__(self, function: FunctionGraph, state: State, executor: str, passes: list[str]):
        self._plan = Plan(function.results, function.targets, function.parameters)
        self._parameters, self._dtypes = function.parameters, [t.dtype.numpy for t in function.results]
        self._state, self._settings = state, (executor, passes)

    def __call__(self, arrays: list[np.ndarray]) -> list[np.ndarray]:
        self._state.gate.aside.settle()
        executors = self._plan.executors
        executor = executors.pop() if executors else self._executor()
        try:
            results = executor.run(dict(zip(self._parameters, arrays)))
        finally:
            executors.append(executor)
        return [_array(r, dtype) for r, dtype in zip(results, self._dtypes)]

    def _executor(self):
        name, passes = self._settings
        if name == "op_by_op":
            return OpByOpExecutor(self._plan, self._state)
        return NativeExecutor(self._plan, self._state, passes)


def _array(result, dtype: np.dtype) -> np.ndarray:
    """A result as an array; one without axes comes as its element, which may be a thing of Python's."""
    if isinstance(result, np.ndarray):
        return result
    array = np.empty((), dtype)
    array[()] = result
    return array
