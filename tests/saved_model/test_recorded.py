"""Saved models and signatures are TensorFlow's (tests/facts/saved_model.json), message by message."""

import json
from pathlib import Path

import pytest
from google.protobuf import json_format
from saved_model_facts import called, written

import minitf as tf
from minitf.saved_model import loader

FACTS = json.loads((Path(__file__).parents[1] / "facts" / "saved_model.json").read_text())
CALLS = [(name, types) for name, each in FACTS["calls"].items() for types in each]


@pytest.mark.parametrize("way", FACTS["ways"])
def test_what_is_written(way, tmp_path):
    assert written(tf, json_format, loader.read_saved_model, way, str(tmp_path / "m")) == FACTS["ways"][way]


@pytest.mark.parametrize("name, types", CALLS)
def test_signatures(name, types):
    found, expected = called(tf, json_format, name, types), FACTS["calls"][name][types]
    assert found == expected or isinstance(found, str) and found.startswith(expected)


def test_sparse_tensors_and_variables_by_what_is_said_of_them():
    info, tensor = tf.saved_model.build_tensor_info, tf.saved_model.get_tensor_from_tensor_info
    found = tensor(info(tf.sparse_placeholder(tf.float32, [2, 3], name="sp")))
    assert [t.name for t in (found.indices, found.values, found.dense_shape)] == [
        "sp/indices:0",
        "sp/values:0",
        "sp/shape:0",
    ]
    v, w = tf.Variable(1.0, name="v"), tf.Variable(1.0, name="w", use_resource=True)
    assert [(info(each).name, info(each).dtype) for each in (v, w)] == [("v:0", 101), ("w:0", 1)]
    with pytest.raises(ValueError, match="Invalid TensorInfo.encoding: None"):
        tensor(type(info(v))())
    with pytest.raises(TypeError, match="a tensor, a variable or a SparseTensor, not 3"):
        info(3)


def test_an_op_that_restores_is_run():
    v, w = tf.Variable(1.0, name="v", collections=["local_variables"]), tf.Variable(2.0, name="w")
    restore = tf.assign(w, v + 5.0).op
    op = tf.saved_model.main_op_with_restore(restore)
    with tf.Session() as session:
        session.run(v.initializer)
        session.run(op)
        assert session.run(w) == 6.0
