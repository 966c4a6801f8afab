"""TensorFlow's TensorArrays, which have a handle and a flow, as minitf's, which have a flow only."""

from __future__ import annotations

from minitf.framework.apply import apply_op
from minitf.framework.operation import Operation
from minitf.framework.shape import UNKNOWN, TensorShape
from minitf.framework.tensor import Tensor

_PASSING = ("AddN", "TensorArrayGradV3", "TensorArrayWriteV3", "TensorArrayScatterV3", "TensorArraySplitV3", "Identity", "Exit")


def array_of(flow: Tensor) -> Operation | None:
    """The TensorArrayV3 op of a flow; None if the tensor is no flow, as far as can be told."""
    while True:
        op = flow.op
        if op.type == "TensorArrayV3":
            return op
        if op.type in _PASSING:
            flow = op.inputs[0]
        elif op.type == "Arg":
            flow = op.attrs.get("stands_for", op.attrs.get("starts_as"))
        elif op.type == "Loop" and flow.value_index < op.attrs["loop"].carries:
            flow = op.inputs[flow.value_index]
        elif op.type == "If":
            then, otherwise = (body.results[flow.value_index] for body in op.attrs["branches"].bodies)
            flow = otherwise if then is None else then
        else:
            return None
        if flow is None:
            return None


def _is_gradient(flow: Tensor) -> bool:
    """Whether a flow is that of an array of gradients."""
    while flow.op.type != "TensorArrayGradV3":
        op = flow.op
        if op.type in _PASSING:
            flow = op.inputs[0]
        elif op.type == "Arg" and ("stands_for" in op.attrs or "starts_as" in op.attrs):
            flow = op.attrs.get("stands_for", op.attrs.get("starts_as"))
        elif op.type == "Loop" and flow.value_index < op.attrs["loop"].carries:
            flow = op.inputs[flow.value_index]
        else:
            return False
    return True


def _elements(flow: Tensor) -> TensorShape:
    array = array_of(flow)
    return UNKNOWN if array is None else array.attrs["element_shape"]


def _made(name, attrs, size):
    op = apply_op("TensorArrayV3", size, name=f"{name}/", **{k: v for k, v in attrs.items() if k[0] != "_"})
    return op, [op.outputs[0], op.outputs[0]]


def _read(name, attrs, handle, index, flow):
    return apply_op("TensorArrayReadV3", flow, index, element_shape=_elements(flow), name=f"{name}/")


def _gather(name, attrs, handle, indices, flow):
    shape = attrs["element_shape"].merge_with(_elements(flow))
    return apply_op("TensorArrayGatherV3", flow, indices, element_shape=shape, name=f"{name}/")


def _concat(name, attrs, handle, flow):
    rest = attrs["element_shape_except0"]
    shape = UNKNOWN if rest.rank is None else TensorShape([None]).concatenate(rest)
    return apply_op("TensorArrayConcatV3", flow, element_shape=shape, name=f"{name}/")


def _with_flow_first(type: str):
    def rule(name, attrs, handle, *rest):
        *values, flow = rest
        return apply_op(type, flow, *values, name=f"{name}/")

    return rule


def _gradients(name, attrs, handle, flow):
    """An array of gradients; TensorFlow has one for each array, so what was written there is in the flow."""
    if _is_gradient(flow):
        op = apply_op("Identity", flow, name=f"{name}/")
    else:
        op = apply_op("TensorArrayGradV3", flow, name=f"{name}/")
    return op, [op.outputs[0], op.outputs[0]]


RULES = {
    "TensorArrayGradV3": _gradients,
    "TensorArrayV3": _made,
    "TensorArrayReadV3": _read,
    "TensorArrayGatherV3": _gather,
    "TensorArrayConcatV3": _concat,
    "TensorArrayCloseV3": lambda name, attrs, handle: apply_op("NoOp", name=f"{name}/"),
    **{
        type: _with_flow_first(type)
        for type in ("TensorArrayWriteV3", "TensorArrayScatterV3", "TensorArraySplitV3", "TensorArraySizeV3")
    },
}
