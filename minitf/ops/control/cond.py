"""tf.cond and its relatives: one functional If op with a body for each branch."""

from __future__ import annotations

import numbers
from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np

from minitf.framework import inside, nest, op_counts
from minitf.framework.apply import apply_op
from minitf.framework.body import Body, merged_consts
from minitf.framework.convert import convert_to_tensor
from minitf.framework.graph import get_default_graph, name_scope
from minitf.framework.operation import Operation
from minitf.framework.static import constant_value
from minitf.framework.tensor import IndexedSlices, Tensor
from minitf.ops.array import array
from minitf.ops.array.constant import constant


@dataclass
class Branches:
    """The two bodies of an If op (if true, if false) and the outer tensors they use, in the order of its inputs."""

    bodies: list[Body]
    consts: list[Tensor] = field(default_factory=list)

    def flag(self, body: Body, inner) -> Tensor:
        """A further output of the op: whether an op of a branch ran."""
        for one in self.bodies:
            one.results.append(inside.constant_flag(one, one is body, inner if one is body else None))
        flag = inside.output(body.owner, inside.Flag, body.results[-1])
        flag.loop = getattr(inner, "loop", None)
        return flag

    def give(self, body: Body, tensor: Tensor) -> Tensor:
        """A further output of the op: a tensor of one branch."""
        for one in self.bodies:
            one.results.append(tensor if one is body else None)
        return inside.output(body.owner, inside.Given, tensor)

    def take(self, op: Operation, outer: Tensor) -> None:
        """Adds an input to the op: an outer tensor that a branch uses."""
        if outer not in self.consts:
            self.consts.append(outer)
            op._insert_input(len(op.inputs), outer)


def make_if(pred: Tensor, bodies: list[Body], name: str | None = "If") -> Operation:
    """Adds an If op; results of the two bodies correspond one to one."""
    branches = Branches(bodies, merged_consts(*bodies))
    pairs = list(zip(bodies[0].results, bodies[1].results, strict=True))
    types = [a.dtype.base_dtype for a, _ in pairs]
    op = apply_op(
        "If",
        pred,
        branches.consts,
        dtypes=types,
        static_shapes=[a.shape.most_specific_compatible_shape(b.shape) for a, b in pairs],
        name=name,
        branches=branches,
        then_branch=bodies[0],
        else_branch=bodies[1],
    )
    for body in bodies:
        body.adopt(op, branches)
    return op


def add_result(op: Operation, index: int, tensor: Tensor) -> Tensor:
    """A tensor of one branch as an output of the If op; it has a value only when that branch was taken."""
    bodies = op.attrs["branches"].bodies
    if tensor in bodies[index].results:
        return op.outputs[bodies[index].results.index(tensor)]
    bodies[index].results.append(tensor)
    bodies[1 - index].results.append(None)
    return inside.output(op, Tensor, tensor)


def cond(
    pred,
    true_fn: Callable | None = None,
    false_fn: Callable | None = None,
    strict: bool = False,
    name=None,
    fn1: Callable | None = None,
    fn2: Callable | None = None,
):
    """The result of `true_fn()` if `pred` (a bool scalar) is true, else of `false_fn()`; only one of them runs.

    The functions return tensors (or nested structures of them) of the same structure and types, or
    operations. Ops made outside of the functions run whichever branch is taken. A structure of one element
    is returned as that element unless `strict`.

    Raises:
      TypeError: if pred is a Python bool or a function is missing.
      ValueError: if the results' types or structures differ.

    >>> import minitf as tf
    >>> x = tf.constant(3.0)
    >>> with tf.Session() as sess:
    ...     print(sess.run(tf.cond(x > 2.0, lambda: x * x, lambda: x)))
    9.0
    """
    true_fn, false_fn = _one_of("true_fn", true_fn, "fn1", fn1), _one_of("false_fn", false_fn, "fn2", fn2)
    for label, function in (("true_fn", true_fn), ("false_fn", false_fn)):
        if not callable(function):
            raise TypeError(f"tf.cond: {label} has to be a function without arguments, not {function!r}")
    if isinstance(pred, bool):
        raise TypeError("tf.cond: pred is a Python bool; use a Python `if`, or a bool tensor")
    with name_scope(name, "cond", [pred]) as scope:
        pred = convert_to_tensor(pred, name="pred")
        if not pred.shape.is_compatible_with([]):
            raise ValueError(f"tf.cond: pred has to be a scalar; {pred.name} has shape {pred.shape}")
        op_counts.skip(op_counts.PIVOTS)
        (true_body, true_result), (false_body, false_result) = _traced(true_fn, True), _traced(false_fn, False)
        _check_alike(true_result, false_result, true_body, false_body)
        op = make_if(pred, [true_body, false_body], name=scope)
        op_counts.share(op)
        merged = [array.identity(t, name="Merge") for t in op.outputs]
        result = nest.pack_sequence_as(true_result, _reassembled(true_result, merged))
    return _unpacked(result) if not strict else result


