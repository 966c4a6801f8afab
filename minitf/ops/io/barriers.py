"""Barriers: elements whose components come one by one, taken once they have all of them."""

from __future__ import annotations

import numpy as np

from minitf.framework import dtypes
from minitf.framework.apply import apply, apply_op
from minitf.framework.convert import convert_to_tensor
from minitf.framework.getter import getter
from minitf.framework.operation import Operation
from minitf.framework.registry import define
from minitf.framework.shape import SCALAR, TensorShape, as_shape
from minitf.framework.static import constant_value
from minitf.framework.tensor import Tensor
from minitf.ops import patterns
from minitf.ops.io import barrier_stores
from minitf.ops.patterns import STATEFUL, boxed


def _open(b, op):
    handle = b.state(op, lambda: boxed(barrier_stores.Barrier(op)))
    _store(b, handle).check_shared(op)
    return handle


def _store(b, handle) -> barrier_stores.Barrier:
    return b.data(handle)[()]


def _insert(b, op, handle, keys, values) -> None:
    _store(b, handle).insert(b, op, op.attrs["component_index"], b.data(keys), b.data(values))


def _take(b, op, handle, count):
    taken = _store(b, handle).take(b, op, int(b.data(count)), op.attrs["allow_small_batch"])
    return [b.constant(part) for part in taken]


def _taken_shapes(op):
    count = None if op.attrs["allow_small_batch"] else constant_value(op.inputs[1])
    batch = TensorShape([None if count is None else int(count)])
    shapes = op.inputs[0].op.attrs.get("shapes") or [None] * (len(op.outputs) - 2)
    return [batch, batch, *[TensorShape(None) if s is None else batch.concatenate(s) for s in shapes]]


define(
    "Barrier",
    "; component_types: list(type), shapes: list(shape) = [], capacity: int = -1, container: string = '', "
    "shared_name: string = '' -> handle: resource",
    shape=lambda op: SCALAR,
    host=_open,
    **STATEFUL,
)
define(
    "BarrierInsertMany", "handle: resource, keys: string, values: T; component_index: int ->", host=_insert, **STATEFUL
)
define(
    "BarrierTakeMany",
    "handle: resource, num_elements: int32~[]; allow_small_batch: bool = False, wait_for_incomplete: fixed[bool] = "
    "False, timeout_ms: fixed[int] = -1 -> indices: int64, keys: string, values: **component_types",
    shape=_taken_shapes,
    host=_take,
    **STATEFUL,
)
define(
    "BarrierClose",
    "handle: resource; cancel_pending_enqueues: bool = False ->",
    host=lambda b, op, handle: _store(b, handle).close(b, op, op.attrs["cancel_pending_enqueues"]),
    **STATEFUL,
)
for _type, _count in (("BarrierReadySize", "ready"), ("BarrierIncompleteSize", "incomplete")):
    define(
        _type,
        "handle: resource -> size: int32",
        shape=patterns.scalar,
        host=lambda b, op, handle, count=_count: b.constant(np.asarray(getattr(_store(b, handle), count), np.int32)),
        **STATEFUL,
    )


