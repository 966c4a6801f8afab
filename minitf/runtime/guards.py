"""Ops that run only if ops inside of branches did: TensorFlow's dead tensors."""

from __future__ import annotations

from minitf.framework import errors
from minitf.framework.inside import Flag


def guards_of(ops: list, fed: frozenset, fetches: list) -> dict:
    """For each op that may not run, the flags that decide it: its own, and those of what it depends on.

    An If or a Loop runs with inputs that were not computed; they matter where its bodies use them.

    Raises:
      InvalidArgumentError: if an op needs something in a loop and something outside of it.
    """
    found: dict = {}
    if not any(op.guards for op in ops):
        return found
    for op in ops:
        flags = set(op.guards)
        for other in depends_on(op, fed):
            flags |= found.get(other, frozenset())
        if flags:
            found[op] = frozenset(flags)
    check_loops(ops, fed, fetches)
    return found


def depends_on(op, fed: frozenset = frozenset()) -> list:
    """The ops that have to run for `op` to run, besides those of its guards."""
    inputs = op.inputs[:1] if op.type == "If" else () if op.type == "Loop" else op.inputs
    return [t.op for t in inputs if t not in fed] + [c for c in op._control_inputs if c.graph is op.graph]


def check_loops(ops: list, fed: frozenset, fetches: list) -> None:
    """Raises if an op that waits for an op in a loop has a value or takes one: it would run in each iteration."""
    loops: dict = {}  # op -> the loop in which it would run
    for op in ops:
        mine = {flag.loop for flag in op.guards if type(flag) is Flag} - {None}
        sources = [t.op for t in op.inputs if t not in fed] + [c for c in op._control_inputs if c.graph is op.graph]
        mine |= {loops.get(other) for other in sources} if mine or any(o in loops for o in sources) else set()
        if not mine:
            continue
        loops[op] = next(iter(mine - {None}))
        if len(mine) > 1 or op.definition.stateful or op.definition.host is not None:
            raise _mixed(op, loops[op])
    for t in fetches:
        if t not in fed and t.op in loops:
            raise _mixed(t.op, loops[t.op])


def _mixed(op, loop) -> errors.InvalidArgumentError:
    return errors.InvalidArgumentError(
        None, op,
        f"'{op.name}' has inputs from different frames: it waits for an op in the body of loop '{loop.name}' "
        f"(created {loop.origin}), which runs once per iteration, but is itself outside of it. Make it wait for what "
        "the loop returns, or return what it waits for from the body",
    )  # fmt: skip


def alive(op, values: dict, dead: set) -> bool:
    """Whether an op runs, given the values and which of the ops before it did not run."""
    for flag in op.guards:
        if not is_true(values[flag]):
            return False
    return not (dead and op._control_inputs and any(c in dead for c in op._control_inputs))


def is_true(flag) -> bool:
    """Whether the value of a flag says that an op ran."""
    return flag is not None and bool(flag.array.all())
