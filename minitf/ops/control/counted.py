"""Loops over the slices of tensors: the counted form of the Loop op, and map_fn, scan, foldl and foldr on it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from minitf.framework import nest, op_counts
from minitf.framework.body import Body
from minitf.framework.convert import convert_to_tensor
from minitf.framework.dtypes import as_dtype
from minitf.framework.graph import name_scope
from minitf.framework.named import named
from minitf.framework.shape import TensorShape
from minitf.framework.tensor import Tensor
from minitf.ops.array import array
from minitf.ops.array.identity import stop_gradient
from minitf.ops.control import dataflow
from minitf.ops.control.loop import Loop, make_loop
from minitf.ops.control.while_loop import assembled, components, includes


def counted_loop(
    body: Callable,
    carry: list[Tensor],
    xs: list[Tensor],
    count,
    *,
    reverse: bool = False,
    back_prop: bool = True,
    swap_memory: bool = False,
    names: list[str] | None = None,
    shapes: list[TensorShape] | None = None,
    name: str | None = "Loop",
) -> tuple[list, list]:
    """Runs `next_carry, ys = body(carry, slices)` for `count` slices of each of `xs` along axis 0.

    carry: tensors and TensorArrays. Returns the last carry and the stacked ys; slices that were not reached
    (if count is less than xs have) are zero. names and shapes are the loop variables' names for error
    messages and the shapes they keep.

    Raises:
      ValueError: if the body changes the shape of a loop variable.
      TypeError: if it changes its type.
    """
    names = names or [f"loop variable {i}" for i in range(len(carry))]
    like, carry = carry, [carried(leaf) for leaf in carry]
    shapes = shapes or [t.shape for t in carry]
    traced = Body()
    with traced.as_default():
        carry_args = [traced.add_argument(t.dtype.base_dtype, s, t) for t, s in zip(carry, shapes)]
        xs_args = [traced.add_argument(x.dtype.base_dtype, x.shape[1:], x) for x in xs]
        nexts, ys = body([assembled(leaf, [a]) for leaf, a in zip(like, carry_args)], list(xs_args))
        nexts = [_checked(carried(t), a, n) for t, a, n in zip(nexts, carry_args, names, strict=True)]
        nexts, ys = [traced.capture(t) for t in nexts], [traced.capture(convert_to_tensor(y)) for y in ys]
    unique = list(dict.fromkeys(ys))
    loop = Loop(
        traced,
        carry_args,
        nexts,
        xs_args,
        unique,
        reverse=reverse,
        back_prop=back_prop,
        swap_memory=swap_memory,
        names=names,
    )
    op = make_loop(loop, carry, xs, convert_to_tensor(count), name=name)
    stacks = dict(zip(unique, op.outputs[len(carry) + 1 :]))
    return [assembled(leaf, [t]) for leaf, t in zip(like, op.outputs)], [stacks[y] for y in ys]


def carried(leaf) -> Tensor:
    """The tensor by which a loop carries a tensor or a TensorArray."""
    return components(leaf)[0] if hasattr(leaf, "_components") else convert_to_tensor(leaf)


def exits(finals: list, first: int) -> list:
    """The last carry under the names that TensorFlow 1 gives it, `Exit_first` and so on."""
    made = (dataflow.exit(carried(leaf), name=f"Exit_{first + i}") for i, leaf in enumerate(finals))
    return [assembled(leaf, [t]) for leaf, t in zip(finals, made)]


def _checked(tensor: Tensor, argument: Tensor, name: str) -> Tensor:
    if tensor.dtype.base_dtype is not argument.dtype.base_dtype:
        raise TypeError(
            f"{name} is {argument.dtype.name} before an iteration and {tensor.dtype.base_dtype.name} after it"
        )
    if not includes(argument.shape, tensor.shape):
        raise ValueError(f"{name} has shape {argument.shape} before an iteration and {tensor.shape} after it")
    return tensor


class _Elements:
    """The nested sequence that a functional loop goes through."""

    def __init__(self, elems, what: str):
        self.structure = elems
        self.flat = [convert_to_tensor(e, name="elem") for e in nest.flatten(elems)]
        if not self.flat:
            raise ValueError(f"tf.{what}: there has to be at least one tensor to go through")
        for tensor in self.flat:
            if tensor.shape.rank == 0:
                raise ValueError(f"tf.{what}: {tensor.name} is a scalar; a loop over slices needs at least one axis")
            if not tensor.shape[:1].is_compatible_with(self.flat[0].shape[:1]):
                raise ValueError(
                    f"tf.{what}: all of elems need the same first size, but {self.flat[0].name} has shape "
                    f"{self.flat[0].shape} and {tensor.name} {tensor.shape}"
                )
        sizes = [x.shape.sizes[0] for x in self.flat if x.shape.sizes and x.shape.sizes[0] is not None]
        self.size = sizes[0] if sizes else None
        self.first_known = self.flat[0].shape.sizes is not None and self.flat[0].shape.sizes[0] is not None

    def count(self) -> Tensor:
        """How many slices there are."""
        return array.shape(self.flat[0])[0] if self.size is None else convert_to_tensor(self.size)

    def packed(self, slices: list):
        """One slice of each tensor, in the structure."""
        return nest.pack_sequence_as(self.structure, slices)

    def stacked(self, slices: Tensor) -> Tensor:
        """The result whose slices are these, under TF 1's name."""
        with name_scope("TensorArrayStack"):
            result = array.identity(slices, name="TensorArrayGatherV3")
        if result.shape.rank is not None:
            result.set_shape(TensorShape([self.size]).concatenate(result.shape[1:]))
        return result


