"""Sessions: run parts of a graph and keep its variables."""

from __future__ import annotations

import contextlib
import os
import threading
import weakref
from typing import NamedTuple

import numpy as np

from minitf.framework import errors
from minitf.framework.cluster import found_at
from minitf.framework.graph import get_default_graph
from minitf.framework.origin import warn
from minitf.framework.shown import Shown
from minitf.framework.tensor import set_session_finder
from minitf.framework.traversal import bodies_of
from minitf.kernels.compile import precompile
from minitf.kernels.machine import pool
from minitf.runtime.execute.costs import cost_graph
from minitf.runtime.execute.executor import NativeExecutor, OpByOpExecutor, only_hands, reads, written_variables
from minitf.runtime.execute.frames import has_primitives
from minitf.runtime.execute.functions import Kept
from minitf.runtime.execute.trace import traced
from minitf.runtime.passes import chosen
from minitf.runtime.plan.plan import Plan
from minitf.runtime.session.config import ConfigProto, RunMetadata, RunOptions
from minitf.runtime.session.feed import feeds
from minitf.runtime.session.fetch import Fetches, outline
from minitf.runtime.session.kept import KeptTensors
from minitf.runtime.session.partial import PartialRuns
from minitf.runtime.session.partitions import partition
from minitf.runtime.session.shared import ClusterState, reset
from minitf.runtime.session.state import State, Uninitialized, variable_of

_PLANS_KEPT = 64


class Device(NamedTuple):
    """What a session may run on: its name, "CPU", and a limit of its memory in bytes (0: none)."""

    name: str
    device_type: str
    memory_limit_bytes: int


class _Stack(threading.local):
    """The default sessions of one thread, innermost last."""

    def __init__(self):
        self.sessions: list[BaseSession] = []


_stack = _Stack()


def get_default_session() -> BaseSession | None:
    """The innermost session whose `with` block (or `as_default()`) is running, or None."""
    return _stack.sessions[-1] if _stack.sessions else None


set_session_finder(get_default_session)


