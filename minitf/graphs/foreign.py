"""TensorFlow's ops that are other ops of minitf's: of another name, or several together."""

from __future__ import annotations

from minitf.framework import dtypes
from minitf.framework.apply import apply_op
from minitf.framework.operation import Operation
from minitf.framework.tensor import Tensor
from minitf.graphs.values import Unsupported
from minitf.ops.array import array
from minitf.ops.array.constant import constant
from minitf.ops.array.joining import stack
from minitf.ops.linalg import einsum
from minitf.ops.math import cast
from minitf.ops.nn import batch_norm  # noqa: F401 - defines what becomes of the others
from minitf.ops.nn.axes import IMAGES

_QUEUES = "FIFOQueue PaddingFIFOQueue PriorityQueue RandomShuffleQueue QueueEnqueue QueueEnqueueMany"
_QUEUE_USES = "QueueDequeue QueueDequeueMany QueueDequeueUpTo QueueClose QueueIsClosed QueueSize"

# Theirs -> ours, of the same inputs and attributes.
RENAMED = {
    **{name: f"{name}V2" for name in f"{_QUEUES} {_QUEUE_USES}".split()},
    "RefIdentity": "Identity",
    "Snapshot": "Identity",
    "Variable": "VariableV2",
}


def named(name: str, *tensors: Tensor) -> Operation:
    """The op of this name that gives tensors out."""
    if len(tensors) == 1:
        return apply_op("Identity", tensors[0], name=f"{name}/")
    return apply_op("IdentityN", list(tensors), name=f"{name}/")


# ---- variables and files


def _assigned(name: str, attrs: dict, handle: Tensor, value: Tensor) -> Operation:
    known = handle.shape.is_fully_defined()
    return apply_op("AssignVariableOp", handle, value, validate_shape=known, name=f"{name}/")


def _restored(name: str, attrs: dict, file: Tensor, tensor_name: Tensor, part=None) -> Operation:
    parts = stack(["" if part is None else part])
    return apply_op("RestoreV2", file, stack([tensor_name]), parts, dtypes=[attrs["dt"]], name=f"{name}/")


def _saved(name: str, attrs: dict, file: Tensor, names: Tensor, *tensors: Tensor) -> Operation:
    return apply_op("SaveSlices", file, names, array.fill(array.shape(names), ""), list(tensors), name=f"{name}/")


# ---- arithmetic


def _divided(name: str, attrs: dict, x: Tensor, y: Tensor) -> Operation:
    return apply_op("TruncateDiv" if x.dtype.is_integer else "RealDiv", x, y, name=f"{name}/")


def _slope(function):
    """The rule of a gradient's op: of the output `y` and the gradient `dy`."""

    def rule(name: str, attrs: dict, y: Tensor, dy: Tensor) -> Operation:
        return named(name, function(y, dy))

    return rule


# ---- normalization over a batch: of TensorFlow's three ops for it the last


def _normalized(name: str, attrs: dict, *inputs: Tensor) -> tuple:
    if attrs.get("exponential_avg_factor", 1.0) != 1.0:
        raise Unsupported("moving averages are not kept inside of FusedBatchNorm (exponential_avg_factor)")
    op = apply_op("FusedBatchNormV3", *inputs, name=f"{name}/", **_of_norm(attrs))
    return op, op.outputs[: 6 if attrs["_type"].endswith("V3") else 5]


def _normalized_slope(name: str, attrs: dict, dy: Tensor, x: Tensor, scale, mean, variance, more=0.0) -> Operation:
    return apply_op("FusedBatchNormGradV3", dy, x, scale, mean, variance, more, name=f"{name}/", **_of_norm(attrs))


def _of_norm(attrs: dict) -> dict:
    if attrs["data_format"] not in IMAGES:
        raise Unsupported(f"batches of data_format {attrs['data_format']!r} are not normalized")
    return {key: attrs[key] for key in ("epsilon", "data_format", "is_training")}


# ---- random numbers of a seed: TensorFlow 2 scrambles it apart from them


def _keyed(name: str, attrs: dict, seed: Tensor) -> tuple:
    op = apply_op("Identity", seed, is_key=True, name=f"{name}/")
    return op, [op.outputs[0]] * 2


def _of_key(type: str):
    """The rule of an op of a key: of the op of a seed."""

    def rule(name: str, attrs: dict, shape: Tensor, key: Tensor, counter: Tensor, alg: Tensor, *limits) -> Operation:
        if not key.op.attrs.get("is_key") or counter is not key:
            raise Unsupported(f"{attrs['_type']} works with the key of a seed only")
        return apply_op(type, shape, key, *limits, **_numbers(attrs), name=f"{name}/")

    return rule


def _numbers(attrs: dict) -> dict:
    return {"dtype": attrs["dtype"]} if "dtype" in attrs else {}


_OF_SEEDS = ("StatelessRandomNormal", "StatelessRandomUniform", "StatelessRandomUniformInt", "StatelessTruncatedNormal")


RULES = {  # theirs -> a function of the name, attributes and inputs that makes the op of that name
    "AssignVariableOp": _assigned,
    "Concat": lambda name, attrs, axis, *values: apply_op("ConcatV2", list(values), axis, name=f"{name}/"),
    "Div": _divided,
    **dict.fromkeys(["FusedBatchNorm", "FusedBatchNormV2", "FusedBatchNormV3"], _normalized),
    **dict.fromkeys(["FusedBatchNormGrad", "FusedBatchNormGradV2", "FusedBatchNormGradV3"], _normalized_slope),
    "Einsum": lambda name, attrs, *inputs: named(name, einsum.einsum(attrs["equation"], *inputs)),
    "Gather": lambda name, attrs, x, i: apply_op("GatherV2", x, i, 0, name=f"{name}/"),
    "InTopK": lambda name, attrs, x, t: apply_op("InTopKV2", x, t, _count(attrs["k"], t), name=f"{name}/"),
    **dict.fromkeys(["InvGrad", "ReciprocalGrad"], _slope(lambda y, dy: -dy * y * y)),
    **dict.fromkeys(["Restore", "RestoreSlice"], _restored),
    "RsqrtGrad": _slope(lambda y, dy: dy * -0.5 * y * y * y),
    "Save": _saved,
    "SqrtGrad": _slope(lambda y, dy: dy * 0.5 / y),
    "StatelessRandomGetAlg": lambda name, attrs: constant(1, dtypes.int32, name=f"{name}/").op,
    "StatelessRandomGetKeyCounter": _keyed,
    **{f"{type}V2": _of_key(type) for type in _OF_SEEDS},
    "TopK": lambda name, attrs, x: apply_op("TopKV2", x, attrs["k"], sorted=attrs["sorted"], name=f"{name}/"),
}


def _count(k: int, like: Tensor) -> Tensor:
    return cast.cast(k, like.dtype.base_dtype)
