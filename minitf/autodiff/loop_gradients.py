"""The gradients of Loop and If: again a Loop and an If.

The gradient of a loop runs as often, in the other direction. Its carries are the gradients of the loop's
carries and the sums of what flows into the consts; its xs are the values of the forward loop's body that the
gradient needs, which the forward loop therefore gives out as further ys.
"""

from __future__ import annotations

from minitf.autodiff import gradient_counts
from minitf.autodiff.gradients import COUNTED, OfBranches, backpropagate, dense, structural
from minitf.autodiff.way import carries_gradient
from minitf.framework import inside, op_counts
from minitf.framework.apply import apply
from minitf.framework.body import Body
from minitf.framework.graph import Graph, get_default_graph
from minitf.framework.registry import OpDef
from minitf.framework.static import constant_value
from minitf.framework.tensor import IndexedSlices, Tensor
from minitf.framework.traversal import reached
from minitf.ops.array import array
from minitf.ops.array.constant import constant
from minitf.ops.control.cond import Branches, add_result, make_if
from minitf.ops.control.loop import Loop, add_ys, make_loop
from minitf.ops.math import math


def _measures(definition: OpDef) -> bool:
    """Whether the op tells the shape of its input, in numbers."""
    return definition.reads == "shape" and definition.outputs[0].variable not in definition.variables


class _GradientBody(Body):
    """A body whose ops may use tensors of the forward body; what they are worth is handed in from outside."""

    def __init__(self, forward: Body):
        super().__init__(of_loop=forward.of_loop)
        self.forward = forward

    def create(self, definition, inputs, *args, **kwargs):
        """Makes an op; shapes of forward tensors are taken in the forward body, so that only they are saved."""
        if _measures(definition) and inputs[0].op.graph in self._forwards():
            return inputs[0].op.graph.create(definition, inputs, *args, **kwargs)
        return super().create(definition, inputs, *args, **kwargs)

    def _forwards(self) -> list[Graph]:
        """The forward bodies of this gradient and of those around it."""
        around = self.outer._forwards() if isinstance(self.outer, _GradientBody) else []
        return [self.forward, *around]

    def capture(self, tensor: Tensor) -> Tensor:
        if tensor.op.graph is not self.forward or tensor in self.captures:
            return self.captures[tensor] if tensor in self.captures else super().capture(tensor)
        if "stands_for" in tensor.op.attrs:
            return self.captured(tensor, self.outer.capture(tensor.op.attrs["stands_for"]))
        with self.as_default():
            again = self._made_again(tensor)
        self.captures[tensor] = self.saved(tensor) if again is None else again
        return self.captures[tensor]

    def _made_again(self, tensor: Tensor) -> Tensor | None:
        """The value of what is not worth saving: a constant, or an index put together, of which parts stay known."""
        op = tensor.op
        if op.type == "Const":
            return constant(op.attrs["value"])
        if op.type == "Pack" and tensor.dtype.is_integer and tensor.shape.rank == 1:
            return apply("Pack", list(op.inputs))
        return None

    def saved(self, tensor: Tensor) -> Tensor:
        """The argument through which the value of a forward tensor comes in."""
        raise NotImplementedError


class _LoopGradientBody(_GradientBody):
    """The body of a loop's gradient; `xs` are the stacked values it reads, each with its argument."""

    def __init__(self, op):
        super().__init__(op.attrs["body"])
        self.op, self.loop = op, op.attrs["loop"]
        self.xs: list[tuple[Tensor, Tensor]] = []
        self.ragged: set[int] = set()

    def saved(self, tensor):
        if tensor in self.loop.xs_args:
            i = self.loop.xs_args.index(tensor)
            return self.add_xs(self.op.inputs[self.loop.carries + i], tensor, i in self.loop.ragged)
        stack = add_ys(self.op, tensor, saved=True)
        return self.add_xs(stack, tensor, self.loop.ys.index(tensor) in self.loop.saved)

    def add_xs(self, stack: Tensor, like: Tensor, ragged: bool) -> Tensor:
        """An argument that takes the slices of `stack`."""
        if ragged:
            self.ragged.add(len(self.xs))
        argument = self.argument(like.dtype.base_dtype, like.shape)
        self.xs.append((self.outer.capture(stack), argument))
        return argument


