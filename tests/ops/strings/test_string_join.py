import pytest
from helpers import fails

import minitf as tf


def test_joined():
    x = tf.placeholder(tf.string, [2, None])
    joined = tf.string_join([x, "-", x], separator=".")
    assert joined.shape.as_list() == [2, None] and joined.op.name == "StringJoin"
    with tf.Session() as sess:
        assert sess.run(joined, {x: [["a"], ["é"]]}).tolist() == [[b"a.-.a"], ["é.-.é".encode()]]
        assert sess.run(tf.string_join(["a", "b"])) == b"ab"


@pytest.mark.parametrize(
    "inputs", [[], None, "a", [1, 2], [["a", "b"], ["a", "b", "c"]], [["a"], ["a", "b"]], [["a"], [["b"]]]]
)
def test_what_is_refused(inputs):
    with pytest.raises((TypeError, ValueError)):
        tf.string_join(inputs)


def test_shapes_are_equal_or_scalar():
    x = tf.placeholder(tf.string)
    both, one = tf.string_join([x, ["a", "b"]]), tf.string_join([x, "a"])
    assert both.shape.as_list() == [2] and one.shape.rank is None and tf.string_join(["a", "b"]).shape.rank == 0
    with tf.Session() as sess:
        assert sess.run(both, {x: "x"}).tolist() == [b"xa", b"xb"]
        with fails(tf.errors.InvalidArgumentError, "Input shapes do not match: [1] vs. [2]"):
            sess.run(both, {x: ["x"]})
