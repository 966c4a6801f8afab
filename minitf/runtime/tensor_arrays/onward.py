"""Where a list goes: into the bodies of loops and branches, out of them, and who asks there how long it is."""

from __future__ import annotations

_MAKE_OTHERS = ("read", "gather", "like", "zeros")  # what they give has no length of this list's


def arguments(op, flow) -> list:
    """What a list that a branch or a loop takes, and does not change, is called in its bodies."""
    if op.type == "If":
        outer = [t for t, given in zip(op.attrs["branches"].consts, op.inputs[1:]) if given is flow]
        return [body.consts[t] for t in outer for body in op.attrs["branches"].bodies if t in body.consts]
    loop = op.attrs["loop"]
    _, xs, consts, _ = loop.split(op.inputs)
    bodies = [body for body in (loop.body, loop.condition) if body is not None]
    inner = [argument for body in bodies for i, argument in loop.const_args(body) if consts[i] is flow]
    return inner + [argument for argument, given in zip(loop.xs_args, xs) if given is flow]


def results(op, flow) -> list:
    """What a branch or a loop gives that a list in one of its bodies is, or is stacked to."""
    if op.type == "If":
        bodies = [body.results for body in op.attrs["branches"].bodies]
        return [t for t, *given in zip(op.outputs, *bodies) if flow in given]
    loop = op.attrs["loop"]
    return [t for t, y in zip(op.outputs[loop.carries + 1 :], loop.ys) if y is flow]


def length_asked(flow) -> bool:
    """Whether an op asks for the length of a list, or of what becomes of it, in any body."""
    todo, seen = [flow], set()
    while todo:
        at = todo.pop()
        if at in seen:
            continue
        seen.add(at)
        if any([op.definition.on_lists in ("size", "concat") for op in at.consumers()]):
            return True
        todo += [t for op in at.consumers() for t in _becomes(op, at)]
        owner = getattr(at.op.graph, "owner", None)
        if owner is not None:
            nexts = owner.attrs["loop"].nexts if owner.type == "Loop" else ()
            todo += results(owner, at) + _varying(owner, nexts, at)
    return False


def _becomes(op, flow) -> list:
    """What an op makes of a list, or calls it inside."""
    if op.type == "If":
        return arguments(op, flow)
    if op.type == "Loop":
        return arguments(op, flow) + _varying(op, op.attrs["loop"].split(op.inputs)[0], flow)
    return [] if op.definition.on_lists in _MAKE_OTHERS else list(op.outputs)


def _varying(op, values, flow) -> list:
    """The loop variables, inside and at the end, of which a list is among these values."""
    places = [i for i, value in enumerate(values) if value is flow]
    return [t for i in places for t in (op.attrs["loop"].carry_args[i], op.outputs[i])]


def only_kind_wanted(tensor) -> bool:
    """Whether nobody asks more of a list than its kind: gradients of what loops saved of it do not."""
    todo, seen = [tensor], set()
    while todo:
        at = todo.pop()
        if at not in seen:
            seen.add(at)
            onward = [_passed_on(op, at) for op in at.consumers()] + [_given_out(at)]
            if None in onward:
                return False
            todo += [t for part in onward for t in part]
    return True


def _passed_on(op, flow) -> list | None:
    """The tensors that an op gives or has inside which are a list that it takes, as far as its contents matter; None if
    it asks for these itself.
    """
    if op.type == "Loop" and flow in op.attrs["loop"].split(op.inputs)[0]:
        return None
    if op.type in ("If", "Loop"):
        return arguments(op, flow)
    does = op.definition.on_lists
    if does in ("like", "zeros"):
        return None if length_asked(op.outputs[0]) else []
    return list(op.outputs) if does == "same" else None


def _given_out(flow) -> list | None:
    """What the op around a body gives where that gives a list, as far as its contents matter; None if these do."""
    op = getattr(flow.op.graph, "owner", None)
    if op is None:
        return []
    return None if op.type == "Loop" and flow in op.attrs["loop"].nexts else results(op, flow)
