"""tf.while_loop over the Loop op."""

from __future__ import annotations

import inspect
from collections.abc import Callable

from minitf.framework import dtypes, nest, op_counts
from minitf.framework.body import Body
from minitf.framework.convert import convert_to_tensor
from minitf.framework.graph import name_scope
from minitf.framework.operation import Operation
from minitf.framework.shape import TensorShape, as_shape
from minitf.framework.sparse import SparseTensor
from minitf.framework.tensor import IndexedSlices, Tensor
from minitf.ops.array.constant import constant
from minitf.ops.control import dataflow
from minitf.ops.control.loop import Loop, make_loop
from minitf.ops.math import math


def while_loop(
    cond: Callable,
    body: Callable,
    loop_vars,
    shape_invariants=None,
    parallel_iterations: int = 10,
    back_prop: bool = True,
    swap_memory: bool = False,
    name: str | None = None,
    maximum_iterations=None,
    return_same_structure: bool = False,
):
    """Repeats `loop_vars = body(*loop_vars)` while `cond(*loop_vars)` is true; returns the last loop_vars.

    loop_vars: a nested list or tuple of tensors or TensorArrays. cond returns a bool scalar; body returns as
    many values, of the same structure, types and shapes. A variable whose shape changes needs its
    `shape_invariants` (a structure like loop_vars of TensorShapes). maximum_iterations: a bound on the
    trips. back_prop=False: no gradients flow through.
    swap_memory: what the gradient needs of each trip is kept in memory-mapped temporary storage instead of
    RAM. A single loop variable is returned bare unless return_same_structure.

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
    with name_scope(name, "while", [cond]):
        names, structure, bounds = _parameters(body), loop_vars, maximum_iterations is not None
        if bounds:
            cond, body, loop_vars, shape_invariants = _bounded(
                cond, body, loop_vars, shape_invariants, maximum_iterations
            )
        variables = _Variables(["iteration counter"] * bounds + names, loop_vars, shape_invariants)
        op = _build(cond, body, variables, back_prop, swap_memory)
        exits = [dataflow.exit(t) for t in op.outputs[: len(variables.flat)]]
        result = variables.packed(exits)
    if bounds:
        return _result(nest.rebuild(structure, list(result)[1:]), exits[1:], return_same_structure)
    return _result(nest.rebuild(variables.returned, list(result)), exits, return_same_structure)


def _result(structure, exits: list, same_structure: bool):
    """What the loop returns: a single tensor bare, unless the structure is asked for."""
    return structure[0] if len(exits) == 1 and not same_structure else structure


def _check_arguments(cond, body, loop_vars, parallel_iterations) -> None:
    for label, function in (("cond", cond), ("body", body)):
        if not callable(function):
            raise TypeError(f"tf.while_loop: {label} has to be a function of the loop variables, not {function!r}")
    if not isinstance(loop_vars, (list, tuple)):
        raise TypeError(f"tf.while_loop: loop_vars has to be a list or tuple, not {loop_vars!r}")
    if not nest.flatten(loop_vars):
        raise ValueError("tf.while_loop: there has to be at least one loop variable")
    if not isinstance(parallel_iterations, int) or parallel_iterations < 1:
        raise TypeError(f"tf.while_loop: parallel_iterations is a positive integer, not {parallel_iterations!r}")


def _bounded(cond: Callable, body: Callable, loop_vars, invariants, limit) -> tuple:
    """Condition, body, variables and invariants of the loop with a counter in front of its variables."""
    limit = convert_to_tensor(limit, name="maximum_iterations")
    if not limit.shape.is_compatible_with([]) or not (limit.dtype.is_integer or limit.dtype.is_floating):
        raise ValueError(f"tf.while_loop: maximum_iterations is a scalar number, not {limit}")
    counter = constant(0, dtype=limit.dtype, name="iteration_counter")
    return (
        lambda i, *values: math.logical_and(i < limit, cond(*values)),
        lambda i, *values: (i + 1, *_parts(body(*values), loop_vars)),
        (counter, *loop_vars),
        None if invariants is None else (TensorShape([]), *nest.children(invariants)),
    )


def _parts(returned, loop_vars):
    """What the body returned for each loop variable; a single one may come bare."""
    bare = not isinstance(returned, (list, tuple)) or len(loop_vars) == 1 != len(returned)
    return [returned] if bare else returned


class _Variables:
    """The loop variables: their structure, first values, names and invariant shapes."""

    def __init__(self, names: list[str], loop_vars, invariants):
        self.structure = nest.map_structure(_as_variable, loop_vars)
        self.leaves = nest.flatten(self.structure)
        self.flat = [t for leaf in self.leaves for t in components(leaf)]
        self.names = _labels(names, self.structure)
        self.returned = self.structure  # or the list or tuple in which the body returns them
        self.given = invariants is not None
        self.shapes = self._invariants(invariants) if self.given else self._as_they_start()

    def _as_they_start(self) -> list[TensorShape]:
        """The shapes at the start; how many values a sparse or ragged tensor has may vary."""
        shapes = []
        for leaf in self.leaves:
            parts = components(leaf)
            if isinstance(leaf, SparseTensor):
                shapes += _component_shapes(leaf, parts, parts[2].shape)
            elif hasattr(leaf, "_component_shapes"):
                shapes += leaf._component_shapes(leaf.shape)
            else:
                shapes += [t.shape for t in parts]
        return shapes

    def _invariants(self, invariants) -> list[TensorShape]:
        try:
            given = nest.flatten_up_to(self.structure, invariants, check_types=False)
        except (TypeError, ValueError):
            raise ValueError(
                f"tf.while_loop: shape_invariants {invariants} has not the structure of loop_vars"
            ) from None
        shapes = []
        for leaf, shape in zip(self.leaves, given):
            parts = components(leaf)
            shapes += [as_shape(shape)] if len(parts) == 1 else _component_shapes(leaf, parts, shape)
        for tensor, shape, name in zip(self.flat, shapes, self.names):
            if not includes(shape, tensor.shape):
                raise ValueError(
                    f"tf.while_loop: {name} starts with shape {tensor.shape}, which its shape invariant "
                    f"{shape} does not allow"
                )
        return shapes

    def arguments(self, body: Body) -> list[Tensor]:
        """The loop variables as arguments of a body."""
        return [body.add_argument(t.dtype.base_dtype, s, t) for t, s in zip(self.flat, self.shapes)]

    def packed(self, tensors: list[Tensor]):
        """Flat tensors in the structure of the loop variables."""
        values = iter(tensors)
        leaves = [assembled(leaf, [next(values) for _ in components(leaf)]) for leaf in self.leaves]
        return nest.pack_sequence_as(self.structure, leaves)

    def flattened(self, returned) -> list[Tensor]:
        """What the body returned, as flat tensors checked against the loop variables."""
        returned = self.returned = _parts(returned, self.structure)
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
                f"tf.while_loop: {name} starts as {wanted.name}, but body returns {tensor.dtype.base_dtype.name} for "
                f"it ({tensor.name}); start it as {tensor.dtype.base_dtype.name}, or tf.cast what body returns"
            )
        if not includes(shape, tensor.shape):
            raise ValueError(
                f"tf.while_loop: {name} has shape {shape} when an iteration starts and {tensor.shape} after it; if the "
                "shape is meant to change, declare shape_invariants with None for the sizes that vary"
                if not self.given
                else f"tf.while_loop: {name} has shape {tensor.shape} after an iteration, which its shape "
                f"invariant {shape} does not allow"
            )
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
    """The invariants of a compound variable: its values' first size may vary, the rest is as it starts. That
    of a sparse tensor is given by the shape of its dense_shape.
    """
    if isinstance(leaf, SparseTensor):
        rank = as_shape(shape).with_rank(1)
        return [as_shape([None]).concatenate(rank), as_shape([None]), rank]
    if isinstance(leaf, IndexedSlices):
        return [as_shape(shape), as_shape([None]), *[p.shape for p in parts[2:]]]
    return leaf._component_shapes(as_shape(shape)) if hasattr(leaf, "_component_shapes") else [p.shape for p in parts]


def _next_components(leaf, like) -> list[Tensor]:
    if hasattr(like, "_components") and not hasattr(leaf, "_components"):
        raise TypeError(f"tf.while_loop: body has to return a {type(like).__name__} for {like}, not {leaf!r}")
    if isinstance(like, IndexedSlices) and (
        not isinstance(leaf, IndexedSlices) or len(components(leaf)) != len(components(like))
    ):
        raise ValueError(f"tf.while_loop: body has to return IndexedSlices like {like}, not {leaf!r}")
    return components(leaf) if not isinstance(like, Tensor) else [_next_value(leaf, like)]


def _next_value(leaf, like: Tensor) -> Tensor:
    if isinstance(leaf, Operation) or leaf is None:
        raise ValueError(f"tf.while_loop: body returned {leaf!r} for a loop variable; return a tensor")
    return leaf if isinstance(leaf, Tensor) else convert_to_tensor(leaf, preferred_dtype=like.dtype.base_dtype)


def includes(invariant: TensorShape, shape: TensorShape) -> bool:
    """Whether every tensor of static shape `shape` also has the shape `invariant`."""
    if invariant.sizes is None:
        return True
    if shape.sizes is None or len(shape.sizes) != len(invariant.sizes):
        return False
    return all(a is None or a == b for a, b in zip(invariant.sizes, shape.sizes))


def _parameters(body: Callable) -> list[str]:
    """How the user calls the loop variables: the body's parameter names, where they can be told."""
    try:
        parameters = inspect.signature(body).parameters.values()
    except (TypeError, ValueError):
        return []
    return [f"loop variable '{p.name}'" for p in parameters if p.kind in (p.POSITIONAL_ONLY, p.POSITIONAL_OR_KEYWORD)]