class BaseSession(Shown, PartialRuns, KeptTensors):
    """What Session and InteractiveSession have in common."""

    def __init__(self, target="", graph=None, config: ConfigProto | None = None):
        if target and not isinstance(target, (str, bytes)):
            raise TypeError(f"target is a string, not {target!r}; the graph goes into graph=")
        self._graph = get_default_graph().root if graph is None else graph
        if not hasattr(self._graph, "as_graph_element"):
            raise TypeError(f"graph is a tf.Graph, not {graph!r}")
        self._config = config or ConfigProto()
        self._target = target
        self._plans: dict = {}
        self._partial: dict = {}
        self._executor_name, self._passes = (_executor_named(self._config.executor), chosen(self._config.passes))
        kept = Kept(self._executor_name, self._passes)
        self._state = _state_at(target, kept.functions)
        kept.state = weakref.ref(self._state)
        self._lock = self._state.session_lock
        self._threads = _threads(self._config.intra_op_parallelism_threads)
        self._timeout = _milliseconds(self._config.operation_timeout_in_ms)
        precompile.start()
        self._growth = _Growth(self._graph)

    @property
    def graph(self):
        """The graph the session runs."""
        return self._graph

    @property
    def graph_def(self):
        """The graph as a `tf.GraphDef`."""
        return self._graph.as_graph_def()

    @property
    def closed(self) -> bool:
        """Whether the session was closed."""
        return self._lock.closed

    @property
    def sess_str(self) -> str:
        """The target the session was given."""
        return self._target

    def run(self, fetches, feed_dict=None, options: RunOptions | None = None, run_metadata: RunMetadata | None = None):
        """Computes `fetches` and returns their values, arranged like them (None for operations).

        fetches: a tensor, operation, name, or a nested list, tuple, namedtuple or dict of them. feed_dict:
        values for tensors of the graph (placeholders or any other), as arrays, lists or numbers. options:
        with a trace level, `run_metadata.step_stats` says what the run spent its time on (with
        `graph_options.build_cost_model` of the session's config, `cost_graph` what each op cost); with a timeout,
        it waits no longer for a queue. The arrays that come back are the caller's own.

        Several threads may call this at once: their runs take turns, and one that waits for a queue lets the
        others go on.

        Raises:
          RuntimeError: if the session is closed.
          TypeError, ValueError: for fetches or feeds that do not fit the graph.
          tf.errors.OpError: if an op fails while it runs.
        """
        if options is not None and not isinstance(options, RunOptions):
            raise TypeError(f"'options' of tf.Session.run is {options!r}; it takes a tf.RunOptions or None")
        if run_metadata is None:
            return self._run_limited(fetches, feed_dict, options, None)
        if options is not None and options.output_partition_graphs:
            run_metadata.partition_graphs = [self._partition(fetches, feed_dict)]
        costs = self._config.graph_options.build_cost_model
        is_traced = costs or options is not None and options.trace_level
        found = self._run_limited(fetches, feed_dict, options, run_metadata if is_traced else None)
        if costs:
            run_metadata.cost_graph = cost_graph(run_metadata.step_stats)
        return found

    def _partition(self, fetches, feed_dict):
        """The GraphDef of what a run needs."""
        wanted, fed = Fetches(self._graph, fetches), feeds(self._graph, self._with_kept(feed_dict))
        return partition(self.graph_def, list(fed), wanted.tensors, wanted.targets)

    def _run_limited(self, fetches, feed_dict, options: RunOptions | None, metadata: RunMetadata | None):
        """Runs, and waits no longer than the options allow."""
        limit = options is not None and _milliseconds(options.timeout_in_ms) or self._timeout
        if not limit:
            return self._run(fetches, feed_dict, metadata)
        limits, outer = self._lock.limits, self._lock.limits.end
        try:  # no context manager of Python's: an interrupt could keep it from setting back the limit
            limits.end = self._lock.ends(limit)
            return self._run(fetches, feed_dict, metadata)
        finally:
            limits.end = outer

    def _run(self, fetches, feed_dict, metadata: RunMetadata | None):
        try:
            with self._lock.turn:
                return self._in_turn(fetches, feed_dict, metadata)
        except RuntimeError as error:
            if (interrupt := self._lock.lost(error)) is None:
                raise
            raise interrupt from None

    def _in_turn(self, fetches, feed_dict, metadata: RunMetadata | None):
        self._check_open()
        plan, me, endings = None, threading.get_ident(), self._state.endings
        outer = sum([thread == me for thread, _ in endings]) if endings else 0  # of runs around this one
        try:
            fed = feeds(self._graph, self._with_kept(feed_dict))
            wanted, plan = self._plan(fetches, fed)
            return wanted.arrange(self._with_handles(plan, self._execute(plan, fed, metadata)))
        except MemoryError as error:
            raise errors.ResourceExhaustedError(
                None,
                None,
                f"not enough memory for {_named(plan)}: {error}; smaller batches need less, and so do "
                "gradients of loops with swap_memory=True",
            ) from None
        finally:
            if self._state.endings:
                self._state.end(me, outer)

    def _check_open(self) -> None:
        self._lock.aside.settle()
        if self._lock.closed:
            raise RuntimeError("this Session is closed; make a new one to run the graph again")

    def _plan(self, fetches, fed) -> tuple[Fetches, Plan]:
        """The plan for these fetches and feeds: kept until ops that the graph had change."""
        self._growth.check()
        key = (outline(fetches), *fed)
        kept = self._plans.get(key)
        if kept is not None and kept[0] == self._graph.edits and kept[1] is not None:
            return kept[1], kept[2]
        wanted = Fetches(self._graph, fetches)
        plan = Plan(wanted.tensors, wanted.targets, fed)
        self._state.check_placed(plan.ops)
        if len(self._plans) >= _PLANS_KEPT:
            self._plans.pop(next(iter(self._plans)))
        self._plans[key] = (self._graph.edits, wanted, plan)
        return wanted, plan

    def _execute(self, plan: Plan, fed: dict, metadata: RunMetadata | None = None) -> list[np.ndarray]:
        _check_fed(plan)
        if not plan.executors:
            self._check_initialized(plan)
            simple = metadata is None and (self._executor_name == "op_by_op" or self._initializes(plan))
            if simple or has_primitives(plan):
                return self._run_op_by_op(plan, fed)
            plan.executors.append(NativeExecutor(plan, self._state, self._passes, self._threads))
        executor = plan.executors.pop()  # its own: while this run waits, another one of the plan may start
        try:
            if metadata is not None:
                return traced(plan, self._state, self._passes, fed, metadata)
            return executor.run(fed)
        except Uninitialized as error:
            raise self._uninitialized(plan, error.op) from None
        finally:
            plan.executors.append(executor)

    def _initializes(self, plan: Plan) -> bool:
        """Whether the plan gives variables first values, or only hands them some: no native program is worth it."""
        first = [op for op in plan.ops if op.definition.effect == "initializes" and op.inputs[0] not in plan.fed]
        return any(not self._state.initialized(variable_of(op.inputs[0])) for op in first) or only_hands(plan, first)

    def _run_op_by_op(self, plan: Plan, fed: dict) -> list[np.ndarray]:
        try:
            return OpByOpExecutor(plan, self._state).run(fed)
        except Uninitialized as error:
            raise self._uninitialized(plan, error.op) from None

    def _check_initialized(self, plan: Plan) -> None:
        """Before a plan is run for the first time: names all variables that it would read too early."""
        written = set(written_variables(plan.ops))
        for op in plan.variables:
            if op not in written and not self._state.initialized(op) and reads(plan, op):
                raise self._uninitialized(plan, op)

    def _uninitialized(self, plan: Plan, first) -> errors.FailedPreconditionError:
        first_values = [op for op in plan.ops if op.definition.effect == "initializes" or bodies_of(op)]
        given = set(written_variables(first_values)) - {first}
        early = [op for op in plan.variables if not self._state.initialized(op) and op not in given] or [first]
        local = {variable.op for variable in first.graph.get_collection("local_variables")}
        kinds = sorted({"local" if op in local else "global" for op in early})
        wanted = " and ".join(f"tf.{kind}_variables_initializer()" for kind in kinds)
        return errors.FailedPreconditionError(
            None,
            first,
            f"uninitialized variable{'s' if len(early) > 1 else ''}: {', '.join(op.name for op in early)}. Run "
            f"{wanted} (or the variables' initializers) in this session first, once all are made",
        )

    @contextlib.contextmanager
    def stopped_by(self, stop):
        """A context in which runs of this thread that wait end with CancelledError once stop() is true."""
        limits = self._lock.limits
        outer, limits.stop = limits.stop, stop
        try:
            yield
        finally:
            limits.stop = outer

    def make_callable(self, fetches, feed_list=None, accept_options: bool = False):
        """A function that runs `fetches`, its arguments being the values of the tensors in `feed_list`.

        Raises:
          TypeError: if that is no list, and when it is called with more or fewer values.
        """
        if not isinstance(feed_list, (list, tuple, type(None))):
            raise TypeError(f"`feed_list` must be a list or tuple, not {feed_list!r}")
        keys = list(feed_list or [])
        Fetches(self._graph, fetches)

        def call(*values, options=None, run_metadata=None):
            if len(values) != len(keys):
                raise TypeError(f"this callable takes {len(keys)} values ({keys}), {len(values)} were given")
            return self.run(fetches, dict(zip(keys, values)), options, run_metadata)

        return call

    def _check_plan(self, plan: Plan) -> None:
        """Before a partial run: that everything it needs is there."""
        self._state.check_placed(plan.ops)
        _check_fed(plan)
        self._check_initialized(plan)

    def _advanced(self, run, plan: Plan) -> None:
        """Goes on with a partial run as far as it can."""
        try:
            run.go_on()
        except Uninitialized as error:
            raise self._uninitialized(plan, error.op) from None

    def list_devices(self) -> list[Device]:
        """The devices: the CPU, once for each task of a cluster."""
        return [
            Device(f"/job:{job}/replica:0/task:{number}/device:CPU:0", "CPU", 0) for job, number in self._state.tasks()
        ]

    def close(self) -> None:
        """Ends the session and forgets its variables; running it afterwards is an error."""
        with self._lock.turn:
            self._lock.close()
            for _, _, plan in self._plans.values():
                plan.forget()
            self._plans.clear()
            self._partial.clear()
            self._state.clear()

    @contextlib.contextmanager
    def as_default(self):
        """A context in which this is the default session; it is not closed at the end."""
        _stack.sessions.append(self)
        try:
            yield self
        finally:
            _stack.sessions.remove(self)


