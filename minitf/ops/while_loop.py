"""tf.while_loop over the Loop op."""

from __future__ import annotations

import inspect
from collections.abc import Callable

from minitf.framework import dtypes, nest
from minitf.framework.body import Body
from minitf.framework.convert import convert_to_tensor
from minitf.framework.graph import get_default_graph, name_scope
from minitf.framework.operation import Operation
from minitf.framework.shape import TensorShape, as_shape
from minitf.framework.tensor import IndexedSlices, Tensor
from minitf.ops import dataflow, math
from minitf.ops.constant import constant
from minitf.ops.loop import Loop, make_loop


def while_loop(cond: Callable, body: Callable, loop_vars, shape_invariants=None, parallel_iterations: int = 10,
               back_prop: bool = True, swap_memory: bool = False, name: str | None = None, maximum_iterations=None,
               return_same_structure: bool = False):  # fmt: skip
    """Repeats `loop_vars = body(*loop_vars)` while `cond(*loop_vars)` is true; returns the last loop_vars.

    loop_vars: a nested list or tuple of tensors or TensorArrays. cond returns a bool scalar; body returns as many values, of
    the same structure, types and shapes. A variable whose shape changes needs its `shape_invariants` (a structure like
    loop_vars of TensorShapes). maximum_iterations: a bound on the trips. back_prop=False: no gradients flow through.
    swap_memory: what the gradient needs of each trip is kept in memory-mapped temporary storage instead of RAM. A single
    loop variable is returned bare unless return_same_structure.

    Gradients, of any order, flow to the loop variables and to whatever tensors and variables the body uses.

    Raises:
      TypeError: if cond or body are not functions, or a loop variable changes its type.
      ValueError: if loop_vars is empty, or body returns another structure or shape.

    >>> import minitf as tf
    >>> total = tf.while_loop(lambda i, s: i < 4, lambda i, s: [i + 1, s + i], [0, 0])[1]
    >>> with tf.Session() as sess:
    ...     print(sess.run(total))
    6
    """
    _check_arguments(cond, body, loop_vars, parallel_iterations)
    if maximum_iterations is not None:
        return _bounded(cond, body, loop_vars, shape_invariants, parallel_iterations, back_prop, swap_memory, name,
                        maximum_iterations, return_same_structure)  # fmt: skip
    with name_scope(name, "while"):
        variables = _Variables(body, loop_vars, shape_invariants)
        op = _build(cond, body, variables, back_prop, swap_memory)
        exits = [dataflow.exit(t) for t in op.outputs[: len(variables.flat)]]
        result = variables.packed(exits)
    return result[0] if len(result) == 1 and not return_same_structure and not isinstance(result, dict) else result


def _check_arguments(cond, body, loop_vars, parallel_iterations) -> None:
    for label, function in (("cond", cond), ("body", body)):
        if not callable(function):
            raise TypeError(f"tf.while_loop: {label} has to be a function of the loop variables, not {function!r}")
    if not nest.is_sequence(loop_vars) or not loop_vars:
        raise ValueError(f"tf.while_loop: loop_vars has to be a list or tuple of at least one value, not {loop_vars!r}")
    if not isinstance(parallel_iterations, int) or parallel_iterations < 1:
        raise TypeError(f"tf.while_loop: parallel_iterations is a positive integer, not {parallel_iterations!r}")


def _bounded(cond, body, loop_vars, shape_invariants, parallel_iterations, back_prop, swap_memory, name, limit,
             return_same_structure):  # fmt: skip
    """The loop with a counter in front of its variables."""
    limit = convert_to_tensor(limit, name="maximum_iterations")
    if not limit.dtype.is_integer or not limit.shape.is_compatible_with([]):
        raise ValueError(f"tf.while_loop: maximum_iterations is an integer scalar, not {limit}")
    counter = constant(0, dtype=limit.dtype, name="iteration_counter")
    invariants = None if shape_invariants is None else (TensorShape([]), shape_invariants)
    _, result = while_loop(
        lambda i, values: math.logical_and(i < limit, cond(*values)),
        lambda i, values: (i + 1, _like(loop_vars, body(*values))),
        (counter, loop_vars), invariants, parallel_iterations, back_prop, swap_memory, name,
    )  # fmt: skip
    return result[0] if len(result) == 1 and not return_same_structure and not isinstance(result, dict) else result


