"""Who asks how long a list is."""

from __future__ import annotations

_MAKE_OTHERS = ("read", "gather", "like", "zeros")  # what they give has no length of this list's


def length_asked(flow) -> bool:
    """Whether an op asks for the length of a list, or of what becomes of it, in any body."""
    todo, seen = [flow], set()
    while todo:
        at = todo.pop()
        if at in seen:
            continue
        seen.add(at)
        for op in at.consumers():
            if op.definition.on_lists in ("size", "concat"):
                return True
            todo += _becomes(op, at)
        todo += _given(at)
    return False


def _becomes(op, flow) -> list:
    """What an op makes of a list, or calls it inside."""
    if op.type == "If":
        outer = [t for t, given in zip(op.attrs["branches"].consts, op.inputs[1:]) if given is flow]
        return [body.consts[t] for t in outer for body in op.attrs["branches"].bodies if t in body.consts]
    if op.type == "Loop":
        loop = op.attrs["loop"]
        carry, xs, consts, _ = loop.split(op.inputs)
        variables = [[loop.carry_args[i], op.outputs[i]] for i, given in enumerate(carry) if given is flow]
        bodies = [body for body in (loop.body, loop.condition) if body is not None]
        inner = [argument for body in bodies for i, argument in loop.const_args(body) if consts[i] is flow]
        slices = [argument for argument, given in zip(loop.xs_args, xs) if given is flow]
        return [t for pair in variables for t in pair] + inner + slices
    return [] if op.definition.on_lists in _MAKE_OTHERS else list(op.outputs)


def _given(flow) -> list:
    """What the op around a body makes of a result of it."""
    op = getattr(flow.op.graph, "owner", None)
    if op is None:
        return []
    if op.type == "If":
        results = [body.results for body in op.attrs["branches"].bodies]
        return [t for t, *given in zip(op.outputs, *results) if flow in given]
    loop = op.attrs["loop"]
    variables = [[loop.carry_args[i], op.outputs[i]] for i, t in enumerate(loop.nexts) if t is flow]
    return [t for pair in variables for t in pair] + [
        t for t, y in zip(op.outputs[loop.carries + 1 :], loop.ys) if y is flow
    ]