def _flat_like(structure, value, what: str) -> list[Tensor]:
    try:
        nest.assert_same_structure(structure, value, check_types=False)
    except ValueError as error:
        raise ValueError(f"tf.{what}: fn returns another structure than is expected; {error}") from None
    return [v if hasattr(v, "_components") else convert_to_tensor(v) for v in nest.flatten(value)]


def map_fn(
    fn: Callable,
    elems,
    dtype=None,
    parallel_iterations: int | None = None,
    back_prop: bool = True,
    swap_memory: bool = False,
    infer_shape: bool = True,
    name: str | None = None,
):
    """`fn` applied to each slice of `elems` along axis 0, the results stacked.

    elems: a tensor or nested structure of tensors of equal first size. dtype: what fn returns, as a type or
    structure of types; needed if it differs from elems.

    Raises:
      TypeError: if fn returns other types than `dtype` says.
      ValueError: if it returns another structure, or the tensors' first sizes differ.

    >>> import minitf as tf
    >>> with tf.Session() as sess:
    ...     print(sess.run(tf.map_fn(lambda x: x * x, tf.constant([1, 2, 3]))))
    [1 4 9]
    """
    if not callable(fn):
        raise TypeError(f"tf.map_fn: fn has to be a function of a slice, not {fn!r}")
    with name_scope(name, "map", [fn]):
        elements, ids = _Elements(elems, "map_fn"), op_counts.Since()
        like = elems if dtype is None else dtype
        types = [t.dtype for t in elements.flat] if dtype is None else nest.flatten(dtype)

        def body(carry, slices):
            ids.count_as(op_counts.before_map(len(slices), len(types), elements.first_known))
            value = fn(elements.packed(slices))
            ids.mark()
            return [], [_typed(t, d) for t, d in zip(_flat_like(like, value, "map_fn"), types)]

        count = elements.count()
        with name_scope("while"):
            _, ys = counted_loop(body, [], elements.flat, count, back_prop=back_prop, swap_memory=swap_memory)
        ys = [elements.stacked(y) for y in ys]
        ids.count_as(op_counts.after_map(len(ys)))
    return nest.pack_sequence_as(like, ys)


def vectorized_map(fn: Callable, elems):
    """`fn` applied to each slice of `elems` along axis 0, the results stacked; of whatever types and structure.

    elems: a tensor or nested structure of tensors of equal first size.

    >>> import minitf as tf
    >>> with tf.Session() as sess:
    ...     print(sess.run(tf.vectorized_map(lambda x: tf.reduce_sum(x), tf.constant([[1, 2], [3, 4]]))))
    [3 7]
    """
    with name_scope(None, "vectorized_map", [fn]):
        elements, given = _Elements(elems, "vectorized_map"), []

        def body(carry, slices):
            given.append(nest.map_structure(convert_to_tensor, fn(elements.packed(slices))))
            return [], nest.flatten(given[0])

        _, ys = counted_loop(body, [], elements.flat, elements.count())
    return nest.pack_sequence_as(given[0], [elements.stacked(y) for y in ys])


def _typed(tensor: Tensor, dtype) -> Tensor:
    if not tensor.dtype.is_compatible_with(dtype):
        raise TypeError(
            f"tf.map_fn: fn returns {tensor.dtype.base_dtype.name} where {as_dtype(dtype).name} is expected; say what "
            "it returns with dtype="
        )
    return tensor


