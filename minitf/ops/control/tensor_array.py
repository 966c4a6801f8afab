"""TensorArray: a list of tensors as an immutable value, with ordinary gradients.

Writing gives a new array; the old one is still as it was. The ops work on a "flow", a tensor whose value is
a list of slots. The gradient of a flow is again a flow, whose slots hold the gradients of the written values.
"""

from __future__ import annotations

import numpy as np

from minitf.framework import dtypes, op_counts
from minitf.framework.apply import apply, apply_op
from minitf.framework.convert import convert_to_tensor
from minitf.framework.getter import getter
from minitf.framework.graph import get_default_graph, name_scope
from minitf.framework.registry import define
from minitf.framework.shape import SCALAR, UNKNOWN, TensorShape, as_shape
from minitf.framework.static import constant_value
from minitf.framework.tensor import Tensor
from minitf.ops.array import array, ranges
from minitf.ops.control import control
from minitf.ops.math.cast import cast
from minitf.ops.patterns import STATEFUL


def _on_list(b, op, *values):
    return b.list_op(op, list(values))


_RULES = {"host": _on_list, "kernel": _on_list}  # lists of types without kernels stay on the host


define(
    "TensorArrayV3",
    "size: int32[]; element_shape: shape = None, dynamic_size: bool = False, clear_after_read: bool = True, "
    "identical_element_shapes: bool = False, tensor_array_name: string = '' -> flow: dtype",
    shape=lambda op: UNKNOWN,
    on_lists="make",
    **_RULES,
    **STATEFUL,
)
define(
    "TensorArrayGradV3", "flow: T -> grad: T", differentiable=False, shape=lambda op: UNKNOWN, on_lists="like", **_RULES
)
define(
    "TensorArrayWriteV3",
    "flow: T, index: int32[], value: T; overwrites: bool = False -> flow_out: T",
    shape=lambda op: UNKNOWN,
    on_lists="write",
    **_RULES,
    grad=lambda op, g: [_forgotten(op, g), None, _read_gradient(g, op.inputs[1], op.inputs[2])],
)
define(
    "TensorArrayReadV3",
    "flow: T, index: int32[]; element_shape: shape = None -> value: T",
    shape=lambda op: op.attrs["element_shape"],
    on_lists="read",
    **_RULES,
    grad=lambda op, g: [_written(op.inputs[0], op.inputs[1], g), None],
)
define(
    "TensorArrayGatherV3",
    "flow: T, indices: int32[n]; element_shape: shape = None, fills: bool = False -> value: T",
    shape=lambda op: TensorShape([_length(op.inputs[1])]).concatenate(op.attrs["element_shape"]),
    on_lists="gather",
    **_RULES,
    grad=lambda op, g: [_scattered(op.inputs[0], op.inputs[1], g), None],
)
define(
    "TensorArrayScatterV3",
    "flow: T, indices: int32[n], value: T[n, ...] -> flow_out: T",
    shape=lambda op: UNKNOWN,
    on_lists="scatter",
    **_RULES,
    grad=lambda op, g: [g, None, _gather_gradient(g, op.inputs[1], op.inputs[2])],
)
define(
    "TensorArrayConcatV3",
    "flow: T; element_shape: shape = None -> value: T, lengths: int64",
    shape=lambda op: [_joined(op.attrs["element_shape"]), TensorShape([None])],
    on_lists="concat",
    **_RULES,
    grad=lambda op, g, _: apply("TensorArraySplitV3", _like(op.inputs[0]), g, op.outputs[1]),
)
define(
    "TensorArraySplitV3",
    "flow: T, value: T~[rows, ...], lengths: int64[n] -> flow_out: T",
    shape=lambda op: UNKNOWN,
    on_lists="split",
    **_RULES,
    grad=lambda op, g: [g, _concat_gradient(g, op.inputs[1], op.inputs[2]), None],
)
define(
    "TensorArraySizeV3",
    "flow: T -> size: int32",
    differentiable=False,
    shape=lambda op: SCALAR,
    reads="shape",
    on_lists="size",
    **_RULES,
)


def _joined(element: TensorShape) -> TensorShape:
    return UNKNOWN if element.rank is None else TensorShape([None]).concatenate(element[1:])


def _length(indices: Tensor):
    return indices.shape.sizes[0] if indices.shape.sizes else None


def _like(flow: Tensor) -> Tensor:
    """An empty gradient list beside `flow`; it may be read twice and written where something is, which adds up."""
    return apply("TensorArrayGradV3", flow)


def _written(flow, index, value):
    return apply("TensorArrayWriteV3", _like(flow), index, value)


