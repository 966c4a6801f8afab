"""TensorFlow 2's lists of tensors, which are values like others, as minitf's TensorArrays."""

from __future__ import annotations

import numpy as np

from minitf.framework.apply import apply, apply_op
from minitf.framework.graph import get_default_graph
from minitf.framework.operation import Operation
from minitf.framework.shape import UNKNOWN, TensorShape
from minitf.framework.static import constant_value
from minitf.framework.tensor import Tensor
from minitf.graphs.tensor_arrays import array_of, gradients_of
from minitf.ops.array import array, ranges
from minitf.ops.array.constant import constant
from minitf.ops.control.tensor_list import shape_said
from minitf.ops.math import reduce


def _elements(flow: Tensor, said: Tensor | None = None) -> TensorShape:
    made = array_of(flow)
    known = UNKNOWN if made is None else made.attrs["element_shape"]
    return known if said is None else known.merge_with(shape_said(said))


def _new(name: str, attrs: dict, size, shape: TensorShape, grows: bool = False) -> Operation:
    return apply_op(
        "TensorArrayV3",
        size,
        name=f"{name}/",
        dtype=attrs["element_dtype"],
        element_shape=shape,
        dynamic_size=grows,
        clear_after_read=False,
        tensor_array_name=attrs.get("_type", ""),
    )


def _filled(attrs: dict, size, shape: TensorShape) -> Tensor:
    """The flow of a list that a node's op is about to fill, inside of the node's scope."""
    return _new(get_default_graph().unique_name("list"), attrs, size, shape).outputs[0]


def _reserved(name: str, attrs: dict, shape: Tensor, count: Tensor) -> Operation:
    return _new(name, attrs, count, shape_said(shape), attrs.get("_grows", False))


_GROWS = "resize_if_index_out_of_bounds"


def note_growth(nodes: dict) -> None:
    """Has lists grow where they are written beyond their end, if any node of a graph asks for that."""
    if any(n.op == "TensorListSetItem" and _GROWS in n.attr and n.attr[_GROWS].b for n in nodes.values()):
        for node in nodes.values():
            if node.op == "TensorListReserve":
                node.attr["_grows"].b = True


def _empty(name: str, attrs: dict, shape: Tensor, most: Tensor) -> Operation:
    return _new(name, attrs, constant(0), shape_said(shape), grows=True)


def _all(flow: Tensor) -> Tensor:
    return ranges.range(apply("TensorArraySizeV3", flow))


def _of_slices(name: str, attrs: dict, value: Tensor, shape: Tensor) -> Operation:
    count = array.shape(value)[0]
    flow = _filled(attrs, count, value.shape[1:].merge_with(shape_said(shape)))
    return apply_op("TensorArrayScatterV3", flow, ranges.range(count), value, name=f"{name}/")


def _scattered(name: str, attrs: dict, value: Tensor, indices: Tensor, shape: Tensor, count=None) -> Operation:
    size = reduce.reduce_max(indices) + 1 if count is None or constant_value(count) == -1 else count
    flow = _filled(attrs, size, value.shape[1:].merge_with(shape_said(shape)))
    return apply_op("TensorArrayScatterV3", flow, indices, value, name=f"{name}/")


def _set(name: str, attrs: dict, flow: Tensor, index: Tensor, item: Tensor) -> Operation:
    return apply_op("TensorArrayWriteV3", flow, index, item, overwrites=True, name=f"{name}/")


def _taken(name: str, attrs: dict, flow: Tensor, index: Tensor, shape: Tensor) -> Operation:
    if array_of(flow) is None:  # it is what a loop kept
        return apply_op("GatherV2", flow, index, 0, name=f"{name}/")
    elements = _elements(flow, shape)
    return apply_op("TensorArrayReadV3", flow, index, element_shape=elements, name=f"{name}/")


def _stacked(name: str, attrs: dict, flow: Tensor, shape: Tensor) -> Operation:
    if array_of(flow) is None:
        return apply_op("Identity", flow, name=f"{name}/")
    elements = _elements(flow, shape)
    return apply_op("TensorArrayGatherV3", flow, _all(flow), element_shape=elements, fills=True, name=f"{name}/")


def _gathered(name: str, attrs: dict, flow: Tensor, indices: Tensor, shape: Tensor) -> Operation:
    elements = _elements(flow, shape)
    return apply_op("TensorArrayGatherV3", flow, indices, element_shape=elements, fills=True, name=f"{name}/")


def _joined(name: str, attrs: dict, flow: Tensor, *rest: Tensor) -> Operation:
    shape = UNKNOWN if not rest else shape_said(rest[0])
    return apply_op("TensorArrayConcatV3", flow, element_shape=shape, name=f"{name}/")


def _split(name: str, attrs: dict, value: Tensor, shape: Tensor, lengths: Tensor) -> Operation:
    flow = _filled(attrs, array.size(lengths), UNKNOWN)
    return apply_op("TensorArraySplitV3", flow, value, lengths, name=f"{name}/")


def _appended(name: str, attrs: dict, flow: Tensor, value: Tensor) -> Operation:
    size = apply("TensorArraySizeV3", flow)
    return apply_op("TensorArrayWriteV3", flow, size, value, name=f"{name}/")


def _shape_of_elements(name: str, attrs: dict, flow: Tensor) -> Operation:
    found = _elements(flow)
    said = -1 if found.rank is None else [-1 if n is None else n for n in found.sizes]
    dtype = attrs["shape_type"]
    return constant(np.array(said, dtype.as_numpy_dtype), dtype, name=f"{name}/").op


def _length(name: str, attrs: dict, flow: Tensor) -> Operation:
    if array_of(flow) is None:
        return apply_op("Identity", array.shape(flow)[0], name=f"{name}/")
    return apply_op("TensorArraySizeV3", flow, name=f"{name}/")


RULES = {
    "EmptyTensorList": _empty,
    "TensorListConcat": _joined,
    "TensorListConcatV2": _joined,
    "TensorListElementShape": _shape_of_elements,
    "TensorListFromTensor": _of_slices,
    "TensorListGather": _gathered,
    "TensorListGetItem": _taken,
    "TensorListLength": _length,
    "TensorListPushBack": _appended,
    "TensorListReserve": _reserved,
    "TensorListScatter": _scattered,
    "TensorListScatterV2": _scattered,
    "TensorListSetItem": _set,
    "TensorListSplit": _split,
    "TensorListStack": _stacked,
}


def zeros(name: str, flow: Tensor) -> Operation:
    """The list of gradients that are all nothing so far."""
    return apply_op("TensorArrayGradV3", flow, name=f"{name}/")


def added(name: str, flows: list[Tensor]) -> Operation | None:
    """The sum of a list and of one that was made only to hold one element; None for others."""
    if len(flows) != 2:
        return None
    for total, single in (flows, flows[::-1]):
        op = single.op
        alone = op.type == "TensorArrayWriteV3" and op.inputs[0].op.type == "TensorArrayV3"
        if alone and not single._consumers and gradients_of(total) is not None:
            return apply_op("TensorArrayWriteV3", total, *op.inputs[1:], name=f"{name}/")
    return None
