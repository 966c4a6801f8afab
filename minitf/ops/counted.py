"""Loops over the slices of tensors: the counted form of the Loop op, and map_fn, scan, foldl and foldr on it."""

from __future__ import annotations

from collections.abc import Callable

from minitf.framework import nest
from minitf.framework.body import Body
from minitf.framework.convert import convert_to_tensor
from minitf.framework.graph import name_scope
from minitf.framework.shape import TensorShape
from minitf.framework.tensor import Tensor
from minitf.ops import array
from minitf.ops.loop import Loop, make_loop
from minitf.ops.while_loop import includes


def counted_loop(body: Callable, carry: list[Tensor], xs: list[Tensor], count, *, reverse: bool = False,
                 back_prop: bool = True, swap_memory: bool = False, names: list[str] | None = None,
                 shapes: list[TensorShape] | None = None, name: str = "Loop") -> tuple[list, list]:  # fmt: skip
    """Runs `next_carry, ys = body(carry, slices)` for `count` slices of each of `xs` along axis 0.

    Returns the last carry and the stacked ys; slices that were not reached (if count is less than xs have) are zero. names
    and shapes are the loop variables' names for error messages and the shapes they keep.

    Raises:
      ValueError: if the body changes the shape of a loop variable.
      TypeError: if it changes its type.
    """
    names = names or [f"loop variable {i}" for i in range(len(carry))]
    shapes = shapes or [t.shape for t in carry]
    traced = Body()
    with traced.as_default():
        carry_args = [traced.add_argument(t.dtype.base_dtype, s) for t, s in zip(carry, shapes)]
        xs_args = [traced.add_argument(x.dtype.base_dtype, x.shape[1:]) for x in xs]
        nexts, ys = body(list(carry_args), list(xs_args))
        nexts = [_checked(convert_to_tensor(t), a, n) for t, a, n in zip(nexts, carry_args, names, strict=True)]
        nexts, ys = [traced.capture(t) for t in nexts], [traced.capture(convert_to_tensor(y)) for y in ys]
    unique = list(dict.fromkeys(ys))
    loop = Loop(traced, carry_args, nexts, xs_args, unique, reverse=reverse, back_prop=back_prop,
                swap_memory=swap_memory, names=names)  # fmt: skip
    op = make_loop(loop, carry, xs, convert_to_tensor(count), name=name)
    stacks = dict(zip(unique, op.outputs[len(carry) + 1 :]))
    return op.outputs[: len(carry)], [stacks[y] for y in ys]


def _checked(tensor: Tensor, argument: Tensor, name: str) -> Tensor:
    if tensor.dtype.base_dtype is not argument.dtype.base_dtype:
        raise TypeError(f"{name} is {argument.dtype.name} before an iteration and {tensor.dtype.base_dtype.name} after it")
    if not includes(argument.shape, tensor.shape):
        raise ValueError(f"{name} has shape {argument.shape} before an iteration and {tensor.shape} after it")
    return tensor


class _Elements:
    """The nested sequence that a functional loop goes through."""

    def __init__(self, elems):
        self.structure = elems
        self.flat = [convert_to_tensor(e, name="elem") for e in nest.flatten(elems)]
        if not self.flat:
            raise ValueError("there has to be at least one tensor to go through")
        for tensor in self.flat:
            if tensor.shape.rank == 0:
                raise ValueError(f"{tensor.name} is a scalar; a loop over slices needs at least one axis")
            tensor.shape[:1].assert_is_compatible_with(self.flat[0].shape[:1])

    def count(self) -> Tensor:
        """How many slices there are."""
        known = self.flat[0].shape.sizes
        return convert_to_tensor(known[0]) if known and known[0] is not None else array.shape(self.flat[0])[0]

    def packed(self, slices: list):
        """One slice of each tensor, in the structure."""
        return nest.pack_sequence_as(self.structure, slices)


def _flat_like(structure, value, what: str) -> list[Tensor]:
    try:
        nest.assert_same_structure(structure, value, check_types=False)
    except ValueError as error:
        raise ValueError(f"{what} returns another structure than is expected; {error}") from None
    return [convert_to_tensor(v) for v in nest.flatten(value)]