def _like(loop_vars, returned):
    """What the body returned, in the container that the loop variables came in."""
    if not nest.is_sequence(returned):
        returned = [returned]
    return nest.rebuild(loop_vars, nest.children(returned)) if len(returned) == len(loop_vars) else returned


class _Variables:
    """The loop variables: their structure, first values, names and invariant shapes."""

    def __init__(self, body: Callable, loop_vars, invariants):
        self.structure = nest.map_structure(_as_variable, loop_vars)
        self.leaves = nest.flatten(self.structure)
        self.flat = [t for leaf in self.leaves for t in components(leaf)]
        self.names = _names(body, self.structure)
        self.given = invariants is not None
        self.shapes = self._invariants(invariants) if self.given else [t.shape for t in self.flat]

    def _invariants(self, invariants) -> list[TensorShape]:
        try:
            given = nest.flatten_up_to(self.structure, invariants)
        except ValueError:
            raise ValueError(f"tf.while_loop: shape_invariants {invariants} has not the structure of loop_vars") from None
        shapes = []
        for leaf, shape in zip(self.leaves, given):
            parts = components(leaf)
            shapes += [as_shape(shape)] if len(parts) == 1 else _component_shapes(leaf, parts, shape)
        for tensor, shape, name in zip(self.flat, shapes, self.names):
            if not includes(shape, tensor.shape):
                raise ValueError(
                    f"tf.while_loop: {name} starts with shape {tensor.shape}, which its shape invariant {shape} does not allow"
                )
        return shapes

    def arguments(self, body: Body) -> list[Tensor]:
        """The loop variables as arguments of a body."""
        return [body.add_argument(t.dtype.base_dtype, s) for t, s in zip(self.flat, self.shapes)]

    def packed(self, tensors: list[Tensor]):
        """Flat tensors in the structure of the loop variables."""
        values = iter(tensors)
        leaves = [assembled(leaf, [next(values) for _ in components(leaf)]) for leaf in self.leaves]
        return nest.pack_sequence_as(self.structure, leaves)

    def flattened(self, returned) -> list[Tensor]:
        """What the body returned, as flat tensors checked against the loop variables."""
        if isinstance(self.structure, (list, tuple)):
            if not nest.is_sequence(returned) or (len(self.structure) == 1 and len(returned) != 1):
                returned = [returned]
            if isinstance(returned, (list, tuple)) and len(returned) == len(self.structure):
                returned = nest.rebuild(self.structure, list(returned))
        try:
            nest.assert_same_structure(self.structure, returned, check_types=False)
        except (ValueError, TypeError) as error:
            raise ValueError(
                "tf.while_loop: body has to return one value for each loop variable, in the structure of loop_vars; "
                f"{error}"
            ) from None
        given = [c for leaf, like in zip(nest.flatten(returned), self.leaves) for c in _next_components(leaf, like)]
        return [self._checked(t, i) for i, t in enumerate(given)]

    def _checked(self, tensor: Tensor, i: int) -> Tensor:
        name, wanted, shape = self.names[i], self.flat[i].dtype.base_dtype, self.shapes[i]
        if tensor.dtype.base_dtype is not wanted:
            raise TypeError(
                f"tf.while_loop: {name} starts as {wanted.name}, but body returns {tensor.dtype.base_dtype.name} for it "
                f"({tensor.name}); start it as {tensor.dtype.base_dtype.name}, or tf.cast what body returns"
            )
        if not includes(shape, tensor.shape):
            raise ValueError(
                f"tf.while_loop: {name} has shape {shape} when an iteration starts and {tensor.shape} after it; "
                "if the shape is meant to change, declare shape_invariants with None for the sizes that vary"
                if not self.given else
                f"tf.while_loop: {name} has shape {tensor.shape} after an iteration, which its shape invariant {shape} "
                "does not allow"
            )  # fmt: skip
        return tensor


def _as_variable(value):
    if isinstance(value, IndexedSlices) or hasattr(value, "_components"):
        return value
    return convert_to_tensor(value)


