"""Conditional accumulators: gradients of several runs, taken together by one that waits for enough."""

from __future__ import annotations

import numpy as np

from minitf.framework import dtypes
from minitf.framework.apply import apply
from minitf.framework.convert import convert_to_tensor
from minitf.framework.getter import getter
from minitf.framework.operation import Operation
from minitf.framework.registry import define
from minitf.framework.shape import SCALAR, as_shape
from minitf.framework.tensor import IndexedSlices, Tensor
from minitf.ops.math.cast import cast
from minitf.ops.patterns import STATEFUL, boxed
from minitf.ops.state.accumulator_stores import Accumulator, SparseAccumulator

_STORES = {"ResourceConditionalAccumulator": Accumulator, "SparseConditionalAccumulator": SparseAccumulator}


def _open(b, op):
    handle = b.state(op, lambda: boxed(_STORES[op.type](op)))
    _store(b, handle).check_shared(op)
    return handle


def _store(b, handle):
    return b.data(handle)[()]


def _apply(b, op, handle, step, gradient):
    _store(b, handle).add(b, int(b.data(step)), b.data(gradient))


def _apply_sparse(b, op, handle, step, indices, values, shape):
    shape = b.data(shape) if op.attrs["has_known_shape"] else None
    _store(b, handle).add(b, int(b.data(step)), b.data(indices), b.data(values), shape)


def _take_sparse(b, op, handle, number):
    return [b.constant(part) for part in _store(b, handle).take(b, op, int(b.data(number)))]


def _set_step(b, op, handle, step):
    _store(b, handle).step = int(b.data(step))


for _type in _STORES:
    define(
        _type,
        "; dtype: type, shape: shape, container: string = '', shared_name: string = '', reduction_type: string = 'MEAN'"
        " -> handle: resource",
        shape=lambda op: SCALAR,
        host=_open,
        **STATEFUL,
    )
for _resource in ("Resource", ""):
    define(
        f"{_resource}AccumulatorNumAccumulated",
        "handle: resource -> num_accumulated: int32",
        shape=lambda op: SCALAR,
        **STATEFUL,
        host=lambda b, op, handle: b.constant(np.asarray(_store(b, handle).count, np.int32)),
    )
    define(
        f"{_resource}AccumulatorSetGlobalStep",
        "handle: resource, new_global_step: int64[] ->",
        host=_set_step,
        **STATEFUL,
    )
define(
    "ResourceAccumulatorApplyGradient",
    "handle: resource, local_step: int64[], gradient: dtype ->",
    dtype=dtypes.NUMBER,
    host=_apply,
    **STATEFUL,
)
define(
    "ResourceAccumulatorTakeGradient",
    "handle: resource, num_required: int32[] -> average: dtype",
    shape=lambda op: op.inputs[0].op.attrs.get("shape"),
    host=lambda b, op, handle, number: b.constant(_store(b, handle).take(b, op, int(b.data(number)))),
    **STATEFUL,
)
define(
    "SparseAccumulatorApplyGradient",
    "handle: resource, local_step: int64[], gradient_indices: int64, gradient_values: dtype, gradient_shape: int64; "
    "has_known_shape: bool ->",
    dtype=dtypes.NUMBER,
    host=_apply_sparse,
    **STATEFUL,
)
define(
    "SparseAccumulatorTakeGradient",
    "handle: resource, num_required: int32[] -> indices: int64, values: dtype, shape: int64",
    host=_take_sparse,
    **STATEFUL,
)


class ConditionalAccumulatorBase:
    """What both kinds of accumulators can do.

    dtype: of the gradients; shape: theirs, or None; accumulator_ref: the tensor that stands for the accumulator.
    """

    _prefix = ""

    def __init__(self, dtype, shape, accumulator_ref: Tensor):
        self._dtype, self._shape = dtypes.as_dtype(dtype), as_shape(shape)
        self._accumulator_ref, self._name = accumulator_ref, accumulator_ref.op.name.rpartition("/")[2]

    accumulator_ref: Tensor = getter("_accumulator_ref", "The tensor that stands for the accumulator.")
    name: str = getter("_name", "The last part of the name of the op that makes the accumulator.")
    dtype: dtypes.DType = getter("_dtype", "The type of the gradients.")

    def num_accumulated(self, name: str | None = None) -> Tensor:
        """How many gradients were added since the last were taken, an int32 scalar."""
        name = name or f"{self._name}_NumAccumulated"
        return apply(f"{self._prefix}AccumulatorNumAccumulated", self._accumulator_ref, name=name)

    def set_global_step(self, new_global_step, name: str | None = None) -> Operation:
        """An op that sets the step (an integer scalar): gradients of earlier ones are left out then."""
        return apply(
            f"{self._prefix}AccumulatorSetGlobalStep", self._accumulator_ref, _step(new_global_step), name=name
        )


def _step(value) -> Tensor:
    return cast(convert_to_tensor(value), dtypes.int64)


