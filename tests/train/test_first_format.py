"""Savers that write TensorFlow's first format; what TensorFlow wrote in it is read in test_restoring.py.

That TensorFlow 1.15 and 2.15 restore all these types was tried with both, shards and parts included.
"""

import os
from pathlib import Path

import numpy as np
import pytest
from helpers import fails

import minitf as tf
from minitf.formats import table, v1

THEIRS = Path(__file__).parents[1] / "facts" / "checkpoints" / "v1"
V1 = tf.train.SaverDef.V1
VALUES = {
    **{name: np.array([[1, 0, 100]], name) for name in ["int8", "int16", "int32", "int64", "uint8", "uint16", "bool"]},
    **{name: np.array([-2.5, 1e4], name) for name in ["float16", "float32", "float64", "complex64", "complex128"]},
    "string": np.array([b"a\0b", b""], object),
    "scalar": np.float32(4),
    "nothing": np.zeros([0, 3], np.float32),
    "negative": np.int64(-(2**40)),
}


def test_entries_are_those_that_tensorflow_wrote():
    theirs, found = THEIRS.read_bytes(), v1.read(THEIRS.read_bytes())
    rows = [(name, entry.dtype, value, None) for name, (entry, value) in found.items() if name != "part"]
    mine, expected = dict(table.read(v1.write(rows))), dict(table.read(theirs))
    keys = [key for key in expected if key and b"part" not in key]
    assert len(keys) == len(rows) > 10 and {key: mine[key] for key in keys} == {key: expected[key] for key in keys}
    assert len(mine) == len(keys) + 1


@pytest.mark.parametrize("sharded", [False, True])
def test_saved_kept_and_restored(sharded, tmp_path):
    variables = [tf.Variable(value, name=name) for name, value in VALUES.items()]
    with tf.variable_scope("a", partitioner=tf.fixed_size_partitioner(2)):
        parts = list(tf.get_variable("q", [4, 2]))
    saver = tf.train.Saver(write_version=V1, sharded=sharded, max_to_keep=2)
    with tf.Session() as session:
        session.run(tf.global_variables_initializer())
        before = session.run(parts)
        paths = [saver.save(session, tmp_path / "m", global_step=step) for step in range(3)]
        session.run([part.assign(part * 0) for part in parts])
        saver.restore(session, tf.train.latest_checkpoint(str(tmp_path)))
        np.testing.assert_array_equal(session.run(parts), before)
        for variable, value in zip(variables, VALUES.values()):
            np.testing.assert_array_equal(session.run(variable), value)
    ending = "-?????-of-00001" if sharded else ""
    assert paths == [str(tmp_path / f"m-{step}{ending}") for step in range(3)]
    file = "-00000-of-00001" if sharded else ""
    kept = [f"m-{step}{end}" for step in (1, 2) for end in (file, ".meta")]
    assert sorted(os.listdir(tmp_path)) == sorted(["checkpoint", *kept])
    assert tf.train.checkpoint_exists(paths[2]) and not tf.train.checkpoint_exists(paths[0])
    assert ("a/q", [4, 2]) in tf.train.list_variables(paths[2])


@pytest.mark.parametrize("sharded", [False, True])
def test_ops_are_tensorflows(sharded):
    tf.Variable(1.0, name="v")
    told = tf.train.Saver(write_version=V1, sharded=sharded).as_saver_def()
    types = {op.name: op.type for op in tf.get_default_graph().get_operations()}
    assert told.version == V1 and types["save/save"] == "SaveSlices"
    assert told.save_tensor_name == ("save/ShardedFilespec:0" if sharded else "save/control_dependency:0")
    assert types["save/save/shapes_and_slices"] == "Const" and "save/MergeV2Checkpoints" not in types


def test_a_graph_of_the_first_format_goes_on_writing_it(tmp_path):
    tf.Variable(3.0, name="v")
    written = tf.train.export_meta_graph(saver_def=tf.train.Saver(write_version=V1).as_saver_def())
    with tf.Graph().as_default(), tf.Session() as session:
        saver = tf.train.import_meta_graph(written)
        session.run("v/Assign")
        path = saver.save(session, tmp_path / "m", write_meta_graph=False)
        assert list(v1.read(Path(path).read_bytes())) == ["v"]
        saver.restore(session, path)


def test_what_it_cannot_hold(tmp_path):
    saver = tf.train.Saver([tf.Variable(np.uint32(1), name="v")], write_version=V1)
    with tf.Session() as session, fails(tf.errors.UnimplementedError, "uint32 not yet supported"):
        session.run("v/Assign")
        saver.save(session, tmp_path / "m")
    assert not os.listdir(tmp_path)
