"""Saved models that TensorFlow 1.15 writes in different ways, and what it refuses, recorded into tests/facts.

PYTHON_WITH_TF1 tests/recorded/saved_model_facts.py tests/facts/saved_model.json
"""

import json
import os
import sys
import tempfile


def model(tf):
    x = tf.placeholder(tf.float32, [None, 2], name="x")
    with tf.device("/device:CPU:0"):
        return x, tf.matmul(x, tf.get_variable("w", initializer=[[1.0], [2.0]]), name="y")


def signature(tf, **wrong):
    """A signature of the tensor x, of which one thing is said wrongly."""
    info = tf.saved_model.utils.build_tensor_info(tf.get_default_graph().get_tensor_by_name("x:0"))
    for field, value in wrong.items():
        setattr(info, field, value) if value is not None else info.ClearField(field)
    return {"s": tf.saved_model.signature_def_utils.build_signature_def({"a": info}, {"b": info}, "m")}


def sparse(tf):
    utils, y = tf.saved_model.signature_def_utils, tf.get_default_graph().get_tensor_by_name("y:0")
    return {"s": utils.predict_signature_def({"a": tf.sparse_placeholder(tf.float32, [2, 3], name="sp")}, {"b": y})}


def assets(tf, shape=()):
    path = os.path.join(tempfile.mkdtemp(), "words.txt")
    with open(path, "w") as file:
        file.write("w")
    return [tf.constant(path, shape=list(shape), name="path")]


def two_ops(tf):
    return {"main_op": tf.no_op("m"), "legacy_init_op": tf.no_op("old")}


WAYS = {  # what add_meta_graph_and_variables is given
    "plain": lambda tf: {},
    "clear": lambda tf: {"clear_devices": True},
    "strip": lambda tf: {"strip_default_attrs": True},
    "main_op": lambda tf: {"main_op": tf.no_op("m")},
    "legacy_init_op": lambda tf: {"legacy_init_op": tf.no_op("m")},
    "two_ops": two_ops,
    "main_tensor": lambda tf: {"main_op": "m"},
    "legacy_tensor": lambda tf: {"legacy_init_op": tf.constant(1)},
    "assets": lambda tf: {"assets_collection": assets(tf)},
    "asset_of_an_axis": lambda tf: {"assets_collection": assets(tf, [1])},
    "saver": lambda tf: {"saver": tf.train.Saver({"other": tf.global_variables()[0]}, max_to_keep=3)},
    "sparse": lambda tf: {"signature_def_map": sparse(tf)},
    "no_name": lambda tf: {"signature_def_map": signature(tf, name=None)},
    "empty_name": lambda tf: {"signature_def_map": signature(tf, name="")},
    "no_type": lambda tf: {"signature_def_map": signature(tf, dtype=0)},
}


def view(json_format, meta_graph) -> dict:
    """What a meta graph says, but for versions."""
    found = json_format.MessageToDict(meta_graph.saver_def)
    signatures = {name: json_format.MessageToDict(each) for name, each in meta_graph.signature_def.items()}
    collections = {
        key: list(c.node_list.value) or len(c.bytes_list.value) or len(c.any_list.value)
        for key, c in meta_graph.collection_def.items()
    }
    nodes = [[n.name, n.op, [*n.input], n.device, sorted(n.attr)] for n in meta_graph.graph_def.node]
    tags = list(meta_graph.meta_info_def.tags)
    return {"saver": found, "signatures": signatures, "collections": collections, "nodes": nodes, "tags": tags}


def written(tf, json_format, read, way: str, folder: str):
    """What there is after a model has been saved in a way, or the error's class."""
    with tf.Graph().as_default(), tf.Session() as session:
        model(tf)
        session.run(tf.global_variables_initializer())
        builder = tf.saved_model.builder.SavedModelBuilder(folder)
        try:
            builder.add_meta_graph_and_variables(session, ["serve"], **WAYS[way](tf))
        except (AssertionError, TypeError, ValueError) as error:
            return type(error).__name__
        builder.save()
    files = sorted(os.path.relpath(os.path.join(top, n), folder) for top, _, names in os.walk(folder) for n in names)
    return {"files": files, **view(json_format, read(folder).meta_graphs[0])}


CALLS = {  # of the functions of signatures, with placeholders of types; "" stands for None
    "classification_signature_def": ["string string float32", "string  float32", "string string ", "string  "]
    + [" string float32", "float32 string float32", "string int32 float32", "string string float64"],
    "regression_signature_def": ["string float32", "string ", " float32", "float32 float32", "string int32"],
}


def called(tf, json_format, name: str, types: str):
    """The message that a function gives, or its error's class and first words."""
    with tf.Graph().as_default():
        given = [
            tf.placeholder(kind, [None], name=f"p{i}") if kind else None for i, kind in enumerate(types.split(" "))
        ]
        try:
            return json_format.MessageToDict(getattr(tf.saved_model.signature_def_utils, name)(*given))
        except ValueError as error:
            return f"ValueError: {error}".rstrip(".")


if __name__ == "__main__":
    import tensorflow.compat.v1 as theirs
    from google.protobuf import json_format
    from tensorflow.core.protobuf import saved_model_pb2

    def read(folder):
        with open(os.path.join(folder, "saved_model.pb"), "rb") as file:
            return saved_model_pb2.SavedModel.FromString(file.read())

    facts = {
        "ways": {way: written(theirs, json_format, read, way, os.path.join(tempfile.mkdtemp(), "m")) for way in WAYS},
        "calls": {
            name: {types: called(theirs, json_format, name, types) for types in each} for name, each in CALLS.items()
        },
    }
    with open(sys.argv[1], "w") as file:
        json.dump(facts, file, sort_keys=True, separators=(",", ":"))
        file.write("\n")
