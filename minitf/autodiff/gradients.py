"""Reverse-mode differentiation: gradients are new ops in the same graph, so gradients of gradients come for free."""

from __future__ import annotations

import contextlib
import enum
import heapq

from minitf.autodiff import gradient_counts, gradient_names
from minitf.autodiff.way import Way, beside, carries_gradient
from minitf.framework import dtypes, inside, op_counts
from minitf.framework.convert import convert_to_tensor
from minitf.framework.errors import describe
from minitf.framework.garbage import uncollected
from minitf.framework.graph import at_home, get_default_graph, name_scope
from minitf.framework.origin import warn
from minitf.framework.registry import OPS
from minitf.framework.tensor import IndexedSlices, Tensor
from minitf.framework.traversal import outwards
from minitf.ops.array import array, slices  # noqa: F401 - slices makes IndexedSlices convertible
from minitf.ops.array.constant import constant
from minitf.ops.array.identity import identity
from minitf.ops.math import math  # noqa: F401 - slices makes IndexedSlices convertible

_REGISTERED: dict[str, object] = {}
_STRUCTURAL: dict[str, object] = {}


def structural(op_type: str):
    """Decorator for the gradient of an op with bodies: `f(op, grads, wanted, asked, gated)`, wanted telling which
    inputs matter, asked being outputs, tensors of a body, whose gradients are to be given, too, as a dict, and
    gated telling whether gradients are.
    """

    def register(function):
        _STRUCTURAL[op_type] = function
        return function

    return register


COUNTED = "counted"  # gates whose ops count, though none are made


class OfBranches:
    """The gradient of what both branches of a cond use: TensorFlow adds up one of each."""

    def __init__(self, gradient):
        self.gradient = gradient


class AggregationMethod:
    """Ways to add up gradients, accepted for TensorFlow's sake: there is one."""

    ADD_N = DEFAULT = 0
    EXPERIMENTAL_TREE = 1
    EXPERIMENTAL_ACCUMULATE_N = 2


class UnconnectedGradients(enum.Enum):
    """What `gradients` gives where no path leads from x to ys: None or zeros."""

    NONE = "none"
    ZERO = "zero"


class RegisterGradient:
    """Decorator that registers `f(op, *grads)` as the gradient called `op_type`.

    It is used for ops of that type made by users, or for those that `Graph.gradient_override_map` points to it.

    >>> @RegisterGradient("DocHalved")
    ... def _halved(op, grad):
    ...     return 0.5 * grad
    """

    def __init__(self, op_type: str):
        if not isinstance(op_type, str):
            raise TypeError(f"an op type is a string, not {op_type!r}")
        self._type = op_type

    def __call__(self, function):
        """Registers `function`; KeyError if there is a gradient of that name."""
        if self._type in _REGISTERED or self._type in OPS and OPS[self._type].grad is not None:
            raise KeyError(f"a gradient called {self._type!r} is registered already")
        _REGISTERED[self._type] = function
        return function


def NoGradient(op_type: str) -> None:  # noqa: N802 - TensorFlow's own name
    """Says that ops of this type stop gradients."""
    _REGISTERED[op_type] = None


NotDifferentiable = NoGradient


@uncollected
def gradients(
    ys,
    xs,
    grad_ys=None,
    name: str | None = "gradients",
    colocate_gradients_with_ops: bool = False,
    gate_gradients: bool = False,
    aggregation_method: int | None = None,
    stop_gradients=None,
    unconnected_gradients="none",
) -> list:
    """The derivatives of sum(ys) with respect to each of xs: tensors shaped like xs.

    grad_ys: for each y the gradient that flows into it (default ones). colocate_gradients_with_ops: the gradient ops of
    an op are colocated with it. gate_gradients: the gradients of an op's several
    inputs have the names that they have in TensorFlow, `.../tuple/control_dependency`. stop_gradients: tensors taken as
    constants. A gradient is None (or zeros, with unconnected_gradients="zero") where no differentiable path
    leads from x to ys, and IndexedSlices where only some rows of x were gathered. In a loop or branch ys and
    xs may be tensors and variables from outside of it.

    Raises:
      TypeError: if a y is a bool or a string, or complex without one of grad_ys; an integer y has no gradients, which
        is a warning.
      ValueError: in a loop, if a path leads through what a loop variable starts as.
      LookupError: if an op on the path has no gradient.

    >>> import minitf as tf
    >>> x = tf.constant(3.0)
    >>> with tf.Session() as sess:
    ...     print(sess.run(tf.gradients(x * x, x)))
    [np.float32(6.0)]
    """
    with at_home(ys):
        colocated = bool(colocate_gradients_with_ops)
        return _gradients(ys, xs, grad_ys, name, stop_gradients, unconnected_gradients, gate_gradients, colocated)


