import pytest

import minitf as tf


def test_joined():
    x = tf.placeholder(tf.string, [2, None])
    joined = tf.string_join([x, "-", x], separator=".")
    assert joined.shape.as_list() == [2, None] and joined.op.name == "StringJoin"
    with tf.Session() as sess:
        assert sess.run(joined, {x: [["a"], ["é"]]}).tolist() == [[b"a.-.a"], ["é.-.é".encode()]]
        assert sess.run(tf.string_join(["a", "b"])) == b"ab"


@pytest.mark.parametrize("inputs", [[], None, "a", [1, 2], [["a", "b"], ["a", "b", "c"]]])
def test_what_is_refused(inputs):
    with pytest.raises((TypeError, ValueError)):
        tf.string_join(inputs)