@structural("Loop")
def _loop_gradient(op, grads: list, wanted: list, asked: list, gated) -> tuple[list, dict]:
    loop: Loop = op.attrs["loop"]
    if not loop.back_prop:
        return [None] * len(op.inputs), {}
    n, m = loop.carries, len(loop.xs_args)
    grads = [dense(g, t) for g, t in zip(grads, op.outputs)] + [None] * (len(op.outputs) - len(grads))
    active = _active_carries(loop, grads)
    xs_wanted = [i for i in range(m) if wanted[n + i]]
    consts_wanted = [i for i in range(len(loop.consts)) if wanted[n + m + i] and loop.consts[i] in loop.body.consts]
    body = _LoopGradientBody(op)
    with body.as_default():
        carry_args = [body.add_argument(loop.carry_args[i].dtype.base_dtype, loop.carry_args[i].shape) for i in active]
        seeds = [(loop.nexts[i], a) for i, a in zip(active, carry_args)]
        given = [(k, y, g) for k, (y, g) in enumerate(zip(loop.ys, grads[n + 1 :])) if g is not None]
        seeds += [(y, _cut(body.add_xs(g, y, k in loop.saved), y, k in loop.padded)) for k, y, g in given]
        targets = [loop.carry_args[i] for i in active] + [loop.xs_args[i] for i in xs_wanted]
        targets += [loop.body.consts[loop.consts[i]] for i in consts_wanted]
        found = backpropagate(seeds, targets, set())
        parts = _Parts(body, carry_args, found, len(active), len(xs_wanted), targets)
    inits = [array.zeros_like(op.outputs[i]) if grads[i] is None else grads[i] for i in active]
    inits += [array.zeros_like(loop.consts[i]) for i, g in zip(consts_wanted, parts.const_grads) if _summed(g)]
    saved = {k for k, i in enumerate(xs_wanted) if i in loop.ragged}
    ways = {"reverse": not loop.reverse, "swap_memory": loop.swap_memory}
    known = {"ragged": body.ragged, "padded": parts.padded, "saved": saved, "gradient_of": [(op, i) for i in active]}
    backwards = Loop(body, parts.carry_args, parts.nexts, [a for _, a in body.xs], parts.ys, **ways, **known)
    count = get_default_graph().capture(op.outputs[n])
    result = make_loop(backwards, inits, [stack for stack, _ in body.xs], count, name="Loop")
    return parts.arrange(op, result, active, xs_wanted, consts_wanted), {}


def _summed(grad) -> bool:
    return grad is not None and not isinstance(grad, IndexedSlices)


class _Parts:
    """The carries and ys of a gradient loop, and how its outputs become gradients of the forward loop's inputs."""

    def __init__(self, body, carry_args, found, active: int, xs: int, targets):
        carry_grads, xs_grads, self.const_grads = (found[:active], found[active : active + xs], found[active + xs :])
        self.nexts = [_or_zeros(g, t) for g, t in zip(carry_grads, targets)]
        self.ys = [_or_zeros(g, t) for g, t in zip(xs_grads, targets[active:])]
        self.carry_args, self.padded = list(carry_args), set()
        for g in self.const_grads:
            if _summed(g):
                total = body.add_argument(g.dtype.base_dtype, g.shape)
                self.carry_args.append(total)
                self.nexts.append(_sum(total, g))
            elif g is not None:
                self.padded |= {len(self.ys), len(self.ys) + 1}
                self.ys += [g.values, g.indices]
        self.nexts = [body.capture(t) for t in self.nexts]
        self.ys = [body.capture(t) for t in self.ys]

    def arrange(self, op, result, active, xs_wanted, consts_wanted) -> list:
        """One gradient (or None) per input of the forward loop."""
        loop: Loop = op.attrs["loop"]
        gradients: list = [None] * len(op.inputs)
        outputs, n, m = result.outputs, loop.carries, len(loop.xs_args)
        for k, i in enumerate(active):
            gradients[i] = outputs[k]
        ys = outputs[len(self.carry_args) + 1 :]
        for k, i in enumerate(xs_wanted):
            gradients[n + i] = ys[k]
        total, sparse = len(active), len(xs_wanted)
        for g, i in zip(self.const_grads, consts_wanted):
            if _summed(g):
                summed, total = outputs[total], total + 1
                gradients[n + m + i] = _of_taken(op, summed, loop.body.consts[loop.consts[i]], "Enter", "b_acc_3")
            elif g is not None:
                rows = _of_trips_made(op, outputs[len(self.carry_args)], ys[sparse : sparse + 2])
                gradients[n + m + i] = _flat_slices(*rows, loop.consts[i])
                sparse += 2
        return gradients


