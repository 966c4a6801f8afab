"""The attributes of TensorFlow's ops, and which of minitf's they are.

`tensorflow_ops.json` holds, for each op type, the kinds and defaults of its attributes in TensorFlow 1.15,
and with a third entry those that 2.15 added.
"""

from __future__ import annotations

import functools
import json
from importlib import resources

from minitf.framework import dtypes
from minitf.framework.shape import TensorShape
from minitf.graphs.values import Unsupported

_QUEUES = "FIFOQueueV2 PaddingFIFOQueueV2 PriorityQueueV2 RandomShuffleQueueV2"
_DEQUEUES = "QueueDequeueV2 QueueDequeueManyV2 QueueDequeueUpToV2"
_SCATTERS = "ScatterAdd ScatterDiv ScatterMax ScatterMin ScatterMul ScatterSub ScatterUpdate"
_ND = "ScatterNdAdd ScatterNdSub ScatterNdUpdate"
_RANDOM = "RandomStandardNormal RandomUniform RandomUniformInt TruncatedNormal"
_SEGMENTS = "UnsortedSegmentMax UnsortedSegmentMin UnsortedSegmentProd UnsortedSegmentSum"


def _table(*rows: tuple[str, str]) -> dict[str, dict[str, str]]:
    """Rows of op types and `name=name` pairs as {type: {name: name}}."""
    found: dict[str, dict[str, str]] = {}
    for types, pairs in rows:
        for type in types.split():
            found.setdefault(type, {}).update(pair.split("=") for pair in pairs.split())
    return found


# Ours = TensorFlow's.
RENAMED = _table(
    (_QUEUES, "dtypes=component_types parts=shapes"),
    ("Barrier", "parts=shapes"),
    (_DEQUEUES, "dtypes=component_types"),
    ("EagerPyFunc PyFunc PyFuncStateless", "dtypes=Tout"),
    ("DatasetToSingleElement IteratorGetNext ReduceDataset", "dtypes=output_types"),
    ("SparseSplit Split SplitV", "num=num_split"),
    ("CTCBeamSearchDecoder", "num=top_paths"),
    ("RaggedTensorToSparse", "N=RAGGED_RANK"),
    ("Bitcast", "Tout=type"),
    ("DynamicPartition", "num=num_partitions"),
    (f"{_SCATTERS} {_ND}", "I=Tindices"),
    (_RANDOM, "I=T"),
    (_SEGMENTS, "Tnum=Tnumsegments"),
    ("ExtractImagePatches", "dilations=rates"),
    ("ReadVariableOp AssignVariableOp AssignAddVariableOp AssignSubVariableOp", "T=dtype"),
    (" ".join(f"Resource{name}" for name in _SCATTERS.split()), "T=dtype I=Tindices"),
    (" ".join(f"Resource{name}" for name in _ND.split()), "I=Tindices"),
)

FLOW = "_flow"  # says that a node of a TensorArray's op has no handle

# Attributes that say of which types the tensors of an input list are.
LISTED = {
    "Assert": "T",
    "IdentityN": "T",
    "Print": "U",
    "EagerPyFunc": "Tin",
    "PyFunc": "Tin",
    "PyFuncStateless": "Tin",
    "QueueEnqueueManyV2": "Tcomponents",
    "QueueEnqueueV2": "Tcomponents",
    "SaveV2": "dtypes",
    "StringFormat": "T",
    "TensorDataset": "Toutput_types",
    "TensorSliceDataset": "Toutput_types",
}

# What TensorFlow's ops can be told beyond what minitf's do: only the default is taken.
_FIXED = _table(
    ("Cast", "Truncate="),
    ("Equal NotEqual", "incompatible_shape_error="),
    ("ApplyAdagrad SparseApplyAdagrad", "update_slots="),
    ("ApplyFtrl ApplyFtrlV2 SparseApplyFtrl SparseApplyFtrlV2", "multiply_linear_by_lr="),
    ("FixedUnigramCandidateSampler", "vocab_file= distortion= num_reserved_ids= num_shards= shard="),
    (f"{_DEQUEUES} QueueEnqueueV2 QueueEnqueueManyV2", "timeout_ms="),
    ("MergeV2Checkpoints", "allow_missing_files="),
    ("TopKV2", "Tk= index_type="),
    ("ExtractGlimpse", "noise="),
    ("DecodeAndCropJpeg", "ratio= acceptable_fraction="),
)