def _labels(names: list[str], structure) -> list[str]:
    """What each flat loop variable is called in messages."""
    labels = []
    for i, part in enumerate(structure):
        base = names[i] if i < len(names) else f"loop variable {i}"
        count = sum(len(components(leaf)) for leaf in nest.flatten(part))
        labels += [base] if count == 1 else [f"{base}, part {k}" for k in range(count)]
    return labels


def _build(cond: Callable, body: Callable, variables: _Variables, back_prop: bool, swap_memory: bool) -> Operation:
    """Traces condition and body and adds the Loop op."""
    count = len(variables.flat)
    op_counts.skip(op_counts.entered(count))
    condition = Body()
    with condition.as_default():
        arguments = variables.arguments(condition)
        result = cond(*variables.packed(arguments))
        predicate = condition.capture(_predicate(result))
        condition.results = [predicate]
    op_counts.skip(op_counts.switched(count))
    traced = Body(condition)
    with traced.as_default():
        carry_args = variables.arguments(traced)
        nexts = [traced.capture(t) for t in variables.flattened(body(*variables.packed(carry_args)))]
    op_counts.skip(op_counts.next_trip(count))
    loop = Loop(
        traced,
        carry_args,
        nexts,
        condition=condition,
        back_prop=back_prop,
        swap_memory=swap_memory,
        names=variables.names,
    )
    return make_loop(loop, variables.flat, name="Loop")


def _predicate(result) -> Tensor:
    predicate = convert_to_tensor(result)
    if predicate.dtype.base_dtype is not dtypes.bool:
        raise TypeError(
            f"tf.while_loop: cond has to return a bool scalar, not {predicate.dtype.name} ({predicate.name})"
        )
    if not predicate.shape.is_compatible_with([]):
        raise ValueError(
            f"tf.while_loop: cond has to return a scalar, not {predicate.name} of shape {predicate.shape}; "
            "tf.reduce_all or tf.reduce_any makes one of it"
        )
    return predicate
