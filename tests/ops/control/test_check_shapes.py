"""tf.debugging.assert_shapes."""

import core_facts
from helpers import fails

import minitf as tf


def test_as_tensorflow():
    core_facts.check("shapes_asserted")


def test_errors_say_where_a_size_comes_from():
    x, y = tf.placeholder(tf.float32, [2, 3], name="x"), tf.placeholder(tf.float32, [None, 4], name="y")
    with fails(ValueError, "Specified by tensor x:0 dimension 1", "y:0 dimension 1 must have size 3", "size 4"):
        tf.debugging.assert_shapes({x: "NM", y: "NM"})
    op = tf.debugging.assert_shapes([(x, "NM"), (y, ("N", 4))], message="they differ")
    with (
        tf.Session() as sess,
        fails(tf.errors.InvalidArgumentError, "they differ", "x:0 dimension 0", "must have size"),
    ):
        sess.run(op, {x: [[0.0] * 3] * 2, y: [[0.0] * 4] * 5})
