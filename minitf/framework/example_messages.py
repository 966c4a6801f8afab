"""The protocol buffers of tf.train.Example, described here because tensorboard's package lacks them.

https://github.com/tensorflow/tensorflow/blob/v1.15.5/tensorflow/core/example/feature.proto
"""

from __future__ import annotations

import functools

# Fields as (name, number, kind): `*` after a kind of which there are many, `{}` after that of a map's values,
# `?` after those of which a message has only one.
_FIELDS = {
    "BytesList": [("value", 1, "bytes*")],
    "FloatList": [("value", 1, "float*")],
    "Int64List": [("value", 1, "int64*")],
    "Feature": [("bytes_list", 1, "BytesList?"), ("float_list", 2, "FloatList?"), ("int64_list", 3, "Int64List?")],
    "Features": [("feature", 1, "Feature{}")],
    "FeatureList": [("feature", 1, "Feature*")],
    "FeatureLists": [("feature_list", 1, "FeatureList{}")],
    "Example": [("features", 1, "Features")],
    "SequenceExample": [("context", 1, "Features"), ("feature_lists", 2, "FeatureLists")],
}
NAMES = tuple(_FIELDS)


def message(name: str) -> type:
    """The class of the messages called `name`; ImportError that says what to install without protobuf."""
    return _classes()[name]


@functools.cache
def _classes() -> dict[str, type]:
    try:
        from google.protobuf import descriptor_pb2, descriptor_pool, message_factory
    except ImportError as error:
        raise ImportError(
            "tf.train.Example and the messages in it need the package protobuf: "
            f"pip install 'minitf-engine[tensorboard]' ({error})",
            name="google.protobuf",
        ) from error
    file = descriptor_pb2.FileDescriptorProto(name="example.proto", package="tensorflow", syntax="proto3")
    for name, fields in _FIELDS.items():
        made = file.message_type.add(name=name)
        for field in fields:
            _add(made, descriptor_pb2.FieldDescriptorProto, *field)
    pool = descriptor_pool.DescriptorPool()
    pool.Add(file)
    return {name: message_factory.GetMessageClass(pool.FindMessageTypeByName(f"tensorflow.{name}")) for name in _FIELDS}


def _add(made, kinds, name: str, number: int, kind: str) -> None:
    """Adds a field to a message's description."""
    if kind.endswith("{}"):
        entry = made.nested_type.add(name=name.title().replace("_", "") + "Entry")
        entry.options.map_entry = True
        _add(entry, kinds, "key", 1, "string")
        _add(entry, kinds, "value", 2, kind[:-2])
        kind = f"{made.name}.{entry.name}*"
    many = kind.endswith("*")
    field = made.field.add(name=name, number=number)
    field.label = kinds.LABEL_REPEATED if many else kinds.LABEL_OPTIONAL
    if kind.endswith("?"):
        if not made.oneof_decl:
            made.oneof_decl.add(name="kind")
        field.oneof_index = 0
    kind = kind.rstrip("*?")
    if kind[0].isupper():
        field.type, field.type_name = kinds.TYPE_MESSAGE, f".tensorflow.{kind}"
    else:
        field.type = getattr(kinds, f"TYPE_{kind.upper()}")
