"""Critical sections: what the runs of a session do one after the other, and the mutexes they are made of."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import NamedTuple

from minitf.framework import dtypes, nest
from minitf.framework.apply import apply, apply_op
from minitf.framework.getter import getter
from minitf.framework.graph import (
    add_to_collection,
    control_dependencies,
    get_collection,
    get_default_graph,
    name_scope,
)
from minitf.framework.operation import Operation
from minitf.framework.registry import define
from minitf.framework.shape import SCALAR
from minitf.framework.tensor import Tensor
from minitf.ops.array.identity import identity
from minitf.ops.control import control
from minitf.ops.patterns import STATEFUL, boxed

_SECTIONS, _EXECUTIONS = "critical_sections", "critical_section_executions"  # collections


class _Mutex:
    """Whose run has a mutex, and how often it took it: within a run, ops follow each other anyway."""

    def __init__(self):
        self.owner: int | None = None
        self.times = 0


def _lock(b, op, mutex):
    held, me = b.data(mutex)[()], threading.get_ident()
    while held.owner not in (None, me):
        b.wait(f"mutex '{op.inputs[0].op.name}' is locked by another run")
    held.owner = me
    held.times += 1
    b.at_end(lambda: _release(b, held, me))
    return b.constant(boxed(held))


def _unlock(b, op, lock):
    _release(b, b.data(lock)[()], threading.get_ident())


def _release(b, held: _Mutex, owner: int) -> None:
    """Gives a mutex up once; at the end of the run there may be nothing left to give up."""
    if held.owner == owner and held.times:
        held.times -= 1
        if not held.times:
            held.owner = None
            b.wake()


define(
    "MutexV2",
    "; container: string = '', shared_name: string = '' -> resource: resource",
    shape=lambda op: SCALAR,
    host=lambda b, op: b.state(op, lambda: boxed(_Mutex())),
    **STATEFUL,
)
define("MutexLock", "mutex: resource -> mutex_lock: variant", shape=lambda op: SCALAR, host=_lock, **STATEFUL)
define("ConsumeMutexLock", "mutex_lock: variant ->", host=_unlock, **STATEFUL)


def mutex_v2(container: str = "", shared_name: str = "", name: str | None = None) -> Tensor:
    """A mutex; those of one session that have the same shared_name are one."""
    return apply("MutexV2", shared_name=shared_name, container=container, name=name)


def mutex_lock(mutex, name: str | None = None) -> Tensor:
    """A lock of a mutex: a run waits until no other one has it, and has it itself until it consumes it, or ends."""
    return apply("MutexLock", mutex, name=name)


def consume_mutex_lock(mutex_lock, name: str | None = None) -> Operation:
    """An op that gives a lock up."""
    return apply_op("ConsumeMutexLock", mutex_lock, name=name)


class _Execution(NamedTuple):
    """What is executed in a section."""

    op: Operation  # which locks its mutex
    handle: Tensor  # of the mutex
    resources: list[Tensor]
    exclusive_resource_access: bool


def _resources(made: list) -> list[Tensor]:
    """The resources that ops take."""
    pairs = [(t, op.definition.by_handle and t.dtype.is_ref_dtype) for op in made for t in op.inputs]
    return list(dict.fromkeys(t for t, is_variable in pairs if is_variable or t.dtype is dtypes.resource))


class CriticalSection:
    """Functions whose ops run in one run at a time: no two that are executed in it overlap.

    name: of its mutex; shared_name: critical sections of a session that have it are one.

    >>> import minitf as tf
    >>> v = tf.Variable(0)
    >>> section = CriticalSection()
    >>> count = section.execute(lambda: v.assign_add(1))
    >>> with tf.Session() as sess:
    ...     sess.run(v.initializer)
    ...     print(sess.run(count))
    1
    """

    def __init__(
        self,
        name: str | None = None,
        shared_name: str | None = None,
        critical_section_def=None,
        import_scope: str | None = None,
    ):
        if critical_section_def is not None:
            raise ValueError("a critical section cannot be made of a critical_section_def")
        with name_scope(name, "CriticalSection") as scope, control_dependencies(None):
            self._mutex = mutex_v2(shared_name=shared_name or scope[:-1], name=scope)
        add_to_collection(_SECTIONS, self)

    name: str = getter("_mutex.op.name", "The name of the op that makes the mutex.")

    def execute(self, fn: Callable, exclusive_resource_access: bool = True, name: str | None = None):
        """What `fn()` returns (tensors or an op, nested), its ops made such that they run in the section.

        What they need from outside is computed before the mutex is locked.

        Raises:
          ValueError: if fn itself executes something in this section: it would wait for itself; or if it takes a
            resource that what is executed in another section takes, too, unless `exclusive_resource_access` is false
            for both: sections do not wait for each other.
        """
        graph = get_default_graph()
        with name_scope(name, "critical_section_execute"):
            lock, first = mutex_lock(self._mutex), len(graph.ops)
            with control_dependencies([lock.op]):
                returned = fn()
            made = graph.ops[first:]
            if any(op.type == "MutexLock" and op.inputs[0] is self._mutex for op in made):
                raise ValueError(
                    f"the function {getattr(fn, '__name__', fn)} attempts to directly access the "
                    "CriticalSection in which it would be running. This is illegal and would cause deadlocks."
                )
            self._wait_outside(lock, made)
            execution = _Execution(lock.op, self._mutex, _resources(made), exclusive_resource_access)
            self._check_alone(execution)
            results = self._returned(lock, returned)
            add_to_collection(_EXECUTIONS, execution)
            return results

    def _check_alone(self, mine: _Execution) -> None:
        """ValueError if another section works on the same resources, and one of both wants them for itself."""
        for other in get_collection(_EXECUTIONS):
            both = [t.name for t in mine.resources if t in other.resources]
            wanted = mine.exclusive_resource_access or other.exclusive_resource_access
            if both and wanted and other.handle is not self._mutex:
                raise ValueError(
                    f"This execution would access resources: {', '.join(both)}. Either this lock (CriticalSection: "
                    f"{self._mutex.op.name}) or lock '{other.op.name}' (CriticalSection: {other.handle.op.name}) "
                    "requested exclusive resource access of this resource. Did you mean to call execute with keyword "
                    "argument exclusive_resource_access=False?"
                )

    @staticmethod
    def _wait_outside(lock: Tensor, made: list) -> None:
        """Has the lock wait for what ops of the section take from outside."""
        inside = {lock.op, *made}
        outside = {t.op for op in made for t in op.inputs if t.op not in inside}
        if outside:
            with control_dependencies(None), control_dependencies(sorted(outside, key=lambda op: op.order)):
                lock.op._add_control_input(control.no_op("group_deps"))

    @staticmethod
    def _returned(lock: Tensor, returned):
        """What was returned, available once the section has ended."""
        flat = nest.flatten(returned)
        tensors = [x for x in flat if not isinstance(x, Operation) and x is not None]
        computed = [identity(t) for t in tensors] + [x for x in flat if isinstance(x, Operation)]
        with control_dependencies(computed):
            consumed = consume_mutex_lock(lock)
            results = iter(control.tuple(tensors) if tensors else ())
        with control_dependencies([consumed]):
            done = [
                control.group(x) if isinstance(x, Operation) else None if x is None else identity(next(results))
                for x in flat
            ]
        return nest.pack_sequence_as(returned, done)
