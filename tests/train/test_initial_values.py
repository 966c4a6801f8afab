import numpy as np
import pytest
from session_facts import check, names

import minitf as tf
from minitf.formats import checkpoint


@pytest.mark.parametrize("name", names("initial_values"))
def test_like_tensorflow(name):
    check(name)


def test_errors_say_what_there_is(tmp_path):
    v = tf.get_variable("a/v", [2])
    with tf.Session() as sess:
        sess.run(v.initializer)
        path = tf.train.Saver().save(sess, str(tmp_path / "m"))
    with pytest.raises(ValueError, match=r"Tensor b \(for variable a/v\) is not found in .* {'a/v': \[2\]}"):
        tf.train.init_from_checkpoint(path, {"b": v})
    with pytest.raises(ValueError, match="no variable 'c'.* as in 'scope/': 'other_scope/'"):
        tf.train.init_from_checkpoint(path, {"a/": "c"})
    with pytest.raises(TypeError, match="as values, not 3"):
        tf.train.init_from_checkpoint(path, {"a/v": 3})


WHOLE = np.arange(40, dtype=np.float32).reshape(10, 4)


@pytest.mark.parametrize("meant", ["variable", "list", "name", "scope"])
def test_variables_in_parts(tmp_path, meant):
    checkpoint.write(str(tmp_path / "m"), [("a/w", tf.float32, WHOLE)])
    w = tf.get_variable("b/w", [10, 4], partitioner=tf.fixed_size_partitioner(3))
    maps = {"variable": {"a/w": w}, "list": {"a/w": list(w)}, "name": {"a/w": "b/w"}, "scope": {"a/": "b/"}}
    tf.train.init_from_checkpoint(str(tmp_path / "m"), maps[meant])
    with tf.Session() as sess:
        sess.run(tf.global_variables_initializer())
        np.testing.assert_array_equal(sess.run(tf.identity(w)), WHOLE)
    other = tf.get_variable("c", [8, 4], partitioner=tf.fixed_size_partitioner(2))
    with pytest.raises(ValueError, match=r"\(8, 4\)\) doesn't match with shape of tensor a/w"):
        tf.train.init_from_checkpoint(str(tmp_path / "m"), {"a/w": other})


def test_the_ops_that_are_made(tmp_path):
    """As TensorFlow 1.15.5 makes them: files are read where processors are, resources get an identity."""
    checkpoint.write(str(tmp_path / "m"), [("v", tf.float32, np.ones(4, np.float32))])
    for resource in (False, True):
        with tf.Graph().as_default() as graph:
            v = tf.get_variable("w", [4], use_resource=resource)
            first = len(graph.get_operations())
            tf.train.init_from_checkpoint(str(tmp_path / "m"), {"v": v})
            made = graph.get_operations()[first:]
            assert [op.name for op in made] == [
                *(f"checkpoint_initializer{part}" for part in ("/prefix", "/tensor_names", "/shape_and_slices", "")),
                *(["Identity", "AssignVariableOp"] if resource else ["Assign"]),
            ]
            assert [op.device for op in made[:4]] == ["/device:CPU:0"] * 4
            with tf.Session() as session:
                session.run(v.initializer)
                assert session.run(v).tolist() == [1] * 4
