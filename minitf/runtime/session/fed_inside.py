"""Values that are fed for tensors inside of branches: what a run has in the place of the If ops around.

A stand-in gives out the very tensors that the If op gives out. It takes what is fed as further inputs; those
ops of its branches that depend on that are copies. The graph stays as it is.
"""

from __future__ import annotations

import copy

import numpy as np

from minitf.framework import inside
from minitf.framework.tensor import Tensor
from minitf.runtime.plan.needed import before, needed_ops
from minitf.runtime.plan.planned import again, argument_of


def root_op(tensor: Tensor):
    """The If op of the root graph around a tensor; None if the tensor is in no branch, or in a loop."""
    graph, owner = tensor.op.graph, None
    while graph.outer is not None:
        if graph.of_loop or graph.owner is None:
            return None
        owner, graph = graph.owner, graph.outer
    return owner


def also_fed(tensor: Tensor, array: np.ndarray) -> dict:
    """What else is known if a tensor inside is fed: what ops outside take from there, as if it had run."""
    given = tensor.graph.root.captures.get(tensor)
    return {} if given is None else {given: array, given.flag: np.array(True)}


def stand_ins(fed) -> dict:
    """For each If op of the root graph around tensors that are fed, the op to run instead."""
    around: dict = {}
    for tensor in fed:
        owner = root_op(tensor)
        if owner is not None:
            around.setdefault(owner, []).append(tensor)
    found = {}
    for owner, tensors in around.items():
        found[owner] = copied = _copied(owner, {}, {t: t for t in tensors})
        copied.outputs = owner.outputs
    return found


def _copied(op, places: dict, fed: dict):
    """An If op that takes what is fed, for tensors inside of it; `fed` says what has that in its graph."""
    made = again(op, places)
    branches = copy.copy(op.attrs["branches"])
    inner = [t for t in fed if _is_inside(t, op)]
    made.inputs += tuple(fed[t] for t in inner)
    branches.consts = [*branches.consts, *inner]
    given = {k: t for body in branches.bodies for k, t in enumerate(body.results) if t in fed}
    branches.bodies = [
        _body(body, [t for t in inner if inside.is_around(body, t.op.graph)], given) for body in branches.bodies
    ]
    made.attrs = {**op.attrs, "branches": branches}
    return made


def _is_inside(tensor: Tensor, op) -> bool:
    return any(inside.is_around(body, tensor.op.graph) for body in op.attrs["branches"].bodies)


def _body(body, inner: list[Tensor], given: dict[int, Tensor]):
    """A body in which `inner` are arguments. Results that are `given` are so whichever branch runs: what is
    fed is there, and a merge takes what is there first.
    """
    if not inner and not given:
        return body
    made, fed, places = copy.copy(body), {}, {}
    made.consts = dict(body.consts)
    for tensor in dict.fromkeys([*inner, *given.values()]):
        argument = argument_of(body, tensor)
        made.consts[tensor] = fed[tensor] = argument
        if tensor.op.graph is body:
            places[tensor] = argument
    roots = [t for t in body.results if t is not None] + [flag for flag, _ in body.rivals]
    _copy_dependants(needed_ops(roots).ops, places, fed)
    made.results = [fed.get(given.get(k), places.get(t, t)) for k, t in enumerate(body.results)]
    made.rivals = [(places.get(flag, flag), op) for flag, op in body.rivals]
    return made


def _copy_dependants(ops: list, places: dict, fed: dict) -> None:
    """Copies those ops that depend on what is fed; adds to `places` what stands for their outputs.

    What is fed counts as there, whether the op that would have made it runs or not: so does its flag.
    """
    done: dict = {}
    sources = {t.op for t in fed}
    for op in ops:
        around = op.type == "If" and any(_is_inside(t, op) for t in fed)
        depends = any(t in places for t in (*op.inputs, *op.guards))
        waits = any(other in done or other in sources for other in before(op))
        if not (around or depends or waits):
            continue
        made = _copied(op, places, fed) if around else again(op, places)
        made._control_inputs = [done.get(other, other) for other in op._control_inputs if other not in sources]
        made.outputs = [_output(made, t) for t in op.outputs]
        places.update({old: new for old, new in zip(op.outputs, made.outputs) if old not in fed})
        done[op] = made


def _output(op, tensor: Tensor) -> Tensor:
    made = copy.copy(tensor)
    made.op, made._consumers = op, []
    return made