def _gradients(ys, xs, grad_ys, name: str, stop_gradients, unconnected_gradients, gated: bool, colocated: bool) -> list:
    ys, xs = listed(ys, "ys"), listed(xs, "xs")
    stop = set(listed(stop_gradients, "stop_gradients")) if stop_gradients is not None else set()
    zeros = getattr(unconnected_gradients, "value", unconnected_gradients)
    if zeros not in ("none", "zero"):
        raise ValueError(f"unconnected_gradients is 'none' or 'zero', not {unconnected_gradients!r}")
    for y in ys:
        _check_differentiable(y)
    with name_scope(name, "gradients") as scope:
        seeds = _seeds(ys, grad_ys, colocated)
        found = backpropagate(list(zip(ys, seeds)), xs, stop, scope, gated, colocated)
        if zeros == "zero":
            found = [array.zeros_like(x) if g is None else g for g, x in zip(found, xs)]
    return found


def listed(values, what: str) -> list[Tensor]:
    """The argument `what` of gradients, one value or a list, as tensors that can be used here."""
    values = values if isinstance(values, (list, tuple)) else [values]
    around = set(outwards(get_default_graph()))
    return [_tensor(v, what, around) for v in values]


def _tensor(value, what: str, around: set) -> Tensor:
    """The tensor itself; a variable stands for its memory, so that every way of reading it counts."""
    try:
        value = value.values if isinstance(value, IndexedSlices) else value
        tensor = value._ref() if hasattr(value, "_ref") else convert_to_tensor(value)
        tensor = inside.seen_from(get_default_graph(), tensor)
    except (TypeError, ValueError) as error:
        raise type(error)(f"{what} of gradients: {error}; give tensors or variables") from None
    get_default_graph().as_graph_element(tensor)
    if tensor.op.graph not in around:
        raise ValueError(
            f"{what} of gradients: {tensor.name} belongs to the body of a loop or branch, and the gradient "
            "is taken outside of it; return it from the body, or take the gradient there"
        )
    return tensor


def _seeds(ys, grad_ys, colocated: bool) -> list:
    given = [None] * len(ys) if grad_ys is None else grad_ys if isinstance(grad_ys, (list, tuple)) else [grad_ys]
    if len(given) != len(ys):
        raise ValueError(f"{len(given)} grad_ys were given for {len(ys)} ys")
    found = []
    for i, (y, g) in enumerate(zip(ys, given)):
        with beside(y.op) if colocated else contextlib.nullcontext():
            found.append(_seed(y, g, i))
    return found


def _check_differentiable(y: Tensor) -> None:
    base = y.dtype.base_dtype
    if base.is_integer:
        warn(f"gradients of {y.name} are None: it is {base.name}, no floating point tensor")
    elif not carries_gradient(y):
        raise TypeError(
            f"gradients of {y.name} of type {base.name}: only floating point tensors have them; cast it with tf.cast"
        )


def _seed(y: Tensor, given, index: int):
    base = y.dtype.base_dtype
    if given is None and base.is_complex:
        raise TypeError(f"Gradients of complex tensors must set grad_ys: {y.name} is {base.name}")
    if given is None:
        return array.fill(array.shape(y), constant(1, base, name=f"grad_ys_{index}"))
    if isinstance(given, IndexedSlices):
        return given
    given = convert_to_tensor(given, name=f"grad_ys_{index}")
    if given.dtype.base_dtype is not base:
        raise ValueError(f"grad_ys[{index}] is {given.dtype.name}, but {y.name} is {base.name}")
    if not given.shape.is_compatible_with(y.shape):
        raise ValueError(f"grad_ys[{index}] has shape {given.shape}, but {y.name} has shape {y.shape}")
    return given


