"""Ops that run only if ops inside of branches did: TensorFlow's dead tensors."""

from __future__ import annotations

from minitf.framework import errors
from minitf.framework.inside import Flag
from minitf.runtime.plan.needed import needed_in_branch, needed_in_condition, needed_in_loop, read_by, waited_for


def guards_of(ops: list, fed: frozenset) -> dict:
    """For each op that may not run, the flags that decide it: its own, and those of what it depends on.

    An If or a Loop runs with inputs that were not computed; they matter where its bodies use them.
    """
    found: dict = {}
    if not any(op.guards for op in ops):
        return found
    for op in ops:
        inputs = op.inputs[:1] if op.type == "If" else () if op.type == "Loop" else op.inputs
        flags = set(op.guards)
        for other in [t.op for t in inputs if t not in fed] + waited_for(op):
            flags |= found.get(other, frozenset())
        if flags:
            found[op] = frozenset(flags)
    return found


def check_loops(ops: list, results: list, fed: frozenset = frozenset(), body: bool = False) -> None:
    """Raises InvalidArgumentError if an op that waits for one in a loop is itself in a body, has an input
    from outside of the loop, or a value that is a result: it would be there in each iteration.
    """
    loops: dict = {}  # op -> the loop in which it would run
    for op in ops:
        if op.outputs and type(op.outputs[0]) is Flag:
            continue
        sources = [t.op for t in op.inputs if t not in fed] + waited_for(op)
        own = {flag.loop for flag in op.guards if type(flag) is Flag} - {None}
        found = own | {loops[o] for o in sources if o in loops}
        if not found:
            continue
        loops[op] = next(iter(found))
        pure = not op.definition.stateful and op.definition.host is None
        if body or len(found) > 1 or not pure or any(o not in loops for o in sources):
            raise _mixed(op, loops[op])
    for t in results:
        if t not in fed and t.op in loops and type(t) is not Flag:
            raise _mixed(t.op, loops[t.op])
    used = {*read_by(ops), *results}
    for op in ops:
        for inner, given in _bodies(op, [t in used for t in op.outputs]):
            check_loops(inner, given, body=True)


def _bodies(op, used: list[bool]):
    """The needed ops, and the results, of the bodies of an op."""
    if op.type == "If":
        for index in range(2):
            needed, results = needed_in_branch(op.attrs["branches"], index, used)
            yield needed.ops, results
    elif op.type == "Loop":
        loop = op.attrs["loop"]
        live, needed = needed_in_loop(loop, used)
        ys = [y for y, u in zip(loop.ys, used[loop.carries + 1 :]) if u]
        yield needed.ops, [loop.nexts[i] for i in live] + ys
        if loop.condition is not None:
            yield needed_in_condition(loop, needed.ops).ops, loop.condition.results


def _mixed(op, loop) -> errors.InvalidArgumentError:
    return errors.refusal(
        op,
        f"'{op.name}' has inputs from different frames: it waits for an op in the body of loop '{loop.name}' "
        f"(created {loop.origin}), which runs once per iteration, but is itself outside of it. Make it wait "
        "for what the loop returns, or return what it waits for from the body",
    )


def alive(op, values: dict, dead: set) -> bool:
    """Whether an op runs, given the values and which of the ops before it did not run."""
    for flag in op.guards:
        if not is_true(values[flag]):
            return False
    return not (dead and op._control_inputs and any(c in dead for c in op._control_inputs))


def is_true(flag) -> bool:
    """Whether the value of a flag says that an op ran."""
    return flag is not None and bool(flag.array.all())
