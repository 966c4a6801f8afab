"""Partial runs: one run whose feeds and fetches come bit by bit."""

from __future__ import annotations

import itertools

from minitf.framework import errors
from minitf.runtime.execute.executor import own
from minitf.runtime.execute.frames import has_primitives
from minitf.runtime.execute.op_by_op import Concrete, OpByOp, run_op
from minitf.runtime.plan.needed import taken, waited_for
from minitf.runtime.plan.plan import Plan
from minitf.runtime.session.feed import feeds
from minitf.runtime.session.fetch import Fetches
from minitf.runtime.session.state import State

_numbers = itertools.count(1)


class PartialRun:
    """A run that goes on as far as it can whenever something is fed."""

    def __init__(self, plan: Plan, state: State):
        if has_primitives(plan):
            raise errors.UnimplementedError(
                None, None, "loops and branches made of Switch, Merge and so on cannot be run bit by bit"
            )
        self._plan, self._builder = plan, OpByOp(state)
        self._builder.used = plan.used
        self._values: dict = {}
        self._copies: dict = {}
        self._left, self._done = list(plan.ops), set()
        self._unfed, self._unfetched = set(plan.fed), set(plan.fetches)

    @property
    def over(self) -> bool:
        """Whether everything was fed and fetched."""
        return not self._unfed and not self._unfetched

    def feed(self, fed: dict) -> None:
        """Takes values of tensors.

        Raises:
          InvalidArgumentError: for one that was fed before, or not declared.
        """
        for tensor in fed:
            if tensor not in self._plan.fed:
                raise _refusal(f"The feed {tensor.name} was not specified in partial_run_setup.")
            if tensor not in self._unfed:
                raise _refusal(f"The feed {tensor.name} has already been fed.")
        self._unfed.difference_update(fed)
        self._values.update({tensor: Concrete(array) for tensor, array in fed.items()})

    def go_on(self) -> None:
        """Runs what has all of its inputs by now, in program order."""
        inside, left = set(self._plan.ops), []
        fetches = frozenset(self._plan.fetches)
        for i, op in enumerate(self._left):
            if not self._is_ready(op, inside):
                left.append(op)
                continue
            try:
                run_op(self._builder, op, op.inputs, self._values, fetches, self._copies)
            except BaseException:
                self._left = left + self._left[i:]
                raise
            self._done.add(op)
        self._left = left

    def _is_ready(self, op, inside: set) -> bool:
        waiting = any(other in inside and other not in self._done for other in waited_for(op))
        return not waiting and all(t in self._values for t in (*self._taken(op), *op.guards))

    def _taken(self, op):
        return taken(op, self._plan.used, self._plan.fed)

    def fetch(self, tensors: list) -> list:
        """The values of tensors.

        Raises:
          InvalidArgumentError: for one that was not declared, was fetched before, or needs more feeds.
        """
        for tensor in tensors:
            if tensor not in self._plan.fetches:
                raise _refusal(f"The fetch {tensor.name} was not specified in partial_run_setup.")
            if tensor not in self._unfetched:
                raise _refusal(f"The fetch {tensor.name} has already been fetched.")
            if self._values.get(tensor) is None:
                lacking = ", ".join(sorted(t.name for t in self._unfed)) or "none: its branch is not taken"
                raise _refusal(
                    f"Fetch {tensor.name} can't be computed from the feeds that have been fed so far (not "
                    f"fed: {lacking})."
                )
        self._unfetched.difference_update(tensors)
        return [own((self._copies.get(t) or self._values[t]).array) for t in tensors]


def _refusal(message: str) -> errors.InvalidArgumentError:
    return errors.InvalidArgumentError(None, None, message)


class PartialRuns:
    """The partial runs of a session: what `Session` has of them."""

    def partial_run_setup(self, fetches, feeds=None) -> str:
        """Declares what a partial run will fetch and feed (lists of tensors, operations among the fetches);
        returns what `partial_run` is given. What needs no feeds is run.

        Raises:
          tf.errors.InvalidArgumentError: without fetches, or if a placeholder is not among the feeds.
        """
        with self._lock.turn:
            self._check_open()
            keys = [self._graph.as_graph_element(key, allow_operation=False) for key in feeds or ()]
            wanted = Fetches(self._graph, fetches)
            plan = Plan(wanted.tensors, wanted.targets, keys)
            if not plan.fetches and not plan.ops:
                raise _refusal("Must specify at least one target to fetch or execute.")
            self._check_plan(plan)
            run = PartialRun(plan, self._state)
            self._advanced(run, plan)
            handle = f"{'->'.join(t.name for t in (*keys, *plan.fetches))}/{next(_numbers)}"
            self._partial[handle] = run, plan
            return handle

    def partial_run(self, handle: str, fetches, feed_dict=None):
        """Goes on with a partial run: takes further feeds, and gives tensors that can be computed by now.

        >>> import minitf as tf
        >>> a, b = tf.placeholder(tf.float32, []), tf.placeholder(tf.float32, [])
        >>> double, product = a * 2.0, a * 2.0 * b
        >>> with tf.Session() as sess:
        ...     handle = sess.partial_run_setup([double, product], [a, b])
        ...     middle = sess.partial_run(handle, double, {a: 3.0})
        ...     print(middle, sess.partial_run(handle, product, {b: middle}))
        6.0 36.0

        Raises:
          tf.errors.InvalidArgumentError: for what was not declared or is there already, and for a fetch that
            needs more feeds.
          RuntimeError: for operations among the fetches: they ran when they could.
        """
        with self._lock.turn:
            self._check_open()
            wanted = Fetches(self._graph, fetches)
            if not wanted.tensors and not wanted.targets and not feed_dict:
                return wanted.arrange([])
            if handle not in self._partial:
                raise _refusal("Must run 'setup' before performing partial runs! (by Session.partial_run_setup)")
            run, plan = self._partial[handle]
            if wanted.targets:
                raise RuntimeError("partial_run() requires empty target_list.")
            run.feed(feeds(self._graph, feed_dict))
            self._advanced(run, plan)
            values = run.fetch(wanted.tensors)
            if run.over:
                del self._partial[handle]
            return wanted.arrange(values)
