"""TensorFlow's TensorArrays, which have a handle and a flow, as minitf's, which have a flow only."""

from __future__ import annotations

import numpy as np

from minitf.framework.apply import apply_op
from minitf.framework.graph import get_default_graph
from minitf.framework.operation import Operation
from minitf.framework.shape import UNKNOWN, TensorShape
from minitf.framework.static import constant_value
from minitf.framework.tensor import Tensor
from minitf.graphs.values import Unsupported

_PASSING = (
    *("TensorArrayGradV3", "TensorArrayWriteV3", "TensorArrayScatterV3", "TensorArraySplitV3"),
    *("Identity", "Exit", "ZerosLike"),
)


def _sources(tensor: Tensor) -> list[Tensor]:
    """What a tensor was before an op passed it on, if it is a flow."""
    op, i = tensor.op, tensor.value_index
    if op.type in _PASSING:
        return [op.inputs[0]]
    if op.type == "AddN":
        return list(op.inputs)
    if op.type == "Arg":
        outer = op.attrs.get("stands_for", op.attrs.get("starts_as"))
        return [] if outer is None else [outer]
    if op.type == "Loop":
        loop = op.attrs["loop"]
        found = op.inputs[i] if i < loop.carries else loop.ys[i - loop.carries - 1] if i > loop.carries else None
        return [found] if isinstance(found, Tensor) else []
    if op.type == "If":
        results = [body.results[i] for body in op.attrs["branches"].bodies]
        return [t for t in results if t is not None]
    return []


def array_of(flow: Tensor) -> Operation | None:
    """The TensorArrayV3 op of a flow; None if the tensor is no flow. It is noted on all on the way."""
    todo = [flow]
    while todo:
        tensor = todo[-1]
        sources = _sources(tensor)
        unknown = [t for t in sources if _NOTE not in t.__dict__]
        if unknown and _NOTE not in tensor.__dict__:
            todo += unknown
            continue
        todo.pop()
        if _NOTE not in tensor.__dict__:
            found = [t.__dict__[_NOTE] for t in sources if t.__dict__[_NOTE] is not None]
            own = tensor.op if tensor.op.type == "TensorArrayV3" else None
            tensor.__dict__[_NOTE] = found[0] if found else own
    return flow.__dict__[_NOTE]


_NOTE = "array"


def is_empty_list(flow: Tensor) -> bool:
    """Whether a flow is of a list that nothing was appended to."""
    return flow.op.attrs.get("tensor_array_name") == "EmptyTensorList"


def becomes(argument: Tensor, flow: Tensor) -> None:
    """Says that an argument of a body starts as another tensor than was known."""
    argument.op.attrs["starts_as"] = flow
    argument.__dict__[_NOTE] = array_of(flow)


def _before(flow: Tensor) -> Tensor | None:
    """The flow that a flow was before; None at its beginning."""
    return next((t for t in _sources(flow) if array_of(t) is not None), None)


def gradients_of(flow: Tensor) -> Tensor | None:
    """The flow of whose elements a flow has the gradients; None if it has none."""
    while flow is not None and flow.op.type not in ("TensorArrayGradV3", "ZerosLike"):
        flow = _before(flow)
    if flow is None:
        return None
    before = gradients_of(flow.op.inputs[0]) if flow.op.type == "ZerosLike" else None
    return flow.op.inputs[0] if before is None else before


def _is_zero(tensor: Tensor) -> bool:
    while tensor.op.type in ("Identity", "Fill"):
        tensor = tensor.op.inputs[tensor.op.type == "Fill"]
    value = constant_value(tensor)
    return tensor.op.type == "ZerosLike" or value is not None and not np.any(value)


def no_gradients(like: Tensor, zero: Tensor, graph) -> Tensor:
    """In `graph`, an empty array of gradients in the place of `zero`, for a flow `like` it that is deeper.

    TensorFlow begins the sum of flows with the number 0.

    Raises:
      Unsupported: if it begins with anything else.
    """
    forward = gradients_of(like)
    while forward is not None and forward.op.graph is not graph and "stands_for" in forward.op.attrs:
        forward = forward.op.attrs["stands_for"]
    if forward is None or not _is_zero(zero):
        raise Unsupported("a TensorArray is taken for a number")
    with graph.as_default():
        return apply_op("TensorArrayGradV3", forward).outputs[0]


def summands(flows: list[Tensor]) -> list[Tensor]:
    """Arrays of gradients that are added up, some of which may be 0, or variables that become such arrays."""
    like = next(t for t in flows if array_of(t) is not None)
    return [
        t if array_of(t) is not None or "starts_as" in t.op.attrs else no_gradients(like, t, get_default_graph())
        for t in flows
    ]


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
    if gradients_of(flow) is not None:
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