def backpropagate(
    seeds: list[tuple], xs: list[Tensor], stop: set, scope: str = "", gated: bool | str = False, colocated: bool = False
) -> list:
    """The gradients of `xs`, given pairs of tensors and the gradients that flow into them."""
    way = Way([y for y, _ in seeds], xs, stop, scope, gated, colocated)
    pending: dict[Tensor, list] = {}
    for y, seed in seeds:
        pending.setdefault(way.origin(y), []).append(seed)
        way.givers.setdefault(way.origin(y), []).append(None)
    queue: list = []
    queued: set = set()
    _enqueue(queue, queued, {y.op for y in pending if y not in way.stop and carries_gradient(y)} & way.relevant)
    while queue:
        op = heapq.heappop(queue)[1]
        grads = [_total(way, pending, t) if carries_gradient(t) else None for t in op.outputs]
        if not any(g is not None for g in grads):
            continue
        touched = _step_back(way, op, grads, pending)
        _enqueue(queue, queued, touched & way.relevant)
    found = [way.inner[x] if x in way.inner else _total(way, pending, x) for x in map(way.origin, xs)]
    if len(way.sums) > 1:
        gradient_names.call_sums(way.graph, way.sums, way.places)
    return found


def _enqueue(queue: list, queued: set, ops) -> None:
    for op in ops:
        if op not in queued:
            queued.add(op)
            heapq.heappush(queue, (-op.order, op))


def _step_back(way: Way, op, grads: list, pending: dict) -> set:
    """Applies the op's gradient rule; returns the ops that made the inputs it reached."""
    if op.definition.role == "argument":
        raise ValueError(_through_the_start(op))
    rule = _STRUCTURAL.get(op.type) or _rule(op)
    if rule is None:
        return set()
    made = op_counts.Since()
    with way.context(op):
        if op.type in _STRUCTURAL:
            asked = way.asked_inside(op)
            results, inner = rule(op, grads, [way.matters(t) for t in op.inputs], asked, way.gated)
            way.inner.update(inner)
        elif rule is op.definition.grad and op.definition.passes_slices:
            results = rule(op, *grads)
        else:
            results = rule(op, *[dense(g, t) for g, t in zip(grads, op.outputs)])
    results = list(results) if isinstance(results, (list, tuple)) else [results]
    way.added.update(r.gradient for r in results if isinstance(r, OfBranches))
    results = [r.gradient if isinstance(r, OfBranches) else r for r in results]
    if len(results) != len(op.inputs):
        raise ValueError(
            f"the gradient of {op.type} '{op.name}' gave {len(results)} values for {len(op.inputs)} inputs"
        )
    given = [(t, g) for t, g in zip(op.inputs, results) if g is not None and carries_gradient(t)]
    fitted = [_fitted(way, grad, tensor, op) for tensor, grad in given]
    if rule is op.definition.grad:
        count = gradient_counts.of_gradient(op, grads, [way.matters(t) for t in op.inputs])
        if count is not None:
            made.count_as(count)
        gradient_names.call(way.graph, way.scope_of(op), fitted, gradient_names.names(op))
    if way.gated and op.type not in _STRUCTURAL:
        fitted = _gated(way, op, fitted)
    touched = set()
    for (tensor, _), grad in zip(given, fitted):
        tensor = way.origin(tensor)
        pending.setdefault(tensor, []).append(grad)
        way.givers.setdefault(tensor, []).append(op)
        if tensor not in way.stop:
            touched.add(tensor.op)
    return touched


def _gated(way: Way, op, grads: list) -> list:
    """The gradients of the op's inputs, called what a gate in front of which they wait calls them."""
    count = gradient_counts.of_gate(op, len(grads))
    if op.type in gradient_counts.RESHAPED or way.gated == COUNTED:
        op_counts.skip(count)
    elif count > len(grads):
        with way.context(op), name_scope("tuple"):
            op_counts.skip(count - len(grads))
            grads = [_renamed(grad) for grad in grads]
        gradient_names.call(way.graph, f"{way.scope_of(op)}tuple/", grads, gradient_names.GATED.get(op.type, ()))
    return grads


def _renamed(grad):
    """The gradient under the name that a gate gives it; nothing waits for it."""
    if isinstance(grad, IndexedSlices):
        return IndexedSlices(_renamed(grad.values), grad.indices, grad.dense_shape)
    with get_default_graph().colocate_with(grad, ignore_existing=True):
        return identity(grad, name="control_dependency")


