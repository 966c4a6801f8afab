"""Functions of graphs of their own, called with arrays: what datasets do with each of their elements."""

from __future__ import annotations

import weakref

import numpy as np

from minitf.framework.dtypes import resource, variant
from minitf.framework.errors import CancelledError, FailedPreconditionError
from minitf.framework.function import FunctionGraph
from minitf.framework.traversal import inside
from minitf.runtime.execute.executor import NativeExecutor, OpByOpExecutor
from minitf.runtime.plan.plan import Plan
from minitf.runtime.session.state import Slot, State, Uninitialized


class Kept:
    """How a session runs functions, and the programs of those whose ops remember nothing between calls."""

    def __init__(self, executor: str, passes: list[str]):
        self.executor, self.passes = executor, passes
        self.state: weakref.ref | None = None  # of the session, which threads that call functions do not keep
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
        self._states: dict[bool, State] = {}  # by whether there are variables in it
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
        new = State(kept.functions) if not function.variables else _WithVariables(kept.state)
        if any(map(_remembers, inside(function.ops))):
            key = bool(function.variables)
            return _Caller(function, self._states.setdefault(key, new), kept)
        found = kept.callers.get(function)
        return found or kept.callers.setdefault(function, _Caller(function, new, kept))


def _remembers(op) -> bool:
    """Whether an op of a function keeps something from one call to the next."""
    others, definition = [t.dtype for t in (*op.inputs, *op.outputs)], op.definition
    if not definition.stateful or definition.effect in ("prints", "checks", "calls") or variant in others:
        return False
    return not any(t.dtype is resource for t in op.inputs) and not any(dtype.is_ref_dtype for dtype in others)


class _WithVariables(State):
    """What functions keep that use variables of the session: they take turns with its runs."""

    def __init__(self, session: weakref.ref):
        self._session = session
        super().__init__(self._of_session.functions)
        self.session_lock = self._of_session.session_lock

    @property
    def _of_session(self) -> State:
        state = self._session()
        if state is None:
            raise CancelledError(None, None, "the session whose variables a function uses is gone")
        return state

    def slot(self, op) -> Slot:
        """The memory of the variable in the session."""
        return self._of_session.slot(_original(op))

    def initialized(self, op) -> bool:
        """Whether the variable has a value in the session."""
        return self._of_session.initialized(_original(op))


def _original(op):
    """The variable for which an op stands in a function."""
    while (outer := getattr(op.graph, "variables", {}).get(op)) is not None:
        op = outer
    return op


class _Caller:
    """One function, and the programs that were made for it."""

    def __init__(self, function: FunctionGraph, state: State, kept: Kept):
        self._plan = Plan(function.results, function.targets, function.parameters)
        self._parameters, self._dtypes = function.parameters, [t.dtype.numpy for t in function.results]
        self._state, self._kept, self._finds = state, kept, function.variables
        taken = [*function.arguments, *function.consts.values()]
        self._is_given = [t.op not in function.variables for t in taken]

    def __call__(self, arrays: list[np.ndarray]) -> list[np.ndarray]:
        lock, executors = self._state.session_lock, self._plan.executors
        with lock.turn:
            lock.aside.settle()
            executor = executors.pop() if executors else self._executor()
            try:
                results = executor.run(dict(zip(self._parameters, self._given(arrays))))
            except Uninitialized as error:
                raise FailedPreconditionError(
                    None,
                    error.op,
                    f"uninitialized variable: {error.op.name}, which a function of a dataset reads. Run "
                    "tf.global_variables_initializer() in this session first",
                ) from None
            finally:
                executors.append(executor)
        return [_array(r, dtype) for r, dtype in zip(results, self._dtypes)]

    def _given(self, arrays: list[np.ndarray]) -> list[np.ndarray]:
        """Those of its parameters among the arrays, which are there for variables, too."""
        return [array for array, given in zip(arrays, self._is_given) if given] if self._finds else arrays

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