class Barrier:
    """Holds elements of several components under string keys; the components of one come in any order.

    types: the types of the components; shapes: their shapes, all known (default: any). shared_name: barriers of one
    session that have it are one.

    Raises:
      ValueError: for shapes that are not known, or not as many as types.

    >>> import minitf as tf
    >>> from minitf.ops.io.barriers import Barrier
    >>> barrier = Barrier((tf.float32, tf.string), shapes=((), ()))
    >>> one, two = barrier.insert_many(0, ["a", "b"], [1.0, 2.0]), barrier.insert_many(1, ["b"], ["B"])
    >>> _, keys, values = barrier.take_many(1)
    >>> with tf.Session() as sess:
    ...     _ = sess.run([one, two])
    ...     print(sess.run([keys, values]))
    [array([b'b'], dtype=object), [array([2.], dtype=float32), array([b'B'], dtype=object)]]
    """

    def __init__(self, types, shapes=None, shared_name: str | None = None, name: str | None = "barrier"):
        self._types = [dtypes.as_dtype(t) for t in (types if isinstance(types, (list, tuple)) else [types])]
        self._shapes = None if shapes is None else [as_shape(shape) for shape in shapes]
        if self._shapes is not None and len(self._shapes) != len(self._types):
            raise ValueError(f"there are {len(self._shapes)} shapes for {len(self._types)} types")
        if any(not shape.is_fully_defined() for shape in self._shapes or ()):
            raise ValueError(f"All shapes must be fully defined, not {shapes}")
        attrs = {"component_types": self._types, "shapes": self._shapes, "capacity": -1}
        self._barrier_ref = apply("Barrier", **attrs, shared_name=shared_name or "", name=name)

    barrier_ref: Tensor = getter("_barrier_ref", "The tensor that stands for the barrier.")
    name: str = getter("_barrier_ref.op.name", "The name of the op that makes the barrier.")

    def insert_many(self, component_index: int, keys, values, name: str | None = None) -> Operation:
        """An op that adds the component `component_index` of the elements `keys`: `values` [n, ...].

        Raises:
          ValueError: if there is no such component, or it is of another type.
          tf.errors.InvalidArgumentError: when it runs, for a key that has this component already.
          tf.errors.CancelledError: when it runs, for a new key once the barrier is closed.
        """
        if not 0 <= component_index < len(self._types):
            raise ValueError(f"barrier '{self.name}' has {len(self._types)} components, no component {component_index}")
        values = convert_to_tensor(values, self._types[component_index])
        name = name or f"{self.name}_BarrierInsertMany"
        attrs = {"component_index": component_index}
        return apply("BarrierInsertMany", self._barrier_ref, keys, values, **attrs, name=name)

    def take_many(
        self, num_elements, allow_small_batch: bool = False, timeout: int | None = None, name: str | None = None
    ) -> tuple[Tensor, Tensor, list[Tensor]]:
        """(numbers, keys, components) of `num_elements` whole elements; a run waits until there are as many.

        numbers: int64, those of the inserts that brought the keys; components: a tensor
        [num_elements, ...] for each. allow_small_batch: once the barrier is closed, as many as are whole, if any are.

        Raises:
          tf.errors.OutOfRangeError: when it runs, if the barrier is closed and has not enough.
          ValueError: for a timeout; `tf.ConfigProto(operation_timeout_in_ms=...)` or RunOptions limit a run.
        """
        if timeout is not None:
            raise ValueError("a barrier has no timeout of its own: limit the run by tf.RunOptions(timeout_in_ms=...)")
        op = apply_op(
            "BarrierTakeMany",
            self._barrier_ref,
            num_elements,
            component_types=self._types,
            allow_small_batch=allow_small_batch,
            name=name or f"{self.name}_BarrierTakeMany",
        )
        return op.outputs[0], op.outputs[1], list(op.outputs[2:])

    def close(self, cancel_pending_enqueues: bool = False, name: str | None = None) -> Operation:
        """An op after which no new keys are taken; with cancel_pending_enqueues, nothing for those that are there."""
        name = name or f"{self.name}_BarrierClose"
        return apply("BarrierClose", self._barrier_ref, cancel_pending_enqueues=cancel_pending_enqueues, name=name)

    def ready_size(self, name: str | None = None) -> Tensor:
        """How many elements are whole, an int32 scalar."""
        return apply("BarrierReadySize", self._barrier_ref, name=name or f"{self.name}_BarrierReadySize")

    def incomplete_size(self, name: str | None = None) -> Tensor:
        """How many elements lack a component, an int32 scalar."""
        return apply("BarrierIncompleteSize", self._barrier_ref, name=name or f"{self.name}_BarrierIncompleteSize")
