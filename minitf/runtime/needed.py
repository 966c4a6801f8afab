"""Which ops a run needs, in which order; also those of the bodies of loops and branches."""

from __future__ import annotations

from minitf.framework import errors

ADDING = frozenset(["QueueEnqueueV2", "QueueEnqueueManyV2"])
TAKING = frozenset(["QueueDequeueV2", "QueueDequeueManyV2", "QueueDequeueUpToV2"])


def needed_ops(roots: list, fed: frozenset) -> list:
    """The ops that `roots` depend on through tensors that are not fed, in the order of their making."""
    seen, todo = set(roots), list(roots)
    while todo:
        op = todo.pop()
        for t in op.inputs:
            if t.op not in seen and t not in fed:
                seen.add(t.op)
                todo.append(t.op)
        for other in waited_for(op):
            if other not in seen and not (other.type == "Placeholder" and other.outputs[0] in fed):
                seen.add(other)
                todo.append(other)
        for t in op.guards:
            if t.op not in seen:
                seen.add(t.op)
                todo.append(t.op)
    return _adding_first(order(seen))


def needed_in_branch(branches, index: int, used: list[bool]) -> tuple[list, list]:
    """The ops that a branch runs, and its results, for those outputs of the If op that are used."""
    body, other = branches.bodies[index], branches.bodies[1 - index]
    results, others = ([t for t, u in zip(b.results, used) if u and t is not None] for b in (body, other))
    rivals = set(needed_ops([t.op for t in others], frozenset())) if body.rivals else set()
    return [op for op in _in_body(results, body.rivals, rivals) if op.type != "Arg"], results


def needed_in_condition(loop, ops: list) -> list:
    """The ops that the condition of a loop runs, if its body runs `ops`."""
    found = _in_body(loop.condition.results, loop.condition.rivals, set(ops))
    return [op for op in found if op.type != "Arg"]


def needed_in_loop(loop, used: list[bool]) -> tuple[list[int], list]:
    """The loop variables that matter, and the ops the body runs, if these outputs of the Loop op are used."""
    n = loop.carries
    live, ys = {i for i in range(n) if used[i]}, [y for y, u in zip(loop.ys, used[n + 1 :]) if u]
    arguments = {t.op: i for i, t in enumerate(loop.carry_args)}
    condition = loop.condition
    arguments |= {} if condition is None else {t.op: i for i, t in enumerate(condition.arguments)}
    while True:
        ops = needed_ops([t.op for t in [loop.nexts[i] for i in live] + ys], frozenset())
        tested = [] if condition is None else _in_body(condition.results, condition.rivals, set(ops))
        more = {arguments[op] for op in ops + tested if op in arguments}
        if more <= live:
            return sorted(live), [op for op in ops if op.type != "Arg"]
        live |= more


def _in_body(results: list, rivals: list, others: set) -> list:
    """The ops, arguments too, for the results of a body, and those for which some of `others` wait, needed
    ops of a rival body.
    """
    waited = [flag.op for flag, op in rivals if not others.isdisjoint(_with_owners(op))]
    return needed_ops([t.op for t in results] + waited, frozenset())


def _with_owners(op):
    """The op and the ops of which bodies around it are part."""
    while op is not None:
        yield op
        op = getattr(op.graph, "owner", None)


def waited_for(op) -> list:
    """The ops of the same graph that `op` waits for without taking their values."""
    return [other for other in op._control_inputs if other.graph is op.graph] if op._control_inputs else []


def order(ops: set) -> list:
    """Program order; ops that were given later control inputs or inputs wait for them."""
    in_order = sorted(ops, key=lambda op: op.id)
    done: set = set()
    for op in in_order:
        for other in before(op):
            if other not in done and other in ops:
                return _sorted_by_need(in_order, ops)
        done.add(op)
    return in_order


def _adding_first(ops: list) -> list:
    """Ops that wait for what is in a queue go behind those that add to one, where these do not need them:
    in TensorFlow both happen at the same time.
    """
    if not any(op.type in ADDING for op in ops):
        return ops
    behind = {op for op in ops if op.type in TAKING}
    for op in ops:
        if any(other in behind for other in before(op)):
            behind.add(op)
    end = max((i for i, op in enumerate(ops) if op.type in ADDING and op not in behind), default=-1) + 1
    early, late = ops[:end], ops[end:]
    return [op for op in early if op not in behind] + [op for op in early if op in behind] + late


def _sorted_by_need(in_order: list, ops: set) -> list:
    """Depth-first order for the rare graph in which an op depends on one made after it."""
    done, entered, result = set(), set(), []
    for root in in_order:
        stack = [root]
        while stack:
            op = stack[-1]
            waiting = [] if op in done else [o for o in _before_in_order(op) if o in ops and o not in done]
            if waiting:
                if op in entered:
                    raise _cycle([o for o in stack[stack.index(op) : -1] if o in entered])
                entered.add(op)
                stack.extend(waiting)
                continue
            stack.pop()
            if op not in done:
                done.add(op)
                result.append(op)
    return result


def _before_in_order(op) -> list:
    """The ops before `op` in program order; a Merge is before what the next iteration brings to it."""
    return [o for o in before(op) if op.type != "Merge" or o.type != "NextIteration"]


def _cycle(ops: list) -> errors.InvalidArgumentError:
    """The error for ops of which each depends on the next one, and the last on the first."""
    names = ", ".join(f"'{op.name}'" for op in ops[:3]) + (", ..." if len(ops) > 3 else "")
    return errors.InvalidArgumentError(
        None,
        ops[0],
        f"the graph contains a cycle of {len(ops)} ops, by their inputs and control inputs: {names}",
    )


def before(op) -> list:
    """The ops that have to run before `op`."""
    return [t.op for t in op.inputs] + waited_for(op) + [t.op for t in op.guards]


def read_by(ops: list):
    """The tensors that the ops read."""
    for op in ops:
        yield from op.inputs
        yield from op.guards
