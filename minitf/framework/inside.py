"""What ops outside of a branch take from inside of it: a value, or only that it ran.

As in TensorFlow 1, such an op runs if the op inside did. So it keeps a flag for that, a bool tensor which the
If op gives out. Flags are no part of the user's graph: they have no ops that anyone sees and take no ids.
"""

from __future__ import annotations

import numpy as np

from minitf.framework import dtypes, origin
from minitf.framework.operation import Operation
from minitf.framework.registry import OPS
from minitf.framework.shape import SCALAR
from minitf.framework.tensor import Tensor


class Flag(Tensor):
    """Whether an op of a branch ran: a bool. Of an op of a loop, `loop`, it is one bool for each trip."""

    loop: Operation | None = None


class Given(Tensor):
    """The value of a tensor of a branch, outside of it; there is one only if its `flag` is true.

    In the other branch it is never there. But if it is used, what makes it runs in its own: its `rival`, a
    pair of that body and the flag.
    """

    flag: Tensor
    rival: tuple | None = None


def is_around(graph, other) -> bool:
    """Whether `other` is a body in `graph`, or in a body in it."""
    while other is not None and other is not graph:
        other = other.outer
    return other is graph


def wait(op: Operation, others) -> None:
    """Has `op` wait for ops of the same root graph, wherever they are."""
    graph = op.graph
    known = set(op._control_inputs)
    for other in others:
        if other.graph is not graph and is_around(other.graph, graph):
            graph.hold_back(op, other)
        elif other not in known:
            known.add(other)
            op._control_inputs.append(other)
            if other.graph is not graph:
                guard(op, brought(graph, _flag(graph, other, op)))


def guard(op: Operation, flag: Tensor) -> None:
    """Has `op` run only if `flag` is true."""
    if flag not in op.guards:
        op.guards = (*op.guards, flag)


def guard_values(op: Operation) -> None:
    """Has `op` run only if what it takes from branches was computed."""
    for t in op.inputs:
        if type(t) is not Given or op.definition.takes_absent:
            continue
        guard(op, t.flag)
        if t.rival is not None:
            body, flag = t.rival
            body.rivals.append((flag, op))


def check_loops(graph, type: str, others) -> None:
    """ValueError if an op of a type cannot wait in `graph` for all `others`: they are in another loop."""
    for other in others:
        if other.graph is graph or is_around(other.graph, graph) or not other.outputs:
            continue
        common = _common(graph, other.graph)
        around = _path(graph, common)
        if around and getattr(around[-1], "condition", None) is _path(other.graph, common)[-1]:
            continue  # the condition of a loop runs before its body
        if _in_loop(other.graph, common) and (type == "Loop" or _in_loop(graph, graph.root)):
            raise ValueError(
                f"an op in the body of one loop cannot wait for '{other.name}' (created {other.origin}), "
                "which is in a different while loop; make it wait for what that loop returns"
            )


def given(graph, tensor: Tensor) -> Tensor:
    """The tensor of `graph` that has the value of `tensor`, which is in a branch inside of it.

    Raises:
      ValueError: if it is in a loop.
    """
    if tensor in graph.captures:
        return graph.captures[tensor]
    if _in_loop(tensor.op.graph, graph):
        raise ValueError(
            f"tensor {tensor.name} (created {tensor.op.origin}) belongs to the body of a while loop, where "
            "it has a value for each iteration, and cannot be used outside of it; return it from the body "
            "instead (as a loop variable or a result)"
        )
    body = _path(tensor.op.graph, graph)[-1]
    direct = tensor.op.graph is body
    if body.owner is None:  # its user is in the other branch
        dead = hidden(graph, "Dead", Given, tensor.dtype.base_dtype, {"dtype": tensor.dtype.base_dtype, "of": tensor})
        dead._shape, dead.flag = tensor.shape, constant_flag(graph, False)
        dead.rival = body, constant_flag(body, True, tensor.op if direct else _flag(body, tensor.op))
        return dead
    inner = tensor if direct else given(body, tensor)
    if inner not in body.given:
        body.given[inner] = body.form.give(body, inner)
        body.given[inner].flag = _flag(graph, tensor.op)
    graph.captures[tensor] = body.given[inner]
    return graph.captures[tensor]