def _scattered(flow, indices, value):
    return apply("TensorArrayScatterV3", _like(flow), indices, value)


def _forgotten(op, g):
    """The gradient of what was there before a write: nothing for the slot, if that could be full."""
    if not op.attrs.get("overwrites"):
        return g
    return apply("TensorArrayWriteV3", g, op.inputs[1], array.zeros_like(op.inputs[2]), overwrites=True)


def _read_gradient(flow, index, like):
    return apply("TensorArrayReadV3", flow, index, element_shape=like.shape) + array.zeros_like(like)


def _gather_gradient(flow, indices, like):
    grad = apply("TensorArrayGatherV3", flow, indices, element_shape=like.shape[1:])
    return grad + array.zeros_like(like)


def _concat_gradient(flow, like, lengths):
    zeros = apply("TensorArraySplitV3", _like(flow), array.zeros_like(like), lengths)
    flow = apply("AddN", [flow, zeros])  # a piece that nobody read has no gradient, but its length
    value, _ = apply("TensorArrayConcatV3", flow, element_shape=TensorShape([None]).concatenate(like.shape[1:]))
    return value


class TensorArray:
    """A list of tensors of one type, for use as a loop variable.

    dtype: the elements' type. size: an int or int32 scalar; with dynamic_size writing beyond it makes the array grow.
    clear_after_read: an element may be read only once. infer_shape: all elements have one shape
    (`element_shape`, or that of the first element written).

    >>> import minitf as tf
    >>> ta = tf.TensorArray(tf.float32, size=2).write(0, 1.0).write(1, 2.0)
    >>> with tf.Session() as sess:
    ...     print(sess.run(ta.stack()))
    [1. 2.]
    """

    def __init__(
        self,
        dtype,
        size=None,
        dynamic_size: bool | None = None,
        clear_after_read: bool | None = None,
        tensor_array_name: str | None = None,
        handle=None,
        flow: Tensor | None = None,
        infer_shape: bool = True,
        element_shape=None,
        colocate_with_first_write_call: bool = True,
        name: str | None = None,
    ):
        flow = handle if flow is None else flow
        if flow is None and size is None:
            raise ValueError("TensorArray: give a size, or the flow (or handle) of another array")
        self._dtype = dtypes.as_dtype(dtype).base_dtype
        self._infer_shape = infer_shape or element_shape is not None
        self._known = [as_shape(element_shape)]  # shared by all versions of the array
        self._dynamic_size = bool(dynamic_size)
        if flow is None:
            with name_scope(name, "TensorArray") as scope:
                size = convert_to_tensor(size, dtype=dtypes.int32, name="size")
                options = {
                    "dynamic_size": bool(dynamic_size),
                    "clear_after_read": clear_after_read is not False,
                    "tensor_array_name": tensor_array_name or "",
                    "element_shape": self._known[0],
                    "identical_element_shapes": infer_shape,
                }
                flow = apply("TensorArrayV3", size, dtype=self._dtype, name=scope, **options)
        self._flow = flow
        self._entered = {flow.op.graph}  # the graphs in which TF 1 has the array's handle; shared by all versions

    def __repr__(self):
        return f"<tf.TensorArray '{self._flow.name}' element_shape={self._known[0]} dtype={self._dtype.name}>"

    dtype: dtypes.DType = getter("_dtype", "The elements' type.")
    flow: Tensor = getter("_flow", "The tensor that stands for the list.")

    handle = flow

    @property
    def element_shape(self) -> TensorShape:
        """What is known of the elements' shape."""
        return self._known[0]

    def _components(self) -> list[Tensor]:
        return [self._flow]

    def _from_components(self, parts: list) -> TensorArray:
        other = TensorArray.__new__(TensorArray)
        other.__dict__.update(self.__dict__)
        other._flow = parts[0]
        return other

    def _with(self, flow: Tensor) -> TensorArray:
        return self._from_components([flow])

    def _count_handle(self) -> None:
        """Skips the ids of the Enter and Switch ops by which TF 1's loops and branches get at the array's handle."""
        graph = get_default_graph()
        while graph is not None and graph not in self._entered:
            self._entered.add(graph)
            op_counts.skip(1)
            graph = graph.outer

    def _learn(self, shape: TensorShape) -> None:
        if not self._infer_shape:
            return
        try:
            self._known[0] = self._known[0].merge_with(shape)
        except ValueError:
            raise ValueError(
                f"TensorArray: an element of shape {shape} is written into an array whose elements have shape "
                f"{self._known[0]}; with infer_shape=False the shapes may differ"
            ) from None

    def _value(self, value, name: str) -> Tensor:
        value = convert_to_tensor(value, preferred_dtype=self._dtype, name=name)
        if value.dtype.base_dtype is not self._dtype:
            raise TypeError(f"TensorArray of {self._dtype.name}: cannot take {value.name} of {value.dtype.name}")
        return value

    def identity(self) -> TensorArray:
        """The same array, as a result of ops that run under the present control dependencies."""
        return self._with(array.identity(self._flow))

    def grad(self, source, flow=None, name: str | None = None) -> TensorArray:
        """An empty array to collect gradients in."""
        return self._with(_like(self._flow))

    def read(self, index, name: str | None = None) -> Tensor:
        """The element at `index`."""
        self._count_handle()
        return apply("TensorArrayReadV3", self._flow, index, element_shape=self._known[0], name=name)

    def write(self, index, value, name: str | None = None) -> TensorArray:
        """The array with `value` at `index`."""
        value = self._value(value, "value")
        self._learn(value.shape)
        self._count_handle()
        return self._with(apply("TensorArrayWriteV3", self._flow, index, value, name=name))

    def stack(self, name: str | None = None) -> Tensor:
        """All elements as one tensor, [size, ...]."""
        with name_scope(name, "TensorArrayStack"):
            known = constant_value(self._flow.op.inputs[0]) if self._flow.op.type == "TensorArrayV3" else None
            count = self.size() if known is None or self._dynamic_size else int(known)
            return self._gather(ranges.range(0, count), None)

    def _gather(self, indices, name) -> Tensor:
        return apply("TensorArrayGatherV3", self._flow, indices, element_shape=self._known[0], name=name)

    def gather(self, indices, name: str | None = None) -> Tensor:
        """The elements at `indices` as one tensor."""
        return self._gather(indices, name)

    def concat(self, name: str | None = None) -> Tensor:
        """All elements joined along their first axis."""
        self._count_handle()
        return apply_op("TensorArrayConcatV3", self._flow, element_shape=self._known[0], name=name).outputs[0]

    def unstack(self, value, name: str | None = None) -> TensorArray:
        """The array with the slices of `value` along axis 0 as elements."""
        with name_scope(name, "TensorArrayUnstack"):
            since = op_counts.Since()
            value = self._value(value, "value")
            if value.shape.rank == 0:
                raise ValueError(f"TensorArray: {value.name} is a scalar, which has no slices")
            known = value.shape.sizes
            count = known[0] if known and known[0] is not None else array.shape(value)[0]
            indices = ranges.range(0, count)
            since.count_as(op_counts.unstacked(value.op.id > since.start))
            return self.scatter(indices, value)

    def scatter(self, indices, value, name: str | None = None) -> TensorArray:
        """The array with the slices of `value` at `indices`."""
        value = self._value(value, "value")
        indices = (
            convert_to_tensor(indices, dtype=dtypes.int32, name="indices")
            if not isinstance(indices, Tensor)
            else indices
        )
        if not value.shape[:1].is_compatible_with(indices.shape[:1]):
            raise ValueError(
                f"TensorArray.scatter: {value.name} of shape {value.shape} needs as many rows as there are "
                f"indices, {indices.shape[0]}"
            )
        self._learn(value.shape[1:])
        self._count_handle()
        return self._with(apply("TensorArrayScatterV3", self._flow, indices, value, name=name))

    def split(self, value, lengths, name: str | None = None) -> TensorArray:
        """The array with consecutive parts of `value`, of the given lengths, as elements."""
        value = self._value(value, "value")
        if not isinstance(lengths, Tensor):
            lengths = convert_to_tensor(lengths, dtype=dtypes.int64, name="lengths")
            op_counts.skip(op_counts.CAST_LENGTHS)
        lengths = cast(lengths, dtypes.int64)
        known = set(np.ravel(constant_value(lengths))) if constant_value(lengths) is not None else ()
        self._learn(TensorShape([int(known.pop()) if len(known) == 1 else None]).concatenate(value.shape[1:]))
        self._count_handle()
        return self._with(apply("TensorArraySplitV3", self._flow, value, lengths, name=name))

    def size(self, name: str | None = None) -> Tensor:
        """The number of elements, int32."""
        return apply("TensorArraySizeV3", self._flow, name=name)

    def close(self, name: str | None = None):
        """An op that does nothing: the array's memory goes when nobody uses it."""
        with get_default_graph().control_dependencies([self._flow]):
            return control.no_op(name=name or "TensorArrayClose")