def _of_taken(op, gradient: Tensor, argument: Tensor, how: str, name: str) -> Tensor:
    """The gradient of what a body takes by an argument, under the name that it has in TensorFlow, where the op
    that is the first to use it has one of its own to take it.
    """
    graph = get_default_graph()
    scope = graph.get_name_scope()
    around = scope.removesuffix(f"{op.name}_grad")
    if graph.outer is not None or around == scope or not argument._consumers:
        return gradient
    user = argument._consumers[0]
    takes = [t for t in user.inputs if t.op.definition.role == "argument" and t._consumers[0] is user]
    place = list(dict.fromkeys(takes)).index(argument)
    return array.identity(gradient, name=f"{around}{user.name}/{how}{f'_{place}' * (place > 0)}_grad/{name}/")


def _cut(grad: Tensor, y: Tensor, padded: bool) -> Tensor:
    """The gradient of a slice, without the rows that were added to it."""
    if not padded or (y.shape.sizes or [None])[0] is not None:
        return grad
    return grad[: array.shape(y)[0]]


def _sum(total: Tensor, grad: Tensor) -> Tensor:
    """The sum of two gradients of one tensor, which may be a TensorArray: those have no shape."""
    return total + grad if grad.shape.rank is not None else math.add_n([total, grad])


def _or_zeros(grad, tensor: Tensor) -> Tensor:
    return array.zeros_like(tensor) if grad is None else dense(grad, tensor)


def _of_trips_made(op, trips: Tensor, stacks: list[Tensor]) -> list[Tensor]:
    """The slices of the trips that were made: behind them is room for more, which would count as row 0.

    Inside of a body they would be of another size each time, with which the loop around could not be native.
    """
    made = None if op.attrs["loop"].condition is not None else constant_value(op.inputs[-1])
    room = (stacks[0].shape.sizes or [None])[0]
    if get_default_graph().outer is not None or made is not None and made == room:
        return stacks
    return [stack[:trips] for stack in stacks]


def _flat_slices(values, indices, const) -> IndexedSlices:
    """The rows gathered in all iterations, as one set of slices."""
    rest = array.shape(const)[1:]
    flat = array.reshape(values, array.concat([[-1], rest], 0))
    return IndexedSlices(flat, array.reshape(indices, [-1]), array.shape(const))


def _active_carries(loop: Loop, grads: list) -> list[int]:
    """The carries into which gradients flow: from their own final values, from ys, or around the loop."""
    n = loop.carries
    sources = [y for y, g in zip(loop.ys, grads[n + 1 :]) if g is not None]
    active = {i for i in range(n) if grads[i] is not None and carries_gradient(loop.carry_args[i])}
    while True:
        found = _presentfrom([loop.nexts[i] for i in active] + sources)
        more = {i for i, t in enumerate(loop.carry_args) if t in found and carries_gradient(t)}
        if more <= active:
            return sorted(active)
        active |= more


def _presentfrom(tensors: list[Tensor]) -> set[Tensor]:
    return set(reached(tensors, lambda tensor: filter(carries_gradient, tensor.op.inputs)))


class _BranchGradientBody(_GradientBody):
    """The gradient of one branch; forward values come in as further results of the forward If."""

    def __init__(self, op, index: int):
        super().__init__(op.attrs["branches"].bodies[index])
        self.op, self.index = op, index

    def saved(self, tensor):
        return self.captured(tensor, self.outer.capture(add_result(self.op, self.index, tensor)))


