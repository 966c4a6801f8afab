import numpy as np
import pytest
from session_facts import check, names

import minitf as tf


@pytest.mark.parametrize("name", names("framework"))
def test_like_tensorflow(name):
    check(name)


def test_a_getter_of_ones_own():
    def getter(name, reuse, **options):
        return tf.get_variable(f"own_{name}", **{k: options[k] for k in ("shape", "trainable")})

    assert tf.contrib.framework.variable("x", [2], custom_getter=getter).name == "own_x:0"


def test_what_is_no_list_of_variables(tmp_path):
    v = tf.get_variable("v", [2])
    with tf.Session() as sess:
        sess.run(v.initializer)
        path = tf.train.Saver().save(sess, str(tmp_path / "m"))
    with pytest.raises(TypeError, match="a list of variables, or a dict of them by name; not 3"):
        tf.contrib.framework.assign_from_checkpoint(path, 3)


WHOLE = np.arange(6, dtype=np.float32).reshape(3, 2)
PARTS = {
    "parts": lambda w: list(w),
    "whole of parts": lambda w: [w],
    "parts by name": lambda w: {"w": list(w)},
    "whole of parts by name": lambda w: {"w": w},
}


@pytest.mark.parametrize("axis", [0, 1])
@pytest.mark.parametrize("given", PARTS.values(), ids=PARTS)
def test_variables_in_parts(tmp_path, given, axis):
    """TensorFlow 1.15.5 takes the first and the third for `assign_from_checkpoint`, all of them for `_fn`."""
    framework = tf.contrib.framework
    w = tf.get_variable("w", initializer=WHOLE)
    with tf.Session() as session:
        session.run(w.initializer)
        path = tf.train.Saver().save(session, str(tmp_path / "m"))
    for ways in ("op", "function", "what is there"):
        with tf.Graph().as_default(), tf.Session() as session:
            w = tf.get_variable("w", [3, 2], partitioner=tf.fixed_size_partitioner(2, axis))
            if ways == "op":
                op, feeds = framework.assign_from_checkpoint(path, given(w))
                assert [t.op.name for t in feeds] == ["placeholder/w/part_0", "placeholder/w/part_1"]
                session.run(op, feeds)
            else:
                framework.assign_from_checkpoint_fn(path, given(w), ignore_missing_vars=ways != "function")(session)
            np.testing.assert_array_equal(session.run(tf.identity(w)), WHOLE)


def test_one_part(tmp_path):
    w = tf.get_variable("w", initializer=WHOLE)
    with tf.Session() as session:
        session.run(w.initializer)
        path = tf.train.Saver().save(session, str(tmp_path / "m"))
    with tf.Graph().as_default(), tf.Session() as session:
        [_, part] = tf.get_variable("w", [3, 2], partitioner=tf.fixed_size_partitioner(2))
        assert tf.contrib.framework.get_variable_full_name(part) == "w"
        session.run(*tf.contrib.framework.assign_from_checkpoint(path, [part]))
        assert session.run(part).tolist() == [[4, 5]]
        flat = tf.get_variable("flat", [6])
        with pytest.raises(ValueError, match=r"w has shape \[3, 2\] in the checkpoint, flat:0 needs \[6\]"):
            tf.contrib.framework.assign_from_checkpoint(path, {"w": flat})


def test_scopes_say_what_nobody_else_does():
    """As in TensorFlow: what a layer says of its variables goes before what scopes say."""
    framework = tf.contrib.framework
    with framework.arg_scope([framework.variable], device="/device:CPU:0", trainable=False):
        assert framework.model_variable("v", [2]).op.device == ""
    with framework.arg_scope([framework.model_variable], device="/device:CPU:0", trainable=False):
        tf.contrib.layers.layer_norm(tf.zeros([2, 3]), scope="l")
    found = {v.op.name: v.op.device for v in tf.trainable_variables()}
    assert found == {"v": "", "l/beta": "/device:CPU:0", "l/gamma": "/device:CPU:0"}


@pytest.mark.parametrize("kind", ["local_variable", "global_variable"])
def test_variables_that_are_not_trained(kind):
    plain = getattr(tf.contrib.framework, kind)(1.0)
    resource = getattr(tf.contrib.framework, kind)(2.0, use_resource=True, name="r")
    assert [v.op.type for v in (plain, resource)] == ["VariableV2", "VarHandleOp"]
    assert tf.get_collection(f"{kind.removesuffix('_variable')}_variables".replace("global_", "")) == [plain, resource]
    assert not tf.trainable_variables()
