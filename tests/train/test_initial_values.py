import pytest
from session_facts import check, names

import minitf as tf


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