def _made(type: str, dtype, shape, shared_name, name, reduction_type: str) -> Tensor:
    if reduction_type not in ("MEAN", "SUM"):
        raise ValueError(f"reduction_type is 'MEAN' or 'SUM', not {reduction_type!r}")
    dtype = dtypes.as_dtype(dtype)
    if dtype not in dtypes.NUMBER:
        raise TypeError(f"gradients are numbers: the dtype of an accumulator cannot be {dtype.name}")
    return apply(
        type,
        dtype=dtype,
        shape=as_shape(shape),
        shared_name=shared_name or "",
        reduction_type=reduction_type,
        name=name,
    )


class ConditionalAccumulator(ConditionalAccumulatorBase):
    """Adds up gradients (tensors) of the current step, and gives their mean when there are enough.

    dtype: of the gradients; shape: theirs, None if not known. shared_name: accumulators of one session that
    have it are one. reduction_type: "MEAN" or "SUM".

    Raises:
      TypeError: for a dtype of no numbers.
      ValueError: for another reduction_type.

    >>> import minitf as tf
    >>> gradients = ConditionalAccumulator(tf.float32, shape=[2])
    >>> add, mean = gradients.apply_grad([1.0, 3.0]), gradients.take_grad(2)
    >>> with tf.Session() as sess:
    ...     sess.run(add)
    ...     sess.run(add)
    ...     print(sess.run(mean))
    [1. 3.]
    """

    _prefix = "Resource"

    def __init__(
        self,
        dtype,
        shape=None,
        shared_name: str | None = None,
        name: str | None = "conditional_accumulator",
        reduction_type: str = "MEAN",
    ):
        ref = _made("ResourceConditionalAccumulator", dtype, shape, shared_name, name, reduction_type)
        super().__init__(dtype, shape, ref)

    def apply_grad(self, grad, local_step=0, name: str | None = None) -> Operation:
        """An op that adds a gradient that was computed at `local_step` (an integer scalar); one of an earlier
        step than the accumulator's is left out.

        Raises:
          ValueError: if it is of another shape than the accumulator's.
        """
        grad = convert_to_tensor(grad, self._dtype)
        grad.shape.assert_is_compatible_with(self._shape)
        return apply("ResourceAccumulatorApplyGradient", self._accumulator_ref, _step(local_step), grad, name=name)

    def take_grad(self, num_required, name: str | None = None) -> Tensor:
        """The mean of the gradients; a run waits until there are `num_required` (int32 scalar) of them.

        Raises (when it runs):
          tf.errors.InvalidArgumentError: if num_required is not positive.
        """
        return apply(
            "ResourceAccumulatorTakeGradient", self._accumulator_ref, num_required, dtype=self._dtype, name=name
        )


class SparseConditionalAccumulator(ConditionalAccumulatorBase):
    """Adds up gradients of some rows (IndexedSlices) of the current step; see `tf.ConditionalAccumulator`.

    The mean of a row is one over those gradients in which it occurs. shape: of the whole; may be None.
    """

    def __init__(
        self,
        dtype,
        shape=None,
        shared_name: str | None = None,
        name: str | None = "sparse_conditional_accumulator",
        reduction_type: str = "MEAN",
    ):
        ref = _made("SparseConditionalAccumulator", dtype, shape, shared_name, name, reduction_type)
        super().__init__(dtype, shape, ref)

    def apply_indexed_slices_grad(self, grad, local_step=0, name: str | None = None) -> Operation:
        """An op that adds a gradient given as IndexedSlices, of the time `local_step`."""
        if not isinstance(grad, IndexedSlices):
            raise TypeError(f"apply_indexed_slices_grad takes tf.IndexedSlices, not {grad!r}")
        return self.apply_grad(grad.indices, grad.values, grad.dense_shape, local_step, name)

    def apply_grad(
        self, grad_indices, grad_values, grad_shape=None, local_step=0, name: str | None = None
    ) -> Operation:
        """An op that adds rows `grad_values` [n, ...] at `grad_indices` [n] of a gradient of `grad_shape`,
        computed at `local_step`.

        Raises (when it runs):
          tf.errors.InvalidArgumentError: if they do not fit together, or the accumulator's shape.
        """
        known = grad_shape is not None
        step, indices = _step(local_step), cast(grad_indices, dtypes.int64)
        shape = cast(grad_shape if known else [], dtypes.int64)
        return apply(
            "SparseAccumulatorApplyGradient",
            self._accumulator_ref,
            step,
            indices,
            grad_values,
            shape,
            has_known_shape=known,
            name=name,
        )

    def take_grad(self, num_required, name: str | None = None):
        """The rows of which there was a gradient, as (indices, values, shape), when there were `num_required`
        gradients (int32 scalar); the shape's first size is -1 if it is not known.
        """
        return apply("SparseAccumulatorTakeGradient", self._accumulator_ref, num_required, dtype=self._dtype, name=name)

    def take_indexed_slices_grad(self, num_required, name: str | None = None) -> IndexedSlices:
        """The same as IndexedSlices."""
        indices, values, shape = self.take_grad(num_required, name)
        return IndexedSlices(values, indices, shape)
