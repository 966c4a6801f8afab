"""Static shapes of loop variables that a GraphDef does not tell: as narrow as the loop's body keeps them."""

from __future__ import annotations

from minitf.framework.graph import Graph
from minitf.framework.shape import SCALAR, TensorShape
from minitf.framework.tensor import Tensor
from minitf.ops.control.loop import Loop, stacked_shape


def widen(loop: Loop) -> None:
    """Makes the shapes of a loop's variables as wide as what its body gives for them."""
    changed = True
    while changed:  # each time at least one size is forgotten
        changed = False
        for argument, following in zip(loop.carry_args, loop.nexts):
            changed |= _forget(argument, following.shape)
        if changed:
            infer(loop.body)
    for argument, seen in zip(loop.carry_args, loop.condition.arguments if loop.condition else ()):
        _forget(seen, argument.shape)
    if loop.condition is not None:
        infer(loop.condition)


def _forget(argument: Tensor, shape: TensorShape) -> bool:
    """Gives an argument a shape that allows for another one, too; whether that is a new shape."""
    wide = argument.shape.most_specific_compatible_shape(shape)
    if wide.sizes == argument.shape.sizes:
        return False
    argument._shape = wide
    return True


def infer(graph: Graph) -> None:
    """Infers the static shapes of a body's tensors again, its arguments' being known."""
    for op in graph.ops:
        for tensor, shape in zip(op.outputs, _shapes(op)):
            tensor._shape = shape


def _shapes(op) -> list[TensorShape]:
    known = [t.shape for t in op.outputs]
    if op.type == "Arg":
        outer = op.attrs.get("stands_for")
        return known if outer is None else [outer.shape]
    if op.type == "Loop":
        return _of_loop(op)
    if op.type == "If":
        return _of_branches(op)
    if op.definition.shape is None:
        return known
    found = op.definition.shape(op)
    return found if isinstance(found, (list, tuple)) else [found]


def _of_loop(op) -> list[TensorShape]:
    loop: Loop = op.attrs["loop"]
    for first, argument in zip(op.inputs, loop.carry_args):
        _forget(argument, first.shape)
    for x, argument in zip(op.inputs[loop.carries :], loop.xs_args):
        _forget(argument, x.shape[1:])
    infer(loop.body)
    widen(loop)
    stacks = [stacked_shape(loop, y, op.inputs) for y in loop.ys]
    return [*(t.shape for t in loop.carry_args), SCALAR, *stacks]


def _of_branches(op) -> list[TensorShape]:
    ways = op.attrs["branches"].bodies
    for body in ways:
        infer(body)
    pairs = zip(*(body.results for body in ways))
    return [_either(*pair) for pair in pairs]


def _either(one: Tensor | None, other: Tensor | None) -> TensorShape:
    if one is None or other is None:
        return (other if one is None else one).shape
    return one.shape.most_specific_compatible_shape(other.shape)