@structural("If")
def _if_gradient(op, grads: list, wanted: list, asked: list, gated) -> tuple[list, dict]:
    """The gradients of the inputs, and those of outputs that are `asked` for: tensors of one branch."""
    branches: Branches = op.attrs["branches"]
    if all(g is None or t in asked for t, g in zip(op.outputs, grads)):
        asked = []  # nothing comes to them through the branch
    inputs = [i for i in range(len(branches.consts)) if wanted[1 + i]]
    grads = grads + [None] * (len(op.outputs) - len(grads))
    flowing = [(k, g) for k, g in enumerate(grads) if g is not None and carries_gradient(op.outputs[k])]
    found, inner, since, made = [], {}, op_counts.Since(), len(flowing) * (4 if gated else 1)
    for index, forward in enumerate(branches.bodies):
        places = {outer: t for t, outer in forward.given.items() if any(outer is g for g in asked)}
        body, given, more, made_inside = _branch_gradient(op, index, inputs, flowing, list(places.values()), gated)
        made += made_inside + gradient_counts.SWITCHED * sum(g is not None for g in given)
        found.append((body, given))
        inner.update({outer: more[t] for outer, t in places.items()})
    present = [any(g is not None for g in pair) for pair in zip(*[given for _, given in found])]
    inputs = [i for i, there in zip(inputs, present) if there]
    found = [(body, [g for g, there in zip(given, present) if there]) for body, given in found]
    sparse = [all(isinstance(g, IndexedSlices) for g in pair) for pair in zip(*[grads for _, grads in found])]
    consts = [branches.consts[i] for i in inputs]
    for body, given in found:
        with body.as_default():
            body.results = [body.capture(t) for t in _branch_results(consts, given, sparse)]
    graph: Graph = get_default_graph()
    outputs = iter(make_if(graph.capture(op.inputs[0]), [body for body, _ in found], name="If").outputs)
    gradients: list = [None] * len(op.inputs)
    for i, const, slices, parts in zip(inputs, consts, sparse, zip(*[given for _, given in found])):
        first = next(outputs)
        if slices:
            gradients[1 + i] = IndexedSlices(first, next(outputs), array.shape(const))
        else:
            uses = [body.consts[const] for body, g in zip(branches.bodies, parts) if g is not None]
            one = len(uses) == 1
            gradients[1 + i] = _of_taken(op, first, uses[0], "Switch", "cond_grad") if one else OfBranches(first)
    since.count_as(made)
    taken = {t: array.identity(inside.given(graph, g)) for t, g in inner.items() if g is not None}
    return gradients, taken


def _branch_gradient(
    op, index: int, inputs: list[int], flowing: list, inner: list, gated
) -> tuple[Body, list, dict, int]:
    """The body of one branch's gradient, the gradients in it (None where the branch does not use the
    input), those of `inner`, tensors of the branch, and how many ops they are.
    """
    branches: Branches = op.attrs["branches"]
    forward = branches.bodies[index]
    body = _BranchGradientBody(op, index)
    with body.as_default():
        seeds = [(forward.results[k], _captured(body, g)) for k, g in flowing if forward.results[k] is not None]
        targets = [forward.consts.get(branches.consts[i]) for i in inputs]
        present, start = [t for t in targets if t is not None], op_counts.last()
        found = dict(
            zip(present + inner, backpropagate(seeds, present + inner, set(), gated=COUNTED if gated else False))
        )
        made = op_counts.last() - start
        more = {t: None if found[t] is None else dense(found[t], t) for t in inner}
        more = {t: g if g is None or g.op.graph is body else array.identity(g) for t, g in more.items()}
    return body, [found.get(t) for t in targets], more, made


def _captured(body: Body, grad):
    """A gradient from outside in the body."""
    if not isinstance(grad, IndexedSlices):
        return body.capture(grad)
    parts = (grad.values, grad.indices, grad.dense_shape)
    return IndexedSlices(*[None if t is None else body.capture(t) for t in parts])


def _branch_results(consts: list, grads: list, sparse: list) -> list:
    """The flat results of a branch: values and indices where both branches give slices, else a dense gradient."""
    results = []
    for const, grad, slices in zip(consts, grads, sparse):
        results += [grad.values, grad.indices] if slices else [_or_zeros(grad, const)]
    return results