class Session(BaseSession):
    """Runs a graph; as a context manager it is the default session inside and closed at the end.

    >>> import minitf as tf
    >>> with tf.Session() as sess:
    ...     print(sess.run(tf.constant(2) * 3))
    6
    """

    def __enter__(self):
        self._entered = contextlib.ExitStack()
        self._entered.enter_context(self._graph.as_default())
        self._entered.enter_context(self.as_default())
        return self

    def __exit__(self, *exc):
        self._entered.close()
        self.close()

    @staticmethod
    def reset(target, containers=None, config=None) -> None:
        """Forgets the variables and queues of the cluster at a server's `target`; other sessions' end with them."""
        if _is_remote(target):
            reset(found_at(_text(target))[0])


class InteractiveSession(BaseSession):
    """A session that is the default one from its making until it is closed."""

    def __init__(self, target="", graph=None, config: ConfigProto | None = None):
        super().__init__(target, graph, config)
        self._entered = contextlib.ExitStack()
        if graph is not None:
            self._entered.enter_context(graph.as_default())
        _stack.sessions.append(self)

    def close(self) -> None:
        """Ends the session."""
        super().close()
        if self in _stack.sessions:
            _stack.sessions.remove(self)
        self._entered.close()


def _text(target) -> str:
    return target.decode() if isinstance(target, bytes) else target


