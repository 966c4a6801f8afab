"""The bodies of loops and branches in a GraphDef, from which they can be made again.

Ops of bodies are nodes like all others. Such a node says in `_body` whose body it is in, and as what; the
node of a Loop or If says in attributes of its own which of them are its variables, results and so on.
"""

from __future__ import annotations

from minitf.framework.body import Body
from minitf.framework.inside import Flag, Given, output
from minitf.framework.tensor import Tensor
from minitf.graphs.tensor_arrays import array_of, becomes, is_empty_list, no_gradients
from minitf.graphs.widening import widen
from minitf.ops.control.cond import make_if
from minitf.ops.control.loop import Loop, make_loop

_LISTS = {  # attributes of a Loop's node: the tensors that the names in them stand for
    "_carry": lambda loop: loop.carry_args,
    "_nexts": lambda loop: loop.nexts,
    "_slices": lambda loop: loop.xs_args,
    "_stacked": lambda loop: loop.ys,
    "_condition_carry": lambda loop: loop.condition.arguments if loop.condition else [],
    "_condition": lambda loop: loop.condition.results if loop.condition else [],
}
_SETTINGS = {
    "_reverse": "reverse",
    "_back_prop": "back_prop",
    "_swap_memory": "swap_memory",
    "_names": "names",
    "_saved": "saved",
    "_ragged": "ragged",
}


# ---- writing


def structure(op) -> dict:
    """The attributes of a Loop or If that tell its bodies apart."""
    loop, branches = op.attrs.get("loop"), op.attrs.get("branches")
    if loop is not None:
        found = {name: _names(tensors(loop)) for name, tensors in _LISTS.items()}
        for name, field in _SETTINGS.items():
            value = getattr(loop, field)
            found[name] = sorted(value) if isinstance(value, set) else value
        return found
    if branches is None:
        return {}
    return dict(zip(("_then", "_else"), ([*map(_name, body.results)] for body in branches.bodies)))


def _names(tensors: list) -> list[str]:
    return [_name(t) for t in tensors]


def _name(tensor) -> str:
    return "" if tensor is None else tensor.name


def is_incomplete(op) -> bool:
    """Whether an op depends on whether ops of a branch ran, which a GraphDef does not tell."""
    loop = op.attrs.get("loop")
    tensors = [*op.inputs, *op.outputs, *(loop.ys if loop is not None else ())]
    return bool(op.guards) or any(isinstance(t, (Flag, Given)) for t in tensors)


# ---- reading


def argument(body: Body, attrs: dict, source: Tensor, slices: bool) -> Tensor:
    """An argument of a body: a tensor from outside, a loop's variable, or a slice of something outside."""
    if attrs.get("_const"):
        if source not in body.consts:
            body.take(source, body.argument(source.dtype, source.shape, source))
        return body.consts[source]
    known = attrs.get("shape", source.shape[1:] if slices else source.shape)
    if "_invariant" in attrs and array_of(source) is None:
        known = attrs["_invariant"]
    return body.add_argument(source.dtype.base_dtype, known, source)


def loop_of(attrs: dict, inputs: list, bodies: tuple[Body, Body | None], tensors, name: str):
    """The Loop op of a node's attributes and inputs; `tensors(names)` gives those that are in its bodies."""
    parts = {field: tensors(attrs.get(field) or []) for field in _LISTS}
    body, condition = bodies
    if condition is not None:
        condition.arguments = parts["_condition_carry"]
        condition.results = [condition.capture(t) for t in parts["_condition"]]
        body.condition = condition
    settings = {field: attrs[key] for key, field in _SETTINGS.items() if key in attrs}
    settings |= {field: set(settings.get(field, ())) for field in ("saved", "ragged")}
    nexts, ys = ([body.capture(t) for t in parts[key]] for key in ("_nexts", "_stacked"))
    loop = Loop(body, parts["_carry"], nexts, parts["_slices"], ys, condition, **settings)
    n, m = loop.carries, len(loop.xs_args)
    _check(loop, inputs[:n], name)
    if attrs.get("_open"):
        inputs[:n] = [_started(body.outer, *v) for v in zip(inputs, loop.carry_args, nexts)]
        widen(loop)
    return make_loop(loop, inputs[:n], inputs[n : n + m], inputs[-1], name=f"{name}/")


def _started(graph, first: Tensor, argument: Tensor, following: Tensor) -> Tensor:
    """What a variable starts with: if it becomes an array of gradients, an empty one."""
    if array_of(following) is None or array_of(first) is not None:
        return first
    started = no_gradients(following, first, graph)
    becomes(argument, started)
    return started


def _check(loop: Loop, first: list, name: str) -> None:
    """ValueError unless each variable keeps its type and has as many parts."""
    args = [loop.carry_args, *([loop.condition.arguments] if loop.condition else [])]
    if any(len(a) != len(first) for a in [*args, loop.nexts]):
        raise ValueError(f"loop '{name}' has not one value for each of its variables")
    for start, following, *each in zip(first, loop.nexts, *args):
        types = {t.dtype.base_dtype for t in (start, following, *each)}
        if len(types) > 1:
            raise ValueError(f"a variable of loop '{name}' is of types {sorted(t.name for t in types)}")


def if_of(attrs: dict, inputs: list, bodies: tuple[Body, Body], tensors, name: str):
    """The If op of a node's attributes and inputs, and its outputs in the node's order."""
    results = [
        [t if t is None else body.capture(t) for t in tensors(attrs.get(key) or [])]
        for body, key in zip(bodies, ("_then", "_else"))
    ]
    if len(results[0]) != len(results[1]):
        raise ValueError(f"the branches of '{name}' give different numbers of results")
    pairs = [_alike(*pair, bodies) for pair in zip(*results)]
    if (None, None) in pairs:
        raise ValueError(f"neither branch of '{name}' gives a result that is asked for")
    both = [pair for pair in pairs if None not in pair]
    if any(a.dtype.base_dtype is not b.dtype.base_dtype for a, b in both):
        raise ValueError(f"the branches of '{name}' give results of different types")
    for body, side in zip(bodies, (0, 1)):
        body.results = [pair[side] for pair in both]
    op = make_if(inputs[0], list(bodies), name=f"{name}/")
    first, more = iter(list(op.outputs)), []
    for pair in pairs:
        if None in pair:
            for body, result in zip(bodies, pair):
                body.results.append(result)
            more.append(output(op, Tensor, pair[0] if pair[1] is None else pair[1]))
    rest = iter(more)
    return op, [next(rest if None in pair else first) for pair in pairs]


def _alike(then, otherwise, bodies: tuple) -> tuple:
    """The results of both branches: if one is an array of gradients, the other one is, too; a list of which
    nothing was kept is nothing.
    """
    if then is None or otherwise is None or (array_of(then) is None) == (array_of(otherwise) is None):
        return then, otherwise
    if is_empty_list(then):
        return None, otherwise
    if is_empty_list(otherwise):
        return then, None
    if array_of(then) is None:
        return no_gradients(otherwise, then, bodies[0]), otherwise
    return then, no_gradients(then, otherwise, bodies[1])
