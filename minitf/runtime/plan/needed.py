"""Which ops a run needs, in which order; also those of the bodies of loops and branches."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from minitf.framework import errors


class Needed(NamedTuple):
    """Ops that are needed, in the order of their making, the tensors that they, or who asked, use, and the
    ops outside of their graph that they wait for.
    """

    ops: list
    used: set
    outside: set


def needed_ops(results: list, fed: frozenset = frozenset(), targets: Iterable = ()) -> Needed:
    """What `results` and the ops `targets` depend on through tensors that are not fed."""
    search = _Search(fed)
    for t in results:
        search.want(t)
    for op in targets:
        search.reach(op)
    search.run()
    return Needed(_adding_first(order(search.seen)), search.used, search.outside)


class _Search:
    """Goes from what is wanted to what that takes; from a loop or branch to what its needed ops take.

    What those are depends on which outputs are used, which is known when nothing else is left to be seen.
    """

    def __init__(self, fed: frozenset):
        self.fed, self.used, self.seen, self.outside = fed, set(), set(), set()
        self._todo: list = []
        self._open: dict = {}  # loops and branches of which more may be used than was known

    def want(self, tensor) -> None:
        """Uses a tensor."""
        if tensor not in self.used and tensor not in self.fed:
            self.used.add(tensor)
            if tensor.op.definition.bodies:
                self._open[tensor.op] = None
            self.reach(tensor.op)

    def reach(self, op) -> None:
        """Needs an op to run."""
        if op not in self.seen:
            self.seen.add(op)
            self._todo.append(op)

    def run(self) -> None:
        """Sees all that is needed."""
        while self._todo or self._open:
            if self._todo:
                self._see(self._todo.pop())
            else:
                self._enter(self._open.popitem()[0])

    def _see(self, op) -> None:
        for t in op.guards:
            self.want(t)
        if op.definition.bodies:
            self._open[op] = None
            return
        for t in op.inputs:
            self.want(t)
        if op._control_inputs:
            self._wait(op, op._control_inputs)
        if op in op.graph.waits:
            self.outside.update(op.graph.waits[op])

    def _enter(self, op) -> None:
        bodies, needed, inputs = _entered(op, [t in self.used for t in op.outputs])
        for t in inputs:
            self.want(t)
        inherited = set().union(*[body.inherited for body in bodies])
        own = [o for o in (*op._control_inputs, *op.graph.waits.get(op, ())) if o not in inherited]
        self._wait(op, own + [o for each in needed for o in each.outside])

    def _wait(self, op, others) -> None:
        for other in others:
            if other.graph is not op.graph:
                self.outside.add(other)
            elif other.definition.role != "placeholder" or other.outputs[0] not in self.fed:
                self.reach(other)


def _entered(op, used: list[bool]) -> tuple[list, list, list]:
    """The bodies of a loop or branch, what is needed of each, and the inputs it takes if these outputs of it
    are used. What it captured only for ops that nobody needs is not among them.
    """
    if op.type == "If":
        form = op.attrs["branches"]
        bodies, needed = form.bodies, [_in_branch(form, index, used) for index in range(2)]
        inputs, first = list(op.inputs[:1]), 1
    else:
        form = op.attrs["loop"]
        live, body = needed_in_loop(form, used)
        first = form.carries + len(form.xs_args)
        inputs = [op.inputs[i] for i in live]
        inputs += op.inputs[form.carries : first] + op.inputs[first + len(form.consts) :]
        bodies, needed = [form.body], [body]
        if form.condition is not None:
            bodies, needed = [*bodies, form.condition], [body, needed_in_condition(form, body.ops)]
    for t, outer in zip(op.inputs[first:], form.consts):
        if any(body.consts.get(outer) in each.used for body, each in zip(bodies, needed)):
            inputs.append(t)
    return bodies, needed, inputs


def taken(op, *used: set) -> Iterable:
    """The inputs of an op that it takes if the tensors of these sets are used."""
    return [t for t in op.inputs if any(t in each for each in used)] if op.definition.bodies else op.inputs


def needed_in_branch(branches, index: int, used: list[bool]) -> tuple[Needed, list]:
    """What a branch runs, and its results, for those outputs of the If op that are used."""
    results = [t for t, u in zip(branches.bodies[index].results, used) if u and t is not None]
    return _without_arguments(_in_branch(branches, index, used)), results


def _in_branch(branches, index: int, used: list[bool]) -> Needed:
    body, other = branches.bodies[index], branches.bodies[1 - index]
    results, others = ([t for t, u in zip(b.results, used) if u and t is not None] for b in (body, other))
    rivals = set(needed_ops(others).ops) if body.rivals else set()
    return _in_body(results, body.rivals, rivals)


def needed_in_condition(loop, ops: list) -> Needed:
    """What the condition of a loop runs, if its body runs `ops`."""
    return _without_arguments(_in_body(loop.condition.results, loop.condition.rivals, set(ops)))


def needed_in_loop(loop, used: list[bool]) -> tuple[list[int], Needed]:
    """The loop variables that matter, and what the body runs, if these outputs of the Loop op are used."""
    n = loop.carries
    live, ys = {i for i in range(n) if used[i]}, [y for y, u in zip(loop.ys, used[n + 1 :]) if u]
    arguments = {t.op: i for i, t in enumerate(loop.carry_args)}
    condition = loop.condition
    arguments |= {} if condition is None else {t.op: i for i, t in enumerate(condition.arguments)}
    while True:
        body = needed_ops([loop.nexts[i] for i in live] + ys)
        ops = set(body.ops)
        tested = [] if condition is None else _in_body(condition.results, condition.rivals, ops).ops
        more = {arguments[op] for op in [*body.ops, *tested] if op in arguments}
        if more <= live:
            return sorted(live), _without_arguments(body)
        live |= more


def _in_body(results: list, rivals: list, others: set) -> Needed:
    """What a body runs, arguments too, for its results, and for what some of `others`, needed ops of a rival, wait."""
    waited = [flag for flag, op in rivals if not others.isdisjoint(_with_owners(op))]
    return needed_ops(results + waited)


def _without_arguments(needed: Needed) -> Needed:
    return needed._replace(ops=[op for op in needed.ops if op.definition.role != "argument"])


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
    in_order = sorted(ops, key=lambda op: op.order)
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
    if not any(op.definition.effect == "adds" for op in ops):
        return ops
    behind = {op for op in ops if op.definition.effect == "takes"}
    for op in ops:
        if any(other in behind for other in before(op)):
            behind.add(op)
    end = max((i for i, op in enumerate(ops) if op.definition.effect == "adds" and op not in behind), default=-1) + 1
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
    merges = op.definition.dataflow == "merge"
    return [o for o in before(op) if not (merges and o.definition.dataflow == "next")]


def _cycle(ops: list) -> errors.InvalidArgumentError:
    """The error for ops of which each depends on the next one, and the last on the first."""
    names = ", ".join(f"'{op.name}'" for op in ops[:3]) + (", ..." if len(ops) > 3 else "")
    return errors.refusal(
        ops[0], f"the graph contains a cycle of {len(ops)} ops, by their inputs and control inputs: {names}"
    )


def before(op) -> list:
    """The ops that have to run before `op`."""
    return [t.op for t in op.inputs] + waited_for(op) + [t.op for t in op.guards]


def read_by(ops: list):
    """The tensors that the ops read."""
    for op in ops:
        yield from op.inputs
        yield from op.guards