def components(leaf) -> list[Tensor]:
    """The tensors of which a loop variable consists."""
    if isinstance(leaf, IndexedSlices):
        return [t for t in (leaf.values, leaf.indices, leaf.dense_shape) if t is not None]
    return leaf._components() if hasattr(leaf, "_components") else [leaf]


def assembled(leaf, parts: list[Tensor]):
    """A loop variable like `leaf` made of other tensors."""
    if isinstance(leaf, IndexedSlices):
        return IndexedSlices(*parts)
    return leaf._from_components(parts) if hasattr(leaf, "_components") else parts[0]


def _component_shapes(leaf, parts, shape) -> list[TensorShape]:
    """The invariants of a compound variable: its values' first size may vary, the rest is as it starts."""
    if isinstance(leaf, IndexedSlices):
        return [as_shape(shape), as_shape([None]), *[p.shape for p in parts[2:]]]
    return [p.shape for p in parts]


def _next_components(leaf, like) -> list[Tensor]:
    if hasattr(like, "_components") and not hasattr(leaf, "_components"):
        raise TypeError(f"tf.while_loop: body has to return a {type(like).__name__} for {like}, not {leaf!r}")
    return components(leaf) if not isinstance(like, Tensor) else [_next_value(leaf, like)]


def _next_value(leaf, like: Tensor) -> Tensor:
    if isinstance(leaf, Operation) or leaf is None:
        raise TypeError(f"tf.while_loop: body returned {leaf!r} for a loop variable; return a tensor")
    return leaf if isinstance(leaf, Tensor) else convert_to_tensor(leaf, preferred_dtype=like.dtype.base_dtype)


def includes(invariant: TensorShape, shape: TensorShape) -> bool:
    """Whether every tensor of static shape `shape` also has the shape `invariant`."""
    if invariant.sizes is None:
        return True
    if shape.sizes is None or len(shape.sizes) != len(invariant.sizes):
        return False
    return all(a is None or a == b for a, b in zip(invariant.sizes, shape.sizes))


def _names(body: Callable, structure) -> list[str]:
    """How the user calls each flat loop variable: the body's parameter names, where they can be told."""
    parts = nest.children(structure)
    try:
        parameters = [p.name for p in inspect.signature(body).parameters.values() if p.kind in (0, 1)]
    except (TypeError, ValueError):
        parameters = []
    names = []
    for i, part in enumerate(parts):
        base = f"loop variable '{parameters[i]}'" if i < len(parameters) else f"loop variable {i}"
        count = sum(len(components(leaf)) for leaf in nest.flatten(part))
        names += [base] if count == 1 else [f"{base}, part {k}" for k in range(count)]
    return names


def _build(cond: Callable, body: Callable, variables: _Variables, back_prop: bool, swap_memory: bool) -> Operation:
    """Traces condition and body and adds the Loop op."""
    count = len(variables.flat)
    reserve_ids_of_while(2 * count)
    condition = Body()
    with condition.as_default():
        arguments = variables.arguments(condition)
        result = cond(*_children(variables.packed(arguments)))
        predicate = condition.capture(_predicate(result))
        condition.results = [predicate]
    reserve_ids_of_while(1 + 2 * count)
    traced = Body()
    with traced.as_default():
        carry_args = variables.arguments(traced)
        nexts = [traced.capture(t) for t in variables.flattened(body(*_children(variables.packed(carry_args))))]
    reserve_ids_of_while(count)
    loop = Loop(traced, carry_args, nexts, condition=condition, back_prop=back_prop, swap_memory=swap_memory,
                names=variables.names)  # fmt: skip
    return make_loop(loop, variables.flat, name="Loop")


def _children(packed) -> list:
    """The arguments of cond and body: the top-level parts of the loop variables."""
    return nest.children(packed)


def _predicate(result) -> Tensor:
    predicate = convert_to_tensor(result)
    if predicate.dtype.base_dtype is not dtypes.bool or not predicate.shape.is_compatible_with([]):
        raise TypeError(
            f"tf.while_loop: cond has to return a bool scalar, not {predicate.dtype.name} of shape {predicate.shape}"
        )
    return predicate


def reserve_ids_of_while(count: int) -> None:
    """Skips the ids that TF 1's Enter, Merge, Switch, Identity, LoopCond, NextIteration ops of a loop would take."""
    get_default_graph().root.reserve_ids(count)
