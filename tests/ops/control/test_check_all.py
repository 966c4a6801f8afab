import numpy as np
import pytest

import minitf as tf


def test_ops_are_those_of_tensorflow():
    w = tf.Variable([1.0, 2.0], name="w")
    w * w
    check = tf.add_check_numerics_ops()
    ops = tf.get_default_graph().get_operations()[5:]
    assert [(op.name, [i.name for i in op.inputs], [c.name for c in op.control_inputs]) for op in ops] == [
        ("CheckNumerics", ["w/initial_value:0"], []),
        ("CheckNumerics_1", ["w/read:0"], ["CheckNumerics"]),
        ("CheckNumerics_2", ["mul:0"], ["CheckNumerics_1"]),
        ("group_deps", [], ["CheckNumerics_2"]),
    ]
    assert check is ops[-1]


def test_the_first_tensor_is_named():
    x = tf.placeholder(tf.float32, [2], name="x")
    tf.sqrt(tf.log(x, name="bad"))
    check = tf.add_check_numerics_ops()
    with tf.Session() as sess:
        sess.run(check, {x: np.ones(2)})
        with pytest.raises(tf.errors.InvalidArgumentError, match="^bad:0 : Tensor had NaN"):
            sess.run(check, {x: [1, -1]})


def test_loops_of_floats_are_refused():
    tf.while_loop(lambda i: i < 3, lambda i: i + 1, [0])
    tf.add_check_numerics_ops()
    tf.cond(tf.constant(True), lambda: tf.constant(1.0), lambda: tf.constant(2.0))
    with pytest.raises(ValueError, match="not compatible with control flow: .* branch 'cond'"):
        tf.add_check_numerics_ops()
    tf.reset_default_graph()
    tf.while_loop(lambda i: i < 3, lambda i: i + tf.cast(tf.exp(1.0), tf.int32), [0])
    with pytest.raises(ValueError, match="of the loop 'while/Loop'"):
        tf.add_check_numerics_ops()
