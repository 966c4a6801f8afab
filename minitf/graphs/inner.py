"""The bodies of loops and branches, and how values pass between them and the graph around."""

from __future__ import annotations

from minitf.framework.inside import Flag
from minitf.framework.traversal import bodies_of


def arguments_of(op) -> dict:
    """The arguments of an op's bodies -> (what to call it, the tensor outside that it starts from)."""
    found = {}
    for body in bodies_of(op).values():
        found.update({a.op: (_short(t), t) for t, a in body.consts.items() if not isinstance(t, Flag)})
    loop = op.attrs.get("loop")
    if loop is not None:
        names = [n.removeprefix("loop variable ").strip("'") for n in loop.names]
        for args in [loop.carry_args] + ([loop.condition.arguments] if loop.condition is not None else []):
            for i, arg in enumerate(args):
                found[arg.op] = (names[i] if i < len(names) else f"carry {i}", op.inputs[i])
        for i, arg in enumerate(loop.xs_args):
            outer = op.inputs[loop.carries + i]
            found[arg.op] = (f"slice of {_short(outer)}", outer)
    return found


def nexts_of(op) -> list:
    """Pairs (tensor of a loop's body, the loop variable it becomes in the next iteration)."""
    loop = op.attrs.get("loop")
    return [] if loop is None else list(zip(loop.nexts, loop.carry_args))


def results_of(op) -> list:
    """Pairs (what it is, tensor of a body) of the values that the op takes from its bodies."""
    loop, branches = op.attrs.get("loop"), op.attrs.get("branches")
    if loop is not None:
        conditions = [("condition", t) for t in loop.condition.results] if loop.condition is not None else []
        return conditions + [("stacked", t) for t in loop.ys if not isinstance(t, Flag)]
    titles = ("if true", "if false")
    return (
        [] if branches is None else [(w, t) for w, b in zip(titles, branches.bodies) for t in b.results if _is_seen(t)]
    )


def _is_seen(result) -> bool:
    return result is not None and not isinstance(result, Flag)


def _short(tensor) -> str:
    """The last part of a tensor's name; a variable's own for what it holds."""
    return tensor.op.name.removesuffix("/read").rpartition("/")[2]
