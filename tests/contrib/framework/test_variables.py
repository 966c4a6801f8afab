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