@dataclass
class _Fold:
    """`a = fn(a, slice)` over all slices, for scan and the folds."""

    what: str
    fn: Callable
    elems: object
    initializer: object
    reverse: bool
    stacked: bool  # whether all accumulators are the result

    def run(self, name: str | None, options: dict):
        """The last accumulator, or all of them."""
        if not callable(self.fn):
            raise TypeError(f"tf.{self.what}: fn has to be a function of an accumulator and a slice, not {self.fn!r}")
        with name_scope(name, self.what):
            self.elements, self.ids = _Elements(self.elems, self.what), op_counts.Since()
            self.first = [] if self.initializer is not None else self._first()
            carry, xs, count = self._start()
            with name_scope("while"):
                finals, ys = counted_loop(
                    self._body, carry, xs, count, reverse=self.reverse, names=self._names(), **options
                )
                if not self.stacked:  # TF 1 counts in the loop's first two variables
                    finals = exits(finals, 2)
            results = self._stacked(ys, options["back_prop"]) if self.stacked else finals
            self._count_after(len(carry))
            return nest.pack_sequence_as(self.initializer, results)

    def _first(self) -> list:
        """The slices that are the first accumulators."""
        if self.elements.size == 0:
            raise ValueError(
                f"tf.{self.what}: without an initializer there has to be at least one slice, but elems are empty"
            )
        return [x[-1] if self.reverse else x[0] for x in self.elements.flat]

    def _start(self) -> tuple[list, list, Tensor]:
        """The first accumulators, what the loop goes through, and how often it runs."""
        xs, count = self.elements.flat, self.elements.count()
        if self.first:
            xs, count = [x[:-1] if self.reverse else x[1:] for x in xs], count - 1
            self.initializer = self.elements.packed(self.first)
        given = nest.flatten(self.initializer)
        arrays = [hasattr(leaf, "_components") for leaf in given]
        self.converted = sum(not isinstance(t, Tensor) and not a for t, a in zip(given, arrays))
        return [t if a else convert_to_tensor(t) for t, a in zip(given, arrays)], xs, count

    def _names(self) -> list[str]:
        """What the accumulators are called in messages."""
        count = len(nest.flatten(self.initializer))
        return [f"tf.{self.what}: the accumulator" + (f"'s part {i}" if count > 1 else "") for i in range(count)]

    def _body(self, carry: list, slices: list) -> tuple[list, list]:
        self._count_before(len(slices), len(carry))
        value = self.fn(nest.pack_sequence_as(self.initializer, carry), self.elements.packed(slices))
        self.ids.mark()
        flat = _flat_like(self.initializer, value, self.what)
        return flat, flat if self.stacked else []

    def _stacked(self, ys: list, back_prop: bool) -> list:
        """All accumulators, the first one included if it is a slice."""
        if self.first:
            first = [array.expand_dims(t if back_prop else stop_gradient(t), 0) for t in self.first]
            ys = [array.concat([y, f] if self.reverse else [f, y], 0) for f, y in zip(first, ys)]
        return [self.elements.stacked(y) for y in ys]

    def _count_before(self, inputs: int, accumulators: int) -> None:
        ids = op_counts.before_scan if self.stacked else op_counts.before_fold
        known, fresh = self.elements.first_known, bool(self.first)
        self.ids.count_as(ids(inputs, accumulators, self.converted, known, fresh, self.reverse))

    def _count_after(self, accumulators: int) -> None:
        fold = op_counts.after_fold(accumulators, self.reverse)
        self.ids.count_as(op_counts.after_scan(accumulators) if self.stacked else fold)


def scan(
    fn: Callable,
    elems,
    initializer=None,
    parallel_iterations: int = 10,
    back_prop: bool = True,
    swap_memory: bool = False,
    infer_shape: bool = True,
    reverse: bool = False,
    name: str | None = None,
):
    """All accumulators of `a = fn(a, slice)` over the slices of `elems`, stacked.

    initializer: the first accumulator; without it the first slice (the last if `reverse`) is, and begins the result.

    >>> import minitf as tf
    >>> with tf.Session() as sess:
    ...     print(sess.run(tf.scan(lambda a, x: a + x, tf.constant([1, 2, 3]))))
    [1 3 6]
    """
    fold = _Fold("scan", fn, elems, initializer, reverse, True)
    return fold.run(name, {"back_prop": back_prop, "swap_memory": swap_memory})


def _folding(name: str, reverse: bool, doc: str) -> Callable:
    what = name

    @named(name, doc)
    def function(
        fn: Callable,
        elems,
        initializer=None,
        parallel_iterations: int = 10,
        back_prop: bool = True,
        swap_memory: bool = False,
        name: str | None = None,
    ):
        fold = _Fold(what, fn, elems, initializer, reverse, False)
        return fold.run(name, {"back_prop": back_prop, "swap_memory": swap_memory})

    return function


foldl = _folding(
    "foldl",
    False,
    """The last accumulator of `a = fn(a, slice)` over the slices of `elems`, first to last.

    >>> import minitf as tf
    >>> with tf.Session() as sess:
    ...     print(sess.run(tf.foldl(lambda a, x: a - x, tf.constant([1, 2, 3]))))
    -4
    """,
)
foldr = _folding(
    "foldr",
    True,
    """The last accumulator of `a = fn(a, slice)` over the slices of `elems`, last to first.

    >>> import minitf as tf
    >>> with tf.Session() as sess:
    ...     print(sess.run(tf.foldr(lambda a, x: a - x, tf.constant([1, 2, 3]))))
    0
    """,
)
