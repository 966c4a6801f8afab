"""TensorFlow's protocol buffer messages, from the package tensorboard, imported when one is needed."""

from __future__ import annotations

import functools
import importlib
import sys
import types
from collections.abc import Callable

_HOMES = {
    "AssetFileDef": "meta_graph",
    "AttrValue": "attr_value",
    "ClusterDef": "cluster",
    "CostGraphDef": "cost_graph",
    "DataType": "types",
    "Event": "event",
    "GraphDef": "graph",
    "HistogramProto": "histogram",
    "JobDef": "cluster",
    "MetaGraphDef": "meta_graph",
    "NameAttrList": "attr_value",
    "NodeDef": "node_def",
    "OpDef": "op_def",
    "OpList": "op_def",
    "RunMetadata": "config",
    "SaverDef": "saver",
    "SaveSliceInfoDef": "variable",
    "SessionLog": "event",
    "SignatureDef": "meta_graph",
    "Summary": "summary",
    "SummaryDescription": "summary",
    "SummaryMetadata": "summary",
    "TaggedRunMetadata": "event",
    "TensorInfo": "meta_graph",
    "TensorProto": "tensor",
    "TensorShapeProto": "tensor_shape",
    "VariableDef": "variable",
    "VersionDef": "versions",
}

# What tensorboard lacks: fields as (name, number, kind), of which there are many if the kind ends in `*`.
# Messages inside of each other are bytes to the outer one.
_LACKING = {
    "CondContextDef": [
        ("context_name", 1, "string"),
        ("pred_name", 2, "string"),
        ("pivot_name", 3, "string"),
        ("branch", 4, "int32"),
        ("values_def", 5, "bytes"),
        ("nested_contexts", 6, "bytes*"),
    ],
    "ControlFlowContextDef": [("cond_ctxt", 1, "bytes"), ("while_ctxt", 2, "bytes")],
    "ExternalValue": [("key", 1, "string"), ("value", 2, "string")],
    "QueueRunnerDef": [
        ("queue_name", 1, "string"),
        ("enqueue_op_name", 2, "string*"),
        ("close_op_name", 3, "string"),
        ("cancel_op_name", 4, "string"),
        ("queue_closed_exception_types", 5, "int32*"),
    ],
    "ServerDef": [
        ("cluster", 1, "ClusterDef"),
        ("job_name", 2, "string"),
        ("task_index", 3, "int32"),
        ("protocol", 5, "string"),
    ],
    "ValuesDef": [("values", 1, "string*"), ("external_values", 2, "bytes*")],
    "WhileContextDef": [
        ("context_name", 1, "string"),
        ("parallel_iterations", 2, "int32"),
        ("back_prop", 3, "bool"),
        ("pivot_name", 5, "string"),
        ("pivot_for_pred_name", 6, "string"),
        ("pivot_for_body_name", 7, "string"),
        ("loop_exit_names", 8, "string*"),
        ("values_def", 9, "bytes"),
        ("loop_enter_names", 10, "string*"),
        ("nested_contexts", 12, "bytes*"),
    ],
    "SavedModel": [("saved_model_schema_version", 1, "int64"), ("meta_graphs", 2, "MetaGraphDef*")],
}

_DO_WITHOUT = "tensorboard.compat.notf"  # if there is this module, TensorBoard does not look for TensorFlow


def tensorboard(module: str):
    """The module `tensorboard.<module>`; ImportError that says what to install if there is no TensorBoard.

    It would import TensorFlow, which takes seconds, and take minitf for it in a script that says
    `sys.modules["tensorflow"] = minitf`.
    """
    found = sys.modules.get(f"tensorboard.{module}")
    if found is not None:
        return found
    sys.modules.setdefault(_DO_WITHOUT, types.ModuleType(_DO_WITHOUT))
    try:
        return importlib.import_module(f"tensorboard.{module}")
    except ImportError as error:
        raise ImportError(
            "summaries, event files and GraphDefs need the package tensorboard: "
            f"pip install 'minitf-engine[tensorboard]' ({error})",
            name="tensorboard",
        ) from error


def has(name: str) -> bool:
    """Whether there are messages called `name`."""
    return name in _HOMES or name in _LACKING


def message(name: str) -> type:
    """The class of the messages called `name`."""
    if name in _LACKING:
        return _built(name)
    return getattr(tensorboard(f"compat.proto.{_HOMES[name]}_pb2"), name)


@functools.cache
def _built(name: str) -> type:
    """The class of messages that tensorboard lacks."""
    tensorboard("compat.proto.meta_graph_pb2")
    from google.protobuf import descriptor_pb2, descriptor_pool, message_factory

    file = descriptor_pb2.FileDescriptorProto(name=f"minitf/{name}.proto", package="minitf", syntax="proto3")
    made, kinds = file.message_type.add(name=name), descriptor_pb2.FieldDescriptorProto
    for field, number, kind in _LACKING[name]:
        label = kinds.LABEL_REPEATED if kind.endswith("*") else kinds.LABEL_OPTIONAL
        found = made.field.add(name=field, number=number, label=label)
        kind = kind.rstrip("*")
        if kind in _HOMES:
            described = message(kind).DESCRIPTOR
            found.type, found.type_name = kinds.TYPE_MESSAGE, f".{described.full_name}"
            file.dependency.append(described.file.name)
        else:
            found.type = getattr(kinds, f"TYPE_{kind.upper()}")
    pool = descriptor_pool.Default()
    pool.AddSerializedFile(file.SerializeToString())
    return message_factory.GetMessageClass(pool.FindMessageTypeByName(f"minitf.{name}"))


def resolver(module: str, names: tuple[str, ...]) -> Callable[[str], type]:
    """The `__getattr__` of a module with which the messages `names` are found in it."""

    def __getattr__(name: str):  # noqa: N807 - it is a module's
        if name not in names:
            raise AttributeError(f"module {module!r} has no attribute {name!r}")
        return message(name)

    return __getattr__