@functools.cache
def _ops() -> dict:
    text = resources.files(__package__).joinpath("tensorflow_ops.json").read_text("utf-8")
    return json.loads(text)


def attributes_of(type: str) -> dict[str, list] | None:
    """The attributes of TensorFlow's op of a type, as `name: [kind]` or `[kind, default]`; None if it has no
    such op.
    """
    return _ops().get(type)


@functools.cache
def _names() -> frozenset:
    text = resources.files(__package__).joinpath("tensorflow_names.txt").read_text("utf-8")
    return frozenset(text.split()) | _ops().keys()


def has_functions(type: str) -> bool:
    """Whether ops of a type call functions, which graphs as messages do not hold here."""
    return any(row[0] == "func" for row in (attributes_of(type) or {}).values())


def is_tensorflows(type: str) -> bool:
    """Whether TensorFlow 1.15 or 2.15 has ops of a type."""
    return type in _names()


def has_default(row: list) -> bool:
    """Whether a row of `attributes_of` has a default that can be said."""
    return len(row) > 1 and row[1] != "?"


def is_new(row: list) -> bool:
    """Whether TensorFlow 1.15 has not this attribute, so that its default must not be written."""
    return len(row) > 2


def default_of(row: list):
    """The default in a row of `attributes_of`, as minitf has such values."""
    kind, default = row[:2]
    if kind == "type":
        return dtypes.as_dtype(default)
    if kind == "shape":
        return TensorShape(None if default is None else [None if n < 0 else n for n in default])
    return list(default) if isinstance(default, list) else default


def is_list_op(type: str) -> bool:
    """Whether ops of a type work on TensorArrays: TensorFlow's take a handle beside the flow, ours do not."""
    return type.startswith("TensorArray")


def theirs(op) -> dict:
    """The attributes of an op under TensorFlow's names, and its own beginning with `_`, where they are needed
    to make it again.
    """
    renamed, known = RENAMED.get(op.type, {}), None if is_list_op(op.type) else attributes_of(op.type)
    found = {renamed.get(name, name): value for name, value in op.attrs.items()}
    if is_list_op(op.type):
        return {**found, FLOW: True}
    if known is None:
        return {name: v for name, v in found.items() if name != "N"}
    if op.type in LISTED:
        found[LISTED[op.type]] = [t.dtype.base_dtype for t in op.inputs[_singles(op) :]]
    if op.type == "ShapeN":
        found["out_type"] = op.attrs["dtypes"][0]
    if op.type == "AssignVariableOp":
        del found["validate_shape"]  # TensorFlow 2's; here it follows from the variable's shape
    if op.type == "AccumulateNV2":
        found["shape"] = op.outputs[0].shape
    if op.type in ("EagerPyFunc", "PyFunc", "PyFuncStateless"):
        found["token"] = op.name
    if op.type == "PaddedBatchDatasetV2":
        found["Toutput_types"] = op.attrs["output_types"]
    if found.get("old_names"):
        found["_old_names"] = True
    kept = {name for name, row in known.items() if row[0] != "func"}
    return {name: v for name, v in found.items() if name in kept or name.startswith("_")}


def _singles(op) -> int:
    """How many inputs of an op come before its list."""
    return next(i for i, arg in enumerate(op.definition.inputs) if arg.is_list)


def ours(type: str, found: dict) -> dict:
    """The attributes of an op of minitf's, without those that its inputs tell, from TensorFlow's.

    Raises:
      Unsupported: if one says what minitf's op cannot do.
    """
    known = attributes_of(type) or {}
    for name in _FIXED.get(type, ()):
        if name in known and found.get(name, default := default_of(known[name])) != default:
            raise Unsupported(f"minitf's {type} works with {name} = {default!r} only, not {found[name]!r}")
    back = {b: a for a, b in RENAMED.get(type, {}).items()}
    attrs = {back.get(name, name): v for name, v in found.items()}
    if attrs.pop("_old_names", False):
        attrs["old_names"] = True
    if type in _QUEUES.split() and not attrs["parts"]:
        attrs["parts"] = None
    if type == "AllCandidateSampler":
        attrs["range_max"] = attrs["num_sampled"]
    return attrs