def _is_remote(target) -> bool:
    return bool(target) and _text(target).startswith("grpc://")


def _state_at(target, functions) -> State:
    """What a session at a target remembers; one at a server's, together with others of its cluster."""
    if not _is_remote(target):
        return State(functions)
    running, task = found_at(_text(target))
    running.await_all()
    return ClusterState(running, task, functions)


def _executor_named(name: str) -> str:
    source = "executor of the tf.ConfigProto" if name else "the environment variable MINITF_EXECUTOR"
    name = name or os.environ.get("MINITF_EXECUTOR") or "native"
    if name not in ("native", "op_by_op"):
        raise ValueError(f"{source}: there is no executor called {name!r}; there are 'native' and 'op_by_op'")
    return name


def _threads(wanted: int) -> int:
    """How many threads a run may use: as many as wanted (0: two), but no more than there are cores."""
    if isinstance(wanted, bool) or not isinstance(wanted, int) or wanted < 0:
        raise ValueError(f"intra_op_parallelism_threads is a number of threads, or 0, not {wanted!r}")
    return min(wanted or 2, precompile.cores()) if pool.AVAILABLE else 1


def _milliseconds(timeout) -> int:
    if isinstance(timeout, bool) or not isinstance(timeout, int) or timeout < 0:
        raise ValueError(f"a timeout is a number of milliseconds, 0 for none, not {timeout!r}")
    return timeout


def _check_fed(plan: Plan) -> None:
    if not plan.missing:
        return
    lines = [f"  {t.name} of shape {t.shape}, {t.dtype.name}, created {t.op.origin}" for t in plan.missing]
    raise errors.refusal(None, "no value was fed for\n" + "\n".join(lines) + "\nadd it to feed_dict of this run")


def _named(plan: Plan | None) -> str:
    """What a plan computes, in a few words."""
    if plan is None:
        return "what is fed"
    names = [t.name for t in plan.fetches] or [op.name for op in plan.ops[-1:]]
    return ", ".join(names[:3]) + (", ..." if len(names) > 3 else "")


class _Growth:
    """Warns once when ops keep being added between runs, the usual cause of a loop that gets slower and slower."""

    _PATIENCE = 50

    def __init__(self, graph):
        self._graph, self._ops, self._grown, self._warned = graph, len(graph.ops), 0, False

    def check(self) -> None:
        """Looks at the graph before a run."""
        count = len(self._graph.ops)
        if count == self._ops or self._warned:
            return
        self._grown, self._ops = self._grown + 1, count
        if self._grown > self._PATIENCE:
            self._warned = True
            last = self._graph.ops[-1]
            warn(
                f"the graph grew before each of {self._PATIENCE} runs (last: {last.type} '{last.name}', created "
                f"{last.origin}); ops made inside a training loop are never freed: build the graph before the loop"
            )
