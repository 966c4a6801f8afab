"""TensorFlow's ops that are other ops of minitf's: of another name, or several together."""

from __future__ import annotations

from minitf.framework import dtypes
from minitf.framework.apply import apply, apply_op
from minitf.framework.operation import Operation
from minitf.framework.tensor import Tensor
from minitf.graphs.values import Unsupported
from minitf.ops.array import array
from minitf.ops.array.constant import constant
from minitf.ops.array.joining import stack
from minitf.ops.linalg import einsum
from minitf.ops.math import cast, reduce, unary

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


def _saved(name: str, attrs: dict, file: Tensor, names: Tensor, *rest: Tensor) -> Operation:
    parts, tensors = (rest[0], rest[1:]) if "SaveSlices" in attrs["_type"] else (None, rest)
    parts = array.fill(array.shape(names), "") if parts is None else parts
    return apply_op("SaveV2", file, names, parts, list(tensors), name=f"{name}/")


# ---- arithmetic


def _divided(name: str, attrs: dict, x: Tensor, y: Tensor) -> Operation:
    return apply_op("TruncateDiv" if x.dtype.is_integer else "RealDiv", x, y, name=f"{name}/")


def _slope(function):
    """The rule of a gradient's op: of the output `y` and the gradient `dy`."""

    def rule(name: str, attrs: dict, y: Tensor, dy: Tensor) -> Operation:
        return named(name, function(y, dy))

    return rule


# ---- normalization over a batch


class _Channels:
    """The sums over all axes but the channels', for one data format."""

    def __init__(self, x: Tensor, data_format: str):
        if data_format not in ("NHWC", "NCHW"):
            raise Unsupported(f"batches of data_format {data_format!r} are not normalized")
        last = data_format == "NHWC"
        self.axes = [0, 1, 2] if last else [0, 2, 3]
        self.shape = [1, 1, 1, -1] if last else [1, -1, 1, 1]
        self.x = x if x.dtype.base_dtype is not dtypes.float16 else cast.cast(x, dtypes.float32)
        count = array.size(x) / array.shape(x)[3 if last else 1]
        self.count = cast.cast(count, self.x.dtype.base_dtype)

    def wide(self, v: Tensor) -> Tensor:
        """A number for each channel, beside `x`."""
        return array.reshape(v, self.shape)

    def sum(self, t: Tensor) -> Tensor:
        return reduce.reduce_sum(t, self.axes)

    def mean(self, t: Tensor) -> Tensor:
        return reduce.reduce_mean(t, self.axes)


def _normalized(name: str, attrs: dict, x: Tensor, scale, offset, mean, variance) -> Operation:
    if attrs.get("exponential_avg_factor", 1.0) != 1.0:
        raise Unsupported("moving averages are not kept inside of FusedBatchNorm (exponential_avg_factor)")
    by = _Channels(x, attrs["data_format"])
    spread = variance
    if attrs["is_training"]:
        mean = by.mean(by.x)
        variance = by.mean((by.x - by.wide(mean)) ** 2.0)
        spread = variance * (by.count / _at_least_one(by.count - 1.0))
    slope = scale * unary.rsqrt(variance + attrs["epsilon"])
    y = (by.x - by.wide(mean)) * by.wide(slope) + by.wide(offset)
    outputs = [cast.cast(y, x.dtype.base_dtype), mean, spread, mean, variance]
    return named(name, *outputs, *([mean] if attrs["_type"].endswith("V3") else []))


def _at_least_one(count: Tensor) -> Tensor:
    """A number of values, at least 1."""
    return apply("Maximum", count, 1.0)


def _normalized_slope(name: str, attrs: dict, dy: Tensor, x: Tensor, scale, mean, variance, *_) -> Operation:
    by = _Channels(x, attrs["data_format"])
    dy = cast.cast(dy, by.x.dtype.base_dtype)
    inverse = unary.rsqrt(variance + attrs["epsilon"])
    normal = (by.x - by.wide(mean)) * by.wide(inverse)
    d_scale, d_offset = by.sum(dy * normal), by.sum(dy)
    dx = dy
    if attrs["is_training"]:
        dx = dy - (by.wide(d_offset) + normal * by.wide(d_scale)) / by.count
    dx = dx * by.wide(scale * inverse)
    nothing = array.zeros([0], scale.dtype.base_dtype)
    return named(name, cast.cast(dx, x.dtype.base_dtype), d_scale, d_offset, nothing, nothing)


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
    **dict.fromkeys(["Save", "SaveSlices"], _saved),
    "SqrtGrad": _slope(lambda y, dy: dy * 0.5 / y),
    "StatelessRandomGetAlg": lambda name, attrs: constant(1, dtypes.int32, name=f"{name}/").op,
    "StatelessRandomGetKeyCounter": _keyed,
    **{f"{type}V2": _of_key(type) for type in _OF_SEEDS},
    "TopK": lambda name, attrs, x: apply_op("TopKV2", x, attrs["k"], sorted=attrs["sorted"], name=f"{name}/"),
}


def _count(k: int, like: Tensor) -> Tensor:
    return cast.cast(k, like.dtype.base_dtype)