def seen_from(graph, tensor: Tensor) -> Tensor:
    """`tensor` itself, or what `graph` has for it if it is in a branch inside of it."""
    return given(graph, tensor) if tensor.op.graph is not graph and is_around(graph, tensor.op.graph) else tensor


def standing_for(outer: Tensor, argument: Tensor) -> Tensor:
    """The argument of a body that stands for `outer`, as what `outer` is."""
    if type(outer) is Given:
        argument.op.outputs[0] = made = Given(argument.op, 0, argument.dtype)
        made._shape, made.flag = argument.shape, brought(argument.op.graph, outer.flag)
        made.rival = outer.rival
        return made
    return argument


def brought(graph, flag: Tensor) -> Tensor:
    """The flag in a body, given that outside of it."""
    if flag.op.graph is graph:
        return flag
    outer = brought(graph.outer, flag)
    if outer not in graph.consts:
        argument = hidden(graph, "Arg", Flag, dtypes.bool, {"stands_for": outer})
        argument._shape, argument.loop = outer.shape, outer.loop
        graph.take(outer, argument)
    return graph.consts[outer]


def constant_flag(graph, value: bool, after: Operation | Flag | None = None) -> Tensor:
    """A flag that is `value` once `after` has run, which may be a flag itself."""
    flag = hidden(graph, "Const", Flag, dtypes.bool, {"value": np.asarray(value), "dtype": dtypes.bool})
    if isinstance(after, Operation):
        flag.op._control_inputs.append(after)
    elif after is not None:
        guard(flag.op, after)
    return flag


def output(op: Operation, kind: type, like: Tensor, shape=None) -> Tensor:
    """A further output of `op`."""
    made = kind(op, len(op.outputs), like.dtype.base_dtype)
    made._shape = like.shape if shape is None else shape
    op.outputs.append(made)
    op.graph.root.touch()
    return made


def hidden(graph, type: str, kind: type, dtype, attrs: dict) -> Tensor:
    """The output of a new op that takes no id, and that nobody sees in the graph."""
    op = uncounted(graph, type, dtype, attrs)
    op.outputs[0] = kind(op, 0, dtype)
    op.outputs[0]._shape = SCALAR
    return op.outputs[0]


def uncounted(graph, type: str, dtype, attrs: dict) -> Operation:
    """A new op that is none of TensorFlow's: it takes no id of its own. It is not among the graph's ops yet."""
    root = graph.root
    name, where = root.unique_name(f"_{type.lower()}"), root._origin or origin.here()
    return Operation(graph, root._last_id, OPS[type], name, (), [dtype], attrs, [], "", where)


def _flag(graph, inner: Operation, user: Operation | None = None) -> Tensor:
    """The flag of an op that is in a body; it is a tensor of the first graph around both it and `graph`."""
    common, found = _common(graph, inner.graph), inner
    bodies, others = _path(inner.graph, common), _path(graph, common)
    outermost = bodies.pop()
    for body in bodies:
        found = body.flag(found)
    if others and others[-1].owner is outermost.owner:
        outermost.rivals.append((constant_flag(outermost, True, found), user))
        flag = constant_flag(common, outermost.of_loop)
        flag.loop = getattr(found, "loop", None)
        return flag
    if outermost.owner is None:
        raise ValueError(f"'{inner.name}' (created {inner.origin}) is in a branch that is not finished yet")
    return outermost.flag(found)


def _path(graph, around) -> list:
    """The bodies from `graph` out to the one that is directly in `around`."""
    bodies = []
    while graph is not around:
        bodies.append(graph)
        graph = graph.outer
    return bodies


def _common(graph, other):
    """The innermost graph around both."""
    while not is_around(graph, other):
        graph = graph.outer
    return graph


def _in_loop(graph, around) -> bool:
    return any(body.of_loop for body in _path(graph, around))
