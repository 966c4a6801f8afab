import pytest
from session_facts import check, names

import minitf as tf


@pytest.mark.parametrize("name", names("scaffold"))
def test_like_tensorflow(name):
    check(name)


def test_a_copy_calls_the_function_with_itself():
    seen = []
    first = tf.train.Scaffold(init_fn=lambda scaffold, sess: seen.append((scaffold, sess)))
    copy = tf.train.Scaffold(copy_from_scaffold=first)
    copy.init_fn("session")
    assert seen == [(copy, "session")]


def test_two_savers_are_one_too_many():
    v = tf.Variable(1.0)
    for _ in range(2):
        tf.add_to_collection(tf.GraphKeys.SAVERS, tf.train.Saver([v]))
    with pytest.raises(RuntimeError, match="holds more than one saver"):
        tf.train.Scaffold().finalize()
    with pytest.raises(RuntimeError, match="more than one item: say which is init_op"):
        tf.add_to_collections(["x", "x"], 1), tf.add_to_collection("x", 2)
        tf.train.Scaffold.get_or_default("init_op", "x", lambda: 3)
