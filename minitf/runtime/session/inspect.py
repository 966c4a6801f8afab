"""What a session has made of the runs it was asked for."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from minitf.runtime.execute.program import Program
from minitf.runtime.lower.chains import Chain
from minitf.runtime.lower.held_lists import ListCall
from minitf.runtime.lower.host_calls import HostCall
from minitf.runtime.memory.memory import Memory
from minitf.runtime.plan.region import Region


@dataclass(frozen=True)
class SeenStep:
    """Ops that run together."""

    ops: tuple
    on_host: bool  # one op that does, or native ones
    programs: tuple[Program, ...]  # that are kept, one for each set of input shapes
    lowered: int  # how often programs were made
    memories: tuple[Memory, ...]  # of these programs, and of those that fit several shapes
    inside: tuple[SeenStep, ...] = ()  # of the bodies of an op on the host

    @property
    def types(self) -> list[str]:
        """The types of the ops."""
        return [op.type for op in self.ops]


@dataclass(frozen=True)
class SeenPlan:
    """What is kept for runs of the same fetches and feeds."""

    fetches: tuple
    fed: frozenset
    ways: tuple[tuple[SeenStep, ...], ...]  # the steps, once for each of the runs that went on at a time

    @property
    def steps(self) -> tuple[SeenStep, ...]:
        """The steps; none if they are in use, or if what ran were only first values of variables."""
        return self.ways[0] if self.ways else ()

    @property
    def on_host(self) -> list[str]:
        """The types of the ops that run on the host."""
        return [type for step in self.steps if step.on_host for type in step.types]

    @property
    def called(self) -> list[str]:
        """The types of the ops that run on the host from within native programs."""
        calls = [
            call for step in self.steps for program in step.programs for call in program.instructions.calls.values()
        ]
        return sorted({op.type for call in calls if type(call) in (HostCall, Chain, ListCall) for op in call.ops})


@dataclass(frozen=True)
class Seen:
    """The plans that a session keeps, the last one made last, and the bytes of its variables."""

    plans: tuple[SeenPlan, ...]
    variables: int

    @property
    def last(self) -> SeenPlan:
        """The plan that was made last."""
        return self.plans[-1]

    @property
    def programs(self) -> list[Program]:
        """All programs that are kept."""
        return [program for step in self._steps() for program in step.programs]

    @property
    def memories(self) -> list[Memory]:
        """Where values are, of all programs."""
        return [memory for step in self._steps() for memory in step.memories]

    def _steps(self) -> Iterator[SeenStep]:
        todo = [step for plan in self.plans for steps in plan.ways for step in steps]
        while todo:
            step = todo.pop()
            yield step
            todo += step.inside


def inspect(session) -> Seen:
    """The plans, steps and programs of a session as they are at present; to be read only.

    >>> import minitf as tf
    >>> x = tf.placeholder(tf.float32, [None])
    >>> y = tf.exp(tf.py_func(abs, [-x], tf.float32))
    >>> with tf.Session() as sess:
    ...     _ = sess.run(y, {x: [1.0]})
    ...     for step in inspect(sess).last.steps:
    ...         print(step.types, "on the host" if step.on_host else "native", step.lowered)
    ['Neg'] native 1
    ['PyFunc'] on the host 0
    ['Exp'] native 1
    """
    kept = [plan for _, _, plan in session._plans.values()]
    return Seen(tuple([_plan(plan) for plan in kept]), session._state.nbytes)


def _plan(plan) -> SeenPlan:
    ways = tuple([tuple([_step(step) for step in executor.steps]) for executor in plan.executors])
    return SeenPlan(tuple(plan.fetches), plan.fed, ways)


def _step(step) -> SeenStep:
    if not isinstance(step, Region):
        executors = step.bodies.executors if step.bodies is not None else ()
        return SeenStep(
            (step.op,), True, (), 0, (), tuple([_step(s) for executor in executors for s in executor.steps])
        )
    return SeenStep(tuple(step.ops), False, tuple(step.programs), step.lowered, tuple(step.memories))