def _through_the_start(op) -> str:
    start = op.attrs["starts_as"]
    return (
        "cannot compute a gradient inside of a loop through what it goes through or its loop variables start "
        f"as, here {describe(start.op)}: what other trips make of it is not known there. Take the gradient "
        "with respect to the loop variable or element, or after the loop, or put tf.stop_gradient around it"
    )


def _rule(op):
    override = op.attrs.get("_gradient_op_type")
    if override is not None:
        if override not in _REGISTERED and override not in OPS:
            raise LookupError(
                f"gradient_override_map sends {op.type} '{op.name}' to {override!r}, which nobody registered"
            )
        return _REGISTERED[override] if override in _REGISTERED else OPS[override].grad
    if op.definition.grad is not None:
        return op.definition.grad
    if op.type in _REGISTERED or not op.definition.differentiable:
        return _REGISTERED.get(op.type)
    if not op.inputs or not any(carries_gradient(t) for t in op.inputs):
        return None
    raise LookupError(
        f"{op.type} '{op.name}' (created {op.origin}) has no gradient; put tf.stop_gradient behind it, or register "
        f"one with @tf.RegisterGradient({op.type!r})"
    )


def dense(grad, tensor: Tensor):
    """The gradient of `tensor`, which may be IndexedSlices or None, as a tensor or None."""
    if not isinstance(grad, IndexedSlices):
        return grad
    shape = array.shape(tensor) if grad.dense_shape is None else grad.dense_shape
    whole = convert_to_tensor(IndexedSlices(grad.values, grad.indices, shape))
    whole._shape = whole.shape.merge_with(tensor.shape)
    return whole


def _fitted(way: Way, grad, tensor: Tensor, op):
    """`grad` summed over the axes along which `tensor` was broadcast, so that it has the tensor's shape."""
    if isinstance(grad, IndexedSlices):
        if not op.definition.broadcasts:
            return grad
        with way.context(op):
            grad = dense(grad, op.outputs[0])
    same = tensor.shape.is_fully_defined() and grad.shape.sizes == tensor.shape.sizes
    if same and not _summed(op):
        return grad
    if op.definition.broadcasts:
        with way.context(op):
            return array.sum_to_shape(grad, tensor)
    if not grad.shape.is_compatible_with(tensor.shape):
        raise ValueError(
            f"the gradient of {op.type} '{op.name}' for {tensor.name} has shape {grad.shape} instead of {tensor.shape}"
        )
    grad._shape = grad.shape.merge_with(tensor.shape)
    return grad


def _summed(op) -> bool:
    """Whether TensorFlow sums the gradients of an op over no axes, too, where it was not broadcast."""
    if not op.definition.broadcasts or op.definition.summed is True:
        return op.definition.summed
    known = all(t.shape.is_fully_defined() for t in op.inputs)
    return not known or op.definition.summed == "unlike" and len({t.shape.sizes for t in op.inputs}) > 1


def _total(way: Way, pending: dict, tensor: Tensor):
    """The sum of all gradients that flowed into `tensor`."""
    parts = pending.get(tensor)
    if not parts:
        return None
    if len(parts) == 1 and parts[0] not in way.added:
        return parts[0]
    if all(isinstance(p, IndexedSlices) for p in parts):
        with way.beside(tensor.op):
            values, indices = array.concat([p.values for p in parts], 0), array.concat(_of_one_type(parts), 0)
        shape = next((p.dense_shape for p in parts if p.dense_shape is not None), None)
        total = IndexedSlices(values, indices, shape)
    else:
        with way.beside_parts(tensor, parts):
            parts = [dense(p, tensor) for p in parts]
            total = math.add_n(parts) if len(parts) > 1 else identity(parts[0], name="AddN")
        way.sums.append((tensor.op, total.op))
    pending[tensor] = [total]
    return total


def _of_one_type(parts: list) -> list[Tensor]:
    """The indices of several IndexedSlices, as int64 if some are."""
    indices = [p.indices for p in parts]
    wide = any(i.dtype is dtypes.int64 for i in indices)
    return [math.cast(i, dtypes.int64) for i in indices] if wide else indices