def map_fn(fn: Callable, elems, dtype=None, parallel_iterations: int | None = None, back_prop: bool = True,
           swap_memory: bool = False, infer_shape: bool = True, name: str | None = None):  # fmt: skip
    """`fn` applied to each slice of `elems` along axis 0, the results stacked.

    elems: a tensor or nested structure of tensors of equal first size. dtype: what fn returns, as a type or structure of
    types; needed if it differs from elems.

    >>> import minitf as tf
    >>> with tf.Session() as sess:
    ...     print(sess.run(tf.map_fn(lambda x: x * x, tf.constant([1, 2, 3]))))
    [1 4 9]
    """
    if not callable(fn):
        raise TypeError(f"map_fn: fn has to be a function of a slice, not {fn!r}")
    results: list = []
    with name_scope(name, "map"):
        elements = _Elements(elems)

        def body(carry, slices):
            results.append(fn(elements.packed(slices)))
            like = elems if dtype is None else dtype
            flat = _flat_like(like, results[0], "map_fn: fn")
            types = nest.flatten(dtype) if dtype is not None else [t.dtype for t in elements.flat]
            return [], [_typed(t, d) for t, d in zip(flat, types)]

        _, ys = counted_loop(body, [], elements.flat, elements.count(), back_prop=back_prop, swap_memory=swap_memory)
    return nest.pack_sequence_as(results[0], ys)


def _typed(tensor: Tensor, dtype) -> Tensor:
    if not tensor.dtype.is_compatible_with(dtype):
        raise TypeError(
            f"map_fn: fn returns {tensor.dtype.base_dtype.name} where {dtype} is expected; say what it returns with dtype="
        )
    return tensor


def _fold(fn: Callable, elems, initializer, reverse: bool, options: dict, stacked: bool):
    """The last accumulator, or all of them, of `a = fn(a, slice)`."""
    if not callable(fn):
        raise TypeError(f"fn has to be a function of an accumulator and a slice, not {fn!r}")
    elements = _Elements(elems)
    xs, first = elements.flat, None
    count = elements.count()
    if initializer is None:
        first = [x[-1] if reverse else x[0] for x in xs]
        xs, count = [x[:-1] if reverse else x[1:] for x in xs], count - 1
        initializer = elements.packed(first)
    structure = initializer
    carry = [convert_to_tensor(t) for t in nest.flatten(initializer)]

    def body(carry, slices):
        result = fn(nest.pack_sequence_as(structure, carry), elements.packed(slices))
        flat = _flat_like(structure, result, "fn")
        return flat, flat if stacked else []

    finals, ys = counted_loop(body, carry, xs, count, reverse=reverse, **options)
    if stacked and first is not None:
        start = [array.expand_dims(t, 0) for t in first]
        ys = [array.concat([y, s] if reverse else [s, y], 0) for s, y in zip(start, ys)]
    return nest.pack_sequence_as(structure, ys if stacked else finals)


def scan(fn: Callable, elems, initializer=None, parallel_iterations: int = 10, back_prop: bool = True,
         swap_memory: bool = False, infer_shape: bool = True, reverse: bool = False, name: str | None = None):  # fmt: skip
    """All accumulators of `a = fn(a, slice)` over the slices of `elems`, stacked.

    initializer: the first accumulator; without it the first slice (the last if `reverse`) is, and begins the result.

    >>> import minitf as tf
    >>> with tf.Session() as sess:
    ...     print(sess.run(tf.scan(lambda a, x: a + x, tf.constant([1, 2, 3]))))
    [1 3 6]
    """
    with name_scope(name, "scan"):
        return _fold(fn, elems, initializer, reverse, {"back_prop": back_prop, "swap_memory": swap_memory}, True)


def foldl(fn: Callable, elems, initializer=None, parallel_iterations: int = 10, back_prop: bool = True,
          swap_memory: bool = False, name: str | None = None):  # fmt: skip
    """The last accumulator of `a = fn(a, slice)` over the slices of `elems`, first to last.

    >>> import minitf as tf
    >>> with tf.Session() as sess:
    ...     print(sess.run(tf.foldl(lambda a, x: a - x, tf.constant([1, 2, 3]))))
    -4
    """
    with name_scope(name, "foldl"):
        return _fold(fn, elems, initializer, False, {"back_prop": back_prop, "swap_memory": swap_memory}, False)


def foldr(fn: Callable, elems, initializer=None, parallel_iterations: int = 10, back_prop: bool = True,
          swap_memory: bool = False, name: str | None = None):  # fmt: skip
    """The last accumulator of `a = fn(a, slice)` over the slices of `elems`, last to first.

    >>> import minitf as tf
    >>> with tf.Session() as sess:
    ...     print(sess.run(tf.foldr(lambda a, x: a - x, tf.constant([1, 2, 3]))))
    0
    """
    with name_scope(name, "foldr"):
        return _fold(fn, elems, initializer, True, {"back_prop": back_prop, "swap_memory": swap_memory}, False)
