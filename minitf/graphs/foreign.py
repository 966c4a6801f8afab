"""TensorFlow's ops that are other ops of minitf's: of another name, or several together."""

from __future__ import annotations

from minitf.framework import dtypes
from minitf.framework.apply import apply_op
from minitf.framework.operation import Operation
from minitf.framework.tensor import Tensor
from minitf.graphs import older_ops  # noqa: F401 - adds their forms
from minitf.graphs.forms import FORMS, form, named
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
_TABLES = "HashTable MutableHashTable MutableHashTableOfTensors MutableDenseHashTable InitializeTableFromTextFile"
_TABLE_USES = "LookupTableFind LookupTableInsert LookupTableImport LookupTableSize LookupTableExport"
_READERS = "TFRecordReader TextLineReader FixedLengthRecordReader WholeFileReader IdentityReader ReaderRead"
_READER_USES = "ReaderReadUpTo ReaderNumRecordsProduced ReaderNumWorkUnitsCompleted ReaderReset ReaderSerializeState"
_NOW_V2 = f"{_QUEUES} {_QUEUE_USES} {_TABLES} {_TABLE_USES} {_READERS} {_READER_USES} ReaderRestoreState Iterator"
_NOW_RESOURCES = "ConditionalAccumulator AccumulatorApplyGradient AccumulatorTakeGradient"
_EXPERIMENTS = "CSVDataset DatasetCardinality DatasetToTFRecord DenseToSparseBatchDataset DirectedInterleaveDataset"
_MORE_EXPERIMENTS = "IgnoreErrorsDataset LMDBDataset RandomDataset SqlDataset UnbatchDataset UniqueDataset"
_RUN = "BytesProducedStatsDataset LatencyStatsDataset MaxIntraOpParallelismDataset PrivateThreadPoolDataset"
_STATISTICS = "SetStatsAggregatorDataset StatsAggregatorHandle StatsAggregatorSummary"

# Theirs -> ours, of the same inputs and attributes.
RENAMED = {
    **{name: f"{name}V2" for name in f"{_NOW_V2} IteratorFromStringHandle".split()},
    **{name: f"Resource{name}" for name in _NOW_RESOURCES.split()},
    **{f"Experimental{name}": name for name in f"{_EXPERIMENTS} {_MORE_EXPERIMENTS} {_RUN} {_STATISTICS}".split()},
    "IteratorGetNextSync": "IteratorGetNext",
    "RefIdentity": "Identity",
    "Snapshot": "Identity",
    "Variable": "VariableV2",
}


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


# ---- theirs


_NORM = "T: type, epsilon: float = 0.0001, data_format: string = 'NHWC', is_training: bool = True"
_AVERAGE = "exponential_avg_factor: later[float] = 1.0"
_MOMENTS = {"": ("", "T"), "V2": ("U: type, ", "U"), "V3": ("U: type, ", "U")}
for _version, (_more, _kind) in _MOMENTS.items():
    _space = [f"reserve_space_{i}: {_kind}" for i in range(1, 4 if _version == "V3" else 3)]
    form(
        f"FusedBatchNorm{_version}",
        f"x: T, scale: {_kind}, offset: {_kind}, mean: {_kind}, variance: {_kind}; {_more}{_NORM}, {_AVERAGE} -> "
        f"y: T, batch_mean: {_kind}, batch_variance: {_kind}, {', '.join(_space)}",
        _normalized,
    )
    _scale = "T" if not _version else "float32"
    form(
        f"FusedBatchNormGrad{_version}",
        f"y_backprop: T, x: T, scale: {_scale}, {', '.join(_space)}; {_more}{_NORM} -> "
        f"x_backprop: T, scale_backprop: {_kind}, offset_backprop: {_kind}, reserve_space_4: {_kind}, "
        f"reserve_space_5: {_kind}",
        _normalized_slope,
    )

form(
    "AssignVariableOp",
    "resource: resource, value: dtype; dtype: type, validate_shape: later[bool] = False ->",
    _assigned,
)
form(
    "Concat",
    "concat_dim: int32[], values: *T; N: int, T: type -> output: T",
    lambda name, attrs, axis, *values: apply_op("ConcatV2", list(values), axis, name=f"{name}/"),
)
form("Div", "x: T, y: T; T: type -> z: T", _divided)
form(
    "Einsum",
    "inputs: *T; equation: string, N: int, T: type -> output: T",
    lambda name, attrs, *inputs: named(name, einsum.einsum(attrs["equation"], *inputs)),
)
form(
    "Gather",
    "params: Tparams, indices: Tindices; validate_indices: bool = True, Tparams: type, Tindices: type"
    " -> output: Tparams",
    lambda name, attrs, x, i: apply_op("GatherV2", x, i, 0, name=f"{name}/"),
)
form(
    "InTopK",
    "predictions: float32, targets: T; k: int, T: type = int32 -> precision: bool",
    lambda name, attrs, x, t: apply_op("InTopKV2", x, t, _count(attrs["k"], t), name=f"{name}/"),
)
_FILE = "file_pattern: string, tensor_name: string"
form("Restore", f"{_FILE}; dt: type, preferred_shard: int = -1 -> tensor: dt", _restored)
form("RestoreSlice", f"{_FILE}, shape_and_slice: string; dt: type, preferred_shard: int = -1 -> tensor: dt", _restored)
form("Save", "filename: string, tensor_names: string, data: **T; T: list(type) ->", _saved)
form(
    "TopK",
    "input: T; k: int, sorted: bool = True, T: type -> values: T, indices: int32",
    lambda name, attrs, x: apply_op("TopKV2", x, attrs["k"], sorted=attrs["sorted"], name=f"{name}/"),
)

RULES = {  # of those without a form
    "StatelessRandomGetAlg": lambda name, attrs: constant(1, dtypes.int32, name=f"{name}/").op,
    "StatelessRandomGetKeyCounter": _keyed,
    **{f"{type}V2": _of_key(type) for type in _OF_SEEDS},
    **{type: each.rule for type, each in FORMS.items()},
}


def _count(k: int, like: Tensor) -> Tensor:
    return cast.cast(k, like.dtype.base_dtype)