def _one_of(name: str, value, old_name: str, old_value):
    if value is not None and old_value is not None:
        raise TypeError(f"tf.cond: {old_name} is the old name of {name}; give one of them")
    return old_value if value is None else value


def _unpacked(result):
    while nest.is_sequence(result) and not isinstance(result, dict) and len(result) == 1:
        result = result[0]
    return result


def _traced(function: Callable, pred: bool) -> tuple[Body, object]:
    """The body of one branch; its results are the flat tensors of what the function returned."""
    body = Body(of_loop=False)
    with body.as_default():
        returned = function()
        if returned is None or any(leaf is None for leaf in nest.flatten(returned)):
            label, among = "true_fn" if pred else "false_fn", "" if returned is None else " as one of its results"
            raise ValueError(
                f"tf.cond: {label} ({getattr(function, '__name__', function)}) returned None{among}; return tensors or "
                "operations (None values are not supported)"
            )
        returned = nest.map_structure(lambda value: _as_result(value, pred), returned)
        for leaf in nest.flatten(returned):
            body.results += [body.capture(t) for t in _components(leaf)]
    return body, returned


def _as_result(value, pred: bool):
    """A tensor; for an operation one that waits for it, and says which branch it is in."""
    if isinstance(value, Operation):
        with get_default_graph().control_dependencies([value]):
            return constant(pred, name="ran")
    return value if hasattr(value, "_components") or isinstance(value, IndexedSlices) else convert_to_tensor(value)


def _components(leaf) -> list[Tensor]:
    if isinstance(leaf, IndexedSlices):
        return [t for t in (leaf.values, leaf.indices, leaf.dense_shape) if t is not None]
    return leaf._components() if hasattr(leaf, "_components") else [leaf]


def _reassembled(structure, tensors: list) -> list:
    """The leaves of `structure` with their component tensors replaced."""
    values, leaves = iter(tensors), []
    for leaf in nest.flatten(structure):
        parts = [next(values) for _ in _components(leaf)]
        if isinstance(leaf, IndexedSlices):
            leaves.append(IndexedSlices(*parts))
        else:
            leaves.append(leaf._from_components(parts) if hasattr(leaf, "_components") else parts[0])
    return leaves


def _check_alike(true_result, false_result, true_body: Body, false_body: Body) -> None:
    try:
        nest.assert_same_structure(true_result, false_result)
    except (ValueError, TypeError) as error:
        raise type(error)(f"tf.cond: the branches return different structures; {error}") from None
    for i, (a, b) in enumerate(zip(true_body.results, false_body.results)):
        if a.dtype.base_dtype is not b.dtype.base_dtype:
            raise ValueError(
                f"tf.cond: result {i} is {a.dtype.base_dtype.name} from true_fn and {b.dtype.base_dtype.name} from "
                "false_fn; both branches have to return the same type: use tf.cast in one of them"
            )


def smart_cond(pred, true_fn: Callable, false_fn: Callable, name: str | None = None):
    """Like `cond`, but decides at once if the value of `pred` is known."""
    decided = pred is None or isinstance(pred, (bool, numbers.Real, np.bool_))
    value = bool(pred) if decided else constant_value(convert_to_tensor(pred))
    if value is not None:
        return true_fn() if value else false_fn()
    return cond(pred, true_fn, false_fn, name=name)
